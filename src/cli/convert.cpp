#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json.hpp"
#include "cli/commands.hpp"
#include "cli/notes.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "formats/csaf/convert/to_2_0.hpp"
#include "formats/csaf/convert/to_2_1.hpp"
#include "formats/csaf/export/markdown.hpp"
#include "formats/csaf/export/plain_text.hpp"
#include "formats/cvrf/cvrf.hpp"
#include "formats/recognise.hpp"
#include "formats/vex/cyclonedx.hpp"
#include "formats/vex/openvex.hpp"
#include "portal/pages/advisory_file.hpp"
#include "portal/paper/advisory_pdf.hpp"

namespace tocsin::cli {
namespace {

namespace csaf = formats::csaf;

/// The advisory of a document whose structure is right.
Result<csaf::Advisory> read(std::string_view bytes) {
  TRY(const auto parsed, json::parse(bytes));
  const auto kind = formats::recognise(parsed.root());
  if (kind != formats::DocumentKind::csaf_2_0 && kind != formats::DocumentKind::csaf_2_1) {
    return Error::invalid(fmt::format("is no CSAF 2.0 or 2.1 document but: {}", formats::to_string(kind)));
  }
  return csaf::read_advisory(parsed.root());
}

int give(const CommandLine& line, const std::string& path, const Result<formats::vex::Made>& made) {
  if (!made) return fail(in_file(path, made.error()), line.json);
  for (const auto& loss : made->losses) {
    tell({csaf::ConversionNote::Level::warning, loss.path, std::string{csaf::kLostMark} + loss.message}, line.json);
  }
  if (line.lossless && !made->losses.empty()) return kFailed;
  print(json::write_pretty(made->document) + "\n");
  return kGood;
}

int give(const CommandLine& line, const std::string& path, const Result<csaf::Conversion>& converted) {
  if (!converted) return fail(in_file(path, converted.error()), line.json);
  for (const auto& note : converted->notes) tell(note, line.json);
  if (line.lossless && !converted->is_lossless()) return kFailed;
  if (converted->is_good() || line.keep_invalid) print(json::write_pretty(converted->document) + "\n");
  return converted->is_good() ? kGood : kFailed;
}

/// Other formats than CSAF are recognised. Nothing where it is none of them.
std::optional<Result<formats::vex::Made>> from_other_format(std::string_view bytes,
                                                            const formats::vex::Origin& origin) {
  const auto parsed = json::parse(bytes);
  if (!parsed) return std::nullopt;
  switch (formats::recognise(parsed->root())) {
    case formats::DocumentKind::openvex:
      return formats::vex::from_openvex(parsed->root(), origin);
    case formats::DocumentKind::cyclonedx:
      return formats::vex::from_cyclonedx_vex(parsed->root(), origin);
    default:
      return std::nullopt;
  }
}

csaf::ConvertOptions options_of(const CommandLine& line) {
  using Other = csaf::ConvertOptions::OtherPublisher;
  return {.now = system_clock().now(),
          .tlp_from_text = !line.old_tlp,
          .numbers_are_complete = line.numbers_are_complete,
          .question_marks_are_literal = line.literal_question_marks,
          .stars_are_literal = line.literal_stars,
          .other_publisher = line.other_publisher == "keep"         ? Other::keep
                             : line.other_publisher == "multiplier" ? Other::multiplier
                                                                    : Other::warn,
          .latest_cwe = line.latest_cwe};
}

int to_csaf_2_1(const CommandLine& line, const std::string& path, std::string_view bytes) {
  if (const auto made = from_other_format(bytes, {.tracking_id = line.tracking_id,
                                                  .publisher = line.publisher,
                                                  .publisher_namespace = line.publisher_namespace,
                                                  .now = system_clock().now()}))
    return give(line, path, *made);
  return give(line, path, csaf::to_csaf_2_1(bytes, options_of(line)));
}

int from_cvrf(const CommandLine& line, const std::string& path, std::string_view bytes, formats::DocumentKind kind) {
  if (line.to != "csaf-2.0" && line.to != "csaf-2.1") {
    return fail(
        in_file(path, Error::invalid(fmt::format("is no CSAF 2.0 or 2.1 document but: {}; CVRF becomes csaf-2.0 "
                                                 "or csaf-2.1 first",
                                                 formats::to_string(kind)))),
        line.json);
  }
  const formats::cvrf::Options options{
      .publisher = line.publisher,
      .publisher_namespace = line.publisher_namespace,
      .cvss_v3 = line.cvss_v3 == "3.1" ? formats::cvss::Version::v3_1 : formats::cvss::Version::v3_0,
      .mend = line.mend,
      .to_2_1 = options_of(line)};
  return give(
      line, path,
      line.to == "csaf-2.0" ? formats::cvrf::to_csaf_2_0(bytes, options) : formats::cvrf::to_csaf_2_1(bytes, options));
}

int to_html(const CommandLine& line, const std::string& path, std::string bytes) {
  const auto read = portal::pages::read_document(std::move(bytes));
  if (!read) return fail(in_file(path, read.error()), line.json);
  const auto tlp = portal::pages::stated_tlp(read->advisory);
  if (!tlp) return fail(in_file(path, tlp.error()), line.json);
  print(portal::pages::advisory_file_html(*read, *tlp));
  return kGood;
}

int to_pdf(const CommandLine& line, const std::string& path, const csaf::Advisory& advisory) {
  const auto tlp = portal::pages::stated_tlp(advisory);
  if (!tlp) return fail(in_file(path, tlp.error()), line.json);
  if (::isatty(STDOUT_FILENO) != 0) {
    return fail(Error::invalid(fmt::format("a PDF is nothing for a terminal: tocsin convert --to pdf {} > {}", path,
                                           portal::pages::export_file_name(advisory, "pdf"))),
                line.json);
  }
  const auto pdf = portal::paper::advisory_pdf(advisory, *tlp, portal::paper::kPagesMaxPrinted);
  if (!pdf) return fail(in_file(path, pdf.error()), line.json);
  if (pdf->lacks_glyphs) {
    tell({csaf::ConversionNote::Level::warning, "",
          "the installed fonts lack some characters of this document; boxes stand in their place "
          "(for Chinese, Japanese and Korean: apt install fonts-noto-cjk)"},
         line.json);
  }
  print(pdf->bytes);
  return kGood;
}

}  // namespace

int run_convert(const CommandLine& line) {
  const auto& path = line.paths.at(0);
  const auto bytes = read_one_document(path);
  if (!bytes) return fail(bytes.error(), line.json);
  if (const auto kind = formats::recognise_xml(*bytes)) return from_cvrf(line, path, *bytes, *kind);
  if (line.to == "csaf-2.1") return to_csaf_2_1(line, path, *bytes);
  if (line.to == "csaf-2.0") return give(line, path, csaf::to_csaf_2_0(*bytes));
  const auto advisory = read(*bytes);
  if (!advisory) return fail(in_file(path, advisory.error()), line.json);
  if (line.to == "html") return to_html(line, path, *bytes);
  if (line.to == "pdf") return to_pdf(line, path, *advisory);
  if (line.to == "openvex") return give(line, path, formats::vex::to_openvex(*advisory));
  if (line.to == "cyclonedx-vex") return give(line, path, formats::vex::to_cyclonedx_vex(*advisory));
  print(line.to == "markdown" ? csaf::to_markdown(*advisory) : csaf::to_plain_text(*advisory));
  return kGood;
}

}  // namespace tocsin::cli
