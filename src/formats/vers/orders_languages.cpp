#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "formats/vers/orders.hpp"

/// How the registries of programming languages order versions.
namespace tocsin::formats::vers {
namespace {

bool all_digits(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_digit); }

// ---- RubyGems: Gem::Version

/// Runs of digits and letters, without the zeros that end a run of numbers.
std::vector<std::string_view> gem_segments(std::string_view version) {
  std::vector<std::string_view> segments;
  const auto drop_zeros = [&] {
    while (!segments.empty() && is_digit(segments.back().front()) && without_zeros(segments.back()) == "0") {
      segments.pop_back();
    }
  };
  while (!version.empty()) {
    if (is_digit(version.front())) {
      segments.push_back(take_digits(version));
    } else if (is_letter(version.front())) {
      drop_zeros();
      segments.push_back(take_letters(version));
    } else {
      // "1.0-a" is "1.0.pre.a".
      if (version.front() == '-') {
        drop_zeros();
        segments.push_back("pre");
      }
      version.remove_prefix(1);
    }
  }
  drop_zeros();
  return segments;
}

// ---- Maven: ComparableVersion

/// A number, a word, or a list of both.
struct MavenItem {
  enum class Kind : std::uint8_t { number, word, list };
  Kind kind = Kind::list;
  std::string text;  ///< Digits, or the word in lower case with its aliases resolved.
  std::vector<MavenItem> items;
};

constexpr std::array<std::string_view, 7> kMavenQualifiers{"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"};
constexpr std::size_t kMavenRelease = 5;
/// Nested lists that are looked into; a text of dashes without end is no version.
constexpr int kMavenDepthMax = 64;

std::string maven_word(std::string_view word, bool before_digit) {
  if (before_digit && word == "a") return "alpha";
  if (before_digit && word == "b") return "beta";
  if (before_digit && word == "m") return "milestone";
  if (word == "ga" || word == "final" || word == "release") return "";
  if (word == "cr") return "rc";
  return std::string{word};
}

/// Known words by their place, others behind all of them.
int compare_maven_words(std::string_view a, std::string_view b) {
  const auto place = [](std::string_view word) {
    return static_cast<std::size_t>(std::ranges::find(kMavenQualifiers, word) - kMavenQualifiers.begin());
  };
  const auto left = place(a);
  const auto right = place(b);
  if (left != right) return left < right ? -1 : 1;
  return left == kMavenQualifiers.size() ? sign(a.compare(b)) : 0;
}

bool is_null(const MavenItem& item) {
  switch (item.kind) {
    case MavenItem::Kind::number:
      return item.text == "0";
    case MavenItem::Kind::word:
      return item.text.empty();
    case MavenItem::Kind::list:
      break;
  }
  return item.items.empty();
}

void normalise(MavenItem& list) {
  for (auto i = list.items.size(); i-- > 0;) {
    if (is_null(list.items[i])) {
      list.items.erase(list.items.begin() + static_cast<std::ptrdiff_t>(i));
    } else if (list.items[i].kind != MavenItem::Kind::list) {
      break;
    }
  }
}

MavenItem read_maven(std::string_view& rest, int depth, bool is_number) {
  MavenItem list;
  const auto sublist = [&](bool number) {
    if (depth < kMavenDepthMax) list.items.push_back(read_maven(rest, depth + 1, number));
    rest = depth < kMavenDepthMax ? rest : std::string_view{};
  };
  while (!rest.empty()) {
    const char c = rest.front();
    if (c == '.' || c == '-') {
      // Nothing between two separators is a 0.
      list.items.push_back({MavenItem::Kind::number, "0", {}});
    } else if (is_digit(c)) {
      list.items.push_back({MavenItem::Kind::number, std::string{without_zeros(take_digits(rest))}, {}});
      is_number = true;
    } else {
      const auto word = take_while(rest, [](char each) { return !is_digit(each) && each != '.' && each != '-'; });
      const bool before_digit = !rest.empty() && is_digit(rest.front());
      list.items.push_back({MavenItem::Kind::word, maven_word(word, before_digit), {}});
      is_number = false;
    }
    if (rest.empty()) break;
    if (rest.front() == '.') {
      rest.remove_prefix(1);
      continue;
    }
    // A dash, or a change between digits and letters, begins a list of what follows.
    if (rest.front() == '-') rest.remove_prefix(1);
    sublist(is_number);
    break;
  }
  normalise(list);
  return list;
}

int compare_maven_items(const MavenItem* a, const MavenItem* b) {
  using Kind = MavenItem::Kind;
  if (a == nullptr) return b == nullptr ? 0 : -compare_maven_items(b, nullptr);
  if (b == nullptr) {
    if (a->kind == Kind::number) return a->text == "0" ? 0 : 1;
    if (a->kind == Kind::word) return compare_maven_words(a->text, kMavenQualifiers[kMavenRelease]);
    for (const auto& item : a->items) {
      if (const int order = compare_maven_items(&item, nullptr); order != 0) return order;
    }
    return 0;
  }
  if (a->kind != b->kind) {
    // 1.1 comes behind 1-1, which comes behind 1-sp and 1.sp.
    const auto rank = [](Kind kind) { return kind == Kind::word ? 0 : kind == Kind::list ? 1 : 2; };
    return rank(a->kind) < rank(b->kind) ? -1 : 1;
  }
  if (a->kind == Kind::number) return compare_digits(a->text, b->text);
  if (a->kind == Kind::word) return compare_maven_words(a->text, b->text);
  for (std::size_t i = 0; i < std::max(a->items.size(), b->items.size()); ++i) {
    const auto* left = i < a->items.size() ? &a->items[i] : nullptr;
    const auto* right = i < b->items.size() ? &b->items[i] : nullptr;
    if (const int order = compare_maven_items(left, right); order != 0) return order;
  }
  return 0;
}

MavenItem read_maven(std::string_view version) {
  const auto lower = text::lower_ascii(version);
  std::string_view rest = lower;
  return read_maven(rest, 0, false);
}

// ---- Conan

struct ConanVersion {
  std::vector<std::string_view> items;  ///< Without zeros at the end.
  std::string_view prerelease, build;
  bool has_prerelease = false, has_build = false;
};

std::vector<std::string_view> conan_items(std::string_view text) {
  std::vector<std::string_view> items;
  while (true) {
    const auto dot = text.find('.');
    items.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  while (!items.empty() && all_digits(items.back()) && without_zeros(items.back()) == "0") items.pop_back();
  return items;
}

ConanVersion read_conan(std::string_view text) {
  ConanVersion version;
  const auto plus = text.find('+');
  if (plus != std::string_view::npos) {
    version.build = text.substr(plus + 1);
    version.has_build = true;
    text = text.substr(0, plus);
  }
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) {
    version.prerelease = text.substr(dash + 1);
    version.has_prerelease = true;
    text = text.substr(0, dash);
  }
  version.items = conan_items(text);
  return version;
}

int compare_conan_items(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const bool numbers = all_digits(a[i]) && all_digits(b[i]);
    const int order = numbers ? compare_digits(a[i], b[i]) : sign(a[i].compare(b[i]));
    if (order != 0) return order;
  }
  return sign(static_cast<std::ptrdiff_t>(a.size()) - static_cast<std::ptrdiff_t>(b.size()));
}

