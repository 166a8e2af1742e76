#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/text.hpp"
#include "engine/audit/view.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/advisory_load.hpp"
#include "portal/pages/advisory_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/status_view.hpp"
#include "store/records.hpp"

/// A product, a version, a day: what was known then, and what became known since.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
using exposure::KnownBy;
using exposure::StatusAnswer;
using exposure::StatusEntry;
using exposure::StatusQuestion;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;
using Kind = StatusEntry::Kind;

constexpr std::size_t kExamples = 3;
constexpr std::size_t kVulnerabilitiesShown = 6;
constexpr std::size_t kRemediesShown = 3;

std::string path_of(std::string_view base, const StatusQuestion& question) {
  return http::with_query(base,
                          {{"vendor", question.vendor},
                           {"product", question.product},
                           {"model", question.model},
                           {"version", question.version},
                           {"at", question.at},
                           {"known_by", question.known_by == KnownBy::published ? "" : to_string(question.known_by)}});
}

Result<StatusQuestion> question_of(const http::Request& request) {
  TRY_VOID(request.only_known({"vendor", "product", "model", "version", "at", "known_by"}));
  StatusQuestion question{.vendor = std::string{request.query.get("vendor")},
                          .product = std::string{request.query.get("product")},
                          .model = std::string{request.query.get("model")},
                          .version = std::string{request.query.get("version")},
                          .at = std::string{request.query.get("at")}};
  if (const auto by = request.query.get("known_by"); !by.empty()) {
    const auto read = exposure::parse_known_by(by);
    if (!read) return Error::invalid(std::string{tr<"'known_by' is published or received">()}, "known_by");
    question.known_by = *read;
  }
  return question;
}

void append_field(std::string& out, std::string_view name, std::string_view label, std::string_view value,
                  std::string_view wrong, std::string_view placeholder, std::string_view type = "text") {
  const bool bad = wrong == name;
  render<
      "<div class=\"field\"><label for=\"s-{}\">{}</label><input id=\"s-{}\" name=\"{}\" type=\"{}\" value=\"{}\" "
      "placeholder=\"{}\" maxlength=\"200\" autocomplete=\"off\" spellcheck=\"false\" {} {}></div>\n">(
      out, name, label, name, name, type, value, placeholder, attribute_if<"aria-invalid">(bad, "true"),
      attribute_if<"aria-describedby">(bad, "status-error"));
}

void append_form(std::string& out, const StatusQuestion& question, const Error* error) {
  const std::string_view wrong = error == nullptr ? std::string_view{} : std::string_view{error->where};
  render<
      "<form class=\"panel status-form\" action=\"/status\" role=\"search\" aria-label=\"[[What was known of a "
      "product]]\">\n">(out);
  if (error != nullptr) {
    render<"<p class=\"callout callout-error status-wide\" id=\"status-error\" role=\"alert\">{}</p>\n">(
        out, error->message);
  }
  append_field(out, "product", tr<"Product">(), question.product, wrong, {});
  append_field(out, "version", tr<"Version">(), question.version, wrong, "V4.4");
  // A moment with a zone is no day: shown as it was asked.
  append_field(out, "at", tr<"#known#On this day">(), question.at, wrong, "2024-03-01",
               question.at.empty() || question.at.size() == 10 ? "date" : "text");
  append_field(out, "vendor", tr<"Vendor">(), question.vendor, wrong, {});
  append_field(out, "model", tr<"Model or order number">(), question.model, wrong, "6ES7214-1AG40-0XB0");
  render<
      "<div class=\"field\"><label for=\"s-known-by\">[[Known means]]</label><select id=\"s-known-by\" "
      "name=\"known_by\"><option value=\"published\" {}>[[published by then]]</option><option value=\"received\" "
      "{}>[[received here by then]]</option></select></div>\n">(
      out, attribute_if<"selected">(question.known_by == KnownBy::published, "selected"),
      attribute_if<"selected">(question.known_by == KnownBy::received, "selected"));
  render<
      "<div class=\"status-wide\"><button class=\"button\" type=\"submit\">[[What was known?]]</button></div>\n"
      "</form>\n">(out);
}

