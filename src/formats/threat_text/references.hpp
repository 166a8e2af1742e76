#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Where a text refers to something that has an id of a known form: objects of STIX, vulnerabilities, parts of ATT&CK.
/// By form alone: whether there is such a thing is not asked. Pure, total, linear.
namespace tocsin::formats::threat_text {

struct Reference {
  enum class To : std::uint8_t { stix_object, vulnerability, attack };
  To to = To::stix_object;
  std::string id;                  ///< "campaign--...", "CVE-2024-1234", "T1078.004"
  std::size_t begin = 0, end = 0;  ///< Bytes of the text that it was read from.
  friend bool operator==(const Reference&, const Reference&) = default;
};

/// Those that stand in a text as words of their own, in its order, repeats too, at most `most`: not within longer
/// words, addresses, paths or names of files. STIX and ATT&CK ids are read in the case that their specifications write,
/// CVE ids in any and with whatever hyphens (`cve/cve_id.hpp`).
std::vector<Reference> references_in(std::string_view text, std::size_t most);
/// The one that a text is, and nothing beside it.
std::optional<Reference> read_reference(std::string_view text);

}  // namespace tocsin::formats::threat_text
