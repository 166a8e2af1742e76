// correlation_bench FILE|URL [N]: what correlation of N attributes costs, through the functions that pages, API and
// command line call. Fills a new database with STIX objects that have N values together (default 10,000,000), builds
// the index of values alone from the change feed, and looks up values and objects. Prints what each thing took, and at
// last one line of JSON.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include "base/hash.hpp"
#include "engine/threat/correlation.hpp"
#include "engine/threat/values.hpp"
#include "store/database.hpp"
#include "store/migrations.hpp"
#include "store/records.hpp"
#include "store/value_index.hpp"

namespace {

using namespace tocsin;
namespace threat = engine::threat;
using store::Sql;
using Steady = std::chrono::steady_clock;

constexpr Timestamp kNow{1'760'000'000'000'000};

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
double seconds_since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }
double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Of this process alone, whatever else the machine does.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& of) {
    return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Seven of ten values are of one object alone, most others of a few, some of very many.
class Values {
 public:
  explicit Values(std::int64_t count) : pool_(std::max<std::int64_t>(count / 20, 1)) {}
  std::int64_t next() {
    const auto which = random_() % 1'000;
    if (which < 700) return 1'000'000'000 + ++unique_;
    if (which < 995) return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(pool_));
    return -1 - static_cast<std::int64_t>(random_() % 20);
  }
  std::uint64_t number() { return random_(); }

 private:
  std::mt19937_64 random_{1};
  std::int64_t pool_, unique_ = 0;
};

std::string hex(std::int64_t value, std::size_t size) {
  return sha256_hex(fmt::format("bench {}", value)).substr(0, size);
}
std::string domain_of(std::int64_t value) {
  return value < 0 ? fmt::format("common{}.bench-net.org", -value) : fmt::format("h{}.bench-net.org", value);
}
std::string address_of(std::int64_t value) {
  // All but what is set aside by what it is: 11.0.0.0 and up.
  const auto number = value < 0 ? 20 - value : 1'000 + value % 2'000'000'000;
  const auto bits = static_cast<std::uint32_t>(number + (std::int64_t{11} << 24));
  return fmt::format("{}.{}.{}.{}", bits >> 24 & 0x7F, bits >> 16 & 0xFF, bits >> 8 & 0xFF, bits & 0xFF);
}

/// An indicator as feeds have them, and how many attributes it has: an address, a name, or a file with its hashes.
std::string pattern_of(Values& values, std::int64_t& attributes) {
  switch (values.number() % 3) {
    case 0:
      attributes += 1;
      return fmt::format("[ipv4-addr:value = '{}']", address_of(values.next()));
    case 1:
      attributes += 2;
      return fmt::format("[domain-name:value = '{}'] AND [ipv4-addr:value = '{}']", domain_of(values.next()),
                         address_of(values.next()));
    default: {
      attributes += 4;
      const auto file = values.next();
      return fmt::format(
          "[file:hashes.MD5 = '{}' OR file:hashes.'SHA-1' = '{}' OR file:hashes.'SHA-256' = '{}' OR "
          "file:name = 'f{}.bin']",
          hex(file, 32), hex(file, 40), hex(file, 64), values.next());
    }
  }
}

struct Stored {
  std::int64_t objects = 0, attributes = 0, bytes = 0;
};

