#include "engine/exposure/decision_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// By which table an organisation decides: the one in use, another one with what it would change, and what was before.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
namespace inventory = engine::inventory;
using domain::Permission;
using exposure::Rules;
using exposure::TableChoice;
using formats::ssvc::DecisionTable;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;

constexpr const char* kPath = "/exposure/decisions";
constexpr const char* kEditPath = "/exposure/decisions/edit";
constexpr const char* kUploadPath = "/exposure/decisions/upload";
constexpr std::string_view kCurrent = "current", kFile = "file", kVersion = "version-";
/// Cells that a form may have, for the number of its fields is bounded.
constexpr std::size_t kCellsMax = 200;
constexpr std::size_t kChangesShown = 40;

std::string title_of(const store::DecisionTableVersion& version, const Rules& rules) {
  const auto& name = rules.table().name;
  return version.base == exposure::kOwnTable ? tr<"{} (own table)">(tr_text(name)) : std::string{tr_text(name)};
}

std::string point_value(const DecisionTable& table, std::size_t point, std::size_t value) {
  return fmt::format("{}: {}", tr_text(table.inputs[point].name), tr_text(table.inputs[point].values[value].name));
}

std::string combination_text(const DecisionTable& table, const std::vector<std::size_t>& values) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) out += (i == 0 ? "" : ", ") + point_value(table, i, values[i]);
  return out;
}

std::string_view outcome_name(const DecisionTable& table, std::size_t outcome) {
  return tr_text(table.outcome.values[outcome].name);
}

// --- a table that is being made ---

struct Draft {
  std::string source;  ///< A built-in table's name, "current", "file", "version-7".
  TableChoice origin;  ///< What the source says.
  TableChoice choice;  ///< With the outcomes that were chosen since.
  Rules rules;
  std::size_t part = 0;  ///< Value of the first point whose rows are shown.

  std::string digest() const { return sha256_hex(choice.base + "\n" + choice.document).substr(0, 32); }
};

Result<TableChoice> origin_of(App& app, const http::Request& request, const inventory::Access& access,
                              std::string_view source, std::string document) {
  const auto actor = access::actor(request);
  if (source == kFile) return TableChoice{.base = std::string{exposure::kOwnTable}, .document = std::move(document)};
  if (source == kCurrent || source.empty()) {
    TRY(const auto in_use, exposure::table_in_use(app.database(), actor, access));
    return in_use.choice();
  }
  if (source.starts_with(kVersion)) {
    const auto number = pages::id_of(source.substr(kVersion.size()));
    if (!number) return Error::not_found("version");
    TRY(const auto version, exposure::table_version(app.database(), actor, access, *number));
    return TableChoice{.base = version.base, .document = version.document};
  }
  return TableChoice{.base = std::string{source}};
}

Result<Draft> draft_of(TableChoice origin, std::string source) {
  Draft draft{.source = std::move(source), .origin = origin, .choice = std::move(origin), .rules = {}};
  TRY(draft.rules, exposure::rules_of(draft.choice));
  return draft;
}

/// How the rows are laid out: a part for each value of the first point, in it a matrix whose columns are the last one
/// or two points together.
struct Layout {
  std::size_t parts = 1, cells = 0;
  std::size_t first = 0;    ///< Point of the rows' first heading.
  std::size_t columns = 0;  ///< First point of the columns.
  bool editable() const noexcept { return cells <= kCellsMax; }
};
Layout layout_of(const DecisionTable& table) {
  Layout layout;
  const auto points = table.inputs.size();
  if (points >= 2) {
    layout.parts = table.inputs[0].values.size();
    layout.first = 1;
  }
  layout.cells = table.outcomes.size() / layout.parts;
  layout.columns = points - (points - layout.first >= 3 ? 2 : 1);
  return layout;
}

std::vector<std::string> outcome_keys(const DecisionTable& table) {
  std::vector<std::string> keys;
  for (const auto each : table.outcomes) keys.push_back(table.outcome.values[each].key);
  return keys;
}

