#include "formats/stix/facts.hpp"

#include <fmt/format.h>

namespace tocsin::formats::stix {
namespace {

std::optional<Timestamp> time_of(Node node) {
  if (!node.is_string()) return std::nullopt;
  const auto read = parse_rfc3339(node.text());
  return read ? std::optional{*read} : std::nullopt;
}

std::optional<std::int64_t> integer_of(Node node) {
  if (!node.is_integer()) return std::nullopt;
  const auto number = node.number();
  constexpr double kExact = 9007199254740992.0;
  if (!number || *number > kExact || *number < -kExact) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

void add_texts(Node list, std::vector<std::string_view>& out) {
  for (const auto each : list.elements()) {
    if (each.is_string()) out.push_back(each.text());
  }
}

/// Every *_ref and *_refs below; the reader bounds the depth.
void add_references(Node object, std::vector<Reference>& out) {
  for (const auto [name, value] : object.members()) {
    if (name.ends_with("_ref")) {
      if (value.is_string() && value.text().find("--") != std::string_view::npos) out.push_back({name, value.text()});
    } else if (name.ends_with("_refs")) {
      for (const auto each : value.elements()) {
        if (each.is_string() && each.text().find("--") != std::string_view::npos) out.push_back({name, each.text()});
      }
    } else if (value.is_object()) {
      add_references(value, out);
    } else if (value.is_array()) {
      for (const auto each : value.elements()) {
        if (each.is_object()) add_references(each, out);
      }
    }
  }
}

/// What each observable is known by; hashes of every type are taken beside.
struct Defining {
  std::string_view type;
  std::string_view properties[5];
};
constexpr Defining kDefining[] = {
    {"artifact", {"url"}},
    {"autonomous-system", {"number"}},
    {"directory", {"path"}},
    {"domain-name", {"value"}},
    {"email-addr", {"value"}},
    {"email-message", {"message_id", "subject"}},
    {"file", {"name"}},
    {"ipv4-addr", {"value"}},
    {"ipv6-addr", {"value"}},
    {"mac-addr", {"value"}},
    {"mutex", {"name"}},
    {"process", {"command_line"}},
    {"software", {"cpe", "swid", "name", "vendor", "version"}},
    {"url", {"value"}},
    {"user-account", {"user_id", "account_login", "account_type"}},
    {"windows-registry-key", {"key"}},
    {"x509-certificate", {"serial_number", "subject", "issuer"}},
};

void read_external(Node list, std::vector<ExternalReference>& out) {
  for (const auto each : list.elements()) {
    ExternalReference made;
    for (const auto [name, value] : each.members()) {
      if (name == "source_name") made.source_name = value.text();
      if (name == "external_id") made.external_id = value.text();
      if (name == "url") made.url = value.text();
      if (name == "description") made.description = value.text();
    }
    out.push_back(made);
  }
}

void read_member(std::string_view name, Node value, Facts& facts) {
  // Told apart by the first letter: objects have some ten members, most of them among these.
  switch (name.front()) {
    case 'a':
      if (name == "aliases") add_texts(value, facts.aliases);
      break;
    case 'c':
      if (name == "created") facts.created = time_of(value);
      if (name == "created_by_ref") facts.created_by_ref = value.text();
      if (name == "confidence") facts.confidence = integer_of(value);
      if (name == "count") facts.count = integer_of(value);
      break;
    case 'd':
      if (name == "description") facts.description = value.text();
      break;
    case 'e':
      if (name == "external_references") read_external(value, facts.external_references);
      break;
    case 'f':
      if (name == "first_seen" || name == "first_observed") facts.first_seen = time_of(value);
      break;
    case 'g':
      if (name == "granular_markings") {
        for (const auto each : value.elements()) {
          GranularMarking made{
              .marking_ref = each.text_at("marking_ref"), .lang = each.text_at("lang"), .selectors = {}};
          add_texts(each["selectors"], made.selectors);
          facts.granular_markings.push_back(std::move(made));
        }
      }
      break;
    case 'i':
      if (name == "id") facts.id = value.text();
      if (name == "indicator_types" || name == "infrastructure_types") add_texts(value, facts.types);
      break;
    case 'k':
      if (name == "kill_chain_phases") {
        for (const auto each : value.elements()) {
          facts.kill_chain_phases.push_back({each.text_at("kill_chain_name"), each.text_at("phase_name")});
        }
      }
      break;
    case 'l':
      if (name == "labels") add_texts(value, facts.labels);
      if (name == "lang") facts.lang = value.text();
      if (name == "last_seen" || name == "last_observed") facts.last_seen = time_of(value);
      break;
    case 'm':
      if (name == "modified") {
        facts.modified = time_of(value);
        facts.modified_text = value.text();
      }
      if (name == "malware_types") add_texts(value, facts.types);
      break;
    case 'n':
      if (name == "name") facts.name = value.text();
      if (name == "number_observed") facts.count = integer_of(value);
      break;
    case 'o':
      if (name == "object_marking_refs") add_texts(value, facts.object_marking_refs);
      break;
    case 'p':
      if (name == "pattern") facts.pattern = value.text();
      if (name == "pattern_type") facts.pattern_type = value.text();
      if (name == "pattern_version") facts.pattern_version = value.text();
      break;
    case 'r':
      if (name == "revoked") facts.revoked = value.is_true();
      if (name == "relationship_type") facts.relationship_type = value.text();
      if (name == "report_types") add_texts(value, facts.types);
      break;
    case 's':
      if (name == "spec_version") facts.spec_version = value.text();
      if (name == "source_ref") facts.source_ref = value.text();
      if (name == "start_time") facts.first_seen = time_of(value);
      if (name == "stop_time") facts.last_seen = time_of(value);
      break;
    case 't':
      if (name == "type") facts.type = value.text();
      if (name == "target_ref") facts.target_ref = value.text();
      if (name == "threat_actor_types" || name == "tool_types") add_texts(value, facts.types);
      break;
    case 'v':
      if (name == "valid_from") facts.valid_from = time_of(value);
      if (name == "valid_until") facts.valid_until = time_of(value);
      break;
    case 'x':
      if (name == "x_mitre_aliases") add_texts(value, facts.aliases);
      break;
    default:
      break;
  }
}

}  // namespace

void Facts::clear() {
  // The lists keep their memory.
  auto keep = std::move(*this);
  *this = Facts{};
  const auto take = [](auto& to, auto& from) {
    from.clear();
    to = std::move(from);
  };
  take(aliases, keep.aliases);
  take(labels, keep.labels);
  take(types, keep.types);
  take(external_references, keep.external_references);
  take(object_marking_refs, keep.object_marking_refs);
  take(granular_markings, keep.granular_markings);
  take(kill_chain_phases, keep.kill_chain_phases);
  take(references, keep.references);
  take(values, keep.values);
}

void read_facts(Node object, Facts& facts) {
  facts.clear();
  for (const auto [name, value] : object.members()) {
    if (!name.empty()) read_member(name, value, facts);
  }
  add_references(object, facts.references);
  read_observable_values(object, facts.values);
}

Facts read_facts(Node object) {
  Facts facts;
  read_facts(object, facts);
  return facts;
}

void read_observable_values(Node object, std::vector<ObservableValue>& values) {
  const auto type = object.text_at("type");
  for (const auto& row : kDefining) {
    if (row.type != type) continue;
    for (const auto property : row.properties) {
      if (property.empty()) continue;
      const auto value = object[property];
      if (value.is_string()) values.push_back({std::string{property}, std::string{value.text()}});
      if (const auto number = integer_of(value)) values.push_back({std::string{property}, std::to_string(*number)});
    }
    for (const auto [algorithm, digest] : object["hashes"].members()) {
      if (digest.is_string()) values.push_back({fmt::format("hashes.{}", algorithm), std::string{digest.text()}});
    }
    return;
  }
}

std::string_view type_of_id(std::string_view id) noexcept {
  const auto at = id.find("--");
  return at == std::string_view::npos ? std::string_view{} : id.substr(0, at);
}

}  // namespace tocsin::formats::stix
