#pragma once
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "engine/sharing/sharing.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"
#include "portal/pages/advisory_load.hpp"

/// What the pages about sharing show the same way.
namespace tocsin::portal::pages {

/// Why the one who asks sees this advisory, and where its handlers change that. Nothing for visitors: they all see the
/// same, and public pages stay as they are.
Result<html::Html> why_html(App& app, const http::Request& request, const domain::Record& record);

/// The same for programs: {"reason": ..., "why": ...}. For visitors as well, to whom it says the same of everything.
Result<boost::json::object> why_json(App& app, const http::Request& request, const domain::Record& record);

/// Who sees a record, at this moment and, under an embargo, from its end on.
struct Sharing {
  domain::Record record;
  std::string owner_name;
  engine::sharing::Sight sight;
  engine::sharing::Reach now;
  std::optional<engine::sharing::Reach> after_embargo;
  bool may_change = false;
};
/// Who sees `into.record`, as far as the actor may know.
Status look_at_sharing(store::Database& database, const engine::Actor& actor, Sharing& into, Timestamp now);
/// Errors: not_found for whoever does not handle the advisory, as if there were none.
Result<Sharing> load_sharing(App& app, const http::Request& request);

/// Every reason with those it speaks of, folded.
html::Html reach_html(const engine::sharing::Reach& reach, const engine::sharing::Marking& marking,
                      const engine::sharing::Sight& sight);
/// The marking as facts in words.
html::Html marking_html(const engine::sharing::Marking& marking, const engine::sharing::Reach& reach,
                        const engine::sharing::Sight& sight);
std::string_view audience_label(domain::Audience audience) noexcept;

boost::json::object sharing_json(const Sharing& sharing);
boost::json::object difference_json(const engine::sharing::Difference& difference, const engine::sharing::Sight& sight);

}  // namespace tocsin::portal::pages
