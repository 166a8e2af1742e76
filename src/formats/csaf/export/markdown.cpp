#include "formats/csaf/export/markdown.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/csaf/export/outline.hpp"

namespace tocsin::formats::csaf {
namespace {

using Kind = Block::Kind;

bool is_digit(char each) noexcept { return each >= '0' && each <= '9'; }

bool ends_with_ignore_case(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && text::equals_ignore_case_ascii(text.substr(text.size() - end.size()), end);
}

/// Would a renderer that links bare addresses see one here? At the ':' of "https://" and "mailto:", at the '.' of
/// "www.".
bool starts_a_link(std::string_view line, std::size_t at) noexcept {
  const auto before = line.substr(0, at);
  if (line[at] == '.') return ends_with_ignore_case(before, "www");
  if (line[at] != ':') return false;
  return line.substr(at + 1).starts_with('/') || ends_with_ignore_case(before, "mailto") ||
         ends_with_ignore_case(before, "xmpp");
}

/// Lines of a text without the blanks at their ends: four in front would make code of them.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (const auto line : text::split(text, '\n')) lines.push_back(text::trim(line));
  return lines;
}

std::string in_one_line(std::string_view text) { return escape_markdown(text::squeeze(text)); }

/// Paragraphs stay paragraphs, other line ends become hard breaks; all behind the first line stands at `indent`.
std::string paragraphs(std::string_view text, std::string_view indent) {
  std::string out;
  std::size_t empty_lines = 0;
  for (const auto line : lines_of(text)) {
    if (line.empty()) {
      ++empty_lines;
      continue;
    }
    if (!out.empty()) {
      out += empty_lines > 0 ? "\n\n" : "\\\n";
      out += indent;
    }
    empty_lines = 0;
    out += escape_markdown(line);
  }
  return out;
}

/// "<https://...>" with everything encoded that could end it, or the text where it is no web address.
std::string link(std::string_view url) {
  const auto lower = text::lower_ascii(url.substr(0, 8));
  if (!lower.starts_with("https://") && !lower.starts_with("http://")) return in_one_line(url);
  std::string out = "<";
  for (const char each : url) {
    const auto byte = static_cast<unsigned char>(each);
    if (byte <= 0x20 || byte == 0x7f || std::string_view{"<>\"\\`|^{}&"}.find(each) != std::string_view::npos) {
      out += each == '&' ? "&amp;" : fmt::format("%{:02X}", byte);
    } else {
      out += each;
    }
  }
  return out + ">";
}

void append_table(std::string& out, const Block& block) {
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    out += '|';
    for (const auto& cell : block.rows[row]) out += fmt::format(" {} |", in_one_line(cell));
    out += '\n';
    if (row > 0) continue;
    out += '|';
    for (std::size_t cell = 0; cell < block.rows[row].size(); ++cell) out += " --- |";
    out += '\n';
  }
}

}  // namespace

std::string escape_markdown(std::string_view line) {
  std::string out;
  out.reserve(line.size() + line.size() / 8);
  std::size_t digits = 0;
  while (digits < line.size() && is_digit(line[digits])) ++digits;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char each = line[at];
    // These mean something anywhere; the others only where a line begins with them ("- item", "1. item", "===").
    const bool everywhere = std::string_view{"\\`*_[]<>#|~&!$"}.find(each) != std::string_view::npos;
    const bool in_front = at == 0 && std::string_view{"-+="}.find(each) != std::string_view::npos;
    const bool numbers =
        at > 0 && at == digits && (each == '.' || each == ')') && (at + 1 == line.size() || line[at + 1] == ' ');
    if (everywhere || in_front || numbers || starts_a_link(line, at)) out += '\\';
    out += each;
  }
  return out;
}

std::string to_markdown(const Advisory& advisory) {
  std::string out;
  auto before = Kind::heading;
  for (const auto& block : outline(advisory)) {
    // Items of one list and facts stand close; all else is set off by an empty line.
    if (!out.empty() && !(block.kind == before && (block.kind == Kind::item || block.kind == Kind::fact))) out += '\n';
    before = block.kind;
    switch (block.kind) {
      case Kind::heading:
        out += fmt::format("{} {}\n", std::string(block.level, '#'), in_one_line(block.text));
        break;
      case Kind::text:
        out += paragraphs(block.text, "") + '\n';
        break;
      case Kind::fact:
        out += fmt::format("- **{}:** {}\n", in_one_line(block.label), paragraphs(block.text, "  "));
        break;
      case Kind::item: {
        const std::string indent(block.level * 2, ' ');
        out += fmt::format("{}- {}", indent, paragraphs(block.text, indent + "  "));
        if (!block.url.empty()) out += fmt::format("{}{}", block.text.empty() ? "" : " ", link(block.url));
        out += '\n';
        break;
      }
      case Kind::table:
        append_table(out, block);
        break;
    }
  }
  return out;
}

}  // namespace tocsin::formats::csaf
