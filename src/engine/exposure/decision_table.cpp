#include "engine/exposure/decision_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/exposure.hpp"
#include "engine/members/input.hpp"
#include "store/exposures.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::Permission;
using formats::ssvc::DecisionTable;

constexpr int kHistoryMax = 200;
/// A table that was made here is nobody else's: it must not go by the name of the one that it was copied from.
constexpr std::string_view kOwnNamespace = "x_tocsin.portal#own";

/// "/mapping/17/..." in words: people count rows from 1.
Error with_row(Error error) {
  constexpr std::string_view kRows = "/mapping/";
  if (!error.where.starts_with(kRows)) return error;
  std::size_t row = 0;
  const auto* begin = error.where.data() + kRows.size();
  const auto [end, failure] = std::from_chars(begin, error.where.data() + error.where.size(), row);
  if (failure == std::errc{}) error.message = tr<"Row {}: {}">(row + 1, error.message);
  return error;
}

bool same(const TableChoice& a, const TableChoice& b) { return a.base == b.base && a.document == b.document; }

}  // namespace

Result<Rules> rules_of(const TableChoice& choice) {
  if (choice.base == kOwnTable) {
    if (choice.document.empty()) return Error::invalid(std::string{tr<"the table is missing">()}, "document");
    if (choice.document.size() > kTableBytesMax) return Error::too_large("document", kTableBytesMax, "document");
    auto rules = Rules::read(choice.document);
    if (!rules) return with_row(rules.error());
    return rules;
  }
  const auto names = Rules::built_in_names();
  if (std::ranges::find(names, choice.base) == names.end()) {
    return Error::invalid(
        tr<"there is no table of this name; there are {}, own">(fmt::to_string(fmt::join(names, ", "))), "base");
  }
  return Rules::built_in(choice.base);
}

Result<TableChoice> choice_of(std::string_view document) {
  for (const auto name : Rules::built_in_names()) {
    if (Rules::document(name) == document) return TableChoice{.base = std::string{name}};
  }
  TableChoice choice{.base = std::string{kOwnTable}, .document = std::string{document}};
  TRY_VOID(rules_of(choice));
  return choice;
}

std::string document_of(const TableChoice& choice) {
  return choice.base == kOwnTable ? choice.document : std::string{Rules::document(choice.base)};
}

std::vector<std::size_t> combination_at(const DecisionTable& table, std::size_t index) {
  std::vector<std::size_t> values(table.inputs.size());
  for (std::size_t i = values.size(); i-- > 0;) {
    const auto count = table.inputs[i].values.size();
    values[i] = index % count;
    index /= count;
  }
  return values;
}

Result<TableChoice> with_outcomes(const TableChoice& of, std::span<const std::string> outcomes) {
  TRY(const auto rules, rules_of(of));
  const auto& table = rules.table();
  if (outcomes.size() != table.outcomes.size()) {
    return Error::invalid(tr<"the table has {} rows, and {} came">(table.outcomes.size(), outcomes.size()), "outcome");
  }
  bool changes = false;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto at = table.outcome.find(outcomes[i]);
    if (!at) return Error::invalid(tr<"Row {}: {}">(i + 1, tr<"choose what is to be done">()), "outcome");
    changes = changes || *at != table.outcomes[i];
  }
  if (!changes) return of;
  TRY(const auto parsed, json::parse(document_of(of)));
  auto root = parsed.root().get_object();
  if (of.base != kOwnTable) root["namespace"] = kOwnNamespace;
  boost::json::array mapping;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto values = combination_at(table, i);
    boost::json::object row;
    for (std::size_t point = 0; point < values.size(); ++point) {
      row[table.inputs[point].id] = table.inputs[point].values[values[point]].key;
    }
    row[table.outcome.id] = outcomes[i];
    mapping.push_back(std::move(row));
  }
  root["mapping"] = std::move(mapping);
  return TableChoice{.base = std::string{kOwnTable}, .document = json::write(root)};
}

Result<TableInUse> table_of(store::Connection& connection, domain::OrganisationId organisation) {
  TRY(auto found, store::DecisionTables{connection}.current(organisation));
  TableInUse in_use{.version = found ? std::move(*found) : store::DecisionTableVersion{}, .rules = {}};
  in_use.version.organisation = organisation;
  if (in_use.version.version == 0) in_use.version.base = kDefaultTable;
  TRY(in_use.rules, rules_of(in_use.choice()));
  return in_use;
}

TableDifference difference_of(const Rules& before, const Rules& after) {
  const auto& a = before.table();
  const auto& b = after.table();
  TableDifference difference;
  const auto alike = [](const formats::ssvc::TablePoint& x, const formats::ssvc::TablePoint& y) {
    return x.id == y.id &&
           std::ranges::equal(x.values, y.values, {}, &formats::ssvc::TableValue::key, &formats::ssvc::TableValue::key);
  };
  difference.same_points = std::ranges::equal(a.inputs, b.inputs, alike) && alike(a.outcome, b.outcome);
  if (!difference.same_points) return difference;
  for (std::size_t i = 0; i < a.outcomes.size(); ++i) {
    if (a.outcomes[i] == b.outcomes[i]) continue;
    difference.rows.push_back({.values = combination_at(a, i), .before = a.outcomes[i], .after = b.outcomes[i]});
  }
  return difference;
}

