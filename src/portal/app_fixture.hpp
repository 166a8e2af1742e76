#pragma once
#include <gtest/gtest.h>

#include "exchange/import.hpp"
#include "portal/app.hpp"
#include "portal/http/server_fixture.hpp"
#include "store/testing/test_database.hpp"

/// For tests: the whole portal over the demo advisories, on a free port.
namespace tocsin::portal::testing {

class PortalTest : public store_testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    start();
  }
  std::string prototype() const override { return documents(); }
  Status fill_prototype(store::Database& database) override {
    TRY(const auto summary, exchange::import_paths(database, {documents()}, {}, {}, clock_));
    return summary.rejected == 0 ? ok() : Status(Error::invalid("An advisory of the tests was rejected"));
  }
  void TearDown() override {
    finish();
    DatabaseTest::TearDown();
  }

  /// (Re)starts the portal with these settings.
  void start() {
    finish();
    app_ = std::make_unique<App>(database(), settings_, clock_, identity(), setup());
    prepare(*app_);
    const auto caught_up = app_->catch_up();
    ASSERT_TRUE(caught_up.has_value()) << caught_up.error().to_string();
    running_ = std::make_unique<http::testing::Running>(app_->routes(), options_, app_->hooks(), clock_);
    client_ = std::make_unique<http::testing::Client>(running_->port());
  }
  void finish() {
    client_.reset();
    running_.reset();
    app_.reset();
  }

  /// Folder of the advisories that there are.
  virtual std::string documents() const { return TOCSIN_SOURCE_DIR "/demo/advisories"; }
  /// Who can sign in; nobody here.
  virtual engine::identity::Identity* identity() { return nullptr; }
  /// Asked after identity(); where there is no administrator yet.
  virtual engine::setup::Setup* setup() { return nullptr; }
  /// Before the routes are made.
  virtual void prepare(App& /*app*/) {}
  App& app() { return *app_; }
  http::testing::Running& running() { return *running_; }
  http::testing::Reply get(std::string_view target, std::string_view headers = {}) {
    return client_->get(target, headers);
  }
  http::testing::Reply post(std::string_view target, std::string_view body) { return client_->post(target, body); }

  AppSettings settings_{.public_url = {}, .version = "0.0.0", .demo = false};
  http::ServerOptions options_;
  ManualClock clock_{store_testing::kTestNow};

 private:
  std::unique_ptr<App> app_;
  std::unique_ptr<http::testing::Running> running_;
  std::unique_ptr<http::testing::Client> client_;
};

}  // namespace tocsin::portal::testing
