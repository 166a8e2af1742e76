#include "engine/exposure/decision_inputs.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/cvss/cvss.hpp"
#include "tocsin_decision_tables.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;
namespace cvss = formats::cvss;
using formats::inventory::Item;

constexpr std::string_view kOwn = "x_tocsin.portal#ot";
constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;

struct LevelWord {
  std::string_view word;
  int level;
};
/// Folded. Longer ones first where one holds another.
constexpr LevelWord kLevelWords[] = {{"very high", 4},
                                     {"sehr hoch", 4},
                                     {"muy alt", 4},
                                     {"catastroph", 4},
                                     {"katastroph", 4},
                                     {"catastrof", 4},
                                     {"death", 4},
                                     {"todlich", 4},
                                     {"lebensgefahr", 4},
                                     {"muerte", 4},
                                     {"fatal", 4},
                                     {"extrem", 4},
                                     {"sil 4", 4},
                                     {"sil4", 4},
                                     {"sil 3", 4},
                                     {"sil3", 4},
                                     {"sil 2", 3},
                                     {"sil2", 3},
                                     {"sil 1", 2},
                                     {"sil1", 2},
                                     {"very low", 1},
                                     {"sehr gering", 1},
                                     {"sehr niedrig", 1},
                                     {"muy baj", 1},
                                     {"no safety", 0},
                                     {"non-critical", 1},
                                     {"noncritical", 1},
                                     {"not critical", 1},
                                     {"unkritisch", 1},
                                     {"nicht kritisch", 1},
                                     {"no critic", 1},
                                     {"uncritical", 1},
                                     {"high", 3},
                                     {"hoch", 3},
                                     {"alto", 3},
                                     {"alta", 3},
                                     {"critical", 3},
                                     {"kritisch", 3},
                                     {"critic", 3},
                                     {"severe", 3},
                                     {"schwer", 3},
                                     {"grave", 3},
                                     {"major", 3},
                                     {"essential", 3},
                                     {"vital", 3},
                                     {"injur", 3},
                                     {"verletzung", 3},
                                     {"lesion", 3},
                                     {"medium", 2},
                                     {"moderate", 2},
                                     {"mittel", 2},
                                     {"mediano", 2},
                                     {"medio", 2},
                                     {"media", 2},
                                     {"significant", 2},
                                     {"massig", 2},
                                     {"low", 1},
                                     {"gering", 1},
                                     {"niedrig", 1},
                                     {"baj", 1},
                                     {"minor", 1},
                                     {"leicht", 1},
                                     {"marginal", 1},
                                     {"klein", 1},
                                     {"menor", 1},
                                     {"negligible", 0},
                                     {"vernachlassigbar", 0},
                                     {"despreciable", 0}};
/// Only as the whole cell: they stand in other words.
constexpr LevelWord kLevelCells[] = {{"none", 0},    {"no", 0},      {"keine", 0}, {"kein", 0}, {"nein", 0},
                                     {"ninguna", 0}, {"ninguno", 0}, {"yes", 3},   {"ja", 3},   {"si", 3},
                                     {"h", 3},       {"m", 2},       {"l", 1},     {"leve", 1}, {"vh", 4},
                                     {"vl", 1},      {"a", 3},       {"b", 2},     {"c", 1}};

struct Consequence {
  int level = -1;  ///< -1: no column says it.
  std::string because;
};
Consequence worst(std::initializer_list<std::pair<std::string_view, const std::string*>> columns) {
  Consequence worst;
  for (const auto& [name, cell] : columns) {
    const auto level = level_of(*cell);
    if (!level || *level <= worst.level) continue;
    worst.level = *level;
    worst.because = tr<"{} is \"{}\"">(tr_text(name), text::shorten(*cell, 40));
  }
  return worst;
}
Consequence safety_of(const Item& item) {
  return worst({{"safety", &item.safety}, {"environment", &item.environment}});
}
Consequence process_of(const Item& item) {
  return worst({{"production", &item.production}, {"criticality", &item.criticality}});
}

std::string_view metric(const cvss::Vector& vector, std::string_view name) {
  const auto found = std::ranges::find(vector.metrics, name, &cvss::MetricValue::metric);
  return found == vector.metrics.end() ? std::string_view{} : found->value;
}

/// The exploit maturity of a vector: 'A', 'P', 'N', or 0.
char maturity(const cvss::Vector& vector) {
  const auto value = metric(vector, "E");
  if (vector.version == cvss::Version::v4_0) {
    if (value == "A") return 'A';
    if (value == "P") return 'P';
    return value == "U" ? 'N' : '\0';
  }
  if (value == "H" || value == "F" || value == "P" || value == "POC") return 'P';
  return value == "U" ? 'N' : '\0';
}

