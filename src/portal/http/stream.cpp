#include "portal/http/stream.hpp"

#include <utility>

namespace tocsin::portal::http {
namespace {

/// Of the bodies that a stream follows: by it they are known, and it goes with the last who holds them.
struct Follows {
  std::shared_ptr<EventStream> stream;
  void operator()(const std::string* body) const noexcept { delete body; }
};

}  // namespace

std::shared_ptr<const std::string> body_of(std::shared_ptr<EventStream> stream) {
  return {new std::string, Follows{std::move(stream)}};
}

std::shared_ptr<EventStream> stream_of(const std::shared_ptr<const std::string>& body) noexcept {
  const auto* follows = std::get_deleter<Follows>(body);
  return follows == nullptr ? nullptr : follows->stream;
}

bool EventStream::put(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  if (waiting_.size() + bytes.size() > kBytesMax) {
    closed_ = true;
    waiting_.clear();
  } else {
    waiting_ += bytes;
  }
  if (wake_) wake_();
  return !closed_;
}

void EventStream::close() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(closed_, true)) return;
  waiting_.clear();
  if (wake_) wake_();
}

bool EventStream::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

EventStream::Taken EventStream::take() {
  const std::lock_guard lock(mutex_);
  return {std::exchange(waiting_, {}), closed_};
}

void EventStream::on_change(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
  if (wake_ && (closed_ || !waiting_.empty())) wake_();
}

void EventStream::end() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  waiting_.clear();
  wake_ = nullptr;
}

}  // namespace tocsin::portal::http
