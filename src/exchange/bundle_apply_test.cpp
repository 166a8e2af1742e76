#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "engine/exposure/decision_table.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/manage/removal.hpp"
#include "engine/sharing/sharing.hpp"
#include "exchange/backup.hpp"
#include "exchange/testing/bundles.hpp"
#include "store/aliases.hpp"
#include "store/audit.hpp"
#include "store/inventory_parts.hpp"

// What the next bundle takes back, and whose decision table it brings.
namespace tocsin::exchange {
namespace {

namespace exposure = engine::exposure;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BundleApplyTest : public Bundles {
 protected:
  static engine::Actor console() {
    auto actor = engine::Actor::at_console();
    actor.reason = "Published by mistake";
    return actor;
  }
  void remove(const std::string& slug) {
    const auto done = engine::manage::remove_record(*maker_, console(), of_maker(slug).id, kTestNow);
    ASSERT_TRUE(done) << done.error().to_string();
  }
  void mark(const std::string& slug, const std::function<void(engine::sharing::Marking&)>& change) {
    const auto record = of_maker(slug);
    auto marking = engine::sharing::marking_of(record);
    change(marking);
    const auto done = engine::sharing::change_marking(*maker_, console(), record.id, marking,
                                                      {.given = true, .digest = {}}, kTestNow);
    ASSERT_TRUE(done) << done.error().to_string();
  }
  void import_here(const testing::AdvisoryText& text) {
    std::vector<SourceDocument> documents{{.name = text.id + ".json", .bytes = testing::advisory_json(text)}};
    const auto done = import_documents(database(), std::move(documents), {}, {}, kBundleClock);
    ASSERT_TRUE(done && done->rejected == 0);
  }
  /// Whose decisions become milder in `row`.
  static exposure::TableChoice own_table(std::size_t row) {
    const auto& table = exposure::Rules::built_in("ot").table();
    std::vector<std::string> outcomes;
    for (const auto each : table.outcomes) outcomes.push_back(table.outcome.values[each].key);
    outcomes[row] = outcomes[row] == "ACCEPT" ? "OUTAGE" : "ACCEPT";
    return exposure::with_outcomes({}, outcomes).value();
  }
  static void choose(store::Database& database, domain::OrganisationId organisation,
                     const exposure::TableChoice& choice) {
    const auto done = database.write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.lock_changes());
      TRY_VOID(exposure::set_table_in(connection, console(), organisation, choice, "", kTestNow));
      return ok();
    });
    ASSERT_TRUE(done) << done.error().to_string();
  }
  exposure::TableInUse table_here() {
    return database()
        .read([](store::Connection& connection) { return exposure::table_of(connection, domain::kOwnOrganisation); })
        .value();
  }
  std::vector<std::string> withdrawn_in(const std::string& name) {
    const auto opened = bundle(name);
    std::vector<std::string> keys;
    for (const auto& each : opened.manifest().withdrawn) keys.push_back(each.key);
    return keys;
  }
};
TOCSIN_ON_BOTH_DATABASES(BundleApplyTest);

TEST_P(BundleApplyTest, WhatWasRemovedGoesWithTheNextOne) {
  import({text("A-1"), text("A-2")});
  ASSERT_TRUE(make("one"));
  ASSERT_TRUE(apply("one"));
  remove("A-2");
  const auto two = make("two", 1);
  ASSERT_TRUE(two) << two.error().to_string();
  EXPECT_EQ(two->withdrawn, 1);
  EXPECT_EQ(two->advisories, 0);
  EXPECT_EQ(two->known, 1);
  EXPECT_THAT(withdrawn_in("two"), ElementsAre("A-2"));
  const auto applied = apply("two");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->withdrawn, 1);
  EXPECT_EQ(applied->kept, 0);
  EXPECT_TRUE(received("A-1"));
  EXPECT_FALSE(received("A-2"));
  EXPECT_EQ(scalar(database(), store::Sql{"SELECT count(*) FROM advisory"}), 1) << "nor is it found";
  const auto log =
      database().read([](store::Connection& connection) { return store::Audit{connection}.newest({}, {}, 5); });
  EXPECT_EQ(log->at(0).entry.action, "bundle.apply");
  EXPECT_EQ(log->at(1).entry.action, "record.remove");
  EXPECT_THAT(log->at(1).entry.personal.detail, HasSubstr("Taken back by bundle 2 of Our CERT"));
  // Once is enough.
  const auto three = make("three", 2);
  ASSERT_TRUE(three);
  EXPECT_EQ(three->withdrawn, 0);
  // And who has only the first hears of it from one that follows the first.
  const auto four = make("four", 1);
  ASSERT_TRUE(four);
  EXPECT_EQ(four->withdrawn, 1);
}

