#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "domain/remediation.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/exposure.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/inventory/inventory.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/pages/form.hpp"

/// What the pages of inventory and exposure show the same way, as HTML and as JSON.
namespace tocsin::portal::pages {

/// Whose inventory the request is about: `organisation` in the query, else the asker's own.
Result<engine::inventory::Access> inventory_access(App& app, const http::Request& request);
/// "" for one's own, else the number, for links.
std::string organisation_parameter(const http::Request& request, const engine::inventory::Access& access);
std::string asset_url(std::int64_t id);

/// "Serial number", in the reader's language.
std::string_view field_label(formats::inventory::Field field);
/// By the name that differences have: also "versions", "others".
std::string_view field_label(std::string_view name);
std::string_view status_label(engine::exposure::Status status);
std::string_view state_label(domain::RemediationState state);
html::Html status_tag(engine::exposure::Status status);
html::Html state_tag(domain::RemediationState state);
/// "act now"
html::Html action_tag(engine::exposure::Action action);
/// "firmware V2.8.1; bootloader 3"
std::string versions_text(const formats::inventory::Item& item);
/// A <select> of a filter, with "any" first.
void append_filter(std::string& out, std::string_view id, std::string_view name, std::string_view label,
                   std::string_view any, const std::vector<Option>& options, std::string_view chosen);
std::vector<Option> options_of(const std::vector<std::string>& values);
/// A note that it is another organisation's, by its grant.
void append_granted(std::string& out, const engine::inventory::Access& access);

/// Acts the asker for an organisation whose inventory they read?
bool has_inventory(const http::Request& request);
/// "You: 14 devices at 3 sites", for a record that the asker may see; empty where it is none.
Result<html::Html> exposure_line_html(App& app, const http::Request& request, const domain::Record& record);

/// The same of a vulnerability.
Result<html::Html> vulnerability_line_html(App& app, const http::Request& request, std::string_view vulnerability);

boost::json::object asset_json(const store::Asset& asset);
boost::json::object match_json(const store::ExposureRow& row, const engine::exposure::Decision& decision,
                               Timestamp now);
/// The fields of an item, from what programs send. Errors: invalid_input with `where` = the field.
Result<formats::inventory::Item> item_from_json(const boost::json::object& object);
boost::json::object difference_json(const engine::inventory::Difference& difference);

}  // namespace tocsin::portal::pages
