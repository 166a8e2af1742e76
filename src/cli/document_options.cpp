#include "cli/document_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/plain_check.hpp"

namespace tocsin::cli {
const char* const kValidateExamples =
    "  tocsin validate advisory.json\n"
    "  tocsin validate --mode full feed/ archive.tar.zst\n"
    "  tocsin validate --format json feed.tar.gz | jq 'select(.valid | not)'\n"
    "Modes: basic is the schema and the mandatory tests, extended adds the optional (2.1: "
    "recommended) ones and the rule for file names, full adds the informative ones. Provider metadata, aggregators and "
    "ROLIE documents are judged by what CSAF says of them. STIX 2.1 and 2.0 content is recognised: basic is every "
    "MUST, "
    "extended adds SHOULD, full adds hints (docs/stix.md). --quality adds what the standard lets pass though it cannot "
    "be meant. Needs no data folder. Exit 1 if any document is not valid.";

void add_validate_options(CLI::App& command, CommandLine& into) {
  command.add_option("paths", into.paths, "Files, folders, archives, or - for standard input")
      ->type_name("PATH")
      ->required();
  command.add_option("--mode", into.mode, "How much is tested")
      ->check(plain(CLI::IsMember({"basic", "extended", "full"})))
      ->type_name("basic|extended|full")
      ->envname("TOCSIN_MODE")
      ->capture_default_str();
  command.add_flag("--quality", into.quality, "Also look for what cannot be meant (TOC-nnn); makes nothing invalid")
      ->envname("TOCSIN_QUALITY");
  command.add_option("--max-bytes", into.bytes_max, "Largest document that is read")
      ->check(plain(CLI::Range(std::size_t{1}, std::size_t{1} << 30)))
      ->type_name("BYTES")
      ->envname("TOCSIN_MAX_BYTES")
      ->capture_default_str();
  command.add_option("--max-depth", into.depth_max, "Deepest nesting of arrays and objects that is read")
      ->check(plain(CLI::Range(1, 200)))
      ->type_name("1..200")
      ->envname("TOCSIN_MAX_DEPTH")
      ->capture_default_str();
}

const char* const kConvertExamples =
    "  tocsin convert --to csaf-2.1 advisory-2.0.json > advisory-2.1.json\n"
    "  tocsin convert --to pdf advisory.json > advisory.pdf\n"
    "  tocsin convert --to text advisory.json | mail -s 'New advisory' plant@example.com\n"
    "  tocsin convert --to stix-2.1 misp-event.json > threats.json\n"
    "  tocsin convert --to csaf-2.0 --publisher 'Example Valves' --namespace https://example.com old.xml\n"
    "csaf-2.1: from CSAF 2.0, or from OpenVEX, CycloneDX VEX and CVRF documents, which are recognised; csaf-2.0: "
    "from CSAF 2.1, or from CVRF 1.2 and 1.1; openvex: OpenVEX 0.2.0; cyclonedx-vex: CycloneDX 1.6; html: the "
    "portal's page in one file; pdf: to print and to file; markdown: for wikis and issues; text: for mail, 72 "
    "columns wide; stix-2.1: from events of MISP, news (Atom, RSS), lists of indicators "
    "or STIX 2.0; misp: from STIX.\n"
    "The document goes to standard output; what a reader should know of the conversion to standard "
    "error, with --format json as JSON lines. Exit 1, and no document, where the result would not be "
    "valid.";

void add_convert_options(CLI::App& command, CommandLine& into) {
  command.add_option("path", into.paths, "The document, or - for standard input")
      ->type_name("PATH")
      ->expected(1)
      ->required();
  command.add_option("--to", into.to, "What it becomes")
      ->check(plain(CLI::IsMember(
          {"csaf-2.0", "csaf-2.1", "openvex", "cyclonedx-vex", "html", "pdf", "markdown", "text", "stix-2.1", "misp"})))
      ->type_name("csaf-2.0|csaf-2.1|openvex|cyclonedx-vex|html|pdf|markdown|text|stix-2.1|misp")
      ->required();
  command.add_flag("--keep-invalid", into.keep_invalid,
                   "Print the result even where it is not valid, to be mended by hand");
  command.add_flag("--lossless", into.lossless, "Print nothing where something of the source is lost");
  command.add_flag("--complete-numbers", into.numbers_are_complete,
                   "Model numbers, SKUs and serial numbers are complete: add no star");
  command.add_flag("--literal-question-marks", into.literal_question_marks,
                   "A ? in such a number is a character of it, and no placeholder");
  command.add_flag("--literal-stars", into.literal_stars, "A * in such a number is a character of it");
  command
      .add_option("--other-publisher", into.other_publisher,
                  "A publisher of category other: warn that it may be a multiplier, keep it, or make it one")
      ->check(plain(CLI::IsMember({"warn", "keep", "multiplier"})))
      ->type_name("warn|keep|multiplier")
      ->capture_default_str();
  command.add_flag("--latest-cwe", into.latest_cwe, "Name the newest version of CWE that has the weakness");
  command.add_option("--id", into.tracking_id, "Tracking id, for sources that have none")->type_name("ID");
  command.add_option("--publisher", into.publisher, "Publisher, for sources that name no author")->type_name("NAME");
  command.add_option("--namespace", into.publisher_namespace, "The publisher's address, for sources without")
      ->type_name("URL");
  command.add_option("--cvss-v3", into.cvss_v3, "Version of CVSS v3 scores of CVRF that do not say theirs")
      ->check(plain(CLI::IsMember({"3.0", "3.1"})))
      ->type_name("3.0|3.1")
      ->envname("TOCSIN_CVSS_V3")
      ->capture_default_str();
  command.add_flag("--mend", into.mend,
                   "CVRF: leave out scores without vector; what names no product is for the fixed ones where none is "
                   "affected");
  command.add_flag("--old-tlp", into.old_tlp, "Leave aside a TLP 2.0 label in the distribution text");
}

}  // namespace tocsin::cli
