#pragma once
#include <string>
#include <string_view>

#include "engine/identity/identity.hpp"
#include "portal/app.hpp"
#include "portal/pages/form.hpp"

/// What the pages of sign-in and account share.
namespace tocsin::portal::pages {

/// Answers a proof: signed in, the new session's cookie and on to `next`; half way, the half session's cookie and on to
/// the second factor. Not for refusals.
http::Response enter(const App& app, const http::Request& request, const engine::identity::SignIn& result,
                     std::string_view next, std::string_view notice = {});
/// Puts a refusal into the form: the sentence that identity gives, whatever was wrong.
void note_refusal(Form& form, const engine::identity::SignIn& result);
/// The form's page after a refusal: 429 with Retry-After where attempts are slowed down.
http::Response refused(http::Response page, const engine::identity::SignIn& result);
/// A form of one button that shows only with script and passkeys (web/src/passkeys.ts); empty where passkeys are off.
html::Html passkey_form(const App& app, const http::Request& request, std::string_view action, std::string_view label,
                        std::string_view next = {});

}  // namespace tocsin::portal::pages