Input exploitation(const Case& of) {
  if (of.evidence != nullptr && of.evidence->kev) return {"A", evidence::sentence(*of.evidence->kev), false};
  if (!of.facts.active.empty()) return {"A", of.facts.active, false};
  const auto vector = cvss::parse_vector(of.facts.vector);
  const char mature = vector ? maturity(*vector) : '\0';
  if (mature == 'A') return {"A", std::string{tr<"the vector says that it is attacked (E:A)">()}, false};
  if (!of.facts.proof.empty()) return {"P", of.facts.proof, false};
  if (mature == 'P') return {"P", tr<"the vector says that an exploit exists (E:{})">(metric(*vector, "E")), false};
  std::optional<double> epss = of.facts.epss;
  std::string epss_text = epss ? tr<"EPSS {} (in the document)">(fmt::format("{:.2f}", *epss)) : std::string{};
  if (of.evidence != nullptr && of.evidence->epss) {
    epss = of.evidence->epss->probability;
    epss_text = evidence::sentence(*of.evidence->epss);
  }
  if (epss && *epss >= kEpssPublic) return {"P", tr<"{}, which is {} or more">(epss_text, kEpssPublic), false};
  if (!of.facts.none.empty()) return {"N", of.facts.none, false};
  if (mature == 'N') return {"N", std::string{tr<"the vector says that no exploit is known (E:U)">()}, false};
  if (of.book.has_kev) {
    return {
        "N",
        epss_text.empty() ? std::string{tr<"it is not in CISA KEV">()} : tr<"it is not in CISA KEV, and {}">(epss_text),
        false};
  }
  if (epss) return {"N", tr<"{}, which is less than {}">(epss_text, kEpssPublic), false};
  return {"P", std::string{tr<"neither KEV nor EPSS nor the advisory says whether an exploit is known">()}, true};
}

Input automatable(const Case& of) {
  const auto vector = cvss::parse_vector(of.facts.vector);
  if (!vector) return {"Y", std::string{tr<"no CVSS vector says it">()}, true};
  // CVSS 4.0 has it as a metric of its own.
  if (const auto told = metric(*vector, "AU"); told == "Y" || told == "N") {
    return {std::string{told}, tr<"the vector says AU:{}">(told), false};
  }
  const bool v2 = vector->version == cvss::Version::v2_0;
  const bool yes = metric(*vector, "AV") == "N" && metric(*vector, "AC") == "L" &&
                   (v2 ? metric(*vector, "Au") == "N" : metric(*vector, "PR") == "N" && metric(*vector, "UI") == "N") &&
                   (vector->version != cvss::Version::v4_0 || metric(*vector, "AT") == "N");
  return {yes ? "Y" : "N",
          std::string{yes ? tr<"over the network, without effort, rights or a person's help (CVSS)">()
                          : tr<"it takes nearness, effort, rights or a person's help (CVSS)">()},
          false};
}

Input technical_impact(const Case& of) {
  const auto vector = cvss::parse_vector(of.facts.vector);
  if (!vector) return {"T", std::string{tr<"no CVSS vector says it">()}, true};
  const bool v4 = vector->version == cvss::Version::v4_0;
  const std::string_view most = vector->version == cvss::Version::v2_0 ? "C" : "H";
  const bool total = metric(*vector, v4 ? "VC" : "C") == most && metric(*vector, v4 ? "VI" : "I") == most;
  return {
      total ? "T" : "P",
      std::string{total ? tr<"all may be read and changed (CVSS)">() : tr<"not all may be read and changed (CVSS)">()},
      false};
}

