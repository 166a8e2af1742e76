#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Our own tokens, the same for both databases and for queries, so that SQLite and PostgreSQL find the same documents.
namespace tocsin::engine::search {

/// Longest token kept, bytes; longer runs are cut.
inline constexpr std::size_t kTokenBytesMax = 64;

/// Folded words (base text::fold), split at everything that is neither letter nor digit ("S7-1500" -> s7, 1500).
std::vector<std::string> tokens(std::string_view text);
/// Where the words of a text stand: for highlighting. A run holds one token, or several where folding splits it.
struct WordAt {
  std::size_t begin = 0, end = 0;  ///< Bytes of the text as it is, unfolded.
};
std::vector<WordAt> words_in(std::string_view text);
/// Identifiers in a text (CVE and advisory ids, order numbers, type names: letters and digits joined by dashes, dots,
/// slashes or underscores, and order numbers written with a blank), compact, together with the tails that begin at each
/// inner part, so that a part of an order number is a prefix of some token ("6ES7 515-2AM02" -> 6es75152am02,
/// 5152am02, 2am02).
std::vector<std::string> identifier_tokens(std::string_view text);
/// The same of a text that is one identifier as a whole, whatever it looks like.
std::vector<std::string> identifier_tails(std::string_view identifier);
/// Folded, without separators ("CVE-2021-22893" -> cve202122893); cut at kTokenBytesMax.
std::string compact(std::string_view identifier);
/// The compact form of what a user typed, where it could be (part of) an identifier: has a digit and a letter or dash.
/// Empty otherwise.
std::string compact_identifier(std::string_view word);
/// Versions that a text mentions, one token each, without "v" before it: "< V2.9.1" -> 2_9_1.
std::vector<std::string> version_tokens(std::string_view text);

}  // namespace tocsin::engine::search
