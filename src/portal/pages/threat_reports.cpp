#include "portal/pages/threat_reports.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/threat_author.hpp"
#include "portal/pages/threat_found.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_markdown.hpp"
#include "portal/pages/threat_products.hpp"
#include "portal/pages/threat_report_form.hpp"

/// Members share what they saw, and go on with what they shared.
namespace tocsin::portal {
namespace {

namespace threat = engine::threat;
using domain::Permission;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::kSharedPath;
using pages::kSharePath;

constexpr std::string_view kShareFilePath = "/threats/share/file";

std::string shared_url(std::string_view id) { return fmt::format("{}/{}", kSharedPath, id); }

http::Response answer(App& app, const http::Request& request, std::string title, std::vector<pages::Crumb> crumbs,
                      std::string_view lead, const std::string& main, const Form& form,
                      std::string_view form_id = "f") {
  crumbs.insert(crumbs.begin(), {"/threats", std::string{tr<"Threats">()}});
  std::string out = pages::breadcrumb_html(crumbs).str();
  render<"<div class=\"page-head\"><h1>{}</h1></div>\n">(out, title);
  out += pages::error_summary(form, form_id).str();
  if (!lead.empty()) render<"<p class=\"lead\">{}</p>\n">(out, lead);
  out += main;
  pages::Page page;
  page.title = std::move(title);
  page.section = pages::Section::threats;
  page.main = Html::from_trusted(std::move(out));
  return pages::form_page(app, request, std::move(page), form);
}

// --- sharing and changing ---

/// What the form is for: a new report, or one that is there.
struct Target {
  std::optional<threat::OwnReport> report;
  std::string action;
};

http::Response page_of(App& app, const http::Request& request, const Target& target, std::string_view lead,
                       const std::string& main, const Form& form, std::string_view form_id = "f") {
  const auto title = target.report ? tr<"Change a report">() : tr<"Share what we saw">();
  std::vector<pages::Crumb> crumbs;
  if (target.report) {
    crumbs.push_back({std::string{kSharedPath}, std::string{tr<"What we shared">()}});
    crumbs.push_back({shared_url(target.report->record.slug), target.report->record.title});
  }
  crumbs.push_back({"", std::string{title}});
  return answer(app, request, std::string{title}, std::move(crumbs), lead, main, form, form_id);
}

Result<http::Response> show_form(App& app, const http::Request& request, const Target& target, const Form& form) {
  const auto cancel = target.report ? shared_url(target.report->record.slug) : std::string{"/threats"};
  TRY(const auto markup, pages::report_form_html(app, request, target.action, form, !target.report, cancel));
  return page_of(app, request, target,
                 target.report
                     ? tr<"Who got it before gets the newer version, as far as it is still for them.">()
                     : tr<"What you noticed helps others to notice it in time. Nothing is shared before you have "
                          "seen what was understood, and who will see it.">(),
                 markup.str(), form);
}

Result<http::Response> take_form(App& app, const http::Request& request, const Target& target) {
  const auto actor = access::actor(request);
  TRY(auto form, pages::read_report_form(request));
  const auto step = form.get("step");
  if (step == "edit") return show_form(app, request, target, form);
  const auto refused = [&](const Error& error) -> Result<http::Response> {
    // Whom it lists is chosen in two fields: told above the form.
    TRY_VOID(form.take(error));
    return show_form(app, request, target, form);
  };
  auto attribution = threat::Attribution::named;
  if (target.report) {
    attribution = target.report->anonymous ? threat::Attribution::anonymous : threat::Attribution::named;
  } else {
    const auto chosen = pages::report_attribution(form);
    if (!chosen) return refused(chosen.error());
    attribution = *chosen;
  }
  auto input = pages::report_input(form);
  // Until it is shared, what was found in the text is only proposed.
  if (step != "save") {
    input.indicators = form.raw("indicators");
    input.cves = form.raw("cves");
    input.techniques = form.raw("techniques");
  }
  const auto review = threat::review_report(input, request.now);
  if (!review) return refused(review.error());
  const auto audience = pages::report_audience(form);
  if (!audience) return refused(audience.error());
  const auto marking = threat::marking_of_report(app.database(), actor, *audience, request.now);
  if (!marking) return refused(marking.error());
  if (step == "save") {
    if (target.report) {
      const auto& id = target.report->record.key;
      const auto changed = threat::change_report(app.database(), actor, id, *review, *marking, request.now);
      if (!changed) return refused(changed.error());
      return pages::done(shared_url(id), "saved");
    }
    const auto id = threat::share_report(app.database(), actor, *review, *marking, attribution, request.now);
    if (!id) return refused(id.error());
    return pages::done(shared_url(*id), "shared");
  }
  const auto owner = target.report ? target.report->record.owner : threat::owner_of_report(actor, attribution);
  TRY(const auto markup,
      pages::report_review_html(app, request, target.action, form,
                                {.review = *review, .marking = *marking, .attribution = attribution, .owner = owner}));
  return page_of(app, request, target, tr<"Look at it once more: nothing has been shared yet.">(), markup.str(), form,
                 "save");
}

// --- from a file ---

/// Where a file is sent, beside the form that is filled in by hand.
Html file_form_html(const http::Request& request, const Form& form) {
  std::string out;
  render<"<section class=\"panel\" aria-labelledby=\"from-file\"><h2 id=\"from-file\">[[From a file]]</h2>\n">(out);
  pages::FormMarkup markup{request, kShareFilePath, form, "file", pages::FormMarkup::Sends::files};
  markup.file(
      {.name = "file",
       .label = tr<"File">(),
       .hint = tr<"A mail (.eml), a PDF, HTML, Markdown or a text, at most 16 MB. What is found in it fills the form "
                  "below; nothing is kept or shared by sending it.">(),
       .required = true},
      ".eml,.pdf,.html,.htm,.xhtml,.md,.markdown,.txt,.log,.csv,text/*,message/rfc822,application/pdf");
  out += markup.submit(tr<"Look into it">(), pages::FormMarkup::Button::quiet).str();
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

Form fresh_form() {
  Form form;
  form.with("whom", "members").with("tlp", "AMBER").with("attribution", "named");
  return form;
}

/// The form, with that of files above it, and what was found in one.
Result<http::Response> show_share(App& app, const http::Request& request, const Form& form, const Form& file,
                                  const Html& found) {
  TRY(const auto markup, pages::report_form_html(app, request, kSharePath, form, true, "/threats"));
  return page_of(
      app, request, {.report = {}, .action = std::string{kSharePath}},
      tr<"What you noticed helps others to notice it in time. Nothing is shared before you have seen what was "
         "understood, and who will see it.">(),
      file_form_html(request, file).str() + found.str() + markup.str(), file, "file");
}

Result<http::Response> post_file(App& app, const http::Request& request) {
  TRY_VOID(threat::may_share(access::actor(request)));
  TRY(auto file, Form::read(request, {"file"}));
  const auto sent = std::ranges::find(request.uploads, "file", &http::Upload::field);
  if (sent == request.uploads.end() || sent->bytes.empty()) {
    file.wrong("file", tr<"Choose a file.">());
    return show_share(app, request, fresh_form(), file, {});
  }
  const auto found = exchange::extract(sent->bytes, sent->name);
  if (!found) {
    auto error = found.error();
    error.where = "file";
    TRY_VOID(file.take(error));
    return show_share(app, request, fresh_form(), file, {});
  }
  auto form = fresh_form();
  pages::fill_from_file(form, *found);
  TRY(const auto products, pages::product_links(app, request, found->document.reading()));
  return show_share(app, request, form, file,
                    Html::from_trusted(pages::found_html(*found, text::shorten(sent->name, 200)).str() +
                                       pages::product_links_html(products).str()));
}

Result<http::Response> get_share(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY_VOID(threat::may_share(access::actor(request)));
  return show_share(app, request, fresh_form(), {}, {});
}

Result<http::Response> post_share(App& app, const http::Request& request) {
  TRY_VOID(threat::may_share(access::actor(request)));
  return take_form(app, request, {.report = {}, .action = std::string{kSharePath}});
}

Result<threat::OwnReport> own(App& app, const http::Request& request) {
  return threat::own_report(app.database(), access::actor(request), request.parameter("id"), request.now);
}

Result<Target> changeable(App& app, const http::Request& request) {
  TRY(auto report, own(app, request));
  if (!report.may_change || report.object) {
    return Error::forbidden(
        std::string{tr<"A report is changed by who gave it, and by who answers for the organisation">()});
  }
  auto action = shared_url(report.record.slug) + "/edit";
  return Target{.report = std::move(report), .action = std::move(action)};
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto target, changeable(app, request));
  return show_form(app, request, target, pages::report_form_of(*target.report, access::actor(request)));
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(const auto target, changeable(app, request));
  return take_form(app, request, target);
}

Result<http::Response> post_revoke(App& app, const http::Request& request) {
  TRY(const auto report, own(app, request));
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(threat::revoke_report(app.database(), access::actor(request), report.record.key, request.now));
  return pages::done(shared_url(report.record.slug), "report-revoked");
}

// --- what we shared ---

Html attribution_html(const threat::OwnReport& report) {
  return report.anonymous ? html::fragment<"<span class=\"tag\">[[anonymous]]</span>">() : Html{};
}
Html revoked_html(const threat::OwnReport& report) {
  return report.revoked ? html::fragment<"<span class=\"tag tag-refused\">[[#object#revoked]]</span>">() : Html{};
}

Result<http::Response> get_list(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  const auto actor = access::actor(request);
  TRY(const auto reports, threat::own_reports(app.database(), actor, request.now));
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& each : reports) items.push_back(pages::own_report_json(each));
    return pages::personal(http::Response::json(json::write(boost::json::object{{"items", std::move(items)}})));
  }
  std::string main;
  if (threat::may_share(actor)) {
    render<"<p class=\"actions\"><a class=\"button\" href=\"{}\">[[Share what we saw]]</a></p>\n">(
        main, Url::own(std::string{kSharePath}));
  }
  if (reports.empty()) {
    render<"<div class=\"callout\"><p>[[Your organisation has not shared anything yet.]]</p></div>\n">(main);
  } else {
    render<
        "<div class=\"table-wrap stack\"><table><caption class=\"hidden\">[[What we shared]]</caption><thead><tr><th "
        "scope=\"col\">[[Title]]</th><th scope=\"col\">TLP</th><th scope=\"col\">[[Shared]]</th><th scope=\"col\" "
        "class=\"num\">[[#organisations that#saw it too]]</th><th scope=\"col\" class=\"num\">[[#organisations "
        "that#read "
        "it]]</th></tr></thead><tbody>\n">(main);
    for (const auto& each : reports) {
      render<
          "<tr><td data-label=\"[[Title]]\"><a href=\"{}\">{}</a> {} {}</td><td data-label=\"TLP\">{}</td><td "
          "data-label=\"[[Shared]]\">{}</td><td class=\"num\" data-label=\"[[#organisations that#saw it "
          "too]]\">{}</td><td "
          "class=\"num\" data-label=\"[[#organisations that#read it]]\">{}</td></tr>\n">(
          main, Url::own(shared_url(each.record.slug)), each.record.title, attribution_html(each), revoked_html(each),
          pages::tlp_badge(each.record.tlp), pages::date_html(each.shared_at), locale::number(each.organisations_seen),
          locale::number(each.organisations_read));
    }
    main += "</tbody></table></div>\n";
  }
  auto response = answer(app, request, std::string{tr<"What we shared">()}, {{"", std::string{tr<"What we shared">()}}},
                         tr<"Reports of your organisation, and what came of them.">(), main, {});
  return pages::personal(std::move(response));
}

