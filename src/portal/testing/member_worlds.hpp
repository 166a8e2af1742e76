#pragma once
#include <array>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "domain/testing/worlds.hpp"
#include "store/database.hpp"
#include "store/members_state.hpp"
#include "store/testing/test_database.hpp"

/// Who is in what, for the test that what is hidden changes no answer: cases with participants, communities (some with
/// hidden members), organisations that are no members, people and where they belong. Says of each step whether somebody
/// may see it, in its own words: what docs/policy.md and docs/members.md say, not the code under test.
namespace tocsin::portal::testing {

using domain::Grantee;
using domain::Permission;
using domain::policy::Viewer;

struct MemberStep {
  enum class What {
    case_participant,  ///< Comes or goes.
    case_title,
    case_state,
    community_member,  ///< Comes or goes.
    community_name,
    outsider,  ///< An organisation that is no member gets another status or name.
    seat,      ///< A person's membership begins or ends.
    person     ///< A person that belongs nowhere is there, or called otherwise.
  };
  What what = What::case_title;
  std::int64_t group = 1;  ///< Case, community, or organisation.
  Grantee who;
  std::int64_t flavour = 0;

  static MemberStep random(domain::testing::Worlds& worlds) {
    using W = domain::testing::Worlds;
    MemberStep step;
    step.what = static_cast<What>(worlds.number(0, 7));
    step.group = worlds.number(1, W::kCases);
    if (step.what == What::outsider) step.group = worlds.number(W::kOrganisations + 1, W::kOrganisations + 2);
    if (step.what == What::seat) step.group = worlds.number(1, W::kOrganisations);
    step.flavour = worlds.number(0, 1'000);
    step.who = worlds.one_in(2) ? Grantee{Grantee::Kind::organisation, worlds.number(1, W::kOrganisations)}
                                : Grantee{Grantee::Kind::person, worlds.number(1, W::kPeople + 3)};
    if (step.what == What::seat || step.what == What::person) {
      step.who = {Grantee::Kind::person, worlds.number(W::kPeople + 1, W::kPeople + 3)};
    }
    return step;
  }
};

inline void PrintTo(const MemberStep& step, std::ostream* out) {
  constexpr std::array<std::string_view, 8> kNames{"case participant", "case title", "case state", "community member",
                                                   "community name",   "outsider",   "seat",       "person"};
  *out << kNames[static_cast<std::size_t>(step.what)] << ' ' << step.group << ' ' << domain::write_grantees({step.who})
       << " flavour " << step.flavour;
}

inline std::string case_number_of(std::int64_t id) { return fmt::format("CASE-2026-1000{}", id); }

/// Everything that lists, counts or names members, and addresses of those that may be hidden.
inline std::vector<std::string> member_targets() {
  std::vector<std::string> all{"/cases",
                               "/api/v1/cases",
                               "/api/v1/cases?q=pump",
                               "/cases?state=closed",
                               "/communities",
                               "/api/v1/communities",
                               "/organisations",
                               "/api/v1/organisations",
                               "/api/v1/organisations?q=out&limit=1",
                               "/api/v1/organisations?status=applied",
                               "/people",
                               "/api/v1/people",
                               "/api/v1/people?q=roe&limit=1",
                               "/people?organisation=2",
                               "/people/7/edit",
                               "/people/8/roles/2",
                               "/people/9/erase",
                               "/communities/new",
                               "/communities/2/edit",
                               "/cases/new",
                               "/organisations/new",
                               "/organisations/6/edit",
                               "/organisations/7/status",
                               "/organisations/2/contacts/new",
                               "/organisations/3/keys/new",
                               "/organisations/4/clients/new"};
  for (std::int64_t id = 1; id <= 4; ++id) {
    all.push_back("/cases/" + case_number_of(id));
    all.push_back("/api/v1/cases/" + case_number_of(id));
    all.push_back("/cases/" + case_number_of(id) + "/add");
    all.push_back("/cases/" + case_number_of(id) + "/edit");
    all.push_back(fmt::format("/communities/{}", id));
    all.push_back(fmt::format("/api/v1/communities/{}", id));
    all.push_back(fmt::format("/communities/{}/add", id));
  }
  for (std::int64_t id = 1; id <= 7; id += 2) {
    all.push_back(fmt::format("/organisations/{}", id));
    all.push_back(fmt::format("/api/v1/organisations/{}", id));
  }
  for (std::int64_t id = 7; id <= 9; ++id) {
    all.push_back(fmt::format("/people/{}", id));
    all.push_back(fmt::format("/api/v1/people/{}", id));
  }
  return all;
}

class MemberWorld {
 public:
  /// Cases 1 to 4 of organisations 1 to 4, communities 1 to 4 of which 1 and 2 hide their members, organisations 6 and
  /// 7 that are no members, people 1 to 9. As a fresh database has none of it.
  static Status make(store::Connection& connection) {
    using store::Sql;
    using store_testing::kTestNow;
    std::vector<Sql> all;
    for (std::int64_t id = 6; id <= 7; ++id) {
      all.emplace_back(
          "INSERT INTO organisation (id, kind, name, folded_name, created_at, status) VALUES (?, 2, ?, ?, ?, 0)", id,
          fmt::format("Outsider {}", id), fmt::format("outsider {}", id), kTestNow);
    }
    for (std::int64_t id = 1; id <= 9; ++id) {
      all.emplace_back(
          "INSERT INTO person (id, uuid, name, folded_name, email, folded_email, status, language, time_zone, "
          "created_at) VALUES (?, '', ?, ?, ?, ?, 1, '', '', ?)",
          id, fmt::format("Roe {}", id), fmt::format("roe {}", id), fmt::format("roe{}@example.com", id),
          fmt::format("roe{}@example.com", id), kTestNow);
    }
    for (std::int64_t id = 1; id <= 4; ++id) {
      all.emplace_back(
          "INSERT INTO case_file (id, number, uuid, kind, title, state, owner_id, opened_at) VALUES (?, ?, ?, 1, "
          "'Pumps', 1, ?, ?)",
          id, case_number_of(id), fmt::format("u{}", id), id, kTestNow);
      all.emplace_back(
          "INSERT INTO case_participant (case_id, kind, grantee_id, part, added_at) VALUES (?, 1, ?, 1, ?)", id, id,
          kTestNow);
      all.emplace_back(
          "INSERT INTO community (id, uuid, name, description, owner_id, members_hidden, closed, created_at) VALUES "
          "(?, ?, 'Ring', '', 1, ?, 0, ?)",
          id, fmt::format("u{}", id), static_cast<std::int64_t>(id <= 2), kTestNow);
    }
    return connection.run_all(all);
  }

