#include "engine/exposure/product_name.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "formats/order_number.hpp"

namespace tocsin::engine::exposure {
namespace {

/// Pieces are of so many runs of letters or digits, and so long, at most.
constexpr std::size_t kRunsMax = 6;
constexpr std::size_t kPieceBytesMax = 24;
constexpr std::size_t kInitialsMin = 3, kInitialsMax = 5;
constexpr std::size_t kRunsOfTextMax = 96;
constexpr std::size_t kTermsMax = 24;
constexpr std::size_t kSpellingsMax = 16;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80U) != 0; }
bool is_alnum(char c) noexcept { return is_digit(c) || is_letter(c); }

/// "C\u2022CURE" is written with a dash, too.
std::string fold_name(std::string_view name) {
  auto folded = text::fold(name);
  constexpr std::string_view kBullet = "\u2022";
  for (auto at = folded.find(kBullet); at != std::string::npos; at = folded.find(kBullet, at))
    folded.replace(at, kBullet.size(), "-");
  return folded;
}

std::string compact(std::string_view folded) {
  std::string out;
  for (const char c : folded) {
    if (is_alnum(c)) out += c;
  }
  return out;
}

bool is_version_word(std::string_view word) noexcept {
  if (word.starts_with('v') && word.size() > 1) {
    return std::ranges::all_of(word.substr(1), [](char c) { return is_digit(c) || c == '.' || c == 'x'; });
  }
  const bool year =
      word.size() == 4 && (word.starts_with("19") || word.starts_with("20")) && is_digit(word[2]) && is_digit(word[3]);
  // "version1"
  if (word.starts_with("version") && word.size() > 7 && std::ranges::all_of(word.substr(7), is_digit)) return true;
  return year || (word.starts_with("sp") && word.size() == 3 && is_digit(word[2]));
}

/// "R00/01/02CPU" as r00cpu, r01cpu, r02cpu; "R120(EN)CPU" as r120cpu, r120encpu; else the word itself.
std::vector<std::string> spellings_of(std::string_view word) {
  std::vector<std::string> found;
  const auto add = [&found](std::string spelling) {
    if (!spelling.empty() && found.size() < kSpellingsMax && std::ranges::find(found, spelling) == found.end()) {
      found.push_back(std::move(spelling));
    }
  };
  if (const auto open = word.find('('); open != std::string_view::npos) {
    const auto close = word.find(')', open);
    if (close != std::string_view::npos) {
      const auto head = word.substr(0, open), tail = word.substr(close + 1);
      for (const auto& each : spellings_of(std::string{head}.append(tail))) add(each);
      for (const auto& each :
           spellings_of(std::string{head}.append(word.substr(open + 1, close - open - 1)).append(tail))) {
        add(each);
      }
      return found;
    }
  }
  const auto parts = text::split(word, '/');
  // "3500/22M" is one model: in a list the numbers are of one length.
  const auto digits_of = [](std::string_view part) { return std::ranges::count_if(part, is_digit); };
  const auto is_number = [&](std::string_view part) { return !part.empty() && digits_of(part) == std::ssize(part); };
  // "Q04/06/50/100UDEHCPU" is one, too: between its ends stand numbers alone.
  const bool numbers = parts.size() > 2 && digits_of(parts.front()) > 0 && is_digit(parts.back().front()) &&
                       std::all_of(parts.begin() + 1, parts.end() - 1, is_number);
  const bool list = numbers || (parts.size() > 1 && std::ranges::all_of(parts, [&](std::string_view part) {
                                  return digits_of(part) > 0 && digits_of(part) == digits_of(parts.front());
                                }));
  if (!list) {
    add(compact(word));
    return found;
  }
  // What stands before the digits of the first goes for all, and what stands behind those of the last.
  const auto first_digit =
      static_cast<std::size_t>(std::ranges::find_if(parts.front(), is_digit) - parts.front().begin());
  const auto head = parts.front().substr(0, first_digit);
  const auto& last = parts.back();
  auto tail_at = last.size();
  while (tail_at > 0 && !is_digit(last[tail_at - 1])) --tail_at;
  const auto tail = last.substr(tail_at);
  for (const auto part : parts) {
    std::string whole;
    if (is_digit(part.front()) && &part != &parts.front()) whole += head;
    whole += part;
    // "670/SAM600-IO": what has letters of its own in front keeps its end to itself.
    if (is_digit(part.back()) && (is_digit(last.front()) || !is_digit(part.front()) || !head.empty())) whole += tail;
    add(compact(whole));
  }
  return found;
}

