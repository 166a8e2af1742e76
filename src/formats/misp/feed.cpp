#include "formats/misp/feed.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

#include <openssl/evp.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/misp/attributes.hpp"
#include "formats/misp/event.hpp"
#include "formats/stix/ids.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::object;

/// MISP's feeds have them; here they are keys to look for, and protect nothing.
std::string md5_hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int bytes = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &bytes, EVP_md5(), nullptr) != 1) return {};
  std::string out;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (unsigned int i = 0; i < bytes; ++i) {
    out += kDigits[digest[i] >> 4U];
    out += kDigits[digest[i] & 15U];
  }
  return out;
}

bool is_for_others(const object& tag) {
  if (text::lower_ascii(text_at(tag, "name")).starts_with("tlp:")) return true;
  return !flag_at(tag, "local") && (!tag.contains("exportable") || flag_at(tag, "exportable"));
}

void keep_tags(object& part) {
  auto* tags = part.if_contains("Tag");
  if (tags == nullptr || !tags->is_array()) return;
  auto& list = tags->get_array();
  for (auto each = list.begin(); each != list.end();) {
    const auto* tag = each->if_object();
    each = tag == nullptr || is_for_others(*tag) ? each + 1 : list.erase(each);
  }
}

void keep_tags_within(object& part, std::string_view name) {
  auto* list = part.if_contains(name);
  if (list == nullptr || !list->is_array()) return;
  for (auto& each : list->get_array()) {
    auto* one = each.if_object();
    if (one == nullptr) continue;
    keep_tags(*one);
    if (name == "Object") keep_tags_within(*one, "Attribute");
  }
}

void hash_of(std::set<std::string>& hashes, std::string_view value) {
  if (auto hash = md5_hex(value); !hash.empty()) hashes.insert(std::move(hash));
}

void hashes_of(std::set<std::string>& hashes, const object& part) {
  for (const auto* each : objects_at(part, "Attribute")) {
    const auto value = text_at(*each, "value");
    if (value.empty() || flag_at(*each, "deleted")) continue;
    hash_of(hashes, value);
    if (!text::contains(text_at(*each, "type"), "|")) continue;
    const auto halves = halves_of(value);
    hash_of(hashes, halves.first);
    if (!halves.second.empty()) hash_of(hashes, halves.second);
  }
}

}  // namespace

object for_others(object event) {
  event.stable_erase("event_creator_email");
  keep_tags(event);
  keep_tags_within(event, "Attribute");
  keep_tags_within(event, "Object");
  return event;
}

object manifest_entry(const object& event) {
  object out;
  for (const std::string_view name :
       {"Orgc", "Tag", "info", "date", "analysis", "threat_level_id", "timestamp", "publish_timestamp"}) {
    const auto* found = event.if_contains(name);
    if (found != nullptr && name == "Tag" && found->is_array()) {
      auto& tags = out["Tag"].emplace_array();
      for (const auto* each : objects_at(event, "Tag")) {
        object tag{{"name", text_at(*each, "name")}};
        if (const auto colour = text_at(*each, "colour"); !colour.empty()) tag["colour"] = colour;
        tags.emplace_back(std::move(tag));
      }
    } else if (found != nullptr) {
      out[name] = *found;
    }
  }
  // Clients compare it as text.
  if (const auto timestamp = text_at(event, "timestamp"); !timestamp.empty()) out["timestamp"] = timestamp;
  return out;
}

void append_hashes(std::string& out, const object& event) {
  std::set<std::string> hashes;
  hashes_of(hashes, event);
  for (const auto* each : objects_at(event, "Object")) hashes_of(hashes, *each);
  const auto uuid = text_at(event, "uuid");
  for (const auto& each : hashes) {
    out += each;
    out += ',';
    out += uuid;
    out += '\n';
  }
}

Result<std::vector<ManifestEvent>> read_manifest(std::string_view bytes) {
  TRY(const auto parsed, json::parse(bytes, {.bytes_max = kManifestBytesMax}));
  if (!parsed.root().is_object()) {
    return Error::invalid("Is no manifest of a MISP feed: an object of events by their UUIDs is wanted");
  }
  const auto& all = parsed.root().get_object();
  if (all.size() > kManifestEventsMax) return Error::too_large("A manifest, in events", kManifestEventsMax);
  std::vector<ManifestEvent> events;
  for (const auto& each : all) {
    auto uuid = text::lower_ascii(each.key());
    // An identifier of STIX is one of the same form of UUID.
    if (!stix::parse_id("event--" + uuid) || !each.value().is_object()) continue;
    ManifestEvent event{.uuid = std::move(uuid)};
    if (const auto* timestamp = json::find(each.value(), "timestamp"); timestamp != nullptr) {
      if (timestamp->is_int64()) event.timestamp = timestamp->get_int64();
      if (timestamp->is_string()) {
        const std::string_view text = timestamp->get_string();
        std::from_chars(text.data(), text.data() + text.size(), event.timestamp);
      }
    }
    events.push_back(std::move(event));
  }
  if (events.empty() && !all.empty()) return Error::invalid("Is no manifest of a MISP feed: it names no event");
  std::ranges::sort(events, {}, [](const ManifestEvent& each) { return std::tie(each.timestamp, each.uuid); });
  return events;
}

}  // namespace tocsin::formats::misp
