#include "store/members_state.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "domain/person.hpp"

namespace tocsin::store {

Result<std::int64_t> MembersState::generation() {
  TRY(const auto value, connection_.first(Sql{"SELECT value FROM member_state WHERE name = 'generation'"},
                                          [](const Row& row) { return row.integer(0); }));
  return value.value_or(0);
}

Status MembersState::advance() {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO member_state (name, value) VALUES ('generation', 1) ON CONFLICT (name) DO "
                          "UPDATE SET value = member_state.value + 1"}));
  return ok();
}

Result<bool> MembersState::is_active(domain::PersonId person) {
  TRY(const auto found,
      connection_.first(Sql{"SELECT 1 FROM person WHERE id = ? AND status = ?", person, domain::PersonStatus::active},
                        [](const Row&) { return true; }));
  return found.has_value();
}

Result<std::vector<MembersState::Seat>> MembersState::active_seats(domain::PersonId person) {
  TRY(auto seats, connection_.all(Sql{"SELECT o.id, o.name, m.roles FROM membership m "
                                      "JOIN person p ON p.id = m.person_id JOIN organisation o ON o.id = "
                                      "m.organisation_id WHERE m.person_id = ? AND p.status = ? AND o.status = ?",
                                      person, domain::PersonStatus::active, domain::OrganisationStatus::active},
                                  [](const Row& row) {
                                    return Seat{.organisation = {row.integer(0)},
                                                .name = row.string(1),
                                                .roles = domain::Roles::from_bits(row.integer(2))};
                                  }));
  std::ranges::sort(seats, {}, [](const Seat& seat) { return std::pair{text::fold(seat.name), seat.organisation}; });
  return seats;
}

Result<std::vector<domain::CommunityId>> MembersState::open_communities(
    domain::PersonId person, std::optional<domain::OrganisationId> organisation) {
  return connection_.all(
      Sql{"SELECT c.id FROM community c WHERE c.closed = 0 AND (EXISTS (SELECT 1 FROM community_person p WHERE "
          "p.community_id = c.id AND p.person_id = ?) OR EXISTS (SELECT 1 FROM community_organisation o WHERE "
          "o.community_id = c.id AND o.organisation_id = ?)) ORDER BY c.id",
          person, organisation ? organisation->value : 0},
      [](const Row& row) { return domain::CommunityId{row.integer(0)}; });
}

Result<std::vector<domain::OrganisationId>> MembersState::active_providers(domain::OrganisationId client) {
  return connection_.all(Sql{"SELECT o.id FROM organisation_client c JOIN organisation o ON o.id = c.provider_id "
                             "WHERE c.client_id = ? AND o.status = ? ORDER BY o.id",
                             client, domain::OrganisationStatus::active},
                         [](const Row& row) { return domain::OrganisationId{row.integer(0)}; });
}

}  // namespace tocsin::store