struct Word {
  std::string text;  ///< Folded.
  bool aside = false;
};

bool ends_word(char c) noexcept {
  switch (c) {
    case ' ':
    case ',':
    case ';':
    case ':':
    case '"':
    case '\'':
    case '&':
    case '|':
    case '[':
    case ']':
      return true;
    default:
      return false;
  }
}

std::vector<Word> words_of(std::string_view folded) {
  std::vector<Word> words;
  std::string word;
  int depth = 0;
  const auto finish = [&] {
    if (!compact(word).empty()) words.push_back({word, depth > 0});
    word.clear();
  };
  for (std::size_t at = 0; at < folded.size(); ++at) {
    const char c = folded[at];
    if (c == '(') {
      // "R120(EN)CPU": part of the word.
      const auto close = folded.find(')', at);
      const bool inside = !word.empty() && close != std::string_view::npos && close - at <= 6 &&
                          folded.substr(at, close - at).find(' ') == std::string_view::npos &&
                          close + 1 < folded.size() && is_alnum(folded[close + 1]);
      if (inside) {
        word += folded.substr(at, close - at + 1);
        at = close;
        continue;
      }
      finish();
      // "(32M)": a model's own letters, not something said aside.
      const auto content = close == std::string_view::npos ? std::string_view{} : folded.substr(at + 1, close - at - 1);
      if (content.size() >= 2 && content.size() <= 5 && std::ranges::any_of(content, is_digit) &&
          std::ranges::any_of(content, is_letter) && std::ranges::all_of(content, is_alnum) && content.front() != 'v' &&
          !content.starts_with("sp")) {
        words.push_back({std::string{content}, depth > 0});
        at = close;
        continue;
      }
      ++depth;
    } else if (c == ')') {
      finish();
      depth = std::max(0, depth - 1);
    } else if (ends_word(c)) {
      finish();
    } else {
      word += c;
    }
  }
  finish();
  return words;
}

/// "WebAccess/SCADA" as two words, which may stand apart elsewhere; "PN/DP" and "R00/01" stay.
std::vector<Word> without_strokes(const std::vector<Word>& words) {
  std::vector<Word> apart;
  for (const auto& each : words) {
    auto word = each;
    // "SK 3232-Series"
    bool family = false;
    for (const std::string_view end : {"-series", "-family"}) {
      if (!word.text.ends_with(end) || word.text.size() <= end.size()) continue;
      word.text.resize(word.text.size() - end.size());
      family = true;
    }
    const auto add_family = [&] {
      if (family) apart.push_back({"series", word.aside});
    };
    const auto parts = text::split(word.text, '/');
    const bool two =
        parts.size() > 1 && std::ranges::all_of(parts, [](std::string_view part) {
          return part.size() >= 4 && std::ranges::none_of(part, is_digit) && part.find('(') == std::string_view::npos;
        });
    if (!two) {
      apart.push_back(word);
      add_family();
      continue;
    }
    for (const auto part : parts) apart.push_back({std::string{part}, word.aside});
  }
  return apart;
}

bool opens_clause(std::string_view word) noexcept {
  static constexpr std::array kWords =
      std::to_array<std::string_view>({"with", "running", "using", "containing", "when", "if"});
  return std::ranges::find(kWords, word) != kWords.end();
}

/// Takes out "(incl. SIPLUS variants)", "including ...": tells whether there was one.
bool take_variants(std::string& folded) {
  bool found = false;
  for (const std::string_view opening : {"(incl", "(all ", "(and variants", "(with all"}) {
    for (auto at = folded.find(opening); at != std::string::npos; at = folded.find(opening)) {
      int depth = 0;
      auto end = at;
      for (; end < folded.size(); ++end) {
        if (folded[end] == '(') ++depth;
        if (folded[end] == ')' && --depth == 0) break;
      }
      folded.erase(at, end == folded.size() ? end - at : end + 1 - at);
      found = true;
    }
  }
  return found;
}

}  // namespace

std::string compact_word(std::string_view text) { return compact(fold_name(text)); }

bool is_swapped(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) {
    const auto& longer = a.size() > b.size() ? a : b;
    const auto& shorter = a.size() > b.size() ? b : a;
    return shorter.size() >= 4 && longer.size() == shorter.size() + 1 && longer.back() == 's' &&
           is_letter(shorter.back()) && longer.starts_with(shorter);
  }
  if (a.size() < 4) return false;
  std::size_t at = 0;
  while (at < a.size() && a[at] == b[at]) ++at;
  if (at + 1 >= a.size() || a[at] != b[at + 1] || a[at + 1] != b[at]) return false;
  if (!is_letter(a[at]) || !is_letter(a[at + 1])) return false;
  return a.substr(at + 2) == b.substr(at + 2);
}

