#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "base/secret.hpp"
#include "domain/testing/worlds.hpp"
#include "engine/identity/identity.hpp"
#include "engine/identity/principal.hpp"
#include "engine/taxii/feed.hpp"
#include "engine/testing/samples.hpp"
#include "engine/threat/indexer.hpp"
#include "portal/app.hpp"
#include "portal/http/answer.hpp"
#include "portal/http/target.hpp"
#include "portal/testing/member_worlds.hpp"
#include "portal/testing/plant_worlds.hpp"
#include "portal/testing/threat_worlds.hpp"
#include "store/migrations.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

/// Two worlds that differ only in what somebody may not see give that somebody byte-identical answers: status, headers
/// (ETag too) and body of pages, API, feeds, files, suggestions and error texts; of advisories, and of cases,
/// communities, organisations and people; and of inventories, matches, what is said of them, what people are told, and
/// comments.
///
/// A world is a list of steps, each of which stores a revision of some advisory, changes who is in what
/// (member_worlds.hpp), or what is in a plant and who is told of what (plant_worlds.hpp). After each, everything is
/// done that the portal does with what is new: matching, deciding, noticing, sending. For each step that changes only
/// what the viewer may not see, the world before it and the world after it are such a pair, so one growing database
/// gives thousands of them. Hidden advisories speak of the same vendors, products, weaknesses and CVEs as visible ones,
/// and of their own, so that any count, facet, spelling or suggestion that forgets the policy differs.
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

/// Stores one more version of the advisory in a slot; or changes something of members, or of plants.
struct Step {
  int slot = 0;
  int flavour = 0;  ///< Which vendor, product, words it speaks of.
  domain::policy::Facts facts;
  std::optional<testing::MemberStep> member{};
  std::optional<testing::PlantStep> plant{};
};

