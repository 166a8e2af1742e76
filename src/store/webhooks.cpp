#include "store/webhooks.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_WEBHOOK_COLUMNS                                                                               \
  "w.id, w.uuid, w.organisation_id, w.person_id, w.name, w.url, w.secret, w.former_secret, w.former_until, " \
  "w.enabled, w.disabled_reason, w.created_at, w.busy_until, w.failures, w.succeeded_at, w.failed_at"
#define TOCSIN_DELIVERY_COLUMNS                                                                                 \
  "id, webhook_id, event_id, message_id, type, payload, state, attempts, created_at, next_try_at, expires_at, " \
  "delivered_at, last_status, problem"

Webhook webhook_of(const Row& row) {
  return {.id = row.integer(0),
          .uuid = row.string(1),
          .organisation = {row.integer(2)},
          .person = {row.integer(3)},
          .name = row.string(4),
          .url = row.string(5),
          .secret = row.string(6),
          .former_secret = row.string(7),
          .former_until = row.optional_time(8),
          .enabled = row.integer(9) != 0,
          .disabled_reason = row.string(10),
          .created_at = row.time(11),
          .busy_until = row.time(12),
          .failures = row.integer(13),
          .succeeded_at = row.optional_time(14),
          .failed_at = row.optional_time(15)};
}

WebhookDelivery delivery_of(const Row& row) {
  return {.id = row.integer(0),
          .webhook = row.integer(1),
          .event = row.string(2),
          .message_id = row.string(3),
          .type = row.string(4),
          .payload = row.string(5),
          .state = static_cast<DeliveryState>(row.integer(6)),
          .attempts = row.integer(7),
          .created_at = row.time(8),
          .next_try_at = row.time(9),
          .expires_at = row.time(10),
          .delivered_at = row.optional_time(11),
          .last_status = row.optional_integer(12),
          .problem = row.string(13)};
}

void of_pace(Sql& sql, Pace pace) {
  if (pace == Pace::answering) {
    sql.append(" AND w.failures = 0");
  } else {
    sql.append(" AND w.failures > 0");
  }
}

}  // namespace

std::string_view to_string(DeliveryState state) noexcept {
  switch (state) {
    case DeliveryState::waiting:
      return "waiting";
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::dead:
      return "dead";
  }
  return "unknown";
}

std::optional<DeliveryState> parse_delivery_state(std::string_view text) noexcept {
  for (const auto state : {DeliveryState::waiting, DeliveryState::delivered, DeliveryState::dead}) {
    if (text == to_string(state)) return state;
  }
  return std::nullopt;
}