TEST_P(BundleApplyTest, WhatIsThereAgainComesAgain) {
  import({text("A-1"), text("A-2")});
  ASSERT_TRUE(make("one"));
  ASSERT_TRUE(apply("one"));
  remove("A-2");
  import({text("A-2", "WHITE", "2")});
  const auto both = make("both", 1);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->withdrawn, 0) << "another record of the same name: it replaces the first";
  EXPECT_EQ(both->advisories, 1);
  ASSERT_TRUE(apply("both"));
  EXPECT_EQ(received("A-2")->version, "2");
  remove("A-2");
  ASSERT_TRUE(make("gone", 2));
  EXPECT_EQ(apply("gone")->withdrawn, 1);
  EXPECT_FALSE(received("A-2"));
}

TEST_P(BundleApplyTest, WhatTheRecipientMayNotSeeAnyMoreGoes) {
  const auto id = plant();
  import({text("A-1"), text("A-2", "AMBER"), text("A-3")});
  mark("A-2", [&](auto& marking) {
    marking.audience = domain::Audience::listed;
    marking.listed = {{.kind = domain::Grantee::Kind::organisation, .id = id.value}};
  });
  ASSERT_TRUE(make("one", {}, id));
  ASSERT_TRUE(apply("one"));
  ASSERT_TRUE(received("A-2"));
  mark("A-2", [](auto& marking) {
    marking.audience = domain::Audience::owner_only;
    marking.listed.clear();
  });
  mark("A-3", [](auto& marking) {
    marking.tlp = domain::Tlp::red;
    marking.audience = domain::Audience::owner_only;
  });
  const auto two = make("two", 1, id);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->withdrawn, 2);
  EXPECT_EQ(apply("two")->withdrawn, 2);
  EXPECT_FALSE(received("A-2"));
  EXPECT_FALSE(received("A-3"));
  // Taken back is not forbidden for ever: the very same document may come again.
  mark("A-2", [&](auto& marking) {
    marking.audience = domain::Audience::listed;
    marking.listed = {{.kind = domain::Grantee::Kind::organisation, .id = id.value}};
  });
  ASSERT_TRUE(make("three", 2, id));
  const auto applied = apply("three");
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->created, 1);
  EXPECT_EQ(applied->removed, 0);
  EXPECT_TRUE(received("A-2"));
}

TEST_P(BundleApplyTest, AWholeOneTakesBackWhatIsNotInIt) {
  import({text("A-1"), text("A-2")});
  ASSERT_TRUE(make("one"));
  ASSERT_TRUE(apply("one"));
  remove("A-2");
  import_here(text("A-9"));
  ASSERT_TRUE(make("whole"));
  EXPECT_THAT(withdrawn_in("whole"), IsEmpty());
  const auto applied = apply("whole");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->withdrawn, 1);
  EXPECT_EQ(applied->unchanged, 1);
  EXPECT_FALSE(received("A-2"));
  EXPECT_TRUE(received("A-9")) << "never came by bundle";
}

TEST_P(BundleApplyTest, WhatIsHereFromElsewhereStays) {
  const auto id = plant();
  import_here(text("A-1"));
  import({text("A-1"), text("A-2"), text("A-3"), text("A-4")});
  ASSERT_TRUE(make("one"));
  ASSERT_TRUE(make("plant", {}, id));
  ASSERT_TRUE(apply("one"));
  import_here(text("A-2", "WHITE", "7"));
  remove("A-1");
  remove("A-2");
  remove("A-3");
  ASSERT_TRUE(make("two", 1));
  const auto applied = apply("two");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->withdrawn, 1);
  EXPECT_EQ(applied->kept, 2) << "imported here, and newer here";
  EXPECT_TRUE(received("A-1"));
  EXPECT_EQ(received("A-2")->version, "7");
  EXPECT_FALSE(received("A-3"));
  // Another stream still tells it: the last that does takes it along.
  ASSERT_TRUE(apply("plant"));
  EXPECT_TRUE(received("A-3")) << "told anew by who has not heard yet";
  remove("A-4");
  ASSERT_TRUE(make("three", 2));
  EXPECT_EQ(apply("three")->kept, 1);
  EXPECT_TRUE(received("A-4"));
  ASSERT_TRUE(make("plant-two", 1, id));
  const auto last = apply("plant-two");
  ASSERT_TRUE(last) << last.error().to_string();
  EXPECT_FALSE(received("A-3"));
  EXPECT_FALSE(received("A-4"));
}

