#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/exposure/parts.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "store/records.hpp"

/// One advisory on one asset: what was done about each of its vulnerabilities.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
using domain::Permission;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;

Result<exposure::Subject> subject_of(App& app, const http::Request& request) {
  const auto asset = pages::id_in_path(request, "asset");
  if (!asset) return Error::not_found("match");
  TRY(const auto record, app.database().read([&](store::Connection& connection) {
    return store::Records{connection}.find(request.viewer, domain::RecordKind::advisory, request.parameter("id"),
                                           request.now);
  }));
  if (!record) return Error::not_found("match");
  return exposure::Subject{.asset = *asset, .record = record->id};
}

void append_states(std::string& out, const exposure::MatchParts& parts, Timestamp now) {
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[Vulnerability]]</th><th "
      "scope=\"col\">[[State]]</th><th scope=\"col\">[[Evidence]]</th><th scope=\"col\">[[Until]]</th><th "
      "scope=\"col\">[[Who]]</th></tr></thead><tbody>\n">(out);
  for (const auto& each : parts.states) {
    render<
        R"(<tr><th scope="row"><a class="id" href="{}">{}</a></th><td data-label="[[State]]">{}</td><td data-label="[[Evidence]]">{}</td><td data-label="[[Until]]">{}</td><td data-label="[[Who]]">{}</td></tr>
)">(out, Url::own(pages::vulnerability_url(each.vulnerability)), each.vulnerability,
        each.id == 0 ? html::fragment<"<span class=\"note\">[[as the advisory: {}]]</span>">(
                           pages::state_tag(exposure::state_at(parts.row.match, now)))
                     : pages::state_tag(exposure::state_at(each, now)),
        each.evidence, each.until ? pages::date_html(*each.until) : Html{}, each.person_name);
  }
  out += "</tbody></table></div>\n";
}

void append_decisions(std::string& out, const exposure::MatchParts& parts) {
  if (parts.decisions.empty()) return;
  render<
      "<section aria-labelledby=\"decisions\"><h2 id=\"decisions\">[[How the decision changed]]</h2>\n<div "
      "class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[When]]</th><th "
      "scope=\"col\">[[Before]]</th><th scope=\"col\">[[Then]]</th><th "
      "scope=\"col\">[[Because]]</th></tr></thead><tbody>\n">(out);
  for (const auto& each : parts.decisions) {
    render<
        R"(<tr><th scope="row">{}</th><td data-label="[[Before]]">{}</td><td data-label="[[Then]]">{}</td><td data-label="[[Because]]" lang="en">{}</td></tr>
)">(out, pages::datetime_html(each.at), pages::stored_action_html(each.before, each.due_before),
        pages::stored_action_html(each.after, each.due_after), each.because);
  }
  out += "</tbody></table></div></section>\n";
}

Result<http::Response> show(App& app, const http::Request& request, const Form& form) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto subject, subject_of(app, request));
  TRY(const auto parts, exposure::match_parts(app.database(), access::actor(request), subject, request.now));
  const auto& row = parts.row;
  std::string out = pages::breadcrumb_html({{"/inventory", std::string{tr<"Inventory">()}},
                                            {pages::asset_url(subject.asset), row.label},
                                            {"", row.tracking_id}})
                        .str();
  render<
      "<div class=\"page-head\"><h1>[[{} on {}]]</h1></div>\n<p class=\"lead\">{} <a href=\"{}\" "
      "lang=\"en\">{}</a></p>\n<p lang=\"en\">{}</p>\n">(
      out, row.tracking_id, row.label, pages::status_tag(static_cast<exposure::Status>(row.match.status)),
      Url::own(pages::advisory_url(row.slug)), row.title, row.match.because);
  out += pages::error_summary(form).str();
  append_states(out, parts, request.now);
  append_decisions(out, parts);
  if (!row.match.cves.empty()) {
    render<"<section class=\"panel narrow\" aria-labelledby=\"say\"><h2 id=\"say\">[[What was done about one]]</h2>\n">(
        out);
    FormMarkup markup{request, request.path, form};
    std::vector<pages::Option> vulnerabilities, states;
    for (const auto& each : row.match.cves) vulnerabilities.push_back({each, each});
    for (const auto state : domain::all_remediation_states()) {
      states.push_back({std::string{domain::to_string(state)}, std::string{pages::state_label(state)}});
    }
    markup.select({.name = "vulnerability", .label = tr<"Vulnerability">()}, vulnerabilities)
        .select({.name = "state", .label = tr<"State">()}, states)
        .input({.name = "evidence",
                .label = tr<"Evidence: what was done, ticket, or why the risk is accepted">(),
                .maxlength = 2'000})
        .input({.name = "until", .label = tr<"Accepted until">(), .type = "date"});
    out += markup.submit(tr<"Set the state">(), FormMarkup::Button::normal, pages::asset_url(subject.asset)).str();
    out += "</section>\n";
  }
  pages::Page page;
  page.title = fmt::format("{}, {}", row.label, row.tracking_id);
  page.main = Html::from_trusted(std::move(out));
  auto response = pages::member_page(app, request, std::move(page), "/inventory");
  if (!form.good()) response.status = 422;
  return response;
}

Result<http::Response> get(App& app, const http::Request& request) { return show(app, request, {}); }

tocsin::Status act(App& app, const http::Request& request, const exposure::Subject& subject, const Form& form) {
  exposure::StateInput input{.evidence = form.get("evidence"), .vulnerability = form.get("vulnerability")};
  const auto state = domain::parse_remediation_state(form.get("state"));
  if (!state) return Error::invalid(std::string{tr<"choose a state">()}, "state");
  // Of the whole advisory it is said in the list.
  if (input.vulnerability.empty()) return Error::invalid(std::string{tr<"choose a vulnerability">()}, "vulnerability");
  input.state = *state;
  if (const auto until = form.get("until"); !until.empty()) {
    const auto parsed = parse_rfc3339(until + "T23:59:59Z");
    if (!parsed) return Error::invalid(std::string{tr<"a day is written 2027-05-31">()}, "until");
    input.until = *parsed;
  }
  return exposure::set_state(app.database(), access::actor(request), {subject}, input, request.now);
}

Result<http::Response> post(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"vulnerability", "state", "evidence", "until"}));
  TRY(const auto subject, subject_of(app, request));
  if (const auto done = act(app, request, subject, form); !done) {
    TRY_VOID(form.take(done.error()));
    return show(app, request, form);
  }
  return pages::done(request.path, "saved");
}

}  // namespace

void add_exposure_match_routes(App& app, http::Router& router) {
  pages::add_form(app, router, "/inventory/{asset}/advisories/{id}", "asset_match", Permission::edit_inventory, get,
                  post);
}

}  // namespace tocsin::portal
