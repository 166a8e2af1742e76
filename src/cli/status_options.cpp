#include "cli/status_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/plain_check.hpp"

namespace tocsin::cli {
const char* const kStatusExamples =
    "  tocsin status --data var --vendor Siemens --product 'SIMATIC S7-1200' --version V4.4 --at 2024-03-01\n"
    "  tocsin status --data var --model 6ES7214-1AG40-0XB0 --at 2024-03-01T06:00:00+01:00 --known-by received\n"
    "  tocsin status --advisories feed.tar.zst --product 'S7-1200' --format json | jq '.known[].tracking_id'\n"
    "Advisories as they stood at that moment, and what became known since. A day means its end, UTC. With --advisories "
    "it needs no database.";

void add_status_options(CLI::App& command, StatusOptions& into) {
  command.parse_complete_callback([&into] {
    if (into.product.empty() && into.model.empty()) throw CLI::RequiredError("--product or --model");
    if (!into.advisories.empty() && into.known_by == "received") {
      throw CLI::ExcludesError("--known-by received", "--advisories");
    }
  });
  command.add_option("--product", into.product, "Name of the product; may hold vendor and order number, too")
      ->type_name("NAME");
  command.add_option("--vendor", into.vendor, "Name of the vendor")->type_name("NAME");
  command.add_option("--model", into.model, "Model or order number")->type_name("TEXT");
  command.add_option("--version", into.version, "Version as the vendor writes it")->type_name("VERSION");
  command.add_option("--at", into.at, "A day (2024-03-01) or a moment (2024-03-01T06:00:00+01:00); else now")
      ->type_name("TIME");
  command
      .add_option("--known-by", into.known_by,
                  "What makes a version of an advisory known: published (its document's own date) or received (it had "
                  "come here)")
      ->check(plain(CLI::IsMember({"published", "received"})))
      ->type_name("published|received")
      ->capture_default_str();
  command
      .add_option("--advisories", into.advisories,
                  "CSAF documents instead of the database: files, folders or archives; may be given again")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command.add_option("--format", into.format, "Output: text, json or csv")
      ->check(plain(CLI::IsMember({"text", "json", "csv"})))
      ->type_name("text|json|csv")
      ->capture_default_str();
}

}  // namespace tocsin::cli
