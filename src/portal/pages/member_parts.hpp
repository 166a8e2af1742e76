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

/// What the pages of organisations, people, communities and the audit log show the same way.
namespace tocsin::portal::pages {

/// Who asks, for the use cases of engine/members.
engine::Actor actor_of(const http::Request& request);

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
/// A country by its code, for people: "Germany (DE)" is more than we know, so the code itself.
std::string joined(const std::vector<std::string>& texts, std::string_view separator = ", ");
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
boost::json::value time_json(const std::optional<Timestamp>& time);

/// An answer for one reader: in no cache, neither ours nor a proxy's.
http::Response personal(http::Response response);

}  // namespace tocsin::portal::pages
