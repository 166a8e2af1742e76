#include <set>

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "portal/app_fixture.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/target.hpp"

/// Home, lists, vendors, help and error pages over the demo advisories: the page and the JSON of each.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kDemoAdvisories = 12;

class Pages : public testing::PortalTest {
 protected:
  std::string page(std::string_view target, int status = 200) {
    const auto reply = get(target, "Accept: text/html\r\n");
    EXPECT_EQ(reply.status, status) << target;
    EXPECT_EQ(reply.header("content-type"), "text/html; charset=utf-8") << target;
    return reply.body;
  }
  boost::json::value json_of(std::string_view target, int status = 200) {
    const auto reply = get(target);
    EXPECT_EQ(reply.status, status) << target << " " << reply.body;
    const auto parsed = json::parse(reply.body);
    if (!parsed) {
      ADD_FAILURE() << target << ": " << reply.body;
      return boost::json::object{};
    }
    // The copy lives outside the parser's arena.
    return boost::json::value(parsed->root(), boost::json::storage_ptr());
  }
  static std::string search(std::string_view query) { return http::with_query("/api/v1/advisories", {{"q", query}}); }
};

std::set<std::string> ids(const boost::json::value& list) {
  std::set<std::string> found;
  for (const auto& item : json::array_at(list, "items")) found.emplace(json::string_at(item, "id"));
  return found;
}

TEST_P(Pages, EveryPageIsWholeAndKeepsTheContentSecurityPolicy) {
  for (const auto* target : {"/", "/advisories", "/advisories?density=compact&sort=severity", "/vendors",
                             "/vendors?sort=newest", "/about", "/help/search", "/api", "/nothing"}) {
    SCOPED_TRACE(target);
    const auto reply = get(target, "Accept: text/html\r\n");
    EXPECT_THAT(reply.body, AllOf(HasSubstr("<!doctype html>\n<html lang=\"en\">"), HasSubstr("<title>"),
                                  HasSubstr("<main id=\"main\""), HasSubstr("href=\"#main\">Skip to content</a>"),
                                  HasSubstr("</footer>\n</body>\n</html>\n")));
    // What the policy forbids would be dead or ugly in the browser.
    EXPECT_THAT(reply.body, AllOf(Not(HasSubstr(" style=")), Not(HasSubstr("<style")), Not(HasSubstr(" onclick"))));
    EXPECT_EQ(reply.body.find("<script"), reply.body.find("<script src=\"/assets/theme."));
    // One first heading, and every asset it names exists.
    const auto heading = reply.body.find("<h1");
    ASSERT_NE(heading, std::string::npos);
    EXPECT_EQ(reply.body.find("<h1", heading + 1), std::string::npos);
    for (auto at = reply.body.find("\"/assets/"); at != std::string::npos; at = reply.body.find("\"/assets/", at + 1)) {
      EXPECT_EQ(get(reply.body.substr(at + 1, reply.body.find('"', at + 1) - at - 1)).status, 200);
    }
  }
}

TEST_P(Pages, OwnLinksLeadSomewhere) {
  std::set<std::string> links;
  for (const auto* target : {"/", "/advisories", "/vendors", "/about", "/help/search", "/api"}) {
    const auto body = page(target);
    constexpr std::string_view kLink = " href=\"";
    for (auto at = body.find(kLink); at != std::string::npos; at = body.find(kLink, at + 1)) {
      const auto begin = at + kLink.size();
      auto link = body.substr(begin, body.find('"', begin) - begin);
      link = link.substr(0, link.find('#'));
      for (auto amp = link.find("&amp;"); amp != std::string::npos; amp = link.find("&amp;")) link.replace(amp, 5, "&");
      if (link.starts_with('/')) links.insert(link);
    }
  }
  EXPECT_GT(links.size(), 40U);
  for (const auto& link : links) {
    // A choice of language leads back to the page.
    const int expected = link.starts_with("/language/") ? 303 : 200;
    EXPECT_EQ(get(link, "Accept: text/html\r\n").status, expected) << link;
  }
}

