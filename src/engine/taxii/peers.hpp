#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/tlp.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"
#include "store/taxii_peers.hpp"

/// Peers: collections of other TAXII 2.1 servers that are read here by schedule (docs/decisions/0035-taxii-peers.md),
/// and beside them news, feeds of MISP and lists of indicators (docs/decisions/0041-sources-beside-taxii.md). This
/// keeps them; exchange/peer_poller.hpp reads. Each function that writes is one transaction with its audit entry. Page
/// and command line call these and nothing below. All of it is for those who administer. Errors: forbidden; not_found;
/// conflict (the name is taken); invalid_input with `where` = the field.
namespace tocsin::engine::taxii {

inline constexpr std::size_t kPeerUrlBytesMax = 2'000;
inline constexpr std::int64_t kPageLimitFirst = 1'000, kPageLimitLeast = 10, kPageLimitMost = 10'000;
inline constexpr std::int64_t kEveryMinutesMost = std::int64_t{7} * 24 * 60, kAllEveryDaysMost = 365;
inline constexpr std::size_t kMarkingsMax = 100;

/// TLP by the id of a marking definition that says nothing of TLP itself.
using Markings = std::map<std::string, domain::Tlp, std::less<>>;

struct PeerOptions {
  bool allow_http = false;  ///< Servers without TLS may be read: peers.allow_http.
  bool on = true;           ///< Is anything read? Not in a demonstration.
};

/// What all functions here need: the key that seals the secrets. Any thread.
class Peers {
 public:
  Peers(SealingKey key, PeerOptions options) : key_(std::move(key)), options_(options) {}
  const PeerOptions& options() const noexcept { return options_; }
  std::string seal(std::string_view uuid, std::string_view secret) const;
  /// Errors: invalid_input where another key sealed it.
  Result<Secret> open(std::string_view uuid, std::string_view sealed) const;

 private:
  SealingKey key_;
  PeerOptions options_;
};

struct PeerInput {
  std::string name = {};                          ///< 1..200 bytes, no two alike.
  store::PeerKind kind = store::PeerKind::taxii;  ///< Stays as it was made.
  /// TAXII: of the collection, ".../collections/{id}/". MISP: of the folder that manifest.json lies in. Else: of the
  /// document.
  std::string url = {};
  store::PeerAuth auth = store::PeerAuth::none;
  std::string account = {};                                 ///< Of basic.
  std::optional<std::string> secret = {};                   ///< Password or token; absent: the one that is kept.
  domain::OrganisationId owner = domain::kOwnOrganisation;  ///< Whose the objects are here.
  domain::Tlp tlp_default = domain::Tlp::amber_strict;      ///< Of what bears no marking of TLP.
  domain::Tlp tlp_max = domain::Tlp::amber_strict;          ///< What is marked above is not taken.
  Markings markings = {};
  store::PeerTrust trust = store::PeerTrust::own;
  std::int64_t every_minutes = 60;
  std::int64_t all_every_days = 7;  ///< From the beginning again, for servers whose clock goes back; 0: never.
  bool enabled = false;             ///< A new one is looked at first.
};

/// What people gave of it, for a form; the secret stays where it is.
PeerInput input_of(const store::TaxiiPeer& peer);
Result<Markings> read_markings(std::string_view json);
std::string write_markings(const Markings& markings);
/// "4f1a... = green", one a line. Errors: invalid_input, `where` = "markings".
Result<Markings> read_marking_lines(std::string_view text);
std::string marking_lines(const Markings& markings);

/// Its number.
Result<std::int64_t> create_peer(store::Database& database, const Actor& actor, const Peers& peers,
                                 const PeerInput& input, Timestamp now);
/// Another address, owner, ceiling or mapping begins to read anew; what is kept already stays as it is.
Status change_peer(store::Database& database, const Actor& actor, const Peers& peers, std::int64_t id,
                   const PeerInput& input, Timestamp now);
/// What came from it stays.
Status remove_peer(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now);
/// It is due at once. Errors: conflict where it is not enabled.
Status ask_for_peer(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now);

/// By name, without their secrets.
Result<std::vector<store::TaxiiPeer>> list_peers(store::Database& database, const Actor& actor);
Result<store::TaxiiPeer> find_peer(store::Database& database, const Actor& actor, std::int64_t id);

/// How it does, in one word.
enum class PeerHealth : std::uint8_t { paused, waits_for_first, reading, well, failing };
PeerHealth health_of(const store::TaxiiPeer& peer, Timestamp now) noexcept;
std::string_view to_string(PeerHealth health) noexcept;

/// For metrics.
struct PeerTotals {
  std::int64_t enabled = 0, failing = 0;
  /// Of those that are read, the one that succeeded longest ago, or was made then and never did.
  std::optional<Timestamp> oldest_success = {};
};
Result<PeerTotals> peer_totals(store::Database& database);

/// What revisions that came from it name as their source.
std::string source_of(const store::TaxiiPeer& peer);

}  // namespace tocsin::engine::taxii
