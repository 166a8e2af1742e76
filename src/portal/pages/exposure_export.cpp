#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "formats/inventory/csv_cell.hpp"
#include "formats/inventory/worksheet.hpp"
#include "portal/access.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/member_parts.hpp"

/// The list of exposure as a table for spreadsheets. In English, as all files that are passed on.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
using formats::inventory::Table;

/// Each row is decided when the file is made.
constexpr std::size_t kRowsMax = 20'000;

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

Result<Table> table_of(App& app, const http::Request& request) {
  const LanguageScope english{Language::en};
  TRY(const auto asked, pages::exposure_asked(request));
  TRY(const auto access, pages::inventory_access(app, request));
  TRY(auto input, pages::exposure_input(app, request, asked));
  const auto actor = access::actor(request);
  input.limit = 200;
  input.cursor.clear();
  Table table;
  table.headers = headers();
  for (;;) {
    TRY(const auto page, exposure::list(app.database(), actor, access, input, request.now));
    TRY(const auto decisions, exposure::decisions_on(app.database(), actor, access, page.rows, request.now));
    for (std::size_t i = 0; i < page.rows.size(); ++i) {
      table.rows.push_back(cells(page.rows[i], decisions[i], request.now));
    }
    if (page.next_cursor.empty()) break;
    if (table.rows.size() >= kRowsMax) {
      return Error::invalid(tr<"more than {} matches fit: filter for fewer, one site at a time">(
          text::thousands(static_cast<long long>(kRowsMax))));
    }
    input.cursor = page.next_cursor;
  }
  return table;
}

std::string csv_of(const Table& table) {
  std::string csv;
  const auto line = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) csv += ',';
      csv += formats::inventory::csv_cell(row[i]);
    }
    csv += "\r\n";
  };
  line(table.headers);
  for (const auto& row : table.rows) line(row);
  return csv;
}

http::Response file(std::string bytes, std::string_view type, std::string_view name) {
  http::Response response;
  response.content_type = type;
  response.body = std::make_shared<const std::string>(std::move(bytes));
  response.with("Content-Disposition", fmt::format("attachment; filename=\"{}\"", name));
  return pages::personal(std::move(response));
}

}  // namespace

void add_exposure_export_routes(App& app, http::Router& router) {
  const auto permission = domain::Permission::read_inventory;
  pages::add_page(router, http::Method::get, "/exposure/export.csv", "exposure_csv", permission,
                  [&app](const http::Request& request) -> Result<http::Response> {
                    TRY(const auto table, table_of(app, request));
                    return file(csv_of(table), "text/csv; charset=utf-8", "exposure.csv");
                  });
  pages::add_page(router, http::Method::get, "/exposure/export.xlsx", "exposure_xlsx", permission,
                  [&app](const http::Request& request) -> Result<http::Response> {
                    TRY(const auto table, table_of(app, request));
                    TRY(auto bytes, formats::inventory::write_worksheet(table, "Exposure"));
                    return file(std::move(bytes), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                                "exposure.xlsx");
                  });
}

}  // namespace tocsin::portal
