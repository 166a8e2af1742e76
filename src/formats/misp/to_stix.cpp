#include "formats/misp/to_stix.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/misp/attributes.hpp"
#include "formats/misp/event.hpp"
#include "formats/misp/galaxies.hpp"
#include "formats/misp/templates.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/pattern.hpp"
#include "formats/stix/write.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::string_view kAttribute = "Attribute", kObject = "Object";
/// MISP's distribution "inherit".
constexpr std::int64_t kInherit = 5;
/// Of what bears no time of its own. Organisations and clusters are the same whoever tells of them.
constexpr Timestamp kNoTime{0};

std::string_view view(const boost::json::string& text) noexcept { return {text.data(), text.size()}; }

/// Its UUID where it has one that can stand in STIX; else one that follows from it, of version 4 by its form.
std::string uuid_of(std::string_view uuid, std::string_view else_from) {
  auto lower = text::lower_ascii(uuid);
  const auto id = "x--" + lower;
  if (const auto parts = stix::parse_id(id); parts && (parts->version == '4' || parts->version == '5')) return lower;
  auto made = stix::observable_uuid(fmt::format("misp {}", lower.empty() ? else_from : std::string_view{lower}));
  made[14] = '4';
  return made;
}

/// A copy in which those of the named lists that are there are empty: what was in them has objects of its own.
object without(const object& of, std::initializer_list<std::string_view> lists) {
  object out(of, boost::json::storage_ptr{});
  for (const auto name : lists) {
    if (auto* list = out.if_contains(name); list != nullptr && list->is_array()) list->get_array().clear();
  }
  return out;
}

/// What everything that came of one part has in common.
struct Frame {
  std::string pointer;
  Reach reach;
  std::string_view tlp;
  Timestamp created, modified;
  std::vector<std::string> labels = {};
  bool revoked = false;
};

class Converter {
 public:
  Converter(const Event& given, ToStix& out)
      : given_(given), event_(*given.json), pointer_(given.pointer), out_(out), tlp_(tlp_of(event_)) {}

  void run() {
    const auto attributes = objects_at(event_, kAttribute);
    const auto objects = objects_at(event_, kObject);
    uuid_ = uuid_of(text_at(event_, "uuid"), json::write(event_));
    const auto changed = seconds_at(event_, "timestamp").value_or(kNoTime);
    modified_ = std::max(changed, seconds_at(event_, "publish_timestamp").value_or(kNoTime));
    reach_ = with_clusters(reach_of(event_), event_);
    if (given_.kind == Event::Kind::whole) {
      report_id_ = stix::make_id("report", uuid_);
    } else {
      parts(attributes, objects);
    }
    used_.insert(uuid_);
    date_ = moment_at(event_, "date").value_or(modified_);
    if (modified_ == kNoTime) modified_ = date_;
    if (!report_id_.empty()) out_.objects.emplace_back();  // The report's place.
    author();
    for (std::size_t i = 0; i < attributes.size(); ++i) attribute(*attributes[i], place(kAttribute, i));
    for (std::size_t i = 0; i < objects.size(); ++i) whole(*objects[i], place(kObject, i));
    references(objects);
    const auto reports = objects_at(event_, "EventReport");
    for (std::size_t i = 0; i < reports.size(); ++i) note(*reports[i], at(pointer_, "EventReport", i));
    for (const auto& id : clusters(event_, frame_of(event_, pointer_))) refs_.push_back(id);
    if (!report_id_.empty()) report();
  }

 private:
  static std::string at(std::string_view pointer, std::string_view list, std::size_t index) {
    return json::pointer_append(json::pointer_append(pointer, list), index);
  }

  std::string place(std::string_view list, std::size_t index) const {
    if (given_.kind == Event::Kind::whole) return at(pointer_, list, index);
    return list == kAttribute ? given_.attribute_pointers[index] : given_.object_pointers[index];
  }

