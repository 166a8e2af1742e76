#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "engine/search/search.hpp"
#include "exchange/import.hpp"
#include "exchange/testing.hpp"
#include "formats/testing/corpus.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using domain::Tlp;
using store_testing::kTestNow;
using testing::advisory_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const ManualClock kClock{kTestNow};

constexpr std::string_view kActor = "threat-actor--11111111-1111-4111-8111-111111111111";
constexpr std::string_view kGreen2 = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";

std::string actor(std::string_view modified = "2024-02-01T00:00:00.000Z", std::string_view name = "Silt",
                  std::string_view more = "") {
  return fmt::format(
      R"({{"type":"threat-actor","spec_version":"2.1","id":"{}","created":"2024-01-01T00:00:00.000Z","modified":"{}","name":"{}"{}{}}})",
      kActor, modified, name, more.empty() ? "" : ",", more);
}
std::string address(std::string_view value = "198.51.100.3") {
  return fmt::format(
      R"({{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--22222222-2222-5222-8222-222222222222","value":"{}"}})",
      value);
}
std::string bundle(const std::vector<std::string>& objects) {
  std::string out = R"({"type":"bundle","id":"bundle--33333333-3333-4333-8333-333333333333","objects":[)";
  for (const auto& each : objects) out += (out.back() == '[' ? "\n " : ",\n ") + each;
  return out + "\n]}\n";
}

class ImportStixTest : public store_testing::DatabaseTest {
 protected:
  struct Imported {
    ImportSummary summary;
    std::vector<ImportItem> items;
  };
  Imported import(const std::string& bytes, const ImportOptions& options = {}) {
    Imported imported;
    auto summary = import_documents(
        database(), {{"b.json", bytes}}, options,
        {.item = [&](const ImportItem& item) { imported.items.push_back(item); }, .progress = {}}, kClock);
    EXPECT_TRUE(summary) << (summary ? "" : summary.error().to_string());
    if (summary) imported.summary = *summary;
    return imported;
  }
  std::optional<domain::Record> record(std::string_view id) {
    return database()
        .read([&](store::Connection& connection) {
          return store::Records{connection}.load(domain::RecordKind::stix_object, id);
        })
        .value();
  }
  std::string bytes(const domain::Record& record) {
    return database()
        .read([&](store::Connection& connection) {
          return store::Records{connection}.document(record.id, record.current_revision);
        })
        .value()
        .value_or("");
  }
  std::int64_t scalar(const store::Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }
  /// "current stix-2.1 2024-...", newest first.
  std::vector<std::string> versions(std::string_view id) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.all(
              store::Sql{"SELECT v.standing, v.format, v.version FROM revision v JOIN record r ON "
                         "r.id = v.record_id WHERE r.record_key = ? ORDER BY v.version_order DESC, v.id",
                         id},
              [](const store::Row& row) {
                return fmt::format("{} {} {}", to_string(static_cast<domain::Standing>(row.integer(0))), row.text(1),
                                   row.text(2));
              });
        })
        .value();
  }
};
TOCSIN_ON_BOTH_DATABASES(ImportStixTest);

TEST_P(ImportStixTest, EachObjectIsARecordWithItsOwnBytes) {
  const auto imported = import(bundle({actor(), address()}));
  EXPECT_TRUE(imported.summary.ok());
  EXPECT_EQ(imported.summary.stix, 1);
  EXPECT_EQ(imported.summary.created, 0);
  EXPECT_EQ(imported.summary.objects.created, 2);
  EXPECT_EQ(imported.summary.objects.tlp_defaulted, 2);
  ASSERT_THAT(imported.items, SizeIs(1));
  ASSERT_TRUE(imported.items[0].objects);
  EXPECT_EQ(imported.items[0].objects->created, 2);

  const auto stored = record(kActor);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->kind, domain::RecordKind::stix_object);
  EXPECT_EQ(stored->issuer, "");
  EXPECT_EQ(stored->key, kActor);
  EXPECT_EQ(stored->slug, kActor);
  EXPECT_EQ(stored->title, "Silt");
  EXPECT_EQ(stored->version, "2024-02-01T00:00:00.000Z");
  EXPECT_EQ(stored->format, "stix-2.1");
  EXPECT_EQ(stored->tlp, Tlp::amber_strict);
  EXPECT_EQ(stored->sha512, sha512_hex(actor()));
  EXPECT_EQ(format_rfc3339(stored->initial_release_at), "2024-01-01T00:00:00Z");
  EXPECT_EQ(bytes(*stored), actor());
  const auto observable = record("ipv4-addr--22222222-2222-5222-8222-222222222222");
  ASSERT_TRUE(observable);
  EXPECT_EQ(observable->title, "ipv4-addr 198.51.100.3");
  EXPECT_EQ(observable->version, "");
  EXPECT_EQ(bytes(*observable), address());
}