TEST_P(Pages, HomeShowsFiguresAndWhatIsNew) {
  const auto body = page("/");
  EXPECT_THAT(body, AllOf(HasSubstr("<b>12</b> <span>advisories</span>"), HasSubstr("Most severe"),
                          HasSubstr("href=\"/advisories/TDC-2026-003\""), HasSubstr("By year of first release"),
                          HasSubstr("application/atom+xml")));
  const auto overview = json_of("/api/v1/overview");
  EXPECT_EQ(overview.at("advisories"), kDemoAdvisories);
  EXPECT_EQ(json::string_at(json::array_at(overview, "newest").at(0), "id"), "TDC-2026-003");
  std::int64_t by_severity = 0;
  for (const auto& [name, count] : overview.at("severities").as_object()) by_severity += count.as_int64();
  EXPECT_EQ(by_severity, kDemoAdvisories);
  std::int64_t by_year = 0;
  for (const auto& year : json::array_at(overview, "by_year")) by_year += year.at("count").as_int64();
  EXPECT_EQ(by_year, kDemoAdvisories);
  EXPECT_EQ(json_of("/api/v1/overview"), overview) << "the same data, the same answer";
}

TEST_P(Pages, PageAndApiAreTwoRepresentationsOfOneAnswer) {
  for (const auto* path : {"/advisories?q=helmwerk", "/vendors", "/vendors/helmwerk-automation"}) {
    const auto by_accept = get(path, "Accept: application/json\r\n");
    EXPECT_EQ(by_accept.header("content-type"), "application/json") << path;
    EXPECT_EQ(by_accept.body, get("/api/v1" + std::string{path}).body) << path;
  }
}

TEST_P(Pages, ListFindsAndMarks) {
  const auto body = page("/advisories?q=helmwerk+severity%3Acritical");
  EXPECT_THAT(body,
              AllOf(HasSubstr("value=\"helmwerk severity:critical\""), HasSubstr("href=\"/advisories/TDC-2025-001\""),
                    HasSubstr("9.8</b> <span>critical</span>"), Not(HasSubstr("TDC-2025-002"))));
  EXPECT_EQ(ids(json_of(search("helmwerk severity:critical published:2025"))), std::set<std::string>{"TDC-2025-001"});
  EXPECT_THAT(ids(json_of(search("TDC-2025-005"))), ::testing::Contains("TDC-2025-005"));
}

TEST_P(Pages, FiltersInUseCanBeTakenAway) {
  const auto body = page("/advisories?q=helmwerk+severity%3Acritical&sort=severity");
  EXPECT_THAT(body,
              AllOf(HasSubstr("href=\"/advisories?q=helmwerk&amp;sort=severity\"><span class=\"hidden\">Remove </span>"
                              "severity:critical</a>"),
                    HasSubstr("href=\"/advisories?q=severity%3Acritical&amp;sort=severity\"><span class=\"hidden\">"
                              "Remove </span>helmwerk</a>"),
                    HasSubstr("href=\"/advisories?sort=severity\">Clear all</a>")));
}

TEST_P(Pages, FacetsLinkToWhatTheyPromise) {
  const auto list = json_of("/api/v1/advisories?facets=true");
  int followed = 0;
  for (const auto& facet : json::array_at(list, "facets")) {
    for (const auto& value : json::array_at(facet, "values")) {
      const auto field = std::string{json::string_at(facet, "field")};
      const auto query = field + ":" + std::string{json::string_at(value, "value")};
      EXPECT_EQ(json_of(search(query)).at("total"), value.at("count")) << query;
      ++followed;
    }
  }
  EXPECT_GT(followed, 10);
  // The page links exactly so, and tells which ones are in use.
  EXPECT_THAT(page("/advisories"), HasSubstr("href=\"/advisories?q=severity%3Acritical\""));
  EXPECT_THAT(page("/advisories?q=severity%3Acritical"),
              HasSubstr("aria-current=\"true\"><span class=\"label dot dot-critical\">"));
  EXPECT_TRUE(json::array_at(json_of("/api/v1/advisories"), "facets").empty()) << "only when asked for";
}