void PrintTo(const Step& step, std::ostream* out) {
  if (step.member) {
    *out << ::testing::PrintToString(*step.member);
    return;
  }
  if (step.plant) {
    *out << ::testing::PrintToString(*step.plant);
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
  // What only one or two of the advisories are asked for.
  int slot = 0;
  for (const std::string_view ending :
       {"", ".csaf-2.1.json", ".csaf-2.0.json", ".openvex.json", ".cdx.json", ".md", ".txt", ".html", ".pdf"}) {
    all.push_back(fmt::format("/api/v1/advisories/{}/document{}", id_of(++slot), ending));
    // Fewer have a second revision, and fewer still are seen when they are asked for.
    ++slot;
    for (const int further : {0, 8, 16}) {
      all.push_back(
          fmt::format("/api/v1/advisories/{}/revisions/2/document{}", id_of((slot + further) % kSlots), ending));
    }
  }
  all.push_back("/api/v1/advisories/" + id_of(3) + "/revisions");
  all.push_back("/advisories/" + id_of(4) + "/revisions/1");
  all.push_back("/api/v1/advisories/" + id_of(6) + "/diff?from=1&to=2");
  all.push_back("/api/v1/vulnerabilities/CVE-1900-10003");
  all.push_back("/feeds/vendors/hidden-drives.atom");
  for (const auto* page : {"/about", "/privacy", "/api/v1/site"}) all.emplace_back(page);
  for (auto& target : testing::threat_targets(kSlots)) all.push_back(std::move(target));
  return all;
}

/// Who handles an advisory is shown how many its addressees reach, so these change with communities whose members they
/// may not see (docs/policy.md, "Changing whom something is for"): asked after steps of advisories and plants only.
std::vector<std::string> sharing_targets() {
  std::vector<std::string> all;
  for (int slot = 0; slot < kSlots; slot += 5) {
    all.push_back("/advisories/" + id_of(slot) + "/sharing");
    all.push_back("/api/v1/advisories/" + id_of(slot) + "/sharing");
    all.push_back("/threats/" + testing::threat_id(slot) + "/sharing");
    all.push_back("/api/v1/threats/" + testing::threat_id(slot) + "/sharing");
  }
  return all;
}

/// Those of advisories that are for people who have signed in.
std::vector<std::string> advisory_targets_signed_in() {
  std::vector<std::string> all{"/threats/share", "/threats/shared", "/api/v1/threats/reports"};
  for (auto& target : testing::misp_targets(kSlots)) all.push_back(std::move(target));
  for (int slot = 0; slot < kSlots; slot += 5) {
    const auto id = id_of(slot);
    all.push_back("/advisories/" + id + "/comments");
    all.push_back("/api/v1/advisories/" + id + "/comments");
    all.push_back("/advisories/" + id + "/remove");
    all.push_back("/api/v1/advisories/" + id + "/read");
    const auto threat = testing::threat_id(slot);
    all.push_back("/threats/" + threat + "/comments");
    all.push_back("/api/v1/threats/" + threat + "/comments");
    all.push_back("/threats/" + threat + "/remove");
    all.push_back("/api/v1/threats/" + threat + "/read");
  }
  // None of the walk's objects was given as a report: nobody's, whoever sees it.
  const auto threat = testing::threat_id(8);
  for (const auto* door : {"/threats/shared/", "/api/v1/threats/reports/"}) all.push_back(door + threat);
  all.push_back("/threats/shared/" + threat + "/edit");
  // Nobody of the walk wrote any of its objects here: they answer by whether they are seen.
  for (const auto* door : {"/threats/new", "/threats/new?type=campaign", "/threats/import", "/threats/import/none"}) {
    all.emplace_back(door);
  }
  for (const int slot : {2, 5, 8, 11}) {
    for (const auto* door : {"/edit", "/revoke", "/same"}) all.push_back("/threats/" + testing::threat_id(slot) + door);
  }
  for (const auto* base : {"/threats/", "/api/v1/threats/"}) all.push_back(base + threat + "/comments/none");
  return all;
}

/// What would change if somebody changed whom something is for, which nobody does. By whom as in sharing_targets().
std::vector<testing::PostTarget> sharing_posts() {
  std::vector<testing::PostTarget> all;
  for (int slot = 0; slot < kSlots; slot += 5) {
    for (const auto& record : {"/api/v1/advisories/" + id_of(slot), "/api/v1/threats/" + testing::threat_id(slot)}) {
      all.push_back({record + "/sharing", testing::kJsonType, R"({"preview":true,"audience":"owner_only"})"});
    }
  }
  return all;
}

struct Ask {
  std::string target;
  bool signed_in = false;
  std::optional<testing::PostTarget> post{};  ///< `target` is its own.

  http::Method method() const noexcept { return post ? http::Method::post : http::Method::get; }
  std::string told() const { return post ? fmt::format("POST {} {}", target, post->body) : target; }
};

/// What is asked, by what it is about.
struct Asks {
  std::vector<Ask> of_advisories, of_members, of_plants, of_sharing;
  Asks() {
    for (auto& target : targets()) {
      of_advisories.push_back({target, false});
      of_advisories.push_back({std::move(target), true});
    }
    for (auto& target : advisory_targets_signed_in()) of_advisories.push_back({std::move(target), true});
    for (auto& target : testing::member_targets()) of_members.push_back({std::move(target), true});
    for (auto& target : testing::plant_targets()) of_plants.push_back({std::move(target), true});
    for (auto& target : sharing_targets()) of_sharing.push_back({std::move(target), true});
    add(of_advisories, testing::threat_posts());
    add(of_advisories, testing::misp_posts());
    add(of_plants, testing::plant_posts());
    add(of_sharing, sharing_posts());
  }

 private:
  static void add(std::vector<Ask>& to, const std::vector<testing::PostTarget>& posts) {
    for (const auto& each : posts) to.push_back({each.target, true, each});
  }
};

/// A database that steps are applied to, and the portal over it.
class World {
 public:
  explicit World(store::Database& database)
      : database_(database),
        identity_(database, SealingKey::random(), {}, clock_),
        app_(database, settings(), clock_, &identity_),
        plants_(database, app_) {
    router_ = std::make_unique<http::Router>(app_.routes());
    hooks_ = app_.hooks();
  }

  void apply(const Step& step) {
    if (step.member) {
      members_.apply(*step.member, database_);
      return;
    }
    if (step.plant) {
      const auto* facts = facts_of(*step.plant);
      plants_.apply(*step.plant, facts == nullptr ? std::nullopt : std::optional{facts->record});
      return;
    }
    auto revision = engine::testing::revision_of(sample_of(step, ++versions_[step.slot]));
    const auto stored = database_.write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, kTestNow); });
    ASSERT_TRUE(stored.has_value()) << stored.error().to_string() << stored.error().detail;
    const auto threat = testing::threat_of(step.slot, step.flavour, versions_[step.slot], step.facts);
    ASSERT_TRUE(
        database_.write([&](store::Connection& connection) { return store::Records{connection}.put(threat, kTestNow); })
            .has_value());
    // TAXII tells in windows of time: each step has one of its own.
    told_at_.micros += 1'000'000;
    ASSERT_TRUE(engine::threat::index_all(database_).has_value());
    ASSERT_TRUE(engine::taxii::feed_all(database_, told_at_).has_value());
    // The owner stays who created the record.
    auto [facts, added] = facts_.try_emplace(step.slot, step.facts);
    const auto owner = facts->second.owner;
    facts->second = step.facts;
    facts->second.owner = owner;
    facts->second.record = stored->record;
    const auto caught_up = app_.catch_up();
    ASSERT_TRUE(caught_up.has_value()) << caught_up.error().to_string() << caught_up.error().detail;
    plants_.settle();
  }

  /// Does the step change nothing that the viewer may see, before or after it?
  bool hidden(const Step& step, const domain::policy::Viewer& viewer) const {
    if (step.member) return members_.hidden(*step.member, viewer);
    if (step.plant) return plants_.hidden(*step.plant, viewer, facts_of(*step.plant));
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

  /// From now on this is who looks, and is told.
  void seat(const domain::policy::Viewer& viewer, int day) { plants_.seat(viewer, day); }
  void share() { plants_.share(); }
  std::string filled(const std::string& target) const { return plants_.filled(target); }
  const http::Router& router() const { return *router_; }

  /// `target`: that of `ask`, filled.
  std::string answer(const Ask& ask, const std::string& target, const domain::policy::Viewer& viewer) const {
    http::Request request;
    request.method = ask.method();
    const auto parsed = http::parse_target(target);
    EXPECT_TRUE(parsed.has_value()) << target;
    request.path = parsed->path;
    request.query = parsed->query;
    request.target = target;
    request.headers = {{"host", "cert.example"}};
    request.representation = target.starts_with("/api/") ? http::Representation::json : http::Representation::html;
    if (ask.post) {
      request.headers.emplace_back("content-type", ask.post->type);
      // What forms have that were got before, signed in or not: else each answer would bring another one.
      request.headers.emplace_back("x-csrf-token", csrf());
      request.headers.emplace_back("cookie", "__Host-tocsin-form=" + csrf());
      request.body = ask.post->body;
    }
    request.viewer = viewer;
    request.now = kTestNow;
    if (ask.signed_in) sign_in(request);
    const auto match = router_->match(request.method, request.path);
    EXPECT_NE(match.route, nullptr) << target;
    if (match.route == nullptr) return {};
    request.parameters = match.parameters;
    bool cacheable = false;
    const auto made = http::run_handler(*match.route, hooks_, request, http::Encoding::identity, &cacheable);
    EXPECT_LT(made->status, 500) << target << made->head << *made->body;
    return made->head + *made->body;
  }

 private:
  const domain::policy::Facts* facts_of(const testing::PlantStep& step) const {
    const auto found = facts_.find(static_cast<int>(step.number));
    return step.what != testing::PlantStep::What::comment || found == facts_.end() ? nullptr : &found->second;
  }
  static std::string csrf() { return std::string(43, 'c'); }
  static void sign_in(http::Request& request) {
    if (!request.viewer.person) return;
    auto principal = std::make_shared<engine::identity::Principal>();
    principal->id = 1;
    principal->person = *request.viewer.person;
    principal->person_name = "Ada";
    principal->viewer = request.viewer;
    principal->csrf = csrf();
    principal->second_factor = true;
    principal->authenticated_at = kTestNow;
    principal->expires_at = {kTestNow.micros + 3'600'000'000};
    request.principal = std::move(principal);
    request.asker = "s1";
  }
  static AppSettings settings() {
    AppSettings made;
    made.version = "0.0.0";
    made.public_url = "https://cert.example";
    return made;
  }
  store::Database& database_;
  ManualClock clock_{kTestNow};
  Timestamp told_at_ = kTestNow;
  engine::identity::Identity identity_;
  App app_;
  std::unique_ptr<http::Router> router_;
  http::ServerHooks hooks_;
  std::map<int, int> versions_;
  std::map<int, domain::policy::Facts> facts_;
  testing::MemberWorld members_;
  testing::PlantWorld plants_;
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
      TRY_VOID(testing::PlantWorld::make(connection));
      return ok();
    });
    ASSERT_TRUE(made.has_value()) << made.error().to_string();
  }

  /// Does the last step, hidden from the viewer, change the answer? On a database of its own.
  bool interferes(const std::vector<Step>& steps, const domain::policy::Viewer& viewer, const Ask& ask) {
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
    world.share();
    world.seat(viewer, 1);
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) world.apply(steps[i]);
    world.seat(viewer, 2);
    const auto seen = world.as_seen(viewer);
    if (!world.hidden(steps.back(), seen)) return false;
    const auto target = world.filled(ask.target);
    const auto before = world.answer(ask, target, seen);
    world.apply(steps.back());
    return world.answer(ask, target, seen) != before;
  }

  /// The fewest steps that still show the leak: drops each that is not needed, the last one stays.
  std::vector<Step> shrink(std::vector<Step> steps, const domain::policy::Viewer& viewer, const Ask& ask) {
    for (std::size_t run = std::max<std::size_t>(steps.size() / 2, 1);; run /= 2) {
      for (std::size_t at = 0; at + run < steps.size();) {
        auto fewer = steps;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at),
                    fewer.begin() + static_cast<std::ptrdiff_t>(at + run));
        if (interferes(fewer, viewer, ask)) {
          steps = std::move(fewer);
        } else {
          at += run;
        }
      }
      if (run <= 1) return steps;
    }
  }

  void report(const std::vector<Step>& steps, const domain::policy::Viewer& viewer, const Ask& ask,
              const std::string& before, const std::string& after) {
    const auto differ = std::ranges::mismatch(before, after).in1 - before.begin();
    const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(differ - 80, 0));
    std::string story;
    // Of the last ones; where it takes more of them, all that there were would tell nobody anything.
    auto last = steps;
    if (std::cmp_greater(last.size(), kShrunk)) last.erase(last.begin(), last.end() - kShrunk);
    for (const auto& step : shrink(std::move(last), viewer, ask)) story += "\n  " + ::testing::PrintToString(step);
    ADD_FAILURE() << ask.told() << " tells " << viewer.cache_key() << " of a step hidden from them." << story
                  << "\nbefore: ..." << before.substr(from, 240) << "\nafter:  ..." << after.substr(from, 240);
  }
  static constexpr std::ptrdiff_t kShrunk = 120;
};
TOCSIN_ON_BOTH_DATABASES(Noninterference);

