#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "engine/exposure/targets.hpp"
#include "formats/order_number.hpp"

// What an inventory says of a thing, as the words that a name is held against.
namespace tocsin::engine::exposure {
namespace {

/// What only says what a thing does or where it stands need not be in its name.
constexpr double kDescribing = 0.5;
constexpr double kSmall = 0.3;       ///< Of words that are written small, as descriptions are.
constexpr double kOfUnknown = 0.45;  ///< What a word says that stands in no name.
/// A word of this weight tells whose it is.
constexpr double kTellsVendor = 0.5;

std::vector<ItemWords::Join> joins_of(const std::vector<std::string>& words) {
  constexpr std::size_t kWordsMax = 24;
  std::vector<ItemWords::Join> joins;
  for (std::size_t first = 0; first < words.size() && words.size() <= kWordsMax; ++first) {
    std::string whole, initials;
    for (std::size_t last = first; last < words.size() && last < first + 5; ++last) {
      whole += words[last];
      initials += words[last].front();
      const auto count = last - first + 1;
      if (count > 1 && count <= 3) joins.push_back({KeyedHash{}(whole), first, last, false});
      if (count >= 3) joins.push_back({KeyedHash{}(initials), first, last, true});
    }
  }
  return joins;
}

/// "3", "35", "3516" of "V3.5.16"; "14" and "sp1" of "V14 SP1".
void add_version_starts(std::string_view version, std::vector<std::string>& starts) {
  constexpr std::size_t kStartsMax = 12;
  std::string numbers, word;
  bool in_numbers = true;
  const auto folded = text::fold(version.substr(0, 200)) + " ";
  for (std::size_t at = 0; at < folded.size() && starts.size() < kStartsMax; ++at) {
    const char c = folded[at];
    const bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'z';
    if (digit || letter) {
      word += c;
      continue;
    }
    if (word.empty()) continue;
    std::string_view part = word;
    if (part.size() > 1 && (part.front() == 'v' || part.front() == 'r') && part[1] >= '0' && part[1] <= '9')
      part.remove_prefix(1);
    const bool all_digits = std::ranges::all_of(part, [](char each) { return each >= '0' && each <= '9'; });
    if (all_digits && in_numbers) {
      numbers += part;
      starts.push_back(numbers);
    } else if (has_digits(part)) {
      starts.emplace_back(part);
      // "se2020" of "se2020mp11"
      const auto number = part.find_first_of("0123456789");
      const auto behind = part.find_first_not_of("0123456789", number);
      if (number > 0 && behind != part.npos && behind - number >= 4) starts.emplace_back(part.substr(0, behind));
    }
    if (!numbers.empty() && c != '.') in_numbers = false;
    word.clear();
  }
}

bool repeats_version(std::string_view word, const std::vector<std::string>& starts) {
  if (word.starts_with('v')) word.remove_prefix(1);
  return std::ranges::find(starts, word) != starts.end();
}

/// "cj2h" of the word "cj2hcpu64eip", which is written "CJ2H-CPU64-EIP": what stands before the first dash of a code.
std::vector<std::pair<std::string, std::string>> heads_of(const formats::inventory::Item& item) {
  constexpr std::size_t kHeadMin = 3, kRestMin = 3;
  std::vector<std::pair<std::string, std::string>> heads;
  for (const auto* text : {&item.product, &item.name, &item.model}) {
    for (const auto word : text::split(*text, ' ')) {
      const auto dash = word.find_first_of("-.");
      if (dash == word.npos || dash < kHeadMin || word.size() - dash - 1 < kRestMin) continue;
      auto head = compact_word(word.substr(0, dash));
      if (has_digits(head)) heads.emplace_back(compact_word(word), std::move(head));
    }
  }
  return heads;
}

/// "S7-1500" of "CPU 1516-3 PN/DP" and "1512C", where the maker's CPUs are told by their numbers alone.
std::string_view family_of_cpu(const formats::inventory::Item& item, const VendorWords& vendor) {
  if (std::ranges::find(vendor.words, "siemens") == vendor.words.end()) return {};
  static constexpr auto kFamilies = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"31", "S7-300"}, {"41", "S7-400"}, {"121", "S7-1200"}, {"151", "S7-1500"}, {"150", "S7-1500"}});
  const auto tells_cpu = [](std::string_view text) { return text::contains_ignore_case_ascii(text, "cpu"); };
  if (!tells_cpu(item.product) && !tells_cpu(item.model) && !tells_cpu(item.name)) return {};
  const NamePieces pieces{{item.product, item.model, item.name}};
  if (!pieces.holds("cpu") || pieces.holds("s7")) return {};
  const auto& words = pieces.words();
  for (std::size_t at = 0; at < words.size(); ++at) {
    std::string_view number = words[at];
    if (number.starts_with("cpu")) number.remove_prefix(3);
    const auto digits = std::min(number.find_first_not_of("0123456789"), number.size());
    for (const auto& [front, family] : kFamilies) {
      // "414-3" is one word of four digits: "4143".
      const bool is_long = front.size() == 3;
      if (number.starts_with(front) && (is_long ? digits >= 4 && digits <= 5 : digits >= 3 && digits <= 4))
        return family;
    }
  }
  return {};
}

