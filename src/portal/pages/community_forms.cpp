#include <fmt/format.h>

#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/join_form.hpp"
#include "portal/pages/member_parts.hpp"

/// Making, changing and closing communities, and who is in them.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using domain::Grantee;
using domain::Permission;
using html::Html;
using pages::Form;
using pages::FormMarkup;

/// The community in the address, as far as the asker may know of it.
Result<members::CommunityDetail> target(App& app, const http::Request& request) {
  const auto id = pages::id_in_path(request, "community");
  if (!id) return Error::not_found("community");
  TRY(auto detail, members::find_community(app.database(), access::actor(request), {*id}));
  if (!detail) return Error::not_found("community");
  return std::move(*detail);
}

void append_fields(FormMarkup& markup) {
  markup.input({.name = "name", .label = tr<"Name">(), .required = true})
      .textarea({.name = "description", .label = tr<"What it is for">(), .maxlength = 4000})
      .checkbox("members_hidden", tr<"Members do not see each other">(),
                tr<"They know that they are in it; who else is, only the CERT sees.">());
}

members::CommunityInput input_of(const Form& form) {
  return {.uuid = form.get("uuid"),
          .name = form.get("name"),
          .description = form.get("description"),
          .members_hidden = form.checked("members_hidden")};
}

// --- new ---

http::Response show_new(App& app, const http::Request& request, const Form& form) {
  FormMarkup markup{request, "/communities/new", form};
  append_fields(markup);
  markup.input(
      {.name = "uuid",
       .label = tr<"UUID">(),
       .hint = tr<"Only for a sharing group that exists elsewhere, such as in MISP; else a new one is made.">(),
       .maxlength = 36,
       .code = true});
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"New community">()},
       .crumbs = {{"/communities", std::string{tr<"Communities">()}}, {"", std::string{tr<"New">()}}},
       .lead = Html::from_text(tr<"It is empty at first, and reaches nobody.">())},
      form, markup.submit(tr<"Make it">(), FormMarkup::Button::normal, "/communities"));
}

Result<http::Response> get_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  return show_new(app, request, {});
}

Result<http::Response> post_new(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"name", "description", "members_hidden", "uuid"}));
  const auto id = members::create_community(app.database(), access::actor(request), input_of(form), request.now);
  if (!id) {
    TRY_VOID(form.take(id.error()));
    return show_new(app, request, form);
  }
  return pages::done(pages::community_url(*id), "saved");
}

// --- edit ---

http::Response show_edit(App& app, const http::Request& request, const domain::Community& community, const Form& form) {
  const auto url = pages::community_url(community.id);
  FormMarkup markup{request, url + "/edit", form};
  markup.hidden("version", form.raw("version"));
  append_fields(markup);
  markup.checkbox("closed", tr<"Closed">(),
                  tr<"It takes nothing new, and what was addressed to it reaches nobody by it.">());
  return pages::form_answer(app, request,
                            {.title = tr<"Edit {}">(community.name),
                             .crumbs = {{"/communities", std::string{tr<"Communities">()}},
                                        {url, community.name},
                                        {"", std::string{tr<"Edit">()}}},
                             .lead = {}},
                            form, markup.submit(tr<"Save">(), FormMarkup::Button::normal, url));
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto detail, target(app, request));
  const auto& community = detail.row.community;
  Form form;
  form.with("version", members::version_of(community))
      .with("name", community.name)
      .with("description", community.description);
  if (community.members_hidden) form.with("members_hidden", "yes");
  if (community.closed) form.with("closed", "yes");
  return show_edit(app, request, community, form);
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(const auto detail, target(app, request));
  const auto& community = detail.row.community;
  TRY(auto form, Form::read(request, {"version", "name", "description", "members_hidden", "closed"}));
  auto input = input_of(form);
  input.uuid = community.uuid;
  const auto changed = members::change_community(app.database(), access::actor(request), community.id, input,
                                                 form.checked("closed"), request.now, form.get("version"));
  if (!changed) {
    TRY_VOID(form.take(changed.error()));
    return show_edit(app, request, community, form);
  }
  return pages::done(pages::community_url(community.id), "saved");
}

// --- members ---

Result<http::Response> show_add(App& app, const http::Request& request, const members::CommunityDetail& detail,
                                const Form& form) {
  const auto& community = detail.row.community;
  const auto url = pages::community_url(community.id);
  TRY(const auto options, pages::organisations_to_join(app, request, [&](std::string_view id) {
        return std::ranges::any_of(detail.organisations,
                                   [&](const auto& each) { return std::to_string(each.id.value) == id; });
      }));
  FormMarkup markup{request, url + "/add", form};
  pages::join_fields(markup, options,
                     tr<"For somebody whose organisation shall not see what is addressed to the community.">());
  return pages::form_answer(
      app, request,
      {.title = tr<"Add a member to {}">(community.name),
       .crumbs = {{"/communities", std::string{tr<"Communities">()}},
                  {url, community.name},
                  {"", std::string{tr<"Add a member">()}}},
       .lead = Html::from_text(tr<"They see everything that was ever addressed to this community.">())},
      form, markup.submit(tr<"Add">(), FormMarkup::Button::normal, url));
}

Result<http::Response> get_add(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto detail, target(app, request));
  return show_add(app, request, detail, {});
}

Result<http::Response> post_add(App& app, const http::Request& request) {
  TRY(const auto detail, target(app, request));
  const auto actor = access::actor(request);
  TRY(auto form, Form::read(request, {"organisation", "email"}));
  const auto add = [&]() -> Status {
    TRY(const auto who, pages::who_joins(form));
    const auto community = detail.row.community.id;
    if (const auto* email = std::get_if<std::string>(&who)) {
      return members::list_in_community(app.database(), actor, community, *email, request.now);
    }
    return members::add_to_community(app.database(), actor, community, std::get<Grantee>(who), request.now);
  };
  if (const auto added = add(); !added) {
    TRY_VOID(form.take(added.error()));
    return show_add(app, request, detail, form);
  }
  return pages::done(pages::community_url(detail.row.community.id), "saved");
}

Result<http::Response> post_remove(App& app, const http::Request& request) {
  TRY(const auto detail, target(app, request));
  TRY(const auto form, Form::read(request, {"kind", "member", "email"}));
  TRY(const auto who, pages::who_leaves(form));
  const auto actor = access::actor(request);
  const auto community = detail.row.community.id;
  if (const auto* email = std::get_if<std::string>(&who)) {
    TRY_VOID(members::unlist_from_community(app.database(), actor, community, *email, request.now));
  } else {
    TRY_VOID(members::remove_from_community(app.database(), actor, community, std::get<Grantee>(who), request.now));
  }
  return pages::done(pages::community_url(community), "removed");
}

}  // namespace

void add_community_form_routes(App& app, http::Router& router) {
  const auto manage = Permission::manage_communities;
  pages::add_form(app, router, "/communities/new", "community_new", manage, get_new, post_new);
  pages::add_form(app, router, "/communities/{community}/edit", "community_edit", manage, get_edit, post_edit);
  pages::add_form(app, router, "/communities/{community}/add", "community_add", manage, get_add, post_add);
  pages::add_action(app, router, "/communities/{community}/remove", "community_remove", manage, post_remove);
}

}  // namespace tocsin::portal
