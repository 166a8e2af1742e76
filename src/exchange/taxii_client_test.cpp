#include "exchange/taxii_client.hpp"

#include <gmock/gmock.h>

#include "exchange/testing/taxii_server.hpp"

namespace tocsin::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TaxiiServer;

FetchAnswer answer(int status, std::string body, std::string type = "application/taxii+json;version=2.1") {
  return {.status = status, .headers = {{"content-type", std::move(type)}}, .body = std::move(body), .url = {}};
}
TaxiiClient saying(const FetchAnswer& it) {
  return TaxiiClient{{}, [it](std::string_view, const FetchOptions&) -> Result<FetchAnswer> { return it; }};
}

TEST(TaxiiClient, TakesWhatServersSend) {
  const auto object = TaxiiServer::indicator(1);
  struct Case {
    FetchAnswer answer;
    std::size_t objects;
    bool more;
    std::string next;
  };
  const Case cases[] = {
      {answer(200, fmt::format(R"({{"more":true,"next":"a b","objects":[{}]}})", object)), 1, true, "a b"},
      {answer(200, fmt::format(R"({{"objects":[{},{}],"more":false}})", object, object)), 2, false, ""},
      {answer(200, "{}"), 0, false, ""},
      {answer(200, R"({"more":false})"), 0, false, ""},
      {answer(200, R"({"more":true,"next":"7"})"), 0, true, "7"},
      {answer(200, R"({"objects":[]})"), 0, false, ""},
      {answer(200, ""), 0, false, ""},
      {answer(200, fmt::format(R"({{"objects":[{}]}})", object), "application/json; charset=utf-8"), 1, false, ""},
      // A bundle where an envelope belongs, and 206 of TAXII 2.0.
      {answer(206, fmt::format(R"({{"type":"bundle","id":"bundle--1","objects":[{}]}})", object),
              "application/vnd.oasis.stix+json; version=2.0"),
       1, true, ""},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.answer.body);
    const auto page = saying(each.answer).page({.url = "https://a.example/c/"}, {});
    ASSERT_TRUE(page) << page.error().to_string();
    EXPECT_EQ(page->objects, each.objects);
    EXPECT_EQ(page->more, each.more);
    EXPECT_EQ(page->next, each.next);
  }
}

TEST(TaxiiClient, SaysWhyThereIsNoPage) {
  struct Case {
    FetchAnswer answer;
    Error::Code code;
    std::string_view said;
  };
  const Case cases[] = {
      {answer(401, R"({"title":"Nobody","description":"Sign in"})"), Error::Code::forbidden, "Sign in"},
      {answer(403, ""), Error::Code::forbidden, "does not let us"},
      {answer(404, ""), Error::Code::not_found, ""},
      {answer(406, ""), Error::Code::unavailable, "TAXII 2.1"},
      {answer(429, ""), Error::Code::unavailable, "less often"},
      {answer(500, "<html>"), Error::Code::unavailable, "500"},
      {answer(302, ""), Error::Code::unavailable, "302"},
      {answer(200, "<html>", "text/html"), Error::Code::invalid_input, "text/html"},
      {answer(200, R"({"objects":[{"type":"ind)"), Error::Code::invalid_input, "envelope"},
      {answer(200, R"({"objects":[],"next":")" + std::string(5'000, 'x') + "\"}"), Error::Code::invalid_input, "next"},
      {answer(200, "nonsense"), Error::Code::invalid_input, "envelope"},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.answer.body.substr(0, 80) + " " + std::to_string(each.answer.status));
    TaxiiTrouble trouble;
    const auto page = saying(each.answer).page({.url = "https://a.example/c/"}, {}, &trouble);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, each.code) << page.error().to_string();
    EXPECT_THAT(page.error().to_string(), HasSubstr(std::string{each.said}));
    EXPECT_EQ(trouble.status, each.answer.status);
  }
}

TEST(TaxiiClient, AsksAsTheStandardWants) {
  std::string asked, accept, authorization;
  const TaxiiClient client{{}, [&](std::string_view url, const FetchOptions& options) -> Result<FetchAnswer> {
                             asked = url;
                             for (const auto& [name, value] : options.headers) {
                               if (name == "Accept") accept = value;
                               if (name == "Authorization") authorization = value;
                             }
                             return answer(200, "{}");
                           }};
  ASSERT_TRUE(
      client.page({.url = "https://a.example/api/collections/x/", .credentials = basic_credentials("us", "p:w")},
                  {.added_after = "2026-01-01T00:00:00.000000Z", .next = "a&b=c d", .limit = 5}));
  EXPECT_EQ(asked,
            "https://a.example/api/collections/x/objects/?limit=5&match%5Bversion%5D=all&added_after="
            "2026-01-01T00%3A00%3A00.000000Z&next=a%26b%3Dc%20d");
  EXPECT_EQ(accept, "application/taxii+json;version=2.1");
  EXPECT_EQ(authorization, "Basic dXM6cDp3");
}

/// A server with discovery, a root beside it and one elsewhere.
TEST(TaxiiClient, LooksForCollectionsFromWhereverOneBegins) {
  std::vector<std::string> told_to;
  const TaxiiClient client{
      {}, [&](std::string_view url, const FetchOptions& options) -> Result<FetchAnswer> {
        const auto rest = [&](std::string_view prefix) { return url.starts_with(prefix); };
        if (options.headers.size() > 1) told_to.emplace_back(url);
        if (url == "https://a.example/taxii2/") {
          return answer(200, R"({"title":"A","api_roots":["/api/","https://b.example/api/"]})");
        }
        if (url == "https://a.example/api/")
          return answer(200, R"({"title":"Root","versions":[],"max_content_length":1})");
        if (url == "https://a.example/api/collections/") {
          return answer(200, R"({"collections":[{"id":"91a7","title":"Indicators","can_read":true,"can_write":false},
                                            {"id":"","title":"No id"},{"id":"x/../y","title":"Odd","can_read":false}]})");
        }
        if (url == "https://a.example/api/collections/91a7/") {
          return answer(200, R"({"id":"91a7","title":"Indicators","can_read":true,"can_write":false})");
        }
        if (rest("https://b.example/")) return answer(401, "");
        return answer(404, "");
      }};
  const auto credentials = bearer_credentials("t");
  for (const auto* url : {"https://a.example/", "https://a.example/taxii2/", "https://a.example/api/"}) {
    SCOPED_TRACE(url);
    const auto found = client.look({.url = url, .credentials = credentials});
    ASSERT_TRUE(found) << found.error().to_string();
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].url, "https://a.example/api/collections/91a7/");
    EXPECT_EQ((*found)[0].root_title, "Root");
    EXPECT_TRUE((*found)[0].can_read);
    EXPECT_EQ((*found)[1].url, "https://a.example/api/collections/x%2F..%2Fy/");
    EXPECT_FALSE((*found)[1].can_read);
  }
  const auto one = client.look({.url = "https://a.example/api/collections/91a7/"});
  ASSERT_TRUE(one);
  EXPECT_THAT(one->front().title, "Indicators");
  // What another server names is asked, but never with our credentials.
  for (const auto& url : told_to) EXPECT_THAT(url, HasSubstr("https://a.example/"));
  const auto none = client.look({.url = "https://b.example/"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Error::Code::forbidden);
}

}  // namespace
}  // namespace tocsin::exchange
