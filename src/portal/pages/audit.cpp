#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/audit/view.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/audit_parts.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/glass_view.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// The audit log for those who audit: what was done by whom, one entry, the export, and whether the chain is whole.
namespace tocsin::portal {
namespace {

namespace view = engine::audit::view;
using domain::Permission;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;

constexpr int kPerPage = 100;
constexpr int kGlassRows = 5;
constexpr int kPerPageMax = 500;
constexpr std::size_t kActionBytesMax = 100;
constexpr std::int64_t kDayMicros = std::int64_t{24} * 3600 * 1'000'000;

/// What the address says: the filter, and the same as typed.
struct Asked {
  store::AuditFilter filter;
  std::string person, organisation, owner, action, object, outcome, from, to;
  int limit = kPerPage;
  std::int64_t cursor = 0;  ///< An entry: lists go on before it, exports after it.
};

Result<std::int64_t> number(std::string_view name, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1) {
    return Error::invalid(tr<"'{}' is a number, as the entries show it">(name), std::string{name});
  }
  return value;
}

/// "2026-05-10" (midnight UTC), or a whole RFC 3339 time.
Result<Timestamp> moment(std::string_view name, std::string_view text) {
  constexpr std::size_t kDateBytes = 10;
  auto time = parse_rfc3339(text.size() == kDateBytes ? std::string{text} + "T00:00:00Z" : std::string{text});
  if (!time) return Error::invalid(tr<"'{}' is a date such as 2026-05-10, in UTC">(name), std::string{name});
  return time;
}

Result<Asked> asked_of(const http::Request& request, std::string_view cursor) {
  TRY_VOID(request.only_known(
      {"person", "organisation", "owner", "action", "object", "outcome", "from", "to", "limit", cursor}));
  Asked asked;
  const auto text = [&](std::string_view name) { return std::string{text::trim(request.query.get(name))}; };
  asked.person = text("person");
  asked.organisation = text("organisation");
  asked.owner = text("owner");
  asked.action = text("action");
  asked.object = text("object");
  asked.outcome = text("outcome");
  asked.from = text("from");
  asked.to = text("to");
  auto& filter = asked.filter;
  if (!asked.person.empty()) {
    TRY(const auto id, number("person", asked.person));
    filter.person = domain::PersonId{id};
  }
  if (!asked.organisation.empty()) {
    TRY(const auto id, number("organisation", asked.organisation));
    filter.organisation = domain::OrganisationId{id};
  }
  if (!asked.owner.empty()) {
    TRY(const auto id, number("owner", asked.owner));
    filter.owner = domain::OrganisationId{id};
  }
  for (const auto& [name, value] : {std::pair{"action", &asked.action}, std::pair{"object", &asked.object}}) {
    if (value->size() > kActionBytesMax) return Error::too_large(name, kActionBytesMax, name);
  }
  filter.action = asked.action;
  filter.object = asked.object;
  if (!asked.outcome.empty()) {
    filter.outcome = domain::audit::parse_outcome(asked.outcome);
    if (!filter.outcome)
      return Error::invalid(std::string{tr<"'outcome' is one of done, refused, failed">()}, "outcome");
  }
  if (!asked.from.empty()) {
    TRY(filter.from, moment("from", asked.from));
  }
  if (!asked.to.empty()) {
    TRY(auto to, moment("to", asked.to));
    // A day is meant whole.
    if (asked.to.size() == 10) to.micros += kDayMicros;
    filter.to = to;
  }
  TRY(asked.limit, request.integer("limit", kPerPage, 1, kPerPageMax));
  if (const auto typed = request.query.get(cursor); !typed.empty()) {
    TRY(asked.cursor, number(cursor, typed));
  }
  return asked;
}

std::string path_of(std::string_view base, const Asked& asked, std::int64_t cursor,
                    std::string_view cursor_name = "before") {
  return http::with_query(base, {{"person", asked.person},
                                 {"organisation", asked.organisation},
                                 {"owner", asked.owner},
                                 {"action", asked.action},
                                 {"object", asked.object},
                                 {"outcome", asked.outcome},
                                 {"from", asked.from},
                                 {"to", asked.to},
                                 {"limit", asked.limit == kPerPage ? std::string{} : std::to_string(asked.limit)},
                                 {cursor_name, cursor == 0 ? std::string{} : std::to_string(cursor)}});
}

bool narrowed(const Asked& asked) { return path_of("", asked, 0) != path_of("", {}, 0); }

void append_filters(std::string& out, const Asked& asked) {
  render<"<form class=\"panel filter-grid\" action=\"/audit\" aria-label=\"[[Narrow the audit log]]\">\n">(out);
  const auto field = [&](std::string_view name, std::string_view label, std::string_view value, std::string_view hint) {
    render<
        "<div><label for=\"audit-{}\">{}</label><input id=\"audit-{}\" type=\"text\" name=\"{}\" value=\"{}\" "
        "placeholder=\"{}\" maxlength=\"100\" autocomplete=\"off\" spellcheck=\"false\"></div>\n">(
        out, name, label, name, name, value, hint);
  };
  const auto date = [&](std::string_view name, std::string_view label, std::string_view value) {
    render<
        "<div><label for=\"audit-{}\">{}</label><input id=\"audit-{}\" type=\"date\" name=\"{}\" "
        "value=\"{}\"></div>\n">(out, name, label, name, name, value.substr(0, 10));
  };
  field("action", tr<"Action">(), asked.action, tr<"sign-in, or record.*">());
  field("object", tr<"Object">(), asked.object, "record:12");
  field("person", tr<"Who: number of a person">(), asked.person, "3");
  field("organisation", tr<"Acting for: number">(), asked.organisation, "1");
  field("owner", tr<"Whose thing: number">(), asked.owner, "1");
  render<
      "<div><label for=\"audit-outcome\">[[Outcome]]</label><select id=\"audit-outcome\" name=\"outcome\"><option "
      "value=\"\">[[any]]</option>">(out);
  for (const auto outcome :
       {domain::audit::Outcome::done, domain::audit::Outcome::refused, domain::audit::Outcome::failed}) {
    const auto word = domain::audit::to_string(outcome);
    render<"<option value=\"{}\" {}>{}</option>">(out, word, attribute_if<"selected">(asked.outcome == word),
                                                  tr_text(word));
  }
  out += "</select></div>\n";
  date("from", tr<"From (UTC)">(), asked.from);
  date("to", tr<"To, that day included (UTC)">(), asked.to);
  render<"<div class=\"actions\"><button class=\"button\" type=\"submit\">[[Filter]]</button>">(out);
  if (narrowed(asked)) render<"<a class=\"button-quiet\" href=\"/audit\">[[Everything]]</a>">(out);
  out += "</div></form>\n";
}

void append_table(std::string& out, const view::Page& page) {
  render<
      "<div class=\"table-wrap\"><table class=\"stack audit\"><thead><tr><th scope=\"col\" "
      "class=\"num\">[[Entry]]</th><th scope=\"col\">[[Time]]</th><th scope=\"col\">[[Action]]</th><th "
      "scope=\"col\">[[Object]]</th><th scope=\"col\">[[Who]]</th><th "
      "scope=\"col\">[[Whose]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : page.rows) {
    const auto& entry = row.stored.entry;
    render<
        R"(<tr><td class="num" data-label="[[Entry]]"><a href="{}">{}</a></td><td data-label="[[Time]]">{}</td><td data-label="[[Action]]"><code>{}</code>{}</td><td data-label="[[Object]]">{}</td><td data-label="[[Who]]">{}</td><td data-label="[[Whose]]">{}</td></tr>
)">(out, Url::own(fmt::format("/audit/{}", entry.sequence)), entry.sequence, pages::datetime_html(entry.at),
        entry.action, pages::outcome_tag(entry.outcome), pages::object_html(entry.object), pages::who_html(row),
        pages::owner_html(row));
  }
  out += "</tbody></table></div>\n";
}

