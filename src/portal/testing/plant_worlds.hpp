#pragma once
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/secret.hpp"
#include "domain/testing/worlds.hpp"
#include "engine/exposure/decision_table.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/exposure.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/exposure/sharing.hpp"
#include "engine/hooks/hooks.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/manage/comments.hpp"
#include "engine/members/members.hpp"
#include "engine/notify/herald.hpp"
#include "engine/notify/subscriptions.hpp"
#include "engine/post/post.hpp"
#include "engine/taxii/statuses.hpp"
#include "portal/app.hpp"
#include "portal/testing/member_worlds.hpp"
#include "portal/testing/threat_worlds.hpp"
#include "store/exposures.hpp"
#include "store/members_state.hpp"
#include "store/testing/test_database.hpp"

/// What organisations have in their plants, what they say of it, what people are told and by which ways, and comments,
/// for the test that what is hidden changes no answer. All of it comes about as in the portal: by the engine's own
/// functions, and by its runs over what is new. Whose business a step is, is said here in words of its own:
/// docs/exposure.md ("Whose it is"), docs/policy.md ("Comments", "Who may do what").
namespace tocsin::portal::testing {

struct PlantStep {
  enum class What {
    asset,         ///< Comes, changes or goes.
    state,         ///< Work on a match is marked.
    verdict,       ///< A match is confirmed or rejected.
    subscription,  ///< Of the organisation's own hand: comes, changes, goes. It adds objects by TAXII, too.
    webhook,       ///< Comes or goes.
    table,         ///< By which the organisation decides.
    grant,         ///< The CERT may read the inventory, or no longer.
    comment        ///< On an advisory, for the own people or for everyone who sees it.
  };
  What what = What::asset;
  std::int64_t organisation = 1;
  std::int64_t number = 0;  ///< Of the asset, or the advisory's slot.
  std::int64_t flavour = 0;