/// The outcomes that the form brought: all as one text, over them those of the part that was shown.
tocsin::Status apply(const Form& form, Draft& draft) {
  const auto& table = draft.rules.table();
  const auto layout = layout_of(table);
  auto keys = outcome_keys(table);
  if (const auto all = form.get("outcomes"); !all.empty()) {
    keys.clear();
    for (const auto key : text::split(all, ',')) keys.emplace_back(key);
  }
  if (const auto part = form.get("part"); !part.empty()) {
    const auto number = part == "0" ? std::optional<std::int64_t>{0} : pages::id_of(part);
    if (!number || std::cmp_greater_equal(*number, layout.parts)) return Error::not_found("table");
    draft.part = static_cast<std::size_t>(*number);
  }
  const auto chosen = form.all("outcome");
  if (!chosen.empty()) {
    if (chosen.size() != layout.cells || keys.size() != table.outcomes.size()) {
      return Error::invalid(std::string{tr<"the form does not fit the table: start again">()});
    }
    std::ranges::copy(chosen, keys.begin() + static_cast<std::ptrdiff_t>(draft.part * layout.cells));
  }
  TRY(draft.choice, exposure::with_outcomes(draft.origin, keys));
  TRY(draft.rules, exposure::rules_of(draft.choice));
  return ok();
}

// --- showing one ---

