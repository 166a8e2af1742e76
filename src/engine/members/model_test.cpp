#include <map>
#include <random>
#include <set>

#include "engine/members/testing.hpp"

namespace tocsin::engine::members {
namespace {

/// What a viewer is, said once more and simply: sets in memory.
struct Model {
  std::map<std::int64_t, OrganisationStatus> organisations{{1, OrganisationStatus::active}};
  std::map<std::int64_t, std::string> names{{1, "example cert"}};
  std::map<std::int64_t, PersonStatus> people;
  std::map<std::pair<std::int64_t, std::int64_t>, Roles> seats;                 // person, organisation
  std::map<std::int64_t, bool> closed;                                          // community
  std::set<std::pair<std::int64_t, std::int64_t>> organisations_in, people_in;  // community, member
  std::set<std::pair<std::int64_t, std::int64_t>> clients;                      // provider, client

  std::string viewer(std::int64_t person, std::optional<std::int64_t> wanted) const {
    domain::policy::Viewer viewer;
    const auto status = people.find(person);
    if (status == people.end() || status->second != PersonStatus::active) return viewer.cache_key();
    viewer.person = PersonId{person};
    std::string best;
    for (const auto& [seat, roles] : seats) {
      const auto organisation = seat.second;
      if (seat.first != person || organisations.at(organisation) != OrganisationStatus::active) continue;
      if (wanted ? organisation != *wanted : viewer.organisation && names.at(organisation) >= best) continue;
      best = names.at(organisation);
      viewer.organisation = OrganisationId{organisation};
      viewer.roles = roles;
    }
    for (const auto& [community, is_closed] : closed) {
      const bool by_organisation =
          viewer.organisation && organisations_in.contains({community, viewer.organisation->value});
      if (!is_closed && (by_organisation || people_in.contains({community, person}))) {
        viewer.communities.push_back({community});
      }
    }
    for (const auto& [provider, client] : clients) {
      const bool active = organisations.at(provider) == OrganisationStatus::active;
      if (viewer.organisation && client == viewer.organisation->value && active) viewer.providers.push_back({provider});
    }
    return viewer.cache_key();
  }
};

class ModelTest : public MembersTest {
 protected:
  std::string stored_viewer(std::int64_t person, std::optional<std::int64_t> organisation) {
    return database()
        .read([&](store::Connection& connection) {
          return viewer_of(connection, {person},
                           organisation ? std::optional{OrganisationId{*organisation}} : std::nullopt);
        })
        .value()
        .cache_key();
  }
  /// One random operation, done to both where the house accepts it.
  void step(Model& model, std::mt19937& random, int number_of_step);
  int pick(std::mt19937& random, int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }
};
TOCSIN_ON_BOTH_DATABASES(ModelTest);

void ModelTest::step(Model& model, std::mt19937& random, int number_of_step) {
  const std::int64_t organisation = 1 + pick(random, static_cast<int>(model.organisations.size()) + 1);
  const std::int64_t second = 1 + pick(random, static_cast<int>(model.organisations.size()) + 1);
  const std::int64_t someone = 1 + pick(random, static_cast<int>(model.people.size()) + 1);
  const std::int64_t ring = 1 + pick(random, static_cast<int>(model.closed.size()) + 1);
  const auto roles = Roles::from_bits(pick(random, 4));
  switch (pick(random, 11)) {
    case 0: {
      const auto name = std::string(1, static_cast<char>('a' + pick(random, 26))) + std::to_string(number_of_step);
      const auto made = create_organisation(database(), console, named(name), kTestNow);
      if (!made) return;
      model.organisations[made->value] = OrganisationStatus::active;
      model.names[made->value] = name;
      return;
    }
    case 1: {
      const auto made = invite(database(), console, {organisation},
                               mailed(std::to_string(pick(random, 12)) + "@x.example"), roles, kTestNow);
      if (!made) return;
      if (pick(random, 4) != 0) activate(*made);
      model.people[made->value] =
          static_cast<PersonStatus>(number(Sql{"SELECT status FROM person WHERE id = ?", *made}));
      model.seats[{made->value, organisation}] = roles.with(Role::member);
      return;
    }
    case 2:
      if (!set_roles(database(), console, {someone}, {organisation}, roles, kTestNow)) return;
      if (roles.empty()) {
        model.seats.erase({someone, organisation});
      } else {
        model.seats[{someone, organisation}] = roles.with(Role::member);
      }
      return;
    case 3: {
      const auto to = pick(random, 2) == 0 ? PersonStatus::active : PersonStatus::suspended;
      if (set_person_status(database(), console, {someone}, to, kTestNow)) model.people[someone] = to;
      return;
    }
    case 4: {
      const auto to = static_cast<OrganisationStatus>(pick(random, 5));
      if (!set_organisation_status(database(), console, {organisation}, to, "", {}, kTestNow)) return;
      model.organisations[organisation] = to;
      if (to != OrganisationStatus::left) return;
      std::erase_if(model.organisations_in, [&](const auto& each) { return each.second == organisation; });
      std::erase_if(model.clients,
                    [&](const auto& each) { return each.first == organisation || each.second == organisation; });
      return;
    }
    case 5: {
      const auto made =
          create_community(database(), console, {.uuid = {}, .name = "Ring", .description = {}}, kTestNow);
      if (made) model.closed[made->value] = false;
      return;
    }
    case 6: {
      const bool closes = pick(random, 3) == 0;
      const CommunityInput input{.uuid = {}, .name = "Ring", .description = {}};
      if (change_community(database(), console, {ring}, input, closes, kTestNow)) model.closed[ring] = closes;
      return;
    }
    case 7:
      if (add_to_community(database(), console, {ring}, {Grantee::Kind::organisation, organisation}, kTestNow)) {
        model.organisations_in.insert({ring, organisation});
      }
      if (add_to_community(database(), console, {ring}, {Grantee::Kind::person, someone}, kTestNow)) {
        model.people_in.insert({ring, someone});
      }
      return;
    case 8:
      if (remove_from_community(database(), console, {ring}, {Grantee::Kind::person, someone}, kTestNow)) {
        model.people_in.erase({ring, someone});
      }
      return;
    case 9:
      if (add_client(database(), console, {organisation}, {second}, kTestNow)) {
        model.clients.insert({organisation, second});
      }
      return;
    default:
      if (pick(random, 4) != 0 || !erase_person(database(), console, {someone}, kTestNow)) return;
      model.people[someone] = PersonStatus::erased;
      std::erase_if(model.seats, [&](const auto& each) { return each.first.first == someone; });
      std::erase_if(model.people_in, [&](const auto& each) { return each.second == someone; });
      return;
  }
}

TEST_P(ModelTest, AViewerIsWhatASimpleModelSaysAfterAnyOperations) {
  std::mt19937 random{20260301};
  Model model;
  int with_organisation = 0;
  for (int i = 0; i < 300; ++i) {
    const auto before = generation_now();
    const auto entries = audit_rows().size();
    step(model, random, i);
    // Whatever was written shows in both, whatever was refused in neither.
    EXPECT_EQ(generation_now() > before, audit_rows().size() > entries) << i;
    if (i % 15 != 14) continue;
    for (const auto& [someone, status] : model.people) {
      const auto first = model.viewer(someone, std::nullopt);
      EXPECT_EQ(stored_viewer(someone, std::nullopt), first) << "step " << i << ", person " << someone;
      if (first.find('o') != std::string::npos) ++with_organisation;
      for (const auto& [organisation, state] : model.organisations) {
        EXPECT_EQ(stored_viewer(someone, organisation), model.viewer(someone, organisation))
            << "step " << i << ", person " << someone << " for " << organisation;
      }
    }
  }
  EXPECT_GT(model.organisations.size(), 10U);
  EXPECT_GT(with_organisation, 20);
}

}  // namespace
}  // namespace tocsin::engine::members
