#include "store/approvals.hpp"

namespace tocsin::store {
namespace {

template <class Id>
std::optional<Id> optional_id(const Row& row, int column) {
  const auto value = row.optional_integer(column);
  return value ? std::optional{Id{*value}} : std::nullopt;
}

Approval approval_of(const Row& row) {
  return {.id = row.integer(0),
          .act = static_cast<int>(row.integer(1)),
          .object = row.string(2),
          .owner = optional_id<domain::OrganisationId>(row, 3),
          .parameters = row.string(4),
          .difference = row.string(5),
          .basis = row.string(6),
          .reason = row.string(7),
          .person = optional_id<domain::PersonId>(row, 8),
          .organisation = optional_id<domain::OrganisationId>(row, 9),
          .asked_at = row.time(10),
          .expires_at = row.time(11),
          .state = static_cast<ApprovalState>(row.integer(12)),
          .decided_by = optional_id<domain::PersonId>(row, 13),
          .decided_at = row.optional_time(14),
          .outcome = row.string(15)};
}

Sql select() {
  return Sql{
      "SELECT id, act, object, owner_id, parameters, difference, basis, reason, person_id, organisation_id, asked_at, "
      "expires_at, state, decided_by, decided_at, outcome FROM approval"};
}

}  // namespace

Result<std::int64_t> Approvals::add(const Approval& approval) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO approval (act, object, owner_id, parameters, difference, basis, reason, person_id, "
              "organisation_id, asked_at, expires_at, state, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '') "
              "RETURNING id",
              approval.act, approval.object, approval.owner, approval.parameters, approval.difference, approval.basis,
              approval.reason, approval.person, approval.organisation, approval.asked_at, approval.expires_at,
              ApprovalState::waiting},
          [](const Row& row) { return row.integer(0); }));
  if (!id) return Error::internal("An INSERT returned no row");
  return *id;
}

Result<std::optional<Approval>> Approvals::find(std::int64_t id) {
  return connection_.first(select().append(" WHERE id = ?", id), approval_of);
}

Result<std::vector<Approval>> Approvals::waiting(Timestamp now, int limit) {
  return connection_.all(
      select().append(" WHERE state = ? AND expires_at > ? ORDER BY id LIMIT ?", ApprovalState::waiting, now, limit),
      approval_of);
}

Result<std::vector<Approval>> Approvals::newest(int limit) {
  return connection_.all(select().append(" ORDER BY id DESC LIMIT ?", limit), approval_of);
}

Result<std::int64_t> Approvals::decide(std::int64_t id, ApprovalState state, std::optional<domain::PersonId> by,
                                       std::string_view outcome, Timestamp now) {
  return connection_.run(
      Sql{"UPDATE approval SET state = ?, decided_by = ?, decided_at = ?, outcome = ? WHERE id = ? AND state = ? AND "
          "expires_at > ?",
          state, by, now, outcome, id, ApprovalState::waiting, now});
}

}  // namespace tocsin::store
