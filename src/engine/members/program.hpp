#pragma once
#include "base/result.hpp"
#include "domain/role.hpp"
#include "engine/members/actor.hpp"

/// What a token's scopes say of what needs no role.
namespace tocsin::engine {

/// Is it within the token's scopes, whatever the roles say? Always, where it is no token.
inline bool in_scope(const Actor& actor, domain::Permission permission) noexcept {
  return !actor.program || ((actor.withheld >> static_cast<unsigned>(permission)) & 1U) == 0;
}

/// A token that may only read writes nothing: what everybody may write needs the scope by which records are written.
/// Errors: forbidden.
inline Status require_writing(const Actor& actor) {
  if (in_scope(actor, domain::Permission::edit_record)) return ok();
  return Error::forbidden("This token's scopes do not include what is asked for (write-records)");
}

}  // namespace tocsin::engine