// ---- PyPI: PEP 440

struct Pep440 {
  std::string_view epoch;
  std::vector<std::string_view> release;
  std::string pre;  ///< "a", "b", "rc", or empty.
  std::string_view pre_number, post, dev;
  bool has_post = false, has_dev = false;
  std::string local;
};

class Pep440Reader {
 public:
  explicit Pep440Reader(std::string_view text) : lower_(text::lower_ascii(text::trim(text))), rest_(lower_) {}

  /// Views point into this reader.
  std::optional<Pep440> read() {
    Pep440 version;
    if (rest_.starts_with('v')) rest_.remove_prefix(1);
    auto look = rest_;
    if (const auto digits = take_digits(look); !digits.empty() && look.starts_with('!')) {
      version.epoch = digits;
      rest_ = look.substr(1);
    }
    while (true) {
      const auto digits = take_digits(rest_);
      if (digits.empty()) return std::nullopt;
      version.release.push_back(digits);
      if (rest_.size() < 2 || rest_[0] != '.' || !is_digit(rest_[1])) break;
      rest_.remove_prefix(1);
    }
    if (const auto word = take_word({"alpha", "beta", "preview", "pre", "rc", "a", "b", "c"})) {
      version.pre = word->starts_with('a') ? "a" : word->starts_with('b') ? "b" : "rc";
      version.pre_number = take_number();
    }
    if (rest_.size() > 1 && rest_[0] == '-' && is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      version.has_post = true;
      version.post = take_digits(rest_);
    } else if (take_word({"post", "rev", "r"})) {
      version.has_post = true;
      version.post = take_number();
    }
    if (take_word({"dev"})) {
      version.has_dev = true;
      version.dev = take_number();
    }
    if (rest_.starts_with('+')) {
      rest_.remove_prefix(1);
      const bool good =
          !rest_.empty() && (is_digit(rest_.front()) || is_letter(rest_.front())) &&
          (is_digit(rest_.back()) || is_letter(rest_.back())) &&
          std::ranges::all_of(rest_, [](char c) { return is_digit(c) || is_letter(c) || is_separator(c); });
      if (!good) return std::nullopt;
      version.local = rest_;
      for (auto& c : version.local) c = is_separator(c) ? '.' : c;
      rest_ = {};
    }
    return rest_.empty() ? std::optional{std::move(version)} : std::nullopt;
  }

