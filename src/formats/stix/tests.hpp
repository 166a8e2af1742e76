#pragma once
#include <cstdint>
#include <string_view>

/// Every rule of the validator by name; validate.cpp says them, tests.cpp has their ids and groups.
namespace tocsin::formats::stix {

/// TLP 2.0 for STIX 2.1: its definition is known wherever its markings are.
inline constexpr std::string_view kTlp2Extension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

enum class Test : std::uint8_t {
  json,
  object,
  repeated,
  type,
  required,
  one_of,
  empty_list,
  empty_dictionary,
  unknown,
  bundle,
  type_name,
  property_name,
  id_form,
  id_type,
  id_version,
  id_deterministic,
  id_reused,
  timestamp,
  precision,
  order,
  reference_type,
  reference_local,
  enumeration,
  vocabulary,
  range,
  hex,
  binary,
  url,
  hash_name,
  hash_value,
  dictionary_key,
  language,
  markings_loop,
  granular,
  selector,
  tlp,
  extension,
  extension_unknown,
  custom_property,
  custom_object,
  deprecated,
  relationship,
  relationship_name,
  versions,
  revoked,
  pattern,
  pattern_language,
  together,
  value,
  spec_version,
  reserved,
  not_applicable,
  custom_extension,
  hex_case,
  id_not_contributing,
  id_case,
  count
};

}  // namespace tocsin::formats::stix
