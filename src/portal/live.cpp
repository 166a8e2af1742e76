#include "portal/live.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/exposure/exposure.hpp"
#include "engine/identity/identity.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/members/members.hpp"
#include "engine/notify/reader.hpp"
#include "engine/notify/subscriptions.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/pages/session.hpp"
#include "store/exposure_digest.hpp"
#include "store/people.hpp"
#include "store/sessions.hpp"

namespace tocsin::portal {
namespace {

namespace notify = engine::notify;
using domain::Permission;
using engine::identity::Principal;

/// A session is looked at in the database so often, where nothing has changed: for those that end by time.
constexpr std::int64_t kMinuteMicros = std::int64_t{60} * 1'000'000, kCheckMicros = kMinuteMicros / 2;
/// So often at most people are told; and longer apart where a round takes long, so that many readers cost a part of the
/// machine only.
constexpr std::chrono::milliseconds kPause{1'000};
constexpr int kShareOfTime = 4;

/// "7.3": up to the seventh notice, and the third about assets.
std::optional<store::NoticesSeen> parse_id(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view digits) -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failed != std::errc{} || end != digits.data() + digits.size() || value < 0) return std::nullopt;
    return value;
  };
  const auto notice = number(text.substr(0, dot));
  const auto asset_notice = number(text.substr(dot + 1));
  if (!notice || !asset_notice) return std::nullopt;
  return store::NoticesSeen{*notice, *asset_notice};
}

std::string event(std::string_view name, std::string_view id, const boost::json::object& data) {
  // One line, whatever stands in it: boost::json escapes line ends.
  return fmt::format("event: {}\n{}data: {}\n\n", name, id.empty() ? "" : fmt::format("id: {}\n", id),
                     boost::json::serialize(data));
}

}  // namespace

Result<http::Response> Live::open(const http::Request& request) {
  TRY_VOID(request.only_known({"after"}));
  http::Response response;
  response.content_type = "text/event-stream";
  response.cache_control = "no-store";
  // Of nginx, and of others that follow it: an event has to arrive when it is told.
  response.with("X-Accel-Buffering", "no");
  if (request.method == http::Method::head) return response;
  auto stream = std::make_shared<Stream>();
  const auto to = std::make_shared<http::EventStream>();
  stream->to = to;
  stream->session_hash = sha256_hex(request.session_token);
  stream->principal = request.principal;
  stream->language = request.language;
  stream->checked_at = request.now;
  // A page that was in the background asks anew, and cannot set the header then.
  const auto last = request.header("last-event-id");
  stream->told = parse_id(last.empty() ? request.query.get("after") : last);
  if (request.principal->viewer.organisation) {
    TRY(const auto viewer, app_.database().read([&](store::Connection& connection) {
      return notify::reader_of(connection, request.principal->person, *request.principal->viewer.organisation,
                               app_.identity() != nullptr && app_.identity()->factors_by_role());
    }));
    stream->reads_as = viewer.cache_key();
  }
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error::unavailable(std::string{tr<"the server is busy: please try again in a moment">()});
    sweep();
    const auto own = std::ranges::count_if(
        streams_, [&](const auto& each) { return each->principal->person == request.principal->person; });
    if (std::cmp_greater_equal(own, kPerPersonMax)) {
      response.status = 429;
      response.content_type = "text/plain; charset=utf-8";
      response.body = std::make_shared<const std::string>(tr<"You have too many pages open to be told in each.">());
      return response;
    }
    if (streams_.size() >= kMax)
      return Error::unavailable(std::string{tr<"the server is busy: please try again in a moment">()});
    streams_.push_back(stream);
  }
  response.body = http::body_of(to);
  to->put("retry: 5000\n\n");
  const std::lock_guard lock(turn_mutex_);
  std::map<std::string, std::optional<Figures>> figures;
  TRY_VOID(tell(*stream, figures, request.now));
  return response;
}

void Live::sweep() {
  std::erase_if(streams_, [](const auto& each) {
    const auto to = each->to.lock();
    return to == nullptr || to->closed();
  });
}

