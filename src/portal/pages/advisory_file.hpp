#pragma once
#include <optional>
#include <string>

#include "portal/pages/advisory_load.hpp"

/// An advisory as one file to keep, to mail and to print: the body of the portal's page without the portal around it.
/// It brings its styles, runs no script and loads nothing; the same document gives the same bytes everywhere.
namespace tocsin::portal::pages {

/// Without TLP the document is not marked, and neither is the file.
std::string advisory_file_html(const ReadAdvisory& read, std::optional<domain::Tlp> tlp);

/// What a document says of who may read it, where nobody has stored it under a TLP of theirs; nothing where it says
/// nothing. Errors: invalid_input for a label that is none, for what cannot be marked must not be passed on.
Result<std::optional<domain::Tlp>> stated_tlp(const formats::csaf::Advisory& advisory);

/// Name for a file made of a document: "tdc-2025-001.pdf" with extension "pdf". As safe as file_name() of formats.
std::string export_file_name(const formats::csaf::Advisory& advisory, std::string_view extension);

}  // namespace tocsin::portal::pages
