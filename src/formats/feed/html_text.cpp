#include "formats/feed/html_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>
#include <utility>

#include "base/text.hpp"

namespace tocsin::formats::feed {
namespace {

constexpr std::size_t kNameBytesMax = 12;

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr std::pair<std::string_view, char32_t> kCharacters[] = {
    {"AElig", 0xC6},   {"Aacute", 0xC1},  {"Agrave", 0xC0},  {"Aring", 0xC5},  {"Auml", 0xC4},    {"Ccedil", 0xC7},
    {"Eacute", 0xC9},  {"Egrave", 0xC8},  {"Ntilde", 0xD1},  {"Oslash", 0xD8}, {"Ouml", 0xD6},    {"Uuml", 0xDC},
    {"aacute", 0xE1},  {"acirc", 0xE2},   {"acute", 0xB4},   {"aelig", 0xE6},  {"agrave", 0xE0},  {"amp", '&'},
    {"apos", '\''},    {"aring", 0xE5},   {"atilde", 0xE3},  {"auml", 0xE4},   {"bull", 0x2022},  {"ccedil", 0xE7},
    {"cent", 0xA2},    {"copy", 0xA9},    {"deg", 0xB0},     {"eacute", 0xE9}, {"ecirc", 0xEA},   {"egrave", 0xE8},
    {"euml", 0xEB},    {"euro", 0x20AC},  {"frac12", 0xBD},  {"ge", 0x2265},   {"gt", '>'},       {"hellip", 0x2026},
    {"iacute", 0xED},  {"icirc", 0xEE},   {"iexcl", 0xA1},   {"iquest", 0xBF}, {"iuml", 0xEF},    {"laquo", 0xAB},
    {"ldquo", 0x201C}, {"le", 0x2264},    {"lsquo", 0x2018}, {"lt", '<'},      {"mdash", 0x2014}, {"middot", 0xB7},
    {"minus", 0x2212}, {"nbsp", ' '},     {"ndash", 0x2013}, {"ne", 0x2260},   {"ntilde", 0xF1},  {"oacute", 0xF3},
    {"ocirc", 0xF4},   {"ograve", 0xF2},  {"oslash", 0xF8},  {"otilde", 0xF5}, {"ouml", 0xF6},    {"para", 0xB6},
    {"plusmn", 0xB1},  {"pound", 0xA3},   {"quot", '"'},     {"raquo", 0xBB},  {"rarr", 0x2192},  {"rdquo", 0x201D},
    {"reg", 0xAE},     {"rsquo", 0x2019}, {"sect", 0xA7},    {"shy", 0xAD},    {"szlig", 0xDF},   {"times", 0xD7},
    {"trade", 0x2122}, {"uacute", 0xFA},  {"ucirc", 0xFB},   {"ugrave", 0xF9}, {"uuml", 0xFC},    {"yacute", 0xFD},
};

constexpr std::string_view kBlocks[] = {"address", "article", "aside",  "blockquote", "br",   "dd",    "div", "dl",
                                        "dt",      "figure",  "footer", "h1",         "h2",   "h3",    "h4",  "h5",
                                        "h6",      "header",  "hr",     "li",         "main", "nav",   "ol",  "p",
                                        "pre",     "section", "table",  "td",         "th",   "title", "tr",  "ul"};
constexpr std::string_view kNoText[] = {"script", "style", "template", "noscript", "iframe", "svg"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(names, [&](std::string_view each) { return text::equals_ignore_case_ascii(each, name); });
}

/// What a reference's name stands for; 0: none.
char32_t character(std::string_view name) {
  if (name.starts_with('#')) {
    const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    const auto digits = name.substr(hex ? 2 : 1);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, hex ? 16 : 10);
    const bool good = error == std::errc{} && end == digits.data() + digits.size() && number >= 0x20 &&
                      number <= 0x10FFFF && (number < 0xD800 || number > 0xDFFF) && (number < 0x7F || number > 0x9F);
    return good ? number : 0;
  }
  const auto* const found = std::ranges::find(kCharacters, name, &std::pair<std::string_view, char32_t>::first);
  return found == std::end(kCharacters) ? 0 : found->second;
}

class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html) { out_.reserve(html.size()); }

  std::string read() {
    while (at_ < html_.size()) {
      const char c = html_[at_];
      if (c == '<') {
        tag();
      } else if (c == '&') {
        reference();
      } else if (is_blank(c)) {
        blank_ = true;
        ++at_;
      } else {
        put(c);
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  /// What is owed before the next letter: a new line (or an empty one), or a blank.
  void settle() {
    if (!out_.empty() && lines_ > 0) {
      out_.append(std::min<std::size_t>(lines_, 2), '\n');
    } else if (!out_.empty() && blank_) {
      out_ += ' ';
    }
    if (item_) out_ += "- ";
    lines_ = 0;
    blank_ = item_ = false;
  }
  void put(char c) {
    settle();
    out_ += c;
  }

  void reference() {
    const auto rest = html_.substr(at_ + 1, kNameBytesMax);
    const auto end = rest.find(';');
    const auto name = rest.substr(0, end == rest.npos ? 0 : end);
    const auto c = character(name);
    if (c == 0) {
      put('&');
      ++at_;
      return;
    }
    at_ += name.size() + 2;
    if (c == ' ' || c == 0xA0) {
      blank_ = true;
    } else if (c != 0xAD) {  // What only says where a word may be parted.
      settle();
      text::append_utf8(out_, c);
    }
  }

  void tag() {
    const auto rest = html_.substr(at_);
    if (rest.starts_with("<!--")) return skip_past("-->", 4);
    if (rest.starts_with("<![CDATA[")) return skip_past("]]>", 9);
    auto from = std::size_t{1};
    const bool closes = rest.size() > 1 && rest[1] == '/';
    if (closes) ++from;
    const bool is_tag = rest.size() > from && (is_letter(rest[from]) || rest[from] == '!' || rest[from] == '?');
    if (!is_tag) {  // "a < b"
      put('<');
      ++at_;
      return;
    }
    auto end = from;
    while (end < rest.size() && (is_letter(rest[end]) || is_digit(rest[end]))) ++end;
    const auto name = rest.substr(from, end - from);
    at_ += end;
    skip_attributes();
    if (!closes && is_one_of(name, kNoText)) return skip_element(name);
    if (!is_one_of(name, kBlocks)) return;
    const bool is_line = text::equals_ignore_case_ascii(name, "br") || text::equals_ignore_case_ascii(name, "li") ||
                         text::equals_ignore_case_ascii(name, "tr");
    const bool is_cell = text::equals_ignore_case_ascii(name, "td") || text::equals_ignore_case_ascii(name, "th");
    if (is_cell) {
      blank_ = true;
      return;
    }
    lines_ = text::equals_ignore_case_ascii(name, "br") ? lines_ + 1 : std::max<std::size_t>(lines_, is_line ? 1 : 2);
    if (text::equals_ignore_case_ascii(name, "li")) item_ = !closes;
  }

  /// Past the '>' that ends the tag, and not one within a value.
  void skip_attributes() {
    char quote = '\0';
    for (; at_ < html_.size(); ++at_) {
      const char c = html_[at_];
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '>') {
        ++at_;
        return;
      } else if ((c == '"' || c == '\'') && html_[at_ - 1] == '=') {
        quote = c;
      }
    }
  }

  void skip_past(std::string_view what, std::size_t from) {
    const auto end = html_.find(what, at_ + from);
    at_ = end == html_.npos ? html_.size() : end + what.size();
  }

  void skip_element(std::string_view name) {
    while (at_ < html_.size()) {
      const auto close = html_.find("</", at_);
      if (close == html_.npos) {
        at_ = html_.size();
        return;
      }
      at_ = close + 2;
      if (!text::equals_ignore_case_ascii(html_.substr(at_, name.size()), name)) continue;
      at_ += name.size();
      return skip_attributes();
    }
  }

  std::string_view html_;
  std::string out_;
  std::size_t at_ = 0;
  std::size_t lines_ = 0;
  bool blank_ = false, item_ = false;
};

// --- links ---

constexpr std::string_view kAddresses[] = {"href", "src",    "action",     "formaction",
                                           "data", "poster", "background", "cite"};

std::string resolved(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size();) {
    const auto rest = value.substr(at + 1, kNameBytesMax);
    const auto end = value[at] == '&' ? rest.find(';') : rest.npos;
    const auto c = end == rest.npos ? 0 : character(rest.substr(0, end));
    if (c == 0) {
      out += value[at++];
    } else {
      text::append_utf8(out, c);
      at += end + 2;
    }
  }
  return out;
}

