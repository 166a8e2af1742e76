#include "engine/taxii/feed.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <span>
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

constexpr int kStepChangesMax = 65'536;
/// Embargoes that end at once are few; those that are left come with the next step.
constexpr int kEmbargoesAtOnce = 1'024;

/// A version that is to be told (again).
struct Version {
  std::int64_t record = 0, revision = 0;
  std::string type;
  std::int64_t version_at = 0;
  std::int64_t offset = 0;  ///< Within the window, by its bytes.
};

/// As many of the ids at once as a statement takes.
template <class Visit>
Status in_parts(std::span<const std::int64_t> ids, Visit visit) {
  for (std::size_t at = 0; at < ids.size(); at += Sql::kListMax) {
    TRY_VOID(visit(ids.subspan(at, std::min(Sql::kListMax, ids.size() - at))));
  }
  return ok();
}

/// The first 60 bits of the hash.
std::int64_t offset_of(std::string_view sha512) {
  std::uint64_t bits = 0;
  const auto head = sha512.substr(0, 15);
  std::from_chars(head.data(), head.data() + head.size(), bits, 16);
  return static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(kWindow));
}

class Step {
 public:
  Step(store::Connection& connection, Timestamp now) : connection_(connection), now_(now) {}

  Result<FeedStep> run(int changes_max) {
    // What is left comes in another window.
    FeedStep done{.changes = 0, .added = 0, .caught_up = true};
    store::Changes changes{connection_};
    TRY_VOID(read_clock());
    TRY(auto batch, changes.after(sequence_, changes_max, RecordKind::stix_object));
    // What refers to what has to be known before anything is told (objects.hpp).
    TRY(const auto indexed, changes.cursor("threat"));
    const auto window = window_of(batch.empty() ? std::nullopt : std::optional{batch.front().at.micros});
    if (window <= told_until_) return done;
    const auto waits = std::ranges::find_if(
        batch, [&](const store::Change& each) { return each.sequence > indexed || each.at.micros >= window; });
    batch.erase(waits, batch.end());
    if (!batch.empty()) sequence_ = batch.back().sequence;
    TRY_VOID(take(batch));
    TRY_VOID(take_embargoes());
    TRY_VOID(take_relationships());
    TRY_VOID(write(window));
    done.changes = std::ssize(batch);
    done.added = std::ssize(versions_);
    return done;
  }

 private:
  /// The beginning of this one. Where the clock has gone back, the one behind the last that was told; where what was
  /// written is of a clock that was ahead, the one behind that.
  std::int64_t window_of(std::optional<std::int64_t> written) const {
    constexpr std::int64_t kAhead = 1'000'000;
    const auto begin = [](std::int64_t micros) { return micros - micros % kWindow; };
    auto window = begin(now_.micros);
    if (written && *written > now_.micros + kAhead) window = begin(*written) + kWindow;
    if (window < told_until_ - kAhead) window = told_until_ + kWindow;
    return window;
  }

