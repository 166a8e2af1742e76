#include "engine/exposure/sums.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace tocsin::engine::exposure {
namespace {

using Amounts = std::vector<std::int64_t>;

std::int64_t rounded(std::int64_t number) {
  return std::max(kSumRounding, (number + kSumRounding / 2) / kSumRounding * kSumRounding);
}

Amounts amounts_in(const std::vector<Contribution>& all, const std::set<std::string>& sectors, bool within) {
  Amounts amounts;
  for (const auto& each : all) {
    if (sectors.contains(each.sector) == within) amounts.push_back(each.assets);
  }
  return amounts;
}

Amounts& append(Amounts& into, const Amounts& more) {
  into.insert(into.end(), more.begin(), more.end());
  return into;
}

/// What somebody learns who subtracts: how much each organisation's part changed.
struct Change {
  Amounts changed;
  std::size_t departed = 0;  ///< Of those that are gone nobody knows whether they are among the new ones.
  Amounts joined;

  void add(const Change& other) {
    append(changed, other.changed);
    append(joined, other.joined);
    departed += other.departed;
  }
  /// Those that can be counted on to be different organisations. One that is gone may be one that came.
  Amounts counted() const {
    auto amounts = changed;
    auto came = joined;
    std::ranges::sort(came);
    came.resize(came.size() - std::min(came.size(), departed));
    return append(amounts, came);
  }
};

/// Of one sector, or of all that are not among these.
Change change_between(const std::vector<Contribution>& before, const std::vector<Contribution>& after,
                      const std::set<std::string>& sectors, bool within) {
  Change change;
  std::map<std::int64_t, std::int64_t> known;
  for (const auto& each : before) {
    if (sectors.contains(each.sector) != within) continue;
    if (each.organisation == 0) {
      ++change.departed;
    } else {
      known.emplace(each.organisation, each.assets);
    }
  }
  for (const auto& each : after) {
    if (sectors.contains(each.sector) != within) continue;
    const auto found = known.find(each.organisation);
    if (found == known.end()) {
      change.joined.push_back(each.assets);
      continue;
    }
    if (found->second != each.assets) change.changed.push_back(std::abs(found->second - each.assets));
    known.erase(found);
  }
  for (const auto& [organisation, assets] : known) change.changed.push_back(assets);
  return change;
}

/// A difference that is no difference, or one of enough organisations.
bool is_anonymous_change(const Change& change, const Amounts& beside, int organisations_min) {
  auto amounts = change.counted();
  if (amounts.empty() && beside.empty()) return change.departed == 0;
  return is_anonymous(append(amounts, beside), organisations_min);
}

bool has_change(const Change& change) {
  return change.departed > 0 || !change.changed.empty() || !change.joined.empty();
}

/// May the later be published where the earlier is known? Each organisation stands in one sector, so that all that can
/// be worked out are sums over: sectors told in both, those told in the later only, and the rest of each.
bool may_follow(const SumPublication& earlier, const SumPublication& later, int organisations_min) {
  if (!std::ranges::includes(later.sectors, earlier.sectors)) return false;
  for (const auto& sector : earlier.sectors) {
    const auto change = change_between(earlier.behind, later.behind, {sector}, true);
    if (!is_anonymous_change(change, {}, organisations_min)) return false;
  }
  std::vector<std::string> added;
  std::ranges::set_difference(later.sectors, earlier.sectors, std::back_inserter(added));
  if (added.size() > kNewSectorsMax) return false;
  const auto rest_before = amounts_in(earlier.behind, later.sectors, false);
  const auto rest_change = change_between(earlier.behind, later.behind, later.sectors, false);
  // Of each sector that is told anew, the change or what it was before can be left in what is subtracted.
  for (std::size_t choice = 0; choice < std::size_t{1} << added.size(); ++choice) {
    Change changes;
    Amounts before;
    for (std::size_t i = 0; i < added.size(); ++i) {
      if ((choice >> i & 1U) != 0) {
        changes.add(change_between(earlier.behind, later.behind, {added[i]}, true));
      } else {
        append(before, amounts_in(earlier.behind, {added[i]}, true));
      }
    }
    auto with_rest = before;
    if (!is_anonymous_change(changes, append(with_rest, rest_before), organisations_min)) return false;
    changes.add(rest_change);
    if (!is_anonymous_change(changes, before, organisations_min)) return false;
  }
  return true;
}

}  // namespace

