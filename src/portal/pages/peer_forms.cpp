#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/peer_parts.hpp"

/// Adding, changing, previewing, starting and removing peers.
namespace tocsin::portal {
namespace {

namespace taxii = engine::taxii;
using domain::Permission;
using html::fragment;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;
using pages::Option;
using store::PeerAuth;
using store::PeerKind;
using store::PeerTrust;
using store::TaxiiPeer;

pages::Crumb list_crumb() { return {pages::kPeersPath, std::string{tr<"#TAXII servers#Peers">()}}; }

std::vector<pages::Crumb> crumbs(const TaxiiPeer& peer, std::string_view here) {
  return {list_crumb(), {pages::peer_url(peer.id), peer.name}, {"", std::string{here}}};
}

std::vector<Option> tlp_options() {
  std::vector<Option> options;
  for (const auto tlp :
       {domain::Tlp::clear, domain::Tlp::green, domain::Tlp::amber, domain::Tlp::amber_strict, domain::Tlp::red}) {
    options.push_back({std::string{domain::slug(tlp)}, fmt::format("TLP:{}", domain::to_string(tlp))});
  }
  return options;
}

struct KindText {
  PeerKind kind;
  std::string_view label, address, hint;
};
/// What is read, what its address is called, and what that is.
std::vector<KindText> kind_texts() {
  return {{PeerKind::taxii, pages::kind_title(PeerKind::taxii), tr<"Address of the collection">(),
           tr<"It ends in /collections/ and an identifier or alias.">()},
          {PeerKind::news, pages::kind_title(PeerKind::news), tr<"Address of the feed">(),
           tr<"Of the document itself, as a news reader wants it.">()},
          {PeerKind::misp, pages::kind_title(PeerKind::misp), tr<"Address of the feed">(),
           tr<"Of the folder in which manifest.json and the events lie.">()},
          {PeerKind::list, pages::kind_title(PeerKind::list), tr<"Address of the list">(),
           tr<"Plain text with one value a line, or CSV with a header.">()}};
}

PeerKind kind_of(const Form& form) { return store::parse_peer_kind(form.get("kind")).value_or(PeerKind::taxii); }

Result<FormMarkup> fields(App& app, const http::Request& request, std::string_view action, const Form& form,
                          bool keeps_secret) {
  TRY(auto organisations, pages::organisation_options(app, access::actor(request)));
  const auto kind = kind_texts()[static_cast<std::size_t>(kind_of(form))];
  FormMarkup markup{request, action, form};
  markup.hidden("kind", store::to_string(kind.kind))
      .input({.name = "name",
              .label = tr<"Name">(),
              .hint = tr<"What the other side is called here.">(),
              .required = true,
              .autofocus = true})
      .input({.name = "url",
              .label = kind.address,
              .hint = kind.hint,
              .type = "url",
              .maxlength = static_cast<int>(taxii::kPeerUrlBytesMax),
              .required = true,
              .code = true})
      .radios("auth", tr<"Credentials">(),
              {{"none", std::string{tr<"#credentials#None">()}},
               {"basic", std::string{tr<"Name and password">()}},
               {"bearer", std::string{tr<"Token">()}}})
      .input({.name = "account", .label = tr<"Name to sign in with">(), .hint = tr<"With a password only.">()})
      .input({.name = "secret",
              .label = tr<"Password or token">(),
              .hint = keeps_secret ? tr<"Left empty, the one that is kept stays. It never goes to another server.">()
                                   : tr<"It is kept sealed and never shown.">(),
              .type = "password",
              .autocomplete = "new-password",
              .maxlength = 4'000})
      .select({.name = "owner",
               .label = tr<"Its objects belong to">(),
               .hint = tr<"This organisation sees all of them and decides on them.">(),
               .required = true},
              organisations)
      .select({.name = "tlp_default",
               .label = tr<"Marking of what bears none">(),
               .hint = tr<"Narrow is safe: it can be widened later.">(),
               .required = true},
              tlp_options())
      .select({.name = "tlp_max",
               .label = tr<"Taken up to">(),
               .hint = tr<"What is marked above is left out and counted.">(),
               .required = true},
              tlp_options())
      .textarea({.name = "markings",
                 .label = tr<"What markings of theirs mean">(),
                 .hint = tr<"One a line: marking-definition--… = green. The preview names those that occur.">(),
                 .maxlength = 20'000,
                 .code = true},
                3)
      .radios("trust", tr<"Trust">(),
              {{"own", std::string{tr<"It brings what is new, and newer versions of what came from it">()}},
               {"all", std::string{tr<"It also brings newer versions of what is here from elsewhere">()}}})
      .input({.name = "every_minutes", .label = tr<"Minutes between readings">(), .type = "number", .required = true})
      .input({.name = "all_every_days",
              .label = tr<"Days until it is read from the beginning again">(),
              .hint = tr<"For servers whose clock goes wrong; 0: never.">(),
              .type = "number",
              .required = true});
  return markup;
}

Form form_of(const taxii::PeerInput& input) {
  Form form;
  form.with("kind", std::string{store::to_string(input.kind)})
      .with("name", input.name)
      .with("url", input.url)
      .with("auth", std::string{store::to_string(input.auth)})
      .with("account", input.account)
      .with("owner", std::to_string(input.owner.value))
      .with("tlp_default", std::string{domain::slug(input.tlp_default)})
      .with("tlp_max", std::string{domain::slug(input.tlp_max)})
      .with("markings", taxii::marking_lines(input.markings))
      .with("trust", std::string{store::to_string(input.trust)})
      .with("every_minutes", std::to_string(input.every_minutes))
      .with("all_every_days", std::to_string(input.all_every_days));
  return form;
}

std::int64_t number_of(const Form& form, std::string_view name) {
  const auto text = form.get(name);
  std::int64_t value = -1;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc{} && end == text.data() + text.size() ? value : -1;
}

Result<Form> read_form(const http::Request& request) {
  return Form::read(request, {"kind", "name", "url", "auth", "account", "secret", "owner", "tlp_default", "tlp_max",
                              "markings", "trust", "every_minutes", "all_every_days"});
}

/// What is no choice of a list was not typed into our form.
Result<taxii::PeerInput> input_of(const Form& form) {
  taxii::PeerInput input{.name = form.get("name"), .url = form.get("url"), .account = form.get("account")};
  if (!form.get("kind").empty()) {
    const auto kind = store::parse_peer_kind(form.get("kind"));
    if (!kind) return Error::invalid(std::string{tr<"choose one of these">()}, "kind");
    input.kind = *kind;
  }
  const auto auth = store::parse_peer_auth(form.get("auth"));
  if (!auth) return Error::invalid(std::string{tr<"choose one of these">()}, "auth");
  input.auth = *auth;
  if (!form.raw("secret").empty()) input.secret = std::string{form.raw("secret")};
  const auto owner = pages::id_of(form.get("owner"));
  if (!owner) return Error::invalid(std::string{tr<"choose one of these">()}, "owner");
  input.owner = {*owner};
  const auto tlp_default = domain::parse_tlp(form.get("tlp_default")), tlp_max = domain::parse_tlp(form.get("tlp_max"));
  if (!tlp_default) return Error::invalid(std::string{tr<"choose one of these">()}, "tlp_default");
  if (!tlp_max) return Error::invalid(std::string{tr<"choose one of these">()}, "tlp_max");
  input.tlp_default = *tlp_default;
  input.tlp_max = *tlp_max;
  TRY(input.markings, taxii::read_marking_lines(form.get("markings")));
  const auto trust = store::parse_peer_trust(form.get("trust"));
  if (!trust) return Error::invalid(std::string{tr<"choose one of these">()}, "trust");
  input.trust = *trust;
  input.every_minutes = number_of(form, "every_minutes");
  input.all_every_days = number_of(form, "all_every_days");
  return input;
}

// --- new ---

/// The kinds as links, for the form of each asks for something else.
Html kinds_html(PeerKind shown) {
  std::string out;
  render<"<p>{}</p>\n<nav class=\"tabs\" aria-label=\"[[#of a peer#Kind]]\"><ul>">(
      out, tr<"Nothing is read before you have seen a preview and started it.">());
  for (const auto& each : kind_texts()) {
    const auto url = html::Url::own(fmt::format("/admin/peers/new?kind={}", store::to_string(each.kind)));
    if (each.kind == shown) {
      render<"<li><a href=\"{}\" aria-current=\"page\">{}</a></li>">(out, url, each.label);
    } else {
      render<"<li><a href=\"{}\">{}</a></li>">(out, url, each.label);
    }
  }
  return Html::from_trusted(out + "</ul></nav>\n");
}

Result<http::Response> show_new(App& app, const http::Request& request, const Form& form) {
  TRY(auto markup, fields(app, request, "/admin/peers/new", form, false));
  return pages::form_answer(app, request,
                            {.title = std::string{tr<"#a TAXII server#New peer">()},
                             .crumbs = {list_crumb(), {"", std::string{tr<"New">()}}},
                             .lead = kinds_html(kind_of(form))},
                            form, markup.submit(tr<"#a peer#Add it">(), FormMarkup::Button::normal, pages::kPeersPath));
}

Result<http::Response> get_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter, "kind"}));
  if (auto first = pages::confirm_first(app, request, "/admin/peers/new")) return std::move(*first);
  taxii::PeerInput input;
  input.kind = store::parse_peer_kind(request.query.get("kind")).value_or(PeerKind::taxii);
  // Servers of files say reliably what changed; those of TAXII have clocks that go wrong.
  if (input.kind != PeerKind::taxii) input.all_every_days = 0;
  return show_new(app, request, form_of(input));
}

