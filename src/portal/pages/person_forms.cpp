#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/identity/identity.hpp"
#include "engine/post/post.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/approval_view.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/site.hpp"

/// Inviting people, their roles, their links, and the end of their accounts.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using domain::OrganisationId;
using domain::Permission;
using domain::PersonStatus;
using engine::identity::LinkPurpose;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

struct RoleHint {
  domain::Role role;
  Message hint;
};
constexpr RoleHint kRoleHints[] = {
    {domain::Role::organisation_administrator,
     message<"Manages the organisation's people, profile, contacts and keys.">},
    {domain::Role::vendor_coordinator, message<"Handles the vendor's reports and drafts, and reads its TLP:RED.">},
    {domain::Role::analyst, message<"Edits drafts of the CERT.">},
    {domain::Role::coordinator, message<"Vets members, publishes, handles TLP:RED.">},
    {domain::Role::auditor, message<"Reads the audit log and what is public; nothing else.">},
    {domain::Role::administrator, message<"Operates the portal; reads no TLP:AMBER or RED by that.">}};

/// Roles that may be given in this organisation; every membership is a member's.
std::vector<pages::Option> role_options(const domain::Organisation& organisation) {
  std::vector<pages::Option> options;
  for (const auto& [role, hint] : kRoleHints) {
    if (!domain::may_hold(domain::Roles{domain::Role::member, role}, organisation)) continue;
    options.push_back(
        {std::string{domain::slug(role)}, std::string{tr_text(domain::name(role))}, std::string{hint.text()}});
  }
  return options;
}
std::vector<pages::Option> all_role_options() {
  std::vector<pages::Option> options;
  for (const auto& [role, hint] : kRoleHints) {
    options.push_back(
        {std::string{domain::slug(role)}, std::string{tr_text(domain::name(role))}, std::string{hint.text()}});
  }
  return options;
}

Result<domain::Roles> roles_of(const Form& form) {
  domain::Roles roles{domain::Role::member};
  for (const auto& slug : form.all("roles")) {
    const auto role = domain::parse_role(slug);
    if (!role) return Error::invalid(std::string{tr<"choose roles from the list">()}, "roles");
    roles = roles.with(*role);
  }
  return roles;
}

/// The person in the address, as far as the asker may know of them.
Result<members::PersonRow> target(App& app, const http::Request& request) {
  const auto id = pages::id_in_path(request, "person");
  if (!id) return Error::not_found("person");
  TRY(auto row, members::find_person(app.database(), access::actor(request), {*id}));
  if (!row) return Error::not_found("person");
  return std::move(*row);
}

std::string shown_name(const domain::Person& person) {
  return person.name.empty() ? tr<"Person {}">(person.id.value) : person.name;
}

std::vector<pages::Crumb> crumbs_of(const domain::Person& person, std::string_view last) {
  return {{"/people", std::string{tr<"People">()}},
          {pages::person_url(person.id), shown_name(person)},
          {"", std::string{last}}};
}

/// Where mail is sent the link goes to them alone.
Result<http::Response> send_link(App& app, const http::Request& request, LinkPurpose purpose,
                                 const domain::Person& person, std::optional<OrganisationId> organisation) {
  TRY(const auto address, app.identity()->send_link(purpose, person.id, organisation, access::actor(request)));
  const bool invitation = purpose == LinkPurpose::invitation;
  const auto title =
      invitation ? tr<"Invitation for {}">(shown_name(person)) : tr<"New password for {}">(shown_name(person));
  std::string out = pages::breadcrumb_html(crumbs_of(person, std::string{tr<"Mail">()})).str();
  render<R"(<div class="form-page"><div class="page-head"><h1>{}</h1></div>
<div class="callout callout-good"><p>{}</p></div>
<p>{}</p><div class="actions">{} <a class="button-quiet" href="{}">[[Done]]</a></div></div>
)">(out, title,
    invitation
        ? html::fragment<"[[<b>Sent to {}.</b> The mail has a link that works once, for seven days. Earlier ones have "
                         "stopped working.]]">(address)
        : html::fragment<"[[<b>Sent to {}.</b> The mail has a link that works once, for an hour. Earlier ones have "
                         "stopped working.]]">(address),
    invitation ? tr<"With it they set a password, and a second factor where their role needs one. If nothing arrives, "
                    "check the address and look at their folder for spam; then send it again.">()
               : tr<"With it they set a new password, and all of their sessions end.">(),
    pages::button_form(request, pages::person_url(person.id) + "/link", tr<"Send it again">()),
    html::Url::own(pages::person_url(person.id)));
  pages::Page page;
  page.title = title;
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/people");
}

