#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "domain/community.hpp"
#include "domain/person.hpp"
#include "engine/members/actor.hpp"
#include "engine/members/members.hpp"
#include "engine/members/names.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"
#include "portal/pages/form.hpp"

/// What the pages of organisations, people, communities and the audit log show the same way.
namespace tocsin::portal::pages {

/// A number as ids are written, in one spelling only: "007" is nobody's.
std::optional<std::int64_t> id_of(std::string_view text);
/// The number in the path, or nullopt for what no id looks like (which is answered like an id that nobody has).
std::optional<std::int64_t> id_in_path(const http::Request& request, std::string_view parameter);

std::string organisation_url(domain::OrganisationId id);
std::string person_url(domain::PersonId id);
std::string community_url(domain::CommunityId id);

/// Status as a word in a badge: colour only helps.
html::Html status_tag(domain::OrganisationStatus status);
html::Html status_tag(domain::PersonStatus status);
/// What a status means for those whose it is.
std::string_view meaning(domain::OrganisationStatus status) noexcept;
std::string joined(const std::vector<std::string>& texts, std::string_view separator = ", ");
std::string country_names(const std::vector<std::string>& codes);
std::string sector_names(const std::vector<domain::Sector>& sectors);
/// "Member, Analyst": without "Member" where there is more to say.
std::string role_names(domain::Roles roles);

struct Crumb {
  std::string path, label;  ///< Without path: where the reader is.
};
html::Html breadcrumb_html(const std::vector<Crumb>& crumbs);
/// One key and its value in a <dl class="kv">; nothing where the value is empty.
void append_fact(std::string& out, std::string_view label, const html::Html& value);
void append_fact(std::string& out, std::string_view label, std::string_view value);
/// The link to the next page of a list; nothing where `path` is empty.
void append_next(std::string& out, std::string_view path);
/// Link to an organisation's page, or its number where it has no name.
html::Html organisation_link(std::int64_t id, std::string_view name);

/// Names of the organisations in which these people are, by number.
Result<engine::members::Names> organisations_of(App& app, const std::vector<engine::members::PersonRow>& people);

boost::json::object organisation_json(const domain::Organisation& organisation);
boost::json::object person_json(const engine::members::PersonRow& row, const engine::members::Names& organisations);
boost::json::object community_json(const engine::members::CommunityRow& row);
boost::json::object organisation_detail_json(const engine::members::OrganisationDetail& detail);  // organisation.cpp
boost::json::object community_detail_json(const engine::members::CommunityDetail& detail);        // communities.cpp
boost::json::value time_json(const std::optional<Timestamp>& time);

struct Page;  // pages/layout.hpp
/// A page for those who have signed in, under the tabs of the section; `tab` is the path of the one it belongs to.
http::Response member_page(App& app, const http::Request& request, Page page, std::string_view tab);

/// Active organisations to choose from, by name; at most 1,000.
Result<std::vector<Option>> organisation_options(App& app, const engine::Actor& actor);

/// A page of one form: where it stands, what it is for, what is wrong, the fields.
struct FormFrame {
  std::string title;
  std::vector<Crumb> crumbs;
  html::Html lead;
};
/// A form's two routes at one address: `get` shows it, `post` takes it. For people at a browser.
void add_form(App& app, http::Router& router, std::string_view pattern, std::string_view name,
              domain::Permission permission, Result<http::Response> (*get)(App&, const http::Request&),
              Result<http::Response> (*post)(App&, const http::Request&));
/// A route that takes a form of nothing but a button.
void add_action(App& app, http::Router& router, std::string_view pattern, std::string_view name,
                domain::Permission permission, Result<http::Response> (*post)(App&, const http::Request&));
http::Response form_answer(App& app, const http::Request& request, const FormFrame& frame, const Form& form,
                           const html::Html& markup);

/// An answer for one reader: in no cache, neither ours nor a proxy's.
http::Response personal(http::Response response);

}  // namespace tocsin::portal::pages
