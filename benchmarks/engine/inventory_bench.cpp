// inventory_bench DATABASE [ASSETS]: what an organisation with many assets costs in the portal, through the functions
// that pages, API and command line call. DATABASE: a migrated database (tocsin init) that holds the real advisories
// (tocsin import), as the path of an SQLite file or a postgresql:// URL; it is filled, so take one that nobody needs.
// Prints what each thing took by the clock and what memory the process had at most so far, and at last one line of
// JSON. MATCH=new: assets count as matched, so that only new advisories are measured; MATCH=no: nothing is matched.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/zone.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/overview.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/exposure/testing/pairs.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/members/members.hpp"
#include "exposure_things.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::benchmarks;
namespace exposure = engine::exposure;
namespace inventory = engine::inventory;
using Clock = std::chrono::steady_clock;

boost::json::object figures;
double cpu_last = 0;  ///< Of the last measure().

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

[[noreturn]] void give_up(const Error& error) {
  fmt::print(stderr, "{} {}\n", error.to_string(), error.detail);
  std::exit(1);
}
template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(result).value();
}
void must(const Status& status) {
  if (!status) give_up(status.error());
}

/// Of the whole process: where others load the machine, it tells more than the clock.
double cpu_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

double measure(const std::string& name, const std::function<void()>& what) {
  const double cpu_before = cpu_ms();
  const auto start = Clock::now();
  what();
  const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  cpu_last = cpu_ms() - cpu_before;
  fmt::print("  {:<52} {:>12.1f} ms, CPU {:>9.1f} ms {:>8.0f} MB\n", name, ms, cpu_last, peak_mb());
  std::fflush(stdout);
  figures[name] = ms;
  return ms;
}

class Bench {
 public:
  Bench(store::Database& database, std::size_t count) : database_(database), count_(count) {
    engine::members::OrganisationInput input;
    input.kind = domain::OrganisationKind::asset_owner;
    input.name = fmt::format("Bench {}", system_clock().now().micros);
    actor_.viewer.organisation =
        must(engine::members::create_organisation(database_, engine::Actor::at_console(), input, now()));
    access_ = must(inventory::access(database_, actor_, {}, now()));
  }

  void import(const Things& things) {
    std::vector<formats::inventory::Item> items;
    items.reserve(count_);
    for (std::size_t i = 0; i < count_; ++i) {
      items.push_back(things.make(i));
      items.back().row = i + 1;
      if (i % 3 == 0) items.back().name = fmt::format("Pump {} PLC {}", i / 100, i);
    }
    measure("items made", [] {});
    measure("difference shown", [&] { must(inventory::compare(database_, actor_, items, {})); });
    measure("import", [&] { must(inventory::import(database_, actor_, std::move(items), {}, now())); });
  }