/// Sends the link, or makes it and shows it: once, for only its hash is kept.
Result<http::Response> hand_out(App& app, const http::Request& request, LinkPurpose purpose,
                                const domain::Person& person, std::optional<OrganisationId> organisation) {
  if (app.mails()) return send_link(app, request, purpose, person, organisation);
  TRY(const auto secret, app.identity()->create_link(purpose, person.id, organisation, access::actor(request)));
  const auto link = fmt::format("{}/link/{}", app.base_url(request), secret);
  const bool invitation = purpose == LinkPurpose::invitation;
  const auto title =
      invitation ? tr<"Invitation for {}">(shown_name(person)) : tr<"New password for {}">(shown_name(person));
  std::string out = pages::breadcrumb_html(crumbs_of(person, tr<"Link">())).str();
  render<R"(<div class="form-page"><div class="page-head"><h1>{}</h1></div>
<div class="callout callout-good"><p>[[<b>Give this link to {}.</b> It is shown once, works once, and is as good as a password: send it by a way that only they read.]]</p>
<p><code class="secret-link" data-copy="{}" data-copy-label="[[the link]]">{}</code></p></div>
<p>{}</p><p class="actions"><a class="button-quiet" href="{}">[[Done]]</a></p></div>
)">(out, title, person.email, link, link,
    invitation ? tr<"With it they set a password, and a second factor where their role needs one. Earlier invitations "
                    "have stopped working.">()
               : tr<"With it they set a new password. Then all of their sessions end, and earlier links have stopped "
                    "working.">(),
    html::Url::own(pages::person_url(person.id)));
  pages::Page page;
  page.title = title;
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/people");
}

// --- invitation ---

Result<http::Response> show_invite(App& app, const http::Request& request, const Form& form) {
  const auto actor = access::actor(request);
  FormMarkup markup{request, "/people/invite", form};
  markup.input({.name = "name", .label = tr<"Name">(), .required = true, .autofocus = true})
      .input({.name = "email", .label = tr<"Mail address">(), .type = "email", .maxlength = 254, .required = true})
      .select({.name = "language", .label = tr<"Language">(), .hint = tr<"Of the invitation, and of pages.">()},
              pages::language_options(tr<"As the browser says">()));
  if (actor.may(Permission::manage_people)) {
    TRY(auto options, pages::organisation_options(app, actor));
    options.insert(options.begin(), pages::Option{.value = "", .label = std::string{tr<"Choose an organisation">()}});
    markup.select({.name = "organisation", .label = tr<"Organisation">(), .required = true}, options)
        .checkboxes("roles", tr<"Roles">(), all_role_options(),
                    tr<"Everybody is a member. Analyst to administrator are given in the CERT only, vendor coordinator "
                       "in vendors only.">());
  } else if (actor.viewer.organisation) {
    TRY(const auto own, members::find_organisation(app.database(), actor, *actor.viewer.organisation, request.now));
    if (own) markup.checkboxes("roles", tr<"Roles">(), role_options(own->organisation), tr<"Everybody is a member.">());
  }
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"Invite somebody">()},
       .crumbs = {{"/people", std::string{tr<"People">()}}, {"", std::string{tr<"Invite">()}}},
       .lead = Html::from_text(app.mails() ? tr<"They get a mail with a link. Who is known already becomes a member of "
                                                "this organisation as well.">()
                                           : tr<"You get a link to hand to them. Who is known already becomes a member "
                                                "of this organisation as well.">())},
      form, markup.submit(tr<"Invite">(), FormMarkup::Button::normal, "/people"));
}

Result<http::Response> get_invite(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"organisation"}));
  Form form;
  form.with("organisation", std::string{request.query.get("organisation")});
  return show_invite(app, request, form);
}

