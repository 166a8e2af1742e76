#include "engine/exposure/other_names.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/product_name.hpp"

namespace tocsin::engine::exposure {
namespace {

constexpr std::size_t kNameMin = 4;  ///< What is shorter says nothing by itself.

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool all_digits(std::string_view text) noexcept { return std::ranges::all_of(text, is_digit); }

/// Those found in one name, each once.
class Found {
 public:
  explicit Found(std::string_view name) : name_(name) {}
  void add(std::string_view part) {
    constexpr std::size_t kWithinMax = 8;
    auto tidy = text::squeeze(part);
    for (const std::string_view front : {"and ", "or ", "the ", "former ", "formerly ", "known as "}) {
      if (text::lower_ascii(std::string_view{tidy}.substr(0, front.size())) == front) tidy.erase(0, front.size());
    }
    if (tidy.size() >= kNameMin && tidy.size() < name_.size() && names.size() < kWithinMax &&
        std::ranges::find(names, tidy) == names.end()) {
      names.push_back(std::move(tidy));
    }
  }
  /// "GENESIS64, Hyper Historian and MobileHMI"
  void add_list(std::string_view list) {
    std::string part;
    for (std::size_t at = 0; at < list.size(); ++at) {
      if (list[at] == ',' || list.substr(at, 5) == " and ") {
        add(part);
        part.clear();
        if (list[at] != ',') at += 4;
      } else {
        part += list[at];
      }
    }
    add(part);
  }

  std::vector<std::string> names;

