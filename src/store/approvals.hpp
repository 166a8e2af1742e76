#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Stored as its number. Only ever added to.
enum class ApprovalState {
  waiting = 1,
  approved = 2,  ///< And carried out.
  rejected = 3,
  withdrawn = 4,  ///< By who asked.
  refused = 5     ///< Approved, and could not be carried out any more.
};

/// An act that a second person has to agree to (engine/guard/approvals.hpp).
struct Approval {
  std::int64_t id = 0;
  int act = 0;                                       ///< engine::guard::Act
  std::string object = {};                           ///< As in the audit log: "person:3".
  std::optional<domain::OrganisationId> owner = {};  ///< Whose thing it is.
  std::string parameters = {}, difference = {}, basis = {};
  std::string reason = {};
  std::optional<domain::PersonId> person = {};  ///< Who asked; none: the console.
  std::optional<domain::OrganisationId> organisation = {};
  Timestamp asked_at = {}, expires_at = {};
  ApprovalState state = ApprovalState::waiting;
  std::optional<domain::PersonId> decided_by = {};  ///< None: the console.
  std::optional<Timestamp> decided_at = {};
  std::string outcome = {};  ///< What whoever decided said, or why it could not be carried out.
  bool waits(Timestamp now) const noexcept { return state == ApprovalState::waiting && now < expires_at; }
};

class Approvals {
 public:
  explicit Approvals(Connection& connection) : connection_(connection) {}
  Result<std::int64_t> add(const Approval& approval);
  Result<std::optional<Approval>> find(std::int64_t id);
  /// Those that wait at this moment, oldest first; at most `limit`.
  Result<std::vector<Approval>> waiting(Timestamp now, int limit);
  /// All, newest first.
  Result<std::vector<Approval>> newest(int limit);
  /// 1 where it was waiting still.
  Result<std::int64_t> decide(std::int64_t id, ApprovalState state, std::optional<domain::PersonId> by,
                              std::string_view outcome, Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
