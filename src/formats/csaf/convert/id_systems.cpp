#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/csaf/id_assignment.hpp"

/// The part of the conversion to 2.1 that concerns systems of vulnerability ids.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::object;

void convert_id(object& id, const std::string& place, Notes& notes) {
  const auto name = text_of(id.if_contains("system_name"));
  const auto text = text_of(id.if_contains("text"));
  const auto found = assign_id(name, text);
  const auto start = text::shorten(text, 80);
  switch (found.state) {
    case IdAssignment::State::conforming:
      return;
    case IdAssignment::State::no_mapping:
      notes.warn(place,
                 !found.is_registered
                     ? tr<"the id '{}' is from '{}', which may not be registered: nothing was changed">(
                           start, text::shorten(name, 80))
                     : tr<"the id '{}' of '{}' is from a registered vulnerability system, but was not converted: "
                          "no mapping of its text is known">(start, name));
      return;
    case IdAssignment::State::not_convertible:
      notes.warn(place,
                 found.is_registered
                     ? tr<"the id '{}' of '{}' is from a registered vulnerability system, but could not be converted: "
                          "its text is none that the mapping to '{}' knows">(start, name, found.system_name)
                     : tr<"the id '{}' of '{}' is from a system with a known mapping, but could not be converted: its "
                          "text is none that the mapping to '{}' knows">(start, name, found.system_name));
      return;
    case IdAssignment::State::assigned:
      notes.warn(
          place,
          found.is_registered
              ? tr<"the id '{}' of '{}' is from a registered vulnerability system and was converted to '{}' of '{}'">(
                    text, name, found.text, found.system_name)
              : tr<"the id '{}' of '{}' is from a system with a known mapping and was converted to '{}' of '{}'">(
                    text, name, found.text, found.system_name));
      id["system_name"] = found.system_name;
      id["text"] = found.text;
  }
}

}  // namespace

void convert_ids(object& vulnerability, const std::string& path, Notes& notes) {
  auto* ids = vulnerability.if_contains("ids");
  if (ids == nullptr || !ids->is_array()) return;
  for (std::size_t i = 0; i < ids->get_array().size(); ++i) {
    if (auto* id = ids->get_array()[i].if_object(); id != nullptr)
      convert_id(*id, fmt::format("{}/ids/{}", path, i), notes);
  }
  drop_repeated(ids->get_array());
}

}  // namespace tocsin::formats::csaf::convert
