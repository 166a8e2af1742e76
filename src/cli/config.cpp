#include <exception>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/text_table.hpp"
#include "domain/person.hpp"
#include "engine/guard/approvals.hpp"
#include "engine/search/indexer.hpp"
#include "engine/threat/indexer.hpp"
#include "exchange/pdf_child.hpp"
#include "exchange/pdf_text.hpp"

namespace tocsin::cli {
namespace {

/// Passwords of a database URL, and secrets, stay out of terminals and their scrollback.
std::string shown(std::string_view name, const std::string& text) {
  if (name == "mail.password" && !text.empty()) return "***";
  if (name == "oidc.client_secret") return text.empty() ? text : "***";
  if (name != "database") return text;
  const auto scheme = text.find("://");
  const auto at = text.find('@');
  const auto colon = scheme == std::string::npos ? std::string::npos : text.find(':', scheme + 3);
  if (at == std::string::npos || colon == std::string::npos || colon > at) return text;
  return text.substr(0, colon + 1) + "***" + text.substr(at);
}

int dispatch(const CommandLine& line) {
  switch (line.command) {
    case Command::init:
      return run_init(line);
    case Command::serve:
      return run_serve(line);
    case Command::import:
      return run_import(line);
    case Command::search:
      return run_search(line);
    case Command::show:
      return run_show(line);
    case Command::validate:
      return run_validate(line);
    case Command::diff:
      return run_diff(line);
    case Command::cvss:
      return run_cvss(line);
    case Command::purl:
      return run_purl(line);
    case Command::vers_compare:
    case Command::vers_contains:
    case Command::vers_canonical:
    case Command::vers_from_native:
    case Command::vers_affected:
      return run_vers(line);
    case Command::convert:
      return run_convert(line);
    case Command::withdraw:
      return run_withdraw(line);
    case Command::supersede:
      return run_supersede(line);
    case Command::modify:
      return run_modify(line);
    case Command::translate:
      return run_translate(line);
    case Command::update_ids:
      return run_update_ids(line);
    case Command::backup:
      return run_backup(line);
    case Command::restore:
      return run_restore(line);
    case Command::doctor:
      return run_doctor(line);
    case Command::reindex:
      return run_reindex(line);
    case Command::members:
      return run_members(line);
    case Command::match:
      return run_match(line);
    case Command::status:
      return run_status(line);
    case Command::inventory:
      return run_inventory(line);
    case Command::site_show:
    case Command::site_set:
      return run_site(line);
    case Command::share:
      return run_share(line);
    case Command::manage:
      return run_manage(line);
    case Command::bundle:
      return run_bundle(line);
    case Command::audit:
      return run_audit(line);
    case Command::mail:
      return run_mail(line);
    case Command::taxii:
      return run_taxii(line);
    case Command::peer:
      return run_peer(line);
    case Command::attack:
      return run_attack(line);
    case Command::correlate:
      return run_correlate(line);
    case Command::extract:
      return run_extract(line);
    case Command::webhook:
      return run_webhook(line);
    case Command::notify:
      return run_notify(line);
    case Command::approval:
      return run_approval(line);
    case Command::cases:
      return run_case(line);
    case Command::config_check:
      return run_config_check(line);
    case Command::config_doc:
      return run_config_doc(line);
    case Command::version:
      return run_version(line);
  }
  return kUsage;
}

}  // namespace

int run(const std::vector<std::string>& arguments) noexcept {
  try {
    // No command of people's: what the portal and `extract` start of themselves to read a PDF apart.
    if (arguments.size() == 1 && arguments.front() == exchange::kPdfCommand) exchange::run_pdf_child();
    exchange::set_pdf_program("/proc/self/exe");
    const auto parsed = parse_command_line(arguments);
    if (!parsed.command_line) return parsed.exit_code;
    // Commands say themselves what went wrong; only the server keeps a log.
    if (parsed.command_line->command != Command::serve) log::set_level(log::Level::error);
    const int code = dispatch(*parsed.command_line);
    return finish_output() ? code : kFailed;
  } catch (const ErrorException& failure) {
    complain(failure.error().to_string());
  } catch (const std::exception& failure) {
    complain(fmt::format("Something went wrong inside: {}", failure.what()));
  }
  return kFailed;
}

int run_init(const CommandLine& line) {
  const bool was_there = folder_state(line.location.folder) == FolderState::initialised;
  if (!line.admin_email.empty()) {
    // Before anything is there.
    if (const auto email = domain::folded_email(line.admin_email); !email) return fail(email.error(), line.json);
  }
  const auto installation = create_installation(line.location, line.name);
  if (!installation) return fail(installation.error(), line.json);
  const bool adds = !was_there && !line.admin_email.empty();
  if (adds) {
    if (const auto added = add_first_administrator(*installation->database, line.admin_email, line.admin_name);
        !added) {
      return fail(added.error(), line.json);
    }
  }
  const auto database = installation->database->describe();
  if (line.json) {
    boost::json::object object;
    object.emplace("data", line.location.folder);
    object.emplace("database", database);
    object.emplace("created", !was_there);
    if (adds) object.emplace("administrator", line.admin_email);
    print_json(object);
  } else if (was_there) {
    print(fmt::format("{} is initialised already ({}); nothing was changed.\n", line.location.folder, database));
  } else {
    print(
        fmt::format("Created {} with settings in tocsin.toml and an empty database ({}).\n"
                    "Next:  tocsin import --data {} PATH...\n       tocsin serve --data {}\n",
                    line.location.folder, database, line.location.folder, line.location.folder));
    if (adds) {
      print(fmt::format("{} is its administrator. A password for them:  tocsin user password --data {} {}\n",
                        line.admin_email, line.location.folder, line.admin_email));
    }
  }
  return kGood;
}

int run_reindex(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  auto& database = *installation->database;
  std::int64_t changes = 0;
  {
    Progress progress{"Indexing", "changes", !line.quiet};
    auto status = engine::search::reset_index(database);
    if (status) {
      status = engine::search::index_all(database, [&](const engine::search::IndexStep& step) {
        changes += step.changes;
        progress.update(static_cast<std::uint64_t>(changes), 0, static_cast<std::uint64_t>(changes));
      });
    }
    if (status) status = engine::threat::reset_index(database);
    if (status) {
      status = engine::threat::index_all(database, [&](const engine::threat::IndexStep& step) {
        changes += step.changes;
        progress.update(static_cast<std::uint64_t>(changes), 0, static_cast<std::uint64_t>(changes));
      });
    }
    progress.clear();
    if (!status) return fail(status.error(), line.json);
  }
  if (line.json) {
    boost::json::object object;
    object.emplace("changes", changes);
    print_json(object);
  } else if (!line.quiet) {
    print(fmt::format("Derived the index anew from {}.\n", text::count_of(changes, "change", "changes")));
  }
  return kGood;
}

std::vector<std::string> four_eyes_warnings(const Location& location) {
  std::vector<std::string> warnings;
  const auto installation = open_installation(location);
  if (!installation) return warnings;  // That is another command's complaint.
  const auto wanted = four_eyes_of(installation->settings);
  if (!wanted) return warnings;
  for (const auto act : domain::all_acts()) {
    if (!wanted->wanted(act)) continue;
    const auto eligible = installation->database->read(
        [&](store::Connection& connection) { return engine::guard::count_eligible(connection, act); });
    // What the console asks for needs one person, the rest two.
    const int needed = act == domain::Act::prune_audit ? 1 : 2;
    if (!eligible || *eligible >= needed) continue;
    warnings.push_back(fmt::format("four_eyes has {}, but {} may do it: nobody can approve it but the operator",
                                   slug(act), *eligible == 0 ? "nobody" : "only one person"));
  }
  return warnings;
}

int run_config_check(const CommandLine& line) {
  const auto state = folder_state(line.location.folder);
  if (state != FolderState::initialised) return fail(read_settings(line.location).error(), line.json);
  const auto loaded = read_settings_with_problems(line.location);
  TextTable table{{{.title = "setting"}, {.title = "value"}, {.title = "unit"}, {.title = "from"}}};
  for (const auto& spec : setting_specs()) {
    const auto& value = loaded.settings.value(spec.name);
    const auto text = shown(spec.name, value.text);
    if (line.json) {
      boost::json::object object;
      object.emplace("setting", spec.name);
      object.emplace("value", text);
      object.emplace("origin", to_string(value.origin));
      object.emplace("where", value.where);
      print_json(object);
    } else {
      table.add({{std::string{spec.name}, value.origin == Origin::built_in ? "" : "\x1b[1m"},
                 {safe_text(text)},
                 {std::string{spec.unit}},
                 {value.origin == Origin::built_in ? "built in" : value.where}});
    }
  }
  if (!line.json) print(table.text(0, colours()));
  for (const auto& problem : loaded.problems) fail(problem, line.json);
  if (loaded.problems.empty()) {
    for (const auto& warning : four_eyes_warnings(line.location)) complain(warning);
  }
  return loaded.problems.empty() ? kGood : kFailed;
}

int run_config_doc(const CommandLine&) {
  print(settings_document());
  return kGood;
}

int run_version(const CommandLine& line) {
  if (line.json) {
    boost::json::object object;
    object.emplace("version", TOCSIN_VERSION);
    print_json(object);
  } else {
    print("tocsin " TOCSIN_VERSION "\n");
  }
  return kGood;
}

}  // namespace tocsin::cli
