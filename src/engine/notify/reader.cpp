#include "engine/notify/reader.hpp"

#include <algorithm>
#include <memory>

#include "domain/role.hpp"
#include "engine/members/members.hpp"
#include "store/credentials.hpp"
#include "store/members_state.hpp"
#include "store/people.hpp"
#include "store/subscriptions.hpp"

namespace tocsin::engine::notify {

Result<domain::policy::Viewer> reader_of(store::Connection& connection, domain::PersonId person,
                                         domain::OrganisationId organisation, bool factors_by_role) {
  TRY(auto viewer, members::viewer_of(connection, person, organisation));
  if (!factors_by_role) return viewer;
  TRY(const auto seats, store::MembersState{connection}.active_seats(person));
  if (std::ranges::none_of(seats, [](const auto& seat) { return domain::demands_second_factor(seat.roles); })) {
    return viewer;
  }
  TRY(const auto held, store::Credentials{connection}.of(person));
  const bool has_one = std::ranges::any_of(held, [](const store::Credential& each) {
    using Kind = store::CredentialKind;
    return each.kind == Kind::totp || each.kind == Kind::passkey ||
           (each.kind == Kind::openid_connect && each.counter > 0);
  });
  if (has_one) return viewer;
  return domain::policy::Viewer{};
}

Result<Timestamp> due_for(store::Connection& connection, const domain::Subscription& subscription,
                          const Zone& site_zone, Timestamp now) {
  TRY(const auto times, store::Subscriptions{connection}.times(subscription.person));
  TRY(const auto person, store::People{connection}.find(subscription.person));
  std::shared_ptr<const Zone> zone;
  if (person && !person->time_zone.empty()) {
    if (auto found = find_zone(person->time_zone)) zone = std::move(*found);
  }
  return domain::due_at(subscription.pace, times, zone ? *zone : site_zone, now);
}

}  // namespace tocsin::engine::notify
