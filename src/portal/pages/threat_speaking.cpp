#include "portal/pages/threat_speaking.hpp"

#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"

namespace tocsin::portal::pages {

using html::Html;

Html speaking_html(std::span<const engine::threat::SpeakingAdvisory> advisories) {
  std::string out;
  for (const auto& advisory : advisories) {
    if (&advisory != &advisories.front()) out += "<br>";
    html::render<"<a href=\"{}\"><span class=\"id\">{}</span> <span lang=\"en\">{}</span></a>">(
        out, html::Url::own(advisory_url(advisory.slug)), advisory.key, text::shorten(advisory.title, 90));
  }
  return Html::from_trusted(std::move(out));
}

boost::json::array speaking_json(std::span<const engine::threat::SpeakingAdvisory> advisories) {
  boost::json::array out;
  for (const auto& advisory : advisories) {
    out.push_back(boost::json::object{{"id", advisory.key},
                                      {"slug", advisory.slug},
                                      {"url", advisory_url(advisory.slug)},
                                      {"title", advisory.title},
                                      {"tlp", domain::to_string(advisory.tlp)},
                                      {"severity", formats::cvss::to_string(advisory.severity)},
                                      {"score", score_json(advisory.score_tenths)}});
  }
  return out;
}

Html devices_text(const store::ExposureAtRecord& found) {
  return html::fragment<"[[{} at {}]]">(trn<"{} device", "{} devices">(found.assets, text::thousands(found.assets)),
                                        trn<"{} site", "{} sites">(found.sites, text::thousands(found.sites)));
}

void add_own_devices(boost::json::object& out, bool has_inventory, const store::ExposureAtRecord* found) {
  out["own_devices"] = nullptr;
  out["own_sites"] = nullptr;
  if (!has_inventory) return;
  const auto counts = found == nullptr ? store::ExposureAtRecord{} : *found;
  out["own_devices"] = counts.assets;
  out["own_sites"] = counts.sites;
}

}  // namespace tocsin::portal::pages
