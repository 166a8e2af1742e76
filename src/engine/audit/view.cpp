#include "engine/audit/view.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/audit/export.hpp"
#include "engine/audit/trail.hpp"
#include "engine/members/names.hpp"

namespace tocsin::engine::audit::view {
namespace {

using domain::Permission;

constexpr std::string_view kRead = "record.read";
constexpr std::string_view kExport = "record.export";
constexpr std::string_view kGlassRead = "break-glass.read";
constexpr int kLinesAtOnce = 1'000;
constexpr std::size_t kFaultsMax = 100;

using members::Names;
using members::organisation_names;
using members::person_names;

void add(std::vector<std::int64_t>& ids, std::int64_t id) {
  if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
}

template <class Id>
std::optional<Named> named(const Names& names, const std::optional<Id>& id) {
  if (!id) return std::nullopt;
  const auto found = names.find(id->value);
  return Named{.id = id->value, .name = found == names.end() ? std::string{} : found->second};
}

Result<std::vector<Row>> with_names(store::Connection& connection, std::vector<store::AuditRow> stored) {
  std::vector<std::int64_t> people, organisations;
  for (const auto& each : stored) {
    if (each.entry.person) add(people, each.entry.person->value);
    if (each.entry.organisation) add(organisations, each.entry.organisation->value);
    if (each.entry.owner) add(organisations, each.entry.owner->value);
  }
  TRY(const auto person_by_id, person_names(connection, people));
  TRY(const auto organisation_by_id, organisation_names(connection, organisations));
  std::vector<Row> rows;
  rows.reserve(stored.size());
  for (auto& each : stored) {
    Row row;
    row.person = named(person_by_id, each.entry.person);
    row.organisation = named(organisation_by_id, each.entry.organisation);
    row.owner = named(organisation_by_id, each.entry.owner);
    row.stored = std::move(each);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// "record:12" -> 12.
std::optional<std::int64_t> record_of(std::string_view object) {
  constexpr std::string_view kPrefix = "record:";
  if (!object.starts_with(kPrefix)) return std::nullopt;
  std::int64_t id = 0;
  const auto digits = object.substr(kPrefix.size());
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return id;
}

struct RecordWords {
  std::string slug, title;
  domain::Tlp tlp = domain::Tlp::clear;
};
/// Those of the records that the viewer may read.
Result<std::map<std::int64_t, RecordWords>> readable(store::Connection& connection,
                                                     const domain::policy::Viewer& viewer,
                                                     const std::vector<std::int64_t>& ids, Timestamp now) {
  std::map<std::int64_t, RecordWords> words;
  if (ids.empty()) return words;
  // Their pages are looked up under the addresses of advisories.
  // "+": the ids lead to the records. SQLite would go through every record of the kind.
  store::Sql sql{"SELECT r.id, r.slug, r.title, r.tlp FROM record r WHERE +r.kind = ? AND r.id IN ",
                 domain::RecordKind::advisory};
  sql.append_list(ids).append(" AND ").append(domain::policy::visible_sql(viewer, now));
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
    words.emplace(
        row.integer(0),
        RecordWords{.slug = row.string(1), .title = row.string(2), .tlp = static_cast<domain::Tlp>(row.integer(3))});
    return ok();
  }));
  return words;
}

}  // namespace

Result<Page> list(store::Database& database, const Actor& actor, const store::AuditFilter& filter, std::int64_t before,
                  int limit, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_audit));
  Page page;
  TRY_VOID(database.snapshot([&](store::Connection& connection) -> Status {
    store::Audit audit{connection};
    TRY(page.total, audit.count(filter));
    // One more than is shown tells whether there is another page.
    TRY(auto stored, audit.newest(filter, before, limit + 1));
    if (stored.size() > static_cast<std::size_t>(limit)) {
      stored.resize(static_cast<std::size_t>(limit));
      page.next = stored.back().entry.sequence;
    }
    TRY(page.rows, with_names(connection, std::move(stored)));
    return ok();
  }));
  if (before == 0) {
    TRY_VOID(
        database.write([&](store::Connection& connection) { return record(connection, actor, now, "audit.read"); }));
  }
  return page;
}

