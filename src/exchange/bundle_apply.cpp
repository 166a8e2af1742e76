#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/evidence/evidence.hpp"
#include "engine/exposure/decision_table.hpp"
#include "engine/manage/removal.hpp"
#include "engine/search/indexer.hpp"
#include "engine/sharing/sharing.hpp"
#include "exchange/bundle.hpp"
#include "exchange/import.hpp"
#include "store/bundles.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"

/// Taking bundles in.
namespace tocsin::exchange {
namespace {

using store::Sql;

/// What the receiver has to have done before.
Status check_place(store::Connection& connection, const Bundle& bundle, bool& already) {
  const auto& manifest = bundle.manifest();
  store::Bundles bundles{connection};
  const auto stream =
      manifest.recipient.empty() ? std::string{"what is public"} : fmt::format("'{}'", manifest.recipient);
  TRY(const auto here, bundles.find(store::BundleDirection::applied, bundle.key_id(), manifest.recipient));
  if (here && here->sequence == manifest.sequence) {
    if (here->digest == bundle.digest()) {
      already = true;
      return ok();
    }
    return Error::conflict(
        fmt::format("Two different bundles have the number {} for {}: the one that was taken in on {} and "
                    "this one. Ask who signs them which is right",
                    manifest.sequence, stream, format_date(here->at)));
  }
  if (here && manifest.sequence < here->sequence) {
    return Error::conflict(
        fmt::format("The bundle is number {} for {} and number {} was taken in already: what is older "
                    "never replaces what is newer",
                    manifest.sequence, stream, here->sequence));
  }
  if (!manifest.previous) return ok();
  const auto follows = manifest.previous->sequence;
  if (!here) {
    return Error::conflict(
        fmt::format("The bundle holds only what is new since number {}, and none was taken in here yet: "
                    "begin with a whole one",
                    follows));
  }
  if (here->sequence != follows) {
    return Error::conflict(
        fmt::format("The bundle follows number {} and number {} was taken in last: a bundle is missing. "
                    "Take in what is between them, or a whole one",
                    follows, here->sequence));
  }
  if (here->digest != manifest.previous->digest) {
    return Error::conflict(
        fmt::format("The bundle follows another number {} than the one that was taken in here", follows));
  }
  return ok();
}

/// One that was addressed by name is, here, for those it came to.
domain::Audience audience_here(std::string_view text) {
  const auto audience = engine::sharing::parse_audience(text);
  if (!audience || *audience == domain::Audience::listed) return domain::Audience::owner_only;
  return *audience;
}

class Taker {
 public:
  Taker(store::Connection& connection, const engine::Actor& actor, const Bundle& bundle, Timestamp now,
        BundleApplied& applied)
      : connection_(connection), actor_(actor), bundle_(bundle), now_(now), applied_(applied) {}

  Status all() {
    store::Bundles bundles{connection_};
    const auto& manifest = bundle_.manifest();
    TRY(const auto last, bundles.find(store::BundleDirection::applied, bundle_.key_id(), manifest.recipient));
    if (last) {
      TRY(before_, bundles.told(last->id));
    }
    TRY_VOID(bundle_.each([&](const BundleEntry& entry, std::string bytes) { return take(entry, std::move(bytes)); }));
    TRY_VOID(take_back());
    TRY(const auto id, bundles.add({.id = 0,
                                    .direction = store::BundleDirection::applied,
                                    .key_id = bundle_.key_id(),
                                    .recipient = manifest.recipient,
                                    .sequence = manifest.sequence,
                                    .digest = bundle_.digest(),
                                    .at = now_,
                                    .table_version = table_version_}));
    TRY_VOID(bundles.put_told(id, told_));
    // Of a stream, what the last one left counts.
    return bundles.forget_told(store::BundleDirection::applied, bundle_.key_id(), manifest.recipient, 1);
  }

 private:
  Status take(const BundleEntry& entry, std::string bytes) {
    if (entry.kind == bundle_kind::kAdvisory) return advisory(entry, std::move(bytes));
    if (entry.kind == bundle_kind::kKev) {
      TRY(const auto parsed, json::parse(bytes));
      TRY(const auto catalogue, formats::kev::read_json(parsed.root()));
      TRY(const auto taken, engine::evidence::take_kev(connection_, catalogue, now_));
      applied_.evidence.push_back(taken.said);
    }
    if (entry.kind == bundle_kind::kEpss) {
      TRY(const auto scores, formats::epss::read(bytes));
      TRY(const auto taken, engine::evidence::take_epss(connection_, scores, now_));
      applied_.evidence.push_back(taken.said);
    }
    if (entry.kind == bundle_kind::kDecisionTable) return table(bytes);
    // Aliases are for `tocsin match`. Of a later version: what it does not know, it leaves.
    return ok();
  }

