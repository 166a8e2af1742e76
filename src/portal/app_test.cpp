#include "portal/app.hpp"

#include <fstream>
#include <set>

#include <gmock/gmock.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "portal/app_fixture.hpp"
#include "portal/assets.hpp"
#include "store/records.hpp"

namespace tocsin::portal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Portal = testing::PortalTest;

TEST_P(Portal, IsAliveAndReady) {
  EXPECT_EQ(get("/healthz").body, "ok\n");
  const auto ready = get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.header("cache-control"), "no-store");
  const auto parsed = json::parse(ready.body);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(json::string_at(parsed->root(), "status"), "ready");
  EXPECT_EQ(json::at_pointer(parsed->root(), "/index/lag")->as_int64(), 0);
}

TEST_P(Portal, IsNotReadyBeforeItHasCaughtUp) {
  App fresh{database(), settings_, clock_};
  http::testing::Running running{fresh.routes(), {}, fresh.hooks()};
  http::testing::Client client{running.port()};
  const auto reply = client.get("/readyz");
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("not ready"));
  EXPECT_EQ(client.get("/healthz").status, 200);
}

TEST_P(Portal, TellsItsMetrics) {
  get("/healthz");
  get("/nothing");
  const auto reply = get("/metrics");
  EXPECT_EQ(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  // Names are stable: other people's dashboards stand on them.
  for (const auto* line :
       {"tocsin_http_request_duration_seconds_count{route=\"healthz\",status=\"2xx\"} 1",
        "tocsin_http_request_duration_seconds_count{route=\"none\",status=\"4xx\"} 1",
        "tocsin_http_response_bytes_total{route=\"healthz\"}", "process_resident_memory_bytes", "tocsin_generation 1",
        "tocsin_database_up 1", "tocsin_advisories ", "tocsin_index_lag_changes 0", "tocsin_http_connections 1",
        "tocsin_pool_queued 0", "tocsin_answer_cache_bytes ", "tocsin_answer_cache_hits_total ",
        "tocsin_answer_cache_misses_total "}) {
    EXPECT_THAT(reply.body, HasSubstr(line));
  }
}

TEST_P(Portal, EveryAnswerCarriesTheSecurityHeaders) {
  for (const auto* target : {"/", "/api/v1/advisories", "/nothing", "/api/nothing", "/feeds/advisories.atom",
                             "/healthz", "/%zz", "/robots.txt"}) {
    const auto reply = get(target);
    SCOPED_TRACE(target);
    EXPECT_THAT(reply.header("content-security-policy"), StartsWith("default-src 'none'; script-src 'self';"));
    EXPECT_THAT(reply.header("content-security-policy"), Not(HasSubstr("unsafe")));
    EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(reply.header("referrer-policy"), "same-origin");
    EXPECT_NE(reply.header("permissions-policy"), "");
    EXPECT_EQ(reply.header("cross-origin-opener-policy"), "same-origin");
    EXPECT_NE(reply.header("cross-origin-resource-policy"), "");
    EXPECT_EQ(reply.header("strict-transport-security"), "") << "meaningless without TLS";
    if (reply.status == 400) start();  // what is not well-formed ends the connection
  }
}

TEST_P(Portal, ErrorsSpeakTheLanguageOfTheAsker) {
  const auto page = get("/nothing", "Accept: text/html\r\n");
  EXPECT_EQ(page.status, 404);
  EXPECT_THAT(page.header("content-type"), StartsWith("text/html"));
  EXPECT_THAT(page.header("vary"), HasSubstr("Accept"));
  for (const auto& reply : {get("/api/v1/nothing"), get("/nothing", "Accept: application/json\r\n")}) {
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.header("content-type"), "application/problem+json");
    const auto problem = json::parse(reply.body);
    ASSERT_TRUE(problem.has_value());
    EXPECT_EQ(json::at_pointer(problem->root(), "/status")->as_int64(), 404);
    EXPECT_EQ(json::string_at(problem->root(), "code"), "not_found");
    EXPECT_EQ(json::string_at(problem->root(), "instance"), "urn:tocsin:request:" + reply.header("x-request-id"));
  }
}

TEST_P(Portal, ProblemsNameThePlace) {
  const auto reply = get("/api/v1/advisories?limit=many");
  EXPECT_EQ(reply.status, 400);
  const auto problem = json::parse(reply.body);
  ASSERT_TRUE(problem.has_value());
  EXPECT_EQ(json::string_at(problem->root(), "where"), "limit");
  EXPECT_EQ(json::string_at(problem->root(), "type"), "about:blank");
}

