#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "engine/exposure/targets.hpp"
#include "engine/exposure/vendor_group.hpp"
#include "formats/order_number.hpp"

namespace tocsin::engine::exposure {
namespace {

constexpr double kNearly = 0.9;
/// What only says what a thing does or where it stands need not be in its name.
constexpr double kDescribing = 0.5;
constexpr double kOfUnknown = 0.45;  ///< What a word says that stands in no name.
constexpr double kFamilyRest = 0.85;
/// The name is of another release than the installed one: "WinCC OA V3.14" for 3.15.
constexpr double kOtherRelease = 0.6;
/// Letters stand behind a model's code: "NPort 5110A" for "NPort 5110".
constexpr double kOtherModel = 0.55;
/// What says less than a name but can only mean it: so much of the fit, and so much more the more of the name it says.
constexpr double kAloneMin = 1.2, kAloneMore = 0.7;
/// A word of this weight tells whose it is.
constexpr double kTellsVendor = 0.5;

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
      return rest.empty() || name.pieces.holds(rest) || (rest.size() > 2 && is_generic_word(rest));
    };
    // "IC695CPE305": a catalogue's prefix in front of a model.
    const bool catalogue =
        front.size() >= 5 && has_digits(front) && code.size() >= 6 && code[0] >= 'a' && code[0] <= 'z';
    best = std::max(best, (catalogue || known(front)) && known(behind) ? 1.0 : 0.4);
  }
  return best;
}

/// "Micro800 family", "X-200RNA switch family": does a family word follow the code, with what says its kind between?
bool is_family_code(const Name& name, std::size_t term) {
  const auto& terms = name.words.terms;
  if (!name.words.is_family || terms[term].kind != NameTerm::Kind::code ||
      !is_hundreds_code(terms[term].spellings.front())) {
    return false;
  }
  for (auto at = term + 1; at < terms.size(); ++at) {
    if (is_family_word(terms[at].spellings.front())) return true;
    if (!is_kind_word(terms[at].spellings.front())) return false;
  }
  return false;
}

/// "micro850" for "micro800" of a family, "x3082" (X308-2) for "x300".
bool holds_hundreds(std::string_view code, const ItemWords& item) {
  const auto hundreds = hundreds_of(code);
  return !hundreds.empty() && is_hundreds_code(code) &&
         std::ranges::any_of(item.pieces.all(),
                             [&](const std::string& piece) { return hundreds_of(piece) == hundreds; });
}

/// "2" of "x3082": letters behind a code make another model of it.
bool is_number_or_nothing(std::string_view rest) noexcept {
  return std::ranges::all_of(rest, [](char c) { return c >= '0' && c <= '9'; });
}

/// Does the word begin with one of those: "x308" of "x3082"?
bool is_of_hundreds(std::string_view word, std::string_view code, const ItemWords& item) {
  const auto hundreds = hundreds_of(code);
  if (hundreds.empty()) return false;
  if (hundreds_of(word) == hundreds) return true;
  return std::ranges::any_of(item.pieces.all(), [&](const std::string& piece) {
    return word.starts_with(piece) && is_number_or_nothing(word.substr(piece.size())) && hundreds_of(piece) == hundreds;
  });
}

/// "ipm" tells each word of "Intelligent Power Manager".
void cover_initials(std::string_view initials, const Name& name, std::vector<char>& held, double& covered) {
  const auto& terms = name.words.terms;
  for (std::size_t first = 0; first + initials.size() <= terms.size(); ++first) {
    bool fits = true;
    for (std::size_t i = 0; i < initials.size(); ++i) {
      fits = fits && terms[first + i].spellings.front().front() == initials[i];
    }
    if (!fits) continue;
    for (std::size_t i = first; i < first + initials.size(); ++i) {
      if (held[i] == 0) covered += name.weights[i] * kNearly;
      held[i] = 1;
    }
    return;
  }
}

/// Words of the thing that the name has as one: "PC Vue" of "PcVue", "Enterprise Asset Management" of "EAM".
std::vector<std::string_view> joined_words(const ItemWords& item, const Name& name, bool same_vendor) {
  std::vector<std::string_view> joined;
  const auto& words = item.pieces.words();
  for (const auto& join : item.joins) {
    if ((join.initials && !same_vendor) || !name.pieces.holds_hash(join.hash)) continue;
    for (auto at = join.first; at <= join.last; ++at) joined.push_back(words[at]);
  }
  return joined;
}

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

/// "moviconnext" for "movicon".
bool begins_with_term(std::string_view word, const Name& name) {
  return !has_digits(word) && std::ranges::any_of(name.words.terms, [&](const NameTerm& term) {
    const auto& first = term.spellings.front();
    return term.kind == NameTerm::Kind::plain && first.size() >= 5 && word.size() >= first.size() + 3 &&
           word.starts_with(first);
  });
}

