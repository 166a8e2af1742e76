#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "domain/person.hpp"
#include "domain/tlp.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"
#include "store/webhooks.hpp"

/// Webhooks: programs of organisations that are told over HTTPS what is new (docs/decisions/0013-webhooks.md). This
/// says which endpoints there are and what is to be delivered; exchange/hook_sender delivers. Each function that writes
/// is one transaction with its audit entry. Page, API and command line call these and nothing below.
///
/// An endpoint is told what one person would be told, acting for one organisation. Who sets where it leads answers for
/// it: whoever changes the address, or enables it again, becomes that person, so that nobody learns by it what only
/// somebody else may see. All of it is for those who manage their organisation (Permission::manage_own_organisation),
/// who see all of their organisation's. What was delivered on somebody's behalf, and how often, tells what is for their
/// eyes: only they and the organisation's administrators see it.
/// Errors: forbidden; not_found, also for another organisation's; invalid_input with `where` = the field; conflict.
namespace tocsin::engine::hooks {

inline constexpr std::int64_t kPerOrganisationMax = 20;
inline constexpr std::size_t kUrlBytesMax = 2'000;
inline constexpr std::size_t kPayloadBytesMax = std::size_t{64} << 10;
/// Deliveries that the list shows.
inline constexpr int kListedMax = 100;
/// A delivery that did not succeed is dead after this.
inline constexpr std::chrono::hours kLives{96};
/// After a rotation it is signed with the former secret, too, for so long.
inline constexpr std::chrono::hours kFormerSecretLives{24};

struct Options {
  bool allow_http = false;  ///< Endpoints without TLS may be set: webhooks.allow_http.
  bool on = true;           ///< Is anything sent? Not in a demonstration.
};

/// What all functions here need: the key that seals the secrets. Any thread.
class Hooks {
 public:
  Hooks(SealingKey key, Options options) : key_(std::move(key)), options_(options) {}
  const Options& options() const noexcept { return options_; }
  /// Of whsec_..., for the database; and back. Errors: invalid_input where another key sealed it.
  std::string seal(std::string_view uuid, std::string_view secret) const;
  Result<Secret> open(std::string_view uuid, std::string_view sealed) const;

 private:
  SealingKey key_;
  Options options_;
};

struct WebhookInput {
  std::string name;  ///< 1..200 bytes
  std::string url;   ///< https, or http where allowed; no user, no fragment.
};
struct WebhookRow {
  store::Webhook it;  ///< Without its secrets.
  std::string person_name, organisation_name;
  /// False: its deliveries are not for the actor. There are no counts then, nor when it last answered or failed.
  bool shows_deliveries = false;
  store::Webhooks::Counts counts;
};
struct Made {
  std::int64_t id = 0;
  std::string secret;  ///< "whsec_" and base64: shown this once.
};

/// At the console `whose` says for whom: organisation and person. Else they are the actor's.
struct Whose {
  domain::OrganisationId organisation;
  domain::PersonId person;
};
Result<Made> create(store::Database& database, const Actor& actor, const Hooks& hooks, const WebhookInput& input,
                    Timestamp now, std::optional<Whose> whose = {});
/// Name, address, and whether it is enabled; see above for whose it is afterwards. What waited for another person's
/// eyes is dropped then. What waits when it is disabled becomes dead, and may be replayed.
Status change(store::Database& database, const Actor& actor, const Hooks& hooks, std::int64_t id,
              const WebhookInput& input, bool enabled, Timestamp now);
/// A new secret; the former goes on signing beside it for kFormerSecretLives.
Result<Made> rotate(store::Database& database, const Actor& actor, const Hooks& hooks, std::int64_t id, Timestamp now);
Status remove(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now);

/// At the console all, or those of one organisation.
Result<std::vector<WebhookRow>> list(store::Database& database, const Actor& actor,
                                     std::optional<domain::OrganisationId> organisation = {});
Result<std::optional<WebhookRow>> find(store::Database& database, const Actor& actor, std::int64_t id);
/// Newest first, at most kListedMax; without payloads, which may be for somebody else's eyes. Errors: forbidden for who
/// neither is its person nor administers the organisation.
Result<std::vector<store::WebhookDelivery>> deliveries(store::Database& database, const Actor& actor, std::int64_t id,
                                                       std::optional<store::DeliveryState> state = {});

/// Puts a delivery of type "ping" into the queue, to see whether it arrives. Errors: conflict where it is disabled.
Result<std::int64_t> test(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now);
/// Dead deliveries are tried again with all attempts, under their old webhook-id: one, or all. The number of them.
/// Errors: conflict where the webhook is disabled; not_found where this one is not dead; forbidden as deliveries().
Result<std::int64_t> replay(store::Database& database, const Actor& actor, std::int64_t id,
                            std::optional<std::int64_t> delivery, Timestamp now);

/// Something that a person is told, acting for an organisation.
struct Event {
  std::string id;    ///< Unique for ever among what this person is told: putting it twice changes nothing.
  std::string type;  ///< "advisory.created"
  domain::PersonId person;
  domain::OrganisationId organisation;
  Timestamp at;
  boost::json::object data;
};
/// Within the caller's transaction: for each enabled endpoint of this person and organisation. Nothing is sent before
/// it commits. Returns how many were new. Errors: too_large; the database's.
Result<std::int64_t> enqueue(store::Connection& connection, const Event& event, Timestamp now);

/// What is told of a record.
struct RecordNotice {
  std::string id;      ///< Of the event.
  std::string action;  ///< "created", "updated", "withdrawn": the type is "advisory." and this.
  domain::PersonId person;
  domain::OrganisationId organisation;
  std::string record;  ///< Its slug.
  std::string title, severity, url;
  domain::Tlp tlp = domain::Tlp::clear;
  std::vector<std::string> subscriptions;  ///< Names of those that matched.
  Timestamp at;
};
/// The event with as much of it as may leave the portal: all of it for TLP:CLEAR and TLP:GREEN; id, TLP and URL above,
/// for a receiver is a program whose readers we do not know, and who follows the URL has to sign in.
Event event_of(const RecordNotice& notice);

/// Why nothing may be sent to it any more, or empty: its person no longer manages the organisation.
Result<std::string> why_not(store::Connection& connection, const store::Webhook& webhook);

/// Why webhooks are disabled, as it is stored; pages translate it.
inline constexpr std::string_view kSwitchedOff = "Switched off by hand";
inline constexpr std::string_view kGone = "Its receiver answered 410: it is gone for good";
inline constexpr std::string_view kNoAccount = "The account of who set it is not active";
inline constexpr std::string_view kNoOrganisation = "The organisation is not active";
inline constexpr std::string_view kNoRole = "Who set it does not manage the organisation any more";
inline constexpr std::string_view kReasons[] = {kSwitchedOff, kGone, kNoAccount, kNoOrganisation, kNoRole};

/// "v1," and base64 of HMAC-SHA256 over "id.seconds.body" (Standard Webhooks 1.0). `secret`: whsec_...
/// Errors: invalid_input where that is no secret.
Result<std::string> sign(std::string_view secret, std::string_view message_id, std::int64_t seconds,
                         std::string_view body);

/// Of an address, for lists and the log: in the path behind it people keep secrets.
std::string host_of(std::string_view url);

/// For metrics; of the whole installation.
struct Totals {
  store::Webhooks::Counts counts;
  std::int64_t enabled = 0, disabled = 0, failing = 0;
};
Result<Totals> totals(store::Database& database);

}  // namespace tocsin::engine::hooks
