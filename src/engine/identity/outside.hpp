#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/group_roles.hpp"
#include "domain/person.hpp"

/// Signing in by a provider outside (OpenID Connect): what it proved, and what is made of it here. How it proved it is
/// exchange/openid.hpp's business.
namespace tocsin::engine::identity {

/// A sign-in that was begun lives so long.
inline constexpr std::chrono::minutes kOutsideAttemptLives{10};

/// Whom the provider has signed in: of a verified ID token, nothing of it unchecked.
struct OutsideProof {
  std::string issuer, subject;  ///< Together they name the person for ever.
  std::string email;            ///< Worth nothing without the next.
  bool email_verified = false;
  std::string name;
  std::vector<std::string> groups;
  bool second_factor = false;  ///< The provider asked for one, and its word counts here.
};

struct OutsideRules {
  std::string name = "the provider";  ///< On buttons and in sentences.
  bool create_unknown = false;        ///< Else only people who were invited, or have an account, sign in.
  std::string organisation;           ///< Of which unknown people become members: number, UUID or name; may be empty.
  std::vector<domain::GroupRole> groups;
  /// Roles by groups that no sign-in at the provider has confirmed for so long end.
  std::chrono::hours groups_last{std::chrono::days{30}};
};

/// A sign-in on its way through the provider. Its secrets are kept sealed, for one browser, and used once.
struct OutsideAttempt {
  enum class For { sign_in, link, again } purpose = For::sign_in;
  std::int64_t session = 0;  ///< link, again: the session that asked.
  std::string state, nonce, code_verifier;
  std::string next;  ///< Where to go afterwards; not checked here.
};

}  // namespace tocsin::engine::identity
