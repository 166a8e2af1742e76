#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <pthread.h>

#include "base/log.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/fetching.hpp"
#include "cli/known_good.hpp"
#include "cli/listen_address.hpp"
#include "cli/mailing.hpp"
#include "cli/openid.hpp"
#include "cli/output.hpp"
#include "cli/peering.hpp"
#include "cli/site.hpp"
#include "cli/webhooking.hpp"
#include "domain/decay.hpp"
#include "engine/audit/upkeep.hpp"
#include "engine/exposure/aliases.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/overview.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/exposure/sharing.hpp"
#include "engine/exposure/status.hpp"
#include "engine/hooks/assets_event.hpp"
#include "engine/hooks/hooks.hpp"
#include "engine/identity/identity.hpp"
#include "engine/inventory/search_terms.hpp"
#include "engine/notify/herald.hpp"
#include "engine/setup/setup.hpp"
#include "engine/threat/decay.hpp"
#include "exchange/demo.hpp"
#include "exchange/hook_sender.hpp"
#include "exchange/import.hpp"
#include "exchange/peer_poller.hpp"
#include "exchange/post_office.hpp"
#include "formats/cvss/cvss.hpp"
#include "portal/app.hpp"
#include "portal/http/server.hpp"
#include "tocsin_demo.hpp"
#include "tocsin_demo_members.hpp"
#include "tocsin_demo_threats.hpp"

