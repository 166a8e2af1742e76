#pragma once
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "exchange/extract.hpp"
#include "portal/html/safe.hpp"
#include "portal/pages/form.hpp"

/// What was found in a file, as the page, the API and the command line show it.
namespace tocsin::portal::pages {

/// A table of all of it, and what hangs on a mail. `name`: of the file.
html::Html found_html(const exchange::Extracted& found, std::string_view name);
/// Fills the form in which members share what they saw: what is found without reserve is in its lists.
void fill_from_file(Form& form, const exchange::Extracted& found);
boost::json::object found_json(const exchange::Extracted& found);
/// "text, line 3", "header From", "page 2, line 1", in English where the thread speaks it.
std::string place_text(const formats::document::Hit& hit);
/// Why it is not proposed; empty where it is.
std::string_view reserve_text(const formats::document::Hit& hit) noexcept;

}  // namespace tocsin::portal::pages
