#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "formats/csaf/advisory.hpp"

/// An advisory as a sequence of headings, texts, lists and tables: what every export says and in which order, told
/// once for all of them. The texts are raw, as the document has them; whoever writes them escapes.
namespace tocsin::formats::csaf {

struct Block {
  enum class Kind {
    heading,  ///< `text`; level 1 is the title.
    text,     ///< `text`, with line ends as written.
    fact,     ///< `label` and `text` in one line.
    item,     ///< `text` in a list at `level` 0..2, perhaps with `url` behind it.
    table     ///< `rows`, the first names the columns; all have as many cells.
  };
  Kind kind = Kind::text;
  std::size_t level = 0;
  std::string label;
  std::string text;
  std::string url;  ///< As written: check the scheme before linking.
  std::vector<std::vector<std::string>> rows;
  std::size_t vulnerability = 0;          ///< Of a heading: number, from 1, of the vulnerability that begins here.
  bool rows_are_vulnerabilities = false;  ///< Of a table: below the first row stands every vulnerability, in order.
};

/// Every product by its full name, every vulnerability and the text of every remediation are in it. Time and size are
/// linear in the references of the document.
std::vector<Block> outline(const Advisory& advisory);

}  // namespace tocsin::formats::csaf