/// The attributes of the tag whose name ends at `at`: addresses among them go to `out`. Gives where the tag ends.
std::size_t read_attributes(std::string_view html, std::size_t at, std::vector<std::string>& out) {
  const auto skip_blanks = [&] {
    while (at < html.size() && (is_blank(html[at]) || html[at] == '/')) ++at;
  };
  while (true) {
    skip_blanks();
    if (at >= html.size()) return at;
    if (html[at] == '>') return at + 1;
    const auto begin = at;
    while (at < html.size() && !is_blank(html[at]) && html[at] != '=' && html[at] != '>' && html[at] != '/') ++at;
    const auto name = html.substr(begin, at - begin);
    while (at < html.size() && is_blank(html[at])) ++at;
    if (at >= html.size() || html[at] != '=') continue;
    ++at;
    while (at < html.size() && is_blank(html[at])) ++at;
    if (at >= html.size()) return at;
    std::string_view value;
    if (html[at] == '"' || html[at] == '\'') {
      const auto end = std::min(html.find(html[at], at + 1), html.size());
      value = html.substr(at + 1, end - at - 1);
      at = std::min(end + 1, html.size());
    } else {
      const auto from = at;
      while (at < html.size() && !is_blank(html[at]) && html[at] != '>') ++at;
      value = html.substr(from, at - from);
    }
    if (value.find(':') != value.npos && is_one_of(name, kAddresses)) out.push_back(resolved(text::trim(value)));
  }
}

}  // namespace

