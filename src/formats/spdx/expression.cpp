#include "formats/spdx/expression.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::formats::spdx {
namespace {

constexpr std::string_view kLicenseRef = "LicenseRef-";
constexpr std::string_view kAdditionRef = "AdditionRef-";
constexpr std::string_view kDocumentRef = "DocumentRef-";

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_id_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool is_id_text(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_id_char); }

bool starts_with_ignore_case(std::string_view text, std::string_view prefix) noexcept {
  return text::equals_ignore_case_ascii(text.substr(0, prefix.size()), prefix);
}

struct Token {
  enum class Kind { end, open, close, with, both, either, word };
  Kind kind = Kind::end;
  std::string_view text;
  std::size_t at = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Identifier>> parse() {
    read();
    TRY_VOID(compound(0));
    if (token_.kind != Token::Kind::end) return unexpected("AND, OR or the end");
    return std::move(found_);
  }

 private:
  void read() {
    while (next_ < text_.size() && is_blank(text_[next_])) ++next_;
    token_.at = next_;
    if (next_ == text_.size()) {
      token_ = {Token::Kind::end, {}, next_};
      return;
    }
    if (text_[next_] == '(' || text_[next_] == ')') {
      token_.kind = text_[next_] == '(' ? Token::Kind::open : Token::Kind::close;
      token_.text = text_.substr(next_++, 1);
      return;
    }
    while (next_ < text_.size() && !is_blank(text_[next_]) && text_[next_] != '(' && text_[next_] != ')') ++next_;
    token_.text = text_.substr(token_.at, next_ - token_.at);
    const auto is = [this](std::string_view upper, std::string_view lower) {
      return token_.text == upper || token_.text == lower;
    };
    if (is("AND", "and")) {
      token_.kind = Token::Kind::both;
    } else if (is("OR", "or")) {
      token_.kind = Token::Kind::either;
    } else if (is("WITH", "with")) {
      token_.kind = Token::Kind::with;
    } else {
      token_.kind = Token::Kind::word;
    }
  }

  Error error_at(std::size_t at, std::string message) const {
    return Error::invalid(std::move(message), fmt::format("{}", at + 1));
  }

  Error unexpected(std::string_view expected) const {
    if (token_.kind == Token::Kind::end) return error_at(token_.at, fmt::format("expected {} at the end", expected));
    return error_at(token_.at, fmt::format("expected {}, not '{}'", expected, text::shorten(token_.text, 80)));
  }

  /// AND binds closer than OR, which changes nothing about what is an expression.
  Status compound(int depth) {
    for (;;) {
      TRY_VOID(operand(depth));
      if (token_.kind != Token::Kind::both && token_.kind != Token::Kind::either) return ok();
      read();
    }
  }

  Status operand(int depth) {
    if (token_.kind == Token::Kind::open) {
      if (depth == kExpressionDepthMax) {
        return error_at(token_.at, fmt::format("more than {} parentheses in each other", kExpressionDepthMax));
      }
      read();
      TRY_VOID(compound(depth + 1));
      if (token_.kind != Token::Kind::close) return unexpected("AND, OR or )");
      read();
      return ok();
    }
    TRY_VOID(identifier(false));
    if (token_.kind != Token::Kind::with) return ok();
    read();
    return identifier(true);
  }

  Status identifier(bool is_addition) {
    if (token_.kind != Token::Kind::word) {
      return unexpected(is_addition ? "an exception after WITH" : "a licence identifier");
    }
    Identifier id;
    id.is_addition = is_addition;
    auto text = token_.text;
    if (text.ends_with('+')) {
      id.or_later = true;
      text.remove_suffix(1);
    }
    if (const auto colon = text.find(':'); colon != std::string_view::npos) {
      id.document = text.substr(0, colon);
      if (!id.document.starts_with(kDocumentRef) || !is_id_text(id.document.substr(kDocumentRef.size()))) {
        return error_at(token_.at, fmt::format("'{}' is no reference DocumentRef-...", text::shorten(id.document, 80)));
      }
      text.remove_prefix(colon + 1);
    }
    id.text = text;
    const auto own_prefix = is_addition ? kAdditionRef : kLicenseRef;
    id.is_reference = text.starts_with(own_prefix);
    const auto name = id.is_reference ? text.substr(own_prefix.size()) : text;
    if (!is_id_text(name)) {
      return error_at(token_.at, fmt::format("'{}' is no identifier: letters, digits, '-' and '.' make one",
                                             text::shorten(token_.text, 80)));
    }
    if (!id.is_reference) {
      for (const auto prefix : {kLicenseRef, kAdditionRef, kDocumentRef}) {
        if (!starts_with_ignore_case(text, prefix)) continue;
        return error_at(
            token_.at,
            fmt::format("'{}' cannot stand here: {} has the prefix {}, so written", text::shorten(token_.text, 80),
                        is_addition ? "an addition of one's own" : "a licence of one's own", own_prefix));
      }
      if (!id.document.empty()) {
        return error_at(token_.at, fmt::format("{} is followed by {}...", kDocumentRef, own_prefix));
      }
    }
    if (id.or_later && (is_addition || id.is_reference)) {
      return error_at(token_.at, "'+' may only follow an identifier of the SPDX License List");
    }
    found_.push_back(id);
    read();
    return ok();
  }

  std::string_view text_;
  std::size_t next_ = 0;
  Token token_;
  std::vector<Identifier> found_;
};

}  // namespace

Result<std::vector<Identifier>> parse_expression(std::string_view text) {
  if (text.size() > kExpressionBytesMax) return Error::too_large("licence expression", kExpressionBytesMax);
  return Parser{text}.parse();
}

}  // namespace tocsin::formats::spdx
