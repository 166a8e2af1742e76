#pragma once
#include "portal/html/safe.hpp"
#include "portal/pages/advisory_load.hpp"

/// Parts of the advisory page, top to bottom.
namespace tocsin::portal::pages {

/// Everything below the breadcrumb, most useful first.
html::Html advisory_body_html(const LoadedAdvisory& loaded);

/// A CVSS vector, explained metric by metric, folded.
html::Html vector_html(std::string_view vector);
/// "Known affected" of known_affected.
std::string status_label(formats::csaf::ProductStatus status);

}  // namespace tocsin::portal::pages
