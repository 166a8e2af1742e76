#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/inventory/rows.hpp"
#include "formats/inventory/table.hpp"

namespace tocsin::formats::inventory {
namespace {

constexpr std::string_view kSeparators = ",;\t|";

std::string from_utf16(std::string_view bytes, bool big) {
  std::string out;
  const auto unit = [&](std::size_t at) {
    const auto a = static_cast<unsigned char>(bytes[at]), b = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<char32_t>(big ? a << 8 | b : b << 8 | a);
  };
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    char32_t point = unit(at);
    if (point >= 0xD800 && point < 0xDC00 && at + 3 < bytes.size()) {
      const char32_t low = unit(at + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        at += 2;
      }
    }
    if (point >= 0xD800 && point < 0xE000) point = 0xFFFD;
    text::append_utf8(out, point);
  }
  return out;
}

/// The 32 places where Windows-1252 is not Latin-1 (Unicode's mapping table CP1252).
constexpr std::array<char32_t, 32> kWindows1252 = {0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                   0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
                                                   0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                   0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

std::string as_utf8(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (bytes.starts_with("\xFF\xFE")) return from_utf16(bytes.substr(2), false);
  if (bytes.starts_with("\xFE\xFF")) return from_utf16(bytes.substr(2), true);
  if (text::invalid_utf8_at(bytes) == std::string_view::npos) return std::string{bytes};
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text::append_utf8(out, byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80U] : byte);
  }
  return out;
}

/// The separator that most often stands outside of quotes in the first lines.
char separator_of(std::string_view text) {
  std::array<std::size_t, kSeparators.size()> counts{};
  bool quoted = false;
  int lines = 0;
  for (const char c : text.substr(0, 64 * 1024)) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' && ++lines == 20) break;
    if (const auto at = kSeparators.find(c); at != std::string_view::npos) ++counts[at];
  }
  return kSeparators[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

Error wrong(std::size_t line, std::string_view what) {
  return Error::invalid(fmt::format("Line {}: {}", line, what), std::to_string(line));
}

Result<Rows> cells_of(std::string_view text, char separator) {
  Rows rows;
  std::vector<std::string> cells;
  std::string cell;
  std::size_t line = 1, row_line = 1;
  bool quoted = false, was_quoted = false;
  const auto end_cell = [&]() {
    cells.emplace_back(text::trim(cell));
    cell.clear();
    was_quoted = false;
  };
  const auto end_row = [&]() {
    end_cell();
    if (std::ranges::any_of(cells, [](const std::string& each) { return !each.empty(); })) {
      rows.emplace_back(row_line, std::move(cells));
    }
    cells.clear();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (cell.size() > kCellBytesMax) return Error::too_large("A cell", kCellBytesMax, std::to_string(row_line));
    if (quoted) {
      if (c == '"' && at + 1 < text.size() && text[at + 1] == '"') {
        cell += c;
        ++at;
      } else if (c == '"') {
        quoted = false;
      } else {
        if (c == '\n') ++line;
        cell += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
      }
    } else if (c == '"' && !was_quoted && text::trim(cell).empty()) {
      cell.clear();
      quoted = was_quoted = true;
    } else if (c == separator) {
      if (cells.size() + 1 >= kColumnsMax) return wrong(row_line, fmt::format("more than {} columns", kColumnsMax));
      end_cell();
    } else if (c == '\n' || c == '\r') {
      if (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n') ++at;
      end_row();
      if (rows.size() > kRowsMax) return Error::invalid(fmt::format("The table has more than {} rows", kRowsMax));
      row_line = ++line;
    } else if (c != '\0') {
      cell += c;
    }
  }
  if (quoted) return wrong(row_line, "a quote is opened and never closed");
  end_row();
  return rows;
}

}  // namespace

Result<Table> read_csv(std::string_view bytes) {
  const auto converted = as_utf8(bytes);
  std::string_view text = converted;
  char separator = separator_of(text);
  if (text.size() > 5 && text::equals_ignore_case_ascii(text.substr(0, 4), "sep=")) {
    separator = text[4];
    text.remove_prefix(std::min(text.size(), text.find('\n')));
  }
  TRY(auto rows, cells_of(text, separator));
  return table_of(std::move(rows), "Line", Beyond::is_wrong);
}

}  // namespace tocsin::formats::inventory
