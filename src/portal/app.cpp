#include "portal/app.hpp"

#include <condition_variable>
#include <limits>
#include <optional>
#include <thread>

#include "base/check.hpp"
#include "base/log.hpp"
#include "engine/exposure/status.hpp"
#include "engine/identity/identity.hpp"
#include "engine/post/post.hpp"
#include "engine/search/indexer.hpp"
#include "engine/taxii/feed.hpp"
#include "engine/threat/indexer.hpp"
#include "exchange/post_office.hpp"
#include "portal/access.hpp"
#include "portal/api/openapi.hpp"
#include "portal/api/problem.hpp"
#include "portal/assets.hpp"
#include "portal/languages.hpp"
#include "portal/live.hpp"
#include "portal/misp/misp.hpp"
#include "portal/pages/match.hpp"
#include "portal/pages/outside.hpp"
#include "portal/pages/readers_clock.hpp"
#include "portal/taxii/taxii.hpp"
#include "store/evidence.hpp"
#include "store/records.hpp"

namespace tocsin::portal {
namespace {

constexpr std::chrono::milliseconds kHeartbeat{200};
/// After a failure: a database that is away is not asked five times a second.
constexpr std::chrono::milliseconds kPauseAfterFailure{2'000};

constexpr std::chrono::milliseconds kChoresLookedAt{1'000};

/// Sessions that have ended by time are deleted so often.
constexpr std::int64_t kTidyMicros = std::int64_t{3'600} * 1'000'000;

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
/// Of the worker that reads inventories (/match): it compiles the matcher, and connects to nothing.
constexpr const char* kMatcherPolicy = "default-src 'none'; script-src 'wasm-unsafe-eval'";
constexpr const char* kPermissionsPolicy =
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()";

void decorate(const App& app, const http::Request& request, http::Response& response) {
  // What people have uploaded brings a narrower one.
  const bool has_policy = std::ranges::any_of(
      response.headers, [](const auto& header) { return header.first == "Content-Security-Policy"; });
  if (request.path == asset_path("matcher-worker.js")) {
    response.with("Content-Security-Policy", kMatcherPolicy);
  } else if (!has_policy) {
    response.with("Content-Security-Policy",
                  std::string{kContentSecurityPolicy} + pages::outside_form_action(app, request.path));
  }
  response
      .with("X-Content-Type-Options", "nosniff")
      // A one-time link's address is a secret. Not no-referrer: browsers send "Origin: null" with such a page's forms.
      .with("Referrer-Policy", request.secret_path ? "strict-origin" : "same-origin")
      .with("Permissions-Policy", kPermissionsPolicy)
      .with("Cross-Origin-Opener-Policy", "same-origin");
  // What programs of other sites may read is the API and the feeds: public, and without credentials.
  const bool for_programs =
      request.principal == nullptr &&
      (request.path.starts_with("/api/") || request.path.starts_with("/feeds/") || taxii::is_taxii(request.path));
  if (taxii::is_taxii(request.path)) taxii::allow_other_sites(request, response);
  access::mark_private(app, request, response);
  if (response.content_type.starts_with("text/html")) {
    response.with("Vary", "Accept-Language, Cookie");
    // Asked again, for an error may come before the request's language is settled.
    response.with("Content-Language", std::string{tag_of(access::language_of(app, request))});
  }
  response.with("Cross-Origin-Resource-Policy", for_programs ? "cross-origin" : "same-origin");
  if (request.tls) response.with("Strict-Transport-Security", "max-age=31536000");
}

}  // namespace

struct App::Duty {
  explicit Duty(App& app) : live(app) {}
  Live live;
  bool started = false;
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::thread thread, chores;
};

App::App(store::Database& database, AppSettings settings, const Clock& clock, engine::identity::Identity* identity,
         engine::setup::Setup* setup)
    : database_(database),
      settings_(std::move(settings)),
      clock_(clock),
      identity_(identity),
      setup_(setup),
      catalogue_(database),
      search_(database, catalogue_),
      status_desk_(std::make_unique<engine::exposure::StatusDesk>(database)),
      site_(std::make_shared<const engine::site::Site>(engine::site::without_database(settings_.site))),
      duty_(std::make_unique<Duty>(*this)) {
  load_languages();
}

App::~App() {
  duty_->live.stop();
  if (!duty_->started) return;
  {
    const std::lock_guard lock(duty_->mutex);
    duty_->stopping = true;
  }
  duty_->wake.notify_all();
  duty_->thread.join();
  if (duty_->chores.joinable()) duty_->chores.join();
}

void App::add_chore(std::string name, std::chrono::seconds every, std::function<Status()> work) {
  TOCSIN_CHECK(!duty_->started);
  chores_.push_back({.name = std::move(name), .every = every, .work = std::move(work)});
}

void App::do_chores() {
  for (auto& chore : chores_) {
    const auto now = clock_.now();
    const auto since = chore.done_at ? now.micros - chore.done_at->micros : std::numeric_limits<std::int64_t>::max();
    if (since < std::chrono::microseconds{chore.every}.count()) continue;
    chore.done_at = now;
    Status outcome = ok();
    try {
      outcome = chore.work();
    } catch (const std::exception& exception) {
      outcome = Error::internal("a chore failed", exception.what());
    }
    if (!outcome && !chore.failing) {
      log::error("chore.failed",
                 {{"chore", chore.name}, {"message", outcome.error().message}, {"detail", outcome.error().detail}});
    } else if (outcome && chore.failing) {
      log::info("chore.recovered", {{"chore", chore.name}});
    }
    chore.failing = !outcome;
  }
}

void App::set_mail(const engine::post::Post* post, exchange::PostOffice* office) {
  post_ = post;
  office_ = office;
}
bool App::mails() const noexcept { return post_ != nullptr && post_->on(); }
std::shared_ptr<const engine::site::Site> App::site() const {
  const std::lock_guard lock(site_mutex_);
  return site_;
}

Status App::load_site() {
  std::string evidence;
  TRY(auto site, database_.read([&](store::Connection& connection) -> Result<engine::site::Site> {
    TRY(evidence, store::Evidence{connection}.version());
    // What threats are known is as much what others know of vulnerabilities.
    TRY(const auto threats, engine::threat::indexed_until(connection));
    evidence += fmt::format(" {}", threats);
    return engine::site::load(connection, settings_.site);
  }));
  auto made = std::make_shared<const engine::site::Site>(std::move(site));
  const std::lock_guard lock(site_mutex_);
  site_ = std::move(made);
  evidence_version_ = std::move(evidence);
  return ok();
}

Status App::catch_up() {
  const std::lock_guard lock(catch_up_mutex_);
  TRY_VOID(engine::search::index_all(database_));
  TRY_VOID(engine::threat::index_all(database_));
  TRY_VOID(load_site());
  TRY_VOID(engine::taxii::feed_all(database_, clock_.now()));
  TRY_VOID(catalogue_.refresh());
  return note_generation();
}

Status App::note_generation() {
  // Of whatever kind: pages of advisories tell of threats.
  TRY(const auto ended, database_.read([now = clock_.now()](store::Connection& connection) {
    return store::Records{connection}.embargo_ended(now);
  }));
  // Not the catalogue's own number: that one falls when the index is derived anew, and this one may not come back to
  // where answers of other data were cached.
  Basis current{catalogue_.generation(), ended, site()->version, {}};
  {
    const std::lock_guard lock(site_mutex_);
    current.evidence_version = evidence_version_;
  }
  if (current == basis_ && generation() > 0) return ok();
  basis_ = std::move(current);
  generation_.fetch_add(1, std::memory_order_acq_rel);
  return ok();
}

Status App::watch() {
  const std::lock_guard lock(watch_mutex_);
  // Read before catching up, so that what is written meanwhile is seen next time.
  TRY(const auto beat, database_.heartbeat());
  if (beat_ == beat) {
    const std::lock_guard catching_up(catch_up_mutex_);
    // What was written last waits for its window to pass, and embargoes end by themselves.
    TRY_VOID(engine::taxii::feed_all(database_, clock_.now()));
    TRY_VOID(note_generation());
    duty_->live.look(false);
    return ok();
  }
  if (office_ != nullptr) office_->wake();
  // Revoked sessions and roles must not live on in memory: before the search index, which may take its time.
  if (identity_ != nullptr) TRY_VOID(identity_->refresh());
  duty_->live.end_revoked();
  TRY_VOID(catch_up());
  beat_ = beat;
  duty_->live.look(true);
  return ok();
}

void App::start_duty() {
  TOCSIN_CHECK(!duty_->started);
  duty_->started = true;
  duty_->live.start();
  duty_->thread = std::thread{[this] {
    bool failing = false;
    std::optional<Timestamp> tidied;
    for (;;) {
      Status outcome = ok();
      try {
        outcome = watch();
        if (outcome && identity_ != nullptr && (!tidied || clock_.now().micros - tidied->micros > kTidyMicros)) {
          tidied = clock_.now();
          outcome = identity_->tidy();
        }
      } catch (const std::exception& exception) {
        outcome = Error::internal("catching up failed", exception.what());
      }
      if (!outcome && !failing) {
        log::error("duty.catch_up_failed", {{"message", outcome.error().message}, {"detail", outcome.error().detail}});
      } else if (outcome && failing) {
        log::info("duty.catch_up_recovered");
      }
      failing = !outcome;
      std::unique_lock lock(duty_->mutex);
      duty_->wake.wait_for(lock, failing ? kPauseAfterFailure : kHeartbeat, [this] { return duty_->stopping; });
      if (duty_->stopping) return;
    }
  }};
  if (chores_.empty()) return;
  duty_->chores = std::thread{[this] {
    for (;;) {
      do_chores();
      std::unique_lock lock(duty_->mutex);
      duty_->wake.wait_for(lock, kChoresLookedAt, [this] { return duty_->stopping; });
      if (duty_->stopping) return;
    }
  }};
}

http::Router App::routes() {
  http::Router router;
  add_home_routes(*this, router);
  add_advisory_list_routes(*this, router);
  add_advisory_routes(*this, router);
  add_revision_routes(*this, router);
  add_vulnerability_routes(*this, router);
  add_status_routes(*this, router);
  add_threat_routes(*this, router);
  add_taxii_routes(*this, router);
  add_misp_routes(*this, router);
  add_vendor_routes(*this, router);
  add_about_routes(*this, router);
  add_cert_routes(*this, router);
  add_site_routes(*this, router);
  add_privacy_routes(*this, router);
  add_language_routes(*this, router);
  add_feed_routes(*this, router);
  add_misp_feed_routes(*this, router);
  add_validation_routes(*this, router);
  add_tool_routes(*this, router);
  add_match_routes(*this, router);
  add_operation_routes(*this, router);
  if (identity_ != nullptr) {
    add_sign_in_routes(*this, router);
    if (setup_ != nullptr) add_setup_routes(*this, router);
    add_link_routes(*this, router);
    add_forgot_routes(*this, router);
    add_account_routes(*this, router);
    add_address_routes(*this, router);
    add_security_routes(*this, router);
    add_passkey_routes(*this, router);
    add_outside_routes(*this, router);
    add_token_routes(*this, router);
    add_notification_routes(*this, router);
    add_live_routes(duty_->live, router);
    add_member_routes(*this, router);
  }

  // Dates are shown on the reader's clock, wherever in a page they stand.
  for (const auto& route : router.routes()) {
    route->handler = [this, inner = std::move(route->handler)](const http::Request& request) {
      const pages::ReadersClock clock{*this, request};
      return inner(request);
    };
  }

  // Last, for it describes the others; it is asked for often and never changes while the process lives.
  auto document = std::make_shared<const std::string>(api::openapi_document(router, settings_.public_url));
  http::Route openapi;
  openapi.pattern = "/api/openapi.json";
  openapi.name = "openapi";
  openapi.inline_ = true;
  openapi.handler = [document](const http::Request& request) -> Result<http::Response> {
    TRY_VOID(request.only_known({}));
    auto response = http::Response::json({});
    response.body = document;
    response.cacheable = true;
    return response;
  };
  router.add(std::move(openapi));
  return router;
}

http::ServerHooks App::hooks() {
  http::ServerHooks hooks;
  hooks.identify_from_memory = [this](http::Request& request) { return access::identify_from_memory(*this, request); };
  hooks.identify = [this](http::Request& request) { return access::identify(*this, request); };
  hooks.open_to = access::open_to;
  hooks.admit = [this](const http::Route& route, http::Request& request) {
    return access::admit(*this, route, request);
  };
  hooks.refused = [this](const http::Route& route, const http::Request& request, const Error& error) {
    access::note_refusal(*this, route, request, error);
  };
  hooks.generation = [this] { return generation(); };
  hooks.error = [this](const http::Request& request, const Error& error, int status) {
    // Some errors come before anybody has asked who is there.
    const LanguageScope speaking{access::language_of(*this, request)};
    if (taxii::is_taxii(request.path)) return taxii::error(request, error, status);
    if (misp::is_misp(request.path)) return misp::error(request, error, status);
    if (request.representation == http::Representation::json) return api::problem(request, error, status);
    return error_page(*this, request, error, status);
  };
  hooks.decorate = [this](const http::Request& request, http::Response& response) {
    decorate(*this, request, response);
  };
  hooks.opened = [this](const http::Server* server) { server_.store(server, std::memory_order_release); };
  hooks.observe = [this](std::string_view route, int status, std::uint64_t micros, std::size_t bytes) {
    metrics_.observe_request(route, status, micros, bytes);
  };
  return hooks;
}

std::string App::base_url(const http::Request& request) const {
  if (!settings_.public_url.empty()) return settings_.public_url;
  const auto host = request.header("host");
  return std::string{request.tls ? "https://" : "http://"} + (host.empty() ? "localhost" : std::string{host});
}

}  // namespace tocsin::portal
