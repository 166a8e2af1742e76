#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "engine/post/post.hpp"
#include "store/database.hpp"
#include "store/glass.hpp"

/// Opening one record that the policy does not show, in an emergency: for a limited time, with a written reason, before
/// the eyes of those whose it is. It gives reading, never a file, a change or a token's access:
/// docs/decisions/0008-break-glass.md. The grant itself is part of the policy's Viewer.
namespace tocsin::engine::guard {

inline constexpr std::size_t kGlassReasonMin = 20;  ///< Characters, without blanks around.
inline constexpr std::size_t kGlassReasonBytesMax = 1'000;
inline constexpr std::size_t kGlassOpenMax = 5;     ///< A person's at once.
inline constexpr std::int64_t kGlassMissesMax = 5;  ///< Names of nothing, a person's within an hour.

struct GlassRules {
  std::chrono::minutes lasts{60};
  const post::Post* post = nullptr;  ///< Writes to those who are alerted, where there is one.
};

struct GlassRequest {
  std::string id;  ///< Typed, not chosen: the record's slug, any case.
  std::string reason;
};
struct GlassOpened {
  std::int64_t grant = 0;
  std::string record_slug;
  Timestamp until;
};
/// break_glass, in a session with a second factor; the caller asks for a fresh proof of who it is. Those whose the
/// record is and the CERT's coordinators are written to. Errors: invalid_input with `where` = "reason", "id" (nothing
/// of this name: written down as well); conflict with `where` = "id" for what they see already; unavailable after too
/// many misses.
Result<GlassOpened> break_glass(store::Database& database, const Actor& actor, const GlassRules& rules,
                                const GlassRequest& request, Timestamp now);
/// Is this a request that could be made, apart from what there is? Errors as above.
Status check_glass_request(const Actor& actor, const GlassRequest& request);

/// Who opened it, the coordinators and administrators of the organisation whose it is, and of the CERT. Errors:
/// not_found, also for what the actor may not know of; conflict where it has ended.
Status end_glass(store::Database& database, const Actor& actor, std::int64_t grant, Timestamp now);

/// A grant as its readers see it.
struct GlassRow {
  store::GlassGrant grant;
  bool in_force = false, may_end = false;
  bool own = false;                                   ///< The reader's own.
  std::string person, organisation, owner, ended_by;  ///< Names now.
  std::string record_slug, record_title;              ///< Empty where this reader may not read that record.
  std::optional<domain::Tlp> tlp;
};
enum class GlassScope {
  known,     ///< All that the actor may know of.
  own_only,  ///< What they opened themselves.
};
/// Newest first: one's own; those over what one's organisation owns, for its coordinators and administrators; all, for
/// the CERT's, and for auditors. Errors: forbidden where nobody is signed in.
Result<std::vector<GlassRow>> glass_rows(store::Database& database, const Actor& actor, GlassScope scope, int limit,
                                         Timestamp now);
/// Those over one record, for who handles it (the caller checks that).
Result<std::vector<GlassRow>> glass_rows_of(store::Database& database, const Actor& actor, domain::RecordId record,
                                            int limit, Timestamp now);

}  // namespace tocsin::engine::guard
