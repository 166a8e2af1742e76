#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "engine/exposure/every_match.hpp"
#include "formats/inventory/csv_cell.hpp"
#include "formats/inventory/worksheet.hpp"
#include "portal/access.hpp"
#include "portal/http/source.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/member_parts.hpp"

/// The list of exposure as a table for spreadsheets. In English, as all files that are passed on.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;

/// As many as a worksheet takes, less the row of the headers.
constexpr std::size_t kRowsMax = 1'048'575;

std::vector<std::string> headers() {
  return {"asset",  "site",  "zone",     "vendor",   "advisory",    "title",      "score",
          "status", "sure",  "cves",     "decision", "due",         "decided by", "path",
          "table",  "to do", "controls", "state",    "state until", "because",    "question"};
}

std::string controls_of(const exposure::Decision& decision) {
  std::string out;
  for (const auto* each : decision.compensating) {
    out += fmt::format("{}{} {}", out.empty() ? "" : "; ", each->mitigation, each->name);
  }
  return out;
}

std::vector<std::string> cells(const store::ExposureRow& row, const exposure::Decision& decision, Timestamp now) {
  const auto& match = row.match;
  std::string to_do;
  for (const auto& each : decision.to_do) to_do += (to_do.empty() ? "" : "\n") + each.text;
  return {row.label,
          row.site,
          row.zone,
          row.vendor,
          row.tracking_id,
          row.title,
          row.score_tenths ? fmt::format("{}.{}", *row.score_tenths / 10, *row.score_tenths % 10) : std::string{},
          std::string{exposure::to_string(static_cast<exposure::Status>(match.status))},
          fmt::format("{:.2f}", match.confidence / 1000.0),
          pages::joined(match.cves),
          std::string{exposure::to_string(decision.action)},
          decision.due ? format_date(*decision.due) : std::string{},
          decision.vulnerability,
          decision.path_text(),
          decision.table,
          std::move(to_do),
          controls_of(decision),
          std::string{domain::to_string(exposure::state_at(match, now))},
          match.state_until ? format_rfc3339(*match.state_until) : std::string{},
          match.because,
          match.question};
}

/// What was asked for, some hundred rows at a time.
struct Rows {
  engine::Actor actor;
  engine::inventory::Access access;
  exposure::EveryMatch matches;
  Timestamp now;

  static Result<Rows> begin(App& app, const http::Request& request) {
    TRY(const auto asked, pages::exposure_asked(request));
    TRY(auto access, pages::inventory_access(app, request));
    TRY(const auto input, pages::exposure_input(app, request, access, asked));
    auto actor = access::actor(request);
    TRY(auto matches, exposure::EveryMatch::begin(app.database(), actor, access, input, kRowsMax, request.now));
    return Rows{std::move(actor), std::move(access), std::move(matches), request.now};
  }
  /// Nothing: those were all.
  Result<std::optional<std::vector<std::vector<std::string>>>> next() {
    const LanguageScope english{Language::en};
    TRY(const auto some, matches.next());
    std::optional<std::vector<std::vector<std::string>>> rows;
    if (!some) return rows;
    rows.emplace();
    for (std::size_t i = 0; i < some->rows.size(); ++i) {
      rows->push_back(cells(some->rows[i], some->decisions[i], now));
    }
    return rows;
  }
};

std::string csv_line(const std::vector<std::string>& row) {
  std::string csv;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) csv += ',';
    csv += formats::inventory::csv_cell(row[i]);
  }
  return csv + "\r\n";
}

http::Source csv_of(App& app, Rows rows) {
  return [&app, rows = std::make_shared<Rows>(std::move(rows)),
          begun = false]() mutable -> Result<std::optional<std::string>> {
    if (!std::exchange(begun, true)) return std::optional{csv_line(headers())};
    TRY_VOID(engine::inventory::still_open(app.database(), rows->actor, rows->access));
    TRY(const auto some, rows->next());
    std::optional<std::string> csv;
    if (!some) return csv;
    csv.emplace();
    for (const auto& row : *some) *csv += csv_line(row);
    return csv;
  };
}

http::Source worksheet_of(App& app, Rows rows) {
  return [&app, rows = std::make_shared<Rows>(std::move(rows)),
          sheet = std::make_shared<formats::inventory::WorksheetStream>(headers(), "Exposure"),
          ended = false]() mutable -> Result<std::optional<std::string>> {
    while (!ended) {
      TRY_VOID(engine::inventory::still_open(app.database(), rows->actor, rows->access));
      TRY(const auto some, rows->next());
      ended = !some;
      TRY(auto piece, some ? sheet->add(*some) : sheet->finish());
      if (!piece.empty()) return std::optional{std::move(piece)};
    }
    return std::optional<std::string>{};
  };
}

http::Response file(std::shared_ptr<const std::string> body, std::string_view type, std::string_view name) {
  http::Response response;
  response.content_type = type;
  response.body = std::move(body);
  response.with("Content-Disposition", fmt::format("attachment; filename=\"{}\"", name));
  return pages::personal(std::move(response));
}

}  // namespace

void add_exposure_export_routes(App& app, http::Router& router) {
  const auto permission = domain::Permission::read_inventory;
  pages::add_page(router, http::Method::get, "/exposure/export.csv", "exposure_csv", permission,
                  [&app](const http::Request& request) -> Result<http::Response> {
                    TRY(auto rows, Rows::begin(app, request));
                    return file(http::body_of(csv_of(app, std::move(rows))), "text/csv; charset=utf-8", "exposure.csv");
                  });
  pages::add_page(router, http::Method::get, "/exposure/export.xlsx", "exposure_xlsx", permission,
                  [&app](const http::Request& request) -> Result<http::Response> {
                    TRY(auto rows, Rows::begin(app, request));
                    return file(http::body_of(worksheet_of(app, std::move(rows))),
                                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "exposure.xlsx");
                  });
}

}  // namespace tocsin::portal
