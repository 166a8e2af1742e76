#pragma once
#include <string>

#include "portal/http/router.hpp"

/// A resource has one handler and two addresses: the page, and the same as JSON under /api/v1.
namespace tocsin::portal::pages {

/// `name` and `summary` are the API's (operationId, OpenAPI); the page's route is called NAME_page.
inline void add_resource(http::Router& router, std::string page_pattern, std::string api_pattern, std::string name,
                         std::string summary, const http::Handler& handler,
                         domain::Permission permission = domain::Permission::anyone) {
  http::Route page;
  page.pattern = std::move(page_pattern);
  page.name = name + "_page";
  page.permission = permission;
  page.handler = handler;
  router.add(std::move(page));
  http::Route api;
  api.pattern = std::move(api_pattern);
  api.name = std::move(name);
  api.summary = std::move(summary);
  api.permission = permission;
  api.handler = handler;
  router.add(std::move(api));
}

}  // namespace tocsin::portal::pages
