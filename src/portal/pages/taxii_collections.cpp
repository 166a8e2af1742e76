#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/taxii_collection_parts.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"

/// TAXII collections, which other programs read here: what is in each, for whom, and what it holds.
namespace tocsin::portal {
namespace pages {

using engine::taxii::Held;
using engine::taxii::KeptCollection;
using html::Html;
using html::render;
using html::Url;

std::string collection_url(std::string_view id) { return fmt::format("{}/{}", kCollectionsPath, id); }

Result<KeptCollection> collection_of(App& app, const http::Request& request) {
  return engine::taxii::kept_collection(app.database(), access::actor(request), request.parameter("collection"),
                                        request.now);
}

std::string held_count(const Held& held) {
  return held.more ? tr<"more than {}">(locale::number(held.objects)) : locale::number(held.objects);
}

Html held_html(const Held& held) {
  std::string out;
  if (held.newest.empty()) return {};
  render<
      "<div class=\"table-wrap stack\"><table class=\"sortable\"><caption class=\"hidden\">[[Added last]]</caption>"
      "<thead><tr><th scope=\"col\">[[Name]]</th><th scope=\"col\">[[#object#Type]]</th><th scope=\"col\">TLP</th><th "
      "scope=\"col\">[[Added]]</th></tr></thead><tbody>\n">(out);
  for (const auto& each : held.newest) {
    render<
        "<tr><th scope=\"row\" lang=\"en\"><a href=\"{}\">{}</a></th><td data-label=\"[[#object#Type]]\">{}</td><td "
        "data-label=\"TLP\">{}</td><td data-label=\"[[Added]]\">{}</td></tr>\n">(
        out, Url::own(threat_url(each.id)), each.name.empty() ? each.id : each.name, threat_type_title(each.type),
        tlp_badge(each.tlp), datetime_html({each.added}));
  }
  out += "</tbody></table></div>\n";
  return Html::from_trusted(std::move(out));
}

namespace {

using engine::taxii::CollectionReaders;
using engine::taxii::CollectionWriters;

std::string sector_text(const std::optional<domain::Sector>& sector) {
  return tr<"sector {}">(sector ? tr_text(domain::name(*sector)) : std::string_view{});
}

std::string readers_text(const KeptCollection& row) {
  using Who = CollectionReaders::Who;
  switch (row.it.readers.who) {
    case Who::anyone:
      return std::string{tr<"#of a collection#anyone">()};
    case Who::members:
      return std::string{tr<"#of a collection#members">()};
    case Who::community:
      return tr<"community {}">(row.community);
    case Who::sector:
      break;
  }
  return sector_text(row.it.readers.sector);
}

std::string writers_text(const KeptCollection& row) {
  using Who = CollectionWriters::Who;
  switch (row.it.writers.who) {
    case Who::nobody:
      return std::string{tr<"#of a collection#nobody">()};
    case Who::members:
      return std::string{tr<"#of a collection#members">()};
    case Who::organisation:
      return row.writer;
    case Who::sector:
      break;
  }
  return sector_text(row.it.writers.sector);
}

/// What narrows it, in one line.
std::string filter_text(const engine::taxii::CollectionFilter& filter) {
  if (filter.everything()) return std::string{tr<"#of a collection#everything">()};
  std::vector<std::string> parts;
  if (!filter.types.empty()) {
    std::vector<std::string> titles;
    for (const auto& each : filter.types) titles.emplace_back(threat_type_title(each));
    parts.push_back(joined(titles));
  }
  if (!filter.labels.empty()) parts.push_back(tr<"labelled {}">(joined(filter.labels)));
  if (!filter.words.empty()) parts.push_back(tr<"with the words {}">(filter.words));
  if (filter.tlp_max) parts.push_back(tr<"up to TLP:{}">(domain::to_string(*filter.tlp_max)));
  if (filter.confidence_min) parts.push_back(tr<"confidence {} or more">(*filter.confidence_min));
  return joined(parts, "; ");
}

std::string address_of(const KeptCollection& row) {
  return fmt::format("/taxii2/{}/collections/{}/", row.root, row.it.alias.empty() ? row.it.id : row.it.alias);
}

/// Schema: "TaxiiCollection".
boost::json::object collection_json(const KeptCollection& row) {
  const auto& it = row.it;
  boost::json::object out;
  out["id"] = it.id;
  out["page"] = collection_url(it.id);
  out["alias"] = it.alias;
  out["title"] = it.title;
  out["description"] = it.description;
  out["api_root"] = nullptr;
  out["address"] = nullptr;
  if (!row.root.empty()) {
    out["api_root"] = row.root;
    out["address"] = address_of(row);
  }
  out["filter"] = engine::taxii::to_json(it.filter);
  out["readers"] = engine::taxii::to_json(it.readers);
  out["writers"] = engine::taxii::to_json(it.writers);
  out["created_at"] = format_rfc3339(it.created_at);
  out["objects"] = nullptr;
  out["more"] = false;
  out["newest_added_at"] = nullptr;
  if (row.held) {
    out["objects"] = row.held->objects;
    out["more"] = row.held->more;
    if (!row.held->newest.empty()) out["newest_added_at"] = format_rfc3339({row.held->newest.front().added});
  }
  return out;
}

boost::json::array newest_json(const KeptCollection& row) {
  boost::json::array out;
  if (!row.held) return out;
  for (const auto& each : row.held->newest) {
    out.push_back(boost::json::object{{"id", each.id},
                                      {"page", threat_url(each.id)},
                                      {"type", each.type},
                                      {"name", each.name},
                                      {"tlp", domain::to_string(each.tlp)},
                                      {"added_at", format_rfc3339({each.added})}});
  }
  return out;
}

Html root_html(const KeptCollection& row) {
  if (row.root.empty()) return Html::from_text(tr<"#of a collection#none: the community is closed">());
  return row.it.readers.community ? Html::from_text(row.community) : html::fragment<"<code>{}</code>">(row.root);
}

void append_rows(std::string& out, const std::vector<KeptCollection>& rows) {
  render<
      "<div class=\"table-wrap stack\"><table class=\"sortable\"><caption class=\"hidden\">[[Collections]]</caption>"
      "<thead><tr><th scope=\"col\">[[Title]]</th><th scope=\"col\">[[#of a collection#Alias]]</th><th "
      "scope=\"col\">[[#of a collection#What is in it]]</th><th scope=\"col\">[[API root]]</th><th scope=\"col\">[[#of "
      "a collection#Read by]]</th><th scope=\"col\">[[#of a collection#Written by]]</th><th scope=\"col\" "
      "data-first=\"descending\" class=\"num\">[[Objects]]</th><th scope=\"col\" data-first=\"descending\">[[Added "
      "last]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : rows) {
    const bool any = row.held && !row.held->newest.empty();
    render<
        "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td data-label=\"[[#of a "
        "collection#Alias]]\"><code>{}</code></td><td data-label=\"[[#of a collection#What is in it]]\">{}</td><td "
        "data-label=\"[[API root]]\">{}</td><td data-label=\"[[#of a collection#Read by]]\">{}</td><td "
        "data-label=\"[[#of a collection#Written by]]\">{}</td>">(
        out, Url::own(collection_url(row.it.id)), row.it.title, row.it.alias.empty() ? "–" : row.it.alias,
        filter_text(row.it.filter), root_html(row), readers_text(row), writers_text(row));
    render<
        "<td class=\"num\" data-label=\"[[Objects]]\" data-sort=\"{}\">{}</td><td data-label=\"[[Added "
        "last]]\" data-sort=\"{}\">{}</td></tr>\n">(
        out, row.held ? row.held->objects + (row.held->more ? 1 : 0) : std::int64_t{-1},
        row.held ? held_count(*row.held) : std::string{"–"}, any ? row.held->newest.front().added : std::int64_t{0},
        any ? datetime_html({row.held->newest.front().added}) : Html::from_text("–"));
  }
  out += "</tbody></table></div>\n";
}

void append_anew(std::string& out) {
  render<
      "<p class=\"callout\">[[The index of threat knowledge is being made anew: what collections hold is not counted "
      "until that is done.]]</p>\n">(out);
}

Result<http::Response> get_list(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({kNoticeParameter}));
  TRY(const auto rows, engine::taxii::kept_collections(app.database(), access::actor(request), request.now));
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& each : rows) items.push_back(collection_json(each));
    const auto total = static_cast<std::int64_t>(items.size());
    return api::personal_json(page_json(std::move(items), "", total));
  }
  std::string out;
  render<
      "<div class=\"page-head\"><h1>[[Collections]]</h1><p class=\"actions\"><a class=\"button\" "
      "href=\"/admin/taxii/new\">[[#TAXII#New collection]]</a></p></div>\n<p class=\"lead\">[[What other programs read "
      "here by TAXII: views of the threat knowledge. Each reader is told of one what the policy shows them anyway; the "
      "numbers here are yours.]]</p>\n">(out);
  if (rows.empty()) {
    render<"<p class=\"panel\">[[There is no collection: other programs read nothing here by TAXII.]]</p>\n">(out);
  } else {
    if (!rows.front().held) append_anew(out);
    append_rows(out, rows);
  }
  render<"<p class=\"note\">[[From a shell on the server: <code>tocsin taxii</code>.]]</p>\n">(out);
  Page page;
  page.title = tr<"Collections">();
  page.json_url = "/api/v1/taxii/collections";
  page.main = Html::from_trusted(std::move(out));
  return member_page(app, request, std::move(page), kCollectionsPath);
}

