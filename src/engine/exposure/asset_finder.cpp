#include "engine/exposure/asset_finder.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <mutex>
#include <set>
#include <thread>

#include "base/check.hpp"
#include "base/parallel.hpp"
#include "engine/exposure/matcher_state.hpp"
#include "engine/exposure/packed_item.hpp"
#include "formats/order_number.hpp"

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
/// So many kinds are worth threads of their own to ask about them.
constexpr std::size_t kAskedTogether = 500;
constexpr unsigned kAskingThreadsMax = 4;
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

bool NumberPairs::holds(std::uint32_t from, std::uint32_t to) const noexcept {
  const auto pair = std::uint64_t{from} << 32U | to;
  return std::ranges::binary_search(settled_, pair) || std::ranges::binary_search(sorted_, pair);
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
    *this = AssetFinder{entries_max_, text_bytes_max_};
    full_ = true;
    return;
  }
  const auto number = static_cast<std::uint32_t>(asset);
  const auto [kind, is_new] =
      kinds_.try_emplace(KeyedHash{}(description_of(item)), static_cast<std::uint32_t>(kinds_.size()));
  if (is_new) keep_text(item);
  if (is_new || anew) {
    put_.clear();
    for (const auto* each : known) {
      TOCSIN_CHECK(each->state_->prepared);
      add_terms(item, each->state_->targets, kind->second);
    }
  }
  if (is_new || !assets_by_kind_.holds(kind->second, number)) assets_by_kind_.add(kind->second, number);
  if (!item.serial.empty()) assets_by_own_.add(number_of('q', compact_order_number(item.serial)), number);
  for (const auto& [algorithm, value] : item.hashes) assets_by_own_.add(number_of('h', value), number);
}

void AssetFinder::keep_text(const Item& item) {
  auto& kind = texts_.emplace_back(Kind{.base = kNoText, .name_begin = static_cast<std::uint32_t>(names_.size())});
  auto packed = pack(item, false);
  // Offsets are of 32 bits; what is kept besides of each kind counts, too.
  const auto bytes = names_.size() + base_bytes_.size() + texts_.size() * sizeof(Kind);
  if (bytes + packed.size() + item.name.size() > text_bytes_max_) return;
  const auto [base, is_new] = bases_.try_emplace(KeyedHash{}(packed), static_cast<std::uint32_t>(base_begins_.size()));
  if (is_new) {
    base_begins_.push_back(static_cast<std::uint32_t>(base_bytes_.size()));
    base_bytes_ += packed;
  }
  kind.base = base->second;
  names_ += item.name;
}

std::string_view AssetFinder::base_bytes(std::uint32_t base) const {
  const auto begin = base_begins_[base];
  const auto end = base + 1 < base_begins_.size() ? base_begins_[base + 1] : base_bytes_.size();
  return std::string_view{base_bytes_}.substr(begin, end - begin);
}

Item AssetFinder::item_of(std::uint32_t kind) const {
  auto item = unpack(base_bytes(texts_[kind].base));
  const auto begin = texts_[kind].name_begin;
  const auto end = kind + 1 < texts_.size() ? texts_[kind + 1].name_begin : names_.size();
  item.name = names_.substr(begin, end - begin);
  return item;
}

