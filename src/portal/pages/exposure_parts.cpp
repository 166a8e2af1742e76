#include "portal/pages/exposure_parts.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/exposure/parts.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "store/boms.hpp"
#include "store/exposure_lists.hpp"
#include "store/records.hpp"

namespace tocsin::portal::pages {
namespace {

namespace exposure = engine::exposure;
using exposure::Action;
using exposure::Status;
using html::Html;
using html::render;
using html::Url;

constexpr int kPerPage = 50;
constexpr int kPerPageMax = 200;
constexpr Status kStatuses[] = {Status::affected, Status::undecidable, Status::under_investigation, Status::fixed,
                                Status::not_affected};
struct SeverityFrom {
  std::string_view name;
  int tenths;
};
constexpr SeverityFrom kSeverities[] = {{"critical", 90}, {"high", 70}, {"medium", 40}};

struct Parameter {
  std::string_view name;
  std::string ExposureAsked::* member;
};
constexpr Parameter kParameters[] = {{"organisation", &ExposureAsked::organisation},
                                     {"status", &ExposureAsked::status},
                                     {"state", &ExposureAsked::state},
                                     {"decision", &ExposureAsked::decision},
                                     {"due", &ExposureAsked::due},
                                     {"severity", &ExposureAsked::severity},
                                     {"site", &ExposureAsked::site},
                                     {"zone", &ExposureAsked::zone},
                                     {"vendor", &ExposureAsked::vendor},
                                     {"cve", &ExposureAsked::cve},
                                     {"advisory", &ExposureAsked::advisory},
                                     {"product", &ExposureAsked::product},
                                     {"bom", &ExposureAsked::bom},
                                     {"asset", &ExposureAsked::asset},
                                     {"threats", &ExposureAsked::threats},
                                     {"by", &ExposureAsked::by},
                                     {"sort", &ExposureAsked::sort},
                                     {"group", &ExposureAsked::group},
                                     {"cursor", &ExposureAsked::cursor}};

Status status_named(std::string_view text, bool& found) {
  for (const auto each : kStatuses) {
    if (exposure::to_string(each) == text) {
      found = true;
      return each;
    }
  }
  return Status::affected;
}

::tocsin::Status read_states(const ExposureAsked& asked, exposure::ListInput& input) {
  if (asked.status == "all") {
    input.statuses.clear();
  } else if (!asked.status.empty()) {
    bool found = false;
    input.statuses = {static_cast<int>(status_named(asked.status, found))};
    if (!found) {
      return Error::invalid(
          std::string{tr<"'status' is all, affected, undecidable, under_investigation, fixed or not_affected">()},
          "status");
    }
  }
  if (asked.state == "all") {
    input.states.clear();
  } else if (!asked.state.empty()) {
    const auto state = domain::parse_remediation_state(asked.state);
    if (!state) {
      return Error::invalid(std::string{tr<"'state' is all, open, in_progress, done or accepted">()}, "state");
    }
    input.states = {*state};
  }
  return ok();
}

}  // namespace

bool ExposureAsked::narrows() const noexcept {
  return !(status.empty() && state.empty() && decision.empty() && due.empty() && severity.empty() && site.empty() &&
           zone.empty() && vendor.empty() && cve.empty() && advisory.empty() && product.empty() && bom.empty() &&
           asset.empty() && threats.empty());
}

Result<ExposureAsked> exposure_asked(const http::Request& request, bool lists) {
  if (lists) {
    TRY_VOID(request.only_known({"organisation", "status", "state", "decision", "due", "severity", "site", "zone",
                                 "vendor", "cve", "advisory", "product", "bom", "asset", "threats", "by", "limit",
                                 "cursor", kNoticeParameter}));
  } else {
    TRY_VOID(request.only_known({"organisation", "status", "state", "decision", "due",     "severity",      "site",
                                 "zone",         "vendor", "cve",   "advisory", "product", "bom",           "asset",
                                 "threats",      "sort",   "group", "limit",    "cursor",  kNoticeParameter}));
  }
  ExposureAsked asked;
  for (const auto& each : kParameters) asked.*each.member = std::string{text::trim(request.query.get(each.name))};
  TRY(asked.limit, request.integer("limit", kPerPage, 1, kPerPageMax));
  return asked;
}

std::string exposure_path(std::string_view base, const ExposureAsked& asked) {
  return http::with_query(base, {{"organisation", asked.organisation},
                                 {"status", asked.status},
                                 {"state", asked.state},
                                 {"decision", asked.decision},
                                 {"due", asked.due},
                                 {"severity", asked.severity},
                                 {"site", asked.site},
                                 {"zone", asked.zone},
                                 {"vendor", asked.vendor},
                                 {"cve", asked.cve},
                                 {"advisory", asked.advisory},
                                 {"product", asked.product},
                                 {"bom", asked.bom},
                                 {"asset", asked.asset},
                                 {"threats", asked.threats},
                                 {"by", asked.by},
                                 {"sort", asked.sort},
                                 {"group", asked.group},
                                 {"limit", asked.limit == kPerPage ? std::string{} : std::to_string(asked.limit)},
                                 {"cursor", asked.cursor}});
}

Result<exposure::ListInput> exposure_input(App& app, const http::Request& request,
                                           const engine::inventory::Access& access, const ExposureAsked& asked) {
  auto input = exposure::open_matters();
  input.limit = asked.limit;
  input.cursor = asked.cursor;
  TRY_VOID(read_states(asked, input));
  if (!asked.decision.empty()) {
    const auto action = exposure::parse_action(asked.decision);
    if (!action) {
      return Error::invalid(
          std::string{tr<"'decision' is act_now, mitigate_now, next_outage, accept or nothing_to_do">()}, "decision");
    }
    input.decisions = {static_cast<int>(*action)};
  }
  if (!asked.severity.empty()) {
    const auto* from = std::ranges::find(kSeverities, asked.severity, &SeverityFrom::name);
    if (from == std::end(kSeverities)) {
      return Error::invalid(std::string{tr<"'severity' is critical, high or medium">()}, "severity");
    }
    input.score_from = from->tenths;
  }
  const auto sort = exposure::parse_sort(asked.sort.empty() ? "decision" : asked.sort);
  if (!sort) {
    return Error::invalid(std::string{tr<"'sort' is decision, due, status, site or confidence">()}, "sort");
  }
  input.sort = *sort;
  if (!asked.group.empty() && !exposure::parse_group(asked.group)) {
    return Error::invalid(std::string{tr<"'group' is site, zone or vendor">()}, "group");
  }
  input.due = asked.due;
  if (!asked.site.empty()) input.site = asked.site;
  input.zone = asked.zone;
  input.vendor = asked.vendor;
  input.cve = asked.cve;
  input.product = asked.product;
  // What no number looks like is nobody's.
  if (!asked.bom.empty()) input.bom = exposure_number(asked.bom).value_or(0);
  if (!asked.asset.empty()) input.asset = exposure_number(asked.asset).value_or(0);
  if (!asked.threats.empty()) {
    if (asked.threats != "yes") return Error::invalid(std::string{tr<"'threats' is yes">()}, "threats");
    TRY(input.cves, exposure::attacked_vulnerabilities(app.database(), access::actor(request), access, request.now));
  }
  if (!asked.advisory.empty()) {
    TRY(const auto record, app.database().read([&](store::Connection& connection) {
      return store::Records{connection}.find(request.viewer, domain::RecordKind::advisory, asked.advisory, request.now);
    }));
    if (!record) return Error::not_found("advisory");
    input.record = record->id;
  }
  return input;
}

std::optional<std::int64_t> exposure_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

Result<Html> exposure_narrowed_html(App& app, const engine::inventory::Access& access, const ExposureAsked& asked,
                                    std::string_view base) {
  std::string out;
  auto rest = asked;
  rest.cursor.clear();
  const auto add = [&](std::string_view what, std::string_view name, std::string ExposureAsked::* member) {
    auto without = rest;
    (without.*member).clear();
    render<"<li>{}: <b>{}</b> <a href=\"{}\" aria-label=\"{}\">[[show all]]</a></li>">(
        out, what, name, Url::own(exposure_path(base, without)), tr<"show all, not only {}">(name));
  };
  if (!asked.product.empty()) {
    TRY(const auto name, app.database().read([&](store::Connection& connection) {
      return store::product_of(connection, access.organisation, asked.product);
    }));
    add(tr<"Product">(), name.value_or(std::string{tr<"none of the inventory">()}), &ExposureAsked::product);
  }
  if (!asked.bom.empty()) {
    TRY(const auto bom, app.database().read([&](store::Connection& connection) {
      return store::Boms{connection}.find(access.organisation, exposure_number(asked.bom).value_or(0));
    }));
    add(tr<"Bill of materials">(), bom ? bom->name : std::string{tr<"none of the inventory">()}, &ExposureAsked::bom);
  }
  if (!asked.asset.empty()) {
    TRY(const auto asset, engine::inventory::find(app.database(), access, exposure_number(asked.asset).value_or(0)));
    add(tr<"Asset">(), asset ? asset->label : std::string{tr<"none of the inventory">()}, &ExposureAsked::asset);
  }
  if (!asked.advisory.empty()) add(tr<"Advisory">(), asked.advisory, &ExposureAsked::advisory);
  if (!asked.cve.empty()) add(tr<"Vulnerability">(), asked.cve, &ExposureAsked::cve);
  if (out.empty()) return Html{};
  return Html::from_trusted("<ul class=\"plain-list narrowed\">" + out + "</ul>\n");
}

std::string_view action_label(Action action) {
  static constexpr std::array<Message, 5> kLabels{message<"act now">, message<"mitigate now, patch later">,
                                                  message<"next outage">, message<"accept the risk">,
                                                  message<"nothing to do">};
  return kLabels[static_cast<std::size_t>(action)].text();
}

Html stored_action_html(int action, std::optional<Timestamp> due) {
  if (action < 0 || action >= store::kUndecided) return {};
  return html::fragment<"{}{}">(
      action_tag(static_cast<Action>(action)),
      due ? html::fragment<" <span class=\"note\">[[by {}]]</span>">(date_html(*due)) : Html{});
}

std::vector<std::string> path_lines(const exposure::Decision& decision) {
  std::vector<std::string> lines;
  for (const auto& step : decision.path) {
    auto line = fmt::format("{}: {}, {}", tr_text(step.name), tr_text(step.in_words), step.because);
    lines.push_back(step.assumed ? tr<"{} (assumed)">(line) : std::move(line));
  }
  return lines;
}

Html decision_html(const exposure::Decision& decision, const std::set<std::string>& explained) {
  std::string out;
  render<"<details class=\"fold decision\"><summary>{}{}</summary>">(
      out, action_tag(decision.action),
      decision.due ? html::fragment<" <span class=\"note\">[[by {}]]</span>">(date_html(*decision.due)) : Html{});
  if (decision.path.empty()) render<"<p>{}</p>">(out, decision.because);
  if (!decision.path.empty()) {
    if (!decision.vulnerability.empty()) render<"<p>[[{} decides:]]</p>">(out, decision.vulnerability);
    out += "<ol>";
    for (const auto& step : decision.path) {
      const auto line = html::fragment<"{}: <b>{}</b>, {}">(tr_text(step.name), tr_text(step.in_words), step.because);
      if (step.assumed) {
        render<"<li>[[{} (assumed)]]</li>">(out, line);
      } else {
        render<"<li>{}</li>">(out, line);
      }
    }
    out += "</ol>";
  }
  if (!decision.to_do.empty()) {
    render<"<p>[[What the advisory offers:]]</p><ul>">(out);
    for (const auto& each : decision.to_do) {
      render<"<li lang=\"en\">{}">(out, each.text);
      if (!each.url.empty())
        render<" <a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a>">(out, Url::external(each.url), each.url);
      out += "</li>";
    }
    out += "</ul>";
  }
  if (!decision.compensating.empty()) {
    render<"<p>[[What stands in an attacker’s way until then:]]</p><ul>">(out);
    for (const auto* each : decision.compensating) {
      const auto id = html::fragment<"<code>{}</code>">(each->mitigation);
      render<"<li>{} {} {}</li>">(
          out,
          explained.contains(std::string{each->mitigation})
              ? html::fragment<"<a href=\"{}\">{}</a>">(Url::own(attack_url(each->mitigation)), id)
              : id,
          tr_text(each->name),
          each->requirement.empty() ? Html{} : html::fragment<"<code>IEC 62443-3-3 {}</code>">(each->requirement));
    }
    out += "</ul>";
  }
  out += "</details>";
  return Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::pages