Result<http::Response> post_invite(App& app, const http::Request& request) {
  const auto actor = access::actor(request);
  const bool all = actor.may(Permission::manage_people);
  TRY(auto form, all ? Form::read(request, {"name", "email", "language", "organisation"}, {"roles"})
                     : Form::read(request, {"name", "email", "language"}, {"roles"}));
  std::optional<OrganisationId> organisation = actor.viewer.organisation;
  const auto invite = [&]() -> Result<domain::PersonId> {
    if (all) {
      const auto id = pages::id_of(form.get("organisation"));
      if (!id) return Error::invalid(std::string{tr<"choose an organisation from the list">()}, "organisation");
      organisation = OrganisationId{*id};
    }
    if (!organisation) return Error::forbidden(std::string{tr<"act for an organisation to invite people into it">()});
    TRY(const auto roles, roles_of(form));
    const members::PersonInput input{
        .name = form.get("name"), .email = form.get("email"), .language = form.get("language"), .time_zone = {}};
    return members::invite(app.database(), actor, *organisation, input, roles, request.now);
  };
  const auto id = invite();
  if (!id) {
    TRY_VOID(form.take(id.error()));
    return show_invite(app, request, form);
  }
  TRY(const auto row, members::find_person(app.database(), actor, *id));
  if (!row) return Error::not_found("person");
  // Who has an account needs no link: the organisation is there at the next sign-in.
  if (row->person.status != PersonStatus::invited) return pages::done(pages::person_url(*id), "saved");
  return hand_out(app, request, LinkPurpose::invitation, row->person, organisation);
}

// --- links ---

Result<http::Response> post_link(App& app, const http::Request& request) {
  TRY_VOID(Form::read(request, {}));
  TRY(const auto row, target(app, request));
  const auto actor = access::actor(request);
  if (auto confirm = pages::confirm_first(app, request, pages::person_url(row.person.id))) return std::move(*confirm);
  if (row.person.status == PersonStatus::invited) {
    std::optional<OrganisationId> organisation;
    for (const auto& membership : row.memberships) {
      if (!organisation || actor.viewer.organisation == membership.organisation) organisation = membership.organisation;
    }
    return hand_out(app, request, LinkPurpose::invitation, row.person, organisation);
  }
  TRY_VOID(actor.require(Permission::manage_people));
  if (row.person.status != PersonStatus::active)
    return Error::conflict(std::string{tr<"this account is not active: activate it first">()});
  return hand_out(app, request, LinkPurpose::password_reset, row.person, std::nullopt);
}

// --- name and address ---

http::Response show_edit(App& app, const http::Request& request, const domain::Person& person, const Form& form) {
  const auto url = pages::person_url(person.id);
  FormMarkup markup{request, url + "/edit", form};
  markup.hidden("version", form.raw("version"));
  markup.input({.name = "name", .label = tr<"Name">(), .required = true})
      .input({.name = "email",
              .label = tr<"Mail address">(),
              .hint = tr<"They sign in with it.">(),
              .type = "email",
              .maxlength = 254,
              .required = true})
      .select({.name = "language", .label = tr<"Language">(), .hint = tr<"Of mails to them, and of pages.">()},
              pages::language_options(tr<"As the browser says">(), form.raw("language")))
      .select({.name = "time_zone", .label = tr<"Time zone">()},
              pages::zone_options(tr<"As the site: {}">(app.site()->zone->name()), form.raw("time_zone")));
  return pages::form_answer(
      app, request, {.title = tr<"Edit {}">(shown_name(person)), .crumbs = crumbs_of(person, tr<"Edit">()), .lead = {}},
      form, markup.submit(tr<"Save">(), FormMarkup::Button::normal, url));
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto row, target(app, request));
  Form form;
  form.with("version", members::version_of(row.person))
      .with("name", row.person.name)
      .with("email", row.person.email)
      .with("language", row.person.language)
      .with("time_zone", row.person.time_zone);
  return show_edit(app, request, row.person, form);
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(const auto row, target(app, request));
  TRY(auto form, Form::read(request, {"version", "name", "email", "language", "time_zone"}));
  const members::PersonInput input{.name = form.get("name"),
                                   .email = form.get("email"),
                                   .language = form.get("language"),
                                   .time_zone = form.get("time_zone")};
  const auto changed = members::change_person(app.database(), access::actor(request), row.person.id, input, request.now,
                                              form.get("version"), app.post());
  if (!changed) {
    TRY_VOID(form.take(changed.error()));
    return show_edit(app, request, row.person, form);
  }
  return pages::done(pages::person_url(row.person.id), "saved");
}

