#include "formats/attack/attack.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::formats::attack {
namespace {

/// Who publishes ATT&CK: the same identity since its first release.
constexpr std::string_view kPublisher = "identity--c78cb6e5-0c4b-4611-8297-d1b8b55e40b5";
constexpr std::string_view kSite = "attack.mitre.org/";
/// Of one text: what names more is a list of the knowledge base, not a report.
constexpr std::size_t kIdsMax = 2'000;

constexpr std::pair<std::string_view, Kind> kTypes[] = {{"attack-pattern", Kind::technique},
                                                        {"x-mitre-tactic", Kind::tactic},
                                                        {"x-mitre-matrix", Kind::matrix},
                                                        {"intrusion-set", Kind::group},
                                                        {"malware", Kind::software},
                                                        {"tool", Kind::software},
                                                        {"campaign", Kind::campaign},
                                                        {"course-of-action", Kind::mitigation},
                                                        {"x-mitre-asset", Kind::asset},
                                                        {"x-mitre-data-component", Kind::data_component},
                                                        {"x-mitre-data-source", Kind::data_source},
                                                        {"x-mitre-detection-strategy", Kind::detection_strategy},
                                                        {"x-mitre-analytic", Kind::analytic},
                                                        {"x-mitre-collection", Kind::collection},
                                                        {"relationship", Kind::relationship}};

/// Letters before the four or more digits.
constexpr std::pair<std::string_view, Kind> kLetters[] = {{"T", Kind::technique},    {"TA", Kind::tactic},
                                                          {"G", Kind::group},        {"S", Kind::software},
                                                          {"C", Kind::campaign},     {"M", Kind::mitigation},
                                                          {"A", Kind::asset},        {"DC", Kind::data_component},
                                                          {"DS", Kind::data_source}, {"DET", Kind::detection_strategy},
                                                          {"AN", Kind::analytic}};

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_word(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) > 127;
}
/// Ids, versions and phases are of such characters; others no database has to keep.
bool is_plain(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}
bool all_digits(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_digit); }

/// "ics-attack" is walked through by "mitre-ics-attack"; Enterprise, which was first, by "mitre-attack".
std::string chain_of(std::string_view domain) {
  return domain == "enterprise-attack" ? "mitre-attack" : fmt::format("mitre-{}", domain);
}

std::string_view own_id(const stix::Facts& facts, Kind kind) noexcept {
  for (const auto& each : facts.external_references) {
    if (!each.source_name.starts_with("mitre") || each.external_id.empty()) continue;
    if (kind == Kind::matrix) return each.external_id;
    // Mitigations of before 2019 had the ids of techniques: they are no mitigations by that name.
    if (kind_of_id(each.external_id) == kind) return each.external_id;
  }
  return {};
}

/// The technique that begins here, as its id is written; empty where none does.
std::string technique_at(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at);
  if (rest.size() < 5 || rest[0] != 'T' || !all_digits(rest.substr(1, 4))) return {};
  auto end = std::size_t{5};
  std::string id{rest.substr(0, 5)};
  if (rest.size() >= 9 && (rest[5] == '.' || rest[5] == '/') && all_digits(rest.substr(6, 3)) &&
      (rest.size() == 9 || !is_word(rest[9]))) {
    id.append(".").append(rest.substr(6, 3));
    end = 9;
  }
  if (end < rest.size() && is_word(rest[end])) return {};
  // "T1000-5" is an order number.
  if (end + 1 < rest.size() && rest[end] == '-' && is_word(rest[end + 1])) return {};
  return id;
}

/// What an address at the site names: "groups/G0034", "techniques/T1059/001", "mitigations/M0930/".
std::string id_of_address(std::string_view path) {
  const auto slash = path.find('/');
  if (slash == path.npos || slash > 20) return {};
  path.remove_prefix(slash + 1);
  if (path.starts_with("T") && path.size() > 1 && is_digit(path[1])) return technique_at(path, 0);
  std::size_t end = 0;
  while (end < path.size() && end < 10 && is_word(path[end])) ++end;
  const auto id = path.substr(0, end);
  return kind_of_id(id) ? std::string{id} : std::string{};
}

}  // namespace

std::string_view slug(Kind kind) noexcept {
  switch (kind) {
    case Kind::relationship:
      return "relationship";
    case Kind::matrix:
      return "matrix";
    case Kind::tactic:
      return "tactic";
    case Kind::technique:
      return "technique";
    case Kind::group:
      return "group";
    case Kind::software:
      return "software";
    case Kind::campaign:
      return "campaign";
    case Kind::mitigation:
      return "mitigation";
    case Kind::asset:
      return "asset";
    case Kind::data_component:
      return "data-component";
    case Kind::data_source:
      return "data-source";
    case Kind::detection_strategy:
      return "detection-strategy";
    case Kind::analytic:
      return "analytic";
    case Kind::collection:
      break;
  }
  return "collection";
}