bool is_near(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty() || a.front() != b.front()) return false;
  if (is_swapped(a, b)) return true;
  if (a.size() < 5 || b.size() < 5 || has_digits(a) || has_digits(b)) return false;
  const int limit = a.size() >= 9 ? 2 : 1;
  return text::edit_distance(a, b, limit) <= limit;
}

bool has_digits(std::string_view text) noexcept { return std::ranges::any_of(text, is_digit); }

/// Short and long forms of one word: "PN" of "PROFINET".
std::string_view other_form(std::string_view word) noexcept {
  static constexpr auto kForms = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"profinet", "pn"},
      {"professional", "pro"},
      {"corporate", "corp"},
      {"enterprise", "ent"},
      {"standard", "std"},
      {"advanced", "adv"},
      {"basic", "bas"},
  });
  for (const auto& [long_form, short_form] : kForms) {
    if (word == long_form) return short_form;
    if (word == short_form) return long_form;
  }
  return {};
}

bool is_generic_word(std::string_view word) noexcept {
  static constexpr std::array kWords = std::to_array<std::string_view>(
      {"a",       "all",     "an",         "and",     "any",         "by",         "device",      "devices",
       "edition", "family",  "firmware",   "for",     "from",        "fw",         "hardware",    "in",
       "inc",     "incl",    "installed",  "line",    "model",       "models",     "module",      "modules",
       "of",      "on",      "or",         "part",    "plc",         "plcs",       "product",     "products",
       "range",   "rev",     "revision",   "running", "series",      "software",   "suite",       "system",
       "systems", "the",     "to",         "type",    "unit",        "units",      "variant",     "variants",
       "ver",     "version", "versions",   "with",    "application", "controller", "controllers", "1st",
       "2nd",     "3rd",     "generation", "panel",   "panels"});
  return std::ranges::find(kWords, word) != kWords.end();
}

bool is_family_word(std::string_view word) noexcept {
  static constexpr std::array kWords = std::to_array<std::string_view>(
      {"family", "families", "series", "panels", "switches", "controllers", "cpus", "cameras", "relays", "drives",
       "routers", "devices", "products", "modules", "processors", "plcs", "gateways"});
  return std::ranges::find(kWords, word) != kWords.end();
}

bool is_describing_word(std::string_view word) noexcept {
  static constexpr std::array kWords = std::to_array<std::string_view>(
      {"access",     "admin",       "alarm",       "analyzer",   "app",         "area",        "automation",
       "backup",     "basement",    "boiler",      "building",   "cabinet",     "camera",      "cell",
       "cellular",   "client",      "computer",    "control",    "converter",   "cooling",     "database",
       "dcs",        "department",  "display",     "drive",      "dvr",         "engineering", "ethernet",
       "floor",      "gateway",     "hall",        "halle",      "hmi",         "house",       "industrial",
       "infusion",   "insulin",     "interface",   "keller",     "kiosk",       "laboratory",  "light",
       "line",       "linie",       "machine",     "main",       "maintenance", "management",  "monitor",
       "monitoring", "motor",       "mixer",       "new",        "north",       "nvr",         "old",
       "operator",   "packaging",   "panel",       "pc",         "plant",       "platform",    "power",
       "production", "program",     "programming", "protection", "pump",        "rack",        "radio",
       "raum",       "relay",       "remote",      "reserve",    "room",        "router",      "runtime",
       "scada",      "schrank",     "security",    "server",     "service",     "shop",        "site",
       "south",      "spare",       "station",     "substation", "supply",      "sw",          "switch",
       "tank",       "temperature", "terminal",    "tool",       "ups",         "viewer",      "warehouse",
       "water",      "web",         "west",        "wireless",   "workstation", "yard",        "lite",
       "oem",        "trial",       "multiplexer", "syringe",    "chiller",     "process",     "central",
       "east",       "werk",        "anlage",      "license",    "kit",         "node",        "framework",
       "supervisor", "library",     "stack",       "daemon",     "parser",      "user",        "reader",
       "windows",    "linux",       "firewall",    "collector",  "robot",       "meter",       "transmitter",
       "door",       "managed",     "industrie",   "industry"});
  return std::ranges::find(kWords, word) != kWords.end();
}

