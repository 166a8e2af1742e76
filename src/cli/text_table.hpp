#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Plain tables and wrapped text for a terminal, counted in columns as a terminal shows them.
namespace tocsin::cli {

/// Columns of a text: combining marks take none, East Asian wide characters two. Ill-formed bytes count one each.
std::size_t display_width(std::string_view text) noexcept;
/// At most `width` columns; what is cut off is replaced by an ellipsis.
std::string fit(std::string_view text, std::size_t width);
/// What a terminal would obey (escape sequences and other control characters, C1 too) replaced; line ends as `\n` kept,
/// tabs as blanks. Text of documents is hostile.
std::string safe_text(std::string_view text);
/// Words on lines of at most `width` columns, each line after `indent` blanks; paragraphs and line ends kept.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent = 0);

struct TableColumn {
  std::string title;
  bool right = false;  ///< Numbers.
  std::size_t width_max = 1000;
  bool shrinks = false;  ///< Gives way first when the terminal is too narrow.
};

class TextTable {
 public:
  explicit TextTable(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}
  /// As many cells as columns. A style (an escape sequence, "" for none) colours a whole cell.
  struct Cell {
    std::string text;
    std::string style = {};
  };
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const noexcept { return rows_.empty(); }
  /// Head and rows; at most `width` columns (0: as wide as it is). No blanks at the end of a line.
  std::string text(std::size_t width, bool styled) const;

 private:
  std::vector<TableColumn> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace tocsin::cli
