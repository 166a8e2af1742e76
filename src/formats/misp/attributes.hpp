#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

/// What MISP's types of attributes are in STIX: comparisons of patterns, and observables. The shapes are those that
/// misp-stix writes, so that it reads ours. Pure.
namespace tocsin::formats::misp {

/// "domain-name:value = 'pump.example'": comparisons joined by AND, without brackets; empty for a type, or a value,
/// that nothing observable stands behind.
std::string comparison_of(std::string_view type, std::string_view value);
/// The observables of it with their deterministic identifiers; those that others refer to stand first, the one that
/// says what it is last. Empty as above, and where STIX has no place for it but in patterns.
std::vector<boost::json::object> observables_of(std::string_view type, std::string_view value);

/// "yara" for attributes that are rules in a language of their own (pattern-type-ov); else empty.
std::string_view rule_language(std::string_view type) noexcept;

/// A text within a pattern (section 9.2).
std::string quoted(std::string_view text);
/// "SHA-256" for "sha256"; empty where it is no type of a hash. `in_vocabulary`: STIX knows the name, and `value` has
/// the form of one.
std::string_view hash_name(std::string_view type) noexcept;
bool is_hash_of_stix(std::string_view type, std::string_view value) noexcept;

enum class Address { none, ipv4, ipv6 };
Address address_of(std::string_view value) noexcept;

/// A key of the Windows registry with the name of its hive in full, as STIX wants it: "HKLM\\x" is
/// "HKEY_LOCAL_MACHINE\\x".
std::string full_registry_key(std::string_view key);

/// Gives an observable the identifier that follows from it; where none follows, one of version 4 that is the same
/// each time. Returns the id.
std::string give_id(boost::json::object& observable);

/// What an attribute of MISP is for a path of a pattern, or a property of an observable: "domain-name:value" is a
/// "domain". Empty: nothing simple.
std::string_view type_of_path(std::string_view path, std::string_view value) noexcept;
/// The category that MISP gives to a type by default.
std::string_view category_of(std::string_view type) noexcept;

/// "filename|md5" into its halves at the first '|'; the second is empty where there is none.
struct Halves {
  std::string_view first, second;
};
Halves halves_of(std::string_view text) noexcept;

}  // namespace tocsin::formats::misp
