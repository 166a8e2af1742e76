#include "engine/exposure/decision_table.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "cli/commands.hpp"
#include "cli/member_lookup.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"

/// The commands `decision`. Who may open the data folder acts for any organisation.
namespace tocsin::cli {
namespace {

namespace exposure = engine::exposure;
namespace inventory = engine::inventory;

struct Work {
  const CommandLine& line;
  store::Database& database;
  engine::Actor actor = engine::Actor::at_console();
  Timestamp now = system_clock().now();
};

Result<inventory::Access> access_of(Work& work) {
  work.actor.viewer.organisation = domain::kOwnOrganisation;
  if (!work.line.inventory.organisation.empty()) {
    TRY(work.actor.viewer.organisation, find_org(work.database, work.line.inventory.organisation));
  }
  return inventory::access(work.database, work.actor, {}, work.now);
}

Result<int> show(Work& work) {
  TRY(const auto access, access_of(work));
  exposure::TableChoice choice;
  if (const auto& text = work.line.inventory.version; !text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return Error::not_found("version");
    TRY(const auto version, exposure::table_version(work.database, work.actor, access, number));
    choice = {version.base, version.document};
  } else {
    TRY(const auto in_use, exposure::table_in_use(work.database, work.actor, access));
    choice = in_use.choice();
  }
  TRY(const auto parsed, json::parse(exposure::document_of(choice)));
  print(json::write_pretty(parsed.root()) + "\n");
  return kGood;
}

Result<exposure::TableChoice> choice_of(const std::string& name_or_file) {
  for (const auto name : exposure::Rules::built_in_names()) {
    if (name == name_or_file) return exposure::TableChoice{.base = name_or_file};
  }
  TRY(const auto bytes, read_file(name_or_file, exposure::kTableBytesMax, "cannot be read"));
  if (bytes.size() > exposure::kTableBytesMax) {
    return Error::too_large("The table", exposure::kTableBytesMax, name_or_file);
  }
  auto parsed = json::parse(bytes);
  if (!parsed) return in_file(name_or_file, parsed.error());
  exposure::TableChoice choice{.base = std::string{exposure::kOwnTable}, .document = json::write(parsed->root())};
  if (const auto rules = exposure::rules_of(choice); !rules) return in_file(name_or_file, rules.error());
  return choice;
}

Result<int> set(Work& work) {
  const auto& options = work.line.inventory;
  TRY(const auto access, access_of(work));
  TRY(const auto choice, choice_of(options.table));
  TRY(const auto preview, exposure::preview_table(work.database, work.actor, access, choice, work.now));
  std::int64_t version = 0;
  if (!options.dry_run) {
    TRY(version, exposure::set_table(work.database, work.actor, choice, options.note, {}, work.now));
  }
  if (work.line.json) {
    boost::json::object out;
    out["version"] = nullptr;
    if (version > 0) out["version"] = version;
    out["looked_at"] = preview.looked_at;
    auto& changes = out["changes"].emplace_array();
    for (const auto& each : preview.shifts) {
      changes.push_back(
          {{"from", exposure::to_string(each.from)}, {"to", exposure::to_string(each.to)}, {"count", each.count}});
    }
    print_json(out);
    return kGood;
  }
  for (const auto& each : preview.shifts) {
    print(fmt::format("{} from {} to {}\n", text::thousands(each.count), exposure::to_string(each.from),
                      exposure::to_string(each.to)));
  }
  print(fmt::format("{} looked at. {}\n", text::count_of(preview.looked_at, "match", "matches"),
                    options.dry_run ? std::string{"Nothing was changed."}
                                    : fmt::format("{} decides by version {} of its table now.",
                                                  safe_text(access.organisation_name), version)));
  return kGood;
}

Result<int> history(Work& work) {
  TRY(const auto access, access_of(work));
  TRY(const auto versions, exposure::table_history(work.database, work.actor, access));
  TextTable table{{{.title = "version", .right = true},
                   {.title = "table"},
                   {.title = "when"},
                   {.title = "who"},
                   {.title = "note", .width_max = 60, .shrinks = true}}};
  for (const auto& each : versions) {
    const auto who = each.person_name.empty() ? std::string{"console"} : each.person_name;
    if (work.line.json) {
      print_json(boost::json::object{{"version", each.version},
                                     {"base", each.base},
                                     {"at", format_rfc3339(each.at)},
                                     {"by", who},
                                     {"note", each.note}});
    } else {
      table.add({{std::to_string(each.version)},
                 {each.base},
                 {format_minute(each.at)},
                 {safe_text(who)},
                 {safe_text(each.note)}});
    }
  }
  if (work.line.json) return kGood;
  if (table.empty()) {
    print("It has always been decided by the table ot.\n");
  } else {
    print(table.text(output_width(), colours()));
  }
  return kGood;
}

}  // namespace

int run_decision(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  Work work{.line = line, .database = *installation->database};
  using What = InventoryOptions::What;
  const auto outcome = line.inventory.what == What::decision_show  ? show(work)
                       : line.inventory.what == What::decision_set ? set(work)
                                                                   : history(work);
  return outcome ? *outcome : fail(outcome.error(), line.json);
}

}  // namespace tocsin::cli
