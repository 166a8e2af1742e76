// record_bench FILE|URL N: stores N small records, as STIX objects are, 16,384 to a transaction, in a new database;
// prints one line of JSON.
#include <chrono>
#include <cstdio>
#include <random>
#include <string>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "store/database.hpp"
#include "store/migrations.hpp"
#include "store/records.hpp"

int main(int argc, char** argv) {
  using namespace tocsin;
  if (argc < 3) return 2;
  auto database = store::Database::open({.url = argv[1]}).value();
  if (!store::migrate(*database)) return 1;
  const int count = std::stoi(argv[2]);
  if (!database->write([](store::Connection& c) {
        return c.run(store::Sql{"INSERT INTO organisation (id, kind, name, created_at) VALUES (1, 1, 'CERT', 0)"});
      })) {
    std::fputs("the database is not new\n", stderr);
    return 1;
  }
  std::mt19937_64 random{1};
  const auto start = std::chrono::steady_clock::now();
  for (int at = 0; at < count;) {
    const auto done = database->write([&](store::Connection& connection) -> Status {
      store::Records records{connection};
      std::vector<domain::NewRevision> all;
      for (int i = 0; i < 16384 && at < count; ++i, ++at) {
        domain::NewRevision revision;
        revision.key = fmt::format("indicator--{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", random() >> 32, random() >> 48,
                                   random() >> 52, random() >> 52, random() >> 16);
        revision.title = fmt::format("Host {}.example.com", at);
        revision.version = "2024-01-01T00:00:00.000Z";
        revision.version_order = revision.version;
        revision.format = "stix-2.1";
        revision.source = "bench.json";
        revision.bytes = fmt::format(
            R"({{"type":"indicator","id":"{}","spec_version":"2.1","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","name":"{}","pattern":"[domain-name:value = 'host{}.example.com']","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z"}})",
            revision.key, revision.title, at);
        revision.sha512 = sha512_hex(revision.bytes);
        all.push_back(std::move(revision));
      }
      std::vector<const domain::NewRevision*> batch;
      for (const auto& each : all) batch.push_back(&each);
      TRY_VOID(records.put_all(batch, Timestamp{1'700'000'000'000'000}, store::Again::no));
      return ok();
    });
    if (!done) {
      std::fprintf(stderr, "%s\n", done.error().to_string().c_str());
      return 1;
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{{\"records\":{},\"seconds\":{:.2f},\"per_second\":{:.0f}}}\n", count, seconds, count / seconds);
}
