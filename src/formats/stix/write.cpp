#include "formats/stix/write.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/markings.hpp"
#include "formats/stix/tests.hpp"

namespace tocsin::formats::stix {
namespace {

using boost::json::array;
using boost::json::object;
using threat_text::Found;
using threat_text::Kind;

constexpr std::int64_t kMillisecond = 1'000;

array array_of(std::span<const std::string> texts) {
  array out;
  for (const auto& each : texts) out.emplace_back(each);
  return out;
}

/// Also of a relationship: all that has versions.
object begin(const Head& head) {
  object out;
  out["type"] = type_of_id(head.id);
  out["spec_version"] = "2.1";
  out["id"] = head.id;
  if (!head.created_by.empty()) out["created_by_ref"] = head.created_by;
  out["created"] = write_time(head.created);
  out["modified"] = write_time(head.modified);
  if (head.revoked) out["revoked"] = true;
  if (!head.labels.empty()) out["labels"] = array_of(head.labels);
  if (const auto marking = tlp_2_marking(head.tlp); !marking.empty()) {
    out["object_marking_refs"].emplace_array().emplace_back(marking);
  }
  return out;
}

/// A text within a pattern (section 9.2).
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out += '\'';
}

std::string_view hash_name(Kind kind) noexcept {
  return kind == Kind::md5 ? "MD5" : kind == Kind::sha1 ? "SHA-1" : "SHA-256";
}

std::string_view observable_type(Kind kind) noexcept {
  switch (kind) {
    case Kind::ipv4:
      return "ipv4-addr";
    case Kind::ipv6:
      return "ipv6-addr";
    case Kind::domain:
      return "domain-name";
    case Kind::url:
      return "url";
    case Kind::email:
      return "email-addr";
    case Kind::md5:
    case Kind::sha1:
    case Kind::sha256:
      return "file";
    case Kind::cve:
    case Kind::cwe:
    case Kind::technique:
    case Kind::url_path:
      break;
  }
  return {};
}

object reference(std::string_view source, std::string_view id, std::string url) {
  return {{"source_name", source}, {"external_id", id}, {"url", std::move(url)}};
}

object reference_of_cve(std::string_view cve) {
  return reference("cve", cve, fmt::format("https://www.cve.org/CVERecord?id={}", cve));
}

/// The name under which people look for an indicator.
std::string name_of(const Found& found) {
  switch (found.kind) {
    case Kind::ipv4:
    case Kind::ipv6:
    case Kind::domain:
    case Kind::url:
    case Kind::email:
    case Kind::url_path:
      return threat_text::spelled(found);
    default:
      return fmt::format("{} {}", hash_name(found.kind), found.value);
  }
}

}  // namespace

Timestamp whole_milliseconds(Timestamp time) noexcept {
  auto rest = time.micros % kMillisecond;
  if (rest < 0) rest += kMillisecond;
  return {time.micros - rest};
}

std::string write_time(Timestamp time) {
  const auto whole = whole_milliseconds(time);
  auto text = format_rfc3339(whole);  // "...00Z" or "...00.250000Z"
  text.pop_back();
  if (text.find('.') == std::string::npos) return text + ".000Z";
  text.resize(text.size() - 3);
  return text + "Z";
}

std::string make_id(std::string_view type, std::string_view uuid) { return fmt::format("{}--{}", type, uuid); }

object write_report(const Head& head, const Report& report) {
  auto out = begin(head);
  out["name"] = report.name;
  if (!report.description.empty()) out["description"] = report.description;
  out["report_types"].emplace_array().emplace_back(report.type);
  out["published"] = write_time(report.published);
  out["object_refs"] = array_of(report.objects);
  array references;
  for (const auto& cve : report.cves) references.emplace_back(reference_of_cve(cve));
  for (const auto& technique : report.techniques) {
    auto path = technique;
    std::ranges::replace(path, '.', '/');
    references.emplace_back(
        reference("mitre-attack", technique, fmt::format("https://attack.mitre.org/techniques/{}", path)));
  }
  if (!references.empty()) out["external_references"] = std::move(references);
  return out;
}

