#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"

/// Importing an inventory by hand: a file is sent, its columns are named, what would change is shown, and only then it
/// is done. The file waits in the database meanwhile, for its sender.
namespace tocsin::portal {
namespace {

namespace inventory = engine::inventory;
using domain::Permission;
using formats::inventory::Field;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;

constexpr std::size_t kSampleRows = 4;
/// Columns that the page asks about: a form has a bounded number of fields. Later ones stay as they were recognised.
constexpr std::size_t kColumnsAsked = 120;
constexpr const char* kPath = "/inventory/import";

std::string upload_url(std::string_view id) { return fmt::format("{}/{}", kPath, id); }

std::vector<pages::Crumb> crumbs() {
  return {{"/inventory", std::string{tr<"Inventory">()}}, {"", std::string{tr<"Import">()}}};
}

// --- the file ---

http::Response show_upload(App& app, const http::Request& request, const Form& form) {
  FormMarkup markup{request, kPath, form, "f", FormMarkup::Sends::files};
  markup.file({.name = "file",
               .label = tr<"File">(),
               .hint = tr<"A table (CSV or .xlsx, one row naming the columns), a CycloneDX or SPDX bill of materials, "
                          "Nmap’s XML, Zeek’s logs, NetBox’s device list, GRASSMARLIN’s export or AutomationML. At "
                          "most 32 MB.">(),
               .required = true},
              ".csv,.txt,.tsv,.xlsx,.xlsm,.json,.xml,.spdx,.log,.gz,.aml,.amlx,text/csv,text/plain");
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"Import an inventory">()},
       .crumbs = crumbs(),
       .lead = Html::from_text(tr<"Nothing is changed by sending the file: next you see what its columns are taken "
                                  "for, and what would change.">())},
      form, markup.submit(tr<"Send">(), FormMarkup::Button::normal, "/inventory"));
}

Result<http::Response> get_upload(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  return show_upload(app, request, {});
}

Result<http::Response> post_upload(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"file"}));
  const auto actor = access::actor(request);
  const auto sent = std::ranges::find(request.uploads, "file", &http::Upload::field);
  if (sent == request.uploads.end() || sent->bytes.empty()) {
    form.wrong("file", tr<"Choose a file.">());
    return show_upload(app, request, form);
  }
  // Read once before it is kept: what is no table is told at once.
  if (const auto reading = inventory::read_file(
          app.database(), actor.viewer.organisation.value_or(domain::OrganisationId{}), sent->bytes, sent->name);
      !reading) {
    auto error = reading.error();
    if (!error.where.empty()) error.message = fmt::format("{}: {}", error.where, error.message);
    error.where = "file";
    TRY_VOID(form.take(error));
    return show_upload(app, request, form);
  }
  TRY(const auto id, inventory::keep_upload(app.database(), actor, sent->name, sent->bytes, request.now));
  return pages::done(upload_url(id));
}

// --- its columns, and what would change ---

struct Work {
  store::InventoryUpload upload;
  inventory::Reading reading;
};

Result<Work> work_of(App& app, const http::Request& request) {
  const auto actor = access::actor(request);
  TRY(auto upload, inventory::find_upload(app.database(), actor, request.parameter("upload")));
  if (!upload) return Error::not_found("upload");
  TRY(auto reading, inventory::read_file(app.database(), upload->organisation, upload->bytes, upload->file_name));
  return Work{std::move(*upload), std::move(reading)};
}

std::string sample_of(const formats::inventory::Table& table, std::size_t column) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& row : table.rows) {
    if (row[column].empty()) continue;
    if (!out.empty()) out += " \xC2\xB7 ";
    out += text::shorten(row[column], 40);
    if (++shown == kSampleRows) break;
  }
  return out;
}

void append_columns(std::string& out, const Work& work) {
  const auto& table = work.reading.table;
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[Column of the file]]</th><th "
      "scope=\"col\">[[What it is]]</th><th scope=\"col\">[[Holds, for example]]</th></tr></thead><tbody>\n">(out);
  for (std::size_t i = 0; i < std::min(table.headers.size(), kColumnsAsked); ++i) {
    const auto id = fmt::format("column-{}", i);
    const auto& header = table.headers[i];
    render<
        "<tr><th scope=\"row\"><label for=\"{}\">{}</label></th><td data-label=\"[[What it is]]\"><select id=\"{}\" "
        "name=\"column\">">(out, id, header.empty() ? tr<"column {}">(i + 1) : header, id);
    const auto option = [&](Field field) {
      render<"<option value=\"{}\" {}>{}</option>">(out, formats::inventory::to_string(field),
                                                    html::attribute_if<"selected">(work.reading.columns[i] == field),
                                                    pages::field_label(field));
    };
    option(Field::none);
    for (const auto field : formats::inventory::all_fields()) option(field);
    render<"</select></td><td data-label=\"[[Holds, for example]]\">{}</td></tr>\n">(out, sample_of(table, i));
  }
  out += "</tbody></table></div>\n";
  if (table.headers.size() > kColumnsAsked) {
    render<
        "<p class=\"note\">[[The file has {} columns; from the {}th on they are free columns or what their names "
        "say.]]</p>\n">(out, table.headers.size(), kColumnsAsked + 1);
  }
}