TEST_P(ImportStixTest, FormsOfStix) {
  const std::string forms[] = {bundle({actor(), address()}), R"({"objects":[)" + actor() + "," + address() + "]}",
                               "[" + actor() + "," + address() + "]", actor() + "\n" + address() + "\n"};
  EXPECT_EQ(import(forms[0]).summary.objects.created, 2);
  for (const auto& form : forms) EXPECT_EQ(import(form).summary.objects.unchanged, 2) << form;
  EXPECT_EQ(import(actor()).summary.objects.unchanged, 1);
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM change"}), 2);
}

TEST_P(ImportStixTest, VersionsOfAnObject) {
  import(bundle({actor()}));
  // The same, written by another program, and with another precision of its time.
  const auto rewritten = fmt::format(
      R"({{"id": "{}", "name": "Silt", "type": "threat-actor", "modified": "2024-02-01T00:00:00Z", "created": "2024-01-01T00:00:00.000Z", "spec_version": "2.1"}})",
      kActor);
  EXPECT_EQ(import(rewritten).summary.objects.unchanged, 1);
  EXPECT_EQ(import(actor("2024-01-15T00:00:00.000Z", "Silty")).summary.objects.history, 1);
  EXPECT_EQ(import(actor("2024-03-01T00:00:00.000Z", "Silt Fox", R"("revoked":true)")).summary.objects.updated, 1);
  const auto conflicting = import(bundle({actor("2024-03-01T00:00:00.000000Z", "Sand Fox")}));
  EXPECT_EQ(conflicting.summary.objects.conflicting, 1);
  EXPECT_TRUE(conflicting.summary.ok());
  ASSERT_THAT(conflicting.items[0].problems, SizeIs(1));
  EXPECT_THAT(conflicting.items[0].problems[0].message, HasSubstr(kActor));
  EXPECT_EQ(record(kActor)->title, "Silt Fox");
  EXPECT_THAT(
      versions(kActor),
      ElementsAre("current stix-2.1 2024-03-01T00:00:00.000Z", "conflicting stix-2.1 2024-03-01T00:00:00.000000Z",
                  "superseded stix-2.1 2024-02-01T00:00:00.000Z", "superseded stix-2.1 2024-01-15T00:00:00.000Z"));
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM revision WHERE document_status = 'revoked'"}), 1);
  // Both versions in one file, the newer first.
  EXPECT_EQ(import(bundle({address(), address()})).summary.objects.unchanged, 1);
}

TEST_P(ImportStixTest, AFileOfSeveralBatchesIsWrittenByKeyAndIndexedWhole) {
  constexpr int kMany = 4'500;
  std::vector<std::string> objects{actor()};
  for (int i = kMany; i > 0; --i) {
    objects.push_back(fmt::format(
        R"({{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--22222222-2222-5222-8222-{:012}","value":"10.0.{}.{}"}})",
        i, i / 250, i % 250));
  }
  // What came first is current, however far behind the other stands.
  objects.push_back(actor("2024-02-01T00:00:00.000Z", "Sand Fox"));
  const auto imported = import(bundle(objects));
  EXPECT_EQ(imported.summary.objects.created, kMany + 1);
  EXPECT_EQ(imported.summary.objects.conflicting, 1);
  EXPECT_EQ(record(kActor)->title, "Silt");
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM record a JOIN record b ON b.id = a.id + 1 WHERE b.record_key < "
                              "a.record_key"}),
            0);
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM stix_object"}), kMany + 1);
  EXPECT_EQ(
      scalar(store::Sql{"SELECT count(DISTINCT sequence) FROM derived_cursor WHERE reader IN ('threat', 'attack', "
                        "'threat.values')"}),
      1);
  if (database().dialect() == store::Dialect::postgres) {
    EXPECT_GT(
        scalar(store::Sql{"SELECT CAST(reltuples AS bigint) FROM pg_class WHERE oid = CAST('record' AS regclass)"}),
        kMany);
  }
}

