#include "portal/pages/advisory_parts.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/cvss/score.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
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

Html finish(std::string& out) { return Html::from_trusted(std::move(out)); }

void external_link(std::string& out, const Url& url, std::string_view text) {
  if (url.empty()) {
    html::escape(out, text);
  } else {
    render<"<a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a>">(out, url, text);
  }
}

std::string_view remediation_title(RemediationCategory category) {
  switch (category) {
    case RemediationCategory::vendor_fix:
      return "Fix by the vendor";
    case RemediationCategory::fix_planned:
      return "Fix planned";
    case RemediationCategory::optional_patch:
      return "Optional patch";
    case RemediationCategory::workaround:
      return "Workaround";
    case RemediationCategory::mitigation:
      return "Mitigation";
    case RemediationCategory::no_fix_planned:
      return "No fix planned";
    case RemediationCategory::none_available:
      break;
  }
  return "No remediation available";
}

std::string vulnerability_label(const csaf::Vulnerability& each, std::size_t index) {
  if (!each.cve.empty()) return each.cve;
  if (!each.ids.empty()) return each.ids.front().second;
  return each.title.empty() ? fmt::format("Vulnerability {}", index + 1) : each.title;
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
std::string product_label(const LoadedAdvisory& loaded, std::size_t index) {
  const auto& fact = loaded.facts.products[index];
  if (!loaded.advisory.products[index].relationship.empty()) return loaded.advisory.products[index].name;
  return text::squeeze(fmt::format("{} {}", fact.product_name, fact.version));
}

/// Products of a set by name, where it is not simply all of the document.
void render_scope(std::string& out, const LoadedAdvisory& loaded, const std::set<std::string>& ids) {
  const auto& products = loaded.advisory.products;
  if (ids.empty() || ids.size() >= products.size()) return;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < products.size(); ++i) {
    if (ids.contains(products[i].id)) names.push_back(product_label(loaded, i));
  }
  if (names.empty()) return;
  const auto shown = std::min(names.size(), kNamesShown);
  std::string list;
  for (std::size_t i = 0; i < shown; ++i) list += (i > 0 ? "; " : "") + names[i];
  render<"<p class=\"scope\">For {}">(out, list);
  if (names.size() > shown) render<" and {} more">(out, names.size() - shown);
  out += "</p>";
}

void render_remediation(std::string& out, const LoadedAdvisory& loaded, const MergedRemediation& each) {
  const auto& remediation = *each.remediation;
  render<"<li class=\"remediation remediation-{}\"><h3>{}</h3>">(out, csaf::to_string(remediation.category),
                                                                 remediation_title(remediation.category));
  render<"<div class=\"doc-text\">{}</div>">(out, html::paragraphs(remediation.details));
  if (const auto url = Url::external(remediation.url); !url.empty()) {
    render<"<p><a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a></p>">(out, url,
                                                                                text::shorten(remediation.url, 90));
  }
  if (!remediation.restart_required.empty() && remediation.restart_required != "none") {
    render<"<p><span class=\"tag\">needs a restart: {}</span></p>">(out, remediation.restart_required);
  }
  render_scope(out, loaded, each.products);
  const auto& all = loaded.advisory.vulnerabilities;
  if (each.vulnerabilities.size() < all.size()) {
    out += "<p class=\"scope\">Against ";
    for (std::size_t i = 0; i < each.vulnerabilities.size() && i < 6; ++i) {
      if (i > 0) out += ", ";
      html::escape(out, vulnerability_label(all[each.vulnerabilities[i]], each.vulnerabilities[i]));
    }
    if (each.vulnerabilities.size() > 6) render<" and {} more">(out, each.vulnerabilities.size() - 6);
    out += "</p>";
  }
  out += "</li>";
}

void render_notes(std::string& out, const std::vector<csaf::Note>& notes) {
  for (const auto& note : notes) {
    if (!note.title.empty()) render<"<h3>{}</h3>">(out, note.title);
    render<"<div class=\"doc-text\">{}</div>">(out, html::paragraphs(note.text));
  }
}

