#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "exchange/bundle_file.hpp"
#include "exchange/bundle_program.hpp"
#include "store/database.hpp"

/// Making bundles of what somebody may see, and taking them in.
namespace tocsin::exchange {

struct BundleRequest {
  std::optional<domain::OrganisationId> recipient;  ///< None: what is public.
  std::optional<std::int64_t> since;  ///< Number of an earlier bundle for them: only what differs. None: all.
  std::string since_digest;           ///< Of that bundle, where it is at hand; else empty.
  std::string issuer;                 ///< Name of this CERT.
  std::string decision_table;         ///< JSON; empty: the recipient's own, where the actor may read it.
  std::vector<Program> programs;      ///< Tocsin itself, where it goes along: one a machine.
  std::string path;                   ///< Of the file; must not exist.
};
struct BundleMade {
  BundleLink link;
  std::optional<BundleLink> previous;
  std::int64_t advisories = 0;  ///< In it.
  std::int64_t known = 0;       ///< The recipient has already.
  std::int64_t withdrawn = 0;   ///< Told in the earlier one, and taken back.
  std::int64_t kev = 0, epss = 0;
  std::string decision_table;         ///< Id of the table in it; else empty.
  std::int64_t aliases = 0;           ///< What things are called: the community's, and
  std::int64_t own_aliases = 0;       ///< the recipient's own, where the actor may read its whole inventory.
  std::vector<std::string> programs;  ///< Machines that it brings Tocsin for.
  std::uint64_t bytes = 0, content_bytes = 0;
};
/// Reads one state of the database, packs, writes the file, and notes the bundle and an entry "bundle.create". The file
/// has its name only once that is committed. Errors: forbidden; not_found for a recipient or an earlier bundle;
/// conflict where the file exists, where the earlier bundle is another, or where two are made at once; unavailable.
Result<BundleMade> create_bundle(store::Database& database, const engine::Actor& actor, const BundleRequest& request,
                                 const SigningKey& key, const Clock& clock);

struct BundleApplied {
  bool already = false;  ///< It had been taken in before; nothing was written.
  std::int64_t created = 0, updated = 0, unchanged = 0, history = 0, conflicting = 0, marked = 0;
  std::int64_t removed = 0;           ///< Left out: removed here.
  std::int64_t withdrawn = 0;         ///< Gone: it came by bundle, and the maker takes it back.
  std::int64_t kept = 0;              ///< Taken back by the maker, but here from elsewhere as well.
  std::vector<std::string> evidence;  ///< What became of KEV and EPSS, in sentences.
  std::string decision_table;         ///< Id of the table that came along.
  /// What became of it: the own organisation decides by it from now on, or already did; or a table that was chosen here
  /// stays; or it is for nobody here (a bundle for everyone, or of format 1), and `tocsin match --bundle` alone uses
  /// it.
  enum class Table { none, taken, same, kept, offered };
  Table table = Table::none;
};
/// All of it or nothing, one transaction with an entry "bundle.apply"; the index is derived afterwards. What comes in
/// is this CERT's own, with the marking that the bundle says; what was addressed by name is for the own organisation
/// only. What came by a bundle of the same stream and is taken back goes, unless it is here from elsewhere as well. The
/// recipient's decision table becomes the own organisation's, unless that has chosen another one itself. Errors:
/// forbidden; conflict for one that is older than what is here, or follows one that is not; what is wrong with a
/// document, naming it.
Result<BundleApplied> apply_bundle(store::Database& database, const engine::Actor& actor, const Bundle& bundle,
                                   const Clock& clock);

/// The file of a bundle. Errors: not_found; too_large.
Result<std::string> read_bundle_file(const std::string& path);

}  // namespace tocsin::exchange
