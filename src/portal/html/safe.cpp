#include "portal/html/safe.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include "base/text.hpp"
#include "formats/threat_text/references.hpp"

namespace tocsin::portal::html {
namespace {

namespace threat_text = formats::threat_text;

constexpr std::size_t kUrlBytesMax = 2000;
/// Beyond it a document's Markdown is shown as plain paragraphs: cmark's tables are quadratic in columns.
constexpr std::size_t kMarkdownBytesMax = std::size_t{1} << 20;
constexpr int kMarkdownBarsMax = 1000;
/// Of one text; each makes ten times its bytes of HTML. What names more is a catalogue.
constexpr std::size_t kReferencesMax = 2'000;

constexpr bool is_control(unsigned char c) noexcept {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

/// 1 where a byte cannot be copied as it stands.
constexpr auto kSpecial = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const auto byte = static_cast<unsigned char>(c);
    table[c] = byte >= 0x80 || is_control(byte) || c == '&' || c == '<' || c == '>' || c == '"' || c == '\'';
  }
  return table;
}();

}  // namespace

void escape(std::string& out, std::string_view text) {
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (kSpecial[byte] == 0) {
      ++i;
      continue;
    }
    std::size_t length = 1;
    std::string_view instead;
    switch (byte) {
      case '&':
        instead = "&amp;";
        break;
      case '<':
        instead = "&lt;";
        break;
      case '>':
        instead = "&gt;";
        break;
      case '"':
        instead = "&quot;";
        break;
      case '\'':
        instead = "&#39;";
        break;
      default:
        if (byte < 0x80) break;  // a control character: dropped
        length = text::utf8_length_at(text, i);
        if (length == 0) {
          length = 1;
          instead = "\xEF\xBF\xBD";
        } else if (byte != 0xC2 || static_cast<unsigned char>(text[i + 1]) >= 0xA0) {
          i += length;  // well-formed and no C1 control character: copied with its run
          continue;
        }
    }
    out.append(text, copied, i - copied);
    out.append(instead);
    i += length;
    copied = i;
  }
  out.append(text, copied, text.size() - copied);
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  escape(out, text);
  return out;
}

Url Url::external(std::string_view text) {
  const auto url = text::trim(text);
  if (url.empty() || url.size() > kUrlBytesMax || text::invalid_utf8_at(url) != std::string_view::npos) {
    return Url{std::string{}};
  }
  const auto colon = url.find(':');
  if (colon == std::string_view::npos) return Url{std::string{}};
  const auto scheme = text::lower_ascii(url.substr(0, colon));
  const auto rest = url.substr(colon + 1);
  const bool web = scheme == "http" || scheme == "https";
  if (web) {
    // An authority with something in it, and no user information: "https://vendor.example@evil.example" deceives.
    if (!rest.starts_with("//")) return Url{std::string{}};
    const auto behind = rest.substr(2);
    const auto authority = behind.substr(0, behind.find_first_of("/?#"));
    if (authority.empty() || authority.front() == ':' || text::contains(authority, "@")) return Url{std::string{}};
  } else if (scheme != "mailto" || rest.empty() || rest.front() == '?') {
    return Url{std::string{}};
  }
  // Blanks, controls and what browsers rewrite or strip have no place in a URL.
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || c == '<' || c == '>' || c == '"' || c == '\\' || c == '`') {
      return Url{std::string{}};
    }
  }
  return Url{std::string{url}};
}

