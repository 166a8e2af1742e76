#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "engine/exposure/targets.hpp"
#include "engine/exposure/vendor_group.hpp"

namespace tocsin::engine::exposure {
namespace {

constexpr double kNearly = 0.9;
constexpr double kFamilyRest = 0.85;
constexpr double kModelRest = 0.95;
constexpr double kHead = 0.9;
constexpr std::size_t kModelMin = 4;
/// The name is of another release than the installed one: "WinCC OA V3.14" for 3.15.
constexpr double kOtherRelease = 0.55;
/// Letters stand behind a model's code: "NPort 5110A" for "NPort 5110".
constexpr double kOtherModel = 0.55;
/// What says less than a name but can only mean it: so much of the fit, and so much more the more of the name it says.
constexpr double kAloneMin = 1.2, kAloneMore = 0.7;

/// "nj5011300" of "NJ series".
bool begins_with_letters(std::string_view word, const Name& name, std::size_t term) {
  const auto& each = name.words.terms[term];
  if (!name.words.is_family || each.kind != NameTerm::Kind::plain) return false;
  return std::ranges::any_of(each.spellings, [&](const std::string& letters) {
    return letters.size() >= 2 && letters.size() <= 4 && word.size() > letters.size() + 2 &&
           word.starts_with(letters) && word[letters.size()] >= '0' && word[letters.size()] <= '9';
  });
}

/// "gt27##" of "gt2710vtba"; empty where no four digits follow the first letters.
std::string hundreds_front(std::string_view word) {
  std::size_t at = 0;
  while (at < word.size() && (word[at] < '0' || word[at] > '9')) ++at;
  auto end = at;
  while (end < word.size() && word[end] >= '0' && word[end] <= '9') ++end;
  return at > 0 && end - at == 4 ? std::string{word.substr(0, end - 2)} + "##" : std::string{};
}

/// "2" of "x3082": letters behind a code make another model of it.
bool is_number_or_nothing(std::string_view rest) noexcept {
  return std::ranges::all_of(rest, [](char c) { return c >= '0' && c <= '9'; });
}

/// How much of "cpu15152pn" the codes of a name account for, where what is left over are words of the name, too; of
/// "x200rna" the code "x200" is only a part, for letters behind a code make another model of it.
double explained_by_codes(const std::string& word, const Name& name, const ItemWords& item) {
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
    // "RED670" of the "670 series".
    const bool of_series = name.words.is_family && behind.empty() && code.size() == 3 && front.size() == 3 &&
                           !has_digits(front) && is_number_or_nothing(code);
    // "CJ2H-CPU64-EIP": an order code begins with the series.
    const bool is_head = std::ranges::find(item.heads, std::pair{word, code}) != item.heads.end();
    if (is_head) best = std::max(best, kHead);
    best = std::max(best, of_series || ((catalogue || known(front)) && known(behind)) ? 1.0 : 0.4);
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

/// "panels" for "panel", or the other way round.
bool is_plural_of_one(std::string_view word, const NamePieces& pieces) {
  if (word.size() < 4 || has_digits(word)) return false;
  return word.ends_with('s') ? pieces.holds(word.substr(0, word.size() - 1)) : pieces.holds(std::string{word} + "s");
}

bool holds_words(const NamePieces& pieces, const std::vector<std::string>& words) {
  return !words.empty() && std::ranges::all_of(words, [&](const std::string& word) { return pieces.holds(word); });
}

}  // namespace

bool is_version_like(std::string_view word) noexcept {
  if (word.starts_with('v')) word.remove_prefix(1);
  return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; }) && word.size() <= 2;
}

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

