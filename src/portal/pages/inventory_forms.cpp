#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"

/// Entering, changing and removing one asset by hand, and who else may read the inventory.
namespace tocsin::portal {
namespace {

namespace inventory = engine::inventory;
using domain::Permission;
using formats::inventory::Field;
using formats::inventory::Item;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;

struct TextInput {
  Field field;
  std::string Item::* member;
};
/// In the order of the form.
constexpr std::array kTexts{
    TextInput{Field::name, &Item::name},
    TextInput{Field::vendor, &Item::vendor},
    TextInput{Field::family, &Item::family},
    TextInput{Field::product, &Item::product},
    TextInput{Field::model, &Item::model},
    TextInput{Field::hardware, &Item::hardware},
    TextInput{Field::serial, &Item::serial},
    TextInput{Field::key, &Item::key},
    TextInput{Field::cpe, &Item::cpe},
    TextInput{Field::site, &Item::site},
    TextInput{Field::zone, &Item::zone},
    TextInput{Field::conduit, &Item::conduit},
    TextInput{Field::purdue_level, &Item::purdue_level},
    TextInput{Field::criticality, &Item::criticality},
    TextInput{Field::exposure, &Item::exposure},
    TextInput{Field::safety, &Item::safety},
    TextInput{Field::environment, &Item::environment},
    TextInput{Field::production, &Item::production},
    TextInput{Field::owner, &Item::owner},
    TextInput{Field::next_outage, &Item::next_outage},
};
#define TOCSIN_ASSET_FORM                                                                                        \
  "version", "name", "vendor", "family", "product", "model", "hardware", "serial", "key", "cpe", "site", "zone", \
      "conduit", "purdue_level", "criticality", "exposure", "safety", "environment", "production", "owner",      \
      "next_outage", "versions", "purls", "addresses", "tags", "hashes", "others"

std::string lines(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, "\n")); }
std::string lines(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) out += fmt::format("{}: {}\n", name, value);
  return out;
}

/// "firmware: V2.8.1", or "V2.8.1" alone.
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto line : text::split(text, '\n')) {
    const auto trimmed = text::trim(line);
    if (trimmed.empty()) continue;
    const auto colon = trimmed.find(": ");
    pairs.emplace_back(colon == std::string_view::npos ? "" : trimmed.substr(0, colon),
                       colon == std::string_view::npos ? trimmed : text::trim(trimmed.substr(colon + 2)));
  }
  return pairs;
}
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (const auto line : text::split(text, '\n')) {
    if (const auto trimmed = text::trim(line); !trimmed.empty()) out.emplace_back(trimmed);
  }
  return out;
}

Form form_of(const store::Asset& asset) {
  Form form;
  const auto& item = asset.item;
  form.with("version", inventory::version_of(asset));
  for (const auto& each : kTexts) form.with(std::string{formats::inventory::to_string(each.field)}, item.*each.member);
  std::string versions;
  for (const auto& version : item.versions) {
    versions += version.component.empty() ? version.text : fmt::format("{}: {}", version.component, version.text);
    versions += '\n';
  }
  return std::move(form.with("versions", versions)
                       .with("purls", lines(item.purls))
                       .with("addresses", lines(item.addresses))
                       .with("tags", lines(item.tags))
                       .with("hashes", lines(item.hashes))
                       .with("others", lines(item.others)));
}

Item item_of(const Form& form) {
  Item item;
  for (const auto& each : kTexts) item.*each.member = form.get(formats::inventory::to_string(each.field));
  for (auto& [component, text] : pairs_of(form.raw("versions"))) item.versions.push_back({component, text});
  item.purls = lines_of(form.raw("purls"));
  item.addresses = lines_of(form.raw("addresses"));
  item.tags = lines_of(form.raw("tags"));
  item.hashes = pairs_of(form.raw("hashes"));
  item.others = pairs_of(form.raw("others"));
  return item;
}