struct ExposureWord {
  std::string_view word;
  char value;
};
/// Folded; the first that a cell holds decides.
constexpr ExposureWord kExposureWords[] = {{"air gap", 'S'},
                                           {"air-gap", 'S'},
                                           {"airgap", 'S'},
                                           {"isol", 'S'},
                                           {"aislad", 'S'},
                                           {"offline", 'S'},
                                           {"standalone", 'S'},
                                           {"stand-alone", 'S'},
                                           {"not connected", 'S'},
                                           {"no network", 'S'},
                                           {"disconnected", 'S'},
                                           {"unconnected", 'S'},
                                           {"nicht verbunden", 'S'},
                                           {"kein netz", 'S'},
                                           {"abgeschottet", 'S'},
                                           {"getrennt", 'S'},
                                           {"desconectad", 'S'},
                                           {"sin red", 'S'},
                                           {"sin conexion", 'S'},
                                           {"serial", 'S'},
                                           {"no internet", 'C'},
                                           {"not internet", 'C'},
                                           {"kein internet", 'C'},
                                           {"sin internet", 'C'},
                                           {"dmz", 'C'},
                                           {"vpn", 'C'},
                                           {"firewall", 'C'},
                                           {"controlled", 'C'},
                                           {"kontrolliert", 'C'},
                                           {"controlad", 'C'},
                                           {"segment", 'C'},
                                           {"restricted", 'C'},
                                           {"beschrankt", 'C'},
                                           {"restringid", 'C'},
                                           {"internal", 'C'},
                                           {"intern ", 'C'},
                                           {"plant network", 'C'},
                                           {"lan", 'C'},
                                           {"internet", 'O'},
                                           {"open", 'O'},
                                           {"offen", 'O'},
                                           {"abiert", 'O'},
                                           {"public", 'O'},
                                           {"offentlich", 'O'},
                                           {"extern", 'O'},
                                           {"remote", 'O'},
                                           {"fernzugriff", 'O'},
                                           {"wan", 'O'},
                                           {"cloud", 'O'},
                                           {"small", 'S'},
                                           {"gering", 'S'},
                                           {"pequen", 'S'},
                                           {"low", 'S'},
                                           {"niedrig", 'S'},
                                           {"baj", 'S'},
                                           {"medium", 'C'},
                                           {"mittel", 'C'},
                                           {"medi", 'C'},
                                           {"high", 'O'},
                                           {"hoch", 'O'},
                                           {"alt", 'O'}};

std::optional<char> exposure_in(std::string_view cell) {
  const auto folded = text::fold(cell);
  if (folded == "intern" || folded == "interno" || folded == "interna") return 'C';
  if (folded == "none" || folded == "no" || folded == "keine" || folded == "nein" || folded == "ninguna") return 'S';
  if (folded == "yes" || folded == "ja" || folded == "si") return 'O';
  for (const auto& [word, value] : kExposureWords) {
    if (text::contains(folded, word)) return value;
  }
  return std::nullopt;
}

/// "3.5", "Level 2", "L1" of the Purdue model: the shop floor is small, what offices reach is open.
std::optional<double> purdue(std::string_view cell) {
  const auto at = cell.find_first_of("012345");
  if (at == std::string_view::npos) return std::nullopt;
  double level = 0;
  const auto [end, failure] = std::from_chars(cell.data() + at, cell.data() + cell.size(), level);
  if (failure != std::errc{} || level > 5) return std::nullopt;
  return level;
}

Input exposure_of(const Case& of) {
  const auto& item = of.item;
  for (const auto& [name, cell] : {std::pair{"exposure", &item.exposure}, std::pair{"zone", &item.zone}}) {
    if (const auto value = exposure_in(*cell)) {
      return {std::string(1, *value), tr<"{} is \"{}\"">(tr_text(name), text::shorten(*cell, 40)), false};
    }
    if (name != std::string_view{"exposure"}) continue;
    // A level says more than the name of a zone.
    if (const auto level = purdue(item.purdue_level)) {
      const char value = *level < 2 ? 'S' : *level < 4 ? 'C' : 'O';
      return {std::string(1, value), tr<"Purdue level is \"{}\"">(text::shorten(item.purdue_level, 20)), false};
    }
  }
  return {"O", std::string{tr<"the inventory says neither exposure nor Purdue level nor a zone that tells it">()},
          true};
}

Input safety_impact(const Case& of) {
  const auto safety = safety_of(of.item);
  if (safety.level < 0) return {"R", std::string{tr<"the inventory says nothing of safety or environment">()}, true};
  constexpr std::string_view kValues[] = {"N", "M", "M", "R", "C"};
  return {std::string{kValues[safety.level]}, safety.because, false};
}

Input mission_impact(const Case& of) {
  const auto process = process_of(of.item);
  if (process.level < 0)
    return {"MEF", std::string{tr<"the inventory says nothing of production or criticality">()}, true};
  constexpr std::string_view kValues[] = {"D", "D", "MSC", "MEF", "MF"};
  return {std::string{kValues[process.level]}, process.because, false};
}

/// Joined reasons of two inputs that make a third.
Input joined(std::string value, const Input& a, const Input& b) {
  return {std::move(value), fmt::format("{}; {}", a.because, b.because), a.assumed || b.assumed};
}

