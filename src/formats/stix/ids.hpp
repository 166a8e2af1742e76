#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "formats/csaf/validate/tape.hpp"

/// Identifiers (STIX 2.1 section 2.9) and the deterministic ones of observables, over RFC 8785 (JCS).
namespace tocsin::formats::stix {

struct IdParts {
  std::string_view type;
  std::string_view uuid;
  char version = '\0';  ///< Of the UUID: '4', '5', ...
};
/// "type--uuid", a UUID of RFC 4122 in lower case; nullopt for all else.
std::optional<IdParts> parse_id(std::string_view id) noexcept;

/// The JSON Canonicalization Scheme of RFC 8785. Numbers beyond a double are written as the nearest one.
void append_jcs(std::string& out, csaf::Node value);
/// A JSON string as JCS writes it.
void append_jcs_string(std::string& out, std::string_view text);

/// UUIDv5 (RFC 4122 section 4.3) of a name in the namespace that section 2.9 gives to observables.
std::string observable_uuid(std::string_view name);
/// "ipv4-addr--ff26c055-...": what section 2.9 says of an observable, from the ID contributing properties of its type
/// that are there. nullopt where the type has none (process), none is there, the type is not known, or which of its
/// hashes contributes is not said.
std::optional<std::string> deterministic_id(csaf::Node observable);
/// The names of what contributes to the id of a type, separated by blanks; empty where nothing does.
std::string_view contributing_properties(std::string_view type) noexcept;

}  // namespace tocsin::formats::stix
