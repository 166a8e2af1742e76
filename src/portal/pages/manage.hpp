#pragma once
#include <string_view>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "engine/manage/comments.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// What people do with an advisory beside reading it: mark it as read, comment on it, remove it.
namespace tocsin::portal::pages {

/// Takes what marks all advisories of a search as read.
inline constexpr std::string_view kReadPath = "/read";

/// The advisory that the request's `{id}` names, without its document. Errors: not_found.
Result<domain::Record> record_of(App& app, const http::Request& request);

/// Read or not, with the button that changes it; empty for who has not signed in.
Result<html::Html> read_line_html(App& app, const http::Request& request, const domain::Record& record);
/// Comments and the form for one more, and the way to removing the advisory; empty for who may do neither.
Result<html::Html> comments_section_html(App& app, const http::Request& request, const domain::Record& record);

boost::json::object comment_json(const engine::manage::CommentRow& row);
boost::json::object comments_json(const engine::manage::CommentList& list);

}  // namespace tocsin::portal::pages
