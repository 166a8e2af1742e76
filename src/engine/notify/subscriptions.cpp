#include "engine/notify/subscriptions.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/messages.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/members/members.hpp"
#include "engine/members/program.hpp"
#include "engine/search/query.hpp"
#include "store/members_state.hpp"
#include "store/people.hpp"
#include "store/subscriptions.hpp"

namespace tocsin::engine::notify {
namespace {

using domain::PersonId;
using domain::Subscription;

constexpr exposure::Status kStatuses[] = {exposure::Status::affected, exposure::Status::undecidable,
                                          exposure::Status::under_investigation, exposure::Status::fixed,
                                          exposure::Status::not_affected};

Status require_own(const Actor& actor, PersonId person) {
  if (actor.console || actor.viewer.person == person) return ok();
  return Error::not_found("subscription");
}

/// A token is for one organisation, and its scopes say whether it may know what the inventory leads to.
bool exists_for(const Actor& actor, const Subscription& it) {
  if (!actor.program) return true;
  return actor.viewer.organisation == it.organisation &&
         (!it.exposure || in_scope(actor, domain::Permission::read_inventory));
}

Status note(store::Connection& connection, const Actor& actor, Timestamp now, audit::Action action, std::string object,
            std::optional<domain::OrganisationId> owner, const boost::json::object& detail = {}) {
  TRY_VOID(
      audit::record(connection, actor, now, action, std::move(object), owner, domain::audit::Outcome::done, detail));
  return ok();
}

std::string object_of(std::int64_t subscription) { return audit::object_of("subscription", subscription); }

Result<Subscription> checked(const Actor& actor, const SubscriptionInput& input) {
  Subscription it;
  it.name = text::squeeze(input.name);
  if (it.name.size() > kNameBytesMax) return Error::invalid(tr<"a name has at most {} bytes">(kNameBytesMax), "name");
  auto query = search::parse_query(input.query);
  if (!query) {
    auto error = std::move(query).error();
    error.where = "query";
    return error;
  }
  it.query = search::to_text(*query);
  it.exposure = input.exposure;
  if (it.exposure) {
    TRY_VOID(actor.require(domain::Permission::read_inventory));
    for (const auto& text : input.statuses) {
      const auto* found = std::ranges::find(kStatuses, text, [](const auto each) { return exposure::to_string(each); });
      if (found == std::end(kStatuses)) {
        return Error::invalid(tr<"'{}' is no status of a match">(text::shorten(text, 40)), "statuses");
      }
      it.statuses.push_back(static_cast<std::int64_t>(*found));
    }
    if (it.statuses.empty()) {
      for (const auto each :
           {exposure::Status::affected, exposure::Status::undecidable, exposure::Status::under_investigation}) {
        it.statuses.push_back(static_cast<std::int64_t>(each));
      }
    }
    std::ranges::sort(it.statuses);
    it.statuses.erase(std::ranges::unique(it.statuses).begin(), it.statuses.end());
    for (const auto& text : input.decisions) {
      const auto action = exposure::parse_action(text);
      if (!action) return Error::invalid(tr<"'{}' is no decision">(text::shorten(text, 40)), "decisions");
      it.decisions.push_back(static_cast<std::int64_t>(*action));
    }
    std::ranges::sort(it.decisions);
    it.decisions.erase(std::ranges::unique(it.decisions).begin(), it.decisions.end());
    it.site = std::string{text::trim(input.site)};
    if (it.site.size() > kSiteBytesMax) return Error::invalid(tr<"a site has at most {} bytes">(kSiteBytesMax), "site");
  }
  it.connections = input.connections;
  if (it.connections && !it.query.empty()) {
    return Error::invalid(std::string{tr<"a search is of advisories: leave it empty, or choose advisories">()},
                          "query");
  }
  if (it.connections && it.exposure) {
    return Error::invalid(std::string{tr<"your own assets are a matter of advisories: choose one of both">()},
                          "exposure");
  }
  it.pace = input.pace;
  it.channels = input.channels;
  if (it.connections && it.channels.hook) {
    return Error::invalid(std::string{tr<"connections are told by mail and in the feed, not by webhook">()},
                          "channels");
  }
  if (it.channels.none()) return Error::invalid(std::string{tr<"choose at least one way to be told">()}, "channels");
  it.paused = input.paused;
  if (it.name.empty()) {
    it.name = !it.query.empty() ? text::shorten(it.query, kNameBytesMax)
              : it.connections  ? std::string{tr<"New connections with what we shared">()}
              : it.exposure     ? std::string{tr<"What concerns our plants">()}
                                : std::string{tr<"Every advisory">()};
  }
  return it;
}

boost::json::object detail_of(const Subscription& it) {
  boost::json::object detail{{"name", it.name}, {"pace", to_string(it.pace)}};
  if (!it.query.empty()) detail["query"] = it.query;
  if (it.exposure) detail["exposure"] = true;
  if (it.connections) detail["connections"] = true;
  std::string channels;
  for (const auto& [on, name] : {std::pair{it.channels.mail, "mail"}, std::pair{it.channels.feed, "feed"},
                                 std::pair{it.channels.hook, "hook"}}) {
    if (on) channels += (channels.empty() ? "" : " ") + std::string{name};
  }
  detail["channels"] = channels;
  if (it.paused) detail["paused"] = true;
  return detail;
}

Result<Subscription> need(store::Connection& connection, const Actor& actor, PersonId person, std::int64_t id) {
  TRY(auto found, store::Subscriptions{connection}.find(person, id));
  if (!found || !exists_for(actor, *found)) return Error::not_found("subscription");
  return std::move(*found);
}

Result<domain::OrganisationId> acted_for(store::Connection& connection, const Actor& actor, PersonId person) {
  if (!actor.console && actor.viewer.organisation) return *actor.viewer.organisation;
  if (actor.console) {
    TRY(const auto seats, store::MembersState{connection}.active_seats(person));
    if (!seats.empty()) return seats.front().organisation;
  }
  return Error::conflict(std::string{tr<"A subscription sees what an organisation sees, and you act for none now.">()});
}

Status check_times(const domain::ReadingTimes& times) {
  constexpr int kMinutes = 24 * 60;
  const auto is_minute = [](int minute) { return minute >= 0 && minute < kMinutes; };
  const auto bad = [](std::string_view where) {
    return Error::invalid(std::string{tr<"a time of day is written like 07:30">()}, std::string{where});
  };
  if (!is_minute(times.digest_minute)) return bad("digest_at");
  if (!is_minute(times.quiet_from)) return bad("quiet_from");
  if (!is_minute(times.quiet_until)) return bad("quiet_until");
  if (times.digest_weekday < 1 || times.digest_weekday > 7) {
    return Error::invalid(std::string{tr<"choose a day of the week">()}, "digest_on");
  }
  return ok();
}

}  // namespace

SubscriptionInput input_of(const Subscription& it) {
  SubscriptionInput input{.name = it.name,
                          .query = it.query,
                          .exposure = it.exposure,
                          .site = it.site,
                          .connections = it.connections,
                          .pace = it.pace,
                          .channels = it.channels,
                          .paused = it.paused};
  for (const auto number : it.statuses) {
    for (const auto each : kStatuses) {
      if (static_cast<std::int64_t>(each) == number) input.statuses.emplace_back(exposure::to_string(each));
    }
  }
  for (const auto each : exposure::kActions) {
    if (std::ranges::find(it.decisions, static_cast<std::int64_t>(each)) != it.decisions.end())
      input.decisions.emplace_back(exposure::to_string(each));
  }
  return input;
}

Result<std::vector<Subscription>> list(store::Database& database, const Actor& actor, PersonId person) {
  TRY_VOID(require_own(actor, person));
  return database.read([&](store::Connection& connection) -> Result<std::vector<Subscription>> {
    TRY(auto all, store::Subscriptions{connection}.of(person));
    std::erase_if(all, [&](const Subscription& each) { return !exists_for(actor, each); });
    return all;
  });
}

Result<std::optional<Subscription>> find(store::Database& database, const Actor& actor, PersonId person,
                                         std::int64_t id) {
  TRY_VOID(require_own(actor, person));
  return database.read([&](store::Connection& connection) -> Result<std::optional<Subscription>> {
    TRY(auto found, store::Subscriptions{connection}.find(person, id));
    if (found && !exists_for(actor, *found)) found.reset();
    return found;
  });
}

Result<std::int64_t> subscribe(store::Database& database, const Actor& actor, PersonId person,
                               const SubscriptionInput& input, Timestamp now) {
  TRY_VOID(require_own(actor, person));
  TRY_VOID(require_writing(actor));
  TRY(auto it, checked(actor, input));
  it.person = person;
  it.created_at = it.changed_at = now;
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY(it.organisation, acted_for(connection, actor, person));
    store::Subscriptions subscriptions{connection};
    TRY(const auto count, subscriptions.count(person));
    if (count >= kSubscriptionsMax) {
      return Error::conflict(tr<"You have {} subscriptions already: remove one first.">(kSubscriptionsMax));
    }
    TRY(const auto id, subscriptions.add(it));
    TRY_VOID(note(connection, actor, now, "subscription.create", object_of(id), it.organisation, detail_of(it)));
    return id;
  });
}

