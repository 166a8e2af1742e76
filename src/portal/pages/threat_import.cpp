#include "portal/pages/threat_import.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "engine/sharing/sharing.hpp"
#include "engine/threat/report.hpp"
#include "formats/stix/facts.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/sharing_view.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"
#include "portal/pages/threat_report_form.hpp"

/// Importing threat knowledge by hand: a file is sent, what would become of each of its objects and who would see them
/// is shown, and only then it is done. The file waits in the database meanwhile, for its sender.
namespace tocsin::portal {
namespace {

namespace sharing = engine::sharing;
namespace threat = engine::threat;
using exchange::Fate;
using exchange::ImportedObject;
using exchange::ThreatImport;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;
using pages::kThreatImportPath;

/// Objects that a page shows; the API has all.
constexpr std::size_t kShown = 200;
/// What needs to be looked at first.
constexpr std::array<Fate, exchange::kFates> kOrder{Fate::refused, Fate::updated, Fate::created, Fate::history,
                                                    Fate::unchanged};

std::string upload_url(std::string_view id) { return fmt::format("{}/{}", kThreatImportPath, id); }

std::string_view fate_title(Fate fate) noexcept {
  switch (fate) {
    case Fate::created:
      return tr<"#object#New">();
    case Fate::updated:
      return tr<"#object#Newer version">();
    case Fate::unchanged:
      return tr<"#object#Here already">();
    case Fate::history:
      return tr<"#object#Older version">();
    case Fate::refused:
      break;
  }
  return tr<"#object#Not taken">();
}

http::Response page_of(App& app, const http::Request& request, std::string title, std::string_view lead,
                       const std::string& main, const Form& form) {
  std::vector<pages::Crumb> crumbs{{"/threats", std::string{tr<"Threats">()}}, {"", std::string{tr<"Import">()}}};
  std::string out = pages::breadcrumb_html(crumbs).str();
  render<"<div class=\"page-head\"><h1>{}</h1></div>\n">(out, title);
  out += pages::error_summary(form).str();
  if (!lead.empty()) render<"<p class=\"lead\">{}</p>\n">(out, lead);
  out += main;
  pages::Page page;
  page.title = std::move(title);
  page.section = pages::Section::threats;
  page.main = Html::from_trusted(std::move(out));
  return pages::form_page(app, request, std::move(page), form);
}

// --- the file ---

http::Response show_upload(App& app, const http::Request& request, const Form& form) {
  FormMarkup markup{request, kThreatImportPath, form, "f", FormMarkup::Sends::files};
  markup.file({.name = "file",
               .label = tr<"File">(),
               .hint = tr<"Objects of STIX 2.1 or 2.0 (a bundle), an event of MISP, a feed of news, or a list of "
                          "indicators: text with one a line, or CSV. At most 16 MB.">(),
               .required = true},
              ".json,.txt,.csv,.xml,.atom,.rss,application/json,text/plain,text/csv");
  return page_of(
      app, request, std::string{tr<"Import threat knowledge">()},
      tr<"Nothing is changed by sending the file: next you see what would become of each of its objects, and "
         "choose whom they are for.">(),
      markup.submit(tr<"Send">(), FormMarkup::Button::normal, "/threats").str(), form);
}

Result<http::Response> get_upload(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY_VOID(threat::may_share(access::actor(request)));
  return show_upload(app, request, {});
}

/// With the defaults of whom it is for.
Form first_form() {
  Form form;
  form.with("whom", "members").with("tlp", std::string{domain::to_string(domain::Tlp::amber_strict)});
  return form;
}

/// What the page says of a file that cannot be read.
Error of_file(Error error) {
  if (!error.where.empty() && error.where != "file") error.message = fmt::format("{}: {}", error.where, error.message);
  error.where = "file";
  return error;
}

Result<http::Response> post_upload(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(auto form, Form::read(request, {"file"}));
  const auto actor = access::actor(request);
  TRY_VOID(threat::may_share(actor));
  const auto sent = std::ranges::find(request.uploads, "file", &http::Upload::field);
  if (sent == request.uploads.end() || sent->bytes.empty()) {
    form.wrong("file", tr<"Choose a file.">());
    return show_upload(app, request, form);
  }
  const exchange::ThreatFile file{.name = sent->name, .bytes = sent->bytes};
  // Read once before it is kept: what is no threat knowledge is told at once.
  TRY(const auto audience, pages::report_audience(first_form()));
  TRY(const auto marking, threat::marking_of_report(app.database(), actor, audience, request.now));
  if (const auto seen = exchange::preview_threats(app.database(), actor, file, marking, {}, request.now); !seen) {
    TRY_VOID(form.take(of_file(seen.error())));
    return show_upload(app, request, form);
  }
  TRY(const auto id, exchange::keep_threat_upload(app.database(), actor, file, request.now));
  return pages::done(upload_url(id));
}

// --- what becomes of it ---

void append_counts(std::string& out, const ThreatImport& import) {
  out += "<dl class=\"kv\">";
  const auto fact = [&](std::string_view label, std::int64_t count) {
    pages::append_fact(out, label, locale::number(count));
  };
  for (const auto fate : {Fate::created, Fate::updated, Fate::history, Fate::unchanged, Fate::refused}) {
    fact(fate_title(fate), import.count(fate));
  }
  if (import.misp_events > 0) fact(tr<"Made of events of MISP">(), import.misp_events);
  if (import.listed > 0) fact(tr<"Made of values of a list">(), import.listed);
  if (import.lifted > 0) fact(tr<"Lifted from STIX 2.0">(), import.lifted);
  out += "</dl>\n";
}

Html title_html(const ImportedObject& it, bool is_here) {
  std::string out;
  const auto& title = !it.title.empty() ? it.title : it.id;
  if (is_here && !it.id.empty()) {
    render<"<a href=\"{}\">{}</a>">(out, Url::own(pages::threat_url(it.id)), title);
  } else if (!title.empty()) {
    render<"{}">(out, title);
  }
  if (!it.where.empty()) {
    // Of lists it is a line.
    if (it.where.find_first_not_of("0123456789") == std::string::npos) {
      render<"{}">(out, tr<"line {}">(it.where));
    } else {
      render<" <code class=\"breaks\">{}</code>">(out, it.where);
    }
  }
  if (const auto type = formats::stix::type_of_id(it.id); !type.empty() && !it.title.empty()) {
    render<"<br><span class=\"note\">{}</span>">(out, pages::threat_type_title(type));
  }
  return Html::from_trusted(std::move(out));
}

Html remark_html(const ImportedObject& it, domain::Audience asked) {
  std::string out;
  if (!it.why.empty()) {
    // What a reader of the file says of it is in English.
    if (it.where.empty()) {
      render<"{}">(out, it.why);
    } else {
      render<"<span lang=\"en\">{}</span>">(out, it.why);
    }
  }
  const bool written = it.fate == Fate::created || it.fate == Fate::updated;
  if (written && it.audience != asked) render<"{}">(out, tr<"For: {}">(pages::audience_label(it.audience)));
  return Html::from_trusted(std::move(out));
}

void append_objects(std::string& out, const ThreatImport& import, domain::Audience asked, bool done) {
  if (import.objects.empty()) return;
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[What becomes of "
      "it]]</th><th scope=\"col\">[[Object]]</th><th scope=\"col\">[[Version]]</th><th scope=\"col\">TLP</th><th "
      "scope=\"col\">[[Remark]]</th></tr></thead><tbody>\n">(out);
  std::size_t shown = 0;
  for (const auto fate : kOrder) {
    for (const auto& it : import.objects) {
      if (it.fate != fate || shown == kShown) continue;
      ++shown;
      const bool is_here = !it.before.empty() || (done && fate != Fate::refused);
      std::string version, tlp;
      if (fate == Fate::updated && !it.before.empty()) {
        render<"<del>{}</del><br><ins>{}</ins>">(version, it.before, it.version);
      } else {
        render<"{}">(version, it.version);
      }
      if (it.where.empty()) {
        tlp += pages::tlp_badge(it.tlp).str();
        if (it.tlp_defaulted) render<"<br><span class=\"note\">[[by default]]</span>">(tlp);
      }
      std::string tag;
      if (fate == Fate::refused) {
        render<"<span class=\"tag tag-refused\">{}</span>">(tag, fate_title(fate));
      } else {
        render<"<span class=\"tag\">{}</span>">(tag, fate_title(fate));
      }
      render<
          "<tr><td data-label=\"[[What becomes of it]]\">{}</td><th scope=\"row\">{}</th><td "
          "data-label=\"[[Version]]\">{}</td><td data-label=\"TLP\">{}</td><td "
          "data-label=\"[[Remark]]\">{}</td></tr>\n">(out, Html::from_trusted(std::move(tag)), title_html(it, is_here),
                                                      Html::from_trusted(std::move(version)),
                                                      Html::from_trusted(std::move(tlp)), remark_html(it, asked));
    }
  }
  out += "</tbody></table></div>\n";
  if (import.objects.size() > shown) {
    render<"<p class=\"note\">[[and {} more]]</p>\n">(
        out, locale::number(static_cast<std::int64_t>(import.objects.size() - shown)));
  }
}

void append_remarks(std::string& out, const ThreatImport& import) {
  if (import.remarks.empty()) return;
  render<"<h3>[[Read otherwise than written]]</h3>\n<ul>\n">(out);
  for (const auto& each : import.remarks) render<"<li>{}</li>\n">(out, each);
  out += "</ul>\n";
}

/// Of whom the objects would be for, as Sharing says it.
Result<std::string> reach_of(App& app, const http::Request& request, const sharing::Marking& marking) {
  const auto actor = access::actor(request);
  const auto owner = threat::owner_of_report(actor, threat::Attribution::named);
  TRY(const auto sight, sharing::sight_of(app.database(), actor, marking.listed));
  TRY(const auto reach, app.database().snapshot([&](store::Connection& connection) {
    return sharing::who_sees(connection, owner, marking, marking.embargo_until.value_or(request.now),
                             sharing::naming_for(actor));
  }));
  std::string out;
  render<
      "<section class=\"panel\" aria-labelledby=\"who\"><h2 id=\"who\">[[Who will see what is new and bears no TLP of "
      "its own]]</h2>\n">(out);
  out += pages::marking_html(marking, reach, sight).str();
  out += pages::reach_html(reach, marking, sight).str();
  out += "</section>\n";
  return out;
}

struct Shown {
  const store::ThreatUpload& upload;
  const ThreatImport* import = nullptr;  ///< None: the choice has to be mended first.
  const sharing::Marking* marking = nullptr;
};

Result<http::Response> show_preview(App& app, const http::Request& request, const Shown& shown, const Form& form) {
  std::string before;
  if (shown.import != nullptr) {
    render<
        "<section class=\"panel\" aria-labelledby=\"difference\"><h2 id=\"difference\" tabindex=\"-1\">[[What would "
        "change]]</h2>\n">(before);
    append_counts(before, *shown.import);
    append_objects(before, *shown.import, shown.marking->audience, false);
    append_remarks(before, *shown.import);
    before += "</section>\n";
    TRY(const auto reach, reach_of(app, request, *shown.marking));
    before += reach;
  }
  FormMarkup markup{request, upload_url(shown.upload.id), form};
  std::string panel;
  render<
      "<section class=\"panel\"><h2>[[For whom]]</h2>\n<p class=\"note\">[[Objects keep the TLP that they bear: the "
      "one chosen here is for those that bear none. What MISP’s distribution keeps closer stays so, and newer versions "
      "of your organisation’s objects are for whom those are.]]</p>\n">(panel);
  markup.html(Html::from_trusted(std::move(panel)));
  TRY_VOID(pages::append_audience(app, access::actor(request), markup, form));
  markup.html(Html::from_trusted("</section>\n"));
  std::string buttons;
  if (shown.import != nullptr && shown.import->writes()) {
    markup.hidden("digest", shown.import->digest);
    render<
        "<button class=\"button\" name=\"do\" value=\"import\">[[Import it now]]</button> <button "
        "class=\"button-quiet\" name=\"do\" value=\"compare\">[[Show again what would change]]</button> ">(buttons);
  } else {
    render<"<button class=\"button\" name=\"do\" value=\"compare\">[[Show what would change]]</button> ">(buttons);
  }
  render<"<a class=\"button-quiet\" href=\"{}\">[[Another file]]</a>">(buttons,
                                                                       Url::own(std::string{kThreatImportPath}));
  const auto& name = shown.upload.file_name;
  return page_of(app, request, tr<"Import {}">(name.empty() ? std::string{tr<"a file">()} : name),
                 tr<"Nothing has been changed yet.">(),
                 before + markup.end(Html::from_trusted(std::move(buttons))).str(), form);
}

http::Response show_done(App& app, const http::Request& request, const ThreatImport& import,
                         const sharing::Marking& marking) {
  std::string main;
  render<
      "<section class=\"panel\" aria-labelledby=\"outcome\"><h2 id=\"outcome\" tabindex=\"-1\">[[What became of "
      "it]]</h2>\n">(main);
  append_counts(main, import);
  append_objects(main, import, marking.audience, true);
  append_remarks(main, import);
  render<
      "</section>\n<p class=\"actions\"><a class=\"button\" href=\"/threats\">[[All objects]]</a> <a "
      "class=\"button-quiet\" href=\"{}\">[[Another file]]</a></p>\n">(main, Url::own(std::string{kThreatImportPath}));
  return page_of(app, request, tr<"Imported: {}">(import.file), tr<"Objects appear in lists within a few seconds.">(),
                 main, {});
}

Result<store::ThreatUpload> upload_in_path(App& app, const http::Request& request) {
  TRY(auto upload, exchange::find_threat_upload(app.database(), access::actor(request), request.parameter("upload")));
  if (!upload) return Error::not_found("upload");
  return *std::move(upload);
}

/// As the form has it chosen; errors become the form's. `wants`: to import it, and not only to look.
Result<http::Response> look(App& app, const http::Request& request, const store::ThreatUpload& upload, Form form,
                            bool wants) {
  const auto actor = access::actor(request);
  const auto refused = [&](const Error& error) -> Result<http::Response> {
    TRY_VOID(form.take(error));
    return show_preview(app, request, {.upload = upload}, form);
  };
  const auto audience = pages::report_audience(form);
  if (!audience) return refused(audience.error());
  const auto marking = threat::marking_of_report(app.database(), actor, *audience, request.now);
  if (!marking) return refused(marking.error());
  const exchange::ThreatFile file{.name = upload.file_name, .bytes = upload.bytes};
  if (wants) {
    exchange::ThreatImportOptions options;
    options.expected_digest = form.get("digest");
    options.upload = upload.id;
    const auto done = exchange::import_threats(app.database(), actor, file, *marking, options, request.now);
    if (done) return show_done(app, request, *done, *marking);
    auto error = done.error();
    error.where.clear();
    TRY_VOID(form.take(error));
  }
  const auto seen = exchange::preview_threats(app.database(), actor, file, *marking, {}, request.now);
  if (!seen) return refused(seen.error());
  return show_preview(app, request, {.upload = upload, .import = &*seen, .marking = &*marking}, form);
}

Result<http::Response> get_preview(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto upload, upload_in_path(app, request));
  return look(app, request, upload, first_form(), false);
}

Result<http::Response> post_preview(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto upload, upload_in_path(app, request));
  TRY(auto form, Form::read(request, {"do", "digest", "whom", "tlp", "embargo"}, {"organisation", "community"}));
  // What was never shown is not imported.
  const bool wants = form.get("do") == "import" && !form.get("digest").empty();
  return look(app, request, upload, std::move(form), wants);
}

}  // namespace

