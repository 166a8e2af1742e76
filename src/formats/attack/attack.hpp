#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/stix/facts.hpp"

/// MITRE ATT&CK as it is published in STIX: what its objects are, and where other texts name them. Read after ATT&CK's
/// own description of its data (attack-stix-data, "USAGE"): types, x_mitre_* properties, external references, kill
/// chain phases. Pure functions: any thread may call them.
namespace tocsin::formats::attack {

/// Stored as its number; only ever added to.
enum class Kind {
  relationship = 0,
  matrix = 1,
  tactic = 2,
  technique = 3,
  group = 4,
  software = 5,
  campaign = 6,
  mitigation = 7,
  asset = 8,
  data_component = 9,
  data_source = 10,
  detection_strategy = 11,
  analytic = 12,
  collection = 13  ///< A release: its version is the knowledge base's.
};
/// Those that have pages, in the order in which they are told.
inline constexpr std::array kKindsInOrder{
    Kind::tactic, Kind::technique,      Kind::group,       Kind::software,           Kind::campaign, Kind::mitigation,
    Kind::asset,  Kind::data_component, Kind::data_source, Kind::detection_strategy, Kind::analytic};
/// "data-component": for JSON and the command line.
std::string_view slug(Kind kind) noexcept;
/// By the form of an ATT&CK id: "T0855" and "T1059.001" are techniques, "TA0107" is a tactic. nullopt for what is none.
std::optional<Kind> kind_of_id(std::string_view id) noexcept;
/// "T1059" of "T1059.001"; empty where it is no sub-technique.
std::string_view parent_of(std::string_view id) noexcept;

/// Where a technique stands, or a tactic is the column: ("mitre-ics-attack", "execution").
struct Phase {
  std::string chain, phase;
  friend bool operator==(const Phase&, const Phase&) = default;
};

/// What an index needs to know of an object of ATT&CK.
struct Facts {
  Kind kind = Kind::technique;
  std::string id;           ///< "T0855"; of a matrix its domain ("ics-attack"); of relationships and releases empty.
  std::string version;      ///< "1.2"
  bool deprecated = false;  ///< x_mitre_deprecated, which is not revoked.
  std::vector<Phase> phases;
};

/// Is it of the knowledge base itself, and not of somebody who speaks of it?
bool is_part(stix::Node object, const stix::Facts& facts) noexcept;
/// nullopt for what is no part of ATT&CK, has no id of its kind, or is of a kind that is not told. Relationships and
/// releases have no id.
std::optional<Facts> read_facts(stix::Node object, const stix::Facts& facts);

/// The ids that a text names, each once, in the order in which they come: techniques by their bare id ("T0855",
/// "T1059.001"), everything by an address at attack.mitre.org. Whether there is such a thing the reader has to look up.
std::vector<std::string> ids_in(std::string_view text);

/// What a mitigation refers to by a label: "NIST SP 800-53 Rev. 5 - AC-3; SC-7".
struct Requirement {
  std::string standard;          ///< "NIST SP 800-53 Rev. 5"
  std::vector<std::string> ids;  ///< "AC-3", "SC-7"
  friend bool operator==(const Requirement&, const Requirement&) = default;
};
std::optional<Requirement> read_requirement(std::string_view label);

}  // namespace tocsin::formats::attack
