#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/taxii/peers.hpp"
#include "exchange/import.hpp"
#include "exchange/taxii_client.hpp"
#include "exchange/taxii_paging.hpp"
#include "store/database.hpp"
#include "store/taxii_peers.hpp"

/// Reads peers (engine/taxii/peers.hpp): page after page, each page one transaction together with how far it came, so
/// that a process may die anywhere and the next goes on from there. A peer is leased, so that one process reads it at a
/// time; who changes it takes the lease away, and the page in hand is not kept.
///
/// Peers that are no collections of TAXII - news, feeds of MISP, lists - are asked for what changed since, by what
/// their servers say of it (ETag, Last-Modified): one that did not change costs one question. Of a feed of MISP, only
/// events are read whose timestamp in its manifest changed, each of them together with that.
///
/// What a peer tells is judged before it is kept: objects marked above its ceiling are left out, as are newer versions
/// of objects that are here from elsewhere unless it is trusted with them. A peer that fails is left alone for a while,
/// longer each time, or as long as it asks.
namespace tocsin::exchange {

/// What reading came to.
struct PeerReading {
  std::int64_t pages = 0;
  store::PeerCounts counts = {};
  bool caught_up = false;
  std::string fault = {};
  std::optional<Error> failure = {};
  std::vector<Error> problems = {};  ///< Of objects, at most kProblemsMax.
};

/// What the first pages of a peer hold, and what would become of it. Nothing is kept.
struct PeerPreview {
  std::int64_t objects = 0, fresh = 0, here = 0;  ///< `here`: under this id, of whatever version.
  std::int64_t held = 0, above = 0, refused = 0, unmarked = 0, lifted = 0;
  std::map<std::string, std::int64_t> types = {};
  std::map<domain::Tlp, std::int64_t> tlp = {};
  /// Marking definitions that say nothing of TLP, and how many objects bear them.
  std::map<std::string, std::int64_t> other_markings = {};
  bool more = false;  ///< There is more than was looked at.
  std::vector<Error> problems = {};
};

class PeerPoller {
 public:
  /// All outlive it. `get`: what asks; unless given, Fetch with these settings.
  PeerPoller(store::Database& database, const engine::taxii::Peers& peers, FetchSettings settings, const Clock& clock,
             TaxiiClient::Get get = {});
  ~PeerPoller();

  /// Begins to read, on a thread of its own, until the destructor, which lets the page in hand finish.
  void start();
  /// There may be something due. Any thread; returns at once.
  void wake();

  /// One turn of one peer that is due: false where none is. start() does so; tests do it by hand.
  Result<bool> work_once();
  /// Reads one peer until it is caught up, due or not, enabled or not. `page` after each, false: enough. Errors:
  /// not_found; conflict where somebody reads it at this moment; the database's. What the peer does wrong is within.
  Result<PeerReading> read_now(std::int64_t id, const std::function<bool(const PeerReading&)>& page = {});
  /// Errors: not_found; those of TaxiiClient::page. `actor`: administer.
  Result<PeerPreview> preview(const engine::Actor& actor, std::int64_t id) const;
  /// What can be read at an address, with these credentials.
  Result<std::vector<TaxiiCollection>> look(const engine::Actor& actor, const TaxiiPlace& place) const;

  /// How long a peer is left alone after its n-th failure in a row (1..), without jitter.
  static std::chrono::seconds wait_after(std::int64_t failures) noexcept;

 private:
  void run();
  Result<TaxiiPlace> place_of(const store::TaxiiPeer& peer) const;
  Result<ImportOptions> options_of(const store::TaxiiPeer& peer) const;
  Result<PeerReading> read(store::TaxiiPeer peer, const std::function<bool(const PeerReading&)>& page);
  Result<PeerReading> read_collection(store::TaxiiPeer peer, const TaxiiPlace& place,
                                      const std::function<bool(const PeerReading&)>& page);
  Result<PeerReading> read_document(store::TaxiiPeer peer, const TaxiiPlace& place,
                                    const std::function<bool(const PeerReading&)>& page);
  Result<PeerReading> read_feed(store::TaxiiPeer peer, const TaxiiPlace& place,
                                const std::function<bool(const PeerReading&)>& page);
  Result<bool> keep_page(store::TaxiiPeer& peer, const TaxiiPage& page, Paging& paging, PeerReading& reading);
  /// What becomes of the peer with a page, within its transaction, which may run twice.
  using Advance = std::function<Status(store::TaxiiPeers& peers, store::TaxiiPeer& noted, bool brought_new)>;
  /// One transaction. False: the lease was lost, and nothing of it is kept.
  Result<bool> keep(store::TaxiiPeer& peer, const PreparedObjects& objects, const std::vector<Error>& problems,
                    const Advance& advance, PeerReading& reading);
  /// In several, `finish` in the last one. False: the lease was lost, or the process ends.
  Result<bool> keep_all(store::TaxiiPeer& peer, const Prepared& made, const Advance& finish, PeerReading& reading,
                        const std::function<bool(const PeerReading&)>& page);
  Status look_into(const store::TaxiiPeer& peer, Prepared made, std::size_t objects, PeerPreview& preview) const;
  Status preview_collection(const store::TaxiiPeer& peer, const TaxiiPlace& place, PeerPreview& preview) const;
  Status preview_documents(const store::TaxiiPeer& peer, const TaxiiPlace& place, PeerPreview& preview) const;
  Status release(store::TaxiiPeer peer, const PeerReading& reading, const TaxiiTrouble& trouble);

  store::Database& database_;
  const engine::taxii::Peers& peers_;
  TaxiiClient client_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wakes_ = 0;  ///< Under mutex_.
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace tocsin::exchange
