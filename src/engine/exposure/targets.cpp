#include "engine/exposure/targets.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/vendor_group.hpp"

namespace tocsin::engine::exposure {
namespace {

constexpr std::uint32_t bucket(char first, std::size_t length) noexcept {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(first)) << 16U | static_cast<std::uint32_t>(length);
}
constexpr std::size_t kMistypedBytesMin = 5;
constexpr std::size_t kSwappedBytesMin = 4;
constexpr std::size_t kRareBytesMin = 8;
constexpr double kAsidesMax = 0.12;
constexpr double kGenericMost = 0.4;
/// Rare words say more than their share of bits: two common words are not a rare one.
constexpr double kRareness = 1.4;

/// The first two words of a name as one: "levistudio". Empty where they are not plain words.
std::string joined_front(const Name& name) {
  auto front = front_as_one(name);
  const auto is_part = [&](std::size_t at) { return is_part_word(name.words.terms[at].spellings.front()); };
  return front.empty() || is_part(0) || is_part(1) ? std::string{} : front;
}

/// Where a model's code stands in a name: a brand may stand before it, and what kind of thing it is behind.
struct ModelTerms {
  std::size_t begin = 0, end = std::string::npos;
};
ModelTerms model_terms(const ProductName& name) {
  constexpr std::size_t kCodeMin = 4;
  for (std::size_t i = 0; i < name.terms.size() && i < name.clause; ++i) {
    const auto& term = name.terms[i];
    const auto& code = term.spellings.front();
    if (term.kind != NameTerm::Kind::code || code.size() < kCodeMin) continue;
    // "5900" may be of any maker's line, "pxm20e" is one thing.
    const bool has_letters = std::ranges::any_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
    const bool parts_before = std::any_of(name.terms.begin(), name.terms.begin() + static_cast<std::ptrdiff_t>(i),
                                          [](const NameTerm& each) { return is_part_word(each.spellings.front()); });
    // "Automation Controllers Modular PXC100/200-E.D" is no family of a code.
    const auto is_family = [](const NameTerm& each) { return is_family_word(each.spellings.front()); };
    const bool family_behind =
        std::any_of(name.terms.begin() + static_cast<std::ptrdiff_t>(i), name.terms.end(), is_family);
    return {.begin = has_letters && !parts_before && !family_behind ? i : 0, .end = i + 1};
  }
  return {};
}

/// "router", "services" behind a model's code; "client" makes another thing of it.
bool is_said_of_model(std::string_view word) { return is_kind_word(word) || word == "service" || word == "services"; }

}  // namespace

std::uint32_t Targets::intern_vendor(const std::string& vendor) {
  const auto [at, is_new] = vendor_of.try_emplace(vendor, static_cast<std::uint32_t>(vendors.size()));
  if (!is_new) return at->second;
  const auto id = at->second;
  auto& entry = vendors.emplace_back();
  entry.keys = vendor_group(vendor);
  const auto add = [id](Postings& postings, const std::string& key) {
    auto& list = postings[key];
    if (list.empty() || list.back() != id) list.push_back(id);
  };
  for (const auto& key : entry.keys) {
    add(vendors_by_key, key);
    add(vendors_by_key, vendor_spelling(key));
    for (const auto& prefix : vendor_prefixes(key)) add(vendors_by_prefix, prefix);
  }
  return id;
}

