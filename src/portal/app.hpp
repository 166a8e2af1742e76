#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/guard/approvals.hpp"
#include "engine/search/catalogue.hpp"
#include "engine/search/search.hpp"
#include "engine/site/site.hpp"
#include "exchange/demo.hpp"
#include "portal/http/router.hpp"
#include "portal/http/server.hpp"
#include "portal/metrics.hpp"
#include "store/database.hpp"

namespace tocsin::engine::identity {
class Identity;  // engine/identity/identity.hpp
}
namespace tocsin::engine::exposure {
class StatusDesk;  // engine/exposure/status.hpp
}
namespace tocsin::engine::hooks {
class Hooks;  // engine/hooks/hooks.hpp
}
namespace tocsin::engine::taxii {
class Peers;  // engine/taxii/peers.hpp
}
namespace tocsin::engine::post {
class Post;  // engine/post/post.hpp
}
namespace tocsin::exchange {
class HookSender;  // exchange/hook_sender.hpp
class OpenId;      // exchange/openid.hpp
class PeerPoller;  // exchange/peer_poller.hpp
class PostOffice;  // exchange/post_office.hpp
}  // namespace tocsin::exchange
namespace tocsin::engine::setup {
class Setup;  // engine/setup/setup.hpp
}

/// The portal: everything handlers stand on, the table of routes, and the duties that run beside them.
namespace tocsin::portal {

/// What decides what is stored about people, for the page on privacy.
struct PrivacyFacts {
  bool access_log = true;
  int session_idle_minutes = 480, session_absolute_hours = 168;
  bool mail = false;  ///< Links go out by mail.
};

struct AppSettings {
  std::string public_url;         ///< "https://cert.example" without slash; empty: from the Host header for feeds.
  std::string version;            ///< Of the binary.
  bool demo = false;              ///< Shows a banner: invented content.
  engine::site::Fixed site = {};  ///< What tocsin.toml sets of engine/site.
  PrivacyFacts privacy = {};
  /// What breaking the glass and approving do; what it points to outlives the app.
  engine::guard::ApprovalTools guard = {};
  /// As the identity has it, for pages that tell of it.
  domain::FourEyes four_eyes = {};
  /// Whom anybody may sign in as, in demo mode only.
  std::vector<exchange::DemoPerson> demo_people = {};
  /// By whom people may sign in beside passwords and passkeys; needs public_url. nullptr: by nobody.
  std::shared_ptr<exchange::OpenId> openid = {};
  bool client_certificates = false;  ///< The listener asks for them: pages offer to register some.
};

class ApplicationLimit;  // pages/applications.cpp

/// Shared by all handlers; outlives the server.
class App {
 public:
  /// `identity`: nullptr where nobody can sign in (a read-only mirror, most tests); else outlives the app. `setup`:
  /// where there is no administrator yet; likewise.
  App(store::Database& database, AppSettings settings, const Clock& clock,
      engine::identity::Identity* identity = nullptr, engine::setup::Setup* setup = nullptr);
  ~App();

