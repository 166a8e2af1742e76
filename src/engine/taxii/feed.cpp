#include "engine/taxii/feed.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/record.hpp"
#include "engine/taxii/collections.hpp"
#include "formats/stix/facts.hpp"
#include "store/changes.hpp"
#include "store/rows.hpp"

namespace tocsin::engine::taxii {
namespace {

using domain::RecordKind;
using domain::Standing;
using store::Sql;

constexpr int kStepChangesMax = 4'096;
/// Embargoes that end at once are few; those that are left come with the next step.
constexpr int kEmbargoesAtOnce = 1'024;

/// A version that is to be told (again).
struct Version {
  std::int64_t record = 0, revision = 0;
  std::string type;
  std::int64_t version_at = 0;
};

class Step {
 public:
  Step(store::Connection& connection, Timestamp now) : connection_(connection), now_(now) {}

  Result<FeedStep> run(int changes_max) {
    FeedStep done;
    store::Changes changes{connection_};
    TRY_VOID(read_clock());
    TRY(auto batch, changes.after(sequence_, changes_max, RecordKind::stix_object));
    done.caught_up = batch.size() < static_cast<std::size_t>(changes_max);
    // What refers to what has to be known before anything is told (objects.hpp).
    TRY(const auto indexed, changes.cursor("threat"));
    std::erase_if(batch, [&](const store::Change& each) { return each.sequence > indexed; });
    done.caught_up = done.caught_up || batch.empty();
    if (!batch.empty()) sequence_ = batch.back().sequence;
    TRY_VOID(take(batch));
    TRY_VOID(take_embargoes());
    TRY_VOID(take_relationships());
    TRY_VOID(write());
    done.changes = static_cast<std::int64_t>(batch.size());
    done.added = static_cast<std::int64_t>(versions_.size());
    return done;
  }

 private:
  Status read_clock() {
    return connection_.each(Sql{"SELECT sequence, added, embargo FROM taxii_clock WHERE id = 1"},
                            [&](const store::Row& row) {
                              sequence_ = row.integer(0);
                              added_ = row.integer(1);
                              embargo_ = row.integer(2);
                              return ok();
                            });
  }

  /// In the order of the feed, each record once: all of its versions where one that was told already changed in
  /// anything but its content (who may see it), else those that are new.
  Status take(const std::vector<store::Change>& batch) {
    std::vector<std::int64_t> order, revisions;
    std::set<std::int64_t> seen;
    for (const auto& change : batch) {
      if (change.action == store::ChangeAction::removed) continue;
      revisions.push_back(change.revision.value);
      if (seen.insert(change.record.value).second) order.push_back(change.record.value);
      latest_ = std::max(latest_, change.at.micros);
    }
    if (order.empty()) return ok();
    std::set<std::int64_t> again;
    Sql told{"SELECT record_id FROM taxii_version WHERE revision_id IN "};
    told.append_list(revisions);
    TRY_VOID(connection_.each(told, [&](const store::Row& row) {
      again.insert(row.integer(0));
      return ok();
    }));
    return take_records(order, &again);
  }

  /// `again`: records whose told versions come anew; null: all of these.
  Status take_records(const std::vector<std::int64_t>& order, const std::set<std::int64_t>* again) {
    std::map<std::int64_t, std::vector<Version>> found;
    Sql sql{
        "SELECT r.id, v.id, r.record_key, v.version, v.released_at, t.added FROM record r JOIN revision v ON "
        "v.record_id = r.id LEFT JOIN taxii_version t ON t.revision_id = v.id WHERE v.standing <> ? AND r.kind = ? AND "
        "r.id IN ",
        Standing::conflicting, RecordKind::stix_object};
    sql.append_list(order);
    sql.append(" ORDER BY r.id, v.version_order, v.id");
    TRY_VOID(connection_.each(sql, [&](const store::Row& row) {
      const auto record = row.integer(0);
      if (!row.is_null(5) && again != nullptr && !again->contains(record)) return ok();
      const auto type = formats::stix::type_of_id(row.text(2));
      // Marking definitions have no `modified`: their version is when they were made, which is what they were released.
      const bool timed = !row.text(3).empty() || type == "marking-definition";
      found[record].push_back({record, row.integer(1), std::string{type}, timed ? row.integer(4) : 0});
      return ok();
    }));
    for (const auto record : order) {
      if (!taken_.insert(record).second) continue;
      const auto it = found.find(record);
      if (it == found.end()) continue;
      versions_.insert(versions_.end(), it->second.begin(), it->second.end());
      records_.push_back(record);
    }
    return ok();
  }

