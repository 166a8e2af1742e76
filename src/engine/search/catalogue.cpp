#include "engine/search/catalogue.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <set>

#include "engine/search/index_state.hpp"
#include "engine/search/snapshot.hpp"
#include "store/changes.hpp"

namespace tocsin::engine::search {
namespace {

/// More changes than this at once: reading everything is cheaper than looking for each.
constexpr int kIncrementalMax = 20'000;

store::Sql rows_sql() { return store::Sql{"SELECT c.record_id, c.packed FROM advisory_catalogue c"}; }

/// Visits the rows of a statement of rows_sql; the row is one and the same object each time.
template <class Visit>
Status each_row(store::Connection& connection, const store::Sql& sql, Visit visit) {
  CatalogueRow row;
  return connection.each(sql, [&](const store::Row& columns) -> Status {
    row.record = columns.integer(0);
    TRY_VOID(unpack(columns.text(1), row));
    visit(row);
    return ok();
  });
}

/// `before` with the changed records replaced, added or dropped.
Status merge(store::Connection& connection, const CatalogueSnapshot& before, const std::set<std::int64_t>& changed,
             CatalogueSnapshot::Builder& builder) {
  const std::vector<std::int64_t> ids(changed.begin(), changed.end());
  constexpr std::size_t kAtOnce = 1024;
  builder.reserve(before.size() + ids.size());
  auto old = before.entries().begin();
  const auto copy_until = [&](std::int64_t record) {
    for (; old != before.entries().end() && old->record < record; ++old) builder.copy(before, *old);
  };
  for (std::size_t at = 0; at < ids.size(); at += kAtOnce) {
    auto sql = rows_sql();
    sql.append(" WHERE c.record_id IN ").append_list(std::span{ids}.subspan(at, std::min(kAtOnce, ids.size() - at)));
    sql.append(" ORDER BY c.record_id");
    std::map<std::int64_t, CatalogueRow> fresh;
    TRY_VOID(each_row(connection, sql, [&](const CatalogueRow& row) { fresh.emplace(row.record, row); }));
    for (const auto id : std::span{ids}.subspan(at, std::min(kAtOnce, ids.size() - at))) {
      copy_until(id);
      if (old != before.entries().end() && old->record == id) ++old;
      if (const auto found = fresh.find(id); found != fresh.end()) builder.add(found->second);
    }
  }
  copy_until(std::numeric_limits<std::int64_t>::max());
  return ok();
}

}  // namespace

struct Catalogue::State {
  explicit State(store::Database& db) : database(db) {}
  store::Database& database;
  std::mutex refreshing;
  mutable std::mutex mutex;
  std::shared_ptr<const CatalogueSnapshot> snapshot;
  IndexState seen;  // Guarded by `refreshing`.

  Result<std::shared_ptr<const CatalogueSnapshot>> load(store::Connection& connection) {
    TRY(const auto state, read_index_state(connection));
    if (snapshot && state == seen) return snapshot;
    CatalogueSnapshot::Builder builder;
    bool complete = false;
    if (snapshot && state.epoch == seen.epoch && state.cursor > seen.cursor) {
      TRY(const auto changes, store::Changes{connection}.after(seen.cursor, kIncrementalMax + 1));
      if (changes.size() <= kIncrementalMax) {
        std::set<std::int64_t> changed;
        for (const auto& change : changes) changed.insert(change.record.value);
        TRY_VOID(merge(connection, *snapshot, changed, builder));
        complete = true;
      }
    }
    if (!complete) {
      auto sql = rows_sql();
      sql.append(" ORDER BY c.record_id");
      TRY_VOID(each_row(connection, sql, [&](const CatalogueRow& row) { builder.add(row); }));
    }
    VendorNames vendors;
    TRY_VOID(
        connection.each(store::Sql{"SELECT id, vendor_key, name FROM vendor"}, [&](const store::Row& row) -> Status {
          vendors.emplace(static_cast<std::uint32_t>(row.integer(0)), VendorName{row.string(1), row.string(2)});
          return ok();
        }));
    seen = state;
    return builder.build(std::move(vendors), state.generation());
  }
};

Catalogue::Catalogue(store::Database& database) : state_(std::make_unique<State>(database)) {}
Catalogue::~Catalogue() = default;

Status Catalogue::refresh() {
  const std::lock_guard one_at_a_time(state_->refreshing);
  TRY(auto fresh, state_->database.snapshot([&](store::Connection& connection) { return state_->load(connection); }));
  const std::lock_guard lock(state_->mutex);
  state_->snapshot = std::move(fresh);
  return ok();
}

std::shared_ptr<const CatalogueSnapshot> Catalogue::snapshot() const {
  const std::lock_guard lock(state_->mutex);
  return state_->snapshot;
}

std::int64_t Catalogue::generation() const {
  const auto current = snapshot();
  return current ? current->generation() : 0;
}

}  // namespace tocsin::engine::search
