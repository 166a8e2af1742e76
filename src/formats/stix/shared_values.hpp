#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/stix/facts.hpp"

/// What STIX objects can have in common: the values of observables and of the patterns of indicators, ids of other
/// catalogues, names of those who attack and of what they use. Each in one spelling, so that equal things are equal
/// texts. Total, and pure but for the operator's lists.
namespace tocsin::formats::stix {

/// The numbers are part of what is stored (value_key): new kinds only at the end.
enum class ValueKind : std::uint8_t {
  ipv4,
  ipv6,
  domain,
  url,
  email,
  mac,
  md5,
  sha1,
  sha256,
  sha512,
  other_hash,  ///< "ssdeep:...", "imphash:...".
  file_name,
  path,
  command_line,
  mutex,
  registry_key,
  autonomous_system,
  user_account,
  certificate,  ///< Serial number.
  software,     ///< CPE, else name and version.
  user_agent,
  email_subject,
  message_id,
  vulnerability,  ///< CVE.
  external_id,    ///< "capec:capec-98": an id of another catalogue.
  name,           ///< Of actors, malware, tools, campaigns, and their aliases.
  rule            ///< The text of a detection rule that is no STIX pattern.
};
inline constexpr std::size_t kValueKinds = 27;
/// "ipv4", "registry-key": stable, for programs.
std::string_view to_string(ValueKind kind) noexcept;
std::optional<ValueKind> parse_value_kind(std::string_view text) noexcept;

struct SharedValue {
  ValueKind kind = ValueKind::ipv4;
  std::string text;
  /// Follows from another value of the object: the host of its URL, the domain of its mail address.
  bool derived = false;
  friend bool operator==(const SharedValue&, const SharedValue&) = default;
};

/// Of one object; what is longer or more is left out.
inline constexpr std::size_t kSharedBytesMax = 2'048;
inline constexpr std::size_t kSharedMax = 5'000;

/// Each once; what does not follow from another first, then by kind and text. Nothing of an object that is revoked.
/// `object`: what `facts` were read from.
std::vector<SharedValue> shared_values(Node object, const Facts& facts);

/// What somebody may mean who asks for a text, also one that was made harmless ("hxxp://pump[.]example"): one value
/// where its form says what it is, else the text as each kind that has no form of its own. Of `kind`: that alone.
std::vector<SharedValue> values_meant(std::string_view text, std::optional<ValueKind> kind = std::nullopt);

/// 63 bits of BLAKE2b of kind and text: whoever wants two things to meet that differ has to try 2^63 times.
std::int64_t value_key(ValueKind kind, std::string_view text) noexcept;

/// Why a value says nothing of who shares it, whoever does.
enum class Commonplace : std::uint8_t {
  own_network,
  reserved,
  wide_network,
  resolver,
  common_service,
  empty_file,
  known_good  ///< In a list that the operator brought (threat_text/known_good.hpp).
};
/// Addresses and names of documentation (RFC 5737, RFC 2606) are none unless the operator's lists have them: exercises
/// are written with them.
std::optional<Commonplace> commonplace_of(ValueKind kind, std::string_view text);
std::string_view to_string(Commonplace commonplace) noexcept;

}  // namespace tocsin::formats::stix
