#include "formats/recognise.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/cvrf/xml.hpp"
#include "formats/feed/news.hpp"
#include "formats/kev/kev.hpp"
#include "formats/misp/event.hpp"
#include "formats/stix/reader.hpp"

namespace tocsin::formats {
namespace {

using boost::json::value;
using json::find;
using json::string_at;

bool has(const value& object, std::string_view key) noexcept { return find(object, key) != nullptr; }

bool has_array(const value& object, std::string_view key) noexcept {
  const value* member = find(object, key);
  return member != nullptr && member->is_array();
}

/// ROLIE documents are one object whose only well-known member names the kind (RFC 8322, CSAF section 7.1.15 ff.).
bool wraps_object(const value& root, std::string_view key) noexcept {
  const value* member = find(root, key);
  return member != nullptr && member->is_object();
}

}  // namespace

DocumentKind recognise(const value& root) noexcept {
  if (misp::looks_like_events(root)) return DocumentKind::misp_event;
  if (!root.is_object()) return DocumentKind::other_json;
  if (const value* document = find(root, "document"); document != nullptr && has(*document, "csaf_version")) {
    const auto version = string_at(*document, "csaf_version");
    if (version == "2.0") return DocumentKind::csaf_2_0;
    if (version == "2.1") return DocumentKind::csaf_2_1;
    return DocumentKind::csaf_unknown_version;
  }
  if (has(root, "aggregator_version") || has(root, "csaf_providers")) return DocumentKind::csaf_aggregator;
  if (has(root, "metadata_version") && has(root, "publisher")) return DocumentKind::csaf_provider_metadata;
  if (const value* feed = find(root, "feed"); feed != nullptr && has_array(*feed, "entry"))
    return DocumentKind::rolie_feed;
  if (const value* service = find(root, "service"); service != nullptr && has_array(*service, "workspace")) {
    return DocumentKind::rolie_service;
  }
  if (wraps_object(root, "categories")) return DocumentKind::rolie_category;
  if (string_at(root, "dataType") == "CVE_RECORD") return DocumentKind::cve_record;
  if (string_at(root, "type") == "bundle" && string_at(root, "id").starts_with("bundle--"))
    return DocumentKind::stix_bundle;
  if (stix::names_an_object(string_at(root, "type"), string_at(root, "id"),
                            has(root, "spec_version") || has(root, "created"))) {
    return DocumentKind::stix_object;
  }
  if (string_at(root, "bomFormat") == "CycloneDX") return DocumentKind::cyclonedx;
  if (has(root, "spdxVersion") || text::contains(string_at(root, "@context"), "spdx.org")) return DocumentKind::spdx;
  if (text::contains(string_at(root, "@context"), "openvex.dev")) return DocumentKind::openvex;
  for (const std::string_view model : {"catalog", "profile", "component-definition", "system-security-plan",
                                       "assessment-plan", "assessment-results", "plan-of-action-and-milestones"}) {
    if (const value* body = find(root, model); body != nullptr && has(*body, "uuid") && has(*body, "metadata")) {
      return DocumentKind::oscal;
    }
  }
  if (misp::looks_like_manifest(root)) return DocumentKind::misp_manifest;
  if (kev::recognise_json(root)) return DocumentKind::kev;
  return DocumentKind::other_json;
}

std::optional<DocumentKind> recognise_xml(std::string_view bytes) {
  if (!cvrf::looks_like_xml(bytes)) return std::nullopt;
  if (feed::looks_like_news(bytes)) return DocumentKind::news_feed;
  // Comments may stand before the root element, but no book.
  constexpr std::size_t kHeadBytes = std::size_t{64} << 10;
  std::string head{bytes.substr(0, kHeadBytes)};
  // UTF-16 of such a name is its letters with zeros between them.
  std::erase(head, '\0');
  const auto at = head.find("cvrfdoc");
  const bool begins_an_element = at != std::string::npos && at > 0 && (head[at - 1] == '<' || head[at - 1] == ':');
  return begins_an_element ? DocumentKind::cvrf : DocumentKind::other_xml;
}

std::string_view to_string(DocumentKind kind) noexcept {
  switch (kind) {
    case DocumentKind::csaf_2_0:
      return "CSAF 2.0 advisory";
    case DocumentKind::csaf_2_1:
      return "CSAF 2.1 advisory";
    case DocumentKind::csaf_unknown_version:
      return "CSAF advisory of an unknown version";
    case DocumentKind::csaf_provider_metadata:
      return "CSAF provider metadata";
    case DocumentKind::csaf_aggregator:
      return "CSAF aggregator";
    case DocumentKind::rolie_feed:
      return "ROLIE feed";
    case DocumentKind::rolie_service:
      return "ROLIE service document";
    case DocumentKind::rolie_category:
      return "ROLIE category document";
    case DocumentKind::cve_record:
      return "CVE record";
    case DocumentKind::stix_bundle:
      return "STIX bundle";
    case DocumentKind::stix_object:
      return "STIX object";
    case DocumentKind::cyclonedx:
      return "CycloneDX BOM";
    case DocumentKind::spdx:
      return "SPDX document";
    case DocumentKind::openvex:
      return "OpenVEX document";
    case DocumentKind::oscal:
      return "OSCAL document";
    case DocumentKind::misp_event:
      return "MISP event";
    case DocumentKind::misp_manifest:
      return "manifest of a MISP feed";
    case DocumentKind::kev:
      return "catalogue of known exploited vulnerabilities (CISA KEV)";
    case DocumentKind::cvrf:
      return "CVRF document";
    case DocumentKind::news_feed:
      return "feed of news";
    case DocumentKind::other_xml:
      return "other XML";
    case DocumentKind::other_json:
      break;
  }
  return "other JSON";
}

}  // namespace tocsin::formats
