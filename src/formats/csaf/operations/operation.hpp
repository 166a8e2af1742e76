#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "formats/csaf/convert/to_2_1.hpp"
#include "formats/csaf/header.hpp"

/// What the operations on whole documents have in common. Each takes a document as it was received and gives a new one;
/// members that CSAF does not describe, and the order of all members, stay.
namespace tocsin::formats::csaf {

/// The program that makes the document, for /document/tracking/generator (section 3.2.2.13.3).
struct Engine {
  std::string name;
  std::string version;  ///< May be empty.
};

/// A document that an operation made.
struct Changed {
  boost::json::value document;
  std::vector<ConversionNote> notes;  ///< Paths of warnings lead into the source, those of errors into the document.
  /// Nothing of level error: the document passes every mandatory test.
  bool is_good() const noexcept;
};

namespace operation {

/// The source, ready to be changed: outside the parser's arena, with a publisher and a tracking object that has an id,
/// a version and a history. Errors: invalid_input for all else.
struct Source {
  boost::json::value root;
  CsafVersion version = CsafVersion::v2_1;
  /// A warning for each extension, for none of them is known here (section 2.4.4.2 wants consumers to say so).
  std::vector<ConversionNote> notes;
};
Result<Source> read(std::string_view bytes);

void warn(std::vector<ConversionNote>& notes, std::string path, std::string message);
/// Validates the document; what it fails become notes of level error.
Changed finish(boost::json::value document, std::vector<ConversionNote> notes);

}  // namespace operation
}  // namespace tocsin::formats::csaf
