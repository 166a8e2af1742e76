#include "formats/misp/event.hpp"

#include <charconv>

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

class Reading {
 public:
  Reading(Events& out, const Limits& limits) : out_(out), limits_(limits) {}

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
    } else {
      return none(std::move(pointer));
    }
    if (!event->contains("info")) {
      return Error::invalid("The event has no 'info', which is its title", std::move(pointer));
    }
    if (out_.events.size() == limits_.events_max) {
      return Error{Error::Code::too_large,
                   fmt::format("At most {} events are read at once", limits_.events_max),
                   std::move(pointer),
                   {}};
    }
    parts_ += objects_at(*event, "Attribute").size();
    for (const auto* of : objects_at(*event, "Object")) parts_ += 1 + objects_at(*of, "Attribute").size();
    if (parts_ > limits_.parts_max) {
      return Error{Error::Code::too_large,
                   fmt::format("At most {} attributes and objects are read at once", limits_.parts_max),
                   std::move(pointer),
                   {}};
    }
    out_.events.push_back({event, std::move(pointer)});
    return ok();
  }

  Events& out_;
  const Limits& limits_;
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
  if (const auto* list = root.if_array()) return !list->empty() && wrapped(list->front()) != nullptr;
  const auto* of = root.if_object();
  if (of == nullptr) return false;
  if (const auto* response = member(*of, "response")) {
    if (const auto* list = response->if_array()) return !list->empty() && wrapped(list->front()) != nullptr;
    return wrapped(*response) != nullptr;
  }
  if (const auto* event = wrapped(root)) return event->contains("info") || event->contains("uuid");
  return is_event(*of) && of->contains("uuid");
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
