#include "portal/access.hpp"

#include <set>

#include <gmock/gmock.h>

#include "portal/http/cookie.hpp"
#include "portal/members_fixture.hpp"
#include "store/api_tokens.hpp"

namespace tocsin::portal {
namespace {

using domain::Permission;
using http::Method;
using testing::Browser;
using ::testing::HasSubstr;
using ::testing::Not;

// --- next ---

struct NextCase {
  std::string_view name, next, goes_to;
};
void PrintTo(const NextCase& each, std::ostream* out) { *out << each.next; }
constexpr NextCase kNextCases[] = {
    {"OwnPath", "/advisories", "/advisories"},
    {"WithQuery", "/advisories?q=a%20b&sort=severity", "/advisories?q=a%20b&sort=severity"},
    {"EncodedColonIsAPath", "/advisories/https%3A", "/advisories/https%3A"},
    {"Empty", "", "/"},
    {"Relative", "advisories", "/"},
    {"OtherHost", "https://evil.example/", "/"},
    {"SchemeRelative", "//evil.example/", "/"},
    {"BackslashHost", "/\\evil.example", "/"},
    {"BackslashesHost", "\\\\evil.example", "/"},
    {"BackslashInside", "/a\\..\\b", "/"},
    {"TabIsDroppedByBrowsers", "/\t/evil.example", "/"},
    {"LineEndIsAHeader", "/a\r\nSet-Cookie: x=1", "/"},
    {"EncodedLineEnd", "/a%0d%0aSet-Cookie:%20x=1", "/"},
    {"EncodedSlash", "/%2F/evil.example", "/"},
    {"Nul", std::string_view{"/a\0b", 4}, "/"},
    {"Script", "javascript:alert(1)", "/"},
    {"Data", "data:text/html,x", "/"},
    {"Blank", " /a", "/"},
    {"DotDot", "/a/../../b", "/"},
    {"EncodedDots", "/%2e%2e/b", "/"},
    {"EmptySegment", "/a//b", "/"},
    {"Fragment", "/a#b", "/"},
    {"NotAscii", "/\xC3\xA9", "/"},
    {"Program", "/api/v1/me", "/"},
    {"SignOut", "/sign-out", "/"},
    {"SignInAgain", "/sign-in?next=/sign-in", "/"},
    {"SecretLink", "/link/abc", "/"},
};
class SafeNext : public ::testing::TestWithParam<NextCase> {};
TEST_P(SafeNext, LeadsHomeUnlessItIsOurs) { EXPECT_EQ(access::safe_next(GetParam().next), GetParam().goes_to); }
INSTANTIATE_TEST_SUITE_P(Access, SafeNext, ::testing::ValuesIn(kNextCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(SafeNext, HasALimit) {
  EXPECT_EQ(access::safe_next("/" + std::string(1'999, 'a')).size(), 2'000U);
  EXPECT_EQ(access::safe_next("/" + std::string(2'000, 'a')), "/");
}

// --- cookies ---

struct CookieCase {
  std::string_view name, header;
  std::optional<std::string_view> value;
};
void PrintTo(const CookieCase& each, std::ostream* out) { *out << each.header; }
constexpr CookieCase kCookieCases[] = {
    {"Alone", "tocsin=abc", "abc"},
    {"AmongOthers", "a=1; tocsin=abc; b=2", "abc"},
    {"WithoutBlanks", "a=1;tocsin=abc;b=2", "abc"},
    {"Missing", "a=1; b=2", std::nullopt},
    {"EndOfAnotherName", "xtocsin=abc", std::nullopt},
    {"BeginOfAnotherName", "tocsin-half=abc", std::nullopt},
    {"OtherCase", "Tocsin=abc", std::nullopt},
    {"Twice", "tocsin=abc; tocsin=def", std::nullopt},
    {"TwiceTheSame", "tocsin=abc; tocsin=abc", std::nullopt},
    {"Empty", "tocsin=", std::nullopt},
    {"Quoted", "tocsin=\"abc\"", std::nullopt},
    {"NoEquals", "tocsin", std::nullopt},
    {"ForeignBytes", "tocsin=a%20b", std::nullopt},
    {"Nothing", "", std::nullopt},
    {"Semicolons", ";;;;tocsin=abc;;", "abc"},
};
class CookieOf : public ::testing::TestWithParam<CookieCase> {};
TEST_P(CookieOf, IsTheOneOrNone) {
  const auto found = http::cookie_of(GetParam().header, "tocsin");
  ASSERT_EQ(found.has_value(), GetParam().value.has_value());
  if (found) EXPECT_EQ(*found, *GetParam().value);
}
INSTANTIATE_TEST_SUITE_P(Access, CookieOf, ::testing::ValuesIn(kCookieCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(CookieOf, HasLimits) {
  std::string many;
  for (std::size_t i = 1; i < http::kCookiesMax; ++i) many += "a=1;";
  EXPECT_TRUE(http::cookie_of(many + "t=1", "t").has_value());
  EXPECT_FALSE(http::cookie_of("a=1;" + many + "t=1", "t").has_value());
  const std::string filler(http::kCookieBytesMax - 4, 'x');
  EXPECT_TRUE(http::cookie_of("t=1;" + filler, "t").has_value());
  EXPECT_FALSE(http::cookie_of("t=1;x" + filler, "t").has_value());
}

// --- every route, as everybody ---

/// One role, or nobody, walks over the whole table.
class Routes : public testing::MembersTest {
 protected:
  /// The pattern with ids that nothing has.
  static std::string made_up(std::string_view pattern) {
    std::string path;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
      if (pattern[at] != '{') {
        path += pattern[at];
        continue;
      }
      path += "999999";
      at = pattern.find('}', at);
    }
    return path;
  }
  static bool for_programs(const http::Route& route) {
    return route.pattern.starts_with("/api/") || route.pattern.starts_with("/taxii2") ||
           route.pattern.starts_with("/misp/");
  }
  /// What the table says; 0: let in, whatever the handler makes of it.
  static int expected(const http::Route& route, const Someone* someone) {
    if (route.permission == Permission::anyone) return 0;
    if (someone == nullptr && route.pattern.starts_with("/misp/")) return 403;
    if (someone == nullptr) return for_programs(route) ? 401 : 303;
    return domain::allows(someone->roles, route.permission) ? 0 : 403;
  }
  void walk(const Someone* someone) {
    const auto router = app().routes();
    for (const auto& route : router.routes()) {
      // It ends the session that the walk stands on; its own test is below.
      if (route->name == "sign_out" && someone != nullptr) continue;
      SCOPED_TRACE(std::string{http::to_string(route->method)} + " " + route->pattern + " as " +
                   (someone == nullptr ? "nobody" : std::string{someone->mail}));
      EXPECT_FALSE(route->name.empty());
      auto visitor = browser();
      if (someone != nullptr) {
        visitor.cookies["tocsin"] = token_of(*someone);
        visitor.csrf = csrf_of(visitor.cookies["tocsin"]);
      } else {
        visitor.cookies["tocsin-form"] = "abc";
        visitor.csrf = "abc";
      }
      const auto target = made_up(route->pattern);
      const bool api = for_programs(*route);
      const auto headers = api ? "X-CSRF-Token: " + visitor.csrf + "\r\n" : std::string{};
      const auto reply = route->method == Method::get ? visitor.get(target)
                         : api ? visitor.send(http::to_string(route->method), target, "{}", "application/json", headers)
                               : visitor.post(target, {});
      const int wanted = expected(*route, someone);
      if (wanted == 303) {
        EXPECT_EQ(reply.status, 303);
        EXPECT_TRUE(reply.header("location").starts_with("/sign-in")) << reply.header("location");
      } else if (wanted != 0) {
        EXPECT_EQ(reply.status, wanted) << reply.body;
      } else {
        EXPECT_NE(reply.status, 401) << reply.body;
        // A form that is refused for its own reasons says so with 403, too, but never with the sentence of roles.
        EXPECT_THAT(reply.body, Not(HasSubstr("This needs the role")));
        EXPECT_THAT(reply.body, Not(HasSubstr("The form is no longer valid")));
        EXPECT_LT(reply.status, 500) << reply.body;
        if (reply.status == 303) EXPECT_FALSE(reply.header("location").starts_with("/sign-in?")) << reply.head;
      }
      if (wanted == 401) EXPECT_EQ(reply.header("www-authenticate"), "Bearer realm=\"tocsin\"");
    }
  }
  std::string token_of(const Someone& someone) {
    auto& token = tokens_[someone.id];
    if (token.empty()) token = identities().sign_in(someone.mail, testing::kPassword, {}).value().token;
    // Some route may have ended it.
    if (identities().load_session(token, {}).value() == nullptr) {
      token = identities().sign_in(someone.mail, testing::kPassword, {}).value().token;
    }
    return token;
  }
  std::string csrf_of(const std::string& token) { return identities().load_session(token, {}).value()->csrf; }

  std::map<std::int64_t, std::string> tokens_;
};

TEST_P(Routes, NobodyIsLetInWhereThePermissionSaysSo) { walk(nullptr); }
TEST_P(Routes, EveryRoleIsLetInExactlyWhereThePermissionSaysSo) {
  for (const auto& someone : everybody()) {
    walk(&someone);
    // A wrong password is among what the walk sends; attempts are counted by address.
    clock_.advance(std::chrono::hours{2});
  }
}
TEST_P(Routes, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  const auto router = app().routes();
  for (const auto& route : router.routes()) EXPECT_TRUE(names.insert(route->name).second) << route->name;
}
TEST_P(Routes, ThatChangeSomethingAreNotForAnyoneButAtTheDoor) {
  const std::set<std::string> door{"sign_in",
                                   "second_factor",
                                   "link",
                                   "forgot",
                                   "csaf_validate",
                                   "csaf_convert",
                                   "csaf_compare",
                                   "csaf_tools_post",
                                   "attack_layer_post",  // Shows what was sent; nothing is kept.
                                   "csaf_validate_service",
                                   "register",
                                   "application_create",
                                   "passkey_sign_in",
                                   "passkey_sign_in_options",
                                   "passkey_second_factor",
                                   "passkey_second_factor_options",
                                   "unsubscribe"};
  const auto router = app().routes();
  for (const auto& route : router.routes()) {
    if (route->method == Method::get || route->permission != Permission::anyone) continue;
    EXPECT_TRUE(door.contains(route->name)) << route->name;
  }
}

TEST_P(Routes, RefusalsAreAudited) {
  auto member = signed_in("member@plant.example");
  http::Route closed;
  const auto before = count(store::Sql{"SELECT count(*) FROM audit WHERE action = 'access.refused'"});
  http::Request request;
  request.principal = identities().load_session(member.cookies["tocsin"], {}).value();
  request.viewer = request.principal->viewer;
  request.now = clock_.now();
  closed.pattern = "/audit";
  closed.name = "audit";
  closed.permission = Permission::read_audit;
  const auto admission = access::admit(app(), closed, request);
  ASSERT_TRUE(admission.refused.has_value());
  EXPECT_EQ(admission.status, 403);
  EXPECT_THAT(admission.refused->message, HasSubstr("auditor"));
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM audit WHERE action = 'access.refused'"}), before + 1);
}

TOCSIN_ON_BOTH_DATABASES(Routes);

}  // namespace
}  // namespace tocsin::portal
