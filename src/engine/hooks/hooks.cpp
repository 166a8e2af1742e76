#include "engine/hooks/hooks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/members/input.hpp"
#include "store/organisations.hpp"
#include "store/people.hpp"

namespace tocsin::engine::hooks {
namespace {

using domain::Permission;
using store::Webhook;
using store::WebhookDelivery;
using store::Webhooks;

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kSecretBytes = 32;

std::string context_of(std::string_view uuid) { return "webhook:" + std::string{uuid}; }
std::string new_secret() { return std::string{kSecretPrefix} + base64_encode(random_bytes(kSecretBytes)); }
Timestamp after(Timestamp time, std::chrono::microseconds by) { return {time.micros + by.count()}; }
std::string object_of(std::int64_t id) { return audit::object_of("webhook", id); }

Status require(const Actor& actor) {
  TRY_VOID(actor.require(Permission::manage_own_organisation));
  if (!actor.console && !actor.viewer.organisation) return Error::not_found("webhook");
  return ok();
}

Result<Webhook> own(store::Connection& connection, const Actor& actor, std::int64_t id) {
  TRY(auto found, Webhooks{connection}.find(id));
  if (!found || (!actor.console && found->organisation != actor.viewer.organisation)) {
    return Error::not_found("webhook");
  }
  return std::move(*found);
}

/// The form of the address; which hosts may be reached is judged when it is connected to (exchange/fetch.hpp).
Result<std::string> read_url(std::string_view typed, bool allow_http) {
  TRY(auto url, members::one_line(typed, "url", 1, kUrlBytesMax));
  constexpr std::string_view kHttps = "https://", kHttp = "http://";
  const auto lower = text::lower_ascii(url);
  const bool http = allow_http && lower.starts_with(kHttp);
  if (!http && !lower.starts_with(kHttps)) {
    return Error::invalid(allow_http ? std::string{tr<"the address must begin with https:// or http://">()}
                                     : std::string{tr<"the address must begin with https://">()},
                          "url");
  }
  const auto rest = std::string_view{url}.substr(http ? kHttp.size() : kHttps.size());
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  const bool clean = std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7F && c != '\\' && c != '#'; });
  if (authority.empty() || authority.front() == ':' || !clean) {
    return Error::invalid(
        std::string{tr<"that is no address of a web server: blanks, '#' and other letters must be encoded">()}, "url");
  }
  if (authority.find('@') != std::string_view::npos) {
    return Error::invalid(
        std::string{tr<"no name or password belongs into the address: receivers verify the signature">()}, "url");
  }
  return url;
}

Result<std::string> read_name(std::string_view typed) {
  return members::one_line(typed, "name", 1, members::kNameBytesMax);
}

Status note(store::Connection& connection, const Actor& actor, Timestamp now, audit::Action action,
            const Webhook& webhook, const boost::json::object& detail = {}) {
  TRY_VOID(audit::record(connection, actor, now, action, object_of(webhook.id), webhook.organisation,
                         domain::audit::Outcome::done, detail));
  return ok();
}

Error disabled() { return Error::conflict(std::string{tr<"This webhook is disabled: enable it first">()}, "webhook"); }

Result<bool> manages(store::Connection& connection, domain::PersonId person, domain::OrganisationId organisation) {
  TRY(const auto memberships, store::People{connection}.memberships(person));
  return std::ranges::any_of(memberships, [&](const auto& each) {
    return each.organisation == organisation && domain::allows(each.roles, Permission::manage_own_organisation);
  });
}

/// Whose it is, and who administers the organisation: of coordinators of the CERT, who manage it as well, each sees
/// their own.
bool may_see_deliveries(const Actor& actor, const Webhook& webhook) {
  return actor.console || actor.viewer.person == webhook.person ||
         actor.viewer.roles.has(domain::Role::organisation_administrator) ||
         actor.viewer.roles.has(domain::Role::administrator);
}

Status require_deliveries(const Actor& actor, const Webhook& webhook) {
  if (may_see_deliveries(actor, webhook)) return ok();
  return Error::forbidden(std::string{
      tr<"What is delivered on somebody's behalf is for them and for the organisation's administrators">()});
}

