// Laws: every reader of CSAF and every test of the standard is total, and a document equals itself. A valid document
// can be withdrawn, superseded and translated to a valid one, or the operation is refused.
#include <cstdint>

#include "base/check.hpp"
#include "base/json.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/csaf/compare.hpp"
#include "formats/csaf/convert/to_2_1.hpp"
#include "formats/csaf/operations/modify.hpp"
#include "formats/csaf/operations/withdraw.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/structure_fits.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/recognise.hpp"

namespace {

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
    if (formats::csaf::fits_certainly(*tape, version)) {
      TOCSIN_CHECK(formats::csaf::find_in_structure(*tape, version).empty());
      TOCSIN_CHECK(formats::csaf::unknown_members(*tape, version).empty());
    }
  }
  // All tests there are, those beyond the standard too.
  const auto verdict = formats::csaf::validate(*tape, [](const formats::csaf::TestInfo&) { return true; });
  for (const auto& finding : verdict.findings) {
    TOCSIN_CHECK(!finding.message.empty());
    TOCSIN_CHECK(finding.path.empty() || finding.path.front() == '/');
  }
  const auto advisory = formats::csaf::read_advisory(parsed->root());
  // What the grammar takes, the reader reads.
  TOCSIN_CHECK(!findings.empty() || advisory.has_value() || !formats::csaf::read_header(parsed->root()).has_value());
  if (advisory) TOCSIN_CHECK(formats::csaf::compare(*advisory, *advisory).empty());
  change({reinterpret_cast<const char*>(data), size}, verdict.is_valid());
  static_cast<void>(formats::csaf::to_csaf_2_1({reinterpret_cast<const char*>(data), size}, {}));
  return 0;
}
