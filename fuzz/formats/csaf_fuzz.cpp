// Laws: every reader of CSAF and every test of the standard is total, and a document equals itself. What was converted
// has the structure of its version. A valid document can be withdrawn, superseded and translated to a valid one, or the
// operation is refused.
#include <cstdint>

#include "base/check.hpp"
#include "base/json.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/csaf/compare.hpp"
#include "formats/csaf/convert/to_2_0.hpp"
#include "formats/csaf/convert/to_2_1.hpp"
#include "formats/csaf/operations/modify.hpp"
#include "formats/csaf/operations/withdraw.hpp"
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

void change(std::string_view bytes, bool is_valid) {
  using namespace tocsin;
  namespace csaf = formats::csaf;
  const csaf::Revision revision{.now = {1780272000000000}, .summary = "Changed.", .engine = {"Fuzz", "1"}};
  const auto check = [&](const Result<csaf::Changed>& changed) {
    if (!changed) {
      TOCSIN_CHECK(!changed.error().message.empty());
    } else {
      TOCSIN_CHECK(changed->is_good() || !is_valid);
    }
  };
  check(csaf::withdraw(bytes, {.reasons = {"Why"}, .revision = revision}));
  check(csaf::supersede(bytes,
                        {.by = {{.url = "https://example.com/a.json"}}, .reasons = {"Why"}, .revision = revision}));
  check(csaf::translate(bytes, {.lang = "de",
                                .source_lang = "en",
                                .texts = {{"/document/title", "Titel"}},
                                .publisher_name = "T",
                                .publisher_namespace = "https://example.com",
                                .original_url = "https://example.com/b.json",
                                .now = revision.now,
                                .engine = revision.engine}));
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
  change(bytes, verdict.is_valid());
  return 0;
}