  Status advisory(const BundleEntry& entry, std::string bytes) {
    auto prepared = prepare(entry.name, std::move(bytes), {});
    if (!prepared.problems.empty()) return prepared.problems.front();
    const auto tlp = domain::parse_tlp(entry.tlp);
    if (!prepared.revision || !tlp) return Error::invalid("Is no advisory with a marking", printable_name(entry.name));
    auto& revision = *prepared.revision;
    revision.tlp = *tlp;
    revision.audience = audience_here(entry.audience);
    revision.status = domain::RecordStatus::published;
    TRY(const auto put, store::Records{connection_}.put(revision, now_));
    TRY_VOID(note(put));
    switch (put.outcome) {
      case domain::PutOutcome::created:
        ++applied_.created;
        break;
      case domain::PutOutcome::updated:
        ++applied_.updated;
        break;
      case domain::PutOutcome::unchanged:
        ++applied_.unchanged;
        return mark(put, revision);
      case domain::PutOutcome::history:
        ++applied_.history;
        break;
      case domain::PutOutcome::conflicting:
        ++applied_.conflicting;
        break;
      case domain::PutOutcome::removed:
        ++applied_.removed;
        break;
    }
    return ok();
  }

  /// The same document that is for others now. What was decided here stays, unless the marking became narrower.
  Status mark(const store::PutResult& put, const domain::NewRevision& wanted) {
    TRY(const auto marked_here, connection_.first(Sql{"SELECT marked_here FROM record WHERE id = ?", put.record},
                                                  [](const store::Row& row) { return row.boolean(0); }));
    TRY(const auto record, store::Records{connection_}.load(put.record));
    if (!record || record->current_revision != put.revision) return ok();
    if (record->tlp == wanted.tlp && record->audience == wanted.audience) return ok();
    if (marked_here.value_or(false) && wanted.tlp <= record->tlp) return ok();
    ++applied_.marked;
    return connection_.run_all(
        {Sql{"UPDATE record SET tlp = ?, audience = ?, audience_id = NULL, updated_at = ? WHERE id = ?", wanted.tlp,
             wanted.audience, now_, put.record},
         Sql{"UPDATE revision SET tlp = ?, audience = ?, audience_id = NULL WHERE id = ?", wanted.tlp, wanted.audience,
             put.revision},
         store::Changes::append_sql(store::ChangeAction::updated, record->kind, put.record, put.revision, now_)});
  }

  /// Remembers what is here because of bundles, and as which revision.
  Status note(const store::PutResult& put) {
    using domain::PutOutcome;
    if (put.outcome == PutOutcome::removed) return ok();
    const auto id = put.record.value;
    if (put.outcome == PutOutcome::history || put.outcome == PutOutcome::conflicting) {
      // What is current is what it was.
      if (const auto found = before_.find(id); found != before_.end()) told_.insert(*found);
      return ok();
    }
    bool ours = put.outcome == PutOutcome::created || before_.contains(id);
    if (!ours) {
      TRY(ours, store::Bundles{connection_}.came_by_bundle(put.record));
    }
    if (ours) told_[id] = {.revision = put.revision, .marking = {}};
    return ok();
  }

  Status take_back() {
    const auto& manifest = bundle_.manifest();
    if (manifest.format == 1) {
      // Of a maker that takes nothing back.
      told_.insert(before_.begin(), before_.end());
      return ok();
    }
    if (!manifest.previous) {
      for (const auto& [id, each] : before_) {
        if (!told_.contains(id)) TRY_VOID(take_back(domain::RecordId{id}, each));
      }
      return ok();
    }
    for (const auto& each : manifest.withdrawn) {
      TRY(const auto record, store::Records{connection_}.load(domain::RecordKind::advisory, each.issuer, each.key));
      if (!record || told_.contains(record->id.value)) continue;
      const auto found = before_.find(record->id.value);
      if (found == before_.end()) {
        ++applied_.kept;
        continue;
      }
      const auto told = found->second;
      before_.erase(found);
      TRY_VOID(take_back(record->id, told));
    }
    told_.insert(before_.begin(), before_.end());
    return ok();
  }

