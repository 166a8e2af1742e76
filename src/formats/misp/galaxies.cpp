#include "formats/misp/galaxies.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/misp/event.hpp"
#include "formats/stix/write.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::array;
using boost::json::object;

constexpr Timestamp kNoTime{0};

std::string_view view(const boost::json::string& text) noexcept { return {text.data(), text.size()}; }

std::vector<std::string> texts_at(const object& of, std::string_view name) {
  std::vector<std::string> out;
  const auto* found = of.if_contains(name);
  if (found == nullptr) return out;
  if (const auto* text = found->if_string()) out.emplace_back(view(*text));
  if (const auto* list = found->if_array()) {
    for (const auto& each : *list) {
      if (const auto* text = each.if_string(); text != nullptr && !text->empty()) out.emplace_back(view(*text));
    }
  }
  return out;
}

void details(object& made, std::string_view type, const object& meta) {
  array aliases, references;
  for (auto& each : texts_at(meta, "synonyms")) aliases.emplace_back(std::move(each));
  const bool takes_aliases = type != "vulnerability" && type != "course-of-action" && type != "identity";
  if (takes_aliases && !aliases.empty()) made["aliases"] = std::move(aliases);
  for (auto& each : texts_at(meta, "external_id")) {
    references.emplace_back(
        object{{"source_name", each.starts_with("CAPEC-") ? "capec" : "mitre-attack"}, {"external_id", each}});
  }
  for (auto& each : texts_at(meta, "refs")) {
    // A URL has a scheme and no blanks (section 2.5); some references are prose.
    if (!text::contains(each, "://") || each.find_first_of(" \t\r\n") != std::string::npos) continue;
    references.emplace_back(object{{"source_name", "url"}, {"url", std::move(each)}});
  }
  if (!references.empty()) made["external_references"] = std::move(references);
}

}  // namespace

object cluster_object(std::string_view type, std::string_view uuid, const object& galaxy, const object& of) {
  const auto kind = galaxy_type_of(galaxy, of);
  const auto name = text_at(of, "value");
  object made;
  made["type"] = type;
  made["spec_version"] = "2.1";
  made["id"] = stix::make_id(type, uuid);
  made["created"] = stix::write_time(kNoTime);
  // The cluster's version is a number that grows; what the world publishes under this id goes before it.
  made["modified"] = stix::write_time(seconds_at(of, "version").value_or(kNoTime));
  made["name"] = name;
  if (const auto description = text_at(of, "description"); !description.empty()) made["description"] = description;
  if (type == "malware") made["is_family"] = true;
  if (type == "identity") made["identity_class"] = "class";
  auto& labels = made["labels"].emplace_array();
  labels.emplace_back(fmt::format("misp:galaxy-type=\"{}\"", kind));
  if (const auto title = text_at(galaxy, "name"); !title.empty()) {
    labels.emplace_back(fmt::format("misp:galaxy-name=\"{}\"", title));
  }
  for (const auto* meta : objects_at(of, "meta")) details(made, type, *meta);
  return made;
}

std::string galaxy_type_of(const object& galaxy, const object& cluster) {
  auto kind = text_at(cluster, "type");
  return kind.empty() ? text_at(galaxy, "type") : kind;
}

}  // namespace tocsin::formats::misp