void append_feedback(std::string& out, const threat::OwnReport& report) {
  render<
      "<section class=\"panel\" aria-labelledby=\"feedback\"><h2 id=\"feedback\">[[What came of it]]</h2>\n<p>{} "
      "{}</p>\n">(out,
                  trn<"{} organisation saw it too.", "{} organisations saw it too.">(
                      report.organisations_seen, locale::number(report.organisations_seen)),
                  trn<"{} other organisation marked it as read.", "{} other organisations marked it as read.">(
                      report.organisations_read, locale::number(report.organisations_read)));
  out += pages::thanks_html(report).str();
  out += pages::seen_too_html(report.seen_too).str();
  out += "</section>\n";
}

Result<http::Response> get_one(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto report, own(app, request));
  if (request.representation == http::Representation::json) {
    return pages::personal(http::Response::json(json::write(pages::own_report_json(report))));
  }
  std::string main;
  render<"<p>{} {} {}</p>\n">(main, pages::tlp_badge(report.record.tlp), attribution_html(report),
                              revoked_html(report));
  append_feedback(main, report);
  if (report.object) {
    render<"<section class=\"panel\" aria-labelledby=\"it\"><h2 id=\"it\">[[The object]]</h2>\n<dl class=\"kv\">\n">(
        main);
  } else {
    render<
        "<section class=\"panel\" aria-labelledby=\"it\"><h2 id=\"it\">[[The report]]</h2>\n<div "
        "class=\"prose\">{}</div>\n<dl class=\"kv\">\n">(main, pages::threat_markdown(report.input.text));
  }
  pages::append_fact(main, tr<"Shared">(), pages::datetime_html(report.shared_at));
  pages::append_fact(main, tr<"#report#Shared by">(), report.by);
  pages::append_fact(main, tr<"Objects of STIX">(), locale::number(static_cast<std::int64_t>(report.objects) + 1));
  pages::append_fact(main, tr<"STIX id">(), html::fragment<"<code class=\"breaks\">{}</code>">(report.record.key));
  main += "</dl>\n";
  if (domain::policy::may_see(request.viewer, domain::policy::facts_of(report.record), request.now)) {
    render<"<p><a href=\"{}\">[[As others see it]]</a></p>\n">(main, Url::own(pages::threat_url(report.record.slug)));
  }
  main += "</section>\n";
  if (report.may_change && report.object) {
    main += pages::author_actions_html(report.record.slug).str();
  } else if (report.may_change) {
    render<"<div class=\"actions no-print\"><a class=\"button\" href=\"{}\">[[Change it]]</a> {}</div>\n">(
        main, Url::own(shared_url(report.record.slug) + "/edit"),
        pages::button_form(request, shared_url(report.record.slug) + "/revoke", tr<"Revoke it">(), {},
                           pages::FormMarkup::Button::danger));
    render<
        "<p class=\"note\">[[Revoking tells everybody who got it that it does not hold any more; it is not "
        "deleted.]]</p>\n">(main);
  }
  auto response = answer(app, request, report.record.title,
                         {{std::string{kSharedPath}, std::string{tr<"What we shared">()}}, {"", report.record.title}},
                         {}, main, {});
  return pages::personal(std::move(response));
}

}  // namespace

