#include "engine/taxii/fits.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/threat/text.hpp"
#include "formats/stix/facts.hpp"

namespace tocsin::engine::taxii {
namespace {

bool has_label(const formats::stix::Facts& facts, const std::vector<std::string>& wanted) {
  return std::ranges::any_of(wanted, [&](const std::string& each) {
    const auto folded = text::fold(each);
    const auto is = [&](std::string_view label) { return text::fold(label) == folded; };
    return std::ranges::any_of(facts.labels, is) || std::ranges::any_of(facts.types, is);
  });
}

}  // namespace

std::string why_not_in(const CollectionFilter& filter, const domain::NewRevision& revision) {
  const auto type = formats::stix::type_of_id(revision.key);
  if (!filter.types.empty() && std::ranges::find(filter.types, type) == filter.types.end()) {
    return fmt::format("This collection takes objects of type {} only", fmt::join(filter.types, ", "));
  }
  if (filter.tlp_max && revision.tlp > *filter.tlp_max) {
    return fmt::format("This collection takes objects up to TLP:{}; this one counts as TLP:{}",
                       domain::to_string(*filter.tlp_max), domain::to_string(revision.tlp));
  }
  if (!filter.confidence_min && filter.labels.empty() && filter.words.empty()) return {};
  thread_local formats::stix::TapeReader reader;
  const auto root = reader.read(revision.bytes);
  if (!root) return "The object cannot be read";
  const auto facts = formats::stix::read_facts(*root);
  if (filter.confidence_min && facts.confidence.value_or(-1) < *filter.confidence_min) {
    return fmt::format("This collection takes objects that state a confidence of {} or more", *filter.confidence_min);
  }
  if (!filter.labels.empty() && !has_label(facts, filter.labels)) {
    return fmt::format("This collection takes objects with one of the labels {}", fmt::join(filter.labels, ", "));
  }
  if (!filter.words.empty()) {
    threat::Words words;
    threat::add_words(words, revision.title, revision.key, facts);
    if (!words.has(filter.words)) {
      return fmt::format("This collection takes objects with the words \"{}\"", filter.words);
    }
  }
  return {};
}

}  // namespace tocsin::engine::taxii
