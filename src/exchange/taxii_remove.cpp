#include "exchange/taxii_remove.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/audit/trail.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/manage/removal.hpp"
#include "engine/threat/indexer.hpp"
#include "exchange/prepare_stix.hpp"
#include "store/records.hpp"
#include "store/removals.hpp"

namespace tocsin::exchange {
namespace {

namespace taxii = engine::taxii;
using store::Sql;

struct Target {
  domain::Record record;
  std::vector<taxii::ObjectVersion> versions;
  bool all = false;
  std::string collection;
};

Result<Target> target_of(store::Connection& connection, const engine::Actor& actor, std::string_view root,
                         std::string_view collection, std::string_view object, taxii::ObjectQuery query, bool some,
                         Timestamp now) {
  TRY(const auto where, taxii::api_root(connection, actor, root));
  TRY(const auto place, taxii::collection(connection, actor, where, collection));
  query.ids = {std::string{object}};
  query.limit = taxii::kPageMax;
  auto any = query;
  any.types.clear();
  any.versions = {.last = false, .first = false, .all = true, .at = {}};
  TRY(const auto all, taxii::objects(connection, actor.viewer, place.filter, any, false, now));
  if (all.objects.empty()) return Error::not_found("object");
  if (!place.can_write) return Error::forbidden("Deleting objects of this collection is for its writers");
  if (!some) query.versions = any.versions;
  TRY(auto wanted, taxii::objects(connection, actor.viewer, place.filter, query, false, now));
  if (wanted.objects.empty()) return Error::not_found("version of the object");
  const std::int64_t ids[] = {all.objects.front().record};
  TRY(auto headers, store::Records{connection}.headers(actor.viewer, ids, now));
  if (headers.empty()) return Error::not_found("object");
  Target target{.record = std::move(headers.front()),
                .versions = std::move(wanted.objects),
                .all = false,
                .collection = place.id};
  target.all = target.versions.size() == all.objects.size();
  TRY_VOID(engine::manage::may_remove(actor, target.record));
  return target;
}

/// The newest of those that are left, read again: its title and labels stand in its document alone.
Result<std::optional<store::Removals::Next>> next_of(store::Connection& connection, const Target& target,
                                                     const std::vector<std::int64_t>& going) {
  Sql sql{
      "SELECT v.id, d.bytes FROM revision v JOIN revision_document d ON d.revision_id = v.id WHERE v.record_id = ? "
      "AND v.standing <> ? AND v.id NOT IN ",
      target.record.id, domain::Standing::conflicting};
  sql.append_list(std::span{going}).append(" ORDER BY v.version_order DESC, v.id LIMIT 1");
  std::optional<store::Removals::Next> next;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
    const auto prepared = prepare_stix(target.record.key, row.text(1), {});
    if (prepared.stix == nullptr || prepared.stix->revisions.size() != 1) {
      return Error::internal("A stored STIX object cannot be read");
    }
    const auto& revision = prepared.stix->revisions.front();
    next = {{row.integer(0)}, revision.title, revision.labels, revision.initial_release_at};
    return ok();
  }));
  return next;
}

Status remove_versions(store::Connection& connection, const engine::Actor& actor, const Target& target, Timestamp now) {
  std::vector<std::int64_t> going;
  boost::json::array versions;
  for (const auto& each : target.versions) {
    going.push_back(each.revision);
    versions.emplace_back(format_rfc3339({each.version}));
  }
  TRY(const auto next, next_of(connection, target, going));
  TRY_VOID(store::Removals{connection}.remove_revisions(target.record, going, next, now));
  TRY_VOID(engine::audit::record(connection, actor, now, "taxii.remove-version",
                                 engine::audit::object_of(target.record.id), target.record.owner,
                                 domain::audit::Outcome::done,
                                 {{"id", target.record.key},
                                  {"collection", target.collection},
                                  {"tlp", domain::to_string(target.record.tlp)},
                                  {"versions", versions}}));
  return ok();
}

}  // namespace

Status remove_from_collection(store::Database& database, const engine::Actor& actor, std::string_view root,
                              std::string_view collection, std::string_view object, const taxii::ObjectQuery& query,
                              bool some_versions, Timestamp now) {
  TRY(const auto target, database.snapshot([&](store::Connection& connection) {
    return target_of(connection, actor, root, collection, object, query, some_versions, now);
  }));
  if (target.all) {
    auto named = actor;
    named.reason = fmt::format("Deleted over TAXII from the collection {}", target.collection);
    return engine::manage::remove_record(database, named, target.record.id, now);
  }
  if (engine::guard::wants_second(actor, domain::Act::remove_record)) {
    return Error::forbidden("Removing takes a second person here, who approves of all versions of an object or none");
  }
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto found, target_of(connection, actor, root, collection, object, query, some_versions, now));
    if (found.all) return Error::conflict("The object was changed meanwhile: ask again");
    return remove_versions(connection, actor, found, now);
  });
}

}  // namespace tocsin::exchange
