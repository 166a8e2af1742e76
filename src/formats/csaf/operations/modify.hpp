#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "formats/csaf/operations/operation.hpp"
#include "formats/csaf/operations/revision.hpp"

/// Changes to documents of CSAF 2.0 and 2.1: a new revision of one's own, another issuer's version of a document (the
/// conformance target "CSAF modifier", section 9.1.8 of both), and a translation ("CSAF translator", section 9.1.9).
/// Pure functions, no I/O.
namespace tocsin::formats::csaf {

/// Facts of the header that take the place of the document's; empty: as it is.
struct HeaderFacts {
  std::string title = {};
  std::string category = {};
  std::string status = {};     ///< "draft", "interim", "final"
  std::string tlp_label = {};  ///< "CLEAR", ...; 2.0: "WHITE", ...
  std::string publisher_name = {}, publisher_namespace = {}, publisher_category = {};
};

struct ModifyOptions {
  const boost::json::value* patch = nullptr;  ///< JSON Patch (RFC 6902), or null.
  HeaderFacts header = {};
  /// The result is another document than the original, as the modifier's always is: it has this tracking id, and refers
  /// to the original first. Empty: a new revision of the same document, which only its publisher makes.
  std::string tracking_id = {};
  /// In place of tracking_id: what the original's id is appended to.
  std::string tracking_id_prefix = {};
  std::string original_url = {};          ///< Of the original; empty: what it says of itself.
  std::optional<ChangeLevel> level = {};  ///< Of the change; `patch` (spelling) has to be told, more is found out.
  Revision revision = {};                 ///< With a summary.
};

/// Errors: invalid_input for what is no CSAF document, for a patch that does not apply or that changes what the
/// operation itself sets (id, version, status, current release date of /document/tracking, and the version of CSAF),
/// for a level below what the change needs, for what only a translator may set, for another issuer without an id of its
/// own, and where nothing changes; conflict for a moment before the newest revision.
Result<Changed> modify(std::string_view source, const ModifyOptions& options);

struct TranslateOptions {
  std::string lang;              ///< Of the translation.
  std::string source_lang = {};  ///< Of the original; empty: what it states.
  /// Texts by JSON Pointer into the original, where texts stand as well. One or more.
  std::map<std::string, std::string> texts;
  std::string tracking_id = {};  ///< Empty: the original's with "-" and `lang` behind it.
  /// Of the translator; all empty and `by_publisher`: the publisher translated its own document.
  std::string publisher_name = {}, publisher_namespace = {};
  bool by_publisher = false;
  std::string original_url = {};  ///< Empty: what the original says of itself.
  Timestamp now;
  Engine engine;  ///< Set only where the original names one, for a translation adds nothing else.
};

/// The frame of a translation around texts that the caller has: languages, id, category of the publisher, reference to
/// the original. The revision history is the original's.
/// Errors: invalid_input as modify(), for languages that are none or the same, and for texts without a place.
Result<Changed> translate(std::string_view source, const TranslateOptions& options);

}  // namespace tocsin::formats::csaf