bool is_part_word(std::string_view word) noexcept {
  static constexpr std::array kWords = std::to_array<std::string_view>(
      {"admin",    "agent",   "android",  "app",       "backup",    "client",   "configurator", "converter",
       "database", "driver",  "gateway",  "interface", "ios",       "kiosk",    "loader",       "manager",
       "mobile",   "remote",  "server",   "service",   "simulator", "terminal", "viewer",       "web",
       "runtime",  "display", "designer", "clients",   "servers",   "drivers",  "services"});
  return std::ranges::find(kWords, word) != kWords.end();
}

bool is_kind_word(std::string_view word) noexcept {
  if (is_part_word(word)) return false;
  static constexpr std::array kMore = std::to_array<std::string_view>(
      {"analyzer", "editor", "environment", "hmi",      "management", "meter", "network", "rtu",    "rtus",
       "scada",    "sensor", "station",     "switches", "system",     "tool",  "tools",   "router", "routers",
       "cameras",  "gauge",  "package",     "solution", "family",     "modem", "modems",  "utility"});
  return is_generic_word(word) || is_describing_word(word) || std::ranges::find(kMore, word) != kMore.end();
}

std::string_view without_brand(std::string_view name) noexcept {
  static constexpr std::array kBrands = std::to_array<std::string_view>(
      {"SIMATIC",    "SIPLUS",   "RUGGEDCOM", "ROX",           "ROS",     "SCALANCE",   "SINAMICS",    "SINUMERIK",
       "SENTRON",    "SIPROTEC", "SICAM",     "Simcenter",     "MELSEC",  "MELSOFT",    "EcoStruxure", "Modicon",
       "PACSystems", "Proficy",  "Relion",    "Allen-Bradley", "AVEVA",   "Wonderware", "Ewon",        "SCADAPack",
       "SYSMAC",     "Desigo",   "Lumada",    "Reyrolle",      "Climatix"});
  auto rest = name;
  for (;;) {
    const auto blank = rest.find(' ');
    if (blank == std::string_view::npos) return rest == name ? name : rest;
    const auto first = rest.substr(0, blank);
    const bool is_brand = std::ranges::any_of(
        kBrands, [&](std::string_view brand) { return text::lower_ascii(first) == text::lower_ascii(brand); });
    if (!is_brand) return rest;
    rest = text::trim(rest.substr(blank + 1));
  }
}

std::string compact_order_number(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') {
      out += static_cast<char>(c - 32);
    } else if (is_digit(c) || (c >= 'A' && c <= 'Z') || c == '*' || c == '?' || c == '/') {
      out += c;
    }
  }
  return out;
}

ProductName read_product_name(std::string_view vendor, std::string_view name) {
  ProductName product;
  product.clause = std::string::npos;
  const auto shown = domain::product_display_name(name.substr(0, kNameBytesMax));
  auto rest = shown;
  for (const auto& number : formats::order_numbers_in(shown)) {
    product.order_numbers.push_back(compact_order_number(number));
    if (const auto at = rest.find(number); at != std::string::npos) rest.replace(at, number.size(), " ");
  }
  auto folded = fold_name(rest);
  product.with_variants = take_variants(folded);
  const auto vendor_words = words_of(text::fold(vendor));
  const auto of_vendor = [&](const std::string& word) {
    return std::ranges::any_of(vendor_words, [&](const Word& each) { return each.text == word; });
  };
  bool front = true;  // The vendor's own name stands in front: "GE PACSystems", "BD Pyxis".
  auto words = words_of(folded);
  // A product that is called like its vendor is called so.
  const auto only_vendor =
      std::ranges::all_of(words, [&](const Word& word) { return word.aside || of_vendor(word.text); });
  if (!only_vendor) words = without_strokes(words);
  for (const auto& word : words) {
    if (product.terms.size() == kTermsMax) break;
    if (front && !only_vendor && !word.aside && of_vendor(word.text)) continue;
    front = false;
    NameTerm term;
    term.spellings = spellings_of(word.text);
    if (term.spellings.empty()) continue;
    // "NJ/NX Series": letters of two series.
    if (const auto parts = text::split(word.text, '/');
        parts.size() > 1 && &word != &words.back() && is_family_word(compact((&word + 1)->text)) &&
        std::ranges::all_of(parts, [](std::string_view part) {
          return part.size() >= 2 && part.size() <= 4 && std::ranges::all_of(part, is_letter);
        })) {
      term.spellings.assign(parts.begin(), parts.end());
    }
    if (const auto other = other_form(term.spellings.front()); !other.empty()) term.spellings.emplace_back(other);
    const auto& first = term.spellings.front();
    product.is_family = product.is_family || is_family_word(first);
    if (product.clause == std::string::npos && opens_clause(first)) product.clause = product.terms.size();
    if (word.aside) {
      term.kind = NameTerm::Kind::aside;
    } else if (is_generic_word(first)) {
      term.kind = NameTerm::Kind::generic;
    } else if (is_version_word(word.text)) {
      term.kind = NameTerm::Kind::version;
    } else if (has_digits(first)) {
      term.kind = NameTerm::Kind::code;
    }
    product.terms.push_back(std::move(term));
  }
  // A name of nothing but such words is what it is: "FW 01".
  const auto says_little = [](const NameTerm& term) {
    return term.kind == NameTerm::Kind::generic || term.kind == NameTerm::Kind::aside;
  };
  if (std::ranges::all_of(product.terms, says_little)) {
    for (auto& term : product.terms) {
      term.kind = has_digits(term.spellings.front()) ? NameTerm::Kind::code : NameTerm::Kind::plain;
    }
  }
  return product;
}