Html fields(FormMarkup& markup, const Form& form, std::string_view cancel) {
  markup.hidden("version", form.raw("version"));
  for (const auto& each : kTexts) {
    const auto name = formats::inventory::to_string(each.field);
    std::string_view hint;
    if (each.field == Field::exposure) hint = tr<"internet, remote access or isolated; or in your own words.">();
    if (each.field == Field::key)
      hint = tr<"What an import recognises it by; else the serial number, else name, model and site.">();
    markup.input({.name = name, .label = pages::field_label(each.field), .hint = hint, .maxlength = 500});
    if (each.field == Field::hardware) {
      markup.textarea({.name = "versions",
                       .label = tr<"Versions">(),
                       .hint = tr<"One a line; with several modules each with its name: \"firmware: V2.8.1\".">(),
                       .maxlength = 20'000,
                       .code = true},
                      3);
    }
  }
  const auto list = [&](std::string_view name, std::string_view hint) {
    markup.textarea({.name = name, .label = pages::field_label(name), .hint = hint, .maxlength = 20'000, .code = true},
                    2);
  };
  list("addresses", tr<"One a line.">());
  list("tags", tr<"One a line.">());
  list("purls", tr<"One a line.">());
  list("hashes", tr<"One a line: \"sha256: 00ff...\".">());
  list("others", tr<"One a line: \"Cabinet: C4\".">());
  return markup.submit(tr<"Save">(), FormMarkup::Button::normal, cancel);
}

std::vector<pages::Crumb> crumbs(std::vector<pages::Crumb> more) {
  std::vector<pages::Crumb> all{{"/inventory", std::string{tr<"Inventory">()}}};
  for (auto& each : more) all.push_back(std::move(each));
  return all;
}

http::Response show_new(App& app, const http::Request& request, const Form& form) {
  FormMarkup markup{request, "/inventory/new", form};
  return pages::form_answer(app, request,
                            {.title = std::string{tr<"Enter an asset">()},
                             .crumbs = crumbs({{"", std::string{tr<"New">()}}}),
                             .lead = Html::from_text(tr<"The more of vendor, model or order number and versions it "
                                                        "says, the surer advisories are found.">())},
                            form, fields(markup, form, "/inventory"));
}

Result<http::Response> get_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  return show_new(app, request, {});
}

Result<http::Response> post_new(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {TOCSIN_ASSET_FORM}));
  const auto id = inventory::add(app.database(), access::actor(request), item_of(form), request.now);
  if (!id) {
    TRY_VOID(form.take(id.error()));
    return show_new(app, request, form);
  }
  return pages::done(pages::asset_url(*id), "saved");
}

Result<store::Asset> target(App& app, const http::Request& request) {
  const auto id = pages::id_in_path(request, "asset");
  if (!id) return Error::not_found("asset");
  TRY(const auto access, inventory::access(app.database(), access::actor(request), {}, request.now));
  TRY(auto found, inventory::find(app.database(), access, *id));
  if (!found) return Error::not_found("asset");
  return std::move(*found);
}

http::Response show_edit(App& app, const http::Request& request, const store::Asset& asset, const Form& form) {
  const auto url = pages::asset_url(asset.id);
  FormMarkup markup{request, url + "/edit", form};
  return pages::form_answer(app, request,
                            {.title = tr<"Edit {}">(asset.label),
                             .crumbs = crumbs({{url, asset.label}, {"", std::string{tr<"Edit">()}}}),
                             .lead = {}},
                            form, fields(markup, form, url));
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto asset, target(app, request));
  return show_edit(app, request, asset, form_of(asset));
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(const auto asset, target(app, request));
  TRY(auto form, Form::read(request, {TOCSIN_ASSET_FORM}));
  const auto changed = inventory::change(app.database(), access::actor(request), asset.id, item_of(form), request.now,
                                         form.get("version"));
  if (!changed) {
    TRY_VOID(form.take(changed.error()));
    return show_edit(app, request, asset, form);
  }
  return pages::done(pages::asset_url(asset.id), "saved");
}

Result<http::Response> post_remove(App& app, const http::Request& request) {
  TRY(const auto asset, target(app, request));
  TRY(const auto form, Form::read(request, {"version"}));
  TRY_VOID(inventory::remove(app.database(), access::actor(request), asset.id, request.now, form.get("version")));
  return pages::done("/inventory", "removed");
}

// --- who may read it ---