namespace {

/// One line of text: escaped, with bare http(s) URLs as links.
void append_line(std::string& out, std::string_view line) {
  std::size_t at = 0;
  while (at < line.size()) {
    const auto found = std::min(line.find("http://", at), line.find("https://", at));
    if (found == std::string_view::npos) break;
    auto end = line.find_first_of(" \t\r\n<>\"'`\\|{}^", found);
    if (end == std::string_view::npos) end = line.size();
    // A URL in prose ends before the sentence's own marks; a closing bracket belongs to it only if it opened inside.
    while (end > found) {
      const char last = line[end - 1];
      if (last == '.' || last == ',' || last == ';' || last == ':' || last == '!' || last == '?' || last == '*') {
        --end;
      } else if (last == ')' || last == ']') {
        const char open = last == ')' ? '(' : '[';
        const auto inside = line.substr(found, end - found);
        if (std::count(inside.begin(), inside.end(), open) >= std::count(inside.begin(), inside.end(), last)) break;
        --end;
      } else {
        break;
      }
    }
    const auto text = line.substr(found, end - found);
    const auto url = Url::external(text);
    escape(out, line.substr(at, found - at));
    if (url.empty()) {
      // Not a URL after all: go on behind its scheme.
      const auto scheme_end = line.find(':', found) + 1;
      escape(out, line.substr(found, scheme_end - found));
      at = scheme_end;
      continue;
    }
    out += "<a href=\"";
    escape(out, url.str());
    out += "\" rel=\"noopener noreferrer nofollow\">";
    escape(out, text);
    out += "</a>";
    at = end;
  }
  escape(out, line.substr(std::min(at, line.size())));
}

/// Text behind a list mark ("- x", "* x", "• x"), or nullopt.
std::optional<std::string_view> list_item(std::string_view line) {
  for (const std::string_view mark : {"-", "*", "\xE2\x80\xA2", "\xE2\x80\x93", "\xC2\xB7"}) {
    if (!line.starts_with(mark)) continue;
    const auto rest = line.substr(mark.size());
    // "--" and "*emphasis*" are no lists; a bullet needs no blank behind it.
    const bool bullet = mark.size() > 1 && mark != "\xE2\x80\x93";
    if (rest.empty() || !(bullet || rest.front() == ' ' || rest.front() == '\t')) continue;
    const auto item = text::trim(rest);
    if (!item.empty()) return item;
  }
  return std::nullopt;
}

}  // namespace

Html paragraphs(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8 + 16);
  enum class Open { none, paragraph, list } open = Open::none;
  const auto close = [&] {
    if (open == Open::paragraph) out += "</p>";
    if (open == Open::list) out += "</li></ul>";
    open = Open::none;
  };
  for (std::size_t begin = 0; begin <= text.size();) {
    auto end = text.find('\n', begin);
    if (end == std::string_view::npos) end = text.size();
    const auto line = text::trim(text.substr(begin, end - begin));
    begin = end + 1;
    if (line.empty()) {
      close();
      continue;
    }
    if (const auto item = list_item(line)) {
      if (open == Open::list) {
        out += "</li><li>";
      } else {
        close();
        out += "<ul><li>";
        open = Open::list;
      }
      append_line(out, *item);
      continue;
    }
    if (open == Open::none) {
      out += "<p>";
      open = Open::paragraph;
    } else {
      out += open == Open::list ? " " : "<br>";  // a list item's next line goes on with it
    }
    append_line(out, line);
  }
  close();
  return Html::from_trusted(std::move(out));
}