TEST_P(ImportStixTest, WhatIsDamagedSpoilsNothingElse) {
  const auto imported = import(bundle({
      actor(),
      R"({"type":"threat-actor","spec_version":"2.1","id":"threat-actor--1","created":"2024-01-01T00:00:00.000Z","modified":"2024-02-01T00:00:00.000Z","name":"a"})",
      R"({"type":"tool","spec_version":"2.1","id":"threat-actor--11111111-1111-4111-8111-111111111112","created":"2024-01-01T00:00:00.000Z","modified":"2024-02-01T00:00:00.000Z","name":"a"})",
      R"({"type":"tool","spec_version":"2.1","id":"tool--11111111-1111-4111-8111-111111111112","created":"2024-01-01T00:00:00.000Z","modified":"yesterday","name":"a"})",
      R"({"type":"tool","spec_version":"2.1","id":"tool--11111111-1111-4111-8111-111111111113","created":"2024-01-01T00:00:00.000Z","modified":"2024-02-01T00:00:00.000Z"})",
      R"({"type":"tool","spec_version":"2.1","id":"tool--11111111-1111-4111-8111-111111111114","name":"\u12"})",
      R"("text")",
      address(),
  }));
  EXPECT_FALSE(imported.summary.ok());
  EXPECT_EQ(imported.summary.objects.created, 2);
  EXPECT_EQ(imported.summary.objects.refused, 6);
  ASSERT_THAT(imported.items, SizeIs(1));
  EXPECT_FALSE(imported.items[0].rejected());
  std::vector<std::string> where;
  for (const auto& each : imported.items[0].problems) where.push_back(each.where);
  EXPECT_THAT(where, ElementsAre("b.json:/objects/1", "b.json:/objects/2", "b.json:/objects/3", "b.json:/objects/4",
                                 "b.json:/objects/5", "b.json:/objects/6"));
  EXPECT_TRUE(record(kActor));

  // What ends in the middle is taken for nothing.
  const auto whole = bundle({actor("2025-02-01T00:00:00.000Z"), address()});
  const auto cut = import(whole.substr(0, whole.size() - 5));
  EXPECT_EQ(cut.summary.rejected, 1);
  EXPECT_EQ(cut.summary.objects.all(), 0);
}

TEST_P(ImportStixTest, MarkingsDecide) {
  const auto marked = [](std::string_view refs, std::string_view granular = "") {
    std::string more = fmt::format(R"("object_marking_refs":[{}])", refs);
    if (!granular.empty()) {
      more += fmt::format(R"(,"granular_markings":[{{"marking_ref":"{}","selectors":["name"]}}])", granular);
    }
    return more;
  };
  const auto quoted = [](std::string_view id) { return fmt::format("\"{}\"", id); };
  constexpr std::string_view kWhite1 = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9";
  constexpr std::string_view kAmber1 = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82";
  constexpr std::string_view kRed2 = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
  constexpr std::string_view kStrict2 = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003";
  constexpr std::string_view kUnknown = "marking-definition--44444444-4444-4444-8444-444444444444";
  constexpr std::string_view kOwn = "marking-definition--55555555-5555-4555-8555-555555555555";
  struct Case {
    std::string more;
    Tlp tlp;
    bool defaulted;
  };
  const Case cases[] = {
      {"", Tlp::amber, true},
      {marked(quoted(kWhite1)), Tlp::clear, false},
      {marked(quoted(kGreen2)), Tlp::green, false},
      {marked(quoted(kAmber1)), Tlp::amber, false},
      {marked(quoted(kStrict2)), Tlp::amber_strict, false},
      {marked(quoted(kRed2)), Tlp::red, false},
      {marked(quoted(kWhite1) + "," + quoted(kGreen2)), Tlp::green, false},
      {marked(quoted(kUnknown)), Tlp::amber, true},
      {marked(quoted(kUnknown) + "," + quoted(kGreen2)), Tlp::green, false},
      {marked(quoted(kGreen2), kRed2), Tlp::red, false},
      {marked(quoted(kStrict2), kWhite1), Tlp::amber_strict, false},
      {marked(quoted(kUnknown), kStrict2), Tlp::amber_strict, true},
      {marked(quoted(kOwn)), Tlp::green, false},
  };
  // A definition of TLP under somebody's own id, behind what it marks.
  const auto own = fmt::format(
      R"({{"type":"marking-definition","spec_version":"2.1","id":"{}","created":"2024-01-01T00:00:00.000Z","definition_type":"tlp","definition":{{"tlp":"green"}}}})",
      kOwn);
  ImportOptions options;
  options.default_tlp = Tlp::amber;
  int number = 0;
  for (const auto& each : cases) {
    const auto modified = fmt::format("2024-02-01T00:00:{:02}.000Z", ++number);
    const auto imported = import(bundle({actor(modified, "Silt", each.more), own}), options);
    EXPECT_EQ(record(kActor)->tlp, each.tlp) << each.more;
    EXPECT_EQ(record(kActor)->version, modified);
    // The definition itself bears none: defaulted once, when it is stored first.
    EXPECT_EQ(imported.summary.objects.tlp_defaulted, (each.defaulted ? 1 : 0) + (number == 1 ? 1 : 0)) << each.more;
  }
  // The standard's own definitions are everybody's.
  import(fmt::format(
      R"({{"type":"marking-definition","spec_version":"2.1","id":"{}","created":"2022-10-01T00:00:00.000Z","name":"TLP:GREEN","extensions":{{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{{"extension_type":"property-extension","tlp_2_0":"green"}}}}}})",
      kGreen2));
  ASSERT_TRUE(record(kGreen2));
  EXPECT_EQ(record(kGreen2)->tlp, Tlp::clear);
}

