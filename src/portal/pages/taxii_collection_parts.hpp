#pragma once
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "engine/taxii/kept.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// What pages, forms and API of TAXII collections share.
namespace tocsin::portal::pages {

inline constexpr const char* kCollectionsPath = "/admin/taxii";

std::string collection_url(std::string_view id);
/// The collection in the address, by id or alias. Errors: not_found.
Result<engine::taxii::KeptCollection> collection_of(App& app, const http::Request& request);
/// "1,234", or "more than 10,000".
std::string held_count(const engine::taxii::Held& held);
/// The newest of them as a table; nothing where there are none.
html::Html held_html(const engine::taxii::Held& held);

}  // namespace tocsin::portal::pages