// --- roles ---

struct Seat {
  members::PersonRow row;
  domain::Membership membership;
  domain::Organisation organisation;
};
/// The membership in the address, as far as the asker manages it.
Result<Seat> seat_of(App& app, const http::Request& request) {
  TRY(auto row, target(app, request));
  const auto id = pages::id_in_path(request, "organisation");
  if (!id) return Error::not_found("membership");
  const OrganisationId organisation{*id};
  const auto found = std::ranges::find(row.memberships, organisation, &domain::Membership::organisation);
  if (found == row.memberships.end()) return Error::not_found("membership");
  const auto actor = access::actor(request);
  if (!actor.may(Permission::manage_people) && actor.viewer.organisation != organisation) {
    return Error::not_found("membership");
  }
  TRY(auto detail, members::find_organisation(app.database(), actor, organisation, request.now));
  if (!detail) return Error::not_found("membership");
  const auto membership = *found;
  return Seat{std::move(row), membership, std::move(detail->organisation)};
}

std::string roles_path(const Seat& seat) {
  return fmt::format("{}/roles/{}", pages::person_url(seat.row.person.id), seat.organisation.id.value);
}

http::Response show_roles(App& app, const http::Request& request, const Seat& seat, const Form& form) {
  const auto& person = seat.row.person;
  FormMarkup markup{request, roles_path(seat), form};
  markup.checkboxes("roles", tr<"Roles">(), role_options(seat.organisation),
                    tr<"Everybody in an organisation is a member.">());
  if (seat.organisation.id == domain::kOwnOrganisation) {
    pages::append_reason(markup, request, domain::Act::grant_role);
  }
  auto all = markup.submit(tr<"Save">(), FormMarkup::Button::normal, pages::person_url(person.id));
  std::string rest;
  render<
      "<section class=\"panel\"><h2>[[Remove from {}]]</h2><p>[[The membership ends, with the sessions and tokens that "
      "act for this organisation. The account stays.]]</p>{}</section>">(
      rest, seat.organisation.name,
      pages::button_form(request, roles_path(seat) + "/remove", tr<"Remove">(), {}, FormMarkup::Button::danger,
                         shown_name(person)));
  all += Html::from_trusted(std::move(rest));
  return pages::form_answer(app, request,
                            {.title = tr<"Roles of {}">(shown_name(person)),
                             .crumbs = crumbs_of(person, tr<"Roles">()),
                             .lead = html::fragment<"<p>[[In {}.]]</p>">(seat.organisation.name)},
                            form, all);
}

Result<http::Response> get_roles(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto seat, seat_of(app, request));
  if (auto confirm = pages::confirm_first(app, request, roles_path(seat))) return std::move(*confirm);
  Form form;
  for (const auto role : domain::all_roles()) {
    if (seat.membership.roles.has(role)) form.with("roles", std::string{domain::slug(role)});
  }
  return show_roles(app, request, seat, form);
}

Result<http::Response> post_roles(App& app, const http::Request& request) {
  TRY(const auto seat, seat_of(app, request));
  if (auto confirm = pages::confirm_first(app, request, roles_path(seat))) return std::move(*confirm);
  TRY(auto form, Form::read(request, {"reason"}, {"roles"}));
  const auto set = [&]() -> Status {
    TRY(const auto roles, roles_of(form));
    auto actor = access::actor(request);
    actor.reason = form.get("reason");
    return members::set_roles(app.database(), actor, seat.row.person.id, seat.organisation.id, roles, request.now);
  };
  if (const auto changed = set(); !changed) {
    if (auto asked = pages::asked_instead(changed.error())) return std::move(*asked);
    TRY_VOID(form.take(changed.error()));
    return show_roles(app, request, seat, form);
  }
  return pages::done(pages::person_url(seat.row.person.id), "saved");
}

Result<http::Response> post_leave(App& app, const http::Request& request) {
  TRY(const auto seat, seat_of(app, request));
  if (auto confirm = pages::confirm_first(app, request, roles_path(seat))) return std::move(*confirm);
  TRY(auto form, Form::read(request, {}));
  const auto removed = members::set_roles(app.database(), access::actor(request), seat.row.person.id,
                                          seat.organisation.id, {}, request.now);
  if (!removed) {
    TRY_VOID(form.take(removed.error()));
    return show_roles(app, request, seat, form);
  }
  // Who manages one organisation's people no longer sees who has left it.
  return pages::done("/people", "removed");
}