TEST_P(BundleApplyTest, WhatWasRemovedHereStaysRemoved) {
  import({text("A-1"), text("A-2")});
  ASSERT_TRUE(make("one"));
  ASSERT_TRUE(apply("one"));
  ASSERT_TRUE(engine::manage::remove_record(database(), console(), received("A-2")->id, kTestNow));
  remove("A-2");
  ASSERT_TRUE(make("two", 1));
  const auto applied = apply("two");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->withdrawn, 0);
  EXPECT_EQ(applied->kept, 0);
  // Nor does a whole one of before bring it again.
  import({text("A-3")});
  ASSERT_TRUE(engine::manage::remove_record(database(), console(), received("A-1")->id, kTestNow));
  ASSERT_TRUE(make("whole"));
  EXPECT_EQ(apply("whole")->removed, 1);
  EXPECT_FALSE(received("A-1"));
}

TEST_P(BundleApplyTest, BundlesOfBeforeAreTakenAndTakeNothingBack) {
  BundleManifest manifest;
  manifest.format = 1;
  manifest.created = kTestNow;
  manifest.issuer = "Our CERT";
  const auto take =
      [&](std::int64_t number, std::optional<BundleLink> previous,
          const std::vector<testing::AdvisoryText>& texts) -> Result<std::pair<BundleLink, BundleApplied>> {
    manifest.sequence = number;
    manifest.previous = std::move(previous);
    manifest.entries.clear();
    std::vector<std::string> contents;
    for (const auto& each : texts) {
      manifest.entries.push_back(
          {.kind = "advisory", .name = each.id, .bytes = 0, .sha512 = {}, .tlp = "CLEAR", .audience = "everyone"});
      contents.push_back(testing::advisory_json(each));
    }
    TRY(const auto sealed, seal_bundle(manifest, contents, key_));
    EXPECT_TRUE(sealed.bytes.starts_with("tocsin-bundle 1\n"));
    TRY(const auto opened, Bundle::open(sealed.bytes, key_.public_key()));
    EXPECT_EQ(opened.manifest().format, 1);
    TRY(const auto applied, apply_bundle(database(), engine::Actor::at_console(), opened, kBundleClock));
    return std::pair{opened.link(), applied};
  };
  const auto one = take(1, {}, {text("A-1"), text("A-2")});
  ASSERT_TRUE(one) << one.error().to_string();
  const auto two = take(2, one->first, {text("A-3")});
  ASSERT_TRUE(two) << two.error().to_string();
  const auto whole = take(3, {}, {text("A-3")});
  ASSERT_TRUE(whole) << whole.error().to_string();
  EXPECT_EQ(whole->second.withdrawn, 0);
  EXPECT_EQ(records_of(database()), 3);
  // The maker is renewed. What its old bundles told, a whole one of the new form takes back.
  manifest.format = kBundleFormat;
  manifest.sequence = 4;
  manifest.entries.resize(1);
  const auto sealed = seal_bundle(manifest, {testing::advisory_json(text("A-3"))}, key_);
  const auto applied = apply_bundle(database(), engine::Actor::at_console(),
                                    *Bundle::open(sealed->bytes, key_.public_key()), kBundleClock);
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->withdrawn, 2);
  EXPECT_EQ(records_of(database()), 1);
}

