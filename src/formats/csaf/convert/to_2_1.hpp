#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"

/// CSAF 2.0 to CSAF 2.1, as the conformance target "CSAF 2.0 to CSAF 2.1 converter" demands (CSAF 2.1 section 9.1.18).
namespace tocsin::formats::csaf {

/// Something that a reader of the converted document should know.
struct ConversionNote {
  enum class Level { warning, error };
  enum class Kind {
    change,
    loss,    ///< The target has no place for something.
    result,  ///< What was made is not valid.
  };
  Level level = Level::warning;
  std::string path;     ///< JSON pointer into the source; empty is the whole document.
  std::string message;  ///< In the language of the thread.
  Kind kind = Kind::change;
};
std::string_view to_string(ConversionNote::Level level) noexcept;

struct ConvertOptions {
  /// Moment of the conversion: a fix dated later is a fix that is planned.
  Timestamp now;
  /// Take the label behind "TLP v2.0: TLP:" in the distribution text instead of the old label.
  bool tlp_from_text = true;
  /// Model numbers, SKUs and serial numbers are complete: do not mark them as beginnings with a star.
  bool numbers_are_complete = false;
  /// '?' and '*' in them are characters of the number, and no placeholders: they are escaped.
  bool question_marks_are_literal = false;
  bool stars_are_literal = false;
  /// Some publishers that 2.0 called "other" are a "multiplier" in 2.1.
  enum class OtherPublisher { warn, keep, multiplier };
  OtherPublisher other_publisher = OtherPublisher::warn;
  /// Name the newest version of CWE that has the weakness, instead of the newest before the document's release.
  bool latest_cwe = false;
};

struct Conversion {
  boost::json::value document;
  std::vector<ConversionNote> notes;
  /// Nothing of level error: the document is a valid one of its version.
  bool is_good() const noexcept;
  /// Nothing was lost.
  bool is_lossless() const noexcept;
};

/// `source` as it was received. Errors: invalid_input where it is no structurally valid CSAF 2.0 document.
Result<Conversion> to_csaf_2_1(std::string_view source, const ConvertOptions& options);

}  // namespace tocsin::formats::csaf