/// "2.9.1" of "< V2.9.1": what an example asks for.
std::string version_within(std::string_view text) {
  const auto from = text.find_first_of("0123456789");
  if (from == std::string_view::npos) return {};
  const auto to = text.find_first_not_of("0123456789.", from);
  auto version = std::string{text.substr(from, to == std::string_view::npos ? to : to - from)};
  while (version.ends_with('.')) version.pop_back();
  return version;
}

/// Questions that have an answer here.
Result<std::vector<StatusQuestion>> examples(App& app, const http::Request& request) {
  TRY(const auto overview, app.search().overview(request.viewer, request.now));
  return app.database().read([&](store::Connection& connection) -> Result<std::vector<StatusQuestion>> {
    std::vector<StatusQuestion> all;
    for (const auto& each : overview.top_vendors) {
      if (all.size() == kExamples) break;
      TRY(const auto vendor, engine::vendor(connection, request.viewer, each.value, request.now));
      if (!vendor || vendor->products.empty()) continue;
      TRY(const auto product,
          engine::product(connection, request.viewer, each.value, vendor->products.front().key, request.now));
      if (!product || product->advisories.empty()) continue;
      const auto& oldest = product->advisories.back();
      StatusQuestion question{.vendor = product->vendor_name, .product = product->name};
      for (const auto& [version, status] : oldest.versions) {
        if (question.version.empty()) question.version = version_within(version);
      }
      // Some documents are dated later than they are read.
      if (oldest.card.current_release_at < request.now) question.at = format_date(oldest.card.current_release_at);
      all.push_back(std::move(question));
    }
    return all;
  });
}

std::string in_one_line(const StatusQuestion& question) {
  std::string out;
  for (const auto* each : {&question.vendor, &question.product, &question.model, &question.version, &question.at}) {
    if (!each->empty()) out.append(out.empty() ? "" : ", ").append(*each);
  }
  return out;
}

