#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/manage/removal.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// Comments on advisories and STIX objects: on their page, on one of their own, and to programs.
namespace tocsin::portal {
namespace pages {

namespace manage = engine::manage;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

namespace {

std::string comments_url(const domain::Record& record) { return record_url(record) + "/comments"; }
std::string comment_url(const domain::Record& record, std::string_view id) {
  return fmt::format("{}/{}", comments_url(record), id);
}

void append_comment(std::string& out, const http::Request& request, const domain::Record& record,
                    const manage::CommentRow& row) {
  const auto& comment = row.comment;
  render<"<li class=\"comment\"><p class=\"comment-head\"><b>{}</b> <span class=\"note\">{}{}</span> {}</p>\n">(
      out, comment.person_name.empty() ? comment.organisation_name : comment.person_name,
      datetime_html(comment.written_at),
      comment.edited_at ? fragment<" [[(changed {})]]">(datetime_html(*comment.edited_at)) : Html{},
      comment.wide ? fragment<"<span class=\"tag\">[[for everyone who sees this]]</span>">()
                   : fragment<"<span class=\"tag\">[[for your organisation]]</span>">());
  render<"<p class=\"comment-text\">{}</p>\n">(out, comment.body);
  if (row.may_edit || row.may_remove) {
    out += "<div class=\"actions no-print\">";
    if (row.may_edit) {
      render<"<a class=\"button-quiet\" href=\"{}\">[[Edit]]<span class=\"hidden\"> {}</span></a> ">(
          out, Url::own(comment_url(record, comment.id)), format_minute(comment.written_at));
    }
    if (row.may_remove) {
      out += button_form(request, comment_url(record, comment.id) + "/remove", tr<"Remove">(), {},
                         FormMarkup::Button::quiet, format_minute(comment.written_at))
                 .str();
    }
    out += "</div>";
  }
  out += "</li>\n";
}

void append_list(std::string& out, const http::Request& request, const domain::Record& record,
                 const manage::CommentList& list) {
  if (list.rows.empty()) {
    render<"<p class=\"note\">[[No comment so far that is for you.]]</p>\n">(out);
    return;
  }
  out += "<ul class=\"comments\">\n";
  for (const auto& row : list.rows) append_comment(out, request, record, row);
  out += "</ul>\n";
}

void append_form(std::string& out, const http::Request& request, const domain::Record& record,
                 const manage::CommentList& list, Form form) {
  if (!list.may_write) return;
  if (form.get("for").empty()) form.with("for", "organisation");
  FormMarkup markup{request, comments_url(record), form, "comment"};
  markup.textarea(
      {.name = "text",
       .label = tr<"Your comment">(),
       .hint = is_threat(record) ? tr<"Plain text. It stays here: no file, feed or export of the object has it.">()
                                 : tr<"Plain text. It stays here: no file, feed or export of the advisory has it.">(),
       .maxlength = static_cast<int>(manage::kCommentBytesMax),
       .required = true},
      4);
  if (list.may_write_wide) {
    markup.radios("for", tr<"For whom">(),
                  {{.value = "organisation", .label = std::string{tr<"The people of your organisation">()}},
                   {.value = "everyone",
                    .label = std::string{is_threat(record) ? tr<"Every member who may see this object">()
                                                           : tr<"Every member who may see this advisory">()},
                    .hint = std::string{tr<"Under your organisation's name.">()}}});
  } else {
    markup.hidden("for", "organisation");
    render<"<p class=\"note\">[[The people of your organisation will read it, and nobody else.]]</p>\n">(out);
  }
  out += markup.submit(tr<"Add the comment">()).str();
}

}  // namespace

Result<Html> comments_section_html(App& app, const http::Request& request, const domain::Record& record) {
  if (!request.viewer.person) return Html{};
  const auto decision = domain::policy::decide(request.viewer, domain::policy::facts_of(record), request.now);
  if (decision.reason == domain::policy::Reason::broke_glass) return Html{};
  const auto actor = access::actor(request);
  TRY(const auto list, manage::comments_of(app.database(), actor, record.id, request.now));
  std::string out;
  if (list.may_write) {
    render<"<section id=\"comments\" class=\"no-print\"><h2>[[Comments]]</h2>\n">(out);
    append_list(out, request, record, list);
    append_form(out, request, record, list, {});
    out += "</section>\n";
  }
  if (manage::may_remove(actor, record)) {
    render<"<p class=\"actions no-print\"><a href=\"{}\">{}</a></p>\n">(
        out, Url::own(record_url(record) + "/remove"),
        is_threat(record) ? tr<"Remove this object">() : tr<"Remove this advisory">());
  }
  return Html::from_trusted(std::move(out));
}

boost::json::object comment_json(const manage::CommentRow& row) {
  const auto& comment = row.comment;
  boost::json::object out;
  out["id"] = comment.id;
  out["organisation"] = {{"id", comment.organisation.value}, {"name", comment.organisation_name}};
  out["person"] = comment.person_name.empty() ? boost::json::value() : boost::json::value(comment.person_name);
  out["for"] = comment.wide ? "everyone" : "organisation";
  out["text"] = comment.body;
  out["written_at"] = format_rfc3339(comment.written_at);
  out["edited_at"] = time_json(comment.edited_at);
  out["may_edit"] = row.may_edit;
  out["may_remove"] = row.may_remove;
  return out;
}

boost::json::object comments_json(const manage::CommentList& list) {
  boost::json::object out;
  auto& items = out["items"].emplace_array();
  for (const auto& row : list.rows) items.push_back(comment_json(row));
  out["may_write"] = list.may_write;
  out["may_write_for_everyone"] = list.may_write_wide;
  return out;
}

}  // namespace pages

namespace {

namespace manage = engine::manage;
using domain::Permission;
using html::Html;
using pages::Form;
using pages::FormMarkup;

Result<http::Response> show(App& app, const http::Request& request, const domain::Record& record, const Form& form) {
  TRY(const auto list, manage::comments_of(app.database(), access::actor(request), record.id, request.now));
  std::string markup;
  pages::append_list(markup, request, record, list);
  pages::append_form(markup, request, record, list, form);
  return pages::form_answer(app, request,
                            {.title = tr<"Comments on {}">(pages::record_name(record)),
                             .crumbs = pages::record_crumbs(record, tr<"Comments">()),
                             .lead = Html::from_text(record.title)},
                            form, Html::from_trusted(std::move(markup)));
}

Result<http::Response> get_comments(App& app, const http::Request& request) {
  if (request.representation == http::Representation::json) {
    TRY_VOID(request.only_known({}));
    TRY(const auto record, pages::record_of(app, request));
    TRY(const auto list, manage::comments_of(app.database(), access::actor(request), record.id, request.now));
    return pages::personal(http::Response::json(json::write(pages::comments_json(list))));
  }
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto record, pages::record_of(app, request));
  return show(app, request, record, {});
}

Result<http::Response> post_comment(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY(auto form, Form::read(request, {"text", "for"}));
  const auto audience = form.get("for");
  if (audience != "organisation" && audience != "everyone") {
    form.wrong("for", tr<"Choose who reads it.">());
    return show(app, request, record, form);
  }
  const auto added = manage::add_comment(app.database(), access::actor(request), record.id, form.raw("text"),
                                         audience == "everyone", request.now);
  if (!added) {
    TRY_VOID(form.take(added.error()));
    return show(app, request, record, form);
  }
  return pages::done(pages::record_url(record), "saved");
}

http::Response show_edit(App& app, const http::Request& request, const domain::Record& record,
                         const manage::CommentRow& row, const Form& form) {
  FormMarkup markup{request, pages::comment_url(record, row.comment.id), form};
  markup.textarea({.name = "text",
                   .label = tr<"Your comment">(),
                   .maxlength = static_cast<int>(manage::kCommentBytesMax),
                   .required = true},
                  8);
  return pages::form_answer(app, request,
                            {.title = std::string{tr<"Edit a comment">()},
                             .crumbs = pages::record_crumbs(record, tr<"Edit a comment">()),
                             .lead = {}},
                            form, markup.submit(tr<"Save">(), FormMarkup::Button::normal, pages::record_url(record)));
}

struct Target {
  domain::Record record;
  manage::CommentRow row;
};
Result<Target> target(App& app, const http::Request& request) {
  Target found;
  TRY(found.record, pages::record_of(app, request));
  TRY(found.row, manage::find_comment(app.database(), access::actor(request), found.record.id,
                                      request.parameter("comment"), request.now));
  return found;
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto found, target(app, request));
  if (!found.row.may_edit) return Error::forbidden(std::string{tr<"A comment is changed by who wrote it">()});
  Form form;
  form.with("text", found.row.comment.body);
  return show_edit(app, request, found.record, found.row, form);
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(const auto found, target(app, request));
  TRY(auto form, Form::read(request, {"text"}));
  const auto changed = manage::change_comment(app.database(), access::actor(request), found.record.id,
                                              found.row.comment.id, form.raw("text"), request.now);
  if (!changed) {
    TRY_VOID(form.take(changed.error()));
    return show_edit(app, request, found.record, found.row, form);
  }
  return pages::done(pages::record_url(found.record), "saved");
}

