#include "formats/cvss/score.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include "formats/cvss/macro_vectors.hpp"

namespace tocsin::formats::cvss {
namespace {

// How the numbers stay exact. Weights are integers of thousandths, and terms are 128-bit integers of a fixed scale in
// which every product of the equations of 2.0, of 3.x with an unchanged scope and of 4.0 has no remainder. The one
// exception is the power of 13 or 15 for a changed scope in 3.x, cut after 18 decimals at each multiplication: wrong by
// less than 1e-15, while no combination of values comes closer than 4e-6 to where its rounding turns (all of them
// were enumerated with fractions). So the result is that of exact arithmetic everywhere.
using Wide = __int128;

/// What a metric of the vector says; empty where it is not defined.
class Values {
 public:
  explicit Values(const Vector& vector) : metrics_(vector.metrics) {}
  std::string_view operator()(std::string_view metric) const noexcept {
    const auto found = std::ranges::find(metrics_, metric, &MetricValue::metric);
    return found == metrics_.end() ? std::string_view{} : found->value;
  }
  /// The modified metric where it is defined, else the base metric.
  std::string_view operator()(std::string_view modified, std::string_view base) const noexcept {
    const auto value = (*this)(modified);
    return value.empty() ? (*this)(base) : value;
  }
  bool any(std::string_view group) const noexcept {
    return std::ranges::find(metrics_, group, &MetricValue::group) != metrics_.end();
  }

