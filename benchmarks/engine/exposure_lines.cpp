#include "exposure_lines.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "formats/order_number.hpp"

namespace tocsin::benchmarks {
namespace {

namespace csaf = formats::csaf;
using Truth = Line::Truth;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// Numbers of "4.5.1" or "V4.5"; empty for what is not only that. Truth is made by these alone, not by the reader that
/// is put to the proof.
std::vector<int> numbers_of(std::string_view text) {
  text = text::trim(text);
  if (!text.empty() && (text.front() == 'V' || text.front() == 'v')) text.remove_prefix(1);
  std::vector<int> numbers;
  for (const auto part : text::split(text, '.')) {
    if (part.empty() || part.size() > 5 || !std::ranges::all_of(part, is_digit)) return {};
    // "5.07" may be 5.7 or 5.07: nobody's truth.
    if (part.size() > 1 && part.front() == '0') return {};
    numbers.push_back(std::atoi(std::string{part}.c_str()));
  }
  return numbers;
}

std::string text_of(const std::vector<int>& numbers) {
  std::string out;
  for (const int number : numbers) out += (out.empty() ? "" : ".") + std::to_string(number);
  return out;
}

/// What is installed, for one range of an advisory: "< X", "<= X" or all versions, and nothing else.
struct Installed {
  bool all = false, inclusive = false;
  std::string inside = "1.0", outside, edge;
};
bool read_range(std::string_view text, Installed& installed) {
  installed.all = text == "vers:all/*";
  if (installed.all) return true;
  text = text::trim(text);
  if (text.starts_with("vers:all/")) text.remove_prefix(9);
  if (!text.starts_with('<')) return false;
  text.remove_prefix(1);
  installed.inclusive = text.starts_with('=');
  if (installed.inclusive) text.remove_prefix(1);
  const auto version = numbers_of(text);
  if (version.size() < 2) return false;
  auto lower = version;
  auto at = lower.size();
  while (at > 0 && lower[at - 1] == 0) --at;
  if (at == 0) return false;
  --lower[at - 1];
  for (; at < lower.size(); ++at) lower[at] = 9;
  auto higher = version;
  ++higher.back();
  installed.inside = text_of(lower);
  installed.outside = text_of(higher);
  installed.edge = text_of(version);
  return true;
}

std::string without_brackets(std::string name) {
  while (true) {
    const auto open = name.find('(');
    const auto close = open == std::string::npos ? open : name.find(')', open);
    if (close == std::string::npos) break;
    // "(32M)" tells one model from another; without it a line says too little.
    const auto content = name.substr(open + 1, close - open - 1);
    const bool is_code = content.size() <= 5 && std::ranges::any_of(content, is_digit) &&
                         std::ranges::any_of(content, is_letter) && content.find(' ') == std::string::npos;
    name.replace(open, close - open + 1, is_code ? " " + content + " " : "");
  }
  return text::squeeze(name);
}

/// Names by which plants know a maker: what the nameplate says, or an order of long ago.
std::vector<std::string_view> other_names_of(std::string_view vendor) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"schneider-electric", "Telemecanique"},
      {"schneider-electric", "Schneider"},
      {"rockwell-automation", "Allen-Bradley"},
      {"rockwell-automation", "Allen Bradley"},
      {"hitachi-energy", "ABB Power Grids"},
      {"hitachi-energy", "Hitachi ABB Power Grids"},
      {"aveva", "Wonderware"},
      {"osisoft", "AVEVA"},
      {"becton-dickinson", "CareFusion"},
      {"bd", "CareFusion"},
      {"general-electric", "GE Fanuc"},
      {"general-electric", "GE Digital"},
      {"emerson", "Fisher-Rosemount"},
      {"hillrom", "Welch Allyn"},
      {"mitsubishi-electric", "Mitsubishi"},
      {"johnson-controls", "JCI"},
      {"honeywell", "Honeywell Process Solutions"},
      {"phoenix-contact", "PhoenixContact"},
      {"siemens", "SIEMENS AG"},
      {"codesys", "3S-Smart Software Solutions"},
      {"hirschmann", "Belden"},
      {"ls-electric", "LSIS"},
      {"draeger", "Draeger"},
      {"delta-electronics", "Delta"},
      {"omron", "OMRON Corporation"},
      {"moxa", "MOXA Inc."},
      {"yokogawa", "Yokogawa Electric Corporation"},
  };
  const auto key = domain::vendor_key(vendor);
  std::vector<std::string_view> names;
  for (const auto& [of, name] : kNames) {
    if (key == of || key.starts_with(std::string{of} + "-")) names.push_back(name);
  }
  return names;
}

