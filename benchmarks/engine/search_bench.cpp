// search_bench DATA [ROUNDS [member]]: as an anonymous reader, or as a member of the organisation 2; times queries
// against the database in a data folder (or at a postgresql:// URL), without HTTP and without the answer cache, and
// prints one line of JSON. The queries are what people at a plant type: words, phrases, ids, order numbers, misprints,
// filters, each of them with facets and a page of 25.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/search/catalogue.hpp"
#include "engine/search/search.hpp"
#include "store/database.hpp"

namespace {

namespace search = tocsin::engine::search;

std::vector<std::string> make_queries() {
  static constexpr const char* kWords[] = {
      "siemens",    "s7-1500",          "simatic",   "rockwell",          "buffer overflow", "\"buffer overflow\"",
      "modicon",    "schneider",        "codesys",   "denial of service", "authentication",  "hard-coded",
      "modbus",     "profinet",         "remote",    "6ES7515",           "515-2AM02",       "CVE-2021-22893",
      "2020-15782", "ICSA-21-",         "simens s7", "path traversal",    "firmware",        "web server",
      "cross-site", "philips infusion", "log4j",     "deserialization",   "sql injection",   "privilege",
      "mitsubsihi", "scada*",           "vxworks",   "wind river",        "urgent/11",       "openssl"};
  static constexpr const char* kFilters[] = {"", "severity>=high", "sector:energy", "published:2021..2022",
                                             "has:fix -rejected"};
  std::vector<std::string> queries;
  for (const auto* words : kWords) {
    for (const auto* filter : kFilters) queries.push_back(fmt::format("{} {}", words, filter));
  }
  for (const auto* filter : {"vendor:siemens",
                             "vendor:\"Schneider Electric\" cvss>=9",
                             "sector:water,energy",
                             "cwe:CWE-787",
                             "cvss:7..8.9",
                             "severity:critical",
                             "published:2021-05",
                             "updated>=2022",
                             "product:simatic",
                             "cve:CVE-2019-10943",
                             "id:ICSA-20*",
                             "country:germany",
                             "version:2.9.1",
                             "title:overflow",
                             "publisher:cisa",
                             "-vendor:siemens",
                             "has:cve",
                             "tlp:clear",
                             "status:interim",
                             "vendor:abb,omron,moxa"}) {
    queries.emplace_back(filter);
  }
  return queries;
}

double at(const std::vector<double>& sorted, double share) {
  const auto index = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return sorted[index];
}

int run(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  const auto ms_since = [](Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  };
  if (argc < 2) {
    std::fputs("usage: search_bench DATA [ROUNDS [member]]\n", stderr);
    return 2;
  }
  std::string url = argv[1];
  if (!url.starts_with("postgres")) url += "/tocsin.db";
  const int rounds = argc > 2 ? std::stoi(argv[2]) : 1;

  const auto start = Clock::now();
  const auto database = tocsin::store::Database::open({.url = url}).value();
  search::Catalogue catalogue{*database};
  catalogue.refresh().value();
  const double load_ms = ms_since(start);
  search::SearchEngine engine{*database, catalogue};
  auto viewer = tocsin::domain::policy::Viewer::anonymous();
  if (argc > 3 && std::string_view{argv[3]} == "member") {
    viewer.person = tocsin::domain::PersonId{1};
    viewer.organisation = tocsin::domain::OrganisationId{2};
    viewer.roles = tocsin::domain::Roles{tocsin::domain::Role::member};
    for (int i = 1; i <= 20; ++i) viewer.communities.push_back(tocsin::domain::CommunityId{i});
  }
  const auto now = tocsin::system_clock().now();

  const auto queries = make_queries();
  std::vector<double> times;
  std::string slowest;
  double slowest_ms = 0;
  for (int round = 0; round < rounds; ++round) {
    for (const auto& query : queries) {
      search::SearchRequest request;
      request.query = query;
      const auto begin = Clock::now();
      const auto result = engine.search(viewer, request, now);
      const double ms = ms_since(begin);
      static_cast<void>(result.value());
      times.push_back(ms);
      if (ms > slowest_ms) {
        slowest_ms = ms;
        slowest = query;
      }
      if (std::getenv("SEARCH_BENCH_VERBOSE") != nullptr) {
        std::fprintf(stderr, "%8.2f ms %8lld  %s\n", ms, static_cast<long long>(result->total), query.c_str());
      }
    }
  }
  const auto timed = [&](auto call) {
    const auto begin = Clock::now();
    call();
    return ms_since(begin);
  };
  const double list_ms = timed([&] { static_cast<void>(engine.search(viewer, {}, now).value()); });
  const double list_again_ms = timed([&] { static_cast<void>(engine.search(viewer, {}, now).value()); });
  const double overview_ms = timed([&] { static_cast<void>(engine.overview(viewer, now).value()); });
  const double suggest_ms = timed([&] { static_cast<void>(engine.suggest(viewer, "siem", 5, now).value()); });
  const double suggest_again_ms = timed([&] { static_cast<void>(engine.suggest(viewer, "modi", 5, now).value()); });
  std::ranges::sort(times);
  fmt::print(
      "{{\"queries\":{},\"p50_ms\":{:.3f},\"p95_ms\":{:.3f},\"p99_ms\":{:.3f},\"slowest_ms\":{:.3f},\"slowest\":\"{}\","
      "\"open_and_load_ms\":{:.1f},\"list_ms\":{:.3f},\"list_again_ms\":{:.3f},\"overview_ms\":{:.1f},"
      "\"suggest_ms\":{:.1f},\"suggest_again_ms\":{:.1f}}}\n",
      times.size(), at(times, 0.5), at(times, 0.95), at(times, 0.99), slowest_ms,
      slowest.find('"') == std::string::npos ? slowest : "", load_ms, list_ms, list_again_ms, overview_ms, suggest_ms,
      suggest_again_ms);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "search_bench: %s\n", exception.what());
    return 1;
  }
}
