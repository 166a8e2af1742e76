#include "formats/epss/epss.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/civil_date.hpp"
#include "formats/vex/claims.hpp"

namespace tocsin::formats::epss {
namespace {

constexpr std::size_t kLineBytesMax = 512;
constexpr std::size_t kCveBytesMax = 28;

Error wrong(std::size_t line, std::string_view what) { return Error::invalid(std::string{what}, std::to_string(line)); }

/// "#model_version:v2026.06.15,score_date:2026-08-16T12:00:00Z"
Status read_comment(std::string_view line, Scores& into) {
  line.remove_prefix(1);
  for (const auto part : text::split(line, ',')) {
    const auto colon = part.find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = text::trim(part.substr(0, colon)), value = text::trim(part.substr(colon + 1));
    if (name == "model_version") into.model = text::shorten(value, 64);
    if (name != "score_date") continue;
    // The day is what counts, and the time behind it is written in more than one way.
    auto date = read_date(value.substr(0, std::min<std::size_t>(value.size(), 10)));
    if (!date) return wrong(1, date.error().message);
    into.date = *date;
  }
  return ok();
}

/// 0..1, also "5e-05".
std::optional<std::int32_t> read_share(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value <= 1)) return std::nullopt;
  return static_cast<std::int32_t>(std::lround(value * kOne));
}

}  // namespace

bool recognise(std::string_view bytes) noexcept {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  return bytes.starts_with("#model_version:") || bytes.starts_with("cve,epss");
}

std::optional<Timestamp> date_of_name(std::string_view name) noexcept {
  constexpr std::string_view kStart = "epss_scores-";
  const auto at = name.rfind(kStart);
  if (at == std::string_view::npos || name.size() < at + kStart.size() + 10) return std::nullopt;
  const auto date = read_date(name.substr(at + kStart.size(), 10));
  return date ? std::optional{*date} : std::nullopt;
}

Result<Scores> read(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  Scores scores;
  std::size_t number = 0;
  bool named = false, has_percentile = false, in_order = true;
  while (!bytes.empty()) {
    ++number;
    const auto end = bytes.find('\n');
    auto line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.size() > kLineBytesMax) return Error::too_large("A line", kLineBytesMax, std::to_string(number));
    if (line.front() == '#') {
      if (number != 1) return wrong(number, "A comment stands in the first line only");
      TRY_VOID(read_comment(line, scores));
      continue;
    }
    if (!named) {
      if (line != "cve,epss,percentile" && line != "cve,epss") {
        return wrong(number, "The columns are called cve,epss,percentile");
      }
      named = true;
      has_percentile = line.ends_with("percentile");
      continue;
    }
    const auto comma = line.find(','), second = line.find(',', comma == std::string_view::npos ? comma : comma + 1);
    if (comma == std::string_view::npos || (second == std::string_view::npos) == has_percentile ||
        (has_percentile && line.find(',', second + 1) != std::string_view::npos)) {
      return wrong(number, fmt::format("A line has {} cells, as the columns have", has_percentile ? 3 : 2));
    }
    Score score;
    score.cve = line.substr(0, comma);
    if (!vex::is_cve(score.cve) || score.cve.size() > kCveBytesMax) {
      return wrong(number, fmt::format("'{}' is no CVE id", text::shorten(score.cve, 40)));
    }
    const auto probability = read_share(line.substr(comma + 1, has_percentile ? second - comma - 1 : second));
    if (!probability) return wrong(number, "The probability is a number from 0 to 1");
    score.probability = *probability;
    if (has_percentile) {
      score.percentile = read_share(line.substr(second + 1));
      if (!score.percentile) return wrong(number, "The percentile is a number from 0 to 1");
    }
    if (scores.scores.size() == kScoresMax) {
      return Error::invalid(fmt::format("The file has more than {} scores", text::thousands(kScoresMax)));
    }
    in_order = in_order && (scores.scores.empty() || scores.scores.back().cve < score.cve);
    scores.scores.push_back(std::move(score));
  }
  if (!named)
    return wrong(std::max<std::size_t>(number, 1), "The names of the columns are missing: cve,epss,percentile");
  if (in_order) return scores;
  std::ranges::sort(scores.scores, {}, &Score::cve);
  const auto twice = std::ranges::adjacent_find(scores.scores, {}, &Score::cve);
  if (twice != scores.scores.end()) return Error::invalid(fmt::format("{} stands twice in the file", twice->cve));
  return scores;
}

}  // namespace tocsin::formats::epss
