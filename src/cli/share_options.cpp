#include "cli/share_options.hpp"

#include <CLI/CLI.hpp>

#include "base/time.hpp"
#include "cli/plain_check.hpp"
#include "domain/tlp.hpp"

namespace tocsin::cli {
const char* const kShareExamples =
    "  tocsin share --data /srv/tocsin ICSA-22-130-01\n"
    "  tocsin share --data /srv/tocsin EX-2026-1 --tlp AMBER --to community:2 --to person:ada@example.com\n"
    "  tocsin share --data /srv/tocsin EX-2026-1 --audience members --embargo none --yes\n"
    "Without changes it says who sees the advisory, and why; with changes, what they would do. Where somebody is newly "
    "reached, nothing is done without --yes. The new list of addressees takes the place of the old one.";

void add_share_options(CLI::App& command, ShareOptions& into) {
  command.add_option("--tlp", into.tlp, "New TLP label, not wider than the document's own")
      ->check(plain(CLI::Validator(
          [](const std::string& text) {
            return domain::parse_tlp(text) ? std::string{} : "a TLP label is CLEAR, GREEN, AMBER, AMBER+STRICT or RED";
          },
          "")))
      ->type_name("LABEL");
  command.add_option("--audience", into.audience, "To whom it is addressed; listed where there is a --to")
      ->check(plain(CLI::IsMember({"everyone", "members", "owner-only", "listed"})))
      ->type_name("everyone|members|owner-only|listed");
  command
      .add_option("--to", into.to,
                  "An addressee: organisation:3, community:2, case:NUMBER or person:MAIL; may be given again")
      ->type_name("ADDRESSEE")
      ->allow_extra_args(false);
  command.add_option("--embargo", into.embargo, "Nobody but the owner sees it before; none ends the embargo")
      ->check(plain(CLI::Validator(
          [](const std::string& text) {
            return text == "none" || parse_rfc3339(text) ? std::string{}
                                                         : "a moment is written as 2026-06-01T12:00:00Z, or none";
          },
          "")))
      ->type_name("MOMENT|none");
  command.add_flag("--publish", into.publish, "Publish a draft");
  command.add_flag("--yes", into.yes, "Do it, also where somebody is newly reached");
}

}  // namespace tocsin::cli
