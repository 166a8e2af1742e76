#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/notes.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "portal/paper/advisory_pdf.hpp"
#include "portal/tools/conversion.hpp"

namespace tocsin::cli {
namespace {

namespace csaf = formats::csaf;
namespace tools = portal::tools;

tools::Options options_of(const CommandLine& line) {
  using Other = csaf::ConvertOptions::OtherPublisher;
  return {.csaf = {.now = system_clock().now(),
                   .tlp_from_text = !line.old_tlp,
                   .numbers_are_complete = line.numbers_are_complete,
                   .question_marks_are_literal = line.literal_question_marks,
                   .stars_are_literal = line.literal_stars,
                   .other_publisher = line.other_publisher == "keep"         ? Other::keep
                                      : line.other_publisher == "multiplier" ? Other::multiplier
                                                                             : Other::warn,
                   .latest_cwe = line.latest_cwe},
          .tracking_id = line.tracking_id,
          .publisher = line.publisher,
          .publisher_namespace = line.publisher_namespace,
          .cvss_v3 = line.cvss_v3 == "3.1" ? formats::cvss::Version::v3_1 : formats::cvss::Version::v3_0,
          .mend = line.mend,
          .pages_max = portal::paper::kPagesMaxPrinted};
}

}  // namespace

int run_convert(const CommandLine& line) {
  const auto& path = line.paths.at(0);
  auto bytes = read_one_document(path);
  if (!bytes) return fail(bytes.error(), line.json);
  const auto to = tools::parse_form(line.to).value();
  const auto converted = tools::convert(std::move(*bytes), to, options_of(line));
  if (!converted) return fail(in_file(path, converted.error()), line.json);
  if (to == tools::Form::pdf && ::isatty(STDOUT_FILENO) != 0) {
    return fail(Error::invalid(fmt::format("a PDF is nothing for a terminal: tocsin convert --to pdf {} > {}", path,
                                           converted->file_name)),
                line.json);
  }
  for (const auto& note : converted->notes) tell(note, line.json);
  if (line.lossless && !converted->is_lossless()) return kFailed;
  if (converted->is_good() || line.keep_invalid) print(converted->bytes);
  return converted->is_good() ? kGood : kFailed;
}

}  // namespace tocsin::cli
