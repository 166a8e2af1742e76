#include "portal/pages/raw_json.hpp"

#include "base/json.hpp"
#include "portal/html/template.hpp"

namespace tocsin::portal::pages {
namespace {

using html::render;

/// Walks pretty-printed JSON, which has one key or value a line, and marks what stands on each.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void line(std::string_view text) {
    ++number_;
    render<
        "<span class=\"line\" id=\"L{}\"><a class=\"line-number\" href=\"#L{}\" aria-hidden=\"true\" "
        "tabindex=\"-1\">{}</a>">(out_, number_, number_, number_);
    const auto indent = text.find_first_not_of(' ');
    if (indent != std::string_view::npos) {
      out_.append(text.substr(0, indent));
      text.remove_prefix(indent);
      if (const auto end = string_end(text); end > 0 && end < text.size() && text[end] == ':') {
        render<"<span class=\"json-key\">{}</span>">(out_, text.substr(0, end));
        out_ += ": ";
        text.remove_prefix(std::min(end + 2, text.size()));
      }
      value(text);
    }
    out_ += "</span>\n";
  }

 private:
  /// Offset behind a string literal that begins the text; 0 where none does.
  static std::size_t string_end(std::string_view text) {
    if (text.empty() || text.front() != '"') return 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '"') {
        return i + 1;
      }
    }
    return 0;
  }

  void value(std::string_view text) {
    if (text.empty()) return;
    if (const auto end = string_end(text); end > 0) {
      render<"<span class=\"json-string\">{}</span>{}">(out_, text.substr(0, end), text.substr(end));
    } else if (text.front() == '-' || (text.front() >= '0' && text.front() <= '9')) {
      render<"<span class=\"json-number\">{}</span>">(out_, text);
    } else {
      html::escape(out_, text);
    }
  }

  std::string& out_;
  long number_ = 0;
};

}  // namespace

html::Html raw_json_html(const boost::json::value& root) {
  const auto pretty = json::write_pretty(root);
  std::string out = "<pre class=\"json\" tabindex=\"0\"><code>";
  Writer writer{out};
  std::size_t begin = 0;
  while (begin < pretty.size()) {
    const auto end = std::min(pretty.find('\n', begin), pretty.size());
    writer.line(std::string_view{pretty}.substr(begin, end - begin));
    begin = end + 1;
  }
  out += "</code></pre>";
  return html::Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::pages