NamePieces::NamePieces(const std::vector<std::string_view>& texts) {
  constexpr std::size_t kUsual = 64;
  pieces_.reserve(kUsual);
  for (const auto each : texts) {
    const auto folded = fold_name(domain::product_display_name(each.substr(0, kNameBytesMax)));
    const auto words = words_of(folded);
    for (const auto& word : words) {
      // Written as advisories write it: "R00/01/02CPU".
      if (word.text.find_first_of("/(") != std::string::npos) {
        for (auto& spelling : spellings_of(word.text)) pieces_.push_back(std::move(spelling));
      }
      // A slash is an end here: "CPU317/CPU319" is two things that stand side by side.
      for (const auto part : text::split(word.text, '/')) {
        auto whole = compact(part);
        if (whole.empty() || std::ranges::find(words_, whole) != words_.end()) continue;
        if (word.aside) asides_.push_back(whole);
        if (whole.size() > kPieceBytesMax || has_digits(whole)) pieces_.push_back(whole);
        words_.push_back(std::move(whole));
      }
    }
    std::string firsts;
    for (const auto& word : words) firsts += is_letter(word.text.front()) ? word.text.front() : ' ';
    for (std::size_t first = 0; first < firsts.size(); ++first) {
      for (std::size_t length = 1; length <= kInitialsMax && first + length <= firsts.size(); ++length) {
        if (firsts[first + length - 1] == ' ') break;
        if (length >= kInitialsMin) initials_.push_back(firsts.substr(first, length));
      }
    }
    std::vector<std::string_view> runs;
    for (std::size_t at = 0; at < folded.size() && runs.size() < kRunsOfTextMax;) {
      if (!is_alnum(folded[at])) {
        ++at;
        continue;
      }
      const auto begin = at;
      const bool digits = is_digit(folded[at]);
      while (at < folded.size() && is_alnum(folded[at]) && is_digit(folded[at]) == digits) ++at;
      runs.push_back(std::string_view{folded}.substr(begin, at - begin));
    }
    for (std::size_t first = 0; first < runs.size(); ++first) {
      std::string piece;
      for (std::size_t last = first; last < runs.size() && last < first + kRunsMax; ++last) {
        piece += runs[last];
        if (piece.size() > kPieceBytesMax && last > first) break;
        pieces_.push_back(piece);
      }
    }
  }
  // By their hashes, which are looked up anyway, and not as texts: that would take as long as all the rest.
  std::vector<std::pair<std::size_t, std::size_t>> order;
  order.reserve(pieces_.size());
  for (std::size_t i = 0; i < pieces_.size(); ++i) order.emplace_back(KeyedHash{}(pieces_[i]), i);
  std::ranges::sort(order);
  const auto repeats = std::ranges::unique(order, {}, [](const auto& each) { return each.first; });
  order.erase(repeats.begin(), repeats.end());
  std::vector<std::string> pieces;
  pieces.reserve(order.size());
  hashes_.reserve(order.size());
  for (const auto& [hash, at] : order) {
    pieces.push_back(std::move(pieces_[at]));
    hashes_.push_back(hash);
  }
  pieces_ = std::move(pieces);
}

bool NamePieces::nearly_holds(std::string_view word) const {
  return std::ranges::any_of(words_, [&](const std::string& own) { return is_near(own, word); });
}

}  // namespace tocsin::engine::exposure