std::string pattern_of(const Found& found) {
  if (found.kind == Kind::url_path) {
    return fmt::format("[network-traffic:extensions.'http-request-ext'.request_value = {}]", quoted(found.value));
  }
  const auto type = observable_type(found.kind);
  if (type.empty()) return {};
  if (type == "file") {
    // A key with a hyphen is quoted.
    const auto name = hash_name(found.kind);
    return fmt::format("[file:hashes.{} = {}]", name == "MD5" ? std::string{name} : quoted(name), quoted(found.value));
  }
  const bool network = (found.kind == Kind::ipv4 || found.kind == Kind::ipv6) && text::contains(found.value, "/");
  const std::string_view is = network ? "ISSUBSET" : "=";
  if (found.port == 0) return fmt::format("[{}:value {} {}]", type, is, quoted(found.value));
  // As MISP's "ip-dst|port" becomes (formats/misp/attributes.cpp), so that both are the same.
  return fmt::format(
      "[network-traffic:dst_ref.type = '{}' AND network-traffic:dst_ref.value {} {} AND network-traffic:dst_port = {}]",
      type, is, quoted(found.value), found.port);
}

object write_indicator(const Head& head, const Found& found, Timestamp valid_from) {
  auto out = begin(head);
  out["name"] = name_of(found);
  out["indicator_types"].emplace_array().emplace_back("malicious-activity");
  out["pattern"] = pattern_of(found);
  out["pattern_type"] = "stix";
  out["valid_from"] = write_time(valid_from);
  return out;
}

object write_observable(const Found& found, std::string_view tlp) {
  object out;
  const auto type = observable_type(found.kind);
  if (type.empty()) return out;
  out["type"] = type;
  out["spec_version"] = "2.1";
  out["id"] = "";
  if (const auto marking = tlp_2_marking(tlp); !marking.empty()) {
    out["object_marking_refs"].emplace_array().emplace_back(marking);
  }
  if (type == "file") {
    out["hashes"] = object{{hash_name(found.kind), found.value}};
  } else {
    out["value"] = found.value;
  }
  TapeReader reader;
  const auto written = json::write(out);
  const auto read = reader.read(written, {});
  if (read) out["id"] = deterministic_id(*read).value_or("");
  return out;
}

object write_sighting(const Head& head, const Sighting& sighting) {
  auto out = begin(head);
  if (!sighting.description.empty()) out["description"] = sighting.description;
  if (sighting.first_seen) out["first_seen"] = write_time(*sighting.first_seen);
  if (sighting.last_seen) out["last_seen"] = write_time(*sighting.last_seen);
  if (sighting.count) out["count"] = *sighting.count;
  out["sighting_of_ref"] = sighting.of;
  if (!sighting.where.empty()) out["where_sighted_refs"] = array_of(sighting.where);
  return out;
}

object write_vulnerability(const Head& head, std::string_view cve) {
  auto out = begin(head);
  out["name"] = cve;
  out["external_references"].emplace_array().emplace_back(reference_of_cve(cve));
  return out;
}

object write_relationship(const Head& head, const Relationship& relationship) {
  auto out = begin(head);
  out["relationship_type"] = relationship.type;
  out["source_ref"] = relationship.source;
  out["target_ref"] = relationship.target;
  return out;
}

object write_identity(const Head& head, const Identity& identity) {
  auto out = begin(head);
  out["name"] = identity.name;
  out["identity_class"] = identity.identity_class;
  return out;
}

std::string_view tlp_2_marking(std::string_view level) noexcept {
  for (const auto& each : tlp_markings()) {
    if (each.is_tlp_2 && each.level == level) return each.id;
  }
  return {};
}

object write_tlp(std::string_view level) {
  object out;
  const auto id = tlp_2_marking(level);
  if (id.empty()) return out;
  std::string name{"TLP:"};
  for (const char c : level) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  out["type"] = "marking-definition";
  out["spec_version"] = "2.1";
  out["id"] = id;
  out["created"] = "2022-10-01T00:00:00.000Z";
  out["name"] = name;
  out["extensions"].emplace_object()[kTlp2Extension] =
      object{{"extension_type", "property-extension"}, {"tlp_2_0", level}};
  return out;
}

std::string write_bundle(std::string_view uuid, std::span<const std::string> objects) {
  std::set<std::string, std::less<>> wanted, there;
  TapeReader reader;
  Facts facts;
  for (const auto& each : objects) {
    const auto read = reader.read(each, {});
    if (!read) continue;
    read_facts(*read, facts);
    there.emplace(facts.id);
    for (const auto id : facts.object_marking_refs) wanted.emplace(id);
  }
  std::string out = fmt::format(R"({{"type":"bundle","id":"{}","objects":[)", make_id("bundle", uuid));
  bool first = true;
  const auto add = [&](std::string_view bytes) {
    if (!first) out += ',';
    first = false;
    out += bytes;
  };
  for (const auto& marking : tlp_markings()) {
    if (marking.is_tlp_2 && wanted.contains(marking.id) && !there.contains(marking.id)) {
      add(json::write(write_tlp(marking.level)));
    }
  }
  for (const auto& each : objects) add(each);
  return out += "]}";
}

}  // namespace tocsin::formats::stix
