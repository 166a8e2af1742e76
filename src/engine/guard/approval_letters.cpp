#include "engine/guard/approval_letters.hpp"

#include "base/json.hpp"
#include "domain/record.hpp"
#include "engine/guard/guard_parts.hpp"
#include "engine/members/members.hpp"
#include "engine/sharing/approvable.hpp"
#include "store/people.hpp"
#include "store/records.hpp"

namespace tocsin::engine::guard {
namespace {

using domain::Act;
using domain::Tlp;

bool is_confidential(Tlp tlp) noexcept { return tlp != Tlp::clear && tlp != Tlp::green; }

/// What may be said of a request, and of which record it is.
bool about_record(const store::Approval& approval) noexcept {
  return approval.act == static_cast<int>(Act::widen_sharing) || approval.act == static_cast<int>(Act::remove_record);
}

struct Subject {
  post::Waiting waiting;
  std::optional<domain::Record> record;
};
Result<Subject> subject_of(store::Connection& connection, const store::Approval& approval) {
  Subject subject{.waiting = {.id = approval.id, .act = domain::act_of(approval.act), .until = approval.expires_at},
                  .record = {}};
  if (subject.waiting.act == Act::break_glass) {
    // That somebody wants to see what others hide is news of that thing, whatever it is.
    subject.waiting.act.reset();
  } else if (about_record(approval)) {
    TRY(const auto parsed, json::parse(approval.parameters));
    const auto* record = parsed.root().as_object().if_contains("record");
    if (record == nullptr || !record->is_int64()) return Error::internal("an approval without its record");
    TRY(subject.record, store::Records{connection}.load({record->get_int64()}));
    if (!subject.record || is_confidential(subject.record->tlp)) subject.waiting.act.reset();
  }
  return subject;
}

}  // namespace

Status write_to_deciders(store::Connection& connection, const Actor& actor, const store::Approval& approval,
                         Timestamp now) {
  if (actor.post == nullptr || !actor.post->on()) return ok();
  TRY(const auto subject, subject_of(connection, approval));
  TRY(const auto options, actor.post->options(connection));
  TRY(const auto deciders, deciders_of(connection, approval));
  for (const auto& each : deciders) {
    if (about_record(approval)) {
      TRY(const auto viewer, members::viewer_of(connection, each, approval.owner));
      if (!subject.record || !domain::policy::may_see(viewer, domain::policy::facts_of(*subject.record), now)) continue;
    }
    TRY(const auto to, store::People{connection}.find(each));
    if (to) TRY_VOID(actor.post->put(connection, post::approval_wanted(options, *to, subject.waiting), now));
  }
  return ok();
}

Status write_to_asker(store::Connection& connection, const Actor& actor, const store::Approval& approval,
                      post::Decision decision, Timestamp now) {
  if (actor.post == nullptr || !actor.post->on() || !approval.person) return ok();
  TRY(const auto to, store::People{connection}.find(*approval.person));
  if (!to || to->status != domain::PersonStatus::active) return ok();
  TRY(const auto subject, subject_of(connection, approval));
  TRY(const auto options, actor.post->options(connection));
  return actor.post->put(connection, post::approval_decided(options, *to, subject.waiting, decision, now), now);
}

}  // namespace tocsin::engine::guard
