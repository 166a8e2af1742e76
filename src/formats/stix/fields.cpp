#include "formats/stix/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/stix/write.hpp"

namespace tocsin::formats::stix {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// What whoever keeps an object sets, and not who writes it.
constexpr std::string_view kKept[] = {"type",    "spec_version", "id",      "created_by_ref",
                                      "created", "modified",     "revoked", "object_marking_refs"};
constexpr std::array<std::string_view, 4> kReferenceMembers{"source_name", "external_id", "url", "description"};
constexpr std::string_view kBar = " | ";

bool is_part(const Property& property, Part part) noexcept {
  return property.kind == Kind::structure && property.detail == static_cast<std::uint8_t>(part);
}

std::string time_text(std::string_view time) {
  // As a browser's field for it takes it: what is zero at the end is left out.
  if (!time.ends_with('Z')) return std::string{time};
  time.remove_suffix(1);
  if (const auto dot = time.find('.'); dot != time.npos) {
    while (time.ends_with('0')) time.remove_suffix(1);
    if (time.ends_with('.')) time.remove_suffix(1);
  }
  constexpr std::size_t kWithSeconds = 19;
  if (time.size() == kWithSeconds && time.ends_with(":00")) time.remove_suffix(3);
  return std::string{time};
}

std::optional<Timestamp> read_time(std::string_view typed) {
  for (const std::string_view end : {"", "Z", ":00Z", "T00:00:00Z"}) {
    if (const auto time = parse_rfc3339(std::string{typed}.append(end))) return *time;
  }
  return std::nullopt;
}

std::string line_of(const Property& property, const value& each) {
  if (is_part(property, Part::kill_chain_phase)) {
    return fmt::format("{}: {}", json::string_at(each, "kill_chain_name"), json::string_at(each, "phase_name"));
  }
  if (is_part(property, Part::external_reference)) {
    std::string line;
    for (const auto name : kReferenceMembers) {
      if (name != kReferenceMembers.front()) line += kBar;
      // A line is one: the text is not taken back from here where nobody changes it.
      for (const char c : json::string_at(each, name)) line += c == '\n' || c == '\r' ? ' ' : c;
    }
    while (!line.empty() && (line.back() == ' ' || line.back() == '|')) line.pop_back();
    return line;
  }
  return each.is_string() ? std::string{std::string_view{each.get_string()}} : json::write(each);
}

value read_line(const Property& property, std::string_view line) {
  if (is_part(property, Part::kill_chain_phase)) {
    const auto colon = line.find(':');
    const auto chain = text::trim(line.substr(0, colon));
    const auto phase = colon == line.npos ? std::string_view{} : text::trim(line.substr(colon + 1));
    return object{{"kill_chain_name", chain}, {"phase_name", phase}};
  }
  if (is_part(property, Part::external_reference)) {
    object out;
    for (std::size_t i = 0; i < kReferenceMembers.size() && !line.empty(); ++i) {
      // The last has what is left: descriptions may have bars.
      const auto bar = i + 1 == kReferenceMembers.size() ? line.npos : line.find('|');
      const auto member = text::trim(line.substr(0, bar));
      if (!member.empty()) out[kReferenceMembers[i]] = member;
      line = bar == line.npos ? std::string_view{} : line.substr(bar + 1);
    }
    return out;
  }
  return value(line);
}

std::string pointer_of(const Property& property) { return json::pointer_append("", property.name); }

void put_lines(object& into, const Property& property, std::string_view typed) {
  array kept, out;
  if (const auto* before = into.if_contains(property.name); before != nullptr && before->is_array()) {
    kept = before->get_array();
  }
  while (!typed.empty()) {
    const auto end = std::min(typed.find('\n'), typed.size());
    const auto line = text::trim(typed.substr(0, end));
    typed.remove_prefix(std::min(end + 1, typed.size()));
    if (line.empty()) continue;
    const auto* same = std::ranges::find_if(kept, [&](const value& each) { return line_of(property, each) == line; });
    out.push_back(same == kept.end() ? read_line(property, line) : *same);
  }
  if (out.empty()) {
    into.erase(property.name);
  } else {
    into[property.name] = std::move(out);
  }
}

Status put_one(object& into, const Property& property, std::string_view typed) {
  const auto trimmed = text::trim(typed);
  if (property.kind == Kind::boolean) {
    // A box that is not ticked says no where the standard wants an answer.
    if (!trimmed.empty()) {
      into[property.name] = true;
    } else if ((property.flags & kRequired) != 0 || into.contains(property.name)) {
      into[property.name] = false;
    }
    return ok();
  }
  if (trimmed.empty()) {
    into.erase(property.name);
    return ok();
  }
  if (property.kind == Kind::timestamp) {
    const auto time = read_time(trimmed);
    if (!time) {
      return Error::invalid(std::string{tr<"a date and time in UTC is written as 2026-06-01T12:00">()},
                            pointer_of(property));
    }
    into[property.name] = write_time(*time);
    return ok();
  }
  if (property.kind == Kind::integer) {
    std::int64_t number = 0;
    const auto* end = trimmed.data() + trimmed.size();
    const auto read = std::from_chars(trimmed.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end) {
      return Error::invalid(std::string{tr<"a whole number is wanted">()}, pointer_of(property));
    }
    into[property.name] = number;
    return ok();
  }
  if (property.kind == Kind::number) {
    double number = 0;
    const auto* end = trimmed.data() + trimmed.size();
    const auto read = std::from_chars(trimmed.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number)) {
      return Error::invalid(std::string{tr<"a number is wanted, such as 48.137">()}, pointer_of(property));
    }
    into[property.name] = number;
    return ok();
  }
  into[property.name] = trimmed;
  return ok();
}

}  // namespace