Result<Html> empty_html(App& app, const http::Request& request) {
  TRY(const auto all, examples(app, request));
  std::string out;
  render<
      "<section class=\"panel\"><h2>[[How to ask]]</h2><p>[[A name is enough; vendor, order number and version make "
      "the answer sharper. Without a day, it is what is known now. The address of an answer can be passed on.]]"
      "</p>\n">(out);
  if (!all.empty()) {
    render<"<p>[[For example]]</p>\n<ul class=\"chips\" aria-label=\"[[Example questions]]\">">(out);
    for (const auto& each : all) {
      render<"<li><a class=\"chip\" href=\"{}\">{}</a></li>">(out, Url::own(path_of("/status", each)),
                                                              in_one_line(each));
    }
    out += "</ul>\n";
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

Html note_of(const StatusEntry& entry) {
  std::string out;
  const auto released = pages::date_html(entry.released_at);
  switch (entry.kind) {
    case Kind::as_it_stood:
      render<"[[version {} of {}]]">(out, entry.version, released);
      break;
    case Kind::earliest_kept:
      if (entry.version_then_at) {
        render<"[[Then version {} of {}, which is not kept here: this is what version {} of {} says.]]">(
            out, entry.version_then, pages::date_html(*entry.version_then_at), entry.version, released);
      } else {
        render<"[[First published on {}; what it said then is not kept here: this is what version {} of {} says.]]">(
            out, pages::date_html(entry.first_released_at), entry.version, released);
      }
      break;
    case Kind::published:
      render<"[[First published on {}; version {} of {}]]">(out, pages::date_html(entry.first_released_at),
                                                            entry.version, released);
      break;
    case Kind::changed:
      render<"[[Changed with version {} of {}]]">(out, entry.version, released);
      break;
    case Kind::no_longer:
      render<"[[No longer speaks of it since version {} of {}. Before it said:]]">(out, entry.version, released);
      break;
    case Kind::withdrawn:
      render<"[[Withdrawn with version {} of {}. Before it said:]]">(out, entry.version, released);
      break;
  }
  return Html::from_trusted(std::move(out));
}

void append_vulnerabilities(std::string& out, const StatusEntry& entry) {
  for (std::size_t i = 0; i < entry.vulnerabilities.size() && i < kVulnerabilitiesShown; ++i) {
    const auto& each = entry.vulnerabilities[i];
    if (i > 0) out += "<br>";
    render<"<a class=\"id\" href=\"{}\">{}</a>">(out, Url::own(pages::vulnerability_url(each.id)), each.id);
    if (each.score_tenths) render<" {}">(out, pages::severity_badge(each.severity, each.score_tenths));
  }
  if (entry.vulnerabilities.size() > kVulnerabilitiesShown) {
    const auto more = static_cast<long long>(entry.vulnerabilities.size() - kVulnerabilitiesShown);
    render<"<br><a href=\"{}\">{}</a>">(out, Url::own(pages::advisory_url(entry.slug)),
                                        trn<"and {} more", "and {} more">(more, locale::number(more)));
  }
}

void append_remedies(std::string& out, const StatusEntry& entry) {
  if (entry.remedies.empty()) return html::escape(out, tr<"#remedy#none named">());
  for (std::size_t i = 0; i < entry.remedies.size() && i < kRemediesShown; ++i) {
    const auto& each = entry.remedies[i];
    render<"<p><b>{}:</b> <span lang=\"en\">{}</span>">(out, pages::remediation_title(each.category), each.details);
    if (const auto url = Url::external(each.url); !url.empty()) {
      render<" <a rel=\"noopener noreferrer nofollow\" href=\"{}\">[[Details]]</a>">(out, url);
    }
    out += "</p>";
  }
}

void append_entries(std::string& out, const std::vector<StatusEntry>& entries, std::string_view caption) {
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><caption class=\"hidden\">{}</caption><thead><tr><th "
      "scope=\"col\">[[Advisory]]</th><th scope=\"col\">[[Status]]</th><th scope=\"col\">[[Because]]</th><th "
      "scope=\"col\">[[Vulnerabilities]]</th><th scope=\"col\">[[What helps]]</th></tr></thead><tbody>\n">(out,
                                                                                                           caption);
  for (const auto& entry : entries) {
    const bool is_older = entry.kind == Kind::as_it_stood && !entry.is_current;
    const auto url = is_older ? fmt::format("{}/revisions/{}", pages::advisory_url(entry.slug),
                                            http::encode_component(entry.version))
                              : pages::advisory_url(entry.slug);
    render<
        "<tr><th scope=\"row\"><a href=\"{}\">{}</a> {}<br><span lang=\"en\">{}</span><br><span "
        "class=\"note\">{}</span></th><td data-label=\"[[Status]]\">{} <span class=\"note\">{} %</span></td>">(
        out, Url::own(url), entry.tracking_id, pages::tlp_badge(entry.tlp), text::shorten(entry.title, 120),
        note_of(entry), pages::status_tag(entry.match.status),
        static_cast<long long>(std::lround(entry.match.confidence * 100)));
    const auto& match = entry.match;
    render<"<td data-label=\"[[Because]]\" lang=\"en\">{}</td><td data-label=\"[[Vulnerabilities]]\">">(
        out, match.question.empty() ? match.because : fmt::format("{} {}", match.question, match.because));
    append_vulnerabilities(out, entry);
    render<"</td><td data-label=\"[[What helps]]\">">(out);
    append_remedies(out, entry);
    out += "</td></tr>\n";
  }
  out += "</tbody></table></div>\n";
}

void append_more(std::string& out, std::size_t total, std::size_t shown) {
  if (total <= shown) return;
  render<"<p class=\"note\">[[The {} most urgent of {} are shown: name the product more exactly.]]</p>\n">(
      out, locale::number(static_cast<long long>(shown)), locale::number(static_cast<long long>(total)));
}

Html answer_html(const StatusAnswer& answer) {
  std::string out;
  const auto known = static_cast<long long>(answer.known_total);
  render<"<section aria-labelledby=\"known\"><h2 id=\"known\">[[Known on {}: {}]]</h2>\n">(
      out, pages::datetime_html(answer.at), trn<"{} advisory", "{} advisories">(known, locale::number(known)));
  if (answer.question.known_by == KnownBy::published) {
    render<
        "<p class=\"note\">[[Of each advisory the version counts that its document says had been published by "
        "then, whenever it came here.]]</p>\n">(out);
  } else {
    render<
        "<p class=\"note\">[[Of each advisory the version counts that had come here by then, whatever its document "
        "says.]]</p>\n">(out);
  }
  if (answer.known.empty()) {
    render<
        "<div class=\"callout\"><p>[[No advisory that you may read spoke of it then. That is no all-clear: it may "
        "be written differently there, or nobody has looked.]]</p></div>\n">(out);
  } else {
    append_entries(out, answer.known, tr<"Known then">());
  }
  append_more(out, answer.known_total, answer.known.size());
  const auto since = static_cast<long long>(answer.since_total);
  render<
      "</section>\n<section class=\"status-since\" aria-labelledby=\"since\"><h2 id=\"since\">[[Became known since: "
      "{}]]</h2>\n">(out, trn<"{} advisory", "{} advisories">(since, locale::number(since)));
  if (answer.since.empty()) {
    render<"<p>[[Nothing that you may read.]]</p>\n">(out);
  } else {
    append_entries(out, answer.since, tr<"Became known since">());
  }
  append_more(out, answer.since_total, answer.since.size());
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

/// An answer tells what documents say: a look at what is marked TLP:AMBER or above is written down, as on its page.
Result<http::Response> noted(App& app, const http::Request& request, const StatusAnswer& answer,
                             http::Response response) {
  std::vector<std::int64_t> ids;
  for (const auto* part : {&answer.known, &answer.since}) {
    for (const auto& each : *part) ids.push_back(each.record.value);
  }
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  TRY(const auto records, app.database().read([&](store::Connection& connection) {
    return store::Records{connection}.headers(request.viewer, ids, request.now);
  }));
  for (const auto& record : records) {
    TRY(response, pages::looked_at(app, request, record, engine::audit::view::Looking::read, std::move(response)));
  }
  response.cacheable = false;
  return response;
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY(auto question, question_of(request));
  const bool api = request.representation == http::Representation::json;
  const bool asked = api || !request.query.list().empty();
  std::optional<StatusAnswer> answer;
  std::optional<Error> error;
  if (asked) {
    const auto actor = access::actor(request);
    auto told = app.status_desk().ask(request.viewer, question, request.now, &actor);
    if (told) {
      question = told->question;
      answer = std::move(*told);
    } else if (!api && told.error().code == Error::Code::invalid_input) {
      error = told.error();
    } else {
      return told.error();
    }
  }
  if (api) return noted(app, request, *answer, http::Response::json(json::write(pages::status_json(*answer))));
  std::string out;
  render<
      "<header class=\"page-head\"><h1>[[What was known?]]</h1></header>\n<p class=\"lead\">[[What advisories said of "
      "a product on a day, and what became known since.]]</p>\n">(out);
  append_form(out, question, error ? &*error : nullptr);
  if (answer) {
    out += answer_html(*answer).str();
  } else if (!error) {
    TRY(const auto empty, empty_html(app, request));
    out += empty.str();
  }
  pages::Page page;
  page.title = answer ? tr<"What was known of {}">(in_one_line(question)) : std::string{tr<"What was known?">()};
  page.description = tr<"What advisories said of a product on a day, and what became known since.">();
  page.section = pages::Section::status;
  page.main = Html::from_trusted(std::move(out));
  if (answer) page.json_url = path_of("/api/v1/status", question);
  page.canonical = "/status";
  page.noindex = asked;
  auto response = pages::render_page(app, request, page, error ? 400 : 200);
  if (answer) return noted(app, request, *answer, std::move(response));
  response.cacheable = !asked;
  return response;
}

}  // namespace

namespace pages {

boost::json::object status_entry_json(const StatusEntry& entry) {
  boost::json::object out;
  out["kind"] = to_string(entry.kind);
  out["advisory"] = entry.slug;
  out["tracking_id"] = entry.tracking_id;
  out["url"] = advisory_url(entry.slug);
  out["title"] = entry.title;
  out["tlp"] = domain::to_string(entry.tlp);
  out["version"] = entry.version;
  out["first_release_date"] = format_rfc3339(entry.first_released_at);
  out["release_date"] = format_rfc3339(entry.released_at);
  out["received_date"] = format_rfc3339(entry.received_at);
  if (entry.kind == Kind::earliest_kept) {
    auto& then = out["not_kept"].emplace_object();
    then["version"] = entry.version_then.empty() ? boost::json::value{} : boost::json::value{entry.version_then};
    then["release_date"] =
        entry.version_then_at ? boost::json::value{format_rfc3339(*entry.version_then_at)} : boost::json::value{};
  }
  out["status"] = to_string(entry.match.status);
  out["confidence"] = std::round(entry.match.confidence * 1000) / 1000;
  out["because"] = entry.match.because;
  if (!entry.match.question.empty()) out["question"] = entry.match.question;
  auto& products = out["product_ids"].emplace_array();
  for (const auto& each : entry.match.product_ids) products.emplace_back(each);
  out["score"] = score_json(entry.score_tenths);
  auto& vulnerabilities = out["vulnerabilities"].emplace_array();
  for (const auto& each : entry.vulnerabilities) {
    boost::json::object one;
    one["id"] = each.id;
    one["score"] = score_json(each.score_tenths);
    one["severity"] = formats::cvss::to_string(each.severity);
    one["vector"] = each.vector;
    vulnerabilities.push_back(std::move(one));
  }
  auto& remedies = out["remedies"].emplace_array();
  for (const auto& each : entry.remedies) {
    boost::json::object one;
    one["category"] = formats::csaf::to_string(each.category);
    one["details"] = each.details;
    if (!each.url.empty()) one["url"] = each.url;
    if (each.date) one["date"] = format_rfc3339(*each.date);
    remedies.push_back(std::move(one));
  }
  return out;
}

boost::json::object status_json(const StatusAnswer& answer) {
  boost::json::object out;
  auto& question = out["question"].emplace_object();
  question["vendor"] = answer.question.vendor;
  question["product"] = answer.question.product;
  question["model"] = answer.question.model;
  question["version"] = answer.question.version;
  question["known_by"] = to_string(answer.question.known_by);
  out["at"] = format_rfc3339(answer.at);
  for (const auto& [name, entries, total] : {std::tuple{"known", &answer.known, answer.known_total},
                                             std::tuple{"since", &answer.since, answer.since_total}}) {
    boost::json::array list;
    for (const auto& each : *entries) list.push_back(status_entry_json(each));
    out[name] = std::move(list);
    out[fmt::format("{}_total", name)] = total;
  }
  return out;
}

}  // namespace pages

void add_status_routes(App& app, http::Router& router) {
  pages::add_resource(router, "/status", "/api/v1/status", "status",
                      "What was known of a product on a day, and what became known since",
                      [&app](const http::Request& request) { return show(app, request); });
}

}  // namespace tocsin::portal
