#include "cli/audit_options.hpp"

#include <limits>

#include <CLI/CLI.hpp>

#include "base/time.hpp"
#include "cli/plain_check.hpp"
#include "engine/audit/checkpoint.hpp"
#include "engine/audit/trail.hpp"

namespace tocsin::cli {
namespace {

constexpr std::int64_t kNumberMax = std::numeric_limits<std::int64_t>::max();

Result<Timestamp> moment(const std::string& text) {
  return parse_rfc3339(text.size() == 10 ? text + "T00:00:00Z" : text);
}

void add_moment(CLI::App& command, const char* name, std::optional<Timestamp>& into, const char* meaning) {
  command.add_option_function<std::string>(
             name, [&into](const std::string& text) { into = *moment(text); }, meaning)
      ->check(plain(CLI::Validator(
          [](const std::string& text) {
            return moment(text) ? std::string{} : "a day is written as 2026-06-01, a moment as 2026-06-01T12:00:00Z";
          },
          "")))
      ->type_name("DAY-OR-MOMENT");
}

template <class Id>
void add_number(CLI::App& command, const char* name, std::optional<Id>& into, const char* meaning) {
  command.add_option_function<std::int64_t>(
             name, [&into](const std::int64_t& id) { into = Id{id}; }, meaning)
      ->check(plain(CLI::Range(std::int64_t{1}, kNumberMax)))
      ->type_name("NUMBER");
}

std::string complaint_about_action(const std::string& text) {
  for (const auto& each : engine::audit::kActions) {
    if (each.name == text || (text.ends_with(".*") && each.name.starts_with(text.substr(0, text.size() - 1))))
      return {};
  }
  return "there is no action '" + text + "': docs/audit.md lists them; a family is written as record.*";
}

void add_filter(CLI::App& command, store::AuditFilter& into) {
  add_moment(command, "--from", into.from, "Not before this; a day begins at midnight UTC");
  add_moment(command, "--to", into.to, "Before this");
  add_number(command, "--person", into.person, "Number of the account that acted");
  add_number(command, "--organisation", into.organisation, "Number of the organisation that was acted for");
  add_number(command, "--owner", into.owner, "Number of the organisation whose things were acted upon");
  command.add_option("--action", into.action, "An action, as record.read, or a family, as record.*")
      ->check(plain(CLI::Validator(complaint_about_action, "")))
      ->type_name("ACTION");
  command.add_option("--object", into.object, "What was acted upon, as record:12 or person:3")
      ->type_name("KIND:NUMBER");
  command
      .add_option_function<std::string>(
          "--outcome", [&into](const std::string& text) { into.outcome = domain::audit::parse_outcome(text); },
          "How it ended")
      ->check(plain(CLI::IsMember({"done", "refused", "failed"})))
      ->type_name("done|refused|failed");
}

void add_keys(CLI::App& command, AuditOptions& into) {
  command
      .add_option("--key", into.keys,
                  "Public part of a key that signed checkpoints, beside that of audit.key; may be given again")
      ->type_name("PUBLIC")
      ->allow_extra_args(false);
}

}  // namespace

void add_audit_commands(CLI::App& group, AuditOptions& into,
                        const std::function<void(CLI::App* command, const char* examples)>& common) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Examples:\n  tocsin audit list --data /srv/tocsin --action 'sign-in.*'\n"
      "  tocsin audit verify --data /srv/tocsin\n"
      "docs/audit.md says what the log holds and how it is protected.");
  using What = AuditOptions::What;
  const auto add = [&](const char* name, What what, const char* meaning, const char* examples) -> CLI::App& {
    auto* command = group.add_subcommand(name, meaning);
    // The callback proper belongs to what all commands have.
    command->preparse_callback([&into, what](std::size_t) { into.what = what; });
    common(command, examples);
    return *command;
  };
  auto& list = add("list", What::list, "Show what happened, newest first",
                   "  tocsin audit list --data /srv/tocsin\n"
                   "  tocsin audit list --data /srv/tocsin --object record:12 --from 2026-01-01");
  add_filter(list, into.filter);
  list.add_option("--limit", into.limit, "Most entries shown")
      ->check(plain(CLI::Range(1, 1'000)))
      ->type_name("1..1000")
      ->capture_default_str();
  list.add_option("--before", into.before, "Only entries before this one: where the last page ended")
      ->check(plain(CLI::Range(std::int64_t{1}, kNumberMax)))
      ->type_name("NUMBER");
  add_filter(add("export", What::export_lines, "Print entries as JSON lines, oldest first",
                 "  tocsin audit export --data /srv/tocsin --from 2026-01-01 --to 2026-02-01 > january.jsonl\n"
                 "  tocsin audit export --data /srv/tocsin --owner 5 --action 'record.*'\n"
                 "The export itself is an entry of the log."),
             into.filter);
  auto& verify = add("verify", What::verify, "Check that nobody has changed the log",
                     "  tocsin audit verify --data /srv/tocsin\n"
                     "  tocsin audit verify --data /srv/tocsin --checkpoints kept-elsewhere.jsonl\n"
                     "Exit 1 if anything is damaged. Erased personal parts are no damage.");
  add_keys(verify, into);
  verify
      .add_option("--checkpoints", into.checkpoints,
                  "Checkpoints that were kept elsewhere: lines that 'audit checkpoint --format json' printed")
      ->type_name("FILE");
  add("checkpoint", What::checkpoint, "Sign the end of the log",
      "  tocsin audit checkpoint --data /srv/tocsin --format json >> /mnt/elsewhere/checkpoints.jsonl\n"
      "The key is audit.key of the data folder, made where there is none. Run it from a timer, and keep what it prints "
      "where nobody who could change the database reaches it.");
  auto& prune = add("prune", What::prune, "Remove entries that are older than the retention",
                    "  tocsin audit prune --data /srv/tocsin --keep-days 730\n"
                    "Signs a checkpoint where it cuts. Exit 1, and nothing removed, where that part is damaged.");
  prune.add_option("--keep-days", into.keep_days, "Whole days that entries are kept")
      ->check(plain(CLI::Range(1, engine::audit::kKeepDaysMax)))
      ->type_name("DAYS")
      ->required();
  prune.add_option("--reason", into.reason, "Why, for who has to approve it (setting four_eyes: prune_audit)")
      ->type_name("TEXT");
  prune.add_flag("--even-damaged", into.even_damaged, "Remove also what is damaged, and the evidence with it");
  add_keys(prune, into);
}

}  // namespace tocsin::cli
