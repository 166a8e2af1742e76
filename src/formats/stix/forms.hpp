#pragma once
#include <string_view>

/// What texts within STIX look like: names, addresses, digests. By their form alone.
namespace tocsin::formats::stix {

/// Sections 3.1 and 11: 3 to 250 characters; those of 2.1 begin with a letter.
bool is_type_name(std::string_view name, bool is_2_0) noexcept;
bool is_property_name(std::string_view name, bool is_2_0) noexcept;
/// Section 2.3.
bool is_dictionary_key(std::string_view name) noexcept;
/// "x-example-com-foo-ext", section 11.3.
bool is_custom_extension(std::string_view name) noexcept;
/// Has a scheme, and no character that no URL has.
bool is_url(std::string_view text) noexcept;
/// RFC 4648 section 4, with its padding; not empty.
bool is_base64(std::string_view text) noexcept;
/// Pairs of hexadecimal digits, at least one.
bool is_hex_text(std::string_view text) noexcept;
/// "198.51.100.0/24": the prefix may be left out.
bool is_ipv4(std::string_view text, bool with_prefix) noexcept;
bool is_ipv6(std::string_view text) noexcept;
/// Section 6.10: lower case, colons.
bool is_mac(std::string_view text) noexcept;
/// Of algorithms whose digests have a known form; those of others are any text.
bool is_hash(std::string_view algorithm, std::string_view digest) noexcept;
/// By its form alone: the registry of IANA grows.
bool is_character_set(std::string_view name) noexcept;

}  // namespace tocsin::formats::stix
