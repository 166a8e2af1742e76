#pragma once
#include <memory>

#include "cli/installation.hpp"
#include "engine/identity/outside.hpp"
#include "exchange/openid.hpp"

/// The settings of [oidc]: sign-in by a provider outside.
namespace tocsin::cli {

/// What is made of those whom the provider signs in. Errors: invalid_input, `where` = the setting's place.
Result<engine::identity::OutsideRules> outside_rules(const Settings& settings);
/// nullptr where no issuer is set. Errors: invalid_input; what cannot be read of the files.
Result<std::shared_ptr<exchange::OpenId>> open_openid(const Location& location, const Settings& settings,
                                                      const Clock& clock);

}  // namespace tocsin::cli
