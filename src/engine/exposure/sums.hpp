#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// How exposed several organisations are together, told so that none of them can be made out: when sums may be
/// published, and which. Pure; docs/decisions/0015-aggregates.md says against whom and why.
namespace tocsin::engine::exposure {

inline constexpr int kSumOrganisationsLeast = 3;    ///< Below it nothing is a sum.
inline constexpr int kSumOrganisationsDefault = 5;  ///< So many at least stand behind each figure.
inline constexpr std::int64_t kSumShareMax = 85;    ///< Per cent that one of them may have of it.
inline constexpr std::int64_t kSumRounding = 5;     ///< Figures are multiples of it.
/// Sectors that a publication may add to those of the one before.
inline constexpr std::size_t kNewSectorsMax = 4;

/// What one organisation adds to the sums of one advisory: things that it affects, at least one.
struct Contribution {
  std::int64_t organisation = 0;  ///< 0: one that has withdrawn since; which is not kept.
  std::string sector;             ///< The one that it counts in, or empty.
  std::int64_t assets = 0;
  friend bool operator==(const Contribution&, const Contribution&) = default;
};

/// What was published of one advisory at one time, with what stands behind it.
struct SumPublication {
  std::vector<Contribution> behind = {};
  std::set<std::string> sectors = {};  ///< Published apart; the sum of all always is.
  int organisations_min = 0;           ///< What it was then.
};

/// A figure as people read it.
struct SumCell {
  std::string sector;                          ///< Empty: all.
  std::int64_t organisations = 0, assets = 0;  ///< Rounded.
};

/// Enough of them, none too large? Nothing at all is, too.
bool is_anonymous(const std::vector<std::int64_t>& amounts, int organisations_min);

/// What may be published now, after what was published `earlier`: nothing where it is the same, or where a figure, or
/// the difference of any of its figures to each other or to those of one earlier publication, rests on too few.
/// `present`: who takes part at this moment; what others had added counts as changed, but brings no publication about.
std::optional<SumPublication> next_publication(const std::vector<Contribution>& now,
                                               const std::vector<SumPublication>& earlier,
                                               const std::set<std::int64_t>& present, int organisations_min);

/// All first, then the sectors by name.
std::vector<SumCell> cells_of(const SumPublication& publication);

}  // namespace tocsin::engine::exposure
