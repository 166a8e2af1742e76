#include "portal/pages/exposure_sums.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "domain/sector.hpp"
#include "engine/exposure/sharing.hpp"
#include "engine/inventory/inventory.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"

/// Sums over organisations for the CERT, and the page on which an organisation lets its counts go into them.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
using domain::Permission;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;

constexpr const char* kPath = "/exposure/sums";
constexpr const char* kSharingPath = "/exposure/sharing";

std::string_view sector_name(std::int64_t sector) {
  if (sector == store::kAllSectors) return tr<"All sectors">();
  return tr_text(domain::name(static_cast<domain::Sector>(sector)));
}

// --- for the CERT ---

struct Asked {
  std::string advisory, product, sector, what;
};

Result<store::ToldFilter> filter_of(App& app, const http::Request& request, const Asked& asked) {
  store::ToldFilter filter{.product = text::lower_ascii(asked.product), .limit = exposure::kSumsShownMax};
  const auto sector = exposure::parse_sum_sector(asked.sector);
  if (!sector) return Error::invalid(std::string{tr<"'sector' is no sector">()}, "sector");
  filter.sector = *sector;
  if (asked.what == "advisories" || asked.what == "products") {
    filter.products = asked.what == "products";
  } else if (!asked.what.empty()) {
    return Error::invalid(std::string{tr<"'what' is advisories or products">()}, "what");
  }
  if (asked.advisory.empty()) return filter;
  TRY(const auto record, app.database().read([&](store::Connection& connection) {
    return store::Records{connection}.find(request.viewer, domain::RecordKind::advisory, asked.advisory, request.now);
  }));
  if (!record) return Error::not_found("advisory");
  filter.record = record->id;
  return filter;
}

boost::json::object sum_json(const store::ToldSum& sum) {
  boost::json::object out;
  out["advisory"] = nullptr;
  if (sum.subject.record.value != 0) {
    out["advisory"] = boost::json::object{
        {"id", sum.slug}, {"tracking_id", sum.tracking_id}, {"title", sum.title}, {"tlp", domain::to_string(sum.tlp)}};
  }
  out["product"] = nullptr;
  if (sum.subject.record.value == 0) out["product"] = sum.subject.product;
  out["made_at"] = format_rfc3339(sum.made_at);
  auto& figures = out["figures"].emplace_array();
  for (const auto& each : sum.figures) {
    figures.push_back({{"sector", exposure::sector_slug(each.sector)},
                       {"organisations", each.organisations},
                       {"assets", each.assets}});
  }
  return out;
}

void append_rounding(std::string& out, int least) {
  render<
      "<p class=\"note\">[[Of organisations that let their counts go into sums. Figures are made once a day, rounded "
      "to "
      "{}, and told only where they, and every difference to other figures of the same thing, rest on at least {} "
      "organisations of which none has most of it; until then those of before stay, with their day.]]</p>\n">(
      out, exposure::kSumRounding, least);
}

void append_subject(std::string& out, const store::ToldSum& sum) {
  if (sum.subject.record.value == 0) {
    out += html::fragment<"{}">(sum.subject.product).str();
    return;
  }
  render<"<a href=\"{}\">{}</a> {}<br><span class=\"note\">{}</span>">(
      out, Url::own("/advisories/" + sum.slug), sum.tracking_id, pages::tlp_badge(sum.tlp), sum.title);
}

