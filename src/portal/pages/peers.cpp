#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/hooks/hooks.hpp"
#include "engine/members/names.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/peer_parts.hpp"
#include "portal/pages/routes.hpp"

/// Other TAXII servers that are read here: how each does.
namespace tocsin::portal {

namespace taxii = engine::taxii;

namespace pages {

using store::TaxiiPeer;

std::string peer_url(std::int64_t id) { return fmt::format("{}/{}", kPeersPath, id); }

Result<TaxiiPeer> peer_of(App& app, const http::Request& request) {
  const auto id = id_in_path(request, "peer");
  if (!id) return Error::not_found("peer");
  return taxii::find_peer(app.database(), access::actor(request), *id);
}

Result<const taxii::Peers*> peers_of(const App& app) {
  if (app.peers() == nullptr) return Error::conflict(std::string{tr<"This portal reads no other servers">()});
  return app.peers();
}

void wake_peers(const App& app) {
  if (app.peer_poller() != nullptr) app.peer_poller()->wake();
}

std::string_view kind_title(store::PeerKind kind) noexcept {
  switch (kind) {
    case store::PeerKind::taxii:
      return tr<"#a source#TAXII collection">();
    case store::PeerKind::news:
      return tr<"#a source#News (Atom, RSS)">();
    case store::PeerKind::misp:
      return tr<"#a source#MISP feed">();
    case store::PeerKind::list:
      break;
  }
  return tr<"#a source#List of indicators">();
}

std::string fault_text(const TaxiiPeer& peer) { return std::string{tr_text(peer.fault)}; }

boost::json::object peer_json(const TaxiiPeer& peer, Timestamp now) {
  const auto markings = taxii::read_markings(peer.markings);
  boost::json::object labels;
  if (markings) {
    for (const auto& [id, tlp] : *markings) labels[id] = domain::to_string(tlp);
  }
  boost::json::object out;
  out["id"] = peer.id;
  out["page"] = peer_url(peer.id);
  out["kind"] = store::to_string(peer.kind);
  out["name"] = peer.name;
  out["url"] = peer.url;
  out["credentials"] = store::to_string(peer.auth);
  out["account"] = peer.account;
  out["owner"] = peer.owner.value;
  out["tlp_default"] = domain::to_string(peer.tlp_default);
  out["tlp_max"] = domain::to_string(peer.tlp_max);
  out["markings"] = std::move(labels);
  out["trust"] = store::to_string(peer.trust);
  out["every_minutes"] = peer.every_minutes;
  out["all_every_days"] = peer.all_every_days;
  out["enabled"] = peer.enabled;
  out["state"] = taxii::to_string(taxii::health_of(peer, now));
  out["created_at"] = format_rfc3339(peer.created_at);
  out["succeeded_at"] = time_json(peer.succeeded_at);
  out["failed_at"] = time_json(peer.failed_at);
  out["failures"] = peer.failures;
  out["problem"] = peer.problem;
  out["fault"] = peer.fault;
  out["next_read_at"] = nullptr;
  if (peer.enabled) out["next_read_at"] = format_rfc3339(peer.next_run_at);
  out["reached"] = peer.position.reached;
  out["read_all_at"] = time_json(peer.position.read_all_at);
  out["stored"] = peer.counts.stored;
  out["unchanged"] = peer.counts.unchanged;
  out["refused"] = peer.counts.refused;
  out["above"] = peer.counts.above;
  out["held"] = peer.counts.held;
  return out;
}

boost::json::object preview_json(const exchange::PeerPreview& preview) {
  boost::json::object types, labels, others;
  for (const auto& [type, count] : preview.types) types[type] = count;
  for (const auto& [tlp, count] : preview.tlp) labels[domain::to_string(tlp)] = count;
  for (const auto& [marking, count] : preview.other_markings) others[marking] = count;
  boost::json::array problems;
  for (const auto& each : preview.problems) problems.emplace_back(each.to_string());
  return {{"objects", preview.objects},     {"more", preview.more},     {"new", preview.fresh},
          {"here", preview.here},           {"held", preview.held},     {"above", preview.above},
          {"refused", preview.refused},     {"lifted", preview.lifted}, {"unmarked", preview.unmarked},
          {"types", std::move(types)},      {"tlp", std::move(labels)}, {"other_markings", std::move(others)},
          {"problems", std::move(problems)}};
}

}  // namespace pages

namespace {

using domain::Permission;
using html::fragment;
using html::Html;
using html::render;
using html::Url;
using store::TaxiiPeer;
using taxii::PeerHealth;

Html state_tag(const TaxiiPeer& peer, Timestamp now) {
  switch (taxii::health_of(peer, now)) {
    case PeerHealth::paused:
      return fragment<"<span class=\"tag\">[[#a peer#paused]]</span>">();
    case PeerHealth::waits_for_first:
      return fragment<"<span class=\"tag\">[[#a peer#waits for its first reading]]</span>">();
    case PeerHealth::reading:
      return fragment<"<span class=\"tag tag-active\">[[#a peer#is being read]]</span>">();
    case PeerHealth::well:
      return fragment<"<span class=\"tag tag-active\">[[#a peer#well]]</span>">();
    case PeerHealth::failing:
      break;
  }
  return fragment<"<span class=\"tag tag-warn\">[[#a peer#failing]]</span>">();
}

Html when(const std::optional<Timestamp>& time) {
  return time ? pages::datetime_html(*time) : Html::from_text(tr<"never">());
}

void append_off(std::string& out, const App& app) {
  if (app.peers() != nullptr && app.peers()->options().on) return;
  render<"<p class=\"callout\">[[Nothing is read from here: this is a demonstration.]]</p>\n">(out);
}

Result<http::Response> get_list(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto peers, taxii::list_peers(app.database(), access::actor(request)));
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& each : peers) items.push_back(pages::peer_json(each, request.now));
    const auto total = static_cast<std::int64_t>(items.size());
    return api::personal_json(pages::page_json(std::move(items), "", total));
  }
  std::string out;
  render<
      "<div class=\"page-head\"><h1>[[#TAXII servers#Peers]]</h1><p class=\"actions\"><a class=\"button\" "
      "href=\"/admin/peers/new\">[[#a TAXII server#New peer]]</a></p></div>\n<p class=\"lead\">[[Other TAXII servers, "
      "news, feeds of MISP and lists of indicators that are read here by schedule: what they tell becomes threat "
      "knowledge of this portal.]]</p>\n">(out);
  append_off(out, app);
  if (peers.empty()) {
    render<
        "<p class=\"panel\">[[None is read yet. Add the address of a collection, feed or list, look at a preview of "
        "it, then start "
        "it.]]</p>\n">(out);
  } else {
    render<
        "<div class=\"table-wrap stack\"><table class=\"sortable\"><thead><tr><th>[[Name]]</th><th>[[#of a "
        "peer#Server]]</th>"
        "<th>[[#of a peer#Kind]]</th><th>[[State]]</th><th>[[#of a peer#Last success]]</th><th>[[#of a peer#Next "
        "reading]]</th><th "
        "class=\"num\">[[#objects#Stored]]</th><th>[[Last problem]]</th></tr></thead><tbody>\n">(out);
    for (const auto& each : peers) {
      const auto problem = each.problem.empty() ? pages::fault_text(each) : each.problem;
      render<
          "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td data-label=\"[[#of a peer#Server]]\"><span "
          "class=\"id\">{}</span></td><td data-label=\"[[#of a peer#Kind]]\">{}</td><td "
          "data-label=\"[[State]]\">{}</td><td data-label=\"[[#of a peer#Last "
          "success]]\">{}</td><td data-label=\"[[#of a peer#Next reading]]\">{}</td><td class=\"num\" "
          "data-label=\"[[#objects#Stored]]\">{}</td><td data-label=\"[[Last problem]]\">{}</td></tr>\n">(
          out, Url::own(pages::peer_url(each.id)), each.name, engine::hooks::host_of(each.url),
          pages::kind_title(each.kind), state_tag(each, request.now), when(each.succeeded_at),
          each.enabled ? pages::datetime_html(each.next_run_at) : Html::from_text("–"),
          text::thousands(each.counts.stored), problem.empty() ? std::string{"–"} : problem);
    }
    out += "</tbody></table></div>\n";
  }
  render<
      "<p class=\"note\">[[From a shell on the server: <code>tocsin peer</code>, which also lists the collections of "
      "a server.]]</p>\n">(out);
  pages::Page page;
  page.title = tr<"#TAXII servers#Peers">();
  page.json_url = "/api/v1/peers";
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), pages::kPeersPath);
}