bool nearly_of_name(const std::string& word, const Name& name, const ItemWords& item) {
  if (std::ranges::find(item.unknown, word) == item.unknown.end()) {
    for (std::size_t i = 0; i < name.rare.size(); ++i) {
      if (name.rare[i] != 0 && is_near(word, name.words.terms[i].spellings.front())) return true;
    }
    return !has_digits(word) && word.size() >= 4 &&
           (word.ends_with('s') ? name.pieces.holds(std::string_view{word}.substr(0, word.size() - 1))
                                : name.pieces.holds(word + "s"));
  }
  return name.pieces.nearly_holds(word);
}

enum class Says : std::uint8_t { nothing, so, otherwise };

bool is_year(std::string_view digits) noexcept {
  return digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
}

/// What the installed version says of "v315", "2020", "v5x" or "sp1" in a name.
Says version_says(std::string_view word, const ItemWords& item) {
  if (item.version_starts.empty()) return Says::nothing;
  const auto holds = [&](std::string_view start) {
    return std::ranges::find(item.version_starts, start) != item.version_starts.end();
  };
  if (holds(word)) return Says::so;
  auto digits = word;
  if (digits.starts_with('v')) digits.remove_prefix(1);
  while (digits.ends_with('x')) digits.remove_suffix(1);
  if (digits.empty() || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return Says::nothing;
  if (holds(digits)) return Says::so;
  // A year is held against years only, a number against numbers.
  const bool year = is_year(digits);
  const bool comparable = std::ranges::any_of(item.version_starts, [&](const std::string& start) {
    return std::ranges::all_of(start, [](char c) { return c >= '0' && c <= '9'; }) && is_year(start) == year;
  });
  return comparable ? Says::otherwise : Says::nothing;
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
    }
    if (!numbers.empty() && c != '.') in_numbers = false;
    word.clear();
  }
}

/// "V7" in the name of the thing.
bool tells_release(const ItemWords& item) {
  return std::ranges::any_of(item.pieces.words(), [](const std::string& word) {
    return word.size() > 1 && word.front() == 'v' && is_version_like(word);
  });
}

/// Does the name of the thing tell a release, as a word or as the numbers of one: "3.15"?
bool tells(const ItemWords& item, const std::string& digits) {
  return digits.size() > 1 ? item.pieces.holds(digits)
                           : std::ranges::find(item.pieces.words(), digits) != item.pieces.words().end();
}

bool repeats_version(std::string_view word, const std::vector<std::string>& starts) {
  if (word.starts_with('v')) word.remove_prefix(1);
  return std::ranges::find(starts, word) != starts.end();
}

/// "panels" for "panel", or the other way round.
bool is_plural_of_one(std::string_view word, const NamePieces& pieces) {
  if (word.size() < 4 || has_digits(word)) return false;
  return word.ends_with('s') ? pieces.holds(word.substr(0, word.size() - 1)) : pieces.holds(std::string{word} + "s");
}

VendorWords vendor_words_of(const std::string& vendor, bool says_something, const Targets& targets) {
  VendorWords made{.vendors = {}, .words = {}, .pieces = NamePieces{{vendor}}};
  if (says_something) made.vendors = targets.vendors_like(vendor);
  for (const auto& word : made.pieces.words()) {
    if (!is_generic_word(word) && word.size() >= 2) made.words.push_back(word);
  }
  return made;
}

bool holds_words(const NamePieces& pieces, const std::vector<std::string>& words) {
  return !words.empty() && std::ranges::all_of(words, [&](const std::string& word) { return pieces.holds(word); });
}

}  // namespace

bool is_hopeless(const Name& name, const ItemWords& item) {
  // One of them may be the code, mistyped.
  if (std::ranges::any_of(item.unknown, [](const std::string& word) { return has_digits(word); })) return false;
  bool held = false;
  for (const auto id : name.codes) {
    if (id != 0) {
      held = held || std::ranges::binary_search(item.ids, id);
      continue;
    }
    if (!held) return item.strongest.empty() || !name.pieces.holds(item.strongest);
    held = false;
  }
  return false;
}

bool is_nearly_told(const ItemWords& item, std::string_view word) {
  return std::ranges::any_of(item.unknown, [&](const std::string& own) { return is_near(own, word); }) ||
         is_plural_of_one(word, item.pieces);
}

std::string hundreds_of(std::string_view word) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  auto end = word.size();
  while (end > 0 && !digit(word[end - 1])) --end;
  auto at = end;
  while (at > 0 && digit(word[at - 1])) --at;
  const auto digits = end - at;
  if (at < 1 || digits < 3 || digits > 4 || has_digits(word.substr(0, at))) return {};
  return std::string{word.substr(0, end - 2)}.append("##").append(word.substr(end));
}

