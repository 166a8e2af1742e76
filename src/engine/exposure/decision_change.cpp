#include "engine/exposure/decision_change.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::engine::exposure {
namespace {

/// Longer reasons are cut: a path of many points may be explained by pages of references.
constexpr std::size_t kBecauseBytesMax = 1'000;

struct Basis {
  std::string_view vulnerability;
  std::vector<std::string_view> values;  ///< In the order of the path.
};

Basis read_basis(std::string_view text) {
  Basis basis;
  const auto bar = text.find('|');
  basis.vulnerability = text.substr(0, bar);
  if (bar == std::string_view::npos) return basis;
  for (auto rest = text.substr(bar + 1); !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    basis.values.push_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return basis;
}

std::string_view in_words(const Rules& rules, const Step& step, std::string_view value) {
  const auto& inputs = rules.table().inputs;
  const auto point = std::ranges::find(inputs, step.point, &formats::ssvc::TablePoint::id);
  if (point == inputs.end()) return value;
  const auto found = std::ranges::find(point->values, value, &formats::ssvc::TableValue::key);
  return found == point->values.end() ? value : std::string_view{found->name};
}

std::string why(const store::AssetMatch& match, const Decision& decided, const Rules& rules) {
  // Fixed and not affected need no table, and coming from there or going there is all that is to be said.
  if (decided.table.empty()) return decided.because;
  if (match.decision_table.empty()) return decided.because;
  std::vector<std::string> reasons;
  const auto before = read_basis(match.decision_basis);
  const auto after_text = basis_of(decided);
  const auto after = read_basis(after_text);
  if (match.decision_table != decided.table) {
    reasons.push_back(fmt::format("decided by the table {}, before by {}", decided.table, match.decision_table));
  } else if (before.values.size() == after.values.size()) {
    for (std::size_t i = 0; i < after.values.size(); ++i) {
      const auto& step = decided.path[i];
      if (before.values[i] == after.values[i]) continue;
      reasons.push_back(fmt::format("{} is {}, was {}: {}", step.name, step.in_words,
                                    in_words(rules, step, before.values[i]), step.because));
    }
  }
  if (before.vulnerability != after.vulnerability && !after.vulnerability.empty() && !before.vulnerability.empty()) {
    reasons.insert(reasons.begin(),
                   fmt::format("{} decides, before {} did", after.vulnerability, before.vulnerability));
  }
  if (!reasons.empty()) return fmt::format("{}", fmt::join(reasons, "; "));
  if (match.decision == static_cast<int>(decided.action)) return "the day of the next outage is another";
  return decided.because;
}

}  // namespace

std::string basis_of(const Decision& decision) {
  if (decision.table.empty()) return {};
  auto basis = decision.vulnerability + "|";
  for (std::size_t i = 0; i < decision.path.size(); ++i) basis += (i == 0 ? "" : ",") + decision.path[i].value;
  return basis;
}

std::optional<store::DecisionChange> change_of_decision(const store::AssetMatch& match, const Decision& now_decided,
                                                        const Rules& rules, Timestamp now) {
  const auto action = static_cast<int>(now_decided.action);
  if (match.decision == store::kUndecided) return {};
  if (match.decision == action && match.decision_due == now_decided.due) return {};
  return store::DecisionChange{.organisation = match.organisation,
                               .asset = match.asset,
                               .record = match.record,
                               .at = now,
                               .before = match.decision,
                               .after = action,
                               .due_before = match.decision_due,
                               .due_after = now_decided.due,
                               .because = text::shorten(why(match, now_decided, rules), kBecauseBytesMax)};
}

}  // namespace tocsin::engine::exposure
