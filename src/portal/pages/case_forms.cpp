#include <algorithm>

#include <fmt/format.h>

#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/case_parts.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/join_form.hpp"
#include "portal/pages/member_parts.hpp"

/// Opening, changing and closing cases, and who takes part.
namespace tocsin::portal {
namespace {

namespace cases = engine::cases;
using domain::CasePart;
using domain::CaseState;
using domain::Grantee;
using domain::Permission;
using html::Html;
using pages::Form;
using pages::FormMarkup;

/// The case in the address, for those who keep it. Errors: not_found, forbidden.
Result<cases::CaseDetail> target(App& app, const http::Request& request) {
  TRY(auto detail, pages::case_of(app, request));
  if (!detail.row.keeps) {
    return Error::forbidden(std::string{tr<"Only the organisation whose case it is changes it">()});
  }
  return detail;
}

std::vector<pages::Crumb> crumbs(const domain::Case& it, std::string_view here) {
  return {{"/cases", std::string{tr<"Cases">()}}, {pages::case_url(it.number), it.number}, {"", std::string{here}}};
}

FormMarkup& title_field(FormMarkup& markup) {
  return markup.input({.name = "title",
                       .label = tr<"Title">(),
                       .hint = tr<"Everybody who takes part reads it, whatever is shared with the case.">(),
                       .required = true});
}

// --- new ---

http::Response show_new(App& app, const http::Request& request, const Form& form) {
  FormMarkup markup{request, "/cases/new", form};
  title_field(markup);
  std::vector<pages::Option> kinds;
  for (const auto kind : domain::all_case_kinds()) {
    kinds.push_back({.value = std::string{domain::slug(kind)}, .label = std::string{tr_text(domain::to_string(kind))}});
  }
  markup.radios("kind", tr<"Kind">(), kinds);
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"New case">()},
       .crumbs = {{"/cases", std::string{tr<"Cases">()}}, {"", std::string{tr<"New">()}}},
       .lead = Html::from_text(tr<"Your organisation takes part in it as coordinator, nobody else at first.">())},
      form, markup.submit(tr<"Open it">(), FormMarkup::Button::normal, "/cases"));
}

Result<http::Response> get_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  Form form;
  form.with("kind", std::string{domain::slug(domain::CaseKind::coordination)});
  return show_new(app, request, form);
}

Result<http::Response> post_new(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"title", "kind"}));
  const auto open = [&]() -> Result<std::string> {
    cases::CaseInput input;
    input.title = form.get("title");
    const auto kind = domain::parse_case_kind(form.get("kind"));
    if (!kind) return Error::invalid(std::string{tr<"choose a kind of case">()}, "kind");
    input.kind = *kind;
    return cases::open_case(app.database(), access::actor(request), input, request.now);
  };
  const auto number = open();
  if (!number) {
    TRY_VOID(form.take(number.error()));
    return show_new(app, request, form);
  }
  return pages::done(pages::case_url(*number), "saved");
}

// --- edit ---

http::Response show_edit(App& app, const http::Request& request, const domain::Case& it, const Form& form) {
  const auto url = pages::case_url(it.number);
  FormMarkup markup{request, url + "/edit", form};
  markup.hidden("version", form.raw("version"));
  title_field(markup);
  markup.checkbox("closed", tr<"Closed">(),
                  tr<"Its work is done: nothing new is shared with it and nobody is added. Who takes part still sees "
                     "what was shared.">());
  return pages::form_answer(app, request,
                            {.title = tr<"Edit {}">(it.number), .crumbs = crumbs(it, tr<"Edit">()), .lead = {}}, form,
                            markup.submit(tr<"Save">(), FormMarkup::Button::normal, url));
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto detail, target(app, request));
  Form form;
  form.with("version", cases::version_of(detail.row.it)).with("title", detail.row.it.title);
  if (detail.row.it.state == CaseState::closed) form.with("closed", "yes");
  return show_edit(app, request, detail.row.it, form);
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(const auto detail, target(app, request));
  const auto& it = detail.row.it;
  TRY(auto form, Form::read(request, {"version", "title", "closed"}));
  const auto changed = cases::change_case(app.database(), access::actor(request), it.number, form.get("title"),
                                          form.checked("closed") ? CaseState::closed : CaseState::open, request.now,
                                          form.get("version"));
  if (!changed) {
    TRY_VOID(form.take(changed.error()));
    return show_edit(app, request, it, form);
  }
  return pages::done(pages::case_url(it.number), "saved");
}

