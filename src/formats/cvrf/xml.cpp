#include "formats/cvrf/xml.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::formats::cvrf {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view local_part(std::string_view name) noexcept {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool is_blank(std::string_view text) noexcept { return text.find_first_not_of(kBlanks) == std::string_view::npos; }

// ---- Encoding

enum class Encoding { utf8, utf16_le, utf16_be, utf32 };

Encoding encoding_of(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv) || bytes.starts_with("<\0\0\0"sv) ||
      bytes.starts_with("\0\0\0<"sv)) {
    return Encoding::utf32;
  }
  if (bytes.starts_with("\xFF\xFE"sv) || bytes.starts_with("<\0"sv)) return Encoding::utf16_le;
  if (bytes.starts_with("\xFE\xFF"sv) || bytes.starts_with("\0<"sv)) return Encoding::utf16_be;
  return Encoding::utf8;
}

Result<std::string> from_utf16(std::string_view bytes, bool little) {
  const auto bad = [](std::size_t at) { return Error::invalid(tr<"is no UTF-16 at byte {}">(at + 1)); };
  if (bytes.size() % 2 != 0) return bad(bytes.size() - 1);
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<char32_t>(little ? first | second << 8 : first << 8 | second);
  };
  std::string text;
  text.reserve(bytes.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    auto code = unit(i);
    if (i == 0 && code == 0xFEFF) continue;
    if (code >= 0xDC00 && code <= 0xDFFF) return bad(i);
    if (code >= 0xD800 && code <= 0xDBFF) {
      const auto low = i + 4 <= bytes.size() ? unit(i + 2) : 0;
      if (low < 0xDC00 || low > 0xDFFF) return bad(i);
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    }
    text::append_utf8(text, code);
  }
  return text;
}

/// What the XML declaration says, lower case; empty where it says nothing.
std::string declared_encoding(std::string_view text) {
  constexpr std::size_t kDeclarationBytesMax = 1024;
  if (!text.starts_with("<?xml")) return {};
  auto declaration = text.substr(0, std::min(text.find("?>"), kDeclarationBytesMax));
  const auto at = declaration.find("encoding");
  if (at == std::string_view::npos) return {};
  declaration.remove_prefix(at);
  const auto open = declaration.find_first_of("\"'");
  if (open == std::string_view::npos) return {};
  const auto close = declaration.find(declaration[open], open + 1);
  if (close == std::string_view::npos) return {};
  return text::lower_ascii(declaration.substr(open + 1, close - open - 1));
}

}  // namespace

std::string xml_place(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, at);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto start = before.rfind('\n');
  return fmt::format("{}:{}", line, start == std::string_view::npos ? before.size() + 1 : before.size() - start);
}

Result<std::string> xml_in_utf8(std::string_view bytes) {
  const auto encoding = encoding_of(bytes);
  if (encoding == Encoding::utf32)
    return Error::invalid(std::string{tr<"is UTF-32, which is not read: save it as UTF-8">()}, "1:1");
  std::string text;
  if (encoding == Encoding::utf8) {
    if (bytes.starts_with(kUtf8Mark)) bytes.remove_prefix(kUtf8Mark.size());
    text = bytes;
  } else {
    TRY(text, from_utf16(bytes, encoding == Encoding::utf16_le));
  }
  const auto declared = declared_encoding(text);
  const bool fits = encoding == Encoding::utf8
                        ? declared.empty() || declared == "utf-8" || declared == "utf8" || declared == "us-ascii"
                        : declared.empty() || declared.starts_with("utf-16");
  if (!fits) {
    return Error::invalid(
        encoding == Encoding::utf8
            ? tr<"declares the encoding '{}', but only UTF-8 and UTF-16 are read: save it as UTF-8">(
                  text::shorten(declared, 40))
            : tr<"declares the encoding '{}', but is UTF-16: save it as UTF-8">(text::shorten(declared, 40)),
        "1:1");
  }
  if (const auto at = text::invalid_utf8_at(text); at != std::string::npos) {
    return Error::invalid(std::string{tr<"is no well-formed UTF-8 here">()}, xml_place(text, at));
  }
  return text;
}

namespace {

bool is_xml_character(char32_t code) noexcept {
  return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0xD800) ||
         (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

/// Before anything is built: control characters, and how many nodes there can be at most.
Status check_bytes(std::string_view text, const Limits& limits) {
  std::size_t nodes = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = text[i];
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      return Error::invalid(std::string{tr<"holds a control character, which XML does not allow">()},
                            xml_place(text, i));
    }
    if (c == '<' && text.substr(i + 1, 1) != "/") ++nodes;
    if (c == '=') {
      const auto next = text.find_first_not_of(kBlanks, i + 1);
      if (next != std::string_view::npos && (text[next] == '"' || text[next] == '\'')) ++nodes;
    }
    if (nodes > limits.nodes_max) {
      return Error::invalid(tr<"has more than {} elements and attributes">(limits.nodes_max), xml_place(text, i));
    }
  }
  return ok();
}

