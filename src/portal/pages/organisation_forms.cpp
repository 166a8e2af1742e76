#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/identity/identity.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/approval_view.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/organisation_fields.hpp"

/// Entering, editing and judging organisations.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using domain::OrganisationStatus;
using domain::Permission;
using html::Html;
using pages::Form;
using pages::FormMarkup;

constexpr int kReasonBytes = 2'000;

Result<Form> read_profile(const http::Request& request) {
  return Form::read(request, {"version", "name", "kind", "countries", "homepage", "description", "vendor_keys"},
                    {"sectors"});
}

// --- new ---

http::Response show_new(App& app, const http::Request& request, const Form& form) {
  FormMarkup markup{request, "/organisations/new", form};
  pages::append_organisation_fields(markup, {});
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"Add an organisation">()},
       .crumbs = {{"/organisations", std::string{tr<"Organisations">()}}, {"", std::string{tr<"Add">()}}},
       .lead = Html::from_text(tr<"It is a member at once. Invite its first administrator next.">())},
      form, markup.submit(tr<"Add">(), FormMarkup::Button::normal, "/organisations"));
}

Result<http::Response> get_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  Form form;
  form.with("kind", std::string{domain::slug(domain::OrganisationKind::asset_owner)});
  return show_new(app, request, form);
}

Result<http::Response> post_new(App& app, const http::Request& request) {
  TRY(auto form, read_profile(request));
  const auto create = [&]() -> Result<domain::OrganisationId> {
    TRY(const auto input, pages::organisation_input(form));
    return members::create_organisation(app.database(), access::actor(request), input, request.now);
  };
  const auto id = create();
  if (!id) {
    TRY_VOID(form.take(id.error()));
    return show_new(app, request, form);
  }
  return pages::done(pages::organisation_url(*id), "saved");
}

// --- edit ---

/// The organisation in the address, as far as the asker may know of it and change it.
Result<members::OrganisationDetail> editable(App& app, const http::Request& request) {
  const auto id = pages::id_in_path(request, "organisation");
  if (!id) return Error::not_found("organisation");
  const auto actor = access::actor(request);
  TRY(auto detail, members::find_organisation(app.database(), actor, {*id}, request.now));
  if (!detail) return Error::not_found("organisation");
  TRY_VOID(actor.require(Permission::manage_organisations, Permission::manage_own_organisation, {*id}));
  return std::move(*detail);
}

http::Response show_edit(App& app, const http::Request& request, const domain::Organisation& organisation,
                         const Form& form) {
  const auto url = pages::organisation_url(organisation.id);
  const bool manages = access::actor(request).may(Permission::manage_organisations);
  FormMarkup markup{request, url + "/edit", form};
  markup.hidden("version", form.raw("version"));
  pages::append_organisation_fields(markup, {.kind = manages, .vendor_keys = manages});
  return pages::form_answer(
      app, request,
      {.title = tr<"Edit {}">(organisation.name),
       .crumbs = {{"/organisations", std::string{tr<"Organisations">()}},
                  {url, organisation.name},
                  {"", std::string{tr<"Edit">()}}},
       .lead = manages ? Html{} : Html::from_text(tr<"Kind and vendors in the catalogue are changed by the CERT.">())},
      form, markup.submit(tr<"Save">(), FormMarkup::Button::normal, url));
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto detail, editable(app, request));
  return show_edit(app, request, detail.organisation, pages::organisation_form(detail.organisation));
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(const auto detail, editable(app, request));
  const auto& organisation = detail.organisation;
  const auto actor = access::actor(request);
  const bool manages = actor.may(Permission::manage_organisations);
  // Who may not change kind and vendor keys has no such fields, and sending them is refused.
  TRY(auto form, manages
                     ? read_profile(request)
                     : Form::read(request, {"version", "name", "countries", "homepage", "description"}, {"sectors"}));
  const auto change = [&]() -> Status {
    TRY(auto input, pages::organisation_input(form));
    if (!manages) {
      input.kind = organisation.kind;
      input.vendor_keys = organisation.vendor_keys;
    }
    return members::change_organisation(app.database(), actor, organisation.id, input, request.now,
                                        form.get("version"));
  };
  if (const auto changed = change(); !changed) {
    TRY_VOID(form.take(changed.error()));
    return show_edit(app, request, organisation, form);
  }
  return pages::done(pages::organisation_url(organisation.id), "saved");
}

// --- status ---

