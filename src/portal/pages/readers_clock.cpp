#include "portal/pages/readers_clock.hpp"

#include "engine/identity/principal.hpp"

namespace tocsin::portal::pages {
namespace {

thread_local const Zone* now_of_thread = nullptr;

std::shared_ptr<const Zone> zone_of(const App& app, const http::Request& request) {
  if (request.principal != nullptr && !request.principal->time_zone.empty()) {
    // Stored before the system lost it, or in another system: the site's is better than no page.
    if (auto zone = find_zone(request.principal->time_zone)) return std::move(zone).value();
  }
  return app.site()->zone;
}

}  // namespace

ReadersClock::ReadersClock(const App& app, const http::Request& request)
    : zone_(zone_of(app, request)), before_(now_of_thread) {
  now_of_thread = zone_.get();
}
ReadersClock::~ReadersClock() { now_of_thread = before_; }

const Zone& readers_zone() noexcept { return now_of_thread == nullptr ? Zone::utc() : *now_of_thread; }

}  // namespace tocsin::portal::pages