// --- participants ---

Result<http::Response> show_add(App& app, const http::Request& request, const cases::CaseDetail& detail,
                                const Form& form) {
  const auto& it = detail.row.it;
  const auto url = pages::case_url(it.number);
  TRY(const auto options, pages::organisations_to_join(app, request, [&](std::string_view id) {
        return std::ranges::any_of(detail.participants, [&](const auto& each) {
          return each.it.who.kind == Grantee::Kind::organisation && std::to_string(each.it.who.id) == id;
        });
      }));
  std::vector<pages::Option> parts;
  for (const auto part : domain::all_case_parts()) {
    parts.push_back({.value = std::string{domain::slug(part)}, .label = std::string{tr_text(domain::to_string(part))}});
  }
  FormMarkup markup{request, url + "/add", form};
  pages::join_fields(markup, options,
                     tr<"Only a person is reached by what is TLP:RED. Their organisation does not see it by this.">())
      .select({.name = "part", .label = tr<"Part in the case">(), .required = true}, parts);
  return pages::form_answer(
      app, request,
      {.title = tr<"Add a participant to {}">(it.number),
       .crumbs = crumbs(it, tr<"Add a participant">()),
       .lead = Html::from_text(tr<"They see everything that was ever addressed to this case.">())},
      form, markup.submit(tr<"Add">(), FormMarkup::Button::normal, url));
}

Result<http::Response> get_add(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto detail, target(app, request));
  Form form;
  form.with("part", std::string{domain::slug(CasePart::other)});
  return show_add(app, request, detail, form);
}

Result<http::Response> post_add(App& app, const http::Request& request) {
  TRY(const auto detail, target(app, request));
  const auto actor = access::actor(request);
  const auto& number = detail.row.it.number;
  TRY(auto form, Form::read(request, {"organisation", "email", "part"}));
  const auto add = [&]() -> Status {
    const auto part = domain::parse_case_part(form.get("part"));
    if (!part) return Error::invalid(std::string{tr<"choose a part">()}, "part");
    TRY(const auto who, pages::who_joins(form));
    if (const auto* email = std::get_if<std::string>(&who)) {
      return cases::add_person(app.database(), actor, number, *email, *part, request.now);
    }
    return cases::add_participant(app.database(), actor, number, std::get<Grantee>(who), *part, request.now);
  };
  if (const auto added = add(); !added) {
    TRY_VOID(form.take(added.error()));
    return show_add(app, request, detail, form);
  }
  return pages::done(pages::case_url(number), "saved");
}

Result<http::Response> post_remove(App& app, const http::Request& request) {
  TRY(const auto detail, target(app, request));
  const auto actor = access::actor(request);
  const auto& number = detail.row.it.number;
  TRY(const auto form, Form::read(request, {"kind", "member", "email"}));
  TRY(const auto who, pages::who_leaves(form));
  if (const auto* email = std::get_if<std::string>(&who)) {
    TRY_VOID(cases::remove_person(app.database(), actor, number, *email, request.now));
  } else {
    TRY_VOID(cases::remove_participant(app.database(), actor, number, std::get<Grantee>(who), request.now));
  }
  return pages::done(pages::case_url(number), "removed");
}

}  // namespace

void add_case_form_routes(App& app, http::Router& router) {
  constexpr auto kHandle = Permission::handle_cases;
  pages::add_form(app, router, "/cases/new", "case_new", kHandle, get_new, post_new);
  pages::add_form(app, router, "/cases/{case}/edit", "case_edit", kHandle, get_edit, post_edit);
  pages::add_form(app, router, "/cases/{case}/add", "case_add", kHandle, get_add, post_add);
  pages::add_action(app, router, "/cases/{case}/remove", "case_remove", kHandle, post_remove);
}

}  // namespace tocsin::portal