Result<TablePreview> preview_table(store::Database& database, const Actor& actor, const inventory::Access& access,
                                   const TableChoice& choice, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  TRY(const auto rules, rules_of(choice));
  TRY(const auto present, table_in_use(database, actor, access));
  std::array<std::array<std::int64_t, std::size(kActions)>, std::size(kActions)> counts{};
  TablePreview preview;
  ListInput input{.statuses = open_matters().statuses, .sort = store::ExposureSort::status, .limit = 200};
  for (;;) {
    TRY(const auto page, list(database, actor, access, input, now));
    const Rules* const both[] = {&present.rules, &rules};
    TRY(const auto decisions, decisions_by(database, actor, access, page.rows, both, now));
    for (std::size_t i = 0; i < page.rows.size(); ++i) {
      ++counts[static_cast<std::size_t>(decisions[0][i].action)][static_cast<std::size_t>(decisions[1][i].action)];
    }
    preview.looked_at += static_cast<std::int64_t>(page.rows.size());
    if (page.next_cursor.empty()) break;
    if (preview.looked_at >= kPreviewMax) {
      preview.whole = false;
      break;
    }
    input.cursor = page.next_cursor;
  }
  for (const auto from : kActions) {
    for (const auto to : kActions) {
      const auto count = counts[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
      if (from != to && count > 0) preview.shifts.push_back({from, to, count});
    }
  }
  return preview;
}

Result<std::int64_t> set_table(store::Database& database, const Actor& actor, const TableChoice& choice,
                               std::string_view note, std::optional<std::int64_t> expected, Timestamp now) {
  TRY_VOID(actor.require(Permission::edit_inventory));
  if (!actor.viewer.organisation) return Error::not_found("organisation");
  const auto organisation = *actor.viewer.organisation;
  TRY(const auto why, members::one_line(note, "note", 0, members::kReasonBytesMax));
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(connection.lock_changes());
    if (expected) {
      TRY(const auto present, table_of(connection, organisation));
      if (*expected != present.version.version) {
        return Error::conflict(
            std::string{tr<"somebody else has changed the table meanwhile: look at theirs first">()});
      }
    }
    return set_table_in(connection, actor, organisation, choice, why, now);
  });
}

Result<std::int64_t> set_table_in(store::Connection& connection, const Actor& actor,
                                  domain::OrganisationId organisation, const TableChoice& choice, std::string note,
                                  Timestamp now) {
  TRY(const auto rules, rules_of(choice));
  TRY(const auto present, table_of(connection, organisation));
  if (same(present.choice(), choice)) {
    return Error::invalid(std::string{tr<"this is the table that is in use already">()});
  }
  store::DecisionTableVersion next{.organisation = organisation,
                                   .version = present.version.version + 1,
                                   .base = choice.base,
                                   .document = choice.base == kOwnTable ? choice.document : std::string{},
                                   .note = std::move(note),
                                   .person = actor.viewer.person,
                                   .at = now};
  TRY_VOID(store::DecisionTables{connection}.add(next));
  TRY_VOID(store::Exposures{connection}.decide_again(organisation));
  TRY_VOID(audit::record(connection, actor, now, "exposure.table", audit::object_of("inventory", organisation.value),
                         organisation, domain::audit::Outcome::done,
                         {{"version", next.version}, {"table", rules.table().id()}, {"base", choice.base}}));
  return next.version;
}

Result<TableInUse> table_in_use(store::Database& database, const Actor& actor, const inventory::Access& access) {
  TRY_VOID(actor.require(Permission::read_inventory));
  return database.read([&](store::Connection& connection) { return table_of(connection, access.organisation); });
}

Result<store::DecisionTableVersion> table_version(store::Database& database, const Actor& actor,
                                                  const inventory::Access& access, std::int64_t version) {
  TRY_VOID(actor.require(Permission::read_inventory));
  TRY(auto found, database.read([&](store::Connection& connection) {
    return store::DecisionTables{connection}.find(access.organisation, version);
  }));
  if (!found) return Error::not_found("version");
  return std::move(*found);
}

Result<std::vector<store::DecisionTableVersion>> table_history(store::Database& database, const Actor& actor,
                                                               const inventory::Access& access) {
  TRY_VOID(actor.require(Permission::read_inventory));
  return database.read([&](store::Connection& connection) {
    return store::DecisionTables{connection}.history(access.organisation, kHistoryMax);
  });
}

}  // namespace tocsin::engine::exposure