 private:
  static bool is_separator(char c) noexcept { return c == '.' || c == '-' || c == '_'; }

  /// One of the words, also behind a separator.
  std::optional<std::string_view> take_word(std::initializer_list<std::string_view> words) {
    auto look = rest_;
    if (!look.empty() && is_separator(look.front())) look.remove_prefix(1);
    for (const auto word : words) {
      if (!look.starts_with(word)) continue;
      // "preview" is no "pre" with something behind it, and neither is "rebuild" an "r".
      if (look.size() > word.size() && is_letter(look[word.size()]) && !look.substr(word.size()).starts_with("dev") &&
          !look.substr(word.size()).starts_with("post") && !look.substr(word.size()).starts_with("rev")) {
        continue;
      }
      rest_ = look.substr(word.size());
      return word;
    }
    return std::nullopt;
  }
  std::string_view take_number() {
    auto look = rest_;
    if (look.size() > 1 && is_separator(look[0]) && is_digit(look[1])) look.remove_prefix(1);
    const auto digits = take_digits(look);
    if (digits.empty()) return {};
    rest_ = look;
    return digits;
  }

  std::string lower_;
  std::string_view rest_;
};

int compare_locals(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
  while (true) {
    const auto dot_a = a.find('.');
    const auto dot_b = b.find('.');
    const auto left = a.substr(0, dot_a);
    const auto right = b.substr(0, dot_b);
    const bool number_left = all_digits(left);
    const bool number_right = all_digits(right);
    // Numbers come behind words.
    if (number_left != number_right) return number_left ? 1 : -1;
    if (const int order = number_left ? compare_digits(left, right) : sign(left.compare(right)); order != 0)
      return order;
    if (dot_a == std::string_view::npos || dot_b == std::string_view::npos) {
      return static_cast<int>(dot_a != std::string_view::npos) - static_cast<int>(dot_b != std::string_view::npos);
    }
    a.remove_prefix(dot_a + 1);
    b.remove_prefix(dot_b + 1);
  }
}

int compare_pep440(const Pep440& a, const Pep440& b) {
  if (const int order = compare_digits(a.epoch, b.epoch); order != 0) return order;
  for (std::size_t i = 0; i < std::max(a.release.size(), b.release.size()); ++i) {
    const auto left = i < a.release.size() ? a.release[i] : std::string_view{};
    const auto right = i < b.release.size() ? b.release[i] : std::string_view{};
    if (const int order = compare_digits(left, right); order != 0) return order;
  }
  // A development release of nothing else comes first, then pre-releases, then the release and what follows it.
  const auto phase = [](const Pep440& version) {
    if (!version.pre.empty()) return 1;
    return !version.has_post && version.has_dev ? 0 : 2;
  };
  if (phase(a) != phase(b)) return phase(a) < phase(b) ? -1 : 1;
  if (const int order = sign(a.pre.compare(b.pre)); order != 0) return order;
  if (const int order = compare_digits(a.pre_number, b.pre_number); order != 0) return order;
  if (a.has_post != b.has_post) return a.has_post ? 1 : -1;
  if (const int order = compare_digits(a.post, b.post); order != 0) return order;
  if (a.has_dev != b.has_dev) return a.has_dev ? -1 : 1;
  if (const int order = compare_digits(a.dev, b.dev); order != 0) return order;
  return compare_locals(a.local, b.local);
}

// ---- CPAN: version.pm

