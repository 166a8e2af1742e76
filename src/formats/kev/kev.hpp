#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"

/// CISA's catalogue of known exploited vulnerabilities, in its two forms. Total: any bytes are read or refused.
namespace tocsin::formats::kev {

struct Entry {
  std::string cve;  ///< "CVE-2021-22893"
  std::string vendor, product, name;
  Timestamp added;               ///< To the catalogue, midnight UTC.
  std::optional<Timestamp> due;  ///< By when US federal agencies have to act.
  bool ransomware = false;       ///< Known to be used in ransomware campaigns.
  std::string action;            ///< What the catalogue demands.
};

struct Catalogue {
  std::string version;                ///< "2025.08.25"; empty in a CSV file, which does not say.
  std::optional<Timestamp> released;  ///< The same.
  std::vector<Entry> entries;         ///< By CVE, each once.
  /// The latest date of an entry: of two CSV files the newer has a later one.
  Timestamp newest() const noexcept;
};

inline constexpr std::size_t kEntriesMax = 200'000;
inline constexpr std::size_t kTextBytesMax = 8 * 1024;

/// Is it such a catalogue? By the members that its schema demands.
bool recognise_json(const boost::json::value& root) noexcept;
/// Does a table with these first bytes seem to be one: does it begin with the columns' names?
bool recognise_csv(std::string_view bytes) noexcept;

/// Errors: invalid_input with the JSON pointer in `where`: a member that is missing or of another type, a date that
/// is none, a CVE twice, a `count` that is another than that of the entries (a file that was cut); too_large.
Result<Catalogue> read_json(const boost::json::value& root);
/// The same of the CSV form, with the line in `where`.
Result<Catalogue> read_csv(std::string_view bytes);

}  // namespace tocsin::formats::kev