namespace pages {

boost::json::object own_report_json(const threat::OwnReport& report) {
  const auto texts = [](const std::vector<std::string>& from) {
    boost::json::array out;
    for (const auto& each : from) out.emplace_back(each);
    return out;
  };
  boost::json::array seen;
  for (const auto& each : report.seen_too) {
    seen.push_back(boost::json::object{
        {"organisation", each.organisation.empty() ? boost::json::value() : boost::json::value(each.organisation)},
        {"object", each.object},
        {"at", format_rfc3339(each.at)},
        {"count", each.facts.count ? boost::json::value(*each.facts.count) : boost::json::value()},
        {"first_seen", time_json(each.facts.first_seen)},
        {"last_seen", time_json(each.facts.last_seen)},
        {"remark", each.facts.remark.empty() ? boost::json::value() : boost::json::value(each.facts.remark)}});
  }
  return {{"id", report.record.key},
          {"url", shared_url(report.record.slug)},
          {"title", report.record.title},
          {"tlp", domain::to_string(report.record.tlp)},
          {"form", report.object ? "object" : "report"},
          {"anonymous", report.anonymous},
          {"revoked", report.revoked},
          {"may_change", report.may_change},
          {"version", report.record.version},
          {"shared_at", format_rfc3339(report.shared_at)},
          {"text", report.input.text},
          {"first_seen", report.input.first_seen},
          {"last_seen", report.input.last_seen},
          {"sectors", texts(report.input.sectors)},
          {"countries", texts(report.input.countries)},
          {"indicators", report.input.indicators},
          {"cves", report.input.cves},
          {"techniques", report.input.techniques},
          {"objects", static_cast<std::int64_t>(report.objects) + 1},
          {"organisations_that_saw_it", report.organisations_seen},
          {"organisations_that_read_it", report.organisations_read},
          {"organisations_that_thanked", report.organisations_thanked},
          {"thanked_by", texts(report.thanked_by)},
          {"seen_too", std::move(seen)}};
}

}  // namespace pages

