#include "engine/exposure/matcher.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "engine/exposure/matcher_state.hpp"
#include "engine/exposure/targets.hpp"

namespace tocsin::engine::exposure {

namespace csaf = formats::csaf;
using formats::inventory::Item;

namespace {

/// A version that a text tells as that of its firmware: "fw 2.8.1" of "SIMATIC S7-1500 CPU 1515-2 PN fw 2.8.1".
struct FirmwareTold {
  std::size_t begin = 0, end = 0;  ///< Of all of it.
  std::string_view version;
};
std::optional<FirmwareTold> firmware_told(std::string_view text) {
  const auto folded = text::lower_ascii(text);
  const auto is_letter = [&](std::size_t at) { return at < folded.size() && folded[at] >= 'a' && folded[at] <= 'z'; };
  const auto is_digit = [&](std::size_t at) { return at < folded.size() && folded[at] >= '0' && folded[at] <= '9'; };
  for (const std::string_view word : {"firmware", "fw"}) {
    for (auto begin = folded.find(word); begin != folded.npos; begin = folded.find(word, begin + 1)) {
      if (begin > 0 && (is_letter(begin - 1) || is_digit(begin - 1))) continue;
      auto at = folded.find_first_not_of(" :=-_.", begin + word.size());
      for (const std::string_view mark : {"version", "ver", "rev", "v"}) {
        if (at == folded.npos || folded.compare(at, mark.size(), mark) != 0 || is_letter(at + mark.size())) continue;
        at = folded.find_first_not_of(" :=.", at + mark.size());
      }
      if (at == folded.npos || !is_digit(at)) continue;
      auto end = at;
      while (is_digit(end) || is_letter(end) || (end < folded.size() && (folded[end] == '.' || folded[end] == '-'))) {
        ++end;
      }
      while (folded[end - 1] == '.' || folded[end - 1] == '-') --end;
      return FirmwareTold{begin, end, text.substr(at, end - at)};
    }
  }
  return std::nullopt;
}

/// The version that a text ends with: "v7.1 SP1" of "ProClima v7.1 SP1", "8.0" of "AquaView 8.0", "2017 Update 1" of
/// "InTouch Edge HMI 2017 Update 1". A whole number may be a part of the name.
std::optional<FirmwareTold> version_at_end(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto words = text::split(text, ' ');
  const auto folded = [&](std::size_t at) { return text::lower_ascii(words[at]); };
  auto first = words.size();
  // "SP1", "SP 1", "Update 3", "R2", "HF1" stand behind it.
  while (first > 1) {
    const auto word = folded(first - 1);
    const bool number = std::ranges::all_of(word, is_digit) && first > 2;
    const auto mark = number ? folded(first - 2) : word;
    bool is_more = false;
    for (const std::string_view each : {"sp", "update", "upd", "hf", "patch", "build"}) {
      is_more = is_more ||
                (number ? mark == each : mark.starts_with(each) && mark.size() > each.size() && is_digit(mark.back()));
    }
    if (!is_more) break;
    first -= number ? 2 : 1;
  }
  if (first < 2) return std::nullopt;
  const auto word = words[first - 1];
  const bool has_v = word.size() > 1 && (word.front() == 'v' || word.front() == 'V');
  const auto number = word.substr(has_v ? 1 : 0);
  const bool is_number = !number.empty() && is_digit(number.front()) && is_digit(number.back()) &&
                         std::ranges::all_of(number, [&](char c) { return is_digit(c) || c == '.'; });
  const bool is_year = number.size() == 4 && number.starts_with("20") && first < words.size();
  if (!is_number || (!has_v && !is_year && std::ranges::count(number, '.') < 1)) return std::nullopt;
  const auto begin = static_cast<std::size_t>(word.data() - text.data());
  return FirmwareTold{begin, text.size(), text.substr(begin)};
}

}  // namespace

std::optional<Item> with_version_of_name(const Item& item) {
  if (!item.versions.empty()) return std::nullopt;
  for (auto Item::* const field : {&Item::product, &Item::name}) {
    const auto& text = item.*field;
    auto told = firmware_told(text);
    if (!told) told = version_at_end(text);
    if (told) {
      auto made = item;
      made.versions.push_back({.component = "firmware", .text = std::string{told->version}});
      (made.*field).erase(told->begin, told->end - told->begin);
      made.*field = text::trim(made.*field);
      return made;
    }
  }
  return std::nullopt;
}

std::string_view to_string(Status status) noexcept {
  switch (status) {
    case Status::affected:
      return "affected";
    case Status::undecidable:
      return "undecidable";
    case Status::under_investigation:
      return "under_investigation";
    case Status::fixed:
      return "fixed";
    case Status::not_affected:
      return "not_affected";
  }
  return "undecidable";
}

Matcher::Matcher() : state_(std::make_unique<State>()) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

void strip(csaf::Advisory& advisory) {
  advisory.notes.clear();
  advisory.references.clear();
  advisory.acknowledgments.clear();
  advisory.history.clear();
  for (auto& vulnerability : advisory.vulnerabilities) {
    vulnerability.notes.clear();
    vulnerability.references.clear();
    vulnerability.acknowledgments.clear();
  }
}

std::size_t Matcher::add(const csaf::Advisory& advisory) {
  state_->prepared = false;
  return state_->targets.add(advisory);
}
void Matcher::prepare(const Matcher* others, bool part_of_others) {
  TOCSIN_CHECK(others == nullptr ? !part_of_others : others->state_->prepared);
  state_->targets.others = others == nullptr ? nullptr : &others->state_->targets;
  state_->targets.part_of_others = part_of_others;
  state_->targets.prepare();
  state_->prepared = true;
}
std::size_t Matcher::advisories() const noexcept { return state_->targets.documents.size(); }
const std::string& Matcher::id_of(std::size_t advisory) const noexcept {
  return state_->targets.documents[advisory].id;
}

std::vector<Match> Matcher::match(const Item& item) const {
  TOCSIN_CHECK(state_->prepared);
  bool by_serial = false;
  return state_->match(item, by_serial);
}

std::vector<Match> Matcher::State::match(const Item& item, bool& by_serial, VendorMemo* memo) const {
  if (const auto told = with_version_of_name(item)) return match(*told, by_serial, memo);
  Candidates candidates;
  const auto words = words_of(item, targets, memo);
  by_identifiers(item, candidates);
  by_order_numbers(words, candidates);
  by_names(item, words, {}, candidates);
  by_numbers_names(item, words, candidates, memo);
  const auto all = candidates.best();
  by_serial =
      std::ranges::any_of(all, [&](const Candidate& each) { return asks_serial(targets.products[each.product]); });
  std::vector<Match> matches;
  // An advisory's products follow each other.
  const auto advisory_of = [&](const Candidate& each) { return targets.products[each.product].advisory; };
  for (auto rest = all; !rest.empty();) {
    const auto advisory = advisory_of(rest.front());
    const auto end = std::ranges::find_if(rest, [&](const auto& each) { return advisory_of(each) != advisory; });
    const auto count = static_cast<std::size_t>(end - rest.begin());
    if (auto match = judge(item, words, rest.first(count))) matches.push_back(std::move(*match));
    rest = rest.subspan(count);
  }
  std::ranges::sort(matches, [](const Match& a, const Match& b) {
    if (a.status != b.status) return a.status < b.status;
    return a.confidence != b.confidence ? a.confidence > b.confidence : a.advisory < b.advisory;
  });
  return matches;
}

bool Matcher::State::is_listed(const Item& item) const {
  if (!item.serial.empty() && targets.by_serial.contains(compact_order_number(item.serial))) return true;
  return std::ranges::any_of(item.hashes, [&](const auto& hash) { return targets.by_hash.contains(hash.second); });
}

}  // namespace tocsin::engine::exposure
