#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/hooks/hooks.hpp"
#include "engine/taxii/peers.hpp"
#include "exchange/hook_sender.hpp"
#include "exchange/post_office.hpp"
#include "portal/app.hpp"
#include "portal/assets.hpp"
#include "portal/http/negotiate.hpp"
#include "store/changes.hpp"
#include "store/mail_queue.hpp"
#include "store/records.hpp"

/// What operators and machines ask of the process itself, and the files that pages are made of.
namespace tocsin::portal {
namespace {

/// Changes. More than this behind, the portal would show a picture that is too old to send people to.
constexpr std::int64_t kLagMax = 10'000;
constexpr const char* kYear = "public, max-age=31536000, immutable";

struct IndexState {
  std::int64_t newest = 0, indexed = 0, advisories = 0;
  std::int64_t lag() const noexcept { return newest - indexed; }
};

Result<IndexState> index_state(App& app, const http::Request& request) {
  return app.database().read([&](store::Connection& connection) -> Result<IndexState> {
    IndexState state;
    store::Changes changes{connection};
    TRY(state.indexed, changes.cursor("search"));
    TRY(state.newest, changes.newest());
    store::Records records{connection};
    TRY(state.advisories, records.count(request.viewer, domain::RecordKind::advisory, request.now));
    return state;
  });
}

http::Response uncached(http::Response response) {
  response.cache_control = "no-store";
  return response;
}

Result<http::Response> ready(App& app, const http::Request& request) {
  const auto state = index_state(app, request);
  boost::json::object body;
  const bool good = state && app.generation() > 0 && state->lag() <= kLagMax;
  body["status"] = good ? "ready" : "not ready";
  body["database"] = state ? "ok" : "unavailable";
  boost::json::object index;
  index["loaded"] = app.generation() > 0;
  if (state) {
    index["changes"] = state->newest;
    index["indexed"] = state->indexed;
    index["lag"] = state->lag();
  }
  body["index"] = std::move(index);
  auto response = uncached(http::Response::json(json::write(body), good ? 200 : 503));
  if (!good) response.with("Retry-After", "5");
  return response;
}

double resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  double all = 0;
  double resident = 0;
  statm >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void set_webhook_metrics(App& app, const http::Request& request) {
  auto& to = app.metrics();
  if (const auto totals = engine::hooks::totals(app.database())) {
    const auto& counts = totals->counts;
    to.set_gauge("tocsin_webhooks_enabled", "Webhooks that are told what is new.",
                 static_cast<double>(totals->enabled));
    to.set_gauge("tocsin_webhooks_failing", "Of these, those that did not answer last time.",
                 static_cast<double>(totals->failing));
    to.set_gauge("tocsin_webhook_waiting", "Deliveries that wait.", static_cast<double>(counts.waiting));
    to.set_gauge("tocsin_webhook_dead", "Deliveries that were given up.", static_cast<double>(counts.dead));
    to.set_gauge(
        "tocsin_webhook_oldest_seconds", "Age of the oldest delivery that waits.",
        counts.oldest_waiting ? static_cast<double>(request.now.micros - counts.oldest_waiting->micros) / 1e6 : 0.0);
  }
  if (const auto* sender = app.hook_sender()) {
    const auto counts = sender->counts();
    to.set_counter("tocsin_webhook_delivered_total", "Deliveries that receivers have taken.",
                   static_cast<double>(counts.delivered));
    to.set_counter("tocsin_webhook_put_off_total", "Attempts that are to be made again.",
                   static_cast<double>(counts.put_off));
    to.set_counter("tocsin_webhook_given_up_total", "Deliveries that became dead.", static_cast<double>(counts.dead));
  }
}

void set_peer_metrics(App& app, const http::Request& request) {
  const auto totals = engine::taxii::peer_totals(app.database());
  if (!totals) return;
  auto& to = app.metrics();
  to.set_gauge("tocsin_peers_enabled", "Sources that are read by schedule: TAXII, news, MISP feeds, lists.",
               static_cast<double>(totals->enabled));
  to.set_gauge("tocsin_peers_failing", "Of these, those whose last reading failed.",
               static_cast<double>(totals->failing));
  to.set_gauge(
      "tocsin_peer_oldest_success_seconds", "How long ago the one succeeded that did so longest ago.",
      totals->oldest_success ? static_cast<double>(request.now.micros - totals->oldest_success->micros) / 1e6 : 0.0);
}

Result<http::Response> metrics(App& app, const http::Request& request) {
  auto& to = app.metrics();
  to.set_gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes());
  to.set_gauge("tocsin_generation", "Generation of the data that answers are made from.",
               static_cast<double>(app.generation()));
  const auto state = index_state(app, request);
  to.set_gauge("tocsin_database_up", "1 where the database answered this scrape.", state ? 1 : 0);
  if (state) {
    to.set_gauge("tocsin_advisories", "Advisories that everybody may see.", static_cast<double>(state->advisories));
    to.set_gauge("tocsin_index_lag_changes", "Changes that the search index has not seen yet.",
                 static_cast<double>(state->lag()));
  }
  if (const auto* server = app.server()) {
    to.set_gauge("tocsin_http_connections", "Connections open now.", server->connections());
    to.set_gauge("tocsin_pool_queued", "Requests waiting for a thread of the blocking pool.",
                 static_cast<double>(server->queued()));
    to.set_gauge("tocsin_answer_cache_bytes", "Bytes of finished answers kept in memory.",
                 static_cast<double>(server->cache().bytes()));
    to.set_counter("tocsin_answer_cache_hits_total", "Requests answered from memory.",
                   static_cast<double>(server->cache().hits()));
    to.set_counter("tocsin_answer_cache_misses_total", "Requests that were not in memory.",
                   static_cast<double>(server->cache().misses()));
  }
  if (app.mails()) {
    const auto mail =
        app.database().read([](store::Connection& connection) { return store::MailQueue{connection}.counts(); });
    if (mail) {
      to.set_gauge("tocsin_mail_waiting", "Mails that wait to be sent.", static_cast<double>(mail->waiting));
      to.set_gauge("tocsin_mail_given_up", "Mails that could not be sent and were given up.",
                   static_cast<double>(mail->given_up));
      to.set_gauge(
          "tocsin_mail_oldest_seconds", "Age of the oldest mail that waits.",
          mail->oldest_waiting ? static_cast<double>(request.now.micros - mail->oldest_waiting->micros) / 1e6 : 0.0);
    }
  }
  if (const auto* office = app.office()) {
    const auto counts = office->counts();
    to.set_counter("tocsin_mail_sent_total", "Mails that the mail server has taken.",
                   static_cast<double>(counts.taken));
    to.set_counter("tocsin_mail_put_off_total", "Attempts that are to be made again.",
                   static_cast<double>(counts.put_off));
    to.set_gauge("tocsin_mail_server_up", "0 while the mail server takes no mail at all.",
                 office->trouble().empty() ? 1 : 0);
  }
  if (app.hooks_desk() != nullptr) set_webhook_metrics(app, request);
  if (app.peers() != nullptr) set_peer_metrics(app, request);
  auto response = uncached(http::Response::text(to.text()));
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

/// The bytes of an asset in each coding, shared by all answers.
struct ServedAsset {
  const Asset* asset;
  std::shared_ptr<const std::string> identity, gzip, br;
};

http::Handler assets_handler() {
  auto table = std::make_shared<std::map<std::string, ServedAsset, std::less<>>>();
  const auto shared = [](std::string_view bytes) {
    return bytes.empty() ? nullptr : std::make_shared<const std::string>(bytes);
  };
  for (const auto& each : embedded_assets()) {
    table->emplace(each.asset.path, ServedAsset{&each.asset, std::make_shared<const std::string>(each.asset.identity),
                                                shared(each.asset.gzip), shared(each.asset.br)});
  }
  return [table](const http::Request& request) -> Result<http::Response> {
    const auto found = table->find(request.path);
    if (found == table->end()) return Error::not_found("file");
    const auto& served = found->second;
    http::Response response;
    response.content_type = std::string{served.asset->content_type};
    response.etag = std::string{served.asset->etag};
    response.cache_control = kYear;
    response.cacheable = true;
    response.body = served.identity;
    if (served.gzip || served.br) {
      response.with("Vary", "Accept-Encoding");
      // Compressed at build time with more patience than a live answer has.
      const auto encoding = http::choose_encoding(request.header("accept-encoding"));
      const auto& compressed = encoding == http::Encoding::br ? served.br : served.gzip;
      if (encoding != http::Encoding::identity && compressed) {
        response.body = compressed;
        response.with("Content-Encoding", std::string{http::to_string(encoding)});
        response.etag.insert(0, "W/");
      }
    }
    return response;
  };
}

void add(http::Router& router, std::string pattern, std::string name, bool on_network_thread, http::Handler handler) {
  http::Route route;
  route.pattern = std::move(pattern);
  route.name = std::move(name);
  route.handler = std::move(handler);
  route.inline_ = on_network_thread;
  router.add(std::move(route));
}

}  // namespace

void add_operation_routes(App& app, http::Router& router) {
  add(router, "/healthz", "healthz", true,
      [](const http::Request&) -> Result<http::Response> { return uncached(http::Response::text("ok\n")); });
  add(router, "/readyz", "readyz", false, [&app](const http::Request& request) { return ready(app, request); });
  add(router, "/metrics", "metrics", false, [&app](const http::Request& request) { return metrics(app, request); });
  add(router, "/robots.txt", "robots", true, [](const http::Request&) -> Result<http::Response> {
    // Pages may be found; endless combinations of filters and what is meant for programs need not be.
    auto response = http::Response::text("User-agent: *\nDisallow: /api/\nDisallow: /*?\n");
    response.cache_control = "public, max-age=86400";
    return response;
  });
  add(router, "/favicon.ico", "favicon", true, [](const http::Request&) -> Result<http::Response> {
    const auto icon = find_asset_path("icon.svg");
    if (icon.empty()) return Error::not_found("icon");
    auto response = http::Response::redirect(std::string{icon}, 308);
    response.cache_control = "public, max-age=86400";
    return response;
  });
  add(router, "/assets/{file...}", "asset", true, assets_handler());
}

}  // namespace tocsin::portal
