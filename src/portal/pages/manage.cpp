#include "portal/pages/manage.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "engine/manage/reading.hpp"
#include "engine/manage/removal.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/approval_view.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/member_parts.hpp"
#include "store/records.hpp"

/// Marking advisories as read, and removing one for good.
namespace tocsin::portal {
namespace pages {

using html::fragment;
using html::Html;

Result<domain::Record> record_of(App& app, const http::Request& request) {
  TRY(auto record, app.database().read([&](store::Connection& connection) {
    return store::Records{connection}.find(request.viewer, domain::RecordKind::advisory, request.parameter("id"),
                                           request.now);
  }));
  if (!record) return Error::not_found("advisory");
  return std::move(*record);
}

Result<Html> read_line_html(App& app, const http::Request& request, const domain::Record& record) {
  const auto decision = domain::policy::decide(request.viewer, domain::policy::facts_of(record), request.now);
  if (!request.viewer.person || decision.reason == domain::policy::Reason::broke_glass) return Html{};
  TRY(const bool read, app.database().read([&](store::Connection& connection) {
    return engine::manage::is_read(connection, *request.viewer.person, record.id);
  }));
  const auto button =
      button_form(request, advisory_url(record.slug) + "/read", read ? tr<"Mark as unread">() : tr<"Mark as read">(),
                  {{"read", read ? "no" : "yes"}});
  return fragment<"<div class=\"read-line no-print\"><span>{}</span> {}</div>\n">(
      read ? tr<"You have read this.">() : tr<"You have not marked this as read.">(), button);
}

}  // namespace pages

namespace {

namespace manage = engine::manage;
using domain::Permission;
using html::Html;
using pages::Form;
using pages::FormMarkup;

Result<http::Response> post_read(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY(const auto form, Form::read(request, {"read"}));
  const auto wanted = form.get("read");
  if (wanted != "yes" && wanted != "no") return Error::invalid(std::string{tr<"'read' is yes or no">()}, "read");
  const bool read = wanted == "yes";
  const auto actor = access::actor(request);
  TRY_VOID(read ? manage::mark_read(app.database(), actor, record.id, request.now)
                : manage::mark_unread(app.database(), actor, record.id, request.now));
  return pages::done(pages::advisory_url(record.slug), read ? "marked-read" : "marked-unread");
}

Result<http::Response> post_read_all(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {"q", "until"}));
  const auto until = form.get("until");
  Timestamp moment;
  const auto [end, failure] = std::from_chars(until.data(), until.data() + until.size(), moment.micros);
  if (failure != std::errc{} || end != until.data() + until.size()) {
    return Error::invalid(std::string{tr<"'until' is the moment of the list">()}, "until");
  }
  const auto query = form.get("q");
  TRY(const auto records, app.search().matching(request.viewer, query, request.now));
  TRY_VOID(manage::mark_all_read(app.database(), access::actor(request), records, moment, request.now));
  return pages::done(http::with_query("/advisories", {{"q", query}}), "marked-read");
}

// --- removal ---

std::string removal_url(const domain::Record& record) { return pages::advisory_url(record.slug) + "/remove"; }

http::Response show_removal(App& app, const http::Request& request, const domain::Record& record, const Form& form) {
  const auto url = pages::advisory_url(record.slug);
  FormMarkup markup{request, removal_url(record), form};
  const bool second = access::actor(request).four_eyes.wanted(domain::Act::remove_record);
  markup.textarea({.name = "reason",
                   .label = tr<"Why">(),
                   .hint = second ? tr<"Another person has to approve this before it is done. They read why.">()
                                  : tr<"It stays in the audit log.">(),
                   .maxlength = 1'000,
                   .required = true},
                  3);
  markup.checkbox("understood", tr<"I know that this cannot be undone">());
  std::string lead;
  html::render<
      "<p>[[All revisions of {} go for good: their documents, comments on it, and what organisations noted about it. "
      "The audit log keeps its id and the hashes of its documents.]]</p><p>[[Where it was wrong rather than not meant "
      "for this portal, import a revision that withdraws it: readers then learn of it.]]</p>">(lead, record.key);
  return pages::form_answer(app, request,
                            {.title = tr<"Remove {}">(record.key),
                             .crumbs = {{"/advisories", std::string{tr<"Advisories">()}},
                                        {url, record.key},
                                        {"", std::string{tr<"Remove">()}}},
                             .lead = Html::from_trusted(std::move(lead))},
                            form, markup.submit(tr<"Remove it for good">(), FormMarkup::Button::danger, url));
}

Result<domain::Record> removable(App& app, const http::Request& request) {
  TRY(auto record, pages::record_of(app, request));
  TRY_VOID(manage::may_remove(access::actor(request), record));
  return record;
}

Result<http::Response> get_removal(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto record, removable(app, request));
  if (auto first = pages::confirm_first(app, request, removal_url(record))) return std::move(*first);
  return show_removal(app, request, record, {});
}

Result<http::Response> post_removal(App& app, const http::Request& request) {
  TRY(const auto record, removable(app, request));
  TRY(auto form, Form::read(request, {"reason", "understood"}));
  if (auto first = pages::confirm_first(app, request, removal_url(record))) return std::move(*first);
  if (!form.checked("understood")) {
    form.wrong("understood", tr<"Say that you know what this does.">());
    return show_removal(app, request, record, form);
  }
  auto actor = access::actor(request);
  actor.reason = form.get("reason");
  if (const auto removed = manage::remove_record(app.database(), actor, record.id, request.now); !removed) {
    if (auto asked = pages::asked_instead(removed.error())) return std::move(*asked);
    TRY_VOID(form.take(removed.error()));
    return show_removal(app, request, record, form);
  }
  return pages::done("/advisories", "removed");
}

}  // namespace

void add_comment_routes(App& app, http::Router& router);  // comments.cpp

void add_manage_routes(App& app, http::Router& router) {
  pages::add_action(app, router, pages::kReadPath, "advisories_read_page", Permission::signed_in, post_read_all);
  pages::add_action(app, router, "/advisories/{id}/read", "advisory_read_page", Permission::signed_in, post_read);
  pages::add_form(app, router, "/advisories/{id}/remove", "advisory_remove", Permission::delete_record, get_removal,
                  post_removal);
  add_comment_routes(app, router);
}

}  // namespace tocsin::portal