  Status read_clock() {
    return connection_.each(Sql{"SELECT sequence, told_until, embargo FROM taxii_clock WHERE id = 1"},
                            [&](const store::Row& row) {
                              sequence_ = row.integer(0);
                              told_until_ = row.integer(1);
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
    }
    if (order.empty()) return ok();
    std::set<std::int64_t> again;
    TRY_VOID(in_parts(revisions, [&](std::span<const std::int64_t> some) {
      Sql told{"SELECT record_id FROM taxii_version WHERE revision_id IN "};
      told.append_list(some);
      return connection_.each(told, [&](const store::Row& row) {
        again.insert(row.integer(0));
        return ok();
      });
    }));
    return take_records(order, &again);
  }

  /// `again`: records whose told versions come anew; null: all of these.
  Status take_records(const std::vector<std::int64_t>& order, const std::set<std::int64_t>* again) {
    std::map<std::int64_t, std::vector<Version>> found;
    TRY_VOID(in_parts(order, [&](std::span<const std::int64_t> some) {
      // "+": the ids lead to the records, and not the kind, of which there may be millions.
      Sql sql{
          "SELECT r.id, v.id, r.record_key, v.version, v.released_at, t.added, v.sha512, CASE WHEN v.format = "
          "'stix-2.0' AND EXISTS (SELECT 1 FROM revision w WHERE w.record_id = v.record_id AND w.released_at = "
          "v.released_at AND w.format <> v.format AND w.standing <> ?) THEN 1 ELSE 0 END FROM record r JOIN revision v "
          "ON v.record_id = r.id LEFT JOIN taxii_version t ON t.revision_id = v.id WHERE v.standing <> ? AND +r.kind = "
          "? AND r.id IN ",
          Standing::conflicting, Standing::conflicting, RecordKind::stix_object};
      sql.append_list(some);
      return connection_.each(sql, [&](const store::Row& row) {
        const auto record = row.integer(0);
        // Lifted from 2.0, and here as it was written in 2.1 as well: one version, told as the latter.
        if (row.integer(7) == 1) {
          if (!row.is_null(5)) lifted_.push_back(row.integer(1));
          return ok();
        }
        if (!row.is_null(5) && again != nullptr && !again->contains(record)) return ok();
        const auto type = formats::stix::type_of_id(row.text(2));
        // Marking definitions have no `modified`: their version is when they were made, as which they were released.
        const bool timed = !row.text(3).empty() || type == "marking-definition";
        found[record].push_back(
            {record, row.integer(1), std::string{type}, timed ? row.integer(4) : 0, offset_of(row.text(6))});
        return ok();
      });
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
    TRY_VOID(connection_.each(Sql{"SELECT id, embargo_until FROM record WHERE kind + 0 = ? AND embargo_until > ? AND "
                                  "embargo_until <= ? ORDER BY embargo_until, id LIMIT ?",
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
    std::vector<std::int64_t> order;
    TRY_VOID(in_parts(records_, [&](std::span<const std::int64_t> some) {
      Sql sql{
          "SELECT DISTINCT t.record_id FROM stix_object o JOIN stix_reference f ON f.target_id = o.stix_id AND "
          "f.property IN ('source_ref', 'target_ref', 'sighting_of_ref') JOIN taxii_version t ON t.record_id = "
          "f.record_id WHERE o.record_id IN "};
      sql.append_list(some);
      return connection_.each(sql, [&](const store::Row& row) {
        order.push_back(row.integer(0));
        return ok();
      });
    }));
    return order.empty() ? ok() : take_records(order, nullptr);
  }

  Status write(std::int64_t window) {
    std::vector<Sql> statements;
    if (!versions_.empty()) {
      auto revisions = lifted_;
      for (const auto& each : versions_) revisions.push_back(each.revision);
      TRY_VOID(in_parts(revisions, [&](std::span<const std::int64_t> some) {
        Sql drop{"DELETE FROM taxii_version WHERE revision_id IN "};
        drop.append_list(some);
        statements.push_back(std::move(drop));
        return ok();
      }));
      store::Rows rows{Sql{"INSERT INTO taxii_version (added, record_id, revision_id, type, version_at) VALUES "}};
      for (const auto& each : versions_) {
        rows.add("(?, ?, ?, ?, ?)", window + each.offset, each.record, each.revision, each.type, each.version_at);
      }
      rows.append_to(statements, connection_.dialect());
    }
    statements.emplace_back(
        "INSERT INTO taxii_clock (id, sequence, told_until, embargo) VALUES (1, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
        "SET "
        "sequence = excluded.sequence, told_until = excluded.told_until, embargo = excluded.embargo",
        sequence_, versions_.empty() ? told_until_ : window, embargo_);
    return connection_.run_all(statements);
  }

  store::Connection& connection_;
  const Timestamp now_;
  std::int64_t sequence_ = 0, told_until_ = 0, embargo_ = 0;
  std::vector<Version> versions_;
  std::vector<std::int64_t> records_;
  std::vector<std::int64_t> lifted_;  ///< Revisions that were told and no longer are.
  std::set<std::int64_t> taken_;
};

/// A look that takes no write lock: most calls find nothing to do.
Result<bool> is_behind(store::Connection& connection, Timestamp now) {
  TRY(const auto newest, store::Changes{connection}.newest(RecordKind::stix_object));
  TRY(const auto sequence, connection.first(Sql{"SELECT sequence FROM taxii_clock WHERE id = 1"},
                                            [](const store::Row& row) { return row.integer(0); }));
  if (!sequence || *sequence < newest) return true;
  TRY(const auto embargoes,
      // By the index of embargoes, of which there are few, and not by the kind, of which there may be millions.
      connection.first(Sql{"SELECT 1 FROM taxii_clock c JOIN record r ON r.embargo_until > c.embargo AND "
                           "r.embargo_until <= ? AND r.kind + 0 = ? WHERE c.embargo > 0 LIMIT 1",
                           now, RecordKind::stix_object},
                       [](const store::Row& row) { return row.integer(0); }));
  return embargoes.has_value();
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
