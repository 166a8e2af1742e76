#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/evidence/book.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// Taking in CISA's known exploited vulnerabilities and FIRST's EPSS scores, and asking for them.
namespace tocsin::engine::evidence {

struct Taken {
  std::string source = {};                ///< "kev", "epss"
  bool taken = false;                     ///< No: what is here is as new or newer, and stays.
  std::string said = {};                  ///< One English sentence: what changed, or why nothing did.
  std::vector<std::string> added = {};    ///< KEV: CVEs that were not in it.
  std::vector<std::string> removed = {};  ///< KEV: CVEs that are not in it any more.
  std::int64_t changed = 0;               ///< KEV: entries that say something else now.
  std::int64_t entries = 0;               ///< Of the file.
};

/// In place of the catalogue that is here, one transaction, audited as "evidence.import". One that ends earlier, or was
/// released earlier, than the one here is not taken. Errors: forbidden; unavailable.
Result<Taken> import_kev(store::Database& database, const Actor& actor, const formats::kev::Catalogue& catalogue,
                         Timestamp now);
/// The same for scores. Errors: invalid_input where nothing says of which day they are.
Result<Taken> import_epss(store::Database& database, const Actor& actor, const formats::epss::Scores& scores,
                          Timestamp now);
/// The same within the transaction of something larger, which notes it in the audit log itself.
Result<Taken> take_kev(store::Connection& connection, const formats::kev::Catalogue& catalogue, Timestamp now);
Result<Taken> take_epss(store::Connection& connection, const formats::epss::Scores& scores, Timestamp now);

/// Of these vulnerabilities.
Result<Book> look_up(store::Connection& connection, std::span<const std::string> cves);

}  // namespace tocsin::engine::evidence
