#include "portal/access.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/messages.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/identity/identity.hpp"
#include "portal/http/cookie.hpp"
#include "portal/http/multipart.hpp"
#include "portal/http/target.hpp"
#include "portal/misp/misp.hpp"
#include "portal/taxii/taxii.hpp"

namespace tocsin::portal::access {
namespace {

using domain::Permission;
using engine::identity::Principal;
using engine::identity::PrincipalPtr;
using Admission = http::ServerHooks::Admission;

constexpr std::size_t kFormFieldsMax = 200;
constexpr std::size_t kFormBytesMax = 256 << 10;
constexpr std::size_t kNextBytesMax = 2'000;
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
constexpr std::string_view kFilesType = "multipart/form-data";
constexpr const char* kSignIn = "/sign-in";
constexpr std::string_view kBadCertificate = "certificate";
constexpr const char* kSecurity = "/account/security";

bool for_programs(const http::Route& route) {
  return route.pattern.starts_with("/api/") || taxii::is_taxii(route.pattern) || misp::is_misp(route.pattern);
}

bool changes_something(http::Method method) noexcept {
  return method != http::Method::get && method != http::Method::head && method != http::Method::options;
}

/// The token of "Authorization: Bearer TOKEN", and for TAXII's clients, many of which know no other scheme, also that
/// of "Basic" where the token is given as the password, under whatever name. MISP's clients send it without a scheme.
/// Other schemes are a proxy's business.
std::string bearer(const http::Request& request) {
  if (auto key = misp::key_of(request); !key.empty()) return key;
  const auto value = request.header("authorization");
  if (constexpr std::string_view kBasic = "basic ";
      taxii::is_taxii(request.path) && value.size() > kBasic.size() &&
      text::equals_ignore_case_ascii(value.substr(0, kBasic.size()), kBasic)) {
    const auto decoded = base64_decode(text::trim(value.substr(kBasic.size())));
    const auto colon = decoded ? decoded->find(':') : std::string::npos;
    // What cannot be read is a wrong password, not none: nobody shall think that they have signed in.
    return colon == std::string::npos || colon + 1 == decoded->size() ? "-" : decoded->substr(colon + 1);
  }
  constexpr std::string_view kScheme = "bearer ";
  if (value.size() <= kScheme.size() || !text::equals_ignore_case_ascii(value.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  return std::string{text::trim(value.substr(kScheme.size()))};
}

/// Everything of the principal that pages show: where it changes, pages kept for them are no longer theirs.
std::string asker_of(const Principal& principal) {
  auto shown = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", principal.approvals, principal.csrf,
                           principal.person.value, principal.person_name, principal.email, principal.language,
                           principal.time_zone, principal.must_add_factor, principal.viewer.roles.bits(),
                           principal.viewer.organisation ? principal.viewer.organisation->value : 0);
  for (const auto& seat : principal.seats) {
    shown += fmt::format("\n{}:{}:{}", seat.organisation.value, seat.active, seat.name);
  }
  return fmt::format("{}{}-{:016x}", principal.by == Principal::By::session ? 's' : 't', principal.id,
                     fast_hash(shown));
}

void take(http::Request& request, PrincipalPtr principal) {
  request.principal = std::move(principal);
  request.asker = asker_of(*request.principal);
  // Who has not given the second factor that the role demands reads what everybody reads.
  request.viewer = request.principal->must_add_factor ? domain::policy::Viewer::anonymous() : request.principal->viewer;
}

/// Why a request does not pass; where `location` is set, it is sent there instead of being refused.
struct Verdict {
  int status = 403;
  Error error;
  std::string location;
  std::string authenticate;  ///< WWW-Authenticate
  bool audited = false;
};

/// Only programs' addresses: a certificate signs nobody in to pages.
bool by_certificate(const http::Request& request) {
  return !request.client_certificate.empty() &&
         (request.path.starts_with("/api/") || request.path.starts_with("/feeds/") || taxii::is_taxii(request.path) ||
          misp::is_misp(request.path));
}

Verdict ask_to_sign_in(const http::Route& route, const http::Request& request) {
  Verdict verdict;
  if (for_programs(route) || !request.bad_token.empty()) {
    verdict.status = 401;
    verdict.error = Error::forbidden(
        std::string{request.bad_token.empty()
                        ? tr<"This needs an account: sign in, or send a token as \"Authorization: Bearer ...\".">()
                    : request.bad_token == kBadCertificate
                        ? tr<"The client certificate of this connection is not registered here, has expired or was "
                             "revoked, or may not be used from this address.">()
                        : tr<"The token is not valid: it is unknown, has expired, was revoked, or may not be used from "
                             "this address.">()});
    verdict.authenticate =
        request.bad_token.empty() ? R"(Bearer realm="tocsin")" : R"(Bearer realm="tocsin", error="invalid_token")";
    return verdict;
  }
  const bool page = !changes_something(request.method) && !request.secret_path;
  const auto next = page ? safe_next(request.target) : std::string{"/"};
  verdict.location = http::with_query(kSignIn, {{"next", next == "/" ? "" : next}});
  return verdict;
}

/// Only what the route, the method and the principal say: no body, no database.
std::optional<Verdict> judge(const http::Route& route, const http::Request& request) {
  if (route.permission == Permission::anyone && request.principal == nullptr && request.bad_token.empty()) {
    return std::nullopt;
  }
  if (request.principal == nullptr) return ask_to_sign_in(route, request);
  const auto& principal = *request.principal;
  const bool program = principal.by != Principal::By::session;
  if (principal.must_add_factor && !route.before_second_factor) {
    // What everybody may call does not become forbidden by signing in; people are led to what they have to do.
    if (route.inline_ || (route.permission == Permission::anyone && for_programs(route))) return std::nullopt;
    Verdict verdict;
    verdict.error = Error::forbidden(tr<"Your role needs a second factor: add one first, at {}.">(kSecurity));
    if (!for_programs(route)) verdict.location = kSecurity;
    return verdict;
  }
  if (program && route.session_only) {
    Verdict verdict;
    verdict.error =
        Error::forbidden(std::string{tr<"This is for people who have signed in; a token does not open it.">()});
    return verdict;
  }
  if (route.permission == Permission::anyone || principal.may(route.permission)) return std::nullopt;
  Verdict verdict;
  verdict.audited = true;
  if (route.permission == Permission::signed_in || domain::allows(principal.viewer.roles, route.permission)) {
    verdict.error = Error::forbidden(
        tr<"This token's scopes do not include what is asked for ({}).">(domain::slug(route.permission)));
    verdict.authenticate = R"(Bearer realm="tocsin", error="insufficient_scope")";
  } else {
    verdict.error = Error::forbidden(
        tr<"This needs the role {}, held in the organisation you act for.">(roles_that_may(route.permission)));
  }
  return verdict;
}

/// "https://cert.example" of "https://cert.example/path".
std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, std::min(url.find('/', scheme + 3), url.size()));
}

/// What browsers say about where a request comes from (Fetch Metadata, RFC 6454): refused where it is elsewhere.
bool from_elsewhere(const App& app, const http::Request& request) {
  const auto site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return true;
  const auto origin = request.header("origin");
  if (origin.empty()) return false;
  const auto host = request.header("host");
  // Behind a proxy the scheme that we see is not the reader's.
  return origin != origin_of(app.settings().public_url) && origin != fmt::format("http://{}", host) &&
         origin != fmt::format("https://{}", host);
}

Status read_form(const http::Route& route, http::Request& request) {
  if (request.body.empty()) return ok();
  const auto type = request.header("content-type");
  const auto bare = text::trim(type.substr(0, type.find(';')));
  if (route.takes_files && text::equals_ignore_case_ascii(bare, kFilesType)) {
    // Its route says how large it may be.
    TRY(auto read, http::parse_multipart(type, request.body));
    request.form = std::move(read.fields);
    request.uploads = std::move(read.uploads);
  } else if (text::equals_ignore_case_ascii(bare, kFormType)) {
    if (request.body.size() > kFormBytesMax) return Error::too_large("form", kFormBytesMax);
    TRY(request.form, http::parse_form(request.body));
  }
  if (request.form.list().size() > kFormFieldsMax) {
    return Error::invalid(tr<"a form has at most {} fields">(kFormFieldsMax));
  }
  return ok();
}

std::optional<Verdict> judge_forgery(const App& app, const http::Route& route, const http::Request& request) {
  if (!changes_something(request.method) || route.secret_is_enough) return std::nullopt;
  const bool session = request.principal != nullptr && request.principal->by == Principal::By::session;
  const auto refused = [](std::string_view message) {
    Verdict verdict;
    verdict.error = Error::forbidden(std::string{message});
    return verdict;
  };
  const auto elsewhere = tr<"This came from another site, which may not act in your name. Nothing was done.">();
  // But a certificate, if it has one.
  if (request.principal != nullptr && request.principal->by == Principal::By::certificate &&
      from_elsewhere(app, request)) {
    return refused(elsewhere);
  }
  // A browser adds cookies by itself, but no Authorization: without a session there is nothing to borrow from a
  // program's request.
  if (!session && (for_programs(route) || request.principal != nullptr)) return std::nullopt;
  if (from_elsewhere(app, request)) return refused(elsewhere);
  const auto wanted = csrf(request);
  const auto header = request.header("x-csrf-token");
  const auto given = header.empty() ? request.form.get("csrf") : header;
  if (wanted.empty() || request.form.all("csrf").size() > 1 || !equal_secret(wanted, given)) {
    return refused(tr<"The form is no longer valid: it was open for too long, somebody signed in or out meanwhile, or "
                      "cookies are refused. Nothing was done. Load the page again and send it once more.">());
  }
  return std::nullopt;
}

Admission answer_of(Verdict verdict) {
  Admission admission;
  if (!verdict.location.empty()) {
    admission.instead = http::Response::redirect(std::move(verdict.location));
    admission.instead->cache_control = "no-store";
    return admission;
  }
  admission.status = verdict.status;
  admission.refused = std::move(verdict.error);
  if (!verdict.authenticate.empty())
    admission.headers.emplace_back("WWW-Authenticate", std::move(verdict.authenticate));
  return admission;
}

}  // namespace