Result<http::Response> post_new(App& app, const http::Request& request) {
  TRY(auto form, read_form(request));
  if (auto first = pages::confirm_first(app, request, "/admin/peers/new")) return std::move(*first);
  TRY(const auto* peers, pages::peers_of(app));
  const auto input = input_of(form);
  const auto made = input ? taxii::create_peer(app.database(), access::actor(request), *peers, *input, request.now)
                          : Result<std::int64_t>{input.error()};
  if (!made) {
    TRY_VOID(form.take(made.error()));
    return show_new(app, request, form);
  }
  return pages::done(pages::peer_url(*made), "saved");
}

// --- edit ---

Result<http::Response> show_edit(App& app, const http::Request& request, const TaxiiPeer& peer, const Form& form) {
  const auto url = pages::peer_url(peer.id);
  TRY(auto markup, fields(app, request, url + "/edit", form, true));
  return pages::form_answer(
      app, request,
      {.title = tr<"Edit {}">(peer.name),
       .crumbs = crumbs(peer, tr<"Edit">()),
       .lead = Html::from_text(tr<"Another address, owner, marking or trust begins to read it from the beginning. What "
                                  "is here already stays as it is.">())},
      form, markup.submit(tr<"Save">(), FormMarkup::Button::normal, url));
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto peer, pages::peer_of(app, request));
  if (auto first = pages::confirm_first(app, request, pages::peer_url(peer.id) + "/edit")) return std::move(*first);
  return show_edit(app, request, peer, form_of(taxii::input_of(peer)));
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(const auto peer, pages::peer_of(app, request));
  TRY(auto form, read_form(request));
  if (auto first = pages::confirm_first(app, request, pages::peer_url(peer.id) + "/edit")) return std::move(*first);
  TRY(const auto* peers, pages::peers_of(app));
  auto input = input_of(form);
  if (input) input->enabled = peer.enabled;
  const auto changed =
      input ? taxii::change_peer(app.database(), access::actor(request), *peers, peer.id, *input, request.now)
            : Status{input.error()};
  if (!changed) {
    TRY_VOID(form.take(changed.error()));
    return show_edit(app, request, peer, form);
  }
  pages::wake_peers(app);
  return pages::done(pages::peer_url(peer.id), "saved");
}

