#include <fmt/format.h>

#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/member_parts.hpp"

/// Contacts, keys and clients of an organisation: adding and removing them.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using domain::OrganisationId;
using domain::Permission;
using html::Html;
using pages::Form;
using pages::FormMarkup;

constexpr int kKeyBytes = 64 << 10;
struct ContactRole {
  std::string_view slug;
  Message label;
};
constexpr ContactRole kContactRoles[] = {{"security", message<"Security: whom the CERT tells first">},
                                         {"technical", message<"Technical: who runs the systems">},
                                         {"management", message<"Management">},
                                         {"legal", message<"Legal">},
                                         {"press", message<"Press">},
                                         {"around-the-clock", message<"Around the clock">}};

/// The organisation in the address, where the asker may know of it and has the permission.
Result<domain::Organisation> target(App& app, const http::Request& request, bool own_is_enough = true) {
  const auto id = pages::id_in_path(request, "organisation");
  if (!id) return Error::not_found("organisation");
  const auto actor = access::actor(request);
  TRY(auto detail, members::find_organisation(app.database(), actor, {*id}, request.now));
  if (!detail) return Error::not_found("organisation");
  if (own_is_enough) {
    TRY_VOID(actor.require(Permission::manage_organisations, Permission::manage_own_organisation, {*id}));
  } else {
    TRY_VOID(actor.require(Permission::manage_organisations));
  }
  return std::move(detail->organisation);
}

http::Response show(App& app, const http::Request& request, const domain::Organisation& organisation,
                    std::string_view title, Html lead, const Form& form, FormMarkup& markup) {
  const auto url = pages::organisation_url(organisation.id);
  return pages::form_answer(app, request,
                            {.title = std::string{title},
                             .crumbs = {{"/organisations", std::string{tr<"Organisations">()}},
                                        {url, organisation.name},
                                        {"", std::string{title}}},
                             .lead = std::move(lead)},
                            form, markup.submit(tr<"Add">(), FormMarkup::Button::normal, url));
}

/// What was done, or the form again.
template <class Show>
Result<http::Response> finish(const domain::Organisation& organisation, Form& form, const Status& outcome, Show again) {
  if (!outcome) {
    TRY_VOID(form.take(outcome.error()));
    return again();
  }
  return pages::done(pages::organisation_url(organisation.id), "saved");
}

/// A Result without its value.
template <class T>
Status status_of(const Result<T>& result) {
  if (!result) return result.error();
  return ok();
}

// --- contacts ---

Result<http::Response> show_contact(App& app, const http::Request& request, const domain::Organisation& organisation,
                                    const Form& form) {
  FormMarkup markup{request, pages::organisation_url(organisation.id) + "/contacts/new", form};
  std::vector<pages::Option> roles;
  for (const auto& [value, label] : kContactRoles) roles.push_back({std::string{value}, std::string{label.text()}});
  markup.select({.name = "role", .label = tr<"For what">(), .required = true}, roles)
      .input({.name = "name", .label = tr<"Name">(), .hint = tr<"A person or a team">()})
      .input({.name = "email", .label = tr<"Mail address">(), .type = "email", .maxlength = 254})
      .input({.name = "phone",
              .label = tr<"Telephone">(),
              .hint = tr<"With country code: +49 30 1234567">(),
              .maxlength = 50});
  return show(app, request, organisation, tr<"Add a contact">(),
              Html::from_text(tr<"All members see contacts. A mail address or a telephone number is needed.">()), form,
              markup);
}

Result<http::Response> get_contact(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto organisation, target(app, request));
  Form form;
  form.with("role", "security");
  return show_contact(app, request, organisation, form);
}

Result<http::Response> post_contact(App& app, const http::Request& request) {
  TRY(const auto organisation, target(app, request));
  TRY(auto form, Form::read(request, {"role", "name", "email", "phone"}));
  const domain::OrganisationContact contact{.id = 0,
                                            .role = form.get("role"),
                                            .name = form.get("name"),
                                            .email = form.get("email"),
                                            .phone = form.get("phone")};
  const auto added =
      status_of(members::add_contact(app.database(), access::actor(request), organisation.id, contact, request.now));
  return finish(organisation, form, added, [&] { return show_contact(app, request, organisation, form); });
}

// --- keys ---

Result<http::Response> show_key(App& app, const http::Request& request, const domain::Organisation& organisation,
                                const Form& form) {
  FormMarkup markup{request, pages::organisation_url(organisation.id) + "/keys/new", form};
  markup.input({.name = "label", .label = tr<"Label">(), .hint = tr<"Whose it is, and what for">()})
      .textarea({.name = "key",
                 .label = tr<"Public key or certificate">(),
                 .hint = tr<"Begins with -----BEGIN PGP PUBLIC KEY BLOCK----- or -----BEGIN CERTIFICATE-----">(),
                 .maxlength = kKeyBytes,
                 .required = true,
                 .code = true},
                12);
  return show(
      app, request, organisation, tr<"Add a key">(),
      Html::from_text(
          tr<"The public part only: a secret key is refused, and must be replaced where it was sent anywhere.">()),
      form, markup);
}

