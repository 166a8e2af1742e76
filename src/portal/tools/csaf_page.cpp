#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "exchange/spelling.hpp"
#include "formats/csaf/compare.hpp"
#include "formats/csaf/extensions.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/changes_html.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/paper/advisory_pdf.hpp"
#include "portal/tools/conversion.hpp"
#include "portal/tools/tools.hpp"

/// /tools/csaf: a document that is pasted or sent is checked, converted, or compared with another. Nothing is stored,
/// so the document goes back and forth with the form.
namespace tocsin::portal::tools {
namespace {

namespace csaf = formats::csaf;
using formats::Finding;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

constexpr const char* kPath = "/tools/csaf";
/// A longer text does not go back into the page: it would be slow to read for browsers, and can be sent again as a
/// file.
constexpr std::size_t kEchoBytesMax = 512 << 10;
constexpr std::size_t kFindingsShown = 100;
constexpr std::size_t kNotesShown = 100;
constexpr std::string_view kFileType = "application/json,text/xml,application/xml,.json,.xml";

/// One request to the page.
struct Work {
  App& app;
  const http::Request& request;
  const Form& sent;
  Form shown;  ///< What goes back into the page: texts, but none that is very long, and what is wrong.
};

struct Given {
  std::string bytes;
  std::string file;  ///< Its name, where it is one.
};

const http::Upload* sent_file(const http::Request& request, std::string_view field) {
  for (const auto& upload : request.uploads) {
    if (upload.field == field) return &upload;
  }
  return nullptr;
}

/// A file counts before a text: who chose one means it, and the text may be left over.
std::optional<Given> take(const Work& work, std::string_view text_field, std::string_view file_field) {
  if (const auto* file = sent_file(work.request, file_field); file != nullptr && !file->bytes.empty()) {
    return Given{file->bytes, file->name};
  }
  if (const auto text = text::trim(work.sent.raw(text_field)); !text.empty()) return Given{std::string{text}, {}};
  return std::nullopt;
}

constexpr Message kNothingGiven = message<"Paste a document, or choose a file.">;

std::vector<pages::Option> form_options() {
  std::vector<pages::Option> options;
  for (const auto form : all_forms())
    options.push_back({std::string{to_string(form)}, std::string{tr_text(label_of(form))}});
  return options;
}

Html document_form(const http::Request& request, const Form& form) {
  FormMarkup markup{request, kPath, form, "d", FormMarkup::Sends::files};
  markup.file({.name = "file", .label = tr<"File">(), .hint = tr<"JSON, or XML of CVRF. At most 8 MB.">()}, kFileType);
  markup.textarea(
      {.name = "document", .label = tr<"Or its text">(), .maxlength = static_cast<int>(kBodyBytesMax), .code = true},
      10);
  markup.radios(
      "mode", tr<"How much is tested">(),
      {{"basic", std::string{tr<"#tests#Basic">()},
        std::string{tr<"Schema and mandatory tests: what makes a document valid.">()}},
       {"extended", std::string{tr<"#tests#Extended">()}, std::string{tr<"Also what the standard recommends.">()}},
       {"full", std::string{tr<"#tests#Full">()},
        std::string{tr<"Also what is worth knowing, and what can hardly be meant.">()}}});
  markup.select({.name = "to", .label = tr<"What it becomes where you convert it">(), .required = true},
                form_options());
  return markup.end(
      html::fragment<
          "<button class=\"button\" name=\"do\" value=\"check\">[[#verb#Check]]</button> <button "
          "class=\"button-quiet\" "
          "name=\"do\" value=\"show\">[[Convert and show]]</button> <button class=\"button-quiet\" name=\"do\" "
          "value=\"download\">[[Convert and download]]</button>">());
}

Html comparison_form(const http::Request& request, const Form& form) {
  FormMarkup markup{request, kPath, form, "c", FormMarkup::Sends::files};
  markup.file({.name = "before_file", .label = tr<"Earlier document">()}, kFileType);
  markup.textarea({.name = "before",
                   .label = tr<"Or the text of the earlier one">(),
                   .maxlength = static_cast<int>(kBodyBytesMax),
                   .code = true},
                  4);
  markup.file({.name = "after_file", .label = tr<"Later document">()}, kFileType);
  markup.textarea({.name = "after",
                   .label = tr<"Or the text of the later one">(),
                   .maxlength = static_cast<int>(kBodyBytesMax),
                   .code = true},
                  4);
  return markup.end(
      html::fragment<"<button class=\"button\" name=\"do\" value=\"compare\">[[Show what changed]]</button>">());
}

http::Response answer(App& app, const http::Request& request, const Form& form, const Html& result) {
  const bool compares = form.raw("do") == "compare";
  // What was wrong belongs to one of the two forms.
  const Form other = Form{}.with("mode", "basic");
  std::string out;
  out += pages::breadcrumb_html({{"/about", std::string{tr<"About">()}}, {"", std::string{tr<"CSAF tools">()}}}).str();
  render<"<div class=\"page-head\"><h1>[[Check and convert CSAF documents]]</h1></div>\n">(out);
  out += pages::error_summary(form, compares ? "c" : "d").str();
  out += result.str();
  render<
      "<p class=\"lead\">[[For documents of CSAF 2.0 and 2.1, provider metadata, aggregators and ROLIE feeds; OpenVEX, "
      "CycloneDX VEX and CVRF can be converted to CSAF. Nothing that you send is kept.]]</p>\n"
      "<section class=\"panel\" aria-labelledby=\"one\"><h2 id=\"one\">[[One document]]</h2>\n">(out);
  out += document_form(request, compares ? other : form).str();
  render<
      "</section>\n<section class=\"panel\" aria-labelledby=\"two\"><h2 id=\"two\">[[Compare two CSAF "
      "documents]]</h2>\n">(out);
  out += comparison_form(request, compares ? form : other).str();
  render<
      "</section>\n<p class=\"note\">[[Programs ask <code>POST /api/v1/csaf/validate</code>, <code>/convert</code> and "
      "<code>/compare</code>: <a href=\"/api\">API</a>. On a command line: <code>tocsin validate</code>, "
      "<code>convert</code> and <code>diff</code>.]]</p>\n">(out);
  pages::Page page;
  page.title = tr<"CSAF tools">();
  page.description = tr<"Check, convert and compare CSAF documents.">();
  page.section = pages::Section::about;
  page.main = Html::from_trusted(std::move(out));
  page.canonical = kPath;
  return pages::form_page(app, request, std::move(page), form);
}

struct Group {
  Finding::Group group;
  Message title, meaning;
};
constexpr Group kGroups[] = {
    {Finding::Group::schema, message<"Schema">, message<"These make the document invalid.">},
    {Finding::Group::mandatory, message<"Mandatory tests">, message<"These make the document invalid.">},
    {Finding::Group::recommended, message<"Recommended tests">,
     message<"The document is valid, but should be better.">},
    {Finding::Group::informative, message<"Informative tests">, message<"Worth knowing.">},
    {Finding::Group::quality, message<"Quality">,
     message<"The standard lets these pass, but they can hardly be meant so.">},
};

std::string sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text.empty() || text.back() == '.' ? text : text + '.';
}

void append_group(std::string& out, const Group& group, const std::vector<Finding>& findings) {
  const auto count = std::ranges::count(findings, group.group, &Finding::group);
  if (count == 0) return;
  render<
      "<h3>{} <span class=\"count\">{}</span></h3><p>{}</p><div class=\"table-wrap stack\"><table><caption "
      "class=\"hidden\">{}</caption><thead><tr><th scope=\"col\">[[#of a standard#Test]]</th><th scope=\"col\">[[What "
      "is wrong]]</th><th "
      "scope=\"col\">[[How to mend it]]</th><th scope=\"col\">[[Place]]</th></tr></thead><tbody>">(
      out, group.title.text(), count, group.meaning.text(), group.title.text());
  std::size_t shown = 0;
  for (const auto& each : findings) {
    if (each.group != group.group || shown++ >= kFindingsShown) continue;
    render<
        "<tr><td data-label=\"[[#of a standard#Test]]\" class=\"id\">{}</td><td data-label=\"[[What is "
        "wrong]]\">{}</td><td data-label=\"[[How "
        "to mend it]]\">{}</td><td data-label=\"[[Place]]\"><span class=\"vector\">{}</span></td></tr>">(
        out, each.test, sentence(each.message), each.mend, each.path.empty() ? "/" : each.path);
  }
  out += "</tbody></table></div>";
  if (shown > kFindingsShown) render<"<p>[[And {} more.]]</p>">(out, shown - kFindingsShown);
}

std::string kind_of(const csaf::Verdict& verdict) {
  const auto version = verdict.version ? std::string{csaf::to_string(*verdict.version)} : std::string{};
  if (verdict.kind == formats::DocumentKind::other_json) {
    return version.empty() ? "" : tr<"CSAF {} advisory">(version);
  }
  const std::string kind{formats::to_string(verdict.kind)};
  return version.empty() ? kind : fmt::format("{} ({})", kind, version);
}

Html verdict_html(const csaf::Verdict& verdict, csaf::Mode mode) {
  const bool valid = verdict.is_valid();
  const auto kind = kind_of(verdict);
  std::string out;
  render<"<section aria-labelledby=\"result\"><h2 id=\"result\">{}</h2>\n">(
      out, valid ? tr<"#a document#Valid">() : tr<"#a document#Not valid">());
  if (valid) {
    if (mode == csaf::Mode::basic) {
      render<"<p class=\"callout callout-good\">[[{} passes the schema and the mandatory tests.]]</p>\n">(out, kind);
    } else {
      render<"<p class=\"callout callout-good\">[[{} passes what it has to.]]</p>\n">(out, kind);
    }
  } else if (kind.empty()) {
    render<"<p class=\"callout callout-error\">[[This is no document that can be checked here.]]</p>\n">(out);
  } else {
    render<"<p class=\"callout callout-error\">[[{}: what makes it invalid stands first.]]</p>\n">(out, kind);
  }
  for (const auto& group : kGroups) append_group(out, group, verdict.findings);
  if (!verdict.not_run.empty()) {
    render<"<h3>[[#tests#Not run]]</h3><ul>">(out);
    for (const auto& each : verdict.not_run) render<"<li>{}: {}</li>">(out, each.test, tr_text(each.why));
    out += "</ul>";
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

/// A consumer warns of extensions that it does not know (2.1, section 2.4).
Html extensions_html(std::string_view bytes) {
  const auto parsed = json::parse(bytes, csaf::kValidatorLimits);
  if (!parsed) return {};
  const auto extensions = csaf::extensions_of(parsed->root());
  if (extensions.empty()) return {};
  const auto count = static_cast<long long>(extensions.size());
  const auto essential = text::list_some(csaf::essential_schemas(extensions));
  return html::fragment<"<p class=\"callout callout-warn\">{}</p>\n">(
      essential.empty()
          ? trn<"The document holds {} extension that Tocsin does not know.",
                "The document holds {} extensions that Tocsin does not know.">(count, locale::number(count))
          : trn<"The document holds {} extension that Tocsin does not know; essential to understand it: {}.",
                "The document holds {} extensions that Tocsin does not know; essential to understand it: {}.">(
                count, locale::number(count), essential));
}

Html check(const Given& given, csaf::Mode mode, Timestamp now) {
  thread_local exchange::HunspellSpeller speller{exchange::system_dictionaries()};
  csaf::Validator validator{csaf::kValidatorLimits, speller.if_any()};
  auto verdict = validator.validate_any(given.bytes, mode, mode == csaf::Mode::full, now);
  if (!given.file.empty() && mode != csaf::Mode::basic) {
    auto finding = csaf::check_file_name(given.file, verdict.tracking_id, verdict.is_valid());
    if (finding) verdict.findings.push_back(std::move(*finding));
  }
  auto out = verdict_html(verdict, mode).str();
  if (verdict.version == csaf::CsafVersion::v2_1) out += extensions_html(given.bytes).str();
  return Html::from_trusted(std::move(out));
}

/// Valid UTF-8 of at most this many bytes.
std::string_view beginning_of(std::string_view text) {
  if (text.size() <= kEchoBytesMax) return text;
  auto end = kEchoBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

Html conversion_html(const Converted& converted, tools::Form to) {
  std::string out;
  render<"<section aria-labelledby=\"result\"><h2 id=\"result\">[[As {}]]</h2>\n">(out, tr_text(label_of(to)));
  if (!converted.is_good()) {
    render<
        "<p class=\"callout callout-error\">[[The result is not valid; what stands in the way is an error "
        "below.]]</p>\n">(out);
  } else if (!converted.is_lossless()) {
    render<
        "<p class=\"callout callout-warn\">[[Something of it has no place in this form: each line that begins with "
        "\"Lost\" says what.]]</p>\n">(out);
  } else {
    render<"<p class=\"callout callout-good\">[[Converted without loss.]]</p>\n">(out);
  }
  if (!converted.notes.empty()) {
    render<
        "<div class=\"table-wrap stack\"><table><caption class=\"hidden\">[[Notes]]</caption><thead><tr><th "
        "scope=\"col\">[[Kind]]</th><th scope=\"col\">[[What a reader should know]]</th><th "
        "scope=\"col\">[[Place]]</th></tr></thead><tbody>">(out);
    for (std::size_t i = 0; i < std::min(converted.notes.size(), kNotesShown); ++i) {
      const auto& each = converted.notes[i];
      render<
          "<tr><td data-label=\"[[Kind]]\">{}</td><td data-label=\"[[What a reader should know]]\">{}</td><td "
          "data-label=\"[[Place]]\"><span class=\"vector\">{}</span></td></tr>">(
          out, each.level == csaf::ConversionNote::Level::warning ? tr<"warning">() : tr<"error">(),
          sentence(each.message), each.path.empty() ? "/" : each.path);
    }
    out += "</tbody></table></div>\n";
    if (converted.notes.size() > kNotesShown)
      render<"<p>[[And {} more.]]</p>">(out, converted.notes.size() - kNotesShown);
  }
  if (to == tools::Form::pdf || to == tools::Form::html) {
    render<"<p>[[This form is a file: use \"Convert and download\".]]</p>\n">(out);
  } else {
    const auto shown = beginning_of(converted.bytes);
    render<
        "<label for=\"converted\">{}</label>\n<textarea id=\"converted\" class=\"code-input\" rows=\"20\" "
        "spellcheck=\"false\" readonly>\n{}</textarea>\n">(out, converted.file_name, shown);
    if (shown.size() < converted.bytes.size()) {
      render<"<p>[[Only the beginning is shown; \"Convert and download\" gives the whole.]]</p>\n">(out);
    }
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

http::Response answer(const Work& work, const Html& result = {}) {
  return answer(work.app, work.request, work.shown, result);
}

http::Response check_document(Work& work, const Given& given) {
  const auto mode = csaf::parse_mode(work.sent.raw("mode")).value_or(csaf::Mode::basic);
  return answer(work, check(given, mode, work.request.now));
}

http::Response convert_document(Work& work, Given given) {
  const auto to = parse_form(work.sent.raw("to"));
  if (!to) {
    work.shown.wrong("to", std::string{tr<"Choose what it becomes.">()});
    return answer(work);
  }
  auto converted =
      convert(std::move(given.bytes), *to, {.csaf = {.now = work.request.now}, .pages_max = paper::kPagesMaxServed});
  if (!converted) {
    work.shown.wrong("document", tr<"It cannot be converted: {}">(converted.error().to_string()));
    return answer(work);
  }
  if (work.sent.raw("do") == "show" || !converted->is_good()) return answer(work, conversion_html(*converted, *to));
  http::Response response;
  response.content_type = media_type_of(*to);
  response.body = std::make_shared<const std::string>(std::move(converted->bytes));
  response.cache_control = "no-store";
  // Attached, so that nothing of a stranger's document is ever a page of this portal.
  response.with("Content-Disposition", fmt::format("attachment; filename=\"{}\"", converted->file_name));
  return response;
}

std::optional<csaf::Advisory> advisory_of(Work& work, std::string_view text_field, std::string_view file_field) {
  const auto given = take(work, text_field, file_field);
  if (!given) {
    work.shown.wrong(text_field, std::string{kNothingGiven.text()});
    return std::nullopt;
  }
  const auto read = [&]() -> Result<csaf::Advisory> {
    TRY(const auto parsed, json::parse(given->bytes));
    return read_csaf(parsed.root());
  };
  auto advisory = read();
  if (advisory) return std::move(*advisory);
  work.shown.wrong(text_field, tr<"It cannot be read: {}">(advisory.error().to_string()));
  return std::nullopt;
}

http::Response compare_documents(Work& work) {
  const auto before = advisory_of(work, "before", "before_file");
  const auto after = advisory_of(work, "after", "after_file");
  if (!before || !after) return answer(work);
  std::string out;
  render<"<section aria-labelledby=\"result\"><h2 id=\"result\">[[What changed]]</h2>\n">(out);
  render<"<p>[[From {} version {} to {} version {}.]]</p>\n">(
      out, before->header.tracking_id, before->header.tracking_version, after->header.tracking_id,
      after->header.tracking_version);
  out += pages::changes_html(csaf::compare(*before, *after)).str();
  out += "</section>\n";
  return answer(work, Html::from_trusted(std::move(out)));
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  Form form;
  form.with("mode", "basic");
  return answer(app, request, form, {});
}

/// A file that was sent comes back as text, so that it need not be chosen again.
Form shown_again(const http::Request& request, const Form& sent) {
  constexpr std::pair<std::string_view, std::string_view> kTexts[] = {
      {"document", "file"}, {"before", "before_file"}, {"after", "after_file"}};
  Form shown;
  for (const std::string_view name : {"do", "mode", "to"}) {
    if (sent.checked(name)) shown.with(std::string{name}, text::shorten(sent.raw(name), 40));
  }
  for (const auto& [name, file] : kTexts) {
    const auto* upload = sent_file(request, file);
    const auto value = upload == nullptr || upload->bytes.empty() ? sent.raw(name) : std::string_view{upload->bytes};
    const bool is_text = text::invalid_utf8_at(value) == std::string_view::npos;
    if (is_text && value.size() <= kEchoBytesMax) shown.with(std::string{name}, std::string{value});
  }
  return shown;
}

Result<http::Response> post(App& app, const http::Request& request, Limit& limit) {
  TRY(const auto sent,
      Form::read(request, {"file", "document", "mode", "to", "do", "before_file", "before", "after_file", "after"}));
  Work work{.app = app, .request = request, .sent = sent, .shown = shown_again(request, sent)};
  if (const auto wait = limit.take(request.remote_address, request.now)) {
    work.shown.wrong("", std::string{kTooMuch.text()});
    auto response = answer(work);
    response.status = 429;
    return response.with("Retry-After", std::to_string(wait->count()));
  }
  const auto wanted = sent.raw("do");
  if (wanted == "compare") return compare_documents(work);
  auto given = take(work, "document", "file");
  if (!given) {
    work.shown.wrong("document", std::string{kNothingGiven.text()});
    return answer(work);
  }
  if (wanted == "show" || wanted == "download") return convert_document(work, std::move(*given));
  return check_document(work, *given);
}

}  // namespace

void add_csaf_page_routes(App& app, http::Router& router, const std::shared_ptr<Limit>& limit) {
  pages::add_page(
      router, http::Method::get, kPath, "csaf_tools", domain::Permission::anyone,
      [&app](const http::Request& request) { return show(app, request); },
      [](http::Route& route) { route.form_before_sign_in = true; });
  pages::add_page(
      router, http::Method::post, kPath, "csaf_tools_post", domain::Permission::anyone,
      [&app, limit](const http::Request& request) { return post(app, request, *limit); },
      [](http::Route& route) {
        route.form_before_sign_in = true;
        route.takes_files = true;
        route.body_bytes_max = kBodyBytesMax;
      });
}

}  // namespace tocsin::portal::tools

namespace tocsin::portal {

void add_tool_routes(App& app, http::Router& router) {
  const auto limit = std::make_shared<tools::Limit>();
  tools::add_csaf_api_routes(router, limit);
  tools::add_csaf_page_routes(app, router, limit);
}

}  // namespace tocsin::portal
