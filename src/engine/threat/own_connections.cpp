#include "engine/threat/own_connections.hpp"

#include <algorithm>

#include "engine/threat/indexer.hpp"
#include "engine/threat/values.hpp"
#include "store/records.hpp"
#include "store/shared_threats.hpp"
#include "store/value_index.hpp"

namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using domain::RecordId;
using store::ChangeAction;
using store::Sql;

/// Versions before that a new one is compared with: one that is told late is not the newest, and may come after it.
constexpr std::size_t kVersionsCompared = 8;

std::vector<SharedValue> values_in(std::string_view bytes) {
  stix::TapeReader reader;
  const auto root = reader.read(bytes);
  if (!root) return {};
  auto values = stix::shared_values(*root, stix::read_facts(*root));
  if (values.size() > kArrivalValues) values.resize(kArrivalValues);
  return values;
}

bool has(std::span<const SharedValue> values, const SharedValue& value) {
  return std::ranges::any_of(values,
                             [&](const auto& each) { return each.kind == value.kind && each.text == value.text; });
}

struct Listed {
  std::string id, bytes;
};
Result<std::optional<Listed>> listed(store::Connection& connection, RecordId record) {
  return connection.first(Sql{"SELECT s.stix_id, d.bytes FROM stix_object s JOIN record r ON r.id = s.record_id JOIN "
                              "revision_document d ON "
                              "d.revision_id = r.current_revision_id WHERE s.on_lists = 1 AND s.record_id = ?",
                              record},
                          [](const store::Row& row) { return Listed{row.string(0), row.string(1)}; });
}

/// Did this revision come with the change? One that was there before was marked anew.
Result<bool> brought(store::Connection& connection, const store::Change& change) {
  TRY(const auto received, connection.first(Sql{"SELECT received_at FROM revision WHERE id = ?", change.revision},
                                            [](const store::Row& row) { return row.time(0); }));
  return received && *received == change.at;
}

}  // namespace

Result<std::int64_t> connections_ready(store::Connection& connection) {
  TRY(const auto objects, indexed_until(connection));
  TRY(const auto values, store::Changes{connection}.cursor(kValuesReader));
  return std::min(objects, values);
}

Result<std::vector<NewValues>> new_values(store::Connection& connection, std::span<const store::Change> changes) {
  struct Came {
    bool created = false;
    domain::RevisionId since;
    Timestamp at;
  };
  std::map<std::int64_t, Came> came;
  for (const auto& change : changes) {
    if (change.action != ChangeAction::created && change.action != ChangeAction::updated) continue;
    if (change.action == ChangeAction::updated) {
      TRY(const bool is_version, brought(connection, change));
      if (!is_version) continue;
    }
    const auto [found, first] = came.try_emplace(change.record.value, Came{.since = change.revision, .at = change.at});
    found->second.created = found->second.created || change.action == ChangeAction::created;
    found->second.at = change.at;
  }
  std::vector<NewValues> all;
  store::ValueIndex index{connection};
  for (const auto& [id, how] : came) {
    const RecordId record{id};
    TRY(auto object, listed(connection, record));
    if (!object) continue;
    auto values = values_in(object->bytes);
    std::vector<SharedValue> shared;
    for (auto& value : values) {
      if (stix::commonplace_of(value.kind, value.text)) continue;
      TRY(const auto who, index.records_with(stix::value_key(value.kind, value.text)));
      if (who.size() > 1) shared.push_back(std::move(value));
    }
    if (shared.empty()) continue;
    all.push_back({.record = record,
                   .id = std::move(object->id),
                   .at = how.at,
                   .created = how.created,
                   .since = how.since,
                   .values = std::move(shared)});
  }
  return all;
}

Result<std::optional<RecordId>> OwnConnections::told_of(const NewValues& object, std::span<const NewValues> together) {
  const std::optional<RecordId> nothing;
  // Hidden, or another of the same id stands for it.
  TRY(const auto first, among_.record_of(object.id));
  if (first != object.record.value) return nothing;
  auto values = object.values;
  if (!object.created) TRY_VOID(drop_known(object, values));
  for (const auto& value : values) {
    TRY(const auto others, sharing(value, object.id));
    std::vector<std::int64_t> there;
    for (const auto& each : others) {
      TRY(const bool was, was_there(each, object, value, together));
      if (was) there.push_back(each.record.value);
    }
    TRY(const bool joined, joins(object.record, there));
    if (!joined) continue;
    TRY(const auto shared, store::SharedThreats{connection_}.of_object(object.record));
    if (shared) {
      TRY(const bool seen, may_see(shared->record));
      if (seen) return std::optional{shared->record};
    }
    return std::optional{object.record};
  }
  return nothing;
}

