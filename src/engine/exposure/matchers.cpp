#include "engine/exposure/matchers.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "domain/advisory_facts.hpp"
#include "domain/vendor.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;

/// Documents that one statement reads: PostgreSQL holds its result in memory.
constexpr int kDocumentsAtOnce = 32;

/// What a digest says of one product.
struct ProductNote {
  std::string key;       ///< "vendor/product"
  std::string remedies;  ///< What may be done, hashed.
};

/// One advisory, as far as it is needed after it went into its matcher.
struct Source {
  domain::RecordId record;
  HashMap<std::string, ProductNote> products;  ///< By product_id.
  std::shared_ptr<const csaf::Advisory> advisory;
};

Source source_of(domain::RecordId record, std::shared_ptr<const csaf::Advisory> advisory) {
  Source source{.record = record, .products = {}, .advisory = std::move(advisory)};
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
  return source;
}

/// Advisories that exactly the same people may see.
struct Group {
  Matcher matcher;
  std::vector<Source> sources;
};

/// Names the group; the one that everybody may read is "".
std::string group_of(const domain::policy::Facts& facts, Timestamp now) {
  if (domain::policy::may_see(domain::policy::Viewer::anonymous(), facts, now)) return {};
  auto name = fmt::format("{}|{}|{}|{}|{}", static_cast<int>(facts.tlp), static_cast<int>(facts.status),
                          static_cast<int>(facts.audience), facts.owner.value,
                          facts.embargo_until ? facts.embargo_until->micros : 0);
  for (const auto& grantee : facts.listed) {
    name += fmt::format("|{}:{}", static_cast<int>(grantee.kind), grantee.id);
  }
  return name;
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

struct Matchers::State {
  std::int64_t sequence = 0;
  std::map<std::string, Group> groups;

  void add(const std::string& group, domain::RecordId record, std::shared_ptr<const csaf::Advisory> advisory) {
    auto& into = groups[group];
    into.matcher.add(*advisory);
    into.sources.push_back(source_of(record, std::move(advisory)));
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
    std::int64_t after = 0;
    for (int rows = kDocumentsAtOnce; rows == kDocumentsAtOnce;) {
      rows = 0;
      const store::Sql sql{"SELECT " TOCSIN_RECORD_COLUMNS
                           ", d.bytes FROM record r JOIN revision_document d ON d.revision_id = r.current_revision_id "
                           "WHERE r.kind = ? AND r.id > ? ORDER BY r.id LIMIT ?",
                           domain::RecordKind::advisory, after, kDocumentsAtOnce};
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
        state.add(group_of(domain::policy::facts_of(record), now), record.id,
                  std::make_shared<const csaf::Advisory>(std::move(*advisory)));
        return ok();
      }));
    }
    return ok();
  }));
  auto& open = state.groups[std::string{}];
  open.matcher.prepare();
  for (auto& [name, group] : state.groups) {
    if (!name.empty()) group.matcher.prepare(&open.matcher);
  }
  return made;
}

std::int64_t Matchers::sequence() const noexcept { return state_->sequence; }

std::size_t Matchers::advisories() const noexcept {
  std::size_t count = 0;
  for (const auto& [name, group] : state_->groups) count += group.sources.size();
  return count;
}

std::vector<std::vector<Found>> Matchers::match(std::span<const formats::inventory::Item* const> items) const {
  std::vector<std::vector<Found>> all(items.size());
  for (const auto& [name, group] : state_->groups) {
    if (group.sources.empty()) continue;
    group.matcher.match_each(items, 1, [&](std::size_t item, const std::vector<Match>& matches) {
      for (const auto& match : matches) {
        if (is_worth_showing(match)) all[item].push_back(found_of(group.sources[match.advisory], match));
      }
    });
  }
  for (auto& found : all) std::ranges::sort(found, {}, &Found::record);
  return all;
}

Matchers Matchers::part(std::span<const std::int64_t> records) const {
  Matchers made;
  made.state_->sequence = state_->sequence;
  for (const auto& [name, group] : state_->groups) {
    for (const auto& source : group.sources) {
      if (std::ranges::find(records, source.record.value) == records.end()) continue;
      made.state_->add(name, source.record, source.advisory);
    }
    if (const auto some = made.state_->groups.find(name); some != made.state_->groups.end()) {
      some->second.matcher.prepare(&group.matcher, true);
    }
  }
  return made;
}

}  // namespace tocsin::engine::exposure
