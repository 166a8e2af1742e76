#include "engine/threat/decay.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "engine/threat/indexer.hpp"
#include "formats/stix/versions.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::DecayKind;
using domain::Tlp;
using domain::policy::Viewer;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kDay = 86'400'000'000;

std::string id_of(std::string_view type, int number) {
  return fmt::format("{}--00000000-0000-4000-8000-{:012}", type, number);
}
std::string days_ago(std::int64_t days) { return format_rfc3339(Timestamp{kTestNow.micros - days * kDay}); }

class DecayTest : public store_testing::DatabaseTest {
 protected:
  void put(std::string_view type, int number, std::string_view name, const std::string& modified,
           const std::string& more, Tlp tlp = Tlp::clear) {
    domain::NewRevision revision;
    revision.kind = domain::RecordKind::stix_object;
    revision.key = id_of(type, number);
    revision.title = name;
    revision.tlp = tlp;
    revision.version = modified;
    revision.version_order = formats::stix::version_order(modified, false);
    revision.format = "stix-2.1";
    revision.initial_release_at = parse_rfc3339("2020-01-01T00:00:00Z").value();
    revision.current_release_at = parse_rfc3339(modified).value();
    revision.bytes = fmt::format(R"({{"type":"{}","spec_version":"2.1","id":"{}","name":"{}","modified":"{}"{}}})",
                                 type, revision.key, name, modified, more);
    revision.sha512 = sha512_hex(revision.bytes);
    const auto put = database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(store::Records{connection}.put(revision, kTestNow));
      return ok();
    });
    ASSERT_TRUE(put) << put.error().to_string();
  }
  void indicator(int number, std::string_view name, std::int64_t age, std::string_view confidence,
                 std::string_view pattern = "[ipv4-addr:value = '198.51.100.7']", std::string_view more = {}) {
    auto members =
        fmt::format(R"(,"pattern":"{}","pattern_type":"stix","valid_from":"{}"{})", pattern, days_ago(age), more);
    if (!confidence.empty()) members += fmt::format(R"(,"confidence":{})", confidence);
    put("indicator", number, name, days_ago(age), members);
  }
  void sighting(int number, int of, std::int64_t age, std::string_view more = {}, Tlp tlp = Tlp::clear) {
    put("sighting", number, "seen", days_ago(age),
        fmt::format(R"(,"sighting_of_ref":"{}","last_seen":"{}"{})", id_of("indicator", of), days_ago(age), more), tlp);
  }
  void index() { ASSERT_TRUE(index_all(database())); }

  Page page_of(const Filter& filter, const Viewer& viewer = {}, Sort sort = Sort::name, int limit = 50,
               std::string_view cursor = {}, Timestamp now = kTestNow) {
    auto page =
        database().read([&](store::Connection& c) { return list(c, viewer, filter, sort, limit, cursor, now); });
    EXPECT_TRUE(page) << (page ? "" : page.error().to_string());
    return page ? *std::move(page) : Page{};
  }
  /// "name now", a star where it is faded.
  std::vector<std::string> worth(const Filter& filter = {}, const Viewer& viewer = {}, Sort sort = Sort::name) {
    std::vector<std::string> out;
    const auto page = page_of(filter, viewer, sort);
    EXPECT_EQ(page.total, static_cast<std::int64_t>(page.rows.size()));
    for (const auto& each : page.rows) {
      out.push_back(fmt::format("{} {}{}", each.name, each.confidence_now.value_or(-1), each.faded ? "*" : ""));
    }
    return out;
  }
  static Viewer member() {
    Viewer viewer;
    viewer.organisation = domain::OrganisationId{77};
    viewer.roles = {domain::Role::analyst};
    return viewer;
  }
};
TOCSIN_ON_BOTH_DATABASES(DecayTest);