std::string mistype(std::string name, std::mt19937& random) {
  // Two neighbouring letters of a long word change places.
  std::vector<std::size_t> places;
  for (std::size_t i = 1; i + 2 < name.size(); ++i) {
    if (is_letter(name[i - 1]) && is_letter(name[i]) && is_letter(name[i + 1]) && is_letter(name[i + 2]) &&
        name[i] != name[i + 1]) {
      places.push_back(i);
    }
  }
  if (places.empty()) return {};
  const auto at = places[random() % places.size()];
  std::swap(name[at], name[at + 1]);
  return name;
}

std::string without_separators(std::string_view name) {
  std::string out;
  for (const char c : name) out += c == '-' || c == '_' ? ' ' : c;
  return out;
}

std::string without_words(const std::string& name) {
  auto out = text::fold(name);
  for (const std::string_view word : {" firmware", " series", " software", " controllers", " controller", " family"}) {
    if (const auto at = out.find(word); at != std::string::npos) out.erase(at, word.size());
  }
  return out;
}

std::string letters_and_digits(std::string_view text) {
  std::string out;
  for (const char c : text::fold(text)) {
    if (is_digit(c) || is_letter(c)) out += c;
  }
  return out;
}

class Maker {
 public:
  Maker(const std::vector<csaf::Advisory>& advisories, std::uint32_t seed) : advisories_(advisories), random_(seed) {
    for (const auto& advisory : advisories) {
      for (const auto& product : advisory.products) {
        const auto name = name_of(product);
        everything_ += letters_and_digits(name) + ' ';
        for (const auto& number : numbers_of_product(product)) order_numbers_.insert(letters_and_digits(number));
        by_vendor_[domain::vendor_key(product.vendor)].insert(without_brackets(name));
      }
    }
  }

  void lines_of(std::size_t at, std::size_t products_max) {
    const auto& advisory = advisories_[at];
    std::map<std::string, int> named;
    for (const auto& product : advisory.products)
      ++named[letters_and_digits(without_words(without_brackets(product.product)))];
    std::set<std::string> affected;
    for (const auto& vulnerability : advisory.vulnerabilities) {
      for (const auto& group : vulnerability.statuses) {
        if (group.status == csaf::ProductStatus::known_affected)
          affected.insert(group.product_ids.begin(), group.product_ids.end());
      }
    }
    std::size_t taken = 0;
    for (const auto& product : advisory.products) {
      // Where a name stands twice, with two ranges, the truth is not known by one of them.
      if (!affected.contains(product.id) ||
          named[letters_and_digits(without_words(without_brackets(product.product)))] > 1)
        continue;
      advisory_ = at;
      lines_of(product);
      if (++taken == products_max) break;
    }
  }

  std::vector<Line> lines;

 private:
  static std::string name_of(const csaf::Product& product) {
    return domain::product_display_name(product.product.empty() ? product.name : product.product);
  }
  static std::vector<std::string> numbers_of_product(const csaf::Product& product) {
    return product.model_numbers.empty() ? formats::order_numbers_in(name_of(product)) : product.model_numbers;
  }

  /// Where it stands, what it does, who is to leave it alone: as people write it behind a name.
  std::string more_words() {
    static constexpr std::string_view kMore[] = {" panel 3 pump house", " - Halle 4",        " spare",
                                                 " (boiler room)",      " line 2 packaging", " Werk Nord",
                                                 " do not update",      " -20MAA10",         " sub station Miller",
                                                 " redundant A",        " Leitstand",        " (new)"};
    return std::string{kMore[random_() % std::size(kMore)]};
  }

  void add(const char* kind, std::string vendor, std::string product, std::string model, std::string version,
           Truth truth) {
    if (product.empty() && model.empty()) return;
    Line line;
    line.kind = kind;
    line.item.vendor = std::move(vendor);
    line.item.product = std::move(product);
    line.item.model = std::move(model);
    line.item.versions.push_back({"firmware", std::move(version)});
    line.advisory = advisory_;
    line.origin = advisory_;
    line.truth = truth;
    lines.push_back(std::move(line));
  }

