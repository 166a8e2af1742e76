#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/exposure_lists.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "store/records.hpp"

/// Matching that somebody asks for, and what came of it.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
using domain::Permission;
using html::Html;
using html::render;
using html::Url;
using pages::Form;

constexpr const char* kPath = "/exposure/runs";
constexpr const char* kApiPath = "/api/v1/exposure/runs";

/// Advisories as addresses have them.
Result<std::vector<domain::RecordId>> records_of(App& app, const http::Request& request,
                                                 const std::vector<std::string>& names) {
  if (names.size() > exposure::kRunSubjectsMax) {
    return Error::invalid(tr<"at most {} at once">(exposure::kRunSubjectsMax), "advisories");
  }
  std::vector<domain::RecordId> records;
  for (const auto& name : names) {
    TRY(const auto record, app.database().read([&](store::Connection& connection) {
      return store::Records{connection}.find(request.viewer, domain::RecordKind::advisory, name, request.now);
    }));
    if (!record) return Error::not_found("advisory");
    records.push_back(record->id);
  }
  return records;
}

Html scope_html(const store::AskedRun& run) {
  std::string out;
  constexpr std::size_t kNamed = 5;
  for (std::size_t i = 0; i < std::min(kNamed, run.slugs.size()); ++i) {
    render<"{}<a href=\"{}\">{}</a>">(out, i == 0 ? "" : ", ", Url::own(pages::advisory_url(run.slugs[i])),
                                      run.slugs[i]);
  }
  if (const auto more =
          static_cast<long long>(run.records.size()) - static_cast<long long>(std::min(kNamed, run.slugs.size()));
      more > 0) {
    if (!out.empty()) out += ", ";
    render<"{}">(out, trn<"{} more advisory", "{} more advisories">(more, locale::number(more)));
  }
  if (run.records.empty()) render<"[[every advisory]]">(out);
  out += "<br>";
  const auto assets = static_cast<long long>(run.assets.size());
  render<"<span class=\"note\">{}</span>">(
      out, assets == 0 ? std::string{tr<"on every asset">()}
                       : trn<"on {} asset", "on {} assets">(assets, locale::number(assets)));
  return Html::from_trusted(std::move(out));
}

Html outcome_html(const store::AskedRun& run) {
  if (!run.done) {
    return run.looked_at == 0 ? html::fragment<"[[waits for its turn]]">()
                              : html::fragment<"{}">(trn<"at work: {} asset looked at", "at work: {} assets looked at">(
                                    run.looked_at, locale::number(run.looked_at)));
  }
  const auto looked = trn<"{} asset looked at", "{} assets looked at">(run.looked_at, locale::number(run.looked_at));
  if (run.changed == 0) return html::fragment<"{}; [[nothing changed]]">(looked);
  return html::fragment<"{}; {}, {}">(
      looked, trn<"{} match changed", "{} matches changed">(run.changed, locale::number(run.changed)),
      trn<"{} of them in what matters", "{} of them in what matters">(run.news, locale::number(run.news)));
}

Result<http::Response> show(App& app, const http::Request& request, const Form& form) {
  TRY_VOID(request.only_known({"organisation", pages::kNoticeParameter}));
  TRY(const auto access, pages::inventory_access(app, request));
  TRY(const auto runs, exposure::asked_runs(app.database(), access::actor(request), access, request.now));
  if (request.representation == http::Representation::json) {
    boost::json::object body;
    auto& items = body["items"].emplace_array();
    for (const auto& run : runs) items.push_back(pages::run_json(run));
    return api::personal_json(body);
  }
  const auto organisation = pages::organisation_parameter(request, access);
  std::string out =
      pages::breadcrumb_html({{"/exposure", std::string{tr<"Exposure">()}}, {"", std::string{tr<"Runs">()}}}).str();
  render<
      "<div class=\"page-head\"><div><h1>[[Runs]]</h1><p class=\"lead\">[[Advisories that come or change and assets "
      "that come or change are matched by themselves. Here is what somebody asked for besides: it finds the same, and "
      "tells nobody again what has not changed.]]</p></div>">(out);
  bool open = false;
  for (const auto& run : runs) open = open || !run.done;
  if (open) {
    render<"<p class=\"actions\"><a class=\"button-quiet\" href=\"{}\">[[Look again]]</a></p>">(
        out, Url::own(http::with_query(kPath, {{"organisation", organisation}})));
  }
  out += "</div>\n";
  pages::append_granted(out, access);
  out += pages::error_summary(form).str();
  if (access.may_edit) {
    render<"<section class=\"panel\" aria-labelledby=\"ask\"><h2 id=\"ask\">[[Match again]]</h2>\n">(out);
    render<
        "<p>[[One advisory: on its page. One asset: on its page. A list of either: tick them in the <a "
        "href=\"/exposure/lists?by=advisory\">lists</a> or under <a href=\"/exposure\">Exposure</a>.]]</p>\n">(out);
    out += pages::button_form(request, kPath, tr<"Match everything again">(), {{"everything", "yes"}}).str();
    out += "</section>\n";
  }
  if (runs.empty()) {
    render<"<p>[[Nobody has asked for one yet.]]</p>\n">(out);
  } else {
    render<
        "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[When]]</th><th "
        "scope=\"col\">[[Who]]</th><th scope=\"col\" class=\"wide\">[[What]]</th><th scope=\"col\" "
        "class=\"wide\">[[What came of it]]</th></tr></thead><tbody>\n">(out);
    for (const auto& run : runs) {
      render<
          R"(<tr><th scope="row">{}</th><td data-label="[[Who]]">{}</td><td data-label="[[What]]">{}</td><td data-label="[[What came of it]]">{}</td></tr>
)">(out, pages::datetime_html(run.asked_at),
          run.person_name.empty() ? std::string{tr<"the console">()} : run.person_name, scope_html(run),
          outcome_html(run));
    }
    out += "</tbody></table></div>\n";
  }
  pages::Page page;
  page.title = tr<"Runs">();
  page.json_url = http::with_query(kApiPath, {{"organisation", organisation}});
  page.main = Html::from_trusted(std::move(out));
  auto response = pages::member_page(app, request, std::move(page), "/exposure");
  if (!form.good()) response.status = 422;
  return response;
}