bool is_hundreds_code(std::string_view word) {
  auto end = word.size();
  while (end > 0 && (word[end - 1] < '0' || word[end - 1] > '9')) --end;
  return word.substr(0, end).ends_with("00") && !hundreds_of(word).empty();
}

bool differ_by_kind(const Name& a, const Name& b) {
  const auto more = [](const Name& one, const Name& other) {
    return std::ranges::all_of(one.words.terms, [&](const NameTerm& term) {
      return is_kind_word(term.spellings.front()) ||
             std::ranges::any_of(term.spellings, [&](const auto& each) { return other.pieces.holds(each); }) ||
             std::ranges::find(other.vendor_words, term.spellings.front()) != other.vendor_words.end();
    });
  };
  return more(a, b) && more(b, a);
}

bool holds_all(const Name& name, const ItemWords& item) {
  return std::ranges::all_of(item.to_explain, [&](const auto& each) {
    const auto& word = each.first;
    if (name.pieces.holds(word) || std::ranges::find(name.vendor_words, word) != name.vendor_words.end()) return true;
    return std::ranges::any_of(name.words.terms, [&](const NameTerm& term) {
      return std::ranges::find(term.spellings, word) != term.spellings.end();
    });
  });
}

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
  words.pieces = NamePieces{{item.family, item.product, item.name, item.model}};
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

std::string front_as_one(const Name& name) {
  const auto& terms = name.words.terms;
  if (terms.size() < 2 || terms[0].kind != NameTerm::Kind::plain || terms[1].kind != NameTerm::Kind::plain) return {};
  return terms[0].spellings.front() + terms[1].spellings.front();
}