/// After so many pairs somebody has been answered everywhere.
constexpr int kAllHeard = 10'000;
/// What is not theirs (nobody of the walk wrote any of its STIX objects here), is not there, leads elsewhere, or needs
/// a record that cannot be removed or converted, or several that are there for the same reader at once.
bool is_meant_to_be_silent(std::string_view target) {
  return std::ranges::any_of(
             std::array<std::string_view, 13>{"/threats/shared/", "/threats/reports/", "{other_", "/none",
                                              "/approvals/1", "{notice}", "/comments/{comment}", "/remove",
                                              "csaf-2.1.json", "/exposure/runs/", "/notifications/assets/",
                                              "/objects/relationship--", "/revisions/2/document.txt"},
             [&](std::string_view each) { return target.find(each) != std::string_view::npos; }) ||
         (target.starts_with("/threats/") && (target.ends_with("/edit") || target.ends_with("/revoke")));
}
/// The address without what tells one record of the walk from the others: whether somebody was answered there does not
/// hang on which of them it was.
std::string door_of(const Ask& ask) {
  std::string_view target = ask.target;
  std::string out{ask.post ? "POST " : ""};
  while (!target.empty()) {
    const auto end = std::min(target.find_first_of("/=?&."), target.size());
    const auto part = target.substr(0, end);
    const bool is_record =
        part.starts_with("EX-2024-") || part.find("--00000000-0000-4000-8000-") != std::string_view::npos;
    out += is_record ? std::string_view{"{record}"} : part;
    if (end < target.size()) out += target[end];
    target.remove_prefix(std::min(end + 1, target.size()));
  }
  return out;
}

