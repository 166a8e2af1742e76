#include "engine/evidence/book.hpp"

#include <fmt/format.h>

#include "base/messages.hpp"

namespace tocsin::engine::evidence {

const Evidence* Book::find(std::string_view cve) const noexcept {
  const auto found = of_cve.find(cve);
  return found == of_cve.end() ? nullptr : &found->second;
}

void Book::add(const formats::kev::Catalogue& catalogue) {
  has_kev = true;
  for (const auto& each : catalogue.entries) {
    of_cve[each.cve].kev =
        KnownExploited{.since = each.added, .due = each.due, .ransomware = each.ransomware, .action = each.action};
  }
}

void Book::add(const formats::epss::Scores& scores) {
  has_epss = true;
  constexpr double kOne = formats::epss::kOne;
  for (const auto& each : scores.scores) {
    Epss score{.probability = each.probability / kOne, .percentile = {}, .date = scores.date};
    if (each.percentile) score.percentile = *each.percentile / kOne;
    of_cve[each.cve].epss = score;
  }
}

std::string sentence(const KnownExploited& known) {
  const auto since = format_date(known.since);
  return known.ransomware ? tr<"known exploited since {} (CISA KEV, used by ransomware)">(since)
                          : tr<"known exploited since {} (CISA KEV)">(since);
}

std::string sentence(const Epss& score) {
  // Small ones, which most are, with the digits that they have.
  auto text = score.probability >= 0.01 ? fmt::format("EPSS {:.2f}", score.probability)
                                        : fmt::format("EPSS {:.5f}", score.probability);
  std::string behind;
  if (score.percentile) behind = tr<"{} percentile">(fmt::format("{:.1f}", *score.percentile * 100));
  if (score.date) behind += fmt::format("{}{}", behind.empty() ? "" : ", ", format_date(*score.date));
  return behind.empty() ? text : fmt::format("{} ({})", text, behind);
}

}  // namespace tocsin::engine::evidence
