#pragma once
#include <array>
#include <string_view>

#include "base/keyed_hash.hpp"

namespace tocsin::formats::csaf {

/// Texts that were met. Most documents have few: those are compared one by one, without memory from outside.
class SeenTexts {
 public:
  /// Whether it is new. The text has to stay where it is.
  bool insert(std::string_view text) {
    for (std::size_t i = 0; i < few_count_; ++i) {
      if (few_[i] == text) return false;
    }
    if (few_count_ == few_.size()) return more_.insert(text).second;
    few_[few_count_++] = text;
    return true;
  }

 private:
  std::array<std::string_view, 16> few_;
  std::size_t few_count_ = 0;
  HashSet<std::string_view> more_;
};

}  // namespace tocsin::formats::csaf
