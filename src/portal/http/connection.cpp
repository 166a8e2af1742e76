#include <algorithm>
#include <functional>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/check.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/http/served.hpp"

namespace tocsin::portal::http {

namespace {

constexpr std::size_t kReadBytes = 4 << 10;
constexpr std::size_t kBodyReadBytes = 64 << 10;
/// What a refused client may still send before the connection is cut, so that it gets to read why.
constexpr std::size_t kLingerBytesMax = 1 << 20;
constexpr std::size_t kRouteBodyBytesMax = 64 << 10;

std::string allow_list(const std::vector<Method>& methods) {
  std::string list;
  for (const auto method : methods) {
    list += to_string(method);
    list += ", ";
  }
  return list + "OPTIONS";
}

}  // namespace

Task<void> Connection::serve() {
  enter(Phase::handshake, limit(shared_.options.header_timeout_ms));
  if (!co_await transport_->handshake()) co_return;
  client_certificate_ = transport_->client_certificate();
  while (co_await serve_one()) {
  }
  if (unread_input_ || transport_->tls()) {
    co_await linger();
  } else {
    co_await transport_->shutdown();
  }
  transport_->close();
}

Task<void> Connection::linger() {
  enter(Phase::closing, kLingerTime);
  co_await transport_->shutdown();
  if (transport_->tls()) co_return;
  for (std::size_t bytes = 0; bytes < kLingerBytesMax;) {
    buffer_.clear();
    const auto read = co_await fill(kReadBytes);
    if (read == 0) break;
    bytes += read;
  }
}

Task<std::size_t> Connection::fill(std::size_t bytes) {
  const auto room = std::min(bytes, buffer_.max_size() - buffer_.size());
  if (room == 0) co_return 0;
  const auto into = buffer_.prepare(room);
  const auto read = co_await transport_->read_some(asio::mutable_buffer{into.data(), into.size()});
  buffer_.commit(read);
  co_return read;
}

void Connection::skip_line_ends() {
  // RFC 9112 section 2.2: a server ignores empty lines before the request line.
  while (buffer_.size() > 0) {
    const auto* bytes = static_cast<const char*>(buffer_.data().data());
    if (bytes[0] == '\r' && (buffer_.size() == 1 || bytes[1] == '\n')) {
      if (buffer_.size() == 1) return;
      buffer_.consume(2);
    } else {
      return;
    }
  }
}

Task<Connection::Read> Connection::read_header() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(std::min(shared_.options.header_bytes_max, kBufferBytesMax / 2)));
  parser_->body_limit(shared_.options.body_bytes_max);
  parser_->eager(false);  // the body waits until the header has been judged
  enter(Phase::idle, limit(shared_.options.idle_timeout_ms));
  for (;;) {
    skip_line_ends();
    if (buffer_.size() > 0) {
      if (phase_ == Phase::idle) enter(Phase::header, limit(shared_.options.header_timeout_ms));
      beast::error_code error;
      const auto data = buffer_.data();
      const std::string_view input{static_cast<const char*>(data.data()), data.size()};
      const auto used = parser_->put(asio::const_buffer{data.data(), data.size()}, error);
      if (parser_->is_header_done()) {
        if (has_folded_line(input.substr(0, used)))
          refusal_ = refuse(400, "folded header lines are not taken (RFC 9112 section 5.2)");
        if (error && !refusal_) refusal_ = refusal_of(error, input);
        buffer_.consume(used);
        co_return Read::done;
      }
      if (error && error != beast::http::error::need_more) {
        refusal_ = refusal_of(error, input);
        co_return Read::refused;
      }
      buffer_.consume(used);
    } else if (shared_.stopping.load(std::memory_order_relaxed)) {
      co_return Read::ended;
    }
    if (co_await fill(kReadBytes) == 0) {
      if (timed_out_ && phase_ == Phase::header) {
        refusal_ = refuse(408, "the request's header did not come in time");
        co_return Read::refused;
      }
      co_return Read::ended;
    }
  }
}

Task<Connection::Read> Connection::read_body() {
  enter(Phase::body, limit(shared_.options.body_timeout_ms));
  parser_->eager(true);
  parser_->body_limit(body_limit());
  for (;;) {
    if (buffer_.size() > 0) {
      beast::error_code error;
      const auto data = buffer_.data();
      const auto used = parser_->put(asio::const_buffer{data.data(), data.size()}, error);
      buffer_.consume(used);
      if (error && error != beast::http::error::need_more) {
        refusal_ = refusal_of(error, {});
        co_return Read::refused;
      }
      if (parser_->is_done()) {
        request_.body = std::move(parser_->get().body());
        co_return Read::done;
      }
      if (buffer_.size() == buffer_.max_size()) {
        refusal_ = refuse(400, "a chunk's header is larger than this server takes");
        co_return Read::refused;
      }
    }
    if (co_await fill(kBodyReadBytes) == 0) {
      if (timed_out_) {
        refusal_ = refuse(408, "the request's body did not come in time");
        co_return Read::refused;
      }
      co_return Read::ended;
    }
  }
}

