#pragma once
#include <optional>

#include <boost/json.hpp>

#include "engine/threat/decay.hpp"
#include "portal/html/safe.hpp"

/// What is left of an indicator's confidence, and why, for people and for programs.
namespace tocsin::portal::pages {

struct Worth {
  engine::threat::Decay decay;
  domain::DecayRules rules;
};
/// Of one object that the viewer may see; absent for what does not fade.
Result<std::optional<Worth>> worth_of(store::Connection& connection, const domain::policy::Viewer& viewer,
                                      const domain::Record& record, Timestamp now);
/// "35 of 100. Last confirmed 20 days ago, ..."
html::Html worth_html(const Worth& worth, Timestamp now);
boost::json::object worth_json(const Worth& worth);
/// Nothing where it is not faded.
html::Html faded_tag(bool faded);

}  // namespace tocsin::portal::pages