void append_sums(std::string& out, const std::vector<store::ToldSum>& sums, const Asked& asked, int least) {
  if (sums.empty()) {
    render<
        "<p>[[There is nothing yet that at least {} organisations stand behind. Their administrators let counts go "
        "into sums under Exposure; sums are made once a day.]]</p>\n">(out, least);
    return;
  }
  const auto sector = exposure::parse_sum_sector(asked.sector).value_or(store::kAllSectors);
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[Advisory or product]]</th><th "
      "scope=\"col\" class=\"num\">[[Affected devices]]</th><th scope=\"col\" class=\"num\">[[Organisations]]</th><th "
      "scope=\"col\">[[By sector]]</th><th scope=\"col\">[[As of]]</th></tr></thead><tbody>\n">(out);
  for (const auto& sum : sums) {
    const auto figure = std::ranges::find(sum.figures, sector, &store::SumFigure::sector);
    if (figure == sum.figures.end()) continue;
    std::string subject, sectors;
    append_subject(subject, sum);
    for (const auto& each : sum.figures) {
      if (each.sector == store::kAllSectors) continue;
      render<"<li>{}: {}</li>">(sectors, sector_name(each.sector), locale::number(each.assets));
    }
    sectors = sectors.empty()
                  ? html::fragment<"<span class=\"note\">[[fewer than {}, or not told apart]]</span>">(least).str()
                  : "<ul class=\"plain\">" + sectors + "</ul>";
    render<
        R"(<tr><th scope="row">{}</th><td class="num" data-label="[[Affected devices]]">{}</td><td class="num" data-label="[[Organisations]]">{}</td><td data-label="[[By sector]]">{}</td><td data-label="[[As of]]">{}</td></tr>
)">(out, Html::from_trusted(std::move(subject)), locale::number(figure->assets), locale::number(figure->organisations),
        Html::from_trusted(std::move(sectors)), pages::date_html(sum.made_at));
  }
  out += "</tbody></table></div>\n";
  if (std::cmp_greater_equal(sums.size(), exposure::kSumsShownMax)) {
    render<"<p class=\"note\">[[There may be more: these are the {} largest.]]</p>\n">(out, exposure::kSumsShownMax);
  }
}

void append_filters(std::string& out, const Asked& asked) {
  render<
      R"(<form class="search-panel filter-form" action="/exposure/sums" role="search" aria-label="[[Sums over organisations]]">
<div class="search-row">)">(out);
  std::vector<pages::Option> sectors;
  for (const auto each : domain::all_sectors()) {
    sectors.push_back({std::string{domain::slug(each)}, std::string{tr_text(domain::name(each))}});
  }
  pages::append_filter(out, "sums-sector", "sector", tr<"Sector">(), tr<"All sectors">(), sectors, asked.sector);
  pages::append_filter(out, "sums-what", "what", tr<"What">(), tr<"Advisories and products">(),
                       {{"advisories", std::string{tr<"Advisories">()}}, {"products", std::string{tr<"Products">()}}},
                       asked.what);
  render<
      "<label class=\"hidden\" for=\"sums-product\">[[Product]]</label><input id=\"sums-product\" "
      "name=\"product\" type=\"search\" maxlength=\"200\" placeholder=\"[[Product]]\" value=\"{}\"><button "
      "class=\"button\" type=\"submit\">[[Show]]</button></div></form>\n">(out, asked.product);
}

Result<http::Response> show_sums(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"advisory", "product", "sector", "what"}));
  const Asked asked{.advisory = std::string{request.query.get("advisory")},
                    .product = std::string{request.query.get("product")},
                    .sector = std::string{request.query.get("sector")},
                    .what = std::string{request.query.get("what")}};
  const auto actor = access::actor(request);
  // Whoever may not read sums learns nothing of what they asked for.
  if (!exposure::may_read_sums(actor)) {
    TRY_VOID(exposure::sums(app.database(), actor, {}, request.now));
  }
  TRY(const auto filter, filter_of(app, request, asked));
  TRY(const auto found, exposure::sums(app.database(), actor, filter, request.now));
  const auto least = found.organisations_min;
  const auto& sums = found.rows;
  if (request.representation == http::Representation::json) {
    boost::json::object body;
    body["organisations_min"] = least;
    body["rounded_to"] = exposure::kSumRounding;
    auto& list = body["sums"].emplace_array();
    for (const auto& each : sums) list.push_back(sum_json(each));
    return api::personal_json(body);
  }
  std::string out;
  render<
      "<div class=\"page-head\"><div><h1>[[Sums over organisations]]</h1><p class=\"lead\">[[How many devices of "
      "several "
      "organisations advisories affect, and neither is it done nor accepted.]]</p></div></div>\n">(out);
  append_rounding(out, least);
  append_filters(out, asked);
  append_sums(out, sums, asked, least);
  pages::Page page;
  page.title = tr<"Sums over organisations">();
  page.section = pages::Section::members;
  page.main = Html::from_trusted(std::move(out));
  page.json_url = http::with_query(
      "/api/v1/exposure/sums",
      {{"advisory", asked.advisory}, {"product", asked.product}, {"sector", asked.sector}, {"what", asked.what}});
  page.noindex = true;
  return pages::personal(pages::member_page(app, request, std::move(page), kPath));
}

// --- for an organisation ---

bool may_share(const engine::Actor& actor) {
  return actor.may(Permission::manage_own_organisation) && actor.viewer.organisation &&
         *actor.viewer.organisation != domain::kOwnOrganisation;
}

