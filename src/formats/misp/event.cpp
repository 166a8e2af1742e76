#include "formats/misp/event.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/stix/ids.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::object;
using boost::json::value;

/// 9999-12-31T23:59:59Z.
constexpr std::int64_t kSecondsMax = 253'402'300'799;

const value* member(const object& of, std::string_view name) noexcept { return of.if_contains(name); }

std::string_view view(const boost::json::string& text) noexcept { return {text.data(), text.size()}; }

std::optional<std::int64_t> number_of(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return number;
}

/// Nothing around it: it has a title and something that only events have.
bool is_event(const object& of) noexcept {
  if (member(of, "info") == nullptr) return false;
  for (const std::string_view name : {"Attribute", "Object", "Orgc", "threat_level_id", "analysis"}) {
    if (member(of, name) != nullptr) return true;
  }
  return false;
}

const object* wrapped(const value& each) noexcept {
  const auto* of = each.if_object();
  const auto* event = of != nullptr ? member(*of, "Event") : nullptr;
  return event != nullptr ? event->if_object() : nullptr;
}

constexpr std::string_view kAttribute = "Attribute", kObject = "Object";

/// The first object of a list; an object alone is a list of one.
const object* first_at(const object& of, std::string_view name) noexcept {
  const auto* found = member(of, name);
  if (found == nullptr) return nullptr;
  const auto* list = found->if_array();
  if (list == nullptr) return found->if_object();
  const auto* each = std::ranges::find_if(*list, [](const value& one) { return one.is_object(); });
  return each == list->end() ? nullptr : &each->get_object();
}

/// Attributes and objects with no event around them, and nothing else.
bool holds_parts(const value& each) noexcept {
  const auto* of = each.if_object();
  if (of == nullptr || (first_at(*of, kAttribute) == nullptr && first_at(*of, kObject) == nullptr)) return false;
  return std::ranges::all_of(*of, [](const auto& pair) { return pair.key() == kAttribute || pair.key() == kObject; });
}

bool looks_like_parts(const value& each) noexcept {
  if (!holds_parts(each)) return false;
  const auto* attribute = first_at(each.get_object(), kAttribute);
  if (attribute != nullptr) return attribute->contains("type") && attribute->contains("value");
  const auto* whole = first_at(each.get_object(), kObject);
  return whole->contains("name") && whole->contains(kAttribute);
}

Error too_many(std::size_t most, std::string_view of_what, std::string pointer) {
  return {Error::Code::too_large, fmt::format("At most {} {} are read at once", most, of_what), std::move(pointer), {}};
}

/// Puts parts together by the event that they name.
class Gathering {
 public:
  Gathering(Events& out, std::size_t events_max) : out_(out), events_max_(events_max) {}

  Status add(std::string_view list, const object& part, std::string pointer) {
    const auto* stub = first_at(part, "Event");
    const auto said = [&](std::string_view name, std::string_view beside) {
      const auto in_stub = stub != nullptr ? text_at(*stub, name) : std::string{};
      return in_stub.empty() ? text_at(part, beside) : in_stub;
    };
    const auto uuid = text::lower_ascii(said("uuid", "event_uuid"));
    const auto number = uuid.empty() ? said("id", "event_id") : std::string{};
    // MISP numbers from 1.
    const bool is_named = !uuid.empty() || (!number.empty() && number != "0");
    const auto key = is_named ? fmt::format("{} {}", uuid, number) : std::string{};
    auto found = places_.find(key);
    if (found == places_.end()) {
      if (out_.events.size() == events_max_) return too_many(events_max_, "events", std::move(pointer));
      auto& made = out_.gathered.emplace_back(stub != nullptr ? object(*stub, boost::json::storage_ptr{}) : object{});
      for (const auto name : {kAttribute, kObject}) made.stable_erase(name);
      if (is_named && uuid.empty()) made["id"] = number;
      if (!uuid.empty()) made["uuid"] = uuid;
      found = places_.emplace(key, Place{&made, out_.events.size()}).first;
      out_.events.push_back({.json = &made,
                             .pointer = stub != nullptr ? json::pointer_append(pointer, "Event") : pointer,
                             .kind = is_named ? Event::Kind::part : Event::Kind::loose});
    }
    auto& parts = (*found->second.made)[list];
    if (!parts.is_array()) parts.emplace_array();
    parts.get_array().emplace_back(part);
    auto& event = out_.events[found->second.event];
    (list == kAttribute ? event.attribute_pointers : event.object_pointers).push_back(std::move(pointer));
    return ok();
  }

