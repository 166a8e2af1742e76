#pragma once
#include <string_view>

#include "formats/threat_text/references.hpp"
#include "portal/html/safe.hpp"

namespace tocsin::portal::pages {

/// "/threats/campaign--...", "/vulnerabilities/CVE-2024-1234", "/threats/attack/T0855".
html::Url reference_url(const formats::threat_text::Reference& reference);
/// Markdown of threat knowledge, in which ids of STIX, CVE and ATT&CK lead to their pages.
html::Html threat_markdown(std::string_view text);

}  // namespace tocsin::portal::pages
