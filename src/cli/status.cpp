#include "engine/exposure/status.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/text_table.hpp"
#include "exchange/source.hpp"
#include "formats/inventory/csv_cell.hpp"
#include "portal/pages/status_view.hpp"

namespace tocsin::cli {
namespace {

namespace exposure = engine::exposure;
using exposure::StatusAnswer;
using exposure::StatusEntry;

Result<exposure::AdvisoryHistory::Pointer> read_history(const CommandLine& line, Timestamp now) {
  std::vector<exposure::KeptRevision> revisions;
  Progress progress{"Reading advisories", "advisories", !line.quiet};
  const auto leave_out = [&](const std::string& name, const Error& error) {
    progress.clear();
    complain(fmt::format("{} is left out: {}", name, error.to_string()));
  };
  exchange::SourceEvents events;
  events.visit = [&](const exchange::SourceDocument& document) -> Status {
    const auto parsed = json::parse(document.bytes);
    auto advisory =
        parsed ? formats::csaf::read_advisory(parsed->root()) : Result<formats::csaf::Advisory>{parsed.error()};
    if (advisory) {
      revisions.push_back(exposure::kept_of_document(std::move(*advisory), now));
    } else {
      leave_out(document.name, advisory.error());
    }
    return ok();
  };
  events.bad = leave_out;
  events.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total, revisions.size()); };
  for (const auto& path : line.status.advisories) TRY_VOID(exchange::read_source(path, {}, events));
  progress.clear();
  if (revisions.empty()) return Error::invalid("No advisory could be read", "--advisories");
  return exposure::AdvisoryHistory::of_documents(std::move(revisions));
}

std::string score_text(std::optional<int> tenths) {
  return tenths ? fmt::format("{}.{}", *tenths / 10, *tenths % 10) : "";
}

std::string note_of(const StatusEntry& entry) {
  if (entry.kind != StatusEntry::Kind::earliest_kept) return std::string{to_string(entry.kind)};
  return entry.version_then.empty() ? "earliest kept" : fmt::format("earliest kept (then {})", entry.version_then);
}

void print_part(std::string_view title, const std::vector<StatusEntry>& entries, std::size_t total) {
  print(fmt::format("{}: {}{}\n", title, text::count_of(static_cast<long long>(total), "advisory", "advisories"),
                    total > entries.size() ? fmt::format(", of which the {} most urgent", entries.size()) : ""));
  if (entries.empty()) return;
  TextTable table{{{.title = "advisory"},
                   {.title = "version"},
                   {.title = "of"},
                   {.title = "as"},
                   {.title = "status"},
                   {.title = "sure", .right = true},
                   {.title = "score", .right = true},
                   {.title = "because", .width_max = 400, .shrinks = true}}};
  for (const auto& each : entries) {
    const auto& match = each.match;
    table.add({{safe_text(each.tracking_id)},
               {safe_text(each.version)},
               {format_date(each.released_at)},
               {safe_text(note_of(each))},
               {std::string{exposure::to_string(match.status)}},
               {fmt::format("{:.2f}", match.confidence)},
               {score_text(each.score_tenths)},
               {safe_text(match.question.empty() ? match.because : match.question)}});
  }
  print(table.text(output_width(), colours()));
}

void print_csv(const StatusAnswer& answer) {
  print("part,as,advisory,version,release_date,status,confidence,score,vulnerabilities,because,question,remedies\r\n");
  for (const auto& [part, entries] : {std::pair{"known", &answer.known}, std::pair{"since", &answer.since}}) {
    for (const auto& each : *entries) {
      std::string remedies;
      for (const auto& remedy : each.remedies) {
        remedies +=
            fmt::format("{}{}: {}{}{}", remedies.empty() ? "" : " | ", formats::csaf::to_string(remedy.category),
                        remedy.details, remedy.url.empty() ? "" : " ", remedy.url);
      }
      std::string row;
      for (const auto& cell :
           {std::string{part}, std::string{to_string(each.kind)}, each.tracking_id, each.version,
            format_rfc3339(each.released_at), std::string{exposure::to_string(each.match.status)},
            fmt::format("{:.2f}", each.match.confidence), score_text(each.score_tenths),
            fmt::format("{}", fmt::join(each.match.cves, " ")), each.match.because, each.match.question, remedies}) {
        row.append(row.empty() ? "" : ",").append(formats::inventory::csv_cell(cell));
      }
      print(row + "\r\n");
    }
  }
}

}  // namespace

int run_status(const CommandLine& line) {
  const auto& options = line.status;
  const bool json = options.format == "json";
  const auto now = system_clock().now();
  std::optional<Installation> installation;
  std::optional<exposure::StatusDesk> desk;
  if (options.advisories.empty()) {
    if (line.location.folder.empty()) return fail(Error::invalid("is needed, or --advisories", "--data"), json);
    auto opened = open_installation(line.location);
    if (!opened) return fail(opened.error(), json);
    installation = std::move(*opened);
    desk.emplace(*installation->database);
  } else {
    auto history = read_history(line, now);
    if (!history) return fail(history.error(), json);
    desk.emplace(std::move(*history));
  }
  // At the console, for which nobody's inventory speaks: with what the community calls things.
  const auto nobody = engine::Actor::anonymous();
  const auto answer =
      desk->ask(operator_viewer(line.as_public),
                {.vendor = options.vendor,
                 .product = options.product,
                 .model = options.model,
                 .version = options.version,
                 .at = options.at,
                 .known_by = exposure::parse_known_by(options.known_by).value_or(exposure::KnownBy::published)},
                now, &nobody);
  if (!answer) return fail(answer.error(), json);
  if (json) {
    print_json(portal::pages::status_json(*answer));
  } else if (options.format == "csv") {
    print_csv(*answer);
  } else {
    print_part(fmt::format("Known on {} ({} by then)", format_minute(answer->at), options.known_by), answer->known,
               answer->known_total);
    print_part("Became known since", answer->since, answer->since_total);
  }
  return kGood;
}

}  // namespace tocsin::cli
