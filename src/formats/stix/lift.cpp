#include "formats/stix/lift.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/stix/grammar.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/pattern.hpp"
#include "formats/stix/validate.hpp"

namespace tocsin::formats::stix {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::string_view view(const boost::json::string& text) noexcept { return {text.data(), text.size()}; }
std::string_view text_at(const object& of, std::string_view name) noexcept {
  const auto* found = of.if_contains(name);
  return found != nullptr && found->is_string() ? view(found->get_string()) : std::string_view{};
}

/// What 2.1 calls otherwise (`now` empty: has no more), by type or extension.
struct Renamed {
  std::string_view owner, before, now;
};
constexpr Renamed kRenamed[] = {
    {"directory", "created", "ctime"},
    {"directory", "modified", "mtime"},
    {"directory", "accessed", "atime"},
    {"file", "created", "ctime"},
    {"file", "modified", "mtime"},
    {"file", "accessed", "atime"},
    {"file", "is_encrypted", {}},
    {"file", "encryption_algorithm", {}},
    {"file", "decryption_key", {}},
    {"process", "created", "created_time"},
    {"process", "binary_ref", "image_ref"},
    {"process", "name", {}},
    {"process", "arguments", {}},
    {"user-account", "password_last_changed", "credential_last_changed"},
    {"windows-registry-key", "modified", "modified_time"},
    {"archive-ext", "version", {}},
    {"raster-image-ext", "image_compression_algorithm", {}},
    {"socket-ext", "protocol_family", {}},
};

struct TypesOf {
  std::string_view type, property;
  Words words;
};
constexpr TypesOf kTypesOf[] = {
    {"indicator", "indicator_types", Words::indicator_type},
    {"malware", "malware_types", Words::malware_type},
    {"report", "report_types", Words::report_type},
    {"threat-actor", "threat_actor_types", Words::threat_actor_type},
    {"tool", "tool_types", Words::tool_type},
};

/// With milliseconds, which 2.1 demands.
void refine_time(object& of, std::string_view name) {
  const std::string text{text_at(of, name)};
  const auto time = parse_time(text);
  if (!time || time->fraction_digits >= 3) return;
  auto longer = text.substr(0, text.size() - 1);
  if (time->fraction_digits == 0) longer += '.';
  longer.append(static_cast<std::size_t>(3 - time->fraction_digits), '0');
  of[name] = longer + 'Z';
}

class Lifter {
 public:
  explicit Lifter(Lifted& out) : out_(out) {}

  Status add(const RawObject& raw, bool bundle_2_0, const ReadLimits& limits) {
    auto parsed = json::parse(raw.bytes, {.bytes_max = limits.object_bytes_max, .depth_max = limits.depth_max});
    if (!parsed) {
      return Error::invalid(parsed.error().message, fmt::format("{}{}", raw.pointer(), parsed.error().where));
    }
    const auto* of = parsed->root().if_object();
    if (of == nullptr || !is_2_0(*of, bundle_2_0, raw.form)) {
      append(raw.bytes);
      return ok();
    }
    path_ = raw.pointer();
    ++out_.of_2_0;
    append(boost::json::serialize(lifted(*of)));
    return ok();
  }

 private:
  static bool is_2_0(const object& of, bool bundle_2_0, Form form) {
    if (of.contains("spec_version")) return text_at(of, "spec_version") == "2.0";
    if (bundle_2_0) return true;
    const auto type = type_of(text_at(of, "type"));
    return form != Form::bundle && type != Type::custom && !is_in(kScos, type);
  }

  void append(std::string_view object) {
    if (out_.objects++ > 0) out_.json += ",\n";
    out_.json += object;
  }

  void remark(std::string_view below, std::string text) {
    out_.remarks.push_back({path_ + std::string{below}, std::move(text)});
  }

  object lifted(const object& of) {
    const std::string type{text_at(of, "type")};
    object made;
    made["type"] = type;
    made["spec_version"] = "2.1";
    for (const auto& [name, each] : of) {
      if (name != "type" && name != "spec_version") made[name] = each;
    }
    refine_time(made, "created");
    refine_time(made, "modified");
    types(made, type);
    if (type == "indicator") indicator(made);
    if (type == "malware" && !made.contains("is_family")) {
      made["is_family"] = true;
      remark("/is_family",
             "STIX 2.0 does not say whether a family of malware or one sample is meant; taken as a family.");
    }
    if (type == "course-of-action" && made.contains("action")) {
      made.erase("action");
      remark("/action", "The name is reserved; left out.");
    }
    if (type == "marking-definition" && text_at(made, "definition_type") == "tlp" && !made.contains("name")) {
      if (const auto* definition = made["definition"].if_object()) {
        std::string name{"TLP:"};
        for (const char c : text_at(*definition, "tlp"))
          name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        made["name"] = name;
      }
    }
    if (type == "observed-data") observed(made);
    return made;
  }

