#pragma once
#include <memory>

#include "base/zone.hpp"
#include "portal/app.hpp"
#include "portal/http/message.hpp"

/// Whose clock a page's dates are told on: that of the person who asks, else that of the site.
namespace tocsin::portal::pages {

/// As long as it lives, readers_zone() of this thread is that of the request. A handler runs on one thread from begin
/// to end, so every date in its answer is told alike without each function between handing the zone on.
class ReadersClock {
 public:
  ReadersClock(const App& app, const http::Request& request);
  ~ReadersClock();
  ReadersClock(const ReadersClock&) = delete;
  ReadersClock& operator=(const ReadersClock&) = delete;

 private:
  std::shared_ptr<const Zone> zone_;
  const Zone* before_;
};

/// UTC outside of requests.
const Zone& readers_zone() noexcept;

}  // namespace tocsin::portal::pages
