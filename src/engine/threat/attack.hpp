#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/record.hpp"
#include "engine/threat/threats.hpp"
#include "formats/attack/attack.hpp"
#include "store/database.hpp"

/// MITRE ATT&CK as the STIX objects here say it: matrices, one object with what it has to do with, and what of all that
/// a viewer may see names it. One function behind page, API and command line. What may not be seen does not exist, as
/// in threats.hpp. What is revoked or deprecated stands in no matrix and joins nothing, but can be looked at.
namespace tocsin::engine::threat {

using AttackKind = formats::attack::Kind;

/// Relations of one object that are told.
inline constexpr std::int64_t kRelationsMax = 2'000;
/// What names one object, as far as it is told one by one.
inline constexpr std::int64_t kMentionsShown = 100;

struct AttackRow {
  std::string attack_id;  ///< "T0855"
  AttackKind kind = AttackKind::technique;
  std::string version;   ///< "1.2"; may be empty.
  bool in_force = true;  ///< Neither revoked nor deprecated.
  ThreatRow object;
};

/// One of the knowledge bases: "ics-attack", "enterprise-attack", "mobile-attack".
struct Domain {
  std::string id;
  std::string chain;    ///< "mitre-ics-attack"
  std::string name;     ///< "ATT&CK for ICS", as its matrix says.
  std::string version;  ///< "18.1", as the release says that names the matrix; may be empty.
  std::optional<Timestamp> released;
};

struct Cell {
  AttackRow technique;
  std::vector<AttackRow> below;  ///< Its sub-techniques.
};
struct Column {
  AttackRow tactic;
  std::vector<Cell> cells;  ///< By name.
};
struct Matrix {
  Domain domain;
  std::vector<Column> columns;
};

/// Industrial control systems first.
Result<std::vector<Domain>> domains(store::Connection& connection, const domain::policy::Viewer& viewer, Timestamp now);
/// Absent: it is not here for them.
Result<std::optional<Matrix>> matrix(store::Connection& connection, const domain::policy::Viewer& viewer,
                                     std::string_view domain, Timestamp now);
/// By whom techniques of the matrix can be picked out: groups, software, campaigns, asset classes and mitigations that
/// have to do with one. By kind and name.
Result<std::vector<AttackRow>> pickers(store::Connection& connection, const domain::policy::Viewer& viewer,
                                       const Domain& domain, Timestamp now);
/// ATT&CK ids of the techniques that this object has to do with, by relationships in force.
Result<std::set<std::string>> techniques_of(store::Connection& connection, const domain::policy::Viewer& viewer,
                                            const AttackRow& row, Timestamp now);

/// An object that another has to do with.
struct Relation {
  std::string verb;      ///< "uses", "mitigates", "targets", "detects", "attributed-to", "subtechnique-of", ...
  bool outgoing = true;  ///< From the object that is looked at.
  std::string via;       ///< STIX id of the relationship; empty where one refers to the other by a property.
  AttackRow other;
  std::string relationship;  ///< The relationship's bytes: its description and references; may be empty.
};

/// A record that names it.
struct Mention {
  domain::RecordKind kind = domain::RecordKind::advisory;
  std::string slug, title;  ///< As its address has it.
  std::string type;         ///< Of a STIX object.
  domain::Tlp tlp = domain::Tlp::red;
  Timestamp released_at;
};

struct AttackObject {
  AttackRow row;
  domain::Record record;
  std::string bytes;
  std::vector<Relation> relations;  ///< By verb, direction, kind, name; at most kRelationsMax.
  bool more_relations = false;
  std::vector<AttackRow> tactics;     ///< Of a technique: where it stands.
  std::vector<AttackRow> techniques;  ///< Of a tactic: those that stand there.
  /// Of a technique the data components by which it is detected, of a data component the techniques, where it takes
  /// several steps (detection strategy, analytic) from one to the other.
  std::vector<AttackRow> detected;
  std::vector<Mention> mentions;  ///< Newest first; at most kMentionsShown.
  std::int64_t mentions_total = 0;
};

/// The header of what has this ATT&CK id; one in force goes before others. Absent: there is none, or not for them.
Result<std::optional<AttackRow>> find_attack_row(store::Connection& connection, const domain::policy::Viewer& viewer,
                                                 std::string_view attack_id, Timestamp now);
Result<std::optional<AttackObject>> find_attack(store::Connection& connection, const domain::policy::Viewer& viewer,
                                                std::string_view attack_id, Timestamp now);

/// Those of the ids that are here for the viewer.
Result<std::set<std::string>> present(store::Connection& connection, const domain::policy::Viewer& viewer,
                                      std::span<const std::string> attack_ids, Timestamp now);
/// See AttackObject::detected. Empty for other kinds.
Result<std::vector<AttackRow>> detected(store::Connection& connection, const domain::policy::Viewer& viewer,
                                        const AttackRow& row, Timestamp now);

/// Techniques that a record names itself: by ATT&CK id, or by reference. The caller has been allowed to see the record.
Result<std::vector<AttackRow>> techniques_named_by(store::Connection& connection, const domain::policy::Viewer& viewer,
                                                   domain::RecordId record, Timestamp now);
/// How many of the records that the viewer may see name each technique (also by what they refer to), by ATT&CK id. What
/// belongs to the knowledge base itself does not count.
Result<std::map<std::string, std::int64_t>> mention_counts(store::Connection& connection,
                                                           const domain::policy::Viewer& viewer, Timestamp now);
/// The records that name this object.
Status add_mentions(store::Connection& connection, const domain::policy::Viewer& viewer, AttackObject& object,
                    Timestamp now);

}  // namespace tocsin::engine::threat