const formats::ssvc::DecisionTable& human_impact_table() {
  static const auto table = [] {
    const auto& files = tables::files();
    const auto file = std::ranges::find(files, "human_impact.json", &tables::EmbeddedFile::path);
    TOCSIN_CHECK(file != files.end());
    const auto parsed = json::parse(file->bytes).value();
    return formats::ssvc::read_decision_table(parsed.root()).value();
  }();
  return table;
}

Input human_impact(const Case& of) {
  const auto safety = safety_impact(of), mission = mission_impact(of);
  const auto& table = human_impact_table();
  const std::array values{table.inputs[0].find(safety.value).value(), table.inputs[1].find(mission.value).value()};
  return joined(table.outcome.values[table.decide(values)].key, safety, mission);
}

/// Mission and well-being: the worse of the two, for CISA's table has one point for both.
Input well_being(const Case& of) {
  const auto safety = safety_of(of.item), process = process_of(of.item);
  if (safety.level < 0 && process.level < 0)
    return {"H", std::string{tr<"the inventory says nothing of any consequence">()}, true};
  const auto& worse = safety.level >= process.level ? safety : process;
  // One of them said to be harmless says nothing of the other.
  const bool assumed = worse.level < 3 && (safety.level < 0 || process.level < 0);
  if (assumed) return {"H", tr<"{}, and the inventory does not say the rest">(worse.because), true};
  return {worse.level >= 3 ? "H" : worse.level == 2 ? "M" : "L", worse.because, false};
}

Input safety_consequence(const Case& of) {
  const auto safety = safety_of(of.item);
  if (safety.level < 0) return {"Y", std::string{tr<"the inventory says nothing of safety or environment">()}, true};
  return {safety.level >= 2 ? "Y" : "N", safety.because, false};
}

Input process_consequence(const Case& of) {
  const auto process = process_of(of.item);
  if (process.level < 0)
    return {"H", std::string{tr<"the inventory says nothing of production or criticality">()}, true};
  return {process.level >= 3 ? "H" : process.level == 2 ? "M" : "L", process.because, false};
}

Input remedy(const Case& of) {
  using Category = csaf::RemediationCategory;
  bool mitigated = false;
  for (const auto& each : of.facts.remedies) {
    if (!is_for(each, of.match)) continue;
    if (each.category == Category::vendor_fix || each.category == Category::optional_patch) {
      return {"F", std::string{tr<"the advisory names a fix">()}, false};
    }
    mitigated = mitigated || each.category == Category::mitigation || each.category == Category::workaround;
  }
  if (mitigated) return {"M", std::string{tr<"the advisory names a mitigation and no fix">()}, false};
  return {"N", std::string{tr<"the advisory names neither fix nor mitigation">()}, false};
}

Input outage(const Case& of) {
  const auto date = outage_of(of.item, of.today);
  if (!date) {
    return {"L",
            of.item.next_outage.empty() ? std::string{tr<"the inventory does not say when the next outage is">()}
                                        : tr<"\"{}\" is no date to come">(text::shorten(of.item.next_outage, 40)),
            true};
  }
  const auto days = (date->micros - of.today.micros) / kDay;
  return {days <= kOutageSoonDays ? "S" : "L", tr<"the next outage is {}">(format_date(*date)), false};
}

Input in_kev(const Case& of) {
  if (of.evidence != nullptr && of.evidence->kev) return {"Y", evidence::sentence(*of.evidence->kev), false};
  if (of.book.has_kev) return {"N", std::string{tr<"it is not in CISA KEV">()}, false};
  return {"Y", std::string{tr<"no catalogue (CISA KEV) was given">()}, true};
}

Input publicly_exposed(const Case& of) {
  auto exposure = exposure_of(of);
  exposure.value = exposure.value == "O" ? "Y" : "N";
  return exposure;
}

struct Known {
  std::string_view name_space, key;
  Input (*derive)(const Case&);
  std::array<std::string_view, 4> values;
};
constexpr Known kKnown[] = {{"ssvc", "E", exploitation, {"N", "P", "A"}},
                            {"ssvc", "A", automatable, {"N", "Y"}},
                            {"ssvc", "TI", technical_impact, {"P", "T"}},
                            {"ssvc", "EXP", exposure_of, {"S", "C", "O"}},
                            {"ssvc", "SI", safety_impact, {"N", "M", "R", "C"}},
                            {"ssvc", "MI", mission_impact, {"D", "MSC", "MEF", "MF"}},
                            {"ssvc", "HI", human_impact, {"L", "M", "H", "VH"}},
                            {"ssvc", "MWI", well_being, {"L", "M", "H"}},
                            {"cisa", "KEV", in_kev, {"N", "Y"}},
                            {"cisa", "PE", publicly_exposed, {"N", "Y"}},
                            {kOwn, "SC", safety_consequence, {"N", "Y"}},
                            {kOwn, "PC", process_consequence, {"L", "M", "H"}},
                            {kOwn, "R", remedy, {"F", "M", "N"}},
                            {kOwn, "O", outage, {"S", "L"}}};

