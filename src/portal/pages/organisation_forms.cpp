#include <fmt/format.h>

#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/approval_view.hpp"
#include "portal/pages/form.hpp"
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
  return Form::read(request, {"name", "kind", "countries", "homepage", "description", "vendor_keys"}, {"sectors"});
}

// --- new ---

http::Response show_new(App& app, const http::Request& request, const Form& form) {
  FormMarkup markup{request, "/organisations/new", form};
  pages::append_organisation_fields(markup, {});
  return pages::form_answer(app, request,
                            {.title = "Add an organisation",
                             .crumbs = {{"/organisations", "Organisations"}, {"", "Add"}},
                             .lead = Html::from_text("It is a member at once. Invite its first administrator next.")},
                            form, markup.submit("Add", FormMarkup::Button::normal, "/organisations"));
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
  pages::append_organisation_fields(markup, {.kind = manages, .vendor_keys = manages});
  return pages::form_answer(
      app, request,
      {.title = fmt::format("Edit {}", organisation.name),
       .crumbs = {{"/organisations", "Organisations"}, {url, organisation.name}, {"", "Edit"}},
       .lead = manages ? Html{} : Html::from_text("Kind and vendors in the catalogue are changed by the CERT.")},
      form, markup.submit("Save", FormMarkup::Button::normal, url));
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
  TRY(auto form, manages ? read_profile(request)
                         : Form::read(request, {"name", "countries", "homepage", "description"}, {"sectors"}));
  const auto change = [&]() -> Status {
    TRY(auto input, pages::organisation_input(form));
    if (!manages) {
      input.kind = organisation.kind;
      input.vendor_keys = organisation.vendor_keys;
    }
    return members::change_organisation(app.database(), actor, organisation.id, input, request.now);
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
  const auto add = [&](OrganisationStatus to, std::string label, std::string hint) {
    if (domain::may_become(from, to)) choices.push_back({to, std::move(label), std::move(hint)});
  };
  if (vets) {
    add(OrganisationStatus::active, waits ? "Admit as a member" : "Active again",
        waits ? "It becomes a member; then an administrator hands out the invitation to who applied."
              : "Its people see what members see, and what is addressed to it.");
    add(OrganisationStatus::vetted, "Vetted, not admitted yet", "Who they are is clear; something else is still open.");
    add(OrganisationStatus::suspended, "Suspend", "Its people see only what is public; sessions and tokens end.");
    add(OrganisationStatus::applied, "Applies again", "Goes back to those who wait for vetting.");
  }
  add(OrganisationStatus::left, waits && vets ? "Refuse the application" : "Leaves",
      waits ? "Nothing is sent: tell them yourself." : "Sessions and tokens end; what it owns gets another owner.");
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
  markup.radios("status", "What becomes of it", options);
  markup.textarea({.name = "reason",
                   .label = "Why",
                   .hint = "Goes to the audit log. Say what you checked, and with whom.",
                   .maxlength = kReasonBytes,
                   .required = true},
                  3);
  if (domain::may_become(organisation.status, OrganisationStatus::left) && detail.records > 0) {
    TRY(auto heirs, pages::organisation_options(app, actor));
    std::erase_if(heirs, [&](const auto& each) { return each.value == std::to_string(organisation.id.value); });
    heirs.insert(heirs.begin(), pages::Option{.value = "", .label = "Choose an organisation"});
    markup.select({.name = "heir",
                   .label = "Who gets its records where it leaves",
                   .hint = fmt::format("It owns {}; somebody has to go on with them.",
                                       text::count_of(detail.records, "record", "records"))},
                  heirs);
  }
  return pages::form_answer(
      app, request,
      {.title = vets ? fmt::format("Status of {}", organisation.name) : fmt::format("Leave with {}", organisation.name),
       .crumbs = {{"/organisations", "Organisations"}, {url, organisation.name}, {"", "Status"}},
       .lead = html::fragment<"<p>Now: {} {}</p>">(pages::status_tag(organisation.status),
                                                   pages::meaning(organisation.status))},
      form, markup.submit("Change status", FormMarkup::Button::normal, url));
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

Result<http::Response> post_status(App& app, const http::Request& request) {
  TRY(const auto detail, judgeable(app, request));
  if (auto confirm = pages::confirm_first(app, request, request.path)) return std::move(*confirm);
  TRY(auto form, Form::read(request, {"status", "reason", "heir"}));
  const auto change = [&]() -> Status {
    const auto status = domain::parse_organisation_status(form.get("status"));
    if (!status) return Error::invalid("choose what becomes of it", "status");
    std::optional<domain::OrganisationId> heir;
    if (const auto typed = form.get("heir"); !typed.empty() && *status == OrganisationStatus::left) {
      const auto id = pages::id_of(typed);
      if (!id) return Error::invalid("choose an organisation from the list", "heir");
      heir = domain::OrganisationId{*id};
    }
    const auto reason = form.get("reason");
    if (reason.empty()) return Error::invalid("say why: whoever looks at this later will want to know", "reason");
    return members::set_organisation_status(app.database(), access::actor(request), detail.organisation.id, *status,
                                            reason, heir, request.now);
  };
  if (const auto changed = change(); !changed) {
    if (auto asked = pages::asked_instead(changed.error())) return std::move(*asked);
    TRY_VOID(form.take(changed.error()));
    return show_status(app, request, detail, form);
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
