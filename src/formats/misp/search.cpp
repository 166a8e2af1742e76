#include "formats/misp/search.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/misp/attributes.hpp"
#include "formats/misp/event.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::object;

constexpr std::size_t kUuidBytes = 36;
/// The last group of a UUID: 48 bits.
constexpr std::size_t kNumberDigits = 12;

/// `pattern` with '%' for any letters. Both folded.
bool is_like(std::string_view pattern, std::string_view text) {
  auto parts = text::split(pattern, '%');
  if (parts.size() == 1) return pattern == text;
  if (!text.starts_with(parts.front())) return false;
  text.remove_prefix(parts.front().size());
  const auto last = parts.back();
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    const auto found = text.find(parts[i]);
    if (found == text.npos) return false;
    text.remove_prefix(found + parts[i].size());
  }
  return text.ends_with(last);
}

/// Filters folded once for all that they are asked about.
class Filter {
 public:
  explicit Filter(const Wanted& wanted) : any_(fold(wanted.any)), all_(fold(wanted.all)), none_(fold(wanted.none)) {}

  bool has_positive() const noexcept { return !any_.empty() || !all_.empty(); }
  /// `has`: is one of the texts that are asked about as this says?
  template <class Has>
  bool positive(const Has& has) const {
    return (any_.empty() || std::ranges::any_of(any_, has)) && std::ranges::all_of(all_, has);
  }
  template <class Has>
  bool refused(const Has& has) const {
    return std::ranges::any_of(none_, has);
  }
  template <class Has>
  bool passes(const Has& has) const {
    return positive(has) && !refused(has);
  }

 private:
  static std::vector<std::string> fold(const std::vector<std::string>& texts) {
    std::vector<std::string> out;
    for (const auto& each : texts) out.push_back(text::fold(each));
    return out;
  }
  std::vector<std::string> any_, all_, none_;
};

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// By number or UUID.
bool is_called(std::string_view asked, std::string_view uuid) {
  return is_number(asked) ? asked == std::to_string(number_of(uuid)) : text::equals_ignore_case_ascii(asked, uuid);
}

bool within(const Span& span, std::optional<Timestamp> time) {
  if (span.empty()) return true;
  // What was never published has 0.
  if (!time || time->micros == 0) return false;
  return (!span.from || *time >= *span.from) && (!span.to || *time <= *span.to);
}

std::vector<std::string> tags_of(const object& part) {
  std::vector<std::string> out;
  for (const auto* tag : objects_at(part, "Tag")) out.push_back(text::fold(text_at(*tag, "name")));
  return out;
}

bool has_tag(const std::vector<std::string>& tags, const std::string& asked) {
  return std::ranges::any_of(tags, [&](const std::string& each) { return is_like(asked, each); });
}

bool is_org(const object& event, const Wanted& wanted) {
  if (wanted.empty()) return true;
  const auto creators = objects_at(event, "Orgc");
  const auto name = creators.empty() ? std::string{} : text::fold(text_at(*creators.front(), "name"));
  const auto uuid = creators.empty() ? std::string{} : text_at(*creators.front(), "uuid");
  return Filter{wanted}.passes(
      [&](const std::string& asked) { return is_like(asked, name) || (!uuid.empty() && is_called(asked, uuid)); });
}

std::vector<Place> attributes_of(const object& event) {
  std::vector<Place> out;
  for (const auto* each : objects_at(event, "Attribute")) {
    if (!flag_at(*each, "deleted")) out.push_back({each, nullptr});
  }
  for (const auto* of : objects_at(event, "Object")) {
    if (flag_at(*of, "deleted")) continue;
    for (const auto* each : objects_at(*of, "Attribute")) {
      if (!flag_at(*each, "deleted")) out.push_back({each, of});
    }
  }
  return out;
}

/// The filters that attributes answer, one attribute at a time.
class AttributeFilter {
 public:
  AttributeFilter(const Query& query, const object& event)
      : query_(query),
        value_(query.value),
        type_(query.type),
        category_(query.category),
        uuid_(query.uuid),
        tags_(query.tags),
        event_uuid_(text_at(event, "uuid")),
        event_tags_(tags_of(event)) {}

  /// Is it by itself all that is asked for?
  bool is_one(const Place& place) const {
    const auto of = Asked{*this, place};
    return value_.passes(of.value()) && type_.passes(of.type()) && category_.passes(of.category()) &&
           uuid_.passes(of.uuid()) && tags_.passes(of.tag()) && told(place);
  }

