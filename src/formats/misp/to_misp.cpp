#include "formats/misp/to_misp.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/misp/attributes.hpp"
#include "formats/misp/event.hpp"
#include "formats/misp/pattern_values.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/grammar.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/lift.hpp"
#include "formats/stix/markings.hpp"
#include "formats/stix/reader.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::string_view view(const boost::json::string& text) noexcept { return {text.data(), text.size()}; }

std::string_view string_of(const object& of, std::string_view name) noexcept {
  const auto* found = of.if_contains(name);
  return found != nullptr && found->is_string() ? view(found->get_string()) : std::string_view{};
}

std::vector<std::string_view> strings_of(const object& of, std::string_view name) {
  std::vector<std::string_view> out;
  const auto* found = of.if_contains(name);
  if (found == nullptr || !found->is_array()) return out;
  for (const auto& each : found->get_array()) {
    if (each.is_string()) out.push_back(view(each.get_string()));
  }
  return out;
}

const object* object_of(const object& of, std::string_view name) noexcept {
  const auto* found = of.if_contains(name);
  return found != nullptr ? found->if_object() : nullptr;
}

std::string_view uuid_in(std::string_view id) noexcept {
  const auto at = id.find("--");
  return at == id.npos ? id : id.substr(at + 2);
}

std::string seconds(std::string_view time) {
  const auto read = parse_rfc3339(time);
  return read && read->micros >= 0 ? std::to_string(read->micros / 1'000'000) : "0";
}

bool is_observable(std::string_view type) noexcept { return stix::is_in(stix::kScos, stix::type_of(type)); }

std::string derived_uuid(std::string_view from) {
  auto made = stix::observable_uuid(fmt::format("misp {}", from));
  made[14] = '4';
  return made;
}

/// What stands in a label `misp:name="value"`.
std::string_view misp_label(const object& of, std::string_view name) {
  const auto begin = fmt::format("misp:{}=\"", name);
  for (const auto each : strings_of(of, "labels")) {
    if (each.starts_with(begin) && each.ends_with('"') && each.size() > begin.size()) {
      return each.substr(begin.size(), each.size() - begin.size() - 1);
    }
  }
  return {};
}

std::string_view marked(const Source& source) {
  auto tlp = source.tlp;
  for (const auto id : strings_of(*source.object, "object_marking_refs")) tlp = stricter(tlp, stix::tlp_level(id));
  return tlp;
}

array& list_in(object& of, std::string_view name) {
  auto& list = of[name];
  return list.is_array() ? list.get_array() : list.emplace_array();
}

void tag(object& of, std::string name) { list_in(of, "Tag").emplace_back(object{{"name", std::move(name)}}); }

/// MISP's marking may not be wider than ours.
void mark(object& of, std::string_view tlp) {
  if (tlp.empty() || stricter(tlp_of(of), tlp) == tlp_of(of)) return;
  tag(of, fmt::format("tlp:{}", tlp));
}

class Converter {
 public:
  Converter(std::span<const Source> sources, ToMisp& out) : sources_(sources), out_(out) {
    for (const auto& each : sources_) {
      const auto id = string_of(*each.object, "id");
      if (!id.empty()) by_id_.emplace(id, &each);
      const auto type = string_of(*each.object, "type");
      if (type == "sighting") about_[string_of(*each.object, "sighting_of_ref")].push_back(&each);
      if (type == "opinion") {
        for (const auto ref : strings_of(*each.object, "object_refs")) about_[ref].push_back(&each);
      }
    }
  }

  void run() {
    bool any = false;
    for (const auto& each : sources_) {
      const auto type = string_of(*each.object, "type");
      if (type != "report" && type != "grouping") continue;
      any = true;
      std::vector<const Source*> parts;
      std::set<std::string_view> told;
      for (const auto ref : strings_of(*each.object, "object_refs")) {
        const auto found = by_id_.find(ref);
        if (found != by_id_.end() && told.insert(ref).second) parts.push_back(found->second);
      }
      event(&each, parts);
    }
    if (any || sources_.empty()) return;
    std::vector<const Source*> parts;
    for (const auto& each : sources_) parts.push_back(&each);
    event(nullptr, parts);
  }

