#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "engine/identity/identity.hpp"
#include "engine/members/actor.hpp"
#include "portal/app.hpp"

/// Who may pass: every request is identified, checked against its route's permission and, where it changes something,
/// against forgery, here and nowhere else.
namespace tocsin::portal::access {

/// Names of our cookies: with the prefix __Host- wherever the browser speaks HTTPS to us, so that no neighbouring host
/// can set them (draft-ietf-httpbis-rfc6265bis section 4.1.3.2).
struct CookieNames {
  std::string_view session;
  std::string_view half;     ///< Between password and second factor.
  std::string_view form;     ///< Before sign-in: what forms must send back.
  std::string_view outside;  ///< A sign-in on its way through a provider.
  bool secure = false;
};
CookieNames cookie_names(const App& app, const http::Request& request);

/// The cookie that keeps the language of readers who have not signed in, or who chose another than their profile's.
inline constexpr std::string_view kLanguageCookie = "tocsin-language";
/// What a page speaks: as chosen in this browser, else as the person's profile says, else the browser's preference,
/// else the site's. Programs are answered in English.
Language language_of(const App& app, const http::Request& request);

/// The hooks of the server (http/server.hpp).
bool identify_from_memory(App& app, http::Request& request);
Status identify(App& app, http::Request& request);
bool open_to(const http::Route& route, const http::Request& request);
http::ServerHooks::Admission admit(App& app, const http::Route& route, http::Request& request);
/// Cache-Control, Vary and cookies of answers that depend on who asks.
void mark_private(const App& app, const http::Request& request, http::Response& response);

/// Writes down that somebody who has signed in was refused something: by the route, or by the use case behind it.
void note_refusal(App& app, const http::Route& route, const http::Request& request, const Error& error);

engine::identity::Where where(const http::Request& request);
/// For use cases: who asks, from where.
engine::Actor actor(const http::Request& request);
/// What a form of this request must send back as `csrf`: the session's, or before sign-in that of the cookie.
std::string csrf(const http::Request& request);

/// Where to go after signing in: the path (with query) where it is one of this portal's beyond doubt, else "/".
std::string safe_next(std::string_view next);

/// Whom the sentence of a refusal means: "coordinator or administrator".
std::string roles_that_may(domain::Permission permission);

}  // namespace tocsin::portal::access
