// exposure_bench all | advisory | asset | finder | dump FOLDER | tell FILE: how fast matching is, over advisories and
// things made from the real advisories of TOCSIN_DATA: multiplied under new ids, with names and order numbers shifted
// so that each turn is a world of its own. Prints one line of JSON.
//   all       100,000 things against 20,000 advisories, from nothing, on two threads
//   advisory  one new advisory against 1,000,000 things
//   finder    one new advisory, of 40, against 300,000 assets of a portal: how many it would have to read
//   asset     one new thing against 100,000 advisories
//   dump      writes what a peer needs to do the same as "all" with fewer things: advisories.jsonl, assets.jsonl
//   tell      writes all that the matcher says of many things, each number to its last bit: to compare before and after
//             a change that must not change what is said
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include "domain/vendor.hpp"
#include "engine/exposure/asset_finder.hpp"
#include "engine/exposure/asset_index.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/testing/pairs.hpp"
#include "exposure_things.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::benchmarks;
namespace exposure = engine::exposure;
namespace csaf = formats::csaf;
using formats::inventory::Item;
using Clock = std::chrono::steady_clock;

constexpr unsigned kThreads = 2;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}
/// THINGS in the environment: fewer, for a look.
std::size_t things_wanted(std::size_t usual) {
  const auto* wanted = std::getenv("THINGS");
  return wanted == nullptr ? usual : static_cast<std::size_t>(std::atoll(wanted));
}
/// Of all threads: what the machine's other work does not change.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1000 + static_cast<double>(now.tv_nsec) / 1e6;
}
double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

csaf::Advisory shifted(const csaf::Advisory& from, std::size_t turn) {
  csaf::Advisory advisory;
  advisory.header.tracking_id =
      turn == 0 ? from.header.tracking_id : fmt::format("{}-R{:03}", from.header.tracking_id, turn);
  advisory.products = from.products;
  for (auto& product : advisory.products) {
    product.name = benchmarks::shifted(product.name, turn);
    product.product = benchmarks::shifted(product.product, turn);
    product.family = benchmarks::shifted(product.family, turn);
    for (auto& number : product.model_numbers) number = benchmarks::shifted(number, turn);
  }
  for (const auto& vulnerability : from.vulnerabilities) {
    auto& kept = advisory.vulnerabilities.emplace_back();
    kept.cve = vulnerability.cve;
    kept.ids = vulnerability.ids;
    kept.title = vulnerability.title;
    kept.statuses = vulnerability.statuses;
    kept.remediations = vulnerability.remediations;
    for (auto& remediation : kept.remediations) remediation.details.clear();
  }
  return advisory;
}

void build(exposure::Matcher& matcher, const std::vector<csaf::Advisory>& advisories, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    matcher.add(shifted(advisories[i % advisories.size()], i / advisories.size()));
  matcher.prepare();
}

