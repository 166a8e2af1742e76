#include "cli/webhook_options.hpp"

#include <limits>

#include <CLI/CLI.hpp>

namespace tocsin::cli {

void add_webhook_commands(CLI::App& group, WebhookOptions& into,
                          const std::function<void(CLI::App* command, const char* examples)>& common) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Examples:\n"
      "  tocsin webhook add --data /srv/tocsin https://siem.water.example/tocsin --org Water --user ada@water.example\n"
      "  tocsin webhook deliveries --data /srv/tocsin 3 --state dead\n"
      "  tocsin webhook replay --data /srv/tocsin 3\n"
      "docs/user-guide.md says what receivers are told and how they check it.");
  using What = WebhookOptions::What;
  const auto add = [&](const char* name, What what, const char* meaning, const char* examples) -> CLI::App& {
    auto* command = group.add_subcommand(name, meaning);
    // The callback proper belongs to what all commands have.
    command->preparse_callback([&into, what](std::size_t) { into.what = what; });
    common(command, examples);
    return *command;
  };
  const auto positive = [] {
    return CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()).description("");
  };
  const auto number = [&](CLI::App& command) {
    command.add_option("webhook", into.id, "The webhook's number in the list")
        ->check(positive())
        ->type_name("NUMBER")
        ->required();
  };
  add("list", What::list, "List webhooks", "  tocsin webhook list --data /srv/tocsin --org Water")
      .add_option("--org", into.organisation, "Only this organisation's, by number or name")
      ->type_name("ORG");
  auto& adds = add("add", What::add, "Make a webhook, and show its secret once",
                   "  tocsin webhook add --data /srv/tocsin https://siem.water.example/tocsin --org Water --user "
                   "ada@water.example --name SIEM");
  adds.add_option("url", into.url, "Where it leads, https://")->type_name("URL")->required();
  adds.add_option("--org", into.organisation, "Organisation whose it is, by number or name")
      ->type_name("ORG")
      ->required();
  adds.add_option("--user", into.person,
                  "Person who manages the organisation: it is told what they are told. By mail address or number")
      ->type_name("USER")
      ->required();
  adds.add_option("--name", into.name, "What it is for; the address's host unless told")->type_name("NAME");
  number(add("enable", What::enable, "Switch a webhook on again", "  tocsin webhook enable --data /srv/tocsin 3"));
  number(add("disable", What::disable, "Switch a webhook off; what waits becomes dead",
             "  tocsin webhook disable --data /srv/tocsin 3"));
  number(add("rotate", What::rotate, "Give a webhook a new secret; the former signs as well for a day",
             "  tocsin webhook rotate --data /srv/tocsin 3"));
  number(add("remove", What::remove, "Remove a webhook with its deliveries",
             "  tocsin webhook remove --data /srv/tocsin 3"));
  number(add("test", What::test, "Put a test into the queue; a running server sends it",
             "  tocsin webhook test --data /srv/tocsin 3"));
  auto& replay = add("replay", What::replay, "Try dead deliveries again, one or all",
                     "  tocsin webhook replay --data /srv/tocsin 3\n  tocsin webhook replay --data /srv/tocsin 3 41");
  number(replay);
  replay.add_option("delivery", into.delivery, "The delivery's number; none: all dead ones")
      ->check(positive())
      ->type_name("NUMBER");
  auto& deliveries = add("deliveries", What::deliveries, "List what was and is to be delivered, newest first",
                         "  tocsin webhook deliveries --data /srv/tocsin 3 --state dead");
  number(deliveries);
  deliveries.add_option("--state", into.state, "Only these: waiting, delivered or dead")
      ->check(CLI::IsMember({"waiting", "delivered", "dead"}))
      ->type_name("STATE");
}

}  // namespace tocsin::cli