Stored fill(store::Database& database, std::int64_t wanted) {
  Stored stored;
  Values values{wanted};
  while (stored.attributes < wanted) {
    must(database.write([&](store::Connection& connection) -> Status {
      std::vector<domain::NewRevision> all;
      for (int i = 0; i < 16'384 && stored.attributes < wanted; ++i) {
        auto& revision = all.emplace_back();
        ++stored.objects;
        revision.kind = domain::RecordKind::stix_object;
        revision.key =
            fmt::format("indicator--{:08x}-0000-4000-8000-{:012x}", stored.objects % 0xFFFFFFFF, stored.objects);
        revision.title = fmt::format("Indicator {}", stored.objects);
        revision.tlp = domain::Tlp::green;
        revision.version = "2024-01-01T00:00:00.000Z";
        revision.version_order = revision.version;
        revision.format = "stix-2.1";
        revision.source = "bench.json";
        revision.bytes =
            fmt::format(R"({{"type":"indicator","spec_version":"2.1","id":"{}","created":"2024-01-01T00:00:00.000Z",)"
                        R"("modified":"2024-01-01T00:00:00.000Z","name":"{}","indicator_types":["malicious-activity"],)"
                        R"("pattern":"{}","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z"}})",
                        revision.key, revision.title, pattern_of(values, stored.attributes));
        revision.sha512 = sha512_hex(revision.bytes);
        stored.bytes += static_cast<std::int64_t>(revision.bytes.size());
      }
      std::vector<const domain::NewRevision*> batch;
      for (const auto& each : all) batch.push_back(&each);
      TRY_VOID(store::Records{connection}.put_all(batch, kNow, store::Again::no));
      // What the rest of the index of STIX objects costs is measured elsewhere: only what look-ups join.
      TRY_VOID(connection.run(
          Sql{"INSERT INTO stix_object (record_id, stix_id, type, on_lists, name, sort_name, verb, pattern, created, "
              "modified, revoked) SELECT r.id, r.record_key, 'indicator', 1, r.title, r.title, '', '', 1, 1, 0 FROM "
              "record r "
              "WHERE r.id > coalesce((SELECT max(s.record_id) FROM stix_object s), 0)"}));
      return ok();
    }));
  }
  return stored;
}

/// Bytes that the index takes; of SQLite what the file has grown by, less what is free in it.
double index_mb(store::Database& database, bool whole) {
  const auto number = [&](const Sql& sql) {
    return must(database.read([&](store::Connection& connection) {
             return connection.first(sql, [](const store::Row& row) { return row.real(0); });
           }))
        .value_or(0);
  };
  constexpr double kMb = 1e6;
  if (database.dialect() == store::Dialect::postgres) {
    if (whole) return number(Sql{"SELECT pg_database_size(current_database())"}) / kMb;
    return number(Sql{"SELECT pg_total_relation_size('stix_value_block') + pg_total_relation_size('stix_value_of') + "
                      "pg_total_relation_size('stix_value_segment')"}) /
           kMb;
  }
  return (number(Sql{"PRAGMA page_count"}) - number(Sql{"PRAGMA freelist_count"})) * number(Sql{"PRAGMA page_size"}) /
         kMb;
}

boost::json::object figures;