void append_matrix(std::string& out, const Draft& draft) {
  const auto& table = draft.rules.table();
  const auto layout = layout_of(table);
  std::size_t width = 1;
  for (auto point = layout.columns; point < table.inputs.size(); ++point) width *= table.inputs[point].values.size();
  const auto first_row = draft.part * layout.cells;
  if (layout.parts > 1) {
    render<"<ul class=\"switch\"><li>{}</li>">(out, tr_text(table.inputs[0].name));
    for (std::size_t i = 0; i < layout.parts; ++i) {
      render<"<li><button class=\"button-quiet\" name=\"do\" value=\"part-{}\" {}>{}</button></li>">(
          out, i, attribute_if<"aria-current">(i == draft.part, "true"), tr_text(table.inputs[0].values[i].name));
    }
    out += "</ul>\n";
  }
  out += "<div class=\"table-wrap\"><table class=\"stack matrix\"><thead><tr>";
  for (auto point = layout.first; point < layout.columns; ++point) {
    render<"<th scope=\"col\">{}</th>">(out, tr_text(table.inputs[point].name));
  }
  const auto column_label = [&](std::size_t column) {
    const auto values = exposure::combination_at(table, first_row + column);
    std::string label;
    for (auto point = layout.columns; point < table.inputs.size(); ++point) {
      label += (label.empty() ? "" : ", ") + point_value(table, point, values[point]);
    }
    return label;
  };
  for (std::size_t column = 0; column < width; ++column) {
    render<"<th scope=\"col\">{}</th>">(out, column_label(column));
  }
  out += "</tr></thead><tbody>\n";
  for (std::size_t at = 0; at < layout.cells; at += width) {
    const auto row = exposure::combination_at(table, first_row + at);
    out += "<tr>";
    for (auto point = layout.first; point < layout.columns; ++point) {
      render<"<th scope=\"row\"><span class=\"row-point\">{}: </span>{}</th>">(
          out, tr_text(table.inputs[point].name), tr_text(table.inputs[point].values[row[point]].name));
    }
    for (std::size_t column = 0; column < width; ++column) {
      const auto index = first_row + at + column;
      render<"<td data-label=\"{}\"><select name=\"outcome\" aria-label=\"{}\">">(
          out, column_label(column), combination_text(table, exposure::combination_at(table, index)));
      for (std::size_t value = table.outcome.values.size(); value-- > 0;) {
        render<"<option value=\"{}\" {}>{}</option>">(out, table.outcome.values[value].key,
                                                      attribute_if<"selected">(table.outcomes[index] == value),
                                                      outcome_name(table, value));
      }
      out += "</select></td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
}

void append_difference(std::string& out, const Rules& before, const Rules& after) {
  const auto difference = exposure::difference_of(before, after);
  if (!difference.same_points) {
    render<"<p>[[The tables ask for different things, so their rows cannot be compared.]]</p>\n">(out);
    return;
  }
  if (difference.rows.empty()) {
    render<"<p>[[Every row leads to the same as before.]]</p>\n">(out);
    return;
  }
  render<"<p>{}</p>\n<ul class=\"table-changes\">">(
      out, trn<"{} row leads to something else:", "{} rows lead to something else:">(
               static_cast<long long>(difference.rows.size()), difference.rows.size()));
  const auto& table = after.table();
  for (std::size_t i = 0; i < std::min(difference.rows.size(), kChangesShown); ++i) {
    const auto& row = difference.rows[i];
    render<"<li>{}: <del>{}</del> <ins>{}</ins></li>\n">(out, combination_text(table, row.values),
                                                         outcome_name(before.table(), row.before),
                                                         outcome_name(table, row.after));
  }
  out += "</ul>\n";
  if (difference.rows.size() > kChangesShown) {
    render<"<p class=\"note\">[[and {} more]]</p>\n">(out, difference.rows.size() - kChangesShown);
  }
}

void append_preview(std::string& out, const exposure::TablePreview& preview, const Rules& before, const Rules& after) {
  render<
      "<section class=\"panel\" aria-labelledby=\"preview\"><h2 id=\"preview\" tabindex=\"-1\">[[What would "
      "change]]</h2>\n">(out);
  const auto looked = trn<"{} match was looked at.", "{} matches were looked at.">(preview.looked_at,
                                                                                   text::thousands(preview.looked_at));
  if (preview.shifts.empty()) {
    render<"<p>{} [[Each would be decided as it is now.]]</p>\n">(out, looked);
  } else {
    render<"<p>{}</p><ul>">(out, looked);
    for (const auto& shift : preview.shifts) {
      render<"<li>{}</li>\n">(
          out, html::fragment<"[[<b>{}</b> from “{}” to “{}”]]">(
                   text::thousands(shift.count), pages::action_label(shift.from), pages::action_label(shift.to)));
    }
    out += "</ul>\n";
  }
  if (!preview.whole) render<"<p class=\"note\">[[There are more; these stand for them.]]</p>\n">(out);
  append_difference(out, before, after);
  out += "</section>\n";
}

/// The page of a draft; with `with_preview` it says what would change, and can be saved.
Result<http::Response> show_draft(App& app, const http::Request& request, const inventory::Access& access,
                                  const Draft& draft, const Form& form, bool with_preview) {
  const auto actor = access::actor(request);
  TRY(const auto in_use, exposure::table_in_use(app.database(), actor, access));
  const auto& table = draft.rules.table();
  std::string out;
  if (with_preview) {
    TRY(const auto preview, exposure::preview_table(app.database(), actor, access, draft.choice, request.now));
    append_preview(out, preview, in_use.rules, draft.rules);
  }
  const auto seen = form.get("seen").empty() ? std::to_string(in_use.version.version) : form.get("seen");
  FormMarkup markup{request, kEditPath, form};
  markup.html(Html::from_trusted(std::move(out)));
  markup.hidden("source", draft.source);
  if (draft.source == kFile) markup.hidden("document", draft.origin.document);
  std::string keys;
  for (const auto& key : outcome_keys(table)) keys += (keys.empty() ? "" : ",") + key;
  markup.hidden("outcomes", keys);
  markup.hidden("part", std::to_string(draft.part));
  markup.hidden("seen", seen);
  if (with_preview) markup.hidden("previewed", draft.digest());
  std::string matrix;
  if (layout_of(table).editable()) {
    render<"<h2>[[What each row leads to]]</h2>\n">(matrix);
    append_matrix(matrix, draft);
  } else {
    render<"<p class=\"note\">[[The table is too large to be edited here: change its file and send it again.]]</p>">(
        matrix);
  }
  markup.html(Html::from_trusted(std::move(matrix)));
  markup.input({.name = "note",
                .label = tr<"Note">(),
                .hint = tr<"Why it is changed: for whoever looks at it later.">(),
                .maxlength = 1000});
  std::string buttons;
  if (with_preview) {
    render<
        "<button class=\"button\" name=\"do\" value=\"save\">[[Decide by this table]]</button> <button "
        "class=\"button-quiet\" name=\"do\" value=\"preview\">[[Show again what would change]]</button> ">(buttons);
  } else {
    render<"<button class=\"button\" name=\"do\" value=\"preview\">[[Show what would change]]</button> ">(buttons);
  }
  render<"<a class=\"button-quiet\" href=\"/exposure/decisions\">[[Cancel]]</a>">(buttons);
  return pages::form_answer(
      app, request,
      {.title = std::string{tr_text(table.name)},
       .crumbs = {{"/exposure", std::string{tr<"Exposure">()}},
                  {kPath, std::string{tr<"Decision table">()}},
                  {"", std::string{tr<"Another table">()}}},
       .lead = html::fragment<"[[Table <code>{}</code>. Nothing is changed before you have seen what it changes.]]">(
           table.id())},
      form, markup.end(Html::from_trusted(std::move(buttons))));
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"source"}));
  TRY(const auto access, pages::inventory_access(app, request));
  auto source = std::string{request.query.get("source")};
  if (source.empty()) source = kCurrent;
  if (source == kFile) return Error::not_found("table");
  TRY(auto origin, origin_of(app, request, access, source, {}));
  TRY(const auto draft, draft_of(std::move(origin), source));
  return show_draft(app, request, access, draft, {}, source != kCurrent);
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY(auto form,
      Form::read(request, {"do", "source", "document", "outcomes", "part", "seen", "note", "previewed"}, {"outcome"}));
  TRY(const auto access, pages::inventory_access(app, request));
  TRY(auto origin, origin_of(app, request, access, form.get("source"), std::string{form.raw("document")}));
  TRY(auto draft, draft_of(std::move(origin), form.get("source")));
  if (const auto applied = apply(form, draft); !applied) {
    auto error = applied.error();
    error.where.clear();
    TRY_VOID(form.take(error));
    return show_draft(app, request, access, draft, form, false);
  }
  const auto wanted = form.get("do");
  if (wanted.starts_with("part-")) {
    const auto part = wanted == "part-0" ? std::optional<std::int64_t>{0} : pages::id_of(wanted.substr(5));
    if (!part || std::cmp_greater_equal(*part, layout_of(draft.rules.table()).parts)) return Error::not_found("table");
    draft.part = static_cast<std::size_t>(*part);
    return show_draft(app, request, access, draft, form, false);
  }
  if (wanted == "save") {
    if (form.get("previewed") != draft.digest()) {
      form.wrong("", tr<"The table was changed after you saw what it changes: look again.">());
      return show_draft(app, request, access, draft, form, true);
    }
    const auto seen = form.get("seen") == "0" ? std::optional<std::int64_t>{0} : pages::id_of(form.get("seen"));
    if (!seen) return Error::not_found("version");
    const auto saved =
        exposure::set_table(app.database(), access::actor(request), draft.choice, form.get("note"), seen, request.now);
    if (saved) return pages::done(kPath, "saved");
    auto error = saved.error();
    if (error.where != "note") error.where.clear();
    TRY_VOID(form.take(error));
  }
  return show_draft(app, request, access, draft, form, true);
}

