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
#include "portal/pages/threat_json.hpp"
#include "store/records.hpp"

/// Marking advisories and STIX objects as read, and removing one for good.
namespace tocsin::portal {
namespace pages {

using html::fragment;
using html::Html;

std::string record_url(const domain::Record& record) {
  return is_threat(record) ? threat_url(record.slug) : advisory_url(record.slug);
}

const std::string& record_name(const domain::Record& record) noexcept {
  return is_threat(record) ? record.title : record.key;
}

std::vector<Crumb> record_crumbs(const domain::Record& record, std::string_view here) {
  return {is_threat(record) ? Crumb{"/threats", std::string{tr<"Threats">()}}
                            : Crumb{"/advisories", std::string{tr<"Advisories">()}},
          {record_url(record), record_name(record)},
          {"", std::string{here}}};
}

Result<domain::Record> record_of(App& app, const http::Request& request) {
  const bool threat = request.path.starts_with("/threats/") || request.path.starts_with("/api/v1/threats/");
  const auto kind = threat ? domain::RecordKind::stix_object : domain::RecordKind::advisory;
  TRY(auto record, app.database().read([&](store::Connection& connection) {
    return store::Records{connection}.find(request.viewer, kind, request.parameter("id"), request.now);
  }));
  if (!record) return Error::not_found(threat ? "threat" : "advisory");
  return std::move(*record);
}

Result<Html> read_line_html(App& app, const http::Request& request, const domain::Record& record) {
  const auto decision = domain::policy::decide(request.viewer, domain::policy::facts_of(record), request.now);
  if (!request.viewer.person || decision.reason == domain::policy::Reason::broke_glass) return Html{};
  TRY(const bool read, app.database().read([&](store::Connection& connection) {
    return engine::manage::is_read(connection, *request.viewer.person, record.id);
  }));
  const auto button =
      button_form(request, record_url(record) + "/read", read ? tr<"Mark as unread">() : tr<"Mark as read">(),
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
  return pages::done(pages::record_url(record), read ? "marked-read" : "marked-unread");
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

std::string removal_url(const domain::Record& record) { return pages::record_url(record) + "/remove"; }

http::Response show_removal(App& app, const http::Request& request, const domain::Record& record, const Form& form) {
  const auto url = pages::record_url(record);
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
      "The audit log keeps its id and the hashes of its documents.]]</p>">(lead, pages::record_name(record));
  if (pages::is_threat(record)) {
    html::render<
        "<p>[[Where it was wrong rather than not meant for this portal, have it revoked by who made it: readers then "
        "learn of it. What it came with, and what refers to it, stays.]]</p>">(lead);
  } else {
    html::render<
        "<p>[[Where it was wrong rather than not meant for this portal, import a revision that withdraws it: readers "
        "then learn of it.]]</p>">(lead);
  }
  return pages::form_answer(app, request,
                            {.title = tr<"Remove {}">(pages::record_name(record)),
                             .crumbs = pages::record_crumbs(record, tr<"Remove">()),
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
  return pages::done(pages::is_threat(record) ? "/threats" : "/advisories", "removed");
}

}  // namespace

void add_comment_routes(App& app, http::Router& router);  // comments.cpp

void add_manage_routes(App& app, http::Router& router) {
  pages::add_action(app, router, pages::kReadPath, "advisories_read_page", Permission::signed_in, post_read_all);
  for (const auto base : pages::kRecordBases) {
    const std::string_view name = base.starts_with("/threats") ? "threat" : "advisory";
    pages::add_action(app, router, fmt::format("{}/read", base), fmt::format("{}_read_page", name),
                      Permission::signed_in, post_read);
    pages::add_form(app, router, fmt::format("{}/remove", base), fmt::format("{}_remove", name),
                    Permission::delete_record, get_removal, post_removal);
  }
  add_comment_routes(app, router);
}

}  // namespace tocsin::portal
