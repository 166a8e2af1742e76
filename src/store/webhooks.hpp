#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "store/database.hpp"

namespace tocsin::store {

struct Webhook {
  std::int64_t id = 0;
  std::string uuid = {};
  domain::OrganisationId organisation = {};
  domain::PersonId person = {};  ///< It is told what they would be told.
  std::string name = {}, url = {};
  std::string secret = {};         ///< Sealed.
  std::string former_secret = {};  ///< Sealed, or empty.
  std::optional<Timestamp> former_until = {};
  bool enabled = true;
  std::string disabled_reason = {};
  Timestamp created_at = {};
  Timestamp busy_until = {};  ///< Leased, or left alone, until then.
  std::int64_t failures = 0;  ///< In a row.
  std::optional<Timestamp> succeeded_at = {}, failed_at = {};
};

/// Stored as its number.
enum class DeliveryState { waiting = 1, delivered = 2, dead = 3 };
/// "waiting"
std::string_view to_string(DeliveryState state) noexcept;
std::optional<DeliveryState> parse_delivery_state(std::string_view text) noexcept;

struct WebhookDelivery {
  std::int64_t id = 0, webhook = 0;
  std::string event = {};       ///< Unique within the endpoint.
  std::string message_id = {};  ///< "webhook-id": the same at every attempt.
  std::string type = {}, payload = {};
  DeliveryState state = DeliveryState::waiting;
  std::int64_t attempts = 0;
  Timestamp created_at = {}, next_try_at = {}, expires_at = {};
  std::optional<Timestamp> delivered_at = {};
  std::optional<std::int64_t> last_status = {};  ///< HTTP, of the last attempt that was answered.
  std::string problem = {};
};

/// Which endpoints a worker looks at: those that answered last time, or those that did not. Apart, so that the second
/// kind never takes a worker from the first.
enum class Pace { answering, failing };

/// Endpoints of organisations' programs, and what is and was to be delivered to them. Permissions: engine/hooks.
class Webhooks {
 public:
  explicit Webhooks(Connection& connection) : connection_(connection) {}
  Result<std::int64_t> add(const Webhook& webhook);
  Result<std::optional<Webhook>> find(std::int64_t id);
  /// By number; all, or an organisation's.
  Result<std::vector<Webhook>> list(std::optional<domain::OrganisationId> organisation);
  Result<std::int64_t> count(domain::OrganisationId organisation);
  /// Enabled ones that are told what this person is told for this organisation.
  Result<std::vector<Webhook>> of(domain::PersonId person, domain::OrganisationId organisation);
  /// Person, name, URL, secrets, enabled and its reason. What it was left alone for is forgotten.
  Status update(const Webhook& webhook);
  /// With its deliveries.
  Status remove(std::int64_t id);
  /// What waits becomes dead.
  Status disable(std::int64_t id, std::string_view reason);

  /// Does nothing where the endpoint has this event already: 0.
  Result<std::int64_t> add_delivery(const WebhookDelivery& delivery);
  Result<std::optional<WebhookDelivery>> find_delivery(std::int64_t webhook, std::int64_t id);
  /// Newest first.
  Result<std::vector<WebhookDelivery>> deliveries(std::int64_t webhook, std::optional<DeliveryState> state, int limit);
  struct Counts {
    std::int64_t waiting = 0, delivered = 0, dead = 0;
    std::optional<Timestamp> oldest_waiting;  ///< When it was written.
  };
  /// Of one endpoint, or all.
  Result<Counts> counts(std::optional<std::int64_t> webhook);
  /// What waits and is dead goes: it was meant for somebody else's eyes.
  Result<std::int64_t> drop_undelivered(std::int64_t webhook);
  /// Dead ones wait again, with all attempts: one, or all. The number.
  Result<std::int64_t> replay(std::int64_t webhook, std::optional<std::int64_t> delivery, Timestamp now,
                              Timestamp expires_at);

  /// The enabled endpoint whose delivery is due longest and that nobody is sending to; nullopt where none is.
  Result<std::optional<Webhook>> due(Timestamp now, Pace pace);
  /// When one of them has something due next.
  Result<std::optional<Timestamp>> next_due(Pace pace);
  /// Whoever gets 1 may send to it until `until`; 0 where somebody else was quicker.
  Result<std::int64_t> lease(const Webhook& webhook, Timestamp until);
  /// The lease ends: it is left alone until `until`. `failures`: in a row. Nothing where the lease had passed to
  /// another.
  Status release(const Webhook& webhook, Timestamp leased_until, Timestamp until, std::int64_t failures,
                 std::optional<Timestamp> succeeded_at, std::optional<Timestamp> failed_at);
  /// The endpoint's, due longest first.
  Result<std::optional<WebhookDelivery>> due_delivery(std::int64_t webhook, Timestamp now);
  /// An attempt begins: counted, and not due again before `until`. 1 where it still waits.
  Result<std::int64_t> begin_attempt(const WebhookDelivery& delivery, Timestamp until);
  Status delivered(std::int64_t id, std::int64_t status, Timestamp now);
  Status put_off(std::int64_t id, Timestamp next_try_at, std::optional<std::int64_t> status, std::string_view problem);
  Status give_up(std::int64_t id, std::optional<std::int64_t> status, std::string_view problem);
  /// What waited longer than it may becomes dead; what was delivered or dead goes after a while. Rows.
  Result<std::int64_t> expire(Timestamp now);
  Result<std::int64_t> tidy(Timestamp delivered_before, Timestamp dead_before);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
