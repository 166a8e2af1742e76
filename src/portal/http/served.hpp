#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/beast/core/flat_buffer.hpp>

#include "portal/http/connection.hpp"
#include "portal/http/request_head.hpp"
#include "portal/http/source.hpp"
#include "portal/http/stream.hpp"

/// One connection from its handshake to its end: connection.cpp reads requests and has them answered,
/// connection_write.cpp writes the answers. Internal to the server.
namespace tocsin::portal::http {

/// How long a client that is told goodbye may still read.
inline constexpr std::chrono::milliseconds kLingerTime{2'000};

/// What a connection was let in with. Given back when all that the connection held is gone: whoever is counted out
/// holds nothing any more.
class Place {
 public:
  Place(Shared& shared, std::string address_group) : shared_(shared), address_group_(std::move(address_group)) {}
  ~Place() { shared_.release(address_group_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Shared& shared_;
  std::string address_group_;
};

/// Where a connection stands decides what its deadline and what stopping means.
enum class Phase {
  handshake,
  idle,  // nothing of the next request has come
  header,
  body,
  handling,  // no deadline: the pool decides
  writing,
  streaming,  // an answer that goes on, while there is nothing to write: no deadline
  closing
};

class Connection final : public Watched {
 public:
  using milliseconds = std::chrono::milliseconds;
  /// Chunk extensions and trailers share the buffer with the body's bytes.
  static constexpr std::size_t kBufferBytesMax = 128 << 10;

  Connection(Worker& worker, Accepted accepted)
      : worker_(worker),
        shared_(worker.shared),
        place_(worker.shared, std::move(accepted.address_group)),
        transport_(std::move(accepted.transport)),
        remote_address_(std::move(accepted.remote_address)),
        buffer_(kBufferBytesMax) {
    worker_.enter(*this);
  }
  ~Connection() override { worker_.leave(*this); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Task<void> serve();

  bool overdue(SteadyTime now) const noexcept override {
    // Nobody reads from a client that is streamed to: whether it is gone has to be looked at.
    if (phase_ == Phase::streaming) return transport_->stirred();
    if (writes_stream() && stream_->closed()) return true;
    return phase_ != Phase::handling && now >= deadline_;
  }
  void expire() noexcept override {
    if (phase_ == Phase::streaming) return end_stream();
    timed_out_ = true;
    // A slow request still gets its 408; a client that does not even read gets nothing.
    if (phase_ == Phase::header || phase_ == Phase::body) {
      transport_->cancel();
    } else {
      transport_->close();
    }
  }
  void stop() noexcept override {
    if (phase_ == Phase::streaming || writes_stream()) return end_stream();
    if (phase_ == Phase::idle || phase_ == Phase::handshake) transport_->close();
  }
  void abandon() noexcept override {
    abandoned_ = true;
    if (phase_ == Phase::streaming) return end_stream();
    if (phase_ != Phase::handling) transport_->close();
  }

 private:
  void enter(Phase phase, milliseconds limit) noexcept {
    phase_ = phase;
    timed_out_ = false;
    deadline_ = std::chrono::steady_clock::now() + limit;
  }
  milliseconds limit(int value) const noexcept { return milliseconds{value}; }

  /// Answers one request. False: the connection ends.
  Task<bool> serve_one();
  /// False where the connection ended or was refused.
  enum class Read { done, ended, refused };
  Task<Read> read_header();
  Task<Read> read_body();
  Task<std::size_t> fill(std::size_t bytes);
  void skip_line_ends();

  std::optional<Refusal> find_route();
  std::size_t body_limit() const noexcept;
  Task<void> answer_request();
  Task<void> answer_on_pool();
  /// False where the pool is full.
  Task<bool> on_pool(std::function<void()> job);
  void answer_options();
  void answer_refusal(const Refusal& refusal);
  void make_cache_key();
  bool reads() const noexcept { return request_.method == Method::get || request_.method == Method::head; }
  bool open_to_asker() const;
  /// Looks into the cache, and fixes the moment that the answer is of.
  bool find_cached();
  void run();
  /// On the blocking pool.
  void identify_and_run();

  Task<bool> write_answer();
  Task<bool> write_all(std::span<asio::const_buffer> buffers);
  /// Of the answer, until it ends, its reader is gone, or the server stops.
  Task<void> write_stream();
  /// The body that a source makes. False where it is not whole.
  Task<bool> write_source();
  Task<bool> pull();
  /// On the blocking pool.
  void pull_now();
  bool is_still_asking() const;
  Task<bool> write_piece(std::string_view piece);
  /// From outside of the coroutine that writes it, on the worker's thread.
  bool writes_stream() const noexcept { return phase_ == Phase::writing && stream_ != nullptr; }
  void end_stream() noexcept { stream_->close(); }
  Task<void> linger();
  void report(int status, std::size_t bytes);

  Worker& worker_;
  Shared& shared_;
  Place place_;  ///< Before everything that has to be gone first.
  std::unique_ptr<Transport> transport_;
  std::string remote_address_;
  std::string client_certificate_;
  Phase phase_ = Phase::idle;
  SteadyTime deadline_ = SteadyTime::max();
  bool timed_out_ = false;
  bool abandoned_ = false;

  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<Refusal> refusal_;

  // One request.
  Request request_;
  Match match_;
  std::vector<Method> allowed_;
  bool unknown_method_ = false;
  bool identified_ = false;
  bool keep_alive_ = false;
  bool http_1_0_ = false;
  bool unread_input_ = false;  // linger at the end, so that the answer is not lost in a reset
  Encoding encoding_ = Encoding::identity;
  std::string cache_key_;
  std::int64_t generation_ = 0;
  std::shared_ptr<const CachedAnswer> answer_;
  std::shared_ptr<EventStream> stream_;   ///< Of the answer, once it is being written.
  std::shared_ptr<const Source> source_;  ///< Likewise.
  Result<std::optional<std::string>> piece_ = std::optional<std::string>{};  ///< That the source gave last.
  std::size_t written_bytes_ = 0;                                            ///< Of this answer.
  SteadyTime started_;
};

}  // namespace tocsin::portal::http
