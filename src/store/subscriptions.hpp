#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/subscription.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// What people want to be told of, and when they read. Rules and permissions: engine/notify.
class Subscriptions {
 public:
  explicit Subscriptions(Connection& connection) : connection_(connection) {}

  /// All but id.
  Result<std::int64_t> add(const domain::Subscription& subscription);
  /// Everything but whose it is and when it was made. The number of rows.
  Result<std::int64_t> update(const domain::Subscription& subscription);
  Result<std::int64_t> remove(domain::PersonId person, std::int64_t id);
  /// Oldest first.
  Result<std::vector<domain::Subscription>> of(domain::PersonId person);
  Result<std::optional<domain::Subscription>> find(domain::PersonId person, std::int64_t id);
  Result<std::int64_t> count(domain::PersonId person);
  /// Of everybody who is active and has not paused, in the order of people, seats and numbers; those that are paused or
  /// tell by no channel are left out.
  Result<std::vector<domain::Subscription>> in_force();

  /// The defaults where nothing was chosen.
  Result<domain::ReadingTimes> times(domain::PersonId person);
  Status set_times(domain::PersonId person, const domain::ReadingTimes& times);

  /// The token of somebody's own feed: its hash replaces the one before; empty revokes it.
  Status set_feed(domain::PersonId person, std::string_view hash, Timestamp now);
  /// When the token in force was made; nullopt where there is none.
  Result<std::optional<Timestamp>> feed_made_at(domain::PersonId person);
  /// Whose feed it is: of active people only.
  Result<std::optional<domain::PersonId>> of_feed(std::string_view hash);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