  /// What is known of an event by its parts alone. Each tells of it; the narrowest and strictest of that counts.
  void parts(const std::vector<const object*>& attributes, const std::vector<const object*>& objects) {
    std::set<std::string> members;
    modified_ = kNoTime;
    for (const auto* list : {&attributes, &objects}) {
      for (const auto* each : *list) {
        for (const auto* stub : objects_at(*each, "Event")) {
          reach_ = narrower(reach_, reach_of(*stub));
          tlp_ = stricter(tlp_, tlp_of(*stub));
        }
        modified_ = std::max(modified_, seconds_at(*each, "timestamp").value_or(kNoTime));
        const auto uuid = text::lower_ascii(text_at(*each, "uuid"));
        members.insert(uuid.empty() ? json::write(*each) : uuid);
      }
    }
    if (given_.kind == Event::Kind::loose) return;
    // Another answer has other parts of it, and takes nothing away from this one's.
    uuid_ = uuid_of(
        {}, fmt::format("parts of {} {}: {}", text_at(event_, "uuid"), text_at(event_, "id"), fmt::join(members, " ")));
    report_id_ = stix::make_id("grouping", uuid_);
  }

  /// Whom a part that came without its event is for. An attribute tells its object's distribution, too; and what
  /// inherits from an event that is not told is for nobody else.
  Reach reach_of_part(const object& part) const {
    auto reach = with_clusters(reach_of(part), part);
    if (given_.kind == Event::Kind::whole || &part == &event_) return reach;
    for (const auto* stub : objects_at(part, kObject)) reach = narrower(reach, reach_of(*stub));
    const bool inherits = part.contains("distribution") && number_at(part, "distribution") == kInherit;
    return inherits && !event_.contains("distribution") ? Reach{.to = Reach::To::nobody} : reach;
  }

  /// A UUID that nothing else of this event has, for one may stand for one object of STIX only.
  std::string own_uuid(const object& part, std::string_view pointer) {
    const auto where = pointer.starts_with(pointer_) ? pointer.substr(pointer_.size()) : pointer;
    auto uuid = uuid_of(text_at(part, "uuid"), fmt::format("{} {}", uuid_, where));
    if (used_.insert(uuid).second) return uuid;
    uuid = uuid_of({}, fmt::format("{} {} again", uuid, where));
    used_.insert(uuid);
    return uuid;
  }

  Frame frame_of(const object& part, std::string pointer) const {
    Frame frame{.pointer = std::move(pointer),
                .reach = narrower(reach_, reach_of_part(part)),
                .tlp = stricter(tlp_, tlp_of(part)),
                .created = date_,
                .modified = seconds_at(part, "timestamp").value_or(modified_)};
    frame.created = std::min(frame.created, frame.modified);
    frame.revoked = flag_at(part, "deleted");
    for (const auto* tag : objects_at(part, "Tag")) {
      auto name = text_at(*tag, "name");
      // TLP is a marking, and a galaxy's cluster an object.
      if (name.empty() || text::lower_ascii(name).starts_with("tlp:") || name.starts_with("misp-galaxy:")) continue;
      if (std::ranges::find(frame.labels, name) == frame.labels.end()) frame.labels.push_back(std::move(name));
    }
    return frame;
  }

  static Reach with_clusters(Reach reach, const object& part) {
    for (const auto* galaxy : objects_at(part, "Galaxy")) {
      for (const auto* cluster : objects_at(*galaxy, "GalaxyCluster")) reach = narrower(reach, reach_of(*cluster));
    }
    return reach;
  }

  object begin(std::string_view id, const Frame& frame) const {
    object made;
    made["type"] = stix::type_of_id(id);
    made["spec_version"] = "2.1";
    made["id"] = id;
    if (!author_.empty()) made["created_by_ref"] = author_;
    made["created"] = stix::write_time(frame.created);
    made["modified"] = stix::write_time(frame.modified);
    if (frame.revoked) made["revoked"] = true;
    if (!frame.labels.empty()) {
      auto& labels = made["labels"].emplace_array();
      for (const auto& each : frame.labels) labels.emplace_back(each);
    }
    if (const auto marking = stix::tlp_2_marking(frame.tlp); !marking.empty()) {
      made["object_marking_refs"].emplace_array().emplace_back(marking);
    }
    return made;
  }

  static std::string id_of(const object& made) { return std::string{view(made.at("id").get_string())}; }

