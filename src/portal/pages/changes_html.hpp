#pragma once
#include <vector>

#include "formats/csaf/compare.hpp"
#include "portal/html/safe.hpp"

namespace tocsin::portal::pages {

/// What changed between two documents: a sentence, and a table for each part.
html::Html changes_html(const std::vector<formats::csaf::Change>& changes);

}  // namespace tocsin::portal::pages