 private:
  struct Place {
    object* made;
    std::size_t event;
  };
  Events& out_;
  std::size_t events_max_;
  std::map<std::string, Place, std::less<>> places_;
};

class Reading {
 public:
  Reading(Events& out, const Limits& limits) : out_(out), limits_(limits), gathering_(out, limits.events_max) {}

  Status document(const value& root) {
    if (const auto* list = root.if_array()) return all(*list, "");
    const auto* of = root.if_object();
    if (of == nullptr) return none("");
    if (const auto* response = member(*of, "response")) {
      if (const auto* list = response->if_array()) return all(*list, "/response");
      return one(*response, "/response");
    }
    return one(root, "");
  }

 private:
  static Status none(std::string pointer) {
    return Error::invalid(R"(Is no MISP event: {"Event": {"info": ...}} is wanted)", std::move(pointer));
  }
  Status all(const boost::json::array& list, const std::string& pointer) {
    if (list.empty()) return none(pointer);
    for (std::size_t i = 0; i < list.size(); ++i) TRY_VOID(one(list[i], json::pointer_append(pointer, i)));
    return ok();
  }
  Status one(const value& each, std::string pointer) {
    const auto* event = wrapped(each);
    if (event != nullptr) {
      pointer += "/Event";
    } else if (each.is_object() && is_event(each.get_object())) {
      event = &each.get_object();
    } else if (holds_parts(each)) {
      for (const auto list : {kAttribute, kObject}) TRY_VOID(parts(each.get_object(), list, pointer));
      return ok();
    } else {
      return none(std::move(pointer));
    }
    if (!event->contains("info")) {
      return Error::invalid("The event has no 'info', which is its title", std::move(pointer));
    }
    if (out_.events.size() == limits_.events_max) return too_many(limits_.events_max, "events", std::move(pointer));
    parts_ += objects_at(*event, kAttribute).size();
    for (const auto* of : objects_at(*event, kObject)) count_object(*of);
    if (parts_ > limits_.parts_max) return too_many(limits_.parts_max, "attributes and objects", std::move(pointer));
    out_.events.push_back({.json = event, .pointer = std::move(pointer)});
    return ok();
  }
  Status parts(const object& holder, std::string_view list, const std::string& where) {
    const auto* found = member(holder, list);
    if (found == nullptr) return ok();
    const auto pointer = json::pointer_append(where, list);
    if (const auto* alone = found->if_object()) return part(list, *alone, pointer);
    const auto* elements = found->if_array();
    if (elements == nullptr) return ok();
    for (std::size_t i = 0; i < elements->size(); ++i) {
      const auto* element = (*elements)[i].if_object();
      if (element != nullptr) TRY_VOID(part(list, *element, json::pointer_append(pointer, i)));
    }
    return ok();
  }
  Status part(std::string_view list, const object& of, std::string pointer) {
    if (list == kAttribute) {
      ++parts_;
    } else {
      count_object(of);
    }
    if (parts_ > limits_.parts_max) return too_many(limits_.parts_max, "attributes and objects", std::move(pointer));
    return gathering_.add(list, of, std::move(pointer));
  }
  void count_object(const object& of) { parts_ += 1 + objects_at(of, kAttribute).size(); }

  Events& out_;
  const Limits& limits_;
  Gathering gathering_;
  std::size_t parts_ = 0;
};

}  // namespace

