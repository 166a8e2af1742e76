#include "engine/exposure/advisory_history.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <span>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/text.hpp"
#include "engine/exposure/policy_group.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;
namespace policy = domain::policy;

/// Documents that one statement reads: PostgreSQL holds its result in memory.
constexpr int kDocumentsAtOnce = 32;
/// Records beside the rest: above it, all is loaded anew, for each is looked at twice.
constexpr std::size_t kChangedMax = 300;
constexpr int kChangesAtOnce = 1'000;

/// Revisions that exactly the same people may see.
struct Group {
  Matcher matcher;
  std::deque<KeptRevision> revisions;  ///< In the order of the matcher's advisories; they keep their places.
  HashSet<std::int64_t> records;
};

/// The group that everybody may read is "".
struct Layer {
  std::map<std::string, Group> groups;
  HashMap<std::int64_t, std::vector<const KeptRevision*>> by_record;

  void add(KeptRevision revision, csaf::Advisory& advisory, Timestamp now) {
    const auto& anybody = policy::Viewer::anonymous();
    const auto name = may_see(anybody, revision, now)
                          ? std::string{}
                          : policy_group(revision.record_facts) + "/" + policy_group(revision.revision_facts);
    auto& group = groups[name];
    strip(advisory);
    group.matcher.add(advisory);
    group.records.insert(revision.record.value);
    group.revisions.push_back(std::move(revision));
    const auto& kept = group.revisions.back();
    by_record[kept.record.value].push_back(&kept);
  }

  /// `below`: the open group of the layer that this one lies upon.
  void prepare(const Matcher* below) {
    auto& open = groups[std::string{}];
    open.matcher.prepare(below);
    for (auto& [name, group] : groups) {
      if (!name.empty()) group.matcher.prepare(below == nullptr ? &open.matcher : below);
    }
    for (auto& [record, revisions] : by_record) std::ranges::sort(revisions, {}, &KeptRevision::order);
  }
};

/// Reads revisions with their documents, of some records or of all; what cannot be read the search index has logged.
tocsin::Status read(store::Connection& connection, const std::vector<std::int64_t>* records, Layer& into,
                    Timestamp now) {
  // First which, then some at once: else the database sorts all the documents again for each page of them.
  store::Sql which{"SELECT v.id FROM revision v WHERE v.standing <> ?", domain::Standing::conflicting};
  if (records != nullptr) which.append(" AND v.record_id IN ").append_list(*records);
  which.append(" ORDER BY v.id");
  TRY(const auto ids, connection.all(which, [](const store::Row& row) { return row.integer(0); }));
  for (std::span<const std::int64_t> left{ids}; !left.empty();) {
    const auto some = left.first(std::min<std::size_t>(left.size(), kDocumentsAtOnce));
    left = left.subspan(some.size());
    store::Sql sql{"SELECT " TOCSIN_RECORD_COLUMNS
                   ", v.id, v.version, v.version_order, v.released_at, v.received_at, v.tlp, v.audience, v.status, "
                   "v.embargo_until, (SELECT d.digest FROM audience d WHERE d.id = v.audience_id), b.bytes FROM "
                   "revision v JOIN record r ON r.id = v.record_id JOIN revision_document b ON b.revision_id = v.id "
                   "WHERE r.kind = ? AND v.id IN ",
                   domain::RecordKind::advisory};
    sql.append_list(some).append(" ORDER BY v.id");
    TRY_VOID(connection.each(sql, [&](const store::Row& row) -> tocsin::Status {
      const auto record = store::read_record(row);
      int column = store::kRecordColumns;
      domain::Revision revision;
      revision.id = {row.integer(column++)};
      KeptRevision kept;
      kept.version = row.string(column++);
      kept.order = row.string(column++);
      kept.released_at = row.time(column++);
      kept.received_at = row.time(column++);
      revision.tlp = static_cast<domain::Tlp>(row.integer(column++));
      revision.audience = static_cast<domain::Audience>(row.integer(column++));
      revision.status = static_cast<domain::RecordStatus>(row.integer(column++));
      revision.embargo_until = row.optional_time(column++);
      revision.listed = domain::read_grantees(row.text(column++));
      const auto parsed = json::parse(row.text(column));
      if (!parsed) return ok();
      auto advisory = csaf::read_advisory(parsed->root());
      if (!advisory) return ok();
      kept.record = record.id;
      kept.revision = revision.id;
      kept.slug = record.slug;
      kept.tracking_id = advisory->header.tracking_id;
      kept.title = advisory->header.title;
      kept.tlp = std::max(record.tlp, revision.tlp);
      kept.is_current = record.current_revision == revision.id;
      kept.is_withdrawn = revision.status == domain::RecordStatus::withdrawn;
      kept.first_released_at = advisory->header.initial_release_date;
      kept.record_facts = policy::facts_of(record);
      kept.revision_facts = policy::facts_of(record, revision);
      into.add(std::move(kept), *advisory, now);
      return ok();
    }));
  }
  return ok();
}

}  // namespace