/// Milliseconds of one after the other, once each.
void time_each(const char* name, int times, const std::function<void(int)>& what) {
  std::vector<double> ms;
  for (int i = 0; i < times; ++i) {
    const auto start = Steady::now();
    what(i);
    ms.push_back(seconds_since(start) * 1'000);
  }
  std::ranges::sort(ms);
  const auto p50 = ms[ms.size() / 2], p99 = ms[ms.size() * 99 / 100];
  fmt::print("  {:<48} p50 {:>7.2f} ms  p99 {:>7.2f} ms\n", name, p50, p99);
  figures[fmt::format("{}, p50 ms", name)] = p50;
  figures[fmt::format("{}, p99 ms", name)] = p99;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  auto database = must(store::Database::open({.url = argv[1]}));
  must(store::migrate(*database));
  const std::int64_t wanted = argc > 2 ? std::stoll(argv[2]) : 10'000'000;
  must(database->write([](store::Connection& c) -> Status {
    TRY_VOID(c.run(Sql{"INSERT INTO organisation (id, kind, name, created_at) VALUES (1, 1, 'CERT', 0)"}));
    return ok();
  }));
  auto start = Steady::now();
  const auto stored = fill(*database, wanted);
  const double filled = seconds_since(start), before = index_mb(*database, true);
  fmt::print("  {} attributes in {} objects, {:.0f} MB of JSON, stored in {:.1f} s; database {:.0f} MB\n",
             stored.attributes, stored.objects, static_cast<double>(stored.bytes) / 1e6, filled, before);
  start = Steady::now();
  const double worked = cpu_seconds();
  must(threat::index_values(*database));
  const double built = seconds_since(start), cpu = cpu_seconds() - worked;
  const auto size = must(database->read([](store::Connection& c) { return store::ValueIndex{c}.size(); }));
  const double index =
      database->dialect() == store::Dialect::postgres ? index_mb(*database, false) : index_mb(*database, true) - before;
  const double ratio = index / (static_cast<double>(stored.bytes) / 1e6);
  fmt::print(
      "  built in {:.1f} s ({:.1f} s of one core): {} pairs in {} segments, {:.0f} MB, {:.2f} times the JSON; peak "
      "{:.0f} MB\n",
      built, cpu, size.pairs, size.segments, index, ratio, peak_mb());
  figures["attributes"] = stored.attributes;
  figures["objects"] = stored.objects;
  figures["JSON MB"] = static_cast<double>(stored.bytes) / 1e6;
  figures["database MB"] = before;
  figures["build s"] = built;
  figures["build cpu s"] = cpu;
  figures["pairs"] = size.pairs;
  figures["segments"] = size.segments;
  figures["index MB"] = index;
  figures["index to JSON"] = ratio;
  figures["peak MB"] = peak_mb();

  if (database->dialect() == store::Dialect::postgres) {
    // What its autovacuum does by and by.
    must(database->write([](store::Connection& c) -> Status {
      TRY_VOID(c.run(Sql{"ANALYZE"}));
      return ok();
    }));
  }
  domain::policy::Viewer member;
  member.organisation = domain::OrganisationId{77};
  member.roles = {domain::Role::analyst};
  std::mt19937_64 random{7};
  const auto pool = static_cast<std::uint64_t>(std::max<std::int64_t>(wanted / 20, 1));
  const auto look_up = [&](threat::ValueKind kind, const std::string& text, const domain::policy::Viewer& viewer) {
    return must(database->snapshot([&](store::Connection& c) {
      return threat::sharing(c, viewer, {.kind = kind, .text = text, .derived = false}, 50, {}, kNow);
    }));
  };
  std::int64_t found = 0;
  time_each("look-up of a value that some share", 2'000, [&](int) {
    const auto value = static_cast<std::int64_t>(random() % pool);
    found += look_up(threat::ValueKind::domain, domain_of(value), member).sharers.count;
  });
  time_each("look-up of a value that nobody has", 2'000, [&](int i) {
    found += look_up(threat::ValueKind::domain, fmt::format("none{}.bench-net.org", i), member).sharers.count;
  });
  time_each("look-up of a value that very many have", 40,
            [&](int i) { look_up(threat::ValueKind::domain, domain_of(-1 - i % 20), member); });
  time_each("the same for whom all of it is hidden", 40,
            [&](int i) { look_up(threat::ValueKind::domain, domain_of(-1 - i % 20), {}); });
  time_each("an object and what it shares", 500, [&](int) {
    const auto number = 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(stored.objects));
    const auto id = fmt::format("indicator--{:08x}-0000-4000-8000-{:012x}", number % 0xFFFFFFFF, number);
    must(database->snapshot([&](store::Connection& c) -> Status {
      TRY(const auto object, threat::find(c, member, id, kNow));
      if (!object) return Error::internal("an object is not there");
      TRY(const auto shared, threat::correlations(c, member, *object, kNow));
      found += static_cast<std::int64_t>(shared.shared.size());
      return ok();
    }));
  });
  time_each("a page of new connections", 20, [&](int) {
    const auto page = must(
        database->snapshot([&](store::Connection& c) { return threat::new_connections(c, member, {}, 25, {}, kNow); }));
    found += static_cast<std::int64_t>(page.rows.size());
  });
  if (found == 0) {
    fmt::print(stderr, "nothing was found: the figures say nothing\n");
    return 1;
  }
  fmt::print("{}\n", boost::json::serialize(figures));
}
