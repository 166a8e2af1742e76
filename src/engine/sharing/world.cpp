#include "engine/sharing/world.hpp"

#include <algorithm>
#include <limits>

#include "domain/person.hpp"

namespace tocsin::engine::sharing {
namespace {

using domain::CommunityId;
using domain::OrganisationId;
using domain::PersonId;
using domain::policy::Viewer;
using store::Row;
using store::Sql;

/// Number of no organisation: one that is still to come.
constexpr OrganisationId kToCome{std::numeric_limits<std::int64_t>::max()};

template <class Id>
std::vector<Id> united(const std::vector<Id>& a, const std::vector<Id>& b) {
  std::vector<Id> all;
  std::ranges::set_union(a, b, std::back_inserter(all));
  return all;
}

struct Loader {
  store::Connection& connection;
  World& world;
  std::map<std::int64_t, std::vector<CommunityId>> communities_of_person{};
  std::map<std::int64_t, std::vector<std::pair<OrganisationId, domain::Roles>>> seats{};

  Status each(const Sql& sql, auto take) {
    return connection.each(sql, [&](const Row& row) -> Status {
      take(row);
      return ok();
    });
  }

  Status names() {
    TRY_VOID(each(Sql{"SELECT id, name, kind, status FROM organisation"}, [&](const Row& row) {
      world.organisations[row.integer(0)] = {
          .name = row.string(1),
          .kind = static_cast<domain::OrganisationKind>(row.integer(2)),
          .active = static_cast<domain::OrganisationStatus>(row.integer(3)) == domain::OrganisationStatus::active,
          .communities = {},
          .providers = {}};
    }));
    TRY_VOID(each(Sql{"SELECT id, name FROM person WHERE status = ?", domain::PersonStatus::active},
                  [&](const Row& row) { world.people[row.integer(0)] = row.string(1); }));
    return each(Sql{"SELECT id, name, closed FROM community"}, [&](const Row& row) {
      world.communities[row.integer(0)] = {.name = row.string(1), .closed = row.boolean(2), .empty = true};
    });
  }

  Status ties() {
    TRY_VOID(each(Sql{"SELECT person_id, organisation_id, roles FROM membership ORDER BY person_id, organisation_id"},
                  [&](const Row& row) {
                    const auto organisation = world.organisations.find(row.integer(1));
                    if (organisation == world.organisations.end() || !organisation->second.active) return;
                    seats[row.integer(0)].emplace_back(OrganisationId{row.integer(1)},
                                                       domain::Roles::from_bits(row.integer(2)));
                  }));
    TRY_VOID(each(Sql{"SELECT organisation_id, community_id FROM community_organisation ORDER BY community_id"},
                  [&](const Row& row) {
                    auto& community = world.communities[row.integer(1)];
                    auto& organisation = world.organisations[row.integer(0)];
                    if (organisation.active) community.empty = false;
                    if (!community.closed) organisation.communities.push_back({row.integer(1)});
                  }));
    TRY_VOID(
        each(Sql{"SELECT person_id, community_id FROM community_person ORDER BY community_id"}, [&](const Row& row) {
          auto& community = world.communities[row.integer(1)];
          if (world.people.contains(row.integer(0))) community.empty = false;
          if (!community.closed) communities_of_person[row.integer(0)].push_back({row.integer(1)});
        }));
    return each(Sql{"SELECT client_id, provider_id FROM organisation_client ORDER BY provider_id"},
                [&](const Row& row) {
                  const auto provider = world.organisations.find(row.integer(1));
                  if (provider == world.organisations.end() || !provider->second.active) return;
                  world.organisations[row.integer(0)].providers.push_back({row.integer(1)});
                });
  }

  void lookers() {
    world.lookers.push_back({.viewer = Viewer::anonymous(), .plain = false});
    Viewer to_come;
    to_come.organisation = kToCome;
    to_come.roles = {domain::Role::member};
    world.lookers.push_back({.viewer = to_come, .plain = true});
    for (const auto& [id, organisation] : world.organisations) {
      if (!organisation.active) continue;
      Viewer viewer;
      viewer.organisation = OrganisationId{id};
      viewer.roles = {domain::Role::member};
      viewer.communities = organisation.communities;
      viewer.providers = organisation.providers;
      world.lookers.push_back({.viewer = std::move(viewer), .plain = true});
    }
    for (const auto& [id, name] : world.people) {
      Viewer alone;
      alone.person = PersonId{id};
      alone.communities = communities_of_person[id];
      const auto found = seats.find(id);
      if (found == seats.end()) {
        world.lookers.push_back({.viewer = std::move(alone), .plain = false});
        continue;
      }
      for (const auto& [organisation, roles] : found->second) {
        auto viewer = alone;
        viewer.organisation = organisation;
        viewer.roles = roles;
        const auto& its = world.organisations[organisation.value];
        viewer.communities = united(alone.communities, its.communities);
        viewer.providers = its.providers;
        world.lookers.push_back({.viewer = std::move(viewer), .plain = false});
      }
    }
  }
};

}  // namespace

Result<World> World::load(store::Connection& connection) {
  World world;
  Loader loader{.connection = connection, .world = world};
  TRY_VOID(loader.names());
  TRY_VOID(loader.ties());
  loader.lookers();
  return world;
}

std::vector<domain::policy::Decision> World::decide(const domain::policy::Facts& facts, Timestamp now) const {
  std::vector<domain::policy::Decision> decisions;
  decisions.reserve(lookers.size());
  for (const auto& each : lookers) decisions.push_back(domain::policy::decide(each.viewer, facts, now));
  return decisions;
}

std::optional<std::string> World::name_of(const domain::Grantee& grantee) const {
  switch (grantee.kind) {
    case domain::Grantee::Kind::organisation:
      if (const auto found = organisations.find(grantee.id); found != organisations.end()) return found->second.name;
      break;
    case domain::Grantee::Kind::community:
      if (const auto found = communities.find(grantee.id); found != communities.end()) return found->second.name;
      break;
    case domain::Grantee::Kind::person:
      if (const auto found = people.find(grantee.id); found != people.end()) return found->second;
      break;
  }
  return std::nullopt;
}

bool World::is_idle(const domain::Grantee& grantee) const {
  switch (grantee.kind) {
    case domain::Grantee::Kind::organisation: {
      const auto found = organisations.find(grantee.id);
      return found == organisations.end() || !found->second.active;
    }
    case domain::Grantee::Kind::community: {
      const auto found = communities.find(grantee.id);
      return found == communities.end() || found->second.closed || found->second.empty;
    }
    case domain::Grantee::Kind::person:
      break;
  }
  return !people.contains(grantee.id);
}

}  // namespace tocsin::engine::sharing