TEST_P(Portal, ServesTheFilesOfItsPages) {
  ASSERT_FALSE(embedded_assets().empty());
  for (const auto& each : embedded_assets()) {
    SCOPED_TRACE(each.name);
    const auto& asset = each.asset;
    EXPECT_EQ(asset_path(each.name), asset.path);
    const auto plain = get(asset.path);
    EXPECT_EQ(plain.status, 200);
    EXPECT_EQ(plain.body, asset.identity);
    EXPECT_EQ(plain.header("content-type"), asset.content_type);
    EXPECT_EQ(plain.header("etag"), asset.etag);
    EXPECT_EQ(plain.header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(get(asset.path, "If-None-Match: " + std::string{asset.etag} + "\r\n").status, 304);
    const auto gzip = get(asset.path, "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(gzip.body, asset.gzip.empty() ? asset.identity : asset.gzip);
    EXPECT_EQ(gzip.header("content-encoding"), asset.gzip.empty() ? "" : "gzip");
    const auto br = get(asset.path, "Accept-Encoding: br\r\n");
    EXPECT_EQ(br.body, asset.br.empty() ? asset.identity : asset.br);
    EXPECT_EQ(br.header("content-encoding"), asset.br.empty() ? "" : "br");
    EXPECT_EQ(plain.header("vary"), asset.gzip.empty() && asset.br.empty() ? "" : "Accept-Encoding");
  }
  EXPECT_EQ(get("/assets/nothing.css").status, 404);
  EXPECT_EQ(find_asset("/assets/nothing.css"), nullptr);
  EXPECT_EQ(find_asset(asset_path("portal.css"))->content_type, "text/css; charset=utf-8");
}

TEST_P(Portal, HelpsRobotsAndBrowsers) {
  EXPECT_THAT(get("/robots.txt").body, HasSubstr("Disallow: /api/"));
  const auto icon = get("/favicon.ico");
  EXPECT_EQ(icon.status, 308);
  EXPECT_EQ(get(icon.header("location")).header("content-type"), "image/svg+xml");
}

TEST_P(Portal, NamesAContactOnlyWhereThereIsOne) {
  EXPECT_EQ(get("/.well-known/security.txt").status, 404);
  settings_.site.values["contact"] = "psirt@cert.example";
  settings_.public_url = "https://cert.example";
  start();
  const auto reply = get("/.well-known/security.txt");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.body,
            "Contact: mailto:psirt@cert.example\n"
            "Expires: 2023-08-28T00:00:00Z\n"
            "Preferred-Languages: en\n"
            "Canonical: https://cert.example/.well-known/security.txt\n"
            "Policy: https://cert.example/rfc2350\n");
  settings_.site.values["contact"] = "https://cert.example/contact";
  start();
  EXPECT_THAT(get("/.well-known/security.txt").body, StartsWith("Contact: https://cert.example/contact\n"));
}

int count_of(std::string_view text, std::string_view part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}
std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const auto begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  const auto start = begin + before.size();
  return std::string{text.substr(start, text.find(after, start) - start)};
}

TEST_P(Portal, FeedsTellWhatIsNew) {
  const auto reply = get("/feeds/advisories.atom");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.header("content-type"), "application/atom+xml; charset=utf-8");
  EXPECT_THAT(reply.body, HasSubstr("http://portal.example/advisories/"));
  EXPECT_THAT(reply.body, HasSubstr("<id>urn:uuid:"));
  EXPECT_GT(count_of(reply.body, "<entry>"), 5);
  EXPECT_EQ(get("/feeds/advisories.atom", "If-None-Match: " + reply.header("etag") + "\r\n").status, 304);
  // The same under another name: ids stay, addresses follow.
  settings_.public_url = "https://cert.example";
  start();
  const auto moved = get("/feeds/advisories.atom");
  EXPECT_THAT(moved.body, HasSubstr("https://cert.example/advisories/"));
  EXPECT_THAT(moved.body, Not(HasSubstr("portal.example")));
  EXPECT_EQ(between(moved.body, "<id>", "</id>"), between(reply.body, "<id>", "</id>"));
}

