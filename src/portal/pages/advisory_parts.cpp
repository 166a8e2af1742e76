#include "portal/pages/advisory_parts.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/text.hpp"
#include "formats/cvss/score.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/advisory_view.hpp"
#include "portal/pages/evidence.hpp"
#include "portal/pages/format.hpp"

namespace tocsin::portal::pages {
namespace {

namespace csaf = formats::csaf;
using csaf::ProductStatus;
using csaf::RemediationCategory;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;

/// More rows than this are folded: a page stays readable, everything is still there.
constexpr std::size_t kRowsOpen = 30;
constexpr std::size_t kVulnerabilitiesOpen = 12;
constexpr std::size_t kNamesShown = 4;
constexpr std::size_t kLabelsShown = 6;

std::string vulnerability_label(const csaf::Vulnerability& each, std::size_t index) {
  if (!each.cve.empty()) return each.cve;
  if (!each.ids.empty()) return each.ids.front().second;
  return each.title.empty() ? tr<"Vulnerability {}">(index + 1) : each.title;
}

/// One text that stands under several vulnerabilities, once.
struct MergedRemediation {
  const csaf::Remediation* remediation = nullptr;
  std::vector<std::size_t> vulnerabilities;
  std::set<std::string> products;
};

std::vector<MergedRemediation> merge_remediations(const csaf::Advisory& advisory) {
  std::vector<MergedRemediation> merged;
  std::map<std::tuple<RemediationCategory, std::string_view, std::string_view>, std::size_t> places;
  for (std::size_t i = 0; i < advisory.vulnerabilities.size(); ++i) {
    for (const auto& each : advisory.vulnerabilities[i].remediations) {
      const auto [found, added] = places.try_emplace({each.category, each.details, each.url}, merged.size());
      if (added) merged.push_back({&each, {}, {}});
      auto& entry = merged[found->second];
      if (entry.vulnerabilities.empty() || entry.vulnerabilities.back() != i) entry.vulnerabilities.push_back(i);
      entry.products.insert(each.product_ids.begin(), each.product_ids.end());
    }
  }
  std::ranges::sort(
      merged, {}, [](const auto& each) { return std::pair{each.remediation->category, each.vulnerabilities.front()}; });
  return merged;
}

/// "Siemens S7-1500 < V2.9": tidy name of a product of the document.
std::string product_label(const View& view, std::size_t index) {
  const auto& fact = view.read.facts.products[index];
  if (!view.read.advisory.products[index].relationship.empty()) return view.read.advisory.products[index].name;
  return text::squeeze(fmt::format("{} {}", fact.product_name, fact.version));
}

/// Products of a set by name, where it is not simply all of the document.
void render_scope(std::string& out, const View& view, const std::set<std::string>& ids) {
  const auto& products = view.read.advisory.products;
  if (ids.empty() || ids.size() >= products.size()) return;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < products.size(); ++i) {
    if (ids.contains(products[i].id)) names.push_back(product_label(view, i));
  }
  if (names.empty()) return;
  const auto shown = std::min(names.size(), kNamesShown);
  std::string list;
  for (std::size_t i = 0; i < shown; ++i) list += (i > 0 ? "; " : "") + names[i];
  if (names.size() > shown) {
    render<"<p class=\"scope\">[[#products#For {} and {} more]]</p>">(out, list, names.size() - shown);
  } else {
    render<"<p class=\"scope\">[[#products#For {}]]</p>">(out, list);
  }
}

void render_remediation(std::string& out, const View& view, const MergedRemediation& each) {
  const auto& remediation = *each.remediation;
  render<"<li class=\"remediation remediation-{}\"><h3>{}</h3>">(out, csaf::to_string(remediation.category),
                                                                 remediation_title(remediation.category));
  render<"<div class=\"doc-text\">{}</div>">(out, html::paragraphs(remediation.details));
  if (const auto url = Url::external(remediation.url); !url.empty()) {
    render<"<p><a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a></p>">(out, url,
                                                                                text::shorten(remediation.url, 90));
  }
  if (!remediation.restart_required.empty() && remediation.restart_required != "none") {
    render<"<p><span class=\"tag\">[[needs a restart: {}]]</span></p>">(out, remediation.restart_required);
  }
  render_scope(out, view, each.products);
  const auto& all = view.read.advisory.vulnerabilities;
  if (each.vulnerabilities.size() < all.size()) {
    std::string list;
    for (std::size_t i = 0; i < each.vulnerabilities.size() && i < kLabelsShown; ++i) {
      list += (i > 0 ? ", " : "") + vulnerability_label(all[each.vulnerabilities[i]], each.vulnerabilities[i]);
    }
    if (each.vulnerabilities.size() > kLabelsShown) {
      render<"<p class=\"scope\">[[#vulnerabilities#Against {} and {} more]]</p>">(
          out, list, each.vulnerabilities.size() - kLabelsShown);
    } else {
      render<"<p class=\"scope\">[[#vulnerabilities#Against {}]]</p>">(out, list);
    }
  }
  out += "</li>";
}

void render_notes(std::string& out, const std::vector<csaf::Note>& notes) {
  for (const auto& note : notes) {
    if (!note.title.empty()) render<"<h3>{}</h3>">(out, note.title);
    render<"<div class=\"doc-text\">{}</div>">(out, html::paragraphs(note.text));
  }
}

void render_status_groups(std::string& out, const View& view, const csaf::Vulnerability& each) {
  const auto& products = view.read.advisory.products;
  // Where every product has the same one status, the table above says it all.
  if (each.statuses.size() == 1 && each.statuses.front().product_ids.size() >= products.size()) return;
  for (const auto& group : each.statuses) {
    const std::set<std::string> ids(group.product_ids.begin(), group.product_ids.end());
    render<"<details class=\"fold\"><summary>{}: {}</summary><ul class=\"columns\">">(
        out, status_label(group.status),
        trn<"{} product", "{} products">(static_cast<long long>(ids.size()),
                                         locale::number(static_cast<long long>(ids.size()))));
    for (std::size_t i = 0; i < products.size(); ++i) {
      if (ids.contains(products[i].id)) render<"<li>{}</li>">(out, product_label(view, i));
    }
    out += "</ul></details>";
  }
}

/// Which of its vulnerabilities others know to be exploited: the reader has to see that before all else.
void render_known_exploited(std::string& out, const View& view) {
  if (view.stored == nullptr) return;
  std::string rows;
  std::vector<std::string_view> told;
  for (const auto& each : view.read.advisory.vulnerabilities) {
    const auto* evidence = view.stored->evidence.find(each.cve);
    if (evidence == nullptr || !evidence->kev || std::ranges::find(told, each.cve) != told.end()) continue;
    told.push_back(each.cve);
    render<"<p><a href=\"{}\">{}</a>: {}.</p>">(rows, Url::own(vulnerability_url(each.cve)), each.cve,
                                                kev_html(*evidence->kev));
  }
  if (!rows.empty()) render<"<div class=\"callout callout-warn\">{}</div>">(out, Html::from_trusted(std::move(rows)));
}

void render_vulnerability(std::string& out, const View& view, std::size_t index, bool open) {
  const auto& each = view.read.advisory.vulnerabilities[index];
  const auto label = vulnerability_label(each, index);
  const auto* score = each.headline_score();
  render<"<details class=\"fold vulnerability\" id=\"v{}\"{}><summary>">(out, index + 1, attribute_if<"open">(open));
  if (score != nullptr) out += severity_badge(score->severity, score->base_tenths).str();
  render<" <b class=\"id\">{}</b>">(out, label);
  if (!each.title.empty() && each.title != label) render<" <span>{}</span>">(out, each.title);
  out += "</summary>";
  out += "<dl class=\"kv\">";
  if (!each.cve.empty() && view.stored != nullptr) {
    render<"<dt>[[All advisories on it]]</dt><dd><a href=\"{}\">{}</a></dd>">(
        out, Url::own(vulnerability_url(each.cve)), each.cve);
  }
  for (const auto& cwe : each.cwes) {
    render<"<dt>[[Weakness]]</dt><dd>">(out);
    portal_link(out, view, search_url("cwe:" + cwe.id), cwe.id);
    render<" {}</dd>">(out, cwe.name);
  }
  for (const auto& threat : each.threats) {
    if (threat.category == "exploit_status")
      render<"<dt>[[Exploitation]]</dt><dd>{}</dd>">(out, html::paragraphs(threat.details));
    if (threat.category == "impact") render<"<dt>[[Impact]]</dt><dd>{}</dd>">(out, html::paragraphs(threat.details));
  }
  for (const auto& flag : each.flags) render<"<dt>[[Justification]]</dt><dd>{}</dd>">(out, flag.label);
  const auto* evidence = view.stored != nullptr ? view.stored->evidence.find(each.cve) : nullptr;
  if (evidence != nullptr && evidence->kev)
    render<"<dt>[[Exploitation]]</dt><dd>{}</dd>">(out, kev_html(*evidence->kev));
  if (evidence != nullptr && evidence->epss) {
    render<"<dt>EPSS</dt><dd>{}</dd>">(out, epss_html(*evidence->epss));
  } else if (each.epss) {
    // As the document knew it.
    render<"<dt>EPSS</dt><dd>[[{} % within 30 days]]</dd>">(out, locale::decimal(*each.epss * 100, 1));
  }
  if (each.discovery_date) render<"<dt>[[Discovered]]</dt><dd>{}</dd>">(out, date_html(*each.discovery_date));
  if (each.release_date) render<"<dt>[[Disclosed]]</dt><dd>{}</dd>">(out, date_html(*each.release_date));
  out += "</dl>";
  render_notes(out, each.notes);
  for (const auto& one : each.scores) {
    if (!one.vector.empty()) out += vector_html(one.vector, one.base_tenths).str();
  }
  render_status_groups(out, view, each);
  if (!each.references.empty()) {
    render<"<h3>[[References]]</h3><ul>">(out);
    for (const auto& reference : each.references) {
      out += "<li>";
      external_link(out, Url::external(reference.url), reference.summary.empty() ? reference.url : reference.summary);
      out += "</li>";
    }
    out += "</ul>";
  }
  out += "</details>";
}

}  // namespace

