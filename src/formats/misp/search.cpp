#include "formats/misp/search.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
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
  if (pattern.find('%') == pattern.npos) return pattern == text;
  const auto parts = text::split(pattern, '%');
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

/// What is asked for, of something that has or has not each of the texts.
class Filter {
 public:
  explicit Filter(const Wanted& wanted) : wanted_(wanted) {}

  bool asks_for_one() const noexcept { return !wanted_.any.empty(); }
  template <class Has>
  bool one(const Has& has) const {
    return wanted_.any.empty() || std::ranges::any_of(wanted_.any, has);
  }
  template <class Has>
  bool all(const Has& has) const {
    return std::ranges::all_of(wanted_.all, has);
  }
  template <class Has>
  bool refused(const Has& has) const {
    return std::ranges::any_of(wanted_.none, has);
  }
  template <class Has>
  bool passes(const Has& has) const {
    return one(has) && all(has) && !refused(has);
  }

 private:
  const Wanted& wanted_;
};

/// By number or UUID, whichever is asked for.
class Called {
 public:
  explicit Called(std::string_view uuid) : uuid_(text::lower_ascii(uuid)), number_(std::to_string(number_of(uuid))) {}
  bool operator()(const std::string& asked) const { return !uuid_.empty() && (asked == uuid_ || asked == number_); }

 private:
  std::string uuid_, number_;
};

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
  const Called called{uuid};
  return Filter{wanted}.passes([&](const std::string& asked) { return is_like(asked, name) || called(asked); });
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

  /// An event, as MISP has it: somewhere in it what is asked for, and nowhere what is not. Where one value, type or
  /// category of several will do, and for to_ids, it has to be one attribute.
  bool matches_event(const std::vector<Place>& places, const object& event) const {
    const auto somewhere = [&](const auto& has) { return std::ranges::any_of(places, has); };
    for (const auto& [filter, member] :
         {std::pair{&value_, &Asked::value}, {&type_, &Asked::type}, {&category_, &Asked::category}}) {
      if (somewhere([&](const Place& each) { return filter->refused((Asked{*this, each}.*member)()); })) return false;
      if (!filter->all([&](const std::string& asked) {
            return somewhere([&](const Place& each) { return (Asked{*this, each}.*member)()(asked); });
          })) {
        return false;
      }
    }
    std::set<std::string> uuids{text::lower_ascii(event_uuid_)};
    for (const auto* of : objects_at(event, "Object")) uuids.insert(text::lower_ascii(text_at(*of, "uuid")));
    auto tags = event_tags_;
    for (const auto& each : places) {
      uuids.insert(text::lower_ascii(text_at(*each.attribute, "uuid")));
      for (auto& tag : tags_of(*each.attribute)) tags.push_back(std::move(tag));
    }
    if (!uuid_.passes([&](const std::string& asked) { return uuids.contains(asked); })) return false;
    std::ranges::sort(tags);
    const auto repeats = std::ranges::unique(tags);
    tags.erase(repeats.begin(), repeats.end());
    if (!tags_.passes([&](const std::string& asked) { return has_tag(tags, asked); })) return false;
    if (!value_.asks_for_one() && !type_.asks_for_one() && !category_.asks_for_one() && !query_.to_ids) return true;
    return somewhere([&](const Place& each) {
      const auto of = Asked{*this, each};
      return value_.one(of.value()) && type_.one(of.type()) && category_.one(of.category()) && told(each);
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
      return [uuid = text::lower_ascii(text_at(*place.attribute, "uuid"))](const std::string& asked) {
        return asked == uuid;
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
  return query.eventid.empty() || Filter{query.eventid}.passes(Called{event_uuid});
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
