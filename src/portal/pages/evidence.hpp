#pragma once
#include <boost/json.hpp>

#include "engine/evidence/book.hpp"
#include "portal/html/safe.hpp"

/// What others know of a vulnerability (CISA KEV, EPSS), on pages and in the API.
namespace tocsin::portal::pages {

/// "Known exploited since 2023-01-02 (CISA KEV)", with its day to act by and whether ransomware uses it.
html::Html kev_html(const engine::evidence::KnownExploited& known);
/// "97 % within 30 days (99.9 percentile, 2026-05-01)"
html::Html epss_html(const engine::evidence::Epss& score);
/// Members `kev` and `epss`, each an object or null; `found` may be nullptr. Schema: "Evidence".
boost::json::object evidence_json(const engine::evidence::Evidence* found);

}  // namespace tocsin::portal::pages
