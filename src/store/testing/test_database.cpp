#include "store/testing/test_database.hpp"

#include <filesystem>
#include <map>
#include <ostream>
#include <utility>

#include <libpq-fe.h>
#include <stdlib.h>

#include "base/hash.hpp"
#include "base/ids.hpp"
#include "store/migrations.hpp"
#include "store/organisations.hpp"
#include "store/testing/postgres_server.hpp"

namespace tocsin::store_testing {
namespace {

namespace fs = std::filesystem;

/// The URL with another database: everything but the path stays.
std::string with_database(const std::string& url, const std::string& name) {
  const auto host = url.find("://") + 3;
  const auto options = std::min(url.find('?', host), url.size());
  const auto path = std::min(url.find('/', host), options);
  return url.substr(0, path) + "/" + name + url.substr(options);
}

Status administer(const std::string& maintenance, const std::string& command) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(maintenance.c_str()), PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) return Error::unavailable(PQerrorMessage(connection.get()));
  PQsetNoticeReceiver(connection.get(), [](void*, const PGresult*) {}, nullptr);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), command.c_str()), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return Error::unavailable(PQerrorMessage(connection.get()));
  return ok();
}

}  // namespace

Result<std::unique_ptr<TestDatabase>> TestDatabase::make(store::Dialect dialect, const TestDatabase* original) {
  std::unique_ptr<TestDatabase> test(new TestDatabase);
  test->dialect_ = dialect;
  if (dialect == store::Dialect::sqlite) {
    std::string pattern = fs::temp_directory_path() / "tocsin-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) return Error::unavailable("No temporary folder");
    test->folder_ = pattern;
    test->url_ = pattern + "/tocsin.db";
    std::error_code failed;
    if (original != nullptr && !fs::copy_file(original->url_, test->url_, failed)) {
      return Error::unavailable("No copy of the prototype: " + failed.message());
    }
    return test;
  }
  TRY(const auto maintenance, postgres_url());
  const auto name = "tocsin_test_" + random_request_id();
  // Nobody can be connected to template0, and nobody is to a prototype, so tests that run side by side do not get in
  // each other's way.
  TRY_VOID(administer(maintenance, fmt::format("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY",
                                               name, original == nullptr ? "template0" : original->name_)));
  test->maintenance_ = maintenance;
  test->name_ = name;
  test->url_ = with_database(maintenance, name);
  return test;
}

Result<std::unique_ptr<TestDatabase>> TestDatabase::create(store::Dialect dialect) { return make(dialect, nullptr); }

Result<std::unique_ptr<TestDatabase>> TestDatabase::copy_of(store::Dialect dialect, const std::string& name,
                                                            const std::function<Status(store::Database&)>& fill) {
  static std::map<std::pair<store::Dialect, std::string>, std::unique_ptr<TestDatabase>> prototypes;
  auto& prototype = prototypes[{dialect, name}];
  if (prototype == nullptr) {
    TRY(auto made, create(dialect));
    {
      TRY(const auto database, made->open());
      TRY_VOID(store::migrate(*database));
      TRY_VOID(fill(*database));
    }
    prototype = std::move(made);
  }
  return make(dialect, prototype.get());
}

TestDatabase::~TestDatabase() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
  if (!name_.empty()) static_cast<void>(administer(maintenance_, "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)"));
}

Result<std::unique_ptr<store::Database>> TestDatabase::open(int connections, int wait_ms) const {
  return store::Database::open({.url = url_, .connections = connections, .wait_ms = wait_ms});
}

void DatabaseTest::SetUp() {
  auto created = TestDatabase::copy_of(GetParam(), prototype(), [this](store::Database& database) -> Status {
    TRY_VOID(database.write([](store::Connection& connection) {
      return store::Organisations(connection).ensure_own("Example CERT", kTestNow);
    }));
    return fill_prototype(database);
  });
  // Only what the server lacks is a reason to skip; what goes wrong in making a prototype is not.
  if (!created && GetParam() == store::Dialect::postgres && !postgres_url()) {
    GTEST_SKIP() << created.error().to_string();
  }
  ASSERT_TRUE(created.has_value()) << created.error().to_string() << " | " << created.error().detail;
  test_database_ = std::move(created).value();
  reopen();
}

void DatabaseTest::TearDown() {
  database_.reset();
  test_database_.reset();
}

void DatabaseTest::reopen() {
  database_.reset();
  auto opened = test_database_->open();
  ASSERT_TRUE(opened.has_value()) << opened.error().to_string() << " | " << opened.error().detail;
  database_ = std::move(opened).value();
  const auto migrated = store::migrate(*database_);
  ASSERT_TRUE(migrated.has_value()) << migrated.error().to_string() << " | " << migrated.error().detail;
  const auto owned = database_->write([](store::Connection& connection) {
    return store::Organisations(connection).ensure_own("Example CERT", kTestNow);
  });
  ASSERT_TRUE(owned.has_value()) << owned.error().to_string() << " | " << owned.error().detail;
}

std::string dialect_name(const ::testing::TestParamInfo<store::Dialect>& info) {
  return info.param == store::Dialect::sqlite ? "Sqlite" : "Postgres";
}

domain::NewRevision sample_revision(std::string key, int version, std::string_view salt) {
  domain::NewRevision revision;
  revision.issuer = "https://cert.example";
  revision.title = "Pump controller " + key;
  revision.version = std::to_string(version);
  revision.version_order = fmt::format("{:08}", version);
  revision.format = "csaf-2.0";
  revision.document_status = "final";
  revision.initial_release_at = {1'640'995'200'000'000};
  revision.current_release_at = {1'640'995'200'000'000 + version * 86'400'000'000};
  revision.source = key + ".json";
  revision.bytes =
      fmt::format(R"({{"document":{{"tracking":{{"id":"{}","version":"{}"}}}},"salt":"{}"}})", key, version, salt);
  revision.sha512 = sha512_hex(revision.bytes);
  revision.key = std::move(key);
  return revision;
}

}  // namespace tocsin::store_testing

namespace tocsin::store {
void PrintTo(Dialect dialect, std::ostream* out) { *out << (dialect == Dialect::sqlite ? "SQLite" : "PostgreSQL"); }
}  // namespace tocsin::store
