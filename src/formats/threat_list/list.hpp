#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "formats/threat_text/doubts.hpp"
#include "formats/threat_text/extract.hpp"

/// Lists of indicators as the world passes them on: one value a line, or comma-separated values with a header. Pure.
namespace tocsin::formats::threat_list {

struct ListLimits {
  std::size_t bytes_max = std::size_t{64} << 20;
  std::size_t lines_max = 2'000'000;
  std::size_t entries_max = 1'000'000;
};
/// Bytes of a line, of a description and of a label; a longer line is refused, the others are shortened.
inline constexpr std::size_t kListLineMax = std::size_t{16} << 10;
inline constexpr std::size_t kListTextMax = 4'000;
inline constexpr std::size_t kListLabelMax = 200;
inline constexpr std::size_t kListLabelsMax = 50;
inline constexpr std::size_t kListColumnsMax = 128;
/// More of one kind are counted, not told.
inline constexpr std::size_t kListRemarksMax = 1'000;

struct ListEntry {
  threat_text::Found found;  ///< Something that can be observed.
  std::size_t line = 0;
  std::string description = {};
  std::optional<int> confidence = {};  ///< 0..100, as STIX has it.
  std::vector<std::string> labels = {};
  std::optional<Timestamp> first_seen = {}, last_seen = {}, valid_until = {};
  std::string tlp = {};  ///< A level as stix::TlpMarking has it; empty: none is said.
};

struct ListRemark {
  std::size_t line = 0;
  std::string text;
};

struct ThreatList {
  std::vector<ListEntry> entries;  ///< Each value once, of each port: what its first line says.
  std::vector<ListRemark> refused;
  std::vector<ListRemark> remarks;  ///< Doubts of values, and cells that were passed over.
  std::size_t refused_count = 0, remark_count = 0, repeated = 0;
};

/// By the first lines: most of them are one value, or stand under a header that names a column of values. What other
/// readers know (JSON, XML, inventories of plants) is none.
bool looks_like_list(std::string_view bytes);

/// Comments begin with '#', ';' or "//"; behind a value and a blank, too, where '#' or ';' begins what describes it.
/// Values may be made harmless ("hxxp://", "[.]"); "pump.example/x.php" is read as http, where alone a path is seen;
/// lines of a hosts file ("0.0.0.0 pump.example") are the name; "198.51.100.7:443" keeps its port, and where a column
/// beside it tells one ("dst_port", "port"), it is the same;
/// "/gate/x.php" is a path that is asked for on whatever host. Columns are separated by comma, semicolon, tab or bar.
/// A line that cannot be read is refused, and spoils no other. Errors: too_large.
Result<ThreatList> read_list(std::string_view bytes, const ListLimits& limits = {});

/// The sentence for a doubt: "everybody has this in their own network".
std::string_view doubt_sentence(threat_text::Doubt doubt) noexcept;

}  // namespace tocsin::formats::threat_list
