#include <algorithm>

#include "engine/exposure/targets.hpp"
#include "engine/exposure/vendor_group.hpp"
#include "formats/order_number.hpp"

namespace tocsin::engine::exposure {
namespace {

/// A name explains a thing less where words of the thing are left over: "FactoryTalk" is not yet "FactoryTalk View SE".
constexpr double kCoverMin = 0.72;
constexpr double kExplainedMin = 0.82;
constexpr double kNearly = 0.9;

bool is_version_like(std::string_view word) noexcept {
  if (word.starts_with('v')) word.remove_prefix(1);
  return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; }) && word.size() <= 2;
}

/// How much of "cpu15152pn" the codes of a name account for, where what is left over are words of the name, too; of
/// "x200rna" the code "x200" is only a part, for letters behind a code make another model of it.
double explained_by_codes(const std::string& word, const Name& name) {
  double best = 0;
  for (const auto& term : name.words.terms) {
    if (term.kind != NameTerm::Kind::code) continue;
    const auto& code = term.spellings.front();
    const auto at = code.size() < 3 ? std::string::npos : word.find(code);
    if (at == std::string::npos) continue;
    const auto front = word.substr(0, at), behind = word.substr(at + code.size());
    const auto known = [&](const std::string& rest) {
      return rest.empty() || name.pieces.holds(rest) || is_generic_word(rest);
    };
    best = std::max(best, known(front) && known(behind) ? 1.0 : 0.4);
  }
  return best;
}

}  // namespace

ItemWords words_of(const formats::inventory::Item& item, const Targets& targets) {
  ItemWords words;
  words.vendors = vendor_group(item.vendor);
  words.pieces = NamePieces{{item.family, item.product, item.name, item.model}};
  const auto add_number = [&words](std::string_view written) {
    auto compact = compact_order_number(written);
    if (compact.size() >= 4 && has_digits(compact) &&
        std::ranges::find(words.order_numbers, compact) == words.order_numbers.end()) {
      words.order_numbers.push_back(std::move(compact));
    }
  };
  add_number(item.model);
  for (const auto* text : {&item.product, &item.name, &item.family, &item.model}) {
    for (const auto& number : formats::order_numbers_in(*text)) add_number(number);
  }
  const NamePieces vendor{{item.vendor}};
  std::string numbers;
  for (const auto& number : words.order_numbers) {
    for (const char c : number) numbers += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    numbers += ' ';
  }
  for (const auto& word : words.pieces.words()) {
    if (vendor.holds(word) || is_generic_word(word)) continue;
    // Of an order number, which is looked up as what it is.
    if (word.size() >= 3 && has_digits(word) && numbers.find(word) != std::string::npos) continue;
    double weight = targets.frequency.contains(word) ? targets.weight_of(word) : 0.45;
    if (has_digits(word)) weight *= 1.2;
    if (is_version_like(word)) weight *= 0.4;
    words.to_explain.emplace_back(word, weight);
    words.weight += weight;
  }
  for (const auto& version : item.versions) {
    std::string digits;
    for (const char c : version.text) {
      if (c >= '0' && c <= '9') {
        digits += c;
      } else if (!digits.empty()) {
        break;
      }
    }
    if (digits.empty()) continue;
    words.version_starts.push_back("v" + digits);
    words.version_starts.push_back(digits);
  }
  return words;
}

NameFit fit(const Name& name, const ItemWords& item) {
  NameFit result;
  if (name.weight <= 0) return result;
  const bool same_vendor = !item.vendors.empty() && !name.vendors.empty() && may_be_one(item.vendors, name.vendors);
  if (!item.vendors.empty() && !name.vendors.empty() && !same_vendor) return result;

  double covered = 0, strongest = 0;
  bool code_missing = false;
  for (std::size_t i = 0; i < name.words.terms.size(); ++i) {
    const auto& term = name.words.terms[i];
    const double weight = name.weights[i];
    const auto held = std::ranges::any_of(term.spellings, [&](const auto& each) { return item.pieces.holds(each); });
    if (held) {
      covered += weight;
      strongest = std::max(strongest, weight);
    } else if (term.kind == NameTerm::Kind::version &&
               std::ranges::find(item.version_starts, term.spellings.front()) != item.version_starts.end()) {
      covered += weight;
    } else if (term.kind == NameTerm::Kind::plain && item.pieces.nearly_holds(term.spellings.front())) {
      covered += weight * kNearly;
      strongest = std::max(strongest, weight * kNearly);
    } else if (term.kind == NameTerm::Kind::code) {
      code_missing = true;
    }
  }
  const double cover = covered / name.weight;

  double explained = 0;
  bool code_unexplained = false;
  for (const auto& [word, weight] : item.to_explain) {
    const bool by_name = name.pieces.holds(word) || name.pieces.nearly_holds(word) ||
                         std::ranges::any_of(name.words.terms, [&](const NameTerm& term) {
                           return std::ranges::find(term.spellings, word) != term.spellings.end();
                         });
    if (by_name) {
      explained += weight;
    } else if (has_digits(word)) {
      const double part = explained_by_codes(word, name);
      explained += weight * part;
      code_unexplained = code_unexplained || part == 0;
    }
  }
  const double rest = item.weight > 0 ? explained / item.weight : 1;

  if (!code_missing && cover >= kCoverMin) {
    const double sure = (cover - kCoverMin) / (1 - kCoverMin);
    double confidence = 0.97 * (0.45 + 0.55 * sure) * (0.55 + 0.45 * rest);
    // Without the vendor a name has to stand for itself.
    if (!same_vendor) confidence *= strongest >= 0.45 ? 0.93 : 0.6;
    result.confidence = confidence;
    return result;
  }
  // Another model is another thing, however much else is the same.
  if (!code_unexplained && rest >= kExplainedMin && item.weight >= 0.5) {
    result.narrower = true;
    result.confidence = 0.5 * rest * (same_vendor ? 1 : 0.85);
  }
  return result;
}

}  // namespace tocsin::engine::exposure