CookieNames cookie_names(const App& app, const http::Request& request) {
  if (request.tls || app.settings().public_url.starts_with("https://")) {
    return {"__Host-tocsin", "__Host-tocsin-half", "__Host-tocsin-form", "__Host-tocsin-outside", true};
  }
  return {"tocsin", "tocsin-half", "tocsin-form", "tocsin-outside", false};
}

Language language_of(const App& app, const http::Request& request) {
  if (request.representation == http::Representation::json) return Language::en;
  auto language = Language::en;
  if (const auto chosen = http::cookie(request, kLanguageCookie); chosen && parse_language(*chosen, language)) {
    return language;
  }
  if (request.principal != nullptr && parse_language(request.principal->language, language)) return language;
  if (!parse_language(app.site_text("language"), language)) language = Language::en;
  return choose_language(request.header("accept-language"), language);
}

namespace {
bool find_in_memory(App& app, http::Request& request) {
  auto* identity = app.identity();
  if (identity == nullptr) return true;
  if (const auto token = bearer(request); !token.empty()) {
    auto principal = identity->cached_token(token, request.remote_address);
    if (principal == nullptr || principal->expires_at <= request.now) return false;
    take(request, std::move(principal));
    return true;
  }
  const auto token = http::cookie(request, cookie_names(app, request).session);
  if (!token) {
    if (!by_certificate(request)) return true;
    auto principal = identity->cached_certificate(request.client_certificate, request.remote_address);
    if (principal == nullptr || principal->expires_at <= request.now) return false;
    take(request, std::move(principal));
    return true;
  }
  auto principal = identity->cached_session(*token);
  if (principal == nullptr || principal->expires_at <= request.now) return false;
  request.session_token = *token;
  take(request, std::move(principal));
  return true;
}

Status find_in_database(App& app, http::Request& request) {
  auto* identity = app.identity();
  if (identity == nullptr) return ok();
  // Said explicitly, so it counts, and the cookie does not.
  if (const auto token = bearer(request); !token.empty()) {
    TRY(auto principal, identity->load_token(token, where(request)));
    if (principal == nullptr) {
      request.bad_token = "invalid";
    } else {
      take(request, std::move(principal));
    }
    return ok();
  }
  const auto token = http::cookie(request, cookie_names(app, request).session);
  if (!token) {
    if (!by_certificate(request)) return ok();
    TRY(auto principal, identity->load_certificate(request.client_certificate, where(request)));
    if (principal == nullptr) {
      request.bad_token = kBadCertificate;
    } else {
      take(request, std::move(principal));
    }
    return ok();
  }
  TRY(auto principal, identity->load_session(*token, where(request)));
  if (principal == nullptr) return ok();
  request.session_token = *token;
  take(request, std::move(principal));
  return ok();
}

}  // namespace

