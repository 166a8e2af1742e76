#include "engine/exposure/decisions.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "engine/evidence/evidence.hpp"
#include "store/assets.hpp"
#include "store/records.hpp"

namespace tocsin::engine::exposure {
namespace {

constexpr std::string_view kTable = "ot";

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
    const auto parsed = json::parse(*bytes);
    if (!parsed) continue;
    const auto advisory = formats::csaf::read_advisory(parsed->root());
    if (advisory) facts.emplace(header.id.value, decision_facts(*advisory));
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

}  // namespace

Result<std::vector<Decision>> decisions_on(store::Database& database, const Actor& actor,
                                           const inventory::Access& access, std::span<const store::ExposureRow> rows,
                                           Timestamp now) {
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<Decision>> {
    HashMap<std::int64_t, formats::inventory::Item> items;
    std::vector<std::int64_t> records;
    std::vector<std::string> cves;
    for (const auto& row : rows) {
      if (std::ranges::find(records, row.match.record.value) == records.end()) {
        records.push_back(row.match.record.value);
      }
      cves.insert(cves.end(), row.match.cves.begin(), row.match.cves.end());
      const auto [at, is_new] = items.try_emplace(row.match.asset);
      if (!is_new) continue;
      TRY(auto asset, store::Assets{connection}.find(access.organisation, row.match.asset));
      if (asset) at->second = std::move(asset->item);
    }
    std::ranges::sort(cves);
    cves.erase(std::ranges::unique(cves).begin(), cves.end());
    TRY(const auto facts, facts_of(connection, reader_of(actor, access), records, now));
    TRY(const auto book, evidence::look_up(connection, cves));
    static const AdvisoryFacts kNone;
    std::vector<Decision> decisions;
    for (const auto& row : rows) {
      const auto found = facts.find(row.match.record.value);
      decisions.push_back(decide(match_of(row.match), items[row.match.asset],
                                 found == facts.end() ? kNone : found->second, book, Rules::built_in(kTable), now));
    }
    return decisions;
  });
}

}  // namespace tocsin::engine::exposure