Result<http::Response> post_remove(App& app, const http::Request& request) {
  TRY(const auto found, target(app, request));
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(manage::remove_comment(app.database(), access::actor(request), found.record.id, found.row.comment.id,
                                  request.now));
  return pages::done(pages::record_url(found.record), "removed");
}

}  // namespace

void add_comment_routes(App& app, http::Router& router) {
  constexpr auto kMember = Permission::read_as_member;
  pages::add_resource(
      router, "/advisories/{id}/comments", "/api/v1/advisories/{id}/comments", "comments",
      "Comments on an advisory that are for the asker",
      [&app](const http::Request& request) { return get_comments(app, request); }, kMember);
  pages::add_resource(
      router, "/threats/{id}/comments", "/api/v1/threats/{id}/comments", "threat_comments",
      "Comments on a STIX object that are for the asker",
      [&app](const http::Request& request) { return get_comments(app, request); }, kMember);
  for (const auto base : pages::kRecordBases) {
    const std::string_view name = base.starts_with("/threats") ? "threat_" : "";
    const auto add = [&](std::string_view ending, std::string_view what, auto post) {
      pages::add_action(app, router, fmt::format("{}/comments{}", base, ending), fmt::format("{}{}", name, what),
                        kMember, post);
    };
    add("", "comment_add_page", post_comment);
    add("/{comment}/remove", "comment_remove_page", post_remove);
    pages::add_form(app, router, fmt::format("{}/comments/{{comment}}", base), fmt::format("{}comment_edit", name),
                    kMember, get_edit, post_edit);
  }
}

}  // namespace tocsin::portal