  /// What the end of an embargo opens was never told to those who may see it now.
  Status take_embargoes() {
    if (embargo_ == 0) {
      embargo_ = now_.micros;
      return ensure_first_collection(connection_, now_);
    }
    std::int64_t until = now_.micros;
    std::vector<std::int64_t> order;
    TRY_VOID(connection_.each(
        Sql{"SELECT id, embargo_until FROM record WHERE kind = ? AND embargo_until > ? AND embargo_until <= ? ORDER BY "
            "embargo_until, id LIMIT ?",
            RecordKind::stix_object, embargo_, now_, kEmbargoesAtOnce},
        [&](const store::Row& row) {
          order.push_back(row.integer(0));
          if (order.size() == kEmbargoesAtOnce) until = row.integer(1) - 1;
          return ok();
        }));
    embargo_ = std::max(embargo_, until);
    return order.empty() ? ok() : take_records(order, nullptr);
  }

  /// A relationship is told to whom may see both its ends (objects.hpp): whoever asked before an end had come has to be
  /// told again.
  Status take_relationships() {
    if (records_.empty()) return ok();
    for (std::size_t at = 0; at < records_.size(); at += Sql::kListMax) {
      const auto some = std::span{records_}.subspan(at, std::min(Sql::kListMax, records_.size() - at));
      std::vector<std::int64_t> order;
      Sql sql{
          "SELECT DISTINCT t.record_id FROM stix_object o JOIN stix_reference f ON f.target_id = o.stix_id AND "
          "f.property IN ('source_ref', 'target_ref', 'sighting_of_ref') JOIN taxii_version t ON t.record_id = "
          "f.record_id WHERE o.record_id IN "};
      sql.append_list(some);
      sql.append(" ORDER BY t.record_id");
      TRY_VOID(connection_.each(sql, [&](const store::Row& row) {
        order.push_back(row.integer(0));
        return ok();
      }));
      if (!order.empty()) TRY_VOID(take_records(order, nullptr));
    }
    return ok();
  }

  Status write() {
    std::vector<Sql> statements;
    if (!versions_.empty()) {
      std::vector<std::int64_t> revisions;
      for (const auto& each : versions_) revisions.push_back(each.revision);
      for (std::size_t at = 0; at < revisions.size(); at += Sql::kListMax) {
        Sql drop{"DELETE FROM taxii_version WHERE revision_id IN "};
        drop.append_list(std::span{revisions}.subspan(at, std::min(Sql::kListMax, revisions.size() - at)));
        statements.push_back(std::move(drop));
      }
      store::Rows rows{Sql{"INSERT INTO taxii_version (added, record_id, revision_id, type, version_at) VALUES "}};
      // Not before the change, and not before what was given already: clocks may go back.
      auto added = std::max(added_ + 1, latest_);
      for (const auto& each : versions_) {
        rows.add("(?, ?, ?, ?, ?)", added, each.record, each.revision, each.type, each.version_at);
        added_ = added++;
      }
      rows.append_to(statements);
    }
    statements.emplace_back(
        "INSERT INTO taxii_clock (id, sequence, added, embargo) VALUES (1, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "sequence = excluded.sequence, added = excluded.added, embargo = excluded.embargo",
        sequence_, added_, embargo_);
    return connection_.run_all(statements);
  }

  store::Connection& connection_;
  const Timestamp now_;
  std::int64_t sequence_ = 0, added_ = 0, embargo_ = 0, latest_ = 0;
  std::vector<Version> versions_;
  std::vector<std::int64_t> records_;
  std::set<std::int64_t> taken_;
};

/// A look that takes no write lock: most calls find nothing to do.
Result<bool> is_behind(store::Connection& connection, Timestamp now) {
  TRY(const auto newest, store::Changes{connection}.newest(RecordKind::stix_object));
  TRY(const auto sequence, connection.first(Sql{"SELECT sequence FROM taxii_clock WHERE id = 1"},
                                            [](const store::Row& row) { return row.integer(0); }));
  if (!sequence || *sequence < newest) return true;
  TRY(const auto embargoes,
      connection.first(Sql{"SELECT count(*) FROM record r, taxii_clock c WHERE r.kind = ? AND c.embargo > 0 AND "
                           "r.embargo_until > c.embargo AND r.embargo_until <= ?",
                           RecordKind::stix_object, now},
                       [](const store::Row& row) { return row.integer(0); }));
  return embargoes.value_or(0) > 0;
}

}  // namespace

Result<FeedStep> feed_step(store::Database& database, Timestamp now, int changes_max) {
  TRY(const bool behind, database.read([&](store::Connection& connection) { return is_behind(connection, now); }));
  if (!behind) return FeedStep{.caught_up = true};
  const int most = std::clamp(changes_max, 1, kStepChangesMax);
  return database.write([&](store::Connection& connection) -> Result<FeedStep> {
    TRY_VOID(connection.lock_changes());
    return Step{connection, now}.run(most);
  });
}

Status feed_all(store::Database& database, Timestamp now) {
  for (;;) {
    TRY(const auto step, feed_step(database, now));
    if (step.caught_up) return ok();
  }
}

}  // namespace tocsin::engine::taxii