Html sector_cell(std::int64_t sector) {
  return sector == 0 ? html::fragment<"[[in no sector]]">() : html::fragment<"{}">(sector_name(sector));
}

Result<http::Response> show_sharing(App& app, const http::Request& request, const Form& form) {
  const auto actor = access::actor(request);
  TRY(const auto least, exposure::sums_least(app.database()));
  TRY(const auto consents, exposure::consents(app.database(), actor));
  const auto* open = !consents.empty() && !consents.front().revoked_at ? &consents.front() : nullptr;
  std::string out;
  render<"<section class=\"panel\" aria-labelledby=\"now\"><h2 id=\"now\">[[Counts in sums]]</h2>\n">(out);
  if (open == nullptr) {
    render<"<p>[[The organisation's counts go into no sums.]]</p>\n">(out);
  } else {
    render<"<p>[[The organisation's counts go into sums since {}, {}.]] ">(out, pages::date_html(open->granted_at),
                                                                           sector_cell(open->sector));
    if (!open->admitted_at) {
      render<"[[They wait until enough others come with them, so that nobody sees what is theirs.]]">(out);
    }
    out += "</p>\n";
  }
  if (may_share(actor)) {
    if (open != nullptr) {
      out +=
          pages::button_form(request, kSharingPath, tr<"Take it back">(), {{"do", "stop"}}, FormMarkup::Button::danger)
              .str();
    } else {
      TRY(const auto organisation, app.database().read([&](store::Connection& connection) {
        return store::Organisations{connection}.find(*actor.viewer.organisation);
      }));
      std::vector<pages::Option> sectors;
      if (organisation) {
        for (const auto each : organisation->sectors) {
          sectors.push_back({std::string{domain::slug(each)}, std::string{tr_text(domain::name(each))}});
        }
      }
      sectors.push_back({"", std::string{tr<"In no sector, only in the sum of all">()}});
      FormMarkup markup{request, kSharingPath, form};
      markup.hidden("do", "share");
      markup.select({.name = "sector",
                     .label = tr<"Sector in which they count">(),
                     .hint = tr<"One of those in the organisation's profile. It stays until this is taken back.">()},
                    sectors);
      out += markup.submit(tr<"Let our counts go into sums">()).str();
    }
  } else {
    render<"<p class=\"note\">[[Administrators of the organisation decide this.]]</p>\n">(out);
  }
  out += "</section>\n";
  if (!consents.empty()) {
    render<
        "<section class=\"panel\" aria-labelledby=\"before\"><h2 id=\"before\">[[History]]</h2>\n<ul "
        "class=\"plain-list\">">(out);
    for (const auto& each : consents) {
      render<"<li><div><b>{}</b> <span class=\"note\">[[granted {} by {}]]</span> ">(
          out, sector_cell(each.sector), pages::date_html(each.granted_at),
          each.granted_by_name.empty() ? std::string{tr<"the console">()} : each.granted_by_name);
      if (each.revoked_at) {
        render<"<span class=\"note\">[[revoked {}]]</span>">(out, pages::date_html(*each.revoked_at));
      }
      out += "</div></li>\n";
    }
    out += "</ul></section>\n";
  }
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"Counts for the CERT">()},
       .crumbs = {{"/exposure", std::string{tr<"Exposure">()}}, {"", std::string{tr<"Counts for the CERT">()}}},
       .lead = html::fragment<
           "[[“How exposed is a sector to this advisory?” The CERT can answer that only if organisations let their "
           "counts go "
           "into sums: how many of their devices an advisory affects, by advisory and by product. The CERT sees sums "
           "over "
           "at least {} organisations, once a day and rounded, never one organisation's part: no name, no device, no "
           "site. Off until you switch it on; you can take it back at any time, and the next sums are without you.]]">(
           least)},
      form, Html::from_trusted(std::move(out)));
}

Result<http::Response> sharing(App& app, const http::Request& request) {
  if (request.representation == http::Representation::json) {
    TRY_VOID(request.only_known({}));
    TRY(const auto consents, exposure::consents(app.database(), access::actor(request)));
    const bool shares = !consents.empty() && !consents.front().revoked_at;
    boost::json::object body;
    body["shares"] = shares;
    body["sector"] = nullptr;
    body["since"] = nullptr;
    body["waits"] = shares && !consents.front().admitted_at;
    if (shares) {
      if (consents.front().sector != 0) body["sector"] = exposure::sector_slug(consents.front().sector);
      body["since"] = format_rfc3339(consents.front().granted_at);
    }
    return api::personal_json(body);
  }
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  return show_sharing(app, request, {});
}

