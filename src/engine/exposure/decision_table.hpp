#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/inventory/inventory.hpp"
#include "store/decision_tables.hpp"

/// By which table an organisation decides: a built-in one, or its own, kept in versions that are only ever added to.
/// Whoever may read the inventory reads it, whoever may edit the inventory changes it. Errors as in
/// engine/inventory/inventory.hpp.
namespace tocsin::engine::exposure {

inline constexpr std::string_view kOwnTable = "own";
inline constexpr std::string_view kDefaultTable = "ot";
inline constexpr std::size_t kTableBytesMax = std::size_t{1} << 20;

/// What may be chosen.
struct TableChoice {
  std::string base{kDefaultTable};  ///< A built-in table's name, or "own".
  std::string document = {};        ///< own: JSON (SSVC DecisionTable 2.0.0).
};
/// Errors: invalid_input: no such table; what Rules::read says, which row it is in words.
Result<Rules> rules_of(const TableChoice& choice);
/// A built-in table's JSON chooses that one, any other is one's own. Errors: those of rules_of.
Result<TableChoice> choice_of(std::string_view document);
/// The choice's JSON, whatever the base.
std::string document_of(const TableChoice& choice);

/// One's own copy of a table, with these outcomes instead: keys of outcome values in the order of
/// DecisionTable::outcomes. Errors: invalid_input with `where` = "outcome": too many, too few, no outcome of the table.
Result<TableChoice> with_outcomes(const TableChoice& of, std::span<const std::string> outcomes);
/// The values of the inputs that lead to DecisionTable::outcomes[index], by their place in each point's values.
std::vector<std::size_t> combination_at(const formats::ssvc::DecisionTable& table, std::size_t index);

struct TableInUse {
  store::DecisionTableVersion version;  ///< Of number 0 where none was ever chosen.
  Rules rules;
  TableChoice choice() const { return {version.base, version.document}; }
};
/// No policy: of whoever decides for the organisation.
Result<TableInUse> table_of(store::Connection& connection, domain::OrganisationId organisation);

/// What differs in two tables.
struct RowChange {
  std::vector<std::size_t> values;    ///< As combination_at has them.
  std::size_t before = 0, after = 0;  ///< Outcomes.
};
struct TableDifference {
  bool same_points = true;  ///< Else the tables ask for other things, and no row is like another.
  std::vector<RowChange> rows;
};
TableDifference difference_of(const Rules& before, const Rules& after);

/// Matches that would be decided otherwise.
struct Shift {
  Action from, to;
  std::int64_t count = 0;
};
struct TablePreview {
  std::int64_t looked_at = 0;  ///< Matches that are neither fixed nor not affected, and that the actor may see.
  bool whole = true;           ///< Else there are more than kPreviewMax.
  std::vector<Shift> shifts;   ///< By urgency.
};
inline constexpr std::int64_t kPreviewMax = 20'000;
/// What another table would change, compared with the one in use.
Result<TablePreview> preview_table(store::Database& database, const Actor& actor, const inventory::Access& access,
                                   const TableChoice& choice, Timestamp now);

/// A new version, from which on it is decided by this table. Audited. Gives its number. `expected`: the version that
/// was seen; conflict where another one counts. Errors: also invalid_input where it is what is used already.
Result<std::int64_t> set_table(store::Database& database, const Actor& actor, const TableChoice& choice,
                               std::string_view note, std::optional<std::int64_t> expected, Timestamp now);
/// The same within a transaction that holds the lock on changes, for an organisation that the caller may decide for.
/// `note` is in one line.
Result<std::int64_t> set_table_in(store::Connection& connection, const Actor& actor,
                                  domain::OrganisationId organisation, const TableChoice& choice, std::string note,
                                  Timestamp now);
Result<TableInUse> table_in_use(store::Database& database, const Actor& actor, const inventory::Access& access);
/// not_found where there is none of this number.
Result<store::DecisionTableVersion> table_version(store::Database& database, const Actor& actor,
                                                  const inventory::Access& access, std::int64_t version);
/// Newest first, without documents, at most 200.
Result<std::vector<store::DecisionTableVersion>> table_history(store::Database& database, const Actor& actor,
                                                               const inventory::Access& access);

}  // namespace tocsin::engine::exposure