TEST_P(ImportStixTest, WhatIsOf20IsLifted) {
  const std::string old =
      R"({"type":"bundle","id":"bundle--33333333-3333-4333-8333-333333333333","spec_version":"2.0","objects":[)"
      R"({"type":"tool","id":"tool--66666666-6666-4666-8666-666666666666","created":"2019-01-01T00:00:00.000Z","modified":"2019-02-01T00:00:00.000Z","name":"Probe","labels":["remote-access"]},)"
      R"({"type":"tool","id":"tool--66666666"},)"
      R"({"type":"observed-data","id":"observed-data--66666666-6666-4666-8666-666666666667","created":"2019-01-01T00:00:00.000Z","modified":"2019-02-01T00:00:00.000Z","first_observed":"2019-01-01T00:00:00Z","last_observed":"2019-01-01T00:00:00Z","number_observed":1,"objects":{"0":{"type":"ipv4-addr","value":"198.51.100.9"}}}]})";
  const auto imported = import(old);
  EXPECT_EQ(imported.summary.objects.created, 3) << "the observable became one of its own";
  EXPECT_EQ(imported.summary.objects.lifted, 3);
  EXPECT_EQ(imported.summary.objects.refused, 1);
  EXPECT_THAT(imported.items[0].problems, SizeIs(1));
  EXPECT_EQ(imported.items[0].problems[0].where, "b.json:/objects/1");
  const auto tool = record("tool--66666666-6666-4666-8666-666666666666");
  ASSERT_TRUE(tool);
  EXPECT_EQ(tool->format, "stix-2.0");
  EXPECT_THAT(bytes(*tool), HasSubstr(R"("spec_version":"2.1")"));
  EXPECT_EQ(import(old).summary.objects.unchanged, 3);
  // The same version as its author wrote it in 2.1 goes before what was lifted.
  const std::string native =
      R"({"type":"tool","spec_version":"2.1","id":"tool--66666666-6666-4666-8666-666666666666","created":"2019-01-01T00:00:00.000Z","modified":"2019-02-01T00:00:00.000Z","name":"Probe","tool_types":["remote-access"],"aliases":["P"]})";
  EXPECT_EQ(import(native).summary.objects.updated, 1);
  EXPECT_EQ(import(old).summary.objects.conflicting, 0);
  EXPECT_EQ(bytes(*record("tool--66666666-6666-4666-8666-666666666666")), native);
}

TEST_P(ImportStixTest, AdvisoriesDoNotNoticeThem) {
  ASSERT_TRUE(import_documents(database(), {{"a.json", advisory_json()}}, {}, {}, kClock));
  const auto seen = [&] {
    engine::search::Catalogue catalogue{database()};
    EXPECT_TRUE(catalogue.refresh());
    engine::search::SearchEngine engine{database(), catalogue};
    domain::policy::Viewer own;
    own.organisation = domain::kOwnOrganisation;
    own.roles = {domain::Role::coordinator};
    std::string out;
    // The last is answered from all words known, for it is misspelt.
    for (const auto* query : {"", "valve", "silt", "siltt"}) {
      engine::search::SearchRequest request;
      request.query = query;
      const auto result = engine.search(own, request, kTestNow);
      EXPECT_TRUE(result);
      if (result) out += fmt::format("{} '{}' ", result->total, result->corrections.size());
    }
    return out;
  };
  const auto changes = [&] {
    return database().read([](store::Connection& c) { return store::Changes{c}.after(0, 100); }).value().size();
  };
  const auto before = seen();
  const auto changes_before = changes();
  import(bundle({actor("2024-02-01T00:00:00.000Z", "siltstone"), address()}));
  EXPECT_EQ(seen(), before);
  EXPECT_EQ(changes(), changes_before);
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM advisory"}), 1);
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM record"}), 3);
}

TEST_P(ImportStixTest, AttackForIcs) {
  const auto real = formats::testing::uncompressed("attack/ics-attack-18.1.json.gz");
  if (!real) GTEST_SKIP() << "no ATT&CK for ICS in the folder that TOCSIN_DATA names";
  const auto imported = import(*real);
  EXPECT_THAT(imported.items.at(0).problems, IsEmpty());
  EXPECT_EQ(imported.summary.objects.created, 1826);
  EXPECT_EQ(import(*real).summary.objects.unchanged, 1826);
}

}  // namespace
}  // namespace tocsin::exchange
