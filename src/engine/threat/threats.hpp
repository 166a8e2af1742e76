#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

/// Threat knowledge: the STIX objects that a viewer may see, one by one, in lists, and how they refer to each other.
/// One function behind page and API. What may not be seen does not exist: it counts nowhere, and neither does a
/// relationship whose other end is hidden.
namespace tocsin::engine::threat {

inline constexpr int kLimitMax = 200;
/// Edges of one object that are told.
inline constexpr std::int64_t kEdgesMax = 500;

/// The header of an object.
struct ThreatRow {
  domain::RecordId record;
  std::string id;    ///< STIX id.
  std::string type;  ///< "attack-pattern".
  std::string name;
  std::optional<Timestamp> created, modified;  ///< Observables have neither.
  std::optional<std::int64_t> confidence;
  bool revoked = false;
  domain::Tlp tlp = domain::Tlp::red;
  std::optional<Timestamp> valid_until = {};  ///< Of an indicator.
  // In lists alone (list):
  std::optional<std::int64_t> confidence_now = {};  ///< What is left of it (decay.hpp); of others than indicators all.
  bool faded = false;                               ///< An indicator that is worth less than the house's threshold.
  bool duplicate = false;                           ///< Somebody says so of it (duplicates.hpp).
};
/// An indicator that should no longer be looked for (STIX 2.1 section 4.7, valid_until).
inline bool is_expired(const ThreatRow& row, Timestamp now) noexcept {
  return row.valid_until && *row.valid_until <= now;
}

enum class Sort { modified, name, type, confidence, confidence_now };
std::optional<Sort> parse_sort(std::string_view text) noexcept;
std::string_view to_string(Sort sort) noexcept;

struct Filter {
  std::string text = {};   ///< Every word of it, the last as a beginning: names, aliases, ids, descriptions, values.
  std::string type = {};   ///< Empty: all but relationships, markings and such.
  std::string label = {};  ///< Also of open vocabularies (malware_types, ...); letter case counts for nothing.
  std::optional<domain::Tlp> tlp = {};
  std::optional<bool> revoked = {};
  std::optional<bool> expired = {};                       ///< As is_expired() says.
  std::optional<std::int64_t> confidence_now_least = {};  ///< 1 to 100: at least so much is left to this viewer.
  std::optional<bool> faded = {};                         ///< As ThreatRow has it.
  std::optional<bool> duplicate = {};                     ///< As ThreatRow has it.
  std::optional<Timestamp> modified_after = {};
  std::optional<std::vector<std::string>> ids = {};  ///< Only these STIX ids, as far as they are in force.
};

struct Page {
  std::vector<ThreatRow> rows;
  std::int64_t total = 0;
  std::string next_cursor;  ///< Empty on the last page.
};

/// Errors: invalid_input (cursor).
Result<Page> list(store::Connection& connection, const domain::policy::Viewer& viewer, const Filter& filter, Sort sort,
                  int limit, std::string_view cursor, Timestamp now);

struct TypeCount {
  std::string type;
  std::int64_t count = 0;
};
/// How many of each type the filter finds, whatever type it asks for itself; most frequent first.
Result<std::vector<TypeCount>> count_types(store::Connection& connection, const domain::policy::Viewer& viewer,
                                           const Filter& filter, Timestamp now);

/// One end of what joins two objects.
struct Edge {
  std::string verb;      ///< Type of the relationship ("uses"), or the property that refers ("created_by_ref").
  bool outgoing = true;  ///< From the object that is looked at.
  std::string via;       ///< STIX id of the relationship; empty where one refers to the other by a property.
  ThreatRow other;
};

struct Threat {
  domain::Record record;
  std::string bytes;  ///< The object, as it is kept.
  std::vector<domain::Revision> revisions;
  std::vector<Edge> edges;  ///< By verb, then name: at most kEdgesMax.
  bool more_edges = false;
};

/// Errors: unavailable. Absent: there is none, or not for them.
Result<std::optional<Threat>> find(store::Connection& connection, const domain::policy::Viewer& viewer,
                                   std::string_view stix_id, Timestamp now);
/// What joins an object that the viewer may see with others: by verb, then name; more than kEdgesMax where there are
/// more.
Result<std::vector<Edge>> edges_of(store::Connection& connection, const domain::policy::Viewer& viewer,
                                   domain::RecordId record, std::string_view stix_id, Timestamp now);
/// Its record alone. Whatever letter case the id is written in.
Result<std::optional<domain::Record>> find_record(store::Connection& connection, const domain::policy::Viewer& viewer,
                                                  std::string_view stix_id, Timestamp now);
/// Those of the ids that are here for the viewer.
Result<std::vector<ThreatRow>> among(store::Connection& connection, const domain::policy::Viewer& viewer,
                                     std::span<const std::string> stix_ids, Timestamp now);

}  // namespace tocsin::engine::threat