  std::string add(const object& made, const Frame& frame) {
    auto id = id_of(made);
    out_.objects.push_back({.id = id, .json = json::write(made), .pointer = frame.pointer, .reach = frame.reach});
    return id;
  }
  /// What is not of this event alone: it bears no marking, and is there once.
  std::string add_shared(const object& made, const Frame& frame) {
    auto id = id_of(made);
    if (const auto found = shared_.find(id); found != shared_.end()) {
      auto& there = out_.objects[found->second];
      there.reach = narrower(there.reach, frame.reach);
      there.tlp = stricter(there.tlp, frame.tlp);
      return id;
    }
    shared_.emplace(id, out_.objects.size());
    out_.objects.push_back({.id = id,
                            .json = json::write(made),
                            .pointer = frame.pointer,
                            .reach = frame.reach,
                            .tlp = std::string{frame.tlp}});
    return id;
  }

  std::string organisation(const object& of, const Frame& frame) {
    const auto name = text_at(of, "name");
    if (name.empty()) return {};
    const auto id = stix::make_id("identity", uuid_of(text_at(of, "uuid"), "organisation " + name));
    object made;
    made["type"] = "identity";
    made["spec_version"] = "2.1";
    made["id"] = id;
    made["created"] = made["modified"] = stix::write_time(kNoTime);
    made["name"] = name;
    made["identity_class"] = "organization";
    return add_shared(made, frame);
  }

  void author() {
    for (const std::string_view name : {"Orgc", "Org"}) {
      for (const auto* of : objects_at(event_, name)) {
        author_ = organisation(*of, frame_of(event_, pointer_));
        if (!author_.empty()) return;
      }
    }
  }

  static void label(Frame& frame, std::string_view name, std::string_view what) {
    if (!what.empty()) frame.labels.push_back(fmt::format("misp:{}=\"{}\"", name, what));
  }

  void refuse(std::string pointer, std::string text) { out_.refused.push_back({std::move(pointer), std::move(text)}); }

  std::vector<std::string> add_observables(const std::vector<object>& made, const Frame& frame) {
    std::vector<std::string> ids;
    for (const auto& each : made) ids.push_back(add_shared(each, frame));
    return ids;
  }

  /// observed-data of observables that are there already.
  object observed(std::string_view uuid, const Frame& frame, const object& part, const std::vector<std::string>& ids) {
    auto made = begin(stix::make_id("observed-data", uuid), frame);
    const auto first = moment_at(part, "first_seen").value_or(frame.modified);
    const auto last = std::max(first, moment_at(part, "last_seen").value_or(first));
    made["first_observed"] = stix::write_time(first);
    made["last_observed"] = stix::write_time(last);
    made["number_observed"] = 1;
    auto& refs = made["object_refs"].emplace_array();
    for (const auto& each : ids) refs.emplace_back(each);
    return made;
  }

  object indicator(std::string_view uuid, const Frame& frame, const object& part, std::string_view pattern,
                   std::string_view language) {
    auto made = begin(stix::make_id("indicator", uuid), frame);
    made["pattern"] = pattern;
    made["pattern_type"] = language;
    made["valid_from"] = stix::write_time(moment_at(part, "first_seen").value_or(frame.modified));
    return made;
  }

  void named(object& made, std::string_view name, std::string_view description) {
    if (!name.empty()) made["name"] = name;
    if (!description.empty()) made["description"] = description;
  }

  static void cve(object& made, std::string_view name) {
    if (!text::lower_ascii(name).starts_with("cve-")) return;
    made["external_references"].emplace_array().emplace_back(object{{"source_name", "cve"}, {"external_id", name}});
  }

