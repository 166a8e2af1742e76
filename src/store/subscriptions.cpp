#include "store/subscriptions.hpp"

#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "domain/person.hpp"

namespace tocsin::store {
namespace {

using domain::Subscription;

#define TOCSIN_SUBSCRIPTION_COLUMNS                                                                                 \
  "s.id, s.person_id, s.organisation_id, s.name, s.query, s.exposure, s.statuses, s.site, s.pace, s.mail, s.feed, " \
  "s.hook, s.paused, s.created_at, s.changed_at, s.decisions, s.connections"

std::string numbers_text(const std::vector<std::int64_t>& numbers) {
  return fmt::format("{}", fmt::join(numbers, " "));
}

std::vector<std::int64_t> numbers_of(std::string_view text) {
  std::vector<std::int64_t> numbers;
  for (const auto part : text::split(text, ' ')) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error == std::errc{} && end == part.data() + part.size()) numbers.push_back(number);
  }
  return numbers;
}

Subscription read(const Row& row) {
  return {.id = row.integer(0),
          .person = {row.integer(1)},
          .organisation = {row.integer(2)},
          .name = row.string(3),
          .query = row.string(4),
          .exposure = row.boolean(5),
          .statuses = numbers_of(row.text(6)),
          .decisions = numbers_of(row.text(15)),
          .site = row.string(7),
          .connections = row.boolean(16),
          .pace = static_cast<domain::Pace>(row.integer(8)),
          .channels = {.mail = row.boolean(9), .feed = row.boolean(10), .hook = row.boolean(11)},
          .paused = row.boolean(12),
          .created_at = row.time(13),
          .changed_at = row.time(14)};
}

}  // namespace

Result<std::int64_t> Subscriptions::add(const Subscription& it) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO subscription (person_id, organisation_id, name, query, exposure, statuses, site, pace, "
              "mail, "
              "feed, hook, paused, created_at, changed_at, decisions, connections) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
              "?, ?, ?, ?, ?, ?, ?) "
              "RETURNING "
              "id",
              it.person, it.organisation, it.name, it.query, it.exposure, numbers_text(it.statuses), it.site, it.pace,
              it.channels.mail, it.channels.feed, it.channels.hook, it.paused, it.created_at, it.changed_at,
              numbers_text(it.decisions), it.connections},
          [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::int64_t> Subscriptions::update(const Subscription& it) {
  return connection_.run(Sql{
      "UPDATE subscription SET name = ?, query = ?, exposure = ?, statuses = ?, site = ?, pace = ?, mail = ?, feed = "
      "?, hook = ?, paused = ?, changed_at = ?, decisions = ?, connections = ? WHERE id = ? AND person_id = ?",
      it.name, it.query, it.exposure, numbers_text(it.statuses), it.site, it.pace, it.channels.mail, it.channels.feed,
      it.channels.hook, it.paused, it.changed_at, numbers_text(it.decisions), it.connections, it.id, it.person});
}

Result<std::int64_t> Subscriptions::remove(domain::PersonId person, std::int64_t id) {
  return connection_.run(Sql{"DELETE FROM subscription WHERE id = ? AND person_id = ?", id, person});
}

Result<std::vector<Subscription>> Subscriptions::of(domain::PersonId person) {
  return connection_.all(
      Sql{"SELECT " TOCSIN_SUBSCRIPTION_COLUMNS " FROM subscription s WHERE s.person_id = ? ORDER BY s.id", person},
      read);
}

Result<std::optional<Subscription>> Subscriptions::find(domain::PersonId person, std::int64_t id) {
  return connection_.first(
      Sql{"SELECT " TOCSIN_SUBSCRIPTION_COLUMNS " FROM subscription s WHERE s.id = ? AND s.person_id = ?", id, person},
      read);
}

Result<std::int64_t> Subscriptions::count(domain::PersonId person) {
  TRY(const auto count, connection_.first(Sql{"SELECT count(*) FROM subscription WHERE person_id = ?", person},
                                          [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Result<std::vector<Subscription>> Subscriptions::in_force() {
  return connection_.all(
      Sql{"SELECT " TOCSIN_SUBSCRIPTION_COLUMNS
          " FROM subscription s JOIN person p ON p.id = s.person_id LEFT JOIN reading_time t ON t.person_id = "
          "s.person_id WHERE s.paused = 0 AND (s.mail = 1 OR s.feed = 1 OR s.hook = 1) AND p.status = ? AND "
          "coalesce(t.paused, 0) = 0 ORDER BY s.person_id, s.organisation_id, s.id",
          domain::PersonStatus::active},
      read);
}

Result<domain::ReadingTimes> Subscriptions::times(domain::PersonId person) {
  TRY(const auto found,
      connection_.first(Sql{"SELECT digest_minute, digest_weekday, quiet_from, quiet_until, paused FROM reading_time "
                            "WHERE person_id = ?",
                            person},
                        [](const Row& row) {
                          return domain::ReadingTimes{.digest_minute = static_cast<int>(row.integer(0)),
                                                      .digest_weekday = static_cast<int>(row.integer(1)),
                                                      .quiet_from = static_cast<int>(row.integer(2)),
                                                      .quiet_until = static_cast<int>(row.integer(3)),
                                                      .paused = row.boolean(4)};
                        }));
  return found.value_or(domain::ReadingTimes{});
}

Status Subscriptions::set_times(domain::PersonId person, const domain::ReadingTimes& times) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO reading_time (person_id, digest_minute, digest_weekday, quiet_from, quiet_until, paused, "
          "feed_hash) VALUES (?, ?, ?, ?, ?, ?, '') ON CONFLICT (person_id) DO UPDATE SET digest_minute = "
          "excluded.digest_minute, digest_weekday = excluded.digest_weekday, quiet_from = excluded.quiet_from, "
          "quiet_until = excluded.quiet_until, paused = excluded.paused",
          person, times.digest_minute, times.digest_weekday, times.quiet_from, times.quiet_until, times.paused}));
  return ok();
}

Status Subscriptions::set_feed(domain::PersonId person, std::string_view hash, Timestamp now) {
  const domain::ReadingTimes times;
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO reading_time (person_id, digest_minute, digest_weekday, quiet_from, quiet_until, paused, "
          "feed_hash, feed_made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (person_id) DO UPDATE SET feed_hash = "
          "excluded.feed_hash, feed_made_at = excluded.feed_made_at",
          person, times.digest_minute, times.digest_weekday, times.quiet_from, times.quiet_until, times.paused, hash,
          now}));
  return ok();
}

Result<std::optional<Timestamp>> Subscriptions::feed_made_at(domain::PersonId person) {
  TRY(const auto made,
      connection_.first(Sql{"SELECT feed_made_at FROM reading_time WHERE person_id = ? AND feed_hash <> ''", person},
                        [](const Row& row) { return row.optional_time(0); }));
  return made.value_or(std::nullopt);
}

Result<std::optional<domain::PersonId>> Subscriptions::of_feed(std::string_view hash) {
  return connection_.first(Sql{"SELECT t.person_id FROM reading_time t JOIN person p ON p.id = t.person_id WHERE "
                               "t.feed_hash = ? AND t.feed_hash <> '' AND p.status = ?",
                               hash, domain::PersonStatus::active},
                           [](const Row& row) { return domain::PersonId{row.integer(0)}; });
}

}  // namespace tocsin::store
