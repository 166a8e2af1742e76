#include "engine/exposure/asset_index.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "base/keyed_hash.hpp"
#include "base/parallel.hpp"
#include "engine/exposure/matcher_state.hpp"
#include "engine/exposure/packed_item.hpp"
#include "engine/exposure/targets.hpp"

namespace tocsin::engine::exposure {
namespace {

using formats::inventory::Item;
using Postings = Targets::Postings;

/// A word that weighs nearly as much as the strongest may be the strongest once an advisory is added.
constexpr double kNearlyStrongest = 0.8;
/// As many names of an order number as Matcher::match follows.
constexpr std::size_t kKnownNamesMax = 21;

void add_posting(Postings& postings, const std::string& key, std::uint32_t group) {
  auto& list = postings[key];
  if (list.empty() || list.back() != group) list.push_back(group);
}

/// Words of one first letter and length, as Targets::words_like.
std::uint32_t bucket(std::string_view word, std::size_t length) noexcept {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(word.front())) << 16U |
         static_cast<std::uint32_t>(length);
}

}  // namespace

struct AssetIndex::State {
  const Matcher* known = nullptr;
  Targets nothing;  ///< For words_of without known advisories.

  std::string bytes;                               ///< Groups, packed.
  std::vector<std::size_t> begins;                 ///< Of each group in bytes, and the end of the last.
  HashMap<std::string, std::uint32_t> group_of;    ///< By packed bytes.
  std::vector<std::uint32_t> groups;               ///< Of each asset.
  std::vector<std::vector<std::uint32_t>> assets;  ///< Of each group.
  std::vector<char> called_by_number;              ///< Of each group: an advisory calls its order number something.

  struct Own {
    std::string serial;
    std::vector<std::pair<std::string, std::string>> hashes;
  };
  HashMap<std::uint32_t, Own> own;  ///< Of assets that have some.
  Postings by_serial, by_hash;      ///< Assets.

  Postings by_piece;   ///< Groups, by all that a name's anchor may meet.
  Postings by_word;    ///< Groups, by each word, for what is mistyped and for patterns.
  Postings by_top;     ///< Groups, by the words that may be their strongest.
  Postings by_number;  ///< Groups, by order numbers; and by_wild by the front of those with wildcards.
  Postings by_wild, by_purl, by_cpe;
  HashMap<std::uint32_t, std::vector<const std::string*>> words_like;

  const Targets& targets() const { return known == nullptr ? nothing : known->state_->targets; }
  void index(const Item& item, std::uint32_t group);
  void index_words(const Item& item, const ItemWords& words, std::uint32_t group);
  struct Led {
    std::uint32_t group = 0;
    bool by_name = false;  ///< By nothing else, so that the vendor has to fit.
  };
  std::vector<Led> candidates(const Targets& asked) const;
  Item item_of(std::uint32_t group) const {
    return unpack(std::string_view{bytes}.substr(begins[group], begins[group + 1] - begins[group]));
  }
};

AssetIndex::AssetIndex(const Matcher* known) : state_(std::make_unique<State>()) {
  TOCSIN_CHECK(known == nullptr || known->state_->prepared);
  state_->known = known;
  state_->nothing.prepare();
  state_->begins.push_back(0);
}
AssetIndex::~AssetIndex() = default;
AssetIndex::AssetIndex(AssetIndex&&) noexcept = default;
AssetIndex& AssetIndex::operator=(AssetIndex&&) noexcept = default;

std::size_t AssetIndex::size() const noexcept { return state_->groups.size(); }

std::size_t AssetIndex::add(const Item& item) {
  auto& state = *state_;
  const auto asset = static_cast<std::uint32_t>(state.groups.size());
  auto key = pack(item);
  const auto [at, is_new] = state.group_of.try_emplace(std::move(key), static_cast<std::uint32_t>(state.assets.size()));
  const auto group = at->second;
  if (is_new) {
    state.bytes += at->first;
    state.begins.push_back(state.bytes.size());
    state.assets.emplace_back();
    state.called_by_number.push_back(0);
    state.index(state.item_of(group), group);
  }
  state.groups.push_back(group);
  state.assets[group].push_back(asset);
  if (!item.serial.empty() || !item.hashes.empty()) {
    state.own.emplace(asset, State::Own{item.serial, item.hashes});
    if (!item.serial.empty()) add_posting(state.by_serial, compact_order_number(item.serial), asset);
    for (const auto& [algorithm, value] : item.hashes) add_posting(state.by_hash, value, asset);
  }
  return asset;
}

