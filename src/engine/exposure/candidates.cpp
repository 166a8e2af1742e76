#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/exposure/matcher_state.hpp"
#include "engine/exposure/targets.hpp"

// From a thing to the products that may be it: by identifiers, order numbers and names.
namespace tocsin::engine::exposure {
namespace {

using formats::inventory::Item;

constexpr double kByOrderNumber = 0.97;
constexpr double kByOrderPattern = 0.9;
constexpr double kByPackage = 0.97;
constexpr double kByCpe = 0.95;
constexpr double kBySerial = 0.97;
constexpr double kByHash = 0.99;
/// The name of an order number, where an advisory names the product without the number.
constexpr double kByNumbersName = 0.85;
/// Of an order number that stands for more names, only the first is followed.
constexpr std::size_t kNumbersNamesMax = 20;
/// A word that stands in more names does not lead to candidates by itself.
constexpr std::size_t kCommonWord = 600;

/// It may be a thing that no advisory names.
constexpr double kOneOfAll = 0.85;

/// Fits that are not made surer by the absence of others.
constexpr double kStandsAlready = 0.85;

void prefetch(const NameSketch& sketch) noexcept {
  __builtin_prefetch(&sketch.held);
  __builtin_prefetch(&sketch.also);
  __builtin_prefetch(&sketch.shapes);
}

std::string shown(const Item& item) {
  for (const auto* text : {&item.product, &item.name, &item.model, &item.family}) {
    if (!text->empty()) return text::shorten(*text, 80);
  }
  return "this entry";
}

/// A short pattern ("RLC4*") says something under its vendor only.
bool may_be_of(std::string_view pattern, const Name& name, const ItemWords& words) {
  return pattern.find_first_of("*?") >= kOrderPrefix || std::ranges::binary_search(words.vendors, name.vendor_id);
}

/// Two order numbers of one scheme.
bool is_one_scheme(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  if (a.substr(0, 4) == b.substr(0, 4)) return true;
  // 6ES7..., 6AG1..., 6GK5...
  const auto is_mlfb = [](std::string_view number) {
    return number.size() >= 13 && number[0] == '6' && number[1] >= 'A' && number[1] <= 'Z' && number[2] >= 'A' &&
           number[2] <= 'Z';
  };
  return is_mlfb(a) && is_mlfb(b);
}

/// Two order numbers that differ are two products, whatever their names say.
bool other_number(const std::vector<std::string>& products, const std::vector<std::string>& items) {
  if (products.empty() || items.empty()) return false;
  bool differs = false;
  for (const auto& number : items) {
    if (std::ranges::find(products, number) != products.end()) return false;
    const auto pattern = own_pattern(number);
    for (const auto& each : products) {
      if (pattern && fits_pattern(*pattern, each)) return false;
      differs = differs || is_one_scheme(each, number);
    }
  }
  return differs;
}

}  // namespace

bool fits_pattern(std::string_view pattern, std::string_view text) noexcept {
  std::size_t at = 0, star = std::string_view::npos, mark = 0, i = 0;
  while (i < text.size()) {
    if (at < pattern.size() && pattern[at] != '*' && (pattern[at] == '?' || pattern[at] == text[i])) {
      ++at;
      ++i;
    } else if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      mark = i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++mark;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

std::optional<std::string> own_pattern(std::string_view number) {
  std::string pattern{number};
  bool any = false;
  for (std::size_t i = 1; i < pattern.size(); ++i) {
    const bool behind = (pattern[i - 1] >= '0' && pattern[i - 1] <= '9') || pattern[i - 1] == '?';
    const bool wild =
        pattern[i] == 'X' && pattern.size() >= 10 && i >= kOrderPrefix && (behind || i + 2 >= pattern.size());
    if (wild) pattern[i] = '?';
    any = any || wild || pattern[i] == '*' || pattern[i] == '?';
  }
  if (!any) return std::nullopt;
  return pattern;
}

std::string whole_name(const Name& name) {
  if (name.vendor.empty() || name.text.starts_with(name.vendor)) return name.text;
  return name.vendor + " " + name.text;
}

void Matcher::State::by_identifiers(const Item& item, Candidates& candidates) const {
  for (const auto& purl : item.purls) {
    const auto package = package_of(purl);
    if (package.empty()) continue;
    if (const auto found = targets.by_purl.find(package); found != targets.by_purl.end()) {
      const auto listed = candidates.keep(package);
      for (const auto product : found->second) {
        candidates.offer(product, kByPackage, Evidence::identifier, {Reason::Kind::package, 0, listed, {}});
      }
    }
  }
  if (const auto cpe =
          item.cpe.empty() ? Result<formats::cpe::Name>{Error::invalid("")} : formats::cpe::parse(item.cpe)) {
    if (const auto found = targets.by_cpe.find(product_of(*cpe)); found != targets.by_cpe.end()) {
      const auto listed = candidates.keep(product_of(*cpe));
      for (const auto product : found->second) {
        candidates.offer(product, kByCpe, Evidence::identifier, {Reason::Kind::cpe, 0, listed, {}});
      }
    }
  }
  for (const auto& [algorithm, value] : item.hashes) {
    if (const auto found = targets.by_hash.find(value); found != targets.by_hash.end()) {
      for (const auto product : found->second) {
        candidates.offer(product, kByHash, Evidence::identifier, {Reason::Kind::hash, 0, algorithm, {}});
      }
    }
  }
  if (!item.serial.empty()) {
    if (const auto found = targets.by_serial.find(compact_order_number(item.serial));
        found != targets.by_serial.end()) {
      for (const auto product : found->second) {
        candidates.offer(product, kBySerial, Evidence::identifier, {Reason::Kind::serial, 0, item.serial, {}});
      }
    }
  }
}

void Matcher::State::by_order_numbers(const ItemWords& words, Candidates& candidates) const {
  // A model in the name of the thing, for a pattern of its maker.
  for (const auto& word : words.pieces.words()) {
    if (targets.order_patterns.empty() || word.size() < 5 || !has_digits(word)) continue;
    const auto upper = compact_order_number(word);
    for (const auto& [pattern, product] : targets.order_patterns) {
      const auto& name = targets.names[targets.products[product].name];
      if (!std::ranges::binary_search(words.vendors, name.vendor_id) || !fits_pattern(pattern, upper)) continue;
      candidates.offer(product, kByOrderPattern, Evidence::order_pattern,
                       {Reason::Kind::model_fits, targets.products[product].name, candidates.keep(upper), pattern});
    }
  }
  for (const auto& number : words.order_numbers) {
    if (const auto found = targets.by_order_number.find(number); found != targets.by_order_number.end()) {
      for (const auto product : found->second) {
        candidates.offer(product, kByOrderNumber, Evidence::order_number,
                         {Reason::Kind::number_is, targets.products[product].name, number, {}});
      }
    }
    for (const auto& [pattern, product] : targets.order_patterns) {
      if (fits_pattern(pattern, number) && may_be_of(pattern, targets.names[targets.products[product].name], words)) {
        candidates.offer(product, kByOrderPattern, Evidence::order_pattern,
                         {Reason::Kind::number_fits, targets.products[product].name, number, pattern});
      }
    }
    const auto pattern = own_pattern(number);
    if (!pattern) continue;
    const auto fixed = pattern->substr(0, pattern->find_first_of("*?"));
    if (fixed.size() < kOrderPrefix) continue;
    const auto near = targets.by_order_prefix.find(fixed.substr(0, kOrderPrefix));
    if (near == targets.by_order_prefix.end()) continue;
    for (const auto product : near->second) {
      for (const auto& own : targets.products[product].numbers) {
        if (!fits_pattern(*pattern, own)) continue;
        candidates.offer(product, kByOrderPattern, Evidence::order_pattern,
                         {Reason::Kind::number_fits, targets.products[product].name, number, own});
      }
    }
  }
}

namespace {

bool holds_essential(const Name& other, const Name& name) {
  return std::ranges::all_of(name.words.terms, [&](const NameTerm& term) {
    return term.kind == NameTerm::Kind::generic || term.kind == NameTerm::Kind::version ||
           std::ranges::any_of(term.spellings, [&](const auto& each) { return other.pieces.holds(each); });
  });
}

/// The names that hold all that the inventory says: found once for a thing, and only where a name asks for them.
class Holders {
 public:
  Holders(const Targets& targets, const ItemWords& words) : targets_(targets), words_(words) {}

  /// Is this the only one, or do all others hold the same model?
  bool is_meant_alone(const Name& name) {
    if (!found_) find();
    if (many_) return false;
    if (is_end_of(name)) {
      return std::ranges::all_of(holders_, [&](const Holder& each) {
        const auto& other = *each.name;
        const bool same_vendor = each.in == &targets_ ? other.vendor_id == name.vendor_id : other.vendor == name.vendor;
        return !same_vendor || other.essential == name.essential || !is_end_of(other) || ends_alike(other, name);
      });
    }
    return std::ranges::all_of(holders_, [&](const Holder& each) {
      const auto& other = *each.name;
      if (other.essential == name.essential || differ_by_kind(other, name)) return true;
      const bool same_vendor = each.in == &targets_ ? other.vendor_id == name.vendor_id : other.vendor == name.vendor;
      if (!same_vendor) return true;
      // Members of a family, where the family itself is named.
      if (name.words.is_family && holds_essential(other, name)) return true;
      // What has a code of its own is called by it: "SIPLUS S7-1200 CP 1243-1" is no plain "S7-1200".
      if (name.words.is_family && by_code_ && has_more_codes(other, name)) return true;
      return by_code_ && !has_more_codes(other, name);
    });
  }

  /// Has each name that may be meant a product of this advisory? Then the thing is one of them, whichever.
  bool are_all_of(const std::string& advisory, const Name& name) {
    if (!found_) find();
    return !many_ && std::ranges::all_of(holders_, [&](const Holder& each) {
      const bool same_vendor =
          each.in == &targets_ ? each.name->vendor_id == name.vendor_id : each.name->vendor == name.vendor;
      return !same_vendor || std::ranges::any_of(each.name->products, [&](std::uint32_t product) {
        return each.in->documents[each.in->products[product].advisory].id == advisory;
      });
    });
  }

 private:
  struct Holder {
    const Targets* in = nullptr;
    const Name* name = nullptr;
  };

  /// Words of a name that tell it, in their order.
  static std::vector<const NameTerm*> telling(const Name& name) {
    std::vector<const NameTerm*> terms;
    for (const auto& term : name.words.terms) {
      if (term.kind == NameTerm::Kind::plain || term.kind == NameTerm::Kind::code) terms.push_back(&term);
    }
    return terms;
  }

  /// "CX-Programmer" of "SYSMAC CX-Programmer": what stands before is a brand. Not of words that tell a kind alone.
  bool is_end_of(const Name& name) const {
    const auto terms = telling(name);
    const auto& words = words_.to_explain;
    if (words.empty() || words.size() > terms.size()) return false;
    bool says_something = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto& [word, weight] = words[words.size() - 1 - i];
      if (std::ranges::find(terms[terms.size() - 1 - i]->spellings, word) ==
          terms[terms.size() - 1 - i]->spellings.end())
        return false;
      says_something = says_something || (word.size() >= 3 && !is_kind_word(word) && !is_part_word(word));
    }
    return says_something;
  }

  /// Is one of the two the end of the other?
  static bool ends_alike(const Name& a, const Name& b) {
    const auto one = telling(a), two = telling(b);
    for (std::size_t i = 1; i <= std::min(one.size(), two.size()); ++i) {
      if (one[one.size() - i]->spellings.front() != two[two.size() - i]->spellings.front()) return false;
    }
    return true;
  }

  void find() {
    found_ = true;
    many_ = words_.to_explain.empty();
    if (many_) return;
    const auto& word = words_.strongest;
    // A model's code tells it by itself: "R01CPU".
    by_code_ =
        word.size() >= 4 && has_digits(word) && !std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
    std::size_t seen = 0;
    for (const auto* known = targets_.every(); known != nullptr; known = known->others) {
      const auto at = known->by_word.find(word);
      if (at == known->by_word.end()) continue;
      seen += at->second.size();
      many_ = many_ || seen > kCommonWord;
      if (many_) return;
      for (const auto each : at->second) take(*known, each);
    }
  }

  void take(const Targets& known, std::uint32_t at) {
    const auto& sketch = known.sketches[at];
    if (!std::ranges::all_of(words_.sketch.words, [&](const auto& word) { return sketch.may_hold(word.hash); })) return;
    const auto& name = known.names[at];
    if (!holds_all(name, words_)) return;
    holders_.push_back({&known, &name});
  }

  /// Has it a code that neither the thing nor the name has?
  bool has_more_codes(const Name& other, const Name& name) const {
    return std::ranges::any_of(other.words.terms, [&](const NameTerm& term) {
      return term.kind == NameTerm::Kind::code && std::ranges::none_of(term.spellings, [&](const auto& each) {
               return words_.pieces.holds(each) || name.pieces.holds(each);
             });
    });
  }

  const Targets& targets_;
  const ItemWords& words_;
  std::vector<Holder> holders_;
  bool found_ = false, many_ = false, by_code_ = false;
};

}  // namespace

void Matcher::State::by_names(const Item& item, const ItemWords& words, std::string_view number,
                              Candidates& candidates) const {
  const double factor = number.empty() ? 1 : kByNumbersName;
  std::vector<std::uint32_t> names;
  std::vector<char> is_vendor(words.has_vendor ? targets.vendors.size() : 0, 0);
  for (const auto vendor : words.vendors) is_vendor[vendor] = 1;
  const auto take = [&](Targets::Postings Targets::* postings, const HashedWord& piece, std::size_t most) {
    const auto* found = targets.led_to(postings, piece, most);
    if (found == nullptr) return;
    for (const auto at : *found) {
      const auto& sketch = targets.sketches[at];
      // Of another vendor only where its name stands in the product's: "Siemens SIMATIC WinCC OA".
      if (!words.has_vendor || is_vendor[sketch.vendor] != 0 ||
          (!words.sketch.vendor_words.empty() && sketch.may_hold(words.sketch.vendor_words.front()) &&
           targets.names[at].pieces.holds_hash(words.sketch.vendor_words.front()))) {
        names.push_back(at);
      }
    }
  };
  for (std::size_t i = 0; i < words.pieces.all().size(); ++i) {
    const HashedWord piece{words.pieces.all()[i], words.pieces.hashes()[i]};
    take(&Targets::by_anchor, piece, kCommonWord * 4);
  }
  for (const auto& initials : words.pieces.initials()) take(&Targets::by_anchor, HashedWord{initials}, kCommonWord);
  for (const auto& hundreds : words.hundreds) take(&Targets::by_anchor, HashedWord{hundreds}, kCommonWord);
  for (const auto& word : words.pieces.words()) {
    for (const auto& near : targets.near_words(word)) take(&Targets::by_anchor, HashedWord{near}, kCommonWord);
  }
  // An inventory that says less than the name: by its own strongest word.
  if (!words.to_explain.empty()) take(&Targets::by_word, HashedWord{words.strongest}, kCommonWord);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const auto called = candidates.keep(shown(item));
  Holders holders{targets, words};
  for (std::size_t i = 0; i < names.size(); ++i) {
    // They lie far from each other: the next are fetched while these are looked at.
    if (i + 8 < names.size()) prefetch(targets.sketches[names[i + 8]]);
    if (i + 4 < names.size()) __builtin_prefetch(targets.sketch_terms.data() + targets.sketches[names[i + 4]].terms);
    const auto at = names[i];
    if (!may_fit(targets.sketches[at], targets.sketch_terms, words)) continue;
    const auto& name = targets.names[at];
    auto fitting = fit(name, words);
    // What says less than a name but can only mean it.
    if (fitting.may_stand && fitting.confidence < kStandsAlready && holders.is_meant_alone(name)) {
      fitting.narrower = false;
      fitting.confidence = std::max(fitting.confidence, fitting.if_alone);
    }
    const double confidence = fitting.confidence * factor;
    if (confidence < kConfidenceMin) continue;
    const auto evidence = fitting.narrower    ? Evidence::narrower
                          : factor < 1        ? Evidence::numbers_name
                          : !words.has_vendor ? Evidence::name_alone
                                              : Evidence::name;
    const Reason reason{fitting.narrower ? Reason::Kind::may_be : Reason::Kind::names, at, called, number};
    for (const auto product : name.products) {
      if (other_number(targets.products[product].numbers, words.order_numbers)) continue;
      // "XHQ Operations Intelligence" of the advisory so called, which goes on with "XHQ".
      const auto& title = targets.documents[targets.products[product].advisory].title;
      const bool by_title = evidence == Evidence::narrower && !fitting.more.empty() &&
                            std::ranges::all_of(fitting.more, [&](std::size_t more) {
                              return std::ranges::find(title, words.sketch.words[more].hash) != title.end();
                            });
      // "BodyGuard" of an advisory of "BodyGuard Pumps" and "BodyGuard Twins", and of no other.
      if ((evidence == Evidence::narrower || confidence < kConfidenceShown) && fitting.may_stand &&
          fitting.more.empty() && holders.are_all_of(targets.documents[targets.products[product].advisory].id, name)) {
        candidates.offer(product, fitting.if_alone * kOneOfAll * factor, Evidence::name, reason, true);
        continue;
      }
      candidates.offer(product, confidence, by_title ? Evidence::name : evidence,
                       by_title ? Reason{Reason::Kind::names, at, called, number} : reason);
    }
  }
}

void Matcher::State::by_numbers_names(const Item& item, const ItemWords& words, Candidates& candidates,
                                      VendorMemo* memo) const {
  for (const auto& number : words.order_numbers) {
    for (const auto* known_in = targets.every(); known_in != nullptr; known_in = known_in->others) {
      const auto found = known_in->by_order_number.find(number);
      if (found == known_in->by_order_number.end()) continue;
      std::set<std::uint32_t> names;
      for (const auto product : found->second) names.insert(known_in->products[product].name);
      for (const auto name : names) {
        Item known = item;
        known.vendor = known_in->names[name].vendor;
        known.product = known_in->names[name].text;
        known.name.clear();
        known.family.clear();
        // Called so already: what follows would be less sure.
        const bool is_same =
            item.name.empty() && item.family.empty() && item.vendor == known.vendor && item.product == known.product;
        if (!is_same) by_names(known, words_of(known, targets, memo), number, candidates);
        if (names.size() > kNumbersNamesMax) break;
      }
    }
  }
}

std::span<const Candidate> Candidates::best() {
  std::ranges::sort(offered_, [](const Candidate& a, const Candidate& b) {
    if (a.product != b.product) return a.product < b.product;
    return a.fit != b.fit ? a.fit > b.fit : a.number < b.number;
  });
  const auto [first, last] = std::ranges::unique(offered_, {}, &Candidate::product);
  offered_.erase(first, last);
  return offered_;
}

std::string sentence(const Reason& reason, const Targets& targets) {
  const auto name = [&] { return whole_name(targets.names[reason.name]); };
  switch (reason.kind) {
    case Reason::Kind::package:
      return fmt::format("package {} is listed", reason.text);
    case Reason::Kind::cpe:
      return fmt::format("CPE {} is listed", reason.text);
    case Reason::Kind::hash:
      return fmt::format("the file's {} is listed", reason.text);
    case Reason::Kind::serial:
      return fmt::format("serial number {} is listed", reason.text);
    case Reason::Kind::model_fits:
      return fmt::format("model {} fits {}, {}", reason.text, reason.more, name());
    case Reason::Kind::number_is:
      return fmt::format("order number {} is {}", reason.text, name());
    case Reason::Kind::number_fits:
      return fmt::format("order number {} fits {}, {}", reason.text, reason.more, name());
    case Reason::Kind::may_be:
      return fmt::format("\"{}\" may be {}", reason.text, name());
    case Reason::Kind::names:
      if (reason.more.empty()) return fmt::format("\"{}\" names {}", reason.text, name());
      return fmt::format("order number {} is known as \"{}\", which names {}", reason.more, reason.text, name());
  }
  return {};
}

}  // namespace tocsin::engine::exposure