TEST_P(Pages, WalksAllPagesByCursor) {
  for (const auto* sort :
       {"relevance", "updated", "published", "severity", "cvss", "tlp", "revised", "aggregate", "cve", "namespace"}) {
    std::vector<std::string> seen;
    std::string next = "/api/v1/advisories?limit=5&sort=" + std::string{sort};
    for (int pages_left = 10; !next.empty() && pages_left > 0; --pages_left) {
      const auto list = json_of(next);
      EXPECT_EQ(list.at("total"), kDemoAdvisories);
      for (const auto& item : json::array_at(list, "items")) seen.emplace_back(json::string_at(item, "id"));
      next = std::string{json::string_at(list, "next")};
    }
    EXPECT_EQ(seen.size(), 12U) << sort;
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 12U) << sort;
  }
  const auto first = page("/advisories?limit=5");
  EXPECT_THAT(first, AllOf(HasSubstr(">Next</a>"), Not(HasSubstr(">Previous</a>")), HasSubstr("1 to 5")));
}

TEST_P(Pages, SortsAsAsked) {
  const auto list = json_of("/api/v1/advisories?sort=severity");
  double last = 10.1;
  for (const auto& item : json::array_at(list, "items")) {
    const double score = item.at("score").is_null() ? 0.0 : item.at("score").to_number<double>();
    EXPECT_LE(score, last);
    last = score;
  }
  EXPECT_THAT(page("/advisories?sort=severity"),
              HasSubstr("<a href=\"/advisories?sort=severity\" rel=\"nofollow\" aria-current=\"true\">severity</a>"));
  // What was chosen survives the next search.
  EXPECT_THAT(page("/advisories?sort=severity&density=compact"),
              AllOf(HasSubstr("<input type=\"hidden\" name=\"sort\" value=\"severity\">"),
                    HasSubstr("<input type=\"hidden\" name=\"density\" value=\"compact\">"),
                    HasSubstr("class=\"cards compact\"")));
}

TEST_P(Pages, ErrorsOfTheSearchPointAtThePlaceAndKeepTheText) {
  const auto body = page("/advisories?q=helmwerk+vendr%3Ax", 400);
  EXPECT_THAT(body, AllOf(HasSubstr("value=\"helmwerk vendr:x\""), HasSubstr("role=\"alert\""), HasSubstr("vendr"),
                          HasSubstr("helmwerk vendr:x\n         ^")));
  const auto problem = json_of(search("helmwerk vendr:x"), 400);
  EXPECT_EQ(json::string_at(problem, "where"), "10");
  EXPECT_THAT(std::string{json::string_at(problem, "detail")}, HasSubstr("vendor"));
}

TEST_P(Pages, RefusesWhatItDoesNotKnow) {
  for (const auto* target :
       {"/advisories?pge=2", "/advisories?sort=best", "/advisories?limit=0", "/advisories?limit=201",
        "/advisories?limit=x", "/advisories?cursor=nonsense", "/advisories?density=tiny", "/vendors?order=1",
        "/vendors?sort=best", "/vendors?cursor=nonsense", "/about?x=1", "/?x=1", "/api/v1/advisories?density=compact",
        "/api/v1/advisories?facets=maybe", "/api/v1/suggest?prefix=a", "/api/v1/suggest?q=ab&limit=21"}) {
    const auto reply = get(target, "Accept: text/html\r\n");
    EXPECT_EQ(reply.status, 400) << target;
  }
  EXPECT_THAT(page("/advisories?lmit=5", 400), HasSubstr("did you mean limit?"));
}

