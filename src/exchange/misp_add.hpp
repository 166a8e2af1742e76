#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/tlp.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// An event that a client of MISP adds or changes: the same conversion and storing as an import, for the organisation
/// that the client acts for. Why it is so: docs/decisions/0040.
namespace tocsin::exchange {

struct MispAddOptions {
  /// Of events without a TLP tag: whoever adds them is not who decides what unmarked imports mean (setting
  /// import.default_tlp).
  domain::Tlp default_tlp = domain::Tlp::amber_strict;
  /// Attributes and objects of one request: it is one transaction, and others shall get their turn to write.
  std::size_t parts_max = 10'000;
};

/// May they add events? Errors: forbidden.
Status may_add_misp(const engine::Actor& actor);

/// `body`: the event, with "Event" around it or without. All of it or nothing, in one transaction with its audit entry.
/// Returns the event's UUID. Errors: forbidden; invalid_input for what is no event; too_large; conflict where the asker
/// sees an event of that UUID, or where something of it is another organisation's.
Result<std::string> add_misp_event(store::Database& database, const engine::Actor& actor, std::string_view body,
                                   const MispAddOptions& options, Timestamp now);
/// A later version of an event of theirs: what the body says replaces what there is, parts that it does not name stay.
/// Errors: as above; not_found for what they do not see; forbidden for what is another organisation's.
Status change_misp_event(store::Database& database, const engine::Actor& actor, std::string_view uuid,
                         std::string_view body, const MispAddOptions& options, Timestamp now);

}  // namespace tocsin::exchange
