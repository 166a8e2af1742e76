#include "cli/text_table.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tocsin::cli {
namespace {

constexpr std::string_view kEllipsis = "\u2026";
constexpr std::size_t kGap = 2;
constexpr std::size_t kShrunkMin = 8;

struct Range {
  char32_t first, last;
};
// Unicode's East_Asian_Width W and F, in the blocks that vendors' names come from.
constexpr Range kWide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0x33FF},  {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},
                           {0xA000, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},  {0xFE30, 0xFE6F}, {0xFF00, 0xFF60},
                           {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range kZero[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},
                           {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};

bool in(const auto& ranges, char32_t point) {
  return std::ranges::any_of(ranges, [&](const Range& each) { return point >= each.first && point <= each.last; });
}

char32_t decode(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(bytes[i])); };
  switch (bytes.size()) {
    case 1:
      return at(0);
    case 2:
      return ((at(0) & 0x1FU) << 6U) | (at(1) & 0x3FU);
    case 3:
      return ((at(0) & 0x0FU) << 12U) | ((at(1) & 0x3FU) << 6U) | (at(2) & 0x3FU);
    default:
      return ((at(0) & 0x07U) << 18U) | ((at(1) & 0x3FU) << 12U) | ((at(2) & 0x3FU) << 6U) | (at(3) & 0x3FU);
  }
}

/// Bytes and columns of the character at `at`.
struct Character {
  std::size_t bytes, columns;
};
Character character_at(std::string_view text, std::size_t at) {
  const auto length = text::utf8_length_at(text, at);
  if (length <= 1) return {1, 1};
  const auto point = decode(text.substr(at, length));
  return {length, in(kZero, point) ? std::size_t{0} : in(kWide, point) ? std::size_t{2} : std::size_t{1}};
}

}  // namespace

std::size_t display_width(std::string_view text) noexcept {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    columns += character.columns;
    at += character.bytes;
  }
  return columns;
}

std::string fit(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string{text};
  if (width == 0) return {};
  std::size_t columns = 0, at = 0;
  while (at < text.size()) {
    const auto character = character_at(text, at);
    if (columns + character.columns > width - 1) break;
    columns += character.columns;
    at += character.bytes;
  }
  return std::string{text::trim(text.substr(0, at))} + std::string{kEllipsis};
}

std::string safe_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto length = text::utf8_length_at(text, at);
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto point = length == 0 ? U'\uFFFD' : decode(text.substr(at, length));
    // Direction overrides would let a name read as another one.
    const bool bidi = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
    if (byte == '\t') {
      out += ' ';
    } else if (byte == '\n') {
      out += '\n';
    } else if (byte == '\r') {
      if (at + 1 >= text.size() || text[at + 1] != '\n') out += '\n';
    } else if (length == 0 || point < 0x20 || (point >= 0x7F && point < 0xA0) || bidi) {
      out += "\uFFFD";
    } else {
      out += text.substr(at, length);
    }
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  const std::string margin(indent, ' ');
  const auto room = width > indent + 20 ? width - indent : std::size_t{20};
  for (const auto paragraph : text::split(text, '\n')) {
    std::string line;
    std::size_t columns = 0;
    for (const auto word : text::split(paragraph, ' ')) {
      if (word.empty()) continue;
      const auto word_columns = display_width(word);
      if (columns > 0 && columns + 1 + word_columns > room) {
        out += margin + line + "\n";
        line.clear();
        columns = 0;
      }
      if (columns > 0) {
        line += ' ';
        ++columns;
      }
      line += word;
      columns += word_columns;
    }
    out += line.empty() ? "\n" : margin + line + "\n";
  }
  return out;
}

std::string TextTable::text(std::size_t width, bool styled) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto widest = display_width(columns_[i].title);
    for (const auto& row : rows_) widest = std::max(widest, display_width(row[i].text));
    widths.push_back(std::min(widest, columns_[i].width_max));
  }
  std::size_t total = columns_.empty() ? 0 : (columns_.size() - 1) * kGap;
  for (const auto each : widths) total += each;
  for (std::size_t i = 0; width > 0 && i < columns_.size() && total > width; ++i) {
    if (!columns_[i].shrinks) continue;
    const auto cut = std::min(total - width, widths[i] - std::min(widths[i], kShrunkMin));
    widths[i] -= cut;
    total -= cut;
  }
  std::string out;
  const auto line = [&](const std::vector<Cell>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto shown = fit(cells[i].text, widths[i]);
      const std::string blanks(widths[i] - std::min(widths[i], display_width(shown)), ' ');
      const bool last = i + 1 == cells.size();
      if (columns_[i].right) text += blanks;
      text += styled && !cells[i].style.empty() ? cells[i].style + shown + "\x1b[0m" : shown;
      if (!last) text += (columns_[i].right ? "" : blanks) + std::string(kGap, ' ');
    }
    while (text.ends_with(' ')) text.pop_back();
    out += text + "\n";
  };
  std::vector<Cell> head;
  for (const auto& each : columns_) head.push_back({.text = each.title, .style = "\x1b[1m"});
  line(head);
  for (const auto& row : rows_) line(row);
  return out;
}

}  // namespace tocsin::cli