Status append_chain(std::string& out, App& app, const http::Request& request, const engine::Actor& actor) {
  TRY(const auto chain, view::chain(app.database(), actor));
  render<"<section class=\"panel\" aria-labelledby=\"chain\"><h2 id=\"chain\">[[The chain]]</h2><dl class=\"kv\">\n">(
      out);
  pages::append_fact(out, tr<"Newest entry">(),
                     chain.newest == 0 ? std::string{tr<"none yet">()} : std::to_string(chain.newest));
  if (chain.checkpoint) {
    const auto& checkpoint = *chain.checkpoint;
    pages::append_fact(out, tr<"Last signed checkpoint">(),
                       html::fragment<"[[entry {}, {}, key <code>{}</code>]]">(
                           checkpoint.sequence, pages::datetime_html(checkpoint.at), checkpoint.key_id));
    pages::append_fact(
        out, tr<"Its hash">(),
        html::fragment<"<code class=\"hash\" data-copy=\"{}\" data-copy-label=\"[[the hash]]\">{}</code>">(
            checkpoint.hash, checkpoint.hash));
  } else {
    pages::append_fact(out, tr<"Last signed checkpoint">(), tr<"none yet: tocsin audit checkpoint signs one">());
  }
  render<
      "</dl><p class=\"actions\">{} <span class=\"note\">[[All of it, with the signatures: <code>tocsin audit "
      "verify</code>]]</span></p></section>\n">(
      out, pages::button_form(request, "/audit/verify",
                              tr<"Verify the newest {} entries">(text::thousands(view::kVerifiedMax))));
  return ok();
}

