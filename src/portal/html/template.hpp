#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/literal.hpp"
#include "base/messages.hpp"
#include "portal/html/safe.hpp"

/// HTML templates whose holes are understood at compile time:
///
///     render<"<a href=\"{}\">{}</a>">(out, Url::own("/about"), title);
///
/// The template is a string literal as template parameter. A consteval state machine walks it as a browser's tokenizer
/// would and finds for each "{}" the place it stands in; an argument that does not fit the place does not compile:
///
/// | place | takes |
/// | --- | --- |
/// | text of an element | text and whole numbers (escaped), Html (as it is) |
/// | text of <title> and <textarea> | text and whole numbers (escaped) |
/// | quoted attribute | text and whole numbers (escaped) |
/// | href, src, action and other URL attributes | Url, as the whole value; text after a literal '#' |
/// | inside a tag, between attributes | Attribute: one that may be absent |
///
/// Holes in script or style content, in comments, in on* or style attributes, in attributes without quotes and in names
/// are refused, and so is a template that ends inside a tag. "{{" and "}}" stand for braces. At run time only literal
/// pieces and escaped values are appended. Keep templates in the .cpp of their page.
///
/// What people read stands in "[[" and "]]", a sentence each, with the holes and tags that are part of it:
///
///     render<"<p>[[{} of <a href=\"{}\">these advisories</a> are new.]]</p>">(out, count, url);
///
/// It is a message of the catalogues (base/messages.hpp): another language may turn holes round ({1} before {0},
/// counted within the message) but has the same holes and tags, so that each hole stands in the place it was checked
/// for. Messages stand in text and in quoted attributes and hold no line break.
namespace tocsin::portal::html {

using tocsin::Literal;

/// Where a hole stands.
enum class Place { text, plain_text, attribute, url, tag };

/// Why a template is refused.
enum class Fault {
  none,
  single_brace,           ///< '{' or '}' alone: write "{{" or "}}".
  bare_less_than,         ///< '<' that opens no tag: write "&lt;".
  hole_in_raw_text,       ///< In the content of script, style, iframe and the like.
  hole_in_comment,        ///< Or in a doctype.
  hole_in_name,           ///< Tag and attribute names are literals.
  hole_without_quotes,    ///< href={}: write href="{}".
  hole_in_event_handler,  ///< onclick="{}"
  hole_in_style,          ///< style="{}", srcdoc="{}", srcset="{}"
  hole_in_part_of_url,    ///< href="/x/{}": build the whole Url instead.
  message_here,           ///< "[[" in a tag, a URL, a script, a comment, or in a message.
  message_with_break,     ///< A line break in a message.
  message_open,           ///< "[[" without "]]", or an end in another place than its beginning.
  ends_inside_tag
};

namespace detail {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }
constexpr bool same(std::string_view a, std::string_view lower_case) noexcept {
  return std::equal(a.begin(), a.end(), lower_case.begin(), lower_case.end(),
                    [](char x, char y) { return lower(x) == y; });
}
template <std::size_t N>
constexpr bool any_of(std::string_view name, const std::string_view (&names)[N]) noexcept {
  return std::any_of(std::begin(names), std::end(names), [name](auto each) { return same(name, each); });
}
constexpr bool is_url_attribute(std::string_view name) noexcept {
  constexpr std::string_view kNames[] = {"href",       "src",  "action", "formaction", "poster",   "cite",
                                         "xlink:href", "ping", "data",   "background", "manifest", "longdesc"};
  return any_of(name, kNames);
}
constexpr bool is_refused_attribute(std::string_view name) noexcept {
  constexpr std::string_view kNames[] = {"style", "srcdoc", "srcset", "imagesrcset", "http-equiv"};
  return any_of(name, kNames);
}
constexpr bool is_event_handler(std::string_view name) noexcept {
  return name.size() > 2 && lower(name[0]) == 'o' && lower(name[1]) == 'n';
}
constexpr bool is_raw_text(std::string_view element) noexcept {
  constexpr std::string_view kNames[] = {"script", "style", "iframe", "noembed", "noframes", "xmp", "plaintext"};
  return any_of(element, kNames);
}
constexpr bool is_plain_text(std::string_view element) noexcept {
  constexpr std::string_view kNames[] = {"title", "textarea"};
  return any_of(element, kNames);
}

/// What a translator sees, and where it stands in the template.
struct MessageSpan {
  std::size_t source_begin = 0, source_end = 0;  ///< In the literal.
  std::size_t begin = 0, end = 0;                ///< In Parsed::text.
  std::size_t first_hole = 0, holes = 0;
  bool quoted = false;  ///< In an attribute.
};

/// A template taken apart: literal text without its braces' doubling, and the holes in it.
template <std::size_t N>
struct Parsed {
  char text[N]{};
  std::size_t length = 0;
  std::array<std::size_t, N / 2 + 1> at{};  ///< Offset in `text` where each hole stands.
  std::array<Place, N / 2 + 1> place{};
  std::size_t holes = 0;
  std::array<MessageSpan, N / 5 + 1> message{};
  std::size_t messages = 0;
  Fault fault = Fault::none;
};

template <std::size_t N>
consteval Parsed<N> parse(const Literal<N>& literal) {
  enum class State {
    text,
    end_tag,
    tag_name,
    in_tag,
    attribute_name,
    after_name,
    before_value,
    double_quoted,
    single_quoted,
    unquoted,
    comment,
    declaration
  };
  Parsed<N> parsed;
  const std::string_view source = literal.view();
  auto state = State::text;
  std::string_view element;    // whose content we stand in, where that is raw or plain text; else empty
  std::string_view tag;        // name of the tag being read
  std::string_view attribute;  // name of the attribute being read
  std::size_t name_begin = 0, value_begin = 0;

  const auto refuse = [&parsed](Fault fault) {
    if (parsed.fault == Fault::none) parsed.fault = fault;
  };
  bool in_message = false;
  auto message_state = State::text;
  // Opens or closes a message where one is marked; gives the length of the mark, with the context behind it.
  const auto read_mark = [&](std::size_t at) -> std::size_t {
    const auto two = source.substr(at, 2);
    if (two == "[[") {
      const bool quoted = state == State::double_quoted || state == State::single_quoted;
      if (in_message || !(state == State::text || (quoted && !is_url_attribute(attribute))) || is_raw_text(element)) {
        refuse(Fault::message_here);
      }
      in_message = true;
      message_state = state;
      auto& message = parsed.message[parsed.messages];
      message.source_begin = at + 2;
      message.begin = parsed.length;
      message.first_hole = parsed.holes;
      message.quoted = quoted;
      const auto context = source.substr(at + 2, 1) == "#" ? source.find('#', at + 3) : std::string_view::npos;
      return context == std::string_view::npos ? 2 : context + 1 - at;
    }
    // Of "]]]" the last two are the mark.
    if (two != "]]" || !in_message || source.substr(at, 3) == "]]]") return 0;
    if (state != message_state) refuse(Fault::message_open);
    in_message = false;
    auto& message = parsed.message[parsed.messages++];
    message.source_end = at;
    message.end = parsed.length;
    message.holes = parsed.holes - message.first_hole;
    return 2;
  };
  const auto close_tag = [&](bool start) {
    if (start && (is_raw_text(tag) || is_plain_text(tag))) element = tag;
    state = State::text;
  };

  for (std::size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if (c == '[' || c == ']') {
      if (const auto mark = read_mark(i); mark > 0) {
        i += mark - 1;
        continue;
      }
    }
    if (in_message && c == '\n') refuse(Fault::message_with_break);
    if (c == '{' || c == '}') {
      const char next = i + 1 < source.size() ? source[i + 1] : '\0';
      if (c == '{' && next == '}') {
        auto place = Place::text;
        switch (state) {
          case State::text:
            if (is_raw_text(element)) refuse(Fault::hole_in_raw_text);
            if (!element.empty()) place = Place::plain_text;
            break;
          case State::in_tag:
            place = Place::tag;
            break;
          case State::double_quoted:
          case State::single_quoted: {
            place = Place::attribute;
            const auto before = std::string_view{parsed.text + value_begin, parsed.length - value_begin};
            if (is_event_handler(attribute)) refuse(Fault::hole_in_event_handler);
            if (is_refused_attribute(attribute)) refuse(Fault::hole_in_style);
            if (is_url_attribute(attribute)) {
              const char quote = state == State::double_quoted ? '"' : '\'';
              const bool first = parsed.holes == 0 || parsed.at[parsed.holes - 1] < value_begin;
              const bool whole = before.empty() && first && i + 2 < source.size() && source[i + 2] == quote;
              if (whole) {
                place = Place::url;
              } else if (before.empty() || before[0] != '#') {
                refuse(Fault::hole_in_part_of_url);
              }
            }
            break;
          }
          case State::before_value:
          case State::unquoted:
            refuse(Fault::hole_without_quotes);
            break;
          case State::comment:
          case State::declaration:
            refuse(Fault::hole_in_comment);
            break;
          case State::end_tag:
          case State::tag_name:
          case State::attribute_name:
          case State::after_name:
            refuse(Fault::hole_in_name);
            break;
        }
        parsed.at[parsed.holes] = parsed.length;
        parsed.place[parsed.holes++] = place;
        ++i;
        continue;
      }
      if (next != c) refuse(Fault::single_brace);
      ++i;  // the second of a doubled brace
    }
    parsed.text[parsed.length++] = c;
    switch (state) {
      case State::text:
        if (c != '<') break;
        if (!element.empty()) {  // only its own end tag ends it
          if (i + 1 + element.size() < source.size() && source[i + 1] == '/') {
            const auto name = source.substr(i + 2, element.size());
            if (std::equal(name.begin(), name.end(), element.begin(), element.end(),
                           [](char x, char y) { return lower(x) == lower(y); })) {
              element = {};
              state = State::end_tag;
            }
          }
          break;
        }
        if (source.substr(i).starts_with("<!--")) {
          state = State::comment;
        } else if (source.substr(i).starts_with("<!")) {
          state = State::declaration;
        } else if (source.substr(i).starts_with("</")) {
          state = State::end_tag;
        } else if (i + 1 < source.size() && is_letter(source[i + 1])) {
          state = State::tag_name;
          name_begin = i + 1;
        } else {
          refuse(Fault::bare_less_than);
        }
        break;
      case State::end_tag:
        if (c == '>') close_tag(false);
        break;
      case State::tag_name:
        if (!is_blank(c) && c != '>' && c != '/') break;
        tag = source.substr(name_begin, i - name_begin);
        if (c == '>') {
          close_tag(true);
        } else {
          state = State::in_tag;
        }
        break;
      case State::in_tag:
        if (c == '>') {
          close_tag(true);
        } else if (!is_blank(c) && c != '/') {
          state = State::attribute_name;
          name_begin = i;
        }
        break;
      case State::attribute_name:
        if (c != '=' && c != '>' && !is_blank(c) && c != '/') break;
        attribute = source.substr(name_begin, i - name_begin);
        if (c == '=') {
          state = State::before_value;
        } else if (c == '>') {
          close_tag(true);
        } else {
          state = c == '/' ? State::in_tag : State::after_name;
        }
        break;
      case State::after_name:
        if (c == '=') {
          state = State::before_value;
        } else if (c == '>') {
          close_tag(true);
        } else if (!is_blank(c)) {
          state = State::attribute_name;
          name_begin = i;
        }
        break;
      case State::before_value:
        if (is_blank(c)) break;
        if (c == '>') {
          close_tag(true);
          break;
        }
        state = c == '"' ? State::double_quoted : c == '\'' ? State::single_quoted : State::unquoted;
        value_begin = parsed.length;
        break;
      case State::double_quoted:
        if (c == '"') state = State::in_tag;
        break;
      case State::single_quoted:
        if (c == '\'') state = State::in_tag;
        break;
      case State::unquoted:
        if (c == '>') {
          close_tag(true);
        } else if (is_blank(c)) {
          state = State::in_tag;
        }
        break;
      case State::comment:
        if (c == '>' && source.substr(0, i).ends_with("--")) state = State::text;
        break;
      case State::declaration:
        if (c == '>') state = State::text;
        break;
    }
  }
  if (in_message) refuse(Fault::message_open);
  if (state != State::text || is_raw_text(element)) refuse(Fault::ends_inside_tag);
  return parsed;
}

template <Literal S>
inline constexpr auto kParsed = parse(S);

/// A template in another language than English.
struct Localised {
  std::vector<std::string> pieces;  ///< One more than holes.
  std::vector<std::size_t> order;   ///< Which argument fills each hole.
};
/// A template that holds messages. Registers itself and them; lives as long as the program.
class TemplateEntry {
 public:
  TemplateEntry(std::string_view source, std::string_view text, std::span<const std::size_t> at,
                std::span<const MessageSpan> messages);
  /// nullptr: as it stands in the source.
  const Localised* in(Language language) const noexcept { return localised_[static_cast<std::size_t>(language)]; }
  /// Builds the other languages anew from what messages::load took in.
  static void localise_all();

