#include "cli/manage_options.hpp"

#include <CLI/CLI.hpp>

namespace tocsin::cli {
namespace {

void add_id(CLI::App* sub, std::string& id) {
  sub->add_option("id", id, "The advisory's id, in any case")->type_name("ID")->required();
}

}  // namespace

void add_comment_commands(CLI::App& group, ManageOptions& into, std::string& id, const PrepareManage& prepare) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Examples:\n  tocsin comment list --data /srv/tocsin EX-2026-1\n"
      "  tocsin comment add --data /srv/tocsin EX-2026-1 \"Seen in the field\" --everyone");
  const auto add = [&](const char* name, ManageOptions::What what, const char* does, const char* examples) {
    auto* sub = group.add_subcommand(name, does);
    prepare(sub, examples);
    add_id(sub, id);
    sub->parse_complete_callback([&into, what] { into.what = what; });
    return sub;
  };
  add("list", ManageOptions::What::list, "All comments on an advisory, of every organisation",
      "  tocsin comment list --data /srv/tocsin EX-2026-1");
  auto* write = add("add", ManageOptions::What::add, "Comment on an advisory, in the name of the CERT",
                    "  tocsin comment add --data /srv/tocsin EX-2026-1 \"Seen in the field\"\n"
                    "  tocsin comment add --data /srv/tocsin EX-2026-1 --everyone - < note.txt");
  write->add_option("text", into.text, "Plain text of at most 4,000 bytes; -: from standard input")
      ->type_name("TEXT")
      ->required();
  write->add_flag("--everyone", into.everyone, "For every member who may see the advisory; else for the CERT's people");
  auto* remove = add("remove", ManageOptions::What::remove_comment, "Remove a comment",
                     "  tocsin comment remove --data /srv/tocsin EX-2026-1 6f0b1c2e-5d1c-4c53-9a63-2a1c7d1f3b11");
  remove->add_option("comment", into.comment, "Its id, as the list has it")->type_name("COMMENT")->required();
}

void add_remove_options(CLI::App& command, ManageOptions& into, std::string& id, const PrepareManage& prepare) {
  prepare(&command,
          "  tocsin remove --data /srv/tocsin EX-2026-1 --reason \"Sent to us by mistake\"\n"
          "All revisions go for good, with comments and what organisations noted about it. The audit log keeps the id "
          "and the SHA-512 of the documents; importing one of them again wants --again.");
  add_id(&command, id);
  command.add_option("--reason", into.reason, "Why, for the audit log")->type_name("TEXT")->required();
  command.parse_complete_callback([&into] { into.what = ManageOptions::What::remove_advisory; });
}

}  // namespace tocsin::cli
