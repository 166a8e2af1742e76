#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// XML from outside, read with limits into a tree of names and texts: no entities but XML's own five, no document type
/// declaration, namespaces resolved. Pure functions: any thread may call them.
namespace tocsin::formats::cvrf {

struct Limits {
  std::size_t bytes_max = std::size_t{64} << 20;  ///< Default 64 MiB.
  std::size_t nodes_max = 1'000'000;              ///< Elements, attributes, comments and the like.
  /// Elements in elements. CSAF allows 30 branches above a product, which are 33 elements.
  std::size_t depth_max = 40;
  /// A document type declaration that declares nothing ("<!DOCTYPE nmaprun>") is passed over; nothing is ever fetched.
  bool bare_doctype = false;
};
/// Bytes of a name with its prefix, attributes of an element, and namespace prefixes that hold at one place.
inline constexpr std::size_t kNameBytesMax = 256;
inline constexpr std::size_t kAttributesMax = 64;
inline constexpr std::size_t kPrefixesMax = 64;

inline constexpr std::string_view kXmlNamespace = "http://www.w3.org/XML/1998/namespace";

struct Attribute {
  std::string_view uri;  ///< Of its prefix; empty without one.
  std::string name;      ///< As written: "xml:lang".
  std::string value;     ///< Entities resolved, line ends as blanks.

  std::string_view local() const noexcept;
};

/// Stays where it is as long as its Document lives.
struct Element {
  const Element* parent = nullptr;
  std::string_view uri;  ///< Its namespace; empty where it has none.
  std::string name;      ///< As written: "vuln:CVE".
  std::vector<Attribute> attributes;
  std::vector<const Element*> children;
  std::string text;           ///< All of its own text, entities resolved; blank text between elements left out.
  std::uint32_t line = 1;     ///< 1-based
  std::uint32_t number = 1;   ///< Among the elements of this name in the same parent.
  bool only_of_name = false;  ///< There is no other of this name in the same parent.

  std::string_view local() const noexcept;
  /// The attribute of no namespace; null where there is none.
  const Attribute* attribute(std::string_view local_name) const noexcept;
  /// "/cvrfdoc/Vulnerability[2]/CVE", names as written.
  std::string path() const;
};

class Document {
 public:
  const Element& root() const noexcept { return elements_.front(); }
  /// In the order of the text; the root first.
  const std::deque<Element>& elements() const noexcept { return elements_; }
  /// Namespaces that the root element declares.
  const std::vector<std::string_view>& root_namespaces() const noexcept { return root_namespaces_; }

 private:
  friend class TreeBuilder;
  // Both keep what they hold in its place when they are moved.
  std::deque<Element> elements_;
  std::set<std::string, std::less<>> uris_;
  std::vector<std::string_view> root_namespaces_;
};

/// UTF-8 or UTF-16 (by its byte order mark or its first character).
/// Errors: too_large; invalid_input with `where` = "LINE:COLUMN" (1-based, bytes of the text in UTF-8) for syntax,
/// other encodings, ill-formed text, characters that XML does not allow, a document type declaration, unknown entities
/// and prefixes, an attribute twice, and what is beyond a limit.
Result<Document> parse_xml(std::string_view bytes, const Limits& limits = {});

/// The text in UTF-8, without byte order mark. Errors: as of parse_xml for encodings.
Result<std::string> xml_in_utf8(std::string_view bytes);
/// Appends text as it stands in XML, references to characters resolved; gives the message of what is wrong, or nothing.
std::optional<std::string> append_xml_text(std::string& out, std::string_view raw);
/// "LINE:COLUMN" of an offset, both from 1.
std::string xml_place(std::string_view text, std::size_t at);

/// Do the bytes begin as XML does, in UTF-8 or UTF-16?
bool looks_like_xml(std::string_view bytes) noexcept;

}  // namespace tocsin::formats::cvrf
