#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

/// FIRST's Exploit Prediction Scoring System: the daily file of scores. Total: any bytes are read or refused.
namespace tocsin::formats::epss {

/// Millionths, which is more than the file says: whole numbers compare and store exactly.
inline constexpr std::int32_t kOne = 1'000'000;

struct Score {
  std::string cve;
  std::int32_t probability = 0;            ///< Of being exploited within 30 days, in millionths.
  std::optional<std::int32_t> percentile;  ///< In millionths; files before 2021-09 have none.
};

struct Scores {
  std::string model;              ///< "v2026.06.15"; empty in old files, which begin with the columns' names.
  std::optional<Timestamp> date;  ///< Midnight UTC of score_date; absent in old files.
  std::vector<Score> scores;      ///< By CVE, each once.
};

inline constexpr std::size_t kScoresMax = 2'000'000;

/// Does it begin as such a file does?
bool recognise(std::string_view bytes) noexcept;
/// "epss_scores-2021-04-14.csv.gz": the date in the name that the publisher gives the files. Nothing where there is
/// none.
std::optional<Timestamp> date_of_name(std::string_view name) noexcept;

/// The text, unpacked. `#model_version:v2026.06.15,score_date:2026-08-16T12:00:00Z` (or +0000), the names of the
/// columns, then cve,epss[,percentile]. Errors: invalid_input with the line in `where`; too_large.
Result<Scores> read(std::string_view bytes);

}  // namespace tocsin::formats::epss
