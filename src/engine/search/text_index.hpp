#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"

/// The full-text index of both databases behind one form: our tokens in fields, queries as trees of token runs.
namespace tocsin::engine::search {

/// What a token of TextField::ids is: the tails that parts are looked for in have no mark, whole identifiers have one,
/// so that they can be asked for exactly.
inline constexpr std::string_view kAdvisoryMark = "_k", kVulnerabilityMark = "_v", kOrderNumberMark = "_o";
/// A token that nobody can type, between texts that have nothing to do with each other.
inline constexpr std::string_view kGapToken = "_";

enum class TextField { ids, title, vendors, products, versions, publisher, places, body };
inline constexpr std::size_t kTextFields = 8;

/// Tokens of one advisory, joined by blanks, per field.
struct TextDocument {
  std::string fields[kTextFields];
  std::string& operator[](TextField field) { return fields[static_cast<std::size_t>(field)]; }
  const std::string& operator[](TextField field) const { return fields[static_cast<std::size_t>(field)]; }
};

/// Where a run of tokens may stand.
enum class TextScope {
  everywhere,  ///< Title, vendors, products, body.
  names,       ///< Title, vendors, products.
  ids,
  title,
  vendors,
  products,
  versions,
  publisher,
  places
};

/// Tokens in a row; the last may be a prefix.
struct TextRun {
  TextScope scope = TextScope::everywhere;
  std::vector<std::string> tokens;
  bool prefix = false;
};

/// Any of the runs.
struct TextMatch {
  std::vector<TextRun> runs;
};

/// Appends the statements that store a document's text (after those that removed an older one).
void append_text_insert(store::Dialect dialect, std::int64_t record, const TextDocument& document,
                        std::vector<store::Sql>& statements);
void append_text_delete(store::Dialect dialect, std::int64_t record, std::vector<store::Sql>& statements);

/// Names a condition: equal keys match the same records.
std::string text_key(const std::vector<TextMatch>& all);
/// Records that match every one of `all`.
Result<std::vector<std::int64_t>> find_text(store::Connection& connection, const std::vector<TextMatch>& all);

}  // namespace tocsin::engine::search
