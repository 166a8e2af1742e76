#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Names of EvidenceSource.
inline constexpr std::string_view kKevSource = "kev";
inline constexpr std::string_view kEpssSource = "epss";

struct EvidenceSource {
  std::string name = {};
  std::string version = {};  ///< Of the catalogue or the model; may be empty.
  Timestamp as_of = {};      ///< KEV: day of its newest entry. EPSS: day of the scores.
  std::optional<Timestamp> released_at = {};
  std::int64_t entries = 0;
  Timestamp imported_at = {};
};

struct KnownExploited {
  std::string cve = {};
  Timestamp added = {};
  std::optional<Timestamp> due = {};
  bool ransomware = false;
  std::string vendor = {}, product = {}, name = {}, action = {};
  friend bool operator==(const KnownExploited&, const KnownExploited&) = default;
};

struct ExploitScore {
  std::string cve = {};
  std::int64_t probability = 0;                 ///< Millionths.
  std::optional<std::int64_t> percentile = {};  ///< Millionths.
};

/// What others know of vulnerabilities: public, so no policy stands on it. Rules: engine/evidence.
class Evidence {
 public:
  explicit Evidence(Connection& connection) : connection_(connection) {}
  Result<std::optional<EvidenceSource>> source(std::string_view name);
  Status put_source(const EvidenceSource& source);
  /// Another text whenever something was imported.
  Result<std::string> version();

  /// By CVE, in its order; of `cves` those that are there.
  Result<std::vector<KnownExploited>> known_exploited(std::span<const std::string> cves);
  Result<std::vector<KnownExploited>> all_known_exploited();
  Status put(const KnownExploited& entry);
  Status remove_known_exploited(std::string_view cve);
  Result<std::vector<ExploitScore>> scores(std::span<const std::string> cves);
  Result<std::vector<ExploitScore>> all_scores();
  /// In place of all that there are.
  Status replace_scores(std::span<const ExploitScore> scores);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
