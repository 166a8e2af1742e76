#include "formats/order_number.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

/// By hand rather than by a library of patterns: it is asked for every name of every advisory and inventory, and runs
/// in browsers, too.
namespace tocsin::formats {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_upper_alnum(char c) noexcept { return is_digit(c) || is_upper(c); }
bool is_alnum(char c) noexcept { return is_upper_alnum(c) || (c >= 'a' && c <= 'z'); }
bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v'); }
char lower(char c) noexcept { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

/// Reads on from a place; what does not fit moves nothing.
class Reader {
 public:
  Reader(std::string_view text, std::size_t at) noexcept : text_(text), at_(at) {}
  std::size_t at() const noexcept { return at_; }
  char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool sign(char c) noexcept {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool one_of(std::string_view signs) noexcept {
    if (at_ >= text_.size() || signs.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view word) noexcept {
    if (!text_.substr(std::min(at_, text_.size())).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  /// As many as fit, up to `most`; false, and nothing is read, where they are fewer than `least`.
  template <class Fits>
  bool run(Fits fits, std::size_t least, std::size_t most) noexcept {
    std::size_t count = 0;
    while (count < most && at_ + count < text_.size() && fits(text_[at_ + count])) ++count;
    if (count < least) return false;
    at_ += count;
    return true;
  }
  template <class Fits>
  bool run(Fits fits, std::size_t count) noexcept {
    return run(fits, count, count);
  }
  bool digits(std::size_t count) noexcept { return run(is_digit, count); }
  /// All that `read` reads, or nothing of it.
  template <class Read>
  void perhaps(Read read) {
    Reader ahead = *this;
    if (read(ahead)) *this = ahead;
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

/// Siemens MLFB: 6ES7515-2AM02-0AB0, 6ES7 515-2AM02-0AB0, 6GT2811-6AB20; one writer has a blank after the dash.
bool siemens(Reader& in) {
  if (in.peek() == '0' || !in.digits(1) || !in.run(is_upper, 1) || !in.run(is_upper_alnum, 1) || !in.digits(1)) {
    return false;
  }
  in.sign(' ');
  if (!in.run(is_upper_alnum, 3) || !in.sign('-')) return false;
  in.sign(' ');
  if (!in.digits(1) || !in.run(is_upper_alnum, 4)) return false;
  in.perhaps(
      [](Reader& end) { return end.sign('-') && end.digits(1) && end.run(is_upper, 2) && end.run(is_upper_alnum, 1); });
  return true;
}

/// Siemens building products: S55661-J101.
bool siemens_building(Reader& in) {
  return in.word("S5") && in.digits(4) && in.sign('-') && in.run(is_upper, 1) && in.digits(3);
}

/// Bulletins of Rockwell.
bool rockwell_bulletin(Reader& in) {
  constexpr auto kSeventeen = std::to_array<std::string_view>(
      {"34", "38", "46", "47", "56", "57", "71", "83", "84", "85", "88", "89", "94", "98"});
  constexpr auto kOthers = std::to_array<std::string_view>(
      {"2080", "2085", "2097", "2198", "2711", "2713", "2715", "5015", "5032", "5069", "5094"});
  const auto reads_one = [](Reader& from, const auto& words) {
    return std::ranges::any_of(words, [&](std::string_view each) { return from.word(each); });
  };
  if (in.word("17")) return reads_one(in, kSeventeen) || (in.sign('6') && in.digits(1));
  if (in.word("93")) return (in.sign('0') && in.digits(1)) || (in.sign('2') && in.digits(1));
  return reads_one(in, kOthers);
}

/// Rockwell catalogue numbers: bulletin and type, 1756-EN2T, 1769-L18ER-BB1B, 2080-LC50-24QWB.
bool rockwell(Reader& in) {
  if (!rockwell_bulletin(in) || !in.sign('-') || !in.run(is_upper, 1)) return false;
  if (!in.run(is_upper_alnum, 2, std::string_view::npos)) return false;
  in.perhaps([](Reader& end) { return end.sign('-') && end.run(is_upper_alnum, 2, 6); });
  return true;
}

/// Schneider: BMXP342020, BMENOC0301, TSXP574634, TM221CE16R, 140CPU65150, METSEPM5560, AP9631, NBRK0250.
bool schneider(Reader& in) {
  constexpr auto kQuantum =
      std::to_array<std::string_view>({"CPU", "NOC", "NOE", "NOP", "CRA", "CRP", "DDI", "DDO", "ACI", "ACO"});
  const auto numbered = [&](std::size_t letters_least, std::size_t letters_most, std::size_t digits_least,
                            std::size_t digits_most) {
    if (!in.run(is_upper, letters_least, letters_most) || !in.run(is_digit, digits_least, digits_most)) return false;
    in.run(is_upper, 0, 1);
    return true;
  };
  if (in.word("BM")) return in.one_of("EX") && numbered(1, 3, 4, 6);
  if (in.word("TSX")) return numbered(1, 3, 4, 7);
  if (in.word("TM")) {
    return in.one_of("12345") && in.digits(2) && in.run(is_upper, 1, 4) && in.run(is_digit, 1, 2) &&
           in.run(is_upper, 0, 2);
  }
  if (in.word("140")) {
    return std::ranges::any_of(kQuantum, [&](std::string_view each) { return in.word(each); }) && in.digits(5);
  }
  if (in.word("METSE")) return numbered(2, 3, 3, 4);
  if (in.word("AP9")) return in.digits(3);
  return in.word("NB") && in.run(is_upper, 2) && in.digits(4);
}

/// WAGO: 750-8202, 750-8202/025-001, 852-1305.
bool wago(Reader& in) {
  if (in.word("75")) {
    if (!in.one_of("01237")) return false;
  } else if (!in.word("762") && !in.word("768") && !in.word("787") && !in.word("852") && !in.word("857")) {
    return false;
  }
  if (!in.sign('-') || !in.run(is_digit, 3, 4)) return false;
  in.perhaps([](Reader& end) { return end.sign('/') && end.digits(3) && end.sign('-') && end.digits(3); });
  return true;
}

/// ABB: 1SAP500900R0001, 3BSE042236R1.
bool abb(Reader& in) {
  return in.one_of("13") && in.run(is_upper, 3) && in.digits(6) && in.sign('R') && in.run(is_digit, 1, 4);
}

/// Omron: NX701-1600, NJ501-1300, CJ2M-CPU31.
bool omron(Reader& in) {
  constexpr auto kUnits =
      std::to_array<std::string_view>({"CPU", "EM", "EL", "ER", "ET", "X", "XA", "Y", "L", "M", "N", "E"});
  if (in.sign('N')) {
    return in.one_of("JX") && in.digits(1) && in.run(is_upper_alnum, 2) && in.sign('-') && in.digits(4);
  }
  if (!in.sign('C') || !in.one_of("JPS") || !in.one_of("12") || !in.run(is_upper, 1) || !in.sign('-')) return false;
  const Reader before = in;
  for (const auto unit : kUnits) {
    in = before;
    if (!in.word(unit) || !in.digits(2)) continue;
    in.run(is_upper, 0, 1);
    return true;
  }
  return false;
}

/// Where the number ends that begins at `at`, by a maker's scheme.
std::optional<std::size_t> scheme_end(std::string_view name, std::size_t at) {
  using Scheme = bool (*)(Reader&);
  constexpr std::array<Scheme, 7> kSchemes = {siemens, siemens_building, rockwell, schneider, wago, abb, omron};
  if (!is_upper_alnum(name[at])) return std::nullopt;
  for (const auto scheme : kSchemes) {
    Reader in{name, at};
    if (scheme(in)) return in.at();
  }
  return std::nullopt;
}

bool follows(std::string_view name, std::size_t at, std::string_view lower_word) noexcept {
  if (at > name.size() || name.size() - at < lower_word.size()) return false;
  return std::ranges::equal(name.substr(at, lower_word.size()), lower_word, {}, lower);
}

std::size_t behind_blanks(std::string_view name, std::size_t at) noexcept {
  while (at < name.size() && is_space(name[at])) ++at;
  return at;
}

/// Where the number ends that begins at `at`: letters and digits, with dots, slashes and dashes between them.
std::size_t named_end(std::string_view name, std::size_t at) noexcept {
  constexpr std::size_t kBytesMin = 5, kBytesMax = 33;
  if (at >= name.size() || !is_alnum(name[at])) return std::string_view::npos;
  auto end = at + 1;
  while (end < name.size() && end - at < kBytesMax &&
         (is_alnum(name[end]) || name[end] == '.' || name[end] == '/' || name[end] == '-')) {
    ++end;
  }
  while (!is_alnum(name[end - 1])) --end;
  return end - at < kBytesMin ? std::string_view::npos : end;
}

struct Span {
  std::size_t begin, end;
};

/// The number behind "article number", "Part No.:", "order code", that begin at `at`.
std::optional<Span> named_at(std::string_view name, std::size_t at) {
  constexpr auto kWhat = std::to_array<std::string_view>(
      {"article", "art.", "art", "order", "ordering", "part", "item", "catalog", "catalogue", "cat.", "cat"});
  constexpr auto kNumber =
      std::to_array<std::string_view>({"numbers", "number", "no.", "no", "nr.", "nr", "n\u00b0", "code", "#"});
  if (at > 0 && (is_alnum(name[at - 1]) || name[at - 1] == '_')) return std::nullopt;
  for (const auto what : kWhat) {
    if (!follows(name, at, what)) continue;
    const auto from = behind_blanks(name, at + what.size());
    for (const auto number : kNumber) {
      if (!follows(name, from, number)) continue;
      auto begin = behind_blanks(name, from + number.size());
      if (begin < name.size() && (name[begin] == ':' || name[begin] == '=')) begin = behind_blanks(name, begin + 1);
      if (const auto end = named_end(name, begin); end != std::string_view::npos) return Span{begin, end};
    }
  }
  return std::nullopt;
}

bool stands_alone(std::string_view name, Span at) noexcept {
  const auto [begin, end] = at;
  if (begin > 0 && (is_alnum(name[begin - 1]) || name[begin - 1] == '-' || name[begin - 1] == '_')) return false;
  if (end >= name.size()) return true;
  if (is_alnum(name[end]) || name[end] == '*' || name[end] == '_') return false;
  // "1756-EN2-*": the dash goes on to something.
  return name[end] != '-' || end + 1 == name.size() || (!is_alnum(name[end + 1]) && name[end + 1] != '*');
}

void add(std::vector<std::string>& numbers, std::string_view number) {
  if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.emplace_back(number);
}

/// `find` looks at one place; what is found behind it counts from there on.
template <class Find, class Accept>
void scan(std::string_view name, std::vector<std::string>& numbers, Find find, Accept accept) {
  for (std::size_t at = 0; at < name.size();) {
    const std::optional<Span> found = find(at);
    if (!found) {
      ++at;
      continue;
    }
    const auto number = name.substr(found->begin, found->end - found->begin);
    if (stands_alone(name, *found) && accept(number)) {
      add(numbers, number);
      at = found->end;
    } else {
      at = found->begin + 1;
    }
  }
}

}  // namespace

std::vector<std::string> order_numbers_in(std::string_view name) {
  name = name.substr(0, kOrderNumberTextBytesMax);
  std::vector<std::string> numbers;
  // Every order number has digits; most names that have none are done here.
  if (std::none_of(name.begin(), name.end(), is_digit)) return numbers;
  const auto by_scheme = [&](std::size_t at) -> std::optional<Span> {
    const auto end = scheme_end(name, at);
    return end ? std::optional<Span>{Span{at, *end}} : std::nullopt;
  };
  scan(name, numbers, by_scheme, [](std::string_view) { return true; });
  scan(
      name, numbers, [&](std::size_t at) { return named_at(name, at); },
      [](std::string_view number) {
        // "3071/xx" stands for a family.
        return std::any_of(number.begin(), number.end(), is_digit) && number.find("xx") == std::string_view::npos;
      });
  return numbers;
}

}  // namespace tocsin::formats
