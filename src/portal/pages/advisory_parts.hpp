#pragma once
#include "portal/html/safe.hpp"
#include "portal/pages/advisory_load.hpp"

/// Parts of the advisory page, top to bottom.
namespace tocsin::portal::pages {

html::Html advisory_summary_html(const LoadedAdvisory& loaded);
html::Html advisory_remediations_html(const LoadedAdvisory& loaded);
html::Html advisory_products_html(const LoadedAdvisory& loaded);
html::Html advisory_vulnerabilities_html(const LoadedAdvisory& loaded);
html::Html advisory_notes_html(const LoadedAdvisory& loaded);
html::Html advisory_references_html(const LoadedAdvisory& loaded);
html::Html advisory_history_html(const LoadedAdvisory& loaded);
html::Html advisory_files_html(const LoadedAdvisory& loaded);

/// A CVSS vector, explained metric by metric, folded.
html::Html vector_html(std::string_view vector);
/// "Known affected" of known_affected.
std::string status_label(formats::csaf::ProductStatus status);

}  // namespace tocsin::portal::pages
