#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/country.hpp"
#include "engine/members/members.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"

/// How the CERT that runs this portal presents itself: RFC 2350's description, RFC 9116's security.txt, its keys. Made
/// from its own organisation, which its people look after, and from settings: what nobody wrote down is not claimed.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using domain::OrganisationKey;
using html::fragment;
using html::Html;
using html::render;
using html::Url;
using members::OrganisationDetail;

/// RFC 9116 wants less than a year; half of one lets copies that others keep be good for long enough.
constexpr std::int64_t kExpiresAfterDays = 180;
constexpr std::int64_t kDayMicros = std::int64_t{24} * 3600 * 1'000'000;

/// The profile is what the CERT tells everybody: read as the console does, shown without people, clients and providers.
Result<OrganisationDetail> own(App& app, const http::Request& request) {
  TRY(auto found,
      members::find_organisation(app.database(), engine::Actor::at_console(), domain::kOwnOrganisation, request.now));
  if (!found) return Error::not_found("profile of the CERT");
  return std::move(*found);
}

/// "mailto:a@b", "https://...", or empty: the setting `contact` may be a URI, an address, or a sentence.
std::string contact_uri(const std::string& contact) {
  for (const std::string_view scheme : {"https://", "mailto:", "tel:"}) {
    if (contact.starts_with(scheme)) return contact;
  }
  if (contact.find('@') == std::string::npos || contact.find(' ') != std::string::npos) return {};
  return Url::external("mailto:" + contact).str();
}

/// RFC 3966: a global number begins with '+'; blanks and the like are for readers.
std::string tel_uri(std::string_view phone) {
  if (!phone.starts_with('+')) return {};
  std::string digits = "tel:+";
  for (const char c : phone.substr(1)) {
    if ((c >= '0' && c <= '9')) digits += c;
  }
  return digits.size() > 8 ? digits : std::string{};
}

/// In the order in which somebody with a finding would try them.
void sort_security_first(std::vector<domain::OrganisationContact>& contacts) {
  const auto rank = [](const domain::OrganisationContact& each) {
    if (each.role == "security") return 0;
    return each.role == "around-the-clock" ? 1 : 2;
  };
  std::ranges::sort(contacts, {}, [&](const auto& each) { return std::pair{rank(each), each.id}; });
}

std::string key_file(const OrganisationKey& key) {
  return key.fingerprint + (key.kind == OrganisationKey::Kind::openpgp ? ".asc" : ".pem");
}

/// "https://cert.example/rfc2350", or empty where readers do not come by HTTPS: RFC 9116 allows no other web address.
std::string secure_address(const App& app, std::string_view path) {
  const auto& base = app.settings().public_url;
  return base.starts_with("https://") ? base + std::string{path} : std::string{};
}

Result<http::Response> security_txt(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(auto cert, own(app, request));
  sort_security_first(cert.contacts);
  std::vector<std::string> contacts;
  const auto add = [&](std::string uri) {
    if (!uri.empty() && std::ranges::find(contacts, uri) == contacts.end()) contacts.push_back(std::move(uri));
  };
  for (const auto& each : cert.contacts) {
    if (each.role != "security" && each.role != "around-the-clock") continue;
    if (!each.email.empty()) add(contact_uri(each.email));
    add(tel_uri(each.phone));
  }
  add(contact_uri(app.site_text("contact")));
  // Without a contact the file says nothing, and the RFC does not allow it.
  if (contacts.empty()) return Error::not_found("contact of this CERT");
  std::string out;
  for (const auto& each : contacts) out += fmt::format("Contact: {}\n", each);
  const Timestamp expires{(request.now.micros / kDayMicros + kExpiresAfterDays) * kDayMicros};
  out += fmt::format("Expires: {}\n", format_rfc3339(expires));
  for (const auto& key : cert.keys) {
    if (const auto address = secure_address(app, "/keys/" + key_file(key)); !address.empty()) {
      out += fmt::format("Encryption: {}\n", address);
    } else if (key.kind == OrganisationKey::Kind::openpgp) {
      out += fmt::format("Encryption: openpgp4fpr:{}\n", text::lower_ascii(key.fingerprint));
    }
  }
  out += fmt::format("Preferred-Languages: {}\n", app.site_text("cert.languages"));
  if (const auto address = secure_address(app, "/.well-known/security.txt"); !address.empty()) {
    out += fmt::format("Canonical: {}\nPolicy: {}\n", address, secure_address(app, "/rfc2350"));
  }
  return http::Response::text(std::move(out));
}

