#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "engine/threat/attack.hpp"
#include "formats/attack/difference.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/router.hpp"

/// What the pages of ATT&CK show the same way.
namespace tocsin::portal::pages {

inline constexpr const char* kAttackPath = "/threats/attack";

/// "/threats/attack/T0855"
std::string attack_url(std::string_view attack_id);
/// "Technique", in the reader's language.
std::string_view attack_kind_title(engine::threat::AttackKind kind);
/// "Techniques"
std::string_view attack_kind_plural(engine::threat::AttackKind kind);
/// The header of an object, the same wherever one appears in the API.
boost::json::object attack_row_json(const engine::threat::AttackRow& row);
/// An object with what it has to do with: the API's answer. Errors: internal.
Result<boost::json::object> attack_object_json(engine::threat::AttackObject object);  // attack_object.cpp
/// What changed between two releases, the same from the API and from `tocsin attack diff`.
boost::json::object attack_difference_json(const formats::attack::Difference& difference);  // attack_changes.cpp
/// Ids of the compensating controls (engine/exposure/controls.hpp) that ATT&CK explains here for the asker.
Result<std::set<std::string>> explained_controls(App& app, const http::Request& request);
/// "deprecated" or "revoked"; nothing where it is in force.
html::Html attack_standing(const engine::threat::AttackRow& row);

/// Descriptions of one page: Markdown in which citations become links to one list of references, and addresses of
/// ATT&CK's site links to pages here, where there are such.
class AttackText {
 public:
  explicit AttackText(std::set<std::string> here) : here_(std::move(here)) {}
  /// The references of an object or relationship, before its text is asked for.
  void add_references(const boost::json::value& object);
  html::Html markdown(std::string_view text);
  /// The list of what was cited, and of the references that no text cites.
  void append_references(std::string& out) const;

 private:
  struct Reference {
    std::string name, description, url;
    int number = 0;  ///< 0: not cited.
  };
  std::string with_links(std::string_view text) const;
  std::set<std::string> here_;
  std::vector<Reference> references_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  int cited_ = 0;
};

/// /threats/attack and what lies below it, /api/v1/attack.
void add_attack_routes(App& app, http::Router& router);           // attack.cpp
void add_attack_object_routes(App& app, http::Router& router);    // attack_object.cpp
void add_attack_coverage_routes(App& app, http::Router& router);  // attack_coverage.cpp
void add_attack_changes_routes(App& app, http::Router& router);   // attack_changes.cpp

}  // namespace tocsin::portal::pages
