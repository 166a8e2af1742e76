#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "engine/manage/comments.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"
#include "portal/pages/member_parts.hpp"

/// What people do with an advisory or a STIX object beside reading it: mark it as read, comment on it, remove it. Both
/// have the same pages, below their own addresses.
namespace tocsin::portal::pages {

/// "/advisories/ID" or "/threats/ID".
std::string record_url(const domain::Record& record);
/// Where it stands: the list, itself, and what is done with it.
std::vector<Crumb> record_crumbs(const domain::Record& record, std::string_view here);
/// What it is called in a heading: an advisory by its id, an object by its title.
const std::string& record_name(const domain::Record& record) noexcept;
/// Of both kinds, for routes: the pattern behind it is the same.
inline constexpr std::string_view kRecordBases[] = {"/advisories/{id}", "/threats/{id}"};
inline bool is_threat(const domain::Record& record) noexcept { return record.kind == domain::RecordKind::stix_object; }

/// Takes what marks all advisories of a search as read.
inline constexpr std::string_view kReadPath = "/read";

/// The advisory or STIX object that the request's `{id}` names, by the address, without its document. Errors:
/// not_found.
Result<domain::Record> record_of(App& app, const http::Request& request);

/// Read or not, with the button that changes it; empty for who has not signed in.
Result<html::Html> read_line_html(App& app, const http::Request& request, const domain::Record& record);
/// Comments and the form for one more, and the way to removing it; empty for who may do neither.
Result<html::Html> comments_section_html(App& app, const http::Request& request, const domain::Record& record);

boost::json::object comment_json(const engine::manage::CommentRow& row);
boost::json::object comments_json(const engine::manage::CommentList& list);

}  // namespace tocsin::portal::pages