void AssetIndex::State::index_words(const Item&, const ItemWords& words, std::uint32_t group) {
  for (const auto& piece : words.pieces.all()) add_posting(by_piece, piece, group);
  for (const auto& hundreds : words.hundreds) add_posting(by_piece, hundreds, group);
  for (const auto& initials : words.pieces.initials()) add_posting(by_piece, initials, group);
  for (const auto& word : words.pieces.words()) {
    const auto [at, is_new] = by_word.try_emplace(word);
    if (is_new) words_like[bucket(word, word.size())].push_back(&at->first);
    if (at->second.empty() || at->second.back() != group) at->second.push_back(group);
  }
  double most = 0;
  for (const auto& [word, weight] : words.to_explain) most = std::max(most, weight);
  for (const auto& [word, weight] : words.to_explain) {
    if (weight >= most * kNearlyStrongest || !targets().knows(word)) add_posting(by_top, word, group);
  }
}

void AssetIndex::State::index(const Item& item, std::uint32_t group) {
  if (const auto told = with_version_of_name(item)) {
    index(*told, group);
    return;
  }
  const auto words = words_of(item, targets());
  index_words(item, words, group);
  auto numbers = words.order_numbers;
  // A number without digits is one only where an advisory tells it.
  if (auto model = compact_order_number(item.model); model.size() >= 4) numbers.push_back(std::move(model));
  for (const auto& number : numbers) {
    add_posting(by_number, number, group);
    if (const auto pattern = own_pattern(number)) {
      const auto fixed = pattern->substr(0, pattern->find_first_of("*?"));
      if (fixed.size() >= kOrderPrefix) add_posting(by_wild, fixed.substr(0, kOrderPrefix), group);
    }
    const auto found = targets().by_order_number.find(number);
    if (found == targets().by_order_number.end()) continue;
    called_by_number[group] = 1;
    std::set<std::uint32_t> names;
    for (const auto product : found->second) names.insert(targets().products[product].name);
    std::size_t taken = 0;
    for (const auto name : names) {
      if (taken++ == kKnownNamesMax) break;
      Item named = item;
      named.vendor = targets().names[name].vendor;
      named.product = targets().names[name].text;
      named.name.clear();
      named.family.clear();
      index_words(named, words_of(named, targets()), group);
    }
  }
  for (const auto& purl : item.purls) {
    if (const auto package = package_of(purl); !package.empty()) add_posting(by_purl, package, group);
  }
  if (item.cpe.empty()) return;
  if (const auto cpe = formats::cpe::parse(item.cpe)) add_posting(by_cpe, product_of(*cpe), group);
}

/// All groups of which the advisories may say something, and some more.
std::vector<AssetIndex::State::Led> AssetIndex::State::candidates(const Targets& asked) const {
  std::vector<std::uint32_t> found, by_name;
  const auto take_to = [](std::vector<std::uint32_t>& to, const Postings& postings, const std::string& key) {
    const auto at = postings.find(key);
    if (at != postings.end()) to.insert(to.end(), at->second.begin(), at->second.end());
  };
  const auto take = [&](const Postings& postings, const std::string& key) { take_to(found, postings, key); };
  const auto take_name = [&](const Postings& postings, const std::string& key) { take_to(by_name, postings, key); };
  for (const auto& [anchor, names] : asked.by_anchor) {
    take_name(by_piece, anchor);
    if (anchor.size() < 3) continue;
    for (auto length = anchor.size() - 2; length <= anchor.size() + 2; ++length) {
      const auto like = words_like.find(bucket(anchor, length));
      if (like == words_like.end()) continue;
      for (const auto* word : like->second) {
        if (is_near(*word, anchor)) take_name(by_word, *word);
      }
    }
  }
  for (const auto& [word, names] : asked.by_word) take_name(by_top, word);
  for (const auto& [number, products] : asked.by_order_number) {
    take(by_number, number);
    if (number.size() >= kOrderPrefix) take(by_wild, number.substr(0, kOrderPrefix));
  }
  if (!asked.order_patterns.empty()) {
    const auto fits = [&asked](const std::string& number) {
      return std::ranges::any_of(asked.order_patterns,
                                 [&](const auto& each) { return fits_pattern(each.first, number); });
    };
    for (const auto& [number, list] : by_number) {
      if (fits(number)) found.insert(found.end(), list.begin(), list.end());
    }
    for (const auto& [word, list] : by_word) {
      if (has_digits(word) && fits(compact_order_number(word))) found.insert(found.end(), list.begin(), list.end());
    }
  }
  for (const auto& [package, products] : asked.by_purl) take(by_purl, package);
  for (const auto& [product, products] : asked.by_cpe) take(by_cpe, product);
  const auto take_assets = [&](const Postings& postings, const std::string& key) {
    const auto at = postings.find(key);
    if (at == postings.end()) return;
    for (const auto asset : at->second) found.push_back(groups[asset]);
  };
  for (const auto& [serial, products] : asked.by_serial) take_assets(by_serial, serial);
  for (const auto& [hash, products] : asked.by_hash) take_assets(by_hash, hash);
  const auto make_unique = [](auto& numbers) {
    std::ranges::sort(numbers);
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  };
  make_unique(found);
  make_unique(by_name);
  std::vector<Led> led;
  led.reserve(found.size() + by_name.size());
  for (const auto group : found) led.push_back({group, false});
  for (const auto group : by_name) {
    if (!std::ranges::binary_search(found, group)) led.push_back({group, called_by_number[group] == 0});
  }
  return led;
}

