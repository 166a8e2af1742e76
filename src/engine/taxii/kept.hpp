#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/members/actor.hpp"
#include "engine/taxii/collections.hpp"
#include "engine/taxii/objects.hpp"
#include "store/database.hpp"

/// Collections as those see them who keep them: whom each is for by name, and what it holds.
namespace tocsin::engine::taxii {

struct KeptCollection {
  Collection it;
  /// Name of its API root. Empty: its community is closed, and nobody is told of it.
  std::string root;
  std::string community, writer;  ///< Names of the community and the organisation that `it` has; empty where none.
  /// For the actor, whom the policy may show less or more than its readers. Absent while the index is being made anew.
  std::optional<Held> held;
};

/// All of them, by title: administer.
Result<std::vector<KeptCollection>> kept_collections(store::Database& database, const Actor& actor, Timestamp now);
/// By id or alias: administer. Errors: not_found.
Result<KeptCollection> kept_collection(store::Database& database, const Actor& actor, std::string_view id_or_alias,
                                       Timestamp now);
/// What a collection with this filter would hold for the actor: administer. Errors: invalid_input as read_filter;
/// unavailable while the index is being made anew.
Result<Held> preview_filter(store::Database& database, const Actor& actor, const CollectionFilter& filter,
                            Timestamp now);

}  // namespace tocsin::engine::taxii
