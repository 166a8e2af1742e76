#include "exchange/bundle.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "engine/audit/trail.hpp"
#include "engine/evidence/evidence.hpp"
#include "engine/sharing/sharing.hpp"
#include "exchange/testing/bundles.hpp"
#include "store/audit.hpp"

namespace tocsin::exchange {
namespace {

using store_testing::kTestNow;
using ::testing::HasSubstr;

const auto& kClock = kBundleClock;

class BundleTest : public Bundles {};
TOCSIN_ON_BOTH_DATABASES(BundleTest);

TEST_P(BundleTest, CarriesWhatIsPublicByteForByte) {
  import({text("A-1"), text("A-2"), text("A-3", "GREEN"), text("A-4", "RED")});
  const auto made = make("full");
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(made->advisories, 2) << "what is marked is not for everyone";
  EXPECT_EQ(made->link.sequence, 1);
  const auto applied = apply("full");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->created, 2);
  EXPECT_EQ(records_of(database()), 2);
  const auto record = received("A-1");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->sha512, sha512_hex(testing::advisory_json(text("A-1"))));
  EXPECT_EQ(record->tlp, domain::Tlp::clear);
  const auto log =
      database().read([](store::Connection& connection) { return store::Audit{connection}.newest({}, {}, 5); });
  EXPECT_EQ(log->front().entry.action, "bundle.apply");
  EXPECT_EQ(scalar(database(), store::Sql{"SELECT count(*) FROM advisory"}), 2) << "the index is derived";
}

TEST_P(BundleTest, TheNextOneHoldsWhatDiffers) {
  import({text("A-1"), text("A-2")});
  ASSERT_TRUE(make("one"));
  import({text("A-2", "WHITE", "2"), text("A-3")});
  const auto two = make("two", 1);
  ASSERT_TRUE(two) << two.error().to_string();
  EXPECT_EQ(two->advisories, 2);
  EXPECT_EQ(two->known, 1);
  const auto early = apply("two");
  ASSERT_FALSE(early);
  EXPECT_THAT(early.error().message, HasSubstr("begin with a whole one"));
  ASSERT_TRUE(apply("one"));
  const auto applied = apply("two");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->created, 1);
  EXPECT_EQ(applied->updated, 1);
  EXPECT_EQ(received("A-2")->version, "2");
}

TEST_P(BundleTest, OrderIsKept) {
  import({text("A-1")});
  ASSERT_TRUE(make("one"));
  import({text("A-2")});
  ASSERT_TRUE(make("two", 1));
  import({text("A-3")});
  ASSERT_TRUE(make("three", 2));
  ASSERT_TRUE(make("whole"));
  ASSERT_TRUE(apply("one"));
  const auto gap = apply("three");
  ASSERT_FALSE(gap);
  EXPECT_EQ(gap.error().code, Error::Code::conflict);
  EXPECT_THAT(gap.error().message, HasSubstr("a bundle is missing"));
  EXPECT_EQ(records_of(database()), 1) << "nothing came in";
  ASSERT_TRUE(apply("two"));
  const auto again = apply("two");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->already);
  const auto older = apply("one");
  ASSERT_FALSE(older);
  EXPECT_THAT(older.error().message, HasSubstr("never replaces"));
  // A whole one ends every gap.
  ASSERT_TRUE(apply("whole"));
  EXPECT_EQ(records_of(database()), 3);
  EXPECT_FALSE(apply("three"));
}

TEST_P(BundleTest, TwoOfOneNumberAreNotTheSame) {
  import({text("A-1")});
  ASSERT_TRUE(make("one"));
  ASSERT_TRUE(apply("one"));
  // As a restored maker would: the same number again, with other content.
  ASSERT_TRUE(maker_->write([](store::Connection& connection) -> Status {
    TRY_VOID(connection.run(store::Sql{"DELETE FROM bundle_content"}));
    TRY_VOID(connection.run(store::Sql{"DELETE FROM bundle"}));
    return ok();
  }));
  import({text("A-2")});
  ASSERT_TRUE(make("other"));
  const auto refused = apply("other");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("Two different bundles"));
}