 private:
  void localise(Language language);
  std::string_view text_;
  std::span<const std::size_t> at_;
  std::span<const MessageSpan> messages_;
  std::vector<const messages::Entry*> entries_;
  std::array<const Localised*, kLanguageCount> localised_{};
  TemplateEntry* next_;
};
template <Literal S>
inline TemplateEntry kTemplateEntry{S.view(),
                                    {kParsed<S>.text, kParsed<S>.length},
                                    {kParsed<S>.at.data(), kParsed<S>.holes},
                                    {kParsed<S>.message.data(), kParsed<S>.messages}};

/// Is this name one that an Attribute may have?
template <Literal Name>
inline constexpr bool kSafeAttribute = [] {
  const auto name = Name.view();
  if (name.empty() || is_event_handler(name) || is_refused_attribute(name) || is_url_attribute(name)) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || c == '-' || (c >= '0' && c <= '9'); });
}();

template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, char8_t> &&
                 !std::same_as<T, wchar_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;
template <class T>
concept Text = std::convertible_to<const T&, std::string_view>;

}  // namespace detail

/// An attribute that may be absent, for a hole between attributes: <input type="checkbox" {}>. Made by attribute().
class Attribute {
 public:
  Attribute() = default;
  /// Of markup made below: a safe name and an escaped value in quotes.
  static Attribute from_trusted(std::string markup) { return Attribute{std::move(markup)}; }
  const std::string& str() const noexcept { return markup_; }