std::vector<std::uint32_t> Targets::vendors_like(std::string_view vendor) const {
  std::vector<std::uint32_t> like;
  const auto take = [&](const Postings& postings, const std::string& key) {
    const auto found = postings.find(key);
    if (found != postings.end()) like.insert(like.end(), found->second.begin(), found->second.end());
  };
  bool known = false;
  const auto is_known = [&](const std::string& key) {
    for (const auto* each = every(); each != nullptr; each = each->others) {
      if (each->vendors_by_prefix.contains(key)) return true;
    }
    return false;
  };
  const auto keys = vendor_group(vendor);
  for (const auto& key : keys) {
    take(vendors_by_prefix, key);
    for (const auto& prefix : vendor_prefixes(key)) {
      take(vendors_by_key, prefix);
      take(vendors_by_key, vendor_spelling(prefix));
      known = known || is_known(prefix);
    }
  }
  // Nobody is called so: perhaps it is mistyped.
  if (!known && !keys.empty() && keys.front().size() >= kMistypedBytesMin) {
    for (const auto& [key, list] : vendors_by_key) {
      if (is_near(key, keys.front())) like.insert(like.end(), list.begin(), list.end());
    }
  }
  std::ranges::sort(like);
  like.erase(std::unique(like.begin(), like.end()), like.end());
  return like;
}

std::uint32_t Targets::intern_name(const std::string& vendor, std::string text) {
  auto key = vendor + "\n" + text;
  const auto [at, is_new] = name_of.try_emplace(std::move(key), static_cast<std::uint32_t>(names.size()));
  if (!is_new) return at->second;
  auto& name = names.emplace_back();
  name.vendor = domain::vendor_display_name(vendor);
  name.vendor_id = intern_vendor(vendor);
  const NamePieces of_vendor{{name.vendor}};
  for (const auto& word : of_vendor.words()) {
    if (!is_generic_word(word)) name.vendor_words.push_back(word);
  }
  name.words = read_product_name(vendor, text);
  name.pieces = NamePieces{{text}};
  name.pieces.forget_all();
  std::vector<std::string_view> essential;
  for (const auto& term : name.words.terms) {
    if (term.kind != NameTerm::Kind::version && term.kind != NameTerm::Kind::generic)
      essential.push_back(term.spellings.front());
  }
  std::ranges::sort(essential);
  for (const auto each : essential) name.essential.append(each).append(" ");
  name.text = std::move(text);
  return at->second;
}

bool Targets::is_of_one_vendor(const std::string& word) const {
  constexpr std::size_t kNamesMax = 200;
  const std::string* vendor = nullptr;
  for (const auto* each = every(); each != nullptr; each = each->others) {
    const auto found = each->by_word.find(word);
    if (found == each->by_word.end()) continue;
    if (found->second.size() > kNamesMax) return false;
    for (const auto at : found->second) {
      if (vendor != nullptr && *vendor != each->names[at].vendor) return false;
      vendor = &each->names[at].vendor;
    }
  }
  return vendor != nullptr;
}

bool Targets::knows(std::string_view word) const noexcept {
  const HashedWord hashed{word};
  for (const auto* each = this; each != nullptr; each = each->others) {
    if (each->frequency.contains(hashed)) return true;
  }
  return false;
}

const std::vector<std::uint32_t>* Targets::led_to(Postings Targets::* postings, const HashedWord& piece,
                                                  std::size_t most) const noexcept {
  const auto& own = this->*postings;
  const auto found = own.find(piece);
  if (found == own.end() || found->second.size() > most) return nullptr;
  if (part_of_others) {
    const auto& all = others->*postings;
    if (const auto among = all.find(piece); among != all.end() && among->second.size() > most) return nullptr;
  }
  return &found->second;
}

double Targets::weight_of_count(double count) const noexcept {
  double all = 1;
  for (const auto* each = every(); each != nullptr; each = each->others) {
    all += static_cast<double>(each->names.size());
  }
  count = std::max(count, 1.0);
  // One name of all: 1; every name: 0. A small catalogue has no rare words, so it starts as if it had a thousand names.
  const double span = std::log(std::max(all, 1000.0));
  return std::clamp(std::pow(std::max(std::log(std::max(all, 1000.0) / count), 0.0) / span, kRareness), 0.05, 1.0);
}

double Targets::weight_of(std::string_view word) const noexcept {
  return weight_if_known(HashedWord{word}).value_or(weight_of_count(0));
}