Html grants_html(const http::Request& request, const std::vector<store::InventoryGrant>& grants, bool may_edit) {
  std::string out;
  render<"<section class=\"panel\" aria-labelledby=\"grants\"><h2 id=\"grants\">[[Granted to the CERT]]</h2>\n">(out);
  if (grants.empty()) {
    render<"<p class=\"note\">[[Nothing, and nothing ever was.]]</p>">(out);
  }
  out += "<ul class=\"plain-list\">\n";
  for (const auto& each : grants) {
    render<"<li><div><b>{}</b> {} <span class=\"note\">[[granted {} by {}]]</span> ">(
        out, each.site.empty() ? std::string{tr<"Everything">()} : each.site, each.reason,
        pages::date_html(each.granted_at), each.granted_by_name);
    if (each.revoked_at) {
      render<"<span class=\"note\">[[revoked {}]]</span>">(out, pages::date_html(*each.revoked_at));
    }
    out += "</div>";
    if (may_edit && !each.revoked_at) {
      out += pages::button_form(request, fmt::format("/inventory/sharing/{}/revoke", each.id), tr<"Revoke">(), {},
                                FormMarkup::Button::quiet,
                                each.site.empty() ? tr<"Everything">() : std::string_view{each.site})
                 .str();
    }
    out += "</li>\n";
  }
  out += "</ul></section>\n";
  return Html::from_trusted(std::move(out));
}

Result<http::Response> show_sharing(App& app, const http::Request& request, const Form& form) {
  const auto actor = access::actor(request);
  TRY(const auto access, inventory::access(app.database(), actor, {}, request.now));
  TRY(const auto grants, inventory::grants(app.database(), actor));
  TRY(const auto values, inventory::filter_values(app.database(), access));
  Html markup_html = grants_html(request, grants, access.may_edit);
  if (access.may_edit && access.organisation != domain::kOwnOrganisation) {
    FormMarkup markup{request, "/inventory/sharing", form};
    std::vector<pages::Option> sites{{"", std::string{tr<"Everything">()}}};
    for (const auto& site : values.sites) sites.push_back({site, site});
    markup.select({.name = "site", .label = tr<"What the CERT may read">()}, sites)
        .input({.name = "reason", .label = tr<"What for">(), .maxlength = 500});
    markup_html = Html::from_trusted(markup_html.str() + markup.submit(tr<"Grant">()).str());
  }
  if (access.organisation != domain::kOwnOrganisation) {
    markup_html = Html::from_trusted(
        markup_html.str() +
        html::fragment<"<p class=\"note\">[[Without granting anything, an organisation may <a href=\"{}\">let its "
                       "counts go into sums</a> over several.]]</p>\n">(html::Url::own("/exposure/sharing"))
            .str());
  }
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"Who may read the inventory">()},
       .crumbs = crumbs({{"", std::string{tr<"Who may read it">()}}}),
       .lead = Html::from_text(tr<"The people of your organisation read it, those with a working role change it. "
                                  "Nobody else sees any of it or that there is something: no other organisation, and "
                                  "of the CERT nobody, not even its administrators. You may grant the CERT's analysts "
                                  "and coordinators to read it, and revoke that at any time; each look is written "
                                  "down.">())},
      form, markup_html);
}

Result<http::Response> get_sharing(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  return show_sharing(app, request, {});
}

Result<http::Response> post_sharing(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"site", "reason"}));
  const auto granted =
      inventory::grant(app.database(), access::actor(request), form.get("site"), form.get("reason"), request.now);
  if (!granted) {
    TRY_VOID(form.take(granted.error()));
    return show_sharing(app, request, form);
  }
  return pages::done("/inventory/sharing", "saved");
}

Result<http::Response> post_revoke(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  const auto id = pages::id_in_path(request, "grant");
  if (!id) return Error::not_found("grant");
  TRY_VOID(inventory::revoke(app.database(), access::actor(request), *id, request.now));
  return pages::done("/inventory/sharing", "saved");
}

}  // namespace

void add_inventory_form_routes(App& app, http::Router& router) {
  const auto edit = Permission::edit_inventory;
  pages::add_form(app, router, "/inventory/new", "asset_new", edit, get_new, post_new);
  pages::add_form(app, router, "/inventory/{asset}/edit", "asset_edit", edit, get_edit, post_edit);
  pages::add_action(app, router, "/inventory/{asset}/remove", "asset_remove", edit, post_remove);
  pages::add_page(router, http::Method::get, "/inventory/sharing", "inventory_sharing", Permission::read_inventory,
                  [&app](const http::Request& request) { return get_sharing(app, request); });
  pages::add_page(
      router, http::Method::post, "/inventory/sharing", "inventory_sharing_post", edit,
      [&app](const http::Request& request) { return post_sharing(app, request); },
      [](http::Route& route) { route.session_only = true; });
  pages::add_action(app, router, "/inventory/sharing/{grant}/revoke", "inventory_sharing_revoke", edit, post_revoke);
}

}  // namespace tocsin::portal
