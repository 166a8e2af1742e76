#pragma once
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "engine/guard/break_glass.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// Break-glass access as every page shows it.
namespace tocsin::portal::pages {

/// Newest first, with a button to end what is in force where the reader may. `back`: where the button leads back to.
/// Nothing where there are no rows.
html::Html glass_section_html(const http::Request& request, const std::vector<engine::guard::GlassRow>& rows,
                              std::string_view back);
/// The rows alone.
html::Html glass_table_html(const http::Request& request, const std::vector<engine::guard::GlassRow>& rows,
                            std::string_view back);
boost::json::object glass_json(const engine::guard::GlassRow& row);

}  // namespace tocsin::portal::pages