struct Choice {
  OrganisationStatus status;
  std::string label, hint;
};
std::vector<Choice> choices_of(const domain::Organisation& organisation, bool vets) {
  const auto from = organisation.status;
  const bool waits = from == OrganisationStatus::applied;
  std::vector<Choice> choices;
  const auto add = [&](OrganisationStatus to, std::string_view label, std::string_view hint) {
    if (domain::may_become(from, to)) choices.push_back({to, std::string{label}, std::string{hint}});
  };
  if (vets) {
    add(OrganisationStatus::active, waits ? tr<"Admit as a member">() : tr<"Active again">(),
        waits ? tr<"It becomes a member, and you get the invitation to hand to who applied.">()
              : tr<"Its people see what members see, and what is addressed to it.">());
    add(OrganisationStatus::vetted, tr<"Vetted, not admitted yet">(),
        tr<"Who they are is clear; something else is still open.">());
    add(OrganisationStatus::suspended, tr<"Suspend">(),
        tr<"Its people see only what is public; sessions and tokens end.">());
    add(OrganisationStatus::applied, tr<"Applies again">(), tr<"Goes back to those who wait for vetting.">());
  }
  add(OrganisationStatus::left, waits && vets ? tr<"Refuse the application">() : tr<"#an organisation#Leaves">(),
      waits ? tr<"Nothing is sent: tell them yourself.">()
            : tr<"Sessions and tokens end; what it owns gets another owner.">());
  return choices;
}

Result<http::Response> show_status(App& app, const http::Request& request, const members::OrganisationDetail& detail,
                                   const Form& form) {
  const auto& organisation = detail.organisation;
  const auto url = pages::organisation_url(organisation.id);
  const auto actor = access::actor(request);
  const bool vets = actor.may(Permission::vet_organisations);
  std::vector<pages::Option> options;
  for (const auto& choice : choices_of(organisation, vets)) {
    options.push_back({std::string{domain::to_string(choice.status)}, choice.label, choice.hint});
  }
  FormMarkup markup{request, url + "/status", form};
  markup.radios("status", tr<"What becomes of it">(), options);
  markup.textarea({.name = "reason",
                   .label = tr<"Why">(),
                   .hint = tr<"Goes to the audit log. Say what you checked, and with whom.">(),
                   .maxlength = kReasonBytes,
                   .required = true},
                  3);
  if (domain::may_become(organisation.status, OrganisationStatus::left) && detail.records > 0) {
    TRY(auto heirs, pages::organisation_options(app, actor));
    std::erase_if(heirs, [&](const auto& each) { return each.value == std::to_string(organisation.id.value); });
    heirs.insert(heirs.begin(), pages::Option{.value = "", .label = std::string{tr<"Choose an organisation">()}});
    markup.select({.name = "heir",
                   .label = tr<"Who gets its records where it leaves">(),
                   .hint = trn<"It owns {} record; somebody has to go on with them.",
                               "It owns {} records; somebody has to go on with them.">(
                       detail.records, text::thousands(detail.records))},
                  heirs);
  }
  return pages::form_answer(
      app, request,
      {.title = vets ? tr<"Status of {}">(organisation.name) : tr<"Leave with {}">(organisation.name),
       .crumbs = {{"/organisations", std::string{tr<"Organisations">()}},
                  {url, organisation.name},
                  {"", std::string{tr<"Status">()}}},
       .lead = html::fragment<"<p>[[Now: {} {}]]</p>">(pages::status_tag(organisation.status),
                                                       pages::meaning(organisation.status))},
      form, markup.submit(tr<"Change status">(), FormMarkup::Button::normal, url));
}

/// As `editable`, for those who vet, and for an organisation's own administrators, who may let it leave.
Result<members::OrganisationDetail> judgeable(App& app, const http::Request& request) {
  const auto id = pages::id_in_path(request, "organisation");
  if (!id) return Error::not_found("organisation");
  const auto actor = access::actor(request);
  TRY(auto detail, members::find_organisation(app.database(), actor, {*id}, request.now));
  if (!detail) return Error::not_found("organisation");
  TRY_VOID(actor.require(Permission::vet_organisations, Permission::manage_own_organisation, {*id}));
  return std::move(*detail);
}

Result<http::Response> get_status(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto detail, judgeable(app, request));
  if (auto confirm = pages::confirm_first(app, request, request.path)) return std::move(*confirm);
  Form form;
  // Nothing is chosen beforehand where the choice is weighty; an application mostly leads to admission.
  if (detail.organisation.status == OrganisationStatus::applied) form.with("status", "active");
  return show_status(app, request, detail, form);
}

