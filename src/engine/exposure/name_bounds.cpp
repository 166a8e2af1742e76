#include "engine/exposure/name_bounds.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "base/text.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace vers = formats::vers;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

char upper(char c) noexcept { return static_cast<char>(c - 'a' + 'A'); }

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

/// A word as it is compared, without the bracket or comma at its ends.
std::string plain(std::string_view word) {
  while (!word.empty() && (word.front() == '(' || word.front() == ',')) word.remove_prefix(1);
  while (!word.empty() && (word.back() == ')' || word.back() == ',' || word.back() == ';')) word.remove_suffix(1);
  return text::lower_ascii(word);
}

/// "4.0", "V6", "5.0.1": digits and points, with or without a V.
bool is_version(std::string_view word) {
  if (!word.empty() && (word.front() == 'v' || word.front() == 'V')) word.remove_prefix(1);
  return !word.empty() && is_digit(word.front()) && is_digit(word.back()) &&
         std::ranges::all_of(word, [](char c) { return is_digit(c) || c == '.'; });
}

/// The words of a name, and which of them were taken.
struct Words {
  explicit Words(std::string_view name) : words(text::split(name, ' ')), taken(words.size(), 0) {}
  std::size_t size() const noexcept { return words.size(); }
  std::string at(std::size_t index) const { return index < words.size() ? plain(words[index]) : std::string{}; }
  void take(std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count && i < taken.size(); ++i) taken[i] = 1;
  }
  std::string rest() const {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (taken[i] != 0 || words[i].empty()) continue;
      if (!out.empty()) out += ' ';
      out += words[i];
    }
    return out;
  }

  std::vector<std::string_view> words;
  std::vector<char> taken;
};

/// "and earlier", "and below", "or later" at a place: how many words, and whether below is meant.
struct Open {
  std::size_t count = 0;
  bool below = true;
};
std::optional<Open> open_at(const Words& words, std::size_t at) {
  static constexpr auto kBelow =
      std::to_array<std::string_view>({"earlier", "prior", "below", "older", "lower", "before"});
  static constexpr auto kAbove = std::to_array<std::string_view>({"later", "above", "newer", "higher"});
  if (words.at(at) != "and" && words.at(at) != "or") return std::nullopt;
  const auto word = words.at(at + 1);
  const bool below = is_one_of(word, kBelow);
  if (!below && !is_one_of(word, kAbove)) return std::nullopt;
  const auto more = words.at(at + 2);
  return Open{.count = more == "versions" || more == "version" ? 3U : 2U, .below = below};
}

vers::VendorReading reading(std::string_view sign, std::string_view version, std::string_view end) {
  std::string text{sign};
  if (!sign.empty()) text += ' ';
  text += version;
  text += end;
  const auto kind = sign.empty() ? vers::BranchKind::product_version : vers::BranchKind::product_version_range;
  return vers::read_vendor_text(kind, {}, text);
}

/// A version and all that belong to it: with "V7.2 and earlier" V7.2 SP1 is meant, too.
vers::VendorReading reading(std::string_view version, const std::optional<Open>& open) {
  if (!open) return reading("", version, ".x");
  return open->below ? reading("<=", version, ".x") : reading(">=", version, "");
}

void read_hardware(Words& words, NameBounds& bounds) {
  static constexpr auto kWhat =
      std::to_array<std::string_view>({"version", "versions", "revision", "revisions", "rev"});
  for (std::size_t at = 0; at + 2 < words.size(); ++at) {
    if (words.at(at) != "hardware" || !is_one_of(words.at(at + 1), kWhat)) continue;
    auto version = words.at(at + 2);
    if (version.ends_with('x')) version.pop_back();
    if (version.ends_with('.')) version.pop_back();
    if (!is_version(version)) continue;
    const auto open = open_at(words, at + 3);
    bounds.hardware = reading(version, open);
    words.take(at, 3 + (open ? open->count : 0));
    return;
  }
}

/// "with Serial number 179**** and prior"
void read_serial(Words& words, NameBounds& bounds) {
  for (std::size_t at = 0; at + 2 < words.size(); ++at) {
    if (words.at(at) != "serial" || (words.at(at + 1) != "number" && words.at(at + 1) != "numbers")) continue;
    const auto open = open_at(words, at + 3);
    auto word = words.at(at + 2);
    for (char& c : word) c = c >= 'a' && c <= 'z' ? upper(c) : c;
    const auto fixed = word.substr(0, word.find('*'));
    if (!open || fixed.empty() || fixed.size() == word.size()) continue;
    if (!std::ranges::all_of(fixed, [](char c) { return is_digit(c) || is_letter(c); })) continue;
    vers::VendorReading serial;
    serial.kind = vers::VendorReading::Kind::serial_number;
    serial.serial = vers::VendorSerial{.digits = fixed.size(), .below = open->below, .inclusive = true, .value = fixed};
    serial.text = "serial number " + word + (open->below ? " and prior" : " or later");
    bounds.serial = std::move(serial);
    const bool with = at > 0 && words.at(at - 1) == "with";
    words.take(at - (with ? 1U : 0U), 3 + open->count + (with ? 1U : 0U));
    return;
  }
}