std::optional<Kind> kind_of_id(std::string_view id) noexcept {
  if (id.size() > 12) return std::nullopt;
  const auto first = std::ranges::find_if(id, is_digit);
  const std::string_view letters{id.begin(), first}, digits{first, id.end()};
  const auto* found = std::ranges::find(kLetters, letters, [](const auto& each) { return each.first; });
  if (found == std::end(kLetters)) return std::nullopt;
  if (found->second == Kind::technique && digits.size() == 8 && digits[4] == '.') {
    return all_digits(digits.substr(0, 4)) && all_digits(digits.substr(5)) ? std::optional{Kind::technique}
                                                                           : std::nullopt;
  }
  return all_digits(digits) && digits.size() >= 4 && digits.size() <= 5 ? std::optional{found->second} : std::nullopt;
}

std::string_view parent_of(std::string_view id) noexcept {
  const auto dot = id.find('.');
  return dot == id.npos ? std::string_view{} : id.substr(0, dot);
}

bool is_part(stix::Node object, const stix::Facts& facts) noexcept {
  if (facts.created_by_ref == kPublisher || facts.id == kPublisher) return true;
  for (const auto [name, value] : object.members()) {
    if (name.starts_with("x_mitre_")) return true;
  }
  return false;
}

std::optional<Facts> read_facts(stix::Node object, const stix::Facts& facts) {
  const auto* type = std::ranges::find(kTypes, facts.type, [](const auto& each) { return each.first; });
  if (type == std::end(kTypes) || !is_part(object, facts)) return std::nullopt;
  Facts out;
  out.kind = type->second;
  out.deprecated = object["x_mitre_deprecated"].is_true();
  if (const auto version = object.text_at("x_mitre_version"); version.size() <= 20 && is_plain(version)) {
    out.version = version;
  }
  if (out.kind == Kind::relationship || out.kind == Kind::collection) return out;
  out.id = own_id(facts, out.kind);
  if (out.id.empty() || out.id.size() > 60 || !is_plain(out.id)) return std::nullopt;
  const auto add = [&](std::string chain, std::string_view phase) {
    Phase made{std::move(chain), std::string{phase}};
    if (made.chain.size() + made.phase.size() > 400 || !is_plain(made.chain) || !is_plain(made.phase)) return;
    if (std::ranges::find(out.phases, made) == out.phases.end()) out.phases.push_back(std::move(made));
  };
  if (out.kind == Kind::technique) {
    for (const auto& each : facts.kill_chain_phases) add(std::string{each.kill_chain_name}, each.phase_name);
  } else if (out.kind == Kind::tactic) {
    for (const auto domain : object["x_mitre_domains"].elements()) {
      add(chain_of(domain.text()), object.text_at("x_mitre_shortname"));
    }
  } else if (out.kind == Kind::matrix) {
    add(chain_of(out.id), {});
  }
  return out;
}

std::optional<Requirement> read_requirement(std::string_view label) {
  constexpr std::string_view kBetween = " - ";
  const auto between = label.find(kBetween);
  if (between == label.npos || between == 0) return std::nullopt;
  if (!label.starts_with("IEC ") && !label.starts_with("NIST ") && !label.starts_with("ISO")) return std::nullopt;
  Requirement out{.standard = std::string{label.substr(0, between)}, .ids = {}};
  auto rest = label.substr(between + kBetween.size());
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    if (const auto id = text::trim(rest.substr(0, end)); !id.empty()) out.ids.emplace_back(id);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out.ids.empty() ? std::nullopt : std::optional{std::move(out)};
}

std::vector<std::string> ids_in(std::string_view text) {
  std::vector<std::string> out;
  const auto note = [&](std::string id) {
    if (!id.empty() && std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
  };
  for (std::size_t at = 0; at < text.size() && out.size() < kIdsMax; ++at) {
    if (text[at] == 'T' && (at == 0 || (!is_word(text[at - 1]) && text[at - 1] != '-'))) {
      note(technique_at(text, at));
    } else if (text[at] == 'a' && text.substr(at).starts_with(kSite)) {
      note(id_of_address(text.substr(at + kSite.size())));
    }
  }
  return out;
}

}  // namespace tocsin::formats::attack
