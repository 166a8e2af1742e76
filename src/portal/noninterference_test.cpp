#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "base/secret.hpp"
#include "domain/testing/worlds.hpp"
#include "engine/identity/identity.hpp"
#include "engine/identity/principal.hpp"
#include "engine/testing/samples.hpp"
#include "portal/app.hpp"
#include "portal/http/answer.hpp"
#include "portal/http/target.hpp"
#include "portal/testing/member_worlds.hpp"
#include "store/migrations.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

/// Two worlds that differ only in what somebody may not see give that somebody byte-identical answers: status, headers
/// (ETag too) and body of pages, API, feeds, files, suggestions and error texts; of advisories, and of cases,
/// communities, organisations and people.
///
/// A world is a list of steps, each of which stores a revision of some advisory, or changes who is in what
/// (member_worlds.hpp). For each step that changes only what
/// the viewer may not see, the world before it and the world after it are such a pair, so one growing database gives
/// thousands of them. Hidden advisories speak of the same vendors, products, weaknesses and CVEs as visible ones, and
/// of their own, so that any count, facet, spelling or suggestion that forgets the policy differs.
namespace tocsin::portal {
namespace {

using domain::testing::Worlds;
using store_testing::kTestNow;

constexpr int kSlots = 24;
/// Sanitizers look at the same code a tenth as fast; the property is proven by the build without them (./test
/// noninterference).
#if defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

/// Stores one more version of the advisory in a slot; or changes something of members.
struct Step {
  int slot = 0;
  int flavour = 0;  ///< Which vendor, product, words it speaks of.
  domain::policy::Facts facts;
  std::optional<testing::MemberStep> member{};
};

void PrintTo(const Step& step, std::ostream* out) {
  if (step.member) {
    *out << ::testing::PrintToString(*step.member);
    return;
  }
  *out << "slot " << step.slot << " flavour " << step.flavour << " TLP:" << to_string(step.facts.tlp) << ' '
       << to_string(step.facts.status) << ' ' << to_string(step.facts.audience) << " ["
       << domain::write_grantees(step.facts.listed) << "] owner " << step.facts.owner.value
       << (step.facts.embargo_until ? " embargo" : "");
}

std::string id_of(int slot) { return fmt::format("EX-2024-{:03}", slot); }

engine::testing::Sample sample_of(const Step& step, int version) {
  constexpr std::array<const char*, 4> kVendors{"Example Pumps", "Sample Valves", "Hidden Drives", "Quiet Meters"};
  constexpr std::array<const char*, 3> kProducts{"Flow Controller", "Safety Relay", "Remote Terminal"};
  const auto pick = [&](const auto& list, int shift) {
    return list[static_cast<std::size_t>(step.flavour / shift) % list.size()];
  };
  engine::testing::Sample sample;
  sample.id = id_of(step.slot);
  sample.version = std::to_string(version);
  sample.title = fmt::format("Weakness {} in {}", step.flavour, pick(kProducts, 4));
  sample.products = {{pick(kVendors, 1), pick(kProducts, 4), fmt::format("< V{}.{}", step.flavour % 5, version)}};
  sample.cve = fmt::format("CVE-1900-1{:04}", step.flavour % 7);
  sample.cwe = step.flavour % 2 == 0 ? "CWE-787" : "CWE-79";
  sample.score_tenths = step.flavour % 11 * 9;
  sample.sectors = step.flavour % 3 == 0 ? "Energy" : "Water and Wastewater Systems";
  sample.summary = fmt::format("An attacker could open gate{} or relay{}.", step.flavour % 9, step.flavour);
  sample.updated = fmt::format("2024-06-{:02}T00:00:00Z", 1 + step.flavour % 28);
  sample.tlp = step.facts.tlp;
  sample.status = step.facts.status;
  sample.audience = step.facts.audience;
  sample.listed = step.facts.listed;
  sample.owner = step.facts.owner;
  sample.embargo_until = step.facts.embargo_until;
  return sample;
}

/// What is asked for: everything that lists, counts, suggests or names advisories, and addresses of those that may be
/// hidden.
std::vector<std::string> targets() {
  std::vector<std::string> all{
      "/",
      "/api/v1/overview",
      "/advisories",
      "/advisories?sort=severity&limit=5",
      "/api/v1/advisories?limit=3&sort=updated",
      "/api/v1/advisories?q=controller",
      "/api/v1/advisories?q=controler+relay",
      "/api/v1/advisories?q=vendor:hidden-drives",
      "/api/v1/advisories?q=cwe:787+cvss%3E5",
      "/api/v1/advisories?q=sector:energy",
      "/advisories?q=gate3",
      "/advisories?q=EX-2024-007",
      "/api/v1/suggest?q=hid",
      "/api/v1/suggest?q=flow",
      "/api/v1/suggest?q=CVE-19",
      "/api/v1/suggest?q=EX-2",
      "/vendors",
      "/api/v1/vendors?q=e",
      "/api/v1/vendors/hidden-drives",
      "/vendors/example-pumps",
      "/vendors/example-pumps/flow-controller",
      "/api/v1/vendors/quiet-meters/safety-relay",
      "/status",
      "/api/v1/status?product=Flow+Controller",
      "/api/v1/status?vendor=Hidden+Drives&product=Safety+Relay&version=1.5&at=2022-06-30",
      "/api/v1/status?product=Remote+Terminal&known_by=received",
      "/vulnerabilities",
      "/api/v1/vulnerabilities?sort=score",
      "/api/v1/vulnerabilities?q=weakness",
      "/feeds/advisories.atom",
      "/feeds/advisories.atom?q=relay",
  };
  for (int i = 0; i < 7; ++i) all.push_back(fmt::format("/vulnerabilities/CVE-1900-1{:04}", i));
  for (int slot = 0; slot < kSlots; slot += 5) {
    const auto id = id_of(slot);
    all.push_back("/advisories/" + id);
    all.push_back("/api/v1/advisories/" + id);
    all.push_back("/advisories/" + id + "/raw");
    all.push_back("/advisories/" + id + "/revisions");
    all.push_back("/api/v1/advisories/" + id + "/revisions/1");
    all.push_back("/advisories/" + id + "/diff?from=1&to=2");
    all.push_back("/api/v1/advisories/" + id + "/document.html");
  }
  return all;
}

/// A database that steps are applied to, and the portal over it.
class World {
 public:
  explicit World(store::Database& database)
      : database_(database),
        identity_(database, SealingKey::random(), {}, clock_),
        app_(database, settings(), clock_, &identity_) {
    router_ = std::make_unique<http::Router>(app_.routes());
    hooks_ = app_.hooks();
  }