std::optional<Refusal> Connection::find_route() {
  if (request_.path == "*") return std::nullopt;
  if (unknown_method_) return Refusal{501, Error::invalid(std::string{tr<"this server does not know that method">()})};
  match_ = shared_.router.match(request_.method, request_.path, &allowed_);
  if (match_.route != nullptr) {
    request_.parameters = std::move(match_.parameters);
    request_.secret_path = match_.route->secret_path;
    return std::nullopt;
  }
  if (request_.method == Method::options && !allowed_.empty()) return std::nullopt;
  if (!allowed_.empty()) {
    return Refusal{405, Error::invalid(tr<"this address takes {}">(allow_list(allowed_)))};
  }
  return Refusal{404, Error::not_found("page")};
}

std::size_t Connection::body_limit() const noexcept {
  const auto most = shared_.options.body_bytes_max;
  if (match_.route == nullptr) return std::min(most, kRouteBodyBytesMax);
  if (match_.route->body_bytes_max > 0) return std::min(most, match_.route->body_bytes_max);
  return match_.route->method == Method::get ? std::min(most, kRouteBodyBytesMax) : most;
}

Task<bool> Connection::serve_one() {
  request_ = Request{};
  match_ = Match{};
  allowed_.clear();
  refusal_.reset();
  answer_.reset();
  stream_.reset();
  source_.reset();
  encoding_ = Encoding::identity;
  unknown_method_ = false;
  identified_ = false;
  keep_alive_ = false;
  cache_key_.clear();
  http_1_0_ = false;
  written_bytes_ = 0;

  const auto header = co_await read_header();
  if (header == Read::ended) co_return false;
  started_ = std::chrono::steady_clock::now();
  request_.now = shared_.clock.now();
  request_.tls = transport_->tls();
  if (header == Read::done) {
    // What HTTP itself forbids ends the connection: where the next request begins is no longer certain.
    if (!refusal_) {
      auto head = RequestHead{};
      refusal_ = read_head(parser_->get(), request_, head);
      unknown_method_ = head.unknown_method;
      keep_alive_ = head.keep_alive;
      http_1_0_ = head.http_1_0;
    }
  }
  request_.remote_address = shared_.options.trusted_proxies.client(remote_address_, request_);
  // Whoever asks through a proxy has not proven its certificate.
  if (request_.remote_address == remote_address_) request_.client_certificate = client_certificate_;
  if (request_.request_id.empty()) request_.request_id = worker_.next_request_id();
  if (refusal_) {
    keep_alive_ = false;
    unread_input_ = true;
    answer_refusal(*refusal_);
    co_await write_answer();
    co_return false;
  }
  encoding_ = choose_encoding(request_.header("accept-encoding"));
  // Before anything is answered: error pages greet people by name, too.
  identified_ = !shared_.hooks.identify_from_memory || shared_.hooks.identify_from_memory(request_);
  refusal_ = find_route();
  if (!parser_->is_done()) {
    const auto expect = request_.header("expect");
    if (!refusal_ && !expect.empty() && !text::equals_ignore_case_ascii(expect, "100-continue")) {
      refusal_ = refuse(417, "the only expectation this server meets is 100-continue");
    }
    const auto length = parser_->content_length();
    if (!refusal_ && length && *length > body_limit()) {
      refusal_ = refuse(413, "the request's body is larger than this address takes");
    }
    // A body that nobody will read is not fetched.
    if (refusal_) {
      keep_alive_ = false;
      unread_input_ = true;
    } else {
      if (!expect.empty() && !http_1_0_ && buffer_.size() == 0) {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        enter(Phase::writing, limit(shared_.options.write_timeout_ms));
        asio::const_buffer go_on{kContinue.data(), kContinue.size()};
        if (!co_await write_all({&go_on, 1})) co_return false;
      }
      const auto body = co_await read_body();
      if (body == Read::ended) co_return false;
      if (body == Read::refused) {
        keep_alive_ = false;
        unread_input_ = true;
      }
    }
  }
  if (refusal_) {
    answer_refusal(*refusal_);
  } else if (match_.route == nullptr) {
    answer_options();
  } else {
    co_await answer_request();
  }
  stream_ = stream_of(answer_->body);
  source_ = source_of(answer_->body);
  if (stream_ != nullptr || (source_ != nullptr && http_1_0_)) keep_alive_ = false;
  bool written = co_await write_answer();
  if (source_ != nullptr) {
    if (written && request_.method != Method::head) written = co_await write_source();
    report(answer_->status, written_bytes_);
  }
  if (stream_ != nullptr) {
    if (written && request_.method != Method::head) co_await write_stream();
    stream_->end();
  }
  co_return written&& keep_alive_;
}

