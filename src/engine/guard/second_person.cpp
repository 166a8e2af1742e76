#include "engine/guard/second_person.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "engine/guard/approval_letters.hpp"
#include "engine/guard/guard_parts.hpp"
#include "engine/members/input.hpp"
#include "store/approvals.hpp"
#include "store/members_state.hpp"

namespace tocsin::engine::guard {
namespace {

constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;
constexpr std::size_t kReasonBytesMax = 1'000;
/// Of one person at once: a list that nobody can look through is no second pair of eyes.
constexpr std::size_t kWaitingMax = 50;

struct Asked {
  std::int64_t id = 0;
  bool known = false;
  std::int64_t others = 0;
};

Result<Asked> put_down(store::Connection& connection, const Actor& actor, const Proposal& proposal,
                       const std::string& reason, Timestamp now) {
  store::Approval wanted{.act = static_cast<int>(proposal.act),
                         .object = proposal.object,
                         .owner = proposal.owner,
                         .parameters = json::write(proposal.parameters),
                         .basis = proposal.basis,
                         .reason = reason,
                         .person = actor.viewer.person,
                         .asked_at = now,
                         .expires_at = {now.micros + actor.four_eyes.days * kDay}};
  if (!actor.console) wanted.organisation = actor.viewer.organisation;
  boost::json::array difference;
  for (const auto& each : proposal.difference) difference.emplace_back(each);
  wanted.difference = json::write(difference);

  store::Approvals approvals{connection};
  TRY(const auto waiting, approvals.waiting(now, kApprovalsListed));
  std::size_t own = 0;
  for (const auto& each : waiting) {
    const bool same_person = each.person == wanted.person || proposal.act != domain::Act::break_glass;
    if (each.act == wanted.act && each.object == wanted.object && each.parameters == wanted.parameters && same_person) {
      TRY(const auto others, count_others(connection, each));
      return Asked{.id = each.id, .known = true, .others = others};
    }
    if (each.person == wanted.person) ++own;
  }
  if (own >= kWaitingMax) {
    return Error::conflict(tr<"{} of your requests wait already: withdraw some first">(own));
  }
  TRY(wanted.id, approvals.add(wanted));
  TRY_VOID(store::MembersState{connection}.advance());
  TRY_VOID(audit::record(connection, actor, now, "approval.ask", audit::object_of("approval", wanted.id), wanted.owner,
                         domain::audit::Outcome::done,
                         {{"act", domain::slug(proposal.act)},
                          {"object", wanted.object},
                          {"reason", reason},
                          {"difference", difference}}));
  TRY_VOID(write_to_deciders(connection, actor, wanted, now));
  TRY(const auto others, count_others(connection, wanted));
  return Asked{.id = wanted.id, .known = false, .others = others};
}

}  // namespace

bool wants_second(const Actor& actor, domain::Act act) noexcept {
  // Whoever has the console has the database. That the log is cut there is what the second pair of eyes is for.
  return actor.four_eyes.wanted(act) && (!actor.console || act == domain::Act::prune_audit);
}

Error waits() { return Error::conflict(std::string{tr<"This needs a second person">()}); }

Error ask(store::Database& database, const Actor& actor, const Proposal& proposal, Timestamp now) {
  auto reason = members::many_lines(actor.reason, "reason", kReasonBytesMax);
  if (!reason) return std::move(reason).error();
  if (reason->empty()) {
    return Error::invalid(std::string{tr<"Another person has to approve this: tell them why it is to be done">()},
                          "reason");
  }
  auto asked = database.write([&](store::Connection& connection) -> Result<Asked> {
    TRY_VOID(connection.lock_changes());
    return put_down(connection, actor, proposal, *reason, now);
  });
  if (!asked) return std::move(asked).error();
  auto message = asked->known
                     ? tr<"The same waits already for another person's approval (number {}).">(asked->id)
                     : tr<"Nothing was done yet: it waits for another person's approval (number {}).">(asked->id);
  if (asked->others == 0) {
    message.append(" ").append(
        tr<"At present nobody else may approve it: give somebody the role, or ask the operator, who may with 'tocsin "
           "approval approve'">());
  }
  auto error = Error::conflict(std::move(message));
  error.where = fmt::format("{}{}", kAsked, asked->id);
  return error;
}

}  // namespace tocsin::engine::guard