std::vector<Live::StreamPtr> Live::all() {
  const std::lock_guard lock(mutex_);
  sweep();
  return streams_;
}

void Live::look(bool has_changed) {
  if (!has_thread_) {
    end_revoked();
    if (!has_changed) return;
    if (const auto told = turn(); !told) {
      log::error("live.failed", {{"message", told.error().message}, {"detail", told.error().detail}});
    }
    return;
  }
  if (!has_changed) return;
  const std::lock_guard lock(mutex_);
  changed_ = true;
  wake_.notify_all();
}

Result<bool> Live::stands(const Stream& stream, Timestamp now) {
  const auto idle_before = now.micros - app_.settings().privacy.session_idle_minutes * kMinuteMicros;
  const bool factors_by_role = app_.identity()->factors_by_role();
  const auto& principal = *stream.principal;
  return app_.database().read([&](store::Connection& connection) -> Result<bool> {
    // Not as identity resolves it: an open page is no sign of life, and must not keep a session alive.
    TRY(const auto session, store::Sessions{connection}.find(stream.session_hash));
    if (!session || session->person != principal.person || session->expires_at <= now ||
        session->last_seen_at.micros <= idle_before) {
      return false;
    }
    TRY(const auto person, store::People{connection}.find(principal.person));
    if (!person || person->status != domain::PersonStatus::active) return false;
    if (!principal.viewer.organisation) return true;
    TRY(const auto viewer,
        notify::reader_of(connection, principal.person, *principal.viewer.organisation, factors_by_role));
    // With other roles or in other communities the page is another, and so is what it may be told.
    return viewer.cache_key() == stream.reads_as;
  });
}

bool Live::check(Stream& stream, std::int64_t generation, Timestamp now) {
  const auto end = [&] {
    if (const auto to = stream.to.lock()) to->close();
    return false;
  };
  if (app_.identity() == nullptr || stream.principal->expires_at <= now) return end();
  if (generation == stream.checked_generation && now.micros - stream.checked_at.micros < kCheckMicros) return true;
  const auto found = stands(stream, now);
  // Where the database is away for a moment nobody is told anything either.
  if (!found) return false;
  if (!*found) return end();
  stream.checked_generation = generation;
  stream.checked_at = now;
  return true;
}

void Live::end_revoked() {
  const auto now = app_.clock().now();
  const auto streams = all();
  if (streams.empty()) return;
  const auto generation = members_generation();
  const std::lock_guard lock(turn_mutex_);
  for (const auto& each : streams) check(*each, generation, now);
}

std::int64_t Live::members_generation() {
  const auto found =
      app_.database().read([](store::Connection& connection) { return engine::members::generation(connection); });
  // One that nothing was checked at.
  return found ? *found : -2;
}

Result<std::optional<Live::Figures>> Live::figures_of(const Principal& principal, Timestamp now) {
  if (!principal.may(Permission::read_inventory) || !principal.viewer.organisation) return std::optional<Figures>{};
  const auto actor = principal.actor({}, {}, {});
  const auto access = engine::inventory::access(app_.database(), actor, {}, now);
  if (!access) return std::optional<Figures>{};
  TRY(const auto digest, app_.database().read([&](store::Connection& connection) {
    return store::exposure_digest(connection, engine::exposure::reader_of(actor, *access),
                                  *principal.viewer.organisation, now);
  }));
  TRY(const auto counts,
      engine::exposure::decision_counts(app_.database(), actor, *access, engine::exposure::open_matters(), now));
  Figures figures{.digest = digest};
  for (const auto& each : counts.counts) {
    figures.open += each.count;
    if (each.decision == static_cast<int>(engine::exposure::Action::act_now)) figures.act_now += each.count;
  }
  return std::optional{figures};
}

