#include "formats/inventory/csv_cell.hpp"

namespace tocsin::formats::inventory {
namespace {

/// Also the apostrophe itself, so that a text that begins with one comes back as it was.
constexpr std::string_view kDefused = "=+-@\t\r'";

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string cell{text};
  if (!cell.empty() && kDefused.find(cell.front()) != std::string_view::npos) cell.insert(0, 1, '\'');
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string out = "\"";
  for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string_view without_apostrophe(std::string_view cell) noexcept {
  if (cell.size() >= 2 && cell[0] == '\'' && kDefused.find(cell[1]) != std::string_view::npos) cell.remove_prefix(1);
  return cell;
}

}  // namespace tocsin::formats::inventory