namespace tocsin::cli {
namespace {

/// Signs the audit log's end: the same as `tocsin audit checkpoint`.
constexpr const char* kAuditKeyFile = "audit.key";
/// So often it is looked whether something of the audit log is due.
constexpr std::chrono::seconds kUpkeepLookedAt{60};

log::Level level_of(std::string_view name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warn") return log::Level::warn;
  if (name == "error") return log::Level::error;
  if (name == "off") return log::Level::off;
  return log::Level::info;
}

/// Stops the server on SIGTERM or SIGINT; a second one ends the process where it stands, which the database survives.
class Signals {
 public:
  /// Before any other thread is started, so that all inherit the mask.
  Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  void watch(portal::http::Server& server) {
    thread_ = std::thread([this, &server] {
      for (int seen = 0;; ++seen) {
        int number = 0;
        if (sigwait(&set_, &number) != 0 || done_) return;
        if (seen > 0) std::_Exit(kFailed);
        log::info("server.stopping", {{"signal", number == SIGINT ? "SIGINT" : "SIGTERM"}});
        server.stop();
      }
    });
  }
  ~Signals() { end(); }
  /// The server may go after this.
  void end() {
    if (!thread_.joinable()) return;
    done_ = true;
    // It is blocked there, for sigwait: this wakes the thread and ends nothing.
    pthread_kill(thread_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
    thread_.join();
  }

 private:
  sigset_t set_{};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

portal::http::ServerOptions server_options(const Location& location, const Settings& settings,
                                           const ListenAddress& address) {
  const auto milliseconds = [&](std::string_view name) { return static_cast<int>(settings.integer(name) * 1000); };
  portal::http::ServerOptions options;
  options.address = address.host == "localhost" ? "127.0.0.1" : address.host;
  options.port = address.port;
  options.tls_certificate = file_path(location, settings.value("tls_cert"));
  options.tls_key = file_path(location, settings.value("tls_key"));
  if (!settings.text("tls_client_ca").empty()) {
    options.tls_client_ca = file_path(location, settings.value("tls_client_ca"));
  }
  options.network_threads = static_cast<int>(settings.integer("threads.network"));
  options.blocking_threads = static_cast<int>(settings.integer("threads.workers"));
  options.blocking_queue_max = static_cast<std::size_t>(settings.integer("threads.queue"));
  options.header_bytes_max = static_cast<std::size_t>(settings.integer("limits.header_bytes"));
  options.body_bytes_max = static_cast<std::size_t>(settings.integer("limits.body_bytes"));
  options.connections_max = static_cast<int>(settings.integer("limits.connections"));
  options.connections_per_address_max = static_cast<int>(settings.integer("limits.connections_per_address"));
  options.header_timeout_ms = milliseconds("limits.header_timeout");
  options.body_timeout_ms = milliseconds("limits.body_timeout");
  options.write_timeout_ms = milliseconds("limits.write_timeout");
  options.idle_timeout_ms = milliseconds("limits.idle_timeout");
  options.drain_timeout_ms = milliseconds("limits.drain_timeout");
  options.cache_bytes_max = static_cast<std::size_t>(settings.integer("limits.cache_bytes"));
  options.access_log = settings.boolean("access_log");
  return options;
}

Result<engine::identity::Options> identity_options(store::Database& database, const Location& location,
                                                   const Settings& settings, const std::string& public_url) {
  engine::identity::Options options;
  TRY(options.breached, breached_check(location, settings));
  TRY(const auto site, database.read([&](store::Connection& connection) {
    return engine::site::load(connection, fixed_site(settings));
  }));
  options.site_name = site.text("site_name");
  options.public_url = public_url;
  options.idle_limit = std::chrono::minutes{settings.integer("sessions.idle")};
  options.absolute_limit = std::chrono::hours{settings.integer("sessions.absolute")};
  options.dangerous_window = std::chrono::minutes{settings.integer("sessions.confirm_after")};
  options.sessions_max = static_cast<int>(settings.integer("sessions.per_person"));
  options.tokens_max = static_cast<int>(settings.integer("tokens.per_person"));
  TRY(options.outside, outside_rules(settings));
  TRY(options.four_eyes, four_eyes_of(settings));
  options.second_factor_by_role = settings.text("second_factor") == "by-role";
  // As many as there are workers or cores would leave none for the readers while passwords are tried.
  options.password_checks_max = static_cast<std::size_t>(std::max<std::int64_t>(
      1, std::min<std::int64_t>(settings.integer("threads.workers") / 2,
                                static_cast<std::int64_t>(std::thread::hardware_concurrency()) - 1)));
  return options;
}

domain::DecayRules decay_rules_of(const Settings& settings) {
  domain::DecayRules rules;
  for (std::size_t at = 0; at < domain::kDecayKinds; ++at) {
    const auto name = domain::to_string(static_cast<domain::DecayKind>(at));
    rules.kinds[at].days = settings.integer(fmt::format("decay.{}_days", name));
  }
  rules.confidence = settings.integer("decay.confidence");
  rules.faded_below = settings.integer("decay.faded_below");
  return rules;
}

/// Checkpoints and retention of the audit log.
Status add_upkeep(portal::App& app, const std::shared_ptr<const SigningKey>& key, const Settings& settings) {
  const engine::audit::UpkeepRules rules{.checkpoint_hours = static_cast<int>(settings.integer("audit.checkpoint")),
                                         .keep_days = static_cast<int>(settings.integer("audit.keep_days")),
                                         .personal_days = static_cast<int>(settings.integer("audit.personal_days"))};
  if (rules.checkpoint_hours == 0 && rules.keep_days == 0 && rules.personal_days == 0) return ok();
  app.add_chore("audit.upkeep", kUpkeepLookedAt, [&app, rules, key]() -> Status {
    TRY(const auto done,
        engine::audit::keep_up(app.database(), rules, *key, app.settings().guard.trust, app.clock().now()));
    if (done.checkpoint) log::info("audit.checkpoint", {{"sequence", done.checkpoint->sequence}});
    if (done.pruned.removed > 0) log::info("audit.pruned", {{"removed", done.pruned.removed}});
    if (done.personal_erased > 0) log::info("audit.personal_erased", {{"erased", done.personal_erased}});
    return ok();
  });
  return ok();
}

Status import_demo(store::Database& database) {
  std::vector<exchange::SourceDocument> documents;
  for (const auto& each : demo::files()) {
    documents.push_back({.name = fmt::format("demo:{}", each.path), .bytes = std::string{each.bytes}});
  }
  for (const auto& each : demo_threats::files()) {
    documents.push_back({.name = fmt::format("demo:threats/{}", each.path), .bytes = std::string{each.bytes}});
  }
  TRY(const auto summary, exchange::import_documents(database, std::move(documents), {}, {}, system_clock()));
  if (summary.created + summary.updated > 0) {
    print(fmt::format("Imported {} written for this project (invented vendors).\n",
                      text::count_of(summary.created, "demo advisory", "demo advisories")));
  }
  return ok();
}

Result<std::vector<exchange::DemoPerson>> import_demo_members(store::Database& database,
                                                              engine::identity::Identity& identity) {
  constexpr std::string_view kMarked = "marked/";
  std::string_view members;
  std::vector<exchange::SourceDocument> marked;
  for (const auto& each : demo_members::files()) {
    if (each.path == "members.json") members = each.bytes;
    if (!each.path.starts_with(kMarked)) continue;
    marked.push_back({.name = std::string{each.path.substr(kMarked.size())}, .bytes = std::string{each.bytes}});
  }
  return exchange::load_demo_members(database, identity, members, std::move(marked), system_clock());
}

Status import_demo_inventory(store::Database& database) {
  for (const auto& each : demo_members::files()) {
    if (each.path != "inventory-water.csv") continue;
    TRY_VOID(exchange::load_demo_inventory(database, "Talbach Water Supply", each.bytes, system_clock()));
  }
  return ok();
}

/// What is new is held against the inventories, and what to do about it decided, beside the answering; a large plant
/// takes several turns.
/// `decided`: whether there is a decision on every match.
void add_exposure_runs(portal::App& app, const std::shared_ptr<std::atomic<bool>>& decided) {
  constexpr int kStepsATurn = 40;
  app.add_chore("exposure.run", std::chrono::seconds{1},
                [&app, prepared = std::make_shared<bool>(false),
                 runs = std::make_shared<engine::exposure::Runs>(app.database())]() -> Status {
                  int steps = 0;
                  bool caught_up = false;
                  TRY_VOID(runs->all(app.clock(), [&](const engine::exposure::RunStep& step) {
                    caught_up = step.caught_up;
                    return ++steps < kStepsATurn;
                  }));
                  // What somebody asked for waits until what is new is done, and is never mixed with it.
                  TRY_VOID(runs->asked(app.clock(), [&steps](const auto&) { return ++steps < 2 * kStepsATurn; }));
                  // So that the first advisory after a start need not wait for it.
                  if (!caught_up || *prepared) return ok();
                  TRY(*prepared, runs->prepare(app.clock().now()));
                  if (*prepared) log::info("exposure.prepared");
                  return ok();
                });
  app.add_chore("exposure.decide", std::chrono::seconds{1},
                [&app, decided, deciding = std::make_shared<engine::exposure::Deciding>(app.database())]() -> Status {
                  int steps = 0;
                  *decided = false;
                  return deciding->all(app.clock(), [&](const engine::exposure::DecideStep& step) {
                    *decided = step.caught_up;
                    return ++steps < kStepsATurn;
                  });
                });
}

/// Assets of before there was an index of their words, or from a backup.
void add_asset_index(portal::App& app) {
  constexpr int kStepsATurn = 20, kAssetsAStep = 500;
  app.add_chore("inventory.index", std::chrono::seconds{1}, [&app]() -> Status {
    for (int step = 0; step < kStepsATurn; ++step) {
      TRY(const auto indexed, engine::inventory::index_assets(app.database(), kAssetsAStep));
      if (indexed < kAssetsAStep) break;
    }
    return ok();
  });
}

/// Behind the matching of inventories, on the same thread: what concerns somebody's plants is known by then.
/// What somebody's subscriptions tell by webhook, into the queue of their webhooks.
Status tell_webhooks(store::Connection& connection, const engine::notify::Told& told, Timestamp now) {
  const auto action = [&]() -> std::string {
    switch (told.action) {
      case store::ChangeAction::created:
        return "created";
      case store::ChangeAction::withdrawn:
        return "withdrawn";
      default:
        return "updated";
    }
  }();
  const auto event = engine::hooks::event_of({.id = fmt::format("notice:{}", told.notice),
                                              .action = action,
                                              .person = told.person,
                                              .organisation = told.organisation,
                                              .record = told.record,
                                              .title = told.title,
                                              .severity = std::string{formats::cvss::to_string(told.severity)},
                                              .url = told.url,
                                              .tlp = told.tlp,
                                              .subscriptions = told.subscriptions,
                                              .at = told.at});
  TRY_VOID(engine::hooks::enqueue(connection, event, now));
  return ok();
}

Status tell_webhooks(store::Connection& connection, const engine::notify::AssetsTold& told, Timestamp now) {
  engine::hooks::AssetsNotice notice{.id = fmt::format("assets:{}", told.notice),
                                     .person = told.person,
                                     .organisation = told.organisation,
                                     .assets = told.assets,
                                     .advisories = told.advisories,
                                     .worst = {},
                                     .url = told.url,
                                     .subscriptions = told.subscriptions,
                                     .at = told.at};
  for (const auto& each : told.worst) {
    notice.worst.push_back({.record = each.record,
                            .title = each.title,
                            .severity = std::string{formats::cvss::to_string(each.severity)},
                            .url = each.url,
                            .tlp = each.tlp,
                            .assets = each.assets});
  }
  TRY_VOID(engine::hooks::enqueue(connection, engine::hooks::event_of(notice), now));
  return ok();
}

/// People are told by what is decided, so after that.
void add_herald(portal::App& app, const engine::post::Post& post, bool factors_by_role,
                const std::shared_ptr<std::atomic<bool>>& decided) {
  constexpr int kTurnsMax = 40;
  auto herald = std::make_shared<engine::notify::Herald>(
      app.database(), app.search(), app.catalogue(), post,
      engine::notify::Herald::Options{
          .site_zone = [&app] { return app.site()->zone; },
          .hook = [&app](
                      store::Connection& connection,
                      const engine::notify::Told& told) { return tell_webhooks(connection, told, app.clock().now()); },
          .assets_hook =
              [&app](store::Connection& connection, const engine::notify::AssetsTold& told) {
                return tell_webhooks(connection, told, app.clock().now());
              },
          .factors_by_role = factors_by_role});
  app.add_chore("notify.herald", std::chrono::seconds{1}, [&app, herald, decided]() -> Status {
    if (!*decided) return ok();
    int turns = 0;
    return herald->turn(app.clock(), [&turns] { return ++turns < kTurnsMax; });
  });
}

/// What exposure was, for as long as the settings say.
void add_exposure_upkeep(portal::App& app, const Settings& settings) {
  const auto keep_days = static_cast<int>(settings.integer("exposure.keep_days"));
  app.add_chore("exposure.upkeep", std::chrono::minutes{10}, [&app, keep_days]() -> Status {
    TRY(const auto done, engine::exposure::keep_history(app.database(), keep_days, app.clock().now()));
    if (done.settled + done.forgotten > 0) {
      log::info("exposure.upkeep", {{"settled", done.settled}, {"forgotten", done.forgotten}});
    }
    return ok();
  });
}

/// Once a day, after what is new has been matched.
void add_exposure_sums(portal::App& app, const Settings& settings) {
  const auto least = static_cast<int>(settings.integer("exposure.sums_least"));
  app.add_chore("exposure.sums", std::chrono::minutes{1}, [&app, least]() -> Status {
    TRY(const auto done, engine::exposure::make_sums(app.database(), least, app.clock().now()));
    if (done.made) log::info("exposure.sums", {{"published", done.published}});
    return ok();
  });
  const auto aliases_least = static_cast<int>(settings.integer("exposure.aliases_least"));
  app.add_chore("exposure.aliases", std::chrono::minutes{1}, [&app, aliases_least]() -> Status {
    TRY(const auto done, engine::exposure::offer_aliases(app.database(), aliases_least, app.clock().now()));
    if (done.made) log::info("exposure.aliases", {{"admitted", done.admitted}});
    return ok();
  });
}

/// What was known of a product is asked of memory: filled before somebody asks.
void add_status_upkeep(portal::App& app) {
  app.add_chore("status.refresh", std::chrono::seconds{1},
                [&app]() -> Status { return app.status_desk().refresh(app.clock().now()); });
}

Result<Installation> open_for_serving(const CommandLine& line) {
  const auto state = folder_state(line.location.folder);
  if (!line.demo || state == FolderState::initialised || state == FolderState::foreign)
    return open_installation(line.location);
  // The first minute of a newcomer: one command, nothing to prepare.
  TRY(auto installation, create_installation(line.location, line.name));
  print(fmt::format("Initialised {} ({}).\n", line.location.folder, installation.database->describe()));
  // Its own settings, such as the site's name, stand in the file only now.
  return open_installation(line.location);
}

}  // namespace

int run_serve(const CommandLine& line) {
  Signals signals;
  auto installation = open_for_serving(line);
  if (!installation) return fail(installation.error());
  const auto& settings = installation->settings;
  log::set_level(level_of(settings.text("log_level")));
  load_known_good(line.location.folder);
  const auto address = parse_listen_address(settings.text("listen"));
  if (!address) return fail(address.error());

  portal::AppSettings app_settings;
  app_settings.public_url = settings.text("public_url");
  while (app_settings.public_url.ends_with('/')) app_settings.public_url.pop_back();
  app_settings.version = TOCSIN_VERSION;
  app_settings.demo = line.demo;
  app_settings.site = fixed_site(settings);
  app_settings.privacy = {.access_log = settings.boolean("access_log"),
                          .session_idle_minutes = static_cast<int>(settings.integer("sessions.idle")),
                          .session_absolute_hours = static_cast<int>(settings.integer("sessions.absolute")),
                          .mail = false};
  auto post = open_post(line.location, settings, line.demo);
  if (!post) return fail(post.error());
  app_settings.privacy.mail = post->on();
  exchange::MailSettings mail;
  if (has_mail(settings)) {
    auto read = mail_settings(line.location, settings);
    if (!read) return fail(read.error());
    mail = std::move(read).value();
    if (!post->on()) {
      log::warn("mail.off", {{"why", line.demo ? "demonstration: its people are invented" : "public_url is not set"}});
    }
  }
  app_settings.client_certificates = !settings.text("tls_client_ca").empty();
  auto openid = open_openid(line.location, settings, system_clock());
  if (!openid) return fail(openid.error());
  app_settings.openid = std::move(openid).value();
  auto signing = SigningKey::open_or_create(std::filesystem::path{line.location.folder} / kAuditKeyFile);
  if (!signing) return fail(signing.error());
  const auto audit_key = std::make_shared<const SigningKey>(std::move(signing).value());
  app_settings.guard.glass.lasts = std::chrono::minutes{settings.integer("break_glass.minutes")};
  app_settings.guard.audit_key = audit_key.get();
  app_settings.guard.trust.public_keys = {audit_key->public_key()};
  const auto four_eyes = four_eyes_of(settings);
  if (!four_eyes) return fail(four_eyes.error());
  app_settings.four_eyes = *four_eyes;
  const auto decay = engine::threat::use_decay_rules(*installation->database, decay_rules_of(settings));
  if (!decay) return fail(decay.error());
  auto key = SealingKey::open_or_create(std::filesystem::path{line.location.folder} / kSealingKeyFile);
  if (!key) return fail(key.error());
  auto sign_in = identity_options(*installation->database, line.location, settings, app_settings.public_url);
  if (!sign_in) return fail(sign_in.error());
  sign_in->post = &*post;
  engine::identity::Identity identity{*installation->database, std::move(key).value(), std::move(sign_in).value(),
                                      system_clock()};
  if (line.demo) {
    auto people = import_demo_members(*installation->database, identity);
    if (!people) return fail(people.error());
    app_settings.demo_people = std::move(people).value();
    // After them, for they are refused where the installation is somebody's: nothing invented gets in there.
    if (const auto imported = import_demo(*installation->database); !imported) return fail(imported.error());
    if (const auto imported = import_demo_inventory(*installation->database); !imported) return fail(imported.error());
  }
  // In a demonstration anybody is administrator already.
  engine::setup::Setup setup{*installation->database, identity, system_clock(), app_settings.site};
  auto setup_state = engine::setup::State::done;
  if (!line.demo) {
    const auto state = setup.state();
    if (!state) return fail(state.error());
    setup_state = *state;
  }
  exchange::PostOffice office{*installation->database, identity, *post, std::move(mail), system_clock()};
  const auto hooks = open_hooks(line.location, settings, line.demo);
  if (!hooks) return fail(hooks.error());
  auto hook_settings = webhook_settings(line.location, settings);
  if (!hook_settings) return fail(hook_settings.error());
  exchange::HookSender hook_sender{*installation->database, *hooks, std::move(hook_settings).value(), system_clock()};
  const auto peers = open_peers(line.location, settings, line.demo);
  if (!peers) return fail(peers.error());
  auto peer_fetch = fetch_settings(line.location, settings, "peers");
  if (!peer_fetch) return fail(peer_fetch.error());
  exchange::PeerPoller peer_poller{*installation->database, *peers, std::move(peer_fetch).value(), system_clock()};
  const bool sets_up = setup_state == engine::setup::State::open;
  portal::App app{*installation->database, app_settings, system_clock(), &identity, sets_up ? &setup : nullptr};
  app.set_mail(&*post, post->on() ? &office : nullptr);
  app.set_webhooks(&*hooks, hooks->options().on ? &hook_sender : nullptr);
  app.set_peers(&*peers, &peer_poller);
  auto options = server_options(line.location, settings, *address);
  auto proxies = portal::http::TrustedProxies::parse(settings.text("trusted_proxies"));
  if (!proxies) return fail(proxies.error());
  options.trusted_proxies = std::move(proxies).value();
  auto server = portal::http::Server::open(options, app.routes(), app.hooks(), system_clock());
  if (!server) return fail(server.error());
  if (const auto caught_up = app.catch_up(); !caught_up) return fail(caught_up.error());
  if (auto upkeep = add_upkeep(app, audit_key, settings); !upkeep) return fail(upkeep.error());
  add_status_upkeep(app);
  const auto decided = std::make_shared<std::atomic<bool>>(false);
  add_asset_index(app);
  add_exposure_runs(app, decided);
  add_herald(app, *post, settings.text("second_factor") == "by-role", decided);
  add_exposure_upkeep(app, settings);
  add_exposure_sums(app, settings);
  app.start_duty();
  if (post->on()) office.start();
  if (hooks->options().on) hook_sender.start();
  if (peers->options().on) peer_poller.start();
  signals.watch(**server);

  auto bound = *address;
  bound.port = (*server)->port();
  const bool tls = !options.tls_certificate.empty();
  if (!bound.loopback() && !tls) {
    log::warn("server.unencrypted", {{"listen", bound.text()}});
  }
  print(fmt::format("Tocsin {} serves {}://{} from {}\n", TOCSIN_VERSION, tls ? "https" : "http", bound.text(),
                    installation->database->describe()));
  if (sets_up) {
    // On the terminal only, never in the log: whoever reads it becomes administrator.
    print(fmt::format("There is no administrator yet. Open /setup there and enter this code: {}\n", setup.code_text()));
  }
  std::fflush(stdout);
  // So that the first page with its button names where that leads; nothing waits for it.
  std::thread ask_provider{[openid = app_settings.openid] {
    if (openid != nullptr && openid->look()) log::info("oidc.provider_known", {{"issuer", openid->settings().issuer}});
  }};
  (*server)->run();
  ask_provider.join();
  signals.end();
  log::info("server.stopped");
  log::flush();
  return kGood;
}

}  // namespace tocsin::cli