Status change(store::Database& database, const Actor& actor, PersonId person, std::int64_t id,
              const SubscriptionInput& input, Timestamp now) {
  TRY_VOID(require_own(actor, person));
  TRY_VOID(require_writing(actor));
  TRY(auto it, checked(actor, input));
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto before, need(connection, actor, person, id));
    it.id = before.id;
    it.person = before.person;
    it.organisation = before.organisation;
    it.created_at = before.created_at;
    it.changed_at = now;
    TRY_VOID(store::Subscriptions{connection}.update(it));
    return note(connection, actor, now, "subscription.change", object_of(id), it.organisation, detail_of(it));
  });
}

Status remove(store::Database& database, const Actor& actor, PersonId person, std::int64_t id, Timestamp now) {
  TRY_VOID(require_own(actor, person));
  TRY_VOID(require_writing(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto before, need(connection, actor, person, id));
    TRY_VOID(store::Subscriptions{connection}.remove(person, id));
    return note(connection, actor, now, "subscription.remove", object_of(id), before.organisation, detail_of(before));
  });
}

Status send_test(store::Database& database, const Actor& actor, PersonId person, std::int64_t id,
                 const post::Post& post, Timestamp now) {
  TRY_VOID(require_own(actor, person));
  TRY_VOID(require_writing(actor));
  if (!post.on()) {
    return Error::conflict(
        std::string{tr<"This portal sends no mail: whoever operates it has set up no mail server.">()});
  }
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto it, need(connection, actor, person, id));
    TRY(const auto to, store::People{connection}.find(person));
    if (!to) return Error::not_found("account");
    TRY(const auto options, post.options(connection));
    const auto token = random_token();
    TRY_VOID(store::Notices{connection}.add_letter(person, sha256_hex(token), now, it.id));
    TRY_VOID(post.put(connection, test_letter(options, *to, it, token, now), now));
    return note(connection, actor, now, "notification.test", object_of(id), it.organisation);
  });
}