TEST_P(BundleTest, AnOrganisationGetsWhatItMaySee) {
  const auto id = plant();
  import({text("A-1"), text("A-2", "GREEN"), text("A-3", "AMBER"), text("A-4", "AMBER")});
  const auto listed = of_maker("A-3");
  engine::sharing::Marking marking = engine::sharing::marking_of(listed);
  marking.audience = domain::Audience::listed;
  marking.listed = {{.kind = domain::Grantee::Kind::organisation, .id = id.value}};
  const auto shared = engine::sharing::change_marking(*maker_, engine::Actor::at_console(), listed.id, marking,
                                                      {.given = true, .digest = {}}, kTestNow);
  ASSERT_TRUE(shared) << shared.error().to_string();
  const auto first = make("plant", {}, id);
  ASSERT_TRUE(first) << first.error().to_string();
  EXPECT_EQ(first->advisories, 3);
  ASSERT_TRUE(apply("plant"));
  EXPECT_EQ(received("A-2")->tlp, domain::Tlp::green);
  EXPECT_EQ(received("A-2")->audience, domain::Audience::everyone);
  EXPECT_EQ(received("A-3")->tlp, domain::Tlp::amber);
  EXPECT_EQ(received("A-3")->audience, domain::Audience::owner_only) << "addressed by name: for those it came to";
  EXPECT_FALSE(received("A-4"));
  // A narrower marking follows without a new revision.
  const auto green = of_maker("A-1");
  marking = engine::sharing::marking_of(green);
  marking.tlp = domain::Tlp::green;
  ASSERT_TRUE(engine::sharing::change_marking(*maker_, engine::Actor::at_console(), green.id, marking,
                                              {.given = true, .digest = {}}, kTestNow));
  const auto next = make("next", 1, id);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->advisories, 1);
  const auto applied = apply("next");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->marked, 1);
  EXPECT_EQ(received("A-1")->tlp, domain::Tlp::green);
}

TEST_P(BundleTest, EvidenceComesAlong) {
  import({text("A-1")});
  formats::kev::Catalogue kev;
  kev.version = "2023.01.02";
  kev.released = from_date(2023, 1, 2).value();
  kev.entries.resize(1);
  kev.entries[0].cve = "CVE-2019-0001";
  kev.entries[0].added = from_date(2023, 1, 2).value();
  kev.entries[0].ransomware = true;
  ASSERT_TRUE(engine::evidence::import_kev(*maker_, engine::Actor::at_console(), kev, kTestNow));
  const auto cve = maker_->read([](store::Connection& connection) {
    return connection.first(store::Sql{"SELECT vuln_id FROM advisory_vulnerability"},
                            [](const store::Row& row) { return row.string(0); });
  });
  ASSERT_TRUE(cve && *cve);
  formats::epss::Scores epss;
  epss.model = "v1";
  epss.date = from_date(2023, 2, 1).value();
  epss.scores = {{**cve, 970'000, 999'000}, {"CVE-1999-9999", 1, 1}};
  std::ranges::sort(epss.scores, {}, &formats::epss::Score::cve);
  ASSERT_TRUE(engine::evidence::import_epss(*maker_, engine::Actor::at_console(), epss, kTestNow));
  const auto made = make("full");
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(made->kev, 1);
  EXPECT_EQ(made->epss, 1) << "of the vulnerabilities in it";
  const auto applied = apply("full");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->evidence.size(), 2U);
  const std::vector<std::string> cves{"CVE-2019-0001", **cve};
  const auto book =
      database().read([&](store::Connection& connection) { return engine::evidence::look_up(connection, cves); });
  ASSERT_TRUE(book);
  ASSERT_NE(book->find("CVE-2019-0001"), nullptr);
  EXPECT_TRUE(book->find("CVE-2019-0001")->kev->ransomware);
  ASSERT_NE(book->find(**cve), nullptr);
  EXPECT_DOUBLE_EQ(book->find(**cve)->epss->probability, 0.97);
}