 private:
  std::span<const MetricValue> metrics_;
};

struct Weight {
  std::string_view value;  ///< Empty: not defined.
  int thousandths;
};
int weigh(std::span<const Weight> weights, std::string_view value) noexcept {
  const auto found = std::ranges::find(weights, value, &Weight::value);
  return found == weights.end() ? 0 : found->thousandths;
}

int clamped(int tenths) noexcept { return std::clamp(tenths, 0, 100); }

// ---- 2.0 ------------------------------------------------------------------------------------------------------------

constexpr Weight kVector2[] = {{"N", 1000}, {"A", 646}, {"L", 395}};
constexpr Weight kComplexity2[] = {{"L", 710}, {"M", 610}, {"H", 350}};
constexpr Weight kAuthentication2[] = {{"N", 704}, {"S", 560}, {"M", 450}};
constexpr Weight kImpact2[] = {{"C", 660}, {"P", 275}, {"N", 0}};
constexpr Weight kExploitability2[] = {{"", 1000}, {"H", 1000}, {"F", 950}, {"POC", 900}, {"U", 850}};
constexpr Weight kRemediation2[] = {{"", 1000}, {"U", 1000}, {"W", 950}, {"TF", 900}, {"OF", 870}};
constexpr Weight kConfidence2[] = {{"", 1000}, {"C", 1000}, {"UR", 950}, {"UC", 900}};
constexpr Weight kDamage2[] = {{"", 0}, {"N", 0}, {"L", 100}, {"LM", 300}, {"MH", 400}, {"H", 500}};
constexpr Weight kDistribution2[] = {{"", 1000}, {"H", 1000}, {"M", 750}, {"L", 250}, {"N", 0}};
constexpr Weight kRequirement2[] = {{"", 1000}, {"H", 1510}, {"M", 1000}, {"L", 500}};

/// To the nearest integer, half away from zero.
Wide divide_rounded(Wide number, Wide by) noexcept {
  return number < 0 ? (number - by / 2) / by : (number + by / 2) / by;
}

constexpr Wide k1e18 = 1'000'000'000'000'000'000;

/// Of the base equation, with the requirements (1000: weigh nothing) or without. May be negative, as the guide has it.
int base_tenths_2(const Values& values, bool adjusted) noexcept {
  Wide spared = 1;  // In 1e-18 at the end: three factors of 1e-6.
  for (const auto& [metric, requirement] : {std::pair{"C", "CR"}, {"I", "IR"}, {"A", "AR"}}) {
    const auto need = adjusted ? weigh(kRequirement2, values(requirement)) : 1000;
    spared *= 1'000'000 - weigh(kImpact2, values(metric)) * need;
  }
  auto impact = (k1e18 - spared) * 1041;  // 1e-20
  if (adjusted) impact = std::min(impact, Wide{1000} * k1e18);
  if (impact == 0) return 0;
  const auto exploitability = Wide{20} * weigh(kVector2, values("AV")) * weigh(kComplexity2, values("AC")) *
                              weigh(kAuthentication2, values("Au"));  // 1e-9
  // 0.6 Impact + 0.4 Exploitability - 1.5, in 1e-21; times 1.176 in 1e-24.
  const auto sum = impact * 6 + exploitability * 4 * 100'000'000'000 - 1500 * k1e18;
  return static_cast<int>(divide_rounded(sum * 1176, 100'000 * k1e18));
}

int temporal_tenths_2(const Values& values, int base_tenths) noexcept {
  const auto product = Wide{base_tenths} * weigh(kExploitability2, values("E")) * weigh(kRemediation2, values("RL")) *
                       weigh(kConfidence2, values("RC"));
  return static_cast<int>(divide_rounded(product, 1'000'000'000));
}

Scores scores_2(const Vector& vector) {
  const Values values{vector};
  Scores scores;
  scores.base_tenths = clamped(base_tenths_2(values, false));
  if (vector.names_temporal) scores.temporal_tenths = clamped(temporal_tenths_2(values, scores.base_tenths));
  if (vector.names_environmental) {
    const auto adjusted = temporal_tenths_2(values, base_tenths_2(values, true));
    const auto damaged = Wide{adjusted} * 1000 + (100 - adjusted) * weigh(kDamage2, values("CDP"));
    const auto spread = damaged * weigh(kDistribution2, values("TD"));
    scores.environmental_tenths = clamped(static_cast<int>(divide_rounded(spread, 1'000'000)));
  }
  return scores;
}

// ---- 3.0 and 3.1 ----------------------------------------------------------------------------------------------------

constexpr Weight kVector3[] = {{"N", 850}, {"A", 620}, {"L", 550}, {"P", 200}};
constexpr Weight kComplexity3[] = {{"L", 770}, {"H", 440}};
constexpr Weight kPrivileges3[] = {{"N", 850}, {"L", 620}, {"H", 270}};
constexpr Weight kPrivilegesChanged3[] = {{"N", 850}, {"L", 680}, {"H", 500}};
constexpr Weight kInteraction3[] = {{"N", 850}, {"R", 620}};
constexpr Weight kImpact3[] = {{"H", 560}, {"L", 220}, {"N", 0}};
constexpr Weight kMaturity3[] = {{"", 1000}, {"H", 1000}, {"F", 970}, {"P", 940}, {"U", 910}};
constexpr Weight kRemediation3[] = {{"", 1000}, {"U", 1000}, {"W", 970}, {"T", 960}, {"O", 950}};
constexpr Weight kConfidence3[] = {{"", 1000}, {"C", 1000}, {"R", 960}, {"U", 920}};
constexpr Weight kRequirement3[] = {{"", 1000}, {"H", 1500}, {"M", 1000}, {"L", 500}};

/// Tenths of a score in 1e-18. 3.0 takes the next tenth that is not less; 3.1 rounds to five decimals first, so that
/// every machine finds the same (its appendix A). In exact arithmetic both give the same for all that a vector can say.
int round_up(Wide score, Version version) noexcept {
  if (version == Version::v3_0) {
    constexpr Wide kTenth = k1e18 / 10;
    return static_cast<int>((score + kTenth - 1) / kTenth);
  }
  const auto hundred_thousandths = divide_rounded(score, k1e18 / 100'000);
  return static_cast<int>((hundred_thousandths + 9'999) / 10'000);
}

Wide power(Wide base, int exponent) noexcept {
  auto result = base;
  for (int i = 1; i < exponent; ++i) result = result * base / k1e18;
  return result;
}

struct Base3 {
  std::string_view vector, complexity, privileges, interaction, scope;
  std::array<int, 3> impacts{};  ///< Each with its requirement, in 1e-6.
  bool modified = false;
};

int base_tenths_3(const Base3& base, Version version) noexcept {
  Wide spared = 1;
  for (const auto each : base.impacts) spared *= 1'000'000 - each;
  auto lost = k1e18 - spared;  // ISC, in 1e-18
  if (base.modified) lost = std::min(lost, k1e18 / 1000 * 915);
  const bool changed = base.scope == "C";
  Wide impact = 0;
  if (!changed) {
    impact = lost * 642 / 100;
  } else if (base.modified && version == Version::v3_1) {
    impact = (lost - k1e18 / 1000 * 29) * 752 / 100 - power(lost / 10'000 * 9731 - k1e18 / 50, 13) * 325 / 100;
  } else {
    impact = (lost - k1e18 / 1000 * 29) * 752 / 100 - power(lost - k1e18 / 50, 15) * 325 / 100;
  }
  if (impact <= 0) return 0;
  const auto exploitability = Wide{822} * weigh(kVector3, base.vector) * weigh(kComplexity3, base.complexity) *
                              weigh(changed ? kPrivilegesChanged3 : kPrivileges3, base.privileges) *
                              weigh(kInteraction3, base.interaction) * 10'000;  // 1e-14 to 1e-18
  const auto sum = (impact + exploitability) * (changed ? 108 : 100) / 100;
  return round_up(std::min(sum, 10 * k1e18), version);
}

int temporal_tenths_3(const Values& values, int base_tenths, Version version) noexcept {
  const auto product = Wide{base_tenths} * weigh(kMaturity3, values("E")) * weigh(kRemediation3, values("RL")) *
                       weigh(kConfidence3, values("RC"));  // 1e-10
  return round_up(product * (k1e18 / 10'000'000'000), version);
}

Scores scores_3(const Vector& vector) {
  const Values values{vector};
  const auto in_millionths = [](std::string_view value, int need) { return weigh(kImpact3, value) * need; };
  Scores scores;
  scores.base_tenths = base_tenths_3({.vector = values("AV"),
                                      .complexity = values("AC"),
                                      .privileges = values("PR"),
                                      .interaction = values("UI"),
                                      .scope = values("S"),
                                      .impacts = {in_millionths(values("C"), 1000), in_millionths(values("I"), 1000),
                                                  in_millionths(values("A"), 1000)}},
                                     vector.version);
  scores.temporal_tenths = temporal_tenths_3(values, scores.base_tenths, vector.version);
  // Computed also where no environmental metric is defined: 3.1's own formula for a modified changed scope may then
  // differ from the temporal score by a tenth, and that is what the specification says.
  const auto need = [&](std::string_view metric) { return weigh(kRequirement3, values(metric)); };
  const auto modified = base_tenths_3(
      {.vector = values("MAV", "AV"),
       .complexity = values("MAC", "AC"),
       .privileges = values("MPR", "PR"),
       .interaction = values("MUI", "UI"),
       .scope = values("MS", "S"),
       .impacts = {in_millionths(values("MC", "C"), need("CR")), in_millionths(values("MI", "I"), need("IR")),
                   in_millionths(values("MA", "A"), need("AR"))},
       .modified = true},
      vector.version);
  scores.environmental_tenths = temporal_tenths_3(values, modified, vector.version);
  return scores;
}

// ---- 4.0 ------------------------------------------------------------------------------------------------------------

/// How far a value lies below the worst one of its metric: its place in the list from worst to mildest.
int steps(std::string_view worst_to_mildest, std::string_view value) noexcept {
  return value.empty() ? 0 : static_cast<int>(worst_to_mildest.find(value.front()));
}

/// Where a macro-vector's level of an equivalence class begins and how deep it is, in steps. All highest severity
/// vectors of a level (specification section 8.2, tables 24 to 29) have the same sum of steps, and one of them is not
/// milder than the vector in any metric; so the distance to it is the difference of the sums, whichever it is.
struct Level {
  int top;
  int depth;
};
constexpr Level kEq1[] = {{0, 1}, {1, 4}, {3, 5}};
constexpr Level kEq2[] = {{0, 1}, {1, 2}};
constexpr Level kEq3Eq6[][2] = {{{0, 7}, {3, 6}}, {{1, 8}, {3, 8}}, {{3, 10}, {3, 10}}};
constexpr Level kEq4[] = {{1, 6}, {3, 5}, {6, 4}};

/// The values that count for the score: modified before base, not defined as the worst.
struct Effective4 {
  explicit Effective4(const Values& values)
      : av(values("MAV", "AV")),
        ac(values("MAC", "AC")),
        at(values("MAT", "AT")),
        pr(values("MPR", "PR")),
        ui(values("MUI", "UI")),
        impacts{values("MVC", "VC"), values("MVI", "VI"), values("MVA", "VA")},
        next{values("MSC", "SC"), values("MSI", "SI"), values("MSA", "SA")},
        needs{or_worst(values("CR"), "H"), or_worst(values("IR"), "H"), or_worst(values("AR"), "H")},
        maturity(or_worst(values("E"), "A")) {}
  static std::string_view or_worst(std::string_view value, std::string_view worst) noexcept {
    return value.empty() ? worst : value;
  }

  bool harmless() const noexcept {
    const auto none = [](std::string_view each) { return each == "N"; };
    return std::ranges::all_of(impacts, none) && std::ranges::all_of(next, none);
  }
  MacroVector macro_vector() const noexcept {
    const int easy = (av == "N" ? 1 : 0) + (pr == "N" ? 1 : 0) + (ui == "N" ? 1 : 0);
    const bool any_high = std::ranges::find(impacts, "H") != impacts.end();
    const bool safety = std::ranges::find(next, "S") != next.end();
    const bool next_high = std::ranges::find(next, "H") != next.end();
    bool needed = false;
    for (std::size_t i = 0; i < needs.size(); ++i) needed = needed || (needs[i] == "H" && impacts[i] == "H");
    return {easy == 3               ? 0
            : easy > 0 && av != "P" ? 1
                                    : 2,
            ac == "L" && at == "N" ? 0 : 1,
            impacts[0] == "H" && impacts[1] == "H" ? 0
            : any_high                             ? 1
                                                   : 2,
            safety      ? 0
            : next_high ? 1
                        : 2,
            steps("APU", maturity),
            needed ? 0 : 1};
  }

  std::string_view av, ac, at, pr, ui;
  std::array<std::string_view, 3> impacts, next, needs;
  std::string_view maturity;
};

/// With EQ `at` one level milder, or -1 where there is none.
int milder(MacroVector eq, std::size_t at) noexcept {
  ++eq[at];
  return tenths_of(eq);
}
/// EQ3 and EQ6 go down together (specification section 8.2): from 00 to the higher of 01 and 10, from 01 and 10 to 11,
/// from 11 to 21, from 21 nowhere.
int milder_eq3_eq6(const MacroVector& eq) noexcept {
  if (eq[2] == 0 && eq[5] == 0) return std::max(milder(eq, 2), milder(eq, 5));
  return eq[5] == 0 ? milder(eq, 5) : milder(eq, 2);
}

Scores scores_4(const Vector& vector) {
  const Values values{vector};
  const Effective4 effective{values};
  const auto eq = effective.macro_vector();
  Scores scores;
  const bool threat = values.any("Threat");
  const bool environmental = values.any("Environmental");
  scores.nomenclature = threat ? (environmental ? "CVSS-BTE" : "CVSS-BT") : environmental ? "CVSS-BE" : "CVSS-B";
  for (const auto level : eq) scores.macro_vector += static_cast<char>('0' + level);
  if (effective.harmless()) return scores;

  int impact_steps = 0, next_steps = 0;
  for (std::size_t i = 0; i < effective.impacts.size(); ++i) {
    impact_steps += steps("HLN", effective.impacts[i]) + steps("HML", effective.needs[i]);
    next_steps += steps("SHLN", effective.next[i]);
  }
  const auto level = [&](std::span<const Level> levels, std::size_t at) {
    return levels[static_cast<std::size_t>(eq[at])];
  };
  struct Part {
    Level level;
    int steps;
    int milder;
  };
  const Part parts[] = {
      {level(kEq1, 0), steps("NALP", effective.av) + steps("NLH", effective.pr) + steps("NPA", effective.ui),
       milder(eq, 0)},
      {level(kEq2, 1), steps("LH", effective.ac) + steps("NP", effective.at), milder(eq, 1)},
      {kEq3Eq6[eq[2]][eq[5]], impact_steps, milder_eq3_eq6(eq)},
      {level(kEq4, 3), next_steps, milder(eq, 3)},
      // EQ5 has one metric, so its vectors are never below the top of their level.
      {{0, 1}, 0, milder(eq, 4)},
  };
  const int highest = tenths_of(eq);
  // The least common multiple of all depths: proportions stay integers.
  constexpr int kDepths = 840;
  int distance = 0, directions = 0;
  for (const auto& part : parts) {
    if (part.milder < 0) continue;
    ++directions;
    distance += (highest - part.milder) * (part.steps - part.level.top) * (kDepths / part.level.depth);
  }
  // The score less the mean distance, half a tenth up.
  const int divisor = kDepths * std::max(directions, 1);
  scores.base_tenths = clamped((2 * (highest * divisor - distance) + divisor) / (2 * divisor));
  return scores;
}

}  // namespace

Scores scores_of(const Vector& vector) {
  const auto compute = [&] {
    switch (vector.version) {
      case Version::v2_0:
        return scores_2(vector);
      case Version::v4_0:
        return scores_4(vector);
      case Version::v3_0:
      case Version::v3_1:
        break;
    }
    return scores_3(vector);
  };
  auto scores = compute();
  scores.version = vector.version;
  return scores;
}

std::string canonical(const Vector& vector) {
  std::string text;
  if (vector.version != Version::v2_0) text = fmt::format("CVSS:{}/", to_string(vector.version));
  for (const auto& each : vector.metrics) text += fmt::format("{}:{}/", each.metric, each.value);
  if (!text.empty()) text.pop_back();
  return text;
}

std::string score_text(int tenths) { return fmt::format("{}.{}", tenths / 10, tenths % 10); }

}  // namespace tocsin::formats::cvss