// --- a file ---

http::Response show_upload(App& app, const http::Request& request, const Form& form) {
  FormMarkup markup{request, kUploadPath, form, "f", FormMarkup::Sends::files};
  markup.file({.name = "file",
               .label = tr<"File">(),
               .hint = tr<"JSON in the form of SSVC’s schema DecisionTable 2.0.0: every combination of values exactly "
                          "once. At most 1 MB.">(),
               .required = true},
              ".json,application/json");
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"Send a decision table">()},
       .crumbs = {{"/exposure", std::string{tr<"Exposure">()}},
                  {kPath, std::string{tr<"Decision table">()}},
                  {"", std::string{tr<"Send a file">()}}},
       .lead = Html::from_text(
           tr<"Nothing is changed by sending the file: next you see what it would change. Begin with the file of the "
              "table in use.">())},
      form, markup.submit(tr<"Send">(), FormMarkup::Button::normal, kPath));
}

Result<http::Response> get_upload(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  return show_upload(app, request, {});
}

Result<http::Response> post_upload(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"file"}));
  TRY(const auto access, pages::inventory_access(app, request));
  const auto bytes = pages::upload_of(request, "file");
  if (bytes.empty()) {
    form.wrong("file", tr<"Choose a file.">());
    return show_upload(app, request, form);
  }
  auto draft = draft_of({.base = std::string{exposure::kOwnTable}, .document = std::string{bytes}}, std::string{kFile});
  if (!draft) {
    auto error = draft.error();
    if (!error.where.empty()) error.message = fmt::format("{}: {}", error.where, error.message);
    error.where = "file";
    TRY_VOID(form.take(error));
    return show_upload(app, request, form);
  }
  // As it is written here from now on, so that white space is no difference.
  TRY(const auto parsed, json::parse(draft->origin.document));
  draft->origin.document = draft->choice.document = json::write(parsed.root());
  return show_draft(app, request, access, *draft, {}, true);
}

