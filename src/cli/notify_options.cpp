#include "cli/notify_options.hpp"

#include <limits>

#include <CLI/CLI.hpp>

namespace tocsin::cli {

void add_notify_commands(CLI::App& group, NotifyOptions& into,
                         const std::function<void(CLI::App* command, const char* examples)>& common) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Examples:\n  tocsin notify list --data /srv/tocsin ada@water.example\n"
      "  tocsin notify add --data /srv/tocsin ada@water.example --query 'cvss>=9'\n"
      "People do this for themselves on the page Notifications.");
  using What = NotifyOptions::What;
  const auto add = [&](const char* name, What what, const char* meaning, const char* examples) -> CLI::App& {
    auto* command = group.add_subcommand(name, meaning);
    // The callback proper belongs to what all commands have.
    command->preparse_callback([&into, what](std::size_t) { into.what = what; });
    common(command, examples);
    command->add_option("person", into.person, "Mail address or number of whose subscriptions they are")
        ->type_name("PERSON")
        ->required();
    return *command;
  };
  const auto number = [&](CLI::App& command) {
    command.add_option("id", into.id, "The subscription's number in the list")
        ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()).description(""))
        ->type_name("NUMBER")
        ->required();
  };
  add("list", What::list, "Show what somebody subscribed to",
      "  tocsin notify list --data /srv/tocsin ada@water.example");
  auto& made = add("add", What::add, "Subscribe somebody to advisories, or to new connections",
                   "  tocsin notify add --data /srv/tocsin ada@water.example --query 'vendor:siemens cvss>=7'\n"
                   "  tocsin notify add --data /srv/tocsin ada@water.example --assets --pace daily\n"
                   "  tocsin notify add --data /srv/tocsin ada@water.example --connections");
  made.add_option("--name", into.name, "What it is called in letters; none: from what it asks for")->type_name("NAME");
  made.add_option("--query", into.query, "A search; none: every advisory")->type_name("QUERY");
  made.add_flag("--assets", into.exposure, "Only what speaks of assets of the organisation");
  made.add_option("--status", into.statuses, "With --assets: results of matching, such as affected; may be repeated")
      ->type_name("STATUS");
  made.add_option("--decision", into.decisions, "With --assets: what is to be done, such as act_now; may be repeated")
      ->type_name("DECISION");
  made.add_option("--site", into.site, "With --assets: at this site")->type_name("SITE");
  made.add_flag("--connections", into.connections,
                "No advisories, but what comes to share something with what the organisation shared");
  made.add_option("--pace", into.pace, "now, daily or weekly")
      ->check(CLI::IsMember({"now", "daily", "weekly"}).description(""))
      ->type_name("PACE");
  made.add_option("--by", into.by, "mail, feed or hook; may be repeated; none: mail")
      ->check(CLI::IsMember({"mail", "feed", "hook"}).description(""))
      ->type_name("WAY");
  number(add("remove", What::remove, "Remove a subscription",
             "  tocsin notify remove --data /srv/tocsin ada@water.example 3"));
  number(add("test", What::test, "Put a test letter of a subscription into the post",
             "  tocsin notify test --data /srv/tocsin ada@water.example 3\nA running server sends it."));
  add("sent", What::sent, "Show what somebody was told, newest first",
      "  tocsin notify sent --data /srv/tocsin ada@water.example")
      .add_option("--limit", into.limit, "At most so many")
      ->check(CLI::Range(1, 200).description(""))
      ->type_name("NUMBER");
}

}  // namespace tocsin::cli