  static PlantStep random(domain::testing::Worlds& worlds, int slots) {
    PlantStep step;
    // Most of what happens to a plant is that things come, change and go.
    step.what = worlds.one_in(2) ? What::asset : static_cast<What>(worlds.number(0, 7));
    step.organisation = worlds.number(1, domain::testing::Worlds::kOrganisations);
    step.number = worlds.number(0, step.what == What::comment ? slots - 1 : kAssets - 1);
    step.flavour = worlds.number(0, 99);
    return step;
  }
  static constexpr std::int64_t kAssets = 3;  ///< Of each organisation, at most.
};

inline void PrintTo(const PlantStep& step, std::ostream* out) {
  constexpr std::array<std::string_view, 8> kNames{"asset",   "state", "verdict", "subscription",
                                                   "webhook", "table", "grant",   "comment"};
  *out << kNames[static_cast<std::size_t>(step.what)] << " of organisation " << step.organisation << " number "
       << step.number << " flavour " << step.flavour;
}

/// What would change by another table, which nobody chooses.
inline std::vector<PostTarget> plant_posts() {
  std::vector<PostTarget> all;
  for (const auto* base : {"ot", "deployer", "cisa"}) {
    all.push_back({"/api/v1/exposure/decisions/preview", kJsonType, fmt::format(R"({{"base":"{}"}})", base)});
  }
  return all;
}

/// Pages, API, files and feeds of plants and of what people are told. What stands in braces is filled in when it is
/// asked for (PlantWorld::filled).
inline std::vector<std::string> plant_targets() {
  std::vector<std::string> all{
      "/inventory",
      "/inventory?q=a&sort=vendor",
      "/inventory?organisation=2",
      "/inventory/new",
      "/inventory/import",
      "/inventory/import/none",
      "/inventory/sharing",
      "/inventory/export.csv",
      "/inventory/boms",
      "/api/v1/inventory/boms",
      "/exposure/lists",
      "/exposure/lists?by=advisory",
      "/exposure/lists?by=vulnerability",
      "/api/v1/exposure/lists",
      "/api/v1/exposure/lists?by=asset",
      "/exposure/runs",
      "/api/v1/exposure/runs",
      "/api/v1/exposure/runs/1",
      "/notifications/assets/1",
      "/threats/attack/coverage",
      "/threats/attack/coverage.json",
      "/api/v1/attack/coverage",
      "/api/v1/attack/coverage?organisation=3",
      "/api/v1/attack/coverage/layer",
      "/exposure/aliases",
      "/api/v1/exposure/aliases",
      "/exposure/alias-offers",
      "/api/v1/exposure/alias-offers",
      "/api/v1/notices/assets",
      "/api/v1/inventory",
      "/api/v1/inventory?organisation=3",
      "/api/v1/inventory?limit=1",
      "/api/v1/inventory/export",
      "/inventory/export.xlsx",
      "/api/v1/inventory/export.xlsx",
      "/inventory/export.cdx.json",
      "/api/v1/inventory/export.cdx.json",
      "/exposure",
      "/exposure?decision=act_now&sort=due",
      "/exposure?organisation=2",
      "/exposure/export.csv",
      "/exposure/export.xlsx",
      "/exposure/decisions",
      "/exposure/decisions/1",
      "/exposure/decisions/table.json",
      "/exposure/decisions/edit",
      "/exposure/decisions/upload",
      "/exposure/overview",
      "/exposure/overview?since=week",
      "/exposure/report.pdf",
      "/exposure/report.xlsx",
      "/exposure/report.csv",
      "/exposure/sharing",
      "/exposure/sums",
      "/api/v1/exposure",
      "/api/v1/exposure?status=affected&limit=2",
      "/api/v1/exposure?group=site",
      "/api/v1/exposure/decisions",
      "/api/v1/exposure/decisions/1",
      "/api/v1/exposure/overview",
      "/api/v1/exposure/report.csv",
      "/api/v1/exposure/report.pdf",
      "/api/v1/exposure/report.xlsx",
      "/api/v1/exposure/sharing",
      "/api/v1/exposure/sums",
      "/match",
      "/match/advisories",
      "/notifications",
      "/notifications?before=9",
      "/notifications/new",
      "/api/v1/notices",
      "/api/v1/notices?limit=2",
      "/api/v1/subscriptions",
      "/webhooks",
      "/webhooks/new",
      "/api/v1/webhooks",
      "/account",
      "/account/erase",
      "/account/security",
      "/account/tokens",
      "/api/v1/me",
      "/api/v1/tokens",
      "/approvals",
      "/approvals/1",
      "/api/v1/approvals/1",
      "/api/v1/approvals",
      "/break-glass",
      "/break-glass/open",
      "/unsubscribe/none",
      "/api/v1/break-glass",
      "/people/invite",
  };
  all.emplace_back("/advisories/{commented}/comments/{comment}");
  all.emplace_back("/api/v1/advisories/{commented}/comments/{comment}");
  for (const std::string_view asset : {"{asset}", "{other_asset}"}) {
    all.push_back(fmt::format("/inventory/{}", asset));
    all.push_back(fmt::format("/inventory/{}/edit", asset));
    all.push_back(fmt::format("/inventory/{}/advisories/{{matched}}", asset));
    all.push_back(fmt::format("/api/v1/inventory/{}", asset));
  }
  for (const std::string_view hook : {"{webhook}", "{other_webhook}"}) {
    all.push_back(fmt::format("/webhooks/{}", hook));
    for (const auto* form : {"edit", "rotate", "remove"}) all.push_back(fmt::format("/webhooks/{}/{}", hook, form));
    all.push_back(fmt::format("/api/v1/webhooks/{}", hook));
    all.push_back(fmt::format("/api/v1/webhooks/{}/deliveries", hook));
  }
  for (const std::string_view subscription : {"{subscription}", "{other_subscription}"}) {
    all.push_back(fmt::format("/notifications/subscriptions/{}", subscription));
    all.push_back(fmt::format("/api/v1/subscriptions/{}", subscription));
  }
  // What people are told is where a mistake would show first.
  for (int again = 0; again < 3; ++again) {
    for (const auto* often : {"/feeds/mine.atom?token={feed}", "/notifications", "/api/v1/notices",
                              "/notifications/{notice}", "/exposure", "/api/v1/exposure", "/exposure/overview"}) {
      all.emplace_back(often);
    }
  }
  return all;
}

class PlantWorld {
 public:
  using What = PlantStep::What;
  static constexpr std::int64_t kFirstHand = 20;  ///< People 21 to 25 do what organisations 1 to 5 do.

