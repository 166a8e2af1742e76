#pragma once
#include <vector>

#include "engine/search/match.hpp"
#include "engine/search/search.hpp"
#include "engine/search/snapshot.hpp"

namespace tocsin::engine::search {

/// Facets of a query's result, counted in the catalogue.
std::vector<Facet> count_facets(const CatalogueSnapshot& snapshot, const Matched& matched, const Query& query);
/// Values of one field over a set of positions: most frequent first, at most `limit` (0: all).
std::vector<FacetValue> count_field(const CatalogueSnapshot& snapshot, const Bits& bits, Field field,
                                    std::size_t limit);

}  // namespace tocsin::engine::search