 private:
  object header(const Source* report, const std::vector<const Source*>& parts) {
    object made;
    if (report == nullptr) {
      std::string ids;
      std::string_view last;
      for (const auto* each : parts) {
        ids += string_of(*each->object, "id");
        last = std::max(last, string_of(*each->object, "modified"));
      }
      made["uuid"] = derived_uuid(ids);
      made["info"] = "STIX content";
      made["date"] = last.empty() ? "1970-01-01" : last.substr(0, 10);
      made["timestamp"] = seconds(last);
    } else {
      const auto& of = *report->object;
      auto when = string_of(of, "published");
      if (when.empty()) when = string_of(of, "modified");
      made["uuid"] = uuid_in(string_of(of, "id"));
      made["info"] = string_of(of, "name");
      made["date"] = when.substr(0, 10);
      made["timestamp"] = seconds(string_of(of, "modified"));
      if (const auto time = string_of(of, "published"); !time.empty()) made["publish_timestamp"] = seconds(time);
      organisation(made, of);
    }
    made["published"] = report != nullptr && string_of(*report->object, "type") == "report";
    made["analysis"] = "2";
    made["threat_level_id"] = "4";
    list_in(made, "Attribute");
    list_in(made, "Object");
    if (report != nullptr) {
      tags(made, *report->object);
      const auto description = string_of(*report->object, "description");
      if (!description.empty()) {
        add_attribute(made, "comment", description, derived_uuid(fmt::format("{} description", view_of(made, "uuid"))),
                      *report, false);
      }
    }
    return made;
  }

  static std::string_view view_of(const object& of, std::string_view name) { return string_of(of, name); }

  void organisation(object& made, const object& of) {
    const auto found = by_id_.find(string_of(of, "created_by_ref"));
    if (found == by_id_.end()) return;
    object organisation;
    organisation["name"] = string_of(*found->second->object, "name");
    organisation["uuid"] = uuid_in(found->first);
    made["Orgc"] = std::move(organisation);
  }

  static void tags(object& made, const object& of) {
    for (const auto each : strings_of(of, "labels")) {
      if (!each.starts_with("misp:") && each != "Threat-Report") tag(made, std::string{each});
    }
  }

  void event(const Source* report, const std::vector<const Source*>& parts) {
    const auto* kept = report != nullptr ? object_of(*report->object, "x_misp_event") : nullptr;
    // Copies of what was parsed would share its memory, which may end before what is made.
    auto made = kept != nullptr ? object(*kept, boost::json::storage_ptr{}) : header(report, parts);
    if (report != nullptr) mark(made, marked(*report));
    // Observables that observed-data tells of, and clusters of an event that has them, are no parts of their own.
    std::set<std::string_view> covered;
    for (const auto* each : parts) {
      if (string_of(*each->object, "type") == "observed-data") cover(*each->object, covered);
    }
    for (const auto* each : parts) part(made, *each, kept != nullptr, covered);
    out_.events.push_back(std::move(made));
  }

  void cover(const object& of, std::set<std::string_view>& covered) const {
    for (const auto& [name, member] : of) {
      const std::string_view key{name.data(), name.size()};
      if (key.ends_with("_ref") && member.is_string()) cover(view(member.get_string()), covered);
      if (!key.ends_with("_refs") || !member.is_array()) continue;
      for (const auto& each : member.get_array()) {
        if (each.is_string()) cover(view(each.get_string()), covered);
      }
    }
  }
  void cover(std::string_view id, std::set<std::string_view>& covered) const {
    const auto found = by_id_.find(id);
    if (found == by_id_.end() || !is_observable(string_of(*found->second->object, "type"))) return;
    if (covered.insert(id).second) cover(*found->second->object, covered);
  }