  PlantWorld(store::Database& database, App& app)
      : database_(database),
        app_(app),
        hooks_(SealingKey::random(), {}),
        post_(SealingKey::random(), {}),
        runs_(database),
        deciding_(database),
        herald_(database, app.search(), app.catalogue(), post_,
                {.hook = [this](store::Connection& connection, const engine::notify::Told& told) {
                  return tell(connection, told);
                }}) {
    app.set_mail(&post_);
    app.set_webhooks(&hooks_);
  }

  /// The hands; after MemberWorld::make.
  static Status make(store::Connection& connection) {
    using store::Sql;
    using store_testing::kTestNow;
    std::vector<Sql> all;
    for (std::int64_t organisation = 1; organisation <= domain::testing::Worlds::kOrganisations; ++organisation) {
      const auto id = kFirstHand + organisation;
      all.emplace_back(
          "INSERT INTO person (id, uuid, name, folded_name, email, folded_email, status, language, time_zone, "
          "created_at) VALUES (?, '', ?, ?, ?, ?, 1, '', '', ?)",
          id, fmt::format("Hand {}", id), fmt::format("hand {}", id), fmt::format("hand{}@example.com", id),
          fmt::format("hand{}@example.com", id), kTestNow);
      const domain::Roles roles{domain::Role::member, domain::Role::organisation_administrator};
      all.emplace_back("INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, ?, ?)", id,
                       organisation, roles.bits(), kTestNow);
    }
    return connection.run_all(all);
  }

  /// Everybody but the CERT, which reads the sums, shares their counts from now on.
  void share() {
    for (std::int64_t organisation = 2; organisation <= domain::testing::Worlds::kOrganisations; ++organisation) {
      expect(engine::exposure::share_counts(database_, hand(organisation), "", kNow));
    }
  }