std::string_view status_label(ProductStatus status) {
  switch (status) {
    case ProductStatus::known_affected:
      return tr<"#product status#Affected">();
    case ProductStatus::first_affected:
      return tr<"#product status#First affected">();
    case ProductStatus::last_affected:
      return tr<"#product status#Last affected">();
    case ProductStatus::under_investigation:
      return tr<"#product status#Under investigation">();
    case ProductStatus::known_not_affected:
      return tr<"#product status#Not affected">();
    case ProductStatus::fixed:
      return tr<"#product status#Fixed">();
    case ProductStatus::first_fixed:
      return tr<"#product status#First fixed">();
    case ProductStatus::recommended:
      return tr<"#product status#Recommended">();
    case ProductStatus::unknown:
      break;
  }
  return tr<"#product status#No statement">();
}

Html vector_html(std::string_view vector, std::optional<int> stated_tenths) {
  std::string out;
  const auto parsed = formats::cvss::parse_vector(vector);
  if (!parsed) {
    render<"<p class=\"vector\">{}</p>">(out, vector);
    return finish(out);
  }
  render<"<details class=\"fold\"><summary>CVSS {}: <span class=\"vector\">{}</span></summary>">(
      out, formats::cvss::to_string(parsed->version), vector);
  render<
      "<div class=\"table-wrap\"><table><caption class=\"hidden\">[[What the vector says]]</caption><thead><tr><th "
      "scope=\"col\">[[Metric]]</th><th scope=\"col\">[[Value]]</th><th scope=\"col\">[[In plain "
      "words]]</th></tr></thead><tbody>">(out);
  for (const auto& metric : parsed->metrics) {
    render<"<tr><th scope=\"row\">{}</th><td class=\"weight-{}\">{}</td><td>{}</td></tr>">(
        out, tr_text(metric.metric_name), metric.weight, tr_text(metric.value_name), tr_text(metric.explanation));
  }
  out += "</tbody></table></div></details>";
  const auto scores = formats::cvss::scores_of(*parsed);
  if (stated_tenths && *stated_tenths != scores.base_tenths) {
    render<"<p class=\"note\">[[The vector computes to {} ({}); the document states {}.]]</p>">(
        out, score_text(scores.base_tenths), severity_word(scores.severity()), score_text(*stated_tenths));
  }
  return finish(out);
}