// --- status ---

Result<http::Response> post_status(App& app, const http::Request& request) {
  TRY(const auto row, target(app, request));
  TRY(const auto form, Form::read(request, {"status"}));
  const auto status = domain::parse_person_status(form.get("status"));
  if (!status || (*status != PersonStatus::active && *status != PersonStatus::suspended)) {
    return Error::invalid(std::string{tr<"an account becomes active or suspended">()}, "status");
  }
  TRY_VOID(members::set_person_status(app.database(), access::actor(request), row.person.id, *status, request.now));
  return pages::done(pages::person_url(row.person.id), "saved");
}

// --- the end ---

http::Response show_erase(App& app, const http::Request& request, const domain::Person& person, const Form& form) {
  const auto url = pages::person_url(person.id);
  FormMarkup markup{request, url + "/erase", form};
  markup.input({.name = "confirmation",
                .label = tr<"To be sure, type the mail address of this account">(),
                .maxlength = 254,
                .required = true,
                .code = true});
  return pages::form_answer(
      app, request,
      {.title = tr<"Erase {}">(shown_name(person)),
       .crumbs = crumbs_of(person, tr<"Erase">()),
       .lead = html::fragment<"<p class=\"callout callout-warn\">[[Name, address ({}), password, second factors, "
                              "sessions, tokens and memberships go, and what the audit log knows personally of them. "
                              "The number {} stays, so that the log stays whole. <b>This cannot be undone.</b>]]</p>">(
           person.email, person.id.value)},
      form, markup.submit(tr<"Erase for good">(), FormMarkup::Button::danger, url));
}

Result<http::Response> get_erase(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto row, target(app, request));
  if (auto confirm = pages::confirm_first(app, request, request.path)) return std::move(*confirm);
  return show_erase(app, request, row.person, {});
}

Result<http::Response> post_erase(App& app, const http::Request& request) {
  TRY(const auto row, target(app, request));
  if (auto confirm = pages::confirm_first(app, request, request.path)) return std::move(*confirm);
  TRY(auto form, Form::read(request, {"confirmation"}));
  const auto erase = [&]() -> Status {
    if (!text::equals_ignore_case_ascii(form.get("confirmation"), row.person.email)) {
      return Error::invalid(std::string{tr<"that is not the mail address of this account">()}, "confirmation");
    }
    return members::erase_person(app.database(), access::actor(request), row.person.id, request.now);
  };
  if (const auto erased = erase(); !erased) {
    TRY_VOID(form.take(erased.error()));
    return show_erase(app, request, row.person, form);
  }
  return pages::done("/people", "removed");
}

Result<http::Response> get_export(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto row, target(app, request));
  TRY(auto exported, members::export_person(app.database(), access::actor(request), row.person.id, request.now));
  auto response = http::Response::json(std::move(exported));
  response.with("Content-Disposition", fmt::format("attachment; filename=\"person-{}.json\"", row.person.id.value));
  return pages::personal(std::move(response));
}

}  // namespace

void add_person_form_routes(App& app, http::Router& router) {
  const auto own = Permission::manage_own_people;
  const auto all = Permission::manage_people;
  pages::add_form(app, router, "/people/invite", "person_invite", own, get_invite, post_invite);
  pages::add_action(app, router, "/people/{person}/link", "person_link", own, post_link);
  pages::add_form(app, router, "/people/{person}/edit", "person_edit", all, get_edit, post_edit);
  pages::add_form(app, router, "/people/{person}/roles/{organisation}", "person_roles", own, get_roles, post_roles);
  pages::add_action(app, router, "/people/{person}/roles/{organisation}/remove", "person_leave", own, post_leave);
  pages::add_action(app, router, "/people/{person}/status", "person_status", all, post_status);
  pages::add_form(app, router, "/people/{person}/erase", "person_erase", all, get_erase, post_erase);
  pages::add_page(
      router, http::Method::get, "/people/{person}/export", "person_export_page", all,
      [&app](const http::Request& request) { return get_export(app, request); },
      [](http::Route& route) { route.session_only = true; });
}

}  // namespace tocsin::portal
