#include "engine/exposure/matchers.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "domain/advisory_facts.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/matcher_state.hpp"
#include "engine/exposure/policy_group.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;

/// Documents that one statement reads: PostgreSQL holds its result in memory.
constexpr int kDocumentsAtOnce = 32;
/// So many advisories that have changed lie beside the others before all are loaded anew.
constexpr std::size_t kChangedMax = 300;
constexpr int kChangesAtOnce = 1'024;

/// What a digest says of one product.
struct ProductNote {
  std::string key;       ///< "vendor/product"
  std::string remedies;  ///< What may be done, hashed.
};

/// One advisory, as far as it is needed after it went into its matcher.
struct Source {
  domain::RecordId record;
  domain::RevisionId revision;
  HashMap<std::string, ProductNote> products;  ///< By product_id.
  std::shared_ptr<const csaf::Advisory> advisory;
};

using SourcePtr = std::shared_ptr<const Source>;

SourcePtr source_of(const domain::Record& record, std::shared_ptr<const csaf::Advisory> advisory) {
  Source source{
      .record = record.id, .revision = record.current_revision, .products = {}, .advisory = std::move(advisory)};
  for (const auto& product : source.advisory->products) {
    auto& note = source.products[product.id];
    note.key = fmt::format("{}/{}", domain::vendor_key(product.vendor),
                           domain::product_key(product.product.empty() ? product.name : product.product));
  }
  for (const auto& vulnerability : source.advisory->vulnerabilities) {
    for (const auto& remediation : vulnerability.remediations) {
      for (const auto& id : remediation.product_ids) {
        const auto found = source.products.find(id);
        if (found == source.products.end()) continue;
        auto& remedies = found->second.remedies;
        remedies =
            sha256_hex(fmt::format("{}|{}|{}|{}|{}", remedies, vulnerability.cve,
                                   static_cast<int>(remediation.category), remediation.details, remediation.url));
      }
    }
  }
  return std::make_shared<const Source>(std::move(source));
}

/// Advisories that exactly the same people may see.
struct Group {
  Matcher matcher;
  std::vector<SourcePtr> sources;
  KindAnswers answers;  ///< Of find(), for match().
};

/// Names the group; the one that everybody may read is "".
std::string group_of(const domain::policy::Facts& facts, Timestamp now) {
  if (domain::policy::may_see(domain::policy::Viewer::anonymous(), facts, now)) return {};
  return policy_group(facts);
}

std::string digest_of(const Source& source, const Match& match) {
  auto products = match.product_ids;
  auto cves = match.cves;
  std::ranges::sort(products);
  std::ranges::sort(cves);
  auto text = fmt::format("{};{};{}", to_string(match.status), fmt::join(products, ","), fmt::join(cves, ","));
  for (const auto& id : products) {
    if (const auto found = source.products.find(id); found != source.products.end()) {
      text += ';' + found->second.remedies;
    }
  }
  return sha256_hex(text).substr(0, 32);
}

Found found_of(const Source& source, const Match& match) {
  Found found{.record = source.record, .match = match, .product_keys = {}, .digest = digest_of(source, match)};
  for (const auto& id : match.product_ids) {
    if (const auto note = source.products.find(id); note != source.products.end()) {
      found.product_keys.push_back(note->second.key);
    }
  }
  std::ranges::sort(found.product_keys);
  found.product_keys.erase(std::unique(found.product_keys.begin(), found.product_keys.end()), found.product_keys.end());
  return found;
}

}  // namespace

