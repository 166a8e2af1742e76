#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "exchange/bundle.hpp"
#include "exchange/import.hpp"
#include "exchange/testing.hpp"
#include "store/migrations.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

/// What tests of bundles share: a place where they are made, and one that takes them in.
namespace tocsin::exchange {

inline const ManualClock kBundleClock{store_testing::kTestNow};

inline std::int64_t scalar(store::Database& database, const store::Sql& sql) {
  return database
      .read([&](store::Connection& connection) {
        return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
      })
      .value()
      .value_or(-1);
}
inline std::int64_t records_of(store::Database& database) {
  return scalar(database, store::Sql{"SELECT count(*) FROM record"});
}

/// Where bundles are made; the fixture's own database is the receiver.
class Bundles : public store_testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(store::migrate(database()));
    auto opened = store::Database::open({.url = folder_.file("maker.db")});
    ASSERT_TRUE(opened) << opened.error().message;
    maker_ = *std::move(opened);
    ASSERT_TRUE(store::migrate(*maker_));
    for (auto* each : {&database(), maker_.get()}) {
      ASSERT_TRUE(each->write([](store::Connection& connection) {
        return store::Organisations{connection}.ensure_own("Our CERT", store_testing::kTestNow);
      }));
    }
  }

  void import(const std::vector<testing::AdvisoryText>& texts) {
    std::vector<SourceDocument> documents;
    for (const auto& text : texts)
      documents.push_back({.name = text.id + ".json", .bytes = testing::advisory_json(text)});
    const auto done = import_documents(*maker_, std::move(documents), {}, {}, kBundleClock);
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_EQ(done->rejected, 0);
  }
  static testing::AdvisoryText text(std::string id, std::string tlp = "WHITE", std::string version = "1") {
    testing::AdvisoryText made;
    made.id = std::move(id);
    made.version = std::move(version);
    made.tlp = std::move(tlp);
    return made;
  }

  Result<BundleMade> make(const std::string& name, std::optional<std::int64_t> since = {},
                          std::optional<domain::OrganisationId> recipient = {},
                          const engine::Actor& actor = engine::Actor::at_console()) {
    BundleRequest request;
    request.since = since;
    request.recipient = recipient;
    request.issuer = "Our CERT";
    request.path = folder_.file(name);
    return create_bundle(*maker_, actor, request, key_, kBundleClock);
  }
  Bundle bundle(const std::string& name) {
    auto opened = Bundle::open(testing::read_file(folder_.file(name)), key_.public_key());
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
  /// Somebody who is told what is not for everyone.
  domain::OrganisationId plant(std::string name = "Power plant") {
    domain::Organisation plant;
    plant.kind = domain::OrganisationKind::asset_owner;
    plant.name = std::move(name);
    plant.uuid = "11111111-2222-4333-8444-555555555555";
    plant.created_at = store_testing::kTestNow;
    const auto id =
        maker_->write([&](store::Connection& connection) { return store::Organisations{connection}.insert(plant); });
    EXPECT_TRUE(id) << id.error().to_string();
    return id ? *id : domain::OrganisationId{};
  }
  domain::Record of_maker(const std::string& slug) {
    const auto found = maker_->read([&](store::Connection& connection) {
      return store::Records{connection}.load(domain::RecordKind::advisory, slug);
    });
    EXPECT_TRUE(found && *found) << slug;
    return found && *found ? **found : domain::Record{};
  }
  Result<BundleApplied> apply(const std::string& name) {
    return apply_bundle(database(), engine::Actor::at_console(), bundle(name), kBundleClock);
  }
  std::optional<domain::Record> received(const std::string& slug) {
    return database()
        .read([&](store::Connection& connection) {
          return store::Records{connection}.load(domain::RecordKind::advisory, slug);
        })
        .value();
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<store::Database> maker_;
  SigningKey key_ = SigningKey::random();
};

}  // namespace tocsin::exchange