TEST_P(BundleTest, WrongRequestsWriteNothing) {
  import({text("A-1")});
  const auto unknown = make("x", 5);
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("No bundle 5"));
  EXPECT_FALSE(make("x", {}, domain::OrganisationId{77}));
  folder_.write("there", "mine");
  const auto there = make("there");
  ASSERT_FALSE(there);
  EXPECT_EQ(there.error().code, Error::Code::conflict);
  EXPECT_EQ(testing::read_file(folder_.file("there")), "mine");
  EXPECT_EQ(scalar(*maker_, store::Sql{"SELECT count(*) FROM bundle"}), 0);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("x")));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("x.part")));
  BundleRequest request;
  request.path = folder_.file("y");
  const auto refused = create_bundle(*maker_, engine::Actor::anonymous(), request, key_, kClock);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::forbidden);
}

TEST_P(BundleTest, OneBadDocumentKeepsAllOut) {
  BundleManifest manifest;
  manifest.sequence = 1;
  manifest.created = kTestNow;
  for (const auto* name : {"good.json", "bad.json"}) {
    manifest.entries.push_back(
        {.kind = "advisory", .name = name, .bytes = 0, .sha512 = {}, .tlp = "CLEAR", .audience = "everyone"});
  }
  const auto sealed = seal_bundle(manifest, {testing::advisory_json(text("A-1")), "{}"}, key_);
  ASSERT_TRUE(sealed);
  const auto opened = Bundle::open(sealed->bytes, key_.public_key());
  ASSERT_TRUE(opened);
  const auto applied = apply_bundle(database(), engine::Actor::at_console(), *opened, kClock);
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().where, HasSubstr("bad.json"));
  EXPECT_EQ(records_of(database()), 0);
  EXPECT_EQ(scalar(database(), store::Sql{"SELECT count(*) FROM bundle"}), 0);
}

/// Ends the process at its look at the clock, which is inside of the transaction.
class FatalClock final : public Clock {
 public:
  Timestamp now() const override {
    ::raise(SIGKILL);
    return kTestNow;
  }
};

TEST_P(BundleTest, KilledAtAnyMomentItCanBeTakenInAgain) {
  std::vector<testing::AdvisoryText> texts;
  for (int i = 0; i < 40; ++i) texts.push_back(text(fmt::format("A-{}", i)));
  import(texts);
  ASSERT_TRUE(make("full"));
  maker_.reset();
  for (const int milliseconds : {0, 5, 20, 60, 200}) {
    close();  // No connection may cross the fork.
    const pid_t child = fork();
    if (child == 0) {
      auto opened = test_database().open();
      if (!opened) _exit(1);
      if (milliseconds == 0) {
        static_cast<void>(apply_bundle(**opened, engine::Actor::at_console(), bundle("full"), FatalClock{}));
        _exit(2);
      }
      const auto done = apply_bundle(**opened, engine::Actor::at_console(), bundle("full"), kClock);
      _exit(done ? 0 : 3);
    }
    if (milliseconds > 0) {
      ::usleep(static_cast<unsigned>(milliseconds) * 1000);
      ::kill(child, SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
    reopen();
    const auto count = records_of(database());
    EXPECT_TRUE(count == 0 || count == 40) << "all or nothing: " << count;
    EXPECT_EQ(scalar(database(), store::Sql{"SELECT count(*) FROM bundle"}), count == 0 ? 0 : 1);
  }
  const auto applied = apply("full");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(records_of(database()), 40);
  EXPECT_EQ(scalar(database(), store::Sql{"SELECT count(*) FROM advisory"}), 40) << "the index is complete";
}

}  // namespace
}  // namespace tocsin::exchange