Result<http::Response> list(App& app, const http::Request& request) {
  TRY(const auto asked, asked_of(request, "before"));
  const auto actor = access::actor(request);
  TRY(const auto found, view::list(app.database(), actor, asked.filter, asked.cursor, asked.limit, request.now));
  const auto next = [&](std::string_view base) {
    return found.next == 0 ? std::string{} : path_of(base, asked, found.next);
  };
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : found.rows) items.push_back(pages::entry_json(row));
    return pages::personal(
        http::Response::json(json::write(pages::page_json(std::move(items), next("/api/v1/audit"), found.total))));
  }
  std::string out;
  render<
      "<div class=\"page-head\"><div><h1>[[Audit log]]</h1><p class=\"note\">{}</p></div><p "
      "class=\"actions\"><a class=\"button-quiet\" href=\"{}\">[[Export these as JSON lines]]</a></p></div>\n">(
      out,
      narrowed(asked)
          ? trn<"{} entry that fit, newest first", "{} entries that fit, newest first">(found.total,
                                                                                        text::thousands(found.total))
          : trn<"{} entry, newest first", "{} entries, newest first">(found.total, text::thousands(found.total)),
      Url::own(path_of("/api/v1/audit/export", asked, 0)));
  if (asked.cursor == 0 && !narrowed(asked)) {
    TRY(const auto glass,
        engine::guard::glass_rows(app.database(), actor, engine::guard::GlassScope::known, kGlassRows, request.now));
    out += pages::glass_section_html(request, glass, "/break-glass").str();
    TRY_VOID(append_chain(out, app, request, actor));
  }
  append_filters(out, asked);
  if (found.rows.empty()) {
    if (narrowed(asked)) {
      render<
          "<section class=\"panel\"><h2>[[No entry fits]]</h2><p>[[A wider period or fewer conditions find more; see "
          "<a href=\"/audit\">everything</a>.]]</p></section>\n">(out);
    } else {
      render<
          "<section class=\"panel\"><h2>[[Nothing is written down yet]]</h2><p>[[Entries appear here as soon as "
          "somebody signs in or changes something.]]</p></section>\n">(out);
    }
  } else {
    append_table(out, found);
  }
  pages::append_next(out, next("/audit"));
  pages::Page page;
  page.title = tr<"Audit log">();
  page.json_url = path_of("/api/v1/audit", asked, asked.cursor);
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/audit");
}

Result<http::Response> entry(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto sequence = pages::id_in_path(request, "entry");
  if (!sequence) return Error::not_found("entry");
  TRY(const auto found, view::find(app.database(), access::actor(request), *sequence));
  if (!found) return Error::not_found("entry");
  if (request.representation == http::Representation::json) {
    return pages::personal(http::Response::json(json::write(pages::entry_json(*found))));
  }
  const auto& stored = found->stored;
  const auto& each = stored.entry;
  std::string out =
      pages::breadcrumb_html({{"/audit", std::string{tr<"Audit log">()}}, {"", tr<"Entry {}">(each.sequence)}}).str();
  render<
      "<div class=\"page-head\"><h1>[[Entry {}: <code>{}</code>]]</h1></div>\n<section class=\"panel\"><dl "
      "class=\"kv\">\n">(out, each.sequence, each.action);
  pages::append_fact(out, tr<"Meaning">(), tr_text(engine::audit::meaning_of(each.action)));
  pages::append_fact(out, tr<"Time">(), pages::datetime_html(each.at));
  pages::append_fact(out, tr<"Outcome">(), tr_text(domain::audit::to_string(each.outcome)));
  pages::append_fact(out, tr<"Who">(), pages::who_html(*found));
  pages::append_fact(out, tr<"Object">(), pages::object_html(each.object));
  pages::append_fact(out, tr<"Whose">(), pages::owner_html(*found));
  pages::append_fact(out, tr<"#network address#From">(), each.personal.address);
  pages::append_fact(out, tr<"#a browser#With">(), each.personal.agent);
  pages::append_fact(out, tr<"Request">(), each.request_id);
  pages::append_fact(out, tr<"Detail">(), pages::detail_html(stored));
  const auto hash = [&](std::string_view label, std::string_view value) {
    pages::append_fact(out, label, html::fragment<"<code class=\"hash\">{}</code>">(value));
  };
  hash(tr<"Hash">(), stored.hash);
  hash(tr<"Hash of the entry before">(), stored.previous_hash);
  hash(tr<"Hash of what may be erased">(), stored.personal_hash);
  out += "</dl></section>\n<p class=\"actions\">";
  if (each.person) {
    render<"<a class=\"button-quiet\" href=\"{}\">[[All of this person]]</a>">(
        out, Url::own(fmt::format("/audit?person={}", each.person->value)));
  }
  if (!each.object.empty()) {
    render<"<a class=\"button-quiet\" href=\"{}\">[[All about this object]]</a>">(
        out, Url::own(http::with_query("/audit", {{"object", each.object}})));
  }
  out += "</p>\n";
  pages::Page page;
  page.title = tr<"Audit entry {}">(each.sequence);
  page.json_url = fmt::format("/api/v1/audit/{}", each.sequence);
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/audit");
}

