#include <array>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "base/messages.hpp"
#include "portal/http/served.hpp"

/// What a connection writes: answers whole, streams as they come, sources piece by piece.
namespace tocsin::portal::http {

namespace {

using std::chrono::milliseconds;

/// While the pool is full, a source is asked again so often.
constexpr milliseconds kPoolFullPause{50};
constexpr std::size_t kLoggedAgentBytesMax = 200;
constexpr std::size_t kLoggedPathBytesMax = 500;

}  // namespace

Task<bool> Connection::write_answer() {
  if (abandoned_) co_return false;
  if (shared_.stopping.load(std::memory_order_relaxed)) keep_alive_ = false;
  const bool unchanged = reads() && not_modified(request_, *answer_);
  std::string own_head;
  if (unchanged) own_head = not_modified_head(*answer_);
  const std::string& head = unchanged ? own_head : answer_->head;
  const bool with_body = !unchanged && request_.method != Method::head;

  std::string tail;
  tail.reserve(128);
  tail += "Date: ";
  tail += worker_.http_date(request_.now);
  tail += "\r\nX-Request-Id: ";
  tail += request_.request_id;
  if (!keep_alive_) {
    tail += "\r\nConnection: close";
  } else if (http_1_0_) {
    tail += "\r\nConnection: keep-alive";
  }
  if (source_ != nullptr && !http_1_0_) tail += "\r\nTransfer-Encoding: chunked";
  tail += "\r\n\r\n";

  std::array<asio::const_buffer, 3> buffers{asio::buffer(head), asio::buffer(tail), asio::buffer(*answer_->body)};
  const std::span<asio::const_buffer> all{buffers.data(), with_body && !answer_->body->empty() ? 3U : 2U};
  const auto bytes = head.size() + tail.size() + (with_body ? answer_->body->size() : 0);
  enter(Phase::writing, limit(shared_.options.write_timeout_ms));
  const bool written = co_await write_all(all);
  written_bytes_ = bytes;
  // What a source makes is told of when it is through.
  if (source_ == nullptr) report(unchanged ? 304 : answer_->status, bytes);
  co_return written;
}

Task<bool> Connection::write_all(std::span<asio::const_buffer> buffers) {
  auto written = transport_->try_write(buffers);
  for (;;) {
    while (!buffers.empty() && written >= buffers.front().size()) {
      written -= buffers.front().size();
      buffers = buffers.subspan(1);
    }
    if (buffers.empty()) co_return true;
    buffers.front() += written;
    // Each piece that goes out earns the client the whole time again.
    enter(Phase::writing, limit(shared_.options.write_timeout_ms));
    written = co_await transport_->write_some(buffers);
    if (written == 0) co_return false;
  }
}

namespace {

/// Resumes who waits for a stream. Everything on the worker's thread but ring().
class Bell : public std::enable_shared_from_this<Bell> {
 public:
  explicit Bell(asio::io_context& context) : context_(context) {}
  /// Any thread. Never resumes within the call.
  void ring() {
    asio::post(context_, [self = shared_from_this()] {
      self->rung_ = true;
      if (self->resume_) std::exchange(self->resume_, {})();
    });
  }
  Task<void> wait() {
    if (!rung_) {
      const auto start = [this](auto handler) {
        auto kept = std::make_shared<decltype(handler)>(std::move(handler));
        resume_ = [kept] { std::move (*kept)(); };
      };
      co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(start, use_task);
    }
    rung_ = false;
  }