TEST_P(Portal, FeedsOfSearchesAndVendors) {
  const auto all = get("/feeds/advisories.atom");
  const auto critical = get("/feeds/advisories.atom?q=severity:critical");
  ASSERT_EQ(critical.status, 200) << critical.body;
  EXPECT_LT(count_of(critical.body, "<entry>"), count_of(all.body, "<entry>"));
  EXPECT_NE(between(critical.body, "<id>", "</id>"), between(all.body, "<id>", "</id>"));

  const auto vendors = get("/api/v1/vendors");
  const auto parsed = json::parse(vendors.body);
  ASSERT_TRUE(parsed.has_value()) << vendors.body;
  const auto& first = json::array_at(parsed->root(), "items").at(0);
  const auto vendor = get("/feeds/vendors/" + std::string{json::string_at(first, "key")} + ".atom");
  ASSERT_EQ(vendor.status, 200) << vendor.body;
  EXPECT_GE(count_of(vendor.body, "<entry>"), 1);

  EXPECT_EQ(get("/feeds/vendors/nobody-at-all.atom").status, 404);
  EXPECT_EQ(get("/feeds/advisories.atom?q=vendr:x").status, 400);
  EXPECT_EQ(get("/feeds/advisories.atom?cursor=nonsense").status, 400);
  EXPECT_EQ(get("/feeds/advisories.atom?page=2").status, 400);
  const auto none = get("/feeds/advisories.atom?q=zzzunheardof");
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(count_of(none.body, "<entry>"), 0);
}

std::string unescaped(std::string text) {
  for (auto at = text.find("&amp;"); at != std::string::npos; at = text.find("&amp;", at + 1)) text.erase(at + 1, 4);
  return text;
}

/// Walks the portal as a reader does. No link of ours leads nowhere, and no page needs what the
/// Content-Security-Policy forbids.
TEST_P(Portal, EveryLinkLeadsSomewhere) {
  constexpr std::size_t kPagesMax = 400;
  std::vector<std::string> pages{"/"};
  std::set<std::string> known{"/"};
  for (std::size_t i = 0; i < pages.size() && i < kPagesMax; ++i) {
    const auto target = pages[i];
    SCOPED_TRACE(target);
    const auto reply = get(target, "Accept: text/html\r\n");
    // A document that the other standard cannot hold is not made one, and says so.
    if (reply.status == 409 && reply.body.find("cannot become") != std::string::npos) continue;
    ASSERT_LT(reply.status, 400) << reply.body;
    if (!reply.header("content-type").starts_with("text/html")) continue;
    // A file to keep is read outside the portal, where its own policy counts.
    if (reply.header("content-disposition").starts_with("attachment")) continue;
    for (const auto* forbidden : {" style=\"", "<style", " onclick=", " onload=", "javascript:", "<script>"}) {
      EXPECT_THAT(reply.body, Not(HasSubstr(forbidden)));
    }
    for (const auto* attribute : {"href=\"/", "src=\"/", "action=\"/"}) {
      const std::string_view before{attribute};
      for (auto at = reply.body.find(before); at != std::string::npos; at = reply.body.find(before, at + 1)) {
        const auto begin = at + before.size() - 1;
        auto link = unescaped(reply.body.substr(begin, reply.body.find('"', begin) - begin));
        link.erase(std::min(link.find('#'), link.size()));
        if (known.insert(link).second) pages.push_back(std::move(link));
      }
    }
  }
  EXPECT_GT(pages.size(), 50U);
}

TEST_P(Portal, TheDutyNoticesWhatComesIn) {
  const auto before = app().generation();
  EXPECT_EQ(get("/advisories/LATE-1").status, 404);
  app().start_duty();
  std::ifstream file{TOCSIN_SOURCE_DIR "/demo/advisories/tdc-2025-002-v1.json"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto id = text.find("\"TDC-2025-002\"");
  ASSERT_NE(id, std::string::npos);
  text.replace(id, 14, "\"LATE-1\"");
  const auto summary = exchange::import_documents(database(), {{"late.json", std::move(text)}}, {}, {}, clock_);
  ASSERT_TRUE(summary.has_value());
  ASSERT_EQ(summary->created, 1);
  while (app().generation() == before) std::this_thread::yield();
  EXPECT_EQ(get("/advisories/LATE-1").status, 200);
}

TEST_P(Portal, GenerationMovesOnlyWithTheData) {
  const auto before = app().generation();
  ASSERT_TRUE(app().catch_up().has_value());
  EXPECT_EQ(app().generation(), before);
}

class EmbargoedPortal : public testing::PortalTest {
 protected:
  /// Stores a demo document as LATE-1, which nobody but its owner sees before `until`.
  void put_under_embargo(Timestamp until) {
    std::ifstream file{TOCSIN_SOURCE_DIR "/demo/advisories/tdc-2025-002-v1.json"};
    domain::NewRevision revision = store_testing::sample_revision("LATE-1");
    revision.bytes = std::string{std::istreambuf_iterator<char>{file}, {}};
    const auto id = revision.bytes.find("\"TDC-2025-002\"");
    ASSERT_NE(id, std::string::npos);
    revision.bytes.replace(id, 14, "\"LATE-1\"");
    revision.sha512 = sha512_hex(revision.bytes);
    revision.embargo_until = until;
    const auto stored = database().write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, clock_.now()); });
    ASSERT_TRUE(stored.has_value()) << stored.error().to_string();
  }
  std::string total() {
    const auto parsed = json::parse(get("/api/v1/advisories?q=LATE-1").body);
    return parsed ? json::write(*json::find(parsed->root(), "total")) : "no answer";
  }
};