Result<http::Response> post_sharing(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"do", "sector"}));
  const auto actor = access::actor(request);
  const auto done = form.get("do") == "stop"
                        ? exposure::stop_sharing(app.database(), actor, request.now)
                        : exposure::share_counts(app.database(), actor, form.get("sector"), request.now);
  if (!done) {
    TRY_VOID(form.take(done.error()));
    return show_sharing(app, request, form);
  }
  return pages::done(kSharingPath, "saved");
}

// --- programs ---

Result<http::Response> api_share(App& app, const http::Request& request) {
  TRY(const auto body, api::Body::read(request, {"sector"}));
  TRY(const auto sector, body.text("sector"));
  TRY_VOID(exposure::share_counts(app.database(), access::actor(request), sector.value_or(""), request.now));
  return http::Response::nothing();
}

Result<http::Response> api_stop(App& app, const http::Request& request) {
  TRY_VOID(exposure::stop_sharing(app.database(), access::actor(request), request.now));
  return http::Response::nothing();
}

}  // namespace

namespace pages {

Result<Html> sums_section_html(App& app, const http::Request& request, const domain::Record& record) {
  const auto actor = access::actor(request);
  if (!exposure::may_read_sums(actor)) return Html{};
  TRY(const auto found, exposure::sums(app.database(), actor, {.record = record.id}, request.now));
  const auto least = found.organisations_min;
  const auto& sums = found.rows;
  std::string out;
  render<
      "<section class=\"panel no-print\" aria-labelledby=\"sums\"><h2 id=\"sums\">[[How exposed the sectors "
      "are]]</h2>\n">(out);
  if (sums.empty()) {
    render<"<p>[[Fewer than {} organisations that share their counts: nothing is told.]]</p>\n">(out, least);
  } else {
    const auto& sum = sums.front();
    render<
        "<div class=\"table-wrap\"><table><thead><tr><th scope=\"col\">[[Sector]]</th><th scope=\"col\" "
        "class=\"num\">[[Affected devices]]</th><th scope=\"col\" "
        "class=\"num\">[[Organisations]]</th></tr></thead><tbody>\n">(out);
    for (const auto& each : sum.figures) {
      render<"<tr><th scope=\"row\">{}</th><td class=\"num\">{}</td><td class=\"num\">{}</td></tr>\n">(
          out, sector_name(each.sector), locale::number(each.assets), locale::number(each.organisations));
    }
    render<
        "</tbody></table></div>\n<p class=\"note\">[[As of {}. Of each other sector: fewer than {}, or not told "
        "apart.]]</p>\n">(out, pages::date_html(sum.made_at), least);
  }
  append_rounding(out, least);
  render<"<p><a href=\"/exposure/sums\">[[All sums]]</a></p></section>\n">(out);
  return Html::from_trusted(std::move(out));
}

}  // namespace pages

void add_exposure_sums_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, kPath, "/api/v1/exposure/sums", "exposure_sums", "Sums over organisations of what advisories affect",
      [&app](const http::Request& request) { return show_sums(app, request); }, Permission::read_inventory);
  pages::add_resource(
      router, kSharingPath, "/api/v1/exposure/sharing", "exposure_sharing",
      "Whether the organisation's counts go into sums",
      [&app](const http::Request& request) { return sharing(app, request); }, Permission::read_inventory);
  pages::add_page(
      router, http::Method::post, kSharingPath, "exposure_sharing_post", Permission::manage_own_organisation,
      [&app](const http::Request& request) { return post_sharing(app, request); },
      [](http::Route& route) { route.session_only = true; });
  api::add_write_route(app, router,
                       {.method = http::Method::put,
                        .pattern = "/api/v1/exposure/sharing",
                        .name = "exposure_sharing_set",
                        .summary = "Let the organisation's counts go into sums",
                        .permission = Permission::manage_own_organisation,
                        .handler = api_share});
  api::add_write_route(app, router,
                       {.method = http::Method::delete_,
                        .pattern = "/api/v1/exposure/sharing",
                        .name = "exposure_sharing_stop",
                        .summary = "Take that back",
                        .permission = Permission::manage_own_organisation,
                        .handler = api_stop});
}

}  // namespace tocsin::portal
