#include "formats/stix/observe.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_map>

#include "formats/stix/observe_values.hpp"

namespace tocsin::formats::stix {
namespace {

using csaf::Node;
using Object = Observed::Object;

/// Which object is meant by each type that a comparison names: of one type all tests of an observation speak of one
/// object (section 9.6).
struct Choice {
  std::vector<std::pair<std::string_view, std::vector<std::uint32_t>>> by_type;  ///< Sorted both ways.
};
using Choices = std::vector<Choice>;

class Matcher {
 public:
  Matcher(const std::vector<Observed>& observed, const MatchLimits& limits) : observed_(observed), limits_(limits) {}

  Result<Match> run(const Pattern& pattern) {
    TRY_VOID(find_singles(pattern.root));
    used_.assign(observed_.size(), 0);
    const bool found = find(pattern.root, pattern.root.qualifiers.size(), [] { return true; });
    if (error_) return *std::move(error_);
    return found ? Match::yes : Match::no;
  }

 private:
  using Next = std::function<bool()>;
  static constexpr std::size_t kDepthMax = 1'500, kChoicesMax = 4'096;

  Status spend(std::size_t steps = 1) {
    steps_ += steps;
    if (steps_ > limits_.steps_max) return Error::too_large("steps to match a STIX pattern", limits_.steps_max);
    return ok();
  }
  /// The same where the search runs: ends it.
  bool gives_up() {
    if (!error_) {
      if (auto spent = spend(); !spent) error_ = std::move(spent).error();
    }
    return error_.has_value();
  }

  // What single observations match, before anything is chosen.

  Status find_singles(const Observation& each) {
    for (const auto& qualifier : each.qualifiers) {
      if (qualifier.kind == Qualifier::Kind::within && qualifier.number <= 0) {
        return Error::invalid("WITHIN takes more than 0 seconds", "WITHIN");
      }
      if (qualifier.kind == Qualifier::Kind::repeats && qualifier.number < 1) {
        return Error::invalid("REPEATS takes at least 1", "REPEATS");
      }
    }
    for (const auto& part : each.parts) TRY_VOID(find_singles(part));
    if (each.kind != Observation::Kind::single) return ok();
    std::vector<Test> tests;
    TRY_VOID(prepare_all(each.comparison, tests));
    auto& matching = matching_[&each];
    for (std::uint32_t i = 0; i < observed_.size(); ++i) {
      std::size_t test = 0;
      TRY(const auto choices, choices_of(each.comparison, tests, test, observed_[i]));
      if (!choices.empty()) matching.push_back(i);
    }
    std::ranges::sort(matching, [&](std::uint32_t a, std::uint32_t b) {
      const auto& first = observed_[a].first;
      const auto& second = observed_[b].first;
      return first == second ? a < b : first < second;
    });
    return ok();
  }

  Status prepare_all(const Comparison& each, std::vector<Test>& tests) {
    for (const auto& part : each.parts) TRY_VOID(prepare_all(part, tests));
    if (each.kind != Comparison::Kind::test) return ok();
    TRY(auto made, prepare(each));
    tests.push_back(std::move(made));
    return ok();
  }

  /// `test` counts the tests in the order of prepare_all.
  Result<Choices> choices_of(const Comparison& each, const std::vector<Test>& tests, std::size_t& test,
                             const Observed& observed) {
    if (each.kind == Comparison::Kind::test) return objects_of(tests[test++], observed);
    Choices made;
    bool first = true;
    for (const auto& part : each.parts) {
      TRY(auto choices, choices_of(part, tests, test, observed));
      if (each.kind == Comparison::Kind::any) {
        for (auto& choice : choices) add(made, std::move(choice));
      } else if (first) {
        made = std::move(choices);
      } else {
        TRY(made, both(made, choices));
      }
      if (made.size() > kChoicesMax) return Error::too_large("alternatives of a STIX pattern", kChoicesMax);
      first = false;
    }
    return made;
  }

  /// Alternatives about one type are one.
  static void add(Choices& choices, Choice choice) {
    if (choice.by_type.size() == 1) {
      for (auto& each : choices) {
        if (each.by_type.size() != 1 || each.by_type.front().first != choice.by_type.front().first) continue;
        auto& mine = each.by_type.front().second;
        std::vector<std::uint32_t> all;
        std::ranges::set_union(mine, choice.by_type.front().second, std::back_inserter(all));
        mine = std::move(all);
        return;
      }
    }
    choices.push_back(std::move(choice));
  }

  Result<Choices> both(const Choices& left, const Choices& right) {
    Choices made;
    for (const auto& a : left) {
      for (const auto& b : right) {
        TRY_VOID(spend());
        Choice choice = a;
        bool possible = true;
        for (const auto& [type, objects] : b.by_type) {
          const auto mine = std::ranges::find(choice.by_type, type, [](const auto& each) { return each.first; });
          if (mine == choice.by_type.end()) {
            choice.by_type.emplace_back(type, objects);
            continue;
          }
          std::vector<std::uint32_t> common;
          std::ranges::set_intersection(mine->second, objects, std::back_inserter(common));
          possible = possible && !common.empty();
          mine->second = std::move(common);
        }
        if (possible) add(made, std::move(choice));
        if (made.size() > kChoicesMax) return Error::too_large("alternatives of a STIX pattern", kChoicesMax);
      }
    }
    return made;
  }