TEST_P(EmbargoedPortal, AnEmbargoThatEndsRefreshesEveryAnswer) {
  const Timestamp end{clock_.now().micros + 60'000'000};
  put_under_embargo(end);
  ASSERT_TRUE(app().watch().has_value());
  const auto before = app().generation();
  const auto targets = {"/api/v1/advisories", "/api/v1/advisories?facets=true", "/feeds/advisories.atom", "/"};
  const std::string_view accept = "Accept: text/html, application/json;q=0.5\r\n";
  std::vector<std::string> hidden;
  for (const auto* target : targets) hidden.push_back(get(target, accept).body);
  EXPECT_EQ(total(), "0");
  EXPECT_EQ(get("/api/v1/advisories/LATE-1").status, 404);

  clock_.set({end.micros - 1});
  ASSERT_TRUE(app().watch().has_value());
  EXPECT_EQ(app().generation(), before);
  EXPECT_EQ(total(), "0");

  // Nothing is written: time alone lets it out.
  clock_.set(end);
  ASSERT_TRUE(app().watch().has_value());
  EXPECT_GT(app().generation(), before);
  EXPECT_EQ(total(), "1");
  EXPECT_EQ(get("/api/v1/advisories/LATE-1").status, 200);
  std::size_t i = 0;
  for (const auto* target : targets) EXPECT_NE(get(target, accept).body, hidden[i++]) << target;

  const auto after = app().generation();
  clock_.advance(std::chrono::hours{1});
  ASSERT_TRUE(app().watch().has_value());
  EXPECT_EQ(app().generation(), after);
}

TEST_P(EmbargoedPortal, AClockThatIsSetBackHidesItAgain) {
  const Timestamp end{clock_.now().micros + 60'000'000};
  put_under_embargo(end);
  clock_.set(end);
  ASSERT_TRUE(app().watch().has_value());
  EXPECT_EQ(total(), "1");
  const auto before = app().generation();
  clock_.set({end.micros - 1});
  ASSERT_TRUE(app().watch().has_value());
  EXPECT_GT(app().generation(), before);
  EXPECT_EQ(total(), "0");
}

TEST_P(EmbargoedPortal, ARequestThatArrivesSlowlyIsNotAnsweredAsOfItsFirstByte) {
  const Timestamp end{clock_.now().micros + 60'000'000};
  put_under_embargo(end);
  ASSERT_TRUE(app().watch().has_value());
  http::testing::Client slow{running().port()};
  slow.send(
      "GET /api/v1/advisories?q=LATE-1 HTTP/1.1\r\nHost: portal.example\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  ASSERT_EQ(slow.read().status, 100);  // The head has been read, with the clock of before.
  clock_.set(end);
  ASSERT_TRUE(app().watch().has_value());
  slow.send("{}");
  EXPECT_EQ(slow.read().status, 200);
  // What it got would stay for everybody else.
  EXPECT_EQ(total(), "1");
}

TOCSIN_ON_BOTH_DATABASES(EmbargoedPortal);

TEST_P(Portal, SaysWhatItSendsOverTlsOnly) {
  http::Request request;
  request.path = "/";
  request.tls = true;
  auto response = http::Response::html("x");
  app().hooks().decorate(request, response);
  EXPECT_THAT(response.headers, ::testing::Contains(std::pair<std::string, std::string>{"Strict-Transport-Security",
                                                                                        "max-age=31536000"}));
}

TOCSIN_ON_BOTH_DATABASES(Portal);

}  // namespace
}  // namespace tocsin::portal