bool has_field(const Property& property) noexcept {
  if ((property.flags & (kDeprecated | kOnly20)) != 0) return false;
  if (std::ranges::find(kKept, property.name) != std::end(kKept)) return false;
  switch (property.kind) {
    case Kind::string:
    case Kind::boolean:
    case Kind::integer:
    case Kind::number:
    case Kind::timestamp:
    case Kind::identifier:
    case Kind::enumeration:
    case Kind::open_vocabulary:
    case Kind::language:
    case Kind::url:
      return true;
    case Kind::structure:
      return (property.flags & kList) != 0 &&
             (is_part(property, Part::kill_chain_phase) || is_part(property, Part::external_reference));
    default:
      return false;
  }
}

std::vector<const Property*> fields_of(Type type) {
  std::vector<const Property*> fields;
  const auto add = [&](std::span<const Property> properties) {
    for (const auto& each : properties) {
      if (has_field(each)) fields.push_back(&each);
    }
  };
  add(grammar_of(static_cast<std::size_t>(type)).properties);
  add(common_properties(type));
  return fields;
}

std::string field_text(const Property& property, const value* of) {
  if (of == nullptr) return {};
  if ((property.flags & kList) != 0) {
    std::string out;
    if (!of->is_array()) return out;
    for (const auto& each : of->get_array()) {
      if (!out.empty()) out += '\n';
      out += line_of(property, each);
    }
    return out;
  }
  if (of->is_bool()) return of->get_bool() ? "yes" : "";
  if (!of->is_string()) return json::write(*of);
  const std::string_view said{of->get_string()};
  return property.kind == Kind::timestamp ? time_text(said) : std::string{said};
}

Status put_field(object& into, const Property& property, std::string_view text) {
  // Browsers end lines with two bytes.
  std::string typed{text};
  std::erase(typed, '\r');
  const auto* before = into.if_contains(property.name);
  if (before != nullptr) {
    auto shown = field_text(property, before);
    std::erase(shown, '\r');
    if (shown == typed) return ok();
  }
  if ((property.flags & kList) != 0) {
    put_lines(into, property, typed);
    return ok();
  }
  return put_one(into, property, typed);
}

std::vector<std::string_view> verbs_from(Type source) {
  std::vector<std::string_view> verbs;
  for (const auto& rule : relationship_rules()) {
    if (rule.source == source && std::ranges::find(verbs, rule.name) == verbs.end()) verbs.push_back(rule.name);
  }
  // Section 3.6.1 (Common Relationships).
  for (const std::string_view each : {"related-to", "derived-from", "duplicate-of"}) {
    if (std::ranges::find(verbs, each) == verbs.end()) verbs.push_back(each);
  }
  return verbs;
}

}  // namespace tocsin::formats::stix
