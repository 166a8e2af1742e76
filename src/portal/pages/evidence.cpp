#include "portal/pages/evidence.hpp"

#include "base/locale.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"

namespace tocsin::portal::pages {

using html::Html;
using html::render;

Html kev_html(const engine::evidence::KnownExploited& known) {
  std::string out;
  render<"[[<b>Known exploited</b> since {} (CISA KEV)]]">(out, date_html(known.since));
  if (known.ransomware) render<", [[also by ransomware]]">(out);
  if (known.due) render<". [[US federal agencies have to act by {}]]">(out, date_html(*known.due));
  return Html::from_trusted(std::move(out));
}

Html epss_html(const engine::evidence::Epss& score) {
  std::string out;
  // Most are far below one in a hundred.
  render<"[[{} % within 30 days]]">(out, locale::decimal(score.probability * 100, score.probability >= 0.01 ? 1 : 3));
  std::string behind;
  if (score.percentile) render<"[[{} percentile]]">(behind, locale::decimal(*score.percentile * 100, 1));
  if (score.date) {
    if (!behind.empty()) behind += ", ";
    behind += date_html(*score.date).str();
  }
  if (!behind.empty()) render<" ({})">(out, Html::from_trusted(std::move(behind)));
  return Html::from_trusted(std::move(out));
}

boost::json::object evidence_json(const engine::evidence::Evidence* found) {
  boost::json::object out;
  out["kev"] = nullptr;
  out["epss"] = nullptr;
  if (found != nullptr && found->kev) {
    boost::json::object kev;
    kev["date_added"] = format_date(found->kev->since);
    kev["due_date"] = found->kev->due ? boost::json::value(format_date(*found->kev->due)) : boost::json::value(nullptr);
    kev["ransomware"] = found->kev->ransomware;
    kev["required_action"] = found->kev->action;
    out["kev"] = std::move(kev);
  }
  if (found != nullptr && found->epss) {
    boost::json::object epss;
    epss["probability"] = found->epss->probability;
    epss["percentile"] =
        found->epss->percentile ? boost::json::value(*found->epss->percentile) : boost::json::value(nullptr);
    epss["date"] =
        found->epss->date ? boost::json::value(format_date(*found->epss->date)) : boost::json::value(nullptr);
    out["epss"] = std::move(epss);
  }
  return out;
}

}  // namespace tocsin::portal::pages
