#include <algorithm>

#include "engine/members/members.hpp"
#include "store/cases.hpp"
#include "store/members_state.hpp"

namespace tocsin::engine::members {

Result<domain::policy::Viewer> viewer_of(store::Connection& connection, domain::PersonId person,
                                         std::optional<domain::OrganisationId> organisation) {
  store::MembersState state{connection};
  domain::policy::Viewer viewer;
  TRY(const auto active, state.is_active(person));
  if (!active) return viewer;
  viewer.person = person;
  TRY(const auto seats, state.active_seats(person));
  const auto seat =
      organisation ? std::ranges::find(seats, *organisation, &store::MembersState::Seat::organisation) : seats.begin();
  if (seat != seats.end()) {
    viewer.organisation = seat->organisation;
    viewer.roles = seat->roles;
    TRY(viewer.providers, state.active_providers(seat->organisation));
  }
  store::Cases cases{connection};
  if (viewer.organisation) {
    TRY(viewer.cases, cases.of({domain::Grantee::Kind::organisation, viewer.organisation->value}));
  }
  TRY(viewer.cases_by_name, cases.of({domain::Grantee::Kind::person, person.value}));
  TRY(viewer.communities, state.open_communities(person, viewer.organisation));
  return viewer;
}

Result<std::int64_t> generation(store::Connection& connection) { return store::MembersState{connection}.generation(); }

}  // namespace tocsin::engine::members