namespace {

struct NodeDeleter {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct ParserDeleter {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct IterDeleter {
  void operator()(cmark_iter* iter) const { cmark_iter_free(iter); }
};

bool too_many_columns(std::string_view text) {
  int bars = 0;
  for (const char c : text) {
    if (c == '\n') bars = 0;
    if (c == '|' && ++bars > kMarkdownBarsMax) return true;
  }
  return false;
}

std::string_view literal_of(const char* text) { return text == nullptr ? std::string_view{} : text; }

/// A link to a place of our own: "/help/search", "#facets". Not "//host", which is another host's.
bool is_own_link(std::string_view url) {
  return url.starts_with('#') || (url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\"));
}

/// Children take the place of their parent: the link goes, its words stay.
void unwrap(cmark_node* node) {
  while (auto* child = cmark_node_first_child(node)) {
    if (cmark_node_insert_before(node, child) == 0) break;
  }
  cmark_node_unlink(node);
  cmark_node_free(node);
}

/// Images become their alternative text, links keep only schemes we allow. A target that is an id becomes its page.
void restrain(cmark_node* document, ReferenceUrl* url_of) {
  std::vector<cmark_node*> unwanted;
  const std::unique_ptr<cmark_iter, IterDeleter> iter{cmark_iter_new(document)};
  for (auto event = cmark_iter_next(iter.get()); event != CMARK_EVENT_DONE; event = cmark_iter_next(iter.get())) {
    if (event != CMARK_EVENT_EXIT) continue;
    auto* node = cmark_iter_get_node(iter.get());
    const auto type = cmark_node_get_type(node);
    if (type == CMARK_NODE_IMAGE) unwanted.push_back(node);
    if (type == CMARK_NODE_LINK) {
      const auto url = literal_of(cmark_node_get_url(node));
      if (const auto to = url_of == nullptr ? std::nullopt : threat_text::read_reference(url)) {
        cmark_node_set_url(node, url_of(*to).str().c_str());
        continue;
      }
      if (!is_own_link(url) && Url::external(url).empty()) unwanted.push_back(node);
    }
  }
  for (auto* node : unwanted) unwrap(node);
}

/// In front of `before`: false where the library refuses, which leaves the text as it was.
bool insert_text(cmark_node* before, const std::string& text) {
  if (text.empty()) return true;
  std::unique_ptr<cmark_node, NodeDeleter> node{cmark_node_new(CMARK_NODE_TEXT)};
  if (!node || cmark_node_set_literal(node.get(), text.c_str()) == 0) return false;
  if (cmark_node_insert_before(before, node.get()) == 0) return false;
  node.release();
  return true;
}

bool insert_link(cmark_node* before, const std::string& text, const Url& url) {
  std::unique_ptr<cmark_node, NodeDeleter> link{cmark_node_new(CMARK_NODE_LINK)},
      words{cmark_node_new(CMARK_NODE_TEXT)};
  if (!link || !words || cmark_node_set_url(link.get(), url.str().c_str()) == 0 ||
      cmark_node_set_literal(words.get(), text.c_str()) == 0 || cmark_node_append_child(link.get(), words.get()) == 0) {
    return false;
  }
  words.release();
  if (cmark_node_insert_before(before, link.get()) == 0) return false;
  link.release();
  return true;
}

/// Makes links of the references in text. Code and raw HTML are nodes of other kinds; what stands in links is left out.
void link_references(cmark_node* document, ReferenceUrl* url_of) {
  // The parser cuts texts wherever something could have begun: "malware--..." at its "w".
  cmark_consolidate_text_nodes(document);
  std::vector<cmark_node*> texts;
  {
    const std::unique_ptr<cmark_iter, IterDeleter> iter{cmark_iter_new(document)};
    int links = 0;
    for (auto event = cmark_iter_next(iter.get()); event != CMARK_EVENT_DONE; event = cmark_iter_next(iter.get())) {
      auto* node = cmark_iter_get_node(iter.get());
      const auto type = cmark_node_get_type(node);
      if (type == CMARK_NODE_LINK) links += event == CMARK_EVENT_ENTER ? 1 : -1;
      if (type == CMARK_NODE_TEXT && event == CMARK_EVENT_ENTER && links == 0) texts.push_back(node);
    }
  }
  auto left = kReferencesMax;
  for (auto* node : texts) {
    const std::string text{literal_of(cmark_node_get_literal(node))};
    const auto found = threat_text::references_in(text, left);
    left -= found.size();
    std::size_t done = 0;
    for (const auto& each : found) {
      if (!insert_text(node, text.substr(done, each.begin - done))) break;
      done = each.begin;
      if (!insert_link(node, text.substr(each.begin, each.end - each.begin), url_of(each))) break;
      done = each.end;
    }
    if (done > 0) cmark_node_set_literal(node, text.c_str() + done);
  }
}

}  // namespace

Html markdown(std::string_view text, ReferenceUrl* url_of) {
  if (text.size() > kMarkdownBytesMax || too_many_columns(text)) return paragraphs(text);
  [[maybe_unused]] static const bool registered = [] {
    cmark_gfm_core_extensions_ensure_registered();
    return true;
  }();
  const std::unique_ptr<cmark_parser, ParserDeleter> parser{cmark_parser_new(CMARK_OPT_DEFAULT)};
  for (const char* name : {"table", "strikethrough", "autolink", "tagfilter"}) {
    if (auto* extension = cmark_find_syntax_extension(name)) {
      cmark_parser_attach_syntax_extension(parser.get(), extension);
    }
  }
  cmark_parser_feed(parser.get(), text.data(), text.size());
  const std::unique_ptr<cmark_node, NodeDeleter> document{cmark_parser_finish(parser.get())};
  if (!document) return paragraphs(text);
  restrain(document.get(), url_of);
  if (url_of != nullptr) link_references(document.get(), url_of);
  const std::unique_ptr<char, void (*)(void*)> rendered{
      cmark_render_html(document.get(), CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions(parser.get())), &free};
  if (!rendered) return paragraphs(text);
  // cmark leaves raw HTML out ("<!-- raw HTML omitted -->"); links to elsewhere get the same rel as everywhere.
  std::string out;
  std::string_view html{rendered.get()};
  constexpr std::string_view kOpen = "<a href=\"";
  for (std::size_t at = 0;;) {
    const auto found = html.find(kOpen, at);
    if (found == std::string_view::npos) {
      out.append(html, at);
      break;
    }
    const bool own = is_own_link(html.substr(found + kOpen.size()));
    out.append(html, at, found - at);
    out += own ? "<a href=\"" : "<a rel=\"noopener noreferrer nofollow\" href=\"";
    at = found + kOpen.size();
  }
  return Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::html