  MemberWorld() {
    for (std::int64_t id = 1; id <= 4; ++id) cases_[id] = {{Grantee::Kind::organisation, id}};
  }

  /// The viewer with the groups that they are in at present, as members::viewer_of makes them.
  Viewer as_seen(Viewer viewer) const {
    viewer.communities.clear();
    viewer.cases.clear();
    viewer.cases_by_name.clear();
    for (std::int64_t id = 1; id <= 4; ++id) {
      const bool organisation =
          viewer.organisation && in(cases_, id, {Grantee::Kind::organisation, viewer.organisation->value});
      if (organisation) viewer.cases.push_back({id});
      if (viewer.person && in(cases_, id, {Grantee::Kind::person, viewer.person->value})) {
        viewer.cases_by_name.push_back({id});
      }
      if (is_in_community(viewer, id)) viewer.communities.push_back({id});
    }
    return viewer;
  }

  /// May the viewer see nothing of what the step changes, neither before it nor after it?
  bool hidden(const MemberStep& step, const Viewer& viewer) const {
    auto next = *this;
    next.change(step);
    const auto after = next.as_seen(viewer);
    // Where they are in something by it, it is theirs.
    if (after.cache_key() != viewer.cache_key()) return false;
    using What = MemberStep::What;
    switch (step.what) {
      case What::case_participant:
        return !at_the_table(viewer, step.group);
      case What::case_title:
      case What::case_state:
        return !domain::policy::knows_case(viewer, {step.group});
      case What::community_member:
        return !may(viewer, Permission::manage_communities) && (step.group <= 2 || !joined(viewer, step.group));
      case What::community_name:
        return !may(viewer, Permission::manage_communities) && !joined(viewer, step.group);
      case What::outsider:
        return !sees_all(viewer);
      case What::seat:
        // Where else their people belong is not the business of an organisation's administrator.
        return !sees_all(viewer) && !(may(viewer, Permission::manage_own_people) &&
                                      viewer.organisation == domain::OrganisationId{step.group});
      case What::person:
        break;
    }
    // In their groups a person's name shows.
    for (std::int64_t id = 1; id <= 4; ++id) {
      if (in(cases_, id, step.who) && at_the_table(viewer, id)) return false;
      if (in(communities_, id, step.who) && (joined(viewer, id) || may(viewer, Permission::manage_communities))) {
        return false;
      }
    }
    return !sees_all(viewer) && !(may(viewer, Permission::manage_own_people) && sits_with(viewer, step.who.id));
  }

