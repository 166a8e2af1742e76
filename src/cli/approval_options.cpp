#include "cli/approval_options.hpp"

#include <limits>

#include <CLI/CLI.hpp>

namespace tocsin::cli {
namespace {

void add_number(CLI::App& command, ApprovalOptions& into) {
  command.add_option("number", into.id, "Number of the approval, as 'approval list' shows it")
      ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()).description(""))
      ->type_name("NUMBER")
      ->required();
}

}  // namespace

void add_approval_commands(CLI::App& group, ApprovalOptions& into,
                           const std::function<void(CLI::App* command, const char* examples)>& common) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Acts that a second person has to approve: setting four_eyes. People decide at /approvals; here the operator "
      "does "
      "where nobody else can.");
  using What = ApprovalOptions::What;
  const auto add = [&](const char* name, What what, const char* meaning, const char* examples) -> CLI::App& {
    auto* command = group.add_subcommand(name, meaning);
    // The callback proper belongs to what all commands have.
    command->preparse_callback([&into, what](std::size_t) { into.what = what; });
    common(command, examples);
    return *command;
  };
  add("list", What::list, "Show what waits, and what was decided", "  tocsin approval list --data /srv/tocsin");
  add_number(add("approve", What::approve, "Approve one, and do it",
                 "  tocsin approval approve 12 --data /srv/tocsin\n"
                 "Exit 1, and nothing done, where what it was based on has changed, or it was asked for here."),
             into);
  auto& reject = add("reject", What::reject, "Reject one", "  tocsin approval reject 12 --why 'Not needed any more'");
  add_number(reject, into);
  reject.add_option("--why", into.why, "Why not, for who asked")->type_name("TEXT");
}

}  // namespace tocsin::cli