/// Of what has no columns: the first things that were found in it.
void append_items(std::string& out, const Work& work) {
  constexpr std::size_t kItemsShown = 10;
  const auto& items = work.reading.items;
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[Asset]]</th><th "
      "scope=\"col\">[[Vendor]]</th><th scope=\"col\">[[Product]]</th><th scope=\"col\">[[Versions]]</th></tr></thead>"
      "<tbody>\n">(out);
  for (std::size_t i = 0; i < std::min(items.size(), kItemsShown); ++i) {
    const auto& item = items[i];
    std::string versions;
    for (const auto& each : item.versions) versions += (versions.empty() ? "" : ", ") + each.text;
    const auto& product = !item.product.empty() ? item.product : !item.model.empty() ? item.model : item.family;
    render<
        R"(<tr><th scope="row">{}</th><td data-label="[[Vendor]]">{}</td><td data-label="[[Product]]">{}</td><td data-label="[[Versions]]">{}</td></tr>
)">(out,
        !item.name.empty() ? item.name
        : !product.empty() ? product
                           : item.key,
        item.vendor, product, versions);
  }
  out += "</tbody></table></div>\n";
  if (items.size() > kItemsShown) {
    render<"<p class=\"note\">[[and {} more]]</p>\n">(
        out, text::thousands(static_cast<long long>(items.size() - kItemsShown)));
  }
}

void append_difference(std::string& out, const inventory::Difference& difference, const Form& form) {
  render<
      "<section class=\"panel\" aria-labelledby=\"difference\"><h2 id=\"difference\" tabindex=\"-1\">[[What would "
      "change]]</h2>\n<dl class=\"kv\">">(out);
  const auto fact = [&](std::string_view label, std::size_t count) {
    pages::append_fact(out, label, text::thousands(static_cast<long long>(count)));
  };
  fact(tr<"New">(), difference.added);
  fact(tr<"#assets#Changed">(), difference.changed);
  fact(tr<"As they are">(), difference.unchanged);
  fact(form.checked("remove_missing") ? tr<"Not in the file: removed">() : tr<"Not in the file: kept">(),
       difference.missing);
  fact(tr<"Rows with errors">(), difference.bad);
  out += "</dl>\n";
  if (!difference.errors.empty()) {
    render<"<h3>[[Errors]]</h3><ul>\n">(out);
    for (const auto& each : difference.errors) render<"<li>[[Row {}: {}]]</li>\n">(out, each.row, each.message);
    out += "</ul>\n";
  }
  if (!difference.changed_assets.empty()) {
    render<
        "<h3>[[Changes]]</h3><div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th "
        "scope=\"col\">[[Asset]]</th><th scope=\"col\">[[Field]]</th><th scope=\"col\">[[Before]]</th><th "
        "scope=\"col\">[[After]]</th></tr></thead><tbody>\n">(out);
    for (const auto& asset : difference.changed_assets) {
      for (const auto& field : asset.fields) {
        render<
            R"(<tr><th scope="row">{}</th><td data-label="[[Field]]">{}</td><td data-label="[[Before]]"><del>{}</del></td><td data-label="[[After]]"><ins>{}</ins></td></tr>
)">(out, asset.label, pages::field_label(field.field), text::shorten(field.before, 120),
            text::shorten(field.after, 120));
      }
    }
    out += "</tbody></table></div>\n";
  }
  const auto names = [&](std::string_view title, const std::vector<std::string>& labels, std::size_t count) {
    if (labels.empty()) return;
    render<"<h3>{}</h3><p>{}">(out, title, pages::joined(labels));
    if (count > labels.size()) render<" [[and {} more]]">(out, count - labels.size());
    out += "</p>\n";
  };
  names(tr<"New">(), difference.added_labels, difference.added);
  names(tr<"Not in the file">(), difference.missing_labels, difference.missing);
  out += "</section>\n";
}