Status Live::tell(Stream& stream, std::map<std::string, std::optional<Figures>>& figures, Timestamp now) {
  const auto to = stream.to.lock();
  if (to == nullptr || to->closed()) return ok();
  const LanguageScope speaking{stream.language};
  const auto& principal = *stream.principal;
  const bool factors_by_role = app_.identity() != nullptr && app_.identity()->factors_by_role();
  TRY(const auto news, app_.database().read([&](store::Connection& connection) {
    return notify::news(connection, principal.person, stream.told, factors_by_role, now);
  }));
  if (news.unread != stream.unread || news.fresh > 0) {
    boost::json::array lines;
    for (const auto& line : news.lines) lines.push_back({{"text", line.text}, {"url", line.path}});
    to->put(event("news", fmt::format("{}.{}", news.newest.notice, news.newest.asset_notice),
                  {{"unread", news.unread}, {"fresh", news.fresh}, {"lines", std::move(lines)}}));
  }
  stream.told = news.newest;
  stream.unread = news.unread;
  // People of one organisation mostly see the same.
  auto& shared = figures
                     .try_emplace(fmt::format("{}\n{}\n{}", principal.may(Permission::read_inventory),
                                              principal.viewer.organisation.value_or(domain::OrganisationId{}).value,
                                              principal.viewer.cache_key()))
                     .first->second;
  if (!shared) {
    TRY(shared, figures_of(principal, now));
  }
  if (shared && shared != stream.figures) {
    to->put(event("exposure", {},
                  {{"open", shared->open}, {"act_now", shared->act_now}, {"changed", stream.figures.has_value()}}));
    stream.figures = shared;
  }
  return ok();
}

Status Live::turn() {
  const auto now = app_.clock().now();
  const auto streams = all();
  if (streams.empty()) return ok();
  Status outcome = ok();
  const auto generation = members_generation();
  std::map<std::string, std::optional<Figures>> figures;
  for (const auto& each : streams) {
    // Each alone, so that who opens a page does not wait for all.
    const std::lock_guard lock(turn_mutex_);
    if (!check(*each, generation, now)) continue;
    if (auto told = tell(*each, figures, now); !told && outcome) outcome = std::move(told);
  }
  return outcome;
}

void Live::start() {
  if (has_thread_.exchange(true)) return;
  thread_ = std::thread{[this] { run(); }};
}

void Live::run() {
  bool failing = false;
  auto beaten = std::chrono::steady_clock::now();
  for (;;) {
    bool changed = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, beaten + kHeartbeat, [this] { return stopping_ || changed_; });
      if (stopping_) return;
      changed = std::exchange(changed_, false);
    }
    const auto began = std::chrono::steady_clock::now();
    if (began - beaten >= kHeartbeat) {
      beaten = began;
      // Sessions that end by time, and proxies that cut what is silent.
      end_revoked();
      for (const auto& each : all()) {
        if (const auto to = each->to.lock()) to->put(": \n\n");
      }
    }
    if (!changed) continue;
    Status outcome = ok();
    try {
      outcome = turn();
    } catch (const std::exception& exception) {
      outcome = Error::internal("telling what is new failed", exception.what());
    }
    if (!outcome && !failing) {
      log::error("live.failed", {{"message", outcome.error().message}, {"detail", outcome.error().detail}});
    }
    failing = !outcome;
    const auto took = std::chrono::steady_clock::now() - began;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, std::max<std::chrono::steady_clock::duration>(kPause, took * kShareOfTime),
                   [this] { return stopping_; });
    if (stopping_) return;
  }
}

void Live::stop() {
  std::vector<StreamPtr> streams;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    streams.swap(streams_);
  }
  wake_.notify_all();
  for (const auto& each : streams) {
    if (const auto to = each->to.lock()) to->close();
  }
  if (thread_.joinable()) thread_.join();
}

void add_live_routes(Live& live, http::Router& router) {
  pages::add_page(
      router, http::Method::get, "/live", "live", Permission::signed_in,
      [&live](const http::Request& request) { return live.open(request); },
      [](http::Route& route) { route.session_only = true; });
}

}  // namespace tocsin::portal
