#include "formats/feed/atom.hpp"

#include "base/text.hpp"

namespace tocsin::formats::feed {
namespace {

/// Escapes, and drops what XML 1.0 section 2.2 forbids: control characters, ill-formed UTF-8, U+FFFE and U+FFFF.
void put_text(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto length = text::utf8_length_at(text, i);
    if (length == 0) {
      ++i;
      continue;
    }
    const auto sequence = text.substr(i, length);
    i += length;
    if (length > 1) {
      if (sequence != "\xEF\xBF\xBE" && sequence != "\xEF\xBF\xBF") out += sequence;
      continue;
    }
    switch (const char c = sequence.front()) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r') out += c;
    }
  }
}

void put_element(std::string& out, std::string_view name, std::string_view text) {
  out.append("<").append(name).append(">");
  put_text(out, text);
  out.append("</").append(name).append(">\n");
}

void put_link(std::string& out, std::string_view relation, std::string_view type, std::string_view url) {
  if (url.empty()) return;
  out.append("<link rel=\"").append(relation).append("\" type=\"").append(type).append("\" href=\"");
  put_text(out, url);
  out += "\"/>\n";
}

void put_entry(std::string& out, const AtomEntry& entry) {
  out += "<entry>\n";
  put_element(out, "id", entry.id);
  put_element(out, "title", entry.title);
  put_link(out, "alternate", "text/html", entry.url);
  put_element(out, "updated", format_rfc3339(entry.updated));
  if (entry.published) put_element(out, "published", format_rfc3339(*entry.published));
  if (!entry.author.empty()) {
    out += "<author>";
    put_element(out, "name", entry.author);
    out += "</author>\n";
  }
  for (const auto& category : entry.categories) {
    out += "<category term=\"";
    put_text(out, category);
    out += "\"/>\n";
  }
  if (!entry.summary.empty()) put_element(out, "summary", entry.summary);
  out += "</entry>\n";
}

}  // namespace

std::string write_atom(const AtomFeed& feed) {
  std::string out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n";
  put_element(out, "id", feed.id);
  put_element(out, "title", feed.title);
  put_link(out, "self", "application/atom+xml", feed.self_url);
  put_link(out, "alternate", "text/html", feed.site_url);
  put_link(out, "next", "application/atom+xml", feed.next_url);
  put_element(out, "updated", format_rfc3339(feed.updated));
  // Section 4.1.1: a feed whose entries do not all name an author names one itself.
  out += "<author>";
  put_element(out, "name", feed.title);
  out += "</author>\n";
  for (const auto& entry : feed.entries) put_entry(out, entry);
  out += "</feed>\n";
  return out;
}

}  // namespace tocsin::formats::feed
