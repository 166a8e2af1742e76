#include <cmath>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "cli/commands.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/text_table.hpp"
#include "engine/exposure/matcher.hpp"
#include "exchange/source.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/inventory/read.hpp"
#include "formats/inventory/worksheet.hpp"
#include "portal/pages/exposure_file.hpp"

namespace tocsin::cli {
namespace {

namespace csaf = formats::csaf;
namespace exposure = engine::exposure;
namespace inventory = formats::inventory;
using exposure::Match;
using exposure::Status;

constexpr std::size_t kInventoryBytesMax = std::size_t{1} << 30;

/// "Header=field" of the command line.
Result<inventory::ReadOptions> read_options(const MatchOptions& options) {
  inventory::ReadOptions into;
  into.sheet = options.sheet;
  for (const auto& each : options.columns) {
    const auto equals = each.rfind('=');
    if (equals == std::string::npos) return Error::invalid("is written as HEADER=FIELD", "--column");
    const auto field = inventory::parse_field(each.substr(equals + 1));
    if (!field) {
      std::string names = "none";
      for (const auto known : inventory::all_fields()) names.append(", ").append(inventory::to_string(known));
      return Error::invalid(fmt::format("'{}' is no field; there are {}", each.substr(equals + 1), names), "--column");
    }
    into.columns.emplace_back(each.substr(0, equals), *field);
  }
  return into;
}

Result<std::vector<inventory::Item>> read_items(const MatchOptions& options) {
  TRY(const auto how, read_options(options));
  TRY(const auto bytes, read_file(options.assets, kInventoryBytesMax, "cannot be read"));
  if (bytes.size() > kInventoryBytesMax) {
    return Error::too_large("The inventory", kInventoryBytesMax, options.assets);
  }
  auto read = inventory::read_inventory(bytes, options.assets, how);
  if (read) return std::move(read->items);
  auto error = read.error();
  if (error.where == "columns") {
    error.where.clear();
    error.message += ". Name one with --column 'HEADER=product' or --column 'HEADER=model'";
  }
  return in_file(options.assets, std::move(error));
}

/// What matching does not need: of many advisories it is most of them.
void strip(csaf::Advisory& advisory) {
  advisory.notes.clear();
  advisory.references.clear();
  advisory.acknowledgments.clear();
  advisory.history.clear();
  for (auto& vulnerability : advisory.vulnerabilities) {
    vulnerability.notes.clear();
    vulnerability.references.clear();
    vulnerability.acknowledgments.clear();
  }
}

tocsin::Status read_advisories(const CommandLine& line, exposure::Matcher& matcher) {
  // Of several revisions of one document the newest counts.
  std::map<std::pair<std::string, std::string>, csaf::Advisory> newest;
  Progress progress{"Reading advisories", "advisories", !line.quiet};
  std::uint64_t read = 0;
  exchange::SourceEvents events;
  events.visit = [&](const exchange::SourceDocument& document) -> tocsin::Status {
    auto parsed = json::parse(document.bytes);
    auto advisory = parsed ? csaf::read_advisory(parsed->root()) : Result<csaf::Advisory>{parsed.error()};
    if (!advisory) {
      progress.clear();
      complain(fmt::format("{} is left out: {}", document.name, advisory.error().to_string()));
      return ok();
    }
    ++read;
    strip(*advisory);
    const auto& header = advisory->header;
    const auto order = [](const csaf::Advisory& each) {
      return std::pair{csaf::version_order(each.header.tracking_version), each.header.current_release_date.micros};
    };
    const auto [at, is_new] =
        newest.try_emplace({header.publisher_namespace, text::lower_ascii(header.tracking_id)}, csaf::Advisory{});
    if (is_new || order(at->second) < order(*advisory)) at->second = std::move(*advisory);
    return ok();
  };
  events.bad = [&](const std::string& name, const Error& error) {
    progress.clear();
    complain(fmt::format("{} is left out: {}", name, error.message));
  };
  events.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total, read); };
  for (const auto& path : line.match.advisories) TRY_VOID(exchange::read_source(path, {}, events));
  progress.clear();
  if (read == 0) return Error::invalid("No advisory could be read", "--advisories");
  for (const auto& [id, advisory] : newest) matcher.add(advisory);
  matcher.prepare();
  return ok();
}

std::string asset_name(const inventory::Item& item) {
  for (const auto* text : {&item.key, &item.name, &item.product, &item.model, &item.family}) {
    if (!text->empty()) return *text;
  }
  return fmt::format("row {}", item.row);
}

boost::json::array texts(const std::vector<std::string>& all) {
  boost::json::array array;
  for (const auto& each : all) array.emplace_back(each);
  return array;
}

std::string joined(const std::vector<std::string>& all, std::string_view between) {
  std::string out;
  for (const auto& each : all) out.append(out.empty() ? "" : between).append(each);
  return out;
}

