#include "engine/search/search.hpp"

#include <charconv>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "portal/pages/format.hpp"

namespace tocsin::cli {
namespace {

using formats::cvss::Severity;

std::string style_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return "\x1b[1;35m";
    case Severity::high:
      return "\x1b[31m";
    case Severity::medium:
      return "\x1b[33m";
    case Severity::low:
      return "\x1b[32m";
    case Severity::none:
      return {};
  }
  return {};
}

std::string score_text(const std::optional<int>& tenths) {
  return tenths ? fmt::format("{}.{}", *tenths / 10, *tenths % 10) : "";
}

/// The words again, with a caret under the place that the error names.
int fail_query(const Error& error, const std::string& query, bool json) {
  std::size_t column = 0;
  std::from_chars(error.where.data(), error.where.data() + error.where.size(), column);
  if (column > 0 && query.find('\n') == std::string::npos) {
    // Columns count characters; what stands before the caret takes as many columns as a terminal gives it.
    const auto shown = safe_text(query);
    std::size_t at = 0;
    for (std::size_t i = 1; i < column && at < shown.size(); ++i)
      at += std::max<std::size_t>(text::utf8_length_at(shown, at), 1);
    fmt::print(stderr, "  {}\n  {}^\n", shown, std::string(display_width(std::string_view{shown}.substr(0, at)), ' '));
  }
  return fail(
      Error{error.code, error.message, column > 0 ? fmt::format("column {}", column) : error.where, error.detail},
      json);
}

}  // namespace

int run_search(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  engine::search::Catalogue catalogue{*installation->database};
  if (const auto refreshed = catalogue.refresh(); !refreshed) return fail(refreshed.error(), line.json);
  engine::search::SearchEngine engine{*installation->database, catalogue};
  engine::search::SearchRequest request;
  request.query = line.words;
  request.sort = engine::search::parse_sort(line.sort).value_or(engine::search::Sort::relevance);
  request.limit = line.limit;
  request.cursor = line.cursor;
  request.facets = false;
  const auto result = engine.search(operator_viewer(line.as_public), request, system_clock().now());
  if (!result) return fail_query(result.error(), line.words, line.json);

  if (line.json) {
    for (const auto& hit : result->hits) print_json(portal::pages::hit_json(hit));
    boost::json::object end;
    end.emplace("total", result->total);
    end.emplace("next_cursor", result->next_cursor);
    end.emplace("corrections", portal::pages::corrections_json(*result));
    boost::json::object summary;
    summary.emplace("summary", std::move(end));
    print_json(summary);
    return kGood;
  }
  for (const auto& each : result->corrections) {
    print(fmt::format("Nothing says '{}'; showing '{}'.\n", safe_text(each.typed), safe_text(each.used)));
  }
  if (result->hits.empty()) {
    print("Nothing found.\n");
    return kGood;
  }
  const bool marked =
      std::ranges::any_of(result->hits, [](const auto& hit) { return hit.card.tlp != domain::Tlp::clear; });
  std::vector<TableColumn> columns{{.title = "id", .width_max = 32},
                                   {.title = "updated"},
                                   {.title = "score", .right = true},
                                   {.title = "severity"},
                                   {.title = "title", .shrinks = true}};
  if (marked) columns.insert(columns.begin() + 4, {.title = "TLP"});
  TextTable table{std::move(columns)};
  for (const auto& hit : result->hits) {
    const auto style = style_of(hit.card.severity);
    const bool rated = hit.card.severity != Severity::none;
    std::vector<TextTable::Cell> row{{safe_text(hit.card.key)},
                                     {format_date(hit.card.current_release_at)},
                                     {score_text(hit.card.score_tenths), style},
                                     {rated ? std::string{formats::cvss::to_string(hit.card.severity)} : "", style},
                                     {safe_text(hit.card.title)}};
    if (marked) row.insert(row.begin() + 4, {std::string{domain::to_string(hit.card.tlp)}});
    table.add(std::move(row));
  }
  print(table.text(output_width(), colours()));
  const auto last = result->first_position + static_cast<std::int64_t>(result->hits.size()) - 1;
  std::string foot =
      fmt::format("\n{} of {}",
                  last > result->first_position
                      ? fmt::format("{}-{}", text::thousands(result->first_position), text::thousands(last))
                      : text::thousands(last),
                  text::count_of(result->total, "advisory", "advisories"));
  if (!result->next_cursor.empty()) foot += fmt::format("; next page: --cursor {}", result->next_cursor);
  print(foot + "\n");
  return kGood;
}

}  // namespace tocsin::cli
