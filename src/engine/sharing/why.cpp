#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "engine/sharing/sharing.hpp"
#include "store/glass.hpp"

namespace tocsin::engine::sharing {
namespace {

using domain::Grantee;
using domain::policy::Reason;
using store::Row;
using store::Sql;

Result<std::string> name(store::Connection& connection, const Sql& sql) {
  TRY(auto found, connection.first(sql, [](const Row& row) { return row.string(0); }));
  return std::move(found).value_or("");
}

Result<std::string> organisation_name(store::Connection& connection, std::int64_t id) {
  return name(connection, Sql{"SELECT name FROM organisation WHERE id = ?", id});
}

Result<std::string> through_community(store::Connection& connection, const domain::policy::Viewer& viewer,
                                      std::int64_t community, const std::string& own) {
  TRY(const auto called, name(connection, Sql{"SELECT name FROM community WHERE id = ?", community}));
  const auto organisation = viewer.organisation ? viewer.organisation->value : 0;
  TRY(const auto together,
      connection.first(Sql{"SELECT 1 FROM community_organisation WHERE community_id = ? AND organisation_id = ?",
                           community, organisation},
                       [](const Row&) { return true; }));
  return together ? tr<"You see this because your organisation {} is in the community '{}', which it is addressed to.">(
                        own, called)
                  : tr<"You see this because you are in the community '{}', which it is addressed to.">(called);
}

Result<std::string> through_case(store::Connection& connection, const domain::policy::Viewer& viewer, std::int64_t id,
                                 const std::string& own) {
  TRY(const auto number, name(connection, Sql{"SELECT number FROM case_file WHERE id = ?", id}));
  // The policy asks for the person first.
  const bool alone = std::ranges::binary_search(viewer.cases_by_name, domain::CaseId{id});
  return !alone
             ? tr<"You see this because your organisation {} takes part in {}, which it is addressed to.">(own, number)
             : tr<"You see this because you take part in {}, which it is addressed to.">(number);
}

Result<std::string> broken_glass(store::Connection& connection, const domain::policy::Viewer& viewer,
                                 const domain::Record& record, Timestamp now) {
  const auto* glass = viewer.open_glass(record.id, now);
  TRY(const auto grant, store::Glass{connection}.find(glass == nullptr ? 0 : glass->grant));
  if (!grant) return std::string{tr<"You see this because you broke the glass.">()};
  return tr<"You see this because you broke the glass at {} with the reason “{}”, and may read it until {}.">(
      format_minute(grant->began_at), grant->reason, format_minute(grant->until));
}

}  // namespace

Result<std::string> why(store::Connection& connection, const domain::policy::Viewer& viewer,
                        const domain::Record& record, Timestamp now) {
  const auto decision = domain::policy::decide(viewer, domain::policy::facts_of(record), now);
  if (!decision.seen) return std::string{};
  if (decision.reason == Reason::public_record) return std::string{tr<"TLP:CLEAR: everyone sees it.">()};
  TRY(const auto own, organisation_name(connection, viewer.organisation ? viewer.organisation->value : 0));
  const auto because = [&]() -> Result<std::string> {
    switch (decision.reason) {
      case Reason::own_organisation:
        return tr<"You see this because it belongs to your organisation {}.">(own);
      case Reason::own_handler:
        return record.status == domain::RecordStatus::draft
                   ? tr<"You see this because it is a draft of your organisation {}, and you edit its drafts.">(own)
                   : tr<"You see this because it belongs to your organisation {}, and you handle its TLP:RED.">(own);
      case Reason::named_organisation:
        return tr<"You see this because it is addressed to your organisation {}.">(own);
      case Reason::named_community:
        return through_community(connection, viewer, decision.through->id, own);
      case Reason::case_participant:
        return through_case(connection, viewer, decision.through->id, own);
      case Reason::client_of_named: {
        TRY(const auto provider, organisation_name(connection, decision.through->id));
        return tr<
            "You see this because your organisation {} is a client of {}, which it is addressed to, and TLP:{} goes on "
            "to clients.">(own, provider, domain::to_string(record.tlp));
      }
      case Reason::named_person:
        return std::string{tr<"You see this because it is addressed to you by name.">()};
      case Reason::broke_glass:
        return broken_glass(connection, viewer, record, now);
      default:
        return tr<"You see this because every member sees it, and your organisation {} is one.">(own);
    }
  };
  return because();
}

}  // namespace tocsin::engine::sharing