  void part(object& made, const Source& source, bool from_misp, const std::set<std::string_view>& covered) {
    const auto& of = *source.object;
    const auto id = string_of(of, "id");
    const auto type = string_of(of, "type");
    if (const auto* kept = object_of(of, "x_misp_attribute")) {
      auto one = with_sightings(*kept, id);
      mark_part(made, one, source);
      list_in(made, "Attribute").emplace_back(std::move(one));
    } else if (const auto* whole = object_of(of, "x_misp_object")) {
      object one(*whole, boost::json::storage_ptr{});
      if (auto* list = one.if_contains("Attribute"); list != nullptr && list->is_array()) {
        for (auto& each : list->get_array()) {
          if (auto* attribute = each.if_object()) *attribute = with_sightings(*attribute, id);
        }
      }
      list_in(made, "Object").emplace_back(std::move(one));
    } else if (const auto* report = object_of(of, "x_misp_event_report")) {
      list_in(made, "EventReport").emplace_back(*report);
    } else if (type == "indicator") {
      indicator(made, source);
    } else if (type == "observed-data") {
      observed(made, source);
    } else if (type == "vulnerability" || type == "campaign") {
      if (from_misp && !misp_label(of, "galaxy-type").empty()) return;
      add_attribute(made, type == "campaign" ? "campaign-name" : "vulnerability", string_of(of, "name"), uuid_in(id),
                    source, false);
    } else if (type == "x-misp-attribute") {
      add_attribute(made, string_of(of, "x_misp_type"), string_of(of, "x_misp_value"), uuid_in(id), source, false);
    } else if (type == "x-misp-object") {
      custom_object(made, source);
    } else if (type == "note") {
      note(made, of);
    } else if (is_observable(type)) {
      if (!covered.contains(id)) observable(made, source, source, uuid_in(id));
    } else if (is_cluster(type)) {
      if (!from_misp) cluster(made, of);
    } else if (type != "relationship" && type != "identity" && type != "marking-definition" && type != "sighting" &&
               type != "opinion" && type != "report" && type != "grouping" && type != "extension-definition") {
      out_.remarks.push_back({std::string{id}, fmt::format("MISP has no place for objects of type '{}'.", type)});
    }
  }

  /// What is stricter than its event says so itself.
  static void mark_part(const object& event, object& of, const Source& source) {
    const auto tlp = marked(source);
    if (stricter(tlp_of(event), tlp) != tlp_of(event)) mark(of, tlp);
  }

  static bool is_cluster(std::string_view type) noexcept {
    for (const std::string_view each : {"attack-pattern", "malware", "tool", "threat-actor", "intrusion-set",
                                        "course-of-action", "infrastructure", "location"}) {
      if (type == each) return true;
    }
    return false;
  }

  object with_sightings(const object& attribute, std::string_view id) const {
    object out(attribute, boost::json::storage_ptr{});
    const auto found = about_.find(id);
    if (found == about_.end()) return out;
    for (const auto* each : found->second) {
      const auto* kept = object_of(*each->object, "x_misp_sighting");
      if (kept != nullptr && text_at(*kept, "attribute_uuid") == text_at(attribute, "uuid")) {
        list_in(out, "Sighting").emplace_back(*kept);
      }
    }
    return out;
  }

  object attribute_of(std::string_view type, std::string_view said, std::string_view uuid, const Source& source,
                      bool to_ids) const {
    const auto& of = *source.object;
    object made;
    made["uuid"] = uuid;
    made["type"] = type;
    const auto category = misp_label(of, "category");
    made["category"] = category.empty() ? category_of(type) : category;
    made["value"] = said;
    made["to_ids"] = to_ids || misp_label(of, "to_ids") == "True";
    made["timestamp"] = seconds(string_of(of, "modified"));
    auto comment = string_of(of, "x_misp_comment");
    if (comment.empty() && type != "comment") comment = string_of(of, "description");
    if (!comment.empty()) made["comment"] = comment;
    return made;
  }

  void add_attribute(object& event, std::string_view type, std::string_view said, std::string_view uuid,
                     const Source& source, bool to_ids) const {
    if (type.empty() || said.empty()) return;
    auto made = attribute_of(type, said, uuid, source, to_ids);
    if (string_of(*source.object, "type") != "report" && string_of(*source.object, "type") != "grouping") {
      tags(made, *source.object);
    }
    mark_part(event, made, source);
    list_in(event, "Attribute").emplace_back(std::move(made));
  }

