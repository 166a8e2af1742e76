#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/threat/attack.hpp"
#include "formats/attack/layer.hpp"

/// A matrix of ATT&CK with what a viewer is shown on it: how often records name each technique, and what somebody has
/// to do with. One function behind page, API and command line.
namespace tocsin::engine::threat {

struct MatrixView {
  std::vector<Domain> domains;
  std::optional<Matrix> matrix;  ///< Absent: there is none for this viewer.
  std::vector<AttackRow> pickers;
  std::optional<AttackRow> by;
  std::set<std::string> used;                  ///< Techniques that `by` has to do with.
  std::map<std::string, std::int64_t> counts;  ///< How many records name each.
};

/// `domain`: empty for the first, or for the one where `by` has to do with most. Errors: not_found for a domain or `by`
/// that is not here for the viewer.
Result<MatrixView> look_at_matrix(store::Connection& connection, const domain::policy::Viewer& viewer,
                                  std::string_view domain, std::string_view by, Timestamp now);
/// What is shown of a matrix that is there, as a layer of the Navigator. In English, for it is passed on.
formats::attack::Layer layer_of(const MatrixView& view);

/// Calls `use(column, technique)` for each technique and sub-technique, in the matrix's order.
template <class Use>
void each_technique(const Matrix& matrix, Use use) {
  for (const auto& column : matrix.columns) {
    for (const auto& cell : column.cells) {
      use(column, cell.technique);
      for (const auto& below : cell.below) use(column, below);
    }
  }
}

}  // namespace tocsin::engine::threat
