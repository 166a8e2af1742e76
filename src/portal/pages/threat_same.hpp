#pragma once
#include <vector>

#include <boost/json.hpp>

#include "engine/threat/duplicates.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"
#include "portal/http/router.hpp"

/// "The same as": what the page of an object shows of its duplicates, the form that says so, and the API.
namespace tocsin::portal::pages {

/// What is said of an object, and what may be said. `correlations`: of the object.
struct SameView {
  engine::threat::Sameness known;
  std::vector<engine::threat::ThreatRow> maybe;
};
/// Near the top of the page: what it is the same as, with the reasons, what may be, and the way to the form.
html::Html same_html(const http::Request& request, const domain::Record& record, const SameView& view);
/// Under what it is connected with: what its duplicates are.
html::Html through_html(const engine::threat::Sameness& known, Timestamp now);
/// Nothing where it is none.
html::Html duplicate_tag(bool duplicate);

void add_threat_same_routes(App& app, http::Router& router);

}  // namespace tocsin::portal::pages
