#include "exchange/import.hpp"

#include <cstdlib>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "engine/search/search.hpp"
#include "exchange/testing.hpp"
#include "formats/csaf/header.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using domain::PutOutcome;
using store_testing::kTestNow;
using testing::advisory_json;
using testing::AdvisoryText;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const ManualClock kClock{kTestNow};

struct Imported {
  Result<ImportSummary> summary = Error::internal("not run");
  std::vector<ImportItem> items;
};

Imported import_all(store::Database& database, std::vector<SourceDocument> documents,
                    const ImportOptions& options = {}) {
  Imported imported;
  imported.summary = import_documents(
      database, std::move(documents), options,
      {.item = [&](const ImportItem& item) { imported.items.push_back(item); }, .progress = {}}, kClock);
  return imported;
}

Imported import_one(store::Database& database, const AdvisoryText& text, const ImportOptions& options = {}) {
  return import_all(database, {{text.id + ".json", advisory_json(text)}}, options);
}

class ImportTest : public store_testing::DatabaseTest {
 protected:
  domain::policy::Viewer own() const {
    domain::policy::Viewer viewer;
    viewer.organisation = domain::kOwnOrganisation;
    viewer.roles = {domain::Role::coordinator};
    return viewer;
  }
  std::int64_t scalar(const store::Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }
  domain::Record record(std::string_view slug) {
    auto found = database().read([&](store::Connection& connection) {
      return store::Records{connection}.find(own(), domain::RecordKind::advisory, slug, kTestNow);
    });
    EXPECT_TRUE(found && *found) << slug;
    return found && *found ? **found : domain::Record{};
  }
  std::vector<domain::Revision> revisions(std::string_view slug) {
    const auto found = record(slug);
    return database()
        .read(
            [&](store::Connection& connection) { return store::Records{connection}.revisions(own(), found, kTestNow); })
        .value();
  }
  std::int64_t found_by(const std::string& query, const domain::policy::Viewer& viewer) {
    engine::search::Catalogue catalogue{database()};
    EXPECT_TRUE(catalogue.refresh());
    engine::search::SearchEngine engine{database(), catalogue};
    engine::search::SearchRequest request;
    request.query = query;
    auto result = engine.search(viewer, request, kTestNow);
    EXPECT_TRUE(result) << (result ? "" : result.error().to_string());
    return result ? result->total : -1;
  }
};
TOCSIN_ON_BOTH_DATABASES(ImportTest);

TEST_P(ImportTest, StoresByteForByteAndMakesItSearchable) {
  const auto bytes = advisory_json();
  const auto imported = import_all(database(), {{"feed/ex.json", bytes}});
  ASSERT_TRUE(imported.summary) << imported.summary.error().to_string();
  EXPECT_EQ(imported.summary->created, 1);
  EXPECT_EQ(imported.summary->documents, 1);
  EXPECT_EQ(imported.summary->bytes, bytes.size());
  EXPECT_TRUE(imported.summary->ok());
  ASSERT_THAT(imported.items, SizeIs(1));
  EXPECT_EQ(imported.items[0].name, "feed/ex.json");
  EXPECT_EQ(imported.items[0].key, "EX-2024-001");
  EXPECT_EQ(imported.items[0].slug, "EX-2024-001");

  const auto stored = record("ex-2024-001");
  EXPECT_EQ(stored.title, "Open door in Example Valve Controller");
  EXPECT_EQ(stored.issuer, "https://psirt.example-valves.test");
  EXPECT_EQ(stored.tlp, domain::Tlp::clear);
  EXPECT_EQ(stored.format, "csaf-2.0");
  EXPECT_EQ(stored.sha512, sha512_hex(bytes));
  const auto document = database().read([&](store::Connection& connection) {
    return store::Records{connection}.document(stored.id, stored.current_revision);
  });
  EXPECT_EQ(document.value(), bytes);
  const auto all = revisions("ex-2024-001");
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].source, "feed/ex.json");
  EXPECT_EQ(all[0].received_at, kTestNow);
  EXPECT_EQ(found_by("valve controller", domain::policy::Viewer::anonymous()), 1);
}

