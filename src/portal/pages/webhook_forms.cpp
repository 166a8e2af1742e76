#include <fmt/format.h>

#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/webhook_parts.hpp"

/// Making, changing, trying out and removing webhooks.
namespace tocsin::portal {
namespace {

namespace hooks = engine::hooks;
using domain::Permission;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

constexpr const char* kList = "/webhooks";

std::vector<pages::Crumb> crumbs(const hooks::WebhookRow& row, std::string_view here) {
  return {
      {kList, std::string{tr<"Webhooks">()}}, {pages::webhook_url(row.it.id), row.it.name}, {"", std::string{here}}};
}

FormMarkup& fields(FormMarkup& markup) {
  return markup
      .input({.name = "name",
              .label = tr<"Name">(),
              .hint = tr<"What it is for: \"SIEM, plant 2\".">(),
              .required = true,
              .autofocus = true})
      .input({.name = "url",
              .label = tr<"Address">(),
              .hint = tr<"Of a web server of yours, https://. Redirects are not followed.">(),
              .type = "url",
              .maxlength = static_cast<int>(hooks::kUrlBytesMax),
              .required = true,
              .code = true});
}

/// The only time that the secret is shown.
http::Response secret_page(App& app, const http::Request& request, const hooks::Made& made, std::string_view title) {
  const auto url = pages::webhook_url(made.id);
  std::string out = pages::breadcrumb_html({{kList, std::string{tr<"Webhooks">()}}, {"", std::string{title}}}).str();
  render<
      "<div class=\"narrow\"><h1>{}</h1>\n<p class=\"lead\">[[Give it to the receiver, which checks by it that what "
      "comes is from here. It is shown only now.]]</p>\n<p class=\"panel\"><code class=\"secret\" data-copy "
      "data-copy-label=\"[[the secret]]\">{}</code></p>\n<p><a class=\"button\" href=\"{}\">[[I have kept "
      "it]]</a></p></div>\n">(out, title, made.secret, html::Url::own(url));
  pages::Page page;
  page.title = title;
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), kList);
}

// --- new ---

http::Response show_new(App& app, const http::Request& request, const Form& form) {
  FormMarkup markup{request, "/webhooks/new", form};
  fields(markup);
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"New webhook">()},
       .crumbs = {{kList, std::string{tr<"Webhooks">()}}, {"", std::string{tr<"New">()}}},
       .lead = Html::from_text(
           tr<"It is told what you are told. Of what is TLP:AMBER or above it learns number, TLP and link only.">())},
      form, markup.submit(tr<"Make it">(), FormMarkup::Button::normal, kList));
}

Result<http::Response> get_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  if (auto first = pages::confirm_first(app, request, "/webhooks/new")) return std::move(*first);
  return show_new(app, request, {});
}

Result<http::Response> post_new(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"name", "url"}));
  if (auto first = pages::confirm_first(app, request, "/webhooks/new")) return std::move(*first);
  TRY(const auto* desk, pages::hooks_of(app));
  const auto made = hooks::create(app.database(), access::actor(request), *desk,
                                  {.name = form.get("name"), .url = form.get("url")}, request.now);
  if (!made) {
    TRY_VOID(form.take(made.error()));
    return show_new(app, request, form);
  }
  return secret_page(app, request, *made, tr<"The webhook's secret">());
}

// --- edit ---

http::Response show_edit(App& app, const http::Request& request, const hooks::WebhookRow& row, const Form& form) {
  const auto url = pages::webhook_url(row.it.id);
  FormMarkup markup{request, url + "/edit", form};
  fields(markup).checkbox("enabled", tr<"#a webhook#Enabled">(),
                          tr<"Switched off, it is told nothing; what waits is kept among the dead deliveries.">());
  return pages::form_answer(
      app, request,
      {.title = tr<"Edit {}">(row.it.name),
       .crumbs = crumbs(row, tr<"Edit">()),
       .lead = Html::from_text(
           tr<"Who changes the address or switches it on again is whom it is for: it is told what you are told "
              "from then on.">())},
      form, markup.submit(tr<"Save">(), FormMarkup::Button::normal, url));
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto row, pages::webhook_of(app, request));
  if (auto first = pages::confirm_first(app, request, pages::webhook_url(row.it.id) + "/edit")) {
    return std::move(*first);
  }
  Form form;
  form.with("name", row.it.name).with("url", row.it.url);
  if (row.it.enabled) form.with("enabled", "yes");
  return show_edit(app, request, row, form);
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(const auto row, pages::webhook_of(app, request));
  TRY(auto form, Form::read(request, {"name", "url", "enabled"}));
  if (auto first = pages::confirm_first(app, request, pages::webhook_url(row.it.id) + "/edit")) {
    return std::move(*first);
  }
  TRY(const auto* desk, pages::hooks_of(app));
  const auto changed =
      hooks::change(app.database(), access::actor(request), *desk, row.it.id,
                    {.name = form.get("name"), .url = form.get("url")}, form.checked("enabled"), request.now);
  if (!changed) {
    TRY_VOID(form.take(changed.error()));
    return show_edit(app, request, row, form);
  }
  pages::wake_hooks(app);
  return pages::done(pages::webhook_url(row.it.id), "saved");
}