std::optional<double> Targets::weight_if_known(const HashedWord& word) const noexcept {
  double count = 0;
  for (const auto* each = every(); each != nullptr; each = each->others) {
    if (const auto found = each->frequency.find(word); found != each->frequency.end()) count += found->second;
  }
  if (count == 0 && !(part_of_others && frequency.contains(word))) return std::nullopt;
  return weight_of_count(count);
}

bool Targets::may_be_of(const std::string& vendor) const {
  formats::inventory::Item item;
  item.vendor = vendor;
  const auto words = words_of(item, *this);
  if (!words.has_vendor || !words.vendors.empty()) return true;
  if (words.sketch.vendor_words.empty()) return false;
  const auto first = words.sketch.vendor_words.front();
  return std::ranges::any_of(names, [&](const Name& name) { return name.pieces.holds_hash(first); });
}

std::vector<std::string> Targets::near_words(const std::string& word) const {
  std::vector<std::string> near;
  if (word.size() < kSwappedBytesMin || word.size() > 32 || knows(word)) return near;
  const std::size_t slack = word.size() >= 9 ? 2 : 1;
  for (auto length = word.size() - slack; length <= word.size() + slack; ++length) {
    const auto found = words_like.find(bucket(word.front(), length));
    if (found == words_like.end()) continue;
    for (const auto& other : found->second) {
      if (is_near(word, other)) near.push_back(other);
    }
  }
  return near;
}

void Targets::add_anchor(const std::string& word, std::uint32_t name) {
  auto& list = by_anchor[word];
  if (list.empty() || list.back() != name) list.push_back(name);
}

void Targets::anchor_mistyped_names() {
  // A word that stands in several names is written as it is meant.
  constexpr std::uint32_t kWellKnown = 3;
  for (std::uint32_t at = 0; at < names.size(); ++at) {
    const auto& name = names[at];
    for (std::size_t i = 0; i < name.rare.size(); ++i) {
      if (name.rare[i] == 0) continue;
      const auto& word = name.words.terms[i].spellings.front();
      for (const auto* each = every(); each != nullptr; each = each->others) {
        for (auto length = word.size() - 1; length <= word.size() + 1; ++length) {
          const auto found = each->words_like.find(bucket(word.front(), length));
          if (found == each->words_like.end()) continue;
          for (const auto& other : found->second) {
            const auto known = each->frequency.find(other);
            if (known == each->frequency.end() || known->second < kWellKnown) continue;
            if (other != word && is_near(word, other)) add_anchor(other, at);
          }
        }
      }
    }
  }
}

