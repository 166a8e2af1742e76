#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include <boost/json.hpp>

#include "engine/threat/attack_view.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// A matrix of ATT&CK as page and as JSON.
namespace tocsin::portal::pages {

struct ShownMatrix : engine::threat::MatrixView {
  std::optional<formats::attack::Layer> layer;  ///< That the reader brought. Its techniques sorted by id.
  bool has_inventory = false;                   ///< The reader's own: then its coverage is to be looked at.
};

/// Errors: as engine::threat::look_at_matrix.
Result<ShownMatrix> load_matrix(App& app, const http::Request& request, std::string_view domain, std::string_view by);
html::Html matrix_html(const ShownMatrix& view);
boost::json::object matrix_json(const ShownMatrix& view);
/// How many techniques of the matrix are highlighted.
std::size_t techniques_shown(const ShownMatrix& view);

}  // namespace tocsin::portal::pages