Result<domain::ReadingTimes> times(store::Database& database, const Actor& actor, PersonId person) {
  TRY_VOID(require_own(actor, person));
  return database.read([&](store::Connection& connection) { return store::Subscriptions{connection}.times(person); });
}

Status set_times(store::Database& database, const Actor& actor, PersonId person, const domain::ReadingTimes& times,
                 Timestamp now) {
  TRY_VOID(require_own(actor, person));
  TRY_VOID(check_times(times));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(store::Subscriptions{connection}.set_times(person, times));
    if (times.paused) {
      TRY_VOID(store::Notices{connection}.drop_waiting(person, store::NoticeDropped::paused, now));
    }
    return note(connection, actor, now, "notification.times", audit::object_of(person), {},
                {{"digest_at", domain::write_minute(times.digest_minute)},
                 {"digest_on", times.digest_weekday},
                 {"quiet_from", domain::write_minute(times.quiet_from)},
                 {"quiet_until", domain::write_minute(times.quiet_until)},
                 {"paused", times.paused}});
  });
}

Result<std::optional<std::vector<Subscription>>> of_letter(store::Database& database, std::string_view token) {
  return database.read([&](store::Connection& connection) -> Result<std::optional<std::vector<Subscription>>> {
    store::Notices notices{connection};
    TRY(const auto letter, notices.letter(sha256_hex(token)));
    if (!letter) return std::optional<std::vector<Subscription>>{};
    TRY(auto subscriptions, notices.subscriptions_of_letter(letter->id));
    return std::optional{std::move(subscriptions)};
  });
}

Status unsubscribe(store::Database& database, const Actor& actor, std::string_view token, Timestamp now) {
  return database.write([&](store::Connection& connection) -> Status {
    store::Notices notices{connection};
    TRY(const auto letter, notices.letter(sha256_hex(token)));
    if (!letter) return Error::not_found("letter");
    TRY(auto subscriptions, notices.subscriptions_of_letter(letter->id));
    for (auto& each : subscriptions) {
      each.channels.mail = false;
      // So that it does not look as if it told by something.
      if (each.channels.none()) each.paused = true;
      each.changed_at = now;
      TRY_VOID(store::Subscriptions{connection}.update(each));
      TRY_VOID(note(connection, actor, now, "subscription.unsubscribe", object_of(each.id), each.organisation,
                    {{"letter", letter->id}, {"person", letter->person.value}}));
    }
    return ok();
  });
}

Result<std::string> make_feed_token(store::Database& database, const Actor& actor, PersonId person, Timestamp now) {
  TRY_VOID(require_own(actor, person));
  return database.write([&](store::Connection& connection) -> Result<std::string> {
    auto token = random_token();
    TRY_VOID(store::Subscriptions{connection}.set_feed(person, sha256_hex(token), now));
    TRY_VOID(note(connection, actor, now, "notification.feed", audit::object_of(person), {}, {{"made", true}}));
    return token;
  });
}

Status revoke_feed_token(store::Database& database, const Actor& actor, PersonId person, Timestamp now) {
  TRY_VOID(require_own(actor, person));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(store::Subscriptions{connection}.set_feed(person, "", now));
    return note(connection, actor, now, "notification.feed", audit::object_of(person), {}, {{"made", false}});
  });
}

Result<std::optional<Timestamp>> feed_made_at(store::Database& database, const Actor& actor, PersonId person) {
  TRY_VOID(require_own(actor, person));
  return database.read(
      [&](store::Connection& connection) { return store::Subscriptions{connection}.feed_made_at(person); });
}

}  // namespace tocsin::engine::notify
