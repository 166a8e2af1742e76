#pragma once
#include <optional>

#include "domain/tlp.hpp"
#include "formats/csaf/advisory.hpp"
#include "portal/paper/paper.hpp"

namespace tocsin::portal::paper {

/// An advisory on paper: what Markdown and text say, in the same order, with the TLP on every page as TLP 2.0 demands.
/// Without TLP the document is not marked, and the pages say so. Its creation date is that of the release.
/// Errors: those of make_pdf.
Result<Pdf> advisory_pdf(const formats::csaf::Advisory& advisory, std::optional<domain::Tlp> tlp, int pages_max);

}  // namespace tocsin::portal::paper