TEST_P(Noninterference, WhatIsHiddenChangesNoAnswer) {
  // Every answer is compared after each step would be hours; each step looks at some, and all are looked at often.
  const int pairs_wanted = kSanitized ? 200 : GetParam() == store::Dialect::sqlite ? kAllHeard : 600;
  const Asks asks;
  // What is looked at, and how often, after a step of advisories, of members, of plants.
  struct Look {
    const std::vector<Ask>* of;
    std::array<int, 3> times;
    std::size_t next = 0;
  };
  std::array<Look, 4> looks_at{{{&asks.of_advisories, {3, 1, 1}},
                                {&asks.of_members, {1, 3, 1}},
                                {&asks.of_plants, {2, 1, 3}},
                                {&asks.of_sharing, {1, 0, 1}}}};
  struct Looked {
    const Ask* ask;
    std::string target;
    std::string answer;
  };
  Worlds worlds{20'261'128, kTestNow};
  std::vector<Step> steps;
  domain::policy::Viewer base, viewer;  // Without and with the groups that they are in.
  std::map<const Ask*, Looked> known;   // Answers to this viewer since the last change they may see.
  std::array<int, 3> pairs_of{};        // Of advisories, of members, of plants.
  const auto tells_of_two_releases = [](const Looked& looked) {
    return looked.target.starts_with("/api/v1/attack/changes") &&
           looked.answer.find(R"("changes":[{)") != std::string::npos;
  };
  int pairs = 0, looks = 0, day = 0, compared = 0;
  std::set<std::string> leaking, answered;
  constexpr std::size_t kLeaksMax = 9;

  World world{database()};
  world.share();
  for (int number = 0; pairs < pairs_wanted; ++number) {
    if (number % 40 == 0) {
      base = world.with_glass(worlds.viewer(), worlds);
      world.seat(base, ++day);
      viewer = world.as_seen(base);
      known.clear();
    }
    Step step{static_cast<int>(worlds.number(0, kSlots - 1)), static_cast<int>(worlds.number(0, 99)), worlds.facts()};
    if (worlds.one_in(3)) {
      step.member = testing::MemberStep::random(worlds);
    } else if (worlds.one_in(3)) {
      step.plant = testing::PlantStep::random(worlds, kSlots);
    }
    // Where each of them is for somebody else, hardly anybody sees two releases.
    if (testing::is_of_releases(step.slot) && !worlds.one_in(3)) step.facts = {.owner = step.facts.owner};
    const std::size_t kind = step.member ? 1 : step.plant ? 2 : 0;
    const bool hidden = world.hidden(step, viewer);
    // Visible changes give the world its shape; most steps are to be hidden ones.
    if (!hidden && number > kSlots && !worlds.one_in(6)) continue;
    std::vector<Looked*> looked;
    for (auto& look : looks_at) {
      for (int i = 0; hidden && i < look.times[kind]; ++i) {
        const auto& ask = (*look.of)[look.next++ % look.of->size()];
        const auto [found, first] = known.try_emplace(&ask);
        if (first) {
          auto target = world.filled(ask.target);
          found->second = {&ask, target, world.answer(ask, target, viewer)};
          if (found->second.answer.starts_with("HTTP/1.1 200")) answered.insert(door_of(ask));
          if (tells_of_two_releases(found->second)) ++compared;
        }
        looked.push_back(&found->second);
      }
    }
    world.apply(step);
    if (HasFailure() && leaking.empty()) return;
    steps.push_back(step);
    if (!hidden) {
      viewer = world.as_seen(base);
      known.clear();
      continue;
    }
    ++pairs;
    ++pairs_of[kind];
    for (auto* each : looked) {
      ++looks;
      auto after = world.answer(*each->ask, each->target, viewer);
      if (after == each->answer) continue;
      // Goes on: where one door leaks, its neighbours are of interest, too.
      if (leaking.insert(each->ask->told()).second) report(steps, base, *each->ask, each->answer, after);
      if (leaking.size() > kLeaksMax) return;
      each->answer = std::move(after);
    }
  }
  for (const auto of : pairs_of) EXPECT_GT(of, pairs / 20);
  if (pairs >= kAllHeard) {
    // Where nobody is ever told anything, nothing can leak.
    std::vector<std::string> silent;
    for (const auto& look : looks_at) {
      for (const auto& ask : *look.of) {
        if (!answered.contains(door_of(ask)) && !is_meant_to_be_silent(ask.target)) silent.push_back(ask.told());
      }
    }
    EXPECT_THAT(silent, ::testing::IsEmpty());
    EXPECT_GT(compared, 0) << "Nobody saw two releases of ATT&CK that differ.";
  }
  RecordProperty("pairs", pairs);
  RecordProperty("member_pairs", pairs_of[1]);
  RecordProperty("plant_pairs", pairs_of[2]);
  RecordProperty("answers", looks);
  RecordProperty("releases_compared", compared);
}