namespace pages {

boost::json::object threat_import_json(const ThreatImport& import, bool done) {
  boost::json::object counts;
  for (const auto fate : {Fate::created, Fate::updated, Fate::history, Fate::unchanged, Fate::refused}) {
    counts[exchange::to_string(fate)] = import.count(fate);
  }
  boost::json::array objects, remarks;
  const auto text = [](const std::string& of) { return of.empty() ? boost::json::value() : boost::json::value(of); };
  for (const auto& it : import.objects) {
    const bool is_here = !it.before.empty() || (done && it.fate != Fate::refused);
    objects.push_back(boost::json::object{
        {"outcome", exchange::to_string(it.fate)},
        {"id", text(it.id)},
        {"url", is_here && !it.id.empty() ? boost::json::value(threat_url(it.id)) : boost::json::value()},
        {"title", it.title},
        {"version", it.version},
        {"version_here", text(it.before)},
        {"tlp", it.where.empty() ? boost::json::value(domain::to_string(it.tlp)) : boost::json::value()},
        {"tlp_by_default", it.tlp_defaulted},
        {"where", text(it.where)},
        {"why", text(it.why)}});
  }
  for (const auto& each : import.remarks) remarks.emplace_back(each);
  return {{"imported", done},
          {"digest", import.digest},
          {"counts", std::move(counts)},
          {"lifted", import.lifted},
          {"misp_events", import.misp_events},
          {"listed", import.listed},
          {"objects", std::move(objects)},
          {"remarks", std::move(remarks)}};
}

}  // namespace pages

void add_threat_import_routes(App& app, http::Router& router) {
  constexpr auto kMember = domain::Permission::read_as_member;
  const auto for_people = [](http::Route& route) { route.session_only = true; };
  const std::string path{kThreatImportPath};
  pages::add_page(
      router, http::Method::get, path, "threat_import_page", kMember,
      [&app](const http::Request& request) { return get_upload(app, request); }, for_people);
  pages::add_page(
      router, http::Method::post, path, "threat_import_post", kMember,
      [&app](const http::Request& request) { return post_upload(app, request); },
      [](http::Route& route) {
        route.session_only = true;
        route.takes_files = true;
        // The form around the file.
        route.body_bytes_max = exchange::kThreatFileBytesMax + (64 << 10);
      });
  pages::add_form(app, router, path + "/{upload}", "threat_import_preview", kMember, get_preview, post_preview);
}

}  // namespace tocsin::portal