void Connection::make_cache_key() {
  cache_key_.clear();
  cache_key_ += request_.representation == Representation::json ? 'j' : 'h';
  cache_key_ += to_string(encoding_).front();
  cache_key_ += tag_of(request_.language);
  cache_key_ += request_.viewer.cache_key();
  cache_key_ += '\n';
  // Pages carry the name and the form token of who asked.
  cache_key_ += request_.asker;
  cache_key_ += '\n';
  if (match_.route->varies_by_host) cache_key_ += request_.header("host");
  cache_key_ += '\n';
  cache_key_ += request_.target;
}

Task<void> Connection::answer_request() {
  phase_ = Phase::handling;
  if (identified_ && find_cached()) co_return;
  if (identified_ && match_.route->inline_ && open_to_asker()) {
    run();
    co_return;
  }
  co_await answer_on_pool();
}

bool Connection::open_to_asker() const {
  return !shared_.hooks.open_to || shared_.hooks.open_to(*match_.route, request_);
}

bool Connection::find_cached() {
  if (!reads() || !open_to_asker()) return false;
  make_cache_key();
  generation_ = shared_.hooks.generation ? shared_.hooks.generation() : 0;
  // After the generation: a request may take long to arrive, and an answer as of its first byte must not be kept for
  // a generation that began when an embargo ended meanwhile.
  request_.now = shared_.clock.now();
  answer_ = shared_.cache.find(cache_key_, generation_);
  return answer_ != nullptr;
}

void Connection::run() {
  bool cacheable = false;
  answer_ = run_handler(*match_.route, shared_.hooks, request_, encoding_, &cacheable);
  if (cacheable && !cache_key_.empty()) shared_.cache.put(cache_key_, generation_, answer_);
}

void Connection::identify_and_run() {
  try {
    if (!identified_ && shared_.hooks.identify) {
      if (const auto found = shared_.hooks.identify(request_); !found) {
        answer_ = error_answer(shared_.hooks, request_, found.error(), status_of(found.error().code), encoding_);
        return;
      }
      if (find_cached()) return;
    }
  } catch (const std::exception& exception) {
    const auto error =
        Error::internal("Something went wrong on our side. The request's id helps us to find it.", exception.what());
    answer_ = error_answer(shared_.hooks, request_, error, 500, encoding_);
    return;
  }
  run();
}

Task<bool> Connection::on_pool(std::function<void()> job) {
  const auto start = [this, &job](auto handler) {
    // The pool's jobs are copyable, the handler is not.
    auto resume = std::make_shared<decltype(handler)>(std::move(handler));
    auto run = [this, resume, work = std::move(job)] {
      work();
      asio::post(worker_.context, [resume] { std::move (*resume)(true); });
    };
    if (!shared_.pool.try_submit(std::move(run))) {
      asio::post(worker_.context, [resume] { std::move (*resume)(false); });
    }
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(bool)>(start, use_task);
}

Task<void> Connection::answer_on_pool() {
  const bool taken = co_await on_pool([this] { identify_and_run(); });
  if (!taken) {
    const auto busy = Error::unavailable(std::string{tr<"the server is busy: please try again in a moment">()});
    answer_ = error_answer(shared_.hooks, request_, busy, 503, encoding_, {{"Retry-After", "1"}});
  }
}

void Connection::answer_options() {
  if (request_.path == "*") allowed_ = {Method::get, Method::head};
  Response response;
  response.status = 204;
  response.with("Allow", allow_list(allowed_));
  if (shared_.hooks.decorate) shared_.hooks.decorate(request_, response);
  auto made = make_answer(request_, std::move(response), Encoding::identity);
  TOCSIN_CHECK(made.has_value());
  answer_ = std::move(made).value();
}

void Connection::answer_refusal(const Refusal& refusal) {
  std::vector<std::pair<std::string, std::string>> headers;
  if (refusal.status == 405) headers.emplace_back("Allow", allow_list(allowed_));
  // "/advisories/" is what people type for "/advisories".
  if (refusal.status == 404 && request_.path.size() > 1 && request_.path.ends_with('/')) {
    const auto path = std::string_view{request_.path}.substr(0, request_.path.size() - 1);
    if (shared_.router.match(request_.method, path).route != nullptr) {
      const auto question = request_.target.find('?');
      auto location = request_.target.substr(0, question);
      location.pop_back();
      if (question != std::string::npos) location += request_.target.substr(question);
      // The raw target may hold bytes that browsers send but headers do not carry.
      const bool plain = std::all_of(location.begin(), location.end(), [](char c) { return c > 0x20 && c < 0x7F; });
      if (plain) {
        auto response = Response::redirect(std::move(location), 308);
        if (shared_.hooks.decorate) shared_.hooks.decorate(request_, response);
        if (auto made = make_answer(request_, std::move(response), Encoding::identity)) {
          answer_ = std::move(made).value();
          return;
        }
      }
    }
  }
  answer_ = error_answer(shared_.hooks, request_, refusal.error, refusal.status, encoding_, std::move(headers));
}

Task<void> serve_connection(Worker& worker, Accepted accepted) {
  Connection connection{worker, std::move(accepted)};
  co_await connection.serve();
}

}  // namespace tocsin::portal::http
