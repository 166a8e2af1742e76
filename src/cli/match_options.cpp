#include "cli/match_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/plain_check.hpp"

namespace tocsin::cli {
const char* const kMatchExamples =
    "  tocsin match --assets plant.csv --advisories advisories/\n"
    "  tocsin match --assets plant.csv --advisories feed.tar.zst --format json | jq 'select(.status == \"affected\")'\n"
    "  tocsin match --assets plant.csv --column 'Typ/Bestell-Nr.=model' --advisories feed.tar.zst\n"
    "  tocsin match --assets plant.xlsx --sheet 'Hall 2' --advisories advisories/ --format html > exposure.html\n"
    "  nmap -sV -oX - 10.0.0.0/24 | tocsin match --assets - --advisories feed.tar.zst\n"
    "Needs no server, no database and no network: the inventory stays where it is. It is a table (CSV, .xlsx), a bill "
    "of materials (CycloneDX, SPDX), the output of Nmap or Zeek, NetBox's or GRASSMARLIN's export, or AutomationML; "
    "which one is seen from its content. The first line of a table names the columns; vendor, product, model or order "
    "number, version, firmware, serial and the like are recognised by their names, and standard error tells which was "
    "taken for what. Exit 1 when something is affected.";

void add_match_options(CLI::App& command, MatchOptions& into) {
  command.parse_complete_callback([&into] {
    if (into.advisories.empty() && into.bundles.empty()) throw CLI::RequiredError("--advisories or --bundle");
  });
  command
      .add_option("--assets", into.assets,
                  "The inventory: a table, a bill of materials, a scan or an export; - for standard input")
      ->type_name("FILE")
      ->required();
  command.add_option("--advisories", into.advisories, "CSAF documents: files, folders or archives; may be given again")
      ->type_name("PATH");
  command
      .add_option(
          "--bundle", into.bundles,
          "Advisories, evidence and all from a bundle (tocsin bundle create); may be given again for those that "
          "follow it")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--key", into.bundle_key, "Public key, or a file with it, that the bundle has to be signed with")
      ->type_name("KEY|FILE");
  command.add_option("--kev", into.kev, "CISA's known exploited vulnerabilities (JSON or CSV), for the decision")
      ->type_name("FILE");
  command.add_option("--epss", into.epss, "EPSS scores (CSV, may be packed), for the decision")->type_name("FILE");
  command
      .add_option("--decision-table", into.decision_table,
                  "What decides: ot (where the bundle brings none), deployer (CERT/CC), cisa, or a file with an SSVC "
                  "decision table")
      ->type_name("NAME|FILE");
  command.add_option("--column", into.columns, "What a column says, where its name is not understood")
      ->type_name("HEADER=FIELD")
      ->allow_extra_args(false);
  command.add_option("--sheet", into.sheet, "Which worksheet of a workbook; else the first with something in it")
      ->type_name("NAME");
  command.add_option("--confidence", into.confidence, "Tell what is at least this sure")
      ->check(plain(CLI::Range(0.0, 1.0)))
      ->type_name("0..1")
      ->capture_default_str();
  command.add_flag("--all", into.all, "Tell also what is fixed or not affected (JSON tells everything)");
  command
      .add_option("--format", into.format,
                  "Output: text, json (one JSON object a line), csv, xlsx (a worksheet), or html (a report to print)")
      ->check(plain(CLI::IsMember({"text", "json", "csv", "xlsx", "html"})))
      ->type_name("text|json|csv|xlsx|html")
      ->capture_default_str();
}

}  // namespace tocsin::cli
