#include "formats/stix/observe_values.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include "base/encoding.hpp"
#include "base/normal_form.hpp"
#include "base/text.hpp"

namespace tocsin::formats::stix {
namespace {

/// Each character up to U+00FF as one byte; nothing where there are others.
std::optional<std::string> bytes_of(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x80) {
      out += utf8[i];
    } else if ((c == 0xC2 || c == 0xC3) && i + 1 < utf8.size()) {
      out += static_cast<char>(((c & 0x03) << 6) | (static_cast<unsigned char>(utf8[++i]) & 0x3F));
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::string text_of(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) text::append_utf8(out, static_cast<unsigned char>(c));
  return out;
}

std::optional<std::string> from_hex(std::string_view hex) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]), low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

/// "%" stands for any text, "_" for one character. Both are walked once: a "%" is given up only for a later one.
bool is_like(std::string_view text, std::string_view wanted) {
  const auto step = [](std::string_view whole, std::size_t at) {
    do ++at;
    while (at < whole.size() && (static_cast<unsigned char>(whole[at]) & 0xC0) == 0x80);
    return at;
  };
  std::size_t t = 0, w = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (w < wanted.size() && wanted[w] == '%') {
      star = w++;
      resume = t;
    } else if (w < wanted.size() && wanted[w] == '_') {
      t = step(text, t);
      ++w;
    } else if (w < wanted.size() && wanted[w] == text[t]) {
      ++t;
      ++w;
    } else if (star != std::string_view::npos) {
      resume = step(text, resume);
      t = resume;
      w = star + 1;
    } else {
      return false;
    }
  }
  while (w < wanted.size() && wanted[w] == '%') ++w;
  return w == wanted.size();
}

bool are_of_one_kind(const std::vector<Constant>& constants) {
  const auto kind_of = [](const Constant& each) {
    switch (each.kind) {
      case Constant::Kind::real:
        return Constant::Kind::integer;
      case Constant::Kind::binary:
        return Constant::Kind::hex;
      default:
        return each.kind;
    }
  };
  return std::ranges::all_of(constants,
                             [&](const Constant& each) { return kind_of(each) == kind_of(constants.front()); });
}

/// Less than zero, zero, more; nothing where the two are of types that are not held against one another.
Result<std::optional<int>> compared(const Test& test, std::size_t i, const Value& value) {
  const auto& constant = test.comparison->constants[i];
  const auto node = value.node;
  const auto order = [](const auto& a, const auto& b) { return std::optional{a < b ? -1 : b < a ? 1 : 0}; };
  const std::optional<int> neither;
  switch (constant.kind) {
    case Constant::Kind::integer:
    case Constant::Kind::real:
      return node.is_number() ? order(*node.number(), test.numbers[i]) : neither;
    case Constant::Kind::boolean:
      return node.is_boolean() ? order(node.is_true() ? 1.0 : 0.0, test.numbers[i]) : neither;
    case Constant::Kind::timestamp: {
      if (!node.is_string()) return neither;
      const auto time = parse_time(node.text());
      if (!time || !test.times[i]) {
        return Error::invalid(fmt::format("'{}' is no time, but held against one", text::shorten(node.text(), 40)),
                              test.comparison->object_type);
      }
      return order(*time, *test.times[i]);
    }
    case Constant::Kind::string:
    case Constant::Kind::hex:
    case Constant::Kind::binary:
      break;
  }
  if (!node.is_string()) return neither;
  const auto bytes = value.bytes();
  if (!bytes && constant.kind == Constant::Kind::string) return order(node.text(), std::string_view{constant.text});
  const auto mine = bytes ? bytes : bytes_of(node.text());
  if (!mine || !test.bytes[i]) return neither;
  return order(*mine, *test.bytes[i]);
}

}  // namespace

std::optional<std::string> Value::bytes() const {
  if (name.ends_with("_hex")) return from_hex(node.text());
  if (!name.ends_with("_bin")) return std::nullopt;
  auto read = base64_decode(node.text());
  return read ? std::optional{*std::move(read)} : std::nullopt;
}

std::optional<Network> Network::read(std::string_view text) {
  Network made;
  const auto slash = text.find('/');
  const std::string address{text.substr(0, slash)};
  made.family = address.find(':') != std::string::npos ? AF_INET6 : AF_INET;
  if (inet_pton(made.family, address.c_str(), made.bytes.data()) != 1) return std::nullopt;
  const unsigned all = made.family == AF_INET ? 32 : 128;
  made.bits = all;
  if (slash == std::string_view::npos) return made;
  const auto digits = text.substr(slash + 1);
  if (digits.empty() || digits.size() > 3) return std::nullopt;
  made.bits = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    made.bits = made.bits * 10 + static_cast<unsigned>(c - '0');
  }
  return made.bits <= all ? std::optional{made} : std::nullopt;
}