  /// Labels that are words of the vocabulary become types; others stay labels.
  static void types(object& made, std::string_view type) {
    const auto* const row = std::ranges::find(kTypesOf, type, &TypesOf::type);
    const auto* labels = made.if_contains("labels");
    if (row == std::end(kTypesOf) || labels == nullptr || !labels->is_array()) return;
    array words, others;
    for (const auto& each : labels->get_array()) {
      const bool is_word = each.is_string() && has_word(row->words, view(each.get_string()));
      (is_word ? words : others).push_back(each);
    }
    if (!words.empty()) made[row->property] = std::move(words);
    if (others.empty()) {
      made.erase("labels");
    } else {
      made["labels"] = std::move(others);
    }
  }

  void indicator(object& made) {
    made["pattern_type"] = "stix";
    made["pattern_version"] = "2.1";
    const std::string text{text_at(made, "pattern")};
    if (parse_pattern(text, PatternVersion::v2_1)) return;
    if (const auto read = parse_pattern(text, PatternVersion::v2_0)) {
      if (const auto written = to_string(*read); parse_pattern(written, PatternVersion::v2_1)) {
        made["pattern"] = written;
        return;
      }
    }
    made["pattern_version"] = "2.0";
    remark("/pattern", "The pattern is none of STIX 2.1; left as it is.");
  }

  // Containers of observables.

  void observed(object& made) {
    const auto* container = made.if_contains("objects");
    if (container == nullptr || !container->is_object() || made.contains("object_refs")) return;
    keys_.clear();
    ids_.clear();
    for (const auto& [key, each] : container->get_object()) {
      if (const auto* of = each.if_object())
        keys_.emplace(std::string{key.data(), key.size()}, renamed(*of, text_at(*of, "type"), key));
    }
    const std::string whole{text_at(made, "id")};
    for (const auto& [key, of] : keys_) {
      std::set<std::string, std::less<>> asked;
      id_of(key, whole, asked);
    }
    array refs;
    for (const auto& [key, each] : container->get_object()) {
      const auto found = keys_.find(std::string_view{key.data(), key.size()});
      if (found == keys_.end()) continue;
      const auto& id = ids_.find(found->first)->second;
      object observable;
      observable["type"] = text_at(found->second, "type");
      observable["spec_version"] = "2.1";
      observable["id"] = id;
      for (const auto& [name, member] : found->second) {
        if (name != "type") observable[name] = referring(member, view_of(name));
      }
      refs.emplace_back(id);
      auto written = boost::json::serialize(observable);
      const auto [at, is_new] = observables_.try_emplace(id, written);
      if (is_new) {
        append(written);
        ++out_.observables;
      } else if (at->second != written) {
        remark(fmt::format("/objects/{}", found->first),
               "The same observable came with other properties; the first is kept.");
      }
    }
    made.erase("objects");
    made["object_refs"] = std::move(refs);
  }

  static std::string_view view_of(boost::json::string_view name) noexcept { return {name.data(), name.size()}; }

  object renamed(const object& of, std::string_view owner, boost::json::string_view key) {
    object made;
    for (const auto& [name, each] : of) {
      const auto* const row = std::ranges::find_if(
          kRenamed, [&](const Renamed& one) { return one.owner == owner && one.before == view_of(name); });
      if (row == std::end(kRenamed)) {
        made[name] = each;
      } else if (row->now.empty()) {
        remark(fmt::format("/objects/{}/{}", view_of(key), view_of(name)),
               fmt::format("STIX 2.1 has no '{}' of {}; left out.", view_of(name), owner));
      } else if (!of.contains(row->now)) {
        made[row->now] = each;
      }
    }
    if (auto* extensions = made.if_contains("extensions"); extensions != nullptr && extensions->is_object()) {
      for (auto& [name, each] : extensions->get_object()) {
        auto* extension = each.if_object();
        if (extension == nullptr) continue;
        *extension = renamed(*extension, view_of(name), key);
        auto* header = name == "http-request-ext" ? extension->if_contains("request_header") : nullptr;
        if (header == nullptr || !header->is_object()) continue;
        for (auto& [field, text] : header->get_object()) {
          if (!text.is_string()) continue;
          array list;
          list.push_back(text);
          text = std::move(list);
        }
      }
    }
    return made;
  }

