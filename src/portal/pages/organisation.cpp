#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/audit/view.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/audit_parts.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// One organisation: who it is, whom to reach, its keys, and what those who manage it can do.
namespace tocsin::portal {

namespace members = engine::members;

namespace pages {

boost::json::object organisation_detail_json(const members::OrganisationDetail& detail) {
  auto out = organisation_json(detail.organisation);
  out["person_count"] = detail.people;
  out["record_count"] = detail.records;
  auto& contacts = out["contacts"].emplace_array();
  for (const auto& contact : detail.contacts) {
    boost::json::object each;
    each["id"] = contact.id;
    each["role"] = contact.role;
    each["name"] = contact.name;
    each["email"] = contact.email;
    each["phone"] = contact.phone;
    contacts.push_back(std::move(each));
  }
  auto& keys = out["keys"].emplace_array();
  for (const auto& key : detail.keys) {
    boost::json::object each;
    each["id"] = key.id;
    each["kind"] = key.kind == domain::OrganisationKey::Kind::openpgp ? "openpgp" : "certificate";
    each["fingerprint"] = key.fingerprint;
    each["label"] = key.label;
    each["body"] = key.body;
    each["created_at"] = format_rfc3339(key.created_at);
    keys.push_back(std::move(each));
  }
  const auto list = [&out](std::string_view name, const std::vector<domain::Organisation>& organisations) {
    auto& array = out[name].emplace_array();
    for (const auto& organisation : organisations) {
      boost::json::object each;
      each["id"] = organisation.id.value;
      each["name"] = organisation.name;
      array.push_back(std::move(each));
    }
  };
  list("clients", detail.clients);
  list("providers", detail.providers);
  return out;
}

}  // namespace pages

namespace {

using domain::OrganisationStatus;
using domain::Permission;
using html::Html;
using html::render;
using html::Url;

constexpr int kHistoryShown = 50;
constexpr std::size_t kFingerprintGroup = 4;

/// What the asker may do here.
struct Powers {
  bool edits = false, vets = false, manages = false, leaves = false, people = false;
};
Powers powers_of(const engine::Actor& actor, domain::OrganisationId id) {
  const bool own = actor.viewer.organisation == id;
  Powers powers;
  powers.manages = actor.may(Permission::manage_organisations);
  powers.edits = powers.manages || (own && actor.may(Permission::manage_own_organisation));
  powers.vets = actor.may(Permission::vet_organisations);
  powers.leaves = own && id != domain::kOwnOrganisation && actor.may(Permission::manage_own_organisation);
  powers.people = actor.may(Permission::manage_people) || (own && actor.may(Permission::manage_own_people));
  return powers;
}

/// "4F9A 22B1 ...": as people compare fingerprints aloud.
std::string grouped(std::string_view fingerprint) {
  std::string out;
  for (std::size_t at = 0; at < fingerprint.size(); at += kFingerprintGroup) {
    if (at > 0) out += ' ';
    out += fingerprint.substr(at, kFingerprintGroup);
  }
  return out;
}

std::string_view kind_name(domain::OrganisationKey::Kind kind) noexcept {
  return kind == domain::OrganisationKey::Kind::openpgp ? tr<"OpenPGP key">() : tr<"Certificate">();
}

void append_profile(std::string& out, const members::OrganisationDetail& detail, bool people_link) {
  const auto& organisation = detail.organisation;
  render<
      "<section class=\"panel\" aria-labelledby=\"profile\"><h2 id=\"profile\">[[Profile]]</h2>\n<dl class=\"kv\">\n">(
      out);
  pages::append_fact(out, tr<"Kind">(), tr_text(domain::to_string(organisation.kind)));
  pages::append_fact(out, tr<"Sectors">(), pages::sector_names(organisation.sectors));
  pages::append_fact(out, tr<"Countries">(), pages::country_names(organisation.countries));
  if (const auto url = Url::external(organisation.homepage); !url.empty()) {
    pages::append_fact(
        out, tr<"Homepage">(),
        html::fragment<"<a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a>">(url, organisation.homepage));
  }
  if (!organisation.description.empty())
    pages::append_fact(out, tr<"About">(), html::paragraphs(organisation.description));
  if (!organisation.vendor_keys.empty()) {
    std::string links;
    for (const auto& key : organisation.vendor_keys) {
      if (!links.empty()) links += ", ";
      render<"<a href=\"{}\">{}</a>">(links, Url::own(pages::vendor_url(key)), key);
    }
    pages::append_fact(out, tr<"In the catalogue as">(), Html::from_trusted(std::move(links)));
  }
  if (people_link) {
    pages::append_fact(out, tr<"People">(),
                       html::fragment<"<a href=\"{}\">{}</a>">(
                           Url::own(fmt::format("/people?organisation={}", organisation.id.value)),
                           trn<"{} person", "{} people">(detail.people, text::thousands(detail.people))));
  } else {
    pages::append_fact(out, tr<"People">(),
                       trn<"{} person", "{} people">(detail.people, text::thousands(detail.people)));
  }
  pages::append_fact(out, tr<"Here since">(), pages::date_html(organisation.created_at));
  out += "</dl></section>\n";
}

Html removal(const http::Request& request, const std::string& action, std::string_view field, std::int64_t id,
             std::string_view what) {
  return pages::button_form(request, action, tr<"Remove">(), {{field, std::to_string(id)}},
                            pages::FormMarkup::Button::quiet, what);
}

void append_contacts(std::string& out, const http::Request& request, const members::OrganisationDetail& detail,
                     bool edits) {
  const auto base = pages::organisation_url(detail.organisation.id);
  render<
      "<section class=\"panel\" aria-labelledby=\"contacts\"><div class=\"panel-head\"><h2 "
      "id=\"contacts\">[[Contacts]]</h2>">(out);
  if (edits) {
    render<"<a class=\"button-quiet\" href=\"{}\">[[Add a contact]]</a>">(out, Url::own(base + "/contacts/new"));
  }
  out += "</div>\n";
  if (detail.contacts.empty()) {
    if (edits) {
      render<
          "<p class=\"note\">[[None is named. Name at least one for security, so that the CERT reaches somebody when "
          "it matters.]]</p>">(out);
    } else {
      render<"<p class=\"note\">[[None is named. Ask the CERT where you need to reach them.]]</p>">(out);
    }
  } else {
    out += "<ul class=\"plain-list\">\n";
    for (const auto& contact : detail.contacts) {
      render<"<li><div><b>{}</b> {}<br>">(out, tr_text(contact.role), contact.name);
      if (const auto url = Url::external("mailto:" + contact.email); !contact.email.empty() && !url.empty()) {
        render<"<a href=\"{}\">{}</a> ">(out, url, contact.email);
      } else {
        render<"{} ">(out, contact.email);
      }
      render<"{}</div>">(out, contact.phone);
      if (edits) out += removal(request, base + "/contacts/remove", "contact", contact.id, tr_text(contact.role)).str();
      out += "</li>\n";
    }
    out += "</ul>";
  }
  out += "</section>\n";
}

void append_keys(std::string& out, const http::Request& request, const members::OrganisationDetail& detail,
                 bool edits) {
  const auto base = pages::organisation_url(detail.organisation.id);
  render<"<section class=\"panel\" aria-labelledby=\"keys\"><div class=\"panel-head\"><h2 id=\"keys\">[[Keys]]</h2>">(
      out);
  if (edits) render<"<a class=\"button-quiet\" href=\"{}\">[[Add a key]]</a>">(out, Url::own(base + "/keys/new"));
  out += "</div>\n";
  if (detail.keys.empty()) {
    render<
        "<p class=\"note\">[[None. With an OpenPGP key or a certificate others can encrypt to this organisation and "
        "check its signatures.]]</p>">(out);
  } else {
    out += "<ul class=\"plain-list\">\n";
    for (const auto& key : detail.keys) {
      render<
          "<li><div><b>{}</b> {}<br><code class=\"fingerprint\" data-copy=\"{}\" data-copy-label=\"[[the "
          "fingerprint]]\">{}</code><br><span class=\"note\">[[added {}]]</span><details "
          "class=\"fold\"><summary>[[Show "
          "the key]]</summary><pre>{}</pre></details></div>">(out, kind_name(key.kind), key.label, key.fingerprint,
                                                              grouped(key.fingerprint),
                                                              pages::date_html(key.created_at), key.body);
      if (edits) out += removal(request, base + "/keys/remove", "key", key.id, key.label).str();
      out += "</li>\n";
    }
    out += "</ul>";
  }
  out += "</section>\n";
}

void append_clients(std::string& out, const http::Request& request, const members::OrganisationDetail& detail,
                    const Powers& powers) {
  if (!powers.edits && !powers.vets) return;
  const auto base = pages::organisation_url(detail.organisation.id);
  render<
      "<section class=\"panel\" aria-labelledby=\"clients\"><div class=\"panel-head\"><h2 "
      "id=\"clients\">[[Clients]]</h2>">(out);
  if (powers.manages)
    render<"<a class=\"button-quiet\" href=\"{}\">[[Add a client]]</a>">(out, Url::own(base + "/clients/new"));
  render<
      "</div>\n<p class=\"note\">[[What is addressed to this organisation as TLP:AMBER reaches its clients as well; "
      "TLP:AMBER+STRICT does not.]]</p>\n">(out);
  if (!detail.clients.empty()) {
    out += "<ul class=\"plain-list\">\n";
    for (const auto& client : detail.clients) {
      render<"<li><div>{}</div>">(out, pages::organisation_link(client.id.value, client.name));
      if (powers.manages)
        out += removal(request, base + "/clients/remove", "client", client.id.value, client.name).str();
      out += "</li>\n";
    }
    out += "</ul>";
  }
  if (!detail.providers.empty()) {
    render<"<h3>[[Is itself a client of]]</h3><ul class=\"plain-list\">\n">(out);
    for (const auto& provider : detail.providers) {
      render<"<li>{}</li>\n">(out, pages::organisation_link(provider.id.value, provider.name));
    }
    out += "</ul>";
  }
  out += "</section>\n";
}

void append_actions(std::string& out, const members::OrganisationDetail& detail, const Powers& powers) {
  const auto base = pages::organisation_url(detail.organisation.id);
  const auto link = [&](std::string_view rest, std::string_view label) {
    render<"<a class=\"button-quiet\" href=\"{}\">{}</a> ">(out, Url::own(base + std::string{rest}), label);
  };
  if (powers.edits) link("/edit", tr<"Edit">());
  if (powers.vets) {
    link("/status", tr<"Change status">());
  } else if (powers.leaves) {
    link("/status", tr<"Leave">());
  }
  if (powers.people) {
    render<"<a class=\"button-quiet\" href=\"{}\">[[Invite somebody]]</a> ">(
        out, Url::own(fmt::format("/people/invite?organisation={}", detail.organisation.id.value)));
  }
  if (powers.leaves || (powers.edits && !powers.manages)) {
    render<"<a class=\"button-quiet\" href=\"/organisation/looks\">[[Who looked at what we shared]]</a>">(out);
  }
}

Result<http::Response> organisation(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  const auto id = pages::id_in_path(request, "organisation");
  if (!id) return Error::not_found("organisation");
  const auto actor = access::actor(request);
  TRY(const auto detail, members::find_organisation(app.database(), actor, {*id}, request.now));
  if (!detail) return Error::not_found("organisation");
  if (request.representation == http::Representation::json) {
    return api::with_version(api::personal_json(pages::organisation_detail_json(*detail)),
                             members::version_of(detail->organisation));
  }
  const auto& found = detail->organisation;
  const auto powers = powers_of(actor, found.id);
  std::string out =
      pages::breadcrumb_html({{"/organisations", std::string{tr<"Organisations">()}}, {"", found.name}}).str();
  render<"<div class=\"page-head\"><div><h1>{}</h1><p class=\"note\">{} {}</p></div><p class=\"actions\">">(
      out, found.name, pages::status_tag(found.status), tr_text(domain::to_string(found.kind)));
  append_actions(out, *detail, powers);
  out += "</p></div>\n";
  if (found.status != OrganisationStatus::active) {
    const bool waits = found.status == OrganisationStatus::applied;
    render<"<div class=\"callout callout-warn\"><p>{}</p>">(out, pages::meaning(found.status));
    if (waits && powers.vets) {
      render<
          "<p>[[Check who they are: call back on a number that you found yourself. Then <a class=\"button-quiet\" "
          "href=\"{}\">decide</a>]]</p>">(out, Url::own(pages::organisation_url(found.id) + "/status"));
    }
    out += "</div>\n";
  }
  out += "<div class=\"grid-2\">\n<div>";
  append_profile(out, *detail, powers.people);
  append_clients(out, request, *detail, powers);
  out += "</div>\n<div>";
  append_contacts(out, request, *detail, powers.edits);
  append_keys(out, request, *detail, powers.edits);
  out += "</div></div>\n";
  if (powers.vets) {
    TRY(const auto history, engine::audit::view::history(app.database(), actor, found.id, kHistoryShown));
    render<"<section aria-labelledby=\"history\"><h2 id=\"history\">[[History]]</h2>\n">(out);
    if (history.empty()) {
      render<"<p class=\"note\">[[Nothing is written down about it yet.]]</p>">(out);
    } else {
      pages::append_history(out, history);
    }
    out += "</section>\n";
  }
  pages::Page page;
  page.title = found.name;
  page.json_url = "/api/v1" + pages::organisation_url(found.id);
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/organisations");
}

}  // namespace

void add_organisation_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/organisations/{organisation}", "/api/v1/organisations/{organisation}", "organisation",
      "One organisation with its contacts and keys",
      [&app](const http::Request& request) { return organisation(app, request); }, Permission::read_as_member);
}

}  // namespace tocsin::portal
