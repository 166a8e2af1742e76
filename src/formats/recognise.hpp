#pragma once
#include <string_view>

#include <boost/json.hpp>

/// Tells what kind of document some JSON is, so that nobody has to be asked.
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
  cyclonedx,
  spdx,
  openvex,
  oscal,
  misp_event,
  other_json
};

/// Judged by members that the format demands, never by the file name. Total: any value.
DocumentKind recognise(const boost::json::value& root) noexcept;
/// "CSAF 2.0 advisory", "CSAF provider metadata", ... : for people.
std::string_view to_string(DocumentKind kind) noexcept;

}  // namespace tocsin::formats