TEST_P(BundleApplyTest, WhatCameBeforeAnyoneNotedItStays) {
  import({text("A-1")});
  ASSERT_TRUE(make("one"));
  ASSERT_TRUE(apply("one"));
  // As an earlier version left it here.
  ASSERT_TRUE(database().write(
      [](store::Connection& connection) { return connection.run(store::Sql{"DELETE FROM bundle_content"}); }));
  remove("A-1");
  ASSERT_TRUE(make("two", 1));
  const auto applied = apply("two");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->withdrawn, 0);
  EXPECT_EQ(applied->kept, 1);
  EXPECT_TRUE(received("A-1"));
}

TEST_P(BundleApplyTest, TheRecipientsTableDecidesThere) {
  const auto id = plant();
  import({text("A-1")});
  ASSERT_TRUE(make("none", {}, id));
  EXPECT_EQ(apply("none")->table, BundleApplied::Table::none) << "never chosen: nothing to say";
  choose(*maker_, id, own_table(0));
  const auto made = make("one", 1, id);
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(made->decision_table, "x_tocsin.portal#own:DT_OT:1.0.0");
  auto applied = apply("one");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->table, BundleApplied::Table::taken);
  EXPECT_EQ(exposure::document_of(table_here().choice()), own_table(0).document);
  EXPECT_EQ(table_here().version.note, "From bundle 2 of Our CERT");
  ASSERT_TRUE(make("two", 2, id));
  EXPECT_EQ(apply("two")->table, BundleApplied::Table::same);
  EXPECT_EQ(table_here().version.version, 1);
  choose(*maker_, id, own_table(1));
  ASSERT_TRUE(make("three", 3, id));
  EXPECT_EQ(apply("three")->table, BundleApplied::Table::taken);
  EXPECT_EQ(exposure::document_of(table_here().choice()), own_table(1).document);
  // Back to a built-in one, by its name.
  choose(*maker_, id, {.base = "ot"});
  ASSERT_TRUE(make("four", 4, id));
  EXPECT_EQ(apply("four")->table, BundleApplied::Table::taken);
  EXPECT_EQ(table_here().version.base, "ot");
  // Who decides here decides.
  choose(database(), domain::kOwnOrganisation, {.base = "cisa"});
  choose(*maker_, id, own_table(2));
  ASSERT_TRUE(make("five", 5, id));
  EXPECT_EQ(apply("five")->table, BundleApplied::Table::kept);
  EXPECT_EQ(table_here().version.base, "cisa");
}

TEST_P(BundleApplyTest, ATableGoesToNobodyElse) {
  const auto id = plant();
  import({text("A-1")});
  choose(*maker_, id, own_table(0));
  choose(*maker_, domain::kOwnOrganisation, own_table(1));
  const auto made = make("public");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->decision_table, "") << "for everyone: nobody's table";
  // Publishes for all, and may look into no plant's decisions.
  engine::Actor publisher;
  publisher.viewer.person = domain::PersonId{7};
  publisher.viewer.organisation = domain::kOwnOrganisation;
  publisher.viewer.roles = {domain::Role::coordinator};
  publisher.name = "cora@cert.example";
  ASSERT_TRUE(publisher.may(domain::Permission::publish_record));
  const auto blind = make("blind", {}, id, publisher);
  ASSERT_TRUE(blind) << blind.error().to_string();
  EXPECT_EQ(blind->decision_table, "");
  EXPECT_EQ(apply("blind")->table, BundleApplied::Table::none);
  // Where the plant lets them, they may.
  auto granting = console();
  granting.viewer.organisation = id;
  ASSERT_TRUE(engine::inventory::grant(*maker_, granting, "", "For bundles", kTestNow));
  const auto seeing = make("seeing", 1, id, publisher);
  ASSERT_TRUE(seeing) << seeing.error().to_string();
  EXPECT_EQ(seeing->decision_table, "x_tocsin.portal#own:DT_OT:1.0.0");
  EXPECT_EQ(apply("seeing")->table, BundleApplied::Table::taken);
}

