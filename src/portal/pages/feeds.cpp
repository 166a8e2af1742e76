#include <fmt/format.h>

#include "base/hash.hpp"
#include "engine/advisories.hpp"
#include "engine/search/query.hpp"
#include "engine/search/search.hpp"
#include "formats/feed/atom.hpp"
#include "portal/app.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"

/// Atom feeds of advisories: all, of a search, of a vendor. The newest first, pages by cursor (RFC 5005 section 3).
namespace tocsin::portal {
namespace {

namespace search = engine::search;

constexpr int kEntriesPerPage = 50;

/// An IRI that never changes, whatever name or address the portal gets: a UUID of the name (RFC 9562, version 8).
std::string permanent_id(std::string_view name) {
  const auto hex = sha256_hex(name);
  constexpr std::string_view kVariants = "89ab";
  const auto variant = kVariants[static_cast<std::size_t>(hex[16]) % kVariants.size()];
  const std::string_view h{hex};
  return fmt::format("urn:uuid:{}-{}-8{}-{}{}-{}", h.substr(0, 8), h.substr(8, 4), h.substr(13, 3), variant,
                     h.substr(17, 3), h.substr(20, 12));
}

struct FeedOf {
  std::string path;  ///< Of the feed, with its query but without the cursor.
  std::string page;  ///< Path of the page that shows the same.
  std::string title;
  std::string query;  ///< Filter language.
  bool personal = false;
};

Result<http::Response> feed(App& app, const http::Request& request, const FeedOf& of) {
  search::SearchRequest wanted;
  wanted.query = of.query;
  wanted.sort = search::Sort::updated;
  wanted.limit = kEntriesPerPage;
  wanted.cursor = std::string{request.query.get("cursor")};
  wanted.facets = false;
  TRY(const auto found, app.search().search(request.viewer, wanted, request.now));

  const auto base = app.base_url(request);
  const auto with_cursor = [&](std::string_view cursor) {
    if (cursor.empty()) return base + of.path;
    const char separator = of.path.find('?') == std::string::npos ? '?' : '&';
    return fmt::format("{}{}{}cursor={}", base, of.path, separator, http::encode_component(cursor));
  };
  formats::feed::AtomFeed atom;
  atom.id = permanent_id("feed:" + of.path);
  atom.title = of.title;
  atom.self_url = with_cursor(wanted.cursor);
  atom.site_url = base + of.page;
  if (!found.next_cursor.empty()) atom.next_url = with_cursor(found.next_cursor);
  for (const auto& hit : found.hits) {
    const auto& card = hit.card;
    formats::feed::AtomEntry entry;
    entry.id = permanent_id("advisory:" + card.slug);
    entry.title = fmt::format("{}: {}", card.key, card.title);
    entry.url = base + pages::advisory_url(card.slug);
    entry.summary = card.summary;
    entry.author = card.publisher;
    entry.updated = card.current_release_at;
    entry.published = card.initial_release_at;
    entry.categories = card.vendor_names;
    entry.categories.insert(entry.categories.end(), card.cves.begin(), card.cves.end());
    atom.updated = std::max(atom.updated, entry.updated);
    atom.entries.push_back(std::move(entry));
  }
  http::Response response;
  response.body = std::make_shared<const std::string>(formats::feed::write_atom(atom));
  response.content_type = "application/atom+xml; charset=utf-8";
  response.cacheable = !of.personal;
  return response;
}

Result<http::Response> advisories_feed(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"q", "cursor"}));
  TRY(const auto query, search::parse_query(request.query.get("q")));
  // Canonical, so that two ways to write one search are one feed.
  const auto text = search::to_text(query);
  FeedOf of;
  of.path = http::with_query("/feeds/advisories.atom", {{"q", text}});
  of.page = http::with_query("/advisories", {{"q", text}});
  of.title = text.empty() ? fmt::format("{}: advisories", app.site_text("site_name"))
                          : fmt::format("{}: advisories for {}", app.site_text("site_name"), text);
  of.query = text;
  of.personal = search::is_personal(query);
  return feed(app, request, of);
}

Result<http::Response> vendor_feed(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"cursor"}));
  const auto key = request.parameter("vendor");
  TRY(const auto vendor, app.database().read([&](store::Connection& connection) {
    return engine::vendor(connection, request.viewer, key, request.now);
  }));
  if (!vendor) return Error::not_found("vendor");
  FeedOf of;
  of.path = fmt::format("/feeds/vendors/{}.atom", http::encode_component(vendor->vendor.key));
  of.page = pages::vendor_url(vendor->vendor.key);
  of.title = fmt::format("{}: advisories for {}", app.site_text("site_name"), vendor->vendor.name);
  of.query = search::to_text(search::with({}, search::Field::vendor, vendor->vendor.key));
  return feed(app, request, of);
}

}  // namespace

void add_feed_routes(App& app, http::Router& router) {
  const auto add = [&](std::string pattern, std::string name, http::Handler handler) {
    http::Route route;
    route.pattern = std::move(pattern);
    route.name = std::move(name);
    route.handler = std::move(handler);
    // Feeds hold absolute URLs.
    route.varies_by_host = app.settings().public_url.empty();
    router.add(std::move(route));
  };
  add("/feeds/advisories.atom", "advisories_feed",
      [&app](const http::Request& request) { return advisories_feed(app, request); });
  add("/feeds/vendors/{vendor}.atom", "vendor_feed",
      [&app](const http::Request& request) { return vendor_feed(app, request); });
}

}  // namespace tocsin::portal
