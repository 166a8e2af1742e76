#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/runs.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/notify/herald.hpp"
#include "engine/notify/subscriptions.hpp"
#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"
#include "store/audiences.hpp"
#include "store/changes.hpp"
#include "store/credentials.hpp"

namespace tocsin::engine::notify {

/// What tests of notices share: two plants that hear of advisories, and the duties that come before the herald.

using engine::testing::Sample;
using inventory::kTestNow;

inline constexpr std::int64_t kHour = 3'600LL * 1'000'000;
inline Timestamp later(std::int64_t micros) { return {kTestNow.micros + micros}; }

class HeraldTest : public inventory::InventoryTest {
 protected:
  void SetUp() override {
    InventoryTest::SetUp();
    if (IsSkipped()) return;
    catalogue = std::make_unique<search::Catalogue>(database());
    engine = std::make_unique<search::SearchEngine>(database(), *catalogue);
  }
  Herald herald(Channel hook = {}) {
    return {database(), *engine, *catalogue, post, {.site_zone = {}, .hook = std::move(hook)}};
  }
  std::int64_t subscribe_to(const Actor& actor, SubscriptionInput input, Timestamp now = kTestNow) {
    const auto id = subscribe(database(), actor, *actor.viewer.person, input, now);
    EXPECT_TRUE(id) << id.error().to_string() << id.error().detail;
    return id ? *id : 0;
  }
  void publish(const Sample& sample, Timestamp now = kTestNow) {
    const auto put = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), now);
    });
    ASSERT_TRUE(put) << put.error().to_string() << put.error().detail;
  }
  /// What the duties before the herald do.
  void derive(Timestamp now) {
    ASSERT_TRUE(search::index_all(database()));
    exposure::Runs runs{database()};
    for (int i = 0; i < 1'000; ++i) {
      const auto step = runs.step(now);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
  }
  void notice(Timestamp now, Herald& with, int changes_max = 256) {
    derive(now);
    for (int i = 0; i < 1'000; ++i) {
      const auto step = with.notice(now, changes_max);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "noticing does not come to an end";
  }
  void send(Timestamp now, Herald& with) {
    for (int i = 0; i < 1'000; ++i) {
      const auto step = with.send(now);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "sending does not come to an end";
  }
  void turn(Timestamp now = kTestNow) {
    auto one = herald();
    notice(now, one);
    send(now, one);
  }
  /// Letters since the last look.
  std::vector<post::Letter> letters() {
    std::vector<post::Letter> all;
    const auto read = database().write([&](store::Connection& connection) -> Status {
      store::MailQueue queue{connection};
      TRY(const auto rows, queue.list(1'000));
      for (const auto& row : rows) {
        TRY(auto letter, post.open(row));
        all.push_back(std::move(letter));
        TRY_VOID(queue.remove(row.id));
      }
      return ok();
    });
    EXPECT_TRUE(read) << read.error().to_string();
    return all;
  }
  /// "will: New: EX-2021-001: Open door in Flow Controller"
  std::vector<std::string> told() {
    std::vector<std::string> all;
    for (const auto& letter : letters()) {
      all.push_back(fmt::format("{}: {}", letter.address.substr(0, letter.address.find('@')),
                                letter.subject.substr(std::string_view{"Grid CERT: "}.size())));
    }
    return all;
  }
  /// "sent", "dropped 1", ... of everybody, oldest first.
  std::vector<std::string> states() {
    return database()
        .read([](store::Connection& connection) {
          return connection.all(store::Sql{"SELECT state, dropped_because FROM notice ORDER BY id"},
                                [](const store::Row& row) {
                                  const auto state = row.integer(0);
                                  return state == 1   ? std::string{"waiting"}
                                         : state == 2 ? "sent"
                                                      : fmt::format("dropped {}", row.integer(1));
                                });
        })
        .value();
  }
  /// Marks a record anew, as sharing does: the document stays.
  void mark(std::string_view key, domain::Tlp tlp, std::vector<domain::Grantee> listed, Timestamp now,
            domain::RecordStatus status = domain::RecordStatus::published) {
    const auto done = database().write([&](store::Connection& connection) -> Status {
      TRY(const auto audience, store::Audiences{connection}.intern(listed));
      TRY_VOID(connection.run(
          store::Sql{"UPDATE record SET tlp = ?, audience = ?, audience_id = ?, status = ?, marked_here = 1 "
                     "WHERE record_key = ?",
                     tlp, domain::Audience::listed, audience, status, key}));
      TRY(const auto ids,
          connection.first(store::Sql{"SELECT id, current_revision_id FROM record WHERE record_key = ?", key},
                           [](const store::Row& row) {
                             return std::pair{domain::RecordId{row.integer(0)}, domain::RevisionId{row.integer(1)}};
                           }));
      return store::Changes{connection}.append(store::ChangeAction::updated, domain::RecordKind::advisory, ids->first,
                                               ids->second, now);
    });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  domain::Grantee to_water() const { return {domain::Grantee::Kind::organisation, water.value}; }
  void set(const Actor& actor, const domain::ReadingTimes& times, Timestamp now = kTestNow) {
    const auto done = set_times(database(), actor, *actor.viewer.person, times, now);
    ASSERT_TRUE(done) << done.error().to_string();
  }

  post::Post post{SealingKey::random(), {.public_url = "https://cert.example", .site_name = "Grid CERT", .mail = true}};
  std::unique_ptr<search::Catalogue> catalogue;
  std::unique_ptr<search::SearchEngine> engine;
};

}  // namespace tocsin::engine::notify