TEST_P(BundleApplyTest, AliasesGoToThoseWhomTheyAreOf) {
  const auto id = plant();
  import({text("A-1")});
  const store::AliasKey own{store::AliasKind::product, "pumpco", "blue-box", "example-pumps", "flow-controller"};
  auto shared = own;
  shared.text = "red-box";
  auto waiting = own;
  waiting.text = "green-box";
  ASSERT_TRUE(maker_->write([&](store::Connection& connection) -> Status {
    store::Aliases aliases{connection};
    for (const auto organisation : {id, domain::kOwnOrganisation}) {
      auto key = own;
      if (organisation != id) key.text = "grey-box";
      TRY_VOID(aliases.put({.organisation = organisation,
                            .key = key,
                            .shown = "BLUE Box",
                            .vendor = "Example Pumps",
                            .product = "Flow Controller",
                            .taught_at = kTestNow}));
    }
    for (const auto& key : {shared, waiting}) {
      TRY_VOID(aliases.offer({.key = key, .vendor = "Example Pumps", .product = "Flow Controller", .least = 5}));
    }
    TRY(const auto offered, aliases.community(store::CommunityAliasState::offered, 0));
    for (const auto& each : offered) {
      if (each.key.text == "red-box") {
        TRY_VOID(aliases.judge(each.id, store::CommunityAliasState::accepted, {}, kTestNow));
      }
    }
    return ok();
  }));
  const auto carried = [&](const std::string& name) {
    std::string found;
    EXPECT_TRUE(bundle(name).each([&](const BundleEntry& entry, const std::string& bytes) {
      if (entry.kind == bundle_kind::kAliases) found += bytes;
      return ok();
    }));
    return found;
  };
  const auto whole = make("plant", {}, id);
  ASSERT_TRUE(whole) << whole.error().to_string();
  EXPECT_EQ(whole->aliases, 1);
  EXPECT_EQ(whole->own_aliases, 1);
  EXPECT_THAT(carried("plant"), ::testing::AllOf(HasSubstr("blue-box"), HasSubstr("red-box")));
  for (const auto* absent : {"green-box", "grey-box", "BLUE"}) {
    EXPECT_THAT(carried("plant"), ::testing::Not(HasSubstr(absent)));
  }
  // For everyone: what was accepted for everybody, and nobody's own.
  const auto open = make("public");
  ASSERT_TRUE(open) << open.error().to_string();
  EXPECT_EQ(open->own_aliases, 0);
  EXPECT_THAT(carried("public"), HasSubstr("red-box"));
  for (const auto* absent : {"blue-box", "green-box", "grey-box"}) {
    EXPECT_THAT(carried("public"), ::testing::Not(HasSubstr(absent)));
  }
  // Whoever may look into no inventory of theirs, or into that of one site, carries none out.
  engine::Actor publisher;
  publisher.viewer.person = domain::PersonId{7};
  publisher.viewer.organisation = domain::kOwnOrganisation;
  publisher.viewer.roles = {domain::Role::coordinator};
  publisher.name = "cora@cert.example";
  ASSERT_TRUE(make("blind", {}, id, publisher));
  EXPECT_THAT(carried("blind"), ::testing::AllOf(HasSubstr("red-box"), ::testing::Not(HasSubstr("blue-box"))));
  ASSERT_TRUE(maker_->write([&](store::Connection& connection) {
    return store::InventoryParts{connection}.add_grant({.organisation = id, .site = "North", .granted_at = kTestNow});
  }));
  ASSERT_TRUE(make("one-site", {}, id, publisher));
  EXPECT_THAT(carried("one-site"), ::testing::Not(HasSubstr("blue-box")));
  ASSERT_TRUE(maker_->write([&](store::Connection& connection) {
    return store::InventoryParts{connection}.add_grant({.organisation = id, .site = "", .granted_at = kTestNow});
  }));
  ASSERT_TRUE(make("all-sites", {}, id, publisher));
  EXPECT_THAT(carried("all-sites"), HasSubstr("blue-box"));
  // A receiving Tocsin leaves them to `tocsin match`.
  EXPECT_TRUE(apply("plant"));
}

TEST_P(BundleApplyTest, AWrongTableKeepsAllOut) {
  BundleManifest manifest;
  manifest.sequence = 1;
  manifest.created = kTestNow;
  manifest.recipient = "Power plant";
  for (const auto* kind : {"advisory", "decision_table"}) {
    manifest.entries.push_back(
        {.kind = kind, .name = kind, .bytes = 0, .sha512 = {}, .tlp = "CLEAR", .audience = "everyone"});
  }
  const auto sealed = seal_bundle(manifest, {testing::advisory_json(text("A-1")), R"({"namespace":"x"})"}, key_);
  const auto opened = Bundle::open(sealed->bytes, key_.public_key());
  ASSERT_TRUE(opened);
  EXPECT_FALSE(apply_bundle(database(), engine::Actor::at_console(), *opened, kBundleClock));
  EXPECT_EQ(records_of(database()), 0);
  EXPECT_EQ(table_here().version.version, 0);
}

