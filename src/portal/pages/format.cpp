#include "portal/pages/format.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/readers_clock.hpp"

namespace tocsin::portal::pages {
namespace {

using formats::cvss::Severity;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

/// More than this in one line is noise; the page of the advisory has them all.
constexpr std::size_t kVendorsShown = 3;
constexpr std::size_t kSectorsShown = 3;
constexpr std::size_t kCvesShown = 3;

/// Names joined by commas; what is left out is counted.
template <class Names, class Link>
void append_names(std::string& out, const Names& names, std::size_t shown_max, Link link) {
  for (std::size_t i = 0; i < names.size() && i < shown_max; ++i) {
    if (i > 0) out += ", ";
    link(i);
  }
  if (names.size() > shown_max) render<" <span class=\"more\">+{}</span>">(out, names.size() - shown_max);
}

Html snippet_html(const std::vector<engine::search::Fragment>& snippet) {
  std::string out;
  for (const auto& part : snippet) {
    if (part.hit) {
      render<"<mark>{}</mark>">(out, part.text);
    } else {
      html::escape(out, part.text);
    }
  }
  return Html::from_trusted(std::move(out));
}

}  // namespace

std::string score_text(int tenths) { return fmt::format("{}.{}", tenths / 10, tenths % 10); }

std::string_view severity_word(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return tr<"#severity#critical">();
    case Severity::high:
      return tr<"#severity#high">();
    case Severity::medium:
      return tr<"#severity#medium">();
    case Severity::low:
      return tr<"#severity#low">();
    case Severity::none:
      break;
  }
  return tr<"#severity#none">();
}

std::string_view severity_title(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return tr<"#severity#Critical">();
    case Severity::high:
      return tr<"#severity#High">();
    case Severity::medium:
      return tr<"#severity#Medium">();
    case Severity::low:
      return tr<"#severity#Low">();
    case Severity::none:
      break;
  }
  return tr<"#severity#None">();
}

Html severity_badge(Severity severity, std::optional<int> score_tenths) {
  const auto name = formats::cvss::to_string(severity);
  const auto word = severity_word(severity);
  if (!score_tenths) {
    if (severity == Severity::none)
      return fragment<"<span class=\"sev sev-none\"><span>[[not scored]]</span></span>">();
    return fragment<"<span class=\"sev sev-{}\"><span>{}</span></span>">(name, word);
  }
  return fragment<"<span class=\"sev sev-{}\"><b>{}</b> <span>{}</span></span>">(name, score_text(*score_tenths), word);
}

std::string_view document_status_text(std::string_view status) {
  if (status == "draft") return tr<"#document status#draft">();
  if (status == "interim") return tr<"#document status#interim">();
  if (status == "final") return tr<"#document status#final">();
  return status;
}

Html tlp_badge(domain::Tlp tlp) {
  return fragment<"<span class=\"tlp tlp-{}\">TLP:{}</span>">(domain::slug(tlp), domain::to_string(tlp));
}

Html date_html(Timestamp time) {
  const auto& zone = readers_zone();
  return fragment<"<time datetime=\"{}\" title=\"{}\">{}</time>">(format_rfc3339(time, zone), format_minute(time, zone),
                                                                  format_date(time, zone));
}

Html datetime_html(Timestamp time) {
  const auto& zone = readers_zone();
  return fragment<"<time datetime=\"{}\">{}</time>">(format_rfc3339(time, zone), format_minute(time, zone));
}

namespace {

Html card_html(const engine::AdvisoryCard& card, const std::vector<engine::search::Fragment>* snippet,
               std::optional<bool> read) {
  std::string meta;
  render<"<span class=\"id\">{}</span>">(meta, card.key);
  if (!card.vendor_names.empty()) {
    meta += " <span class=\"card-vendors\">";
    append_names(meta, card.vendor_names, kVendorsShown, [&](std::size_t i) {
      if (i < card.vendor_keys.size()) {
        render<"<a href=\"{}\">{}</a>">(meta, Url::own(vendor_url(card.vendor_keys[i])), card.vendor_names[i]);
      } else {
        html::escape(meta, card.vendor_names[i]);
      }
    });
    meta += "</span>";
  }
  if (!card.sectors.empty()) {
    meta += " <span class=\"card-sectors\">";
    append_names(meta, card.sectors, kSectorsShown,
                 [&](std::size_t i) { html::escape(meta, tr_text(domain::name(card.sectors[i]))); });
    meta += "</span>";
  }

  std::string aside;
  render<"<span class=\"card-date\">{}</span>">(aside, date_html(card.current_release_at));
  if (card.current_release_at > card.initial_release_at) {
    render<" <span class=\"note\">[[updated, first {}]]</span>">(aside, date_html(card.initial_release_at));
  }
  if (card.has_fix) render<" <span class=\"tag tag-fix\">[[fix available]]</span>">(aside);
  if (card.tlp != domain::Tlp::clear) render<" {}">(aside, tlp_badge(card.tlp));
  if (!card.document_status.empty() && card.document_status != "final") {
    render<" <span class=\"tag\">{}</span>">(aside, document_status_text(card.document_status));
  }

  std::string cves;
  if (!card.cves.empty()) {
    cves += " <span class=\"card-cves\">";
    const auto shown = std::min(card.cves.size(), kCvesShown);
    for (std::size_t i = 0; i < shown; ++i) {
      if (i > 0) cves += ", ";
      render<"<a class=\"id\" href=\"{}\">{}</a>">(cves, Url::own(vulnerability_url(card.cves[i])), card.cves[i]);
    }
    const auto all = std::max<std::int64_t>(card.vulnerability_count, static_cast<std::int64_t>(card.cves.size()));
    if (const auto left = all - static_cast<std::int64_t>(shown); left > 0) {
      render<" <span class=\"more\">+{}</span>">(cves, left);
    }
    cves += "</span>";
  }

  Html text;
  if (snippet != nullptr && !snippet->empty()) {
    text = fragment<"<p class=\"card-text\">{}</p>">(snippet_html(*snippet));
  } else if (!card.summary.empty()) {
    text = fragment<"<p class=\"card-text\">{}</p>">(card.summary);
  }
  Html unread;
  if (read && !*read) unread = fragment<"<span class=\"hidden\">[[Unread:]] </span>">();
  return fragment<R"(<li class="card sev-edge-{}{}">
<div class="card-score">{}</div>
<div class="card-main"><h3 class="card-title"><a href="{}">{}{}</a></h3>
<p class="card-meta">{}</p>{}
<p class="card-foot">{}{}</p></div>
</li>
)">(formats::cvss::to_string(card.severity),
    !read   ? ""
    : *read ? " is-read"
            : " is-unread",
    severity_badge(card.severity, card.score_tenths), Url::own(advisory_url(card.slug)), unread, card.title,
    Html::from_trusted(std::move(meta)), text, Html::from_trusted(std::move(aside)),
    Html::from_trusted(std::move(cves)));
}

}  // namespace

