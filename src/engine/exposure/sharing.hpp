#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/exposure/sums.hpp"
#include "engine/members/actor.hpp"
#include "store/exposure_sums.hpp"

/// Counts of organisations that let them go into sums: who does, the sums of each day, and who may read them.
/// docs/decisions/0015-aggregates.md.
namespace tocsin::engine::exposure {

/// Hour of the day (UTC) from which on that day's sums are made, once: figures of moments that somebody can choose
/// could be subtracted from each other.
inline constexpr int kSumsHour = 3;
inline constexpr int kSumsShownMax = 200;

/// Consents of the organisation that the actor acts for, newest first. Errors: forbidden; not_found without one.
Result<std::vector<store::ExposureConsent>> consents(store::Database& database, const Actor& actor);
/// Lets the counts of the actor's organisation go into sums from the next ones on, in this sector of its profile (a
/// slug; empty: in none). Errors: forbidden (an administrator of the organisation may); invalid_input; conflict where
/// it does already.
tocsin::Status share_counts(store::Database& database, const Actor& actor, std::string_view sector, Timestamp now);
/// Takes that back: the next sums are without it, and of those that were published nobody knows what was its part.
/// Errors: forbidden; conflict where it does not share.
tocsin::Status stop_sharing(store::Database& database, const Actor& actor, Timestamp now);

struct SumsRun {
  bool made = false;  ///< It was time.
  std::int64_t admitted = 0, published = 0;
};
/// Makes the sums of the day where that has not been done and every advisory has been matched.
Result<SumsRun> make_sums(store::Database& database, int organisations_min, Timestamp now);

/// The CERT's analysts and coordinators.
bool may_read_sums(const Actor& actor) noexcept;
struct Sums {
  /// So many organisations stand behind each figure: what it was when the last sums were made.
  int organisations_min = kSumOrganisationsDefault;
  std::vector<store::ToldSum> rows;  ///< Largest first.
};
/// Errors: forbidden.
Result<Sums> sums(store::Database& database, const Actor& actor, const store::ToldFilter& filter, Timestamp now);
/// For who lets counts go into them, too.
Result<int> sums_least(store::Database& database);
/// "water", "none" (in no sector) or "all".
std::string sector_slug(std::int64_t sector);
std::optional<std::int64_t> parse_sum_sector(std::string_view slug);

}  // namespace tocsin::engine::exposure