  void attribute(const object& part, std::string pointer) {
    const auto type = text_at(part, "type");
    const auto said = text_at(part, "value");
    if (type.empty() || !part.contains("value")) {
      return refuse(std::move(pointer), "An attribute needs 'type' and 'value'");
    }
    const auto uuid = own_uuid(part, pointer);
    auto frame = frame_of(part, std::move(pointer));
    const bool to_ids = flag_at(part, "to_ids");
    label(frame, "type", type);
    label(frame, "category", text_at(part, "category"));
    if (to_ids) label(frame, "to_ids", "True");
    const auto comment = text_at(part, "comment");
    object made;
    const auto language = rule_language(type);
    if (type == "vulnerability" && !said.empty()) {
      made = begin(stix::make_id("vulnerability", uuid), frame);
      named(made, said, comment);
      cve(made, said);
    } else if (type == "campaign-name" && !said.empty()) {
      made = begin(stix::make_id("campaign", uuid), frame);
      named(made, said, comment);
    } else if (!language.empty() && !said.empty()) {
      made = indicator(uuid, frame, part, said, language);
      named(made, {}, comment);
    } else if (to_ids) {
      const auto pattern = comparison_of(type, said);
      if (is_pattern(pattern)) {
        made = indicator(uuid, frame, part, "[" + pattern + "]", "stix");
        named(made, said, comment);
      }
    } else if (const auto ids = add_observables(observables_of(type, said), frame); !ids.empty()) {
      made = observed(uuid, frame, part, ids);
      refs_.insert(refs_.end(), ids.begin(), ids.end());
    }
    if (made.empty()) {
      made = begin(stix::make_id("x-misp-attribute", uuid), frame);
      made["x_misp_type"] = type;
      made["x_misp_value"] = said;
      if (const auto category = text_at(part, "category"); !category.empty()) made["x_misp_category"] = category;
      if (!comment.empty()) made["x_misp_comment"] = comment;
    }
    const auto id = id_of(made);
    ids_[text::lower_ascii(text_at(part, "uuid"))] = id;
    made["x_misp_attribute"] = beside(part, id, frame);
    refs_.push_back(add(made, frame));
    relate(id, clusters(part, frame), frame);
  }

  static bool is_pattern(const std::string& comparisons) {
    return !comparisons.empty() && stix::parse_pattern("[" + comparisons + "]");
  }

  /// What a part says of its event, the grouping says for all.
  void without_event(object& kept) const {
    if (given_.kind == Event::Kind::part) kept.stable_erase("Event");
  }

  /// The attribute as it came, without the sightings that become objects of their own.
  object beside(const object& part, const std::string& id, const Frame& frame) {
    const auto* list = part.if_contains("Sighting");
    object out(part, boost::json::storage_ptr{});
    without_event(out);
    if (list == nullptr || !list->is_array() || list->get_array().empty()) return out;
    array left;
    for (const auto& each : list->get_array()) {
      if (!sighting(each, text_at(part, "uuid"), id, frame)) left.push_back(each);
    }
    out["Sighting"] = std::move(left);
    return out;
  }

  bool sighting(const value& each, const std::string& attribute_uuid, const std::string& id, const Frame& of) {
    const auto* part = each.if_object();
    const auto date = part != nullptr ? seconds_at(*part, "date_sighting") : std::nullopt;
    if (!date || attribute_uuid.empty() || text_at(*part, "attribute_uuid") != attribute_uuid) return false;
    const auto kind = number_at(*part, "type").value_or(0);
    auto frame = of;
    frame.labels.clear();
    frame.revoked = false;
    frame.created = frame.modified = *date;
    auto uuid = uuid_of(text_at(*part, "uuid"), fmt::format("{} {}", id, json::write(each)));
    if (!used_.insert(uuid).second) return false;
    std::string where;
    for (const auto* organisation_of : objects_at(*part, "Organisation")) where = organisation(*organisation_of, frame);
    auto made = begin(stix::make_id(kind == 0 ? "sighting" : "opinion", uuid), frame);
    made.stable_erase("created_by_ref");
    if (kind == 0) {
      made["first_seen"] = made["last_seen"] = stix::write_time(*date);
      made["count"] = 1;
      made["sighting_of_ref"] = id;
      if (!where.empty()) made["where_sighted_refs"].emplace_array().emplace_back(where);
    } else {
      // 1: a false positive; 2: it expired.
      made["opinion"] = kind == 1 ? "strongly-disagree" : "disagree";
      made["explanation"] = kind == 1 ? "False positive" : "Expired";
      made["object_refs"].emplace_array().emplace_back(id);
      if (!where.empty()) made["created_by_ref"] = where;
    }
    made["x_misp_sighting"] = *part;
    add(made, frame);
    return true;
  }

