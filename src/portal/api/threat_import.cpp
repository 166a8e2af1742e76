#include "exchange/threat_import.hpp"

#include "engine/threat/report.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/api/report_audience.hpp"
#include "portal/pages/threat_import.hpp"

/// Importing files of threat knowledge over the API: the same as the page does.
namespace tocsin::portal {
namespace {

namespace threat = engine::threat;

Result<bool> flag(const http::Request& request, std::string_view name) {
  const auto value = request.query.get(name);
  if (value.empty() || value == "false") return false;
  if (value == "true") return true;
  return Error::invalid("true or false", std::string{name});
}

/// The body is the file.
Result<http::Response> post_import(App& app, const http::Request& request) {
  const auto actor = access::actor(request);
  TRY_VOID(threat::may_share(actor));
  TRY_VOID(request.only_known({"name", "tlp", "audience", "listed", "embargo_until", "preview", "digest"}));
  TRY(const bool preview, flag(request, "preview"));
  if (request.body.empty()) return Error::invalid("the body is the file");
  api::AudienceTexts texts{.tlp = std::string{request.query.get("tlp")},
                           .whom = std::string{request.query.get("audience")}};
  for (const auto each : request.query.all("listed")) texts.listed.emplace_back(each);
  if (request.query.has("embargo_until")) texts.embargo_until = std::string{request.query.get("embargo_until")};
  TRY(const auto audience, api::read_audience(texts));
  TRY(const auto marking, threat::marking_of_report(app.database(), actor, audience, request.now));
  const exchange::ThreatFile file{.name = request.query.get("name"), .bytes = request.body};
  exchange::ThreatImportOptions options;
  options.expected_digest = std::string{request.query.get("digest")};
  TRY(const auto made, preview ? exchange::preview_threats(app.database(), actor, file, marking, options, request.now)
                               : exchange::import_threats(app.database(), actor, file, marking, options, request.now));
  return api::personal_json(pages::threat_import_json(made, !preview));
}

}  // namespace

void add_threat_import_api(App& app, http::Router& router) {
  api::add_write_route(app, router,
                       {.method = http::Method::post,
                        .pattern = "/api/v1/threats/import",
                        .name = "threat_import",
                        .summary = "Import a file of threat knowledge, or say what that would change",
                        .permission = domain::Permission::read_as_member,
                        .handler = post_import,
                        .body_bytes_max = exchange::kThreatFileBytesMax,
                        .takes_query = true});
}

}  // namespace tocsin::portal