bool may_see(const policy::Viewer& viewer, const KeptRevision& revision, Timestamp now) noexcept {
  return policy::may_see(viewer, revision.record_facts, now) && policy::may_see(viewer, revision.revision_facts, now);
}

KeptRevision kept_of_document(csaf::Advisory advisory, Timestamp received_at) {
  auto history = std::move(advisory.history);
  strip(advisory);
  advisory.history = std::move(history);
  const auto& header = advisory.header;
  KeptRevision kept;
  kept.slug = domain::slug_of(header.tracking_id);
  kept.tracking_id = header.tracking_id;
  kept.title = header.title;
  kept.version = header.tracking_version;
  kept.order = csaf::version_order(header.tracking_version);
  kept.tlp = domain::parse_tlp(header.tlp_label).value_or(domain::Tlp::clear);
  kept.is_withdrawn = header.category == "csaf_withdrawn";
  kept.first_released_at = header.initial_release_date;
  kept.released_at = header.current_release_date;
  kept.received_at = received_at;
  kept.advisory = std::make_shared<const csaf::Advisory>(std::move(advisory));
  return kept;
}

struct AdvisoryHistory::State {
  std::int64_t sequence = 0;
  std::int64_t base_sequence = 0;
  std::shared_ptr<const Layer> base;
  Layer changed;  ///< Instead of what the base has of `replaced`.
  std::set<std::int64_t> replaced;

  /// What everybody could read and no longer can still weighs in the base's open group.
  bool hides_what_was_open() const {
    const auto& open = base->groups.at(std::string{});
    const auto now_open = changed.groups.find(std::string{});
    return std::ranges::any_of(open.revisions, [&](const KeptRevision& each) {
      if (!replaced.contains(each.record.value)) return false;
      return now_open == changed.groups.end() ||
             std::ranges::find(now_open->second.revisions, each.revision, &KeptRevision::revision) ==
                 now_open->second.revisions.end();
    });
  }
};

AdvisoryHistory::AdvisoryHistory() : state_(std::make_unique<State>()) {}
AdvisoryHistory::~AdvisoryHistory() = default;

std::int64_t AdvisoryHistory::sequence() const noexcept { return state_->sequence; }

Result<AdvisoryHistory::Pointer> AdvisoryHistory::load(store::Database& database, Timestamp now) {
  const auto made = std::make_shared<AdvisoryHistory>();
  const auto layer = std::make_shared<Layer>();
  TRY_VOID(database.snapshot([&](store::Connection& connection) -> tocsin::Status {
    TRY(made->state_->sequence, store::Changes{connection}.newest());
    return read(connection, nullptr, *layer, now);
  }));
  layer->prepare(nullptr);
  made->state_->base_sequence = made->state_->sequence;
  made->state_->base = layer;
  return Pointer{made};
}

