#include "formats/csaf/extensions.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::value;

/// Of what is longer only the beginning is ever shown.
constexpr std::size_t kTextMax = 500;

void collect(const value& json, const std::string& path, std::vector<Extension>& into);

void collect_list(const boost::json::array& list, const std::string& path, std::vector<Extension>& into) {
  for (std::size_t i = 0; i < list.size() && into.size() < kExtensionsMax; ++i) {
    const auto* critical = json::find(list[i], "critical");
    into.push_back({.path = json::pointer_append(path, i),
                    .schema = text::shorten(json::string_at(list[i], "$schema"), kTextMax),
                    .category = text::shorten(json::string_at(list[i], "category"), 40),
                    .critical = critical != nullptr && critical->is_bool() && critical->get_bool()});
  }
}

void collect(const value& json, const std::string& path, std::vector<Extension>& into) {
  if (const auto* array = json.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if ((*array)[i].is_structured()) collect((*array)[i], json::pointer_append(path, i), into);
    }
    return;
  }
  const auto* object = json.if_object();
  if (object == nullptr) return;
  for (const auto& member : *object) {
    if (!member.value().is_structured()) continue;
    const auto place = json::pointer_append(path, member.key());
    if (member.key() == "x_extensions" && member.value().is_array()) {
      collect_list(member.value().get_array(), place, into);
    } else {
      collect(member.value(), place, into);
    }
  }
}

}  // namespace

std::vector<Extension> extensions_of(const value& root) {
  std::vector<Extension> found;
  const auto* document = json::find(root, "document");
  if (document == nullptr || json::string_at(*document, "csaf_version") != "2.1") return found;
  collect(root, "", found);
  return found;
}

std::vector<std::string> essential_schemas(const std::vector<Extension>& extensions) {
  std::vector<std::string> essential;
  for (const auto& each : extensions) {
    if (each.is_essential() && std::ranges::find(essential, each.schema) == essential.end()) {
      essential.push_back(each.schema);
    }
  }
  return essential;
}

std::string warning_of(const std::vector<Extension>& extensions) {
  if (extensions.empty()) return {};
  auto warning = fmt::format("holds {} that Tocsin does not know",
                             text::count_of(static_cast<long long>(extensions.size()), "extension", "extensions"));
  const auto essential = essential_schemas(extensions);
  if (!essential.empty()) warning += "; essential to understand it: " + text::list_some(essential);
  return warning;
}

}  // namespace tocsin::formats::csaf
