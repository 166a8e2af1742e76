#include "portal/pages/threat_report_form.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/sharing_form.hpp"
#include "portal/pages/sharing_view.hpp"
#include "portal/pages/threat_markdown.hpp"
#include "portal/pages/threat_products.hpp"

namespace tocsin::portal::pages {
namespace {

namespace sharing = engine::sharing;
namespace threat = engine::threat;
namespace threat_text = formats::threat_text;
using html::attribute_if;
using html::Html;
using html::render;
using Whom = threat::ReportAudience::Whom;

constexpr std::string_view kOnce[] = {"title",      "text",        "first_seen", "last_seen", "countries",
                                      "indicators", "cves",        "techniques", "tlp",       "whom",
                                      "embargo",    "attribution", "step"};

std::vector<Option> sector_options() {
  std::vector<Option> sectors;
  for (const auto sector : domain::all_sectors()) {
    if (sector == domain::Sector::multiple) continue;
    sectors.push_back(
        {.value = std::string{domain::slug(sector)}, .label = std::string{tr_text(domain::name(sector))}});
  }
  return sectors;
}

void append_what(FormMarkup& markup, const Form& form) {
  markup
      .input({.name = "title",
              .label = tr<"Title">(),
              .hint = tr<"What it is about, in one line.">(),
              .maxlength = static_cast<int>(threat::kReportTitleBytesMax),
              .required = true})
      .textarea({.name = "text",
                 .label = tr<"What happened">(),
                 .hint = tr<"What you noticed, what it did, what you did about it. Markdown works.">(),
                 .maxlength = static_cast<int>(threat::kReportTextBytesMax),
                 .required = true},
                8);
  markup.html(Html::from_trusted("<div class=\"grid-2\">"));
  markup.input({.name = "first_seen", .label = tr<"First seen (UTC)">(), .type = "datetime-local", .maxlength = 32});
  markup.input({.name = "last_seen", .label = tr<"Last seen (UTC)">(), .type = "datetime-local", .maxlength = 32});
  markup.html(Html::from_trusted("</div>\n"));
  append_fold(markup, form, "sectors", tr<"Sectors that it concerns">(), tr<"Sectors that it concerns">(),
              sector_options());
  markup.input({.name = "countries",
                .label = tr<"Countries that it concerns">(),
                .hint = tr<"Codes of two letters, such as: DE, AT, CH">(),
                .maxlength = 1000});
}

void append_lists(FormMarkup& markup) {
  markup.textarea(
      {.name = "indicators",
       .label = tr<"Indicators">(),
       .hint = tr<"One a line: IP address, domain, URL, mail address, or file hash (MD5, SHA-1, SHA-256). Made "
                  "harmless is fine: hxxp://, [.], (at).">(),
       .maxlength = static_cast<int>(threat::kReportListBytesMax),
       .code = true},
      8);
  markup.textarea({.name = "cves",
                   .label = tr<"Vulnerabilities">(),
                   .hint = tr<"CVE ids, such as CVE-2024-12345.">(),
                   .maxlength = 2'000,
                   .code = true},
                  2);
  markup.textarea({.name = "techniques",
                   .label = tr<"Techniques of ATT&CK">(),
                   .hint = tr<"Ids, such as T0883.">(),
                   .maxlength = 2'000,
                   .code = true},
                  2);
}

void begin_panel(FormMarkup& markup, std::string_view title) {
  std::string out;
  render<"<section class=\"panel\"><h2>{}</h2>\n">(out, title);
  markup.html(Html::from_trusted(std::move(out)));
}
void end_panel(FormMarkup& markup) { markup.html(Html::from_trusted("</section>\n")); }

/// All that was typed, but for what this step asks anew.
void append_hidden(FormMarkup& markup, const Form& form, bool with_choices) {
  for (const auto name : kOnce) {
    if (name != "step" && form.checked(name)) markup.hidden(name, form.raw(name));
  }
  for (const std::string_view name : {"sectors", "organisation", "community"}) {
    for (const auto& value : form.all(name)) markup.hidden(name, value);
  }
  if (!with_choices) return;
  for (const std::string_view name : {"keep", "also"}) {
    for (const auto& value : form.all(name)) markup.hidden(name, value);
  }
}

void append_tick(std::string& out, std::string_view name, std::size_t number, std::string_view value, bool ticked,
                 std::string_view label, std::string_view described) {
  render<
      "<input type=\"checkbox\" id=\"{}-{}\" name=\"{}\" value=\"{}\" {}> <label for=\"{}-{}\">{}<span "
      "class=\"hidden\"> "
      "{}</span></label>">(out, name, number, name, value, attribute_if<"checked">(ticked), name, number, label,
                           described);
}

void append_indicators(std::string& out, const threat::Review& review) {
  render<"<section class=\"panel\" aria-labelledby=\"found\"><h2 id=\"found\">[[Indicators]]</h2>\n">(out);
  if (review.indicators.empty()) {
    render<"<p>[[None.]]</p>\n">(out);
  } else {
    render<
        "<div class=\"table-wrap stack\"><table><caption class=\"hidden\">[[Indicators]]</caption><thead><tr><th "
        "scope=\"col\" class=\"num\">[[Line]]</th><th scope=\"col\">[[#indicator#Kind]]</th><th "
        "scope=\"col\">[[#indicator#Value]]</th><th scope=\"col\">[[Remark]]</th></tr></thead><tbody>\n">(out);
    std::size_t number = 0;
    for (const auto& each : review.indicators) {
      const auto value = formats::threat_text::spelled(each.found);
      std::string remark;
      if (each.doubt) {
        render<"<span class=\"tag tag-refused\">[[doubtful]]</span> {}<br>">(remark, doubt_text(*each.doubt));
        append_tick(remark, "keep", ++number, value, each.kept, tr<"Keep it all the same">(), value);
      }
      render<
          "<tr><td class=\"num\" data-label=\"[[Line]]\">{}</td><td data-label=\"[[#indicator#Kind]]\">{}</td><td "
          "data-label=\"[[#indicator#Value]]\"><code class=\"breaks\">{}</code></td><td "
          "data-label=\"[[Remark]]\">{}</td></tr>\n">(out, locale::number(static_cast<std::int64_t>(each.line)),
                                                      kind_title(each.found.kind), value,
                                                      Html::from_trusted(std::move(remark)));
    }
    out += "</tbody></table></div>\n";
  }
  out += "</section>\n";
}

std::string_view field_title(std::string_view field) {
  if (field == "cves") return tr<"Vulnerabilities">();
  if (field == "techniques") return tr<"Techniques of ATT&CK">();
  return tr<"Indicators">();
}

void append_unread(std::string& out, const threat::Review& review) {
  if (review.unread.empty()) return;
  render<
      "<div class=\"callout callout-warn\"><p>[[<b>Not understood, and not part of it.</b> It stays in the form: "
      "change "
      "it again to mend it.]]</p><ul>\n">(out);
  for (const auto& each : review.unread) {
    render<"<li>[[{}, line {}: <code>{}</code>]]</li>\n">(
        out, field_title(each.field), locale::number(static_cast<std::int64_t>(each.line)), each.text);
  }
  out += "</ul></div>\n";
}

void append_also(std::string& out, const threat::Review& review, const Form& form) {
  if (review.also_in_text.empty()) return;
  const auto ticked = form.all("also");
  render<
      "<section class=\"panel\" aria-labelledby=\"also\"><h2 id=\"also\">[[Also in your text]]</h2>\n<p "
      "class=\"note\">[[Tick what is to be among the indicators, vulnerabilities and techniques as well.]]</p>\n">(out);
  std::size_t number = 0;
  for (const auto& each : review.also_in_text) {
    const auto value = formats::threat_text::spelled(each);
    ++number;
    render<
        "<div class=\"field choice\"><input type=\"checkbox\" id=\"also-{}\" name=\"also\" value=\"{}\" {}><label "
        "for=\"also-{}\"><code>{}</code> <span class=\"note\">{}</span></label></div>\n">(
        out, number, value, attribute_if<"checked">(std::ranges::find(ticked, value) != ticked.end()), number, value,
        kind_title(each.kind));
  }
  out += "</section>\n";
}

std::string ids_html(const std::vector<std::string>& ids) { return ids.empty() ? std::string{} : joined(ids); }

void append_report(std::string& out, const ReportReview& shown) {
  const auto& review = shown.review;
  render<"<section class=\"panel\"><h2>{}</h2>\n<div class=\"prose\">{}</div>\n<dl class=\"kv\">\n">(
      out, review.title, threat_markdown(review.text));
  if (review.first_seen) append_fact(out, tr<"First seen">(), datetime_html(*review.first_seen));
  if (review.last_seen) append_fact(out, tr<"Last seen">(), datetime_html(*review.last_seen));
  append_fact(out, tr<"Sectors">(), sector_names(review.sectors));
  append_fact(out, tr<"Countries">(), country_names(review.countries));
  append_fact(out, tr<"Vulnerabilities">(), ids_html(review.cves));
  append_fact(out, tr<"Techniques of ATT&CK">(), ids_html(review.techniques));
  out += "</dl></section>\n";
}

/// "also" goes to the list it belongs to.
void add_line(std::string& list, std::string_view value) {
  if (!list.empty() && !list.ends_with('\n')) list += '\n';
  list += value;
}

}  // namespace

std::string_view kind_title(threat_text::Kind kind) noexcept {
  switch (kind) {
    case threat_text::Kind::ipv4:
      return tr<"IPv4 address">();
    case threat_text::Kind::ipv6:
      return tr<"IPv6 address">();
    case threat_text::Kind::domain:
      return tr<"domain">();
    case threat_text::Kind::url:
      return tr<"URL">();
    case threat_text::Kind::email:
      return tr<"mail address">();
    case threat_text::Kind::md5:
      return tr<"file hash (MD5)">();
    case threat_text::Kind::sha1:
      return tr<"file hash (SHA-1)">();
    case threat_text::Kind::sha256:
      return tr<"file hash (SHA-256)">();
    case threat_text::Kind::cve:
      return tr<"#of CVE#vulnerability">();
    case threat_text::Kind::cwe:
      return tr<"weakness">();
    case threat_text::Kind::url_path:
      return tr<"path of a URL">();
    case threat_text::Kind::technique:
      break;
  }
  return tr<"technique">();
}

std::string_view doubt_text(threat_text::Doubt doubt) noexcept {
  switch (doubt) {
    case threat_text::Doubt::own_network:
      return tr<"Everybody has this in their own network.">();
    case threat_text::Doubt::reserved:
      return tr<"Reserved: nobody is reached there.">();
    case threat_text::Doubt::wide_network:
      return tr<"So many addresses hit everybody.">();
    case threat_text::Doubt::resolver:
      return tr<"A public name server that very many ask.">();
    case threat_text::Doubt::common_service:
      return tr<"Very many visit this every day.">();
    case threat_text::Doubt::known_good:
      return tr<"In a list of what is known to be good here.">();
    case threat_text::Doubt::empty_file:
      break;
  }
  return tr<"The hash of an empty file.">();
}

Status append_audience(App& app, const engine::Actor& actor, FormMarkup& markup, const Form& form) {
  markup.radios("whom", tr<"For whom">(),
                {{.value = "members", .label = std::string{tr<"All members">()}},
                 {.value = "sector",
                  .label = std::string{tr<"Our sector">()},
                  .hint = std::string{tr<"Members that today work in a sector of yours, and the CERT.">()}},
                 {.value = "listed",
                  .label = std::string{tr<"Chosen communities and organisations">()},
                  .hint = std::string{tr<"Those chosen below, and the CERT.">()}},
                 {.value = "cert", .label = std::string{tr<"The CERT only">()}}});
  TRY(const auto communities, community_options(app, actor));
  append_fold(markup, form, "community", tr<"Communities">(), tr<"Communities that are listed">(), communities);
  TRY(auto organisations, organisation_options(app, actor));
  std::erase_if(organisations, [&](const auto& each) {
    return each.value == std::to_string(actor.viewer.organisation.value_or(domain::OrganisationId{}).value);
  });
  append_fold(markup, form, "organisation", tr<"Organisations">(), tr<"Organisations that are listed">(),
              organisations);
  markup.radios("tlp", "TLP", tlp_options(), tr<"What those who get it may do with it.">());
  markup.input({.name = "embargo",
                .label = tr<"Embargo until (UTC)">(),
                .hint = tr<"Until then nobody but us sees it. Empty: no embargo.">(),
                .type = "datetime-local",
                .maxlength = 32});
  return ok();
}

void fill_audience(Form& form, const sharing::Marking& marking, const engine::Actor& actor) {
  form.with("tlp", std::string{domain::to_string(marking.tlp)});
  if (marking.embargo_until) {
    auto text = format_rfc3339(*marking.embargo_until);
    text.pop_back();
    if (text.ends_with(":00")) text.resize(text.size() - 3);
    form.with("embargo", std::move(text));
  }
  std::size_t others = 0;
  for (const auto& each : marking.listed) {
    if (each.kind != domain::Grantee::Kind::organisation && each.kind != domain::Grantee::Kind::community) continue;
    if (each.kind == domain::Grantee::Kind::organisation) {
      if (each.id == domain::kOwnOrganisation.value) continue;
      if (actor.viewer.organisation == domain::OrganisationId{each.id}) continue;
    }
    ++others;
    form.with(std::string{domain::to_string(each.kind)}, std::to_string(each.id));
  }
  if (marking.audience != domain::Audience::listed) {
    form.with("whom", "members");
  } else {
    form.with("whom", others == 0 ? "cert" : "listed");
  }
}

Result<Form> read_report_form(const http::Request& request) {
  return Form::read(request,
                    {"title", "text", "first_seen", "last_seen", "countries", "indicators", "cves", "techniques", "tlp",
                     "whom", "embargo", "attribution", "step"},
                    {"sectors", "organisation", "community", "keep", "also"});
}

Form report_form_of(const threat::OwnReport& report, const engine::Actor& actor) {
  Form form;
  const auto& input = report.input;
  for (const auto& [name, value] : {std::pair{"title", &input.title},
                                    {"text", &input.text},
                                    {"first_seen", &input.first_seen},
                                    {"last_seen", &input.last_seen},
                                    {"indicators", &input.indicators},
                                    {"cves", &input.cves},
                                    {"techniques", &input.techniques}}) {
    form.with(name, *value);
  }
  for (const auto& each : input.sectors) form.with("sectors", each);
  for (const auto& each : input.keep) form.with("keep", each);
  form.with("countries", joined(input.countries));
  fill_audience(form, sharing::marking_of(report.record), actor);
  return form;
}

threat::ReportInput report_input(const Form& form) {
  threat::ReportInput input;
  input.title = form.get("title");
  input.text = form.raw("text");
  input.first_seen = form.get("first_seen");
  input.last_seen = form.get("last_seen");
  input.sectors = form.all("sectors");
  if (auto countries = form.get("countries"); !countries.empty()) input.countries.push_back(std::move(countries));
  input.indicators = form.raw("indicators");
  input.cves = form.raw("cves");
  input.techniques = form.raw("techniques");
  input.keep = form.all("keep");
  for (const auto& each : form.all("also")) {
    const auto found = threat_text::read_one(each);
    if (!found) continue;
    if (found->kind == threat_text::Kind::cve) {
      add_line(input.cves, found->value);
    } else if (found->kind == threat_text::Kind::technique) {
      add_line(input.techniques, found->value);
    } else {
      add_line(input.indicators, threat_text::spelled(*found));
    }
  }
  return input;
}

Result<threat::ReportAudience> report_audience(const Form& form) {
  threat::ReportAudience audience;
  const auto whom = threat::parse_whom(form.get("whom"));
  if (!whom) return Error::invalid(std::string{tr<"choose whom it is for">()}, "whom");
  audience.whom = *whom;
  const auto tlp = domain::parse_tlp(form.get("tlp"));
  if (!tlp) return Error::invalid(std::string{tr<"choose a TLP label">()}, "tlp");
  audience.tlp = *tlp;
  TRY(audience.embargo_until, embargo_of(form.get("embargo")));
  for (const std::string_view kind : {"organisation", "community"}) {
    for (const auto& each : form.all(kind)) audience.addressees.push_back(fmt::format("{}:{}", kind, each));
  }
  return audience;
}

Result<threat::Attribution> report_attribution(const Form& form) {
  const auto value = form.get("attribution");
  if (value == "named") return threat::Attribution::named;
  if (value == "anonymous") return threat::Attribution::anonymous;
  return Error::invalid(std::string{tr<"choose under whose name it goes">()}, "attribution");
}

Result<Html> report_form_html(App& app, const http::Request& request, std::string_view action, const Form& form,
                              bool is_new, std::string_view cancel) {
  FormMarkup markup{request, action, form};
  begin_panel(markup, tr<"What you saw">());
  append_what(markup, form);
  end_panel(markup);
  begin_panel(markup, tr<"What others can look for">());
  append_lists(markup);
  end_panel(markup);
  begin_panel(markup, tr<"For whom, and under whose name">());
  TRY_VOID(append_audience(app, access::actor(request), markup, form));
  if (is_new) {
    markup.radios("attribution", tr<"Under whose name">(),
                  {{.value = "named", .label = std::string{tr<"Our organisation's">()}},
                   {.value = "anonymous",
                    .label = std::string{tr<"Anonymously, through the CERT">()},
                    .hint = std::string{
                        tr<"It goes out as the CERT's. Only its coordinators can look up who gave it. Look that your "
                           "text does not say it.">()}}});
  }
  end_panel(markup);
  for (const auto& value : form.all("keep")) markup.hidden("keep", value);
  return markup.submit(tr<"Go on: look at it before it is shared">(), FormMarkup::Button::normal, cancel);
}

Result<Html> report_review_html(App& app, const http::Request& request, std::string_view action, const Form& form,
                                const ReportReview& shown) {
  const auto actor = access::actor(request);
  const auto& marking = shown.marking;
  TRY(const auto sight, sharing::sight_of(app.database(), actor, marking.listed));
  TRY(const auto reach, app.database().snapshot([&](store::Connection& connection) {
    return sharing::who_sees(connection, shown.owner, marking, marking.embargo_until.value_or(request.now),
                             sharing::naming_for(actor));
  }));
  std::string out;
  append_report(out, shown);
  append_unread(out, shown.review);
  TRY(const auto products, product_links(app, request, product_text_of(shown.review)));
  out += product_links_html(products).str();
  FormMarkup save{request, action, form, "save"};
  append_hidden(save, form, false);
  std::string inside;
  append_indicators(inside, shown.review);
  append_also(inside, shown.review, form);
  render<"<section class=\"panel\" aria-labelledby=\"who\"><h2 id=\"who\">[[Who will see it, and why]]</h2>\n">(inside);
  inside += marking_html(marking, reach, sight).str();
  inside += reach_html(reach, marking, sight).str();
  if (shown.attribution == threat::Attribution::anonymous) {
    render<
        "<p class=\"callout\">[[It goes out under the CERT's name. No page, file, feed or log that others see says "
        "that "
        "it is yours; the CERT's coordinators can look it up.]]</p>\n">(inside);
  } else {
    render<"<p class=\"callout\">[[It goes out under your organisation's name.]]</p>\n">(inside);
  }
  inside += "</section>\n";
  save.html(Html::from_trusted(std::move(inside)));
  save.hidden("step", "save");
  out += save.submit(tr<"Share it">()).str();
  FormMarkup again{request, action, form, "again"};
  append_hidden(again, form, true);
  again.hidden("step", "edit");
  out += again.submit(tr<"Change it again">(), FormMarkup::Button::quiet).str();
  return Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::pages
