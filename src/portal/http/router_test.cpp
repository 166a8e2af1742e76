#include "portal/http/router.hpp"

#include <gmock/gmock.h>

namespace tocsin::portal::http {
namespace {

Route route(std::string pattern, Method method = Method::get) {
  Route made;
  made.method = method;
  made.name = pattern;
  made.pattern = std::move(pattern);
  made.handler = [](const Request&) -> Result<Response> { return Response::text("x"); };
  return made;
}

Router portal() {
  Router router;
  for (const auto* pattern :
       {"/", "/advisories", "/advisories/{id}", "/advisories/{id}/revisions", "/advisories/{id}/revisions/{revision}",
        "/advisories/newest", "/vendors/{vendor}/{product}", "/feeds/vendors/{vendor}.atom",
        "/feeds/vendors/{vendor}.xml", "/feeds/vendors/{vendor}.long.atom", "/feeds/{name}", "/assets/{rest...}"}) {
    router.add(route(pattern));
  }
  router.add(route("/advisories", Method::post));
  return router;
}

struct Case {
  std::string name, path, pattern;
  std::map<std::string, std::string, std::less<>> parameters;
};
void PrintTo(const Case& each, std::ostream* out) { *out << each.path; }
class Matching : public ::testing::TestWithParam<Case> {};
TEST_P(Matching, FindsTheMostLiteralRoute) {
  const auto router = portal();
  const auto match = router.match(Method::get, GetParam().path);
  if (GetParam().pattern.empty()) {
    EXPECT_EQ(match.route, nullptr);
  } else {
    ASSERT_NE(match.route, nullptr);
    EXPECT_EQ(match.route->pattern, GetParam().pattern);
    EXPECT_EQ(match.parameters, GetParam().parameters);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Table, Matching,
    ::testing::Values(
        Case{"Root", "/", "/", {}}, Case{"Literal", "/advisories", "/advisories", {}},
        Case{"Parameter", "/advisories/ICSA-1", "/advisories/{id}", {{"id", "ICSA-1"}}},
        Case{"LiteralBeforeParameter", "/advisories/newest", "/advisories/newest", {}},
        Case{"BackFromALiteral", "/advisories/newest/revisions", "/advisories/{id}/revisions", {{"id", "newest"}}},
        Case{"TwoParameters",
             "/advisories/a/revisions/b",
             "/advisories/{id}/revisions/{revision}",
             {{"id", "a"}, {"revision", "b"}}},
        Case{"Suffix", "/feeds/vendors/abb.atom", "/feeds/vendors/{vendor}.atom", {{"vendor", "abb"}}},
        Case{"LongestSuffix", "/feeds/vendors/abb.long.atom", "/feeds/vendors/{vendor}.long.atom", {{"vendor", "abb"}}},
        Case{"SuffixWithDots", "/feeds/vendors/a.b.atom", "/feeds/vendors/{vendor}.atom", {{"vendor", "a.b"}}},
        Case{"SuffixAlone", "/feeds/vendors/.atom", "", {}}, Case{"OtherSuffix", "/feeds/vendors/abb.rss", "", {}},
        Case{"Rest", "/assets/css/portal.css", "/assets/{rest...}", {{"rest", "css/portal.css"}}},
        Case{"EmptyRest", "/assets/", "", {}}, Case{"Unknown", "/nothing", "", {}},
        Case{"TrailingSlash", "/advisories/", "", {}}, Case{"TooDeep", "/advisories/a/revisions/b/c", "", {}},
        Case{"EmptyParameter", "/vendors//x", "", {}}, Case{"NoSlash", "advisories", "", {}}),
    [](const auto& each) { return each.param.name; });

TEST(Router, GetServesHead) {
  const auto router = portal();
  EXPECT_NE(router.match(Method::head, "/advisories/x").route, nullptr);
  EXPECT_EQ(router.match(Method::put, "/advisories/x").route, nullptr);
  EXPECT_EQ(router.match(Method::post, "/advisories").route->method, Method::post);
}

TEST(Router, TellsTheMethodsOfAPath) {
  const auto router = portal();
  std::vector<Method> allowed;
  EXPECT_EQ(router.match(Method::delete_, "/advisories", &allowed).route, nullptr);
  EXPECT_THAT(allowed, ::testing::ElementsAre(Method::get, Method::head, Method::post));
  allowed.clear();
  EXPECT_EQ(router.match(Method::delete_, "/nothing", &allowed).route, nullptr);
  EXPECT_THAT(allowed, ::testing::IsEmpty());
}

TEST(Router, NamesOfParametersBelongToTheirRoute) {
  Router router;
  router.add(route("/a/{id}"));
  router.add(route("/a/{key}", Method::put));
  EXPECT_EQ(router.match(Method::put, "/a/1").parameters.begin()->first, "key");
  EXPECT_EQ(router.match(Method::get, "/a/1").parameters.begin()->first, "id");
}

TEST(RouterDeathTest, TwoRoutesOfOneShapeAreOurMistake) {
  EXPECT_DEATH(
      {
        Router router;
        router.add(route("/a/{id}"));
        router.add(route("/a/{name}"));
      },
      "");
}

TEST(Router, EmptyMatchesNothing) { EXPECT_EQ(Router{}.match(Method::get, "/").route, nullptr); }

}  // namespace
}  // namespace tocsin::portal::http