/// Words that begin small in a text whose others begin with capitals, but for those that make another part.
std::vector<std::string> small_words(const formats::inventory::Item& item) {
  std::vector<std::string> small;
  for (const auto* text : {&item.product, &item.name}) {
    const auto words = text::split(*text, ' ');
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (words.empty() || words.front().empty() || !std::ranges::any_of(words.front(), is_upper)) continue;
    for (const auto word : words) {
      const auto all_small = std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
      if (word.size() >= 3 && all_small && !is_part_word(word)) small.emplace_back(word);
    }
  }
  // A word in the model's column that is no model.
  for (const auto word : text::split(item.model, ' ')) {
    if (!has_digits(item.model) && word.size() >= 3 && !is_part_word(text::lower_ascii(word)))
      small.push_back(text::lower_ascii(word));
  }
  return small;
}

VendorWords vendor_words_of(const std::string& vendor, bool says_something, const Targets& targets) {
  VendorWords made{.vendors = {}, .words = {}, .pieces = NamePieces{{vendor}}};
  if (says_something) made.vendors = targets.vendors_like(vendor);
  for (const auto& word : made.pieces.words()) {
    if (!is_generic_word(word) && word.size() >= 2) made.words.push_back(word);
  }
  return made;
}

}  // namespace

ItemWords words_of(const formats::inventory::Item& item, const Targets& targets, VendorMemo* memo) {
  ItemWords words;
  words.has_vendor = item.vendor.find_first_not_of(" \t-") != std::string::npos;
  VendorMemo alone;
  if (memo == nullptr) memo = &alone;
  if (memo->size() > kVendorsKept) memo->clear();
  const auto [known, is_new] = memo->try_emplace(item.vendor);
  if (is_new) known->second = vendor_words_of(item.vendor, words.has_vendor, targets);
  const auto& vendor = known->second.pieces;
  words.vendors = known->second.vendors;
  words.vendor_words = known->second.words;
  words.small = small_words(item);
  words.heads = heads_of(item);
  if (item.model.find_first_of(" /,(") == std::string::npos) words.model = compact_word(item.model);
  words.pieces = NamePieces{{item.family, item.product, item.name, item.model, family_of_cpu(item, known->second)}};
  const auto add_number = [&words, &targets](std::string_view written) {
    auto compact = compact_order_number(written);
    if (compact.size() >= 4 && (has_digits(compact) || targets.by_order_number.contains(compact)) &&
        std::ranges::find(words.order_numbers, compact) == words.order_numbers.end()) {
      words.order_numbers.push_back(std::move(compact));
    }
  };
  add_number(item.model);
  for (const auto* text : {&item.product, &item.name, &item.family, &item.model}) {
    for (const auto& number : formats::order_numbers_in(*text)) add_number(number);
  }
  for (const auto& version : item.versions) add_version_starts(version.text, words.version_starts);
  std::string numbers;
  for (const auto& number : words.order_numbers) {
    for (const char c : number) numbers += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    numbers += ' ';
  }
  // A product that is called like its vendor: "OpenClinic GA" of OpenClinic GA.
  const bool only_vendor = std::ranges::all_of(
      words.pieces.words(), [&](const std::string& word) { return vendor.holds(word) || is_generic_word(word); });
  for (const auto& word : words.pieces.words()) {
    if ((vendor.holds(word) && !only_vendor) || is_generic_word(word)) continue;
    // "DirectSOFT 6" in version 6.1: the version tells it.
    if (!word.starts_with('v') && is_version_like(word) && repeats_version(word, words.version_starts)) continue;
    // Of an order number, which is looked up as what it is.
    if (word.size() >= 3 && has_digits(word) && numbers.find(word) != std::string::npos) continue;
    double weight = targets.weight_if_known(HashedWord{word}).value_or(kOfUnknown);
    if (has_digits(word)) weight *= 1.2;
    if (is_version_like(word)) weight *= 0.4;
    if (is_describing_word(word)) weight *= kDescribing;
    const auto& asides = words.pieces.asides();
    if (std::ranges::find(words.small, word) != words.small.end() ||
        (!has_digits(word) && std::ranges::find(asides, word) != asides.end())) {
      weight *= kSmall;
    }
    words.to_explain.emplace_back(word, weight);
    words.weight += weight;
  }
  words.joins = joins_of(words.pieces.words());
  for (std::size_t i = 0; i < words.pieces.all().size(); ++i) {
    const HashedWord piece{words.pieces.all()[i], words.pieces.hashes()[i]};
    if (const auto found = targets.word_ids.find(piece); found != targets.word_ids.end())
      words.ids.push_back(found->second);
    if (auto hundreds = hundreds_of(piece.text); !hundreds.empty()) words.hundreds.push_back(std::move(hundreds));
  }
  std::ranges::sort(words.ids);
  for (const auto& word : words.pieces.words()) {
    if (word.size() >= 4 && !targets.knows(word) && !is_describing_word(word)) words.unknown.push_back(word);
  }
  const auto strongest = std::ranges::max_element(words.to_explain, {}, [](const auto& each) { return each.second; });
  if (strongest != words.to_explain.end()) words.strongest = strongest->first;
  if (!words.has_vendor && !words.to_explain.empty()) {
    words.sole_vendor = strongest->second >= kTellsVendor && targets.is_of_one_vendor(strongest->first);
  }
  words.sketch = sketch_of(words);
  return words;
}

}  // namespace tocsin::engine::exposure