// --- the one in use, and what was before ---

boost::json::object version_json(const store::DecisionTableVersion& version) {
  boost::json::object out;
  out["version"] = version.version;
  out["base"] = version.base;
  out["note"] = version.note;
  out["by"] = version.person_name;
  out["at"] = nullptr;
  if (version.version > 0) out["at"] = format_rfc3339(version.at);
  return out;
}

Result<boost::json::object> whole_json(const store::DecisionTableVersion& version, const Rules& rules) {
  auto out = version_json(version);
  out["id"] = rules.table().id();
  out["name"] = rules.table().name;
  TRY(const auto parsed, json::parse(exposure::document_of({version.base, version.document})));
  out["table"] = parsed.root();
  return out;
}

std::string version_url(std::int64_t version) { return fmt::format("{}/{}", kPath, version); }

std::string who_of(const store::DecisionTableVersion& version) {
  return version.person_name.empty() ? std::string{tr<"the console">()} : version.person_name;
}

void append_history(std::string& out, const std::vector<store::DecisionTableVersion>& versions,
                    const std::string& organisation) {
  if (versions.empty()) return;
  render<
      "<section class=\"panel\" aria-labelledby=\"versions\"><h2 id=\"versions\">[[Versions]]</h2>\n<div "
      "class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[Version]]</th><th "
      "scope=\"col\">[[Table]]</th><th scope=\"col\">[[When]]</th><th scope=\"col\">[[Who]]</th><th "
      "scope=\"col\">[[Note]]</th></tr></thead><tbody>\n">(out);
  for (const auto& each : versions) {
    render<
        R"(<tr><th scope="row"><a href="{}">{}</a></th><td data-label="[[Table]]">{}</td><td data-label="[[When]]">{}</td><td data-label="[[Who]]">{}</td><td data-label="[[Note]]">{}</td></tr>
)">(out, Url::own(http::with_query(version_url(each.version), {{"organisation", organisation}})), each.version,
        each.base == exposure::kOwnTable ? std::string{tr<"own table">()}
                                         : std::string{tr_text(Rules::built_in(each.base).table().name)},
        pages::datetime_html(each.at), who_of(each), each.note);
  }
  out += "</tbody></table></div></section>\n";
}

