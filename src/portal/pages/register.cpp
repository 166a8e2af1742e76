#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/applications.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/organisation_fields.hpp"

/// An organisation asks to become a member. The answer is the same whatever is known here.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using domain::Permission;
using html::fragment;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

http::Response show(App& app, const http::Request& request, const Form& form) {
  std::string lead;
  render<
      "<p>[[Operators, vendors, integrators, agencies and researchers can become members of {}. The CERT vets each "
      "application, and gets back to you at the address that you give.]]</p>">(lead, app.site_text("site_name"));
  FormMarkup markup{request, "/register", form};
  markup.html(fragment<"<h2>[[Your organisation]]</h2>\n">());
  pages::append_organisation_fields(markup, {.kind = true,
                                             .vendor_keys = false,
                                             .description_label = tr<"What your organisation does">(),
                                             .description_hint = tr<"All members will see this, once you are one.">()});
  markup.html(fragment<"<h2>[[You]]</h2>\n">())
      .input({.name = "person_name", .label = tr<"Your name">(), .autocomplete = "name", .required = true})
      .input({.name = "email",
              .label = tr<"Your mail address at work">(),
              .hint = tr<"You will administer your organisation's account with it.">(),
              .type = "email",
              .autocomplete = "email",
              .maxlength = 254,
              .required = true})
      .textarea(
          {.name = "note",
           .label = tr<"Why you want to join, and how the CERT can check who you are">(),
           .hint = tr<"Only the CERT reads this: a telephone number of your switchboard, a member who knows you.">(),
           .maxlength = 2000});
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"Apply for membership">()}, .crumbs = {}, .lead = Html::from_trusted(std::move(lead))},
      form, markup.submit(tr<"Send the application">()));
}

Result<http::Response> get(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  Form form;
  form.with("kind", std::string{domain::slug(domain::OrganisationKind::asset_owner)});
  return show(app, request, form);
}

Result<http::Response> post(App& app, const http::Request& request) {
  TRY(auto form,
      Form::read(request, {"name", "kind", "countries", "homepage", "description", "person_name", "email", "note"},
                 {"sectors"}));
  if (const auto wait = pages::application_wait(app, request)) {
    form.wrong("", tr<"Too many applications have come from your address. Try again later, or write to the CERT.">());
    auto response = show(app, request, form);
    response.status = 429;
    return response.with("Retry-After", std::to_string(wait->count()));
  }
  const auto apply = [&]() -> Status {
    members::Application application;
    TRY(application.organisation, pages::organisation_input(form));
    application.person_name = form.get("person_name");
    application.language = tag_of(request.language);
    application.email = form.get("email");
    application.note = form.get("note");
    return members::apply(app.database(), access::actor(request), application, request.now);
  };
  if (const auto applied = apply(); !applied) {
    TRY_VOID(form.take(applied.error()));
    return show(app, request, form);
  }
  return pages::done("/register/done");
}

Result<http::Response> registered(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  std::string out;
  render<R"(<article class="prose"><h1>[[Your application has been sent]]</h1>
<p class="lead">[[What happens next:]]</p>
<ol><li>[[<b>The CERT vets it.</b> Somebody calls or writes to your organisation, in a way that they found themselves.]]</li>
<li>[[<b>You get an invitation.</b> With its link you set a password and a second factor.]]</li>
<li>[[<b>You invite your colleagues.</b> You administer your organisation's people, contacts and keys yourself.]]</li></ol>
<p>[[If you are known here already, nothing changes, and the CERT will tell you so.]])">(out);
  if (!app.site_text("contact").empty()) render<" [[Questions: {}.]]">(out, app.site_text("contact"));
  render<
      "</p><p class=\"actions\"><a class=\"button-quiet\" href=\"/advisories\">[[Read the public "
      "advisories]]</a></p></article>\n">(out);
  pages::Page page;
  page.title = tr<"Application sent">();
  page.noindex = true;
  page.main = Html::from_trusted(std::move(out));
  return pages::render_page(app, request, page);
}

}  // namespace

void add_register_routes(App& app, http::Router& router) {
  pages::add_page(
      router, http::Method::get, "/register", "register_page", Permission::anyone,
      [&app](const http::Request& request) { return get(app, request); },
      [](http::Route& route) { route.form_before_sign_in = true; });
  pages::add_page(
      router, http::Method::post, "/register", "register", Permission::anyone,
      [&app](const http::Request& request) { return post(app, request); },
      [](http::Route& route) { route.form_before_sign_in = true; });
  pages::add_page(router, http::Method::get, "/register/done", "register_done_page", Permission::anyone,
                  [&app](const http::Request& request) { return registered(app, request); });
}

}  // namespace tocsin::portal