  static std::vector<Part> parts_of(const std::vector<const object*>& attributes) {
    std::vector<Part> parts;
    for (const auto* each : attributes) {
      if (flag_at(*each, "deleted")) continue;
      parts.push_back({text_at(*each, "object_relation"), text_at(*each, "type"), text_at(*each, "value"),
                       flag_at(*each, "to_ids")});
    }
    return parts;
  }
  static std::string value_at(const std::vector<Part>& parts, std::string_view relation) {
    const auto found = std::ranges::find(parts, relation, &Part::relation);
    return found == parts.end() ? std::string{} : found->value;
  }

  void whole(const object& part, std::string pointer) {
    const auto name = text_at(part, "name");
    if (name.empty()) return refuse(std::move(pointer), "An object needs a 'name', that of its template");
    const auto attributes = objects_at(part, "Attribute");
    const auto uuid = own_uuid(part, pointer);
    auto frame = frame_of(part, std::move(pointer));
    // One object of STIX: as narrow as the narrowest that is in it.
    for (const auto* each : attributes) {
      frame.reach = narrower(frame.reach, with_clusters(reach_of(*each), *each));
      frame.tlp = stricter(frame.tlp, tlp_of(*each));
      frame.modified = std::max(frame.modified, seconds_at(*each, "timestamp").value_or(kNoTime));
    }
    label(frame, "name", name);
    const auto meta = text_at(part, "meta-category");
    label(frame, "meta-category", meta);
    const auto parts = parts_of(attributes);
    auto made = translated(name, uuid, part, parts, frame);
    if (made.empty()) {
      made = begin(stix::make_id("x-misp-object", uuid), frame);
      made["x_misp_name"] = name;
      if (!meta.empty()) made["x_misp_meta_category"] = meta;
      if (!parts.empty()) {
        auto& list = made["x_misp_attributes"].emplace_array();
        for (const auto& each : parts) {
          object one{{"type", each.type}, {"value", each.value}};
          if (!each.relation.empty()) one["object_relation"] = each.relation;
          if (each.to_ids) one["to_ids"] = true;
          list.emplace_back(std::move(one));
        }
      }
    }
    const auto id = id_of(made);
    ids_[text::lower_ascii(text_at(part, "uuid"))] = id;
    auto kept = without(part, {"Attribute"});
    without_event(kept);
    if (auto* list = kept.if_contains("Attribute"); list != nullptr && list->is_array()) {
      for (const auto* each : attributes) {
        const auto attribute_uuid = text::lower_ascii(text_at(*each, "uuid"));
        if (!attribute_uuid.empty()) ids_.emplace(attribute_uuid, id);
        list->get_array().emplace_back(beside(*each, id, frame));
      }
    }
    made["x_misp_object"] = std::move(kept);
    refs_.push_back(add(made, frame));
    auto of_it = clusters(part, frame);
    for (const auto* each : attributes) {
      for (auto& one : clusters(*each, frame)) of_it.push_back(std::move(one));
    }
    std::ranges::sort(of_it);
    const auto repeats = std::ranges::unique(of_it);
    of_it.erase(repeats.begin(), repeats.end());
    relate(id, of_it, frame);
  }

  object translated(const std::string& name, const std::string& uuid, const object& part,
                    const std::vector<Part>& parts, const Frame& frame) {
    const auto comment = text_at(part, "comment");
    const auto domain = [&](std::string_view type, const std::string& title, const std::string& description) {
      object made;
      if (title.empty()) return made;
      made = begin(stix::make_id(type, uuid), frame);
      named(made, title, description.empty() ? comment : description);
      return made;
    };
    if (name == "vulnerability") {
      auto made = domain("vulnerability", value_at(parts, "id"), value_at(parts, "summary"));
      if (!made.empty()) cve(made, value_at(parts, "id"));
      return made;
    }
    if (name == "attack-pattern") return domain(name, value_at(parts, "name"), value_at(parts, "summary"));
    if (name == "course-of-action") return domain(name, value_at(parts, "name"), value_at(parts, "description"));
    if (const auto language = rule_language(name); !language.empty()) {
      const auto rule = value_at(parts, language);
      if (!rule.empty()) return indicator(uuid, frame, part, rule, language);
    }
    if (const auto pattern = pattern_of(name, parts); !pattern.empty() && stix::parse_pattern(pattern)) {
      auto made = indicator(uuid, frame, part, pattern, "stix");
      named(made, title_of(name, parts), comment);
      return made;
    }
    const auto ids = add_observables(observables_of(name, parts), frame);
    if (ids.empty()) return {};
    refs_.insert(refs_.end(), ids.begin(), ids.end());
    return observed(uuid, frame, part, ids);
  }

