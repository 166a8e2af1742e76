#include "portal/pages/applications.hpp"

#include <mutex>

#include "engine/identity/throttle.hpp"

namespace tocsin::portal {

class ApplicationLimit {
 public:
  std::optional<std::chrono::seconds> take(const std::string& address, Timestamp now) {
    const std::lock_guard lock(mutex_);
    if (const auto wait = buckets_.wait(address, now)) return std::chrono::ceil<std::chrono::seconds>(*wait);
    buckets_.take(address, now);
    return std::nullopt;
  }

 private:
  static constexpr engine::identity::Rate kRate{5, std::chrono::minutes{10}};
  static constexpr std::size_t kSlots = 1 << 12;
  std::mutex mutex_;
  engine::identity::Buckets buckets_{kRate, kSlots};
};

std::shared_ptr<ApplicationLimit> App::new_application_limit() { return std::make_shared<ApplicationLimit>(); }

namespace pages {

std::optional<std::chrono::seconds> application_wait(App& app, const http::Request& request) {
  return app.application_limit().take(request.remote_address, request.now);
}

}  // namespace pages
}  // namespace tocsin::portal
