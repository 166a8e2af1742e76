#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "formats/jose/jose.hpp"
#include "formats/oidc/provider.hpp"

/// Who signed in, as the ID token says (OpenID Connect Core 1.0 sections 2, 3.1.3.7, 5.1).
namespace tocsin::formats::oidc {

inline constexpr std::chrono::seconds kClockSkew{60};
inline constexpr std::chrono::hours kTokenAgeMax{
    24};  ///< An ID token of the code flow is fresh; older ones are refused.
inline constexpr std::size_t kSubjectBytesMax = 255;  ///< Section 2: 255 ASCII characters.
inline constexpr std::size_t kGroupsMax = 1000;

struct Expected {
  std::string client_id;
  std::string nonce;
  std::string access_token;                    ///< From the token response, for at_hash; empty: not compared.
  std::optional<int> max_age_seconds;          ///< As asked for.
  std::vector<std::string> trusted_audiences;  ///< Others that may stand beside us in `aud`.
};

/// Signature and all claims of section 3.1.3.7; gives the claims. Errors: as verify_jwt (not_found: fetch the keys
/// anew); forbidden with the claim in `where` ("/aud") for what is wrong with them.
Result<json::Parsed> check_id_token(std::string_view id_token, const Provider& provider, const jose::KeySet& keys,
                                    const Expected& expected, Timestamp now);

struct ClaimNames {
  std::string email = "email";
  std::string name = "name";
  /// A JSON Pointer where it starts with '/' ("/realm_access/roles"), else the name of a claim.
  std::string groups = "groups";
};
struct Identity {
  std::string issuer, subject;  ///< Together they name the person for ever; the mail address does not.
  std::string email;            ///< As given, or empty. Worth nothing without email_verified.
  bool email_verified = false;
  std::string name;
  std::vector<std::string> groups;  ///< Sorted, each once.
};
/// What we keep of the claims. Errors: invalid_input for groups that are no list of texts, or too many of them.
Result<Identity> read_identity(const boost::json::value& claims, const ClaimNames& names = {});

inline constexpr std::size_t kUserInfoBytesMax = std::size_t{256} << 10;
/// Fills in what the ID token left out (address, name, groups) from the UserInfo endpoint's JSON: providers that keep
/// to the letter of section 5.4 put such claims there only. Errors: too_large; forbidden where it speaks of somebody
/// else (section 5.3.2); invalid_input as read_identity.
Status add_userinfo(Identity& identity, std::string_view json, const ClaimNames& names = {});

/// Does the token say that the person signed in in one of these ways: `acr` is one of them, or `amr` (RFC 8176) holds
/// one?
bool signed_in_by(const boost::json::value& claims, std::span<const std::string> ways) noexcept;

}  // namespace tocsin::formats::oidc