  Result<Choices> objects_of(const Test& test, const Observed& observed) {
    const auto& comparison = *test.comparison;
    std::vector<std::uint32_t> objects;
    std::vector<Value> values;
    for (std::uint32_t i = 0; i < observed.objects.size(); ++i) {
      TRY_VOID(spend());
      const auto node = observed.objects[i].node;
      if (node.text_at("type") != comparison.object_type) continue;
      values.clear();
      TRY_VOID(walk(observed, {node, {}}, comparison.path, 0, values));
      bool fits = false;
      if (comparison.op == Operator::exists) {
        fits = values.empty() == comparison.negated;
      } else {
        for (const auto& value : values) {
          TRY(const auto held, holds(test, value));
          fits = fits || (held == Match::yes) != comparison.negated;
        }
      }
      if (fits) objects.push_back(i);
    }
    Choices made;
    if (!objects.empty()) made.push_back({{{std::string_view{comparison.object_type}, std::move(objects)}}});
    return made;
  }

  Status walk(const Observed& observed, Value at, const std::vector<PathStep>& path, std::size_t step,
              std::vector<Value>& out) {
    TRY_VOID(spend());
    if (!at.node) return ok();
    if (step == path.size()) {
      out.push_back(at);
      return ok();
    }
    const auto& each = path[step];
    switch (each.kind) {
      case PathStep::Kind::name: {
        auto node = at.node;
        if (node.is_string() && (at.name.ends_with("_ref") || at.name.ends_with("_refs"))) {
          node = referred(observed, node.text());
        }
        return walk(observed, {node[each.name], each.name}, path, step + 1, out);
      }
      case PathStep::Kind::index: {
        std::int64_t index = 0;
        for (const auto element : at.node.elements()) {
          if (index++ == each.index) return walk(observed, {element, at.name}, path, step + 1, out);
        }
        return ok();
      }
      case PathStep::Kind::any:
        for (const auto element : at.node.elements()) TRY_VOID(walk(observed, {element, at.name}, path, step + 1, out));
    }
    return ok();
  }

  static Node referred(const Observed& observed, std::string_view key) {
    const auto found = std::ranges::find(observed.objects, key, &Object::key);
    if (found != observed.objects.end()) return found->node;
    if (observed.others == nullptr) return {};
    const auto other = observed.others->find(key);
    return other != observed.others->end() ? other->second : Node{};
  }

  // The search: what is chosen stands in picked_; each occurrence is chosen once.

  /// Chooses what `each` needs, with the first `qualifiers` of its qualifiers; then goes on. True ends the search.
  bool find(const Observation& each, std::size_t qualifiers, const Next& next) {
    if (gives_up()) return true;
    struct Deeper {
      std::size_t& depth;
      explicit Deeper(std::size_t& given) : depth(given) { ++depth; }
      ~Deeper() { --depth; }
    } deeper{depth_};
    if (depth_ > kDepthMax) {
      error_ = Error::too_large("depth of matching a STIX pattern", kDepthMax);
      return true;
    }
    const auto from = picked_.size();
    if (qualifiers > 0) {
      const auto& qualifier = each.qualifiers[qualifiers - 1];
      if (qualifier.kind == Qualifier::Kind::repeats) {
        return repeat(each, qualifiers - 1, static_cast<std::uint64_t>(qualifier.number), 0, next);
      }
      return find(each, qualifiers - 1, [&] { return fits(qualifier, from) && next(); });
    }
    switch (each.kind) {
      case Observation::Kind::single:
        return std::ranges::any_of(matching_[&each], [&](std::uint32_t i) { return pick(i, 1, next); });
      case Observation::Kind::any:
        return std::ranges::any_of(each.parts,
                                   [&](const Observation& part) { return find(part, part.qualifiers.size(), next); });
      case Observation::Kind::all:
      case Observation::Kind::followed_by:
        break;
    }
    return sequence(each, 0, from, next);
  }

  bool sequence(const Observation& each, std::size_t part, std::size_t from, const Next& next) {
    if (part == each.parts.size()) return next();
    const auto middle = picked_.size();
    return find(each.parts[part], each.parts[part].qualifiers.size(), [&] {
      if (each.kind == Observation::Kind::followed_by && part > 0 && !is_followed(from, middle)) return false;
      return sequence(each, part + 1, from, next);
    });
  }