Result<http::Response> get_one(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({kNoticeParameter}));
  TRY(const auto row, collection_of(app, request));
  if (request.representation == http::Representation::json) {
    auto out = collection_json(row);
    out["newest"] = newest_json(row);
    return api::personal_json(out);
  }
  const auto url = collection_url(row.it.id);
  std::string out = breadcrumb_html({{kCollectionsPath, std::string{tr<"Collections">()}}, {"", row.it.title}}).str();
  render<
      "<div class=\"page-head\"><h1>{}</h1><div class=\"actions\"><a class=\"button-quiet\" "
      "href=\"{}\">[[Edit]]</a> <a class=\"button-quiet\" href=\"{}\">[[Remove]]</a></div></div>\n">(
      out, row.it.title, Url::own(url + "/edit"), Url::own(url + "/remove"));
  if (!row.it.description.empty()) render<"<p class=\"lead\">{}</p>\n">(out, row.it.description);
  render<
      "<section class=\"panel\" aria-labelledby=\"what\"><h2 id=\"what\">[[How it is read]]</h2><dl class=\"kv\">\n">(
      out);
  append_fact(out, tr<"#of a collection#What is in it">(), filter_text(row.it.filter));
  append_fact(out, tr<"#of a collection#Read by">(), readers_text(row));
  append_fact(out, tr<"#of a collection#Written by">(), writers_text(row));
  append_fact(out, tr<"#of a collection#Address">(),
              row.root.empty() ? Html::from_text(tr<"#of a collection#none: the community is closed">())
                               : html::fragment<"<code>{}</code>">(address_of(row)));
  append_fact(out, tr<"#of a collection#Id">(), html::fragment<"<code>{}</code>">(row.it.id));
  append_fact(out, tr<"#of a collection#Made">(), datetime_html(row.it.created_at));
  out += "</dl></section>\n";
  if (row.held) {
    render<
        "<section aria-labelledby=\"held\"><h2 id=\"held\">[[What it holds]] <span class=\"count\">{}</span></h2>\n">(
        out, held_count(*row.held));
    render<
        "<p class=\"note\">[[As you see it: a reader is told of it what the policy shows them, the current version of "
        "each object once.]]</p>\n">(out);
    if (row.held->newest.empty()) {
      render<"<p class=\"panel\">[[Nothing that you may see.]]</p>\n">(out);
    }
    out += held_html(*row.held).str() + "</section>\n";
  } else {
    append_anew(out);
  }
  Page page;
  page.title = row.it.title;
  page.json_url = fmt::format("/api/v1/taxii/collections/{}", row.it.id);
  page.main = Html::from_trusted(std::move(out));
  return member_page(app, request, std::move(page), kCollectionsPath);
}

}  // namespace
}  // namespace pages

void add_taxii_collection_routes(App& app, http::Router& router) {
  using domain::Permission;
  pages::add_resource(
      router, "/admin/taxii", "/api/v1/taxii/collections", "kept_collections",
      "Collections that other programs read here by TAXII",
      [&app](const http::Request& request) { return pages::get_list(app, request); }, Permission::administer);
  pages::add_resource(
      router, "/admin/taxii/{collection}", "/api/v1/taxii/collections/{collection}", "kept_collection",
      "One of them, and what was added to it last",
      [&app](const http::Request& request) { return pages::get_one(app, request); }, Permission::administer);
}

}  // namespace tocsin::portal