  void apply(const Step& step) {
    if (step.member) {
      members_.apply(*step.member, database_);
      return;
    }
    auto revision = engine::testing::revision_of(sample_of(step, ++versions_[step.slot]));
    const auto stored = database_.write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, kTestNow); });
    ASSERT_TRUE(stored.has_value()) << stored.error().to_string() << stored.error().detail;
    // The owner stays who created the record.
    auto [facts, added] = facts_.try_emplace(step.slot, step.facts);
    const auto owner = facts->second.owner;
    facts->second = step.facts;
    facts->second.owner = owner;
    facts->second.record = stored->record;
    const auto caught_up = app_.catch_up();
    ASSERT_TRUE(caught_up.has_value()) << caught_up.error().to_string() << caught_up.error().detail;
  }

  /// Does the step change nothing that the viewer may see, before or after it?
  bool hidden(const Step& step, const domain::policy::Viewer& viewer) const {
    if (step.member) return members_.hidden(*step.member, viewer);
    auto after = step.facts;
    if (const auto before = facts_.find(step.slot); before != facts_.end()) {
      if (domain::policy::may_see(viewer, before->second, kTestNow)) return false;
      after.owner = before->second.owner;
      after.record = before->second.record;
    }
    return !domain::policy::may_see(viewer, after, kTestNow);
  }

  /// With the communities and cases that they are in at present.
  domain::policy::Viewer as_seen(const domain::policy::Viewer& viewer) const { return members_.as_seen(viewer); }

  /// Some viewers have broken the glass over some of what there is; for some of them it has ended.
  domain::policy::Viewer with_glass(domain::policy::Viewer viewer, Worlds& worlds) const {
    if (!viewer.person) return viewer;
    for (const auto& [slot, facts] : facts_) {
      if (!worlds.one_in(6)) continue;
      viewer.glass.push_back({.record = facts.record,
                              .grant = facts.record.value,
                              .until = {kTestNow.micros + (worlds.one_in(3) ? 0 : 1)}});
    }
    std::ranges::sort(viewer.glass);
    return viewer;
  }

  std::string answer(const std::string& target, const domain::policy::Viewer& viewer) const {
    http::Request request;
    const auto parsed = http::parse_target(target);
    EXPECT_TRUE(parsed.has_value()) << target;
    request.path = parsed->path;
    request.query = parsed->query;
    request.target = target;
    request.headers = {{"host", "cert.example"}};
    request.representation = target.starts_with("/api/") ? http::Representation::json : http::Representation::html;
    request.viewer = viewer;
    request.now = kTestNow;
    if (testing::is_of_members(target)) sign_in(request);
    const auto match = router_->match(http::Method::get, request.path);
    EXPECT_NE(match.route, nullptr) << target;
    if (match.route == nullptr) return {};
    request.parameters = match.parameters;
    bool cacheable = false;
    const auto made = http::run_handler(*match.route, hooks_, request, http::Encoding::identity, &cacheable);
    EXPECT_LT(made->status, 500) << target << made->head << *made->body;
    return made->head + *made->body;
  }

 private:
  static void sign_in(http::Request& request) {
    if (!request.viewer.person) return;
    auto principal = std::make_shared<engine::identity::Principal>();
    principal->id = 1;
    principal->person = *request.viewer.person;
    principal->person_name = "Ada";
    principal->viewer = request.viewer;
    principal->csrf = std::string(43, 'c');
    principal->second_factor = true;
    principal->authenticated_at = kTestNow;
    principal->expires_at = {kTestNow.micros + 3'600'000'000};
    request.principal = std::move(principal);
    request.asker = "s1";
  }
  static AppSettings settings() {
    AppSettings made;
    made.version = "0.0.0";
    return made;
  }
  store::Database& database_;
  ManualClock clock_{kTestNow};
  engine::identity::Identity identity_;
  App app_;
  std::unique_ptr<http::Router> router_;
  http::ServerHooks hooks_;
  std::map<int, int> versions_;
  std::map<int, domain::policy::Facts> facts_;
  testing::MemberWorld members_;
};