TEST_P(ImportTest, TheSameBytesAgainChangeNothing) {
  ASSERT_TRUE(import_one(database(), {}).summary);
  const auto changes = scalar(store::Sql{"SELECT count(*) FROM change"});
  const auto again = import_one(database(), {});
  EXPECT_EQ(again.summary->unchanged, 1);
  EXPECT_EQ(again.items[0].outcome, PutOutcome::unchanged);
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM change"}), changes);
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM revision"}), 1);
}

TEST_P(ImportTest, ANewerVersionBecomesCurrentAndAnOlderOneHistory) {
  ASSERT_TRUE(import_one(database(), {.version = "2", .title = "Second"}).summary);
  const auto newer = import_one(database(), {.version = "10", .title = "Tenth"});
  EXPECT_EQ(newer.summary->updated, 1);
  EXPECT_EQ(record("EX-2024-001").title, "Tenth");
  const auto older = import_one(database(), {.version = "1", .title = "First"});
  EXPECT_EQ(older.summary->history, 1);
  EXPECT_EQ(record("EX-2024-001").title, "Tenth");
  EXPECT_EQ(record("EX-2024-001").version, "10");
  EXPECT_THAT(revisions("EX-2024-001"), SizeIs(3));
  EXPECT_EQ(found_by("tenth", own()), 1);
  EXPECT_EQ(found_by("first", own()), 0);
}

TEST_P(ImportTest, TheSameVersionWithOtherBytesIsKeptBesideAndReported) {
  ASSERT_TRUE(import_one(database(), {.title = "Original"}).summary);
  const auto conflicting = import_one(database(), {.title = "Forged"});
  ASSERT_TRUE(conflicting.summary);
  EXPECT_EQ(conflicting.summary->conflicting, 1);
  EXPECT_TRUE(conflicting.summary->ok()) << "a conflict is kept, so nothing was rejected";
  ASSERT_THAT(conflicting.items[0].problems, SizeIs(1));
  EXPECT_EQ(conflicting.items[0].problems[0].code, Error::Code::conflict);
  EXPECT_EQ(record("EX-2024-001").title, "Original");
  const auto all = revisions("EX-2024-001");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[1].standing, domain::Standing::conflicting);
  EXPECT_EQ(import_one(database(), {.title = "Forged"}).summary->unchanged, 1);
}

