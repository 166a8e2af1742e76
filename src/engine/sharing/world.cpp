#include "engine/sharing/world.hpp"

#include <algorithm>
#include <limits>

#include "domain/person.hpp"
#include "store/people.hpp"

namespace tocsin::engine::sharing {
namespace {

using domain::CaseId;
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
  const std::map<std::int64_t, std::string>& named;
  std::map<std::int64_t, std::vector<CommunityId>> communities_of_person{};
  std::map<std::int64_t, std::vector<CaseId>> cases_of_person{};
  std::map<std::int64_t, std::vector<std::pair<OrganisationId, domain::Roles>>> seats{};
  std::map<std::int64_t, std::string> world_addresses{};

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
          .cases = {},
          .providers = {}};
    }));
    TRY_VOID(each(Sql{"SELECT id, name FROM person WHERE status = ?", domain::PersonStatus::active},
                  [&](const Row& row) { world.people[row.integer(0)] = row.string(1); }));
    TRY_VOID(each(Sql{"SELECT id, number FROM case_file"},
                  [&](const Row& row) { world.cases[row.integer(0)] = {.number = row.string(1), .empty = true}; }));
    return each(Sql{"SELECT id, name, closed FROM community"}, [&](const Row& row) {
      world.communities[row.integer(0)] = {.name = row.string(1), .closed = row.boolean(2), .empty = true};
    });
  }

  /// Those who are alone in a community or case, and those who are named, whatever became of their account.
  Status addresses() {
    return each(Sql{"SELECT id, folded_email, status FROM person"}, [&](const Row& row) {
      const auto id = row.integer(0);
      if (static_cast<domain::PersonStatus>(row.integer(2)) == domain::PersonStatus::erased) return;
      if (named.contains(id) || communities_of_person.contains(id) || cases_of_person.contains(id)) {
        world_addresses[id] = row.string(1);
      }
    });
  }
  bool counts(std::int64_t person) const { return world.naming == Naming::addresses || world.people.contains(person); }

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
          if (counts(row.integer(0))) community.empty = false;
          if (!community.closed) communities_of_person[row.integer(0)].push_back({row.integer(1)});
        }));
    TRY_VOID(each(Sql{"SELECT kind, grantee_id, case_id FROM case_participant ORDER BY case_id"}, [&](const Row& row) {
      auto& it = world.cases[row.integer(2)];
      const auto id = row.integer(1);
      if (static_cast<domain::Grantee::Kind>(row.integer(0)) == domain::Grantee::Kind::person) {
        if (counts(id)) it.empty = false;
        cases_of_person[id].push_back({row.integer(2)});
        return;
      }
      auto& organisation = world.organisations[id];
      if (organisation.active) it.empty = false;
      organisation.cases.push_back({row.integer(2)});
    }));
    return each(Sql{"SELECT client_id, provider_id FROM organisation_client ORDER BY provider_id"},
                [&](const Row& row) {
                  const auto provider = world.organisations.find(row.integer(1));
                  if (provider == world.organisations.end() || !provider->second.active) return;
                  world.organisations[row.integer(0)].providers.push_back({row.integer(1)});
                });
  }

  /// As accounts, people are themselves wherever they sit.
  Viewer alone_of(std::int64_t id) {
    Viewer alone;
    alone.person = PersonId{id};
    if (world.naming == Naming::addresses) return alone;
    if (const auto found = communities_of_person.find(id); found != communities_of_person.end()) {
      alone.communities = found->second;
    }
    if (const auto found = cases_of_person.find(id); found != cases_of_person.end()) {
      alone.cases_by_name = found->second;
    }
    return alone;
  }

  void address_lookers() {
    for (const auto& [id, address] : world_addresses) {
      Viewer viewer;
      viewer.person = PersonId{id};
      if (const auto found = communities_of_person.find(id); found != communities_of_person.end()) {
        viewer.communities = found->second;
      }
      if (const auto found = cases_of_person.find(id); found != cases_of_person.end()) {
        viewer.cases_by_name = found->second;
      }
      world.lookers.push_back({.viewer = std::move(viewer), .plain = false, .address = true});
    }
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
      viewer.cases = organisation.cases;
      viewer.providers = organisation.providers;
      world.lookers.push_back({.viewer = std::move(viewer), .plain = true});
    }
    for (const auto& [id, name] : world.people) {
      auto alone = alone_of(id);
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
        viewer.cases = its.cases;
        viewer.providers = its.providers;
        world.lookers.push_back({.viewer = std::move(viewer), .plain = false});
      }
    }
  }
};

}  // namespace

Result<World> World::load(store::Connection& connection, Naming naming,
                          const std::map<std::int64_t, std::string>& named) {
  World world;
  world.naming = naming;
  Loader loader{.connection = connection, .world = world, .named = named};
  TRY_VOID(loader.names());
  TRY_VOID(loader.ties());
  loader.lookers();
  if (naming == Naming::accounts) return world;
  TRY_VOID(loader.addresses());
  // Nobody's yet, and so of no number.
  for (const auto& [id, address] : named) {
    if (id < 0) loader.world_addresses[id] = address;
  }
  loader.address_lookers();
  world.people = std::move(loader.world_addresses);
  return world;
}

Result<Resolved> resolve(store::Connection& connection, const Marking& marking) {
  Resolved resolved{.marking = marking, .addresses = {}};
  resolved.marking.addresses.clear();
  auto typed = marking.addresses;
  std::ranges::sort(typed);
  typed.erase(std::ranges::unique(typed).begin(), typed.end());
  std::int64_t next = -1;
  for (const auto& each : typed) {
    TRY(const auto found, store::People{connection}.find_by_email(each));
    const auto id = found ? found->id.value : next--;
    resolved.marking.listed.push_back({domain::Grantee::Kind::person, id});
    if (id < 0) resolved.addresses.emplace(id, each);
  }
  domain::tidy(resolved.marking.listed);
  return resolved;
}

std::map<std::int64_t, std::string> named_in(std::initializer_list<const Marking*> markings,
                                             const std::map<std::int64_t, std::string>& addresses) {
  auto named = addresses;
  for (const auto* marking : markings) {
    for (const auto& each : marking->listed) {
      if (each.kind == domain::Grantee::Kind::person) named.emplace(each.id, std::string{});
    }
  }
  return named;
}

std::vector<domain::policy::Decision> World::decide(const domain::policy::Facts& facts, Timestamp now) const {
  std::vector<domain::policy::Decision> decisions;
  decisions.reserve(lookers.size());
  auto without_people = facts;
  if (naming == Naming::addresses) {
    std::erase_if(without_people.listed, [](const auto& each) { return each.kind == domain::Grantee::Kind::person; });
  }
  for (const auto& each : lookers) {
    decisions.push_back(domain::policy::decide(each.viewer, each.address ? facts : without_people, now));
  }
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
    case domain::Grantee::Kind::case_file:
      if (const auto found = cases.find(grantee.id); found != cases.end()) return found->second.number;
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
    case domain::Grantee::Kind::case_file: {
      const auto found = cases.find(grantee.id);
      return found == cases.end() || found->second.empty;
    }
    case domain::Grantee::Kind::person:
      break;
  }
  return !people.contains(grantee.id);
}

}  // namespace tocsin::engine::sharing
