#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/exposure/exposure.hpp"
#include "store/exposure_runs.hpp"

/// Matching that somebody asks for: one advisory or a list of them, one asset or a list of them, or everything. It is
/// written down and done by Runs::asked_step(), apart from what is matched by itself. Errors as in exposure.hpp.
namespace tocsin::engine::exposure {

inline constexpr std::size_t kRunSubjectsMax = 2'000;  ///< Of advisories, and of assets.
inline constexpr int kRunsKept = 50;                   ///< Of an organisation; also as many at most wait.

/// Advisories alone are held against every asset of the organisation, assets alone against every advisory.
struct RunInput {
  std::vector<domain::RecordId> records = {};
  std::vector<std::int64_t> assets = {};
  std::vector<std::string> products = {};  ///< Their assets (store::Asset::identity) ...
  std::vector<std::int64_t> boms = {};     ///< ... and their components are among the assets.
  bool everything = false;                 ///< Instead of any of these.
};
/// edit_inventory. Audited. Returns its number. not_found for what is not the organisation's, or hidden from the actor;
/// conflict where too many wait.
Result<std::int64_t> ask_run(store::Database& database, const Actor& actor, const RunInput& input, Timestamp now);
/// read_inventory. Newest first, at most kRunsKept. What an access does not reach it does not count: nothing where it
/// is limited to sites.
Result<std::vector<store::AskedRun>> asked_runs(store::Database& database, const Actor& actor,
                                                const inventory::Access& access, Timestamp now);
Result<store::AskedRun> asked_run(store::Database& database, const Actor& actor, const inventory::Access& access,
                                  std::int64_t id, Timestamp now);

}  // namespace tocsin::engine::exposure