  /// One attribute each, or an object where a label names its template. The first has the UUID of where it came from.
  void add_values(object& event, const std::vector<TypedValue>& values, std::string_view uuid, const Source& source,
                  bool to_ids) const {
    const auto name = misp_label(*source.object, "name");
    if (!name.empty()) {
      object made;
      made["name"] = name;
      made["meta-category"] = misp_label(*source.object, "meta-category");
      made["uuid"] = uuid;
      made["timestamp"] = seconds(string_of(*source.object, "modified"));
      auto& list = made["Attribute"].emplace_array();
      for (std::size_t i = 0; i < values.size(); ++i) {
        auto one =
            attribute_of(values[i].type, values[i].value, derived_uuid(fmt::format("{} {}", uuid, i)), source, to_ids);
        one["object_relation"] = values[i].relation.empty() ? values[i].type : values[i].relation;
        list.emplace_back(std::move(one));
      }
      mark_part(event, made, source);
      list_in(event, "Object").emplace_back(std::move(made));
      return;
    }
    const auto wanted = misp_label(*source.object, "type");
    std::size_t count = 0;
    for (const auto& each : values) {
      add_attribute(event, values.size() == 1 && !wanted.empty() ? wanted : std::string_view{each.type}, each.value,
                    count == 0 ? std::string{uuid} : derived_uuid(fmt::format("{} {}", uuid, count)), source, to_ids);
      ++count;
    }
  }

  void indicator(object& event, const Source& source) const {
    const auto& of = *source.object;
    const auto uuid = uuid_in(string_of(of, "id"));
    const auto pattern = string_of(of, "pattern");
    const auto language = string_of(of, "pattern_type");
    if (!language.empty() && language != "stix") {
      const auto type = rule_language(language);
      return add_attribute(event, type.empty() ? "other" : type, pattern, uuid, source, !type.empty());
    }
    const auto values = values_of_pattern(pattern, misp_label(of, "type"), !misp_label(of, "name").empty());
    if (values.empty()) return add_attribute(event, "stix2-pattern", pattern, uuid, source, true);
    add_values(event, values, uuid, source, true);
  }

  Finder finder() const {
    return [this](std::string_view id) -> const object* {
      const auto found = by_id_.find(id);
      return found == by_id_.end() ? nullptr : found->second->object;
    };
  }

  void observable(object& event, const Source& what, const Source& source, std::string_view uuid) {
    const auto values = values_of_observable(*what.object, finder());
    if (values.empty()) {
      out_.remarks.push_back({std::string{string_of(*what.object, "id")},
                              fmt::format("MISP has no attribute for it: '{}'.", string_of(*what.object, "type"))});
      return;
    }
    add_values(event, values, uuid, source, false);
  }

  void observed(object& event, const Source& source) {
    const auto& of = *source.object;
    const auto uuid = uuid_in(string_of(of, "id"));
    // What others among them refer to is told with those.
    std::set<std::string_view> within;
    const auto refs = strings_of(of, "object_refs");
    for (const auto ref : refs) {
      if (const auto found = by_id_.find(ref); found != by_id_.end()) cover(*found->second->object, within);
    }
    std::vector<TypedValue> values;
    for (const auto ref : refs) {
      const auto found = by_id_.find(ref);
      if (found == by_id_.end() || within.contains(ref)) continue;
      for (auto& each : values_of_observable(*found->second->object, finder())) values.push_back(std::move(each));
    }
    if (values.empty()) {
      out_.remarks.push_back(
          {std::string{string_of(of, "id")}, "What was observed is not here, or MISP has no attribute for it."});
      return;
    }
    add_values(event, values, uuid, source, false);
  }

  void custom_object(object& event, const Source& source) const {
    const auto& of = *source.object;
    object made;
    made["name"] = string_of(of, "x_misp_name");
    made["meta-category"] = string_of(of, "x_misp_meta_category");
    made["uuid"] = uuid_in(string_of(of, "id"));
    made["timestamp"] = seconds(string_of(of, "modified"));
    auto& list = made["Attribute"].emplace_array();
    for (const auto* each : objects_at(of, "x_misp_attributes")) list.emplace_back(*each);
    mark_part(event, made, source);
    list_in(event, "Object").emplace_back(std::move(made));
  }

