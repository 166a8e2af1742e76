#include "portal/http/cache.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace tocsin::portal::http {
namespace {

std::shared_ptr<const CachedAnswer> answer(std::string body) {
  auto made = std::make_shared<CachedAnswer>();
  made->head = "HTTP/1.1 200 OK\r\n";
  made->body = std::make_shared<const std::string>(std::move(body));
  return made;
}

TEST(AnswerCache, FindsWhatWasPutInThatGeneration) {
  AnswerCache cache{1 << 20};
  EXPECT_EQ(cache.find("a", 1), nullptr);
  cache.put("a", 1, answer("one"));
  ASSERT_NE(cache.find("a", 1), nullptr);
  EXPECT_EQ(*cache.find("a", 1)->body, "one");
  EXPECT_EQ(cache.find("b", 1), nullptr);
  EXPECT_EQ(cache.hits(), 2U);
  EXPECT_EQ(cache.misses(), 2U);
}

TEST(AnswerCache, AnotherGenerationNeverSeesIt) {
  AnswerCache cache{1 << 20};
  cache.put("a", 2, answer("two"));
  EXPECT_EQ(cache.find("a", 1), nullptr);
  EXPECT_NE(cache.find("a", 2), nullptr);
  EXPECT_EQ(cache.find("a", 3), nullptr);
  EXPECT_EQ(cache.bytes(), 0U) << "what is out of date is dropped at once";
}

TEST(AnswerCache, ALateAnswerDoesNotReplaceANewerOne) {
  AnswerCache cache{1 << 20};
  cache.put("a", 2, answer("two"));
  cache.put("a", 1, answer("one"));
  ASSERT_NE(cache.find("a", 2), nullptr);
  EXPECT_EQ(*cache.find("a", 2)->body, "two");
}

TEST(AnswerCache, PuttingAgainReplaces) {
  AnswerCache cache{1 << 20};
  cache.put("a", 1, answer("one"));
  const auto bytes = cache.bytes();
  cache.put("a", 1, answer("two"));
  EXPECT_EQ(*cache.find("a", 1)->body, "two");
  EXPECT_EQ(cache.bytes(), bytes);
}

TEST(AnswerCache, StaysWithinItsBytesAndKeepsWhatIsUsed) {
  constexpr std::size_t kBytes = 1 << 20;
  AnswerCache cache{kBytes};
  cache.put("favourite", 1, answer(std::string(1000, 'x')));
  for (int i = 0; i < 5000; ++i) {
    cache.put("key" + std::to_string(i), 1, answer(std::string(1000, 'x')));
    EXPECT_LE(cache.bytes(), kBytes);
    ASSERT_NE(cache.find("favourite", 1), nullptr) << i;
  }
  EXPECT_EQ(cache.find("key0", 1), nullptr);
  EXPECT_NE(cache.find("key4999", 1), nullptr);
}

TEST(AnswerCache, DoesNotKeepWhatIsTooLarge) {
  AnswerCache cache{1 << 20};
  cache.put("small", 1, answer("x"));
  cache.put("large", 1, answer(std::string(40'000, 'x')));
  EXPECT_EQ(cache.find("large", 1), nullptr);
  EXPECT_NE(cache.find("small", 1), nullptr);
  AnswerCache none{0};
  none.put("a", 1, answer("x"));
  EXPECT_EQ(none.find("a", 1), nullptr);
}

TEST(AnswerCache, AnswersOutliveTheirPlace) {
  AnswerCache cache{1 << 20};
  cache.put("a", 1, answer("one"));
  const auto held = cache.find("a", 1);
  cache.put("a", 2, answer("two"));
  EXPECT_EQ(*held->body, "one");
}

TEST(AnswerCache, TakesThreads) {
  AnswerCache cache{1 << 16};
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, &wrong, t] {
      for (int i = 0; i < 2000; ++i) {
        const auto key = "key" + std::to_string((i * 7 + t) % 50);
        if (const auto found = cache.find(key, i / 500); found && *found->body != key) ++wrong;
        cache.put(key, i / 500, answer(key));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(cache.bytes(), std::size_t{1} << 16);
}

}  // namespace
}  // namespace tocsin::portal::http