bool identify_from_memory(App& app, http::Request& request) {
  const bool known = find_in_memory(app, request);
  request.language = language_of(app, request);
  return known;
}

Status identify(App& app, http::Request& request) {
  auto status = find_in_database(app, request);
  request.language = language_of(app, request);
  return status;
}

bool open_to(const http::Route& route, const http::Request& request) { return !judge(route, request); }

http::ServerHooks::Admission admit(App& app, const http::Route& route, http::Request& request) {
  if (request.principal == nullptr) {
    request.form_token = http::cookie(request, cookie_names(app, request).form).value_or("");
    if (request.form_token.empty() && route.form_before_sign_in) {
      request.form_token = random_token();
      request.new_form_token = true;
    }
  }
  if (changes_something(request.method)) {
    if (auto read = read_form(route, request); !read) {
      Admission admission;
      admission.status = http::status_of(read.error().code);
      admission.refused = std::move(read).error();
      return admission;
    }
  }
  // Whoever has signed in is asked first whether it was them: another site must not write refusals into the audit log.
  if (request.principal != nullptr) {
    if (auto verdict = judge_forgery(app, route, request)) return answer_of(std::move(*verdict));
  }
  if (auto verdict = judge(route, request)) {
    // What the route asks for, its name says.
    if (verdict->audited) note_refusal(app, route, request, Error::forbidden({}));
    return answer_of(std::move(*verdict));
  }
  if (request.principal == nullptr) {
    if (auto verdict = judge_forgery(app, route, request)) return answer_of(std::move(*verdict));
  }
  return {};
}