  void apply(const MemberStep& step, store::Database& database) {
    change(step);
    const auto done = database.write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.run_all(sql_of(step)));
      return store::MembersState{connection}.advance();
    });
    ASSERT_TRUE(done.has_value()) << done.error().to_string() << done.error().detail;
  }

 private:
  using Groups = std::map<std::int64_t, std::set<Grantee>>;
  static bool in(const Groups& groups, std::int64_t id, const Grantee& who) {
    const auto found = groups.find(id);
    return found != groups.end() && found->second.contains(who);
  }
  static void toggle(std::set<Grantee>& group, const Grantee& who) {
    if (group.erase(who) == 0) group.insert(who);
  }
  static bool may(const Viewer& viewer, Permission permission) {
    return viewer.person && viewer.organisation && domain::allows(viewer.roles, permission);
  }
  static bool sees_all(const Viewer& viewer) {
    return may(viewer, Permission::manage_people) || may(viewer, Permission::vet_organisations);
  }
  bool is_in_community(const Viewer& viewer, std::int64_t id) const {
    return (viewer.person && in(communities_, id, {Grantee::Kind::person, viewer.person->value})) ||
           (viewer.organisation && in(communities_, id, {Grantee::Kind::organisation, viewer.organisation->value}));
  }
  /// An auditor's membership reads nothing. Who acts for an organisation and is no person reads none of the community's
  /// pages, but is told which community an advisory came by.
  bool joined(const Viewer& viewer, std::int64_t id) const {
    if (viewer.organisation && !domain::allows(viewer.roles, Permission::read_as_member)) return false;
    return is_in_community(viewer, id);
  }
  /// Who answers for an organisation that takes part, or takes part by name.
  bool at_the_table(const Viewer& viewer, std::int64_t id) const {
    if (!domain::policy::knows_case(viewer, {id})) return false;
    return may(viewer, Permission::edit_record) || may(viewer, Permission::manage_own_organisation) ||
           (viewer.person && in(cases_, id, {Grantee::Kind::person, viewer.person->value}));
  }
  bool sits_with(const Viewer& viewer, std::int64_t person) const {
    const auto found = seats_.find(person);
    return viewer.organisation && found != seats_.end() && found->second.contains(viewer.organisation->value);
  }
  static bool is_owner(const MemberStep& step) { return step.who == Grantee{Grantee::Kind::organisation, step.group}; }

  void change(const MemberStep& step) {
    using What = MemberStep::What;
    if (step.what == What::case_participant && !is_owner(step)) toggle(cases_[step.group], step.who);
    if (step.what == What::community_member) toggle(communities_[step.group], step.who);
    if (step.what == What::seat && seats_[step.who.id].erase(step.group) == 0) {
      seats_[step.who.id].insert(step.group);
    }
  }

  /// After change().
  std::vector<store::Sql> sql_of(const MemberStep& step) const {
    using store::Sql;
    using store_testing::kTestNow;
    using What = MemberStep::What;
    std::vector<Sql> all;
    const auto name = fmt::format("Pump {}", step.flavour), folded = fmt::format("pump {}", step.flavour);
    const bool organisation = step.who.kind == Grantee::Kind::organisation;
    switch (step.what) {
      case What::case_participant:
        if (is_owner(step)) break;
        all.emplace_back("DELETE FROM case_participant WHERE case_id = ? AND kind = ? AND grantee_id = ?", step.group,
                         step.who.kind, step.who.id);
        if (in(cases_, step.group, step.who)) {
          all.emplace_back(
              "INSERT INTO case_participant (case_id, kind, grantee_id, part, added_at) VALUES (?, ?, ?, ?, ?)",
              step.group, step.who.kind, step.who.id, 1 + step.flavour % 6, kTestNow);
        }
        break;
      case What::case_title:
        all.emplace_back("UPDATE case_file SET title = ? WHERE id = ?", name, step.group);
        break;
      case What::case_state:
        all.emplace_back("UPDATE case_file SET state = 3 - state, closed_at = ? WHERE id = ?", kTestNow, step.group);
        break;
      case What::community_member:
        if (in(communities_, step.group, step.who)) {
          all.push_back(organisation
                            ? Sql{"INSERT INTO community_organisation (community_id, organisation_id, joined_at) "
                                  "VALUES (?, ?, ?)",
                                  step.group, step.who.id, kTestNow}
                            : Sql{"INSERT INTO community_person (community_id, person_id, joined_at) VALUES (?, ?, ?)",
                                  step.group, step.who.id, kTestNow});
        } else {
          all.push_back(organisation
                            ? Sql{"DELETE FROM community_organisation WHERE community_id = ? AND organisation_id = ?",
                                  step.group, step.who.id}
                            : Sql{"DELETE FROM community_person WHERE community_id = ? AND person_id = ?", step.group,
                                  step.who.id});
        }
        break;
      case What::community_name:
        all.emplace_back("UPDATE community SET name = ? WHERE id = ?", name, step.group);
        break;
      case What::outsider:
        all.emplace_back("UPDATE organisation SET status = ?, name = ?, folded_name = ? WHERE id = ?",
                         std::array<std::int64_t, 3>{0, 1, 4}[static_cast<std::size_t>(step.flavour % 3)],
                         fmt::format("{} {}", name, step.group), fmt::format("{} {}", folded, step.group), step.group);
        break;
      case What::seat:
        all.emplace_back("DELETE FROM membership WHERE person_id = ? AND organisation_id = ?", step.who.id, step.group);
        if (seats_.at(step.who.id).contains(step.group)) {
          all.emplace_back("INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, 1, ?)",
                           step.who.id, step.group, kTestNow);
        }
        break;
      case What::person:
        all.emplace_back("UPDATE person SET name = ?, folded_name = ?, status = ? WHERE id = ?", name, folded,
                         step.flavour % 2, step.who.id);
        break;
    }
    return all;
  }

  Groups cases_, communities_;
  std::map<std::int64_t, std::set<std::int64_t>> seats_;
};

}  // namespace tocsin::portal::testing