void add_threat_report_routes(App& app, http::Router& router) {
  constexpr auto kMember = Permission::read_as_member;
  const auto large = [](http::Route& route) {
    route.session_only = true;
    route.body_bytes_max = 2 << 20;
  };
  const auto handle = [&app](Result<http::Response> (*handler)(App&, const http::Request&)) {
    return [&app, handler](const http::Request& request) { return handler(app, request); };
  };
  const auto session = [](http::Route& route) { route.session_only = true; };
  pages::add_page(router, http::Method::get, std::string{kSharePath}, "threat_share_page", kMember, handle(get_share),
                  session);
  pages::add_page(router, http::Method::post, std::string{kSharePath}, "threat_share", kMember, handle(post_share),
                  large);
  pages::add_page(router, http::Method::post, std::string{kShareFilePath}, "threat_share_file", kMember,
                  handle(post_file), [](http::Route& route) {
                    route.session_only = true;
                    route.takes_files = true;
                    // The form around the file.
                    route.body_bytes_max = formats::document::kDocumentBytesMax + (64 << 10);
                  });
  pages::add_resource(router, std::string{kSharedPath}, "/api/v1/threats/reports", "threat_reports",
                      "What the organisation acted for shared", handle(get_list), kMember);
  pages::add_resource(router, "/threats/shared/{id}", "/api/v1/threats/reports/{id}", "threat_report",
                      "One report that it shared, and what came of it", handle(get_one), kMember);
  pages::add_page(router, http::Method::get, "/threats/shared/{id}/edit", "threat_report_edit_page", kMember,
                  handle(get_edit), session);
  pages::add_page(router, http::Method::post, "/threats/shared/{id}/edit", "threat_report_edit", kMember,
                  handle(post_edit), large);
  pages::add_action(app, router, "/threats/shared/{id}/revoke", "threat_report_revoke_page", kMember, post_revoke);
}

}  // namespace tocsin::portal
