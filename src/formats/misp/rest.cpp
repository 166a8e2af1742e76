#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/misp/event.hpp"
#include "formats/misp/search.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::array;
using boost::json::object;

std::string number_text(std::string_view uuid) { return std::to_string(number_of(uuid)); }

void set_default(object& of, std::string_view name, std::string_view text) {
  if (!of.contains(name)) of[name] = text;
}

/// Numbers are MISP's own, of its database; those that an event brings are of another one.
void number(object& of) { of["id"] = number_text(text_at(of, "uuid")); }

/// The members of a list that are not deleted.
array* living(object& of, std::string_view name) {
  auto* list = of.if_contains(name);
  if (list == nullptr || !list->is_array()) return nullptr;
  auto& elements = list->get_array();
  for (auto each = elements.begin(); each != elements.end();) {
    const auto* one = each->if_object();
    each = one == nullptr || flag_at(*one, "deleted") ? elements.erase(each) : each + 1;
  }
  return &elements;
}

std::size_t number_attributes(object& of, std::string_view event_id, std::string_view object_id) {
  auto* list = living(of, "Attribute");
  if (list == nullptr) return 0;
  for (auto& each : *list) {
    auto& one = each.get_object();
    number(one);
    one["event_id"] = event_id;
    one["object_id"] = object_id;
    set_default(one, "distribution", "5");
    set_default(one, "comment", "");
    one["deleted"] = false;
  }
  return list->size();
}

void number_organisation(object& event, std::string_view name, std::string_view id) {
  const auto found = objects_at(event, name);
  event[id] = found.empty() ? "0" : number_text(text_at(*found.front(), "uuid"));
  if (auto* of = event.if_contains(name); of != nullptr && of->is_object()) number(of->get_object());
}

}  // namespace

object for_rest(object event) {
  number(event);
  const auto id = text_at(event, "id");
  // Who has it here, MISP says besides who made it; here that is told of the record.
  if (!event.contains("Org") && event.contains("Orgc")) event["Org"] = event.at("Orgc");
  number_organisation(event, "Orgc", "orgc_id");
  number_organisation(event, "Org", "org_id");
  set_default(event, "analysis", "0");
  set_default(event, "threat_level_id", "4");
  set_default(event, "publish_timestamp", "0");
  for (const std::string_view name : {"Attribute", "Object"}) {
    if (!event.contains(name)) event[name].emplace_array();
  }
  auto count = number_attributes(event, id, "0");
  if (auto* objects = living(event, "Object")) {
    for (auto& each : *objects) {
      auto& one = each.get_object();
      number(one);
      one["event_id"] = id;
      set_default(one, "distribution", "5");
      count += number_attributes(one, id, text_at(one, "id"));
    }
  }
  event["attribute_count"] = std::to_string(count);
  return event;
}

object metadata_of(object event) {
  for (const std::string_view name : {"Attribute", "Object", "EventReport"}) event.stable_erase(name);
  return event;
}

object attribute_for_rest(const Query& query, const object& event, const Place& place) {
  object out(*place.attribute, boost::json::storage_ptr{});
  if (!query.with_attachments) out.stable_erase("data");
  object context;
  for (const std::string_view name : {"id", "uuid", "info", "org_id", "orgc_id", "distribution", "date", "published",
                                      "threat_level_id", "analysis", "timestamp", "publish_timestamp", "Orgc"}) {
    if (const auto* found = event.if_contains(name)) context[name] = *found;
  }
  if (query.with_event_uuid) out["event_uuid"] = text_at(event, "uuid");
  if (query.with_event_tags) {
    auto& tags = out["Tag"];
    if (!tags.is_array()) tags.emplace_array();
    for (const auto* each : objects_at(event, "Tag")) tags.get_array().emplace_back(*each);
  }
  out["Event"] = std::move(context);
  return out;
}

}  // namespace tocsin::formats::misp
