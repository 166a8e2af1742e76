#include "formats/stix/pattern.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "formats/stix/validate.hpp"

namespace tocsin::formats::stix {
namespace {

struct Token {
  enum class Kind { end, word, string, integer, real, timestamp, hex, binary, symbol };
  Kind kind = Kind::end;
  std::string text;
  std::size_t at = 0, size = 0;
  bool is(std::string_view symbol) const noexcept { return kind == Kind::symbol && text == symbol; }
  bool is_word(std::string_view word) const noexcept { return kind == Kind::word && text == word; }
};

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_name_begin(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

class Parser {
 public:
  Parser(std::string_view text, PatternVersion version, const PatternLimits& limits)
      : text_(text), version_(version), limits_(limits) {}

  Result<Pattern> run() {
    if (text_.size() > limits_.bytes_max) return Error::too_large("STIX pattern", limits_.bytes_max);
    if (const auto bad = text::invalid_utf8_at(text_); bad < text_.size()) return wrong(bad, "the text is no UTF-8");
    TRY_VOID(next());
    Pattern made;
    TRY_VOID(observations(made.root, 0));
    if (token_.kind != Token::Kind::end) {
      return unexpected("AND, OR, FOLLOWEDBY, WITHIN, REPEATS, START or the end of the pattern");
    }
    return made;
  }

 private:
  Error wrong(std::size_t at, std::string_view what) const {
    const auto before = text_.substr(0, at);
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto from = before.rfind('\n');
    const auto column = from == std::string_view::npos ? at + 1 : at - from;
    return Error::invalid(std::string{what}, fmt::format("{}:{}", line, column));
  }
  Error unexpected(std::string_view expected) const {
    const auto shown = token_.kind == Token::Kind::end
                           ? std::string{"the pattern ends"}
                           : fmt::format("'{}' stands", text::shorten(text_.substr(token_.at, token_.size), 40));
    return wrong(token_.at, fmt::format("{} where {} is expected", shown, expected));
  }

  /// Reads 'quoted', with \' and \\ as the only escapes.
  Result<std::string> quoted() {
    const auto from = at_++;
    std::string made;
    while (at_ < text_.size() && text_[at_] != '\'') {
      if (text_[at_] == '\\') {
        if (at_ + 1 >= text_.size() || (text_[at_ + 1] != '\'' && text_[at_ + 1] != '\\')) {
          return wrong(at_, "a backslash in a string stands before ' or \\ only; write \\\\ for a backslash");
        }
        ++at_;
      }
      made += text_[at_++];
    }
    if (at_ >= text_.size()) return wrong(from, "the string that begins here does not end");
    ++at_;
    return made;
  }

  Status skip_blanks() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
        ++at_;
      } else if (text_.substr(at_).starts_with("/*")) {
        const auto end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return wrong(at_, "the comment that begins here does not end");
        at_ = end + 2;
      } else if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_).starts_with("\xC2\xA0") || text_.substr(at_).starts_with("\xC2\x85")) {
        at_ += 2;
      } else if (text_.substr(at_).starts_with("\xE3\x80\x80") || text_.substr(at_).starts_with("\xE2\x80\x80")) {
        at_ += 3;
      } else {
        break;
      }
    }
    return ok();
  }

  Status next() {
    TRY_VOID(skip_blanks());
    token_ = Token{};
    token_.at = at_;
    if (at_ >= text_.size()) return ok();
    const char c = text_[at_];
    const char behind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == '\'') {
      token_.kind = Token::Kind::string;
      TRY(token_.text, quoted());
    } else if (behind == '\'' && (c == 't' || c == 'h' || c == 'b')) {
      ++at_;
      TRY(token_.text, quoted());
      TRY_VOID(check_literal(c));
    } else if (is_digit(c) || ((c == '-' || c == '+') && (is_digit(behind) || behind == '.')) ||
               (c == '.' && is_digit(behind))) {
      TRY_VOID(number());
    } else if (is_name_begin(c)) {
      token_.kind = Token::Kind::word;
      // Hyphens belong to the type of an object only; whoever needs it, reads on.
      while (at_ < text_.size() && (is_name_begin(text_[at_]) || is_digit(text_[at_]))) token_.text += text_[at_++];
    } else {
      token_.kind = Token::Kind::symbol;
      static constexpr std::string_view kTwo[] = {"!=", "<>", "<=", ">=", "=="};
      const auto two = text_.substr(at_, 2);
      token_.text = std::ranges::find(kTwo, two) != std::end(kTwo) ? std::string{two} : std::string{c};
      if (token_.text.size() == 1 && std::string_view{"[]().:,*=<>"}.find(c) == std::string_view::npos) {
        token_.size = 1;
        return wrong(at_, fmt::format("'{}' has no meaning here", text::shorten(text_.substr(at_, 4), 4)));
      }
      at_ += token_.text.size();
    }
    token_.size = at_ - token_.at;
    return ok();
  }

  Status check_literal(char kind) {
    if (kind == 't') {
      token_.kind = Token::Kind::timestamp;
      if (!parse_time(token_.text)) {
        return wrong(token_.at, "a timestamp is written t'2016-01-01T00:00:00Z', with or without a fraction");
      }
    } else if (kind == 'h') {
      token_.kind = Token::Kind::hex;
      const bool fits = token_.text.size() % 2 == 0 && std::ranges::all_of(token_.text, [](char c) {
                          return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
                        });
      if (!fits) return wrong(token_.at, "h'...' holds pairs of hexadecimal digits");
    } else {
      token_.kind = Token::Kind::binary;
      if (!base64_decode(token_.text)) return wrong(token_.at, "b'...' holds base64 with its padding");
    }
    return ok();
  }

  Status number() {
    const auto from = at_;
    if (text_[at_] == '-' || text_[at_] == '+') ++at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    token_.kind = Token::Kind::integer;
    if (at_ < text_.size() && text_[at_] == '.') {
      token_.kind = Token::Kind::real;
      ++at_;
      if (at_ >= text_.size() || !is_digit(text_[at_])) return wrong(at_, "behind a decimal point digits are expected");
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    }
    if (at_ < text_.size() && (is_name_begin(text_[at_]) || text_[at_] == '.')) {
      return wrong(from, "strings stand in single quotes, and numbers have no letters");
    }
    token_.text = text_.substr(from, at_ - from);
    if (token_.text.front() == '+') token_.text.erase(0, 1);
    return ok();
  }

  Status expect(std::string_view symbol) {
    if (!token_.is(symbol)) return unexpected(fmt::format("'{}'", symbol));
    return next();
  }

  // FOLLOWEDBY binds weakest, then OR, then AND.
  Status observations(Observation& out, std::size_t depth) {
    return joined(out, "FOLLOWEDBY", Observation::Kind::followed_by, [&](Observation& any) {
      return joined(any, "OR", Observation::Kind::any, [&](Observation& all) {
        return joined(all, "AND", Observation::Kind::all, [&](Observation& one) { return observation(one, depth); });
      });
    });
  }

  /// Of observations or comparisons: one, or several with the word between them.
  template <class Node, class Each>
  Status joined(Node& out, std::string_view word, Node::Kind kind, Each each) {
    TRY_VOID(each(out));
    if (!token_.is_word(word)) return ok();
    Node first = std::move(out);
    out = Node{};
    out.kind = kind;
    out.parts.push_back(std::move(first));
    while (token_.is_word(word)) {
      TRY_VOID(next());
      TRY_VOID(each(out.parts.emplace_back()));
    }
    return ok();
  }

  Status observation(Observation& out, std::size_t depth) {
    bool is_group = false;
    if (token_.is("(")) {
      if (depth >= limits_.depth_max) return Error::too_large("nesting of a STIX pattern", limits_.depth_max);
      TRY_VOID(next());
      TRY_VOID(observations(out, depth + 1));
      TRY_VOID(expect(")"));
      is_group = true;
    } else if (token_.is("[")) {
      TRY_VOID(next());
      TRY_VOID(comparisons(out.comparison, depth));
      TRY_VOID(expect("]"));
    } else {
      return unexpected("[ or (");
    }
    while (token_.is_word("WITHIN") || token_.is_word("REPEATS") || token_.is_word("START"))
      TRY_VOID(qualifier(out, is_group));
    return ok();
  }

  Status qualifier(Observation& out, bool is_group) {
    Qualifier made;
    const auto at = token_.at;
    if (token_.is_word("WITHIN")) {
      TRY_VOID(next());
      if (token_.kind != Token::Kind::integer && token_.kind != Token::Kind::real)
        return unexpected("a number of seconds");
      TRY(made.number, number_of());
      if (made.number < 0) return wrong(at, "WITHIN takes no negative number");
      TRY_VOID(next());
      if (!token_.is_word("SECONDS")) return unexpected("SECONDS");
    } else if (token_.is_word("REPEATS")) {
      made.kind = Qualifier::Kind::repeats;
      TRY_VOID(next());
      if (token_.kind != Token::Kind::integer) return unexpected("a whole number");
      TRY(made.number, number_of());
      if (made.number < 0) return wrong(at, "REPEATS takes no negative number");
      TRY_VOID(next());
      if (!token_.is_word("TIMES")) return unexpected("TIMES");
    } else {
      made.kind = Qualifier::Kind::start_stop;
      // In 2.0 these are strings, in 2.1 timestamps.
      const auto kind = version_ == PatternVersion::v2_0 ? Token::Kind::string : Token::Kind::timestamp;
      const std::string_view what = version_ == PatternVersion::v2_0 ? "a time as '...'" : "a timestamp t'...'";
      TRY_VOID(next());
      if (token_.kind != kind && token_.kind != Token::Kind::timestamp) return unexpected(what);
      if (!parse_time(token_.text)) return unexpected(what);
      made.start = token_.text;
      TRY_VOID(next());
      if (!token_.is_word("STOP")) return unexpected("STOP");
      TRY_VOID(next());
      if (token_.kind != kind && token_.kind != Token::Kind::timestamp) return unexpected(what);
      if (!parse_time(token_.text)) return unexpected(what);
      made.stop = token_.text;
    }
    for (const auto& each : out.qualifiers) {
      if (each.kind == made.kind && version_ == PatternVersion::v2_1 && !is_group) {
        return wrong(at, "an observation has each qualifier once; put it into parentheses to qualify it again");
      }
    }
    TRY_VOID(next());
    out.qualifiers.push_back(std::move(made));
    return ok();
  }

  Result<double> number_of() const {
    double number = 0;
    const auto end = std::from_chars(token_.text.data(), token_.text.data() + token_.text.size(), number);
    constexpr double kMax = 1e15;
    if (end.ec != std::errc{} || std::abs(number) > kMax) return wrong(token_.at, "the number is too large");
    return number;
  }

  Status comparisons(Comparison& out, std::size_t depth) {
    return joined(out, "OR", Comparison::Kind::any, [&](Comparison& all) {
      return joined(all, "AND", Comparison::Kind::all, [&](Comparison& one) { return comparison(one, depth); });
    });
  }

  Status comparison(Comparison& out, std::size_t depth) {
    if (token_.is("(")) {
      if (depth >= limits_.depth_max) return Error::too_large("nesting of a STIX pattern", limits_.depth_max);
      TRY_VOID(next());
      TRY_VOID(comparisons(out, depth + 1));
      return expect(")");
    }
    bool negated = false;
    if (token_.is_word("NOT")) {
      negated = true;
      TRY_VOID(next());
    }
    if (token_.is_word("EXISTS")) {
      out.op = Operator::exists;
      out.negated = negated;
      TRY_VOID(next());
      return object_path(out);
    }
    if (negated) return unexpected("EXISTS");
    TRY_VOID(object_path(out));
    if (token_.is_word("NOT")) {
      out.negated = true;
      TRY_VOID(next());
    }
    return operation(out);
  }

  Status object_path(Comparison& out) {
    if (token_.kind == Token::Kind::string) {
      out.object_type = token_.text;
    } else if (token_.kind == Token::Kind::word) {
      out.object_type = token_.text;
      // "email-message", also "x-2-y".
      while (at_ < text_.size() && (text_[at_] == '-' || is_name_begin(text_[at_]) || is_digit(text_[at_])))
        out.object_type += text_[at_++];
    } else {
      return unexpected("the type of an object, as in file:name");
    }
    TRY_VOID(next());
    TRY_VOID(expect(":"));
    TRY_VOID(step(out));
    while (token_.is(".") || token_.is("[")) {
      if (token_.is("[")) {
        TRY_VOID(next());
        PathStep made;
        if (token_.is("*")) {
          made.kind = PathStep::Kind::any;
        } else if (token_.kind == Token::Kind::integer) {
          made.kind = PathStep::Kind::index;
          const auto end = std::from_chars(token_.text.data(), token_.text.data() + token_.text.size(), made.index);
          if (end.ec != std::errc{}) return wrong(token_.at, "the index is too large");
        } else {
          return unexpected("an index or *");
        }
        out.path.push_back(std::move(made));
        TRY_VOID(next());
        TRY_VOID(expect("]"));
      } else {
        TRY_VOID(next());
        TRY_VOID(step(out));
      }
    }
    return ok();
  }

  Status step(Comparison& out) {
    if (token_.kind != Token::Kind::word && token_.kind != Token::Kind::string) return unexpected("a property's name");
    out.path.push_back({.kind = PathStep::Kind::name, .name = token_.text, .index = 0});
    return next();
  }

  Status operation(Comparison& out) {
    static constexpr std::pair<std::string_view, Operator> kSymbols[] = {
        {"=", Operator::equal},       {"==", Operator::equal},        {"!=", Operator::not_equal},
        {"<>", Operator::not_equal},  {">", Operator::greater},       {"<", Operator::less},
        {"<=", Operator::less_equal}, {">=", Operator::greater_equal}};
    for (const auto& [symbol, op] : kSymbols) {
      if (!token_.is(symbol)) continue;
      out.op = op;
      TRY_VOID(next());
      return constant(out);
    }
    static constexpr std::pair<std::string_view, Operator> kTexts[] = {{"LIKE", Operator::like},
                                                                       {"MATCHES", Operator::matches},
                                                                       {"ISSUBSET", Operator::is_subset},
                                                                       {"ISSUPERSET", Operator::is_superset}};
    for (const auto& [word, op] : kTexts) {
      if (!token_.is_word(word)) continue;
      out.op = op;
      TRY_VOID(next());
      if (token_.kind != Token::Kind::string) return unexpected("a string in single quotes");
      return constant(out);
    }
    if (!token_.is_word("IN")) return unexpected("=, !=, <, >, <=, >=, IN, LIKE, MATCHES, ISSUBSET or ISSUPERSET");
    out.op = Operator::in;
    TRY_VOID(next());
    TRY_VOID(expect("("));
    // Official grammars know a set of nothing, which nothing is in.
    if (token_.is(")")) return next();
    while (true) {
      TRY_VOID(constant(out));
      if (!token_.is(",")) break;
      TRY_VOID(next());
    }
    return expect(")");
  }

  Status constant(Comparison& out) {
    Constant made{.kind = Constant::Kind::string, .text = token_.text};
    switch (token_.kind) {
      case Token::Kind::string:
        break;
      case Token::Kind::integer:
        made.kind = Constant::Kind::integer;
        break;
      case Token::Kind::real:
        made.kind = Constant::Kind::real;
        break;
      case Token::Kind::timestamp:
        made.kind = Constant::Kind::timestamp;
        break;
      case Token::Kind::hex:
        made.kind = Constant::Kind::hex;
        break;
      case Token::Kind::binary:
        made.kind = Constant::Kind::binary;
        break;
      case Token::Kind::word:
        if (token_.text == "true" || token_.text == "false") {
          made.kind = Constant::Kind::boolean;
          break;
        }
        return unexpected("a value (strings stand in single quotes)");
      case Token::Kind::symbol:
      case Token::Kind::end:
        return unexpected("a value");
    }
    out.constants.push_back(std::move(made));
    return next();
  }

  std::string_view text_;
  PatternVersion version_;
  const PatternLimits& limits_;
  std::size_t at_ = 0;
  Token token_;
};