  store::Database& database() noexcept { return database_; }
  engine::identity::Identity* identity() noexcept { return identity_; }
  const engine::identity::Identity* identity() const noexcept { return identity_; }
  engine::setup::Setup* setup() noexcept { return setup_; }
  /// Before routes(): who writes letters and who sends them; both outlive the app. The office may be another process.
  void set_mail(const engine::post::Post* post, exchange::PostOffice* office = nullptr);
  const engine::post::Post* post() const noexcept { return post_; }
  exchange::PostOffice* office() const noexcept { return office_; }
  /// Before routes(): by what webhooks are made and sent to; both outlive the app.
  void set_webhooks(const engine::hooks::Hooks* desk, exchange::HookSender* sender = nullptr) {
    hooks_desk_ = desk;
    hook_sender_ = sender;
  }
  const engine::hooks::Hooks* hooks_desk() const noexcept { return hooks_desk_; }
  exchange::HookSender* hook_sender() const noexcept { return hook_sender_; }
  /// Before routes(): by what peers are kept and read; both outlive the app.
  void set_peers(const engine::taxii::Peers* peers, exchange::PeerPoller* poller) {
    peers_ = peers;
    peer_poller_ = poller;
  }
  const engine::taxii::Peers* peers() const noexcept { return peers_; }
  exchange::PeerPoller* peer_poller() const noexcept { return peer_poller_; }
  /// Do links go out by mail? Else they are shown, to be handed on.
  bool mails() const noexcept;
  engine::search::SearchEngine& search() noexcept { return search_; }
  engine::search::Catalogue& catalogue() noexcept { return catalogue_; }
  /// Answers what was known of a product. Keeps up with what changes little; a chore brings it up to the rest.
  engine::exposure::StatusDesk& status_desk() noexcept { return *status_desk_; }
  const AppSettings& settings() const noexcept { return settings_; }
  /// How the portal presents itself now. An answer keeps what it began with.
  std::shared_ptr<const engine::site::Site> site() const;
  /// One field of it, such as "site_name".
  std::string site_text(std::string_view field) const { return site()->text(field); }
  const Clock& clock() const noexcept { return clock_; }
  Metrics& metrics() noexcept { return metrics_; }
  /// Applications for membership by address (pages/applications.hpp).
  ApplicationLimit& application_limit() noexcept { return *application_limit_; }

  /// Generation of what answers are made from: grows when the catalogue has changed or an embargo has ended; 0 before
  /// the first catch_up. Of this process only.
  std::int64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }
  /// One look at the database: derives what is new (index_all), refreshes the catalogue, moves the generation on.
  Status catch_up();
  /// One look at the database's heartbeat and at the clock: catches up where the first moved, and moves the generation
  /// on where an embargo has ended. Cheap where neither did. The duty thread calls it; tests call it by hand.
  Status watch();
  /// Work to be done now and then beside answering, on a thread of its own: it may take its time. Before start_duty().
  /// What it returns is logged where it failed, once until it succeeds again.
  void add_chore(std::string name, std::chrono::seconds every, std::function<Status()> work);
  /// Starts the thread that watches, every 200 ms, and that of the chores. Stopped by the destructor.
  void start_duty();

  /// Every route, pages and API.
  http::Router routes();
  /// viewer, generation, error pages, security headers, metrics.
  http::ServerHooks hooks();
  /// The server that these hooks were given to, or nullptr: /metrics tells its connections, queue and cache.
  const http::Server* server() const noexcept { return server_.load(std::memory_order_acquire); }
  /// "https://cert.example": settings().public_url, or what the request says.
  std::string base_url(const http::Request& request) const;

 private:
  store::Database& database_;
  AppSettings settings_;
  const Clock& clock_;
  engine::identity::Identity* identity_;
  engine::setup::Setup* setup_;
  const engine::post::Post* post_ = nullptr;
  exchange::PostOffice* office_ = nullptr;
  const engine::hooks::Hooks* hooks_desk_ = nullptr;
  exchange::HookSender* hook_sender_ = nullptr;
  const engine::taxii::Peers* peers_ = nullptr;
  exchange::PeerPoller* peer_poller_ = nullptr;
  engine::search::Catalogue catalogue_;
  engine::search::SearchEngine search_;
  std::unique_ptr<engine::exposure::StatusDesk> status_desk_;
  Metrics metrics_;
  static std::shared_ptr<ApplicationLimit> new_application_limit();
  std::shared_ptr<ApplicationLimit> application_limit_ = new_application_limit();
  std::atomic<std::int64_t> generation_{0};
  std::atomic<const http::Server*> server_{nullptr};
  /// What decides what answers say.
  struct Basis {
    std::int64_t catalogue_generation = -1;
    std::optional<Timestamp> embargo_ended;
    std::string site_version;
    std::string evidence_version;
    friend bool operator==(const Basis&, const Basis&) = default;
  };
  Status load_site();
  Status note_generation();  ///< Under catch_up_mutex_.
  mutable std::mutex site_mutex_;
  std::shared_ptr<const engine::site::Site> site_;  ///< Under site_mutex_; never null.
  std::string evidence_version_;                    ///< Under site_mutex_.
  std::mutex catch_up_mutex_;
  Basis basis_;                       ///< Of the present generation. Under catch_up_mutex_.
  std::mutex watch_mutex_;            ///< Taken before catch_up_mutex_.
  std::optional<std::int64_t> beat_;  ///< Heartbeat of the last success. Under watch_mutex_.
  struct Chore {
    std::string name;
    std::chrono::seconds every;
    std::function<Status()> work;
    std::optional<Timestamp> done_at = {};
    bool failing = false;
  };
  void do_chores();
  std::vector<Chore> chores_;
  struct Duty;
  std::unique_ptr<Duty> duty_;
};

