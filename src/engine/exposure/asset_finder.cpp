#include "engine/exposure/asset_finder.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>

#include "base/check.hpp"
#include "engine/exposure/matcher_state.hpp"

namespace tocsin::engine::exposure {
namespace {

using formats::inventory::Item;

/// A word that weighs nearly as much as the strongest may be the strongest once others are weighed.
constexpr double kNearlyStrongest = 0.8;
/// As many names of an order number as Matcher::match follows.
constexpr std::size_t kKnownNamesMax = 21;
/// Of patterns and what they fit: so many characters at least are fixed in front.
constexpr std::size_t kShortPrefix = 4;
constexpr std::size_t kWordBytesMax = 32;
/// Fresh pairs are laid into the others once they are a sixteenth of them.
constexpr std::size_t kFreshShare = 16;

std::uint32_t number_of(char what, std::string_view text) {
  std::string named;
  named.reserve(text.size() + 1);
  named += what;
  named += text;
  return static_cast<std::uint32_t>(KeyedHash{}(named));
}

std::uint32_t bucket(std::string_view word, std::size_t length) noexcept {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(word.front())) << 16U |
         static_cast<std::uint32_t>(length);
}

/// Two words whose neighbouring letters changed places have the same.
std::string sorted_letters(std::string_view word) {
  std::string letters{word};
  std::ranges::sort(letters);
  return letters;
}

/// Both sorted; nothing is left of `from`.
void lay_into(std::vector<std::uint64_t>& from, std::vector<std::uint64_t>& into) {
  from.erase(std::unique(from.begin(), from.end()), from.end());
  if (into.empty()) {
    into.swap(from);
  } else {
    std::vector<std::uint64_t> all;
    all.reserve(from.size() + into.size());
    std::ranges::set_union(from, into, std::back_inserter(all));
    into.swap(all);
  }
  std::vector<std::uint64_t>{}.swap(from);
}

}  // namespace

void NumberPairs::settle() {
  if (fresh_.empty()) return;
  std::ranges::sort(fresh_);
  lay_into(fresh_, sorted_);
  if (sorted_.size() * kFreshShare >= settled_.size()) lay_into(sorted_, settled_);
}

void NumberPairs::take(std::uint32_t from, std::vector<std::uint32_t>& out) const {
  TOCSIN_CHECK(fresh_.empty());
  for (const auto* pairs : {&settled_, &sorted_}) {
    for (auto at = std::ranges::lower_bound(*pairs, std::uint64_t{from} << 32U);
         at != pairs->end() && *at >> 32U == from; ++at) {
      out.push_back(static_cast<std::uint32_t>(*at));
    }
  }
}

void AssetFinder::add_term(char what, std::string_view text, std::uint32_t kind) {
  const auto number = number_of(what, text);
  if (put_.insert(number).second) kinds_by_term_.add(number, kind);
}

void AssetFinder::add(std::int64_t asset, const Item& item, std::span<const Matcher* const> known, bool anew) {
  if (full_) return;
  if (asset > std::numeric_limits<std::uint32_t>::max() || entries() > entries_max_) {
    const auto most = entries_max_;
    *this = AssetFinder{most};
    full_ = true;
    return;
  }
  const auto number = static_cast<std::uint32_t>(asset);
  const auto [kind, is_new] =
      kinds_.try_emplace(KeyedHash{}(description_of(item)), static_cast<std::uint32_t>(kinds_.size()));
  if (is_new || anew) {
    put_.clear();
    for (const auto* each : known) {
      TOCSIN_CHECK(each->state_->prepared);
      add_terms(item, each->state_->targets, kind->second);
    }
  }
  assets_by_kind_.add(kind->second, number);
  if (!item.serial.empty()) assets_by_own_.add(number_of('q', compact_order_number(item.serial)), number);
  for (const auto& [algorithm, value] : item.hashes) assets_by_own_.add(number_of('h', value), number);
}

void AssetFinder::add_words(const ItemWords& words, const Targets& known, std::uint32_t kind) {
  for (const auto& piece : words.pieces.all()) {
    add_term('p', piece, kind);
    if (const auto hundreds = hundreds_of(piece); !hundreds.empty()) add_term('p', hundreds, kind);
  }
  for (const auto& initials : words.pieces.initials()) add_term('p', initials, kind);
  for (const auto& word : words.pieces.words()) {
    if (has_digits(word) && word.size() >= kShortPrefix) {
      const auto upper = compact_order_number(word);
      add_term('e', std::string_view{upper}.substr(0, kShortPrefix), kind);
      if (upper.size() >= kOrderPrefix) add_term('f', std::string_view{upper}.substr(0, kOrderPrefix), kind);
    }
    if (known.knows(word) || word.size() > kWordBytesMax) continue;
    add_term('s', sorted_letters(word), kind);
    if (has_digits(word)) continue;
    unknown_[bucket(word, word.size())].insert(word);
    add_term('w', word, kind);
  }
  double most = 0;
  for (const auto& [word, weight] : words.to_explain) most = std::max(most, weight);
  for (const auto& [word, weight] : words.to_explain) {
    if (weight >= most * kNearlyStrongest || !known.knows(word)) add_term('t', word, kind);
  }
}

