#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/identity/outside.hpp"
#include "exchange/address.hpp"
#include "formats/oidc/sign_in.hpp"

/// The provider that people may sign in by, over the network: its discovery document and keys, kept for a while, and
/// the exchange of a code for a proof (OpenID Connect Core 1.0 section 3.1).
namespace tocsin::exchange {

struct OpenIdSettings {
  std::string issuer, client_id;
  std::string client_secret = {};  ///< Empty for a public client.
  std::string name = {};           ///< On buttons: "Sign in with NAME".
  std::string groups_claim = "groups";
  std::vector<std::string> scopes = {};  ///< Asked for beside openid, profile and email.
  std::vector<std::string> second_factor =
      {};  ///< Values of acr or amr that count as one; none: the provider's never does.
  std::vector<std::string> forwards_to = {};  ///< Origins that it sends browsers on to.
  std::string ca_file = {};                   ///< PEM; empty: the system's.
  std::vector<Network> networks = {};         ///< Where it may be although that is not the public internet.
  bool allow_loopback = false;                ///< Over http, on this machine: to try it out.
};

/// Any thread may call; one waits for the other where something has to be fetched.
class OpenId {
 public:
  /// Errors: invalid_input for an issuer that is none.
  static Result<std::unique_ptr<OpenId>> open(OpenIdSettings settings, const Clock& clock);
  virtual ~OpenId() = default;
  virtual const OpenIdSettings& settings() const noexcept = 0;

  // Of what is known by now; nothing is fetched.
  /// Where forms with the provider's button lead: "https://id.example".
  virtual std::vector<std::string> origins() const = 0;
  /// Where people sign out there; empty where it has no such place, or is not known yet.
  virtual std::string sign_out_url() const = 0;

  /// Fetches what it says of itself where that is not known or old. Errors: unavailable, for people; `detail` says why.
  virtual Status look() = 0;
  struct Start {
    std::string url;                 ///< Where to send the browser.
    formats::oidc::Attempt attempt;  ///< What the answer must match.
  };
  enum class Anew { no, yes };  ///< Must they prove who they are there although they have signed in there before?
  virtual Result<Start> start(std::string_view redirect_uri, Anew anew) = 0;
  /// Of the callback's query. One code, one call. Errors: as read_callback, read_token_response, check_id_token;
  /// unavailable.
  virtual Result<engine::identity::OutsideProof> finish(std::span<const std::pair<std::string, std::string>> query,
                                                        const formats::oidc::Attempt& attempt,
                                                        std::string_view redirect_uri, Anew anew) = 0;
};

}  // namespace tocsin::exchange
