#include "formats/csaf/export/plain_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/csaf/export/outline.hpp"

namespace tocsin::formats::csaf {
namespace {

using Kind = Block::Kind;

std::size_t columns(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char each) { return (static_cast<unsigned char>(each) & 0xc0U) != 0x80U; }));
}

std::size_t longest_word(std::string_view text) {
  std::size_t longest = 0;
  for (const auto word : text::split(text, ' ')) longest = std::max(longest, columns(word));
  return longest;
}

/// One line of text, wrapped: `first` stands before its first line, `rest` before all others.
void append_wrapped(std::string& out, std::string_view line, std::string_view first, std::string_view rest) {
  std::string_view prefix = first;
  std::size_t used = 0;  // Columns of the current line; 0 before its first word.
  const std::string words = text::squeeze(line);
  for (const auto word : text::split(words, ' ')) {
    if (word.empty()) continue;
    const auto width = columns(word);
    if (used > 0 && used + 1 + width > kTextColumns) {
      out += '\n';
      prefix = rest;
      used = 0;
    }
    if (used == 0) {
      out += prefix;
      used = columns(prefix) + width;
    } else {
      out += ' ';
      used += 1 + width;
    }
    out += word;
  }
  if (used > 0) out += '\n';
}

/// Lines as the document has them, each wrapped; runs of empty ones become one.
void append_text(std::string& out, std::string_view text, std::string_view first, std::string_view rest) {
  bool any = false;
  bool gap = false;
  for (const auto line : text::split(text, '\n')) {
    if (text::trim(line).empty()) {
      gap = any;
      continue;
    }
    if (gap) out += '\n';
    gap = false;
    append_wrapped(out, line, any ? rest : first, rest);
    any = true;
  }
}

void append_heading(std::string& out, const Block& block) {
  append_wrapped(out, block.text, "", "");
  if (block.level > 2) return;
  out += std::string(std::min(std::max<std::size_t>(columns(text::squeeze(block.text)), 3), kTextColumns),
                     block.level == 1 ? '=' : '-');
  out += '\n';
}

/// Columns where they are narrow; the last cell of a row wraps behind the others.
void append_table(std::string& out, const Block& block) {
  constexpr std::size_t kCellColumnsMax = 24;
  if (block.rows.empty()) return;
  std::vector<std::size_t> widths(block.rows[0].size());
  for (const auto& row : block.rows) {
    for (std::size_t at = 0; at < row.size(); ++at) {
      widths[at] = std::min(kCellColumnsMax, std::max(widths[at], columns(text::squeeze(row[at]))));
    }
  }
  for (const auto& row : block.rows) {
    std::string prefix = "  ";
    for (std::size_t at = 0; at + 1 < row.size(); ++at) {
      const auto cell = text::squeeze(row[at]);
      prefix += cell;
      prefix += std::string(widths[at] - std::min(widths[at], columns(cell)) + 2, ' ');
    }
    const auto last = text::squeeze(row.back());
    if (columns(prefix) + longest_word(last) > kTextColumns) {
      append_wrapped(out, prefix, "  ", "    ");
      append_wrapped(out, last, "    ", "    ");
    } else if (last.empty()) {
      out += prefix.substr(0, prefix.find_last_not_of(' ') + 1) + '\n';
    } else {
      append_wrapped(out, last, prefix, std::string(columns(prefix), ' '));
    }
  }
}

}  // namespace

std::string to_plain_text(const Advisory& advisory) {
  std::string out;
  auto before = Kind::heading;
  for (const auto& block : outline(advisory)) {
    const bool close = before == block.kind && (block.kind == Kind::item || block.kind == Kind::fact);
    const bool under_heading = before == Kind::heading && block.kind != Kind::heading;
    if (!out.empty() && !close && !under_heading) out += '\n';
    before = block.kind;
    switch (block.kind) {
      case Kind::heading:
        append_heading(out, block);
        break;
      case Kind::text:
        append_text(out, block.text, "  ", "  ");
        break;
      case Kind::fact:
        append_text(out, fmt::format("{}: {}", text::squeeze(block.label), block.text), "  ", "    ");
        break;
      case Kind::item: {
        const std::string first = std::string(2 + block.level * 2, ' ') + "- ";
        const std::string rest(first.size(), ' ');
        append_text(out, block.text, first, rest);
        if (!block.url.empty()) append_wrapped(out, block.url, block.text.empty() ? first : rest, rest);
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
