#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text as people type it, without locale: everything is UTF-8.
namespace tocsin::text {

/// Offset of the first byte that is not well-formed UTF-8 (Unicode 15, table 3-7), or npos.
std::size_t invalid_utf8_at(std::string_view bytes) noexcept;
/// Bytes of the well-formed UTF-8 sequence that starts at `at` (1..4), or 0 where none does.
std::size_t utf8_length_at(std::string_view bytes, std::size_t at) noexcept;
/// Appends the UTF-8 of a Unicode scalar value.
void append_utf8(std::string& out, char32_t code_point);
/// Removes ASCII white space and U+00A0 at both ends.
std::string_view trim(std::string_view text) noexcept;
/// Trimmed, inner runs of white space (ASCII and U+00A0) as one blank.
std::string squeeze(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
/// ASCII only; for protocol words.
std::string lower_ascii(std::string_view text);
bool equals_ignore_case_ascii(std::string_view a, std::string_view b) noexcept;
bool contains(std::string_view haystack, std::string_view needle) noexcept;
bool contains_ignore_case_ascii(std::string_view haystack, std::string_view needle) noexcept;

/// For comparing and searching: lower case, diacritics of Latin letters removed (é -> e, ß -> ss, ø -> o, ł -> l,
/// Œ -> oe), all Unicode dashes as '-', quotes as ASCII quotes, U+00A0 and other blanks (tabs and line ends too) as
/// ' ', combining marks, soft hyphens and other invisible characters dropped; Greek (without accents) and Cyrillic
/// lower-cased, full-width ASCII as ASCII. Composed and decomposed letters fold alike. Ill-formed bytes are dropped.
/// Folding twice gives what folding once gave.
std::string fold(std::string_view text);

/// Damerau-Levenshtein distance (adjacent swaps count one) of two byte strings, or `limit` + 1 where it is more.
/// Meant for folded words of at most 64 bytes; longer ones count as far apart.
int edit_distance(std::string_view a, std::string_view b, int limit);

/// Repairs UTF-8 that was read as Windows-1252 or Latin-1 and written again ("GeutebrÃ¼ck" -> "Geutebrück"), up to
/// twice. Returns the text unchanged where that does not give well-formed UTF-8.
std::string repair_mojibake(std::string_view text);

/// At most `max_bytes` bytes, cut at a word boundary and closed with an ellipsis where something was cut.
std::string shorten(std::string_view text, std::size_t max_bytes);

/// "1 advisory", "1,655 advisories".
std::string count_of(long long count, std::string_view one, std::string_view many);

/// "A, B, C and 297 others": all of them where they are at most five.
std::string list_some(const std::vector<std::string>& texts);
/// 1655 -> "1,655".
std::string thousands(long long number);

}  // namespace tocsin::text