Result<std::optional<Row>> find(store::Database& database, const Actor& actor, std::int64_t sequence) {
  TRY_VOID(actor.require(Permission::read_audit));
  return database.read([&](store::Connection& connection) -> Result<std::optional<Row>> {
    if (sequence < 1) return std::optional<Row>{};
    TRY(auto stored, store::Audit{connection}.after(sequence - 1, 1));
    if (stored.empty() || stored.front().entry.sequence != sequence) return std::optional<Row>{};
    TRY(auto rows, with_names(connection, std::move(stored)));
    return std::optional{std::move(rows.front())};
  });
}

Result<Lines> lines(store::Database& database, const Actor& actor, const store::AuditFilter& filter, std::int64_t after,
                    Timestamp now) {
  TRY_VOID(actor.require(Permission::read_audit));
  Lines found;
  std::int64_t written = 0;
  TRY_VOID(database.snapshot([&](store::Connection& connection) -> Status {
    store::Audit audit{connection};
    for (found.next = after; written < kLinesMax;) {
      TRY(const auto page, audit.after(found.next, kLinesAtOnce, filter));
      for (const auto& row : page) found.text += json_line(row) + "\n";
      written += static_cast<std::int64_t>(page.size());
      found.next = page.size() < static_cast<std::size_t>(kLinesAtOnce) ? 0 : page.back().entry.sequence;
      if (found.next == 0) break;
    }
    return ok();
  }));
  boost::json::object detail;
  detail["entries"] = written;
  TRY_VOID(database.write([&](store::Connection& connection) {
    return record(connection, actor, now, "audit.export", {}, std::nullopt, domain::audit::Outcome::done, detail);
  }));
  return found;
}

Result<Run> verify_newest(store::Database& database, const Actor& actor) {
  TRY_VOID(actor.require(Permission::read_audit));
  return database.snapshot([&](store::Connection& connection) -> Result<Run> {
    store::Audit audit{connection};
    Run run;
    const auto fault = [&run](std::int64_t sequence, std::string what) {
      if (run.faults.size() < kFaultsMax) run.faults.push_back({sequence, std::move(what)});
    };
    std::optional<store::AuditRow> later;  // the entry after the one that is looked at
    while (run.checked < kVerifiedMax) {
      TRY(auto page, audit.newest({}, later ? later->entry.sequence : 0, kLinesAtOnce));
      for (auto& row : page) {
        const auto& entry = row.entry;
        ++run.checked;
        run.first = entry.sequence;
        if (!later) run.last = entry.sequence;
        if (domain::audit::chain_hash(row.previous_hash, entry, row.personal_hash) != row.hash) {
          fault(entry.sequence, "it does not have the hash of what it says");
        }
        if (!row.personal_erased && domain::audit::personal_hash(row.salt, entry.personal) != row.personal_hash) {
          fault(entry.sequence, "its address, agent or detail were altered");
        }
        if (later && later->entry.sequence != entry.sequence + 1) {
          fault(entry.sequence + 1, "it is missing");
        } else if (later && later->previous_hash != row.hash) {
          fault(later->entry.sequence, "it does not follow on the entry before it");
        }
        later = std::move(row);
      }
      if (page.size() < static_cast<std::size_t>(kLinesAtOnce)) break;
    }
    std::ranges::sort(run.faults, {}, &Fault::sequence);
    return run;
  });
}

Result<Chain> chain(store::Database& database, const Actor& actor) {
  if (!actor.may(Permission::administer)) TRY_VOID(actor.require(Permission::read_audit));
  return database.snapshot([&](store::Connection& connection) -> Result<Chain> {
    store::Audit audit{connection};
    Chain state;
    TRY(const auto newest, audit.newest({}, 0, 1));
    if (!newest.empty()) state.newest = newest.front().entry.sequence;
    TRY(auto checkpoints, audit.checkpoints());
    if (!checkpoints.empty()) state.checkpoint = std::move(checkpoints.back());
    return state;
  });
}

Result<std::vector<Row>> history(store::Database& database, const Actor& actor, domain::OrganisationId organisation,
                                 int limit) {
  TRY_VOID(actor.require(Permission::vet_organisations));
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<Row>> {
    store::AuditFilter filter;
    filter.object = fmt::format("organisation:{}", organisation.value);
    TRY(auto stored, store::Audit{connection}.newest(filter, 0, limit));
    return with_names(connection, std::move(stored));
  });
}