  static std::string title_of(const std::string& name, const std::vector<Part>& parts) {
    for (const auto& each : parts) {
      if (each.to_ids && !each.value.empty()) return fmt::format("{} {}", name, text::shorten(each.value, 200));
    }
    return name;
  }

  /// Clusters of a part as objects; their ids.
  std::vector<std::string> clusters(const object& part, const Frame& frame) {
    std::vector<std::string> ids;
    for (const auto* galaxy : objects_at(part, "Galaxy")) {
      for (const auto* each : objects_at(*galaxy, "GalaxyCluster")) {
        auto id = cluster(*galaxy, *each, frame);
        if (!id.empty() && std::ranges::find(ids, id) == ids.end()) ids.push_back(std::move(id));
      }
    }
    return ids;
  }

  std::string cluster(const object& galaxy, const object& of, const Frame& frame) {
    const auto kind = galaxy_type_of(galaxy, of);
    const auto type = stix_type_of_galaxy(kind);
    const auto name = text_at(of, "value");
    if (type.empty() || name.empty()) return {};
    const auto uuid = uuid_of(text_at(of, "uuid"), fmt::format("cluster {} {}", kind, name));
    // An event may say of two galaxies that they have one cluster; it is the first's.
    const auto [known, is_new] = cluster_types_.emplace(uuid, type);
    if ((is_new && !used_.insert(uuid).second) || known->second != type) return {};
    return add_shared(cluster_object(type, uuid, galaxy, of), frame);
  }

  void relationship(std::string_view uuid, std::string_view type, std::string_view source, std::string_view target,
                    std::string_view description, const Frame& frame) {
    auto made = begin(stix::make_id("relationship", uuid), frame);
    made.stable_erase("labels");
    made["relationship_type"] = type;
    if (!description.empty()) made["description"] = description;
    made["source_ref"] = source;
    made["target_ref"] = target;
    refs_.push_back(add(made, frame));
  }

  void relate(const std::string& id, const std::vector<std::string>& to, const Frame& frame) {
    static constexpr std::string_view kIndicated[] = {"attack-pattern", "campaign",     "intrusion-set",
                                                      "malware",        "threat-actor", "tool"};
    for (const auto& each : to) {
      const bool indicates = id.starts_with("indicator--") &&
                             std::ranges::find(kIndicated, stix::type_of_id(each)) != std::end(kIndicated);
      relationship(uuid_of({}, fmt::format("{} to {}", id, each)), indicates ? "indicates" : "related-to", id, each, {},
                   frame);
      if (std::ranges::find(refs_, each) == refs_.end()) refs_.push_back(each);
    }
  }

  void references(const std::vector<const object*>& objects) {
    for (std::size_t i = 0; i < objects.size(); ++i) {
      const auto source = ids_.find(text::lower_ascii(text_at(*objects[i], "uuid")));
      if (source == ids_.end()) continue;
      const auto list = objects_at(*objects[i], "ObjectReference");
      for (std::size_t k = 0; k < list.size(); ++k) {
        const auto target = ids_.find(text::lower_ascii(text_at(*list[k], "referenced_uuid")));
        if (target == ids_.end() || target->second == source->second) continue;
        auto frame = frame_of(*list[k], at(place(kObject, i), "ObjectReference", k));
        for (const auto* each : {&source->second, &target->second}) {
          const auto there = std::ranges::find(out_.objects, *each, &Object::id);
          if (there != out_.objects.end()) frame.reach = narrower(frame.reach, there->reach);
        }
        frame.tlp = stricter(frame.tlp, strictest_within(*objects[i]));
        relationship(own_uuid(*list[k], frame.pointer), "related-to", source->second, target->second,
                     text_at(*list[k], "relationship_type"), frame);
      }
    }
  }

