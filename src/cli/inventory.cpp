#include "engine/inventory/inventory.hpp"

#include <cmath>

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/columns_given.hpp"
#include "cli/commands.hpp"
#include "cli/member_lookup.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/site.hpp"
#include "cli/text_table.hpp"
#include "engine/exposure/aliases.hpp"
#include "engine/exposure/asked_runs.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/every_match.hpp"
#include "engine/exposure/exposure.hpp"
#include "engine/exposure/lists.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/overview.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/exposure/sharing.hpp"
#include "engine/site/site.hpp"
#include "portal/pages/exposure_lists.hpp"
#include "portal/pages/exposure_report.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "store/records.hpp"

/// The commands `inventory` and `exposure`. Who may open the data folder acts for any organisation.
namespace tocsin::cli {
namespace {

namespace exposure = engine::exposure;
namespace inventory = engine::inventory;

constexpr std::size_t kMatchesMax = 2'000'000;
constexpr std::size_t kFileBytesMax = std::size_t{512} << 20;

struct Work {
  const CommandLine& line;
  store::Database& database;
  const InventoryOptions& options;
  const Settings& settings;
  engine::Actor actor = engine::Actor::at_console();
  Timestamp now = system_clock().now();
};

Result<inventory::Access> access_of(Work& work) {
  if (!work.options.organisation.empty()) {
    TRY(work.actor.viewer.organisation, find_org(work.database, work.options.organisation));
  }
  return inventory::access(work.database, work.actor, {}, work.now);
}

void tell(const inventory::Difference& difference, const inventory::Reading& reading, bool dry_run, bool json) {
  if (json) {
    boost::json::object object;
    object["dry_run"] = dry_run;
    if (dry_run) {
      auto& columns = object["columns"].emplace_object();
      for (std::size_t i = 0; i < reading.columns.size() && i < reading.table.headers.size(); ++i) {
        columns[reading.table.headers[i]] = formats::inventory::to_string(reading.columns[i]);
      }
    }
    object["rows"] = difference.rows;
    object["added"] = difference.added;
    object["changed"] = difference.changed;
    object["unchanged"] = difference.unchanged;
    object["missing"] = difference.missing;
    object["removed"] = difference.removed;
    auto& errors = object["errors"].emplace_array();
    for (const auto& each : difference.errors) errors.push_back({{"row", each.row}, {"message", each.message}});
    return print_json(object);
  }
  if (dry_run) {
    for (const auto& each : columns_in_words(reading.table.headers, reading.columns)) print(safe_text(each) + "\n");
  }
  for (const auto& each : difference.errors) print(fmt::format("row {}: {}\n", each.row, safe_text(each.message)));
  for (const auto& asset : difference.changed_assets) {
    for (const auto& field : asset.fields) {
      print(safe_text(fmt::format("{}: {} \"{}\" -> \"{}\"", asset.label, field.field, field.before, field.after)) +
            "\n");
    }
  }
  print(fmt::format("{}: {} new, {} changed, {} as they are, {} not in the file{}, {} with errors.\n",
                    dry_run ? "Would be" : "Imported", difference.added, difference.changed, difference.unchanged,
                    difference.missing, difference.removed > 0 ? " and removed" : "", difference.bad));
}

Result<int> import(Work& work) {
  const auto& options = work.options;
  TRY(const auto access, access_of(work));
  TRY(const auto bytes, read_file(options.file, kFileBytesMax, "cannot be read"));
  if (bytes.size() > kFileBytesMax) return Error::too_large("The inventory", kFileBytesMax, options.file);
  auto read = inventory::read_file(work.database, access.organisation, bytes, options.file, options.bom_name);
  if (!read) return in_file(options.file, read.error());
  auto reading = std::move(read).value();
  TRY_VOID(apply_columns(options.columns, reading.table, reading.columns));
  TRY_VOID(inventory::check_columns(reading));
  const inventory::ImportOptions how{.keep_good_rows = options.keep_good_rows,
                                     .remove_missing = options.remove_missing,
                                     .file_name = options.file,
                                     .bom = reading.bom,
                                     .kind = reading.kind};
  auto items = inventory::items_of(reading);
  TRY(const auto difference, options.dry_run
                                 ? inventory::compare(work.database, work.actor, std::move(items), how)
                                 : inventory::import(work.database, work.actor, std::move(items), how, work.now));
  tell(difference, reading, options.dry_run, work.line.json);
  return difference.bad > 0 && !options.keep_good_rows ? kFailed : kGood;
}

Result<int> list(Work& work) {
  TRY(const auto access, access_of(work));
  inventory::ListInput input{.words = work.options.words, .limit = 200};
  TextTable table{{{.title = "asset", .width_max = 40, .shrinks = true},
                   {.title = "vendor"},
                   {.title = "model", .width_max = 30, .shrinks = true},
                   {.title = "versions", .width_max = 30, .shrinks = true},
                   {.title = "site"},
                   {.title = "id", .right = true}}};
  std::int64_t total = 0;
  for (;;) {
    TRY(const auto page, inventory::list(work.database, access, input));
    total = page.total;
    for (const auto& row : page.rows) {
      std::string versions;
      for (const auto& version : row.item.versions) {
        versions +=
            (versions.empty() ? "" : "; ") + version.component + (version.component.empty() ? "" : " ") + version.text;
      }
      const auto& model = row.item.model.empty() ? row.item.product : row.item.model;
      if (work.line.json) {
        print_json(boost::json::object{{"id", row.id},
                                       {"asset", row.label},
                                       {"vendor", row.item.vendor},
                                       {"product", row.item.product},
                                       {"model", row.item.model},
                                       {"versions", versions},
                                       {"site", row.item.site},
                                       {"zone", row.item.zone}});
      } else {
        table.add({{safe_text(row.label)},
                   {safe_text(row.item.vendor)},
                   {safe_text(model)},
                   {safe_text(versions)},
                   {safe_text(row.item.site)},
                   {std::to_string(row.id)}});
      }
    }
    if (page.next_cursor.empty()) break;
    input.cursor = page.next_cursor;
  }
  if (work.line.json) return kGood;
  if (!table.empty()) print(table.text(output_width(), colours()));
  print(fmt::format("{} of {}.\n", text::count_of(total, "asset", "assets"), safe_text(access.organisation_name)));
  return kGood;
}

Result<int> exported(Work& work) {
  const auto& format = work.options.export_format;
  const auto as = format == "xlsx"        ? inventory::ExportAs::xlsx
                  : format == "cyclonedx" ? inventory::ExportAs::cyclonedx
                                          : inventory::ExportAs::csv;
  if (as == inventory::ExportAs::xlsx && ::isatty(STDOUT_FILENO) != 0) {
    return Error::invalid("An XLSX file is not for a terminal: write it into a file, as in > plant.xlsx");
  }
  TRY(const auto access, access_of(work));
  TRY_VOID(inventory::export_file(
      work.database, work.actor, access, as,
      [](std::string_view piece) -> tocsin::Status {
        print(piece);
        return ok();
      },
      work.now));
  return kGood;
}

Result<int> exposures(Work& work) {
  TRY(const auto access, access_of(work));
  auto input = work.options.all ? exposure::ListInput{} : exposure::open_matters();
  // The options allow nothing else.
  input.sort = exposure::parse_sort(work.options.sort).value_or(store::ExposureSort::decision);
  if (const auto action = exposure::parse_action(work.options.decision)) {
    input.decisions = {static_cast<int>(*action)};
  }
  input.due = work.options.due;
  if (!work.options.site.empty()) input.site = work.options.site;
  input.zone = work.options.zone;
  input.vendor = work.options.vendor;
  TextTable table{{{.title = "asset", .width_max = 40, .shrinks = true},
                   {.title = "site"},
                   {.title = "advisory"},
                   {.title = "status"},
                   {.title = "sure", .right = true},
                   {.title = "decision"},
                   {.title = "due"},
                   {.title = "state"},
                   {.title = "because", .width_max = 400, .shrinks = true}}};
  std::size_t affected = 0, count = 0;
  TRY(auto matches, exposure::EveryMatch::begin(work.database, work.actor, access, input, kMatchesMax, work.now));
  for (;;) {
    TRY(const auto some, matches.next());
    if (!some) break;
    for (std::size_t i = 0; i < some->rows.size(); ++i) {
      const auto& row = some->rows[i];
      const auto& match = row.match;
      const auto& decision = some->decisions[i];
      const auto due = decision.due ? format_date(*decision.due) : std::string{};
      const auto status = static_cast<exposure::Status>(match.status);
      const auto state = exposure::state_at(match, work.now);
      ++count;
      const bool open = state == domain::RemediationState::open || state == domain::RemediationState::in_progress;
      affected += status == exposure::Status::affected && open ? 1 : 0;
      if (work.line.json) {
        print_json(portal::pages::match_json(row, decision, work.now));
      } else {
        table.add({{safe_text(row.label)},
                   {safe_text(row.site)},
                   {safe_text(row.tracking_id)},
                   {std::string{exposure::to_string(status)}},
                   {fmt::format("{:.2f}", match.confidence / 1000.0)},
                   {std::string{exposure::to_string(decision.action)}},
                   {due},
                   {std::string{domain::to_string(state)}},
                   {safe_text(match.question.empty() ? match.because : match.question)}});
      }
    }
  }
  if (!work.line.json) {
    if (!table.empty()) print(table.text(output_width(), colours()));
    print(fmt::format("{}, {} affected and not remediated.\n",
                      text::count_of(static_cast<long long>(count), "match", "matches"),
                      text::thousands(static_cast<long long>(affected))));
  }
  return affected == 0 ? kGood : kFailed;
}

Result<int> report(Work& work) {
  const auto& options = work.options;
  if ((options.format == "pdf" || options.format == "xlsx") && ::isatty(STDOUT_FILENO) != 0) {
    return Error::invalid(fmt::format("A {} file is not for a terminal: write it into a file, as in > report.{}",
                                      options.format == "pdf" ? "PDF" : "XLSX", options.format));
  }
  TRY(const auto access, access_of(work));
  TRY(const auto site, work.database.read([&](store::Connection& connection) {
    return engine::site::load(connection, fixed_site(work.settings));
  }));
  TRY(const auto zone, find_zone(site.text("time_zone")));
  TRY(const auto made, exposure::report(work.database, work.actor, access,
                                        {.site = options.report_site, .since = options.since}, *zone, work.now));
  std::string bytes;
  if (options.format == "pdf") {
    TRY(auto pdf, portal::pages::report_pdf(made, *zone, portal::paper::kPagesMaxPrinted));
    bytes = std::move(pdf.bytes);
  } else if (options.format == "xlsx") {
    TRY(bytes, portal::pages::report_xlsx(made, *zone));
  } else if (options.format == "csv") {
    bytes = portal::pages::report_csv(made);
  } else {
    bytes = json::write(portal::pages::report_json(made, *zone)) + "\n";
  }
  print(bytes);
  return kGood;
}

Result<int> share(Work& work) {
  TRY(work.actor.viewer.organisation, find_org(work.database, work.options.organisation));
  if (work.options.stop) {
    TRY_VOID(exposure::stop_sharing(work.database, work.actor, work.now));
  } else {
    TRY_VOID(exposure::share_counts(work.database, work.actor, work.options.sector, work.now));
  }
  if (work.line.json) {
    print_json(boost::json::object{{"shares", !work.options.stop}});
  } else {
    print(work.options.stop ? "Its counts go into no sums.\n" : "Its counts go into sums from the next ones on.\n");
  }
  return kGood;
}

Result<int> sums(Work& work) {
  store::ToldFilter filter{.limit = exposure::kSumsShownMax};
  const auto sector = exposure::parse_sum_sector(work.options.sector);
  if (!sector) return Error::invalid("this is no sector", "--sector");
  filter.sector = *sector;
  if (!work.options.advisory.empty()) {
    domain::policy::Viewer viewer;
    viewer.organisation = domain::kOwnOrganisation;
    viewer.roles = {domain::Role::member, domain::Role::coordinator};
    TRY(const auto record, work.database.read([&](store::Connection& connection) {
      return store::Records{connection}.find(viewer, domain::RecordKind::advisory, work.options.advisory, work.now);
    }));
    if (!record) return Error::not_found("advisory");
    filter.record = record->id;
  }
  TRY(const auto found, exposure::sums(work.database, work.actor, filter, work.now));
  const auto least = found.organisations_min;
  boost::json::array list;
  TextTable table{{{.title = "as of"},
                   {.title = "sector"},
                   {.title = "devices", .right = true},
                   {.title = "organisations", .right = true},
                   {.title = "what", .width_max = 80, .shrinks = true}}};
  for (const auto& sum : found.rows) {
    const bool advisory = sum.subject.record.value != 0;
    for (const auto& each : sum.figures) {
      if (*sector != store::kAllSectors && each.sector != *sector) continue;
      const auto slug = exposure::sector_slug(each.sector);
      list.push_back({{"advisory", advisory ? boost::json::value(sum.tracking_id) : boost::json::value(nullptr)},
                      {"product", advisory ? boost::json::value(nullptr) : boost::json::value(sum.subject.product)},
                      {"sector", slug},
                      {"organisations", each.organisations},
                      {"assets", each.assets},
                      {"made_at", format_rfc3339(sum.made_at)}});
      table.add({{format_rfc3339(sum.made_at).substr(0, 10)},
                 {slug},
                 {std::to_string(each.assets)},
                 {std::to_string(each.organisations)},
                 {safe_text(advisory ? fmt::format("{} {}", sum.tracking_id, sum.title) : sum.subject.product)}});
    }
  }
  if (work.line.json) {
    print_json(boost::json::object{{"organisations_min", least}, {"sums", std::move(list)}});
  } else if (list.empty()) {
    print(
        fmt::format("There is nothing yet that at least {} organisations stand behind. Their administrators let counts "
                    "go into sums under Exposure; sums are made once a day.\n",
                    least));
  } else {
    print(table.text(output_width(), colours()));
  }
  return kGood;
}

Result<domain::RecordId> find_advisory(Work& work, const inventory::Access& access, const std::string& name) {
  TRY(const auto record, work.database.read([&](store::Connection& connection) {
    return store::Records{connection}.find(exposure::reader_of(work.actor, access), domain::RecordKind::advisory, name,
                                           work.now);
  }));
  if (!record) return Error::not_found("advisory");
  return record->id;
}

Result<int> boms(Work& work) {
  TRY(const auto access, access_of(work));
  TRY(const auto found, inventory::boms(work.database, access));
  TextTable table{{{.title = "bill of materials", .width_max = 80, .shrinks = true},
                   {.title = "kind"},
                   {.title = "components", .right = true},
                   {.title = "imported"},
                   {.title = "id", .right = true}}};
  for (const auto& bom : found) {
    if (work.line.json) {
      print_json(portal::pages::bom_json(bom));
      continue;
    }
    table.add({{safe_text(bom.name)},
               {bom.kind},
               {std::to_string(bom.components)},
               {format_date(bom.imported_at)},
               {std::to_string(bom.id)}});
  }
  if (work.line.json) return kGood;
  print(found.empty() ? std::string{"There is no bill of materials.\n"} : table.text(output_width(), colours()));
  return kGood;
}

Result<int> lists(Work& work) {
  const auto& options = work.options;
  TRY(const auto access, access_of(work));
  const auto by = exposure::parse_list(options.by).value_or(store::ExposureListBy::product);
  auto input = options.all ? exposure::ListInput{} : exposure::open_matters();
  input.limit = 200;
  if (!options.site.empty()) input.site = options.site;
  input.vendor = options.vendor;
  input.cve = options.cve;
  input.product = options.product;
  input.bom = options.bom;
  input.asset = options.asset;
  if (!options.advisory.empty()) {
    TRY(input.record, find_advisory(work, access, options.advisory));
  }
  TextTable table{{{.title = options.by, .width_max = 60, .shrinks = true},
                   {.title = "assets", .right = true},
                   {.title = "advisories", .right = true},
                   {.title = "matches", .right = true},
                   {.title = "what to do", .width_max = 60, .shrinks = true},
                   {.title = "state", .width_max = 60, .shrinks = true},
                   {.title = "id", .width_max = 40, .shrinks = true}}};
  for (;;) {
    TRY(const auto page, exposure::tallies(work.database, work.actor, access, by, input, work.now));
    for (const auto& row : page.rows) {
      if (work.line.json) {
        print_json(portal::pages::tally_json(row, by));
        continue;
      }
      std::string decisions, states;
      for (std::size_t i = 0; i < row.decisions.size(); ++i) {
        if (row.decisions[i] == 0) continue;
        decisions += fmt::format("{}{} {}", decisions.empty() ? "" : ", ", row.decisions[i],
                                 i < std::size(exposure::kActions) ? exposure::to_string(exposure::kActions[i])
                                                                   : std::string_view{"undecided"});
      }
      for (const auto state : domain::all_remediation_states()) {
        const auto count = row.states[static_cast<std::size_t>(state)];
        if (count > 0) states += fmt::format("{}{} {}", states.empty() ? "" : ", ", count, domain::to_string(state));
      }
      const bool counted = by == store::ExposureListBy::product || by == store::ExposureListBy::bom;
      table.add({{safe_text(row.vendor.empty() ? row.name : row.vendor + " " + row.name)},
                 {counted ? fmt::format("{} of {}", row.assets, row.in_inventory) : std::to_string(row.assets)},
                 {std::to_string(row.advisories)},
                 {std::to_string(row.matches)},
                 {decisions},
                 {states},
                 {safe_text(row.id == 0 || by == store::ExposureListBy::advisory ? row.key : std::to_string(row.id))}});
    }
    if (page.next_cursor.empty()) break;
    input.cursor = page.next_cursor;
  }
  if (work.line.json) return kGood;
  print(table.empty() ? std::string{"No match.\n"} : table.text(output_width(), colours()));
  return kGood;
}

/// Decides what was found.
Result<std::int64_t> decide(Work& work) {
  std::int64_t decided = 0;
  exposure::Deciding deciding{work.database};
  TRY_VOID(deciding.all(system_clock(), [&](const exposure::DecideStep& step) {
    decided += step.decided;
    return true;
  }));
  return decided;
}

/// What was named, for one organisation.
Result<int> run_asked(Work& work) {
  const auto& options = work.options;
  if (options.from_new) return Error::invalid("--anew is for every inventory and all there is: name nothing beside it");
  TRY(const auto access, access_of(work));
  work.actor.viewer.organisation = access.organisation;
  exposure::RunInput input{
      .assets = options.assets, .products = options.products, .boms = options.boms, .everything = options.everything};
  for (const auto& name : options.advisories) {
    TRY(const auto record, find_advisory(work, access, name));
    input.records.push_back(record);
  }
  TRY(const auto id, exposure::ask_run(work.database, work.actor, input, work.now));
  exposure::Runs runs{work.database};
  store::AskedRun run;
  // Those that wait from before come first; a server that runs may be faster.
  for (;;) {
    TRY(const auto step, runs.asked_step(system_clock().now()));
    TRY(run, exposure::asked_run(work.database, work.actor, access, id, system_clock().now()));
    if (run.done || step.caught_up) break;
  }
  TRY(const auto decided, decide(work));
  if (work.line.json) {
    print_json(portal::pages::run_json(run));
  } else {
    print(fmt::format("Run {}: {} looked at, {} changed, {} of them in what matters, {} decided.\n", run.id,
                      text::count_of(run.looked_at, "asset", "assets"), text::count_of(run.changed, "match", "matches"),
                      text::thousands(run.news), text::thousands(decided)));
  }
  return kGood;
}

std::string meaning_of(const std::string& vendor, const std::string& product) {
  return product.empty() ? vendor : fmt::format("{} {}", vendor, product);
}

boost::json::object alias_json(std::int64_t id, const store::AliasKey& key, std::string_view text,
                               const std::string& vendor, const std::string& product) {
  return {{"id", id},
          {"kind", exposure::to_string(key.kind)},
          {"text", text},
          {"vendor", vendor},
          {"product", product.empty() ? boost::json::value(nullptr) : boost::json::value(product)}};
}

Result<int> aliases(Work& work) {
  const auto& options = work.options;
  TRY(work.actor.viewer.organisation, find_org(work.database, options.organisation));
  const auto act = [&]() -> tocsin::Status {
    auto& database = work.database;
    if (options.forget != 0) return exposure::forget_alias(database, work.actor, options.forget, work.now);
    if (options.deny != 0) return exposure::use_community_alias(database, work.actor, options.deny, false, work.now);
    if (options.use != 0) return exposure::use_community_alias(database, work.actor, options.use, true, work.now);
    if (options.contribute) return exposure::contribute_aliases(database, work.actor, work.now);
    if (options.stop) return exposure::stop_contributing(database, work.actor, work.now);
    return ok();
  };
  TRY_VOID(act());
  TRY(const auto found, exposure::aliases(work.database, work.actor, work.now));
  boost::json::array own, community;
  TextTable table{{{.title = "number", .right = true},
                   {.title = "kind"},
                   {.title = "in the inventory", .width_max = 50, .shrinks = true},
                   {.title = "means", .width_max = 60, .shrinks = true},
                   {.title = "from"}}};
  for (const auto& [alias, why] : found.own) {
    auto each = alias_json(alias.id, alias.key, alias.shown, alias.vendor, alias.product);
    each["taught_at"] = format_rfc3339(alias.taught_at);
    each["not_contributed"] = why.empty() ? boost::json::value(nullptr) : boost::json::value(why);
    own.push_back(std::move(each));
    table.add({{std::to_string(alias.id)},
               {std::string{exposure::to_string(alias.key.kind)}},
               {safe_text(alias.shown)},
               {safe_text(meaning_of(alias.vendor, alias.product))},
               {why.empty() ? std::string{"own"} : fmt::format("own, not contributed: {}", why)}});
  }
  for (const auto& [alias, used] : found.community) {
    auto each = alias_json(alias.id, alias.key, alias.key.text, alias.vendor, alias.product);
    each["used"] = used;
    community.push_back(std::move(each));
    table.add({{std::to_string(alias.id)},
               {std::string{exposure::to_string(alias.key.kind)}},
               {safe_text(alias.key.text)},
               {safe_text(meaning_of(alias.vendor, alias.product))},
               {used ? "community" : "community, not used"}});
  }
  if (work.line.json) {
    print_json(boost::json::object{
        {"aliases", std::move(own)}, {"community", std::move(community)}, {"contributes", found.contributes()}});
    return kGood;
  }
  if (found.own.empty() && found.community.empty()) {
    print("Nothing was learnt yet: whoever confirms a match teaches it.\n");
  } else {
    print(table.text(output_width(), colours()));
  }
  print(found.contributes() ? "It contributes to the community's.\n" : "It contributes nothing.\n");
  return kGood;
}

Result<int> alias_offers(Work& work) {
  const auto& options = work.options;
  for (const auto id : {options.accept, options.refuse}) {
    if (id != 0) TRY_VOID(exposure::judge_alias(work.database, work.actor, id, id == options.accept, work.now));
  }
  TRY(const auto found, exposure::offered_aliases(work.database, work.actor));
  boost::json::object out{{"organisations_min", found.least}};
  TextTable table{{{.title = "number", .right = true},
                   {.title = "state"},
                   {.title = "kind"},
                   {.title = "in inventories", .width_max = 50, .shrinks = true},
                   {.title = "means", .width_max = 60, .shrinks = true},
                   {.title = "organisations"}}};
  bool any = false;
  const auto add = [&](std::string_view state, const std::vector<store::CommunityAlias>& list) {
    auto& into = out[state].emplace_array();
    for (const auto& alias : list) {
      any = true;
      auto each = alias_json(alias.id, alias.key, alias.key.text, alias.vendor, alias.product);
      each["organisations_min"] = alias.least;
      into.push_back(std::move(each));
      table.add({{std::to_string(alias.id)},
                 {std::string{state}},
                 {std::string{exposure::to_string(alias.key.kind)}},
                 {safe_text(alias.key.text)},
                 {safe_text(meaning_of(alias.vendor, alias.product))},
                 {fmt::format("at least {}", alias.least)}});
    }
  };
  add("offered", found.offered);
  add("accepted", found.accepted);
  add("refused", found.refused);
  if (work.line.json) {
    print_json(out);
  } else if (any) {
    print(table.text(output_width(), colours()));
  } else {
    print(fmt::format("Nothing waits that at least {} organisations contributed. It is counted once a day.\n",
                      found.least));
  }
  return kGood;
}

Result<int> run(Work& work) {
  const auto& options = work.options;
  if (options.everything || !options.advisories.empty() || !options.assets.empty() || !options.products.empty() ||
      !options.boms.empty()) {
    return run_asked(work);
  }
  if (!options.organisation.empty()) {
    return Error::invalid(
        "Say what of the organisation is to be matched: --advisory, --asset, --product, --bom or "
        "--everything");
  }
  if (options.from_new) {
    TRY_VOID(work.database.write([](store::Connection& connection) -> tocsin::Status {
      TRY_VOID(connection.lock_changes());
      return store::Exposures{connection}.reset();
    }));
  }
  std::int64_t assets = 0, matches = 0;
  exposure::Runs runs{work.database};
  TRY_VOID(runs.all(system_clock(), [&](const exposure::RunStep& step) {
    assets += step.assets;
    matches += step.matches;
    return true;
  }));
  // What was not found again has ended; how long it is kept is for the server, which knows the settings it runs with.
  TRY_VOID(exposure::keep_history(work.database, 0, work.now));
  TRY_VOID(runs.asked(system_clock()));
  TRY(const auto decided, decide(work));
  TRY_VOID(
      exposure::make_sums(work.database, static_cast<int>(work.settings.integer("exposure.sums_least")), work.now));
  TRY_VOID(exposure::offer_aliases(work.database, static_cast<int>(work.settings.integer("exposure.aliases_least")),
                                   work.now));
  if (work.line.json) {
    print_json(boost::json::object{{"assets", assets}, {"changed", matches}, {"decided", decided}});
  } else {
    print(fmt::format("{} looked at, {} changed, {} decided.\n", text::count_of(assets, "asset", "assets"),
                      text::count_of(matches, "match", "matches"), text::thousands(decided)));
  }
  return kGood;
}

}  // namespace

int run_inventory(const CommandLine& line) {
  using What = InventoryOptions::What;
  const auto what = line.inventory.what;
  if (what == What::decision_show || what == What::decision_set || what == What::decision_history) {
    return run_decision(line);
  }
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  Work work{
      .line = line, .database = *installation->database, .options = line.inventory, .settings = installation->settings};
  const auto act = [&]() -> Result<int> {
    switch (line.inventory.what) {
      case What::import:
        return import(work);
      case What::list:
        return list(work);
      case What::exported:
        return exported(work);
      case What::exposure_list:
        return exposures(work);
      case What::exposure_report:
        return report(work);
      case What::exposure_sums:
        return sums(work);
      case What::exposure_share:
        return share(work);
      case What::exposure_lists:
        return lists(work);
      case What::bom_list:
        return boms(work);
      case What::exposure_aliases:
        return aliases(work);
      case What::exposure_offers:
        return alias_offers(work);
      default:
        break;
    }
    return run(work);
  };
  const auto outcome = act();
  return outcome ? *outcome : fail(outcome.error(), line.json);
}

}  // namespace tocsin::cli
