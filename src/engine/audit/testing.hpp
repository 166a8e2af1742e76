#pragma once
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "engine/audit/checkpoint.hpp"
#include "engine/audit/trail.hpp"
#include "engine/audit/verify.hpp"
#include "store/testing/test_database.hpp"

/// For the tests of the audit log.
namespace tocsin::engine::audit::testing {

using store_testing::kTestNow;

inline constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;
inline Timestamp on_day(std::int64_t day) { return {kTestNow.micros + day * kDay}; }

inline Actor somebody() {
  Actor actor;
  actor.viewer.person = domain::PersonId{3};
  actor.viewer.organisation = domain::OrganisationId{2};
  actor.name = "erika@plant.example";
  actor.address = "192.0.2.7";
  actor.agent = "Browser/1.0";
  actor.request_id = "00ff00ff00ff00ff";
  return actor;
}

class LogTest : public store_testing::DatabaseTest {
 protected:
  /// Entries 1 to `count`, one a day.
  void fill(int count) {
    ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
      for (int i = 1; i <= count; ++i) {
        TRY_VOID(record(connection, somebody(), on_day(i), "record.read", object_of("record", i),
                        domain::OrganisationId{5}));
      }
      return ok();
    }));
  }
  store::AuditCheckpoint sign(std::int64_t day = 0) {
    return checkpoint(database(), somebody(), key_, on_day(day)).value();
  }
  Trust trust() const { return {.public_keys = {key_.public_key()}}; }
  VerifyReport look(const Trust& trust) {
    auto report = database().snapshot([&](store::Connection& connection) { return verify(connection, trust); });
    EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().to_string() + report.error().detail);
    return report ? *report : VerifyReport{};
  }
  VerifyReport look() { return look(trust()); }
  /// "7 altered" of each finding.
  static std::vector<std::string> damages(const VerifyReport& report) {
    std::vector<std::string> all;
    for (const auto& each : report.findings) all.push_back(fmt::format("{} {}", each.sequence, to_string(each.damage)));
    EXPECT_EQ(report.damages, static_cast<std::int64_t>(all.size()));
    EXPECT_EQ(report.intact(), all.empty());
    return all;
  }
  std::vector<std::string> damages() { return damages(look()); }
  void change(const store::Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) { return connection.run(sql); });
    ASSERT_TRUE(done.has_value()) << done.error().detail;
    EXPECT_GT(*done, 0);
  }
  void remove(std::int64_t from, std::int64_t to) {
    change(store::Sql{"DELETE FROM audit_personal WHERE sequence BETWEEN ? AND ?", from, to});
    change(store::Sql{"DELETE FROM audit WHERE sequence BETWEEN ? AND ?", from, to});
  }
  const SigningKey& key() const { return key_; }

 private:
  SigningKey key_ = SigningKey::random();
};

}  // namespace tocsin::engine::audit::testing