void Targets::prepare() {
  words_like.clear();
  word_ids.clear();
  const auto count_of = [this](const std::string& word) {
    std::uint32_t count = 0;
    for (const auto* each : {static_cast<const Targets*>(this), others}) {
      if (each == nullptr) continue;
      if (const auto found = each->frequency.find(word); found != each->frequency.end()) count += found->second;
    }
    return count;
  };
  frequency.clear();
  by_word.clear();
  by_anchor.clear();
  for (const auto& name : names) {
    std::vector<std::string_view> seen;
    for (const auto& term : name.words.terms) {
      for (const auto& spelling : term.spellings) {
        if (std::ranges::find(seen, spelling) == seen.end()) {
          seen.push_back(spelling);
          ++frequency[spelling];
        }
      }
    }
  }
  for (std::uint32_t at = 0; at < names.size(); ++at) {
    auto& name = names[at];
    for (const auto& initials : name.pieces.initials()) add_anchor(initials, at);
    name.codes.clear();
    name.rare.clear();
    for (const auto& term : name.words.terms) {
      const auto& first = term.spellings.front();
      name.rare.push_back(term.kind == NameTerm::Kind::plain && first.size() >= kRareBytesMin && !has_digits(first) &&
                                  count_of(first) <= 2
                              ? 1
                              : 0);
      if (term.kind != NameTerm::Kind::code || first.size() <= 3 || name.words.is_family) continue;
      for (const auto& spelling : term.spellings) {
        name.codes.push_back(
            word_ids.try_emplace(spelling, static_cast<std::uint32_t>(word_ids.size() + 1)).first->second);
      }
      name.codes.push_back(0);
    }
    name.weights.clear();
    name.weight = 0;
    const auto model = model_terms(name.words);
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < name.words.terms.size(); ++i) {
      const auto& term = name.words.terms[i];
      double weight = 0;
      for (const auto& spelling : term.spellings) weight = std::max(weight, weight_of(spelling));
      switch (term.kind) {
        case NameTerm::Kind::plain:
          // "SCALANCE X-200 switch family"; "Desigo" and "Services Router" around a model's code.
          if ((name.words.is_family && is_kind_word(term.spellings.front())) || i < model.begin ||
              (i >= model.end && is_said_of_model(term.spellings.front()))) {
            weight *= 0.3;
          }
          break;
        case NameTerm::Kind::code:
          weight *= 1.4;
          break;
        case NameTerm::Kind::version:
          weight *= 0.5;
          break;
        case NameTerm::Kind::generic:
          // However rare: "1st", "generation".
          weight = 0.2 * std::min(weight, kGenericMost);
          break;
        case NameTerm::Kind::aside:
          weight *= 0.3;
          break;
      }
      name.weights.push_back(weight);
      name.weight += weight;
      if (term.kind == NameTerm::Kind::plain || term.kind == NameTerm::Kind::code) order.emplace_back(weight, i);
      for (const auto& spelling : term.spellings) {
        auto& list = by_word[spelling];
        if (list.empty() || list.back() != at) list.push_back(at);
      }
    }
    // What stands in brackets adds to a name, it does not make it.
    double asides = 0;
    for (std::size_t i = 0; i < name.weights.size(); ++i) {
      if (name.words.terms[i].kind == NameTerm::Kind::aside) asides += name.weights[i];
    }
    const double most = (name.weight - asides) * kAsidesMax;
    if (asides > most && most > 0) {
      for (std::size_t i = 0; i < name.weights.size(); ++i) {
        if (name.words.terms[i].kind == NameTerm::Kind::aside) name.weights[i] *= most / asides;
      }
      name.weight += most - asides;
    }
    // "LEVI Studio" is written as one word, too.
    if (const auto joined = joined_front(name); !joined.empty()) add_anchor(joined, at);
    std::ranges::sort(order, std::greater{});
    // Two, because one may be mistyped.
    for (std::size_t i = 0; i < order.size() && i < 2; ++i) {
      for (const auto& spelling : name.words.terms[order[i].second].spellings) {
        add_anchor(spelling, at);
        if (name.words.is_family) {
          if (const auto hundreds = hundreds_of(spelling); !hundreds.empty()) add_anchor(hundreds, at);
        }
        if (is_model_line(name, order[i].second)) add_anchor(spelling + "##", at);
      }
    }
  }
  sketches.clear();
  sketch_terms.clear();
  sketches.reserve(names.size());
  for (const auto& name : names) sketches.push_back(sketch_of(name, sketch_terms));
  for (const auto& [word, count] : frequency) {
    if (word.size() >= kSwappedBytesMin) words_like[bucket(word.front(), word.size())].push_back(word);
  }
  anchor_mistyped_names();
  for (auto& [prefix, list] : by_order_prefix) list.clear();
  for (const auto& [number, list] : by_order_number) {
    if (number.size() < kOrderPrefix) continue;
    auto& all = by_order_prefix[number.substr(0, kOrderPrefix)];
    all.insert(all.end(), list.begin(), list.end());
  }
  for (auto& [prefix, list] : by_order_prefix) {
    std::ranges::sort(list);
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
}

}  // namespace tocsin::engine::exposure
