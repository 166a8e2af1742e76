#include "portal/pages/threat_reports.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/threat/feedback.hpp"
#include "engine/threat/report.hpp"
#include "engine/threat/sightings.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/api/report_audience.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/threat_found.hpp"
#include "portal/pages/threat_products.hpp"
#include "portal/pages/threat_report_form.hpp"

/// Sharing what members saw, over the API. A program gets told what the form shows for review: as errors, or by asking
/// for a preview.
namespace tocsin::portal {
namespace {

namespace threat = engine::threat;
using api::Body;
using domain::Permission;
using http::Method;

constexpr std::size_t kBodyBytesMax = 1 << 20;

std::string lines(const std::optional<std::vector<std::string>>& texts) {
  std::string out;
  for (const auto& each : texts.value_or(std::vector<std::string>{})) {
    if (!out.empty()) out += '\n';
    out += each;
  }
  return out;
}

struct Asked {
  threat::ReportInput input;
  threat::ReportAudience audience;
  threat::Attribution attribution = threat::Attribution::named;
  bool preview = false;
};

Result<Body> read_body(const http::Request& request) {
  return Body::read(
      request, {"title", "text", "first_seen", "last_seen", "sectors", "countries", "indicators", "cves", "techniques",
                "keep", "tlp", "audience", "listed", "embargo_until", "anonymous", "preview"});
}

Result<Asked> read_asked(const Body& body) {
  Asked asked;
  for (auto [name, into] : {std::pair{"title", &asked.input.title},
                            {"text", &asked.input.text},
                            {"first_seen", &asked.input.first_seen},
                            {"last_seen", &asked.input.last_seen}}) {
    TRY(const auto text, body.text(name));
    *into = text.value_or("");
  }
  for (auto [name, into] : {std::pair{"sectors", &asked.input.sectors},
                            {"countries", &asked.input.countries},
                            {"keep", &asked.input.keep}}) {
    TRY(const auto texts, body.texts(name));
    *into = texts.value_or(std::vector<std::string>{});
  }
  for (auto [name, into] : {std::pair{"indicators", &asked.input.indicators},
                            {"cves", &asked.input.cves},
                            {"techniques", &asked.input.techniques}}) {
    TRY(const auto texts, body.texts(name));
    *into = lines(texts);
  }
  TRY(auto audience, api::read_audience(body));
  asked.audience = std::move(audience);
  TRY(const auto anonymous, body.flag("anonymous"));
  if (anonymous.value_or(false)) asked.attribution = threat::Attribution::anonymous;
  TRY(const auto preview, body.flag("preview"));
  asked.preview = preview.value_or(false);
  return asked;
}

/// A program cannot look again: what it did not mean is refused.
Status check_whole(const threat::Review& review) {
  if (!review.unread.empty()) {
    const auto& first = review.unread.front();
    return Error::invalid(fmt::format("'{}' is none that is known", first.text), std::string{first.field});
  }
  for (const auto& each : review.indicators) {
    if (!each.kept) {
      return Error::invalid(
          fmt::format("'{}' is doubtful ({}): leave it out, or name it in 'keep'",
                      formats::threat_text::spelled(each.found), formats::threat_text::to_string(*each.doubt)),
          "indicators");
    }
  }
  return ok();
}

boost::json::object review_json(const threat::Review& review) {
  boost::json::array indicators, unread, also;
  for (const auto& each : review.indicators) {
    indicators.push_back(boost::json::object{
        {"kind", formats::threat_text::to_string(each.found.kind)},
        {"value", formats::threat_text::spelled(each.found)},
        {"doubt", each.doubt ? boost::json::value(formats::threat_text::to_string(*each.doubt)) : boost::json::value()},
        {"kept", each.kept}});
  }
  for (const auto& each : review.unread) {
    unread.push_back(boost::json::object{
        {"field", each.field}, {"line", static_cast<std::int64_t>(each.line)}, {"text", each.text}});
  }
  for (const auto& each : review.also_in_text) {
    also.push_back(boost::json::object{{"kind", formats::threat_text::to_string(each.kind)},
                                       {"value", formats::threat_text::spelled(each)}});
  }
  return {{"indicators", std::move(indicators)}, {"unread", std::move(unread)}, {"also_in_text", std::move(also)}};
}

Result<http::Response> post_report(App& app, const http::Request& request) {
  const auto actor = access::actor(request);
  TRY_VOID(threat::may_share(actor));
  TRY(const auto body, read_body(request));
  TRY(const auto asked, read_asked(body));
  TRY(const auto review, threat::review_report(asked.input, request.now));
  TRY(const auto marking, threat::marking_of_report(app.database(), actor, asked.audience, request.now));
  auto reviewed = review_json(review);
  TRY(const auto products, pages::product_links(app, request, threat::product_text_of(review)));
  reviewed["products"] = pages::product_links_json(products);
  if (asked.preview) return api::personal_json({{"review", std::move(reviewed)}, {"report", nullptr}});
  TRY_VOID(check_whole(review));
  TRY(const auto id, threat::share_report(app.database(), actor, review, marking, asked.attribution, request.now));
  TRY(const auto report, threat::own_report(app.database(), actor, id, request.now));
  return api::personal_json({{"review", std::move(reviewed)}, {"report", pages::own_report_json(report)}}, 201)
      .with("Location", "/api/v1/threats/reports/" + id);
}

Result<http::Response> put_report(App& app, const http::Request& request) {
  const auto actor = access::actor(request);
  const auto id = request.parameter("id");
  TRY_VOID(threat::own_report(app.database(), actor, id, request.now));
  TRY(const auto body, read_body(request));
  if (body.has("anonymous") || body.has("preview")) {
    return Error::invalid("under whose name a report goes is said once",
                          body.has("anonymous") ? "anonymous" : "preview");
  }
  TRY(const auto asked, read_asked(body));
  TRY(const auto review, threat::review_report(asked.input, request.now));
  TRY_VOID(check_whole(review));
  TRY(const auto marking, threat::marking_of_report(app.database(), actor, asked.audience, request.now));
  TRY_VOID(threat::change_report(app.database(), actor, id, review, marking, request.now));
  TRY(const auto report, threat::own_report(app.database(), actor, id, request.now));
  return api::personal_json(pages::own_report_json(report));
}

Result<http::Response> post_revocation(App& app, const http::Request& request) {
  TRY_VOID(threat::revoke_report(app.database(), access::actor(request), request.parameter("id"), request.now));
  return http::Response::nothing();
}

/// The body is the file. Nothing is stored.
Result<http::Response> post_extraction(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"name", "format"}));
  std::optional<formats::document::Format> format;
  if (const auto named = request.query.get("format"); !named.empty()) {
    format = formats::document::parse_format(named);
    if (!format) return Error::invalid("'format' is text, markdown, html, mail or pdf", "format");
  }
  if (request.body.empty()) return Error::invalid("the body is the file");
  TRY(const auto found, exchange::extract(request.body, request.query.get("name"), format));
  auto out = pages::found_json(found);
  TRY(const auto products, pages::product_links(app, request, found.document.reading()));
  out["products"] = pages::product_links_json(products);
  return api::personal_json(out);
}

