#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Catalogues of messages as translators' programs keep them (GNU gettext manual, "The Format of PO Files").
namespace tocsin::po {

struct Item {
  std::vector<std::string> comments;  ///< Lines that begin with '#', whole; flags ("#, fuzzy") are among them.
  std::string context;                ///< msgctxt
  std::string id, plural;
  std::vector<std::string> text;  ///< msgstr, or msgstr[0] and the following.
  int line = 0;                   ///< Of msgid, from 1.
  bool fuzzy() const noexcept;
};

/// Obsolete items ("#~") are left out. Errors: invalid_input with the line in `where`.
Result<std::vector<Item>> read(std::string_view text);
/// Long texts are broken after their line breaks only.
std::string write(const std::vector<Item>& items);

}  // namespace tocsin::po