// --- remove ---

Result<http::Response> get_remove(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto peer, pages::peer_of(app, request));
  const auto url = pages::peer_url(peer.id);
  FormMarkup markup{request, url + "/remove"};
  return pages::form_answer(app, request,
                            {.title = tr<"Remove {}">(peer.name),
                             .crumbs = crumbs(peer, tr<"Remove">()),
                             .lead = Html::from_text(tr<"It is not read any more. What came from it stays.">())},
                            {}, markup.submit(tr<"Remove">(), FormMarkup::Button::danger, url));
}

Result<http::Response> post_remove(App& app, const http::Request& request) {
  TRY(const auto peer, pages::peer_of(app, request));
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(taxii::remove_peer(app.database(), access::actor(request), peer.id, request.now));
  return pages::done(pages::kPeersPath, "removed");
}

// --- start, pause, read ---

Result<http::Response> set_enabled(App& app, const http::Request& request, bool enabled) {
  TRY(const auto peer, pages::peer_of(app, request));
  TRY_VOID(Form::read(request, {}));
  TRY(const auto* peers, pages::peers_of(app));
  auto input = taxii::input_of(peer);
  input.enabled = enabled;
  TRY_VOID(taxii::change_peer(app.database(), access::actor(request), *peers, peer.id, input, request.now));
  pages::wake_peers(app);
  return pages::done(pages::peer_url(peer.id), enabled ? "peer-started" : "peer-paused");
}
Result<http::Response> post_start(App& app, const http::Request& request) { return set_enabled(app, request, true); }
Result<http::Response> post_pause(App& app, const http::Request& request) { return set_enabled(app, request, false); }

Result<http::Response> post_read(App& app, const http::Request& request) {
  TRY(const auto peer, pages::peer_of(app, request));
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(taxii::ask_for_peer(app.database(), access::actor(request), peer.id, request.now));
  pages::wake_peers(app);
  return pages::done(pages::peer_url(peer.id), "peer-read");
}

// --- preview ---

void append_count(std::string& out, std::string_view label, std::int64_t count) {
  if (count > 0) pages::append_fact(out, label, text::thousands(count));
}

