#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/community.hpp"
#include "domain/record.hpp"
#include "domain/sector.hpp"
#include "domain/tlp.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// TAXII collections (TAXII 2.1 section 5). A collection is a view: of the STIX objects that the asker may see, those
/// that its filter lets through. So it shows nobody anything, and the same collection holds less for one than for
/// another.
namespace tocsin::engine::taxii {

/// Every member that is set narrows.
struct CollectionFilter {
  std::vector<std::string> types = {};   ///< "indicator". Empty: all.
  std::vector<std::string> labels = {};  ///< One of them; letter case counts for nothing.
  std::string words = {};                ///< As threat::Filter::text.
  std::optional<domain::Tlp> tlp_max = {};
  std::optional<int> confidence_min = {};  ///< 0..100. What states no confidence is left out.
  bool everything() const noexcept {
    return types.empty() && labels.empty() && words.empty() && !tlp_max && !confidence_min;
  }
};

/// Who is told that there is this collection, and may read it.
struct CollectionReaders {
  enum class Who : std::uint8_t { anyone, members, community, sector };
  Who who = Who::members;
  std::optional<domain::CommunityId> community = {};  ///< Of Who::community.
  std::optional<domain::Sector> sector = {};          ///< Of Who::sector: organisations that are in it.
};

/// Who may add objects, beside being among the readers. Nobody unless an administrator says so.
struct CollectionWriters {
  enum class Who : std::uint8_t { nobody, members, organisation, sector };
  Who who = Who::nobody;
  std::optional<domain::OrganisationId> organisation = {};  ///< Of Who::organisation.
  std::optional<domain::Sector> sector = {};                ///< Of Who::sector.
};

struct Collection {
  std::string id = {};     ///< UUID.
  std::string alias = {};  ///< May stand for the id in addresses; empty: none.
  std::string title = {}, description = {};
  CollectionFilter filter = {};
  CollectionReaders readers = {};
  Timestamp created_at = {};
  CollectionWriters writers = {};
  /// May the asker add objects? Of `collections` and `collection`.
  bool can_write = false;
};
using CollectionInput = Collection;  ///< `id`, `created_at` and `can_write` are not read.

/// {"types":["indicator"],"confidence_min":70}
boost::json::object to_json(const CollectionFilter& filter);
/// {"who":"sector","sector":"water"}
boost::json::object to_json(const CollectionReaders& readers);
boost::json::object to_json(const CollectionWriters& writers);
/// Errors: invalid_input, `where` the member: an unknown one, one of another type, a type, TLP or sector that is none.
Result<CollectionFilter> read_filter(const boost::json::value& json);
Result<CollectionReaders> read_readers(const boost::json::value& json);
Result<CollectionWriters> read_writers(const boost::json::value& json);

/// What is added to a collection goes to its readers: whom it is addressed to, and up to which marking it reaches them
/// (docs/decisions/0031). Absent: no record can be addressed to its readers, so it has no writers.
struct Addressees {
  domain::Audience audience = domain::Audience::owner_only;
  std::vector<domain::Grantee> listed = {};
  domain::Tlp tlp_max = domain::Tlp::clear;
};
std::optional<Addressees> addressees_of(const CollectionReaders& readers);

/// An API root (section 4): "default" with all that is for anyone, members or a sector, and one for each community that
/// has collections, named by the community's UUID.
struct ApiRoot {
  std::string name = {};
  std::string title = {}, description = {};
  std::optional<domain::CommunityId> community = {};
};
inline constexpr std::string_view kDefaultRoot = "default";

/// Those that the actor may know of, by name, the default one first.
Result<std::vector<ApiRoot>> api_roots(store::Connection& connection, const Actor& actor);
/// Errors: not_found.
Result<ApiRoot> api_root(store::Connection& connection, const Actor& actor, std::string_view name);
/// Of a root, those that the actor may read, by title.
Result<std::vector<Collection>> collections(store::Connection& connection, const Actor& actor, const ApiRoot& root);
/// By id or alias. Errors: not_found, also for what the actor may not read.
Result<Collection> collection(store::Connection& connection, const Actor& actor, const ApiRoot& root,
                              std::string_view id_or_alias);

/// All of them, by title: administer.
Result<std::vector<Collection>> all_collections(store::Database& database, const Actor& actor);
/// Each is looked at where they are listed for those who keep them.
inline constexpr std::int64_t kCollectionsMax = 200;
/// administer; audited. Errors: invalid_input, `where` the member (of its filter: as read_filter), also for a community
/// or an organisation that is none, and beyond kCollectionsMax; conflict where the alias is taken.
Result<std::string> create_collection(store::Database& database, const Actor& actor, const CollectionInput& input,
                                      Timestamp now);
Status change_collection(store::Database& database, const Actor& actor, std::string_view id,
                         const CollectionInput& input, Timestamp now);
Status remove_collection(store::Database& database, const Actor& actor, std::string_view id, Timestamp now);
/// The collection that a new installation begins with: everything that the asker may see, for members. Does nothing
/// where there was ever one.
Status ensure_first_collection(store::Connection& connection, Timestamp now);

}  // namespace tocsin::engine::taxii
