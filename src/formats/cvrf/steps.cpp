#include "formats/cvrf/steps.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::formats::cvrf {
namespace {

constexpr std::string_view kFamilies[] = {"http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/",
                                          "http://www.icasi.org/CVRF/schema/"};

}  // namespace

bool is_cvrf_namespace(std::string_view uri) noexcept {
  for (const std::string_view part : {"cvrf", "prod", "vuln", "common"}) {
    if (uri.starts_with(kFamilies[0]) && uri.substr(kFamilies[0].size()) == part) return true;
    if (!uri.starts_with(kFamilies[1])) continue;
    const auto rest = uri.substr(kFamilies[1].size());
    if (rest.starts_with(part) && rest.substr(part.size()) == "/1.1") return true;
  }
  return false;
}

bool is_cvss_namespace(std::string_view uri) noexcept {
  return uri == "http://scap.nist.gov/schema/cvss-v2/1.0" || uri.starts_with("https://www.first.org/cvss/cvss-v") ||
         uri.starts_with("http://www.first.org/cvss/cvss-v");
}

const Element* child_of(const Element* parent, std::string_view name) noexcept {
  if (parent == nullptr) return nullptr;
  const auto found = std::ranges::find_if(parent->children, [&](const Element* each) {
    return each->local() == name && (is_cvrf_namespace(each->uri) || is_cvss_namespace(each->uri));
  });
  return found == parent->children.end() ? nullptr : *found;
}

std::vector<const Element*> children_of(const Element* parent, std::string_view name) {
  std::vector<const Element*> found;
  if (parent == nullptr) return found;
  for (const auto* each : parent->children) {
    if (each->local() == name && (is_cvrf_namespace(each->uri) || is_cvss_namespace(each->uri))) found.push_back(each);
  }
  return found;
}

std::string text_of(const Element* element) {
  return element == nullptr ? std::string{} : std::string{text::trim(element->text)};
}
std::string line_of(const Element* element) {
  return element == nullptr ? std::string{} : text::squeeze(element->text);
}
std::string attribute_of(const Element& element, std::string_view name) {
  const auto* attribute = element.attribute(name);
  return attribute == nullptr ? std::string{} : text::squeeze(attribute->value);
}

void Context::note(csaf::ConversionNote::Level level, const Element& at, std::string_view part,
                   std::string_view message) {
  // Past the limit nobody reads the text, which is dear to make.
  if (notes_.size() >= kNotesMax) return note({level, {}, {}});
  note({level, at.path() + std::string{part}, tr<"{} (line {})">(message, at.line)});
}

void Context::note(csaf::ConversionNote note) {
  if (notes_.size() < kNotesMax) {
    notes_.push_back(std::move(note));
    return;
  }
  ++counted_;
  counted_an_error_ = counted_an_error_ || note.level == csaf::ConversionNote::Level::error;
}

void Context::close() {
  if (counted_ == 0) return;
  notes_.push_back({counted_an_error_ ? csaf::ConversionNote::Level::error : csaf::ConversionNote::Level::warning,
                    {},
                    tr<"there are {} more notes">(text::thousands(static_cast<long long>(counted_)))});
  counted_ = 0;
}

const Element& Context::origin_of(std::string_view pointer) const {
  for (;;) {
    if (const auto found = origins_.find(pointer); found != origins_.end()) return *found->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return root();
    pointer = pointer.substr(0, slash);
  }
}

std::string Context::word_of(const Element& element, std::string_view attribute, std::string_view what,
                             std::span<const Word> words) {
  const auto written = attribute_of(element, attribute);
  const auto found =
      std::ranges::find_if(words, [&](const Word& each) { return text::equals_ignore_case_ascii(each.cvrf, written); });
  if (found != words.end()) return std::string{found->csaf};
  // That it is missing, the grammar has told.
  if (written.empty()) return {};
  std::vector<std::string_view> known;
  for (const auto& each : words) known.push_back(each.cvrf);
  note(csaf::ConversionNote::Level::error, element, fmt::format("/@{}", attribute),
       tr<"'{}' is no {}; expected is one of {}">(text::shorten(written, 80), what,
                                                  fmt::format("{}", fmt::join(known, ", "))));
  return {};
}

std::string Context::time_of(const Element& element, std::string_view written) {
  std::string time{text::trim(written)};
  if (parse_rfc3339(time)) return time;
  // xs:dateTime may go without an offset, and writers go without the time of day.
  for (const std::string_view rest : {"Z", "T00:00:00Z"}) {
    if (auto whole = time + std::string{rest}; parse_rfc3339(whole)) {
      warn(element, rest == "Z" ? tr<"'{}' names no offset from UTC: it became '{}'">(time, whole)
                                : tr<"'{}' names no offset from UTC and no time of day: it became '{}'">(time, whole));
      return whole;
    }
  }
  fail(element,
       tr<"'{}' is no date and time; expected is something like 2017-09-13T08:30:00Z">(text::shorten(time, 80)));
  return {};
}

std::vector<std::string> Context::products_for(const Element& element, const DefaultProducts& products,
                                               std::string_view what) {
  const auto& found = products.affected.empty() ? products.fixed : products.affected;
  defaulted_ += found.size();
  if (defaulted_ > options_.defaulted_max) {
    fail(element, tr<"this {} names no product, and all of them together would name more than {}">(
                      what, text::thousands(static_cast<long long>(options_.defaulted_max))));
    return {};
  }
  if (!products.affected.empty()) return found;
  if (products.fixed.empty()) {
    fail(element, tr<"no matching product ID was found for this {}: it names no product, and the vulnerability has "
                     "none that is affected">(what));
  } else {
    warn(element, tr<"this {} names no product, and none is affected: it became one of those that are fixed">(what));
  }
  return found;
}

void put(boost::json::object& object, std::string_view key, std::string_view text) {
  if (!text.empty()) object[key] = text;
}
void put(boost::json::object& object, std::string_view key, boost::json::array list) {
  if (!list.empty()) object[key] = std::move(list);
}
boost::json::array texts(const std::vector<std::string>& all) {
  boost::json::array list;
  std::set<std::string_view> seen;
  for (const auto& each : all) {
    if (!each.empty() && seen.insert(each).second) list.push_back(boost::json::value(each));
  }
  return list;
}

}  // namespace tocsin::formats::cvrf