namespace {

using Groups = std::map<std::string, Group>;

void add(Groups& groups, const std::string& group, const SourcePtr& source) {
  auto& into = groups[group];
  into.matcher.add(*source->advisory);
  into.sources.push_back(source);
}

/// What was read of a record: its group and itself.
struct ReadSource {
  std::string group;
  SourcePtr source;
};
using Taken = std::function<void(ReadSource)>;

/// Reads the current revisions of some records, or of all, in the order of their numbers.
tocsin::Status read(store::Connection& connection, const std::vector<std::int64_t>* records, Timestamp now,
                    const Taken& take) {
  std::int64_t after = 0;
  for (int rows = kDocumentsAtOnce; rows == kDocumentsAtOnce;) {
    rows = 0;
    store::Sql sql{"SELECT " TOCSIN_RECORD_COLUMNS
                   ", d.bytes FROM record r JOIN revision_document d ON d.revision_id = r.current_revision_id "
                   "WHERE r.kind = ? AND r.id > ?",
                   domain::RecordKind::advisory, after};
    if (records != nullptr) sql.append(" AND r.id IN ").append_list(std::span<const std::int64_t>{*records});
    sql.append(" ORDER BY r.id LIMIT ?", kDocumentsAtOnce);
    TRY_VOID(connection.each(sql, [&](const store::Row& row) -> tocsin::Status {
      ++rows;
      const auto record = store::read_record(row);
      after = record.id.value;
      if (record.status == domain::RecordStatus::withdrawn) return ok();
      const auto parsed = json::parse(row.text(store::kRecordColumns));
      if (!parsed) return ok();  // The search index has logged it.
      auto advisory = csaf::read_advisory(parsed->root());
      if (!advisory) return ok();
      strip(*advisory);
      take({.group = group_of(domain::policy::facts_of(record), now),
            .source = source_of(record, std::make_shared<const csaf::Advisory>(std::move(*advisory)))});
      return ok();
    }));
  }
  return ok();
}

/// The same of some records, without reading again the documents of those revisions that are among `known`.
tocsin::Status read_changed(store::Connection& connection, const std::vector<std::int64_t>& records,
                            const std::map<std::int64_t, SourcePtr>& known, Groups& groups, Timestamp now) {
  std::map<std::int64_t, ReadSource> all;
  std::vector<std::int64_t> unread;
  // "+": the ids lead to the records. SQLite would go through every record of the kind.
  store::Sql sql{"SELECT " TOCSIN_RECORD_COLUMNS " FROM record r WHERE +r.kind = ? AND r.id IN ",
                 domain::RecordKind::advisory};
  sql.append_list(std::span<const std::int64_t>{records});
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> tocsin::Status {
    const auto record = store::read_record(row);
    if (record.status == domain::RecordStatus::withdrawn) return ok();
    const auto found = known.find(record.id.value);
    if (found == known.end() || found->second->revision != record.current_revision) {
      unread.push_back(record.id.value);
    } else {
      all[record.id.value] = {.group = group_of(domain::policy::facts_of(record), now), .source = found->second};
    }
    return ok();
  }));
  if (!unread.empty()) {
    TRY_VOID(read(connection, &unread, now, [&](ReadSource each) {
      const auto record = each.source->record.value;
      all[record] = std::move(each);
    }));
  }
  // In the order of their numbers, as if all had been read.
  for (const auto& [record, each] : all) add(groups, each.group, each.source);
  return ok();
}

bool has(const Group& group, domain::RecordId record) {
  return std::ranges::any_of(group.sources, [&](const SourcePtr& each) { return each->record == record; });
}

}  // namespace

struct Matchers::State {
  std::int64_t sequence = 0;
  Groups groups;
  Groups changed;                   ///< Instead of what `groups` has of `replaced`.
  std::set<std::int64_t> replaced;  ///< Records.

  /// The matcher that the changed ones of a group are weighed against: that of the same people, else of what everybody
  /// may read, with what is new of it. That one is first by name, and so prepared before the others.
  const Matcher* below(const std::string& name) const {
    if (const auto own = groups.find(name); own != groups.end()) return &own->second.matcher;
    const auto open = changed.find(std::string{});
    return open == changed.end() ? &groups.at(std::string{}).matcher : &open->second.matcher;
  }
  template <class F>
  void each_group(F use) const {
    for (const auto& [name, group] : groups) {
      if (!group.sources.empty()) use(group, true);
    }
    for (const auto& [name, group] : changed) {
      if (!group.sources.empty()) use(group, false);
    }
  }
};

Matchers::Matchers() : state_(std::make_unique<State>()) {}
Matchers::~Matchers() = default;
Matchers::Matchers(Matchers&&) noexcept = default;
Matchers& Matchers::operator=(Matchers&&) noexcept = default;

Result<Matchers> Matchers::load(store::Database& database, Timestamp now) {
  Matchers made;
  auto& state = *made.state_;
  TRY_VOID(database.snapshot([&](store::Connection& connection) -> tocsin::Status {
    TRY(state.sequence, store::Changes{connection}.newest());
    return read(connection, nullptr, now, [&](const ReadSource& each) { add(state.groups, each.group, each.source); });
  }));
  auto& open = state.groups[std::string{}];
  open.matcher.prepare();
  for (auto& [name, group] : state.groups) {
    if (!name.empty()) group.matcher.prepare(&open.matcher);
  }
  return made;
}