TEST_P(DecayTest, ByWhatIsLookedForAndByTime) {
  indicator(1, "address", 30, "80");
  indicator(2, "domain", 30, "80", "[domain-name:value = 'pump.example']");
  indicator(3, "file", 30, "80",
            "[file:hashes.'SHA-256' = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']");
  indicator(4, "rule", 30, "80", "rule x { condition: true }", R"(,"pattern_type":"yara")");
  indicator(5, "shortest", 30, "80",
            "[file:name = 'x.exe' OR (url:value = 'http://pump.example/x' AND ipv4-addr:value = '198.51.100.8')]");
  indicator(6, "not understood", 30, "80", "[ipv4-addr:value");
  indicator(7, "silent", 30, "");
  indicator(8, "over", 1, "80", "[ipv4-addr:value = '198.51.100.9']",
            fmt::format(R"(,"valid_until":"{}")", days_ago(0)));
  indicator(9, "revoked", 1, "80", "[ipv4-addr:value = '198.51.100.9']", R"(,"revoked":true)");
  indicator(10, "still to come", -10, "80");
  put("malware", 11, "worm", days_ago(3000), R"(,"confidence":70)");
  put("malware", 12, "unsaid", days_ago(1), "");
  index();
  EXPECT_THAT(worth(), ElementsAre("address 40", "domain 77", "file 80", "not understood 78", "over 0*", "revoked 0*",
                                   "rule 80", "shortest 40", "silent 25", "still to come 80", "unsaid -1", "worm 70"));
  // What they state stays as it was.
  EXPECT_EQ(page_of({.text = "address"}).rows.front().confidence, 80);
  EXPECT_THAT(worth({.confidence_now_least = 78}),
              ElementsAre("file 80", "not understood 78", "rule 80", "still to come 80"));
  EXPECT_THAT(worth({.confidence_now_least = 79}), ElementsAre("file 80", "rule 80", "still to come 80"));
  EXPECT_THAT(worth({.confidence_now_least = 81}), IsEmpty());
  EXPECT_THAT(worth({.confidence_now_least = 100}), IsEmpty());
  EXPECT_THAT(worth({.confidence_now_least = 70, .faded = true}), IsEmpty());
  EXPECT_THAT(worth({.faded = true}), ElementsAre("over 0*", "revoked 0*"));
  EXPECT_EQ(page_of({.faded = false}).total, 10);
  EXPECT_THAT(worth({.confidence_now_least = 25}, {}, Sort::confidence_now),
              ElementsAre("still to come 80", "rule 80", "file 80", "not understood 78", "domain 77", "worm 70",
                          "shortest 40", "address 40", "silent 25"));
}

TEST_P(DecayTest, ASightingRefreshesItForThoseWhoSeeIt) {
  indicator(1, "old", 59, "80");
  indicator(2, "seen", 59, "80");
  indicator(3, "seen by members", 59, "80");
  indicator(4, "not seen", 59, "80");
  indicator(5, "taken back", 59, "80");
  sighting(1, 2, 30);
  sighting(2, 2, 45);
  sighting(3, 3, 15, "", Tlp::green);
  sighting(4, 4, 1, R"(,"count":0)");
  sighting(5, 5, 1, R"(,"revoked":true)");
  sighting(6, 1, -3);  // Nobody has seen it yet.
  sighting(7, 4, 90);  // Older than what it says itself.
  index();
  EXPECT_THAT(worth({.type = "indicator"}),
              ElementsAre("not seen 2*", "old 2*", "seen 40", "seen by members 2*", "taken back 2*"));
  EXPECT_THAT(worth({.type = "indicator"}, member()),
              ElementsAre("not seen 2*", "old 2*", "seen 40", "seen by members 60", "taken back 2*"));
  // Neither filter nor order nor total tells of a hidden sighting.
  const Filter fresh{.type = "indicator", .faded = false};
  EXPECT_THAT(worth(fresh), ElementsAre("seen 40"));
  EXPECT_THAT(worth(fresh, member()), ElementsAre("seen 40", "seen by members 60"));
  EXPECT_THAT(worth({.type = "indicator", .confidence_now_least = 41}, member()), ElementsAre("seen by members 60"));
  EXPECT_THAT(worth({.type = "indicator", .confidence_now_least = 41}), IsEmpty());
  EXPECT_THAT(worth(fresh, member(), Sort::confidence_now), ElementsAre("seen by members 60", "seen 40"));
  EXPECT_EQ(page_of({.type = "indicator"}, {}, Sort::confidence_now).rows.front().name, "seen");
  const auto row = page_of({.text = "members"}, member()).rows.at(0);
  const auto decay = [&](const Viewer& viewer) {
    return database().read([&](store::Connection& c) { return decay_of(c, viewer, row, kTestNow); }).value().value();
  };
  EXPECT_EQ(decay(member()).seen, Timestamp{kTestNow.micros - 15 * kDay});
  EXPECT_EQ(decay({}).seen, std::nullopt);
  EXPECT_EQ(decay({}).kind, DecayKind::address);
}