/// One object a line, oldest first. Longer logs go on at the address in Link.
Result<http::Response> export_lines(App& app, const http::Request& request) {
  TRY(const auto asked, asked_of(request, "after"));
  TRY(auto lines, view::lines(app.database(), access::actor(request), asked.filter, asked.cursor, request.now));
  http::Response response;
  response.content_type = "application/jsonl; charset=utf-8";
  response.body = std::make_shared<const std::string>(std::move(lines.text));
  response.with("Content-Disposition",
                fmt::format("attachment; filename=\"audit-{}.jsonl\"", format_date(request.now)));
  if (lines.next != 0) {
    response.with("Link",
                  fmt::format("<{}>; rel=\"next\"", path_of("/api/v1/audit/export", asked, lines.next, "after")));
  }
  return pages::personal(std::move(response));
}

Result<http::Response> verify(App& app, const http::Request& request) {
  TRY_VOID(pages::Form::read(request, {}));
  TRY(const auto run, view::verify_newest(app.database(), access::actor(request)));
  std::string out =
      pages::breadcrumb_html({{"/audit", std::string{tr<"Audit log">()}}, {"", std::string{tr<"Verification">()}}})
          .str();
  render<"<div class=\"page-head\"><h1>[[Verification]]</h1></div>\n">(out);
  if (run.checked == 0) {
    render<"<p class=\"callout\">[[There is no entry to verify yet.]]</p>\n">(out);
  } else if (run.faults.empty()) {
    render<
        "<p class=\"callout callout-good\">[[<b>Entries {} to {} are whole.</b> Each fits its own hash and the entry "
        "before it.]]</p>\n">(out, run.first, run.last);
  } else {
    render<
        "<div class=\"callout callout-error\"><p>[[<b>The chain is broken.</b> Keep the database as it is, and compare "
        "with the last export or backup.]]</p><ul>\n">(out);
    for (const auto& fault : run.faults) {
      render<"<li><a href=\"{}\">[[Entry {}]]</a>: {}</li>\n">(out, Url::own(fmt::format("/audit/{}", fault.sequence)),
                                                               fault.sequence, fault.what);
    }
    out += "</ul></div>\n";
  }
  render<
      "<p class=\"note\">{}</p><p><a class=\"button-quiet\" href=\"/audit\">[[Back to the "
      "log]]</a></p>\n">(out, run.checked == 1 ? html::fragment<"[[{} entry checked at {}.]]">(
                                                     text::thousands(run.checked), pages::datetime_html(request.now))
                                               : html::fragment<"[[{} entries checked at {}.]]">(
                                                     text::thousands(run.checked), pages::datetime_html(request.now)));
  pages::Page page;
  page.title = tr<"Verification of the audit log">();
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/audit");
}

}  // namespace

void add_audit_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/audit", "/api/v1/audit", "audit", "The audit log, newest first",
      [&app](const http::Request& request) { return list(app, request); }, Permission::read_audit);
  pages::add_resource(
      router, "/audit/{entry}", "/api/v1/audit/{entry}", "audit_entry", "One entry of the audit log",
      [&app](const http::Request& request) { return entry(app, request); }, Permission::read_audit);
  http::Route lines;
  lines.pattern = "/api/v1/audit/export";
  lines.name = "audit_export";
  lines.summary = "The audit log as JSON lines";
  lines.permission = Permission::read_audit;
  lines.handler = [&app](const http::Request& request) { return export_lines(app, request); };
  router.add(std::move(lines));
  pages::add_page(router, http::Method::post, "/audit/verify", "audit_verify_page", Permission::read_audit,
                  [&app](const http::Request& request) { return verify(app, request); });
}

}  // namespace tocsin::portal
