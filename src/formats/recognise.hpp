#pragma once
#include <optional>
#include <string_view>

#include <boost/json.hpp>

/// Tells what kind of document some JSON or XML is, so that nobody has to be asked.
namespace tocsin::formats {

enum class DocumentKind {
  csaf_2_0,
  csaf_2_1,
  csaf_unknown_version,    ///< Has /document/csaf_version, of a version we do not read.
  csaf_provider_metadata,  ///< provider-metadata.json
  csaf_aggregator,         ///< aggregator.json
  rolie_feed,
  rolie_service,
  rolie_category,
  cve_record,  ///< CVE JSON 5
  stix_bundle,
  stix_object,  ///< One object outside of a bundle.
  cyclonedx,
  spdx,
  openvex,
  oscal,
  misp_event,     ///< One, or several.
  misp_manifest,  ///< What a feed of MISP has.
  kev,            ///< CISA's catalogue of known exploited vulnerabilities.
  cvrf,           ///< XML whose root element is cvrfdoc: CVRF 1.1 or 1.2.
  news_feed,      ///< Atom or RSS.
  other_xml,
  other_json
};

/// Judged by members that the format demands, never by the file name. Total: any value.
DocumentKind recognise(const boost::json::value& root) noexcept;
/// Of bytes that begin as XML does; nothing where they do not. Judged by the name of the root element alone: whoever
/// reads the document sees whether it is one.
std::optional<DocumentKind> recognise_xml(std::string_view bytes);
/// "CSAF 2.0 advisory", "CSAF provider metadata", ... : for people.
std::string_view to_string(DocumentKind kind) noexcept;

}  // namespace tocsin::formats