Html advisory_card_html(const engine::AdvisoryCard& card, const std::vector<engine::search::Fragment>* snippet) {
  return card_html(card, snippet, std::nullopt);
}

Html advisory_card_html(const engine::AdvisoryCard& card, const std::vector<engine::search::Fragment>* snippet,
                        bool read) {
  return card_html(card, snippet, read);
}

Html advisory_cards_html(const std::vector<engine::AdvisoryCard>& cards) {
  std::string out;
  for (const auto& card : cards) out += advisory_card_html(card).str();
  return Html::from_trusted(std::move(out));
}

std::string advisory_url(std::string_view slug) { return "/advisories/" + http::encode_component(slug); }
std::string vendor_url(std::string_view vendor_key) { return "/vendors/" + http::encode_component(vendor_key); }
std::string product_url(std::string_view vendor_key, std::string_view product_key) {
  return vendor_url(vendor_key) + "/" + http::encode_component(product_key);
}
std::string vulnerability_url(std::string_view id) { return "/vulnerabilities/" + http::encode_component(id); }
std::string search_url(std::string_view query) { return http::with_query("/advisories", {{"q", query}}); }

boost::json::object card_json(const engine::AdvisoryCard& card) {
  boost::json::object out;
  out["id"] = card.key;
  out["slug"] = card.slug;
  out["url"] = advisory_url(card.slug);
  out["title"] = card.title;
  out["summary"] = card.summary;
  out["publisher"] = card.publisher;
  out["tlp"] = domain::to_string(card.tlp);
  out["version"] = card.version;
  out["document_status"] = card.document_status;
  out["severity"] = formats::cvss::to_string(card.severity);
  out["score"] = score_json(card.score_tenths);
  out["has_fix"] = card.has_fix;
  auto& vendors = out["vendors"].emplace_array();
  for (std::size_t i = 0; i < card.vendor_names.size(); ++i) {
    boost::json::object vendor;
    vendor["key"] = i < card.vendor_keys.size() ? card.vendor_keys[i] : std::string{};
    vendor["name"] = card.vendor_names[i];
    vendors.push_back(std::move(vendor));
  }
  auto& sectors = out["sectors"].emplace_array();
  for (const auto sector : card.sectors) {
    boost::json::object each;
    each["key"] = domain::slug(sector);
    each["name"] = domain::name(sector);
    sectors.push_back(std::move(each));
  }
  auto& cves = out["cves"].emplace_array();
  for (const auto& cve : card.cves) cves.emplace_back(cve);
  out["vulnerability_count"] = card.vulnerability_count;
  out["product_count"] = card.product_count;
  out["initial_release_date"] = format_rfc3339(card.initial_release_at);
  out["current_release_date"] = format_rfc3339(card.current_release_at);
  return out;
}

boost::json::value score_json(std::optional<int> tenths) {
  if (!tenths) return nullptr;
  return *tenths / 10.0;
}

boost::json::object hit_json(const engine::search::Hit& hit) {
  auto out = card_json(hit.card);
  auto& snippet = out["snippet"].emplace_array();
  for (const auto& part : hit.snippet) {
    boost::json::object each;
    each["text"] = part.text;
    each["hit"] = part.hit;
    snippet.push_back(std::move(each));
  }
  return out;
}

boost::json::array corrections_json(const engine::search::SearchResult& result) {
  boost::json::array out;
  for (const auto& correction : result.corrections) {
    boost::json::object each;
    each["typed"] = correction.typed;
    each["used"] = correction.used;
    out.push_back(std::move(each));
  }
  return out;
}

boost::json::object page_json(boost::json::array items, std::string_view next_path, std::optional<std::int64_t> total) {
  boost::json::object out;
  out["items"] = std::move(items);
  if (next_path.empty()) {
    out["next"] = nullptr;
  } else {
    out["next"] = next_path;
  }
  if (total) {
    out["total"] = *total;
  } else {
    out["total"] = nullptr;
  }
  return out;
}

}  // namespace tocsin::portal::pages
