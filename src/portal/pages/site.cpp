#include "portal/pages/site.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/locale.hpp"
#include "base/zone.hpp"

/// Colours and logo of the site, as files.
namespace tocsin::portal {
namespace pages {
namespace {

constexpr std::size_t kNameDigits = 16;

}  // namespace

std::string site_style_url(const App& app) {
  const auto site = app.site();
  if (site->style_sheet.empty()) return {};
  return fmt::format("/site/style-{}.css", sha256_hex(site->style_sheet).substr(0, kNameDigits));
}

std::string site_logo_url(const App& app) {
  const auto site = app.site();
  if (!site->logo) return {};
  return fmt::format("/site/logo-{}.{}", site->logo->digest.substr(0, kNameDigits), site->logo->extension);
}

std::vector<Option> zone_options(std::string_view none_label, std::string_view current) {
  std::vector<Option> options{{.value = "", .label = std::string{none_label}}};
  for (const auto& name : zone_names()) options.push_back({.value = name, .label = name});
  // Other names of the same places, such as Asia/Calcutta, stay what was chosen.
  if (!current.empty() && std::ranges::find(options, current, &Option::value) == options.end()) {
    options.push_back({.value = std::string{current}, .label = std::string{current}});
  }
  return options;
}

std::vector<Option> language_options(std::string_view none_label, std::string_view current) {
  std::vector<Option> options{{.value = "", .label = std::string{none_label}}};
  for (const auto language : kLanguages) {
    options.push_back({.value = std::string{tag_of(language)}, .label = std::string{own_name(language)}});
  }
  // A finer one, such as de-AT, or one that the portal does not speak, stays what was chosen.
  if (!current.empty() && std::ranges::find(options, current, &Option::value) == options.end()) {
    options.push_back({.value = std::string{current}, .label = locale::language_name(current)});
  }
  return options;
}

}  // namespace pages

namespace {

constexpr const char* kYear = "public, max-age=31536000, immutable";
/// A drawing that somebody opens by itself runs nothing and loads nothing, whatever were in it.
constexpr const char* kLogoPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

Result<http::Response> file(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto site = app.site();
  http::Response response;
  response.cache_control = kYear;
  if (request.path == pages::site_style_url(app)) {
    response.content_type = "text/css; charset=utf-8";
    response.body = std::make_shared<const std::string>(site->style_sheet);
    return response;
  }
  if (request.path != pages::site_logo_url(app)) return Error::not_found("file");
  TRY(auto bytes, engine::site::logo_bytes(app.database()));
  if (!bytes) return Error::not_found("file");
  response.content_type = site->logo->media_type;
  response.body = std::make_shared<const std::string>(*std::move(bytes));
  return response.with("Content-Security-Policy", kLogoPolicy);
}

}  // namespace

void add_site_form_routes(App& app, http::Router& router);  // site_form.cpp

void add_site_routes(App& app, http::Router& router) {
  http::Route route;
  route.pattern = "/site/{file}";
  route.name = "site_file";
  route.before_second_factor = true;
  route.handler = [&app](const http::Request& request) { return file(app, request); };
  router.add(std::move(route));
  if (app.identity() != nullptr) add_site_form_routes(app, router);
}

}  // namespace tocsin::portal
