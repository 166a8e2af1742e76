#include "cli/change_options.hpp"

#include <CLI/CLI.hpp>

#include "base/time.hpp"
#include "cli/plain_check.hpp"

namespace tocsin::cli {
namespace {

void add_date(CLI::App& command, ChangeOptions& into) {
  command.add_option("--date", into.date, "Moment of the change, as 2026-06-01T12:00:00Z; now unless told")
      ->check(plain(CLI::Validator(
          [](const std::string& text) {
            return parse_rfc3339(text) ? std::string{} : "a date and time is written as 2026-06-01T12:00:00Z";
          },
          "")))
      ->type_name("MOMENT");
}

void add_summary(CLI::App& command, ChangeOptions& into, const char* meaning) {
  command.add_option("--summary", into.summary, meaning)->type_name("TEXT");
}

void add_note(CLI::App& command, ChangeOptions& into) {
  command.add_option("--lang", into.lang, "Language of the texts; the document's, where that states none")
      ->type_name("TAG");
  command
      .add_option("--note-title", into.note_title,
                  "Title of the note with the reason, for languages in which the standard has none")
      ->type_name("TEXT");
  add_summary(command, into, "Summary of the new revision; that it was withdrawn or superseded unless told");
  add_date(command, into);
}

void add_original(CLI::App& command, ChangeOptions& into) {
  command
      .add_option("--original", into.original_url, "Where the original is found; what it says of itself unless told")
      ->type_name("URL");
}

}  // namespace

const char* const kWithdrawExamples =
    "  tocsin withdraw advisory.json --reason 'Told of a flaw in Gate 5; it is none.' > withdrawn.json\n"
    "CSAF 2.1. The id, references and most notes stay; products and vulnerabilities go. The document goes to standard "
    "output, what went with it to standard error. Exit 1, and no document, where the result would not be valid.";
const char* const kSupersedeExamples =
    "  tocsin supersede old.json --by new.json > superseded.json\n"
    "  tocsin supersede old.json --by https://psirt.example.com/csaf/2026/ex-2026-2.json --reason 'Two became one.'\n"
    "CSAF 2.1. As withdraw, with a reference to each document that takes the place. Exit 1, and no document, where the "
    "result would not be valid.";
const char* const kModifyExamples =
    "  tocsin modify advisory.json --patch patch.json --summary 'Fix for Gate 5 added' > next.json\n"
    "  tocsin modify draft.json --status final --summary 'First release' > released.json\n"
    "  tocsin modify advisory.json --tlp GREEN --publisher 'Grid CERT' --namespace https://cert.grid.example \\\n"
    "    --publisher-category multiplier --id-prefix GC- --summary 'For our members' > ours.json\n"
    "CSAF 2.0 and 2.1. The patch is a JSON Patch (RFC 6902). Version, history, dates and generator follow; with --id "
    "or "
    "--id-prefix the result is another document that refers to the original. Exit 1, and no document, where the result "
    "would not be valid.";
const char* const kTranslateExamples =
    "  tocsin translate advisory.json --lang de --texts german.json --publisher 'Example' --namespace "
    "https://example.com\n"
    "CSAF 2.0 and 2.1. The texts are a JSON object: {\"/document/title\": \"Lampe bleibt an\"}. Makes the frame of the "
    "translation around them. Exit 1, and no document, where the result would not be valid.";

const char* const kUpdateIdsExamples =
    "  tocsin update-ids advisory.json --dry-run\n"
    "  tocsin update-ids advisory.json --commit > next.json\n"
    "  tocsin update-ids advisory.json --rules ours.json --ignore 'Vendor ticket' --interactive > next.json\n"
    "CSAF 2.1. Brings ids of vulnerabilities to the names and forms of the registry of their systems (RVISC). Rules "
    "are a "
    "JSON array, asked before the registry's mapping: [{\"system_name\": \"Works\", \"precondition\": \"L-([0-9]+)\", "
    "\"new_system_name\": \"https://works.example\", \"new_text\": \"LAMP-\\\\1\"}]. Exit 1, and no document, where "
    "the "
    "result would not be valid.";

void add_withdraw_options(CLI::App& command, ChangeOptions& into) {
  command
      .add_option("--reason", into.reasons,
                  "What the document was about and why it is withdrawn; each further one is a paragraph")
      ->type_name("TEXT")
      ->allow_extra_args(false)
      ->required();
  add_note(command, into);
}

void add_supersede_options(CLI::App& command, ChangeOptions& into) {
  command.add_option("--by", into.by, "What takes the document's place, by its file or its URL; may be given again")
      ->type_name("FILE-OR-URL")
      ->allow_extra_args(false)
      ->required();
  command
      .add_option("--reason", into.reasons, "Why; each further one is a paragraph. What takes the place unless told")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  command
      .add_option("--reference-summary", into.reference_summary,
                  "How references to it begin, for languages in which the standard has no term")
      ->type_name("TEXT");
  add_note(command, into);
}

void add_modify_options(CLI::App& command, ChangeOptions& into) {
  command.add_option("--patch", into.patch, "A JSON Patch (RFC 6902)")->type_name("FILE");
  add_summary(command, into, "Summary of the new revision: what changed");
  command.get_option("--summary")->required();
  command
      .add_option("--level", into.level,
                  "Of the change, for semantic versions; found out unless told, but spelling (patch) has to be told")
      ->check(plain(CLI::IsMember({"patch", "minor", "major"})))
      ->type_name("patch|minor|major");
  auto& header = into.header;
  command.add_option("--title", header.title, "New title")->type_name("TEXT");
  command.add_option("--category", header.category, "New category: a profile or another name")->type_name("NAME");
  command.add_option("--status", header.status, "New status; a draft that becomes final or interim is released")
      ->check(plain(CLI::IsMember({"draft", "interim", "final"})))
      ->type_name("draft|interim|final");
  command.add_option("--tlp", header.tlp_label, "New TLP label")->type_name("LABEL");
  command.add_option("--publisher", header.publisher_name, "New publisher")->type_name("NAME");
  command
      .add_option("--namespace", header.publisher_namespace, "The new publisher's address; needs --id or --id-prefix")
      ->type_name("URL");
  command.add_option("--publisher-category", header.publisher_category, "The new publisher's category, as multiplier")
      ->type_name("NAME");
  auto* id = command.add_option("--id", into.tracking_id, "Make another document of it, with this id")->type_name("ID");
  command.add_option("--id-prefix", into.tracking_id_prefix, "The same, with this before the original's id")
      ->type_name("TEXT")
      ->excludes(id);
  add_original(command, into);
  add_date(command, into);
}

void add_translate_options(CLI::App& command, ChangeOptions& into) {
  command.add_option("--lang", into.lang, "Language of the translation")->type_name("TAG")->required();
  command.add_option("--texts", into.texts, "The translated texts by JSON Pointer, as one JSON object")
      ->type_name("FILE")
      ->required();
  command.add_option("--source-lang", into.source_lang, "Language of the original, where it states none")
      ->type_name("TAG");
  command.add_option("--id", into.tracking_id, "Id of the translation; the original's with the language unless told")
      ->type_name("ID");
  auto* publisher = command.add_option("--publisher", into.header.publisher_name, "The translator")->type_name("NAME");
  command.add_option("--namespace", into.header.publisher_namespace, "The translator's address")->type_name("URL");
  command.add_flag("--by-publisher", into.by_publisher, "The publisher translated its own document, and stays")
      ->excludes(publisher);
  add_original(command, into);
  add_date(command, into);
}

void add_update_ids_options(CLI::App& command, ChangeOptions& into) {
  command.add_option("--rules", into.rules, "Rules of your own for ids, as one JSON array")->type_name("FILE");
  command.add_option("--ignore", into.ignored, "A system whose ids stay as they are; may be given again")
      ->type_name("NAME")
      ->allow_extra_args(false);
  auto* interactive = command.add_flag("--interactive", into.interactive, "Ask on standard input about each change");
  auto* dry = command.add_flag("--dry-run", into.dry_run, "Only print what would change")->excludes(interactive);
  auto* unregistered =
      command
          .add_flag("--list-unregistered", into.list_unregistered, "Only print ids of systems that are not registered")
          ->excludes(interactive)
          ->excludes(dry);
  auto* nonconforming = command
                            .add_flag("--list-nonconforming", into.list_nonconforming,
                                      "Only print ids whose text does not fit their registered system")
                            ->excludes(interactive)
                            ->excludes(dry);
  auto* commit = command.add_flag("--commit", into.commit, "Add a revision that tells of the changes")
                     ->excludes(dry)
                     ->excludes(unregistered)
                     ->excludes(nonconforming);
  add_summary(command, into, "Summary of the revision; what changed unless told");
  command.get_option("--summary")->needs(commit);
  command.add_option("--number", into.number, "Version number of the revision; the next one unless told")
      ->type_name("VERSION")
      ->needs(commit);
  command.add_option("--level", into.level, "Of the change, for semantic versions; patch unless told")
      ->check(plain(CLI::IsMember({"patch", "minor", "major"})))
      ->type_name("patch|minor|major")
      ->needs(commit);
  add_date(command, into);
  command.get_option("--date")->needs(commit);
}

}  // namespace tocsin::cli