  /// Makes somebody a person of the database: their seat, what they subscribe to, their feed and webhook. A visible
  /// step. Whoever it was before has no seat any more.
  void seat(const Viewer& viewer, int day) {
    using store::Sql;
    const auto own = viewer.organisation ? viewer.organisation->value : 0;
    expect(database_.write([&](store::Connection& connection) -> Status {
      std::vector<Sql> all;
      all.emplace_back("DELETE FROM membership WHERE person_id <= ?", domain::testing::Worlds::kPeople);
      all.emplace_back(
          "DELETE FROM webhook_delivery WHERE webhook_id IN (SELECT id FROM webhook WHERE person_id <= ? OR "
          "organisation_id = ?)",
          domain::testing::Worlds::kPeople, own);
      // What a colleague's webhook was sent is told to all who manage the organisation, without what it was (decision
      // 0013), so there is none but their own.
      all.emplace_back("DELETE FROM webhook WHERE person_id <= ? OR organisation_id = ?",
                       domain::testing::Worlds::kPeople, own);
      all.emplace_back("DELETE FROM subscription WHERE person_id <= ?", domain::testing::Worlds::kPeople);
      all.emplace_back("DELETE FROM taxii_status WHERE person_id <= ?", domain::testing::Worlds::kPeople);
      if (viewer.person && viewer.organisation) {
        all.emplace_back("INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, ?, ?)",
                         *viewer.person, *viewer.organisation, viewer.roles.bits(), kNow);
      }
      TRY_VOID(connection.run_all(all));
      return store::MembersState{connection}.advance();
    }));
    viewer_ = viewer;
    feed_ = "none";
    subscriptions_.erase(0);
    webhooks_.erase(0);
    if (viewer.organisation) webhooks_.erase(viewer.organisation->value);
    if (viewer.person && viewer.organisation) {
      const auto self = acting(*viewer.person, *viewer.organisation);
      sent_by_taxii(self, "00000000-0000-4000-8000-000000000001");
      engine::notify::SubscriptionInput input{.name = "Everything", .channels = {.feed = true, .hook = true}};
      if (const auto made = engine::notify::subscribe(database_, self, *viewer.person, input, kNow)) {
        subscriptions_[0] = *made;
      }
      input = {.name = "My plant", .exposure = true, .channels = {.feed = true}};
      (void)engine::notify::subscribe(database_, self, *viewer.person, input, kNow);
      const auto feed = engine::notify::make_feed_token(database_, self, *viewer.person, kNow);
      if (feed) feed_ = *feed;
      const auto hook =
          engine::hooks::create(database_, self, hooks_, {.name = "Own", .url = "https://hooks.example/own"}, kNow);
      if (hook) webhooks_[0] = hook->id;
    }
    settle();
    // The sums of another day, so that there are some.
    expect(engine::exposure::make_sums(database_, 3, {kNow.micros + day * std::int64_t{86'400'000'000}}));
  }

  /// What the portal's chores do with what is new.
  void settle() {
    const ManualClock clock{kNow};
    expect(runs_.all(clock));
    expect(deciding_.all(clock));
    expect(herald_.turn(clock));
    const auto caught_up = app_.catch_up();
    ASSERT_TRUE(caught_up.has_value()) << caught_up.error().to_string() << caught_up.error().detail;
  }

  /// `facts`: of the advisory of a comment, where there is one.
  bool hidden(const PlantStep& step, const Viewer& viewer, const domain::policy::Facts* facts) const {
    const bool own = viewer.person && viewer.organisation == domain::OrganisationId{step.organisation};
    const auto may = [&](Permission permission) {
      return viewer.person && viewer.organisation && domain::allows(viewer.roles, permission);
    };
    const bool cert_reader = viewer.person && viewer.organisation == domain::kOwnOrganisation &&
                             (viewer.roles.has(domain::Role::analyst) || viewer.roles.has(domain::Role::coordinator));
    switch (step.what) {
      case What::asset:
      case What::state:
      case What::verdict:
      case What::table:
        return !(own && may(Permission::read_inventory)) && !(cert_reader && grants_.contains(step.organisation));
      case What::grant:
        return !(own && may(Permission::read_inventory)) && !cert_reader;
      case What::subscription:
        return true;
      case What::webhook:
        return !(own && may(Permission::manage_own_organisation));
      case What::comment:
        if (facts == nullptr || !domain::policy::may_see(viewer, *facts, kNow)) return true;
        return !may(Permission::read_as_member) || (!own && !is_wide(step));
    }
    return false;
  }

  /// `record`: the advisory of a comment, where there is one.
  void apply(const PlantStep& step, std::optional<domain::RecordId> record) {
    const auto actor = hand(step.organisation);
    switch (step.what) {
      case What::asset:
        asset(step, actor);
        break;
      case What::state:
      case What::verdict:
        say(step, actor);
        break;
      case What::subscription:
        subscription(step, actor);
        break;
      case What::webhook:
        webhook(step, actor);
        break;
      case What::table: {
        constexpr std::array<const char*, 3> kTables{"ot", "deployer", "cisa"};
        // Refused where it is the one in use.
        (void)engine::exposure::set_table(database_, actor,
                                          {.base = kTables[static_cast<std::size_t>(step.flavour % 3)]}, "", {}, kNow);
        break;
      }
      case What::grant:
        grant(step, actor);
        break;
      case What::comment:
        // Refused where the hand may not see it.
        if (record) {
          const auto made = engine::manage::add_comment(database_, actor, *record,
                                                        fmt::format("Remark {}", step.flavour), is_wide(step), kNow);
          if (made) commented_ = {fmt::format("EX-2024-{:03}", step.number), *made};
        }
        break;
    }
    settle();
  }

  /// The address with numbers that are there now; "1" where there is none.
  std::string filled(std::string target) const {
    const auto own = viewer_.organisation ? viewer_.organisation->value : 0;
    const auto first_of = [&](const auto& map, auto fits) {
      for (const auto& [key, id] : map) {
        if (fits(key)) return fmt::format("{}", id);
      }
      return std::string{"1"};
    };
    const auto replace = [&](std::string_view name, const auto& value) {
      const auto at = target.find(name);
      if (at != std::string::npos) target.replace(at, name.size(), value());
    };
    replace("{asset}", [&] { return first_of(assets_, [&](const auto& key) { return key.first == own; }); });
    replace("{other_asset}", [&] { return first_of(assets_, [&](const auto& key) { return key.first != own; }); });
    replace("{webhook}", [&] { return first_of(webhooks_, [](auto key) { return key == 0; }); });
    replace("{other_webhook}", [&] { return first_of(webhooks_, [&](auto key) { return key != 0 && key != own; }); });
    replace("{subscription}", [&] { return first_of(subscriptions_, [](auto key) { return key == 0; }); });
    replace("{other_subscription}", [&] { return first_of(subscriptions_, [](auto key) { return key != 0; }); });
    replace("{feed}", [&] { return feed_; });
    replace("{other_status}", [] { return "00000000-0000-4000-8000-000000000002"; });
    replace("{commented}", [&] { return commented_.first; });
    replace("{comment}", [&] { return commented_.second; });
    replace("{notice}", [&] {
      const auto newest = database_.read([&](store::Connection& connection) {
        return connection.first(
            store::Sql{"SELECT max(id) FROM notice WHERE person_id = ?", viewer_.person ? viewer_.person->value : 0},
            [](const store::Row& row) { return row.optional_integer(0).value_or(1); });
      });
      return fmt::format("{}", newest && *newest ? **newest : 1);
    });
    replace("{matched}", [&] {
      const auto found = database_.read([&](store::Connection& connection) {
        return connection.first(store::Sql{"SELECT r.slug FROM asset_match m JOIN record r ON r.id = m.record_id WHERE "
                                           "m.organisation_id = ? ORDER BY m.record_id LIMIT 1",
                                           own},
                                [](const store::Row& row) { return std::string{row.text(0)}; });
      });
      return found && *found ? **found : std::string{"EX-2024-001"};
    });
    return target;
  }

 private:
  static constexpr Timestamp kNow = store_testing::kTestNow;
  template <class T>
  static void expect(const T& done) {
    EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().to_string() + done.error().detail);
  }
  static bool is_wide(const PlantStep& step) { return step.flavour % 2 == 0; }

  engine::Actor acting(domain::PersonId person, domain::OrganisationId organisation) const {
    engine::Actor actor;
    actor.viewer = database_
                       .read([&](store::Connection& connection) {
                         return engine::members::viewer_of(connection, person, organisation);
                       })
                       .value();
    actor.name = "hand";
    return actor;
  }
  engine::Actor hand(std::int64_t organisation) const { return acting({kFirstHand + organisation}, {organisation}); }
  void asset(const PlantStep& step, const engine::Actor& actor) {
    // Few makers and things, so that several plants have the same, and words that the advisories have.
    constexpr std::array<const char*, 4> kVendors{"Example Pumps", "Sample Valves", "Hidden Drives", "Quiet Meters"};
    constexpr std::array<const char*, 3> kProducts{"Flow Controller", "Safety Relay", "Remote Terminal"};
    formats::inventory::Item item;
    const auto pick = static_cast<std::size_t>(step.flavour);
    item.key = fmt::format("K-{}", step.number);
    item.name = fmt::format("Thing {}", step.flavour % 10);
    item.vendor = kVendors[pick % 2 == 0 ? 0 : pick / 2 % kVendors.size()];
    item.product = kProducts[pick % 4 == 0 ? 0 : pick / 4 % kProducts.size()];
    item.versions = {{"firmware", fmt::format("V{}.0", step.flavour % 5)}};
    item.site = step.flavour % 3 == 0 ? "North" : "South";
    item.safety = step.flavour % 4 == 0 ? "high" : "low";
    const std::pair key{step.organisation, step.number};
    const auto there = assets_.find(key);
    if (there == assets_.end()) {
      const auto added = engine::inventory::add(database_, actor, std::move(item), kNow);
      expect(added);
      if (added) assets_[key] = *added;
    } else if (step.flavour % 5 == 0) {
      expect(engine::inventory::remove(database_, actor, there->second, kNow));
      assets_.erase(there);
    } else {
      expect(engine::inventory::change(database_, actor, there->second, std::move(item), kNow));
    }
  }

  void say(const PlantStep& step, const engine::Actor& actor) {
    const auto mine = engine::inventory::access(database_, actor, {}, kNow);
    expect(mine);
    if (!mine) return;
    const auto page = engine::exposure::list(database_, actor, *mine, {}, kNow);
    expect(page);
    if (!page || page->rows.empty()) return;
    const auto& match = page->rows[static_cast<std::size_t>(step.flavour) % page->rows.size()].match;
    const std::vector<engine::exposure::Subject> one{{match.asset, match.record}};
    if (step.what == What::verdict) {
      constexpr std::array kVerdicts{domain::MatchVerdict::none, domain::MatchVerdict::confirmed,
                                     domain::MatchVerdict::rejected};
      expect(engine::exposure::set_verdict(database_, actor, one, kVerdicts[static_cast<std::size_t>(step.flavour % 3)],
                                           "Seen", kNow));
      return;
    }
    constexpr std::array kStates{domain::RemediationState::open, domain::RemediationState::in_progress,
                                 domain::RemediationState::done};
    expect(engine::exposure::set_state(database_, actor, one,
                                       {.state = kStates[static_cast<std::size_t>(step.flavour % 3)],
                                        .evidence = fmt::format("Ticket {}", step.flavour)},
                                       kNow));
  }

  void subscription(const PlantStep& step, const engine::Actor& actor) {
    engine::notify::SubscriptionInput input{.name = fmt::format("Of {}", step.flavour)};
    input.query = step.flavour % 3 == 0 ? "relay" : "";
    input.exposure = step.flavour % 2 == 0;
    input.channels = {.feed = true, .hook = true};
    const auto person = *actor.viewer.person;
    sent_by_taxii(actor, "00000000-0000-4000-8000-000000000002");
    const auto there = subscriptions_.find(step.organisation);
    if (there == subscriptions_.end()) {
      const auto made = engine::notify::subscribe(database_, actor, person, input, kNow);
      expect(made);
      if (made) subscriptions_[step.organisation] = *made;
    } else if (step.flavour % 4 == 0) {
      expect(engine::notify::remove(database_, actor, person, there->second, kNow));
      subscriptions_.erase(there);
    } else {
      expect(engine::notify::change(database_, actor, person, there->second, input, kNow));
    }
  }

  /// Somebody adds objects by TAXII, and may ask what became of them.
  void sent_by_taxii(const engine::Actor& actor, const std::string& status) {
    expect(database_.write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.run(store::Sql{"DELETE FROM taxii_status WHERE id = ?", status}));
      return engine::taxii::keep_status(
          connection, actor, "default", "all",
          {.id = status,
           .requested_at = kNow,
           .successes = {{.id = "tool--00000000-0000-4000-8000-000000000002", .version = "2024-01-01T00:00:00.000Z"}}});
    }));
  }