  /// Keys of the container as identifiers, where a property refers; the same within parts.
  value referring(const value& each, std::string_view name) const {
    if (const auto* of = each.if_object()) {
      object made;
      for (const auto& [inner, member] : *of) made[inner] = referring(member, view_of(inner));
      return made;
    }
    if (const auto* list = each.if_array()) {
      array made;
      for (const auto& one : *list) made.push_back(referring(one, name));
      return made;
    }
    if (!each.is_string() || (!name.ends_with("_ref") && !name.ends_with("_refs"))) return each;
    const auto found = ids_.find(view(each.get_string()));
    return found != ids_.end() ? value(found->second) : each;
  }

  /// What identifiers of others it follows from is known before it: `asked` finds circles.
  void id_of(const std::string& key, const std::string& whole, std::set<std::string, std::less<>>& asked) {
    if (ids_.contains(key)) return;
    const auto& of = keys_.find(key)->second;
    const std::string type{text_at(of, "type")};
    asked.insert(key);
    object contributing;
    bool circles = false;
    for (const auto name : text::split(contributing_properties(type), ' ')) {
      const auto* each = of.if_contains(name);
      if (each == nullptr) continue;
      circles = !know(*each, name, whole, asked) || circles;
      contributing[name] = referring(*each, name);
    }
    contributing["type"] = type;
    std::optional<std::string> id;
    if (!circles) {
      TapeReader reader;
      if (const auto root = reader.read(boost::json::serialize(contributing), {})) id = deterministic_id(*root);
    }
    // Nothing to follow from: of version 4 by its form, but the same each time it is lifted.
    if (!id) {
      auto uuid = observable_uuid(fmt::format("{} {}", whole, key));
      uuid[14] = '4';
      id = fmt::format("{}--{}", type, uuid);
    }
    ids_[key] = *std::move(id);
  }

  bool know(const value& each, std::string_view name, const std::string& whole,
            std::set<std::string, std::less<>>& asked) {
    bool known = true;
    if (const auto* of = each.if_object()) {
      for (const auto& [inner, member] : *of) known = know(member, view_of(inner), whole, asked) && known;
    } else if (const auto* list = each.if_array()) {
      for (const auto& one : *list) known = know(one, name, whole, asked) && known;
    } else if (each.is_string() && (name.ends_with("_ref") || name.ends_with("_refs"))) {
      const auto found = keys_.find(view(each.get_string()));
      if (found == keys_.end() || ids_.contains(found->first)) return true;
      constexpr std::size_t kChainMax = 500;
      if (asked.contains(found->first) || asked.size() > kChainMax) return false;
      id_of(found->first, whole, asked);
    }
    return known;
  }

  Lifted& out_;
  std::string path_;
  std::map<std::string, object, std::less<>> keys_;
  std::map<std::string, std::string, std::less<>> ids_, observables_;
};

}  // namespace

bool is_of_2_0(Node object, bool bundle_2_0, Form form) noexcept {
  if (object["spec_version"]) return object.text_at("spec_version") == "2.0";
  if (bundle_2_0) return true;
  const auto type = type_of(object.text_at("type"));
  return form != Form::bundle && type != Type::custom && !is_in(kScos, type);
}

Result<Lifted> lift_to_2_1(std::string_view bytes, const ReadLimits& limits) {
  Lifted made;
  // The header stands complete when all objects were read; most have it before them, but not all.
  TRY(const auto shape, read_objects(bytes, limits, [](const RawObject&) { return ok(); }));
  object header;
  if (shape.form == Form::bundle) {
    TRY(const auto parsed,
        json::parse(shape.header, {.bytes_max = limits.object_bytes_max, .depth_max = limits.depth_max}));
    if (const auto* of = parsed.root().if_object()) header = *of;
  }
  const bool bundle_2_0 = text_at(header, "spec_version") == "2.0";
  Lifter lifter{made};
  TRY_VOID(read_objects(bytes, limits, [&](const RawObject& raw) { return lifter.add(raw, bundle_2_0, limits); }));
  if (shape.form != Form::bundle) {
    made.json = "[" + made.json + "]\n";
    return made;
  }
  header.erase("spec_version");
  auto wrapped = boost::json::serialize(header);
  wrapped.pop_back();
  made.json = fmt::format("{}{}\"objects\":[{}]}}\n", wrapped, header.empty() ? "" : ",", made.json);
  return made;
}

}  // namespace tocsin::formats::stix
