#include "portal/pages/threat_decay.hpp"

#include <algorithm>

#include "base/messages.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/member_parts.hpp"

namespace tocsin::portal::pages {
namespace {

namespace threat = engine::threat;
using domain::DecayKind;
using html::fragment;
using html::Html;
using html::render;

constexpr std::int64_t kDayMicros = 86'400'000'000;

std::string lifetime_text(DecayKind kind, std::int64_t days) {
  switch (kind) {
    case DecayKind::address:
      return tr<"An address is worth nothing {} days after that.">(days);
    case DecayKind::url:
      return tr<"A URL is worth nothing {} days after that.">(days);
    case DecayKind::domain:
      return tr<"A domain or mail address is worth nothing {} days after that.">(days);
    case DecayKind::file:
      return tr<"A hash or certificate is worth nothing {} days after that.">(days);
    case DecayKind::rule:
      return tr<"A detection rule is worth nothing {} days after that.">(days);
    case DecayKind::other:
      break;
  }
  return tr<"What it looks for is worth nothing {} days after that.">(days);
}

}  // namespace

Result<std::optional<Worth>> worth_of(store::Connection& connection, const domain::policy::Viewer& viewer,
                                      const domain::Record& record, Timestamp now) {
  if (!record.key.starts_with("indicator--")) return std::optional<Worth>{};
  const std::string ids[] = {record.key};
  TRY(const auto rows, threat::among(connection, viewer, ids, now));
  const auto row = std::ranges::find(rows, record.id, &threat::ThreatRow::record);
  if (row == rows.end()) return std::optional<Worth>{};
  TRY(const auto decay, threat::decay_of(connection, viewer, *row, now));
  if (!decay) return std::optional<Worth>{};
  TRY(const auto rules, threat::decay_rules(connection));
  return std::optional{Worth{.decay = *decay, .rules = rules}};
}

Html worth_html(const Worth& worth, Timestamp now) {
  const auto& decay = worth.decay;
  std::string out;
  render<"{}{}<br><span class=\"note\">">(out, tr<"{} of 100">(decay.now), faded_tag(decay.faded));
  if (!decay.is_stated) {
    render<"{} ">(out, tr<"It states none, so {} counts as stated.">(decay.stated));
  }
  if (decay.over) {
    render<"[[It is revoked or has expired, so nothing is left.]]">(out);
  } else {
    const auto days = std::max<std::int64_t>(0, (now.micros - decay.last().micros) / kDayMicros);
    if (decay.seen) {
      render<"{} ">(out,
                    trn<"Last seen {} day ago, by a sighting.", "Last seen {} days ago, by a sighting.">(days, days));
    } else {
      render<"{} ">(out, trn<"Last confirmed {} day ago.", "Last confirmed {} days ago.">(days, days));
    }
    render<"{}">(out, lifetime_text(decay.kind, worth.rules.of(decay.kind).days));
  }
  out += "</span>";
  return Html::from_trusted(std::move(out));
}

boost::json::object worth_json(const Worth& worth) {
  const auto& decay = worth.decay;
  const auto& rule = worth.rules.of(decay.kind);
  boost::json::object out;
  out["kind"] = domain::to_string(decay.kind);
  out["stated"] = decay.stated;
  out["by_default"] = !decay.is_stated;
  out["asserted_date"] = format_rfc3339(decay.asserted);
  out["seen_date"] = time_json(decay.seen);
  out["lifetime_days"] = rule.days;
  out["speed"] = static_cast<double>(rule.speed_hundredths) / 100.0;
  out["faded_below"] = worth.rules.faded_below;
  return out;
}

Html faded_tag(bool faded) { return faded ? fragment<" <span class=\"tag\">[[#indicator#faded]]</span>">() : Html{}; }

}  // namespace tocsin::portal::pages
