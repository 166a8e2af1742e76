// Law: every reader of CSAF and every test of the standard is total, a document equals itself, and what was converted
// has the structure of its version.
#include <cstdint>

#include "base/check.hpp"
#include "base/json.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/csaf/compare.hpp"
#include "formats/csaf/convert/to_2_0.hpp"
#include "formats/csaf/convert/to_2_1.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/structure_fits.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/csaf/validate/words.hpp"
#include "formats/recognise.hpp"

namespace {

/// Knows half of all words, whatever the language.
class HalfOfAllWords final : public tocsin::formats::csaf::Speller, public tocsin::formats::csaf::Dictionary {
 public:
  Dictionary* dictionary(std::string_view) override { return this; }
  bool knows(std::string_view word) override {
    TOCSIN_CHECK(!word.empty() && word.size() <= tocsin::formats::csaf::kWordBytesMax);
    return std::hash<std::string_view>{}(word) % 2 == 0;
  }
  std::string suggestion(std::string_view word) override {
    return tocsin::formats::csaf::one_letter_off(word, [](std::string_view other) { return other.size() % 5 == 0; });
  }
};

/// What was converted has the structure that its version demands.
void check_conversion(const tocsin::Result<tocsin::formats::csaf::Conversion>& conversion,
                      tocsin::formats::csaf::CsafVersion version) {
  using namespace tocsin;
  if (!conversion) return;
  const auto text = json::write(conversion->document);
  static formats::csaf::TapeReader reader;
  const auto tape = reader.read(text);
  TOCSIN_CHECK(tape.has_value());
  // The way to 2.1 says what it could not make valid; the way to 2.0 always fits.
  if (version == formats::csaf::CsafVersion::v2_0 || conversion->is_good()) {
    TOCSIN_CHECK(formats::csaf::check_structure(*tape, version).empty());
    TOCSIN_CHECK(formats::csaf::unknown_members(*tape, version).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const auto parsed = json::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  static_cast<void>(formats::recognise(parsed->root()));
  static formats::csaf::TapeReader reader;
  const auto tape = reader.read({reinterpret_cast<const char*>(data), size});
  // The tree's reader refuses repeated members, which are findings here; all else that it takes, the tape's does too,
  // but for numbers beyond 64 bits.
  if (!tape) {
    TOCSIN_CHECK(tape.error().message == formats::csaf::kNumberTooLarge);
    return 0;
  }
  const auto findings = formats::csaf::check_structure(*tape);
  for (const auto version : {formats::csaf::CsafVersion::v2_0, formats::csaf::CsafVersion::v2_1}) {
    // The quick half of the grammar check never says more than the other.
    const bool fits = formats::csaf::fits_certainly(*tape, version);
    // Lists of products that the model knows are no less looked at; nothing of the document before is in the way.
    static formats::csaf::Model model;
    model.read(*tape, version);
    TOCSIN_CHECK(formats::csaf::fits_certainly(model) == fits);
    if (fits) {
      TOCSIN_CHECK(formats::csaf::find_in_structure(*tape, version).empty());
      TOCSIN_CHECK(formats::csaf::unknown_members(*tape, version).empty());
    }
  }
  // All tests there are, those beyond the standard too.
  static HalfOfAllWords speller;
  const auto verdict = formats::csaf::validate(*tape, [](const formats::csaf::TestInfo&) { return true; }, &speller);
  for (const auto& finding : verdict.findings) {
    TOCSIN_CHECK(!finding.message.empty());
    TOCSIN_CHECK(finding.path.empty() || finding.path.front() == '/');
  }
  const auto advisory = formats::csaf::read_advisory(parsed->root());
  // What the grammar takes, the reader reads.
  TOCSIN_CHECK(!findings.empty() || advisory.has_value() || !formats::csaf::read_header(parsed->root()).has_value());
  if (advisory) TOCSIN_CHECK(formats::csaf::compare(*advisory, *advisory).empty());
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  check_conversion(formats::csaf::to_csaf_2_1(bytes, {}), formats::csaf::CsafVersion::v2_1);
  check_conversion(formats::csaf::to_csaf_2_0(bytes), formats::csaf::CsafVersion::v2_0);
  return 0;
}