bool Network::holds(const Network& other) const noexcept {
  if (family != other.family || bits > other.bits) return false;
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned mask = 0x80U >> (i % 8);
    if (((bytes[i / 8] ^ other.bytes[i / 8]) & mask) != 0) return false;
  }
  return true;
}

Result<Test> prepare(const Comparison& comparison) {
  Test made;
  made.comparison = &comparison;
  if (!are_of_one_kind(comparison.constants)) return Error::invalid("the values of a set are of one type", "IN");
  for (const auto& each : comparison.constants) {
    auto& bytes = made.bytes.emplace_back();
    auto& time = made.times.emplace_back();
    double number = 0;
    switch (each.kind) {
      case Constant::Kind::hex:
        bytes = from_hex(each.text);
        break;
      case Constant::Kind::binary:
        if (auto read = base64_decode(each.text)) bytes = *std::move(read);
        break;
      case Constant::Kind::string:
        bytes = bytes_of(each.text);
        break;
      case Constant::Kind::timestamp:
        time = parse_time(each.text);
        break;
      case Constant::Kind::integer:
      case Constant::Kind::real:
        std::from_chars(each.text.data(), each.text.data() + each.text.size(), number);
        break;
      case Constant::Kind::boolean:
        number = each.text == "true" ? 1 : 0;
    }
    made.numbers.push_back(number);
  }
  if (comparison.constants.empty()) return made;
  const auto& text = comparison.constants.front().text;
  if (comparison.op == Operator::like) made.like = text::normal_form_c(text);
  if (comparison.op == Operator::is_subset || comparison.op == Operator::is_superset)
    made.network = Network::read(text);
  if (comparison.op == Operator::matches) {
    re2::RE2::Options options{re2::RE2::Quiet};
    options.set_dot_nl(true);
    options.set_max_mem(std::int64_t{1} << 20);
    made.regex = std::make_shared<re2::RE2>(text::normal_form_c(text), options);
    if (!made.regex->ok()) {
      return Error::invalid(fmt::format("the regular expression cannot be used: {}", made.regex->error()), "MATCHES");
    }
    if (const auto& bytes = made.bytes.front()) {
      options.set_encoding(re2::RE2::Options::EncodingLatin1);
      made.regex_of_bytes = std::make_shared<re2::RE2>(*bytes, options);
    }
  }
  return made;
}

Result<Match> holds(const Test& test, const Value& value) {
  const auto op = test.comparison->op;
  const auto answer = [](bool yes) { return yes ? Match::yes : Match::no; };
  switch (op) {
    case Operator::like:
    case Operator::matches: {
      if (!value.node.is_string()) return Match::no;
      const auto bytes = value.bytes();
      if (op == Operator::like) {
        return answer(is_like(bytes ? text_of(*bytes) : text::normal_form_c(value.node.text()), test.like));
      }
      if (bytes) {
        return answer(test.regex_of_bytes != nullptr && re2::RE2::PartialMatch(*bytes, *test.regex_of_bytes));
      }
      return answer(re2::RE2::PartialMatch(text::normal_form_c(value.node.text()), *test.regex));
    }
    case Operator::is_subset:
    case Operator::is_superset: {
      const auto network = value.node.is_string() ? Network::read(value.node.text()) : std::nullopt;
      if (!network || !test.network) return Match::no;
      return answer(op == Operator::is_subset ? test.network->holds(*network) : network->holds(*test.network));
    }
    case Operator::exists:
      return Match::yes;
    default:
      break;
  }
  for (std::size_t i = 0; i < test.comparison->constants.size(); ++i) {
    TRY(const auto order, compared(test, i, value));
    const bool fits = op == Operator::not_equal       ? order != 0
                      : !order                        ? false
                      : op == Operator::greater       ? *order > 0
                      : op == Operator::less          ? *order < 0
                      : op == Operator::less_equal    ? *order <= 0
                      : op == Operator::greater_equal ? *order >= 0
                                                      : *order == 0;
    if (fits) return Match::yes;
  }
  return Match::no;
}

}  // namespace tocsin::formats::stix
