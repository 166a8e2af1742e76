#include "portal/pages/threat_json.hpp"

#include "base/json.hpp"
#include "portal/pages/member_parts.hpp"

namespace tocsin::portal::pages {

std::string threat_url(std::string_view id) { return std::string{"/threats/"}.append(id); }

boost::json::object threat_row_json(const engine::threat::ThreatRow& row) {
  boost::json::object out;
  out["id"] = row.id;
  out["url"] = threat_url(row.id);
  out["type"] = row.type;
  out["name"] = row.name;
  out["tlp"] = domain::to_string(row.tlp);
  out["created"] = time_json(row.created);
  out["modified"] = time_json(row.modified);
  out["confidence"] = row.confidence ? boost::json::value(*row.confidence) : boost::json::value(nullptr);
  out["revoked"] = row.revoked;
  out["valid_until"] = time_json(row.valid_until);
  return out;
}

boost::json::object listed_threat_json(const engine::threat::ThreatRow& row) {
  auto out = threat_row_json(row);
  out["confidence_now"] = row.confidence_now ? boost::json::value(*row.confidence_now) : boost::json::value(nullptr);
  out["faded"] = row.faded;
  out["duplicate"] = row.duplicate;
  return out;
}

boost::json::object threat_json(const engine::threat::Threat& threat, boost::json::value object) {
  const auto& record = threat.record;
  boost::json::object out;
  out["id"] = record.key;
  out["url"] = threat_url(record.key);
  out["name"] = record.title;
  out["tlp"] = domain::to_string(record.tlp);
  out["version"] = record.version;
  out["format"] = record.format;
  out["sha512"] = record.sha512;
  out["document_url"] = "/api/v1" + threat_url(record.key) + "/document";
  out["object"] = std::move(object);
  boost::json::array references;
  for (const auto& each : threat.edges) {
    references.push_back(boost::json::object{{"verb", each.verb},
                                             {"outgoing", each.outgoing},
                                             {"relationship", each.via},
                                             {"object", threat_row_json(each.other)}});
  }
  out["references"] = std::move(references);
  out["more_references"] = threat.more_edges;
  boost::json::array revisions;
  for (const auto& each : threat.revisions) {
    revisions.push_back(boost::json::object{{"version", each.version},
                                            {"standing", domain::to_string(each.standing)},
                                            {"format", each.format},
                                            {"bytes", each.bytes},
                                            {"sha512", each.sha512},
                                            {"received_date", format_rfc3339(each.received_at)}});
  }
  out["revisions"] = std::move(revisions);
  return out;
}

}  // namespace tocsin::portal::pages
