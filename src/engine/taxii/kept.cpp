#include "engine/taxii/kept.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/members/names.hpp"

namespace tocsin::engine::taxii {
namespace {

using domain::Permission;
using store::Sql;

struct CommunityHere {
  std::string uuid, name;
  bool closed = false;
};

Result<std::map<std::int64_t, CommunityHere>> communities_here(store::Connection& connection) {
  std::map<std::int64_t, CommunityHere> out;
  TRY_VOID(connection.each(Sql{"SELECT id, uuid, name, closed FROM community"}, [&](const store::Row& row) {
    out.emplace(row.integer(0), CommunityHere{.uuid = row.string(1), .name = row.string(2), .closed = row.boolean(3)});
    return ok();
  }));
  return out;
}

/// Nothing while the index is being made anew: a list of what there is can do without.
Result<std::optional<Held>> held_unless_anew(store::Connection& connection, const Actor& actor,
                                             const CollectionFilter& filter, Timestamp now) {
  auto found = held(connection, actor.viewer, filter, now);
  if (!found && found.error().code == Error::Code::unavailable) return std::optional<Held>{};
  if (!found) return found.error();
  return std::optional{std::move(*found)};
}

Result<std::vector<KeptCollection>> kept(store::Database& database, const Actor& actor, std::vector<Collection> some,
                                         Timestamp now) {
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<KeptCollection>> {
    TRY(const auto communities, communities_here(connection));
    std::vector<std::int64_t> writers;
    for (const auto& each : some) {
      if (each.writers.organisation) writers.push_back(each.writers.organisation->value);
    }
    TRY(const auto organisations, members::organisation_names(connection, writers));
    std::vector<KeptCollection> out;
    for (const auto& each : some) {
      KeptCollection row{.it = each, .root = std::string{kDefaultRoot}, .community = {}, .writer = {}, .held = {}};
      if (each.readers.community) {
        const auto found = communities.find(each.readers.community->value);
        const bool open = found != communities.end() && !found->second.closed;
        row.root = open ? found->second.uuid : std::string{};
        if (found != communities.end()) row.community = found->second.name;
      }
      if (each.writers.organisation) {
        const auto found = organisations.find(each.writers.organisation->value);
        if (found != organisations.end()) row.writer = found->second;
      }
      TRY(row.held, held_unless_anew(connection, actor, each.filter, now));
      out.push_back(std::move(row));
    }
    return out;
  });
}

}  // namespace

Result<std::vector<KeptCollection>> kept_collections(store::Database& database, const Actor& actor, Timestamp now) {
  TRY(auto all, all_collections(database, actor));
  return kept(database, actor, std::move(all), now);
}

Result<KeptCollection> kept_collection(store::Database& database, const Actor& actor, std::string_view id_or_alias,
                                       Timestamp now) {
  TRY(auto all, all_collections(database, actor));
  const auto found = std::ranges::find_if(all, [&](const Collection& each) {
    return each.id == id_or_alias || (!each.alias.empty() && each.alias == id_or_alias);
  });
  if (found == all.end()) return Error::not_found("collection");
  TRY(auto rows, kept(database, actor, {std::move(*found)}, now));
  return std::move(rows.front());
}

Result<Held> preview_filter(store::Database& database, const Actor& actor, const CollectionFilter& filter,
                            Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  TRY_VOID(read_filter(to_json(filter)));
  return database.snapshot([&](store::Connection& connection) { return held(connection, actor.viewer, filter, now); });
}

}  // namespace tocsin::engine::taxii
