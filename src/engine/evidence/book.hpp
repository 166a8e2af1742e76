#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/keyed_hash.hpp"
#include "base/time.hpp"
#include "formats/epss/epss.hpp"
#include "formats/kev/kev.hpp"

/// What others know of a vulnerability beside the advisories that speak of it. In memory, without a database: for
/// pages, for decisions, and for a plant that has files only.
namespace tocsin::engine::evidence {

struct KnownExploited {
  Timestamp since;               ///< Day it was added to CISA's catalogue.
  std::optional<Timestamp> due;  ///< By when US federal agencies have to act.
  bool ransomware = false;
  std::string action = {};  ///< What the catalogue demands.
};
struct Epss {
  double probability = 0;            ///< Of being exploited within 30 days, 0..1.
  std::optional<double> percentile;  ///< 0..1: this share of all scores is not higher.
  std::optional<Timestamp> date;
};
struct Evidence {
  std::optional<KnownExploited> kev;
  std::optional<Epss> epss;
  bool empty() const noexcept { return !kev && !epss; }
};

/// Evidence by CVE. That a CVE is not in it says something only where has_kev or has_epss.
struct Book {
  HashMap<std::string, Evidence> of_cve;
  bool has_kev = false, has_epss = false;

  const Evidence* find(std::string_view cve) const noexcept;
  void add(const formats::kev::Catalogue& catalogue);
  void add(const formats::epss::Scores& scores);
};

/// "known exploited since 2023-01-02 (CISA KEV)", in the thread's language.
std::string sentence(const KnownExploited& known);
/// "EPSS 0.97 (99.9 percentile, 2026-05-01)"
std::string sentence(const Epss& score);

}  // namespace tocsin::engine::evidence
