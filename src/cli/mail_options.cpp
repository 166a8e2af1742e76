#include "cli/mail_options.hpp"

#include <limits>

#include <CLI/CLI.hpp>

namespace tocsin::cli {

void add_mail_commands(CLI::App& group, MailOptions& into,
                       const std::function<void(CLI::App* command, const char* examples)>& common) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Examples:\n  tocsin mail test --data /srv/tocsin me@cert.example\n"
      "  tocsin mail list --data /srv/tocsin\n"
      "docs/operator-guide.md says how mail is set up.");
  using What = MailOptions::What;
  const auto add = [&](const char* name, What what, const char* meaning, const char* examples) -> CLI::App& {
    auto* command = group.add_subcommand(name, meaning);
    // The callback proper belongs to what all commands have.
    command->preparse_callback([&into, what](std::size_t) { into.what = what; });
    common(command, examples);
    return *command;
  };
  const auto number = [&](CLI::App& command, const char* meaning) {
    return command.add_option("id", into.id, meaning)
        ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()).description(""))
        ->type_name("NUMBER");
  };
  add("list", What::list, "Show what waits to be sent and what could not be",
      "  tocsin mail list --data /srv/tocsin\nWhat a mail says is not shown: it may hold a link that lets in.");
  number(add("retry", What::retry, "Try again now, one mail or all",
             "  tocsin mail retry --data /srv/tocsin\n  tocsin mail retry --data /srv/tocsin 12\n"
             "A running server sends them."),
         "The mail's number in the list; none: all");
  number(add("drop", What::drop, "Do not send a mail", "  tocsin mail drop --data /srv/tocsin 12"),
         "The mail's number in the list")
      ->required();
  add("test", What::test, "Send a test mail at once, and say what the mail server answers",
      "  tocsin mail test --data /srv/tocsin me@cert.example")
      .add_option("address", into.address, "Who gets it")
      ->type_name("ADDRESS")
      ->required();
}

}  // namespace tocsin::cli