Result<WebhookRow> row_of(store::Connection& connection, const Actor& actor, Webhook webhook) {
  WebhookRow row;
  row.shows_deliveries = may_see_deliveries(actor, webhook);
  if (row.shows_deliveries) {
    TRY(row.counts, Webhooks{connection}.counts(webhook.id));
  } else {
    webhook.succeeded_at.reset();
    webhook.failed_at.reset();
  }
  TRY(const auto person, store::People{connection}.find(webhook.person));
  if (person) row.person_name = person->name;
  TRY(const auto organisation, store::Organisations{connection}.find(webhook.organisation));
  if (organisation) row.organisation_name = organisation->name;
  webhook.secret.clear();
  webhook.former_secret.clear();
  row.it = std::move(webhook);
  return row;
}

WebhookDelivery delivery_for(const Webhook& webhook, const Event& event, std::string payload, Timestamp now) {
  return {.webhook = webhook.id,
          .event = event.id,
          .message_id = "msg_" + random_uuid(),
          .type = event.type,
          .payload = std::move(payload),
          .created_at = now,
          .next_try_at = now,
          .expires_at = after(now, kLives)};
}

Result<std::string> payload_of(const Event& event) {
  auto payload = json::write(
      boost::json::object{{"type", event.type}, {"timestamp", format_rfc3339(event.at)}, {"data", event.data}});
  if (payload.size() > kPayloadBytesMax) return Error::too_large("what a webhook is told", kPayloadBytesMax);
  return payload;
}

}  // namespace

std::string Hooks::seal(std::string_view uuid, std::string_view secret) const {
  return key_.seal(secret, context_of(uuid));
}
Result<Secret> Hooks::open(std::string_view uuid, std::string_view sealed) const {
  return key_.open(sealed, context_of(uuid));
}

Result<Made> create(store::Database& database, const Actor& actor, const Hooks& hooks, const WebhookInput& input,
                    Timestamp now, std::optional<Whose> whose) {
  TRY_VOID(require(actor));
  if (!actor.console) {
    if (!actor.viewer.person) return Error::not_found("person");
    whose = Whose{*actor.viewer.organisation, *actor.viewer.person};
  }
  if (!whose) return Error::invalid("say for which organisation and person", "organisation");
  Webhook webhook{.uuid = random_uuid(), .organisation = whose->organisation, .person = whose->person};
  TRY(webhook.name, read_name(input.name));
  TRY(webhook.url, read_url(input.url, hooks.options().allow_http));
  webhook.created_at = now;
  Made made{.secret = new_secret()};
  webhook.secret = hooks.seal(webhook.uuid, made.secret);
  return database.write([&](store::Connection& connection) -> Result<Made> {
    TRY_VOID(connection.lock_changes());
    TRY(const auto able, manages(connection, webhook.person, webhook.organisation));
    if (!able) return Error::invalid("this person does not manage this organisation", "person");
    Webhooks webhooks{connection};
    TRY(const auto there, webhooks.count(webhook.organisation));
    if (there >= kPerOrganisationMax) {
      return Error::conflict(tr<"an organisation has at most {} webhooks">(kPerOrganisationMax), "url");
    }
    TRY(made.id, webhooks.add(webhook));
    webhook.id = made.id;
    TRY_VOID(note(connection, actor, now, "webhook.create", webhook,
                  {{"host", host_of(webhook.url)}, {"person", webhook.person.value}}));
    return made;
  });
}