Result<http::Response> show_columns(App& app, const http::Request& request, const Work& work, const Form& form,
                                    const inventory::Difference* difference) {
  FormMarkup markup{request, upload_url(work.upload.id), form};
  std::string out;
  if (difference != nullptr) append_difference(out, *difference, form);
  if (work.reading.items.empty()) {
    append_columns(out, work);
  } else {
    append_items(out, work);
  }
  markup.html(Html::from_trusted(std::move(out)));
  markup.checkbox("keep_good_rows", tr<"Import the other rows where some have errors">(),
                  tr<"Else one error keeps everything out.">());
  markup.checkbox("remove_missing", tr<"Remove assets that are not in the file">(),
                  tr<"Only where the file is the whole inventory.">());
  if (difference != nullptr) markup.hidden("digest", difference->digest);
  std::string buttons;
  const bool may_import = difference != nullptr && (difference->bad == 0 || form.checked("keep_good_rows")) &&
                          (difference->added + difference->changed + difference->removed > 0 ||
                           // A bill of materials of components that are all known is still one.
                           !work.reading.bom.empty());
  if (may_import) {
    render<
        "<button class=\"button\" name=\"do\" value=\"import\">[[Import it now]]</button> <button "
        "class=\"button-quiet\" name=\"do\" value=\"compare\">[[Show again what would change]]</button> ">(buttons);
  } else {
    render<"<button class=\"button\" name=\"do\" value=\"compare\">[[Show what would change]]</button> ">(buttons);
  }
  render<"<a class=\"button-quiet\" href=\"/inventory/import\">[[Another file]]</a>">(buttons);
  return pages::form_answer(
      app, request,
      {.title = tr<"Import {}">(work.upload.file_name.empty() ? std::string{tr<"a file">()} : work.upload.file_name),
       .crumbs = crumbs(),
       .lead = Html::from_text(
           !work.reading.items.empty()
               ? trn<"{} thing was found in the file.", "{} things were found in the file.">(
                     static_cast<long long>(work.reading.items.size()),
                     text::thousands(static_cast<long long>(work.reading.items.size())))
               : trn<"{} row. What a column is, is recognised by its name and remembered for the next file.",
                     "{} rows. What a column is, is recognised by its name and remembered for the next file.">(
                     static_cast<long long>(work.reading.table.rows.size()),
                     text::thousands(static_cast<long long>(work.reading.table.rows.size()))))},
      form, markup.end(Html::from_trusted(std::move(buttons))));
}

Result<http::Response> get_columns(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto work, work_of(app, request));
  Form form;
  return show_columns(app, request, work, form, nullptr);
}

/// What was chosen, over what was recognised.
Status choose(const Form& form, inventory::Reading& reading) {
  const auto chosen = form.all("column");
  for (std::size_t i = 0; i < std::min(chosen.size(), std::min(reading.columns.size(), kColumnsAsked)); ++i) {
    const auto field = formats::inventory::parse_field(chosen[i]);
    if (!field) return Error::invalid(std::string{tr<"this is no field">()}, "column");
    reading.columns[i] = *field;
  }
  return ok();
}

Result<http::Response> post_columns(App& app, const http::Request& request) {
  TRY(auto work, work_of(app, request));
  TRY(auto form, Form::read(request, {"do", "digest", "keep_good_rows", "remove_missing"}, {"column"}));
  const auto actor = access::actor(request);
  TRY_VOID(choose(form, work.reading));
  if (const auto named = inventory::check_columns(work.reading); !named) {
    auto error = named.error();
    error.where.clear();
    TRY_VOID(form.take(error));
    return show_columns(app, request, work, form, nullptr);
  }
  inventory::ImportOptions options{.keep_good_rows = form.checked("keep_good_rows"),
                                   .remove_missing = form.checked("remove_missing"),
                                   .file_name = work.upload.file_name,
                                   .bom = work.reading.bom,
                                   .kind = work.reading.kind};
  if (form.get("do") == "import") {
    options.expected_digest = form.get("digest");
    const auto imported =
        inventory::import(app.database(), actor, inventory::items_of(work.reading), options, request.now);
    if (imported) {
      TRY_VOID(inventory::remember_columns(app.database(), actor, work.reading, request.now));
      TRY_VOID(inventory::drop_upload(app.database(), actor, work.upload.id));
      return pages::done("/inventory", "saved");
    }
    auto error = imported.error();
    error.where.clear();
    TRY_VOID(form.take(error));
  }
  TRY(const auto difference, inventory::compare(app.database(), actor, inventory::items_of(work.reading), options));
  return show_columns(app, request, work, form, &difference);
}

}  // namespace

void add_inventory_import_routes(App& app, http::Router& router) {
  const auto edit = Permission::edit_inventory;
  const auto for_people = [](http::Route& route) { route.session_only = true; };
  pages::add_page(
      router, http::Method::get, kPath, "inventory_import_page", edit,
      [&app](const http::Request& request) { return get_upload(app, request); }, for_people);
  pages::add_page(
      router, http::Method::post, kPath, "inventory_import_post", edit,
      [&app](const http::Request& request) { return post_upload(app, request); },
      [](http::Route& route) {
        route.session_only = true;
        route.takes_files = true;
        // The form around the file.
        route.body_bytes_max = inventory::kUploadBytesMax + (64 << 10);
      });
  pages::add_form(app, router, "/inventory/import/{upload}", "inventory_columns", edit, get_columns, post_columns);
}

}  // namespace tocsin::portal