bool is_anonymous(const std::vector<std::int64_t>& amounts, int organisations_min) {
  if (amounts.empty()) return true;
  if (std::cmp_less(amounts.size(), std::max(organisations_min, kSumOrganisationsLeast))) return false;
  const auto sum = std::accumulate(amounts.begin(), amounts.end(), std::int64_t{0});
  return *std::ranges::max_element(amounts) * 100 <= sum * kSumShareMax;
}

std::optional<SumPublication> next_publication(const std::vector<Contribution>& now,
                                               const std::vector<SumPublication>& earlier,
                                               const std::set<std::int64_t>& present, int organisations_min) {
  SumPublication next{.behind = now, .sectors = {}, .organisations_min = organisations_min};
  if (now.empty() || !is_anonymous(amounts_in(now, {}, false), organisations_min)) return std::nullopt;
  std::vector<std::pair<std::size_t, std::string>> by_size;
  std::set<std::string> told_before;
  for (const auto& each : earlier) told_before.insert(each.sectors.begin(), each.sectors.end());
  std::map<std::string, Amounts> by_sector;
  for (const auto& each : now) by_sector[each.sector].push_back(each.assets);
  for (const auto& sector : told_before) by_sector.try_emplace(sector);
  for (const auto& [sector, amounts] : by_sector) {
    if (sector.empty() || amounts.empty() || !is_anonymous(amounts, organisations_min)) continue;
    by_size.emplace_back(amounts.size(), sector);
    next.sectors.insert(sector);
  }
  // The smallest are not told apart until nothing can be made out of what is left: first those that never were.
  std::ranges::sort(by_size, [&](const auto& a, const auto& b) {
    return std::tuple{told_before.contains(a.second), a.first, a.second} <
           std::tuple{told_before.contains(b.second), b.first, b.second};
  });
  auto smallest = by_size.begin();
  const auto drop = [&] { next.sectors.erase((smallest++)->second); };
  const auto added =
      std::ranges::count_if(by_size, [&](const auto& each) { return !told_before.contains(each.second); });
  if (!earlier.empty()) {
    for (auto more = added; std::cmp_greater(more, kNewSectorsMax); --more) drop();
  }
  while (smallest != by_size.end() && !is_anonymous(amounts_in(now, next.sectors, false), organisations_min)) drop();
  bool any_change = earlier.empty();
  for (const auto& each : earlier) {
    auto known = each;
    for (auto& part : known.behind) {
      if (!present.contains(part.organisation)) part.organisation = 0;
    }
    if (!may_follow(known, next, organisations_min)) return std::nullopt;
    if (&each != &earlier.back()) continue;
    any_change = has_change(change_between(known.behind, next.behind, {}, false)) || known.sectors != next.sectors ||
                 // What was told of fewer is shown no more: the same may be told again where it is of enough now, too.
                 known.organisations_min < organisations_min;
  }
  return any_change ? std::optional{std::move(next)} : std::nullopt;
}

std::vector<SumCell> cells_of(const SumPublication& publication) {
  std::vector<SumCell> cells;
  const auto add = [&](const std::string& sector, const Amounts& amounts) {
    cells.push_back({.sector = sector,
                     .organisations = rounded(static_cast<std::int64_t>(amounts.size())),
                     .assets = rounded(std::accumulate(amounts.begin(), amounts.end(), std::int64_t{0}))});
  };
  add({}, amounts_in(publication.behind, {}, false));
  for (const auto& sector : publication.sectors) add(sector, amounts_in(publication.behind, {sector}, true));
  return cells;
}

}  // namespace tocsin::engine::exposure