  /// Not where it is here from elsewhere too: a newer revision that no bundle brought, or another stream that tells it.
  Status take_back(domain::RecordId id, const store::BundleTold& told) {
    TRY(const auto record, store::Records{connection_}.load(id));
    if (!record) return ok();
    const auto& manifest = bundle_.manifest();
    TRY(const auto otherwise, store::Bundles{connection_}.came_otherwise(id, bundle_.key_id(), manifest.recipient));
    if (otherwise || record->current_revision != told.revision) {
      ++applied_.kept;
      return ok();
    }
    ++applied_.withdrawn;
    auto actor = actor_;
    actor.reason = fmt::format("Taken back by bundle {} of {}", manifest.sequence, manifest.issuer);
    return engine::manage::take_back_in(connection_, actor, *record, now_);
  }

  /// The recipient's table is, here, the own organisation's.
  Status table(const std::string& bytes) {
    namespace exposure = engine::exposure;
    using Table = BundleApplied::Table;
    const auto& manifest = bundle_.manifest();
    if (manifest.format == 1 || manifest.recipient.empty()) {
      TRY(const auto rules, exposure::Rules::read(bytes));
      applied_.decision_table = rules.table().id();
      applied_.table = Table::offered;
      return ok();
    }
    TRY(const auto choice, exposure::choice_of(bytes));
    TRY(const auto rules, exposure::rules_of(choice));
    applied_.decision_table = rules.table().id();
    TRY(const auto present, exposure::table_of(connection_, domain::kOwnOrganisation));
    if (exposure::document_of(present.choice()) == exposure::document_of(choice)) {
      applied_.table = Table::same;
      return ok();
    }
    bool from_bundle = present.version.version == 0;
    if (!from_bundle) {
      TRY(from_bundle, store::Bundles{connection_}.brought_table(present.version.version));
    }
    if (!from_bundle || !actor_.may(domain::Permission::edit_inventory)) {
      applied_.table = Table::kept;
      return ok();
    }
    TRY(table_version_,
        exposure::set_table_in(connection_, actor_, domain::kOwnOrganisation, choice,
                               fmt::format("From bundle {} of {}", manifest.sequence, manifest.issuer), now_));
    applied_.table = Table::taken;
    return ok();
  }

  store::Connection& connection_;
  const engine::Actor& actor_;
  const Bundle& bundle_;
  const Timestamp now_;
  BundleApplied& applied_;
  store::Bundles::Told before_;  ///< What came by the stream, as its last bundle left it.
  store::Bundles::Told told_;    ///< The same as this one leaves it.
  std::optional<std::int64_t> table_version_;
};

}  // namespace

Result<BundleApplied> apply_bundle(store::Database& database, const engine::Actor& actor, const Bundle& bundle,
                                   const Clock& clock) {
  TRY_VOID(actor.require(domain::Permission::publish_record));
  TRY(auto applied, database.write([&](store::Connection& connection) -> Result<BundleApplied> {
    // Also orders two that take in at once.
    TRY_VOID(connection.lock_changes());
    const auto now = clock.now();
    BundleApplied into;
    TRY_VOID(check_place(connection, bundle, into.already));
    if (into.already) return into;
    TRY_VOID(Taker(connection, actor, bundle, now, into).all());
    const auto& manifest = bundle.manifest();
    boost::json::object detail;
    detail["sequence"] = manifest.sequence;
    detail["digest"] = bundle.digest();
    detail["key_id"] = bundle.key_id();
    detail["issuer"] = manifest.issuer;
    detail["recipient"] = manifest.recipient;
    detail["created"] = into.created;
    detail["updated"] = into.updated;
    detail["unchanged"] = into.unchanged;
    detail["conflicting"] = into.conflicting;
    if (into.withdrawn > 0) detail["withdrawn"] = into.withdrawn;
    if (into.table == BundleApplied::Table::taken) detail["decision_table"] = into.decision_table;
    TRY_VOID(
        engine::audit::record(connection, actor, now, "bundle.apply", {}, {}, domain::audit::Outcome::done, detail));
    return into;
  }));
  // Also after one that was killed before it came to that.
  TRY_VOID(engine::search::index_all(database));
  return applied;
}

}  // namespace tocsin::exchange