void AssetFinder::add_words(const ItemWords& words, const Targets& known, std::uint32_t kind) {
  for (const auto& piece : words.pieces.all()) add_term('p', piece, kind);
  for (const auto& hundreds : words.hundreds) add_term('p', hundreds, kind);
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
  if (const auto told = with_version_of_name(item)) {
    add_terms(*told, known, kind);
    return;
  }
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
      texts_[kind].is_known_by_number = true;
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

void AssetFinder::settle() {
  kinds_by_term_.settle();
  assets_by_kind_.settle();
  assets_by_own_.settle();
}

bool AssetFinder::is_named_by(const Matcher& advisories, const Item& item) {
  const auto& named = advisories.state_->targets.by_order_number;
  if (named.empty()) return false;
  const auto is_named = [&named](std::string_view written) { return named.contains(compact_order_number(written)); };
  if (is_named(item.model)) return true;
  return std::ranges::any_of(
      std::array{&item.product, &item.name, &item.family, &item.model},
      [&](const std::string* text) { return std::ranges::any_of(formats::order_numbers_in(*text), is_named); });
}

std::optional<std::vector<std::int64_t>> AssetFinder::find(const Matcher& asked_of, Effort* effort,
                                                           KindAnswers* answers) {
  TOCSIN_CHECK(asked_of.state_->prepared);
  const auto& asked = asked_of.state_->targets;
  if (full_) return std::nullopt;
  settle();
  // Those that a name leads to, where the vendor has to fit; and those that something else leads to.
  std::vector<std::uint32_t> by_name, kinds, assets;
  const auto take = [&](char what, std::string_view text) { kinds_by_term_.take(number_of(what, text), kinds); };
  const auto take_name = [&](char what, std::string_view text) { kinds_by_term_.take(number_of(what, text), by_name); };
  for (const auto& [anchor, names] : asked.by_anchor) {
    take_name('p', anchor);
    if (anchor.size() < 3) continue;
    take_name('s', sorted_letters(anchor));
    take_name('s', sorted_letters(anchor + "s"));
    if (anchor.back() == 's') take_name('s', sorted_letters(std::string_view{anchor}.substr(0, anchor.size() - 1)));
    if (has_digits(anchor)) continue;
    for (auto length = anchor.size() - 2; length <= anchor.size() + 2; ++length) {
      const auto like = unknown_.find(bucket(anchor, length));
      if (like == unknown_.end()) continue;
      for (const auto& word : like->second) {
        if (is_near(word, anchor)) take_name('w', word);
      }
    }
  }
  for (const auto& [word, names] : asked.by_word) take_name('t', word);
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
  const auto make_unique = [](auto& numbers) {
    std::ranges::sort(numbers);
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  };
  make_unique(by_name);
  std::vector<char> theirs(base_begins_.size(), -1);
  HashMap<std::string, bool> of_vendor;
  const auto is_of_another_vendor = [&](std::uint32_t kind) {
    const auto base = texts_[kind].base;
    if (base == kNoText || texts_[kind].is_known_by_number) return false;
    if (theirs[base] < 0) {
      auto vendor = unpack(base_bytes(base)).vendor;
      const auto [known, is_new] = of_vendor.try_emplace(std::move(vendor), true);
      if (is_new) known->second = asked.may_be_of(known->first);
      theirs[base] = known->second ? 1 : 0;
    }
    return theirs[base] == 0;
  };
  const auto led_to = by_name.size() + kinds.size();
  std::erase_if(by_name, is_of_another_vendor);
  kinds.insert(kinds.end(), by_name.begin(), by_name.end());
  make_unique(kinds);
  const auto asked_about = kinds.size();
  keep_told(asked_of, kinds, answers);
  if (effort != nullptr) *effort = {.led_to = led_to, .asked = asked_about, .found = kinds.size()};
  for (const auto kind : kinds) assets_by_kind_.take(kind, assets);
  for (const auto& [serial, products] : asked.by_serial) assets_by_own_.take(number_of('q', serial), assets);
  for (const auto& [hash, products] : asked.by_hash) assets_by_own_.take(number_of('h', hash), assets);
  make_unique(assets);
  return std::vector<std::int64_t>(assets.begin(), assets.end());
}

void AssetFinder::match_each(const Matcher& asked, std::span<const Item* const> items, const Matcher::Told& told,
                             const KindAnswers& answers) {
  asked.state_->match_each(items, 1, told, &answers);
}

void AssetFinder::keep_told(const Matcher& asked, std::vector<std::uint32_t>& kinds, KindAnswers* answers) const {
  const unsigned threads =
      kinds.size() < kAskedTogether ? 1 : std::clamp(std::thread::hardware_concurrency(), 1U, kAskingThreadsMax);
  std::vector<char> is_told(kinds.size(), 1);
  std::mutex mutex;
  std::vector<VendorMemo> memos(threads);
  each_index(kinds.size(), threads, [&](std::size_t at, unsigned thread) {
    if (texts_[kinds[at]].base == kNoText) return;
    const auto item = item_of(kinds[at]);
    // Asked as Matcher::match_each asks for all that read alike.
    KindAnswers::Answer answer;
    answer.matches = asked.state_->match(item, answer.by_serial, &memos[thread]);
    // Where serial numbers decide, each asset is asked about by itself.
    is_told[at] = answer.by_serial ||
                  std::ranges::any_of(answer.matches, [](const Match& match) { return is_worth_showing(match); });
    if (is_told[at] == 0 || answers == nullptr) return;
    auto description = description_of(item);
    const std::scoped_lock lock{mutex};
    if (answers->by_kind.size() < kAnswersMax) answers->by_kind.emplace(std::move(description), std::move(answer));
  });
  std::size_t at = 0;
  std::erase_if(kinds, [&](std::uint32_t) { return is_told[at++] == 0; });
}

}  // namespace tocsin::engine::exposure
