#include "formats/threat_list/list_to_stix.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/write.hpp"

namespace tocsin::formats::threat_list {
namespace {

using Times = ListObject::Times;

constexpr std::int64_t kMillisecond = 1'000;
constexpr std::size_t kTimeBytes = std::string_view{"2026-03-01T12:00:00.000Z"}.size();

/// Follows from what it is of, and is of version 4 by its form, as STIX wants of what is no observable.
std::string id_of(std::string_view type, std::string_view what) {
  auto uuid = stix::observable_uuid(what);
  uuid[14] = '4';
  return stix::make_id(type, uuid);
}

struct Place {
  std::size_t at = std::string_view::npos;
};

/// A name with its quotes stands in no text of JSON, whose quotes are escaped.
Place place_of(std::string_view object, std::string_view name) noexcept {
  for (std::size_t at = 0;; ++at) {
    at = object.find(name, at);
    if (at == object.npos) return {};
    const auto value = at + name.size() + 3;
    const bool is_it = at > 0 && object[at - 1] == '"' && object.substr(at + name.size(), 3) == "\":\"" &&
                       value + kTimeBytes < object.size() && object[value + kTimeBytes - 1] == 'Z' &&
                       object[value + kTimeBytes] == '"';
    if (is_it) return {value};
  }
}

void put(std::string& into, std::string_view name, std::string_view time) {
  const auto place = place_of(into, name);
  if (place.at != std::string_view::npos && time.size() == kTimeBytes) into.replace(place.at, kTimeBytes, time);
}

class Maker {
 public:
  Maker(const ListSource& source, Timestamp now)
      : source_(source), now_(stix::whole_milliseconds(now)), identity_(id_of("identity", "list " + source.id)) {}

  ListObject identity() const {
    const stix::Head head{.id = identity_, .created_by = {}, .created = now_, .modified = now_, .tlp = {}};
    auto json = stix::write_identity(head, {.name = source_.title, .identity_class = "system"});
    return {.id = identity_, .title = source_.title, .times = Times::dated, .bytes = json::write(json)};
  }

  ListObject indicator(const ListEntry& entry) const {
    const auto head = head_of("indicator", entry);
    // What ends before anybody here knew of it began before that.
    auto from = entry.first_seen.value_or(now_);
    if (entry.valid_until && *entry.valid_until <= from) from.micros = entry.valid_until->micros - kMillisecond;
    auto json = stix::write_indicator(head, entry.found, from);
    ListObject made{.id = head.id,
                    .title = std::string{std::string_view{json.at("name").get_string()}},
                    .tlp = entry.tlp,
                    .labels = entry.labels,
                    .times = entry.first_seen ? Times::dated : Times::open};
    if (!entry.description.empty()) json["description"] = entry.description;
    if (entry.valid_until) json["valid_until"] = stix::write_time(*entry.valid_until);
    if (entry.confidence) json["confidence"] = *entry.confidence;
    made.bytes = json::write(json);
    return made;
  }

  ListObject sighting(const ListEntry& entry, const std::string& indicator) const {
    auto head = head_of("sighting", entry);
    head.labels.clear();
    stix::Sighting sighting{.of = indicator, .last_seen = entry.last_seen};
    if (entry.first_seen && *entry.first_seen <= *entry.last_seen) sighting.first_seen = entry.first_seen;
    return {.id = head.id,
            .title = "sighting",
            .tlp = entry.tlp,
            .times = Times::dated,
            .bytes = json::write(stix::write_sighting(head, sighting))};
  }

 private:
  stix::Head head_of(std::string_view type, const ListEntry& entry) const {
    return {.id = id_of(type, fmt::format("{} of list {}\n{} {}", type, source_.id,
                                          threat_text::to_string(entry.found.kind), threat_text::spelled(entry.found))),
            .created_by = identity_,
            .created = now_,
            .modified = now_,
            .tlp = entry.tlp,
            .labels = entry.labels};
  }

  const ListSource& source_;
  Timestamp now_;
  std::string identity_;
};

}  // namespace

ListObject identity_of(const ListSource& source, Timestamp now) { return Maker{source, now}.identity(); }

std::vector<ListObject> entries_to_stix(std::span<const ListEntry> entries, const ListSource& source, Timestamp now) {
  const Maker maker{source, now};
  std::vector<ListObject> made;
  made.reserve(entries.size());
  for (const auto& each : entries) {
    auto indicator = maker.indicator(each);
    auto id = indicator.id;
    made.push_back(std::move(indicator));
    if (each.last_seen) made.push_back(maker.sighting(each, id));
  }
  return made;
}

std::vector<ListObject> list_to_stix(const ThreatList& list, const ListSource& source, Timestamp now) {
  auto made = entries_to_stix(list.entries, source, now);
  made.insert(made.begin(), identity_of(source, now));
  return made;
}

std::string write_list_bundle(const ListSource& source, const std::vector<ListObject>& made) {
  std::vector<std::string> objects;
  objects.reserve(made.size());
  for (const auto& each : made) objects.push_back(each.bytes);
  const auto id = id_of("bundle", "bundle of list " + source.id);
  return stix::write_bundle(std::string_view{id}.substr(std::string_view{"bundle--"}.size()), objects);
}

std::string_view time_of(std::string_view object, std::string_view name) noexcept {
  const auto place = place_of(object, name);
  return place.at == std::string_view::npos ? std::string_view{} : object.substr(place.at, kTimeBytes);
}

std::string with_times_of(std::string_view fresh, std::string_view kept, Times times, bool modified) {
  std::string out{fresh};
  if (times == Times::as_told) return out;
  put(out, "created", time_of(kept, "created"));
  if (modified) put(out, "modified", time_of(kept, "modified"));
  if (times == Times::open) put(out, "valid_from", time_of(kept, "valid_from"));
  return out;
}

std::string with_modified(std::string_view object, Timestamp modified) {
  std::string out{object};
  put(out, "modified", stix::write_time(modified));
  return out;
}

}  // namespace tocsin::formats::threat_list