Result<AdvisoryHistory::Pointer> AdvisoryHistory::refresh(const Pointer& known, store::Database& database,
                                                          Timestamp now, bool small_only) {
  const auto made = std::make_shared<AdvisoryHistory>();
  auto& state = *made->state_;
  state.base = known->state_->base;
  state.base_sequence = known->state_->base_sequence;
  bool much = false;
  TRY_VOID(database.snapshot([&](store::Connection& connection) -> tocsin::Status {
    store::Changes changes{connection};
    TRY(state.sequence, changes.newest());
    if (state.sequence == known->sequence()) return ok();
    state.replaced = known->state_->replaced;
    for (auto after = known->sequence();;) {
      TRY(const auto some, changes.after(after, kChangesAtOnce));
      for (const auto& each : some) state.replaced.insert(each.record.value);
      much = state.replaced.size() > kChangedMax;
      if (much || some.size() < static_cast<std::size_t>(kChangesAtOnce)) break;
      after = some.back().sequence;
    }
    if (much) return ok();
    const std::vector<std::int64_t> records{state.replaced.begin(), state.replaced.end()};
    return read(connection, &records, state.changed, now);
  }));
  if (state.sequence == known->sequence()) return known;
  if (much || state.hides_what_was_open()) {
    if (small_only && much) return known;
    return load(database, now);
  }
  state.changed.prepare(&state.base->groups.at(std::string{}).matcher);
  return Pointer{made};
}

AdvisoryHistory::Pointer AdvisoryHistory::of_documents(std::vector<KeptRevision> revisions) {
  const auto made = std::make_shared<AdvisoryHistory>();
  const auto layer = std::make_shared<Layer>();
  std::map<std::pair<std::string, std::string>, std::int64_t> records;
  std::int64_t revision = 0;
  for (auto& each : revisions) {
    auto advisory = *each.advisory;
    const auto& header = advisory.header;
    const auto record = static_cast<std::int64_t>(records.size()) + 1;
    each.record = {
        records.try_emplace({header.publisher_namespace, text::lower_ascii(header.tracking_id)}, record).first->second};
    each.revision = {++revision};
    layer->add(std::move(each), advisory, Timestamp{});
  }
  layer->prepare(nullptr);
  made->state_->base = layer;
  return made;
}

std::vector<AdvisoryHistory::Hit> AdvisoryHistory::match(const policy::Viewer& viewer,
                                                         const formats::inventory::Item& item, Timestamp now) const {
  std::vector<Hit> hits;
  const auto ask = [&](const Layer& layer, bool below) {
    for (const auto& [name, group] : layer.groups) {
      if (group.revisions.empty()) continue;
      // Their facts are the same but for whose they are.
      auto of_record = group.revisions.front().record_facts;
      auto of_revision = group.revisions.front().revision_facts;
      of_record.record = of_revision.record = {};
      const bool whole = policy::may_see(viewer, of_record, now) && policy::may_see(viewer, of_revision, now);
      const bool some = !whole && std::ranges::any_of(viewer.glass, [&](const policy::Glass& each) {
        return group.records.contains(each.record.value);
      });
      if (!whole && !some) continue;
      for (auto& match : group.matcher.match(item)) {
        const auto& revision = group.revisions[match.advisory];
        if (below && state_->replaced.contains(revision.record.value)) continue;
        if (revision.is_withdrawn || !is_worth_showing(match) || !may_see(viewer, revision, now)) continue;
        hits.push_back({.revision = &revision, .match = std::move(match)});
      }
    }
  };
  ask(*state_->base, true);
  ask(state_->changed, false);
  return hits;
}

std::vector<const KeptRevision*> AdvisoryHistory::revisions(const policy::Viewer& viewer, domain::RecordId record,
                                                            Timestamp now) const {
  const auto& layer = state_->replaced.contains(record.value) ? state_->changed : *state_->base;
  std::vector<const KeptRevision*> seen;
  if (const auto found = layer.by_record.find(record.value); found != layer.by_record.end()) {
    std::ranges::copy_if(found->second, std::back_inserter(seen),
                         [&](const KeptRevision* each) { return may_see(viewer, *each, now); });
  }
  return seen;
}

}  // namespace tocsin::engine::exposure