void AssetFinder::add_terms(const Item& item, const Targets& known, std::uint32_t kind) {
  const auto words = words_of(item, known);
  add_words(words, known, kind);
  auto numbers = words.order_numbers;
  // A number without digits is one only where an advisory tells it.
  if (auto model = compact_order_number(item.model); model.size() >= 4) numbers.push_back(std::move(model));
  for (const auto& number : numbers) {
    add_term('n', number, kind);
    add_term('e', std::string_view{number}.substr(0, kShortPrefix), kind);
    if (number.size() >= kOrderPrefix) add_term('f', std::string_view{number}.substr(0, kOrderPrefix), kind);
    if (const auto pattern = own_pattern(number)) {
      const auto fixed = std::string_view{*pattern}.substr(0, pattern->find_first_of("*?"));
      if (fixed.size() >= kOrderPrefix) add_term('g', fixed.substr(0, kOrderPrefix), kind);
    }
    for (const auto* in = known.every(); in != nullptr; in = in->others) {
      const auto found = in->by_order_number.find(number);
      if (found == in->by_order_number.end()) continue;
      std::set<std::uint32_t> names;
      for (const auto product : found->second) names.insert(in->products[product].name);
      std::size_t taken = 0;
      for (const auto name : names) {
        if (taken++ == kKnownNamesMax) break;
        Item named = item;
        named.vendor = in->names[name].vendor;
        named.product = in->names[name].text;
        named.name.clear();
        named.family.clear();
        add_words(words_of(named, known), known, kind);
      }
    }
  }
  for (const auto& purl : item.purls) {
    if (const auto package = package_of(purl); !package.empty()) add_term('u', package, kind);
  }
  if (item.cpe.empty()) return;
  if (const auto cpe = formats::cpe::parse(item.cpe)) add_term('c', product_of(*cpe), kind);
}

std::optional<std::vector<std::int64_t>> AssetFinder::find(const Matcher& asked_of) {
  TOCSIN_CHECK(asked_of.state_->prepared);
  const auto& asked = asked_of.state_->targets;
  if (full_) return std::nullopt;
  kinds_by_term_.settle();
  assets_by_kind_.settle();
  assets_by_own_.settle();
  std::vector<std::uint32_t> kinds, assets;
  const auto take = [&](char what, std::string_view text) { kinds_by_term_.take(number_of(what, text), kinds); };
  for (const auto& [anchor, names] : asked.by_anchor) {
    take('p', anchor);
    if (anchor.size() < 3) continue;
    take('s', sorted_letters(anchor));
    take('s', sorted_letters(anchor + "s"));
    if (anchor.back() == 's') take('s', sorted_letters(std::string_view{anchor}.substr(0, anchor.size() - 1)));
    if (has_digits(anchor)) continue;
    for (auto length = anchor.size() - 2; length <= anchor.size() + 2; ++length) {
      const auto like = unknown_.find(bucket(anchor, length));
      if (like == unknown_.end()) continue;
      for (const auto& word : like->second) {
        if (is_near(word, anchor)) take('w', word);
      }
    }
  }
  for (const auto& [word, names] : asked.by_word) take('t', word);
  for (const auto& [number, products] : asked.by_order_number) {
    take('n', number);
    if (number.size() >= kOrderPrefix) take('g', std::string_view{number}.substr(0, kOrderPrefix));
  }
  for (const auto& [pattern, product] : asked.order_patterns) {
    const auto fixed = std::string_view{pattern}.substr(0, pattern.find_first_of("*?"));
    if (fixed.size() < kShortPrefix) return std::nullopt;
    if (fixed.size() < kOrderPrefix) {
      take('e', fixed.substr(0, kShortPrefix));
    } else {
      take('f', fixed.substr(0, kOrderPrefix));
    }
  }
  for (const auto& [package, products] : asked.by_purl) take('u', package);
  for (const auto& [product, products] : asked.by_cpe) take('c', product);
  std::ranges::sort(kinds);
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  for (const auto kind : kinds) assets_by_kind_.take(kind, assets);
  for (const auto& [serial, products] : asked.by_serial) assets_by_own_.take(number_of('q', serial), assets);
  for (const auto& [hash, products] : asked.by_hash) assets_by_own_.take(number_of('h', hash), assets);
  std::ranges::sort(assets);
  assets.erase(std::unique(assets.begin(), assets.end()), assets.end());
  return std::vector<std::int64_t>(assets.begin(), assets.end());
}

}  // namespace tocsin::engine::exposure
