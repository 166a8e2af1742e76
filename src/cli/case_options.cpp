#include "cli/case_options.hpp"

#include <CLI/CLI.hpp>

namespace tocsin::cli {
namespace {

void add_number(CLI::App& command, CaseOptions& into) {
  command.add_option("case", into.number, "The case's number, in any case")->type_name("CASE")->required();
}

void add_participant(CLI::App& command, CaseOptions& into) {
  auto* organisation =
      command.add_option("--org", into.organisation, "An organisation, by number or name")->type_name("ORG");
  command.add_option("--user", into.person, "A single person, by mail address or number")
      ->type_name("USER")
      ->excludes(organisation);
}

}  // namespace

void add_case_commands(CLI::App& group, CaseOptions& into,
                       const std::function<void(CLI::App* command, const char* examples)>& common) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Examples:\n"
      "  tocsin case open --data /srv/tocsin 'Pumps that stop' --kind coordination\n"
      "  tocsin case add --data /srv/tocsin CASE-2026-48213 --org Vendor --part vendor\n"
      "  tocsin share --data /srv/tocsin EX-2026-1 --tlp AMBER --to case:CASE-2026-48213");
  using What = CaseOptions::What;
  const auto add = [&](const char* name, What what, const char* meaning, const char* examples) -> CLI::App& {
    auto* command = group.add_subcommand(name, meaning);
    // The callback proper belongs to what all commands have.
    command->preparse_callback([&into, what](std::size_t) { into.what = what; });
    common(command, examples);
    return *command;
  };
  auto& list =
      add("list", What::list, "List cases, newest first", "  tocsin case list --data /srv/tocsin --state open");
  list.add_option("--text", into.text, "Part of the number or title")->type_name("TEXT");
  list.add_option("--state", into.state, "Only these")->check(CLI::IsMember({"open", "closed"}))->type_name("STATE");
  list.add_option("--kind", into.kind, "Only these")
      ->check(CLI::IsMember({"coordination", "incident"}))
      ->type_name("KIND");

  add_number(add("show", What::show, "Show a case with its participants, and what is shared with it",
                 "  tocsin case show --data /srv/tocsin CASE-2026-48213"),
             into);
  auto& open = add("open", What::open, "Open a case", "  tocsin case open --data /srv/tocsin 'Pumps that stop'");
  open.add_option("title", into.title, "What it is about; everybody who takes part reads it")
      ->type_name("TITLE")
      ->required();
  open.add_option("--kind", into.kind, "coordination (of a vulnerability; unless told) or incident")
      ->check(CLI::IsMember({"coordination", "incident"}))
      ->type_name("KIND");
  open.add_option("--org", into.owner, "Whose case it is; the CERT's unless told")->type_name("ORG");

  auto& rename = add("rename", What::rename, "Give a case another title",
                     "  tocsin case rename --data /srv/tocsin CASE-2026-48213 'Pumps that stop at night'");
  add_number(rename, into);
  rename.add_option("title", into.title, "The new title")->type_name("TITLE")->required();

  auto& adds = add("add", What::add, "Let an organisation or a person take part, or give it another part",
                   "  tocsin case add --data /srv/tocsin CASE-2026-48213 --user ada@water.example --part reporter");
  add_number(adds, into);
  add_participant(adds, into);
  adds.add_option("--part", into.part, "coordinator, reporter, vendor, asset-owner, agency, or other (unless told)")
      ->check(CLI::IsMember({"coordinator", "reporter", "vendor", "asset-owner", "agency", "other"}))
      ->type_name("PART");
  auto& removes = add("remove", What::remove, "Take an organisation or a person out: it sees nothing by it any more",
                      "  tocsin case remove --data /srv/tocsin CASE-2026-48213 --org Vendor");
  add_number(removes, into);
  add_participant(removes, into);
  add_number(add("close", What::close, "Close a case: it takes nothing new, and who takes part keeps what was shared",
                 "  tocsin case close --data /srv/tocsin CASE-2026-48213"),
             into);
  add_number(add("reopen", What::reopen, "Open a closed case again",
                 "  tocsin case reopen --data /srv/tocsin CASE-2026-48213"),
             into);
}

}  // namespace tocsin::cli
