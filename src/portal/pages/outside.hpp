#pragma once
#include <string_view>

#include "engine/identity/identity.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"

/// What other pages show of the sign-in by a provider outside. Each is empty where none is set.
namespace tocsin::portal::pages {

/// "Sign in with NAME", above the form for passwords.
html::Html outside_sign_in(const App& app, const http::Request& request, std::string_view next);
/// After signing out here: where to sign out there.
html::Html outside_sign_out(const App& app, const http::Request& request);
/// On "Is it still you?", for whose account is connected.
html::Html outside_confirm(const App& app, const http::Request& request, const engine::identity::Factors& factors,
                           std::string_view next);
/// On the security page: connect, disconnect.
html::Html outside_panel(const App& app, const http::Request& request, const engine::identity::Factors& factors);
/// Sources that Content-Security-Policy's form-action needs beside 'self' on this page, each after a blank: browsers
/// hold it against the redirect to the provider, too.
std::string outside_form_action(const App& app, std::string_view path);

}  // namespace tocsin::portal::pages