namespace {

Html summary_html(const View& view) {
  const auto& header = view.read.advisory.header;
  const auto& facts = view.read.facts;
  std::string out;
  render<
      "<header class=\"page-head\"><div><p class=\"badges\">{} {} <span "
      "class=\"id\">{}</span></p><h1>{}</h1></div></header>">(out, severity_badge(facts.severity, facts.score_tenths),
                                                              view.tlp ? tlp_badge(*view.tlp) : Html{},
                                                              header.tracking_id, header.title);

  render<
      "<div class=\"grid-2\"><section class=\"panel\" aria-labelledby=\"what\"><h2 id=\"what\">[[What could "
      "happen]]</h2>">(out);
  render<"<p class=\"lead\">{}</p>">(
      out, facts.summary.empty() ? tr<"The document does not say.">() : std::string_view{facts.summary});
  std::vector<std::string_view> exploited;
  for (const auto& each : view.read.advisory.vulnerabilities) {
    for (const auto& threat : each.threats) {
      if (threat.category == "exploit_status" && std::ranges::find(exploited, threat.details) == exploited.end()) {
        exploited.push_back(threat.details);
      }
    }
  }
  for (const auto text : exploited)
    render<"<div class=\"callout callout-warn\"><p>[[<b>Exploitation:</b> {}]]</p></div>">(out, text);
  render_known_exploited(out, view);

  render<"<h2>[[What is affected]]</h2><ul>">(out);
  for (std::size_t v = 0; v < facts.vendor_keys.size(); ++v) {
    std::vector<std::string> names;
    for (const auto& product : facts.products) {
      if (product.vendor_key == facts.vendor_keys[v] && std::ranges::find(names, product.product_name) == names.end()) {
        names.push_back(product.product_name);
      }
    }
    out += "<li>";
    portal_link(out, view, vendor_url(facts.vendor_keys[v]), facts.vendor_names[v]);
    out += ": ";
    for (std::size_t i = 0; i < names.size() && i < kNamesShown; ++i) {
      if (i > 0) out += ", ";
      html::escape(out, names[i]);
    }
    if (names.size() > kNamesShown)
      render<" <a href=\"#products\">[[and {} more]]</a>">(out, names.size() - kNamesShown);
    out += "</li>";
  }
  out += "</ul>";

  render<"<h2>[[What to do first]]</h2>">(out);
  const auto merged = merge_remediations(view.read.advisory);
  if (merged.empty()) {
    render<"<p>[[The document names no remediation. Reduce who can reach the device, and ask the vendor.]]</p>">(out);
  } else {
    const auto& first = *merged.front().remediation;
    render<"<p><b>{}.</b> {}</p>">(out, remediation_title(first.category),
                                   text::shorten(text::squeeze(first.details), 320));
    render_scope(out, view, merged.front().products);
    if (const auto url = Url::external(first.url); !url.empty()) {
      render<
          "<p><a class=\"button\" href=\"{}\" rel=\"noopener noreferrer nofollow\">[[To the vendor's page]]</a></p>">(
          out, url);
    }
    if (merged.size() > 1) {
      render<"<p><a href=\"#remediations\">[[All {} remediations]]</a></p>">(out, merged.size());
    }
  }
  out += "</section>";

  render<"<section class=\"panel\" aria-labelledby=\"facts\"><h2 id=\"facts\">[[At a glance]]</h2><dl class=\"kv\">">(
      out);
  render<"<dt>[[Published]]</dt><dd>{}</dd><dt>[[Updated]]</dt><dd>{}</dd>">(
      out, date_html(header.initial_release_date), date_html(header.current_release_date));
  render<"<dt>[[Version]]</dt><dd>{}, {}</dd>">(out, header.tracking_version,
                                                document_status_text(header.tracking_status));
  render<"<dt>[[Publisher]]</dt><dd>{}</dd>">(out, header.publisher_name);
  render<"<dt>[[Vulnerabilities]]</dt><dd><a href=\"#vulnerabilities\">{}</a></dd>">(
      out, view.read.advisory.vulnerabilities.size());
  render<"<dt>[[#remedy#Fix]]</dt><dd>{}</dd>">(out, facts.has_fix ? tr<"#fix#available">() : tr<"#fix#none named">());
  if (!facts.sectors.empty()) {
    render<"<dt>[[Sectors]]</dt><dd>">(out);
    for (std::size_t i = 0; i < facts.sectors.size(); ++i) {
      if (i > 0) out += ", ";
      portal_link(out, view, search_url(fmt::format("sector:{}", domain::slug(facts.sectors[i]))),
                  tr_text(domain::name(facts.sectors[i])));
    }
    out += "</dd>";
  }
  if (!facts.countries.empty()) {
    std::string list;
    for (const auto& country : facts.countries) list += (list.empty() ? "" : ", ") + country;
    render<"<dt>[[Deployed in]]</dt><dd>{}</dd>">(out, list);
  }
  if (!facts.headquarters.empty()) render<"<dt>[[Vendor's seat]]</dt><dd>{}</dd>">(out, facts.headquarters);
  for (const auto& reference : view.read.advisory.references) {
    if (reference.category != "self") continue;
    const auto url = Url::external(reference.url);
    if (url.empty()) continue;
    render<"<dt>[[Original]]</dt><dd><a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a></dd>">(
        out, url, reference.summary.empty() ? tr<"at the publisher">() : std::string_view{reference.summary});
  }
  out += "</dl></section></div>";
  return finish(out);
}

Html remediations_html(const View& view) {
  const auto merged = merge_remediations(view.read.advisory);
  if (merged.empty()) return {};
  std::string out;
  render<"<section id=\"remediations\"><h2>[[Remediations, most useful first]]</h2><ol class=\"remediations\">">(out);
  for (const auto& each : merged) render_remediation(out, view, each);
  out += "</ol></section>";
  return finish(out);
}

Html products_html(const View& view) {
  const auto& facts = view.read.facts.products;
  if (facts.empty()) return {};
  std::string out;
  const bool folded = facts.size() > kRowsOpen;
  render<"<section id=\"products\"><h2>[[Products]] <span class=\"count\">{}</span></h2>">(out, facts.size());
  if (folded) render<"<details class=\"fold\"><summary>[[Show all {} products]]</summary>">(out, facts.size());
  render<
      "<div class=\"table-wrap stack\"><table class=\"sortable\" data-filter=\"[[Filter products]]\"><caption "
      "class=\"hidden\">[[Products and their status]]</caption><thead><tr><th scope=\"col\">[[Vendor]]</th><th "
      "scope=\"col\">[[Product]]</th><th scope=\"col\">[[Version]]</th><th scope=\"col\">[[Status]]</th><th "
      "scope=\"col\">[[Order number]]</th></tr></thead><tbody>">(out);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const auto& fact = facts[i];
    const auto& product = view.read.advisory.products[i];
    render<"<tr><td data-label=\"[[Vendor]]\">">(out);
    portal_link(out, view, vendor_url(fact.vendor_key), fact.vendor_name);
    render<"</td><td data-label=\"[[Product]]\" title=\"{}\">">(out, product.name);
    portal_link(out, view, product_url(fact.vendor_key, fact.product_key),
                product.relationship.empty() ? fact.product_name : product.name);
    out += "</td>";
    render<"<td data-label=\"[[Version]]\" title=\"[[as written: {}]]\">{}</td>">(out, product.version, fact.version);
    render<
        "<td data-label=\"[[Status]]\"><span class=\"status status-{}\">{}</span></td><td data-label=\"[[Order "
        "number]]\">">(out, csaf::to_string(fact.status), status_label(fact.status));
    for (std::size_t n = 0; n < fact.order_numbers.size(); ++n) {
      if (n > 0) out += ", ";
      render<"<span class=\"id\">{}</span>">(out, fact.order_numbers[n]);
    }
    out += "</td></tr>";
  }
  out += "</tbody></table></div>";
  if (folded) out += "</details>";
  out += "</section>";
  return finish(out);
}