class Noninterference : public store_testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    make_organisations(database());
  }
  static void make_organisations(store::Database& database) {
    const auto made = database.write([](store::Connection& connection) -> Status {
      for (std::int64_t id = 2; id <= Worlds::kOrganisations; ++id) {
        TRY_VOID(
            connection.run(store::Sql{"INSERT INTO organisation(id, kind, name, created_at) VALUES (?, ?, ?, ?)", id,
                                      domain::OrganisationKind::vendor, fmt::format("Example {}", id), kTestNow}));
      }
      TRY_VOID(testing::MemberWorld::make(connection));
      return ok();
    });
    ASSERT_TRUE(made.has_value()) << made.error().to_string();
  }

  /// Does the last step, hidden from the viewer, change the answer? On a database of its own.
  bool interferes(const std::vector<Step>& steps, const domain::policy::Viewer& viewer, const std::string& target) {
    auto fresh = store_testing::TestDatabase::create(GetParam());
    EXPECT_TRUE(fresh.has_value());
    auto opened = (*fresh)->open();
    EXPECT_TRUE(opened.has_value());
    EXPECT_TRUE(store::migrate(**opened).has_value());
    EXPECT_TRUE((*opened)
                    ->write([](store::Connection& connection) {
                      return store::Organisations{connection}.ensure_own("Example CERT", kTestNow);
                    })
                    .has_value());
    make_organisations(**opened);
    World world{**opened};
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) world.apply(steps[i]);
    const auto seen = world.as_seen(viewer);
    if (!world.hidden(steps.back(), seen)) return false;
    const auto before = world.answer(target, seen);
    world.apply(steps.back());
    return world.answer(target, seen) != before;
  }

  /// The fewest steps that still show the leak: drops each that is not needed, the last one stays.
  std::vector<Step> shrink(std::vector<Step> steps, const domain::policy::Viewer& viewer, const std::string& target) {
    for (std::size_t run = std::max<std::size_t>(steps.size() / 2, 1);; run /= 2) {
      for (std::size_t at = 0; at + run < steps.size();) {
        auto fewer = steps;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at),
                    fewer.begin() + static_cast<std::ptrdiff_t>(at + run));
        if (interferes(fewer, viewer, target)) {
          steps = std::move(fewer);
        } else {
          at += run;
        }
      }
      if (run <= 1) return steps;
    }
  }

  void report(const std::vector<Step>& steps, const domain::policy::Viewer& viewer, const std::string& target,
              const std::string& before, const std::string& after) {
    const auto differ = std::ranges::mismatch(before, after).in1 - before.begin();
    const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(differ - 80, 0));
    std::string story;
    for (const auto& step : shrink(steps, viewer, target)) story += "\n  " + ::testing::PrintToString(step);
    ADD_FAILURE() << target << " tells " << viewer.cache_key() << " of a step hidden from them." << story
                  << "\nbefore: ..." << before.substr(from, 240) << "\nafter:  ..." << after.substr(from, 240);
  }
};
TOCSIN_ON_BOTH_DATABASES(Noninterference);