Status change(store::Database& database, const Actor& actor, const Hooks& hooks, std::int64_t id,
              const WebhookInput& input, bool enabled, Timestamp now) {
  TRY_VOID(require(actor));
  TRY(const auto name, read_name(input.name));
  TRY(const auto url, read_url(input.url, hooks.options().allow_http));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    Webhooks webhooks{connection};
    TRY(const auto before, own(connection, actor, id));
    auto after = before;
    after.name = name;
    after.url = url;
    after.enabled = enabled;
    const bool leads_elsewhere = url != before.url || (enabled && !before.enabled);
    if (!actor.console && leads_elsewhere) {
      if (!actor.viewer.person) return Error::not_found("person");
      after.person = *actor.viewer.person;
    }
    if (enabled) {
      after.disabled_reason.clear();
    } else if (before.enabled) {
      after.disabled_reason = kSwitchedOff;
    }
    TRY_VOID(webhooks.update(after));
    if (after.person != before.person) TRY_VOID(webhooks.drop_undelivered(id));
    if (before.enabled && !enabled) TRY_VOID(webhooks.disable(id, after.disabled_reason));
    return note(connection, actor, now, "webhook.change", after,
                {{"host", host_of(after.url)}, {"enabled", enabled}, {"person", after.person.value}});
  });
}

Result<Made> rotate(store::Database& database, const Actor& actor, const Hooks& hooks, std::int64_t id, Timestamp now) {
  TRY_VOID(require(actor));
  return database.write([&](store::Connection& connection) -> Result<Made> {
    TRY_VOID(connection.lock_changes());
    TRY(auto webhook, own(connection, actor, id));
    Made made{.id = id, .secret = new_secret()};
    webhook.former_secret = std::move(webhook.secret);
    webhook.former_until = after(now, kFormerSecretLives);
    webhook.secret = hooks.seal(webhook.uuid, made.secret);
    TRY_VOID(Webhooks{connection}.update(webhook));
    TRY_VOID(note(connection, actor, now, "webhook.rotate", webhook));
    return made;
  });
}

Status remove(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now) {
  TRY_VOID(require(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto webhook, own(connection, actor, id));
    TRY_VOID(Webhooks{connection}.remove(id));
    return note(connection, actor, now, "webhook.remove", webhook, {{"host", host_of(webhook.url)}});
  });
}

Result<std::vector<WebhookRow>> list(store::Database& database, const Actor& actor,
                                     std::optional<domain::OrganisationId> organisation) {
  TRY_VOID(require(actor));
  if (!actor.console) organisation = actor.viewer.organisation;
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<WebhookRow>> {
    TRY(auto webhooks, Webhooks{connection}.list(organisation));
    std::vector<WebhookRow> rows;
    for (auto& each : webhooks) {
      TRY(auto row, row_of(connection, actor, std::move(each)));
      rows.push_back(std::move(row));
    }
    return rows;
  });
}

Result<std::optional<WebhookRow>> find(store::Database& database, const Actor& actor, std::int64_t id) {
  TRY_VOID(require(actor));
  return database.snapshot([&](store::Connection& connection) -> Result<std::optional<WebhookRow>> {
    auto webhook = own(connection, actor, id);
    if (!webhook) {
      if (webhook.error().code == Error::Code::not_found) return std::optional<WebhookRow>{};
      return webhook.error();
    }
    TRY(auto row, row_of(connection, actor, std::move(*webhook)));
    return std::optional{std::move(row)};
  });
}

Result<std::vector<WebhookDelivery>> deliveries(store::Database& database, const Actor& actor, std::int64_t id,
                                                std::optional<store::DeliveryState> state) {
  TRY_VOID(require(actor));
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<WebhookDelivery>> {
    TRY(const auto webhook, own(connection, actor, id));
    TRY_VOID(require_deliveries(actor, webhook));
    TRY(auto rows, Webhooks{connection}.deliveries(id, state, kListedMax));
    for (auto& each : rows) each.payload.clear();
    return rows;
  });
}

Result<std::int64_t> test(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now) {
  TRY_VOID(require(actor));
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(connection.lock_changes());
    TRY(const auto webhook, own(connection, actor, id));
    if (!webhook.enabled) return disabled();
    const Event event{.id = "ping:" + random_uuid(),
                      .type = "ping",
                      .person = webhook.person,
                      .organisation = webhook.organisation,
                      .at = now,
                      .data = {{"webhook", id}}};
    TRY(auto payload, payload_of(event));
    Webhooks webhooks{connection};
    TRY_VOID(webhooks.add_delivery(delivery_for(webhook, event, std::move(payload), now)));
    TRY(const auto newest, webhooks.deliveries(id, {}, 1));
    TRY_VOID(note(connection, actor, now, "webhook.test", webhook));
    return newest.empty() ? 0 : newest.front().id;
  });
}