TEST_P(Pages, HostileWordsStayWords) {
  const std::string hostile = "\"><script>alert(1)</script>";
  for (const auto* path : {"/advisories", "/vendors"}) {
    const auto reply = get(http::with_query(path, {{"q", hostile}}), "Accept: text/html\r\n");
    EXPECT_THAT(reply.body, Not(HasSubstr("<script>alert"))) << path;
    EXPECT_THAT(reply.body, HasSubstr("&lt;script&gt;")) << path;
  }
  const auto missing = get("/advisories/" + http::encode_component("\"><script>alert(1)"), "Accept: text/html\r\n");
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(missing.body, Not(HasSubstr("<script>alert")));
}

TEST_P(Pages, NothingFoundGivesAdvice) {
  EXPECT_THAT(page("/advisories?q=zzzunheardof+severity%3Acritical"),
              AllOf(HasSubstr("No advisory matches"), HasSubstr("href=\"/advisories?q=zzzunheardof\">without"),
                    HasSubstr("href=\"/advisories?q=severity%3Acritical\">without")));
  const auto list = json_of(search("zzzunheardof"));
  EXPECT_EQ(list.at("total"), 0);
  EXPECT_TRUE(list.at("next").is_null());
}

TEST_P(Pages, TellsOfCorrections) {
  const auto list = json_of(search("helmwerg"));
  ASSERT_EQ(json::array_at(list, "corrections").size(), 1U);
  EXPECT_EQ(json::string_at(json::array_at(list, "corrections").at(0), "typed"), "helmwerg");
  EXPECT_EQ(json::string_at(json::array_at(list, "corrections").at(0), "used"), "helmwerk");
  EXPECT_THAT(page("/advisories?q=helmwerg"), HasSubstr("Showing results for <strong>helmwerk</strong>"));
}

TEST_P(Pages, SuggestsPlacesToGo) {
  const auto list = json_of("/api/v1/suggest?q=helm");
  ASSERT_FALSE(json::array_at(list, "items").empty());
  std::set<std::string> kinds;
  for (const auto& item : json::array_at(list, "items")) {
    kinds.emplace(json::string_at(item, "kind"));
    EXPECT_EQ(get(json::string_at(item, "url"), "Accept: text/html\r\n").status, 200) << json::string_at(item, "url");
  }
  EXPECT_THAT(kinds, ::testing::Contains("vendor"));
  EXPECT_TRUE(json::array_at(json_of("/api/v1/suggest?q=h"), "items").empty());
  EXPECT_TRUE(json::array_at(json_of("/api/v1/suggest"), "items").empty());
}

TEST_P(Pages, TheOldAddressOfTheSearchLeadsOn) {
  const auto reply = get("/search?q=a+b");
  EXPECT_EQ(reply.status, 308);
  EXPECT_EQ(reply.header("location"), "/advisories?q=a%20b");
}

TEST_P(Pages, VendorsAreListedOnceByWhateverSpelling) {
  const auto list = json_of("/api/v1/vendors");
  std::set<std::string> names;
  for (const auto& item : json::array_at(list, "items")) {
    EXPECT_TRUE(names.emplace(json::string_at(item, "name")).second) << json::string_at(item, "name");
  }
  EXPECT_EQ(list.at("total").as_int64(), static_cast<std::int64_t>(names.size()));
  const auto filtered = json_of("/api/v1/vendors?q=helm");
  ASSERT_EQ(json::array_at(filtered, "items").size(), 1U);
  const auto& helmwerk = json::array_at(filtered, "items").at(0);
  EXPECT_EQ(helmwerk.at("advisory_count"), 3);
  EXPECT_THAT(page("/vendors?q=helm"), AllOf(HasSubstr("Helmwerk Automation"), Not(HasSubstr("Kestrel"))));
  EXPECT_THAT(page("/vendors?q=zzz"), HasSubstr("No vendor has that in its name"));
}