/// Doors that the walk does not ask at, each with its reason; all others it has to.
struct Elsewhere {
  std::string_view pattern, why;
};
constexpr std::string_view kFixed = "Shows texts of the program or the site's own, and nothing of what is stored.";
constexpr std::string_view kOwnForm = "A form about the asker's own account, of nothing else.";
constexpr std::string_view kBeforeSignIn = "For who has not signed in, and says the same whatever is stored.";
constexpr std::string_view kRunning =
    "Figures of the machine, for who runs it: how much there is of everything, without saying what "
    "(docs/operator-guide.md).";
constexpr std::string_view kWholeLog =
    "The audit log is whole for auditors, by decision, and asking writes into it (docs/audit.md).";
constexpr std::string_view kOwnExport = "Has the log's entries about somebody, and that it was made is one of them.";
constexpr std::string_view kLooks = "Tells of looks at one's own records; those of this walk are among them.";
constexpr std::string_view kPeers =
    "Servers that are read, and how each does, never what they told: for who runs the machine.";
constexpr std::string_view kCollections =
    "What narrows a collection and for whom it is; what it holds is asked at its own page.";
constexpr Elsewhere kElsewhere[] = {
    {"/search", "Leads to /advisories."},
    {"/help/search", kFixed},
    {"/api", kFixed},
    {"/api/openapi.json", kFixed},
    {"/live", "An answer that goes on; what it tells is asked of what the pages show, and only that something is new."},
    {"/rfc2350", kFixed},
    {"/.well-known/security.txt", kFixed},
    {"/keys/{file}", kFixed},
    {"/site/{file}", kFixed},
    {"/admin/site", kFixed},
    {"/language/{tag}", kFixed},
    {"/api/v1/csaf/tests", kFixed},
    {"/api/v1/tests", kFixed},
    {"/tools/csaf", kFixed},
    {"/threats/attack/layer", kFixed},
    {"/misp/servers/getVersion", kFixed},
    {"/misp/servers/getVersion.json", kFixed},
    {"/misp/servers/getPyMISPVersion", kFixed},
    {"/misp/servers/getPyMISPVersion.json", kFixed},
    {"/misp/attributes/describeTypes", kFixed},
    {"/misp/attributes/describeTypes.json", kFixed},
    {"/robots.txt", kFixed},
    {"/favicon.ico", kFixed},
    {"/assets/{file...}", kFixed},
    {"/healthz", kRunning},
    {"/readyz", kRunning},
    {"/metrics", kRunning},
    {"/admin/mail", "Letters that wait, to whom and for what, never what they tell: for who runs the machine."},
    {"/admin/peers", kPeers},
    {"/api/v1/peers", kPeers},
    {"/admin/peers/{peer}", kPeers},
    {"/api/v1/peers/{peer}", kPeers},
    {"/admin/peers/new", kOwnForm},
    {"/admin/peers/{peer}/edit", kPeers},
    {"/admin/peers/{peer}/remove", kPeers},
    {"/admin/taxii/new", kCollections},
    {"/admin/taxii/{collection}/edit", kCollections},
    {"/admin/taxii/{collection}/remove", kCollections},
    {"/admin", kRunning},
    {"/sign-in", kBeforeSignIn},
    {"/sign-in/second-factor", kBeforeSignIn},
    {"/link/{secret}", kBeforeSignIn},
    {"/forgot", kBeforeSignIn},
    {"/register", kBeforeSignIn},
    {"/register/done", kBeforeSignIn},
    {"/confirm", kOwnForm},
    {"/account/mail-key", kOwnForm},
    {"/account/address", kOwnForm},
    {"/account/security/app", "Shows another secret each time, and nothing that is stored."},
    {"/account/tokens/new", kOwnForm},
    {"/audit", kWholeLog},
    {"/api/v1/audit", kWholeLog},
    {"/audit/{entry}", kWholeLog},
    {"/api/v1/audit/{entry}", kWholeLog},
    {"/api/v1/audit/export", kWholeLog},
    {"/account/data", kOwnExport},
    {"/people/{person}/export", kOwnExport},
    {"/api/v1/people/{person}/export", kOwnExport},
    {"/organisation/looks", kLooks},
    {"/api/v1/organisation/looks", kLooks},
};