// ---- References to characters

/// What stands between '&' and ';'; nothing where it is none of XML's own.
std::optional<char32_t> referred(std::string_view name) noexcept {
  if (name == "amp") return U'&';
  if (name == "lt") return U'<';
  if (name == "gt") return U'>';
  if (name == "quot") return U'"';
  if (name == "apos") return U'\'';
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  const bool hex = name.starts_with('x');
  if (hex) name.remove_prefix(1);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  if (error != std::errc{} || end != name.data() + name.size() || !is_xml_character(code)) return std::nullopt;
  return code;
}

}  // namespace

std::optional<std::string> append_xml_text(std::string& out, std::string_view raw) {
  for (;;) {
    const auto at = raw.find('&');
    out += raw.substr(0, at);
    if (at == std::string_view::npos) return std::nullopt;
    raw.remove_prefix(at + 1);
    const auto end = raw.substr(0, kNameBytesMax).find(';');
    if (end == std::string_view::npos) return std::string{tr<"has an '&' that begins no reference: write &amp;">()};
    const auto code = referred(raw.substr(0, end));
    if (!code) {
      return tr<"refers to '&{};', which is none of XML's own characters; others are not expanded">(
          text::shorten(raw.substr(0, end), 40));
    }
    text::append_utf8(out, *code);
    raw.remove_prefix(end + 1);
  }
}

// ---- Tree

/// Makes our tree of pugixml's. Its recursion is bounded by Limits::depth_max; pugixml itself neither reads nor frees
/// recursively.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  Result<Document> build(const pugi::xml_document& source) {
    pugi::xml_node root;
    for (const auto node : source.children()) {
      if (node.type() == pugi::node_doctype) {
        const std::string_view declared = node.value();
        if (limits_.bare_doctype && declared.find_first_of("[<") == std::string_view::npos) continue;
        return Error::invalid(
            std::string{tr<"has a document type declaration, which is refused: entities could hide in it">()},
            at(node));
      }
      if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
        return Error::invalid(std::string{tr<"has text outside of the root element">()}, at(node));
      }
      if (node.type() != pugi::node_element) continue;
      if (root) return Error::invalid(std::string{tr<"has a second root element">()}, at(node));
      root = node;
    }
    if (!root) return Error::invalid(std::string{tr<"has no root element">()}, "1:1");
    prefixes_.push_back({"xml", keep(kXmlNamespace)});
    document_.elements_.emplace_back();
    TRY_VOID(fill(document_.elements_.back(), root, 1));
    document_.elements_.front().only_of_name = true;
    return std::move(document_);
  }

 private:
  struct Prefix {
    std::string name;  ///< Empty: the default.
    std::string_view uri;
  };

  std::string at(const pugi::xml_node& node) const { return xml_place(text_, offset_of(node)); }
  std::size_t offset_of(const pugi::xml_node& node) const {
    const auto offset = node.offset_debug();
    return offset < 0 ? 0 : std::min(static_cast<std::size_t>(offset), text_.size());
  }
  std::string_view keep(std::string_view uri) { return *document_.uris_.emplace(uri).first; }

  /// Elements come in the order of the text, so that the lines before each are counted once.
  std::uint32_t line_of(const pugi::xml_node& node) {
    const auto offset = offset_of(node);
    if (offset > counted_) {
      line_ += static_cast<std::uint32_t>(std::ranges::count(text_.substr(counted_, offset - counted_), '\n'));
      counted_ = offset;
    }
    return line_;
  }

  Result<std::string_view> uri_of(std::string_view name, bool is_attribute, const pugi::xml_node& node) {
    const auto colon = name.find(':');
    // An attribute without a prefix has no namespace, whatever the default is.
    if (colon == std::string_view::npos && is_attribute) return std::string_view{};
    const auto prefix = colon == std::string_view::npos ? std::string_view{} : name.substr(0, colon);
    for (auto i = prefixes_.size(); i-- > 0;) {
      if (prefixes_[i].name == prefix) return prefixes_[i].uri;
    }
    if (prefix.empty()) return std::string_view{};
    return Error::invalid(tr<"the prefix of '{}' is not declared">(name), at(node));
  }

  Status take_attributes(Element& element, const pugi::xml_node& node) {
    for (const auto attribute : node.attributes()) {
      const std::string_view name = attribute.name();
      if (name.size() > kNameBytesMax) return Error::invalid(std::string{tr<"a name is too long">()}, at(node));
      if (element.attributes.size() == kAttributesMax) {
        return Error::invalid(tr<"has more than {} attributes">(kAttributesMax), at(node));
      }
      if (std::ranges::any_of(element.attributes, [&](const auto& each) { return each.name == name; })) {
        return Error::invalid(tr<"has the attribute '{}' twice">(name), at(node));
      }
      std::string value;
      if (const auto wrong = append_xml_text(value, attribute.value())) return Error::invalid(*wrong, at(node));
      element.attributes.push_back({{}, std::string{name}, std::move(value)});
    }
    for (const auto& each : element.attributes) {
      const std::string_view name = each.name;
      if (name != "xmlns" && !name.starts_with("xmlns:")) continue;
      if (prefixes_.size() == kPrefixesMax) {
        return Error::invalid(tr<"declares more than {} namespaces">(kPrefixesMax), at(node));
      }
      prefixes_.push_back({name == "xmlns" ? std::string{} : std::string{name.substr(6)}, keep(each.value)});
      if (element.parent == nullptr) document_.root_namespaces_.push_back(prefixes_.back().uri);
    }
    std::erase_if(element.attributes,
                  [](const auto& each) { return each.name == "xmlns" || each.name.starts_with("xmlns:"); });
    for (auto& each : element.attributes) {
      TRY(each.uri, uri_of(each.name, true, node));
    }
    return ok();
  }

  Status fill(Element& element, const pugi::xml_node& node, std::size_t depth) {
    if (depth > limits_.depth_max) {
      return Error::invalid(tr<"elements are nested more than {} deep">(limits_.depth_max), at(node));
    }
    element.name = node.name();
    if (element.name.size() > kNameBytesMax) return Error::invalid(std::string{tr<"a name is too long">()}, at(node));
    element.line = line_of(node);
    const auto prefixes = prefixes_.size();
    TRY_VOID(take_attributes(element, node));
    TRY(element.uri, uri_of(element.name, false, node));
    std::unordered_map<std::string_view, std::uint32_t> seen;
    for (const auto child : node.children()) {
      switch (child.type()) {
        case pugi::node_pcdata:
          if (const auto wrong = append_xml_text(element.text, child.value())) return Error::invalid(*wrong, at(child));
          break;
        case pugi::node_cdata:
          element.text += child.value();
          break;
        case pugi::node_element: {
          auto& made = document_.elements_.emplace_back();
          made.parent = &element;
          TRY_VOID(fill(made, child, depth + 1));
          made.number = ++seen[made.name];
          element.children.push_back(&made);
          break;
        }
        default:
          break;
      }
    }
    for (const auto* child : element.children) {
      // Children belong to this document, which only this builder changes.
      const_cast<Element*>(child)->only_of_name = seen[child->name] == 1;
    }
    if (is_blank(element.text) && !element.children.empty()) element.text.clear();
    prefixes_.resize(prefixes);
    return ok();
  }

  std::string_view text_;
  const Limits& limits_;
  Document document_;
  std::vector<Prefix> prefixes_;
  std::size_t counted_ = 0;
  std::uint32_t line_ = 1;
};