Result<http::Response> put_sighting(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY(const auto body, Body::read(request, {"anonymous", "count", "first_seen", "last_seen", "remark"}));
  TRY(const auto anonymous, body.flag("anonymous"));
  const auto attribution = anonymous.value_or(false) ? threat::Attribution::anonymous : threat::Attribution::named;
  threat::SightingInput input;
  TRY(const auto count, body.number("count"));
  if (count) input.count = std::to_string(*count);
  for (auto [name, into] :
       {std::pair{"first_seen", &input.first_seen}, {"last_seen", &input.last_seen}, {"remark", &input.remark}}) {
    TRY(const auto text, body.text(name));
    *into = text.value_or("");
  }
  TRY_VOID(threat::add_sighting(app.database(), access::actor(request), record.id, attribution, input, request.now));
  return http::Response::nothing();
}

Result<http::Response> delete_sighting(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY_VOID(threat::withdraw_sighting(app.database(), access::actor(request), record.id, request.now));
  return http::Response::nothing();
}

Result<http::Response> put_thanks(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY_VOID(threat::say_thanks(app.database(), access::actor(request), record.id, request.now));
  return http::Response::nothing();
}

Result<http::Response> delete_thanks(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY_VOID(threat::take_thanks_back(app.database(), access::actor(request), record.id, request.now));
  return http::Response::nothing();
}

}  // namespace