TEST_P(Noninterference, AsksAtEveryDoor) {
  const World world{database()};
  std::set<std::string> asked, left_out;
  const Asks asks;
  for (const auto* some : {&asks.of_advisories, &asks.of_members, &asks.of_plants, &asks.of_sharing}) {
    for (const auto& ask : *some) {
      const auto parsed = http::parse_target(world.filled(ask.target));
      ASSERT_TRUE(parsed.has_value()) << ask.target;
      const auto match = world.router().match(ask.method(), parsed->path);
      EXPECT_NE(match.route, nullptr) << ask.told();
      if (match.route != nullptr && !ask.post) asked.insert(match.route->pattern);
    }
  }
  for (const auto& each : kElsewhere) {
    EXPECT_FALSE(asked.contains(std::string{each.pattern})) << each.pattern << " is asked at and left out.";
    left_out.insert(std::string{each.pattern});
  }
  for (const auto& route : world.router().routes()) {
    if (route->method != http::Method::get || asked.contains(route->pattern)) continue;
    EXPECT_EQ(left_out.erase(route->pattern), 1U)
        << "Nobody asks at " << route->pattern << ": name an address of it in targets(), member_targets() or "
        << "plant_targets(), or say in kElsewhere why it can tell nothing that is hidden.";
  }
  for (const auto& pattern : left_out) EXPECT_TRUE(asked.contains(pattern)) << pattern << " is no route any more.";
}

}  // namespace
}  // namespace tocsin::portal