NameFit fit(const Name& name, const ItemWords& item) {
  NameFit result;
  if (name.weight <= 0 || is_hopeless(name, item)) return result;
  bool same_vendor = std::ranges::binary_search(item.vendors, name.vendor_id);
  bool vendor_in_name = false;  // "Siemens SIMATIC WinCC OA" of an advisory of another vendor.
  if (!same_vendor && item.has_vendor && !name.vendor_words.empty()) {
    vendor_in_name = holds_words(name.pieces, item.vendor_words);
    if (!vendor_in_name) return result;
    same_vendor = true;
  }
  // The product's column tells the vendor, too.
  if (!item.has_vendor) same_vendor = item.sole_vendor || holds_words(item.pieces, name.vendor_words);

  double covered = 0, strongest = 0;
  bool code_missing = false, code_held = false, clause_missing = false, other_release = false;
  const auto& terms = name.words.terms;
  std::vector<char> held(terms.size(), 0);
  const auto front = front_as_one(name);
  const bool has_front = !front.empty() && item.pieces.holds(front);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto& term = terms[i];
    const auto& first = term.spellings.front();
    const double weight = name.weights[i];
    const auto is_held = std::ranges::any_of(term.spellings, [&](const auto& each) {
      return item.pieces.holds(each) ||
             (vendor_in_name && std::ranges::find(item.vendor_words, each) != item.vendor_words.end());
    });
    double share = 0;
    // Each reason stands for itself, in its order. NOLINTBEGIN(bugprone-branch-clone)
    if (is_held || (i < 2 && has_front)) {
      share = 1;
    } else if (term.kind == NameTerm::Kind::version) {
      const auto digits = first.starts_with('v') ? first.substr(1) : first;
      const auto says = version_says(first, item);
      // "WinCC OA 3.15" holds the release of "WinCC OA V3.15".
      if (says == Says::so || tells(item, digits)) share = 1;
      other_release = other_release || (share == 0 && (says == Says::otherwise || tells_release(item)));
      if (share > 0) {
        covered += weight;
        held[i] = 1;
        continue;
      }
    } else if (term.kind == NameTerm::Kind::code && is_version_like(first) && version_says(first, item) == Says::so) {
      share = 1;
    } else if (is_nearly_told(item, first) || (name.rare[i] != 0 && item.pieces.nearly_holds(first))) {
      share = kNearly;
    } else if (term.kind == NameTerm::Kind::code && is_family_code(name, i) && holds_hundreds(first, item)) {
      share = 1;
    } else if (same_vendor && term.kind == NameTerm::Kind::plain && first.size() >= 3 && first.size() <= 5 &&
               std::ranges::find(item.pieces.initials(), first) != item.pieces.initials().end()) {
      share = kNearly;
    }
    // NOLINTEND(bugprone-branch-clone)
    if (share == 0 && i >= name.words.clause && term.kind != NameTerm::Kind::generic) clause_missing = true;
    if (term.kind == NameTerm::Kind::code && share > 0) code_held = true;
    if (share > 0) {
      held[i] = 1;
      covered += weight * share;
      strongest = std::max(strongest, weight * share);
    } else if (term.kind == NameTerm::Kind::code) {
      code_missing = true;
    }
  }

  double explained = 0, initials = 0;
  std::optional<std::vector<std::string_view>> joined;  // Where it is asked for.
  const auto is_joined = [&](const std::string& word) {
    if (!joined) joined = joined_words(item, name, same_vendor);
    return std::ranges::find(*joined, word) != joined->end();
  };
  // A product that is called like its vendor.
  bool front_seen = !item.pieces.words().empty() && name.pieces.holds(item.pieces.words().front());
  bool more_to_it = false, code_unexplained = false, other_model = false, by_hundreds = false;
  bool part_unexplained = false;
  for (std::size_t at = 0; at < item.to_explain.size(); ++at) {
    const auto& [word, weight] = item.to_explain[at];
    const bool by_name =
        name.pieces.holds_hash(item.sketch.words[at].hash) ||
        std::ranges::find(name.vendor_words, word) != name.vendor_words.end() || nearly_of_name(word, name, item) ||
        std::ranges::any_of(
            terms,
            [&](const NameTerm& term) { return std::ranges::find(term.spellings, word) != term.spellings.end(); }) ||
        is_joined(word);
    part_unexplained = part_unexplained || (!by_name && is_part_word(word));
    // NOLINTBEGIN(bugprone-branch-clone)
    if (by_name) {
      front_seen = true;   // What stands before it is a brand or an owner,
      more_to_it = false;  // what stands between says more, but of the same thing.
      explained += weight;
    } else if (same_vendor && word.size() >= 3 && word.size() <= 5 && !has_digits(word) &&
               std::ranges::find(name.pieces.initials(), word) != name.pieces.initials().end()) {
      explained += weight;
      initials += weight;
      cover_initials(word, name, held, covered);
    } else if (begins_with_term(word, name)) {
      more_to_it = true;  // "Movicon.NExT"
    } else if (has_digits(word)) {
      bool of_family = false;
      for (std::size_t i = 0; i < terms.size() && !of_family; ++i) {
        of_family = is_family_code(name, i) && is_of_hundreds(word, terms[i].spellings.front(), item);
      }
      const double part = of_family ? 1 : explained_by_codes(word, name);
      explained += weight * part;
      by_hundreds = by_hundreds || of_family;
      other_model = other_model || (part > 0 && part < 1);
      code_unexplained = code_unexplained || part == 0;
    } else if (front_seen && !is_describing_word(word) &&
               std::ranges::find(item.pieces.asides(), word) == item.pieces.asides().end()) {
      more_to_it = true;
    }
    // NOLINTEND(bugprone-branch-clone)
  }
  // "SINEMA Remote Connect Client" is not the Server.
  if (part_unexplained) {
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (held[i] == 0 && is_part_word(terms[i].spellings.front())) return result;
    }
  }
  double rest = item.weight > 0 ? explained / item.weight : 1;
  const double cover = std::min(1.0, covered / name.weight);
  // What a family covers has more to its name.
  if (name.words.is_family && !other_model && !code_missing && cover >= kCoverMin) {
    rest = std::max(rest, kFamilyRest);
  }
  const double doubt = (other_release ? kOtherRelease : 1) * (other_model ? kOtherModel : 1);
  // Without a model's code more words may make another thing: "DeltaV Smart Switch" of "DeltaV".
  const bool may_be_other = more_to_it && !code_held && !name.words.is_family;
  // A short form alone may mean many things.
  const bool only_initials = explained > 0 && initials >= explained;
  if (!code_missing && !by_hundreds && !clause_missing && !only_initials && !may_be_other && rest >= kExplainedMin &&
      item.weight >= kItemWeightMin) {
    result.may_stand = true;
    result.if_alone = 0.5 * rest * (same_vendor ? 1 : 0.85) * doubt * (kAloneMin + kAloneMore * cover);
  }
  if (!code_missing && cover >= kCoverMin && !only_initials) {
    const double sure = (cover - kCoverMin) / (1 - kCoverMin);
    double confidence = 0.97 * (0.45 + 0.55 * sure) * (0.55 + 0.45 * rest) * doubt;
    // Without the vendor a name has to stand for itself.
    if (!same_vendor) confidence *= strongest >= 0.45 ? 0.93 : 0.6;
    result.confidence = confidence;
    result.narrower = may_be_other;
    return result;
  }
  // Another model is another thing, however much else is the same.
  if (!code_unexplained && rest >= kExplainedMin && item.weight >= kItemWeightMin) {
    result.narrower = true;
    result.confidence = 0.5 * rest * (same_vendor ? 1 : 0.85) * doubt;
  }
  return result;
}

}  // namespace tocsin::engine::exposure