Html credentials_of(const TaxiiPeer& peer) {
  switch (peer.auth) {
    case store::PeerAuth::none:
      return Html::from_text(tr<"#credentials#none">());
    case store::PeerAuth::basic:
      return Html::from_text(tr<"{} and a password">(peer.account));
    case store::PeerAuth::bearer:
      break;
  }
  return Html::from_text(tr<"a token">());
}

void append_settings(std::string& out, const TaxiiPeer& peer, std::string_view owner) {
  render<"<section class=\"panel\" aria-labelledby=\"how\"><h2 id=\"how\">[[How it is read]]</h2><dl class=\"kv\">\n">(
      out);
  pages::append_fact(out, tr<"#of a peer#Kind">(), std::string{pages::kind_title(peer.kind)});
  pages::append_fact(out, tr<"#of a collection#Address">(), fragment<"<span class=\"id\">{}</span>">(peer.url));
  pages::append_fact(out, tr<"Credentials">(), credentials_of(peer));
  pages::append_fact(out, tr<"Its objects belong to">(), pages::organisation_link(peer.owner.value, owner));
  pages::append_fact(out, tr<"Without a marking">(), fmt::format("TLP:{}", domain::to_string(peer.tlp_default)));
  pages::append_fact(out, tr<"Taken up to">(), fmt::format("TLP:{}", domain::to_string(peer.tlp_max)));
  pages::append_fact(out, tr<"Trust">(),
                     peer.trust == store::PeerTrust::own
                         ? tr<"It brings what is new, and newer versions of what came from it">()
                         : tr<"It also brings newer versions of what is here from elsewhere">());
  pages::append_fact(
      out, tr<"#reading a peer#Every">(),
      trn<"{} minute", "{} minutes">(static_cast<long long>(peer.every_minutes), text::thousands(peer.every_minutes)));
  pages::append_fact(out, tr<"From the beginning">(),
                     peer.all_every_days == 0
                         ? std::string{tr<"never again">()}
                         : trn<"every {} day", "every {} days">(static_cast<long long>(peer.all_every_days),
                                                                text::thousands(peer.all_every_days)));
  out += "</dl></section>\n";
}

