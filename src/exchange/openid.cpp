#include "exchange/openid.hpp"

#include <algorithm>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "exchange/fetch.hpp"
#include "formats/oidc/id_token.hpp"
#include "formats/oidc/provider.hpp"

namespace tocsin::exchange {
namespace {

namespace jose = formats::jose;
namespace oidc = formats::oidc;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kKnownFor = 3'600 * kSecond;
/// After a failure nothing is tried for so long: those who wait would each wait for the same.
constexpr std::int64_t kPauseAfterFailure = 10 * kSecond;
/// Tokens with made-up key names must not make us ask the provider over and over.
constexpr std::int64_t kKeysAnewEvery = 30 * kSecond;
constexpr std::chrono::milliseconds kConnectTimeout{3'000}, kTimeout{8'000};

FetchSettings fetch_settings(const OpenIdSettings& settings) {
  FetchSettings fetch;
  fetch.ca_file = settings.ca_file;
  fetch.allow_networks = settings.networks;
  if (settings.allow_loopback) {
    fetch.allow_http = true;
    for (const auto* loopback : {"127.0.0.0/8", "::1"}) {
      if (auto network = parse_network(loopback)) fetch.allow_networks.push_back(*network);
    }
  }
  return fetch;
}

FetchOptions options(std::size_t bytes_max) {
  FetchOptions options;
  options.headers = {{"Accept", "application/json"}};
  options.body_bytes_max = bytes_max;
  options.connect_timeout = kConnectTimeout;
  options.total_timeout = kTimeout;
  return options;
}

/// Empty for what no header could carry as it is: a host with ';' would begin another directive of
/// Content-Security-Policy.
std::string origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  auto origin = text::lower_ascii(url.substr(0, std::min(url.find_first_of("/?", scheme + 3), url.size())));
  const bool plain = std::ranges::all_of(origin, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view{".-:/[]"}.find(c) != std::string_view::npos;
  });
  return plain ? origin : std::string{};
}

class Provider final : public OpenId {
 public:
  Provider(OpenIdSettings settings, std::string discovery, const Clock& clock)
      : settings_(std::move(settings)),
        discovery_(std::move(discovery)),
        clock_(clock),
        fetch_(fetch_settings(settings_)) {}

  const OpenIdSettings& settings() const noexcept override { return settings_; }