/// The last step of admitting: whoever did it hands the applicants their links.
Result<http::Response> show_invitations(App& app, const http::Request& request,
                                        const domain::Organisation& organisation,
                                        const std::vector<engine::identity::Identity::Invitation>& invitations) {
  const auto url = pages::organisation_url(organisation.id);
  std::string out = pages::breadcrumb_html({{"/organisations", std::string{tr<"Organisations">()}},
                                            {url, organisation.name},
                                            {"", std::string{tr<"#an organisation#Admitted">()}}})
                        .str();
  html::render<
      "<div class=\"form-page\"><div class=\"page-head\"><h1>[[{} is a member]]</h1></div>\n<p>[[Give each link to the "
      "person it is for, by a way that only they read: it is shown once, works once and for seven days, and is as good "
      "as a password. With it they set one, and a second factor.]]</p>\n">(out, organisation.name);
  for (const auto& each : invitations) {
    const auto link = fmt::format("{}/link/{}", app.base_url(request), each.secret);
    html::render<
        "<div class=\"callout callout-good\"><p><b>{}</b>, {}</p><p><code class=\"secret-link\" data-copy=\"{}\" "
        "data-copy-label=\"[[the link]]\">{}</code></p></div>\n">(out, each.name, each.email, link, link);
  }
  html::render<"<p class=\"actions\"><a class=\"button-quiet\" href=\"{}\">[[Done]]</a></p></div>\n">(
      out, html::Url::own(url));
  pages::Page page;
  page.title = tr<"#an organisation#Admitted">();
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/organisations");
}

Result<http::Response> post_status(App& app, const http::Request& request) {
  TRY(const auto detail, judgeable(app, request));
  if (auto confirm = pages::confirm_first(app, request, request.path)) return std::move(*confirm);
  TRY(auto form, Form::read(request, {"status", "reason", "heir"}));
  const auto change = [&]() -> Status {
    const auto status = domain::parse_organisation_status(form.get("status"));
    if (!status) return Error::invalid(std::string{tr<"choose what becomes of it">()}, "status");
    std::optional<domain::OrganisationId> heir;
    if (const auto typed = form.get("heir"); !typed.empty() && *status == OrganisationStatus::left) {
      const auto id = pages::id_of(typed);
      if (!id) return Error::invalid(std::string{tr<"choose an organisation from the list">()}, "heir");
      heir = domain::OrganisationId{*id};
    }
    const auto reason = form.get("reason");
    if (reason.empty())
      return Error::invalid(std::string{tr<"say why: whoever looks at this later will want to know">()}, "reason");
    return members::set_organisation_status(app.database(), access::actor(request), detail.organisation.id, *status,
                                            reason, heir, request.now);
  };
  if (const auto changed = change(); !changed) {
    if (auto asked = pages::asked_instead(changed.error())) return std::move(*asked);
    TRY_VOID(form.take(changed.error()));
    return show_status(app, request, detail, form);
  }
  const auto was = detail.organisation.status;
  const bool admitted = form.get("status") == domain::to_string(OrganisationStatus::active) &&
                        (was == OrganisationStatus::applied || was == OrganisationStatus::vetted);
  if (admitted) {
    TRY(const auto invitations, app.identity()->invite_applicants(detail.organisation.id, access::actor(request)));
    if (!invitations.empty()) return show_invitations(app, request, detail.organisation, invitations);
  }
  return pages::done(pages::organisation_url(detail.organisation.id), "saved");
}

}  // namespace

void add_organisation_form_routes(App& app, http::Router& router) {
  const auto add = [&](std::string_view pattern, std::string_view name, Permission permission,
                       Result<http::Response> (*get)(App&, const http::Request&),
                       Result<http::Response> (*post)(App&, const http::Request&)) {
    pages::add_form(app, router, pattern, name, permission, get, post);
  };
  add("/organisations/new", "organisation_new", Permission::manage_organisations, get_new, post_new);
  // Coordinators and administrators have this permission, too.
  add("/organisations/{organisation}/edit", "organisation_edit", Permission::manage_own_organisation, get_edit,
      post_edit);
  add("/organisations/{organisation}/status", "organisation_status", Permission::manage_own_organisation, get_status,
      post_status);
}

}  // namespace tocsin::portal