Result<std::int64_t> Webhooks::add(const Webhook& webhook) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO webhook (uuid, organisation_id, person_id, name, url, secret, former_secret, former_until, "
              "enabled, disabled_reason, created_at, busy_until, failures) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, "
              "0) RETURNING id",
              webhook.uuid, webhook.organisation, webhook.person, webhook.name, webhook.url, webhook.secret,
              webhook.former_secret, webhook.former_until, webhook.enabled, webhook.disabled_reason,
              webhook.created_at},
          [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::optional<Webhook>> Webhooks::find(std::int64_t id) {
  return connection_.first(Sql{"SELECT " TOCSIN_WEBHOOK_COLUMNS " FROM webhook w WHERE w.id = ?", id}, webhook_of);
}

Result<std::vector<Webhook>> Webhooks::list(std::optional<domain::OrganisationId> organisation) {
  Sql sql{"SELECT " TOCSIN_WEBHOOK_COLUMNS " FROM webhook w"};
  if (organisation) sql.append(" WHERE w.organisation_id = ?", *organisation);
  sql.append(" ORDER BY w.id");
  return connection_.all(sql, webhook_of);
}

Result<std::int64_t> Webhooks::count(domain::OrganisationId organisation) {
  TRY(const auto count, connection_.first(Sql{"SELECT count(*) FROM webhook WHERE organisation_id = ?", organisation},
                                          [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Result<std::vector<Webhook>> Webhooks::of(domain::PersonId person, domain::OrganisationId organisation) {
  return connection_.all(Sql{"SELECT " TOCSIN_WEBHOOK_COLUMNS
                             " FROM webhook w WHERE w.organisation_id = ? AND w.person_id = ? AND w.enabled = 1 "
                             "ORDER BY w.id",
                             organisation, person},
                         webhook_of);
}

Status Webhooks::update(const Webhook& webhook) {
  TRY_VOID(connection_.run(
      Sql{"UPDATE webhook SET person_id = ?, name = ?, url = ?, secret = ?, former_secret = ?, former_until = ?, "
          "enabled = ?, disabled_reason = ?, busy_until = 0, failures = 0 WHERE id = ?",
          webhook.person, webhook.name, webhook.url, webhook.secret, webhook.former_secret, webhook.former_until,
          webhook.enabled, webhook.disabled_reason, webhook.id}));
  return ok();
}

Status Webhooks::remove(std::int64_t id) {
  return connection_.run_all(
      {Sql{"DELETE FROM webhook_delivery WHERE webhook_id = ?", id}, Sql{"DELETE FROM webhook WHERE id = ?", id}});
}

Status Webhooks::disable(std::int64_t id, std::string_view reason) {
  return connection_.run_all(
      {Sql{"UPDATE webhook SET enabled = 0, disabled_reason = ? WHERE id = ?", reason, id},
       Sql{"UPDATE webhook_delivery SET state = ?, problem = ? WHERE webhook_id = ? AND state = ?", DeliveryState::dead,
           reason, id, DeliveryState::waiting}});
}

Result<std::int64_t> Webhooks::add_delivery(const WebhookDelivery& delivery) {
  return connection_.run(
      Sql{"INSERT INTO webhook_delivery (webhook_id, event_id, message_id, type, payload, state, attempts, created_at, "
          "next_try_at, expires_at, problem) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, '') ON CONFLICT (webhook_id, "
          "event_id) DO NOTHING",
          delivery.webhook, delivery.event, delivery.message_id, delivery.type, delivery.payload, delivery.state,
          delivery.created_at, delivery.next_try_at, delivery.expires_at});
}

Result<std::optional<WebhookDelivery>> Webhooks::find_delivery(std::int64_t webhook, std::int64_t id) {
  return connection_.first(
      Sql{"SELECT " TOCSIN_DELIVERY_COLUMNS " FROM webhook_delivery WHERE webhook_id = ? AND id = ?", webhook, id},
      delivery_of);
}

Result<std::vector<WebhookDelivery>> Webhooks::deliveries(std::int64_t webhook, std::optional<DeliveryState> state,
                                                          int limit) {
  Sql sql{"SELECT " TOCSIN_DELIVERY_COLUMNS " FROM webhook_delivery WHERE webhook_id = ?", webhook};
  if (state) sql.append(" AND state = ?", *state);
  sql.append(" ORDER BY id DESC LIMIT ?", limit);
  return connection_.all(sql, delivery_of);
}

Result<Webhooks::Counts> Webhooks::counts(std::optional<std::int64_t> webhook) {
  Counts counts;
  Sql sql{"SELECT state, count(*), min(created_at) FROM webhook_delivery"};
  if (webhook) sql.append(" WHERE webhook_id = ?", *webhook);
  sql.append(" GROUP BY state");
  TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
    switch (static_cast<DeliveryState>(row.integer(0))) {
      case DeliveryState::waiting:
        counts.waiting = row.integer(1);
        counts.oldest_waiting = row.optional_time(2);
        break;
      case DeliveryState::delivered:
        counts.delivered = row.integer(1);
        break;
      case DeliveryState::dead:
        counts.dead = row.integer(1);
        break;
    }
    return ok();
  }));
  return counts;
}

Result<std::int64_t> Webhooks::drop_undelivered(std::int64_t webhook) {
  return connection_.run(
      Sql{"DELETE FROM webhook_delivery WHERE webhook_id = ? AND state <> ?", webhook, DeliveryState::delivered});
}

Result<std::int64_t> Webhooks::replay(std::int64_t webhook, std::optional<std::int64_t> delivery, Timestamp now,
                                      Timestamp expires_at) {
  Sql sql{
      "UPDATE webhook_delivery SET state = ?, attempts = 0, next_try_at = ?, expires_at = ? WHERE webhook_id = ? AND "
      "state = ?",
      DeliveryState::waiting,
      now,
      expires_at,
      webhook,
      DeliveryState::dead};
  if (delivery) sql.append(" AND id = ?", *delivery);
  return connection_.run(sql);
}

Result<std::optional<Webhook>> Webhooks::due(Timestamp now, Pace pace) {
  Sql sql{"SELECT " TOCSIN_WEBHOOK_COLUMNS
          " FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id WHERE d.state = ? AND d.next_try_at <= ? AND "
          "w.enabled = 1 AND w.busy_until <= ?",
          DeliveryState::waiting, now, now};
  of_pace(sql, pace);
  sql.append(" ORDER BY d.next_try_at, d.id LIMIT 1");
  return connection_.first(sql, webhook_of);
}

Result<std::optional<Timestamp>> Webhooks::next_due(Pace pace) {
  Sql sql{
      "SELECT min(CASE WHEN d.next_try_at > w.busy_until THEN d.next_try_at ELSE w.busy_until END) FROM "
      "webhook_delivery d JOIN webhook w ON w.id = d.webhook_id WHERE d.state = ? AND w.enabled = 1",
      DeliveryState::waiting};
  of_pace(sql, pace);
  TRY(const auto found, connection_.first(sql, [](const Row& row) { return row.optional_time(0); }));
  return found.value_or(std::nullopt);
}

Result<std::int64_t> Webhooks::lease(const Webhook& webhook, Timestamp until) {
  return connection_.run(Sql{"UPDATE webhook SET busy_until = ? WHERE id = ? AND enabled = 1 AND busy_until = ?", until,
                             webhook.id, webhook.busy_until});
}

Status Webhooks::release(const Webhook& webhook, Timestamp leased_until, Timestamp until, std::int64_t failures,
                         std::optional<Timestamp> succeeded_at, std::optional<Timestamp> failed_at) {
  TRY_VOID(connection_.run(
      Sql{"UPDATE webhook SET busy_until = ?, failures = ?, succeeded_at = coalesce(?, succeeded_at), failed_at = "
          "coalesce(?, failed_at) WHERE id = ? AND busy_until = ?",
          until, failures, succeeded_at, failed_at, webhook.id, leased_until}));
  return ok();
}

Result<std::optional<WebhookDelivery>> Webhooks::due_delivery(std::int64_t webhook, Timestamp now) {
  return connection_.first(
      Sql{"SELECT " TOCSIN_DELIVERY_COLUMNS
          " FROM webhook_delivery WHERE webhook_id = ? AND state = ? AND next_try_at <= ? ORDER BY next_try_at, id "
          "LIMIT 1",
          webhook, DeliveryState::waiting, now},
      delivery_of);
}

Result<std::int64_t> Webhooks::begin_attempt(const WebhookDelivery& delivery, Timestamp until) {
  return connection_.run(
      Sql{"UPDATE webhook_delivery SET attempts = attempts + 1, next_try_at = ? WHERE id = ? AND state = ? AND "
          "next_try_at = ? AND attempts = ?",
          until, delivery.id, DeliveryState::waiting, delivery.next_try_at, delivery.attempts});
}

Status Webhooks::delivered(std::int64_t id, std::int64_t status, Timestamp now) {
  TRY_VOID(connection_.run(
      Sql{"UPDATE webhook_delivery SET state = ?, delivered_at = ?, last_status = ?, problem = '' WHERE id = ?",
          DeliveryState::delivered, now, status, id}));
  return ok();
}

Status Webhooks::put_off(std::int64_t id, Timestamp next_try_at, std::optional<std::int64_t> status,
                         std::string_view problem) {
  TRY_VOID(connection_.run(
      Sql{"UPDATE webhook_delivery SET next_try_at = ?, last_status = ?, problem = ? WHERE id = ? AND state = ?",
          next_try_at, status, problem, id, DeliveryState::waiting}));
  return ok();
}

Status Webhooks::give_up(std::int64_t id, std::optional<std::int64_t> status, std::string_view problem) {
  TRY_VOID(connection_.run(
      Sql{"UPDATE webhook_delivery SET state = ?, last_status = ?, problem = ? WHERE id = ? AND state = ?",
          DeliveryState::dead, status, problem, id, DeliveryState::waiting}));
  return ok();
}

Result<std::int64_t> Webhooks::expire(Timestamp now) {
  return connection_.run(
      Sql{"UPDATE webhook_delivery SET state = ?, problem = CASE WHEN problem = '' THEN ? ELSE problem END WHERE state "
          "= ? AND expires_at <= ?",
          DeliveryState::dead, "It could not be delivered in time", DeliveryState::waiting, now});
}

Result<std::int64_t> Webhooks::tidy(Timestamp delivered_before, Timestamp dead_before) {
  return connection_.run(
      Sql{"DELETE FROM webhook_delivery WHERE (state = ? AND created_at < ?) OR (state = ? AND created_at < ?)",
          DeliveryState::delivered, delivered_before, DeliveryState::dead, dead_before});
}

}  // namespace tocsin::store
