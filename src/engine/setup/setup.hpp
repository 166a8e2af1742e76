#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "engine/identity/identity.hpp"
#include "engine/identity/throttle.hpp"
#include "engine/site/site.hpp"
#include "store/database.hpp"

/// The first minutes of an installation: whoever reads the terminal that `tocsin serve` runs in makes the first
/// administrator.
namespace tocsin::engine::setup {

struct Input {
  std::string code;
  std::string cert_name;                     ///< Of the CERT's own organisation.
  std::string contact_name, contact_email;   ///< Its contact for security.
  std::string person_name, email, password;  ///< The first administrator.
  std::string time_zone, accent;             ///< Of the site; each may be empty.
  std::string logo = {};                     ///< Bytes of a file; may be empty.
};

enum class State { open, done };

/// Open while nobody who can sign in is administrator of the CERT. Any thread.
class Setup {
 public:
  /// `fixed`: what tocsin.toml sets of the site is not asked again.
  Setup(store::Database& database, identity::Identity& identity, const Clock& clock, site::Fixed fixed = {});

  const site::Fixed& fixed() const noexcept { return fixed_; }

  /// Twenty characters in groups of four, drawn at random for this process and kept nowhere else. For the terminal.
  std::string code_text() const { return std::string{code_.reveal()}; }
  /// Done stays done.
  Result<State> state();
  /// All or, where something is wrong, as much that the same again completes it. Errors: not_found where it is done;
  /// forbidden for another code; unavailable where tried too often; invalid_input with `where` = the member's name.
  Status complete(const Input& input, const identity::Where& where);

 private:
  store::Database& database_;
  identity::Identity& identity_;
  const Clock& clock_;
  site::Fixed fixed_;
  Secret code_;
  identity::Throttle throttle_;
  std::mutex mutex_;  ///< Two at once do not make two administrators.
  std::atomic<bool> done_{false};
};

}  // namespace tocsin::engine::setup