Result<http::Response> key(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto cert, own(app, request));
  const auto wanted = request.parameter("file");
  const auto found = std::ranges::find_if(cert.keys, [&](const auto& each) { return key_file(each) == wanted; });
  if (found == cert.keys.end()) return Error::not_found("key");
  auto response = http::Response::text(found->body);
  response.content_type =
      found->kind == OrganisationKey::Kind::openpgp ? "application/pgp-keys" : "application/x-pem-file";
  return response;
}

/// RFC 2350's outline has a place for everything; what is not known there is said to be so.
class Description {
 public:
  void section(std::string_view number, std::string_view title) {
    render<"<h2 id=\"s{}\">{}. {}</h2>\n">(out_, number, number, title);
  }
  void part(std::string_view number, std::string_view title, const Html& body) {
    render<"<h3>{} {}</h3>\n">(out_, number, title);
    out_ += body.empty() ? "<p class=\"note\">Not stated.</p>\n" : body.str();
  }
  void part(std::string_view number, std::string_view title, std::string_view body) {
    part(number, title, body.empty() ? Html{} : html::paragraphs(body));
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string_view role_text(std::string_view role) {
  if (role == "around-the-clock") return "around the clock";
  return role;
}

Html contacts_html(const std::vector<domain::OrganisationContact>& contacts) {
  if (contacts.empty()) return {};
  std::string out = "<ul>";
  for (const auto& each : contacts) {
    render<"<li>{} ({})">(out, each.name, role_text(each.role));
    if (!each.email.empty()) {
      render<": <a href=\"{}\">{}</a>">(out, Url::external("mailto:" + each.email), each.email);
    }
    if (!each.phone.empty()) render<", telephone {}">(out, each.phone);
    out += "</li>\n";
  }
  return Html::from_trusted(out + "</ul>\n");
}

Html keys_html(const std::vector<OrganisationKey>& keys) {
  if (keys.empty()) return {};
  std::string out = "<ul>";
  for (const auto& each : keys) {
    render<"<li>{} {}: <a href=\"{}\"><code class=\"fingerprint\">{}</code></a></li>\n">(
        out, each.kind == OrganisationKey::Kind::openpgp ? "OpenPGP key" : "Certificate", each.label,
        Url::own("/keys/" + http::encode_component(key_file(each))), each.fingerprint);
  }
  return Html::from_trusted(out + "</ul>\n");
}

Html constituency_html(const App& app, const domain::Organisation& cert) {
  std::string out;
  if (const auto text = app.site_text("cert.constituency"); !text.empty()) out += html::paragraphs(text).str();
  std::vector<std::string> sectors;
  for (const auto sector : cert.sectors) sectors.emplace_back(domain::name(sector));
  if (!sectors.empty()) render<"<p>Sectors: {}.</p>\n">(out, fmt::format("{}", fmt::join(sectors, "; ")));
  std::vector<std::string_view> countries;
  for (const auto& code : cert.countries) {
    if (const auto* country = domain::find_country(code)) countries.push_back(country->name);
  }
  if (!countries.empty()) render<"<p>Countries: {}.</p>\n">(out, fmt::format("{}", fmt::join(countries, ", ")));
  return Html::from_trusted(std::move(out));
}

Html disclosure_html(const App& app) {
  if (app.identity() == nullptr) {
    return Html::from_trusted(
        "<p>Only what is marked TLP:CLEAR is published here. The marking is that of the <a href=\"/about#tlp\">Traffic "
        "Light Protocol</a> 2.0.</p>\n");
  }
  return Html::from_trusted(
      "<p>What is shared bears a marking of the <a href=\"/about#tlp\">Traffic Light Protocol</a> 2.0, and this portal "
      "shows it to nobody whom the marking does not reach. Who has looked at what is marked TLP:AMBER or above is "
      "written down, and its owner can see it. What is kept about people is on the page on <a "
      "href=\"/privacy\">privacy</a>.</p>\n");
}

Result<http::Response> rfc2350(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(auto cert, own(app, request));
  sort_security_first(cert.contacts);
  const auto site = app.site();
  const auto& name = cert.organisation.name.empty() ? site->text("site_name") : cert.organisation.name;
  Description page;
  page.section("1", "About this document");
  page.part("1.1", "Date of last update",
            fragment<"<p>It is always current: made from what this CERT has entered when it was read, on {}.</p>\n">(
                pages::date_html(request.now)));
  page.part("1.2", "Distribution list for notifications", "Changes of this document are not announced.");
  const auto place = secure_address(app, "/rfc2350");
  page.part("1.3", "Where this document may be found",
            place.empty() ? Html::from_trusted("<p>On this page.</p>\n")
                          : fragment<"<p><a href=\"/rfc2350\">{}</a></p>\n">(place));
  page.section("2", "Contact");
  page.part("2.1", "Name of the team", name);
  page.part("2.2", "Address", site->text("cert.address"));
  page.part("2.3", "Time zone", site->text("cert.time_zone"));
  page.part("2.4", "Telephone and electronic mail", contacts_html(cert.contacts));
  page.part("2.5", "Public keys and encryption", keys_html(cert.keys));
  page.part("2.6", "Team members", "People are not named in public.");
  page.part("2.7", "Other information",
            cert.organisation.homepage.empty()
                ? Html{}
                : fragment<"<p><a href=\"{}\" rel=\"noopener noreferrer\">{}</a></p>\n">(
                      Url::external(cert.organisation.homepage), cert.organisation.homepage));
  page.part("2.8", "Points of contact, hours", site->text("cert.hours"));
  page.section("3", "Charter");
  page.part("3.1", "Mission", cert.organisation.description);
  page.part("3.2", "Constituency", constituency_html(app, cert.organisation));
  page.part("3.3", "Sponsorship and affiliation", site->text("cert.affiliation"));
  page.part("3.4", "Authority", site->text("cert.authority"));
  page.section("4", "Policies");
  page.part("4.1", "Types of incidents and level of support", site->text("cert.incidents"));
  page.part("4.2", "Co-operation, interaction and disclosure of information", disclosure_html(app));
  page.part("4.3", "Communication and authentication",
            Html::from_trusted("<p>Use a key of section 2.5 for what shall stay confidential.</p>\n"));
  page.section("5", "Services");
  page.part("5.1", "Services",
            Html::from_trusted(
                "<p>This portal: <a href=\"/advisories\">security advisories</a> for industrial control systems, as "
                "pages, <a href=\"/feeds/advisories.atom\">feed</a> and <a href=\"/api\">API</a>.</p>\n"));
  page.part("5.2", "Incident response", site->text("cert.services"));
  page.section("6", "Reporting incidents");
  page.part("6.1", "Form", "There is no form: write or call one of the contacts of section 2.4.");
  page.section("7", "Disclaimers");
  page.part("7.1", "Disclaimers",
            "Information is given to the best of knowledge, and without liability for errors or for what follows from "
            "its use.");
  std::string out;
  render<
      "<article class=\"prose\" {}><h1>{}: description after RFC 2350</h1>\n<p class=\"lead\">Who this CERT is, whom "
      "it serves and how to reach it, in the order that <a href=\"{}\" rel=\"noopener noreferrer\">RFC 2350</a> gives "
      "such descriptions.</p>\n">(out, html::attribute_if<"lang">(current_language() != Language::en, "en"), name,
                                  Url::external("https://www.rfc-editor.org/rfc/rfc2350"));
  out += page.take() + "</article>\n";
  pages::Page frame;
  frame.title = tr<"Description after RFC 2350">();
  frame.section = pages::Section::about;
  frame.canonical = "/rfc2350";
  frame.main = Html::from_trusted(std::move(out));
  return pages::render_page(app, request, frame);
}

}  // namespace

void add_cert_routes(App& app, http::Router& router) {
  const auto add = [&](std::string pattern, std::string name, auto function) {
    http::Route route;
    route.pattern = std::move(pattern);
    route.name = std::move(name);
    // Who still has to add a second factor may know where they are.
    route.before_second_factor = true;
    route.handler = [&app, function](const http::Request& request) { return function(app, request); };
    router.add(std::move(route));
  };
  add("/rfc2350", "rfc2350_page", rfc2350);
  add("/.well-known/security.txt", "security_txt", security_txt);
  add("/keys/{file}", "cert_key", key);
}

}  // namespace tocsin::portal
