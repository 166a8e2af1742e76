// graph_bench FILE|URL: what is around each of some hundred objects of an installation's threat knowledge, at two steps
// and 500 objects at most, and the way between pairs of them; prints one line of JSON. Counted are answers of 500
// objects.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/threat/graph.hpp"
#include "store/database.hpp"

namespace {

using namespace tocsin;
using Watch = std::chrono::steady_clock;

double ms_since(Watch::time_point start) {
  return std::chrono::duration<double, std::milli>(Watch::now() - start).count();
}
double at(std::vector<double> all, double part) {
  if (all.empty()) return 0;
  std::ranges::sort(all);
  return all[std::min(all.size() - 1, static_cast<std::size_t>(part * static_cast<double>(all.size())))];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  auto database = store::Database::open({.url = argv[1]}).value();
  const Timestamp now{2'000'000'000'000'000};
  const auto ids =
      database
          ->read([&](store::Connection& c) {
            return c.all(store::Sql{"SELECT stix_id FROM stix_object WHERE type IN ('attack-pattern', "
                                    "'intrusion-set', 'malware', 'tool', 'campaign') AND revoked = 0 ORDER "
                                    "BY stix_id"},
                         [](const store::Row& row) { return row.string(0); });
          })
          .value();
  if (ids.empty()) {
    std::fputs("there is no threat knowledge\n", stderr);
    return 1;
  }
  domain::policy::Viewer viewer;
  viewer.organisation = domain::OrganisationId{77};
  viewer.roles = {domain::Role::analyst};
  std::vector<double> around, way;
  std::size_t edges = 0, found = 0;
  std::string full;
  for (std::size_t i = 0; i < ids.size() && around.size() < 300; i += 3) {
    const auto start = Watch::now();
    const auto answer = database->snapshot([&](store::Connection& c) {
      return engine::threat::neighbourhood(c, viewer, ids[i], {.depth = 2, .limit = 500}, now);
    });
    const auto ms = ms_since(start);
    if (!answer || answer->nodes.size() < 500) continue;
    around.push_back(ms);
    edges += answer->edges.size();
    if (full.size() < 3000) full += (full.empty() ? "\"" : ",\"") + ids[i] + "\"";
  }
  for (std::size_t i = 0; i < 200; ++i) {
    const auto& from = ids[i * 7 % ids.size()];
    const auto& to = ids[(i * 131 + ids.size() / 2) % ids.size()];
    const auto start = Watch::now();
    const auto answer =
        database->snapshot([&](store::Connection& c) { return engine::threat::path(c, viewer, from, to, now); });
    way.push_back(ms_since(start));
    if (answer && !answer->nodes.empty()) ++found;
  }
  fmt::print(
      "{{\"answers\":{},\"edges\":{},\"p50_ms\":{:.1f},\"p99_ms\":{:.1f},\"path_p50_ms\":{:.1f},\"path_p99_ms\":{:.1f},"
      "\"paths\":{},\"ids\":[{}]}}\n",
      around.size(), around.empty() ? 0 : edges / around.size(), at(around, 0.5), at(around, 0.99), at(way, 0.5),
      at(way, 0.99), found, full);
}
