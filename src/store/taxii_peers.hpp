#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/tlp.hpp"
#include "store/database.hpp"

/// Sources of others that are read here by schedule, collections of TAXII servers first; what is done with them:
/// exchange/peer_poller.hpp.
namespace tocsin::store {

/// What is read: a collection of TAXII, news (Atom, RSS), a feed of MISP, a list of indicators.
enum class PeerKind : std::uint8_t { taxii, news, misp, list };
std::string_view to_string(PeerKind kind) noexcept;
std::optional<PeerKind> parse_peer_kind(std::string_view text) noexcept;

enum class PeerAuth : std::uint8_t { none, basic, bearer };
std::string_view to_string(PeerAuth auth) noexcept;
std::optional<PeerAuth> parse_peer_auth(std::string_view text) noexcept;

/// May the peer bring newer versions of objects that are here from elsewhere?
enum class PeerTrust : std::uint8_t { own, all };
std::string_view to_string(PeerTrust trust) noexcept;
std::optional<PeerTrust> parse_peer_trust(std::string_view text) noexcept;

/// Where reading stands. A new address begins anew.
struct PeerPosition {
  std::string added_after = {}, next = {};  ///< Of the next question; empty: not part of it.
  std::string reached = {};                 ///< The latest date_added that was told; empty: none yet.
  std::int64_t page_limit = 0;              ///< Objects asked for at once.
  std::optional<Timestamp> reading_all_since = {}, read_all_at = {};
  /// Of the document that was read to its end, as its server said them; not of TAXII.
  std::string etag = {}, last_modified = {};
};

/// What came of it, since the peer was made.
struct PeerCounts {
  std::int64_t stored = 0, unchanged = 0;
  std::int64_t refused = 0;  ///< Damaged.
  std::int64_t above = 0;    ///< Marked above the peer's ceiling.
  std::int64_t held = 0;     ///< Here from elsewhere, and the peer is not trusted with them.
};

/// An event of a MISP feed that was read.
struct PeerEvent {
  std::string uuid = {};
  std::int64_t told_at = 0;  ///< Seconds, as the feed's manifest had it.
  Timestamp read_at = {};
};

struct TaxiiPeer {
  std::int64_t id = 0;
  PeerKind kind = PeerKind::taxii;
  std::string uuid = {}, name = {}, url = {};
  PeerAuth auth = PeerAuth::none;
  std::string account = {};
  std::string secret = {};  ///< Sealed.
  domain::OrganisationId owner = domain::kOwnOrganisation;
  domain::Tlp tlp_default = domain::Tlp::amber_strict, tlp_max = domain::Tlp::amber_strict;
  std::string markings = "{}";  ///< JSON
  PeerTrust trust = PeerTrust::own;
  std::int64_t every_minutes = 60, all_every_days = 7;
  bool enabled = false;
  Timestamp created_at = {};
  PeerPosition position = {};
  Timestamp busy_until = {}, next_run_at = {};
  std::int64_t failures = 0;
  std::string problem = {}, fault = {};
  std::optional<Timestamp> succeeded_at = {}, failed_at = {};
  PeerCounts counts = {};
};

class TaxiiPeers {
 public:
  explicit TaxiiPeers(Connection& connection) : connection_(connection) {}

  /// Its number. Errors: conflict where another has the name.
  Result<std::int64_t> add(const TaxiiPeer& peer);
  Result<std::optional<TaxiiPeer>> find(std::int64_t id);
  Result<std::optional<TaxiiPeer>> find_by_name(std::string_view name);
  /// By name.
  Result<std::vector<TaxiiPeer>> list();
  /// All that people set, the position and when it is due. Whoever is reading finds its lease gone.
  Status update(const TaxiiPeer& peer);
  Status remove(std::int64_t id);
  /// It is due at `when`; whoever is reading it goes on.
  Status ask_for(std::int64_t id, Timestamp when);

  /// The one that is due longest, where nobody reads it.
  Result<std::optional<TaxiiPeer>> due(Timestamp now);
  /// 0: somebody else has it, or it was changed.
  Result<std::int64_t> lease(const TaxiiPeer& peer, Timestamp until);
  /// Position, counts (`more` is added), problem and fault as `peer` has them; the lease goes on until `until`. 0: the
  /// lease was lost, and nothing may be kept.
  Result<std::int64_t> note_page(const TaxiiPeer& peer, const PeerCounts& more, Timestamp until);
  /// The same at the end of a turn: the lease ends, and it is due again as `peer` says.
  Result<std::int64_t> release(const TaxiiPeer& peer);
  /// By UUID.
  Result<std::vector<PeerEvent>> events(std::int64_t id);
  Status note_event(std::int64_t id, const PeerEvent& event);
  /// Of `keys`, those of STIX objects that are here and not by `source` alone.
  Result<std::vector<std::string>> from_elsewhere(const std::vector<std::string>& keys, std::string_view source);
  /// SHA-512 of every revision of these objects, sorted.
  Result<std::vector<std::string>> revisions_of(const std::vector<std::string>& keys);

 private:
  Result<std::vector<std::string>> texts_of(Sql (*begin)(), const std::vector<std::string>& keys, const Sql& end);
  Connection& connection_;
};

}  // namespace tocsin::store