/// "The first 5 digits of serial No.", of which the bound stands where versions do.
void take_digits_of_serial(Words& words) {
  for (std::size_t at = 1; at + 5 < words.size(); ++at) {
    if (words.at(at) != "the" || words.at(at + 1) != "first" || words.at(at + 3) != "digits" ||
        words.at(at + 4) != "of" || words.at(at + 5) != "serial") {
      continue;
    }
    words.take(at, 6 + (words.at(at + 6).starts_with("n") ? 1U : 0U));
  }
}

/// "V7.2 and earlier", "V6 CPU family and below", "prior to V4.7"
void read_versions(Words& words, NameBounds& bounds) {
  constexpr std::size_t kBetweenMax = 2;
  for (std::size_t at = 1; at < words.size(); ++at) {
    if (words.taken[at] != 0) continue;
    const auto word = words.at(at);
    if (word == "prior" && words.at(at + 1) == "to" && is_version(words.at(at + 2)) &&
        words.at(at + 2).starts_with('v')) {
      bounds.versions = reading("<", words.at(at + 2), "");
      words.take(at, 3);
      return;
    }
    // "CPU family < V4.x"
    if (word == "<" || word == "<=" || word == ">=") {
      auto version = words.at(at + 1);
      const bool open_end = version.ends_with(".x");
      if (open_end) version.resize(version.size() - 2);
      if (!is_version(version)) continue;
      bounds.versions = reading(word, version, open_end && word == "<=" ? ".x" : "");
      words.take(at, 2);
      return;
    }
    // A number alone may be a model's.
    if (!is_version(word) || (!word.starts_with('v') && word.find('.') == word.npos)) continue;
    for (std::size_t between = 0; between <= kBetweenMax; ++between) {
      const auto open = open_at(words, at + 1 + between);
      if (!open) continue;
      bounds.versions = reading(word, open);
      words.take(at, 1);
      words.take(at + 1 + between, open->count);
      return;
    }
  }
}

/// "(with option X30)"
void read_option(Words& words, NameBounds& bounds) {
  for (std::size_t at = 1; at + 2 < words.size(); ++at) {
    if (words.words[at] != "(with" || words.at(at + 1) != "option" || !words.words[at + 2].ends_with(')')) continue;
    bounds.option = words.words[at + 2].substr(0, words.words[at + 2].size() - 1);
    words.take(at, 3);
    return;
  }
}

/// "4\" - 22\"" of panels: which sizes there are.
void take_sizes(Words& words) {
  for (std::size_t at = 1; at < words.size(); ++at) {
    const auto word = words.words[at];
    const auto is_size = [](std::string_view text) {
      if (!text.ends_with('"')) return false;
      text.remove_suffix(1);
      return !text.empty() && std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '-' || c == '"'; });
    };
    if (!is_size(word)) continue;
    words.take(at, 1);
    if (words.at(at + 1) == "-" && at + 2 < words.size() && is_size(words.words[at + 2])) words.take(at + 1, 1);
  }
}

/// "1756-EN2T Series D": behind a catalogue number, at the end.
void read_series(Words& words, NameBounds& bounds) {
  const auto size = words.size();
  if (size < 3 || words.at(size - 2) != "series") return;
  const auto letter = words.words[size - 1];
  const auto number = words.words[size - 3];
  const bool is_number = number.find('-') != number.npos && std::ranges::any_of(number, is_digit);
  if (letter.size() != 1 || letter.front() < 'A' || letter.front() > 'H' || !is_number) return;
  bounds.series = letter.front();
  words.take(size - 2, 2);
}

}  // namespace

NameBounds take_bounds(std::string& name) {
  NameBounds bounds;
  // Few names say anything of the kind.
  static constexpr auto kMarks =
      std::to_array<std::string_view>({"ardware ", "erial ", "ersion", "prior", "below", "earlier", "older", "lower",
                                       "later", "Series ", "(with option", "\"", "<", ">="});
  const auto says = [&](std::string_view mark) { return name.find(mark) != std::string::npos; };
  if (std::ranges::none_of(kMarks, says)) return bounds;
  Words words{name};
  read_hardware(words, bounds);
  read_serial(words, bounds);
  take_digits_of_serial(words);
  read_versions(words, bounds);
  read_series(words, bounds);
  read_option(words, bounds);
  take_sizes(words);
  auto rest = words.rest();
  constexpr std::size_t kRestMin = 3;
  if (rest.size() == name.size() || rest.size() < kRestMin) return rest.size() < kRestMin ? NameBounds{} : bounds;
  name = std::move(rest);
  return bounds;
}

char series_in(std::string_view text, bool alone) {
  const auto is_series = [](std::string_view letter) {
    return letter.size() == 1 && letter.front() >= 'a' && letter.front() <= 'h';
  };
  const auto folded = text::lower_ascii(text);
  const auto words = text::split(folded, ' ');
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (words[at] != "series" && words[at] != "ser" && words[at] != "ser.") continue;
    if (at + 1 < words.size() && is_series(words[at + 1])) return upper(words[at + 1].front());
  }
  // "1756-EN2T/D"
  for (const auto word : words) {
    if (word.size() > 4 && word[word.size() - 2] == '/' && is_series(word.substr(word.size() - 1)) &&
        word.find('-') != word.npos && is_digit(word.front())) {
      return upper(word.back());
    }
  }
  return alone && is_series(text::trim(folded)) ? upper(text::trim(folded).front()) : '\0';
}

}  // namespace tocsin::engine::exposure