void render_status_groups(std::string& out, const LoadedAdvisory& loaded, const csaf::Vulnerability& each) {
  const auto& products = loaded.advisory.products;
  // Where every product has the same one status, the table above says it all.
  if (each.statuses.size() == 1 && each.statuses.front().product_ids.size() >= products.size()) return;
  for (const auto& group : each.statuses) {
    const std::set<std::string> ids(group.product_ids.begin(), group.product_ids.end());
    render<"<details class=\"fold\"><summary>{}: {}</summary><ul class=\"columns\">">(
        out, status_label(group.status), text::count_of(static_cast<long long>(ids.size()), "product", "products"));
    for (std::size_t i = 0; i < products.size(); ++i) {
      if (ids.contains(products[i].id)) render<"<li>{}</li>">(out, product_label(loaded, i));
    }
    out += "</ul></details>";
  }
}

void render_vulnerability(std::string& out, const LoadedAdvisory& loaded, std::size_t index, bool open) {
  const auto& each = loaded.advisory.vulnerabilities[index];
  const auto label = vulnerability_label(each, index);
  const auto* score = each.headline_score();
  render<"<details class=\"fold vulnerability\" id=\"v{}\"{}><summary>">(out, index + 1, attribute_if<"open">(open));
  if (score != nullptr) out += severity_badge(score->severity, score->base_tenths).str();
  render<" <b class=\"id\">{}</b>">(out, label);
  if (!each.title.empty() && each.title != label) render<" <span>{}</span>">(out, each.title);
  out += "</summary>";
  out += "<dl class=\"kv\">";
  if (!each.cve.empty()) {
    render<"<dt>All advisories on it</dt><dd><a href=\"{}\">{}</a></dd>">(out, Url::own(vulnerability_url(each.cve)),
                                                                          each.cve);
  }
  for (const auto& cwe : each.cwes) {
    render<"<dt>Weakness</dt><dd><a href=\"{}\">{}</a> {}</dd>">(out, Url::own(search_url("cwe:" + cwe.id)), cwe.id,
                                                                 cwe.name);
  }
  for (const auto& threat : each.threats) {
    if (threat.category == "exploit_status")
      render<"<dt>Exploitation</dt><dd>{}</dd>">(out, html::paragraphs(threat.details));
    if (threat.category == "impact") render<"<dt>Impact</dt><dd>{}</dd>">(out, html::paragraphs(threat.details));
  }
  for (const auto& flag : each.flags) render<"<dt>Justification</dt><dd>{}</dd>">(out, flag.label);
  if (each.epss) render<"<dt>EPSS</dt><dd>{} % within 30 days</dd>">(out, fmt::format("{:.1f}", *each.epss * 100));
  if (each.discovery_date) render<"<dt>Discovered</dt><dd>{}</dd>">(out, date_html(*each.discovery_date));
  if (each.release_date) render<"<dt>Disclosed</dt><dd>{}</dd>">(out, date_html(*each.release_date));
  out += "</dl>";
  render_notes(out, each.notes);
  for (const auto& one : each.scores) {
    if (!one.vector.empty()) out += vector_html(one.vector, one.base_tenths).str();
  }
  render_status_groups(out, loaded, each);
  if (!each.references.empty()) {
    out += "<h3>References</h3><ul>";
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

std::string status_label(ProductStatus status) {
  switch (status) {
    case ProductStatus::known_affected:
      return "Affected";
    case ProductStatus::first_affected:
      return "First affected";
    case ProductStatus::last_affected:
      return "Last affected";
    case ProductStatus::under_investigation:
      return "Under investigation";
    case ProductStatus::known_not_affected:
      return "Not affected";
    case ProductStatus::fixed:
      return "Fixed";
    case ProductStatus::first_fixed:
      return "First fixed";
    case ProductStatus::recommended:
      return "Recommended";
    case ProductStatus::unknown:
      break;
  }
  return "No statement";
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
  out +=
      "<div class=\"table-wrap\"><table><caption class=\"hidden\">What the vector says</caption><thead><tr>"
      "<th scope=\"col\">Metric</th><th scope=\"col\">Value</th><th scope=\"col\">In plain "
      "words</th></tr></thead><tbody>";
  for (const auto& metric : parsed->metrics) {
    render<"<tr><th scope=\"row\">{}</th><td class=\"weight-{}\">{}</td><td>{}</td></tr>">(
        out, metric.metric_name, metric.weight, metric.value_name, metric.explanation);
  }
  out += "</tbody></table></div></details>";
  const auto scores = formats::cvss::scores_of(*parsed);
  if (stated_tenths && *stated_tenths != scores.base_tenths) {
    render<"<p class=\"note\">The vector computes to {} ({}); the document states {}.</p>">(
        out, score_text(scores.base_tenths), formats::cvss::to_string(scores.severity()), score_text(*stated_tenths));
  }
  return finish(out);
}

namespace {

Html summary_html(const LoadedAdvisory& loaded) {
  const auto& header = loaded.advisory.header;
  const auto& facts = loaded.facts;
  std::string out;
  render<
      "<header class=\"page-head\"><div><p class=\"badges\">{} {} <span "
      "class=\"id\">{}</span></p><h1>{}</h1></div></header>">(out, severity_badge(facts.severity, facts.score_tenths),
                                                              tlp_badge(loaded.record.tlp), loaded.record.key,
                                                              header.title);

  out +=
      "<div class=\"grid-2\"><section class=\"panel\" aria-labelledby=\"what\"><h2 id=\"what\">What could happen</h2>";
  render<"<p class=\"lead\">{}</p>">(
      out, facts.summary.empty() ? std::string_view{"The document does not say."} : std::string_view{facts.summary});
  std::vector<std::string_view> exploited;
  for (const auto& each : loaded.advisory.vulnerabilities) {
    for (const auto& threat : each.threats) {
      if (threat.category == "exploit_status" && std::ranges::find(exploited, threat.details) == exploited.end()) {
        exploited.push_back(threat.details);
      }
    }
  }
  for (const auto text : exploited)
    render<"<div class=\"callout callout-warn\"><p><b>Exploitation:</b> {}</p></div>">(out, text);

  out += "<h2>What is affected</h2><ul>";
  for (std::size_t v = 0; v < facts.vendor_keys.size(); ++v) {
    std::vector<std::string> names;
    for (const auto& product : facts.products) {
      if (product.vendor_key == facts.vendor_keys[v] && std::ranges::find(names, product.product_name) == names.end()) {
        names.push_back(product.product_name);
      }
    }
    render<"<li><a href=\"{}\">{}</a>: ">(out, Url::own(vendor_url(facts.vendor_keys[v])), facts.vendor_names[v]);
    for (std::size_t i = 0; i < names.size() && i < kNamesShown; ++i) {
      if (i > 0) out += ", ";
      html::escape(out, names[i]);
    }
    if (names.size() > kNamesShown) render<" <a href=\"#products\">and {} more</a>">(out, names.size() - kNamesShown);
    out += "</li>";
  }
  out += "</ul>";

  out += "<h2>What to do first</h2>";
  const auto merged = merge_remediations(loaded.advisory);
  if (merged.empty()) {
    out += "<p>The document names no remediation. Reduce who can reach the device, and ask the vendor.</p>";
  } else {
    const auto& first = *merged.front().remediation;
    render<"<p><b>{}.</b> {}</p>">(out, remediation_title(first.category),
                                   text::shorten(text::squeeze(first.details), 320));
    render_scope(out, loaded, merged.front().products);
    if (const auto url = Url::external(first.url); !url.empty()) {
      render<"<p><a class=\"button\" href=\"{}\" rel=\"noopener noreferrer nofollow\">To the vendor's page</a></p>">(
          out, url);
    }
    if (merged.size() > 1) {
      render<"<p><a href=\"#remediations\">All {} remediations</a></p>">(out, merged.size());
    }
  }
  out += "</section>";

  out += "<section class=\"panel\" aria-labelledby=\"facts\"><h2 id=\"facts\">At a glance</h2><dl class=\"kv\">";
  render<"<dt>Published</dt><dd>{}</dd><dt>Updated</dt><dd>{}</dd>">(out, date_html(header.initial_release_date),
                                                                     date_html(header.current_release_date));
  render<"<dt>Version</dt><dd>{}, {}</dd>">(out, loaded.revision.version, header.tracking_status);
  render<"<dt>Publisher</dt><dd>{}</dd>">(out, header.publisher_name);
  render<"<dt>Vulnerabilities</dt><dd><a href=\"#vulnerabilities\">{}</a></dd>">(
      out, loaded.advisory.vulnerabilities.size());
  render<"<dt>Fix</dt><dd>{}</dd>">(out, facts.has_fix ? "available" : "none named");
  if (!facts.sectors.empty()) {
    out += "<dt>Sectors</dt><dd>";
    for (std::size_t i = 0; i < facts.sectors.size(); ++i) {
      if (i > 0) out += ", ";
      render<"<a href=\"{}\">{}</a>">(out,
                                      Url::own(search_url(fmt::format("sector:{}", domain::slug(facts.sectors[i])))),
                                      domain::name(facts.sectors[i]));
    }
    out += "</dd>";
  }
  if (!facts.countries.empty()) {
    std::string list;
    for (const auto& country : facts.countries) list += (list.empty() ? "" : ", ") + country;
    render<"<dt>Deployed in</dt><dd>{}</dd>">(out, list);
  }
  if (!facts.headquarters.empty()) render<"<dt>Vendor's seat</dt><dd>{}</dd>">(out, facts.headquarters);
  for (const auto& reference : loaded.advisory.references) {
    if (reference.category != "self") continue;
    const auto url = Url::external(reference.url);
    if (url.empty()) continue;
    render<"<dt>Original</dt><dd><a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a></dd>">(
        out, url,
        reference.summary.empty() ? std::string_view{"at the publisher"} : std::string_view{reference.summary});
  }
  out += "</dl></section></div>";
  return finish(out);
}

Html remediations_html(const LoadedAdvisory& loaded) {
  const auto merged = merge_remediations(loaded.advisory);
  if (merged.empty()) return {};
  std::string out = "<section id=\"remediations\"><h2>Remediations, most useful first</h2><ol class=\"remediations\">";
  for (const auto& each : merged) render_remediation(out, loaded, each);
  out += "</ol></section>";
  return finish(out);
}

Html products_html(const LoadedAdvisory& loaded) {
  const auto& facts = loaded.facts.products;
  if (facts.empty()) return {};
  std::string out;
  const bool folded = facts.size() > kRowsOpen;
  render<"<section id=\"products\"><h2>Products <span class=\"count\">{}</span></h2>">(out, facts.size());
  if (folded) render<"<details class=\"fold\"><summary>Show all {} products</summary>">(out, facts.size());
  out +=
      "<div class=\"table-wrap stack\"><table class=\"sortable\" data-filter=\"products\"><caption "
      "class=\"hidden\">Products and "
      "their status</caption><thead><tr><th scope=\"col\">Vendor</th><th scope=\"col\">Product</th><th "
      "scope=\"col\">Version</th>"
      "<th scope=\"col\">Status</th><th scope=\"col\">Order number</th></tr></thead><tbody>";
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const auto& fact = facts[i];
    const auto& product = loaded.advisory.products[i];
    render<
        "<tr><td data-label=\"Vendor\"><a href=\"{}\">{}</a></td><td data-label=\"Product\"><a href=\"{}\" "
        "title=\"{}\">{}</a></td>">(out, Url::own(vendor_url(fact.vendor_key)), fact.vendor_name,
                                    Url::own(product_url(fact.vendor_key, fact.product_key)), product.name,
                                    product.relationship.empty() ? fact.product_name : product.name);
    render<"<td data-label=\"Version\" title=\"as written: {}\">{}</td>">(out, product.version, fact.version);
    render<"<td data-label=\"Status\"><span class=\"status status-{}\">{}</span></td><td data-label=\"Order number\">">(
        out, csaf::to_string(fact.status), status_label(fact.status));
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

Html vulnerabilities_html(const LoadedAdvisory& loaded) {
  const auto& all = loaded.advisory.vulnerabilities;
  if (all.empty()) return {};
  std::string out;
  render<"<section id=\"vulnerabilities\"><h2>Vulnerabilities <span class=\"count\">{}</span></h2>">(out, all.size());
  if (all.size() > 3) {
    out += "<nav class=\"toc\" aria-label=\"Vulnerabilities\"><ul>";
    for (std::size_t i = 0; i < all.size(); ++i) {
      render<"<li><a href=\"#v{}\">{}</a></li>">(out, i + 1, vulnerability_label(all[i], i));
    }
    out += "</ul></nav>";
  }
  for (std::size_t i = 0; i < all.size(); ++i) render_vulnerability(out, loaded, i, all.size() <= kVulnerabilitiesOpen);
  out += "</section>";
  return finish(out);
}

Html notes_html(const LoadedAdvisory& loaded) {
  std::vector<csaf::Note> own, boilerplate;
  for (const auto& note : loaded.advisory.notes) {
    auto& list = domain::is_boilerplate(note) ? boilerplate : own;
    list.push_back(note);
  }
  if (own.empty() && boilerplate.empty()) return {};
  std::string out = "<section id=\"notes\"><h2>Notes</h2>";
  for (const auto& note : own) {
    render<"<h3>{}</h3><div class=\"doc-text\">{}</div>">(
        out, note.title.empty() ? std::string_view{note.category} : std::string_view{note.title},
        html::paragraphs(note.text));
  }
  if (!boilerplate.empty()) {
    render<"<details class=\"fold\"><summary>General advice and terms ({})</summary>">(out, boilerplate.size());
    std::string last;
    for (const auto& note : boilerplate) {
      if (note.title != last)
        render<"<h3>{}</h3>">(out, note.title.empty() ? std::string_view{note.category} : std::string_view{note.title});
      last = note.title;
      render<"<div class=\"doc-text\">{}</div>">(out, html::paragraphs(note.text));
    }
    out += "</details>";
  }
  out += "</section>";
  return finish(out);
}

Html references_html(const LoadedAdvisory& loaded) {
  const auto& advisory = loaded.advisory;
  std::string out;
  if (!advisory.references.empty()) {
    out += "<section id=\"references\"><h2>References</h2><ul>";
    for (const auto& each : advisory.references) {
      out += "<li>";
      external_link(out, Url::external(each.url), each.summary.empty() ? each.url : each.summary);
      out += "</li>";
    }
    out += "</ul></section>";
  }
  if (!advisory.acknowledgments.empty()) {
    out += "<section><h2>Acknowledgments</h2><ul>";
    for (const auto& each : advisory.acknowledgments) {
      std::string names;
      for (const auto& name : each.names) names += (names.empty() ? "" : ", ") + name;
      if (!each.organization.empty()) names += (names.empty() ? "" : " of ") + each.organization;
      render<"<li>{}{}{}</li>">(out, names, !names.empty() && !each.summary.empty() ? ": " : "", each.summary);
    }
    out += "</ul></section>";
  }
  return finish(out);
}

Html history_html(const LoadedAdvisory& loaded) {
  std::string out = "<section id=\"history\"><h2>Revision history</h2>";
  if (!loaded.advisory.history.empty()) {
    out +=
        "<div class=\"table-wrap\"><table><caption class=\"hidden\">As the document tells it</caption><thead><tr><th "
        "scope=\"col\">"
        "Version</th><th scope=\"col\">Date</th><th scope=\"col\">What changed</th></tr></thead><tbody>";
    for (auto each = loaded.advisory.history.rbegin(); each != loaded.advisory.history.rend(); ++each) {
      render<"<tr><td>{}</td><td>{}</td><td>{}</td></tr>">(out, each->number,
                                                           each->date ? date_html(*each->date) : Html{}, each->summary);
    }
    out += "</tbody></table></div>";
  }
  const auto base = advisory_url(loaded.record.slug);
  render<"<p>Stored here: <a href=\"{}\">{}</a>">(
      out, Url::own(base + "/revisions"),
      text::count_of(static_cast<long long>(loaded.revisions.size()), "revision", "revisions"));
  if (loaded.revisions.size() > 1) out += ", any two of which can be compared";
  out += ".</p></section>";
  return finish(out);
}

constexpr std::size_t kQualityFindingsShown = 20;

std::string as_sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text + '.';
}

/// Most documents have nothing to show here, and then there is no section.
Html quality_html(const LoadedAdvisory& loaded) {
  const auto& findings = loaded.quality;
  if (findings.empty()) return {};
  std::string out;
  render<
      "<section id=\"quality\"><h2>Quality <span class=\"count\">{}</span></h2><p>The standard lets these places pass, "
      "but they can hardly be meant so. Worth a word to the issuer; until then read these places with care.</p>">(
      out, findings.size());
  out +=
      "<div class=\"table-wrap stack\"><table class=\"sortable\"><caption class=\"hidden\">What cannot be "
      "meant</caption><thead><tr><th "
      "scope=\"col\">Test</th><th scope=\"col\">What is wrong</th><th scope=\"col\">How to mend it</th><th "
      "scope=\"col\">Place</th></tr></thead><tbody>";
  for (std::size_t i = 0; i < findings.size() && i < kQualityFindingsShown; ++i) {
    const auto& each = findings[i];
    render<
        "<tr><td data-label=\"Test\" class=\"id\">{}</td><td data-label=\"What is wrong\">{}</td><td data-label=\"How "
        "to mend it\">{}</td>"
        "<td data-label=\"Place\"><span class=\"vector\">{}</span></td></tr>">(
        out, each.test, as_sentence(each.message), each.mend, each.path);
  }
  out += "</tbody></table></div>";
  if (findings.size() > kQualityFindingsShown) {
    render<"<p>And {} more: <code>tocsin validate --quality</code> lists them all.</p>">(
        out, text::thousands(static_cast<long long>(findings.size() - kQualityFindingsShown)));
  }
  out += "</section>";
  return finish(out);
}

Html files_html(const LoadedAdvisory& loaded) {
  const auto base = advisory_url(loaded.record.slug);
  const auto document = loaded.is_current()
                            ? fmt::format("/api/v1/advisories/{}/document", loaded.record.slug)
                            : fmt::format("/api/v1/advisories/{}/revisions/{}/document", loaded.record.slug,
                                          http::encode_component(revision_name(loaded.revisions, loaded.revision)));
  std::string out = "<section id=\"files\"><h2>The document itself</h2><p class=\"actions\">";
  render<"<a class=\"button-quiet\" href=\"{}\">Download as received</a> ">(out, Url::own(document));
  if (loaded.is_current()) {
    render<"<a class=\"button-quiet\" href=\"{}\">Read the raw JSON</a> ">(out, Url::own(base + "/raw"));
    render<"<a class=\"button-quiet\" href=\"{}\">As API answer</a>">(out, Url::own("/api/v1" + base));
  }
  render<
      "</p><dl class=\"kv\"><dt>Format</dt><dd>CSAF {}</dd><dt>Size</dt><dd>{} bytes</dd><dt>SHA-512</dt><dd><span "
      "class=\"hash\" data-copy=\"{}\">{}</span></dd>">(out, csaf::to_string(loaded.advisory.header.csaf_version),
                                                        text::thousands(loaded.revision.bytes), loaded.revision.sha512,
                                                        loaded.revision.sha512);
  render<"<dt>Received</dt><dd>{}</dd></dl></section>">(out, datetime_html(loaded.revision.received_at));
  return finish(out);
}

}  // namespace

Html advisory_body_html(const LoadedAdvisory& loaded) {
  std::string out;
  for (const auto part : {summary_html, remediations_html, products_html, vulnerabilities_html, notes_html,
                          references_html, history_html, quality_html, files_html}) {
    out += part(loaded).str();
  }
  return finish(out);
}

}  // namespace tocsin::portal::pages
