#include "engine/exposure/decisions.hpp"

#include <algorithm>
#include <set>

#include "base/json.hpp"
#include "engine/evidence/evidence.hpp"
#include "engine/exposure/decision_change.hpp"
#include "engine/exposure/decision_inputs.hpp"
#include "store/assets.hpp"
#include "store/changes.hpp"
#include "store/decision_history.hpp"
#include "store/records.hpp"

namespace tocsin::engine::exposure {
namespace {

/// Changes of the feed that one step takes in.
constexpr int kChangesAtOnce = 1'024;
/// Advisories that one step reads while others wait to write.
constexpr std::size_t kAdvisoriesAtOnce = 16;
/// Advisories whose facts are kept.
constexpr std::size_t kFactsKept = 256;

std::optional<AdvisoryFacts> read_facts(std::string_view bytes) {
  const auto parsed = json::parse(bytes);
  if (!parsed) return std::nullopt;
  const auto advisory = formats::csaf::read_advisory(parsed->root());
  if (!advisory) return std::nullopt;
  return decision_facts(*advisory);
}

/// Facts of the current revisions of what the viewer may see, by record.
Result<HashMap<std::int64_t, AdvisoryFacts>> facts_of(store::Connection& connection,
                                                      const domain::policy::Viewer& viewer,
                                                      std::span<const std::int64_t> ids, Timestamp now) {
  store::Records records{connection};
  HashMap<std::int64_t, AdvisoryFacts> facts;
  TRY(const auto headers, records.headers(viewer, ids, now));
  for (const auto& header : headers) {
    TRY(const auto bytes, records.document(header.id, header.current_revision));
    if (!bytes) continue;
    if (auto read = read_facts(*bytes)) facts.emplace(header.id.value, std::move(*read));
  }
  return facts;
}

Match match_of(const store::AssetMatch& stored) {
  return {.advisory = 0,
          .status = static_cast<Status>(stored.status),
          .confidence = static_cast<double>(stored.confidence) / 1000,
          .product_ids = stored.product_ids,
          .cves = stored.cves,
          .because = stored.because,
          .question = stored.question};
}

/// Each once, in order.
template <class T>
void make_unique(std::vector<T>& values) {
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
}

}  // namespace

Decision decide_stored(const store::AssetMatch& match, const formats::inventory::Item& item, const AdvisoryFacts& facts,
                       const evidence::Book& book, const Rules& rules, Timestamp now) {
  auto decision = decide(match_of(match), item, facts, book, rules, now);
  // Otherwise it would be due on another day every day, and never late.
  if (decision.due_at_once && decision.due && match.decision_due && *match.decision_due < *decision.due) {
    decision.due = match.decision_due;
  }
  return decision;
}

Result<std::vector<std::vector<Decision>>> decisions_by(store::Database& database, const Actor& actor,
                                                        const inventory::Access& access,
                                                        std::span<const store::ExposureRow> rows,
                                                        std::span<const Rules* const> rules, Timestamp now) {
  using All = std::vector<std::vector<Decision>>;
  return database.snapshot([&](store::Connection& connection) -> Result<All> {
    HashMap<std::int64_t, formats::inventory::Item> items;
    std::vector<std::int64_t> records, ids;
    std::vector<std::string> cves;
    for (const auto& row : rows) {
      records.push_back(row.match.record.value);
      ids.push_back(row.match.asset);
      cves.insert(cves.end(), row.match.cves.begin(), row.match.cves.end());
    }
    make_unique(records);
    make_unique(ids);
    make_unique(cves);
    TRY(auto assets, store::Assets{connection}.of_ids(ids));
    for (auto& asset : assets) {
      if (asset.organisation == access.organisation) items.emplace(asset.id, std::move(asset.item));
    }
    TRY(const auto facts, facts_of(connection, reader_of(actor, access), records, now));
    TRY(const auto book, evidence::look_up(connection, cves));
    static const AdvisoryFacts kNone;
    All all;
    for (const auto* each : rules) {
      auto& decisions = all.emplace_back();
      for (const auto& row : rows) {
        const auto found = facts.find(row.match.record.value);
        decisions.push_back(decide_stored(row.match, items[row.match.asset],
                                          found == facts.end() ? kNone : found->second, book, *each, now));
      }
    }
    return all;
  });
}

Result<std::vector<Decision>> decisions_on(store::Database& database, const Actor& actor,
                                           const inventory::Access& access, std::span<const store::ExposureRow> rows,
                                           Timestamp now) {
  TRY(const auto table,
      database.read([&](store::Connection& connection) { return table_of(connection, access.organisation); }));
  const Rules* const rules = &table.rules;
  TRY(auto all, decisions_by(database, actor, access, rows, {&rules, 1}, now));
  return std::move(all.front());
}

tocsin::Status Deciding::load_facts(store::Connection& connection, std::span<const std::int64_t> records) {
  if (facts_.size() + records.size() > kFactsKept) facts_.clear();
  store::Sql heads{"SELECT id, current_revision_id FROM record WHERE id IN "};
  heads.append_list(records);
  TRY(const auto current,
      connection.all(heads, [](const store::Row& row) { return std::pair{row.integer(0), row.integer(1)}; }));
  std::vector<std::int64_t> missing;
  for (const auto& [record, revision] : current) {
    const auto known = facts_.find(record);
    if (known != facts_.end() && known->second.revision == revision) continue;
    facts_[record] = {.revision = revision, .facts = {}};
    missing.push_back(revision);
  }
  if (missing.empty()) return ok();
  store::Sql documents{
      "SELECT r.id, d.bytes FROM record r JOIN revision_document d ON d.revision_id = "
      "r.current_revision_id WHERE d.revision_id IN "};
  documents.append_list(missing);
  return connection.each(documents, [&](const store::Row& row) -> tocsin::Status {
    // One that cannot be read says nothing, and the search index has logged it.
    if (auto read = read_facts(row.text(1))) facts_[row.integer(0)].facts = std::move(*read);
    return ok();
  });
}

Result<DecideStep> Deciding::decide(store::Connection& connection, const std::vector<store::ToDecide>& waiting,
                                    Timestamp now) {
  std::set<std::int64_t> records;
  std::set<std::pair<std::int64_t, std::int64_t>> wanted;
  for (const auto& each : waiting) {
    if (!records.contains(each.record.value) && records.size() == kAdvisoriesAtOnce) break;
    records.insert(each.record.value);
    wanted.emplace(each.asset, each.record.value);
  }
  std::vector<std::int64_t> ids;
  for (const auto& [asset, record] : wanted) ids.push_back(asset);
  make_unique(ids);
  const std::vector<std::int64_t> of_records(records.begin(), records.end());
  store::Exposures exposures{connection};
  TRY(auto matches, exposures.of_assets(ids, of_records));
  std::erase_if(matches,
                [&](const store::AssetMatch& each) { return !wanted.contains({each.asset, each.record.value}); });
  TRY(const auto assets, store::Assets{connection}.of_ids(ids));
  HashMap<std::int64_t, const formats::inventory::Item*> items;
  for (const auto& asset : assets) items.emplace(asset.id, &asset.item);
  std::vector<std::string> cves;
  for (const auto& each : matches) cves.insert(cves.end(), each.cves.begin(), each.cves.end());
  make_unique(cves);
  TRY(const auto book, evidence::look_up(connection, cves));
  TRY_VOID(load_facts(connection, of_records));
  std::map<std::int64_t, TableInUse> tables;
  std::vector<store::DecisionChange> changes;
  for (auto& match : matches) {
    auto table = tables.find(match.organisation.value);
    if (table == tables.end()) {
      TRY(auto in_use, table_of(connection, match.organisation));
      table = tables.emplace(match.organisation.value, std::move(in_use)).first;
    }
    const auto& item = *items.at(match.asset);
    const auto decision = decide_stored(match, item, facts_[match.record.value].facts, book, table->second.rules, now);
    if (auto change = change_of_decision(match, decision, table->second.rules, now)) {
      changes.push_back(*std::move(change));
    }
    match.decision = static_cast<int>(decision.action);
    match.decision_due = decision.due;
    match.decision_table = decision.table;
    match.decision_basis = basis_of(decision);
    match.decide_at = decision.table.empty() ? std::nullopt : time_changes_at(item, now);
  }
  TRY_VOID(exposures.set_decisions(matches));
  TRY_VOID(store::DecisionHistory{connection}.note(changes));
  return DecideStep{.decided = static_cast<std::int64_t>(matches.size()), .caught_up = false};
}

Result<DecideStep> Deciding::step(Timestamp now, int matches_max) {
  TRY(const bool any, database_.read([&](store::Connection& connection) -> Result<bool> {
    store::Exposures exposures{connection};
    TRY(const auto sequence, exposures.decided_sequence());
    TRY(const auto newest, store::Changes{connection}.newest());
    if (sequence < newest) return true;
    TRY(const auto waiting, exposures.to_decide(now, 1));
    return !waiting.empty();
  }));
  if (!any) return DecideStep{.caught_up = true};
  // Read and written under one lock: whoever changes something that a decision follows from marks the matches under
  // the same, so that no mark is lost between our look and our writing.
  return database_.write([&](store::Connection& connection) -> Result<DecideStep> {
    TRY_VOID(connection.lock_changes());
    store::Exposures exposures{connection};
    TRY(const auto sequence, exposures.decided_sequence());
    TRY(const auto changes, store::Changes{connection}.after(sequence, kChangesAtOnce));
    if (!changes.empty()) {
      // A new revision may offer a fix, or know of an exploit, where the match stays as it is.
      std::vector<std::int64_t> records;
      for (const auto& change : changes) records.push_back(change.record.value);
      make_unique(records);
      TRY_VOID(exposures.decide_again(records));
      TRY_VOID(exposures.set_decided_sequence(changes.back().sequence));
    }
    TRY(const auto waiting, exposures.to_decide(now, matches_max));
    if (waiting.empty()) return DecideStep{};
    return decide(connection, waiting, now);
  });
}

tocsin::Status Deciding::all(const Clock& clock, const std::function<bool(const DecideStep&)>& progress) {
  for (;;) {
    TRY(const auto done, step(clock.now()));
    if (progress && !progress(done)) return ok();
    if (done.caught_up) return ok();
  }
}

}  // namespace tocsin::engine::exposure