/// Takes away what a version before had, as far as the reader sees it: one that was hidden from them does not exist.
Status OwnConnections::drop_known(const NewValues& object, std::vector<SharedValue>& values) {
  store::Records records{connection_};
  TRY(const auto record, records.load(object.record));
  if (!record) return ok();
  TRY(auto before, records.revisions(viewer_, *record, now_));
  std::erase_if(before, [&](const auto& each) { return each.id.value >= object.since.value; });
  std::ranges::sort(before, [](const auto& a, const auto& b) { return a.id.value > b.id.value; });
  for (const auto& each : std::span{before}.first(std::min(before.size(), kVersionsCompared))) {
    TRY(const auto bytes, records.document(object.record, each.id));
    if (!bytes) continue;
    const auto had = values_in(*bytes);
    std::erase_if(values, [&](const auto& value) { return has(had, value); });
  }
  return ok();
}

Result<bool> OwnConnections::still(RecordId record) {
  TRY(const bool seen, may_see(record));
  if (!seen) return false;
  std::vector<RecordId> all{record};
  TRY(const auto with, store::SharedThreats{connection_}.objects(record));
  for (const auto& each : with) all.push_back(each.record);
  for (const auto each : all) {
    TRY(const auto object, listed(connection_, each));
    if (!object) continue;
    TRY(const auto first, among_.record_of(object->id));
    if (first != each.value) continue;
    for (const auto& value : values_in(object->bytes)) {
      TRY(const auto others, sharing(value, object->id));
      std::vector<std::int64_t> ids;
      for (const auto& other : others) ids.push_back(other.record.value);
      TRY(const bool joined, joins(each, ids));
      if (joined) return true;
    }
  }
  return false;
}

/// None where the value says nothing of who shares it.
Result<std::vector<ThreatRow>> OwnConnections::sharing(const SharedValue& value, std::string_view id) {
  std::vector<ThreatRow> none;
  if (stix::commonplace_of(value.kind, value.text)) return none;
  TRY(const auto* candidates, among_.candidates(value));
  if (candidates->size() < 2) return none;
  TRY(auto seen, among_.seen(*candidates, id, static_cast<std::size_t>(common_above(value.kind)) + 1));
  TRY(const bool common, among_.is_common(value.kind, static_cast<std::int64_t>(seen.size())));
  return common ? none : std::move(seen);
}

Result<bool> OwnConnections::was_there(const ThreatRow& other, const NewValues& object, const SharedValue& value,
                                       std::span<const NewValues> together) {
  if (other.record.value < object.record.value) return true;
  // What came later tells of itself.
  if (object.created) return false;
  const auto beside = std::ranges::find(together, other.record, &NewValues::record);
  if (beside != together.end()) {
    auto values = beside->values;
    if (!beside->created) TRY_VOID(drop_known(*beside, values));
    if (has(values, value)) return false;
  }
  TRY(const auto came, connection_.first(Sql{"SELECT created_at FROM record WHERE id = ?", other.record},
                                         [](const store::Row& row) { return row.time(0); }));
  return came && *came <= object.at;
}

/// Where one side is the organisation's own by name, and the other is not its own.
Result<bool> OwnConnections::joins(RecordId record, std::span<const std::int64_t> others) {
  if (others.empty()) return false;
  std::vector<std::int64_t> ids(others.begin(), others.end());
  ids.push_back(record.value);
  TRY(const auto owners, whose(ids));
  const auto of = [&](std::int64_t id) {
    const auto found = owners.find(id);
    return found == owners.end() ? Whose::others : found->second;
  };
  const auto own = of(record.value);
  if (own == Whose::ours_unnamed) return false;
  const auto wanted = own == Whose::ours ? Whose::others : Whose::ours;
  return std::ranges::any_of(others, [&](auto id) { return of(id) == wanted; });
}

Result<std::map<std::int64_t, OwnConnections::Whose>> OwnConnections::whose(std::span<const std::int64_t> records) {
  Sql sql{
      "SELECT r.id, s.anonymous FROM record r LEFT JOIN shared_object b ON b.record_id = r.id LEFT JOIN shared_report "
      "s "
      "ON s.record_id = coalesce(b.report_id, r.id) AND s.organisation_id = ? WHERE r.id IN ",
      organisation_};
  sql.append_list(records);
  sql.append(" AND (r.owner_id = ? OR s.record_id IS NOT NULL)", organisation_);
  std::map<std::int64_t, Whose> out;
  TRY_VOID(connection_.each(sql, [&](const store::Row& row) {
    out[row.integer(0)] = row.optional_integer(1).value_or(0) != 0 ? Whose::ours_unnamed : Whose::ours;
    return ok();
  }));
  return out;
}

Result<bool> OwnConnections::may_see(RecordId record) {
  TRY(const auto found, store::Records{connection_}.load(record));
  return found && domain::policy::may_see(viewer_, domain::policy::facts_of(*found), now_);
}

}  // namespace tocsin::engine::threat
