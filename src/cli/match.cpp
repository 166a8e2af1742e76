#include <algorithm>
#include <deque>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/columns_given.hpp"
#include "cli/commands.hpp"
#include "cli/match_advisories.hpp"
#include "cli/match_writer.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "formats/inventory/read.hpp"

namespace tocsin::cli {
namespace {

namespace exposure = engine::exposure;
namespace inventory = formats::inventory;
using exposure::Status;

/// What is found of so many rows is held before it is told.
constexpr std::size_t kItemsAtOnce = 2'000;
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

Result<std::vector<inventory::Item>> read_items(const MatchOptions& options, bool quiet) {
  TRY(const auto how, read_options(options));
  TRY(const auto bytes, read_file(options.assets, kInventoryBytesMax, "cannot be read"));
  if (bytes.size() > kInventoryBytesMax) {
    return Error::too_large("The inventory", kInventoryBytesMax, options.assets);
  }
  auto read = inventory::read_inventory(bytes, options.assets, how);
  if (read) {
    // A column that nobody understood makes poor matches, and nobody looks for the reason where nothing was said.
    if (!quiet && options.format != "json") {
      for (const auto& each : columns_in_words(read->headers, read->columns)) {
        fmt::print(stderr, "{}\n", safe_text(each));
      }
    }
    return std::move(read->items);
  }
  auto error = read.error();
  if (error.where == "columns") {
    error.where.clear();
    error.message += ". Name one with --column 'HEADER=product' or --column 'HEADER=model'";
  }
  return in_file(options.assets, std::move(error));
}

/// Told in the order of the rows. How many are affected.
std::size_t match_all(std::span<const inventory::Item> items, const MatchOptions& options, const Knowledge& knowledge,
                      MatchWriter& writer) {
  // To decide and to write it down takes as long as to find it: what many lines are made of is made on all threads.
  const bool json = options.format == "json";
  const auto threads = std::max(1U, std::thread::hardware_concurrency());
  std::size_t affected = 0;
  for (std::size_t from = 0; from < items.size(); from += kItemsAtOnce) {
    const auto some = items.subspan(from, std::min(kItemsAtOnce, items.size() - from));
    std::vector<const inventory::Item*> asked;
    for (const auto& each : some) asked.push_back(&each);
    // Things are looked at as what they are called elsewhere, too.
    std::deque<std::pair<std::size_t, exposure::Reading>> readings;
    std::vector<char> is_read_otherwise(some.size());
    for (std::size_t at = 0; at < some.size(); ++at) {
      for (auto& each : knowledge.aliases.readings(domain::kOwnOrganisation, some[at])) {
        is_read_otherwise[at] = 1;
        asked.push_back(&readings.emplace_back(at, std::move(each)).second.item);
      }
    }
    std::vector<std::vector<exposure::Match>> found(some.size()), read(readings.size());
    std::vector<std::string> lines(json ? some.size() : 0);
    std::vector<char> is_affected(some.size());
    knowledge.matcher.match_each(asked, threads, [&](std::size_t at, const std::vector<exposure::Match>& matches) {
      for (const auto& each : matches) {
        if (at >= some.size()) {
          // How sure it is of the thing itself is found out when both are laid together.
          read[at - some.size()].push_back(each);
          continue;
        }
        if (!exposure::is_worth_showing(each, options.confidence)) continue;
        if (is_read_otherwise[at] != 0) {
          found[at].push_back(each);
          continue;
        }
        if (each.status == Status::affected) is_affected[at] = 1;
        if (json) {
          lines[at] += writer.json_line(some[at], each);
        } else {
          found[at].push_back(each);
        }
      }
    });
    for (std::size_t i = 0; i < readings.size(); ++i) {
      exposure::take_reading(found[readings[i].first], std::move(read[i]), readings[i].second, options.confidence);
    }
    for (std::size_t at = 0; at < some.size(); ++at) {
      if (is_read_otherwise[at] != 0) {
        for (const auto& each : found[at]) {
          if (each.status == Status::affected) is_affected[at] = 1;
          if (json) lines[at] += writer.json_line(some[at], each);
        }
        if (json) found[at].clear();
      }
      if (json) print(lines[at]);
      for (const auto& match : found[at]) writer.tell(some[at], match);
      affected += static_cast<std::size_t>(is_affected[at]);
    }
  }
  return affected;
}

}  // namespace

int run_match(const CommandLine& line) {
  const bool json = line.match.format == "json";
  if (line.match.format == "xlsx" && ::isatty(STDOUT_FILENO) != 0) {
    return fail(
        Error::invalid("a workbook is nothing for a terminal: send it to a file (> exposure.xlsx)", "--format"));
  }
  const auto items = read_items(line.match, line.quiet);
  if (!items) return fail(items.error(), json);
  const auto knowledge = read_knowledge(line);
  if (!knowledge) return fail(knowledge.error(), json);
  MatchWriter writer{line.match, *knowledge};
  const auto affected = match_all(*items, line.match, *knowledge, writer);
  if (const auto written = writer.finish(items->size(), affected); !written) return fail(written.error());
  return affected == 0 ? kGood : kFailed;
}

}  // namespace tocsin::cli