namespace api {

Result<threat::ReportAudience> read_audience(const AudienceTexts& texts) {
  threat::ReportAudience audience;
  audience.addressees = texts.listed;
  const auto parsed = domain::parse_tlp(texts.tlp);
  if (!parsed) return Error::invalid("'tlp' is CLEAR, GREEN, AMBER, AMBER+STRICT or RED", "tlp");
  audience.tlp = *parsed;
  const auto for_whom = threat::parse_whom(texts.whom);
  if (!for_whom) return Error::invalid("'audience' is members, sector, listed or cert", "audience");
  audience.whom = *for_whom;
  if (texts.embargo_until) {
    const auto time = parse_rfc3339(*texts.embargo_until);
    if (!time) return Error::invalid("'embargo_until' is written as 2026-06-01T12:00:00Z, or null", "embargo_until");
    audience.embargo_until = *time;
  }
  return audience;
}

Result<threat::ReportAudience> read_audience(const Body& body) {
  AudienceTexts texts;
  TRY(auto listed, body.texts("listed"));
  texts.listed = std::move(listed).value_or(std::vector<std::string>{});
  TRY(auto tlp, body.text("tlp"));
  texts.tlp = std::move(tlp).value_or("");
  TRY(auto whom, body.text("audience"));
  texts.whom = std::move(whom).value_or("");
  TRY(texts.embargo_until, body.text("embargo_until"));
  return read_audience(texts);
}

}  // namespace api

void add_threat_report_api(App& app, http::Router& router) {
  constexpr auto kMember = Permission::read_as_member;
  const api::WriteRoute routes[] = {{.method = Method::post,
                                     .pattern = "/api/v1/threats/reports",
                                     .name = "threat_report_share",
                                     .summary = "Share what the organisation saw",
                                     .permission = kMember,
                                     .handler = post_report,
                                     .body_bytes_max = kBodyBytesMax},
                                    {.method = Method::put,
                                     .pattern = "/api/v1/threats/reports/{id}",
                                     .name = "threat_report_change",
                                     .summary = "Give a later version of a report",
                                     .permission = kMember,
                                     .handler = put_report,
                                     .body_bytes_max = kBodyBytesMax},
                                    {.method = Method::post,
                                     .pattern = "/api/v1/threats/reports/{id}/revocation",
                                     .name = "threat_report_revoke",
                                     .summary = "Revoke a report",
                                     .permission = kMember,
                                     .handler = post_revocation},
                                    {.method = Method::post,
                                     .pattern = "/api/v1/threats/extraction",
                                     .name = "threat_extraction",
                                     .summary = "Say what is found in a file",
                                     .permission = kMember,
                                     .handler = post_extraction,
                                     .body_bytes_max = formats::document::kDocumentBytesMax,
                                     .takes_query = true},
                                    {.method = Method::put,
                                     .pattern = "/api/v1/threats/{id}/sighting",
                                     .name = "threat_sighting_add",
                                     .summary = "Say that the organisation saw the same",
                                     .permission = kMember,
                                     .handler = put_sighting},
                                    {.method = Method::delete_,
                                     .pattern = "/api/v1/threats/{id}/sighting",
                                     .name = "threat_sighting_withdraw",
                                     .summary = "Take that back",
                                     .permission = kMember,
                                     .handler = delete_sighting},
                                    {.method = Method::put,
                                     .pattern = "/api/v1/threats/{id}/thanks",
                                     .name = "threat_thank",
                                     .summary = "Thank who shared a report",
                                     .permission = kMember,
                                     .handler = put_thanks},
                                    {.method = Method::delete_,
                                     .pattern = "/api/v1/threats/{id}/thanks",
                                     .name = "threat_thanks_withdraw",
                                     .summary = "Take that back",
                                     .permission = kMember,
                                     .handler = delete_thanks}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
}

}  // namespace tocsin::portal
