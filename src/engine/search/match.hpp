#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "engine/search/query.hpp"
#include "engine/search/search.hpp"
#include "engine/search/snapshot.hpp"
#include "engine/search/text_index.hpp"
#include "store/database.hpp"

/// From a query to sets of positions. Internal to engine/search.
namespace tocsin::engine::search {

/// A condition on text as the index takes it; empty runs where the text has no token to look for.
TextMatch text_match(const Term& term, TextScope scope);

struct Matched {
  Bits visible;                    ///< All the viewer may see.
  Bits result;                     ///< What the whole query leaves of them.
  std::map<Field, Bits> by_field;  ///< Positive filters on facet fields, each field on its own.
  Bits rest;                       ///< Everything but those.
  std::vector<std::string> words;  ///< Positive free words as tokens, for snippets.
  bool has_words = false;
  std::vector<Correction> corrections;
  Query effective;  ///< With corrections applied, for ranking.

  /// The query without its positive filters on one field.
  Bits without(Field field) const;
};

/// `corrects`: words that nothing visible contains are taken for the nearest ones that something does.
Result<Matched> match(store::Connection& connection, const CatalogueSnapshot& snapshot,
                      const domain::policy::Viewer& viewer, const Query& query, Timestamp now, bool corrects = true);

/// Positions in order of rank: exact identifiers, all words in names, the rest. One tier without words.
Result<std::vector<Bits>> tiers(store::Connection& connection, const CatalogueSnapshot& snapshot,
                                const Matched& matched);

/// Words of vendors, products and titles that the viewer may see; the only source of corrections.
struct Vocabulary {
  std::vector<std::string> words;  ///< Sorted, no repeats.
};
Result<std::shared_ptr<const Vocabulary>> vocabulary(store::Connection& connection, const CatalogueSnapshot& snapshot,
                                                     const domain::policy::Viewer& viewer, Timestamp now);

}  // namespace tocsin::engine::search
