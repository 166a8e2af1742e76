// What single types demand beyond their tables.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/cpe/cpe.hpp"
#include "formats/stix/check.hpp"
#include "formats/stix/forms.hpp"
#include "formats/stix/markings.hpp"
#include "formats/stix/pattern.hpp"

namespace tocsin::formats::stix {
namespace {

bool is_relationship_name(std::string_view name) noexcept {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

void Checker::relationship(Node root) {
  if (!heads_.relationship_type.is_string()) return;
  const auto name = heads_.relationship_type.text();
  const auto source_name = type_of_id(heads_.source_ref.text()), target_name = type_of_id(heads_.target_ref.text());
  const auto source = type_of(source_name), target = type_of(target_name);
  if (!is_relationship_name(name)) {
    report_.say(Test::property_name, heads_.relationship_type,
                fmt::format("'{}' is no name for a relationship.", text::shorten(name, 80)),
                "Use a-z, 0-9 and hyphen.");
    return;
  }
  if (name == "related-to" || source == Type::custom || target == Type::custom) return;
  if (name == "derived-from" || name == "duplicate-of") {
    if (source == target) return;
  } else {
    bool names_it = false;
    for (const auto& rule : relationship_rules()) {
      if (rule.source != source || rule.name != name) continue;
      names_it = true;
      if (is_in(rule.targets, target)) return;
    }
    if (!names_it) {
      auto key = fmt::format("{} {}", name, source_name);
      if (told_.size() > kFindingsPerTestMax || std::ranges::find(told_, key) != told_.end()) return;
      told_.push_back(std::move(key));
      report_.say(Test::relationship_name, heads_.relationship_type,
                  fmt::format("The standard has no relationship '{}' from {}; said once for all of them.",
                              text::shorten(name, 80), source_name),
                  {});
      return;
    }
  }
  auto key = fmt::format("{} {} {}", source_name, name, target_name);
  if (told_.size() > kFindingsPerTestMax || std::ranges::find(told_, key) != told_.end()) return;
  told_.push_back(std::move(key));
  report_.say(
      Test::relationship, root,
      fmt::format("In the standard no {} '{}' a {}; said once for all of them.", source_name, name, target_name),
      "Use related-to, or a relationship that joins these types.");
}

void Checker::own_rules(Node root, Type type) {
  if (!is_in(kScos | of(Type::marking_definition), type))
    in_order(heads_.created, heads_.modified, "created", "modified", false);
  const auto needs = [&](std::string_view what, std::string_view other) {
    if (root[what] && !root[other]) {
      report_.say(Test::together, root[what], fmt::format("'{}' needs '{}'.", what, other),
                  fmt::format("Give {} too.", other));
    }
  };
  const auto excludes = [&](std::string_view what, std::string_view other) {
    if (root[what] && root[other]) {
      report_.say(Test::together, root[other], fmt::format("'{}' and '{}' exclude each other.", what, other),
                  "Keep one of them.");
    }
  };
  const auto check_value = [&](std::string_view property, bool is_right, std::string_view what) {
    const auto value = root[property];
    if (value.is_string() && !is_right) {
      report_.say(Test::value, value, fmt::format("'{}' is no {}.", text::shorten(value.text(), 80), what), {});
    }
  };
  switch (type) {
    case Type::campaign:
    case Type::infrastructure:
    case Type::intrusion_set:
    case Type::malware:
    case Type::threat_actor:
      order(root, "first_seen", "last_seen", false);
      if (type == Type::malware && root["is_family"].is_true() && !root["name"]) {
        report_.say(Test::required, root, "'name' is missing: a family of malware has one.", "Give the property name.");
      }
      break;
    case Type::sighting:
      order(root, "first_seen", "last_seen", false);
      break;
    case Type::indicator: {
      order(root, "valid_from", "valid_until", true);
      const auto kind = root.text_at("pattern_type");
      const auto pattern = root["pattern"];
      if (!pattern.is_string() || (kind != "stix" && !is_2_0_)) break;
      const bool as_2_0 = is_2_0_ || root.text_at("pattern_version") == "2.0";
      if (const auto read = parse_pattern(pattern.text(), as_2_0 ? PatternVersion::v2_0 : PatternVersion::v2_1);
          !read) {
        report_.say(Test::pattern, pattern,
                    fmt::format("The pattern is wrong at {}: {}.", read.error().where, read.error().message), {});
      }
      break;
    }
    case Type::location:
      needs("latitude", "longitude");
      needs("longitude", "latitude");
      needs("precision", "latitude");
      break;
    case Type::observed_data:
      order(root, "first_observed", "last_observed", false);
      excludes("objects", "object_refs");
      break;
    case Type::relationship:
      order(root, "start_time", "stop_time", true);
      relationship(root);
      break;
    case Type::artifact:
      excludes("payload_bin", "url");
      needs("url", "hashes");
      needs("decryption_key", "encryption_algorithm");
      break;
    case Type::email_message:
      if (root["is_multipart"].is_boolean()) {
        const bool multi = root["is_multipart"].is_true();
        if (root[multi ? "body" : "body_multipart"]) {
          report_.say(Test::together, root,
                      fmt::format("A message that is {} has no {}.", multi ? "multipart" : "not multipart",
                                  multi ? "body" : "body_multipart"),
                      {});
        }
      }
      break;
    case Type::network_traffic:
      order(root, "start", "end", false);
      if (root["is_active"].is_true() && root["end"]) {
        report_.say(Test::together, root["end"], "Traffic that is active has no end.",
                    "Leave out end, or set is_active to false.");
      }
      break;
    case Type::email_addr: {
      const auto value = root.text_at("value");
      const auto at = value.rfind('@');
      check_value("value", at != value.npos && at > 0 && at + 1 < value.size(), "address of mail");
      break;
    }
    case Type::domain_name: {
      const auto value = root.text_at("value");
      check_value("value", !value.empty() && value.find_first_of(" \t\r\n/@") == value.npos, "name of a domain");
      break;
    }
    case Type::software:
      check_value("cpe", static_cast<bool>(cpe::parse(root.text_at("cpe"))), "CPE 2.3 name");
      break;
    case Type::file:
      needs("name_enc", "name");
      check_value("name_enc", is_character_set(root.text_at("name_enc")), "name of a character set");
      break;
    case Type::directory:
      check_value("path_enc", is_character_set(root.text_at("path_enc")), "name of a character set");
      break;
    case Type::windows_registry_key: {
      const auto key = root.text_at("key");
      const auto hive = text::lower_ascii(key.substr(0, std::min(key.find('\\'), std::size_t{8})));
      check_value("key", hive != "hklm" && hive != "hkcu" && hive != "hkcr" && hive != "hkcc" && hive != "hku",
                  "full key: its hive is shortened");
      break;
    }
    case Type::extension_definition:
      if (const auto names = root["extension_properties"]) {
        bool toplevel = false;
        for (const auto each : root["extension_types"].elements()) {
          toplevel = toplevel || each.text() == "toplevel-property-extension";
        }
        if (toplevel) break;
        report_.say(Test::together, names, "'extension_properties' needs the type toplevel-property-extension.",
                    "Take it out, or give that type too.");
      }
      break;
    case Type::marking_definition: {
      needs("definition", "definition_type");
      needs("definition_type", "definition");
      const auto definition = root["definition"];
      const auto kind = root.text_at("definition_type");
      if (kind == "tlp" && definition.is_object()) part(definition, static_cast<std::size_t>(Part::tlp_marking), {});
      if (kind == "statement" && definition.is_object())
        part(definition, static_cast<std::size_t>(Part::statement_marking), {});
      const bool is_tlp_2 = static_cast<bool>(root["extensions"][kTlp2Extension]);
      const auto level = is_tlp_2 ? root["extensions"][kTlp2Extension].text_at("tlp_2_0") : definition.text_at("tlp");
      const auto fixed = tlp_markings();
      const auto by_id = std::ranges::find(fixed, root.text_at("id"), &TlpMarking::id);
      const bool is_fixed = by_id != fixed.end();
      if (kind == "tlp" || is_tlp_2 || is_fixed) {
        if (!is_fixed || by_id->level != level || by_id->is_tlp_2 != is_tlp_2) {
          report_.say(Test::tlp, root, "The TLP marking is none of those that the standard fixes.",
                      "Use the object that the standard gives for the level, with its id.");
        }
      }
      break;
    }
    default:
      break;
  }
}

}  // namespace tocsin::formats::stix
