#include "base/pool.hpp"

#include <atomic>
#include <barrier>
#include <latch>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

/// Keeps one thread of a pool busy until `release`.
struct Blocker {
  std::latch started{1};
  std::latch released{1};
  void operator()() {
    started.count_down();
    released.wait();
  }
};

TEST(Pool, RunsWhatIsQueuedBeforeItEnds) {
  std::atomic<int> ran{0};
  {
    Pool pool{2, 1000};
    EXPECT_EQ(pool.threads(), 2U);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pool.try_submit([&ran] { ++ran; }));
  }
  EXPECT_EQ(ran, 1000);
}

TEST(Pool, RefusesWhenTheQueueIsFull) {
  Blocker blocker;
  std::atomic<int> ran{0};
  {
    Pool pool{1, 2};
    ASSERT_TRUE(pool.try_submit([&blocker] { blocker(); }));
    blocker.started.wait();
    EXPECT_EQ(pool.queued(), 0U);
    EXPECT_TRUE(pool.try_submit([&ran] { ++ran; }));
    EXPECT_TRUE(pool.try_submit([&ran] { ++ran; }));
    EXPECT_EQ(pool.queued(), 2U);
    EXPECT_FALSE(pool.try_submit([&ran] { ran += 100; }));
    EXPECT_EQ(pool.queued(), 2U);
    blocker.released.count_down();
  }
  EXPECT_EQ(ran, 2);
}

TEST(Pool, TakesJobsAgainOnceThereIsRoom) {
  Blocker blocker;
  std::latch done{1};
  Pool pool{1, 1};
  ASSERT_TRUE(pool.try_submit([&blocker] { blocker(); }));
  blocker.started.wait();
  ASSERT_TRUE(pool.try_submit([&done] { done.count_down(); }));
  EXPECT_FALSE(pool.try_submit([] {}));
  blocker.released.count_down();
  done.wait();
  EXPECT_TRUE(pool.try_submit([] {}));
}

TEST(Pool, OneThreadKeepsTheOrder) {
  std::vector<int> order;
  {
    Pool pool{1, 100};
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.try_submit([&order, i] { order.push_back(i); }));
  }
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Pool, AllThreadsWorkAtOnce) {
  // Nobody passes the barrier before all four have come: with fewer threads this would hang.
  std::barrier together{4};
  std::atomic<int> passed{0};
  {
    Pool pool{4, 4};
    // The queue is as long as there are threads, so every job finds a place.
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(pool.try_submit([&together, &passed] {
        together.arrive_and_wait();
        ++passed;
      }));
    }
  }
  EXPECT_EQ(passed, 4);
}

TEST(Pool, JobsMaySubmitJobs) {
  std::atomic<int> ran{0};
  std::atomic<bool> taken{false};
  std::latch submitted{1};
  {
    Pool pool{1, 10};
    ASSERT_TRUE(pool.try_submit([&pool, &ran, &taken, &submitted] {
      taken = pool.try_submit([&ran] { ++ran; });
      submitted.count_down();
    }));
    submitted.wait();
  }
  EXPECT_TRUE(taken);
  EXPECT_EQ(ran, 1);
}

TEST(Pool, FreesAJobBeforeTheNextOneRuns) {
  // What a job holds (a connection, a buffer) must not outlive it.
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = held;
  std::atomic<bool> expired{false};
  {
    Pool pool{1, 2};
    ASSERT_TRUE(pool.try_submit([held = std::move(held)] {}));
    ASSERT_TRUE(pool.try_submit([&watch, &expired] { expired = watch.expired(); }));
  }
  EXPECT_TRUE(expired);
}

}  // namespace
}  // namespace tocsin