  std::vector<std::string> origins() const override {
    auto all = settings_.forwards_to;
    all.push_back(origin_of(settings_.issuer));
    const std::scoped_lock lock{known_mutex_};
    if (provider_) {
      for (const auto* url : {&provider_->authorization_endpoint, &provider_->end_session_endpoint}) {
        if (!url->empty()) all.push_back(origin_of(*url));
      }
    }
    std::erase(all, "");
    std::ranges::sort(all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    return all;
  }

  std::string sign_out_url() const override {
    const std::scoped_lock lock{known_mutex_};
    if (!provider_ || provider_->end_session_endpoint.empty()) return {};
    const auto& url = provider_->end_session_endpoint;
    const oidc::Parameters query{{"client_id", settings_.client_id}};
    return url + (url.find('?') == std::string::npos ? "?" : "&") + oidc::form_encode(query);
  }

  Status look() override {
    TRY_VOID(provider());
    return ok();
  }

  Result<Start> start(std::string_view redirect_uri, Anew anew) override {
    TRY(const auto known, provider());
    Start start{.url = {}, .attempt = oidc::new_attempt()};
    oidc::RequestOptions wanted;
    if (anew == Anew::yes) {
      wanted.max_age_seconds = 0;
      wanted.prompt = "login";
    }
    start.url = oidc::authorization_url(*known, client(redirect_uri), start.attempt, wanted);
    return start;
  }

  Result<engine::identity::OutsideProof> finish(std::span<const std::pair<std::string, std::string>> query,
                                                const oidc::Attempt& attempt, std::string_view redirect_uri,
                                                Anew anew) override {
    TRY(const auto known, provider());
    TRY(const auto code, oidc::read_callback(query, *known, attempt));
    TRY(const auto tokens, redeem(*known, attempt, redirect_uri, code));
    oidc::Expected expected{.client_id = settings_.client_id,
                            .nonce = attempt.nonce,
                            .access_token = tokens.access_token,
                            .max_age_seconds = {},
                            .trusted_audiences = {}};
    if (anew == Anew::yes) expected.max_age_seconds = 0;
    TRY(const auto claims, verified(*known, tokens.id_token, expected));
    const oidc::ClaimNames names{.groups = settings_.groups_claim};
    TRY(auto who, oidc::read_identity(claims.root(), names));
    if (!known->userinfo_endpoint.empty() && (who.email.empty() || who.name.empty() || who.groups.empty())) {
      TRY_VOID(ask_more(*known, tokens.access_token, names, who));
    }
    return engine::identity::OutsideProof{.issuer = std::move(who.issuer),
                                          .subject = std::move(who.subject),
                                          .email = std::move(who.email),
                                          .email_verified = who.email_verified,
                                          .name = std::move(who.name),
                                          .groups = std::move(who.groups),
                                          .second_factor = oidc::signed_in_by(claims.root(), settings_.second_factor)};
  }

 private:
  using Known = std::shared_ptr<const oidc::Provider>;
  using Keys = std::shared_ptr<const jose::KeySet>;

  oidc::Client client(std::string_view redirect_uri) const {
    oidc::Client client{
        .id = settings_.client_id, .secret = settings_.client_secret, .redirect_uri = std::string{redirect_uri}};
    client.scopes.insert(client.scopes.end(), settings_.scopes.begin(), settings_.scopes.end());
    return client;
  }

  /// For people it is away; the log says why.
  Error away(const Error& why) const {
    log::error("oidc.provider_failed",
               {{"issuer", settings_.issuer}, {"why", why.to_string()}, {"detail", why.detail}});
    return Error::unavailable(fmt::format("{} does not answer as it should at this moment. Try again in a minute, or "
                                          "sign in another way.",
                                          settings_.name),
                              why.to_string());
  }

  Result<std::string> get(const std::string& url, std::size_t bytes_max) const {
    TRY(auto answer, fetch_.get(url, options(bytes_max)));
    if (answer.status != 200) return Error::unavailable(fmt::format("{} answered {}", url, answer.status));
    return std::move(answer.body);
  }

  Result<Known> provider() {
    const std::scoped_lock fetching{fetch_mutex_};
    const auto now = clock_.now().micros;
    auto known = known_provider();
    if (known && now < provider_at_ + kKnownFor) return known;
    if (failed_at_ && now < *failed_at_ + kPauseAfterFailure) {
      if (known) return known;
      return away(Error::unavailable("it failed a moment ago"));
    }
    const auto read = [&]() -> Result<oidc::Provider> {
      TRY(const auto text, get(discovery_, oidc::kDiscoveryBytesMax));
      return oidc::read_discovery(text, settings_.issuer, {.allow_loopback_http = settings_.allow_loopback});
    }();
    if (!read) {
      failed_at_ = now;
      auto error = away(read.error());
      if (known) return known;
      return error;
    }
    failed_at_.reset();
    provider_at_ = now;
    known = std::make_shared<const oidc::Provider>(*read);
    const std::scoped_lock lock{known_mutex_};
    provider_ = known;
    return known;
  }
  Known known_provider() const {
    const std::scoped_lock lock{known_mutex_};
    return provider_;
  }

  /// `anew`: a token names a key that we do not have.
  Result<Keys> keys(const oidc::Provider& known, bool anew) {
    const std::scoped_lock fetching{fetch_mutex_};
    const auto now = clock_.now().micros;
    const bool fresh = keys_ && keys_of_ == known.jwks_uri && now < keys_at_ + kKnownFor;
    if (fresh && !anew) return keys_;
    if (fresh && keys_anew_at_ && now < *keys_anew_at_ + kKeysAnewEvery) return keys_;
    if (anew) keys_anew_at_ = now;
    const auto read = [&]() -> Result<jose::KeySet> {
      TRY(const auto text, get(known.jwks_uri, jose::kKeySetBytesMax));
      return jose::parse_jwks(text);
    }();
    if (!read) {
      auto error = away(read.error());
      if (fresh) return keys_;
      return error;
    }
    keys_ = std::make_shared<const jose::KeySet>(*read);
    keys_of_ = known.jwks_uri;
    keys_at_ = now;
    return keys_;
  }

  Result<oidc::TokenResponse> redeem(const oidc::Provider& known, const oidc::Attempt& attempt,
                                     std::string_view redirect_uri, std::string_view code) const {
    const auto request = oidc::token_request(known, client(redirect_uri), attempt, code);
    auto how = options(oidc::kTokenResponseBytesMax);
    if (!request.authorization.empty()) how.headers.emplace_back("Authorization", request.authorization);
    const auto answer = fetch_.post(
        known.token_endpoint,
        {.content_type = "application/x-www-form-urlencoded", .bytes = oidc::form_encode(request.form)}, how);
    if (!answer) return away(answer.error());
    return oidc::read_token_response(answer->status, answer->body);
  }

  Result<json::Parsed> verified(const oidc::Provider& known, std::string_view id_token,
                                const oidc::Expected& expected) {
    const auto now = clock_.now();
    TRY(const auto first, keys(known, false));
    auto claims = oidc::check_id_token(id_token, known, *first, expected, now);
    if (claims || claims.error().code != Error::Code::not_found) return claims;
    // The provider has changed its keys, or somebody made one up.
    TRY(const auto second, keys(known, true));
    return oidc::check_id_token(id_token, known, *second, expected, now);
  }

  Status ask_more(const oidc::Provider& known, const std::string& access_token, const oidc::ClaimNames& names,
                  oidc::Identity& who) const {
    auto how = options(oidc::kUserInfoBytesMax);
    how.headers.emplace_back("Authorization", "Bearer " + access_token);
    const auto answer = fetch_.get(known.userinfo_endpoint, how);
    if (!answer) return away(answer.error());
    if (answer->status != 200) return away(Error::unavailable(fmt::format("userinfo answered {}", answer->status)));
    return oidc::add_userinfo(who, answer->body, names);
  }

  const OpenIdSettings settings_;
  const std::string discovery_;
  const Clock& clock_;
  const Fetch fetch_;
  std::mutex fetch_mutex_;  ///< One fetches at a time. Taken before the other.
  std::optional<std::int64_t> failed_at_, keys_anew_at_;
  std::int64_t provider_at_ = 0, keys_at_ = 0;
  Keys keys_;
  std::string keys_of_;
  mutable std::mutex known_mutex_;
  Known provider_;
};

}  // namespace

Result<std::unique_ptr<OpenId>> OpenId::open(OpenIdSettings settings, const Clock& clock) {
  if (settings.client_id.empty()) return Error::invalid("a sign-in provider needs a client id", "client_id");
  TRY(auto discovery, oidc::discovery_url(settings.issuer, {.allow_loopback_http = settings.allow_loopback}));
  if (settings.name.empty()) settings.name = "your organisation's account";
  return std::unique_ptr<OpenId>{std::make_unique<Provider>(std::move(settings), std::move(discovery), clock)};
}

}  // namespace tocsin::exchange
