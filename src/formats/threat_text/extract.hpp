#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Finds what threat reports speak of in the texts of people: addresses, names, hashes, CVE, CWE and ATT&CK ids. Knows
/// the forms in which people make such things harmless ("hxxp://", "[.]", "(at)"). Pure, total, linear.
namespace tocsin::formats::threat_text {

/// `url_path` ("/gate/x.php", as it is asked for on whatever host): only lists tell those, texts are full of paths.
enum class Kind : std::uint8_t { ipv4, ipv6, domain, url, email, md5, sha1, sha256, cve, cwe, technique, url_path };
/// "ipv4", "sha256", "technique", "url-path".
std::string_view to_string(Kind kind) noexcept;
/// Can it be watched for on the wire or on a disk? All but CVE, CWE and technique.
bool is_observable(Kind kind) noexcept;

struct Found {
  Kind kind = Kind::ipv4;
  /// In one spelling: addresses as they are usually written, names and hashes in lower case, ids in upper case.
  std::string value;
  std::size_t begin = 0, end = 0;  ///< Bytes of the text that it was read from.
  bool defanged = false;
  std::uint16_t port = 0;  ///< Of an address or a name that is told with one; 0: none. `value` is the host alone.
  friend bool operator==(const Found&, const Found&) = default;
};

/// A text is read up to here.
inline constexpr std::size_t kTextBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kFoundMax = 10'000;

/// All that stands in a text, in its order, repeats too. File names ("setup.exe") are no domains.
std::vector<Found> extract(std::string_view text);
/// Exactly one thing and nothing beside it, as a line of a list has it.
std::optional<Found> read_one(std::string_view line);
/// The value, with its port where it has one: "198.51.100.7:443", "[2001:db8::7]:502". `read_one` reads it as the same,
/// and what differs here is another thing to look for.
std::string spelled(const Found& found);
/// "hxxps://pump[.]example" as "https://pump.example"; what is not defanged stays as it is.
std::string refang(std::string_view text);

/// The host of a URL that `extract` gave, in lower case, without port and brackets.
std::string_view host_of(std::string_view url) noexcept;

}  // namespace tocsin::formats::threat_text