bool is_model_line(const Name& name, std::size_t term) {
  const auto& terms = name.words.terms;
  const auto& code = terms[term].spellings.front();
  if (terms[term].kind != NameTerm::Kind::code || code.size() < 4 || term + 1 >= terms.size()) return false;
  const auto& next = terms[term + 1].spellings.front();
  const auto digits = [](char c) { return c >= '0' && c <= '9'; };
  return (next == "model" || next == "models" || next == "series") && digits(code.back()) &&
         digits(code[code.size() - 2]) && !has_digits(std::string_view{code}.substr(0, code.size() - 2));
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
  bool release_unknown = false, by_line = false;
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
             (same_vendor && std::ranges::find(item.vendor_words, each) != item.vendor_words.end());
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
      release_unknown = release_unknown || (share == 0 && item.version_starts.empty() && !tells_release(item));
      other_release = other_release || (share == 0 && (says == Says::otherwise || tells_release(item)));
      if (share > 0) {
        covered += weight;
        held[i] = 1;
        continue;
      }
    } else if (term.kind == NameTerm::Kind::code &&
               ((is_version_like(first) && version_says(first, item) == Says::so) ||
                (first.size() >= 4 && std::ranges::find(item.version_starts, first) != item.version_starts.end()))) {
      share = 1;
    } else if (is_nearly_told(item, first) || (name.rare[i] != 0 && item.pieces.nearly_holds(first))) {
      share = kNearly;
    } else if (term.kind == NameTerm::Kind::code &&
               ((is_family_code(name, i) && holds_hundreds(first, item)) ||
                (is_model_line(name, i) && std::ranges::find(item.hundreds, first + "##") != item.hundreds.end()))) {
      share = 1;
      by_line = by_line || is_model_line(name, i);
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
      result.more.clear();
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
        const auto& code = terms[i].spellings.front();
        of_family = (is_family_code(name, i) && is_of_hundreds(word, code, item)) ||
                    begins_with_letters(word, name, i) ||
                    (is_model_line(name, i) && word.starts_with(code) && hundreds_front(word) == code + "##");
      }
      const double part = of_family ? 1 : explained_by_codes(word, name, item);
      explained += weight * part;
      by_hundreds = by_hundreds || of_family;
      other_model = other_model || (part > 0 && part < kHead);
      code_unexplained = code_unexplained || part == 0;
    } else if (front_seen && !is_describing_word(word) && std::ranges::find(item.small, word) == item.small.end() &&
               std::ranges::find(item.pieces.asides(), word) == item.pieces.asides().end()) {
      more_to_it = true;
      result.more.push_back(at);
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
  // The column of the model says it, whatever else it is called.
  const bool by_model = same_vendor && item.model.size() >= kModelMin && has_digits(item.model) &&
                        std::ranges::any_of(terms, [&](const NameTerm& term) {
                          return term.kind == NameTerm::Kind::code &&
                                 std::ranges::find(term.spellings, item.model) != term.spellings.end();
                        });
  if (by_model || (by_line && hundreds_front(item.model) != std::string{})) rest = std::max(rest, kModelRest);
  const double cover = std::min(1.0, covered / name.weight);
  // What a family covers has more to its name.
  if ((name.words.is_family || by_line) && !other_model && !code_missing && cover >= kCoverMin) {
    rest = std::max(rest, kFamilyRest);
  }
  const double doubt = (other_release ? kOtherRelease : 1) * (other_model ? kOtherModel : 1);
  // Without a model's code more words may make another thing: "DeltaV Smart Switch" of "DeltaV".
  const bool may_be_other = more_to_it && !code_held && !name.words.is_family;
  // A short form alone may mean many things.
  const bool only_initials = explained > 0 && initials >= explained;
  if (!code_missing && !by_hundreds && !clause_missing && !only_initials && !release_unknown && !may_be_other &&
      rest >= kExplainedMin && item.weight >= kItemWeightMin) {
    result.may_stand = true;
    result.if_alone = 0.5 * rest * (same_vendor ? 1 : 0.85) * doubt * (kAloneMin + kAloneMore * cover);
  }
  if (!code_missing && cover >= kCoverMin && !only_initials) {
    const double sure = (cover - kCoverMin) / (1 - kCoverMin);
    double confidence = 0.97 * (0.45 + 0.55 * sure) * (0.55 + 0.45 * rest) * doubt;
    // Without the vendor a name has to stand for itself.
    if (!same_vendor) confidence *= strongest >= 0.45 ? 0.93 : 0.6;
    result.confidence = confidence;
    result.narrower = may_be_other || release_unknown;
    if (release_unknown) result.more.clear();
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