void append_counts(std::string& out, const TaxiiPeer& peer) {
  render<
      "<section class=\"panel\" aria-labelledby=\"came\"><h2 id=\"came\">[[What came of it]]</h2><dl "
      "class=\"kv\">\n">(out);
  const auto& counts = peer.counts;
  pages::append_fact(out, tr<"#objects#Stored">(), text::thousands(counts.stored));
  pages::append_fact(out, tr<"#objects#Told again, unchanged">(), text::thousands(counts.unchanged));
  pages::append_fact(out, tr<"#objects#Refused as damaged">(), text::thousands(counts.refused));
  pages::append_fact(out, tr<"#objects#Left out, marked above the ceiling">(), text::thousands(counts.above));
  pages::append_fact(out, tr<"#objects#Left out, here from elsewhere">(), text::thousands(counts.held));
  pages::append_fact(out, tr<"#of a peer#Last success">(), when(peer.succeeded_at));
  if (peer.failed_at) pages::append_fact(out, tr<"#of a peer#Last failure">(), pages::datetime_html(*peer.failed_at));
  if (peer.enabled) {
    pages::append_fact(out, tr<"#of a peer#Next reading">(), pages::datetime_html(peer.next_run_at));
  }
  if (peer.position.read_all_at) {
    pages::append_fact(out, tr<"Read from the beginning">(), pages::datetime_html(*peer.position.read_all_at));
  }
  if (!peer.position.reached.empty()) {
    pages::append_fact(out, tr<"Read up to what was added at">(),
                       fragment<"<span class=\"id\">{}</span>">(peer.position.reached));
  }
  out += "</dl></section>\n";
}