std::string_view Attribute::local() const noexcept { return local_part(name); }
std::string_view Element::local() const noexcept { return local_part(name); }

const Attribute* Element::attribute(std::string_view local_name) const noexcept {
  const auto found =
      std::ranges::find_if(attributes, [&](const auto& each) { return each.uri.empty() && each.name == local_name; });
  return found == attributes.end() ? nullptr : &*found;
}

std::string Element::path() const {
  auto path = parent == nullptr ? std::string{} : parent->path();
  path += '/';
  path += name;
  if (!only_of_name) path += fmt::format("[{}]", number);
  return path;
}

Result<Document> parse_xml(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.bytes_max) return Error::too_large("XML document", limits.bytes_max);
  TRY(const auto text, xml_in_utf8(bytes));
  TRY_VOID(check_bytes(text, limits));
  pugi::xml_document source;
  // References stay as they are written: pugixml passes unknown ones over and takes any number, we do not. As a
  // fragment, for else it drops what stands outside of the root element.
  constexpr unsigned kOptions =
      pugi::parse_cdata | pugi::parse_eol | pugi::parse_wconv_attribute | pugi::parse_doctype | pugi::parse_fragment;
  const auto result = source.load_buffer(text.data(), text.size(), kOptions, pugi::encoding_utf8);
  if (!result) {
    const auto offset = std::clamp<std::ptrdiff_t>(result.offset, 0, static_cast<std::ptrdiff_t>(text.size()));
    return Error::invalid(tr<"is no well-formed XML: {}">(result.description()),
                          xml_place(text, static_cast<std::size_t>(offset)));
  }
  return TreeBuilder{text, limits}.build(source);
}

bool looks_like_xml(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  const bool wide = encoding_of(bytes) != Encoding::utf8;
  if (bytes.starts_with(kUtf8Mark)) bytes.remove_prefix(kUtf8Mark.size());
  const auto first = bytes.find_first_not_of(wide ? "\xFF\xFE\0 \t\r\n"sv : kBlanks);
  return first != std::string_view::npos && bytes[first] == '<';
}

}  // namespace tocsin::formats::cvrf