Result<Looks> looks(store::Database& database, const Actor& actor, std::int64_t before, int limit, Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_own_organisation));
  if (!actor.viewer.organisation)
    return Error::forbidden(std::string{tr<"act for an organisation to see who looked at what it shared">()});
  const auto own = *actor.viewer.organisation;
  return database.snapshot([&](store::Connection& connection) -> Result<Looks> {
    store::Audit audit{connection};
    std::vector<store::AuditRow> stored;
    for (const auto action : {kRead, kExport, kGlassRead}) {
      store::AuditFilter filter;
      filter.owner = own;
      filter.action = action;
      TRY(auto some, audit.newest(filter, before, limit + 1));
      std::ranges::move(some, std::back_inserter(stored));
    }
    std::ranges::sort(stored, std::greater<>{}, [](const auto& each) { return each.entry.sequence; });
    Looks found;
    if (stored.size() > static_cast<std::size_t>(limit)) {
      stored.resize(static_cast<std::size_t>(limit));
      found.next = stored.back().entry.sequence;
    }
    std::vector<std::int64_t> records;
    for (const auto& each : stored) {
      if (const auto record = record_of(each.entry.object)) add(records, *record);
    }
    TRY(const auto words, readable(connection, actor.viewer, records, now));
    TRY(const auto rows, with_names(connection, std::move(stored)));
    for (const auto& row : rows) {
      const auto& entry = row.stored.entry;
      Look look{.sequence = entry.sequence,
                .at = entry.at,
                .exported = entry.action == kExport,
                .broke_glass = entry.action == kGlassRead,
                .organisation = row.organisation,
                .person = {},
                .record_slug = {},
                .record_title = {},
                .tlp = std::nullopt};
      const bool names_people = entry.organisation == own || entry.organisation == domain::kOwnOrganisation;
      if (names_people && row.person) look.person = row.person->name;
      const auto record = record_of(entry.object);
      if (const auto each = record ? words.find(*record) : words.end(); each != words.end()) {
        look.record_slug = each->second.slug;
        look.record_title = each->second.title;
        look.tlp = each->second.tlp;
      }
      found.rows.push_back(std::move(look));
    }
    return found;
  });
}

namespace {

bool through_glass(const domain::policy::Viewer& viewer, const domain::Record& record, Timestamp now) noexcept {
  // The common case needs no second look at the policy.
  if (viewer.glass.empty()) return false;
  return domain::policy::decide(viewer, domain::policy::facts_of(record), now).reason ==
         domain::policy::Reason::broke_glass;
}

}  // namespace

bool is_recorded(const domain::policy::Viewer& viewer, const domain::Record& looked_at, Timestamp now) noexcept {
  return looked_at.tlp >= domain::Tlp::amber || through_glass(viewer, looked_at, now);
}

Status may_export(const domain::policy::Viewer& viewer, const domain::Record& record, Timestamp now) {
  if (!through_glass(viewer, record, now)) return ok();
  return Error::forbidden(std::string{
      tr<"You read this because you broke the glass. That is for reading only: it is not handed out as a file.">()});
}

Status record_look(store::Database& database, const Actor& actor, const domain::Record& looked_at, Looking looking,
                   Timestamp now) {
  const bool glass = through_glass(actor.viewer, looked_at, now);
  if (looking == Looking::exported) TRY_VOID(may_export(actor.viewer, looked_at, now));
  boost::json::object detail;
  detail["version"] = looked_at.version;
  detail["tlp"] = domain::to_string(looked_at.tlp);
  if (glass) detail["grant"] = actor.viewer.open_glass(looked_at.id, now)->grant;
  return database.write([&](store::Connection& connection) -> Status {
    const Action action = glass                      ? Action{"break-glass.read"}
                          : looking == Looking::read ? Action{"record.read"}
                                                     : Action{"record.export"};
    TRY_VOID(record(connection, actor, now, action, object_of(looked_at.id), looked_at.owner,
                    domain::audit::Outcome::done, detail));
    return ok();
  });
}

}  // namespace tocsin::engine::audit::view
