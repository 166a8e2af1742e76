#include "portal/pages/advisory_load.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/evidence/evidence.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "portal/access.hpp"
#include "store/records.hpp"

namespace tocsin::portal::pages {
namespace {

const domain::Revision* find_revision(const std::vector<domain::Revision>& all, std::string_view name) {
  const auto found = std::ranges::find_if(all, [&](const auto& each) { return revision_name(all, each) == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string revision_name(const std::vector<domain::Revision>& all, const domain::Revision& revision) {
  const auto same = std::ranges::count_if(all, [&](const auto& each) { return each.version == revision.version; });
  return same > 1 ? fmt::format("~{}", revision.id.value) : revision.version;
}

Result<LoadedAdvisory> load_advisory(App& app, const http::Request& request, std::string_view revision) {
  LoadedAdvisory loaded;
  TRY_VOID(app.database().read([&](store::Connection& connection) -> Status {
    store::Records records{connection};
    TRY(auto record, records.find(request.viewer, domain::RecordKind::advisory, request.parameter("id"), request.now));
    if (!record) return Error::not_found("advisory");
    loaded.record = std::move(*record);
    TRY(loaded.revisions, records.revisions(request.viewer, loaded.record, request.now));
    const auto wanted = std::ranges::find(loaded.revisions, loaded.record.current_revision, &domain::Revision::id);
    const auto* found = revision.empty() ? (wanted == loaded.revisions.end() ? nullptr : &*wanted)
                                         : find_revision(loaded.revisions, revision);
    if (found == nullptr) return Error::not_found("revision of this advisory");
    loaded.revision = *found;
    TRY(auto bytes, records.document(loaded.record.id, loaded.revision.id));
    if (!bytes) return Error::not_found("advisory");
    loaded.bytes = std::move(*bytes);
    return ok();
  }));
  TRY_VOID(read_document(loaded));
  TRY_VOID(look_up_evidence(app.database(), loaded));
  return loaded;
}

Status look_up_evidence(store::Database& database, LoadedAdvisory& loaded) {
  std::vector<std::string> cves;
  for (const auto& each : loaded.advisory.vulnerabilities) {
    if (!each.cve.empty()) cves.push_back(each.cve);
  }
  TRY(loaded.evidence,
      database.read([&](store::Connection& connection) { return engine::evidence::look_up(connection, cves); }));
  return ok();
}

Result<http::Response> looked_at(App& app, const http::Request& request, const domain::Record& record,
                                 engine::audit::view::Looking looking, http::Response response) {
  if (looking == engine::audit::view::Looking::exported) {
    TRY_VOID(engine::audit::view::may_export(request.viewer, record, request.now));
  }
  response.cacheable = !engine::audit::view::is_recorded(request.viewer, record, request.now);
  if (response.cacheable) return response;
  response.cache_control = "no-store";
  TRY_VOID(engine::audit::view::record_look(app.database(), access::actor(request), record, looking, request.now));
  return response;
}

Result<ReadAdvisory> read_document(std::string bytes) {
  ReadAdvisory read;
  read.bytes = std::move(bytes);
  TRY(const auto parsed, json::parse(read.bytes));
  TRY(read.advisory, formats::csaf::read_advisory(parsed.root()));
  read.facts = domain::facts_of(read.advisory);
  formats::csaf::TapeReader reader;
  TRY(const auto root, reader.read(read.bytes, formats::csaf::kValidatorLimits));
  read.quality = formats::csaf::check_quality(root);
  return read;
}

Status read_document(LoadedAdvisory& loaded) {
  TRY(static_cast<ReadAdvisory&>(loaded), read_document(std::move(loaded.bytes)));
  const auto has_same_version = [&](const domain::Revision& each) {
    return each.id != loaded.revision.id && each.version == loaded.revision.version;
  };
  if (std::ranges::any_of(loaded.revisions, has_same_version)) {
    loaded.quality.push_back(formats::csaf::changed_without_revision(loaded.revision.version));
  }
  return ok();
}

}  // namespace tocsin::portal::pages