  void pages() {
    const auto page = [&](const std::string& name, inventory::ListInput input) {
      std::int64_t total = 0;
      measure(name, [&] { total = must(inventory::list(database_, access_, input)).total; });
      fmt::print("    of {}\n", total);
    };
    page("list, first page", {});
    page("list, by vendor", {.sort = store::AssetSort::vendor});
    page("list, a word that many have", {.words = "siemens"});
    page("list, a serial number", {.words = fmt::format("SN{:09}", std::size_t{77} * 7919)});
    page("list, two words", {.words = "pump 4711"});
    page("list, one letter", {.words = "p"});
    page("list, a part of an order number", {.words = "515-2"});
    page("list, a word that none has", {.words = "nowhere-to-be-found"});
    page("list, a site", {.site = "Plant 7"});
    page("list, a word at a site", {.words = "scalance", .site = "Plant 7"});
    inventory::ListInput deep;
    for (int i = 1; i < 1'000; ++i) {
      auto read = database_.read([&](store::Connection& connection) -> Status {
        store::Assets assets{connection};
        const auto rows = must(assets.page(access_.organisation, {}, store::AssetSort::label, after_, 50));
        if (!rows.empty()) {
          after_ = store::AssetAfter{.text = text::fold(rows.back().label), .number = 0, .id = rows.back().id};
        }
        return ok();
      });
      must(read);
      if (i == 50 && count_ < 50'000) break;
    }
    measure("list, a page far behind", [&] {
      must(database_.read([&](store::Connection& connection) -> Status {
        must(store::Assets{connection}.page(access_.organisation, {}, store::AssetSort::label, after_, 50));
        return ok();
      }));
    });
    measure("list, what filters offer", [&] { must(inventory::filter_values(database_, access_)); });
    std::size_t bytes = 0;
    measure("export as CSV", [&] {
      must(inventory::export_csv(
          database_, actor_, access_,
          [&](std::string_view piece) -> Status {
            bytes += piece.size();
            return ok();
          },
          now()));
    });
    fmt::print("    {} MB\n", bytes >> 20U);
  }

  void match(const std::string& name) {
    std::int64_t assets = 0, matches = 0;
    const double ms = measure(name, [&] {
      must(runs_.all(system_clock(), [&](const exposure::RunStep& step) {
        assets += step.assets;
        matches += step.matches;
        return true;
      }));
    });
    fmt::print("    {} assets looked at, {} matches written\n", assets, matches);
    times_.push_back(ms);
    cpu_times_.push_back(cpu_last);
  }

  void count_as_matched() {
    must(database_.write([](store::Connection& connection) -> Status {
      must(connection.run(store::Sql{"UPDATE asset SET due = 0"}));
      const auto newest = must(store::Changes{connection}.newest());
      return store::Exposures{connection}.set_cursor({.sequence = newest, .until = newest, .asset = 0});
    }));
  }

  void decide(const std::string& name) {
    exposure::Deciding deciding{database_};
    measure(name, [&] { must(deciding.all(system_clock(), [](const auto&) { return true; })); });
  }

  /// One of the advisories that are there, under a new id or as a new revision.
  void publish(std::size_t number, bool revised) {
    struct Document {
      std::string key, bytes;
    };
    const auto document = must(database_.read([&](store::Connection& connection) {
      return connection.first(
          store::Sql{"SELECT r.record_key, d.bytes FROM record r JOIN revision_document d ON d.revision_id = "
                     "r.current_revision_id WHERE r.kind = ? ORDER BY r.id LIMIT 1 OFFSET ?",
                     domain::RecordKind::advisory, static_cast<std::int64_t>(number)},
          [](const store::Row& row) { return Document{row.string(0), row.string(1)}; });
    }));
    if (!document) {
      give_up(Error::invalid("the database holds too few advisories: tocsin import csaf/cisa-ot-2017-2022.tar.zst"));
    }
    domain::NewRevision revision;
    revision.issuer = "https://bench.example";
    // Another run over the same database publishes others.
    revision.key = fmt::format("BENCH-{}-{}", actor_.viewer.organisation->value, number);
    revision.title = revision.key;
    revision.tlp = domain::Tlp::clear;
    revision.status = domain::RecordStatus::published;
    revision.owner = domain::kOwnOrganisation;
    revision.audience = domain::Audience::everyone;
    revision.version = revised ? "2" : "1";
    revision.version_order = revised ? "2" : "1";
    revision.format = "csaf-2.0";
    revision.document_status = "final";
    revision.initial_release_at = revision.current_release_at = now();
    revision.bytes = document->bytes + (revised ? "\n" : "");
    revision.sha512 = sha512_hex(revision.bytes);
    must(database_.write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, now()); }));
  }

  void advisories() {
    match("nothing new");
    // What a server does once it has nothing else to do.
    measure("read ahead after a start", [&] {
      while (!must(runs_.prepare(now()))) {
      }
    });
    publish(5, false);
    match("the first new advisory after that");
    times_.clear();
    cpu_times_.clear();
    for (std::size_t i = 0; i < 40; ++i) {
      publish(40 + i * 37, false);
      match(fmt::format("new advisory {}", i));
    }
    for (auto [what, times] : {std::pair{"new advisory", times_}, std::pair{"new advisory, CPU", cpu_times_}}) {
      std::ranges::sort(times);
      const double p50 = times[times.size() / 2], p95 = times[times.size() * 95 / 100], largest = times.back();
      figures[fmt::format("{}, p50", what)] = p50;
      figures[fmt::format("{}, p95", what)] = p95;
      figures[fmt::format("{}, largest", what)] = largest;
      fmt::print("  {}: p50 {:.1f} ms, p95 {:.1f} ms, largest {:.1f} ms\n", what, p50, p95, largest);
    }
    publish(40, true);
    match("revised advisory");
  }

  void revise_asset() {
    const auto page = must(inventory::list(database_, access_, {.limit = 1}));
    auto item = page.rows.front().item;
    item.versions = {{"firmware", "0.0.1"}};
    measure("asset revised", [&] { must(inventory::change(database_, actor_, page.rows.front().id, item, now())); });
    match("  and matched");
  }

  void look() {
    measure("matches, first page",
            [&] { must(exposure::list(database_, actor_, access_, exposure::open_matters(), now())); });
    const auto zone = must(find_zone("UTC"));
    std::int64_t matters = 0;
    for (const auto* name : {"overview", "overview, again"}) {
      measure(name,
              [&] { matters = must(exposure::overview(database_, actor_, access_, {}, *zone, now())).totals.matters; });
    }
    fmt::print("    {} open matters\n", matters);
  }

 private:
  static Timestamp now() { return system_clock().now(); }
  store::Database& database_;
  std::size_t count_;
  engine::Actor actor_ = engine::Actor::at_console();
  inventory::Access access_;
  exposure::Runs runs_{database_};
  std::vector<double> times_, cpu_times_;
  std::optional<store::AssetAfter> after_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("Usage: inventory_bench DATABASE [ASSETS]\n", stderr);
    return 2;
  }
  const auto advisories = exposure::testing::real_advisories();
  if (advisories.empty()) {
    std::puts("csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA: nothing to measure.");
    return 0;
  }
  const auto database = must(store::Database::open({.url = arguments[1]}));
  const auto assets = count > 2 ? static_cast<std::size_t>(std::atoll(arguments[2])) : std::size_t{1'000'000};
  const Things things{advisories, 12};
  Bench bench{*database, assets};
  bench.import(things);
  bench.pages();
  const auto* wanted = std::getenv("MATCH");
  const std::string matched = wanted == nullptr ? "all" : wanted;
  if (matched == "new") bench.count_as_matched();
  if (matched != "no") {
    bench.match("all assets against all advisories");
    bench.advisories();
    bench.decide("all matches decided");
    bench.revise_asset();
    bench.look();
  }
  figures["peak MB"] = peak_mb();
  fmt::print("{}\n", boost::json::serialize(figures));
  return 0;
}