 private:
  explicit Attribute(std::string markup) : markup_(std::move(markup)) {}
  std::string markup_;
};

/// ` aria-current="page"`
template <Literal Name>
  requires detail::kSafeAttribute<Name>
Attribute attribute(std::string_view value) {
  std::string markup{Name.view()};
  markup += "=\"";
  escape(markup, value);
  markup += '"';
  return Attribute::from_trusted(std::move(markup));
}

/// `attribute_if<"checked">(is_on)`: nothing where not present, the bare name where the value is empty.
template <Literal Name>
  requires detail::kSafeAttribute<Name>
Attribute attribute_if(bool present, std::string_view value = {}) {
  if (!present) return Attribute{};
  if (!value.empty()) return attribute<Name>(value);
  return Attribute::from_trusted(std::string{Name.view()});
}

/// The template itself is in order; else see `detail::kParsed<S>.fault`.
template <Literal S>
concept WellFormed = (detail::kParsed<S>.fault == Fault::none);

/// A value of type T may stand in such a place.
template <class T, Place P>
concept FitsPlace =
    ((P == Place::text || P == Place::plain_text || P == Place::attribute) && (detail::Text<T> || detail::Number<T>)) ||
    (P == Place::text && std::same_as<T, Html>) || (P == Place::url && std::same_as<T, Url>) ||
    (P == Place::tag && std::same_as<T, Attribute>);

