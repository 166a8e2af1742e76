#pragma once
#include <optional>
#include <span>

#include "domain/decay.hpp"
#include "engine/threat/threats.hpp"
#include "formats/stix/facts.hpp"

/// The present confidence of indicators (domain/decay.hpp), for one reader: they were last asserted by themselves
/// (valid_from, modified) or by a sighting that the reader may see, whichever is later. Nothing of it is written into
/// an object. docs/decisions/0043.
namespace tocsin::engine::threat {

/// What decides of an indicator.
struct Decay {
  domain::DecayKind kind = domain::DecayKind::other;
  std::int64_t stated = 0;  ///< Or what the house takes where nothing is stated.
  bool is_stated = false;
  Timestamp asserted;                  ///< By itself.
  std::optional<Timestamp> seen = {};  ///< The latest sighting, where it is later than that.
  bool over = false;                   ///< Revoked, or beyond valid_until.
  std::int64_t now = 0;
  bool faded = false;
  Timestamp last() const noexcept { return seen.value_or(asserted); }
};

/// Which of its values goes stale first decides. `object`: what `facts` were read from.
domain::DecayKind decay_kind_of(formats::stix::Node object, const formats::stix::Facts& facts);

/// The rules in force: the house's, else the built-in ones.
Result<domain::DecayRules> decay_rules(store::Connection& connection);
/// Puts the house's rules in force. Where they are, nothing is written.
Status use_decay_rules(store::Database& database, const domain::DecayRules& rules);

/// Fills in confidence_now and faded of each row.
Status add_confidence_now(store::Connection& connection, const domain::policy::Viewer& viewer,
                          std::span<ThreatRow> rows, Timestamp now);
/// Of one; absent for other types.
Result<std::optional<Decay>> decay_of(store::Connection& connection, const domain::policy::Viewer& viewer,
                                      const ThreatRow& row, Timestamp now);

/// A condition over `stix_object s`: what it is worth now to the viewer is `least` (1 to 100) or more. Of other types
/// than indicators what they state counts.
void append_worth(store::Sql& sql, const domain::policy::Viewer& viewer, const domain::DecayRules& rules,
                  std::int64_t least, Timestamp now);
/// A condition: an indicator that is faded to the viewer; or none.
void append_faded(store::Sql& sql, const domain::policy::Viewer& viewer, const domain::DecayRules& rules, bool faded,
                  Timestamp now);
/// An expression: what it is worth at that moment; -1 where nothing says.
void append_confidence_now(store::Sql& sql, const domain::policy::Viewer& viewer, const domain::DecayRules& rules,
                           Timestamp at, Timestamp now);

}  // namespace tocsin::engine::threat