TEST_P(Pages, VendorAndProductPages) {
  const auto list = json_of("/api/v1/vendors?q=helm");
  const auto url = std::string{json::string_at(json::array_at(list, "items").at(0), "url")};
  EXPECT_THAT(page(url), AllOf(HasSubstr("<h1>Helmwerk Automation</h1>"), HasSubstr("Helmwerk Automation GmbH"),
                               HasSubstr("/feeds/vendors/"), HasSubstr("href=\"/advisories/TDC-2025-001\"")));
  const auto vendor = json_of("/api/v1" + url);
  ASSERT_FALSE(json::array_at(vendor, "products").empty());
  for (const auto& each : json::array_at(vendor, "products")) {
    const auto product_url = std::string{json::string_at(each, "url")};
    EXPECT_THAT(page(product_url), HasSubstr("What advisories say about it")) << product_url;
    const auto product = json_of("/api/v1" + product_url);
    EXPECT_EQ(json::string_at(product.at("vendor"), "name"), "Helmwerk Automation");
    EXPECT_EQ(json::array_at(product, "advisories").size(),
              static_cast<std::size_t>(each.at("advisory_count").as_int64()));
  }
  EXPECT_EQ(get("/vendors/nobody-at-all").status, 404);
  EXPECT_EQ(get(url + "/nothing-at-all").status, 404);
}

TEST_P(Pages, HelpShowsEveryFilterAndItsExamplesWork) {
  const auto body = page("/help/search");
  for (const auto& each : engine::search::filter_help()) {
    EXPECT_THAT(body, HasSubstr("<code>" + html::escaped(each.name) + "</code>"));
    EXPECT_EQ(get(search(each.example)).status, 200) << each.example;
  }
  const auto api = page("/api");
  for (const auto* pattern : {"/api/v1/advisories", "/api/v1/overview", "/api/v1/vendors/{vendor}/{product}"}) {
    EXPECT_THAT(api, HasSubstr("<code>GET " + std::string{pattern} + "</code>"));
  }
  EXPECT_THAT(page("/about"), AllOf(HasSubstr("12 advisories"), HasSubstr("TLP:AMBER+STRICT")));
}

TEST_P(Pages, WhatIsMissingIsNotADeadEnd) {
  EXPECT_THAT(page("/advisories/TDC-2025-099", 404),
              AllOf(HasSubstr("TDC-2025-099 is not here"), HasSubstr("value=\"TDC-2025-099\""),
                    HasSubstr("href=\"/advisories?q=TDC-2025-%2A\"")));
  EXPECT_FALSE(ids(json_of(search("TDC-2025-*"))).empty()) << "the way that the page proposes";
  EXPECT_THAT(page("/nothing", 404), HasSubstr("There is no such page"));
}

TEST_P(Pages, TheDemoSaysThatItIsOne) {
  EXPECT_THAT(page("/"), Not(HasSubstr("Demonstration")));
  settings_.demo = true;
  settings_.site.values["contact"] = "psirt@cert.example";
  start();
  EXPECT_THAT(page("/"), AllOf(HasSubstr("Demonstration"), HasSubstr("href=\"mailto:psirt@cert.example\"")));
}

TOCSIN_ON_BOTH_DATABASES(Pages);

/// A portal that has nothing yet.
class EmptyPortal : public store_testing::DatabaseTest {};
TEST_P(EmptyPortal, SaysHowToBegin) {
  const ManualClock clock{store_testing::kTestNow};
  App app{database(), AppSettings{}, clock};
  ASSERT_TRUE(app.catch_up().has_value());
  http::testing::Running running{app.routes(), {}, app.hooks()};
  http::testing::Client client{running.port()};
  EXPECT_THAT(client.get("/").body, AllOf(HasSubstr("tocsin import"), HasSubstr("--demo")));
  for (const auto* path : {"/advisories", "/vendors", "/about", "/api/v1/overview", "/feeds/advisories.atom"}) {
    EXPECT_EQ(client.get(path).status, 200) << path;
  }
}
TOCSIN_ON_BOTH_DATABASES(EmptyPortal);

}  // namespace
}  // namespace tocsin::portal