void write_quoted(std::string& out, std::string_view text) {
  out += '\'';
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  out += '\'';
}

bool is_plain(std::string_view name) noexcept {
  return !name.empty() && is_name_begin(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_name_begin(c) || is_digit(c); });
}

void write_name(std::string& out, std::string_view name) {
  if (is_plain(name)) {
    out += name;
  } else {
    write_quoted(out, name);
  }
}

void write_path(std::string& out, const Comparison& test) {
  const bool plain_type =
      !test.object_type.empty() && is_name_begin(test.object_type.front()) &&
      std::ranges::all_of(test.object_type, [](char c) { return is_name_begin(c) || is_digit(c) || c == '-'; });
  if (plain_type) {
    out += test.object_type;
  } else {
    write_quoted(out, test.object_type);
  }
  out += ':';
  bool first = true;
  for (const auto& each : test.path) {
    if (each.kind == PathStep::Kind::any) {
      out += "[*]";
    } else if (each.kind == PathStep::Kind::index) {
      out += fmt::format("[{}]", each.index);
    } else {
      if (!first) out += '.';
      write_name(out, each.name);
    }
    first = false;
  }
}

void write(std::string& out, const Constant& constant) {
  switch (constant.kind) {
    case Constant::Kind::integer:
    case Constant::Kind::real:
    case Constant::Kind::boolean:
      out += constant.text;
      return;
    case Constant::Kind::timestamp:
      out += 't';
      break;
    case Constant::Kind::hex:
      out += 'h';
      break;
    case Constant::Kind::binary:
      out += 'b';
      break;
    case Constant::Kind::string:
      break;
  }
  write_quoted(out, constant.text);
}