double at(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

int all(const std::vector<csaf::Advisory>& advisories) {
  constexpr std::size_t kAdvisories = 20'000;
  const std::size_t kThings = things_wanted(100'000);
  const Things things{advisories, kAdvisories / advisories.size()};
  std::vector<Item> items;
  items.reserve(kThings);
  for (std::size_t i = 0; i < kThings; ++i) items.push_back(things.make(i));
  std::vector<csaf::Advisory> many;
  many.reserve(kAdvisories);
  for (std::size_t i = 0; i < kAdvisories; ++i)
    many.push_back(shifted(advisories[i % advisories.size()], i / advisories.size()));
  const double before_mb = peak_mb();
  const double cpu_before = cpu_seconds();
  const auto start = Clock::now();
  exposure::Matcher matcher;
  for (const auto& advisory : many) matcher.add(advisory);
  matcher.prepare();
  const double built = ms_since(start), cpu_built = cpu_seconds();
  std::vector<const Item*> asked;
  for (const auto& item : items) asked.push_back(&item);
  std::atomic<std::size_t> matches = 0, affected = 0;
  matcher.match_each(asked, kThreads, [&](std::size_t, const std::vector<exposure::Match>& told) {
    matches += told.size();
    affected += static_cast<std::size_t>(std::ranges::count_if(
        told, [](const auto& match) { return match.status == exposure::Status::affected && match.confidence >= 0.5; }));
  });
  const double seconds = ms_since(start) / 1000, cpu_done = cpu_seconds();
  fmt::print(
      R"({{"seconds":{:.2f},"build_seconds":{:.2f},"cpu_seconds":{:.2f},"cpu_build_seconds":{:.2f},"matches":{},"affected":{},"peak_mb":{:.0f},"inputs_mb":{:.0f},"per_thing_us":{:.1f}}})"
      "\n",
      seconds, built / 1000, cpu_done - cpu_before, cpu_built - cpu_before, matches.load(), affected.load(), peak_mb(),
      before_mb, (seconds * 1000 - built) * 1000 / static_cast<double>(kThings));
  return 0;
}

int one_advisory(const std::vector<csaf::Advisory>& advisories) {
  constexpr std::size_t kAdvisories = 20'000;
  const std::size_t kThings = things_wanted(1'000'000);
  exposure::Matcher known;
  build(known, advisories, kAdvisories);
  const Things things{advisories, kAdvisories / advisories.size()};
  exposure::AssetIndex index{&known};
  const auto start = Clock::now();
  for (std::size_t i = 0; i < kThings; ++i) index.add(things.make(i));
  const double indexed = ms_since(start) / 1000;
  std::vector<double> times, cpu_times;
  std::size_t matches = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    const auto advisory = shifted(advisories[i * 8 % advisories.size()], i % 12);
    const double cpu_begin = cpu_ms();
    const auto begin = Clock::now();
    exposure::Matcher one;
    one.add(advisory);
    one.prepare(&known);
    matches += index.match(one, kThreads).size();
    times.push_back(ms_since(begin));
    cpu_times.push_back(cpu_ms() - cpu_begin);
  }
  fmt::print(
      R"({{"p50_ms":{:.1f},"p95_ms":{:.1f},"max_ms":{:.1f},"cpu_p50_ms":{:.1f},"cpu_p95_ms":{:.1f},"matches":{},"index_seconds":{:.1f},"peak_mb":{:.0f}}})"
      "\n",
      at(times, 0.5), at(times, 0.95), at(times, 1), at(cpu_times, 0.5), at(cpu_times, 0.95), matches, indexed,
      peak_mb());
  return 0;
}

/// What the portal reads of a new advisory: assets that keys lead to, and those of which the matcher says something.
int finder(const std::vector<csaf::Advisory>& advisories) {
  const auto kThings = things_wanted(300'000);
  exposure::Matcher known;
  for (const auto& advisory : advisories) known.add(advisory);
  known.prepare();
  const Things things{advisories, 12};
  exposure::AssetFinder by_keys{exposure::AssetFinder::kEntriesMax, 0}, asking;
  const std::array<const exposure::Matcher*, 1> matchers{&known};
  for (std::size_t i = 0; i < kThings; ++i) {
    auto item = things.make(i);
    // As plants have it: a third of the things have a name of their own.
    if (i % 3 == 0) item.name = fmt::format("Pump {} PLC {}", i / 100, i);
    for (auto* each : {&by_keys, &asking}) each->add(static_cast<std::int64_t>(i), item, matchers);
  }
  std::vector<double> cpu_times, assets, assets_by_keys;
  exposure::AssetFinder::Effort sum;
  for (std::size_t i = 0; i < 40; ++i) {
    exposure::Matcher part;
    part.add(advisories[(40 + i * 37) % advisories.size()]);
    part.prepare(&known, true);
    const auto keys = by_keys.find(part);
    assets_by_keys.push_back(static_cast<double>(keys ? keys->size() : kThings));
    exposure::AssetFinder::Effort effort;
    const double cpu_begin = cpu_ms();
    const auto found = asking.find(part, &effort);
    cpu_times.push_back(cpu_ms() - cpu_begin);
    assets.push_back(static_cast<double>(found ? found->size() : kThings));
    sum.led_to += effort.led_to;
    sum.asked += effort.asked;
    sum.found += effort.found;
  }
  fmt::print(
      R"({{"assets_by_keys_p50":{},"assets_by_keys_p95":{},"assets_by_keys_max":{},"assets_p50":{},"assets_p95":{},"assets_max":{},"kinds_led_to":{},"kinds_asked":{},"kinds_found":{},"cpu_p50_ms":{:.1f},"cpu_p95_ms":{:.1f},"cpu_max_ms":{:.1f},"peak_mb":{:.0f}}})"
      "\n",
      at(assets_by_keys, 0.5), at(assets_by_keys, 0.95), at(assets_by_keys, 1), at(assets, 0.5), at(assets, 0.95),
      at(assets, 1), sum.led_to, sum.asked, sum.found, at(cpu_times, 0.5), at(cpu_times, 0.95), at(cpu_times, 1),
      peak_mb());
  return 0;
}

int one_asset(const std::vector<csaf::Advisory>& advisories) {
  constexpr std::size_t kAdvisories = 100'000;
  exposure::Matcher matcher;
  build(matcher, advisories, kAdvisories);
  const Things things{advisories, kAdvisories / advisories.size()};
  std::vector<double> times, cpu_times;
  std::size_t matches = 0;
  for (std::size_t i = 0; i < 5'000; ++i) {
    const auto item = things.make(i * 37);
    const double cpu_begin = cpu_ms();
    const auto begin = Clock::now();
    matches += matcher.match(item).size();
    times.push_back(ms_since(begin));
    cpu_times.push_back(cpu_ms() - cpu_begin);
  }
  fmt::print(
      R"({{"p50_ms":{:.3f},"p99_ms":{:.3f},"max_ms":{:.3f},"cpu_p50_ms":{:.3f},"cpu_p99_ms":{:.3f},"matches":{},"peak_mb":{:.0f}}})"
      "\n",
      at(times, 0.5), at(times, 0.99), at(times, 1), at(cpu_times, 0.5), at(cpu_times, 0.99), matches, peak_mb());
  return 0;
}

int dump(const std::vector<csaf::Advisory>& advisories, const std::string& folder) {
  constexpr std::size_t kAdvisories = 20'000, kThings = 200;
  std::ofstream advisory_file(folder + "/advisories.jsonl"), asset_file(folder + "/assets.jsonl");
  for (std::size_t i = 0; i < kAdvisories; ++i) {
    const auto advisory = shifted(advisories[i % advisories.size()], i / advisories.size());
    boost::json::array products;
    for (const auto& product : advisory.products) {
      boost::json::array numbers;
      for (const auto& number : product.model_numbers) numbers.emplace_back(number);
      products.push_back({{"vendor", domain::vendor_key(product.vendor)},
                          {"name", product.product},
                          {"version", product.version},
                          {"numbers", std::move(numbers)}});
    }
    advisory_file << boost::json::serialize(
                         boost::json::object{{"id", advisory.header.tracking_id}, {"products", products}})
                  << '\n';
  }
  const Things things{advisories, kAdvisories / advisories.size()};
  for (std::size_t i = 0; i < kThings; ++i) {
    const auto item = things.make(i * 500);
    asset_file << boost::json::serialize(
                      boost::json::object{{"vendor", item.vendor.empty() ? "" : domain::vendor_key(item.vendor)},
                                          {"product", item.product},
                                          {"model", item.model},
                                          {"version", item.versions.front().text}})
               << '\n';
  }
  return asset_file.good() && advisory_file.good() ? 0 : 1;
}

void write(std::FILE* file, std::size_t thing, const exposure::Matcher& matcher, const exposure::Match& match) {
  fmt::print(file, "{}|{}|{}|{:a}|{:a}|{}|{}|{}|{}|{}\n", thing, matcher.id_of(match.advisory),
             exposure::to_string(match.status), match.confidence, match.fit, exposure::to_string(match.evidence),
             fmt::join(match.product_ids, ","), fmt::join(match.cves, ","), match.because, match.question);
}

/// Things of the benchmark, and the pairs labelled by hand as they are and with something left out or mistyped.
std::vector<Item> told_things(const Things& things) {
  std::vector<Item> items;
  const auto count = things_wanted(12'000);
  for (std::size_t i = 0; i < count; ++i) items.push_back(things.make(i * 131));
  for (const auto& pair : exposure::testing::labelled_pairs()) {
    items.push_back(pair.item);
    for (const int change : {0, 1, 2, 3, 4}) {
      auto item = pair.item;
      if (change == 0) item.vendor.clear();
      if (change == 1) item.versions.clear();
      if (change == 2 && item.product.size() > 6) std::swap(item.product[4], item.product[5]);
      if (change == 3) item.product = item.vendor + " " + item.product;
      if (change == 4) {
        item.name = item.product;
        item.product.clear();
        if (item.model.size() > 12) item.model[11] = 'x';
      }
      items.push_back(std::move(item));
    }
  }
  return items;
}

int tell(const std::vector<csaf::Advisory>& advisories, const std::string& path) {
  constexpr std::size_t kAdvisories = 20'000;
  auto* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return 1;
  const Things things{advisories, kAdvisories / advisories.size()};
  const auto items = told_things(things);
  exposure::Matcher real, known;
  for (const auto& advisory : advisories) real.add(advisory);
  real.prepare();
  build(known, advisories, kAdvisories);
  exposure::AssetIndex index{&known};
  for (const auto& item : items) index.add(item);
  std::vector<const Item*> asked;
  for (const auto& item : items) asked.push_back(&item);
  for (const auto* matcher : {&real, &known}) {
    std::fputs("# all\n", file);
    std::vector<std::vector<exposure::Match>> all(items.size());
    matcher->match_each(asked, kThreads, [&](std::size_t item, const auto& told) { all[item] = told; });
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (const auto& match : all[i]) write(file, i, *matcher, match);
    }
  }
  for (std::size_t i = 0; i < 150; ++i) {
    exposure::Matcher one, part;
    one.add(shifted(advisories[i * 11 % advisories.size()], i % 12));
    one.prepare(&known);
    fmt::print(file, "# {}\n", one.id_of(0));
    for (const auto& found : index.match(one, kThreads)) write(file, found.asset, one, *found.match);
    part.add(advisories[i * 11 % advisories.size()]);
    part.prepare(&real, true);
    for (std::size_t thing = i % 5; thing < items.size(); thing += 5) {
      for (const auto& match : part.match(items[thing])) write(file, thing, part, match);
    }
  }
  return std::fclose(file) == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string what = count > 1 ? arguments[1] : "";
  const auto advisories = exposure::testing::real_advisories();
  if (advisories.empty()) {
    std::puts("csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA: nothing to measure.");
    return 0;
  }
  if (what == "all") return all(advisories);
  if (what == "advisory") return one_advisory(advisories);
  if (what == "asset") return one_asset(advisories);
  if (what == "finder") return finder(advisories);
  if (what == "dump" && count > 2) return dump(advisories, arguments[2]);
  if (what == "tell" && count > 2) return tell(advisories, arguments[2]);
  std::fputs("Usage: exposure_bench all | advisory | asset | finder | dump FOLDER | tell FILE\n", stderr);
  return 2;
}