TEST_P(Noninterference, WhatIsHiddenChangesNoAnswer) {
  // Every answer is compared after each step would be hours; each step looks at some, and all are looked at often.
  const int pairs_wanted = kSanitized ? 200 : GetParam() == store::Dialect::sqlite ? 10'000 : 1'000;
  constexpr std::size_t kLooksPerStep = 4;
  auto asked = targets();
  const auto of_advisories = asked.size();
  for (auto& target : testing::member_targets()) asked.push_back(std::move(target));
  Worlds worlds{20'261'128, kTestNow};
  std::unique_ptr<World> world;
  std::vector<Step> steps;
  domain::policy::Viewer base, viewer;       // Without and with the groups that they are in.
  std::map<std::size_t, std::string> known;  // Answers to this viewer since the last change they may see.
  int pairs = 0, member_pairs = 0, looks = 0;
  std::size_t next = 0, next_of_members = 0;

  world = std::make_unique<World>(database());
  for (int number = 0; pairs < pairs_wanted; ++number) {
    if (number % 40 == 0) {
      base = world->with_glass(worlds.viewer(), worlds);
      viewer = world->as_seen(base);
      known.clear();
    }
    Step step{static_cast<int>(worlds.number(0, kSlots - 1)), static_cast<int>(worlds.number(0, 99)), worlds.facts()};
    if (worlds.one_in(3)) step.member = testing::MemberStep::random(worlds);
    const bool hidden = world->hidden(step, viewer);
    // Visible changes give the world its shape; most steps are to be hidden ones.
    if (!hidden && number > kSlots && !worlds.one_in(6)) continue;
    std::vector<std::size_t> looked;
    for (std::size_t i = 0; hidden && i < kLooksPerStep; ++i) {
      // Each kind of step where it would show, and once a step where it would not.
      const bool members = step.member.has_value() == (i > 0);
      const auto at =
          members ? of_advisories + next_of_members++ % (asked.size() - of_advisories) : next++ % of_advisories;
      looked.push_back(at);
      if (!known.contains(at)) known[at] = world->answer(asked[at], viewer);
    }
    world->apply(step);
    if (HasFatalFailure()) return;
    steps.push_back(step);
    if (!hidden) {
      viewer = world->as_seen(base);
      known.clear();
      continue;
    }
    ++pairs;
    if (step.member) ++member_pairs;
    for (const auto at : looked) {
      ++looks;
      const auto after = world->answer(asked[at], viewer);
      if (after == known[at]) continue;
      report(steps, base, asked[at], known[at], after);
      return;
    }
  }
  EXPECT_GT(member_pairs, pairs / 20);
  RecordProperty("pairs", pairs);
  RecordProperty("member_pairs", member_pairs);
  RecordProperty("answers", looks);
}

}  // namespace
}  // namespace tocsin::portal