std::vector<AssetIndex::Found> AssetIndex::match(const Matcher& matcher, unsigned threads) const {
  TOCSIN_CHECK(matcher.state_->prepared);
  const auto& state = *state_;
  const auto& asked = matcher.state_->targets;
  // Weighed and named by others than it was indexed with: all things are asked about.
  const bool same_known = asked.others == (state.known == nullptr ? nullptr : &state.known->state_->targets);
  const bool few = state.known == nullptr || asked.names.size() * 20 <= state.targets().names.size() + 1000;
  std::vector<State::Led> led;
  if (same_known && few) {
    led = state.candidates(asked);
  } else {
    led.resize(state.assets.size());
    for (std::uint32_t group = 0; group < led.size(); ++group) led[group].group = group;
  }
  const bool by_own =
      !asked.by_serial.empty() || !asked.by_hash.empty() || std::ranges::any_of(asked.products, asks_serial);
  std::vector<std::vector<Found>> parts(std::max(1U, threads));
  std::vector<HashMap<std::string, bool>> may_be_of(parts.size());
  std::vector<VendorMemo> memos(parts.size());
  each_index(led.size(), threads, [&](std::size_t at, unsigned thread) {
    auto& out = parts[thread];
    const auto group = led[at].group;
    const auto& assets = state.assets[group];
    auto item = state.item_of(group);
    if (led[at].by_name) {
      const auto [vendor, is_new] = may_be_of[thread].try_emplace(item.vendor, true);
      if (is_new) vendor->second = asked.may_be_of(item.vendor);
      if (!vendor->second) return;
    }
    const auto ask = [&](std::vector<std::shared_ptr<const Match>>& answers) {
      bool by_serial = false;
      for (auto& match : matcher.state_->match(item, by_serial, &memos[thread])) {
        answers.push_back(std::make_shared<const Match>(std::move(match)));
      }
    };
    std::vector<std::shared_ptr<const Match>> shared, of_own;
    bool is_shared = false;
    for (const auto asset : assets) {
      const auto own = by_own ? state.own.find(asset) : state.own.end();
      if (own == state.own.end()) {
        if (!is_shared) {
          item.serial.clear();
          item.hashes.clear();
          ask(shared);
          is_shared = true;
        }
        for (const auto& match : shared) out.push_back({asset, match});
        continue;
      }
      item.serial = own->second.serial;
      item.hashes = own->second.hashes;
      of_own.clear();
      ask(of_own);
      for (auto& match : of_own) out.push_back({asset, std::move(match)});
    }
  });
  std::vector<Found> all;
  for (auto& part : parts)
    all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  // In the order of the things, of each as Matcher::match gives them.
  std::ranges::sort(all, [](const Found& a, const Found& b) {
    if (a.asset != b.asset) return a.asset < b.asset;
    if (a.match->status != b.match->status) return a.match->status < b.match->status;
    if (a.match->confidence != b.match->confidence) return a.match->confidence > b.match->confidence;
    return a.match->advisory < b.match->advisory;
  });
  return all;
}

}  // namespace tocsin::engine::exposure