 private:
  asio::io_context& context_;
  bool rung_ = false;
  std::function<void()> resume_;
};

}  // namespace

Task<void> Connection::write_stream() {
  const auto stream = stream_;
  const auto bell = std::make_shared<Bell>(worker_.context);
  stream->on_change([bell] { bell->ring(); });
  while (!shared_.stopping.load(std::memory_order_relaxed)) {
    const auto taken = stream->take();
    if (taken.closed) break;
    if (taken.bytes.empty()) {
      phase_ = Phase::streaming;
      co_await bell->wait();
      continue;
    }
    enter(Phase::writing, limit(shared_.options.write_timeout_ms));
    asio::const_buffer bytes{taken.bytes.data(), taken.bytes.size()};
    if (!co_await write_all({&bytes, 1})) break;
  }
  enter(Phase::closing, kLingerTime);
}

Task<bool> Connection::write_source() {
  for (;;) {
    // Nothing is made ahead: the next piece once the client has taken this one.
    if (!co_await pull()) co_return false;
    if (!*piece_) break;
    if ((*piece_)->empty()) continue;  // An empty chunk would end the body.
    if (!co_await write_piece(**piece_)) co_return false;
  }
  if (http_1_0_) co_return true;
  static constexpr std::string_view kLastChunk = "0\r\n\r\n";
  enter(Phase::writing, limit(shared_.options.write_timeout_ms));
  asio::const_buffer last{kLastChunk.data(), kLastChunk.size()};
  written_bytes_ += last.size();
  co_return co_await write_all({&last, 1});
}

Task<bool> Connection::write_piece(std::string_view piece) {
  const auto head = fmt::format("{:x}\r\n", piece.size());
  static constexpr std::string_view kEnd = "\r\n";
  std::array<asio::const_buffer, 3> chunk{asio::buffer(head), asio::buffer(piece), asio::buffer(kEnd)};
  const auto buffers = std::span{chunk}.subspan(http_1_0_ ? 1 : 0, http_1_0_ ? 1 : 3);
  for (const auto& each : buffers) written_bytes_ += each.size();
  enter(Phase::writing, limit(shared_.options.write_timeout_ms));
  co_return co_await write_all(buffers);
}

Task<bool> Connection::pull() {
  phase_ = Phase::handling;
  const auto give_up_at = std::chrono::steady_clock::now() + limit(shared_.options.write_timeout_ms);
  for (;;) {
    if (abandoned_) co_return false;
    const bool taken = co_await on_pool([this] { pull_now(); });
    if (taken) break;
    // The head has gone out, so that a full pool cannot be answered with 503 any more.
    if (std::chrono::steady_clock::now() > give_up_at) co_return false;
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor> pause{
        worker_.context.get_executor(), kPoolFullPause};
    co_await pause.async_wait(use_task);
  }
  if (abandoned_) co_return false;
  if (piece_) co_return true;
  log::warn(
      "http.source_failed",
      {{"request_id", request_.request_id}, {"message", piece_.error().message}, {"detail", piece_.error().detail}});
  co_return false;
}

void Connection::pull_now() {
  const LanguageScope speaking{request_.language};
  try {
    // A download may last: whoever has signed out meanwhile, or is somebody else for the policy, gets no more of it.
    if (!is_still_asking()) {
      piece_ = Error::forbidden("who asked may not ask any more");
      return;
    }
    piece_ = (*source_)();
  } catch (const std::exception& exception) {
    piece_ = Error::internal("making the answer failed", exception.what());
  } catch (...) {
    piece_ = Error::internal("making the answer failed", "an exception of unknown type");
  }
}

bool Connection::is_still_asking() const {
  if (!request_.principal) return true;
  Request again;
  again.method = request_.method;
  again.path = request_.path;
  again.target = request_.target;
  again.headers = request_.headers;
  again.remote_address = request_.remote_address;
  again.tls = request_.tls;
  again.client_certificate = request_.client_certificate;
  again.representation = request_.representation;
  again.request_id = request_.request_id;
  again.now = shared_.clock.now();
  const bool known = !shared_.hooks.identify_from_memory || shared_.hooks.identify_from_memory(again);
  if (!known && shared_.hooks.identify && !shared_.hooks.identify(again)) return false;
  return again.principal && again.asker == request_.asker && again.viewer.cache_key() == request_.viewer.cache_key() &&
         (!shared_.hooks.open_to || shared_.hooks.open_to(*match_.route, again));
}

void Connection::report(int status, std::size_t bytes) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started_);
  const auto count = static_cast<std::uint64_t>(micros.count());
  const std::string_view route = match_.route != nullptr ? std::string_view{match_.route->name} : "none";
  if (shared_.hooks.observe) shared_.hooks.observe(route, status, count, bytes);
  // Never the query: people paste tokens and names into search boxes.
  if (shared_.options.access_log && log::enabled(log::Level::info)) {
    log::info("http.request",
              {{"method", unknown_method_ ? "OTHER" : to_string(request_.method)},
               {"path", request_.secret_path ? std::string_view{match_.route->pattern}
                                             : std::string_view{request_.path}.substr(0, kLoggedPathBytesMax)},
               {"route", route},
               {"status", status},
               {"bytes", bytes},
               {"micros", count},
               {"request_id", request_.request_id},
               {"remote", request_.remote_address},
               {"agent", request_.header("user-agent").substr(0, kLoggedAgentBytesMax)}});
  }
}

}  // namespace tocsin::portal::http