// Each file of pages/ adds its routes.
void add_home_routes(App& app, http::Router& router);
void add_advisory_list_routes(App& app, http::Router& router);  ///< /advisories, /api/v1/advisories, suggestions
void add_advisory_routes(App& app, http::Router& router);       ///< /advisories/{id}, raw, downloads
void add_revision_routes(App& app, http::Router& router);       ///< /advisories/{id}/revisions, diff
void add_vulnerability_routes(App& app, http::Router& router);  ///< /vulnerabilities, /vulnerabilities/{id}
void add_status_routes(App& app, http::Router& router);         ///< /status, /api/v1/status
void add_threat_routes(App& app, http::Router& router);         ///< /threats, /api/v1/threats
void add_vendor_routes(App& app, http::Router& router);    ///< /vendors, /vendors/{vendor}, /vendors/{vendor}/{product}
void add_about_routes(App& app, http::Router& router);     ///< /about, /api (documentation), /help/search
void add_cert_routes(App& app, http::Router& router);      ///< /rfc2350, /.well-known/security.txt, /keys
void add_privacy_routes(App& app, http::Router& router);   ///< /privacy
void add_language_routes(App& app, http::Router& router);  ///< /language/{tag}
void add_feed_routes(App& app, http::Router& router);      ///< /feeds/advisories.atom
void add_misp_feed_routes(App& app, http::Router& router);   ///< /feeds/misp/manifest.json
void add_validation_routes(App& app, http::Router& router);  ///< /api/v1/csaf/validate, /api/v1/csaf/tests
void add_tool_routes(App& app, http::Router& router);  ///< /tools/csaf, /api/v1/csaf/convert, /api/v1/csaf/compare
void add_sign_in_routes(App& app,
                        http::Router& router);             ///< /sign-in, second factor, /sign-out, /confirm, /act-for
void add_setup_routes(App& app, http::Router& router);     ///< /setup
void add_link_routes(App& app, http::Router& router);      ///< /link/{secret}
void add_forgot_routes(App& app, http::Router& router);    ///< /forgot
void add_address_routes(App& app, http::Router& router);   ///< /account/address
void add_account_routes(App& app, http::Router& router);   ///< /account
void add_security_routes(App& app, http::Router& router);  ///< /account/security
void add_passkey_routes(App& app, http::Router& router);   ///< Passkeys, where public_url is set.
void add_outside_routes(App& app, http::Router& router);   ///< /sign-in/oidc and its like.
void add_token_routes(App& app, http::Router& router);     ///< /account/tokens, /api/v1/me, /api/v1/tokens
void add_notification_routes(App& app, http::Router& router);  ///< /notifications, /unsubscribe/{token}, one's own feed
void add_member_routes(App& app, http::Router& router);        ///< Organisations, people, communities, audit log.
void add_site_routes(App& app, http::Router& router);          ///< Style sheet and logo of this site, /admin/site
void add_operation_routes(App& app, http::Router& router);  ///< /healthz, /readyz, /metrics, /api/openapi.json, assets

/// pages/errors.cpp: the error as a page that helps. No database: it may run on a network thread, and when the database
/// is what failed.
http::Response error_page(App& app, const http::Request& request, const Error& error, int status);

}  // namespace tocsin::portal