Html vulnerabilities_html(const View& view) {
  const auto& all = view.read.advisory.vulnerabilities;
  if (all.empty()) return {};
  std::string out;
  render<"<section id=\"vulnerabilities\"><h2>[[Vulnerabilities]] <span class=\"count\">{}</span></h2>">(out,
                                                                                                         all.size());
  if (all.size() > 3) {
    render<"<nav class=\"toc\" aria-label=\"[[Vulnerabilities]]\"><ul>">(out);
    for (std::size_t i = 0; i < all.size(); ++i) {
      render<"<li><a href=\"#v{}\">{}</a></li>">(out, i + 1, vulnerability_label(all[i], i));
    }
    out += "</ul></nav>";
  }
  for (std::size_t i = 0; i < all.size(); ++i) render_vulnerability(out, view, i, all.size() <= kVulnerabilitiesOpen);
  out += "</section>";
  return finish(out);
}

Html body_html(const View& view) {
  std::string out;
  for (const auto part : {extensions_html, summary_html, remediations_html, products_html, vulnerabilities_html,
                          notes_html, references_html, history_html, quality_html, files_html}) {
    out += part(view).str();
  }
  return finish(out);
}

}  // namespace

std::string_view remediation_title(RemediationCategory category) {
  switch (category) {
    case RemediationCategory::vendor_fix:
      return tr<"Fix by the vendor">();
    case RemediationCategory::fix_planned:
      return tr<"Fix planned">();
    case RemediationCategory::optional_patch:
      return tr<"Optional patch">();
    case RemediationCategory::workaround:
      return tr<"Workaround">();
    case RemediationCategory::mitigation:
      return tr<"Mitigation">();
    case RemediationCategory::no_fix_planned:
      return tr<"No fix planned">();
    case RemediationCategory::none_available:
      break;
  }
  return tr<"No remediation available">();
}

Html advisory_body_html(const LoadedAdvisory& loaded) { return body_html({loaded, loaded.record.tlp, &loaded}); }

Html advisory_file_body_html(const ReadAdvisory& read, std::optional<domain::Tlp> tlp) {
  return body_html({read, tlp, nullptr});
}

}  // namespace tocsin::portal::pages
