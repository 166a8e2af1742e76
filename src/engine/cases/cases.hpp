#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/case.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// Cases: who takes part in work that is shared, and so whom a record reaches that is addressed to it. Each function
/// that writes is one transaction with its audit entry, and moves the members' generation. Page, API and command line
/// call these and nothing below. Errors: forbidden; invalid_input with `where` = the field's name; not_found, also for
/// a case that the actor may not know of (domain::policy::knows_case); conflict.
namespace tocsin::engine::cases {

struct CaseInput {
  domain::CaseKind kind = domain::CaseKind::coordination;
  std::string title;   ///< 2..200 bytes
  std::string uuid{};  ///< Kept where given and well-formed, else a new one.
  /// At the console, for whom; everybody else opens cases of the organisation that they act for.
  std::optional<domain::OrganisationId> owner{};
};
/// What lists show.
struct CaseRow {
  domain::Case it;
  std::string owner_name;
  bool keeps = false;                             ///< The actor may change it: a handler of its owner.
  std::optional<std::int64_t> participant_count;  ///< Absent where they are not shown to the actor.
  std::optional<domain::CasePart> part;           ///< The actor's organisation's, or their own.
};
struct ParticipantRow {
  domain::CaseParticipant it;
  /// People: the mail address for those who keep the case and do not manage people; their number is 0 then.
  std::string name;
  std::string added_by;  ///< Name; empty: the console, or somebody who was erased.
};
struct CaseDetail {
  CaseRow row;
  std::vector<ParticipantRow> participants;  ///< By part; empty where they are not shown to the actor.
  std::vector<domain::Record> records;       ///< Addressed to it, as far as the actor may see them. By key.
};
struct CaseFilter {
  std::string text;  ///< Part of the number or title, folded.
  std::optional<domain::CaseState> state;
  std::optional<domain::CaseKind> kind;
};

/// Another whenever what change_case may change is another: for If-Match. 32 hex digits.
std::string version_of(const domain::Case& it);

/// handle_cases. Returns the number. The owner takes part as coordinator.
Result<std::string> open_case(store::Database& database, const Actor& actor, const CaseInput& input, Timestamp now);
/// handle_cases of its owner. `expected`: the version that the editor has seen, or empty; conflict (where = "version").
Status change_case(store::Database& database, const Actor& actor, std::string_view number, std::string_view title,
                   domain::CaseState state, Timestamp now, std::string_view expected = {});
/// handle_cases of its owner: an active organisation, or (who may be told of accounts) a person by number. One that
/// takes part already gets the part. Errors: conflict for a closed case, and for another part of its owner.
Status add_participant(store::Database& database, const Actor& actor, std::string_view number,
                       const domain::Grantee& who, domain::CasePart part, Timestamp now);
/// A single person by mail address; see engine/members/addressed.hpp.
Status add_person(store::Database& database, const Actor& actor, std::string_view number, std::string_view email,
                  domain::CasePart part, Timestamp now);
/// What was shared with the case is not theirs any more. The owner stays. Errors: not_found where it does not take
/// part.
Status remove_participant(store::Database& database, const Actor& actor, std::string_view number,
                          const domain::Grantee& who, Timestamp now);
Status remove_person(store::Database& database, const Actor& actor, std::string_view number, std::string_view email,
                     Timestamp now);

/// Those that the actor may know of, newest first.
Result<std::vector<CaseRow>> list_cases(store::Database& database, const Actor& actor, const CaseFilter& filter = {});
Result<std::optional<CaseDetail>> find_case(store::Database& database, const Actor& actor, std::string_view number,
                                            Timestamp now);
/// May the actor know of it, and so address something to it?
Result<bool> knows_case(store::Connection& connection, const Actor& actor, domain::CaseId id);
/// May the actor see who takes part? For the preview of sharing.
Result<bool> shows_participants(store::Connection& connection, const Actor& actor, domain::CaseId id);

}  // namespace tocsin::engine::cases