Result<http::Response> get_key(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto organisation, target(app, request));
  return show_key(app, request, organisation, {});
}

Result<http::Response> post_key(App& app, const http::Request& request) {
  TRY(const auto organisation, target(app, request));
  TRY(auto form, Form::read(request, {"label", "key"}));
  auto added = status_of(members::add_key(app.database(), access::actor(request), organisation.id, form.get("key"),
                                          form.get("label"), request.now));
  if (!added && (added.error().where == "armoured" || added.error().where == "body")) {
    auto error = std::move(added).error();
    error.where = "key";
    added = std::move(error);
  }
  // A secret key that was pasted by mistake does not come back into the page.
  if (!added && form.get("key").find("PRIVATE KEY") != std::string::npos) {
    Form emptied;
    emptied.with("label", form.get("label"));
    emptied.wrong("key", added.error().message);
    return show_key(app, request, organisation, emptied);
  }
  return finish(organisation, form, added, [&] { return show_key(app, request, organisation, form); });
}

// --- clients ---

Result<http::Response> show_client(App& app, const http::Request& request, const domain::Organisation& organisation,
                                   const Form& form) {
  TRY(auto options, pages::organisation_options(app, access::actor(request)));
  std::erase_if(options, [&](const auto& each) { return each.value == std::to_string(organisation.id.value); });
  options.insert(options.begin(), pages::Option{.value = "", .label = std::string{tr<"Choose an organisation">()}});
  FormMarkup markup{request, pages::organisation_url(organisation.id) + "/clients/new", form};
  markup.select({.name = "client", .label = tr<"Client">(), .required = true}, options);
  return show(app, request, organisation, tr<"Add a client">(),
              Html::from_text(
                  tr<"What is addressed to {} as TLP:AMBER will reach the client as well. Make sure that both know.">(
                      organisation.name)),
              form, markup);
}

Result<http::Response> get_client(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto organisation, target(app, request, false));
  return show_client(app, request, organisation, {});
}

Result<http::Response> post_client(App& app, const http::Request& request) {
  TRY(const auto organisation, target(app, request, false));
  TRY(auto form, Form::read(request, {"client"}));
  const auto add = [&]() -> Status {
    const auto client = pages::id_of(form.get("client"));
    if (!client) return Error::invalid(std::string{tr<"choose an organisation from the list">()}, "client");
    return members::add_client(app.database(), access::actor(request), organisation.id, {*client}, request.now);
  };
  return finish(organisation, form, add(), [&] { return show_client(app, request, organisation, form); });
}

// --- removing ---

using Remove = Status (*)(store::Database&, const engine::Actor&, OrganisationId, std::int64_t, Timestamp);

template <Remove remove>
Result<http::Response> remove_by(App& app, const http::Request& request, std::string_view field, bool own_is_enough) {
  TRY(const auto organisation, target(app, request, own_is_enough));
  TRY(const auto form, Form::read(request, {field}));
  const auto id = pages::id_of(form.get(field));
  if (!id) return Error::not_found(field);
  TRY_VOID(remove(app.database(), access::actor(request), organisation.id, *id, request.now));
  return pages::done(pages::organisation_url(organisation.id), "removed");
}

Status drop_client(store::Database& database, const engine::Actor& actor, OrganisationId provider, std::int64_t client,
                   Timestamp now) {
  return members::remove_client(database, actor, provider, OrganisationId{client}, now);
}

Result<http::Response> remove_contact(App& app, const http::Request& request) {
  return remove_by<members::remove_contact>(app, request, "contact", true);
}
Result<http::Response> remove_key(App& app, const http::Request& request) {
  return remove_by<members::remove_key>(app, request, "key", true);
}
Result<http::Response> remove_client(App& app, const http::Request& request) {
  return remove_by<drop_client>(app, request, "client", false);
}

}  // namespace

void add_organisation_part_routes(App& app, http::Router& router) {
  const std::string base = "/organisations/{organisation}";
  const auto own = Permission::manage_own_organisation;
  const auto any = Permission::manage_organisations;
  pages::add_form(app, router, base + "/contacts/new", "contact_new", own, get_contact, post_contact);
  pages::add_action(app, router, base + "/contacts/remove", "contact_remove", own, remove_contact);
  pages::add_form(app, router, base + "/keys/new", "key_new", own, get_key, post_key);
  pages::add_action(app, router, base + "/keys/remove", "key_remove", own, remove_key);
  pages::add_form(app, router, base + "/clients/new", "client_new", any, get_client, post_client);
  pages::add_action(app, router, base + "/clients/remove", "client_remove", any, remove_client);
}

}  // namespace tocsin::portal