/// What was told, and by whom, is no less after a restore: at the maker as at the receiver.
TEST_P(BundleApplyTest, BothGoOnFromTheirBackups) {
  const auto id = plant();
  import({text("A-1"), text("A-2")});
  choose(*maker_, id, own_table(0));
  ASSERT_TRUE(make("one", {}, id));
  ASSERT_TRUE(apply("one"));
  remove("A-2");
  const auto restored = [&](store::Database& from, const std::string& name) {
    EXPECT_TRUE(write_backup(from, folder_.file(name + ".tar.zst"), kTestNow));
    auto into = store::Database::open({.url = folder_.file(name + ".db")});
    EXPECT_TRUE(store::migrate(**into));
    const auto done = restore_backup(**into, folder_.file(name + ".tar.zst"));
    EXPECT_TRUE(done) << done.error().to_string();
    return *std::move(into);
  };
  maker_ = restored(*maker_, "maker-again");
  choose(*maker_, id, own_table(1));
  const auto two = make("two", 1, id);
  ASSERT_TRUE(two) << two.error().to_string();
  EXPECT_EQ(two->withdrawn, 1);
  const auto site = restored(database(), "site");
  const auto applied = apply_bundle(*site, engine::Actor::at_console(), bundle("two"), kBundleClock);
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(applied->withdrawn, 1);
  EXPECT_EQ(applied->table, BundleApplied::Table::taken) << "the one before came by bundle as well";
  EXPECT_EQ(records_of(*site), 1);
}

/// Ends the process at its look at the clock, which is inside of the transaction.
class FatalClock final : public Clock {
 public:
  Timestamp now() const override {
    ::raise(SIGKILL);
    return kTestNow;
  }
};

TEST_P(BundleApplyTest, KilledAtAnyMomentAllOfItHappensOrNothing) {
  const auto id = plant();
  std::vector<testing::AdvisoryText> texts;
  for (int i = 0; i < 30; ++i) texts.push_back(text(fmt::format("A-{}", i)));
  import(texts);
  ASSERT_TRUE(make("one", {}, id));
  ASSERT_TRUE(apply("one"));
  for (int i = 0; i < 20; ++i) remove(fmt::format("A-{}", i));
  for (int i = 30; i < 45; ++i) import({text(fmt::format("A-{}", i))});
  choose(*maker_, id, own_table(0));
  ASSERT_TRUE(make("two", 1, id));
  maker_.reset();
  for (const int milliseconds : {0, 2, 5, 10, 20, 40, 80, 200}) {
    close();  // No connection may cross the fork.
    const pid_t child = fork();
    if (child == 0) {
      auto opened = test_database().open();
      if (!opened) _exit(1);
      if (milliseconds == 0) {
        static_cast<void>(apply_bundle(**opened, engine::Actor::at_console(), bundle("two"), FatalClock{}));
        _exit(2);
      }
      const auto done = apply_bundle(**opened, engine::Actor::at_console(), bundle("two"), kBundleClock);
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
    const bool done = scalar(database(), store::Sql{"SELECT count(*) FROM bundle"}) == 2;
    EXPECT_EQ(records_of(database()), done ? 25 : 30);
    EXPECT_EQ(received("A-0").has_value(), !done);
    EXPECT_EQ(received("A-44").has_value(), done);
    EXPECT_EQ(table_here().version.version, done ? 1 : 0);
    EXPECT_EQ(scalar(database(), store::Sql{"SELECT count(*) FROM bundle_content"}), done ? 25 : 30);
  }
  ASSERT_TRUE(apply("two"));
  EXPECT_EQ(records_of(database()), 25);
  EXPECT_EQ(scalar(database(), store::Sql{"SELECT count(*) FROM advisory"}), 25) << "the index is complete";
  EXPECT_EQ(table_here().version.version, 1);
}

}  // namespace
}  // namespace tocsin::exchange