  bool repeat(const Observation& each, std::size_t qualifiers, std::uint64_t times, std::uint32_t least,
              const Next& next) {
    if (times == 0) return next();
    constexpr std::uint64_t kTriedAll = 8;
    if (each.kind == Observation::Kind::single && qualifiers == 0 && times > kTriedAll) {
      const auto& matching = matching_[&each];
      for (std::size_t i = 0; i < matching.size(); ++i) {
        if (in_a_row(matching, i, times, next)) return true;
      }
      return false;
    }
    // Of orders of the same observations one is tried: the first of each round does not go back.
    const auto from = picked_.size();
    return find(each, qualifiers, [&] {
      const auto first = picked_.size() > from ? picked_[from] : least;
      return first >= least && repeat(each, qualifiers, times - 1, first, next);
    });
  }

  /// Many of one kind: those that follow one another in time, from the one at `i`.
  bool in_a_row(const std::vector<std::uint32_t>& matching, std::size_t i, std::uint64_t times, const Next& next) {
    const auto from = picked_.size();
    std::vector<std::uint64_t> taken;
    for (; i < matching.size() && times > 0; ++i) {
      if (gives_up()) break;
      const auto free = observed_[matching[i]].times - used_[matching[i]];
      const auto count = std::min(free, times);
      if (count == 0) continue;
      used_[matching[i]] += count;
      picked_.push_back(matching[i]);
      taken.push_back(count);
      times -= count;
    }
    const bool found = error_ || (times == 0 && next());
    for (std::size_t k = 0; k < taken.size(); ++k) used_[picked_[from + k]] -= taken[k];
    picked_.resize(from);
    return found;
  }

  bool pick(std::uint32_t i, std::uint64_t count, const Next& next) {
    if (gives_up()) return true;
    if (observed_[i].times - used_[i] < count) return false;
    used_[i] += count;
    picked_.push_back(i);
    const bool found = next();
    picked_.pop_back();
    used_[i] -= count;
    return found;
  }

  bool fits(const Qualifier& qualifier, std::size_t from) {
    if (from == picked_.size()) return true;
    if (qualifier.kind == Qualifier::Kind::start_stop) {
      const auto start = parse_time(qualifier.start), stop = parse_time(qualifier.stop);
      return start && stop &&
             std::all_of(picked_.begin() + static_cast<std::ptrdiff_t>(from), picked_.end(),
                         [&](auto i) { return observed_[i].first < *stop && !(observed_[i].last < *start); });
    }
    StixTime latest = observed_[picked_[from]].first, earliest = observed_[picked_[from]].last;
    for (auto i = from; i < picked_.size(); ++i) {
      latest = std::max(latest, observed_[picked_[i]].first);
      earliest = std::min(earliest, observed_[picked_[i]].last);
    }
    const double apart = static_cast<double>(latest.seconds - earliest.seconds) +
                         (static_cast<double>(latest.nanos) - static_cast<double>(earliest.nanos)) * 1e-9;
    return apart <= qualifier.number;
  }

  bool is_followed(std::size_t from, std::size_t middle) const {
    for (auto i = from; i < middle; ++i) {
      for (auto k = middle; k < picked_.size(); ++k) {
        if (observed_[picked_[k]].last < observed_[picked_[i]].first) return false;
      }
    }
    return true;
  }

  const std::vector<Observed>& observed_;
  const MatchLimits& limits_;
  std::unordered_map<const Observation*, std::vector<std::uint32_t>> matching_;
  std::vector<std::uint64_t> used_;
  std::vector<std::uint32_t> picked_;
  std::size_t steps_ = 0, depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace

std::vector<Observed> observed_in(Node root) {
  std::vector<Node> all;
  if (root["objects"].is_array()) {
    for (const auto each : root["objects"].elements()) all.push_back(each);
  } else if (root.is_array()) {
    for (const auto each : root.elements()) all.push_back(each);
  } else {
    all.push_back(root);
  }
  auto by_id = std::make_shared<std::unordered_map<std::string_view, Node>>();
  for (const auto each : all) {
    if (const auto id = each.text_at("id"); !id.empty()) by_id->try_emplace(id, each);
  }
  std::vector<Observed> found;
  for (const auto each : all) {
    if (each.text_at("type") != "observed-data") continue;
    const auto first = parse_time(each.text_at("first_observed")), last = parse_time(each.text_at("last_observed"));
    if (!first || !last) continue;
    auto& made = found.emplace_back();
    made.first = *first;
    made.last = std::max(*first, *last);
    constexpr double kTimesMax = 999'999'999;
    made.times = static_cast<std::uint64_t>(std::clamp(each["number_observed"].number().value_or(1), 1.0, kTimesMax));
    made.others = by_id;
    for (const auto ref : each["object_refs"].elements()) {
      if (const auto at = by_id->find(ref.text()); at != by_id->end()) made.objects.push_back({at->first, at->second});
    }
    if (!each["object_refs"]) {
      for (const auto [key, object] : each["objects"].members()) made.objects.push_back({key, object});
    }
  }
  return found;
}

Result<Match> match(const Pattern& pattern, const std::vector<Observed>& observed, const MatchLimits& limits) {
  return Matcher{observed, limits}.run(pattern);
}

}  // namespace tocsin::formats::stix