// --- new secret, remove ---

Result<http::Response> get_rotate(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto row, pages::webhook_of(app, request));
  const auto url = pages::webhook_url(row.it.id);
  if (auto first = pages::confirm_first(app, request, url + "/rotate")) return std::move(*first);
  FormMarkup markup{request, url + "/rotate"};
  return pages::form_answer(
      app, request,
      {.title = tr<"New secret for {}">(row.it.name),
       .crumbs = crumbs(row, tr<"New secret">()),
       .lead = Html::from_text(tr<"For a day it is signed with the former secret as well, so that you can change the "
                                  "receiver without losing anything.">())},
      {}, markup.submit(tr<"Make a new secret">(), FormMarkup::Button::normal, url));
}

Result<http::Response> post_rotate(App& app, const http::Request& request) {
  TRY(const auto row, pages::webhook_of(app, request));
  TRY_VOID(Form::read(request, {}));
  if (auto first = pages::confirm_first(app, request, pages::webhook_url(row.it.id) + "/rotate")) {
    return std::move(*first);
  }
  TRY(const auto* desk, pages::hooks_of(app));
  TRY(const auto made, hooks::rotate(app.database(), access::actor(request), *desk, row.it.id, request.now));
  return secret_page(app, request, made, tr<"The new secret">());
}

Result<http::Response> get_remove(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto row, pages::webhook_of(app, request));
  const auto url = pages::webhook_url(row.it.id);
  FormMarkup markup{request, url + "/remove"};
  return pages::form_answer(
      app, request,
      {.title = tr<"Remove {}">(row.it.name),
       .crumbs = crumbs(row, tr<"Remove">()),
       .lead = Html::from_text(tr<"What waits for it and what could not be delivered goes with it.">())},
      {}, markup.submit(tr<"Remove">(), FormMarkup::Button::danger, url));
}

Result<http::Response> post_remove(App& app, const http::Request& request) {
  TRY(const auto row, pages::webhook_of(app, request));
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(hooks::remove(app.database(), access::actor(request), row.it.id, request.now));
  return pages::done(kList, "removed");
}

// --- try out, try again ---

http::Response back(const App& app, const hooks::WebhookRow& row, std::string_view notice) {
  pages::wake_hooks(app);
  return pages::done(pages::webhook_url(row.it.id), notice);
}

Result<http::Response> post_test(App& app, const http::Request& request) {
  TRY(const auto row, pages::webhook_of(app, request));
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(hooks::test(app.database(), access::actor(request), row.it.id, request.now));
  return back(app, row, "webhook-test");
}

Result<http::Response> post_replay(App& app, const http::Request& request) {
  TRY(const auto row, pages::webhook_of(app, request));
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(hooks::replay(app.database(), access::actor(request), row.it.id, {}, request.now));
  return back(app, row, "mail-retry");
}

Result<http::Response> post_replay_one(App& app, const http::Request& request) {
  TRY(const auto row, pages::webhook_of(app, request));
  TRY_VOID(Form::read(request, {}));
  const auto delivery = pages::id_in_path(request, "delivery");
  if (!delivery) return Error::not_found("delivery");
  TRY_VOID(hooks::replay(app.database(), access::actor(request), row.it.id, delivery, request.now));
  return back(app, row, "mail-retry");
}

}  // namespace

void add_webhook_form_routes(App& app, http::Router& router) {
  constexpr auto kManage = Permission::manage_own_organisation;
  pages::add_form(app, router, "/webhooks/new", "webhook_new", kManage, get_new, post_new);
  pages::add_form(app, router, "/webhooks/{webhook}/edit", "webhook_edit", kManage, get_edit, post_edit);
  pages::add_form(app, router, "/webhooks/{webhook}/rotate", "webhook_rotate", kManage, get_rotate, post_rotate);
  pages::add_form(app, router, "/webhooks/{webhook}/remove", "webhook_remove", kManage, get_remove, post_remove);
  pages::add_action(app, router, "/webhooks/{webhook}/test", "webhook_test", kManage, post_test);
  pages::add_action(app, router, "/webhooks/{webhook}/replay", "webhook_replay", kManage, post_replay);
  pages::add_action(app, router, "/webhooks/{webhook}/deliveries/{delivery}/replay", "webhook_replay_one", kManage,
                    post_replay_one);
}

}  // namespace tocsin::portal
