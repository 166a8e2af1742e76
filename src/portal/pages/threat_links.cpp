#include "portal/pages/threat_links.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/exposure/parts.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/evidence.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"
#include "portal/pages/threat_speaking.hpp"

namespace tocsin::portal::pages {
namespace {

namespace threat = engine::threat;
using html::fragment;
using html::Html;
using html::render;
using html::Url;
using threat::Naming;
using Names = std::map<std::string, std::string>;

/// On pages of advisories and vulnerabilities, and in their API.
constexpr int kThreatsShown = 10;
constexpr std::size_t kCvesShown = 3;
constexpr std::size_t kProductsTold = 3;

std::string_view name_of(const Names& names, const std::string& id) {
  const auto found = names.find(id);
  return found == names.end() ? std::string_view{id} : std::string_view{found->second};
}

/// How it comes to name the vulnerability, in a few words.
Html way_html(const threat::Way& way, const Names& names) {
  switch (way.how) {
    case Naming::is:
      return fragment<"[[#names#is this vulnerability]]">();
    case Naming::relates:
      // STIX's own word.
      return fragment<"<span lang=\"en\">{}</span>">(way.verb);
    case Naming::refers:
      return fragment<"[[#names#refers to it]]">();
    case Naming::says:
      return fragment<"[[#names#speaks of it]]">();
    case Naming::relationship_says:
      return fragment<"[[#names#speaks of it in a relationship]]">();
    case Naming::contains:
      return fragment<"[[#names#contains it]]">();
    case Naming::through:
      break;
  }
  return fragment<"<span lang=\"en\">{}</span> <a href=\"{}\">{}</a>">(way.verb, Url::own(threat_url(way.via)),
                                                                       name_of(names, way.via));
}

boost::json::object way_json(const threat::Way& way) {
  boost::json::object out;
  out["cve"] = way.cve;
  out["how"] = threat::to_string(way.how);
  out["verb"] = way.verb;
  out["through"] = way.via;
  return out;
}

Html devices_html(const std::string& cve, const store::ExposureAtRecord& found) {
  return fragment<"<a href=\"{}\">{}</a>">(
      Url::own(http::with_query("/exposure", {{"cve", cve}, {"status", "affected"}, {"state", "all"}})),
      devices_text(found));
}

void append_vulnerability(std::string& out, const threat::NamedVulnerability& each, const ObjectLinks& links) {
  const auto& cve = each.way.cve;
  render<"<tr><th scope=\"row\" data-label=\"[[Vulnerability]]\">">(out);
  if (each.advisory_count > 0) {
    render<"<a class=\"id\" href=\"{}\">{}</a>">(out, Url::own(vulnerability_url(cve)), cve);
  } else {
    render<"<span class=\"id\">{}</span>">(out, cve);
  }
  if (const auto* known = links.named.evidence.find(cve); known != nullptr && known->kev) {
    render<" <span class=\"tag tag-refused\">[[known exploited]]</span>">(out);
  }
  render<" <span class=\"note\">{}</span></th><td data-label=\"[[Highest score]]\" data-sort=\"{}\">">(
      out, way_html(each.way, links.named.names), each.score_tenths.value_or(-1));
  if (each.score_tenths) {
    out +=
        severity_badge(formats::cvss::severity_of(*each.score_tenths, formats::cvss::Version::v3_1), each.score_tenths)
            .str();
  }
  render<"</td><td data-label=\"[[Advisories]]\">">(out);
  out += speaking_html(each.advisories).str();
  if (std::cmp_greater(each.advisory_count, each.advisories.size())) {
    render<"<br><a href=\"{}\">[[and more]]</a>">(out, Url::own(vulnerability_url(cve)));
  }
  if (each.advisory_count == 0) render<"<span class=\"note\">[[none here]]</span>">(out);
  out += "</td>";
  if (links.has_inventory) {
    render<"<td data-label=\"[[Your devices]]\">">(out);
    if (const auto* found = at_home_of(links.at_home, cve); found != nullptr) {
      out += devices_html(cve, *found).str();
    } else {
      render<"<span class=\"note\">[[#devices#none]]</span>">(out);
    }
    out += "</td>";
  }
  out += "</tr>\n";
}

/// An entry of a list of threats: what it is, `note` says why it stands here.
void append_threat(std::string& out, const threat::ThreatRow& row, const Html& note) {
  render<"<li><a href=\"{}\">{}</a> <span class=\"note\">{}</span> {} <span class=\"note\">{}</span> ">(
      out, Url::own(threat_url(row.id)), row.name, threat_type_title(row.type), tlp_badge(row.tlp), note);
  if (row.modified) out += date_html(*row.modified).str();
  out += "</li>\n";
}

/// Those that are listed for its vulnerabilities as well stand there.
void append_by_product(std::string& out, const AdvisoryLinks& links) {
  const auto is_listed = [&](const threat::ProductThreat& each) {
    return std::ranges::any_of(links.threats.rows, [&](const auto& other) { return other.row.id == each.row.id; });
  };
  const auto count = std::ranges::count_if(links.by_product, std::not_fn(is_listed));
  if (count == 0) return;
  render<"<section id=\"product-threats\"><h2>[[Threats that name its products]]</h2>\n<ul class=\"attack-list\">\n">(
      out);
  for (const auto& each : links.by_product) {
    if (is_listed(each)) continue;
    std::string products;
    for (std::size_t i = 0; i < std::min(each.products.size(), kProductsTold); ++i) {
      render<"{}{}">(products, i == 0 ? "" : ", ", each.products[i]);
    }
    if (each.products.size() > kProductsTold) products += fmt::format(" +{}", each.products.size() - kProductsTold);
    append_threat(out, each.row, Html::from_trusted(std::move(products)));
  }
  out += "</ul></section>\n";
}

}  // namespace

Result<ObjectLinks> object_links(App& app, const http::Request& request, std::string_view stix_id) {
  ObjectLinks links;
  TRY(links.named, app.database().snapshot([&](store::Connection& connection) {
    return threat::named_vulnerabilities(connection, request.viewer, stix_id, request.now);
  }));
  links.has_inventory = has_inventory(request);
  if (!links.has_inventory) return links;
  std::vector<std::string> cves;
  for (const auto& each : links.named.items) cves.push_back(each.way.cve);
  TRY(links.at_home, engine::exposure::at_vulnerabilities(app.database(), access::actor(request), cves, request.now));
  return links;
}

Html object_links_html(const ObjectLinks& links) {
  if (links.named.items.empty()) return {};
  std::string out;
  render<
      "<section id=\"vulnerabilities\"><h2>[[Vulnerabilities, and the advisories on them]] <span "
      "class=\"count\">{}</span></h2>\n">(out, locale::number(links.named.total));
  // What concerns the reader goes first.
  if (!links.at_home.empty()) {
    render<"<ul class=\"callout callout-warn no-print\">">(out);
    for (const auto& [cve, found] : links.at_home) {
      render<"<li>[[<b>You:</b> {}: {}]]</li>">(out, cve, devices_html(cve, found));
    }
    out += "</ul>\n";
  }
  render<
      "<div class=\"table-wrap stack\"><table class=\"sortable\"><caption class=\"hidden\">[[Vulnerabilities that it "
      "names]]</caption><thead><tr><th scope=\"col\">[[Vulnerability]]</th><th scope=\"col\" "
      "data-first=\"descending\">[[Highest score]]</th><th scope=\"col\">[[Advisories]]</th>">(out);
  if (links.has_inventory) render<"<th scope=\"col\">[[Your devices]]</th>">(out);
  out += "</tr></thead><tbody>\n";
  for (const auto& each : links.named.items) append_vulnerability(out, each, links);
  out += "</tbody></table></div>\n";
  if (std::cmp_greater(links.named.total, links.named.items.size())) {
    render<"<p class=\"note\">[[Only the first {} are shown.]]</p>\n">(
        out, locale::number(static_cast<std::int64_t>(links.named.items.size())));
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

boost::json::object object_links_json(const ObjectLinks& links) {
  boost::json::array items;
  for (const auto& each : links.named.items) {
    auto item = way_json(each.way);
    item["score"] = score_json(each.score_tenths);
    item["evidence"] = evidence_json(links.named.evidence.find(each.way.cve));
    item["advisories"] = speaking_json(each.advisories);
    item["advisory_count"] = each.advisory_count;
    add_own_devices(item, links.has_inventory, at_home_of(links.at_home, each.way.cve));
    items.push_back(std::move(item));
  }
  return {{"total", links.named.total}, {"items", std::move(items)}};
}

Result<threat::NamingThreats> naming_of(App& app, const http::Request& request, std::span<const std::string> cves) {
  return app.database().snapshot([&](store::Connection& connection) {
    return threat::naming_threats(connection, request.viewer, cves, kThreatsShown, request.now);
  });
}

Html naming_html(const threat::NamingThreats& found, std::string_view heading, const std::string& all) {
  if (found.rows.empty()) return {};
  std::string out;
  render<"<section id=\"threats\"><h2>{} <span class=\"count\">{}</span></h2>\n<ul class=\"attack-list\">\n">(
      out, heading, locale::number(found.total));
  for (const auto& each : found.rows) {
    std::string note;
    render<"{}: ">(note, way_html(each.ways.front(), found.names));
    for (std::size_t i = 0; i < std::min(each.ways.size(), kCvesShown); ++i) {
      render<"{}{}">(note, i == 0 ? "" : ", ", each.ways[i].cve);
    }
    if (each.ways.size() > kCvesShown) note += fmt::format(" +{}", each.ways.size() - kCvesShown);
    append_threat(out, each.row, Html::from_trusted(std::move(note)));
  }
  out += "</ul>\n";
  if (std::cmp_greater(found.total, found.rows.size())) {
    render<"<p><a href=\"{}\">[[All {} of them]]</a></p>\n">(out, Url::own(all), locale::number(found.total));
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

boost::json::object naming_json(const threat::NamingThreats& found) {
  boost::json::array items;
  for (const auto& each : found.rows) {
    auto item = threat_row_json(each.row);
    boost::json::array ways;
    for (const auto& way : each.ways) ways.push_back(way_json(way));
    item["ways"] = std::move(ways);
    items.push_back(std::move(item));
  }
  return {{"total", found.total}, {"items", std::move(items)}};
}

Result<AdvisoryLinks> advisory_links(store::Connection& connection, const domain::policy::Viewer& viewer,
                                     domain::RecordId record, Timestamp now) {
  AdvisoryLinks links;
  TRY(const auto cves, threat::vulnerabilities_of_advisory(connection, record));
  TRY(links.threats, threat::naming_threats(connection, viewer, cves, kThreatsShown, now));
  TRY(links.by_product, threat::threats_naming_products(connection, viewer, record, kThreatsShown, now));
  TRY(links.techniques, threat::techniques_named_by(connection, viewer, record, now));
  return links;
}

void add_advisory_links(boost::json::object& out, const AdvisoryLinks& links) {
  out["threats"] = naming_json(links.threats);
  auto& by_product = out["threats_by_product"].emplace_array();
  for (const auto& each : links.by_product) {
    auto item = threat_row_json(each.row);
    item["products"] = boost::json::array(each.products.begin(), each.products.end());
    by_product.push_back(std::move(item));
  }
  auto& techniques = out["techniques"].emplace_array();
  for (const auto& each : links.techniques) techniques.push_back(attack_row_json(each));
}

Html advisory_links_html(const AdvisoryLinks& links, const domain::Record& record) {
  std::string out = naming_html(links.threats, tr<"Threats that name its vulnerabilities">(),
                                http::with_query("/threats", {{"advisory", record.slug}}))
                        .str();
  append_by_product(out, links);
  if (links.techniques.empty()) return Html::from_trusted(std::move(out));
  render<"<section id=\"techniques\"><h2>[[Techniques that it names]]</h2>\n<ul class=\"attack-list\">\n">(out);
  for (const auto& each : links.techniques) {
    render<"<li><a href=\"{}\"><span class=\"id\">{}</span> <span lang=\"en\">{}</span></a></li>\n">(
        out, Url::own(attack_url(each.attack_id)), each.attack_id, each.object.name);
  }
  out += "</ul></section>\n";
  return Html::from_trusted(std::move(out));
}

Html attackers_html(std::span<const threat::ThreatRow> rows) {
  std::string out;
  for (const auto& each : rows) {
    render<"{}<a href=\"{}\">{}</a> ({})">(out, out.empty() ? "" : ", ", Url::own(threat_url(each.id)), each.name,
                                           threat_type_title(each.type));
  }
  return Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::pages
