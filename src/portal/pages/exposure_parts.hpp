#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "engine/exposure/decisions.hpp"
#include "engine/exposure/exposure.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// What the pages of exposure share: what a query asks for, and how a decision is told.
namespace tocsin::portal::pages {

/// What the query says, as it was said.
struct ExposureAsked {
  std::string organisation, status, state, decision, due, severity, site, zone, vendor, cve, advisory, product, bom,
      asset, threats, sort, group, cursor;
  std::string by;  ///< Of the lists.
  int limit = 50;
  bool narrows() const noexcept;
};
/// Errors: invalid_input for a parameter that is not known; `lists`: `by` is, `sort` and `group` are not.
Result<ExposureAsked> exposure_asked(const http::Request& request, bool lists = false);
std::string exposure_path(std::string_view base, const ExposureAsked& asked);
/// Without status and state: what wants attention. Errors: invalid_input; not_found for an advisory that the asker may
/// not see.
Result<engine::exposure::ListInput> exposure_input(App& app, const http::Request& request,
                                                   const engine::inventory::Access& access, const ExposureAsked& asked);

/// What the matches are narrowed to beside what filters say, each a name and a link to all: product, bill of
/// materials, advisory, vulnerability, asset. Empty where to nothing.
Result<html::Html> exposure_narrowed_html(App& app, const engine::inventory::Access& access, const ExposureAsked& asked,
                                          std::string_view base);
/// A number of a path or a form; nothing for what is none.
std::optional<std::int64_t> exposure_number(std::string_view text);

/// "act now", in the reader's language.
std::string_view action_label(engine::exposure::Action action);
/// "act now by 2026-12-24"; an action as it is stored.
html::Html stored_action_html(int action, std::optional<Timestamp> due);
/// "act now by 2026-12-24" folded over the path through the table and what the advisory offers.
/// `explained`: the controls that ATT&CK explains here, by id (attack_parts.hpp).
html::Html decision_html(const engine::exposure::Decision& decision, const std::set<std::string>& explained = {});
/// "Exploitation: Active, known exploited since ...", a line for each point.
std::vector<std::string> path_lines(const engine::exposure::Decision& decision);

}  // namespace tocsin::portal::pages