Result<http::Response> one(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"organisation"}));
  const auto id = pages::id_in_path(request, "run");
  if (!id) return Error::not_found("run");
  TRY(const auto access, pages::inventory_access(app, request));
  TRY(const auto run, exposure::asked_run(app.database(), access::actor(request), access, *id, request.now));
  return api::personal_json(pages::run_json(run));
}

Result<std::vector<std::int64_t>> numbers_of(const std::vector<std::string>& texts, const char* what) {
  std::vector<std::int64_t> numbers;
  for (const auto& each : texts) {
    const auto number = pages::id_of(each);
    if (!number) return Error::not_found(what);
    numbers.push_back(*number);
  }
  return numbers;
}

Result<http::Response> post(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"everything"}, {"advisory", "asset", "product", "bom"}));
  exposure::RunInput input{.products = form.all("product"), .everything = form.checked("everything")};
  const auto asked = [&]() -> Result<std::int64_t> {
    TRY(input.records, records_of(app, request, form.all("advisory")));
    TRY(input.assets, numbers_of(form.all("asset"), "asset"));
    TRY(input.boms, numbers_of(form.all("bom"), "bill of materials"));
    return exposure::ask_run(app.database(), access::actor(request), input, request.now);
  }();
  if (!asked) {
    auto error = asked.error();
    error.where.clear();
    TRY_VOID(form.take(error));
    return show(app, request, form);
  }
  return pages::done(kPath, "run-asked");
}

// --- programs ---

Result<http::Response> api_ask(App& app, const http::Request& request) {
  TRY(const auto body, api::Body::read(request, {"advisories", "assets", "products", "boms", "everything"}));
  exposure::RunInput input;
  TRY(const auto everything, body.flag("everything"));
  input.everything = everything.value_or(false);
  TRY(const auto advisories, body.texts("advisories"));
  TRY(input.records, records_of(app, request, advisories.value_or(std::vector<std::string>{})));
  TRY(auto products, body.texts("products"));
  if (products) input.products = std::move(*products);
  for (const auto& [name, into] : {std::pair{"assets", &input.assets}, std::pair{"boms", &input.boms}}) {
    const auto found = body.object().find(name);
    if (found == body.object().end() || found->value().is_null()) continue;
    if (!found->value().is_array()) return Error::invalid("a list of numbers", name);
    for (const auto& each : found->value().get_array()) {
      if (!each.is_int64()) return Error::invalid("a list of numbers", name);
      into->push_back(each.get_int64());
    }
  }
  const auto actor = access::actor(request);
  TRY(const auto id, exposure::ask_run(app.database(), actor, input, request.now));
  TRY(const auto access, pages::inventory_access(app, request));
  TRY(const auto run, exposure::asked_run(app.database(), actor, access, id, request.now));
  return api::personal_json(pages::run_json(run), 202).with("Location", fmt::format("{}/{}", kApiPath, id));
}

}  // namespace

namespace pages {

boost::json::object run_json(const store::AskedRun& run) {
  boost::json::object out;
  out["id"] = run.id;
  out["person"] = run.person_name;
  out["asked_at"] = format_rfc3339(run.asked_at);
  out["state"] = run.done ? "done" : run.looked_at > 0 ? "running" : "waiting";
  out["ended_at"] = time_json(run.ended_at);
  out["every_advisory"] = run.records.empty();
  auto& advisories = out["advisories"].emplace_array();
  for (const auto& slug : run.slugs) advisories.emplace_back(slug);
  out["advisories_hidden"] = run.hidden;
  out["every_asset"] = run.assets.empty();
  auto& assets = out["assets"].emplace_array();
  for (const auto asset : run.assets) assets.emplace_back(asset);
  out["looked_at"] = run.looked_at;
  out["changed"] = run.changed;
  out["news"] = run.news;
  return out;
}

Html match_again_html(const http::Request& request, std::string_view field, std::string_view value) {
  if (!has_inventory(request) || !access::actor(request).may(Permission::edit_inventory)) return Html{};
  return button_form(request, kPath, tr<"Match again">(), {{field, value}});
}

}  // namespace pages

void add_exposure_run_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, kPath, kApiPath, "exposure_runs", "Matching that somebody asked for",
      [&app](const http::Request& request) { return show(app, request, {}); }, Permission::read_inventory);
  pages::add_action(app, router, kPath, "exposure_runs_post", Permission::edit_inventory, post);
  http::Route api;
  api.pattern = std::string{kApiPath} + "/{run}";
  api.name = "exposure_run";
  api.summary = "One of them";
  api.permission = Permission::read_inventory;
  api.handler = [&app](const http::Request& request) { return one(app, request); };
  router.add(std::move(api));
  api::add_write_route(app, router,
                       {.method = http::Method::post,
                        .pattern = kApiPath,
                        .name = "exposure_run_ask",
                        .summary = "Ask for advisories and assets to be matched",
                        .permission = Permission::edit_inventory,
                        .handler = api_ask});
}

}  // namespace tocsin::portal
