#pragma once
#include <cstddef>
#include <utility>
#include <vector>

#include "store/sql.hpp"

namespace tocsin::store {

/// Rows of one table, written many to a statement: each statement costs more than its rows.
class Rows {
 public:
  /// `head`: "INSERT INTO ... VALUES ".
  explicit Rows(Sql head) : head_(std::move(head)) {}
  /// One row: "(?, ?, ?)" and its values.
  template <std::size_t N, class... Args>
  void add(const char (&text)[N], Args&&... parameters) {
    rows_.emplace_back(text, std::forward<Args>(parameters)...);
  }
  void append_to(std::vector<Sql>& out) const {
    // Full groups and single rows: two texts a table, so that the statement cache stays small.
    constexpr std::size_t kGroup = 32;
    std::size_t at = 0;
    for (; at + kGroup <= rows_.size(); at += kGroup) {
      out.push_back(head_);
      for (std::size_t i = at; i < at + kGroup; ++i) {
        if (i > at) out.back().append(", ");
        out.back().append(rows_[i]);
      }
    }
    for (; at < rows_.size(); ++at) out.emplace_back(head_).append(rows_[at]);
  }

 private:
  Sql head_;
  std::vector<Sql> rows_;
};

}  // namespace tocsin::store
