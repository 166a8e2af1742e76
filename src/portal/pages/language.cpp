#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/http/cookie.hpp"

/// Which language this browser reads the portal in.
namespace tocsin::portal {
namespace {

constexpr int kYearSeconds = 365 * 24 * 3600;

Result<http::Response> choose(const http::Request& request) {
  TRY_VOID(request.only_known({"next"}));
  auto language = Language::en;
  const auto tag = request.parameter("tag");
  if (!parse_language(tag, language) || tag != tag_of(language)) return Error::not_found("language");
  auto response = http::Response::redirect(access::safe_next(request.query.get("next")));
  response.with("Set-Cookie",
                http::set_cookie(
                    {.name = access::kLanguageCookie, .value = tag, .secure = request.tls, .max_age_s = kYearSeconds}));
  response.cache_control = "no-store";
  return response;
}

}  // namespace

void add_language_routes(App&, http::Router& router) {
  http::Route route;
  // A link, so that it works without script and without a form's cookie: what it changes is this browser's view only.
  route.pattern = "/language/{tag}";
  route.name = "language";
  route.inline_ = true;
  route.before_second_factor = true;
  route.handler = choose;
  router.add(std::move(route));
}

}  // namespace tocsin::portal