struct BadCase {
  std::string_view name;
  std::string bytes;
  std::string_view where;    ///< After the document's name.
  std::string_view message;  ///< Part of it.
};
std::vector<BadCase> bad_cases() {
  const auto good = advisory_json();
  auto binary = std::string(
      "\x7f"
      "ELF\x02\x01\x01\0\0\0\0",
      11);
  auto wrong_type = good;
  wrong_type.replace(wrong_type.find("\"Open door in Example Valve Controller\""),
                     std::string_view{"\"Open door in Example Valve Controller\""}.size(), "42");
  auto twice = good;
  twice.insert(twice.find("\"title\""), "\"title\": \"Other\", ");
  auto nul = good;
  nul.replace(nul.find("Open door"), 9, "Open\\u0000door");
  auto not_utf8 = good;
  not_utf8.replace(not_utf8.find("Open door"), 9,
                   "Open\xFF"
                   "door");
  auto bad_id = good;
  bad_id.replace(bad_id.find("EX-2024-001"), 11, " \\n ");
  return {{"Truncated", good.substr(0, good.size() / 2), ":", ""},
          {"Binary", std::move(binary), ":1:1", ""},
          {"WrongVersion", advisory_json({.csaf_version = "1.9"}), ":/document/csaf_version", "1.9"},
          {"WrongType", std::move(wrong_type), ":/document/title", ""},
          {"RepeatedKey", std::move(twice), ":/document", ""},
          {"Empty", "", "", "empty"},
          {"Deep", std::string(100'000, '['), ":1:", ""},
          {"OtherJson", R"({"hello":"world"})", "", "no kind of document"},
          {"Number", "12", "", "no kind of document"},
          {"IllFormedUtf8", std::move(not_utf8), ":", ""},
          {"BlankTrackingId", std::move(bad_id), ":/document/tracking/id", ""},
          {"NulInTitle", std::move(nul), "", ""}};
}

TEST_P(ImportTest, OneDocumentsErrorNeverSpoilsTheOthers) {
  std::vector<SourceDocument> documents;
  const auto bad = bad_cases();
  for (const auto& each : bad) {
    documents.push_back(
        {fmt::format("good-{}.json", each.name), advisory_json({.id = fmt::format("GOOD-{}", each.name)})});
    documents.push_back({fmt::format("{}.json", each.name), each.bytes});
  }
  const auto expected_names = [&] {
    std::vector<std::string> names;
    for (const auto& each : documents) names.push_back(each.name);
    return names;
  }();
  // A NUL in a title passes the grammar of CSAF; only the store refuses it, and says so in the log.
  log::set_level(log::Level::error);
  const auto imported = import_all(database(), std::move(documents), {.batch = 7});
  log::set_level(log::Level::info);
  ASSERT_TRUE(imported.summary) << imported.summary.error().to_string();
  EXPECT_EQ(imported.summary->created, static_cast<std::int64_t>(bad.size()));
  EXPECT_EQ(imported.summary->rejected, static_cast<std::int64_t>(bad.size()));
  EXPECT_FALSE(imported.summary->ok());
  ASSERT_EQ(imported.items.size(), expected_names.size());
  for (std::size_t i = 0; i < imported.items.size(); ++i) {
    const auto& item = imported.items[i];
    EXPECT_EQ(item.name, expected_names[i]);
    EXPECT_EQ(item.rejected(), i % 2 == 1) << item.name;
    if (i % 2 == 0) continue;
    const auto& each = bad[i / 2];
    ASSERT_FALSE(item.problems.empty()) << each.name;
    EXPECT_THAT(item.problems[0].where, ::testing::StartsWith(fmt::format("{}.json{}", each.name, each.where)));
    EXPECT_THAT(item.problems[0].message, HasSubstr(each.message));
    EXPECT_FALSE(item.problems[0].message.empty());
    EXPECT_LE(item.problems.size(), kProblemsMax);
  }
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM record"}), static_cast<std::int64_t>(bad.size()));
  EXPECT_EQ(found_by("valve", own()), static_cast<std::int64_t>(bad.size()));
}

TEST_P(ImportTest, DraftsAreStoredAsDrafts) {
  ASSERT_TRUE(import_one(database(), {.status = "draft"}).summary);
  EXPECT_EQ(record("EX-2024-001").status, domain::RecordStatus::draft);
  EXPECT_EQ(found_by("valve", own()), 1);
  EXPECT_EQ(found_by("valve", domain::policy::Viewer::anonymous()), 0);
}

TEST_P(ImportTest, WithoutAMarkingTheNarrowDefaultHolds) {
  const auto unmarked = import_one(database(), {.tlp = std::nullopt});
  EXPECT_EQ(unmarked.summary->tlp_defaulted, 1);
  EXPECT_TRUE(unmarked.items[0].tlp_defaulted);
  EXPECT_EQ(record("EX-2024-001").tlp, domain::Tlp::amber_strict);
  EXPECT_EQ(found_by("valve", domain::policy::Viewer::anonymous()), 0);
  EXPECT_EQ(import_one(database(), {.tlp = std::nullopt}).summary->tlp_defaulted, 0) << "unchanged: nothing was marked";
  const auto wide = import_one(database(), {.id = "EX-W", .tlp = std::nullopt}, {.default_tlp = domain::Tlp::clear});
  EXPECT_EQ(wide.summary->tlp_defaulted, 1);
  EXPECT_EQ(record("EX-W").tlp, domain::Tlp::clear);
  const auto marked = import_one(database(), {.id = "EX-M", .tlp = "AMBER"});
  EXPECT_EQ(marked.summary->tlp_defaulted, 0);
  EXPECT_EQ(record("EX-M").tlp, domain::Tlp::amber);
}

TEST_P(ImportTest, KnownDocumentsThatAreNoRecordAreSkipped) {
  const auto imported = import_all(
      database(),
      {{"aggregator.json", R"({"aggregator_version":"2.0","csaf_providers":[]})"}, {"ex.json", advisory_json()}});
  ASSERT_TRUE(imported.summary);
  EXPECT_EQ(imported.summary->skipped, 1);
  EXPECT_EQ(imported.summary->created, 1);
  EXPECT_TRUE(imported.summary->ok());
  EXPECT_FALSE(imported.items[0].skipped_as.empty());
  EXPECT_FALSE(imported.items[0].rejected());
}

TEST_P(ImportTest, ItemsComeInOrderWhateverTheThreads) {
  std::vector<SourceDocument> documents;
  for (int i = 0; i < 300; ++i) {
    // Sizes vary, so that checkers finish out of order.
    documents.push_back(
        {fmt::format("{}", i),
         advisory_json({.id = fmt::format("EX-{}", i),
                        .extra_note = std::string(static_cast<std::size_t>(i % 7 * 30'000 + 1), 'n')})});
  }
  const auto imported =
      import_all(database(), std::move(documents), {.batch = 40, .batch_bytes = 300'000, .threads = 6});
  ASSERT_TRUE(imported.summary) << imported.summary.error().to_string();
  ASSERT_THAT(imported.items, SizeIs(300));
  for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(imported.items[i].name, std::to_string(i));
  EXPECT_EQ(imported.summary->created, 300);
}

TEST_P(ImportTest, OneDocumentTwiceInABatchIsStoredOnce) {
  const auto imported =
      import_all(database(), {{"a", advisory_json()}, {"b", advisory_json()}, {"c", advisory_json({.title = "x"})}});
  ASSERT_TRUE(imported.summary);
  EXPECT_EQ(imported.items[0].outcome, PutOutcome::created);
  EXPECT_EQ(imported.items[1].outcome, PutOutcome::unchanged);
  EXPECT_EQ(imported.items[2].outcome, PutOutcome::conflicting);
}

TEST_P(ImportTest, CompressedFilesInAFolderAreTakenAsTheOthers) {
  const testing::TemporaryFolder folder;
  const auto packed = [](std::string_view text) { return testing::compress(testing::Compression::gzip, text); };
  folder.write("a.json.gz", packed(advisory_json({.id = "PACKED-1"})));
  folder.write("kev.json.gz",
               packed(R"({"title":"CISA Catalog of Known Exploited Vulnerabilities","catalogVersion":"2024.01.02",
    "dateReleased":"2024-01-02T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2024-90001","vendorProject":"Example",
    "product":"Pump","vulnerabilityName":"x","dateAdded":"2024-01-02","shortDescription":"x","requiredAction":"x",
    "dueDate":"2024-01-23","knownRansomwareCampaignUse":"Unknown"}]})"));
  folder.write("notes.txt.gz", packed("A licence."));
  const auto summary = import_paths(database(), {folder.path().string()}, {}, {.item = {}, .progress = {}}, kClock);
  ASSERT_TRUE(summary) << summary.error().to_string();
  EXPECT_EQ(summary->created, 1);
  EXPECT_EQ(summary->evidence, 1);
  EXPECT_EQ(summary->rejected, 0);
}

TEST_P(ImportTest, PathsOfEveryKindInOneGo) {
  const testing::TemporaryFolder folder;
  const auto archive = folder.write("a.tar.zst", testing::pack(testing::Packing::tar_zst, testing::many_advisories(3)));
  folder.write("sub/x.json", advisory_json({.id = "SUB-1"}));
  const auto single = folder.write("single.json", advisory_json({.id = "ONE-1"}));
  const auto broken = folder.write(
      "broken.tar.gz", testing::pack(testing::Packing::tar_gz, testing::many_advisories(40, "2")).substr(0, 900));
  std::uint64_t progressed = 0, total = 0;
  std::vector<ImportItem> items;
  const auto summary = import_paths(database(), {archive, folder.path().string() + "/sub", broken, single}, {},
                                    {.item = [&](const ImportItem& item) { items.push_back(item); },
                                     .progress =
                                         [&](std::uint64_t, std::uint64_t done, std::uint64_t of) {
                                           progressed = done;
                                           total = of;
                                         }},
                                    kClock);
  ASSERT_TRUE(summary) << summary.error().to_string();
  EXPECT_EQ(summary->created, 5);
  EXPECT_EQ(summary->rejected, 1) << "the rest of the broken archive";
  EXPECT_EQ(items.back().key, "ONE-1");
  EXPECT_EQ(total, source_bytes(archive) + source_bytes(folder.path().string() + "/sub") + source_bytes(broken) +
                       source_bytes(single));
  EXPECT_GT(progressed, 0U);
  EXPECT_LE(progressed, total);
}

TEST_P(ImportTest, AFolderHasListsTooAndWhatLiesBesideIsPassedOver) {
  constexpr std::string_view kCvrf =
      R"(<cvrfdoc xmlns="http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/cvrf"><DocumentTitle>x</DocumentTitle></cvrfdoc>)";
  const std::vector<std::pair<std::string, std::string>> files{
      {"a.json", advisory_json()},        {"bad.txt", "# bad ones\n/gate/x.php\npump.example\n"},
      {"changes.csv", "a,b\n"},           {"damaged.json", "{"},
      {"named.json", "What is in here."}, {"old.xml", std::string{kCvrf}},
      {"other.xml", "<html/>"},           {"read me.txt", "What is in here.\n"}};
  const testing::TemporaryFolder folder, apart;
  for (const auto& [name, bytes] : files) folder.write(name, bytes);
  const auto archive = apart.write("a.zip", testing::pack(testing::Packing::zip, files));
  for (const auto& path : {folder.path().string(), archive}) {
    std::vector<ImportItem> items;
    const auto summary =
        import_paths(database(), {path}, {},
                     {.item = [&](const ImportItem& item) { items.push_back(item); }, .progress = {}}, kClock);
    ASSERT_TRUE(summary) << summary.error().to_string();
    EXPECT_EQ(summary->rejected, 2) << "damaged.json, and named.json, which says that it is JSON";
    EXPECT_EQ(summary->skipped, 3);
    EXPECT_EQ(summary->objects.listed, 2);
    std::vector<std::string> skipped;
    for (const auto& each : items) {
      if (!each.skipped_as.empty()) skipped.push_back(each.skipped_as);
    }
    EXPECT_THAT(skipped, ElementsAre("CVRF document", "XML", "text"));
    // The same list from elsewhere is the same list.
    EXPECT_EQ(summary->objects.created, path == archive ? 0 : 3);
  }
  // Who names it is told.
  const auto named = import_paths(database(), {folder.file("read me.txt")}, {}, {}, kClock);
  ASSERT_TRUE(named);
  EXPECT_EQ(named->rejected, 1);
}

TEST_P(ImportTest, AMissingPathStopsBeforeAnythingIsWritten) {
  const testing::TemporaryFolder folder;
  const auto good = folder.write("a.json", advisory_json());
  const auto summary = import_paths(database(), {good, folder.file("missing")}, {}, {}, kClock);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, Error::Code::not_found);
  EXPECT_EQ(summary.error().where, folder.file("missing"));
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM record"}), 0);
}

TEST_P(ImportTest, ADatabaseThatGoesAwayEndsTheImport) {
  ASSERT_TRUE(database().write(
      [](store::Connection& connection) { return connection.run_script("DROP TABLE revision_document;"); }));
  log::set_level(log::Level::off);
  const auto imported = import_one(database(), {});
  log::set_level(log::Level::info);
  // Every document is refused with the reason; nothing is half stored.
  ASSERT_TRUE(imported.summary);
  EXPECT_EQ(imported.summary->rejected, 1);
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM record"}), 0);
}

TEST_P(ImportTest, RealAdvisories) {
  const char* configured = std::getenv("TOCSIN_DATA");
  const std::string data = configured != nullptr ? configured : TOCSIN_SOURCE_DIR "/../shared/data";
  const auto archive = data + "/csaf/other-issuers.tar.zst";
  if (!std::filesystem::exists(archive))
    GTEST_SKIP() << "no data set at " << archive << " (TOCSIN_DATA names its folder)";
  std::int64_t items = 0;
  const auto summary = import_paths(database(), {archive}, {},
                                    {.item =
                                         [&](const ImportItem& item) {
                                           ++items;
                                           if (item.rejected()) EXPECT_FALSE(item.problems.empty());
                                         },
                                     .progress = {}},
                                    kClock);
  ASSERT_TRUE(summary) << summary.error().to_string();
  EXPECT_GT(summary->created, 0);
  EXPECT_EQ(items, summary->documents);
  const auto again = import_paths(database(), {archive}, {}, {}, kClock);
  EXPECT_EQ(again->created + again->updated + again->history, 0);
  EXPECT_EQ(again->documents, summary->documents);
}

TEST(Prepare, ReadsWhatTheStoreNeeds) {
  const auto bytes = advisory_json({.version = "1.2.0", .tlp = "AMBER+STRICT", .csaf_version = "2.1"});
  const auto prepared = prepare("x.json", bytes, {});
  ASSERT_TRUE(prepared.revision) << prepared.problems.at(0).to_string();
  EXPECT_EQ(prepared.revision->format, "csaf-2.1");
  EXPECT_EQ(prepared.revision->tlp, domain::Tlp::amber_strict);
  EXPECT_EQ(prepared.revision->document_status, "final");
  EXPECT_EQ(prepared.revision->status, domain::RecordStatus::published);
  EXPECT_EQ(prepared.revision->audience, domain::Audience::everyone);
  EXPECT_EQ(prepared.revision->bytes, bytes);
  EXPECT_EQ(prepared.revision->sha512, sha512_hex(bytes));
  EXPECT_EQ(prepared.revision->source, "x.json");
  EXPECT_FALSE(prepared.tlp_defaulted);
}

TEST(Prepare, WarnsOfFileNamesAgainstSection51) {
  const auto id = [](const std::string& bytes) {
    return std::string{boost::json::parse(bytes).at("document").at("tracking").at("id").as_string()};
  };
  const auto bytes = advisory_json();
  const auto right = formats::csaf::file_name(id(bytes));
  const auto marked = right.substr(0, right.size() - 5) + "_invalid.json";
  for (const auto& name : {right, "feed/2022/" + right, "a.tar.zst:2022/" + right, right + ".gz", marked,
                           "feed/" + right + ".zst", std::string{"-"}, std::string{"-#2"}, std::string{"/dev/fd/63"}}) {
    EXPECT_THAT(prepare(name, bytes, {}).warnings, ::testing::IsEmpty()) << name;
  }
  for (const std::string name : {"Other.json", "feed/other.json", "a.zip:x/other.json"}) {
    const auto prepared = prepare(name, bytes, {});
    EXPECT_TRUE(prepared.revision) << "it is stored all the same";
    ASSERT_THAT(prepared.warnings, SizeIs(1)) << name;
    EXPECT_EQ(prepared.warnings[0].where, name + ":/document/tracking/id");
    EXPECT_THAT(prepared.warnings[0].message, ::testing::HasSubstr("Name it " + right));
  }
}

TEST(Prepare, WarnsOfExtensionsThatNobodyKnows) {
  auto root = boost::json::parse(advisory_json({.tlp = "CLEAR", .csaf_version = "2.1"}));
  root.at("document").as_object()["x_extensions"] = boost::json::parse(
      R"([{"$schema":"https://a.example/a_1.0.0.json","category":"essential","critical":true,"content":{"a":1}}])");
  const auto prepared = prepare("-", json::write(root), {});
  ASSERT_TRUE(prepared.revision) << prepared.problems.at(0).to_string();
  ASSERT_THAT(prepared.warnings, SizeIs(1));
  EXPECT_THAT(prepared.warnings[0].message, ::testing::HasSubstr("essential to understand it: https://a.example/"));
}

TEST(Prepare, NamesFileAndPointerOfEveryProblem) {
  auto text = advisory_json();
  text.replace(text.find("\"final\""), 7, "\"finished\"");
  const auto prepared = prepare("x.json", text, {});
  ASSERT_THAT(prepared.problems, SizeIs(1));
  EXPECT_EQ(prepared.problems[0].where, "x.json:/document/tracking/status");
  EXPECT_FALSE(prepared.revision);
}

TEST(Prepare, SaysWhatCvrfDocumentsNeed) {
  const auto prepared = prepare("x.xml", "<cvrfdoc/>", {});
  ASSERT_THAT(prepared.problems, SizeIs(1));
  EXPECT_THAT(prepared.problems[0].message, ::testing::HasSubstr("tocsin convert --to csaf-2.1"));
  EXPECT_EQ(prepared.problems[0].where, "x.xml");
  // Other XML is what it was: no JSON.
  EXPECT_THAT(prepare("x.xml", "<feed/>", {}).problems, SizeIs(1));
}

TEST(Prepare, IsTotalOverCutAndFlippedBytes) {
  const auto good = advisory_json();
  for (std::size_t i = 0; i < good.size(); i += 3) {
    auto flipped = good;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x15);
    const auto prepared = prepare("x", flipped, {});
    EXPECT_NE(prepared.revision.has_value(), !prepared.problems.empty() || !prepared.skipped_as.empty()) << i;
    const auto cut = prepare("x", good.substr(0, i), {});
    EXPECT_FALSE(cut.revision) << i;
    EXPECT_FALSE(cut.problems.empty()) << i;
  }
}

}  // namespace
}  // namespace tocsin::exchange
