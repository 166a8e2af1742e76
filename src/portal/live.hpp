#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/messages.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/identity/principal.hpp"
#include "portal/http/router.hpp"
#include "portal/http/stream.hpp"
#include "store/asset_notices.hpp"

namespace tocsin::portal {

class App;

/// GET /live: what is new, told to people in their open pages as Server-Sent Events (HTML, section 9.2). One thread
/// looks for all of them, and only where the database has changed; a stream that waits holds a connection and nothing
/// else.
///
///     event: news       {"unread": 3, "fresh": 1, "lines": [{"text": "...", "url": "/notifications/7"}]}
///     event: exposure   {"open": 41, "act_now": 2, "changed": true}
///
/// Of each a stream gets one when it begins, and another when it differs. The id of an event tells up to which notices
/// it tells; who sends it back as Last-Event-ID (or ?after=) gets the lines since then. Everything is read through the
/// policy as it is at that moment; a session that has ended, or acts for somebody else, ends its streams.
class Live {
 public:
  /// Somebody has so many tabs open; the server serves others, too.
  static constexpr std::size_t kPerPersonMax = 8, kMax = 500;
  static constexpr std::chrono::seconds kHeartbeat{15};

  explicit Live(App& app) : app_(app) {}
  ~Live() { stop(); }
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  /// Handler of the route. Errors: unavailable where there are kMax; 429 where the person has kPerPersonMax.
  Result<http::Response> open(const http::Request& request);
  /// Any thread: the database was looked at, and has changed or not. Wakes the thread where it has to look; where there
  /// is none, does its work at once.
  void look(bool has_changed);
  /// Ends the streams of sessions that are no more. Called when the database has changed, before anything that may take
  /// its time.
  void end_revoked();
  void start();
  /// Ends every stream, and the thread.
  void stop();

 private:
  struct Figures {
    std::int64_t open = 0, act_now = 0;
    std::int64_t digest = 0;
    friend bool operator==(const Figures&, const Figures&) = default;
  };
  struct Stream {
    std::weak_ptr<http::EventStream> to;
    std::string session_hash;
    std::string reads_as;  ///< What the policy sees in them, by its key.
    engine::identity::PrincipalPtr principal;
    Language language = Language::en;
    std::int64_t checked_generation = -1;
    Timestamp checked_at;
    std::optional<store::NoticesSeen> told;  ///< Up to which lines were told; absent: nothing yet.
    std::int64_t unread = -1;
    std::optional<Figures> figures;
  };
  using StreamPtr = std::shared_ptr<Stream>;
  /// Forgets those that nobody reads any more. Under mutex_.
  void sweep();
  std::vector<StreamPtr> all();
  Status tell(Stream& stream, std::map<std::string, std::optional<Figures>>& figures, Timestamp now);
  Result<std::optional<Figures>> figures_of(const engine::identity::Principal& principal, Timestamp now);
  /// One round over all streams: what they are told.
  Status turn();
  /// Whether its session stands; ends it where not. `generation`: of the members, now.
  bool check(Stream& stream, std::int64_t generation, Timestamp now);
  Result<bool> stands(const Stream& stream, Timestamp now);
  void run();
  std::int64_t members_generation();

  App& app_;
  std::mutex mutex_;
  std::vector<StreamPtr> streams_;  ///< Under mutex_.
  std::mutex turn_mutex_;           ///< What streams know of themselves: one turn at a time.
  std::condition_variable wake_;
  bool changed_ = false, stopping_ = false;  ///< Under mutex_.
  std::thread thread_;
  std::atomic<bool> has_thread_{false};
};

/// /live
void add_live_routes(Live& live, http::Router& router);

}  // namespace tocsin::portal