const Known* find_known(std::string_view name_space, std::string_view key) {
  const auto* found =
      std::ranges::find_if(kKnown, [&](const Known& each) { return each.name_space == name_space && each.key == key; });
  return found == std::end(kKnown) ? nullptr : found;
}

int number_at(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::optional<int> level_of(std::string_view cell) {
  const auto folded = text::fold(text::trim(cell));
  if (folded.empty()) return std::nullopt;
  if (folded.size() == 1 && folded[0] >= '0' && folded[0] <= '5') return std::min(folded[0] - '0', 4);
  for (const auto& [word, level] : kLevelCells) {
    if (folded == word) return level;
  }
  for (const auto& [word, level] : kLevelWords) {
    if (text::contains(folded, word)) return level;
  }
  return std::nullopt;
}

std::optional<Timestamp> date_of(std::string_view text) {
  text = text::trim(text);
  int year = -1, month = -1, day = -1;
  const auto is = [&](std::string_view form) {
    return text.size() >= form.size() && std::ranges::equal(form, text.substr(0, form.size()), [](char want, char has) {
             return want == '9' ? has >= '0' && has <= '9' : want == has;
           });
  };
  if (is("9999-99-99")) {
    year = number_at(text, 0, 4), month = number_at(text, 5, 2), day = number_at(text, 8, 2);
  } else if (is("99.99.9999") || is("99/99/9999")) {
    year = number_at(text, 6, 4), month = number_at(text, 3, 2), day = number_at(text, 0, 2);
  } else if (is("9999-99") && text.size() == 7) {
    year = number_at(text, 0, 4), month = number_at(text, 5, 2), day = 1;
  } else {
    return std::nullopt;
  }
  const auto date = from_date(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  return date ? std::optional{*date} : std::nullopt;
}

Timestamp midnight_of(Timestamp moment) noexcept { return {moment.micros - ((moment.micros % kDay) + kDay) % kDay}; }

bool is_any_time(const Item& item) {
  constexpr std::string_view kWords[] = {"now",    "any time",          "anytime", "jederzeit",
                                         "sofort", "cualquier momento", "ahora"};
  return std::ranges::find(kWords, text::fold(item.next_outage)) != std::end(kWords);
}

std::optional<Timestamp> time_changes_at(const Item& item, Timestamp today) {
  const auto date = date_of(item.next_outage);
  const auto midnight = midnight_of(today);
  if (!date || *date < midnight) return std::nullopt;
  const Timestamp soon{date->micros - kOutageSoonDays * kDay};
  return midnight < soon ? soon : Timestamp{date->micros + kDay};
}

std::optional<Timestamp> outage_of(const Item& item, Timestamp today) {
  const auto midnight = midnight_of(today);
  if (is_any_time(item)) return midnight;
  const auto date = date_of(item.next_outage);
  if (!date || *date < midnight) return std::nullopt;
  return date;
}

bool is_for(const Remedy& remedy, const Match& match) {
  if (remedy.product_ids.empty()) return true;
  return std::ranges::any_of(match.product_ids, [&](const std::string& id) {
    return std::ranges::find(remedy.product_ids, id) != remedy.product_ids.end();
  });
}

std::optional<Input> derive(std::string_view name_space, std::string_view key, const Case& of) {
  const auto* known = find_known(name_space, key);
  return known == nullptr ? std::nullopt : std::optional{known->derive(of)};
}

std::vector<std::string_view> derivable(std::string_view name_space, std::string_view key) {
  std::vector<std::string_view> values;
  if (const auto* known = find_known(name_space, key)) {
    for (const auto value : known->values) {
      if (!value.empty()) values.push_back(value);
    }
  }
  return values;
}

std::string derivable_points() {
  std::string out;
  for (const auto& each : kKnown) out += fmt::format("{}{}:{}", out.empty() ? "" : ", ", each.name_space, each.key);
  return out;
}

}  // namespace tocsin::engine::exposure