  static void note(object& event, const object& of) {
    object made;
    made["uuid"] = uuid_in(string_of(of, "id"));
    const auto name = string_of(of, "abstract");
    made["name"] = name.empty() ? std::string_view{"Note"} : name;
    made["content"] = string_of(of, "content");
    made["timestamp"] = seconds(string_of(of, "modified"));
    list_in(event, "EventReport").emplace_back(std::move(made));
  }

  static void cluster(object& event, const object& of) {
    const auto type = string_of(of, "type");
    auto galaxy_type = std::string{misp_label(of, "galaxy-type")};
    if (galaxy_type.empty()) galaxy_type = fmt::format("stix-2.1-{}", type);
    const auto name = string_of(of, "name");
    auto& galaxies = list_in(event, "Galaxy");
    object* galaxy = nullptr;
    for (auto& each : galaxies) {
      if (auto* one = each.if_object(); one != nullptr && string_of(*one, "type") == galaxy_type) galaxy = one;
    }
    if (galaxy == nullptr) {
      object made;
      made["uuid"] = derived_uuid("galaxy " + galaxy_type);
      made["name"] = galaxy_type;
      made["type"] = galaxy_type;
      made["namespace"] = "stix";
      made["version"] = "1";
      galaxy = &galaxies.emplace_back(std::move(made)).get_object();
    }
    object made;
    made["uuid"] = uuid_in(string_of(of, "id"));
    made["type"] = galaxy_type;
    made["value"] = name;
    made["tag_name"] = fmt::format("misp-galaxy:{}=\"{}\"", galaxy_type, name);
    if (const auto description = string_of(of, "description"); !description.empty()) made["description"] = description;
    object meta;
    array synonyms, external;
    for (const auto each : strings_of(of, "aliases")) synonyms.emplace_back(each);
    for (const auto* each : objects_at(of, "external_references")) {
      if (const auto id = string_of(*each, "external_id"); !id.empty()) external.emplace_back(id);
    }
    if (!synonyms.empty()) meta["synonyms"] = std::move(synonyms);
    if (!external.empty()) meta["external_id"] = std::move(external);
    if (!meta.empty()) made["meta"] = std::move(meta);
    list_in(*galaxy, "GalaxyCluster").emplace_back(std::move(made));
    tag(event, fmt::format("misp-galaxy:{}=\"{}\"", galaxy_type, name));
  }

  std::span<const Source> sources_;
  ToMisp& out_;
  std::map<std::string_view, const Source*> by_id_;
  std::map<std::string_view, std::vector<const Source*>> about_;
};

}  // namespace

ToMisp to_misp(std::span<const Source> objects) {
  ToMisp out;
  Converter{objects, out}.run();
  return out;
}

Result<ToMisp> to_misp(std::string_view bytes) {
  TRY(const auto lifted, stix::lift_to_2_1(bytes));
  std::vector<json::Parsed> parsed;
  std::vector<Source> sources;
  TRY_VOID(stix::read_objects(lifted.json, {}, [&](const stix::RawObject& raw) -> Status {
    TRY(auto one, json::parse(raw.bytes, {.bytes_max = raw.bytes.size() + 1}));
    if (!one.root().is_object()) return Error::invalid("Is no object of JSON", raw.pointer());
    parsed.push_back(std::move(one));
    return ok();
  }));
  sources.reserve(parsed.size());
  for (const auto& each : parsed) sources.push_back({.object = &each.root().get_object()});
  auto out = to_misp(sources);
  for (const auto& each : lifted.remarks) out.remarks.push_back({each.path, each.text});
  return out;
}

std::string write_events(const std::vector<object>& events) {
  object out;
  if (events.size() == 1) {
    out["Event"] = events.front();
  } else {
    auto& list = out["response"].emplace_array();
    for (const auto& each : events) list.emplace_back(object{{"Event", each}});
  }
  return json::write_pretty(out) + "\n";
}

}  // namespace tocsin::formats::misp
