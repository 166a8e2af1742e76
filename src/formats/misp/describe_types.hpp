#pragma once
#include <boost/json.hpp>

/// The types and categories of attributes that MISP's core format names, as MISP tells them to its clients.
namespace tocsin::formats::misp {

/// `types`, `categories`, `category_type_mappings` and `sane_defaults`.
boost::json::object describe_types();

}  // namespace tocsin::formats::misp
