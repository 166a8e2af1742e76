#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csaf/operations/operation.hpp"
#include "formats/csaf/operations/revision.hpp"

/// Brings the ids of vulnerabilities to the names and forms that the registry of their systems (RVISC) has: the
/// conformance target "CSAF RVISC ID updater" (CSAF 2.1, section 9.1.26). Pure functions, no I/O.
namespace tocsin::formats::csaf {

/// What becomes of the ids of one system, before the registry's own mapping is asked. The first that fits counts.
struct IdRule {
  std::string system_name;        ///< Of the ids it is for, exactly.
  std::string precondition = {};  ///< RE2 expression that the whole text has to fit; empty: any text.
  std::optional<std::string> new_system_name = {};
  std::optional<std::string> new_text = {};  ///< "\1" is the first group of the precondition.
};
inline constexpr std::size_t kIdRulesMax = 1000;
/// An array of objects with the members above. Errors: invalid_input with a pointer into it.
Result<std::vector<IdRule>> read_id_rules(const boost::json::value& rules);

struct IdAt {
  std::string path;  ///< /vulnerabilities/0/ids/0
  std::string system_name, text;
};
struct IdChange {
  IdAt before;
  std::string system_name, text;  ///< Afterwards.
  bool by_rule = false;           ///< By one of the caller's, not by the registry's mapping.
};

struct UpdateIdsOptions {
  std::vector<IdRule> rules = {};
  std::vector<std::string> ignored = {};  ///< Names of systems whose ids stay as they are, and are not told of.
  /// Asked about each change; where it says no, the id stays. None: every change is made.
  std::function<bool(const IdChange&)> accept = {};
  /// Commit mode: adds a revision. An empty summary is made from the changes.
  std::optional<Revision> commit = {};
  std::optional<ChangeLevel> level = {};  ///< Of the revision; `patch` unless told, for texts became other texts.
  std::string number = {};                ///< Of the revision, in place of the next one.
};

struct IdReport {
  std::vector<IdChange> changes;    ///< Made, or to be made.
  std::vector<IdAt> unregistered;   ///< Of a system that is not in the registry, as they were.
  std::vector<IdAt> nonconforming;  ///< Of one that is, with a text that does not fit its entry.
};
/// What would change, with nobody asked, and what is wrong with the ids. Errors: as update_ids().
Result<IdReport> look_at_ids(std::string_view source, const UpdateIdsOptions& options);

struct UpdatedIds {
  Changed changed;
  IdReport report;
};
/// Notes tell of each change and of each id for which there is none. Where nothing changes there is no revision, and
/// the document is the source. Errors: invalid_input for what is no CSAF 2.1 document, for a rule whose expression is
/// none, and for a number that is no later version; conflict for a moment before the newest revision.
Result<UpdatedIds> update_ids(std::string_view source, const UpdateIdsOptions& options);

}  // namespace tocsin::formats::csaf