std::string preview_html(const TaxiiPeer& peer, const exchange::PeerPreview& seen) {
  std::string out;
  render<"<p class=\"lead\">{}</p>\n">(
      out, seen.more ? trn<"{} object was looked at; there are more.", "{} objects were looked at; there are more.">(
                           static_cast<long long>(seen.objects), text::thousands(seen.objects))
                     : trn<"It holds {} object.", "It holds {} objects.">(static_cast<long long>(seen.objects),
                                                                          text::thousands(seen.objects)));
  render<"<section class=\"panel\"><h2>[[What would become of it]]</h2><dl class=\"kv\">\n">(out);
  append_count(out, tr<"#objects#New here">(), seen.fresh);
  append_count(out, tr<"#objects#Here already">(), seen.here);
  append_count(out, tr<"#objects#Left out, here from elsewhere">(), seen.held);
  append_count(out, tr<"#objects#Left out, marked above the ceiling">(), seen.above);
  append_count(out, tr<"#objects#Refused as damaged">(), seen.refused);
  append_count(out, tr<"#objects#STIX 2.0, lifted to 2.1">(), seen.lifted);
  append_count(out, tr<"#objects#Without a marking, kept as TLP:{}">(domain::to_string(peer.tlp_default)),
               seen.unmarked);
  out += "</dl></section>\n";
  const auto section = [&](std::string_view title, const auto& counts, const auto& name) {
    if (counts.empty()) return;
    render<"<section class=\"panel\"><h2>{}</h2><dl class=\"kv\">\n">(out, title);
    for (const auto& [key, count] : counts) pages::append_fact(out, name(key), text::thousands(count));
    out += "</dl></section>\n";
  };
  section(tr<"Types">(), seen.types, [](const std::string& type) { return type; });
  section(tr<"Markings of TLP">(), seen.tlp,
          [](domain::Tlp tlp) { return fmt::format("TLP:{}", domain::to_string(tlp)); });
  section(tr<"Other markings">(), seen.other_markings, [](const std::string& marking) { return marking; });
  if (!seen.problems.empty()) {
    render<"<section class=\"panel\"><h2>[[What is wrong with it]]</h2><ul lang=\"en\">\n">(out);
    for (const auto& each : seen.problems) render<"<li lang=\"en\">{}</li>\n">(out, each.to_string());
    out += "</ul></section>\n";
  }
  return out;
}

Result<http::Response> post_preview(App& app, const http::Request& request) {
  TRY(const auto peer, pages::peer_of(app, request));
  TRY_VOID(Form::read(request, {}));
  const auto url = pages::peer_url(peer.id);
  std::string out = pages::breadcrumb_html(crumbs(peer, tr<"Preview">())).str();
  render<"<div class=\"page-head\"><h1>{}</h1><div class=\"actions\">">(out, tr<"Preview of {}">(peer.name));
  if (app.peer_poller() == nullptr || !app.peers()->options().on) {
    return Error::conflict(std::string{tr<"This portal reads no other servers">()});
  }
  const auto seen = app.peer_poller()->preview(access::actor(request), peer.id);
  if (seen) {
    out +=
        pages::button_form(request, url + "/start", tr<"#a peer#Start">(), {}, FormMarkup::Button::normal).str() + ' ';
  }
  render<"<a class=\"button-quiet\" href=\"{}\">[[Back]]</a></div></div>\n">(out, html::Url::own(url));
  if (seen) {
    out += preview_html(peer, *seen);
  } else {
    render<"<p class=\"callout callout-warn\" lang=\"en\">{}</p>\n">(out, seen.error().to_string());
    render<
        "<p>[[Is the address right, and are the credentials? Of a TAXII server, <code>tocsin peer look</code> lists "
        "the "
        "collections.]]</p>\n">(out);
  }
  pages::Page page;
  page.title = tr<"Preview of {}">(peer.name);
  page.main = Html::from_trusted(std::move(out));
  return pages::personal(pages::member_page(app, request, std::move(page), pages::kPeersPath));
}

}  // namespace

void add_peer_form_routes(App& app, http::Router& router) {
  constexpr auto kAdminister = Permission::administer;
  pages::add_form(app, router, "/admin/peers/new", "peer_new", kAdminister, get_new, post_new);
  pages::add_form(app, router, "/admin/peers/{peer}/edit", "peer_edit", kAdminister, get_edit, post_edit);
  pages::add_form(app, router, "/admin/peers/{peer}/remove", "peer_remove", kAdminister, get_remove, post_remove);
  pages::add_action(app, router, "/admin/peers/{peer}/start", "peer_start", kAdminister, post_start);
  pages::add_action(app, router, "/admin/peers/{peer}/pause", "peer_pause", kAdminister, post_pause);
  pages::add_action(app, router, "/admin/peers/{peer}/read", "peer_read", kAdminister, post_read);
  pages::add_action(app, router, "/admin/peers/{peer}/preview", "peer_preview", kAdminister, post_preview);
}

}  // namespace tocsin::portal