/// "1.1" is the decimal 1.100, "v1.1" and "1.1.0" are dotted.
std::vector<std::string> cpan_numbers(std::string_view version) {
  std::vector<std::string> numbers;
  std::string plain;
  for (const char c : version) {
    if (c != '_') plain += c;
  }
  std::string_view rest = plain;
  const bool dotted = rest.starts_with('v') || std::ranges::count(rest, '.') > 1;
  if (rest.starts_with('v')) rest.remove_prefix(1);
  numbers.emplace_back(take_digits(rest));
  if (!dotted) {
    if (rest.starts_with('.')) rest.remove_prefix(1);
    constexpr std::size_t kGroup = 3;
    for (auto digits = take_digits(rest); !digits.empty(); digits.remove_prefix(std::min(kGroup, digits.size()))) {
      std::string group{digits.substr(0, kGroup)};
      group.resize(kGroup, '0');
      numbers.push_back(std::move(group));
    }
    return numbers;
  }
  while (rest.starts_with('.')) {
    rest.remove_prefix(1);
    numbers.emplace_back(take_digits(rest));
  }
  return numbers;
}

}  // namespace

int compare_gem(std::string_view a, std::string_view b) {
  const auto left = gem_segments(a);
  const auto right = gem_segments(b);
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const auto x = i < left.size() ? left[i] : std::string_view{"0"};
    const auto y = i < right.size() ? right[i] : std::string_view{"0"};
    const bool number_x = is_digit(x.front());
    const bool number_y = is_digit(y.front());
    if (number_x != number_y) return number_x ? 1 : -1;
    if (const int order = number_x ? compare_digits(x, y) : sign(x.compare(y)); order != 0) return order;
  }
  return 0;
}

int compare_maven(std::string_view a, std::string_view b) {
  const auto left = read_maven(a);
  const auto right = read_maven(b);
  return compare_maven_items(&left, &right);
}

int compare_conan(std::string_view a, std::string_view b) {
  const auto left = read_conan(a);
  const auto right = read_conan(b);
  if (const int order = compare_conan_items(left.items, right.items); order != 0) return order;
  if (left.has_prerelease != right.has_prerelease) return left.has_prerelease ? -1 : 1;
  if (const int order = compare_conan_items(conan_items(left.prerelease), conan_items(right.prerelease)); order != 0) {
    return order;
  }
  if (left.has_build != right.has_build) return left.has_build ? 1 : -1;
  return compare_conan_items(conan_items(left.build), conan_items(right.build));
}

/// "1.0.2k": numbers, then letters; from 3.0 on as SemVer.
int compare_openssl(std::string_view a, std::string_view b) {
  const auto numbers_of = [](std::string_view& version) {
    return take_while(version, [](char c) { return is_digit(c) || c == '.'; });
  };
  if (const int order = compare_intdot(numbers_of(a), numbers_of(b)); order != 0) return order;
  const bool pre_a = a.starts_with('-');
  const bool pre_b = b.starts_with('-');
  if (pre_a != pre_b) return pre_a ? -1 : 1;
  return pre_a ? compare_generic(a, b) : sign(a.compare(b));
}

int compare_cpan(std::string_view a, std::string_view b) {
  const auto left = cpan_numbers(a);
  const auto right = cpan_numbers(b);
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const auto x = i < left.size() ? std::string_view{left[i]} : std::string_view{};
    const auto y = i < right.size() ? std::string_view{right[i]} : std::string_view{};
    if (const int order = compare_digits(x, y); order != 0) return order;
  }
  return 0;
}

Status check_pypi(std::string_view version) {
  if (!Pep440Reader{version}.read()) return Error::invalid("no version as PEP 440 writes it");
  return ok();
}

int compare_pypi(std::string_view a, std::string_view b) {
  Pep440Reader reader_a{a};
  Pep440Reader reader_b{b};
  const auto left = reader_a.read();
  const auto right = reader_b.read();
  return left && right ? compare_pep440(*left, *right) : sign(a.compare(b));
}

std::string normalise_pypi(std::string_view version) {
  Pep440Reader reader{version};
  const auto read = reader.read();
  if (!read) return std::string{version};
  std::string text;
  const auto number = [](std::string_view digits) {
    return digits.empty() ? std::string_view{"0"} : without_zeros(digits);
  };
  if (!read->epoch.empty() && number(read->epoch) != "0") text += std::string{number(read->epoch)} + '!';
  for (std::size_t i = 0; i < read->release.size(); ++i) {
    if (i > 0) text += '.';
    text += number(read->release[i]);
  }
  if (!read->pre.empty()) text += read->pre + std::string{number(read->pre_number)};
  if (read->has_post) text += ".post" + std::string{number(read->post)};
  if (read->has_dev) text += ".dev" + std::string{number(read->dev)};
  if (!read->local.empty()) text += '+' + read->local;
  return text;
}

}  // namespace tocsin::formats::vers