  std::string_view strictest_within(const object& part) const {
    auto tlp = stricter(tlp_, tlp_of(part));
    for (const auto* each : objects_at(part, "Attribute")) tlp = stricter(tlp, tlp_of(*each));
    return tlp;
  }

  void note(const object& part, std::string pointer) {
    const auto name = text_at(part, "name");
    auto content = text_at(part, "content");
    if (content.empty()) content = name;
    if (content.empty()) return refuse(std::move(pointer), "A report of an event needs 'name' or 'content'");
    const auto uuid = own_uuid(part, pointer);
    const auto frame = frame_of(part, std::move(pointer));
    auto made = begin(stix::make_id("note", uuid), frame);
    if (!name.empty()) made["abstract"] = name;
    made["content"] = content;
    made["object_refs"].emplace_array().emplace_back(report_id_);
    made["x_misp_event_report"] = part;
    refs_.push_back(add(made, frame));
  }

  void report() {
    auto frame = frame_of(event_, pointer_);
    frame.created = std::min(date_, modified_);
    frame.modified = modified_;
    label(frame, "tool", "MISP-STIX-Converter");
    auto made = begin(report_id_, frame);
    const auto title = text_at(event_, "info");
    if (given_.kind == Event::Kind::whole) {
      made["name"] = title.empty() ? fmt::format("MISP event {}", uuid_) : title;
      made["report_types"].emplace_array().emplace_back("threat-report");
      made["published"] = stix::write_time(seconds_at(event_, "publish_timestamp").value_or(modified_));
    } else {
      const auto uuid = text_at(event_, "uuid");
      made["name"] = title.empty() ? fmt::format("MISP event {}", uuid.empty() ? text_at(event_, "id") : uuid) : title;
      made["context"] = "unspecified";
    }
    if (refs_.empty()) {
      if (author_.empty()) author_ = organisation(object{{"name", "Unknown organisation"}}, frame);
      refs_.push_back(author_);
    }
    auto& refs = made["object_refs"].emplace_array();
    std::set<std::string_view> told;
    for (const auto& each : refs_) {
      if (told.insert(each).second) refs.emplace_back(each);
    }
    auto kept = without(event_, {"Attribute", "Object", "EventReport"});
    if (auto* list = kept.if_contains("RelatedEvent");
        list != nullptr && list->is_array() && !list->get_array().empty()) {
      // What a MISP works out again whenever it is asked.
      list->get_array().clear();
      out_.remarks.push_back({json::pointer_append(pointer_, "RelatedEvent"), "Related events are not taken."});
    }
    made["x_misp_event"] = std::move(kept);
    out_.objects.front() = {.id = report_id_, .json = json::write(made), .pointer = pointer_, .reach = frame.reach};
  }

  const Event& given_;
  const object& event_;
  std::string pointer_;
  ToStix& out_;
  std::string_view tlp_;
  Reach reach_;
  std::string uuid_, report_id_, author_;
  Timestamp date_, modified_;
  std::vector<std::string> refs_;                           ///< Of the report.
  std::set<std::string, std::less<>> used_;                 ///< UUIDs.
  std::map<std::string, std::size_t, std::less<>> shared_;  ///< Place by id.
  std::map<std::string, std::string, std::less<>> ids_;     ///< STIX id by MISP's UUID.
  std::map<std::string, std::string_view, std::less<>> cluster_types_;
};

}  // namespace

ToStix to_stix(const Event& event) {
  ToStix out;
  Converter{event, out}.run();
  return out;
}

std::string write_bundle(const std::vector<ToStix>& events) {
  std::vector<std::string> objects;
  std::set<std::string, std::less<>> there;
  std::string names;
  for (const auto& event : events) {
    for (const auto& each : event.objects) {
      if (!there.insert(each.id).second) continue;
      objects.push_back(each.json);
      names += each.id;
    }
  }
  return stix::write_bundle(uuid_of({}, names), objects);
}

}  // namespace tocsin::formats::misp
