#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/policy.hpp"
#include "domain/tlp.hpp"
#include "engine/taxii/collections.hpp"
#include "store/database.hpp"

/// The objects of a collection, in the order in which they were added (TAXII 2.1 sections 3.4 and 5.3 to 5.8), for one
/// viewer: what they may not see is in no page and no count, and neither is a relationship or sighting of which they
/// may not see an end, or an end of which is not here.
namespace tocsin::engine::taxii {

inline constexpr int kPageDefault = 1'000, kPageMax = 10'000;
/// A page ends before it holds more bytes than this, but holds one object at least.
inline constexpr std::size_t kPageBytesMax = 8 << 20;

/// `match[version]`: several may be wanted at once.
struct WantedVersions {
  bool last = true, first = false, all = false;
  std::vector<std::int64_t> at = {};  ///< Microseconds.
};

struct ObjectQuery {
  std::optional<std::int64_t> added_after = {};   ///< Microseconds; later ones only.
  std::vector<std::string> ids = {}, types = {};  ///< Empty: any.
  WantedVersions versions = {};
  int limit = kPageDefault;  ///< 1 to kPageMax.
};

struct ObjectVersion {
  std::int64_t added = 0;  ///< date_added, microseconds: growing, equal ones never on two pages.
  std::string id, type;
  std::int64_t version = 0;  ///< Microseconds: `modified`, else `created`, else `added`.
  std::string bytes;         ///< As the object is kept; empty where only the manifest was asked for.
  std::int64_t record = 0, revision = 0;
};
struct ObjectPage {
  std::vector<ObjectVersion> objects;
  bool more = false;
};

/// Inside one snapshot. Errors: unavailable while the index is being made anew.
Result<ObjectPage> objects(store::Connection& connection, const domain::policy::Viewer& viewer,
                           const CollectionFilter& filter, const ObjectQuery& query, bool with_bytes, Timestamp now);

/// What a collection holds, for people: the current version of each object.
struct HeldObject {
  std::int64_t added = 0;  ///< date_added, microseconds.
  std::string id, type, name;
  domain::Tlp tlp = domain::Tlp::clear;
};
/// Beyond so many it is not counted how many there are.
inline constexpr std::int64_t kHeldMax = 10'000, kHeldNewest = 10;
struct Held {
  std::int64_t objects = 0;        ///< At most kHeldMax.
  bool more = false;               ///< There are more than that.
  std::vector<HeldObject> newest;  ///< At most kHeldNewest: what was added last comes first.
};
/// Inside one snapshot. Errors: unavailable while the index is being made anew.
Result<Held> held(store::Connection& connection, const domain::policy::Viewer& viewer, const CollectionFilter& filter,
                  Timestamp now);

}  // namespace tocsin::engine::taxii