void write(std::string& out, const Comparison& each) {
  if (each.kind != Comparison::Kind::test) {
    for (std::size_t i = 0; i < each.parts.size(); ++i) {
      if (i > 0) out += each.kind == Comparison::Kind::all ? " AND " : " OR ";
      const bool wraps = each.parts[i].kind != Comparison::Kind::test;
      if (wraps) out += '(';
      write(out, each.parts[i]);
      if (wraps) out += ')';
    }
    return;
  }
  if (each.op == Operator::exists) {
    out += each.negated ? "NOT EXISTS " : "EXISTS ";
    return write_path(out, each);
  }
  write_path(out, each);
  if (each.negated) out += " NOT";
  static constexpr std::string_view kNames[] = {
      "=", "!=", ">", "<", "<=", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "EXISTS"};
  out += fmt::format(" {} ", kNames[static_cast<std::size_t>(each.op)]);
  if (each.op == Operator::in) out += '(';
  for (std::size_t i = 0; i < each.constants.size(); ++i) {
    if (i > 0) out += ", ";
    write(out, each.constants[i]);
  }
  if (each.op == Operator::in) out += ')';
}

/// Seconds without needless zeros and never with an exponent.
std::string plain_number(double number) {
  auto text = fmt::format("{:.6f}", number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

void write(std::string& out, const Observation& each) {
  const bool is_single = each.kind == Observation::Kind::single;
  // A single observation takes several qualifiers in parentheses only.
  const bool groups = (!is_single && !each.qualifiers.empty()) || each.qualifiers.size() > 1;
  if (groups) out += '(';
  if (is_single) {
    out += '[';
    write(out, each.comparison);
    out += ']';
  }
  for (std::size_t i = 0; i < each.parts.size(); ++i) {
    if (i > 0) {
      out += each.kind == Observation::Kind::all   ? " AND "
             : each.kind == Observation::Kind::any ? " OR "
                                                   : " FOLLOWEDBY ";
    }
    const bool wraps = each.parts[i].kind != Observation::Kind::single && each.parts[i].qualifiers.empty();
    if (wraps) out += '(';
    write(out, each.parts[i]);
    if (wraps) out += ')';
  }
  if (groups) out += ')';
  for (std::size_t i = 0; i < each.qualifiers.size(); ++i) {
    const auto& qualifier = each.qualifiers[i];
    switch (qualifier.kind) {
      case Qualifier::Kind::within:
        out += fmt::format(" WITHIN {} SECONDS", plain_number(qualifier.number));
        break;
      case Qualifier::Kind::repeats:
        out += fmt::format(" REPEATS {:.0f} TIMES", qualifier.number);
        break;
      case Qualifier::Kind::start_stop:
        out += fmt::format(" START t'{}' STOP t'{}'", qualifier.start, qualifier.stop);
        break;
    }
  }
}

void gather(const Comparison& each, std::vector<PatternValue>& out) {
  for (const auto& part : each.parts) gather(part, out);
  if (each.kind != Comparison::Kind::test || each.negated) return;
  if (each.op != Operator::equal && each.op != Operator::in) return;
  std::string path;
  write_path(path, each);
  for (const auto& constant : each.constants) {
    if (constant.kind == Constant::Kind::string) out.push_back({path, constant.text});
  }
}

void gather(const Observation& each, std::vector<PatternValue>& out) {
  for (const auto& part : each.parts) gather(part, out);
  if (each.kind == Observation::Kind::single) gather(each.comparison, out);
}

}  // namespace

Result<Pattern> parse_pattern(std::string_view text, PatternVersion version, const PatternLimits& limits) {
  return Parser{text, version, limits}.run();
}

std::string to_string(const Pattern& pattern) {
  std::string out;
  write(out, pattern.root);
  return out;
}

std::vector<PatternValue> equal_values(const Pattern& pattern) {
  std::vector<PatternValue> values;
  gather(pattern.root, values);
  return values;
}

}  // namespace tocsin::formats::stix