TEST_P(DecayTest, ListsAndPagesCountAlike) {
  constexpr const char* kStated[] = {"0", "1", "3", "50", "99", "100", "-7", "9223372036854775807", ""};
  int number = 0;
  for (const auto* stated : kStated) {
    for (const int age : {0, 1, 29, 58, 59, 60, 61, 4'000}) {
      ++number;
      indicator(number, fmt::format("i{:03}", number), age, stated);
    }
  }
  index();
  const auto all = page_of({}, {}, Sort::name, 200).rows;
  ASSERT_EQ(all.size(), static_cast<std::size_t>(number));
  for (const std::int64_t least : {1, 2, 20, 50, 99, 100}) {
    const auto wanted = std::ranges::count_if(all, [&](const auto& each) { return each.confidence_now >= least; });
    EXPECT_EQ(page_of({.confidence_now_least = least}).total, wanted) << least;
  }
  EXPECT_EQ(page_of({.faded = true}).total, std::ranges::count_if(all, &ThreatRow::faded));
  // In pages, each once, though time goes on between them.
  std::vector<std::int64_t> met;
  std::set<std::string> ids;
  std::string cursor;
  for (int at = 0; at < 20; ++at) {
    const auto page = page_of({}, {}, Sort::confidence_now, 7, cursor, Timestamp{kTestNow.micros + at * kDay});
    for (const auto& each : page.rows) ids.insert(each.id);
    if (at == 0) {
      for (const auto& each : page.rows) met.push_back(*each.confidence_now);
    }
    cursor = page.next_cursor;
    if (cursor.empty()) break;
  }
  EXPECT_EQ(ids.size(), all.size());
  EXPECT_THAT(met, ElementsAre(100, 99, 98, 97, 52, 51, 50));
  for (const auto* bad : {"w5~", "w5~x~y", "w5~99999999999999999999~indicator--1", "w5~9223372036854775807~i", "w~~"}) {
    const auto read =
        database().read([&](store::Connection& c) { return list(c, {}, {}, Sort::confidence_now, 5, bad, kTestNow); });
    EXPECT_TRUE(read || read.error().code == Error::Code::invalid_input) << bad;
  }
}

TEST_P(DecayTest, TheHouseSetsTheRules) {
  indicator(1, "address", 30, "80");
  indicator(2, "silent", 0, "");
  index();
  EXPECT_THAT(worth(), ElementsAre("address 40", "silent 50"));
  domain::DecayRules rules;
  rules.kinds[0].days = 300;
  rules.confidence = 10;
  rules.faded_below = 20;
  ASSERT_TRUE(use_decay_rules(database(), rules));
  EXPECT_THAT(worth(), ElementsAre("address 72", "silent 10*"));
  EXPECT_THAT(worth({.confidence_now_least = 72}), ElementsAre("address 72"));
  // A new index keeps them.
  ASSERT_TRUE(reset_index(database()));
  index();
  EXPECT_THAT(worth({.faded = true}), ElementsAre("silent 10*"));
  rules.faded_below = 0;
  ASSERT_TRUE(use_decay_rules(database(), rules));
  EXPECT_THAT(worth({.faded = true}), IsEmpty());
}

}  // namespace
}  // namespace tocsin::engine::threat
