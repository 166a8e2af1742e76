#include "portal/pages/exposure_file.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/file_frame.hpp"

namespace tocsin::portal::pages {
namespace {

using engine::exposure::Status;
using html::render;

struct Section {
  Status status;
  std::string_view title, style, meaning;
};
constexpr Section kSections[] = {
    {Status::affected, "Affected", "affected",
     "The installed version is among those that the advisory names as affected."},
    {Status::undecidable, "To be decided", "open",
     "The inventory or the advisory does not say enough: each line asks what would decide it."},
    {Status::under_investigation, "Under investigation", "open", "The vendor does not know yet."},
    {Status::fixed, "Fixed", "good", "The installed version has the vendor's fix."},
    {Status::not_affected, "Not affected", "good",
     "The advisory speaks of the product, but not of the installed version."},
};

constexpr std::string_view kStyles =
    ".exposure :is(th,td){overflow-wrap:anywhere}.exposure .why{min-width:16rem}.stat-affected b{color:var(--bad)}"
    ".exposure td.num{white-space:nowrap}.exposure .cves{min-width:10rem}.exposure tbody th{min-width:9rem}.exposure "
    "h2{margin-top:1.6rem}"
    "@media print{.exposure :is(.why,.cves,tbody th){min-width:0}.exposure table{font-size:8.5pt}"
    ".exposure thead{display:table-header-group}@page{size:A4 landscape;margin:14mm}}";

std::string number(std::size_t count) { return text::thousands(static_cast<long long>(count)); }

/// Devices, not lines: one that three advisories affect is one device.
std::size_t devices(const std::vector<ExposureLine>& lines, Status status) {
  std::set<std::size_t> rows;
  for (const auto& line : lines) {
    if (line.match.status == status) rows.insert(line.row);
  }
  return rows.size();
}

void append_counts(std::string& out, const Exposure& exposure) {
  out += "<ul class=\"stats\">\n";
  for (const auto& section : kSections) {
    const auto count = devices(exposure.lines, section.status);
    render<"<li class=\"stat stat-{}\"><b>{}</b><span>{}</span></li>\n">(out, section.style, number(count),
                                                                         section.title);
  }
  out += "</ul>\n";
}

void append_sites(std::string& out, const Exposure& exposure) {
  std::map<std::string, std::array<std::set<std::size_t>, std::size(kSections)>> sites;
  for (const auto& line : exposure.lines) {
    const auto* section = std::ranges::find(kSections, line.match.status, &Section::status);
    sites[line.site][static_cast<std::size_t>(section - std::begin(kSections))].insert(line.row);
  }
  if (sites.size() < 2) return;
  out += "<h2>By site</h2>\n<div class=\"table-wrap\"><table class=\"stack\">\n<thead><tr><th scope=\"col\">Site</th>";
  for (const auto& section : kSections) render<"<th scope=\"col\" class=\"num\">{}</th>">(out, section.title);
  out += "</tr></thead>\n<tbody>\n";
  std::vector<const decltype(sites)::value_type*> order;
  for (const auto& site : sites) order.push_back(&site);
  std::ranges::sort(order, [](const auto* a, const auto* b) {
    return std::pair{b->second[0].size(), std::string_view{a->first}} <
           std::pair{a->second[0].size(), std::string_view{b->first}};
  });
  for (const auto* site : order) {
    render<"<tr><th scope=\"row\">{}</th>">(
        out, site->first.empty() ? std::string_view{"Not said"} : std::string_view{site->first});
    std::size_t section = 0;
    for (const auto& rows : site->second) {
      render<"<td class=\"num\" data-label=\"{}\">{}</td>">(out, kSections[section++].title, number(rows.size()));
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
}

void append_section(std::string& out, const Exposure& exposure, const Section& section) {
  const auto is_of = [&](const ExposureLine& line) { return line.match.status == section.status; };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(exposure.lines, is_of));
  if (count == 0) return;
  const bool has_sites = std::ranges::any_of(exposure.lines, [](const auto& line) { return !line.site.empty(); });
  render<"<h2>{} <span class=\"note\">{}</span></h2>\n<p class=\"note\">{}</p>\n">(
      out, section.title, text::count_of(static_cast<long long>(count), "line", "lines"), section.meaning);
  out +=
      "<div class=\"table-wrap\"><table class=\"stack\">\n<thead><tr><th scope=\"col\" class=\"num\">Row</th><th "
      "scope=\"col\">Asset</th>";
  if (has_sites) out += "<th scope=\"col\">Site</th>";
  out +=
      "<th scope=\"col\">Advisory</th><th scope=\"col\">Vulnerabilities</th><th scope=\"col\" class=\"why\">Why</th>"
      "<th scope=\"col\" class=\"num\">Sure</th></tr></thead>\n<tbody>\n";
  for (const auto& line : exposure.lines) {
    if (!is_of(line)) continue;
    render<"<tr><td class=\"num\" data-label=\"Row\">{}</td><th scope=\"row\">{}">(out, line.row, line.asset);
    if (!line.address.empty() && line.address != line.asset)
      render<"<br><span class=\"note\">{}</span>">(out, line.address);
    out += "</th>";
    if (has_sites) render<"<td data-label=\"Site\">{}</td>">(out, line.site);
    render<
        "<td class=\"id\" data-label=\"Advisory\">{}</td><td class=\"cves\" data-label=\"Vulnerabilities\">{}</td><td "
        "class=\"why\" data-label=\"Why\">{}">(out, line.advisory, fmt::to_string(fmt::join(line.match.cves, ", ")),
                                               line.match.because);
    if (!line.match.question.empty()) render<"<br><strong>{}</strong>">(out, line.match.question);
    if (!line.decision.empty()) render<"<br>To do: <strong>{}</strong>">(out, line.decision);
    render<"</td><td class=\"num\" data-label=\"Sure\">{}</td></tr>\n">(
        out, fmt::format("{:.0f} %", line.match.confidence * 100));
  }
  out += "</tbody></table></div>\n";
}

}  // namespace

std::string exposure_file_html(Exposure exposure) {
  const LanguageScope english{Language::en};
  std::ranges::sort(exposure.lines, {}, [](const ExposureLine& line) {
    return std::tuple{line.match.status, -line.match.confidence, line.row, std::string_view{line.advisory}};
  });
  std::string head, out;
  render<"<title>Exposure of {}</title>\n<meta name=\"dcterms.created\" content=\"{}\">\n">(
      head, exposure.inventory, format_rfc3339(exposure.made));
  begin_file(out, head, kStyles);
  out += "<main class=\"wrap exposure\">\n";
  render<"<h1>Which devices are affected</h1>\n<p class=\"lead\">{} of {} against {}, {}.</p>\n">(
      out, text::count_of(static_cast<long long>(exposure.assets), "asset", "assets"), exposure.inventory,
      text::count_of(static_cast<long long>(exposure.advisories), "advisory", "advisories"),
      format_minute(exposure.made));
  append_counts(out, exposure);
  append_sites(out, exposure);
  for (const auto& section : kSections) {
    if (exposure.lists_all || section.style != "good") append_section(out, exposure, section);
  }
  if (exposure.lines.empty()) out += "<p>No advisory speaks of anything in the inventory.</p>\n";
  out +=
      "<p class=\"note\">Counted above are devices; a device may stand in several lines. \"Sure\" says how sure it is "
      "that the advisory "
      "speaks of this very thing. A device without a line was matched by no advisory, which is no proof that it has no "
      "flaw.</p>\n</main>\n";
  end_file(out);
  return out;
}

}  // namespace tocsin::portal::pages
