#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "formats/threat_text/extract.hpp"

/// What cells of a list mean. Internal to formats/threat_list.
namespace tocsin::formats::threat_list {

enum class Column : std::uint8_t {
  value,
  type,
  description,
  confidence,
  labels,
  first_seen,
  last_seen,
  valid_until,
  tlp,
  port  ///< Of the address or name beside it.
};
inline constexpr std::size_t kColumns = 10;

/// Where each column stands in a row; npos: nowhere.
struct Header {
  char separator = ',';
  std::array<std::size_t, kColumns> at{};
  std::size_t of(Column column) const noexcept { return at[static_cast<std::size_t>(column)]; }
  bool has(Column column) const noexcept { return of(column) != std::string_view::npos; }
};

/// The cells of the row that begins at `begin`, trimmed; `begin` moves behind its line end. A quoted cell may hold line
/// ends. nullopt: it has too many cells, is too long, or a quote is not closed; then `begin` is behind its first line.
std::optional<std::vector<std::string>> read_row(std::string_view bytes, std::size_t& begin, char separator,
                                                 std::size_t& lines);
/// nullopt where no cell names values. "ip" names them only beside a port, and beside nothing that inventories have:
/// else it is of whoever's device.
std::optional<Header> read_header(std::string_view line);

enum class TypeMatch : std::uint8_t { any, url, kinds, unknown };
/// What a cell of types says of its value.
struct Type {
  TypeMatch match = TypeMatch::any;
  std::vector<threat_text::Kind> kinds = {};
};
Type read_type(std::string_view cell);

/// "75", "75 %", "high". nullopt: none of these.
std::optional<int> read_confidence(std::string_view cell);
/// 1 to 65535.
std::optional<std::uint16_t> read_port(std::string_view cell);
/// "2026-03-01T12:00:00Z", "2026-03-01 12:00:00 UTC", "2026-03-01", seconds since 1970, or as mail has it.
std::optional<Timestamp> read_time(std::string_view cell);
/// "TLP:AMBER+STRICT" as "amber+strict"; WHITE is CLEAR. Empty: no label.
std::string read_tlp(std::string_view cell);
std::vector<std::string> read_labels(std::string_view cell);
/// Well-formed UTF-8 without control characters, in one line, of at most `bytes_max`.
std::string clean(std::string_view text, std::size_t bytes_max);

}  // namespace tocsin::formats::threat_list