Result<std::int64_t> replay(store::Database& database, const Actor& actor, std::int64_t id,
                            std::optional<std::int64_t> delivery, Timestamp now) {
  TRY_VOID(require(actor));
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(connection.lock_changes());
    TRY(const auto webhook, own(connection, actor, id));
    TRY_VOID(require_deliveries(actor, webhook));
    if (!webhook.enabled) return disabled();
    TRY(const auto count, Webhooks{connection}.replay(id, delivery, now, after(now, kLives)));
    if (delivery && count == 0) return Error::not_found("delivery");
    TRY_VOID(note(connection, actor, now, "webhook.replay", webhook, {{"deliveries", count}}));
    return count;
  });
}

Result<std::int64_t> enqueue(store::Connection& connection, const Event& event, Timestamp now) {
  Webhooks webhooks{connection};
  TRY(const auto endpoints, webhooks.of(event.person, event.organisation));
  if (endpoints.empty()) return 0;
  TRY(const auto payload, payload_of(event));
  std::int64_t added = 0;
  for (const auto& each : endpoints) {
    TRY(const auto rows, webhooks.add_delivery(delivery_for(each, event, payload, now)));
    added += rows;
  }
  return added;
}

Event event_of(const RecordNotice& notice) {
  Event event{.id = notice.id,
              .type = "advisory." + notice.action,
              .person = notice.person,
              .organisation = notice.organisation,
              .at = notice.at,
              .data = {{"id", notice.record}, {"tlp", domain::to_string(notice.tlp)}, {"url", notice.url}}};
  if (notice.tlp != domain::Tlp::clear && notice.tlp != domain::Tlp::green) return event;
  event.data["title"] = notice.title;
  event.data["severity"] = notice.severity;
  auto& subscriptions = event.data["subscriptions"].emplace_array();
  for (const auto& each : notice.subscriptions) subscriptions.emplace_back(each);
  return event;
}

Result<std::string> why_not(store::Connection& connection, const Webhook& webhook) {
  TRY(const auto person, store::People{connection}.find(webhook.person));
  if (!person || person->status != domain::PersonStatus::active) {
    return std::string{kNoAccount};
  }
  TRY(const auto organisation, store::Organisations{connection}.find(webhook.organisation));
  if (!organisation || organisation->status != domain::OrganisationStatus::active) {
    return std::string{kNoOrganisation};
  }
  TRY(const auto able, manages(connection, webhook.person, webhook.organisation));
  if (!able) return std::string{kNoRole};
  return std::string{};
}

Result<std::string> sign(std::string_view secret, std::string_view message_id, std::int64_t seconds,
                         std::string_view body) {
  if (!secret.starts_with(kSecretPrefix)) return Error::invalid("that is no secret of a webhook");
  TRY(const auto key, base64_decode(secret.substr(kSecretPrefix.size())));
  return "v1," + base64_encode(hmac_sha256(key, fmt::format("{}.{}.{}", message_id, seconds, body)));
}

std::string host_of(std::string_view url) {
  const auto begin = url.find("://");
  const auto rest = begin == std::string_view::npos ? url : url.substr(begin + 3);
  return std::string{rest.substr(0, rest.find_first_of("/?"))};
}

Result<Totals> totals(store::Database& database) {
  return database.snapshot([](store::Connection& connection) -> Result<Totals> {
    Totals totals;
    TRY(totals.counts, Webhooks{connection}.counts({}));
    TRY(const auto all, Webhooks{connection}.list({}));
    for (const auto& each : all) {
      ++(each.enabled ? totals.enabled : totals.disabled);
      if (each.enabled && each.failures > 0) ++totals.failing;
    }
    return totals;
  });
}

}  // namespace tocsin::engine::hooks
