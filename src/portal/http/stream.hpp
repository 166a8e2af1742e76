#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

/// An answer that goes on: what is put into it is written to the client while the connection lasts, without a thread or
/// a handler of its own. HTTP/1.1 without Content-Length: the end of the connection is its end.
namespace tocsin::portal::http {

/// Any thread.
class EventStream {
 public:
  /// A reader who leaves more than that unread is cut off.
  static constexpr std::size_t kBytesMax = std::size_t{64} << 10;

  /// To be written as soon as the client takes it. False where the stream has ended, or ends by this: too much waits.
  bool put(std::string_view bytes);
  /// Ends it at once: what waits is not written any more.
  void close();
  bool closed() const;

  // --- for the connection ---
  struct Taken {
    std::string bytes;
    bool closed = false;
  };
  /// All that waits.
  Taken take();
  /// Called after each put() and close(), by whoever does it, under the stream's lock: it must not block, nor use the
  /// stream. Once with what happened before.
  void on_change(std::function<void()> wake);
  /// Nobody reads any more: closed, and `wake` is forgotten.
  void end();

 private:
  mutable std::mutex mutex_;
  std::string waiting_;
  bool closed_ = false;
  std::function<void()> wake_;
};

/// For Response::body: an empty one that the stream follows, as long as the body is held. Such an answer is "no-store",
/// neither compressed nor cached; HEAD gets none of it.
std::shared_ptr<const std::string> body_of(std::shared_ptr<EventStream> stream);
/// The stream that follows a body; nullptr for every other.
std::shared_ptr<EventStream> stream_of(const std::shared_ptr<const std::string>& body) noexcept;

}  // namespace tocsin::portal::http
