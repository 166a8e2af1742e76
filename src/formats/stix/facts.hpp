#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "formats/csaf/validate/tape.hpp"

/// What an index needs to know of one STIX object, whatever its type. Tolerant: what has another type than the standard
/// says reads as absent. Texts are views into the reader's memory and live until it reads the next object.
namespace tocsin::formats::stix {

using csaf::Node;
using csaf::TapeReader;

struct ExternalReference {
  std::string_view source_name, external_id, url, description;
};
struct KillChainPhase {
  std::string_view kill_chain_name, phase_name;
};
struct GranularMarking {
  std::string_view marking_ref, lang;
  std::vector<std::string_view> selectors;
};
/// Some property that refers to an object: "created_by_ref", "object_refs", "target_ref", also within extensions.
struct Reference {
  std::string_view property;
  std::string_view id;
};
/// What a cyber-observable is known by and correlated with: ("value", "198.51.100.3"), ("hashes.SHA-256", "ab..").
struct ObservableValue {
  std::string property;
  std::string value;
};

struct Facts {
  std::string_view type, id, spec_version, name, description, lang, created_by_ref;
  std::optional<Timestamp> created, modified;
  /// As it was written: two versions differ also below a microsecond. Empty for SCOs and marking definitions.
  std::string_view modified_text;
  bool revoked = false;
  std::optional<std::int64_t> confidence;
  std::vector<std::string_view> aliases;  ///< Also x_mitre_aliases, which ATT&CK uses for software.
  std::vector<std::string_view> labels;
  std::vector<std::string_view> types;  ///< "malware_types", "indicator_types", ...
  std::vector<ExternalReference> external_references;
  std::vector<std::string_view> object_marking_refs;
  std::vector<GranularMarking> granular_markings;
  std::vector<KillChainPhase> kill_chain_phases;
  std::vector<Reference> references;
  std::string_view relationship_type, source_ref, target_ref;
  std::string_view pattern, pattern_type, pattern_version;
  std::optional<Timestamp> valid_from, valid_until;
  std::optional<std::int64_t> count;               ///< Of a sighting; number_observed of observed-data.
  std::optional<Timestamp> first_seen, last_seen;  ///< Also first_observed, start_time and such.
  std::vector<ObservableValue> values;

  void clear();
};

/// Reads into memory that was used before. Total: any value.
void read_facts(Node object, Facts& facts);
Facts read_facts(Node object);
/// Of an observable only; `object` may be one of a 2.0 container.
void read_observable_values(Node object, std::vector<ObservableValue>& values);

/// "attack-pattern" of "attack-pattern--0a3e...": empty where there is no "--".
std::string_view type_of_id(std::string_view id) noexcept;

/// The key that tells versions of objects apart: id and, where the object has versions, its time of modification.
/// Equal keys with equal bytes are one object; nothing is minted anew.
struct VersionKey {
  std::string id;
  std::string modified;
  friend auto operator<=>(const VersionKey&, const VersionKey&) = default;
};

}  // namespace tocsin::formats::stix
