#include "exchange/taxii_paging.hpp"

#include <set>

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/taxii/peers.hpp"
#include "exchange/testing/taxii_server.hpp"

namespace tocsin::exchange {
namespace {

using ::testing::HasSubstr;
using testing::TaxiiServer;

constexpr std::int64_t kFirst = 1'767'225'600'000'000;  // 2026-01-01
constexpr int kQuestionsMax = 200;

struct Read {
  std::set<std::string> ids;
  Step last;
  std::string faults;
  int questions = 0;
};

/// As the poller does, without a database.
Read read_all(TaxiiServer& server, Paging& paging) {
  const TaxiiClient client{{},
                           [&](std::string_view url, const FetchOptions& options) { return server.get(url, options); }};
  Read read;
  while (read.questions < kQuestionsMax) {
    ++read.questions;
    TaxiiTrouble trouble;
    const auto page = client.page({.url = "https://taxii.example/c/"}, question_of(paging), &trouble);
    if (!page) {
      if (trouble.status == 404 && forget_next(paging)) continue;
      if (trouble.slow && ask_for_less(paging)) continue;
      read.last = {.then = Then::stuck, .fault = page.error().message};
      return read;
    }
    bool brought_new = false;
    const auto body = json::parse(page->body).value();
    for (const auto& each : json::array_at(body.root(), "objects")) {
      brought_new = read.ids.emplace(json::string_at(each, "id")).second || brought_new;
    }
    read.last = advance(paging, *page, brought_new);
    if (!read.last.fault.empty()) read.faults += read.last.fault + "\n";
    if (read.last.then != Then::go_on) return read;
  }
  return read;
}

Paging fresh(std::int64_t limit = 100) { return {.position = {.page_limit = limit}}; }

struct Case {
  const char* name;
  TaxiiServer server;
  std::string_view fault;  ///< One of them that is told; empty: none at all.
  int questions_max;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  const auto add = [&](const char* name, std::string_view fault, int questions_max, auto change) {
    TaxiiServer server;
    server.add(1'050, kFirst, 1'000);
    change(server);
    all.push_back({name, std::move(server), fault, questions_max});
  };
  add("Right", "", 11, [](TaxiiServer&) {});
  add("RightAndFullToTheLast", "", 12, [](TaxiiServer& it) { it.objects.resize(1'000); });
  add("GivesLessThanIsAskedFor", "", 30, [](TaxiiServer& it) { it.least_limit = 40; });
  add("SaysNotWhere", kSaysNotWhere, 12, [](TaxiiServer& it) { it.without_next = true; });
  add("RepeatsAPage", kRepeats, 30, [](TaxiiServer& it) { it.same_next = true; });
  add("EndsEarly", kEndsEarly, 15, [](TaxiiServer& it) { it.never_more = true; });
  add("EmptyPagesBetween", "", 25, [](TaxiiServer& it) { it.empty_between = true; });
  add("ForgetsNext", "", 15, [](TaxiiServer& it) { it.forget_next_after = 3; });
  add("IsSlow", "", 60, [](TaxiiServer& it) { it.slow_above = 30; });
  add("HasNoDates", "", 12, [](TaxiiServer& it) { it.without_dates = true; });
  const auto one_moment = [](TaxiiServer& it) {
    it.objects.clear();
    it.add(350, kFirst, 1'000);
    it.add(900, kFirst + 1'000'000, 0);
    it.add(300, kFirst + 2'000'000, 1'000);
  };
  add("ManyOfOneMoment", "", 20, one_moment);
  add("ManyOfOneMomentAndSaysNotWhere", kSaysNotWhere, 30, [&](TaxiiServer& it) {
    one_moment(it);
    it.without_next = true;
  });
  add("ManyOfOneMomentAndEndsEarly", kEndsEarly, 30, [&](TaxiiServer& it) {
    one_moment(it);
    it.never_more = true;
    // Fewer than a page, else what lies beyond it cannot be seen.
    it.objects.erase(it.objects.begin() + 350 + 90, it.objects.begin() + 350 + 900);
  });
  return all;
}

TEST(TaxiiPaging, ReadsEverythingWhateverTheServerDoes) {
  for (auto& each : cases()) {
    SCOPED_TRACE(each.name);
    auto paging = fresh();
    const auto read = read_all(each.server, paging);
    EXPECT_EQ(read.last.then, Then::caught_up) << read.last.fault;
    EXPECT_EQ(read.ids.size(), each.server.objects.size());
    EXPECT_LE(read.questions, each.questions_max);
    if (each.fault.empty()) {
      EXPECT_EQ(read.faults, "");
    } else {
      EXPECT_THAT(read.faults, HasSubstr(std::string{each.fault}));
    }
  }
}

TEST(TaxiiPaging, HearsLaterOfWhatIsNewOnly) {
  TaxiiServer server;
  server.add(500, kFirst, 1'000'000);
  auto paging = fresh();
  EXPECT_EQ(read_all(server, paging).ids.size(), 500U);
  // A clock that goes back a little: within what is asked for again.
  server.objects.push_back({server.objects.back().added - 30'000'000, TaxiiServer::indicator(9'001)});
  server.objects.push_back({server.objects[499].added + 5, TaxiiServer::indicator(9'002)});
  std::ranges::sort(server.objects, {}, &TaxiiServer::Object::added);
  paging = {.position = paging.position};
  const auto later = read_all(server, paging);
  EXPECT_TRUE(later.ids.contains("indicator--00000000-0000-4000-8000-000000009001"));
  EXPECT_TRUE(later.ids.contains("indicator--00000000-0000-4000-8000-000000009002"));
  EXPECT_LT(later.ids.size(), 100U);
}

TEST(TaxiiPaging, AnswersThatWereLostAreAskedForAgain) {
  struct Case {
    const char* name;
    bool next_once, one_moment, without_dates;
  };
  for (const auto& each :
       {Case{"every `next` leads to its page", false, false, false}, Case{"a `next` is given once", true, false, false},
        Case{"all of one moment", false, true, false}, Case{"no dates", false, false, true}}) {
    SCOPED_TRACE(each.name);
    TaxiiServer server;
    server.least_limit = 100;
    server.without_dates = each.without_dates;
    server.next_once = each.next_once;
    server.add(530, kFirst, each.one_moment ? 0 : 1'000'000);
    const TaxiiClient client{
        {}, [&](std::string_view url, const FetchOptions& options) { return server.get(url, options); }};
    auto paging = fresh();
    std::set<std::string> ids;
    // Reader after reader gets two pages and is killed before it has kept the second.
    for (int reader = 0; reader < 4; ++reader) {
      paging = {.position = paging.position};
      resume(paging);
      const auto first = client.page({.url = "https://taxii.example/c/"}, question_of(paging));
      ASSERT_TRUE(first);
      const auto body = json::parse(first->body).value();
      for (const auto& object : json::array_at(body.root(), "objects")) ids.emplace(json::string_at(object, "id"));
      ASSERT_EQ(advance(paging, *first, true).then, Then::go_on);
      ASSERT_TRUE(client.page({.url = "https://taxii.example/c/"}, question_of(paging)));
    }
    EXPECT_GT(ids.size(), each.one_moment ? 299U : 390U) << "each gets further";
    paging = {.position = paging.position};
    resume(paging);
    const auto rest = read_all(server, paging);
    EXPECT_EQ(rest.last.then, Then::caught_up) << rest.last.fault;
    ids.insert(rest.ids.begin(), rest.ids.end());
    EXPECT_EQ(ids.size(), server.objects.size());
  }
}

TEST(TaxiiPaging, EndsWhereAServerNeverDoes) {
  struct Endless {
    const char* name;
    void (*change)(TaxiiServer&);
    Then then;
  };
  const Endless endless[] = {
      {"always more", [](TaxiiServer& it) { it.always_more = true; }, Then::stuck},
      {"always more, not where", [](TaxiiServer& it) { it.always_more = it.without_next = true; }, Then::stuck},
      {"always more, the same", [](TaxiiServer& it) { it.always_more = it.same_next = true; }, Then::stuck},
      {"more without dates, not where", [](TaxiiServer& it) { it.without_dates = it.without_next = true; },
       Then::stuck},
      {"nothing but more",
       [](TaxiiServer& it) {
         it.objects.clear();
         it.always_more = true;
       },
       Then::stuck},
      {"nothing", [](TaxiiServer& it) { it.objects.clear(); }, Then::caught_up},
  };
  for (const auto& each : endless) {
    SCOPED_TRACE(each.name);
    TaxiiServer server;
    server.add(250, kFirst, 1'000);
    each.change(server);
    auto paging = fresh();
    const auto read = read_all(server, paging);
    EXPECT_EQ(read.last.then, each.then);
    EXPECT_LT(read.questions, 20);
    if (each.then == Then::stuck) {
      EXPECT_NE(read.last.fault, "");
    }
  }
}

TEST(TaxiiPaging, SaysWhereMoreThanTheLargestPageHasOneMoment) {
  TaxiiServer server;
  server.least_limit = 50;
  server.without_next = true;
  server.add(80, kFirst, 0);
  server.add(20, kFirst + 1'000'000, 1'000);
  auto paging = fresh();
  const auto read = read_all(server, paging);
  EXPECT_THAT(read.faults, HasSubstr(std::string{kOneMoment}));
  EXPECT_EQ(read.last.then, Then::caught_up);
  EXPECT_EQ(read.ids.size(), 70U);
}

TEST(TaxiiPaging, AsksForLessDownToTheLeast) {
  auto paging = fresh(1'000);
  int steps = 0;
  while (ask_for_less(paging)) ++steps;
  EXPECT_EQ(paging.position.page_limit, engine::taxii::kPageLimitLeast);
  EXPECT_EQ(steps, 7);
}

}  // namespace
}  // namespace tocsin::exchange