 private:
  std::string_view name_;
};

/// "MFC3000 and MFC1000": only where each side names a model.
void add_two_models(Found& found, const std::string& shown, const std::string& lower) {
  const auto at = lower.find(" and ");
  if (at == std::string::npos || lower.find(" and ", at + 1) != std::string::npos) return;
  auto left = shown.substr(0, at);
  const auto right = shown.substr(at + 5);
  if (!has_digits(left) || !has_digits(right) || right.find(',') != std::string::npos) return;
  // "STEP 7 (TIA Portal) and WinCC (TIA Portal) V15": the release goes for both.
  const auto release = right.rfind(" V");
  if (release != std::string::npos && release + 2 < right.size() && is_digit(right[release + 2]) &&
      left.rfind(" V") == std::string::npos) {
    left += right.substr(release);
  }
  found.add(left);
  found.add(right);
}

/// "ScadaPro Server and Client": two parts of one product.
void add_two_parts(Found& found, const std::string& shown, const std::string& lower) {
  const auto at = lower.rfind(" and ");
  if (at == std::string::npos || at == 0 || lower.find(" and ") != at) return;
  const auto before = shown.rfind(' ', at - 1);
  const auto second = shown.substr(at + 5);
  if (before == std::string::npos || before == 0 || !is_part_word(text::lower_ascii(second)) ||
      !is_part_word(text::lower_ascii(shown.substr(before + 1, at - before - 1)))) {
    return;
  }
  found.add(shown.substr(0, at));
  found.add(shown.substr(0, before + 1) + second);
}

/// "Flexy and Cosy": two names of one word each that say something.
void add_two_words(Found& found, std::string_view shown) {
  const auto words = text::split(shown, ' ');
  if (words.size() != 3 || words[1] != "and") return;
  const auto says_something = [](std::string_view word) {
    const NamePieces pieces{{word}};
    if (pieces.words().size() != 1) return false;
    const auto& folded = pieces.words().front();
    return folded.size() >= kNameMin && is_upper(word.front()) && !is_generic_word(folded) &&
           !is_describing_word(folded) && !is_kind_word(folded) && !is_part_word(folded);
  };
  if (!says_something(words[0]) || !says_something(words[2])) return;
  found.add(words[0]);
  found.add(words[2]);
}

/// "STEP 7 V10, V11, V12"
void add_releases(Found& found, const std::string& shown) {
  const auto comma = shown.find(',');
  if (comma == std::string::npos || comma == 0) return;
  const auto first = shown.rfind(" V", comma);
  if (first == std::string::npos || first == 0) return;
  const auto tail = std::string_view{shown}.substr(first);
  if (!std::ranges::all_of(tail, [](char c) { return is_digit(c) || c == 'V' || c == ',' || c == ' ' || c == '.'; })) {
    return;
  }
  for (const auto release : text::split(tail, ',')) {
    const auto one = shown.substr(0, first) + " " + std::string{text::trim(release)};
    found.add(one);
    for (const auto& within : names_within(one)) found.add(within);
  }
}

/// "KTP Mobile Panels KTP400F, KTP700 and KTP900F", "NPort 5210 5230 and 5232", "GOT2000 models GT27 GT25 GT23": each
/// of them behind what stands before the first.
void add_model_list(Found& found, std::string_view shown) {
  constexpr std::size_t kModelMin = 3;
  const auto words = text::split(shown, ' ');
  const auto bare = [&](std::size_t at) {
    auto word = words[at];
    while (word.ends_with(',')) word.remove_suffix(1);
    return word;
  };
  const auto letters = [](std::string_view word) { return word.substr(0, word.find_first_of("0123456789")); };
  const auto is_model = [&](std::string_view word) {
    return word.size() >= kModelMin && has_digits(word) && word.find_first_of("().<>=") == word.npos;
  };
  for (std::size_t first = 1; first + 1 < words.size(); ++first) {
    if (!is_model(bare(first))) continue;
    std::vector<std::string_view> models;
    for (auto at = first; at < words.size(); ++at) {
      if (words[at] == "and" || words[at] == "or") continue;
      if (!is_model(bare(at)) || letters(bare(at)) != letters(bare(first))) break;
      models.push_back(bare(at));
    }
    if (models.size() < 2) continue;
    auto front = std::string{shown.substr(0, static_cast<std::size_t>(words[first].data() - shown.data()))};
    const bool lines = front.ends_with("models ") || front.ends_with("model ");
    if (lines) front.resize(front.rfind("model"));
    for (const auto model : models) {
      found.add(front + std::string{model} + (lines ? " model" : ""));
      if (lines) found.add(std::string{model} + " model");
    }
    return;
  }
}

/// "MiR100 MiR200 MiR1000 in MiR Robot Software": models in front that differ by their numbers alone.
void add_numbered_models(Found& found, std::string_view shown) {
  const auto words = text::split(shown, ' ');
  const auto letters = [](std::string_view word) { return word.substr(0, word.find_first_of("0123456789")); };
  const auto is_model = [&](std::string_view word) {
    const auto front = letters(word);
    return front.size() >= 2 && front.size() < word.size() && all_digits(word.substr(front.size()));
  };
  std::size_t count = 0;
  while (count < words.size() && is_model(words[count]) && letters(words[count]) == letters(words[0])) ++count;
  if (count < 2) return;
  for (std::size_t i = 0; i < count; ++i) found.add(words[i]);
}

/// "Q03UDECPU, Q04/06/10UDEHCPU": codes, each of one word.
void add_codes(Found& found, std::string_view shown) {
  const auto parts = text::split(shown, ',');
  const bool codes = parts.size() > 1 && std::ranges::all_of(parts, [](std::string_view part) {
                       part = text::trim(part);
                       return part.size() >= kNameMin && has_digits(part) && is_upper(part.front()) &&
                              part.find(' ') == part.npos && part.find('(') == part.npos;
                     });
  if (!codes) return;
  for (const auto part : parts) found.add(part);
}

/// "MRD-315 MRD-355 MRD-455"
void add_models_in_a_row(Found& found, std::string_view shown) {
  const auto words = text::split(shown, ' ');
  const auto shape = [](std::string_view word) {
    std::string out;
    for (const char c : word) out += is_digit(c) ? '9' : c;
    return out;
  };
  if (words.size() > 1 && has_digits(words[0]) && words[0].size() >= kNameMin &&
      std::ranges::all_of(words, [&](std::string_view word) { return shape(word) == shape(words[0]); })) {
    for (const auto word : words) found.add(word);
  }
}

/// May a name without its brand stand alone?
bool says_something(std::string_view name) {
  const NamePieces pieces{{name}};
  if (std::ranges::any_of(pieces.words(), [](const std::string& word) {
        return word.size() >= 3 && !is_kind_word(word) && !is_part_word(word) && !all_digits(word);
      })) {
    return true;
  }
  // "NJ/NX Series"
  if (pieces.words().size() >= 2 && is_family_word(pieces.words().back()) &&
      std::ranges::all_of(pieces.words(), [](const std::string& word) { return word.size() >= 2; }) &&
      !is_kind_word(pieces.words().front()) && !all_digits(pieces.words().front())) {
    return true;
  }
  // "670 series" of "Relion 670 series"
  return pieces.words().size() == 2 && pieces.words()[0].size() >= 3 && all_digits(pieces.words()[0]) &&
         is_family_word(pieces.words()[1]);
}

/// "CCS" of "Control Center Server (CCS)", "SCALANCE X408" of "SCALANCE X-300 switch family (incl. X408 and SIPLUS NET
/// variants)".
std::vector<std::string> names_in_brackets(std::string_view name) {
  std::vector<std::string> found;
  const auto open = name.find('(');
  if (open == std::string_view::npos || open < kNameMin) return found;
  // Some names are cut off within the brackets.
  const auto close = std::min(name.find(')', open), name.size());
  const auto front = text::trim(name.substr(0, open));
  const auto inside = name.substr(open + 1, close - open - 1);
  if (inside.size() >= 3 && inside.size() <= 6 && std::ranges::all_of(inside, is_upper)) {
    const NamePieces pieces{{front}};
    if (std::ranges::find(pieces.initials(), text::lower_ascii(inside)) != pieces.initials().end())
      found.emplace_back(inside);
  }
  // "GT SoftGOT2000" of "GOT2000 compatible HMI software (GT SoftGOT2000)"
  constexpr std::size_t kInsideMin = 6;
  if (inside.size() >= kInsideMin && is_upper(inside.front()) && inside.find(',') == inside.npos &&
      text::split(inside, ' ').size() == 2 && has_digits(inside) && says_something(inside) &&
      inside.find_first_of("0123456789") > 2) {
    found.emplace_back(inside);
  }
  if (!text::lower_ascii(inside.substr(0, 4)).starts_with("incl")) return found;
  // The CPUs of the ET 200 systems that are built like those of a family.
  if (inside.find("related ET200 CPUs") != std::string_view::npos ||
      inside.find("related ET 200 CPUs") != std::string_view::npos) {
    static constexpr auto kOf1500 = std::to_array<std::string_view>(
        {"CPU 1510SP-1 PN", "CPU 1510SP F-1 PN", "CPU 1512SP-1 PN", "CPU 1512SP F-1 PN", "CPU 1513pro-2 PN",
         "CPU 1513pro F-2 PN", "CPU 1516pro-2 PN", "CPU 1516pro F-2 PN"});
    static constexpr auto kOf300 =
        std::to_array<std::string_view>({"IM 151-8 PN/DP CPU", "IM 151-8F PN/DP CPU", "IM 151-7 CPU", "IM 151-7 F-CPU",
                                         "IM 154-8 PN/DP CPU", "IM 154-8F PN/DP CPU", "IM 154-8FX PN/DP CPU"});
    if (front.find("S7-1500") != std::string_view::npos) found.insert(found.end(), kOf1500.begin(), kOf1500.end());
    if (front.find("S7-300") != std::string_view::npos) found.insert(found.end(), kOf300.begin(), kOf300.end());
  }
  std::string before;
  for (const auto word : text::split(front, ' ')) {
    if (has_digits(word)) break;
    before.append(word).append(" ");
  }
  if (before.empty() || before.size() > front.size()) return found;
  for (const auto word : text::split(inside, ' ')) {
    auto tidy = word;
    while (tidy.ends_with(',') || tidy.ends_with('.')) tidy.remove_suffix(1);
    if (tidy.size() >= 3 && is_upper(tidy.front()) && has_digits(tidy) && tidy.front() != 'V' && tidy != "ET200")
      found.push_back(before + std::string{tidy});
  }
  return found;
}

}  // namespace

std::vector<std::string> former_names_in(std::string_view text) {
  std::vector<std::string> found;
  const auto lower = text::lower_ascii(text);
  for (const std::string_view mark : {"(formerly known as ", "(formerly ", "(former ", "(including former "}) {
    const auto at = lower.find(mark);
    const auto end = at == std::string::npos ? at : lower.find(')', at);
    if (end == std::string::npos) continue;
    auto former = text::squeeze(text.substr(at + mark.size(), end - at - mark.size()));
    if (former.size() >= kNameMin && !former.starts_with("known as ")) found.push_back(std::move(former));
  }
  return found;
}

std::vector<std::string> names_within(std::string_view name) {
  Found found{name};
  const auto shown = domain::product_display_name(name.substr(0, kNameBytesMax));
  const auto lower = text::lower_ascii(shown);
  const bool has_brackets = shown.find('(') != std::string::npos;
  for (const auto& former : former_names_in(shown)) found.add(former);
  if (const auto at = lower.find(" including "); at != std::string::npos && !has_brackets) {
    found.add_list(std::string_view{shown}.substr(at + 11));
  }
  if (const auto at = shown.find(" / "); at != std::string::npos && !has_brackets) {
    found.add(std::string_view{shown}.substr(0, at));
    found.add(std::string_view{shown}.substr(at + 3));
  }
  add_two_models(found, shown, lower);
  add_two_parts(found, shown, lower);
  add_two_words(found, shown);
  add_releases(found, shown);
  add_codes(found, shown);
  add_numbered_models(found, shown);
  add_model_list(found, shown);
  // "Alaris Gateway Workstation Alaris CC"
  if (const auto blank = shown.find(' '); blank != std::string::npos && blank >= kNameMin) {
    const auto again = shown.find(" " + shown.substr(0, blank + 1), blank);
    if (again != std::string::npos && shown.find_first_of(",(/") == std::string::npos) {
      found.add(std::string_view{shown}.substr(again + 1));
    }
  }
  add_models_in_a_row(found, shown);
  return std::move(found.names);
}

std::string_view before_for(std::string_view name) {
  const auto at = name.find(" for ");
  return at == std::string_view::npos ? std::string_view{} : name.substr(0, at);
}

std::string_view line_in_name(std::string_view name, std::string_view version_text) {
  const auto blank = name.rfind(' ');
  if (blank == std::string_view::npos || blank < 3) return {};
  const auto line = name.substr(blank + 1);
  if (line.empty() || line.size() > 2 || !all_digits(line)) return {};
  for (auto at = version_text.find(line); at != std::string_view::npos; at = version_text.find(line, at + 1)) {
    const bool begins = at == 0 || !(is_digit(version_text[at - 1]) || version_text[at - 1] == '.');
    if (begins && at + line.size() < version_text.size() && version_text[at + line.size()] == '.') return line;
  }
  return {};
}

std::vector<std::string> other_names(std::string_view name, std::string_view version_text, bool front_is_one) {
  auto names = names_within(name);
  if (const auto bare = without_brand(name); bare != name && says_something(bare)) names.emplace_back(bare);
  if (const auto line = line_in_name(name, version_text); !line.empty()) {
    names.emplace_back(text::trim(name.substr(0, name.size() - line.size())));
  }
  // "SICAM WEB firmware for SICAM A8000 RTUs"; "CODESYS Control for ..." is many things.
  if (const auto front = before_for(name); !front.empty() && front_is_one && says_something(front))
    names.emplace_back(front);
  // "TUG Home Base Server a server used to control ..."
  if (const auto at = name.find(" used to "); at != std::string_view::npos) {
    if (const auto a = name.rfind(" a ", at); a != std::string_view::npos && a >= kNameMin)
      names.emplace_back(name.substr(0, a));
  }
  // "Conext ComBox model 865-1058", "Programmer/Recorder/Monitor (PRM) - Model 3120"
  for (const std::string_view mark : {" - Model ", " model ", " - model "}) {
    const auto at = name.find(mark);
    if (at == std::string_view::npos || at < kNameMin) continue;
    const auto model = name.substr(at + mark.size());
    if (has_digits(model) && model.find(' ') == std::string_view::npos) names.emplace_back(name.substr(0, at));
    break;
  }
  // "Connected Components Workbench - Developer Edition 9328-CCWDEVDEE"
  if (const auto blank = name.rfind(' '); blank != std::string_view::npos && blank >= kNameMin) {
    constexpr std::size_t kCatalogueMin = 8;
    const auto last = name.substr(blank + 1);
    if (last.size() >= kCatalogueMin && has_digits(last) && last.find('-') != std::string_view::npos &&
        last.find('(') == std::string_view::npos && name.substr(0, blank).ends_with("Edition")) {
      names.emplace_back(name.substr(0, blank));
    }
  }
  // What a product holds anyway: "CODESYS HMI V3 containing the CmpUserMgr component".
  if (const auto at = name.find(" containing the "); at != std::string_view::npos && name.ends_with(" component"))
    names.emplace_back(name.substr(0, at));
  for (auto& own : names_in_brackets(name)) names.push_back(std::move(own));
  for (auto& former : former_names_in(version_text)) names.push_back(std::move(former));
  // "System 1 Part No. 3071/xx"
  for (const std::string_view mark : {" Part No", " (Part N", " Article n"}) {
    const auto part = name.find(mark);
    if (part != std::string_view::npos && part >= kNameMin) names.emplace_back(name.substr(0, part));
  }
  // "PI Vision 2020", of which all before "PI Vision 2020" are affected: the release is a bound, not part of the name.
  if (const auto blank = name.rfind(' '); blank != std::string_view::npos && has_digits(name.substr(blank)) &&
                                          text::contains_ignore_case_ascii(version_text, name)) {
    names.emplace_back(name.substr(0, blank));
  }
  return names;
}

}  // namespace tocsin::engine::exposure
