#pragma once
#include <string>
#include <string_view>

/// Vendor names as documents spell them, brought together: "Johnson Controls Inc." and "Johnson Controls, Inc" are one.
namespace tocsin::domain {

/// What spellings of one vendor share: folded, company suffixes and punctuation removed, words joined by '-'. It is the
/// vendor's URL slug ("johnson-controls"). Never empty: nameless gives "unknown".
std::string vendor_key(std::string_view name);
/// Tidy for display: mojibake repaired, white space squeezed, company suffix cut ("Siemens AG" -> "Siemens"), a curated
/// spelling where there are several ("SIEMENS" -> "Siemens").
std::string vendor_display_name(std::string_view name);
/// Key of a product name under its vendor: folded, blanks and dashes as one '-'; at most 120 bytes, never empty.
std::string product_key(std::string_view name);
/// Tidy for display: mojibake repaired, underscores as blanks where the text has no blank, white space squeezed.
std::string product_display_name(std::string_view name);
/// Version text for display: trimmed, underscores as blanks, "vers:all/*" as "all versions", "vers:all/<V5" as "< V5",
/// comparators set off by one blank. Meaning is left alone.
std::string version_display_text(std::string_view text);

}  // namespace tocsin::domain
