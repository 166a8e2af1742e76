#pragma once
#include <string>
#include <string_view>

namespace tocsin::formats::threat_text {
struct Reference;
}  // namespace tocsin::formats::threat_text

/// Text from documents is hostile. Values become HTML only through these types.
namespace tocsin::portal::html {

/// Appends `text` escaped for element content and quoted attributes: & < > " '. Ill-formed UTF-8 becomes U+FFFD,
/// control characters are dropped.
void escape(std::string& out, std::string_view text);
std::string escaped(std::string_view text);

/// HTML that is already safe: made by templates, escape() or a sanitiser. The only way to put markup into a hole.
class Html {
 public:
  Html() = default;
  static Html from_trusted(std::string markup) { return Html{std::move(markup)}; }
  static Html from_text(std::string_view text) { return Html{escaped(text)}; }
  const std::string& str() const noexcept { return markup_; }
  bool empty() const noexcept { return markup_.empty(); }
  Html& operator+=(const Html& other) {
    markup_ += other.markup_;
    return *this;
  }

 private:
  explicit Html(std::string markup) : markup_(std::move(markup)) {}
  std::string markup_;
};

/// A URL that may stand in href, src or action.
class Url {
 public:
  /// A path of our own ("/advisories?..."): trusted to be well-formed, still escaped for the attribute.
  static Url own(std::string path) { return Url{std::move(path)}; }
  /// From a document: http, https or mailto, well-formed, at most 2,000 bytes; everything else becomes an empty URL,
  /// for which links are not rendered.
  static Url external(std::string_view text);
  const std::string& str() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }

 private:
  explicit Url(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// The page of what a text refers to.
using ReferenceUrl = Url(const formats::threat_text::Reference& reference);

/// Plain text of a document as paragraphs: blank lines part <p>, single line ends <br>, lines that begin with "-", "*"
/// or a bullet become lists, bare http(s) URLs become links (rel="noopener noreferrer nofollow").
Html paragraphs(std::string_view text);
/// Markdown (GFM) of our own guidance and of documents that say it is Markdown; no raw HTML, links by scheme, no
/// images.
/// With `url_of` what it refers to by an id (formats/threat_text/references.hpp) becomes links to that: bare words, and
/// targets ("[x](campaign--...)"). What stands in code or in other links stays as it is.
Html markdown(std::string_view text, ReferenceUrl* url_of = nullptr);

}  // namespace tocsin::portal::html