std::vector<std::string> links_of_html(std::string_view html) {
  std::vector<std::string> out;
  for (std::size_t at = html.find('<'); at < html.size(); at = html.find('<', at)) {
    if (html.substr(at, 4) == "<!--") {
      at = std::min(html.find("-->", at + 4), html.size());
      continue;
    }
    ++at;
    if (at >= html.size() || !is_letter(html[at])) continue;
    while (at < html.size() && (is_letter(html[at]) || is_digit(html[at]))) ++at;
    at = read_attributes(html, at, out);
  }
  return out;
}

std::string_view charset_of_html(std::string_view html) noexcept {
  constexpr std::size_t kLookedAt = 2'048;
  constexpr std::string_view kWord = "charset";
  const auto head = html.substr(0, kLookedAt);
  for (std::size_t at = 0; at + kWord.size() < head.size(); ++at) {
    if (!text::equals_ignore_case_ascii(head.substr(at, kWord.size()), kWord)) continue;
    auto from = at + kWord.size();
    while (from < head.size() &&
           (is_blank(head[from]) || head[from] == '=' || head[from] == '"' || head[from] == '\'')) {
      ++from;
    }
    const auto end = std::min(head.find_first_of("\"'; />\t\r\n", from), head.size());
    if (from != at + kWord.size()) return head.substr(from, end - from);
  }
  return {};
}

std::string text_of_html(std::string_view html) { return Reader{html}.read(); }

}  // namespace tocsin::formats::feed