void mark_private(const App& app, const http::Request& request, http::Response& response) {
  if (request.new_form_token) {
    const auto names = cookie_names(app, request);
    response.with("Set-Cookie",
                  http::set_cookie({.name = names.form, .value = request.form_token, .secure = names.secure}));
  }
  // Assets and the like are the same for everybody.
  if (response.cache_control.starts_with("public")) return;
  response.with("Vary", "Cookie, Authorization");
  if (request.principal != nullptr && response.cache_control != "no-store") {
    response.cache_control = "private, no-cache";
  }
}

engine::identity::Where where(const http::Request& request) {
  return {request.remote_address, text::shorten(request.header("user-agent"), 200), request.request_id};
}

engine::Actor actor(const http::Request& request) {
  const auto from = where(request);
  if (request.principal != nullptr) return request.principal->actor(from.address, from.agent, from.request_id);
  auto anonymous = engine::Actor::anonymous();
  anonymous.address = from.address;
  anonymous.agent = from.agent;
  anonymous.request_id = from.request_id;
  return anonymous;
}

void note_refusal(App& app, const http::Route& route, const http::Request& request, const Error& error) {
  if (request.principal == nullptr) return;
  engine::audit::note_refusal(app.database(), actor(request), fmt::format("route:{}", route.name), error.message,
                              request.now);
}

std::string csrf(const http::Request& request) {
  return request.principal != nullptr ? request.principal->csrf : request.form_token;
}

std::string safe_next(std::string_view next) {
  const bool plain = next.size() <= kNextBytesMax && next.starts_with('/') && !next.starts_with("//") &&
                     std::all_of(next.begin(), next.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; });
  if (!plain) return "/";
  const auto parsed = http::parse_target(next);
  if (!parsed || next.find('#') != std::string_view::npos) return "/";
  // Programs' addresses are no place for people, and signing in twice leads nowhere.
  for (const std::string_view elsewhere : {"/api/", "/sign-in", "/sign-out", "/link/", "/assets/"}) {
    if (parsed->path.starts_with(elsewhere)) return "/";
  }
  return std::string{next};
}

std::string roles_that_may(domain::Permission permission) {
  std::vector<std::string> names;
  for (const auto role : domain::all_roles()) {
    if (domain::allows(domain::Roles{role}, permission))
      names.emplace_back(tr_text(text::lower_ascii(domain::name(role))));
  }
  if (names.empty()) return std::string{tr<"of nobody">()};
  auto last = std::move(names.back());
  names.pop_back();
  return names.empty() ? last : tr<"{} or {}">(fmt::format("{}", fmt::join(names, ", ")), last);
}

}  // namespace tocsin::portal::access
