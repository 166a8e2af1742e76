#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::formats {

/// One thing that is wrong with, or worth saying about, a document. Many findings are no error: a validator returns
/// them all.
struct Finding {
  /// `quality`: beyond the standard, what cannot be meant (docs/quality.md).
  enum class Group { schema, mandatory, recommended, informative, quality };
  std::string test;  ///< The standard's test number ("6.1.1"), "schema", or one of our own ("TOC-001").
  Group group = Group::schema;
  std::string path;     ///< JSON pointer (RFC 6901) into the document; empty is the whole document.
  std::string message;  ///< What is wrong, one sentence; of group schema also what would be right.
  std::string mend;     ///< How to put it right, one sentence; may be empty.
};

/// "schema", "mandatory", "recommended", "informative", "quality".
std::string_view to_string(Finding::Group group) noexcept;

/// Message and mend in one text: "What is wrong. How to put it right."
std::string sentence_of(const Finding& finding);

}  // namespace tocsin::formats
