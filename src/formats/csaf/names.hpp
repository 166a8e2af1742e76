#pragma once
#include <span>
#include <string>
#include <string_view>

/// Names that CSAF compares in a way of its own, and lists of names that its texts and registries keep. Internal to
/// formats/csaf.
namespace tocsin::formats::csaf {

/// Lower case, without dashes, hyphens, minuses, underscores and white space in all their Unicode forms: "Security
/// Advisory" as "securityadvisory" (2.0 section 6.1.26, 2.1 sections 6.1.26 and 6.2.48).
std::string name_without_separators(std::string_view name);

/// Hash algorithms that section 3.1.10.3.2 of CSAF 2.1 lists: what OpenSSL 3.4 supports.
bool is_listed_hash_algorithm(std::string_view algorithm) noexcept;

/// A system of vulnerability ids in the Registry for Vulnerability ID Systems for CSAF, version 1 of 2026-02-06.
struct IdSystem {
  std::string_view system_name;
  std::string_view common_name;
  bool (*matches)(std::string_view text) noexcept;  ///< Its text_pattern.
  std::string_view example;
};
std::span<const IdSystem> registered_id_systems() noexcept;

/// Titles and beginnings of titles with a meaning, in the languages for which the CSAF TC has recorded them (as of
/// 2026-08-17, the last two from a later draft), after English.
struct Translation {
  std::string_view language;  ///< Primary subtag.
  std::string_view product_description;
  std::string_view reasoning_for_supersession;
  std::string_view reasoning_for_withdrawal;
  std::string_view superseding_document;
  std::string_view cve_description;
  std::string_view vulnerability_summary;
};
/// Of a language tag (BCP 47); no tag means English. Null where nothing is recorded.
const Translation* translation_of(std::string_view language_tag) noexcept;
bool is_english(std::string_view language_tag) noexcept;

}  // namespace tocsin::formats::csaf