void append_choices(std::string& out, const exposure::TableInUse& in_use) {
  render<
      "<section class=\"panel\" aria-labelledby=\"others\"><h2 id=\"others\">[[Another table]]</h2>\n<p>[[You see what "
      "would change before it does.]]</p><ul class=\"plain-list\">">(out);
  for (const auto name : Rules::built_in_names()) {
    if (in_use.version.base == name) continue;
    render<"<li><a class=\"button-quiet\" href=\"{}\">{}</a> <code>{}</code></li>\n">(
        out, Url::own(http::with_query(kEditPath, {{"source", name}})), tr_text(Rules::built_in(name).table().name),
        Rules::built_in(name).table().id());
  }
  render<
      "<li><a class=\"button-quiet\" href=\"/exposure/decisions/edit\">[[Edit the table in use]]</a> <span "
      "class=\"note\">[[as a copy of your own]]</span></li>\n<li><a class=\"button-quiet\" "
      "href=\"/exposure/decisions/upload\">[[Send a file]]</a></li></ul></section>\n">(out);
}

http::Response page_of(App& app, const http::Request& request, std::string title, std::string main,
                       std::string json_url) {
  pages::Page page;
  page.title = std::move(title);
  page.json_url = std::move(json_url);
  page.main = Html::from_trusted(std::move(main));
  return pages::member_page(app, request, std::move(page), "/exposure");
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"organisation", pages::kNoticeParameter}));
  TRY(const auto access, pages::inventory_access(app, request));
  const auto actor = access::actor(request);
  TRY(const auto in_use, exposure::table_in_use(app.database(), actor, access));
  TRY(const auto versions, exposure::table_history(app.database(), actor, access));
  if (request.representation == http::Representation::json) {
    TRY(auto body, whole_json(in_use.version, in_use.rules));
    auto& list = body["versions"].emplace_array();
    for (const auto& each : versions) list.push_back(version_json(each));
    return api::personal_json(body);
  }
  const auto organisation = pages::organisation_parameter(request, access);
  const auto& table = in_use.rules.table();
  std::string out =
      pages::breadcrumb_html({{"/exposure", std::string{tr<"Exposure">()}}, {"", std::string{tr<"Decision table">()}}})
          .str();
  render<
      "<div class=\"page-head\"><div><h1>[[Decision table]]</h1><p class=\"lead\">[[What is to be done about a match "
      "follows from a table that anybody can read. Unlike a score, it says why.]]</p></div></div>\n">(out);
  pages::append_granted(out, access);
  render<"<section class=\"panel\" aria-labelledby=\"in-use\"><h2 id=\"in-use\">{}</h2><dl class=\"kv\">\n">(
      out, title_of(in_use.version, in_use.rules));
  pages::append_fact(out, tr<"Id">(), html::fragment<"<code>{}</code>">(table.id()));
  pages::append_fact(out, tr<"Rows">(), text::thousands(static_cast<long long>(table.outcomes.size())));
  std::string points;
  for (const auto& point : table.inputs) points += (points.empty() ? "" : ", ") + std::string{tr_text(point.name)};
  pages::append_fact(out, tr<"Decides by">(), points);
  if (in_use.version.version > 0) {
    pages::append_fact(out, tr<"Version">(), std::to_string(in_use.version.version));
    pages::append_fact(out, tr<"Since">(), pages::datetime_html(in_use.version.at));
    pages::append_fact(out, tr<"Who">(), who_of(in_use.version));
    pages::append_fact(out, tr<"Note">(), in_use.version.note);
  }
  render<"</dl><p><a class=\"button-quiet\" href=\"{}\">[[Download as JSON]]</a></p></section>\n">(
      out, Url::own(http::with_query("/exposure/decisions/table.json", {{"organisation", organisation}})));
  if (access.may_edit) append_choices(out, in_use);
  append_history(out, versions, organisation);
  return page_of(app, request, std::string{tr<"Decision table">()}, std::move(out),
                 http::with_query("/api/v1/exposure/decisions", {{"organisation", organisation}}));
}

/// The version before; before the first, what every organisation begins with.
Result<Rules> rules_before(App& app, const http::Request& request, const inventory::Access& access,
                           std::int64_t version) {
  if (version == 1) return Rules::built_in(exposure::kDefaultTable);
  TRY(const auto before, exposure::table_version(app.database(), access::actor(request), access, version - 1));
  return exposure::rules_of({before.base, before.document});
}

