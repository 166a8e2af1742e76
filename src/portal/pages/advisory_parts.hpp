#pragma once
#include <optional>

#include "portal/html/safe.hpp"
#include "portal/pages/advisory_load.hpp"

/// Parts of the advisory page, top to bottom.
namespace tocsin::portal::pages {

/// Everything below the breadcrumb, most useful first.
html::Html advisory_body_html(const LoadedAdvisory& loaded);
/// The same for a file, which stands alone: no links into the portal, nothing of what is stored. Without TLP, no badge.
html::Html advisory_file_body_html(const ReadAdvisory& read, std::optional<domain::Tlp> tlp);

/// A CVSS vector, explained metric by metric, folded. Where it computes to another score than the document states
/// beside it, a note says so.
html::Html vector_html(std::string_view vector, std::optional<int> stated_tenths = std::nullopt);
/// "Known affected" of known_affected.
std::string_view status_label(formats::csaf::ProductStatus status);
/// "Fix by the vendor" of vendor_fix.
std::string_view remediation_title(formats::csaf::RemediationCategory category);

}  // namespace tocsin::portal::pages