tocsin::Status Matchers::refresh(store::Database& database, Timestamp now) {
  auto& state = *state_;
  auto replaced = state.replaced;
  auto sequence = state.sequence;
  std::map<std::int64_t, SourcePtr> known;
  for (const auto& [name, group] : state.changed) {
    for (const auto& source : group.sources) known.emplace(source->record.value, source);
  }
  Groups changed;
  bool much = false;
  TRY_VOID(database.snapshot([&](store::Connection& connection) -> tocsin::Status {
    store::Changes changes{connection};
    TRY(sequence, changes.newest());
    for (auto after = state.sequence; after < sequence && !much;) {
      TRY(const auto some, changes.after(after, kChangesAtOnce));
      if (some.empty()) break;
      for (const auto& each : some) replaced.insert(each.record.value);
      much = replaced.size() > kChangedMax;
      after = some.back().sequence;
    }
    if (much) return ok();
    const std::vector<std::int64_t> records(replaced.begin(), replaced.end());
    if (records.empty()) return ok();
    return read_changed(connection, records, known, changed, now);
  }));
  const auto& open = state.groups.at(std::string{});
  const auto now_open = changed.find(std::string{});
  // What everybody could read and no longer can must not weigh any more.
  const bool hides = std::ranges::any_of(open.sources, [&](const SourcePtr& each) {
    return replaced.contains(each->record.value) && (now_open == changed.end() || !has(now_open->second, each->record));
  });
  if (much || hides) {
    *state_ = State{};  // Before the new ones, so that memory holds one set.
    TRY(auto loaded, load(database, now));
    *this = std::move(loaded);
    return ok();
  }
  state.changed = std::move(changed);
  state.replaced = std::move(replaced);
  state.sequence = sequence;
  for (auto& [name, group] : state.changed) group.matcher.prepare(state.below(name));
  return ok();
}

std::int64_t Matchers::sequence() const noexcept { return state_->sequence; }

std::size_t Matchers::advisories() const noexcept {
  std::size_t count = 0;
  state_->each_group([&](const Group& group, bool below) {
    count += static_cast<std::size_t>(std::ranges::count_if(group.sources, [&](const SourcePtr& source) {
      return !below || !state_->replaced.contains(source->record.value);
    }));
  });
  return count;
}

std::vector<std::vector<Found>> Matchers::match(std::span<const formats::inventory::Item* const> items) const {
  std::vector<std::vector<Found>> all(items.size());
  state_->each_group([&](const Group& group, bool below) {
    const auto told = [&](std::size_t item, const std::vector<Match>& matches) {
      for (const auto& match : matches) {
        const auto& source = *group.sources[match.advisory];
        if (below && state_->replaced.contains(source.record.value)) continue;
        if (is_worth_showing(match)) all[item].push_back(found_of(source, match));
      }
    };
    AssetFinder::match_each(group.matcher, items, told, group.answers);
  });
  for (auto& found : all) std::ranges::sort(found, {}, &Found::record);
  return all;
}

Matchers Matchers::part(std::span<const std::int64_t> records) const {
  Matchers made;
  made.state_->sequence = state_->sequence;
  const std::set<std::int64_t> wanted(records.begin(), records.end());
  const auto take = [&](const Groups& from, Groups& into, bool below) {
    for (const auto& [name, group] : from) {
      for (const auto& source : group.sources) {
        if (!wanted.contains(source->record.value)) continue;
        if (below && state_->replaced.contains(source->record.value)) continue;
        add(into, name, source);
      }
      if (const auto some = into.find(name); some != into.end()) some->second.matcher.prepare(&group.matcher, true);
    }
  };
  take(state_->groups, made.state_->groups, true);
  take(state_->changed, made.state_->changed, false);
  return made;
}

void Matchers::keep(AssetFinder& finder, std::int64_t asset, const formats::inventory::Item& item, bool anew) const {
  // Also where nobody may read anything: an advisory may come.
  const auto& open = state_->groups.at(std::string{});
  std::vector<const Matcher*> known{&open.matcher};
  state_->each_group([&](const Group& group, bool) {
    if (&group != &open) known.push_back(&group.matcher);
  });
  finder.add(asset, item, known, anew);
}

bool Matchers::name_numbers_of(const formats::inventory::Item& item) const {
  bool any = false;
  state_->each_group([&](const Group& group, bool) { any = any || AssetFinder::is_named_by(group.matcher, item); });
  return any;
}

std::optional<std::vector<std::int64_t>> Matchers::find(AssetFinder& finder) {
  std::vector<std::int64_t> all;
  bool any = false;
  for (auto* groups : {&state_->groups, &state_->changed}) {
    for (auto& [name, group] : *groups) {
      if (any || group.sources.empty()) continue;
      const auto found = finder.find(group.matcher, nullptr, &group.answers);
      any = !found;
      if (found) all.insert(all.end(), found->begin(), found->end());
    }
  }
  if (any) return std::nullopt;
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace tocsin::engine::exposure