Result<http::Response> show_version(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"organisation"}));
  const auto number = pages::id_in_path(request, "version");
  if (!number) return Error::not_found("version");
  TRY(const auto access, pages::inventory_access(app, request));
  const auto actor = access::actor(request);
  TRY(const auto version, exposure::table_version(app.database(), actor, access, *number));
  TRY(const auto rules, exposure::rules_of({version.base, version.document}));
  if (request.representation == http::Representation::json) {
    TRY(const auto body, whole_json(version, rules));
    return api::personal_json(body);
  }
  TRY(const auto in_use, exposure::table_in_use(app.database(), actor, access));
  TRY(const auto before, rules_before(app, request, access, *number));
  const auto organisation = pages::organisation_parameter(request, access);
  const auto title = tr<"Version {}">(*number);
  std::string out = pages::breadcrumb_html({{"/exposure", std::string{tr<"Exposure">()}},
                                            {http::with_query(kPath, {{"organisation", organisation}}),
                                             std::string{tr<"Decision table">()}},
                                            {"", title}})
                        .str();
  render<
      "<div class=\"page-head\"><div><h1>{}</h1><p class=\"note\">{}, <code> {}</code></p></div></div>\n<dl "
      " class=\"kv\">">(out, title, title_of(version, rules), rules.table().id());
  pages::append_fact(out, tr<"When">(), pages::datetime_html(version.at));
  pages::append_fact(out, tr<"Who">(), who_of(version));
  pages::append_fact(out, tr<"Note">(), version.note);
  out += "</dl>\n";
  render<"<section class=\"panel\" aria-labelledby=\"changed\"><h2 id=\"changed\">[[What it changed]]</h2>\n">(out);
  append_difference(out, before, rules);
  out += "</section>\n";
  if (in_use.version.version != *number) {
    render<"<section class=\"panel\" aria-labelledby=\"since\"><h2 id=\"since\">[[What was changed since]]</h2>\n">(
        out);
    append_difference(out, rules, in_use.rules);
    if (access.may_edit) {
      render<"<p><a class=\"button\" href=\"{}\">[[Go back to this version]]</a></p>">(
          out, Url::own(http::with_query(kEditPath, {{"source", fmt::format("{}{}", kVersion, *number)}})));
    }
    out += "</section>\n";
  }
  render<"<p><a class=\"button-quiet\" href=\"{}\">[[Download as JSON]]</a></p>">(
      out, Url::own(http::with_query("/exposure/decisions/table.json",
                                     {{"organisation", organisation}, {"version", std::to_string(*number)}})));
  return page_of(app, request, title, std::move(out),
                 http::with_query("/api/v1" + version_url(*number), {{"organisation", organisation}}));
}

Result<http::Response> download(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"organisation", "version"}));
  TRY(const auto access, pages::inventory_access(app, request));
  const auto actor = access::actor(request);
  TableChoice choice;
  std::string name = "decision-table.json";
  if (const auto text = request.query.get("version"); !text.empty()) {
    const auto number = pages::id_of(text);
    if (!number) return Error::not_found("version");
    TRY(const auto version, exposure::table_version(app.database(), actor, access, *number));
    choice = {version.base, version.document};
    name = fmt::format("decision-table-{}.json", *number);
  } else {
    TRY(const auto in_use, exposure::table_in_use(app.database(), actor, access));
    choice = in_use.choice();
  }
  TRY(const auto parsed, json::parse(exposure::document_of(choice)));
  http::Response response;
  response.content_type = "application/json";
  response.body = std::make_shared<const std::string>(json::write_pretty(parsed.root()));
  response.with("Content-Disposition", fmt::format("attachment; filename=\"{}\"", name));
  return pages::personal(std::move(response));
}

// --- programs ---

Result<TableChoice> choice_in(const api::Body& body) {
  TRY(const auto base, body.text("base"));
  TableChoice choice{.base = base.value_or(std::string{exposure::kOwnTable})};
  const auto* table = json::find(body.object(), "table");
  if (choice.base == exposure::kOwnTable) {
    if (table == nullptr || !table->is_object()) return Error::invalid("the table is missing", "table");
    choice.document = json::write(*table);
  } else if (table != nullptr) {
    return Error::invalid("a built-in table brings its own rows", "table");
  }
  return choice;
}