Result<http::Response> get_one(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto peer, pages::peer_of(app, request));
  if (request.representation == http::Representation::json) {
    return api::personal_json(pages::peer_json(peer, request.now));
  }
  TRY(const auto names, app.database().read([&](store::Connection& connection) {
    return engine::members::organisation_names(connection, {peer.owner.value});
  }));
  const auto url = pages::peer_url(peer.id);
  std::string out =
      pages::breadcrumb_html({{pages::kPeersPath, std::string{tr<"#TAXII servers#Peers">()}}, {"", peer.name}}).str();
  render<"<div class=\"page-head\"><div><p class=\"badges\">{}</p><h1>{}</h1></div><div class=\"actions\">">(
      out, state_tag(peer, request.now), peer.name);
  using Button = pages::FormMarkup::Button;
  if (!peer.enabled) {
    out += pages::button_form(request, url + "/preview", tr<"Preview">(), {},
                              peer.succeeded_at ? Button::quiet : Button::normal)
               .str() +
           ' ' +
           pages::button_form(request, url + "/start", tr<"#a peer#Start">(), {},
                              peer.succeeded_at ? Button::normal : Button::quiet)
               .str();
  } else {
    out += pages::button_form(request, url + "/read", tr<"Read it now">(), {}, Button::normal).str() + ' ' +
           pages::button_form(request, url + "/pause", tr<"#a peer#Pause">()).str();
  }
  render<" <a class=\"button-quiet\" href=\"{}\">[[Edit]]</a> ">(out, Url::own(url + "/edit"));
  render<"<a class=\"button-quiet\" href=\"{}\">[[Remove]]</a></div></div>\n">(out, Url::own(url + "/remove"));
  append_off(out, app);
  if (!peer.problem.empty()) {
    render<
        "<p class=\"callout callout-warn\">[[<b>The last reading failed:</b> {}. It is tried again, with longer "
        "pauses; nothing is lost.]]</p>\n">(out, peer.problem);
  }
  if (!peer.fault.empty()) {
    render<"<p class=\"callout\">[[<b>Seen with its server:</b> {}. It was coped with.]]</p>\n">(
        out, pages::fault_text(peer));
  }
  if (!peer.succeeded_at && !peer.enabled) {
    render<
        "<p class=\"callout\">[[A preview shows what its first pages hold and what would become of it. Nothing is "
        "kept before you start it.]]</p>\n">(out);
  }
  const auto owner = names.find(peer.owner.value);
  append_counts(out, peer);
  append_settings(out, peer, owner == names.end() ? std::string{} : owner->second);
  pages::Page page;
  page.title = peer.name;
  page.json_url = "/api/v1/peers/" + std::to_string(peer.id);
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), pages::kPeersPath);
}

}  // namespace

void add_peer_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/admin/peers", "/api/v1/peers", "peers", "Sources of others that are read here",
      [&app](const http::Request& request) { return get_list(app, request); }, Permission::administer);
  pages::add_resource(
      router, "/admin/peers/{peer}", "/api/v1/peers/{peer}", "peer", "One of them",
      [&app](const http::Request& request) { return get_one(app, request); }, Permission::administer);
}

}  // namespace tocsin::portal
