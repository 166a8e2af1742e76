#pragma once
#include <algorithm>

#include "engine/advisories.hpp"
#include "store/database.hpp"

/// How a card is read from `record r JOIN advisory a`. Internal to engine.
namespace tocsin::engine {

#define TOCSIN_CARD_COLUMNS                                                                                          \
  "r.id, r.slug, r.record_key, r.title, r.tlp, r.version, r.initial_release_at, r.current_release_at, a.publisher, " \
  "a.document_status, a.summary, a.severity, a.score_tenths, a.has_fix, a.vulnerability_count, a.product_count, "    \
  "a.vendors, a.sectors, a.cves"
AdvisoryCard read_card(const store::Row& row, int first);

/// Elements of a JSON array of strings that the indexer wrote.
std::vector<std::string> read_strings(std::string_view json_text);

/// Rows that a list shows at once, whatever was asked.
inline constexpr int kRowsMax = 500;
inline int clamp_limit(int limit) noexcept { return std::clamp(limit, 1, kRowsMax); }

}  // namespace tocsin::engine