namespace detail {
template <Literal S, class... Args>
consteval bool all_fit() {
  if constexpr (kParsed<S>.holes != sizeof...(Args)) {
    return false;
  } else {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (FitsPlace<std::remove_cvref_t<Args>, kParsed<S>.place[I]> && ...);
    }(std::index_sequence_for<Args...>{});
  }
}
}  // namespace detail

/// As many arguments as holes, each of a type that its place takes.
template <Literal S, class... Args>
concept ArgumentsFit = WellFormed<S> && detail::all_fit<S, Args...>();

namespace detail {

template <Place P, class T>
void put(std::string& out, const T& value) {
  if constexpr (P == Place::tag || P == Place::text) {
    if constexpr (std::same_as<T, Html> || std::same_as<T, Attribute>) {
      out += value.str();
      return;
    }
  }
  if constexpr (P == Place::url) {
    escape(out, value.str());
  } else if constexpr (Number<T>) {
    const fmt::format_int digits{value};
    out.append(digits.data(), digits.size());
  } else if constexpr (Text<T>) {
    escape(out, std::string_view{value});
  }
}

/// The literal text before hole `Index` (or after the last).
template <Literal S, std::size_t Index>
constexpr std::string_view piece() noexcept {
  constexpr auto& parsed = kParsed<S>;
  constexpr auto begin = Index == 0 ? 0 : parsed.at[Index - 1];
  constexpr auto end = Index == parsed.holes ? parsed.length : parsed.at[Index];
  return {parsed.text + begin, end - begin};
}

}  // namespace detail

/// Appends the template with its holes filled.
template <Literal S, class... Args>
  requires ArgumentsFit<S, Args...>
void render(std::string& out, const Args&... arguments) {
  if constexpr (detail::kParsed<S>.messages > 0) {
    if (const auto* other = detail::kTemplateEntry<S>.in(current_language())) {
      for (std::size_t hole = 0; hole < sizeof...(Args); ++hole) {
        out.append(other->pieces[hole]);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
          ((I == other->order[hole] ? detail::put<detail::kParsed<S>.place[I]>(out, arguments) : void()), ...);
        }(std::index_sequence_for<Args...>{});
      }
      out.append(other->pieces.back());
      return;
    }
  }
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((out.append(detail::piece<S, I>()), detail::put<detail::kParsed<S>.place[I]>(out, arguments)), ...);
  }(std::index_sequence_for<Args...>{});
  out.append(detail::piece<S, sizeof...(Args)>());
}

/// The same as a value, for a hole of another template.
template <Literal S, class... Args>
  requires ArgumentsFit<S, Args...>
Html fragment(const Args&... arguments) {
  std::string out;
  render<S>(out, arguments...);
  return Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::html