Result<Events> read_events(std::string_view bytes, const Limits& limits) {
  Events out;
  TRY(out.parsed, json::parse(bytes, {.bytes_max = limits.bytes_max, .depth_max = limits.depth_max}));
  TRY_VOID(Reading(out, limits).document(out.parsed.root()));
  return out;
}

bool looks_like_events(const value& root) noexcept {
  const auto is_one = [](const value& each) { return wrapped(each) != nullptr || looks_like_parts(each); };
  if (const auto* list = root.if_array()) return !list->empty() && is_one(list->front());
  const auto* of = root.if_object();
  if (of == nullptr) return false;
  if (const auto* response = member(*of, "response")) {
    if (const auto* list = response->if_array()) return !list->empty() && is_one(list->front());
    return is_one(*response);
  }
  if (const auto* event = wrapped(root)) return event->contains("info") || event->contains("uuid");
  return (is_event(*of) && of->contains("uuid")) || looks_like_parts(root);
}

bool looks_like_manifest(const value& root) noexcept {
  const auto* of = root.if_object();
  if (of == nullptr || of->empty()) return false;
  const auto& [name, first] = *of->begin();
  constexpr std::size_t kUuidBytes = 36;
  const auto* entry = first.if_object();
  return name.size() == kUuidBytes && name[8] == '-' && entry != nullptr && entry->contains("info") &&
         entry->contains("timestamp");
}

std::string text_at(const object& of, std::string_view name) {
  const auto* found = member(of, name);
  if (found == nullptr) return {};
  if (const auto* text = found->if_string()) return std::string{view(*text)};
  return found->is_number() ? json::write(*found) : std::string{};
}

std::optional<std::int64_t> number_at(const object& of, std::string_view name) {
  const auto* found = member(of, name);
  if (found == nullptr) return std::nullopt;
  if (const auto* number = found->if_int64()) return *number;
  const auto* text = found->if_string();
  return text != nullptr ? number_of(view(*text)) : std::nullopt;
}

bool flag_at(const object& of, std::string_view name) {
  const auto* found = member(of, name);
  if (found == nullptr) return false;
  if (const auto* flag = found->if_bool()) return *flag;
  const auto text = text_at(of, name);
  return text == "1" || text::equals_ignore_case_ascii(text, "true");
}

std::optional<Timestamp> seconds_at(const object& of, std::string_view name) {
  const auto seconds = number_at(of, name);
  if (!seconds || *seconds < 0 || *seconds > kSecondsMax) return std::nullopt;
  return Timestamp{*seconds * 1'000'000};
}

std::optional<Timestamp> moment_at(const object& of, std::string_view name) {
  auto text = text_at(of, name);
  if (text.empty()) return std::nullopt;
  if (number_of(text)) return seconds_at(of, name);
  // "2020-10-25 16:22:00", "2020-10-25T16:22:00.123456", "...+0000".
  constexpr std::size_t kDate = 10;
  if (text.size() == kDate) text += "T00:00:00Z";
  if (text.size() > kDate && text[kDate] == ' ') text[kDate] = 'T';
  if (auto read = parse_rfc3339(text)) return *read;
  if (text.size() > 5 && (text[text.size() - 5] == '+' || text[text.size() - 5] == '-')) {
    text.insert(text.size() - 2, ":");
  } else {
    text += 'Z';
  }
  const auto read = parse_rfc3339(text);
  return read ? std::optional{*read} : std::nullopt;
}

std::vector<const object*> objects_at(const object& of, std::string_view name) {
  std::vector<const object*> out;
  const auto* found = member(of, name);
  if (found == nullptr) return out;
  if (const auto* one = found->if_object()) out.push_back(one);
  if (const auto* list = found->if_array()) {
    for (const auto& each : *list) {
      if (const auto* one = each.if_object()) out.push_back(one);
    }
  }
  return out;
}

}  // namespace tocsin::formats::misp