  void lines_of(const csaf::Product& product) {
    Installed installed;
    if (!read_range(product.version, installed)) return;
    const auto vendor = domain::vendor_display_name(product.vendor);
    const auto name = name_of(product);
    const auto bare = without_brackets(name);
    if (bare.size() < 3) return;
    const auto& inside = installed.inside;
    add("as written", vendor, name, "", inside, Truth::affected);
    if (!installed.all) add("version outside", vendor, name, "", installed.outside, Truth::not_affected);
    if (!installed.all) {
      add("version at the edge", vendor, name, "", installed.edge,
          installed.inclusive ? Truth::affected : Truth::not_affected);
    }
    switch (random_() % 10) {
      case 0:
        add("lower case", text::lower_ascii(vendor), text::lower_ascii(bare), "", "v" + inside, Truth::affected);
        break;
      case 1:
        add("no vendor", "", bare, "", inside, Truth::affected);
        break;
      case 2:
        add("vendor in the name", "", vendor + " " + bare, "", "FW " + inside, Truth::affected);
        break;
      case 3:
        add("mistyped", vendor, mistype(bare, random_), "", inside, Truth::affected);
        break;
      case 4:
        add("other separators", vendor, without_separators(bare), "", "Rev " + inside, Truth::affected);
        break;
      case 5:
        add("more words", vendor, bare + more_words(), "", "V" + inside, Truth::affected);
        break;
      case 6:
        add("no firmware word", vendor, without_words(bare), "", inside, Truth::affected);
        break;
      case 7: {
        static constexpr std::string_view kNoise[] = {
            "Firmware Version: V", "Ver. ", "FW: ",        "version ", "Rev. ", "release ", "V ", "FW-",
            "firmware rev ",       "SW V",  "Version: v.", "FW V"};
        add("noise in the version", vendor, bare, "", std::string{kNoise[random_() % std::size(kNoise)]} + inside,
            Truth::affected);
        break;
      }
      default:
        break;
    }
    if (const auto others = other_names_of(vendor); !others.empty() && random_() % 2 == 0) {
      auto own = bare;  // The maker's own name does not stand in the product's then.
      if (own.starts_with(vendor + " ")) own.erase(0, vendor.size() + 1);
      add("vendor's other name", std::string{others[random_() % others.size()]}, own, "", inside, Truth::affected);
    }
    other_advisories(product, vendor, name, inside);
    family(product, vendor, bare, installed);
    neighbour(vendor, bare, inside);
    order_number(product, vendor, bare, installed);
  }

  /// What a family of the advisory covers: a member that other advisories name; and a family where the advisory names
  /// members, which only a question can decide.
  void family(const csaf::Product& product, const std::string& vendor, const std::string& bare,
              const Installed& installed) {
    const auto folded = text::fold(bare);
    for (const std::string_view word : {" family", " series"}) {
      if (!folded.ends_with(word)) continue;
      const auto front = bare.substr(0, bare.size() - word.size()) + " ";
      std::vector<std::string> members;
      for (const auto& other : by_vendor_[domain::vendor_key(product.vendor)]) {
        const auto more = other.size() > front.size() && other.starts_with(front) ? other.substr(front.size()) : "";
        // "R 1200" is a member; "S7-1500 software" is another thing.
        if (more.empty() || !std::ranges::any_of(more, is_digit) || std::ranges::count(more, ' ') > 1) continue;
        if (text::fold(more).find("software") != std::string::npos) continue;
        members.push_back(other);
      }
      const auto& all = advisories_[advisory_].products;
      const bool split = std::ranges::any_of(all, [&](const csaf::Product& each) {
        return &each != &product && name_of(each).starts_with(front.substr(0, front.size() - 1));
      });
      if (members.empty() || split) return;
      add("member of a family", vendor, members[random_() % members.size()], "", installed.inside, Truth::affected);
      return;
    }
    // Without the code at its end a name says less: "SCALANCE" of "SCALANCE S602".
    const auto cut = bare.rfind(' ');
    if (cut == std::string::npos || random_() % 8 != 0) return;
    const auto last = bare.substr(cut + 1), front = bare.substr(0, cut);
    const bool is_code = last.size() >= 3 && std::ranges::any_of(last, is_digit) && last.find('.') == std::string::npos;
    const auto said = letters_and_digits(front);
    // A family of nothing but general words, or of the vendor's name, is none.
    if (!is_code || said.size() < 4 || said == letters_and_digits(vendor)) return;
    add("family instead of product", vendor, front, "", installed.inside, Truth::ask);
  }

  /// An advisory of the maker that has no word in common with the name but the maker's; and one of another maker that
  /// has a long one.
  void other_advisories(const csaf::Product& product, const std::string& vendor, const std::string& name,
                        const std::string& inside) {
    if (random_() % 3 != 0) return;
    const auto own = words_of(name, vendor);
    const auto key = domain::vendor_key(product.vendor);
    bool same_maker = false, other_maker = false;
    for (int tries = 0; tries < 60 && !(same_maker && other_maker); ++tries) {
      const auto at = random_() % advisories_.size();
      bool same = false, shared = false, shared_long = false, knows_maker = false;
      for (const auto& each : advisories_[at].products) {
        same = same || domain::vendor_key(each.vendor) == key;
        for (const auto& word : words_of(name_of(each) + " " + each.vendor, same ? vendor : "")) {
          knows_maker = knows_maker || letters_and_digits(vendor).starts_with(word);
          if (!own.contains(word)) continue;
          shared = true;
          shared_long = shared_long || word.size() >= 5;
        }
      }
      const bool take_same = same && !shared && !same_maker,
                 take_other = !same && !knows_maker && shared_long && !other_maker;
      if (!take_same && !take_other) continue;
      (take_same ? same_maker : other_maker) = true;
      add(take_same ? "other product of the maker" : "other maker's product", vendor, name, "", inside,
          Truth::not_affected);
      lines.back().advisory = at;
    }
  }
  static std::set<std::string> words_of(const std::string& name, const std::string& without) {
    std::set<std::string> words;
    const auto left_out = text::fold(without);
    std::string word;
    for (const char c : text::fold(name) + " ") {
      if (is_digit(c) || is_letter(c)) {
        word += c;
        continue;
      }
      if (word.size() >= 2 && left_out.find(word) == std::string::npos) words.insert(word);
      word.clear();
    }
    return words;
  }