Result<http::Response> api_set(App& app, const http::Request& request) {
  TRY(const auto body, api::Body::read(request, {"base", "table", "note", "version"}));
  TRY(const auto choice, choice_in(body));
  TRY(const auto note, body.text("note"));
  TRY(const auto seen, body.number("version"));
  const auto actor = access::actor(request);
  TRY_VOID(exposure::set_table(app.database(), actor, choice, note.value_or(""), seen, request.now));
  TRY(const auto access, inventory::access(app.database(), actor, {}, request.now));
  TRY(const auto in_use, exposure::table_in_use(app.database(), actor, access));
  TRY(const auto answer, whole_json(in_use.version, in_use.rules));
  return api::personal_json(answer);
}

Result<http::Response> api_preview(App& app, const http::Request& request) {
  TRY(const auto body, api::Body::read(request, {"base", "table"}));
  TRY(const auto choice, choice_in(body));
  const auto actor = access::actor(request);
  TRY(const auto access, inventory::access(app.database(), actor, {}, request.now));
  TRY(const auto preview, exposure::preview_table(app.database(), actor, access, choice, request.now));
  boost::json::object out;
  out["looked_at"] = preview.looked_at;
  out["whole"] = preview.whole;
  auto& changes = out["changes"].emplace_array();
  for (const auto& each : preview.shifts) {
    changes.push_back(
        {{"from", exposure::to_string(each.from)}, {"to", exposure::to_string(each.to)}, {"count", each.count}});
  }
  return api::personal_json(out);
}

}  // namespace

void add_decision_table_routes(App& app, http::Router& router) {
  constexpr auto kRead = Permission::read_inventory;
  constexpr auto kEdit = Permission::edit_inventory;
  pages::add_resource(
      router, kPath, "/api/v1/exposure/decisions", "decision_table", "The table by which the organisation decides",
      [&app](const http::Request& request) { return show(app, request); }, kRead);
  pages::add_resource(
      router, "/exposure/decisions/{version}", "/api/v1/exposure/decisions/{version}", "decision_table_version",
      "The table as of one version", [&app](const http::Request& request) { return show_version(app, request); },
      kRead);
  pages::add_page(router, http::Method::get, "/exposure/decisions/table.json", "decision_table_file", kRead,
                  [&app](const http::Request& request) { return download(app, request); });
  pages::add_form(app, router, kEditPath, "decision_table_edit", kEdit, get_edit, post_edit);
  const auto for_people = [](http::Route& route) { route.session_only = true; };
  pages::add_page(
      router, http::Method::get, kUploadPath, "decision_table_upload_page", kEdit,
      [&app](const http::Request& request) { return get_upload(app, request); }, for_people);
  pages::add_page(
      router, http::Method::post, kUploadPath, "decision_table_upload_post", kEdit,
      [&app](const http::Request& request) { return post_upload(app, request); },
      [](http::Route& route) {
        route.session_only = true;
        route.takes_files = true;
        route.body_bytes_max = exposure::kTableBytesMax + (64 << 10);
      });
  api::add_write_route(app, router,
                       {.method = http::Method::put,
                        .pattern = "/api/v1/exposure/decisions",
                        .name = "decision_table_set",
                        .summary = "Decide by another table",
                        .permission = kEdit,
                        .handler = api_set,
                        .body_bytes_max = exposure::kTableBytesMax + (64 << 10)});
  api::add_write_route(app, router,
                       {.method = http::Method::post,
                        .pattern = "/api/v1/exposure/decisions/preview",
                        .name = "decision_table_preview",
                        .summary = "What another table would change",
                        .permission = kEdit,
                        .handler = api_preview,
                        .body_bytes_max = exposure::kTableBytesMax + (64 << 10)});
}

}  // namespace tocsin::portal