  void webhook(const PlantStep& step, const engine::Actor& actor) {
    if (viewer_.organisation == domain::OrganisationId{step.organisation}) return;  // See seat().
    const auto there = webhooks_.find(step.organisation);
    if (there != webhooks_.end()) {
      expect(engine::hooks::remove(database_, actor, there->second, kNow));
      webhooks_.erase(there);
      return;
    }
    const auto made =
        engine::hooks::create(database_, actor, hooks_,
                              {.name = fmt::format("Hook {}", step.flavour), .url = "https://hooks.example/it"}, kNow);
    expect(made);
    if (made) webhooks_[step.organisation] = made->id;
  }

  void grant(const PlantStep& step, const engine::Actor& actor) {
    if (step.organisation == domain::kOwnOrganisation.value) return;  // The CERT needs none of its own.
    const auto there = grants_.find(step.organisation);
    if (there != grants_.end()) {
      expect(engine::inventory::revoke(database_, actor, there->second, kNow));
      grants_.erase(there);
      return;
    }
    const auto made = engine::inventory::grant(database_, actor, "", "For an exercise", kNow);
    expect(made);
    if (made) grants_[step.organisation] = *made;
  }

  Status tell(store::Connection& connection, const engine::notify::Told& told) const {
    const auto event = engine::hooks::event_of({.id = fmt::format("notice:{}", told.notice),
                                                .action = "created",
                                                .person = told.person,
                                                .organisation = told.organisation,
                                                .record = told.record,
                                                .title = told.title,
                                                .severity = "high",
                                                .url = told.url,
                                                .tlp = told.tlp,
                                                .subscriptions = told.subscriptions,
                                                .at = told.at});
    TRY_VOID(engine::hooks::enqueue(connection, event, kNow));
    return ok();
  }

  store::Database& database_;
  App& app_;
  engine::hooks::Hooks hooks_;
  engine::post::Post post_;
  engine::exposure::Runs runs_;
  engine::exposure::Deciding deciding_;
  engine::notify::Herald herald_;
  Viewer viewer_;
  std::string feed_ = "none";
  std::pair<std::string, std::string> commented_{"EX-2024-001", "none"};  ///< The newest: advisory and comment.
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> assets_;  ///< By organisation and number.
  /// By organisation; of the viewer: 0.
  std::map<std::int64_t, std::int64_t> subscriptions_, webhooks_;
  std::map<std::int64_t, std::int64_t> grants_;
};

}  // namespace tocsin::portal::testing
