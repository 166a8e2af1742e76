#pragma once
#include <map>
#include <string_view>

#include <boost/json.hpp>

#include "engine/threat/products.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"
#include "store/exposures.hpp"

/// Products that a text or an object of STIX names, with the advisories on them and the reader's devices.
namespace tocsin::portal::pages {

struct ProductLinks {
  engine::threat::NamedProducts named;
  bool has_inventory = false;                               ///< Of the reader's own: only then something is said of it.
  std::map<std::int64_t, store::ExposureAtRecord> at_home;  ///< By product, of those that affect something.
};
Result<ProductLinks> product_links(App& app, const http::Request& request, std::string_view text);
/// Nothing where none is named.
html::Html product_links_html(const ProductLinks& links);
/// Schema: "NamedProducts".
boost::json::object product_links_json(const ProductLinks& links);

}  // namespace tocsin::portal::pages