  /// A model that no advisory names and that differs by one character from one that is named.
  void neighbour(const std::string& vendor, const std::string& bare, const std::string& inside) {
    if (random_() % 3 != 0) return;
    const auto folded = text::fold(bare);
    for (const std::string_view word : {"family", "series", "all ", "*", "xx", "version", "/", ",", " and "}) {
      if (folded.find(word) != std::string::npos) return;
    }
    const auto cut = bare.rfind(' ');
    const auto last = cut == std::string::npos ? bare : bare.substr(cut + 1);
    if (std::ranges::count_if(last, is_digit) < 3 || last.find('.') != std::string::npos ||
        !std::ranges::any_of(last, is_letter)) {
      return;
    }
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < last.size(); ++i) {
      if (is_digit(last[i])) places.push_back(i);
    }
    const auto place = places[random_() % places.size()];
    for (char digit = '0'; digit <= '9'; ++digit) {
      auto other = last;
      other[place] = digit;
      if (everything_.find(letters_and_digits(other)) != std::string::npos) continue;
      add("neighbouring model", vendor, bare.substr(0, bare.size() - last.size()) + other, "", inside,
          Truth::not_affected);
      return;
    }
  }

  void order_number(const csaf::Product& product, const std::string& vendor, const std::string& bare,
                    const Installed& installed) {
    const auto numbers = numbers_of_product(product);
    if (numbers.empty()) return;
    const auto& number = numbers.front();
    const auto& inside = installed.inside;
    add("order number alone", "", "", number, inside, Truth::affected);
    auto spaced = number;
    if (spaced.size() > 6 && spaced[4] != ' ' && spaced[4] != '-') spaced.insert(4, " ");
    add("order number with blank", vendor, "", spaced, inside, Truth::affected);
    if (!installed.all) add("order number, outside", vendor, "", number, installed.outside, Truth::not_affected);
    // An x for a digit, as where the revision is not known: of a number without a sibling that it would name as well.
    auto wild = number;
    if (const auto digit = wild.find_last_of("0123456789"); digit != std::string::npos && digit >= 10) {
      const auto compact = letters_and_digits(number);
      const auto at = letters_and_digits(number.substr(0, digit)).size();
      const auto siblings = std::ranges::count_if(order_numbers_, [&](const std::string& each) {
        return each.size() == compact.size() && each.compare(0, at, compact, 0, at) == 0 &&
               each.compare(at + 1, std::string::npos, compact, at + 1) == 0;
      });
      wild[digit] = 'x';
      if (siblings == 1) add("order number with wildcard", vendor, "", wild, inside, Truth::affected);
    }
    // Another number under the same name is another device.
    const auto digit = number.find_last_of("0123456789");
    if (digit == std::string::npos || digit < 8 || random_() % 2 != 0) return;
    if (letters_and_digits(bare).find(letters_and_digits(number)) != std::string::npos) return;
    for (char other = '9'; other >= '0'; --other) {
      auto changed = number;
      changed[digit] = other;
      if (order_numbers_.contains(letters_and_digits(changed))) continue;
      add("neighbouring order number", vendor, bare, changed, inside, Truth::not_affected);
      return;
    }
  }

  const std::vector<csaf::Advisory>& advisories_;
  std::mt19937 random_;
  std::size_t advisory_ = 0;
  std::set<std::string> order_numbers_;
  std::string everything_;
  std::map<std::string, std::set<std::string>> by_vendor_;
};

}  // namespace

std::vector<Line> make_lines(const std::vector<csaf::Advisory>& advisories, std::uint32_t seed,
                             std::size_t products_max) {
  Maker maker{advisories, seed};
  for (std::size_t at = 0; at < advisories.size(); ++at) maker.lines_of(at, products_max);
  return std::move(maker.lines);
}

}  // namespace tocsin::benchmarks