  /// An event, as MISP has it: somewhere in it what is asked for, and nowhere what is not. What is asked for of value,
  /// type, category and to_ids has to be one attribute.
  bool matches_event(const std::vector<Place>& places, const object& event) const {
    const auto somewhere = [&](const auto& has) { return std::ranges::any_of(places, has); };
    for (const auto& [filter, member] :
         {std::pair{&value_, &Asked::value}, {&type_, &Asked::type}, {&category_, &Asked::category}}) {
      if (filter->refused([&](const std::string& asked) {
            return somewhere([&](const Place& each) { return (Asked{*this, each}.*member)()(asked); });
          })) {
        return false;
      }
    }
    const auto has_uuid = [&](const std::string& asked) {
      return text::equals_ignore_case_ascii(asked, event_uuid_) ||
             somewhere([&](const Place& each) { return Asked{*this, each}.uuid()(asked); }) ||
             std::ranges::any_of(objects_at(event, "Object"), [&](const object* of) {
               return text::equals_ignore_case_ascii(asked, text_at(*of, "uuid"));
             });
    };
    const auto tagged = [&](const std::string& asked) {
      return has_tag(event_tags_, asked) ||
             somewhere([&](const Place& each) { return has_tag(tags_of(*each.attribute), asked); });
    };
    if (!uuid_.passes(has_uuid) || !tags_.passes(tagged)) return false;
    if (!value_.has_positive() && !type_.has_positive() && !category_.has_positive() && !query_.to_ids) return true;
    return somewhere([&](const Place& each) {
      const auto of = Asked{*this, each};
      return value_.positive(of.value()) && type_.positive(of.type()) && category_.positive(of.category()) &&
             told(each);
    });
  }

 private:
  /// What one attribute answers to a folded text.
  struct Asked {
    const AttributeFilter& filter;
    const Place& place;

    using Has = std::function<bool(const std::string&)>;
    Has value() const {
      return [type = text_at(*place.attribute, "type"),
              whole = text::fold(text_at(*place.attribute, "value"))](const std::string& asked) {
        if (is_like(asked, whole)) return true;
        if (!text::contains(type, "|")) return false;
        const auto halves = halves_of(whole);
        return is_like(asked, halves.first) || is_like(asked, halves.second);
      };
    }
    Has type() const { return text_is("type"); }
    Has category() const { return text_is("category"); }
    Has uuid() const {
      return [uuid = text_at(*place.attribute, "uuid")](const std::string& asked) {
        return text::equals_ignore_case_ascii(asked, uuid);
      };
    }
    Has tag() const {
      return [tags = tags_of(*place.attribute), this](const std::string& asked) {
        return has_tag(tags, asked) || has_tag(filter.event_tags_, asked);
      };
    }
    Has text_is(std::string_view name) const {
      return [text = text::fold(text_at(*place.attribute, name))](const std::string& asked) {
        return is_like(asked, text);
      };
    }
  };

  bool told(const Place& place) const {
    return (!query_.to_ids || flag_at(*place.attribute, "to_ids") == *query_.to_ids) &&
           within(query_.timestamp, seconds_at(*place.attribute, "timestamp"));
  }

  const Query& query_;
  Filter value_, type_, category_, uuid_, tags_;
  std::string event_uuid_;
  std::vector<std::string> event_tags_;
};

}  // namespace

std::int64_t number_of(std::string_view uuid) noexcept {
  if (uuid.size() != kUuidBytes) return 0;
  const auto digits = uuid.substr(kUuidBytes - kNumberDigits);
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return failed == std::errc{} && end == digits.data() + digits.size() && number > 0 ? number : 0;
}

bool may_be(const Query& query, std::string_view event_uuid) {
  return query.eventid.empty() ||
         Filter{query.eventid}.passes([&](const std::string& asked) { return is_called(asked, event_uuid); });
}

bool header_matches(const Query& query, const object& event) {
  if (!may_be(query, text_at(event, "uuid"))) return false;
  if (query.published && flag_at(event, "published") != *query.published) return false;
  const auto date = text_at(event, "date").substr(0, 10);
  if (!query.date_from.empty() && date < query.date_from) return false;
  if (!query.date_to.empty() && (date.empty() || date > query.date_to)) return false;
  if (!within(query.event_timestamp, seconds_at(event, "timestamp"))) return false;
  if (!within(query.publish_timestamp, seconds_at(event, "publish_timestamp"))) return false;
  if (!is_org(event, query.org)) return false;
  if (!query.eventinfo.empty()) {
    const auto info = text::fold(text_at(event, "info"));
    if (!Filter{query.eventinfo}.passes([&](const std::string& asked) { return is_like(asked, info); })) return false;
  }
  if (query.event_tags.empty() && query.tags.none.empty()) return true;
  const auto tags = tags_of(event);
  const auto tagged = [&](const std::string& asked) { return has_tag(tags, asked); };
  return Filter{query.event_tags}.passes(tagged) && !Filter{query.tags}.refused(tagged);
}

bool event_matches(const Query& query, const object& event) {
  if (!header_matches(query, event)) return false;
  return !query.asks_attributes() || AttributeFilter{query, event}.matches_event(attributes_of(event), event);
}

std::vector<Place> matching_attributes(const Query& query, const object& event) {
  const AttributeFilter filter{query, event};
  auto out = attributes_of(event);
  std::erase_if(out, [&](const Place& each) { return !filter.is_one(each); });
  return out;
}

}  // namespace tocsin::formats::misp