std::string csv_cell(std::string_view text) {
  std::string cell{text};
  // A spreadsheet would take it for a formula.
  if (!cell.empty() && std::string_view{"=+-@\t\r"}.find(cell.front()) != std::string_view::npos)
    cell.insert(0, 1, '\'');
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string out = "\"";
  for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::vector<std::string> column_names() {
  return {"row", "asset", "advisory", "status", "confidence", "cves", "because", "question"};
}

std::string file_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return std::string{slash == std::string_view::npos ? path : path.substr(slash + 1)};
}

class Writer {
 public:
  Writer(const MatchOptions& options, const exposure::Matcher& matcher) : options_(options), matcher_(matcher) {
    if (options_.format == "csv") print(joined(column_names(), ",") + "\r\n");
    if (options_.format == "xlsx") sheet_.headers = column_names();
    exposure_.lists_all = options_.all;
  }

  void tell(const inventory::Item& item, const Match& match) {
    const auto& advisory = matcher_.id_of(match.advisory);
    if (options_.format == "json") {
      boost::json::object object;
      object["row"] = item.row;
      object["asset"] = asset_name(item);
      object["advisory"] = advisory;
      object["product_ids"] = texts(match.product_ids);
      object["cves"] = texts(match.cves);
      object["status"] = exposure::to_string(match.status);
      object["confidence"] = std::round(match.confidence * 1000) / 1000;
      object["because"] = match.because;
      if (!match.question.empty()) object["question"] = match.question;
      return print_json(object);
    }
    if (options_.format == "html") {
      exposure_.lines.push_back({.row = item.row,
                                 .asset = asset_name(item),
                                 .site = item.site,
                                 .address = item.addresses.empty() ? std::string{} : item.addresses.front(),
                                 .advisory = advisory,
                                 .match = match});
      return;
    }
    if (!options_.all && (match.status == Status::fixed || match.status == Status::not_affected)) return;
    std::vector<std::string> cells = {std::to_string(item.row),
                                      asset_name(item),
                                      advisory,
                                      std::string{exposure::to_string(match.status)},
                                      fmt::format("{:.2f}", match.confidence),
                                      joined(match.cves, " "),
                                      match.because,
                                      match.question};
    if (options_.format == "xlsx") {
      sheet_.rows.push_back(std::move(cells));
      return;
    }
    if (options_.format == "csv") {
      for (auto& cell : cells) cell = csv_cell(cell);
      return print(joined(cells, ",") + "\r\n");
    }
    table_.add({{std::to_string(item.row)},
                {safe_text(asset_name(item))},
                {safe_text(advisory)},
                {std::string{exposure::to_string(match.status)}},
                {fmt::format("{:.2f}", match.confidence)},
                {safe_text(match.question.empty() ? match.because : match.question)}});
  }

  tocsin::Status finish(std::size_t items, std::size_t affected) {
    if (options_.format == "html") {
      exposure_.made = system_clock().now();
      exposure_.inventory = options_.assets == "-" ? "standard input" : file_name(options_.assets);
      exposure_.assets = items;
      exposure_.advisories = matcher_.advisories();
      print(portal::pages::exposure_file_html(std::move(exposure_)));
    }
    if (options_.format == "xlsx") {
      TRY(const auto bytes, inventory::write_worksheet(sheet_, "Exposure"));
      print(bytes);
    }
    if (options_.format != "text") return ok();
    if (!table_.empty()) print(table_.text(output_width(), colours()));
    print(fmt::format("{} against {}: {} affected.\n", text::count_of(static_cast<long long>(items), "asset", "assets"),
                      text::count_of(static_cast<long long>(matcher_.advisories()), "advisory", "advisories"),
                      text::thousands(static_cast<long long>(affected))));
    return ok();
  }

 private:
  const MatchOptions& options_;
  const exposure::Matcher& matcher_;
  inventory::Table sheet_;
  portal::pages::Exposure exposure_;
  TextTable table_{{{.title = "row", .right = true},
                    {.title = "asset", .width_max = 40, .shrinks = true},
                    {.title = "advisory"},
                    {.title = "status"},
                    {.title = "sure", .right = true},
                    {.title = "because", .width_max = 400, .shrinks = true}}};
};

}  // namespace

int run_match(const CommandLine& line) {
  const bool json = line.match.format == "json";
  if (line.match.format == "xlsx" && ::isatty(STDOUT_FILENO) != 0) {
    return fail(
        Error::invalid("a workbook is nothing for a terminal: send it to a file (> exposure.xlsx)", "--format"));
  }
  const auto items = read_items(line.match);
  if (!items) return fail(items.error(), json);
  exposure::Matcher matcher;
  if (const auto read = read_advisories(line, matcher); !read) return fail(read.error(), json);
  Writer writer{line.match, matcher};
  std::size_t affected = 0;
  for (const auto& item : *items) {
    bool is_affected = false;
    for (const auto& match : matcher.match(item)) {
      if (match.confidence < line.match.confidence && match.status != Status::undecidable) continue;
      is_affected = is_affected || match.status == Status::affected;
      writer.tell(item, match);
    }
    affected += is_affected ? 1 : 0;
  }
  if (const auto written = writer.finish(items->size(), affected); !written) return fail(written.error());
  return affected == 0 ? kGood : kFailed;
}

}  // namespace tocsin::cli
