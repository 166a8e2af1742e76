#include <algorithm>

#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/members/input.hpp"
#include "store/organisations.hpp"

/// Whose inventory somebody may look into, and the grants by which the CERT may.
namespace tocsin::engine::inventory {
namespace {

using domain::Permission;

constexpr std::size_t kGrantsMax = 100;

bool of_the_cert(const Actor& actor) {
  return actor.viewer.organisation == domain::kOwnOrganisation && actor.may(Permission::read_inventory) &&
         (actor.console || actor.viewer.roles.has(domain::Role::analyst) ||
          actor.viewer.roles.has(domain::Role::coordinator));
}

Result<std::string> name_of(store::Connection& connection, domain::OrganisationId id) {
  TRY(const auto found, store::Organisations{connection}.find(id));
  if (!found) return Error::not_found("organisation");
  return found->name;
}

}  // namespace

Result<Access> access(store::Database& database, const Actor& actor, std::optional<domain::OrganisationId> whose,
                      Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  if (!whose) whose = actor.viewer.organisation;
  if (!whose) return Error::not_found("inventory");
  Access access{.organisation = *whose};
  if (actor.console || actor.viewer.organisation == whose) {
    access.may_edit = actor.may(Permission::edit_inventory);
    TRY(access.organisation_name,
        database.read([&](store::Connection& connection) { return name_of(connection, *whose); }));
    return access;
  }
  if (!of_the_cert(actor)) return Error::not_found("inventory");
  TRY(const auto open, database.read([&](store::Connection& connection) {
    return store::InventoryParts{connection}.open_grants(whose);
  }));
  if (open.empty()) return Error::not_found("inventory");
  access.granted = true;
  access.organisation_name = open.front().organisation_name;
  std::vector<std::string> sites;
  for (const auto& each : open) sites.push_back(each.site);
  if (std::ranges::find(sites, std::string{}) == sites.end()) access.sites = std::move(sites);
  TRY_VOID(database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(audit::record(connection, actor, now, "inventory.read-granted",
                           audit::object_of("inventory", whose->value), whose));
    return ok();
  }));
  return access;
}

Status still_open(store::Database& database, const Actor& actor, const Access& access) {
  TRY_VOID(actor.require(Permission::read_inventory));
  if (!access.granted) return ok();
  TRY(const auto open, database.read([&](store::Connection& connection) {
    return store::InventoryParts{connection}.open_grants(access.organisation);
  }));
  const auto may_read = [&](const std::string& site) {
    return std::ranges::any_of(open, [&](const auto& each) { return each.site.empty() || each.site == site; });
  };
  const bool all = access.sites ? std::ranges::all_of(*access.sites, may_read) : may_read({});
  if (open.empty() || !all) return Error::not_found("inventory");
  return ok();
}

Result<std::int64_t> grant(store::Database& database, const Actor& actor, std::string_view site,
                           std::string_view reason, Timestamp now) {
  TRY_VOID(actor.require(Permission::edit_inventory));
  const auto organisation = actor.viewer.organisation;
  if (!organisation) return Error::not_found("inventory");
  if (*organisation == domain::kOwnOrganisation) {
    return Error::invalid(std::string{tr<"The CERT reads its own inventory already">()}, "site");
  }
  store::InventoryGrant wanted{.organisation = *organisation, .granted_at = now};
  TRY(wanted.site, members::one_line(site, "site", 0, kFieldBytesMax));
  TRY(wanted.reason, members::one_line(reason, "reason", 0, members::kReasonBytesMax));
  wanted.granted_by = actor.viewer.person;
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(connection.lock_changes());
    store::InventoryParts parts{connection};
    TRY(const auto open, parts.open_grants(organisation));
    if (std::ranges::any_of(open, [&](const auto& each) { return each.site == wanted.site; })) {
      return Error::conflict(std::string{tr<"The CERT may read this already">()}, "site");
    }
    if (open.size() >= kGrantsMax) return Error::conflict(tr<"at most {} of them">(kGrantsMax), "site");
    if (!wanted.site.empty()) {
      TRY(const auto there, store::Assets{connection}.count(*organisation, {.site = wanted.site}));
      if (there == 0) return Error::invalid(std::string{tr<"nothing in the inventory is at this site">()}, "site");
    }
    TRY(const auto id, parts.add_grant(wanted));
    TRY_VOID(audit::record(connection, actor, now, "inventory.grant",
                           audit::object_of("inventory", organisation->value), organisation,
                           domain::audit::Outcome::done, {{"grant", id}, {"sites", wanted.site.empty() ? 0 : 1}}));
    return id;
  });
}

Status revoke(store::Database& database, const Actor& actor, std::int64_t grant, Timestamp now) {
  TRY_VOID(actor.require(Permission::edit_inventory));
  const auto organisation = actor.viewer.organisation;
  if (!organisation) return Error::not_found("grant");
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto rows,
        store::InventoryParts{connection}.revoke_grant(*organisation, grant, actor.viewer.person, now));
    if (rows == 0) return Error::not_found("grant");
    TRY_VOID(audit::record(connection, actor, now, "inventory.revoke",
                           audit::object_of("inventory", organisation->value), organisation,
                           domain::audit::Outcome::done, {{"grant", grant}}));
    return ok();
  });
}

Result<std::vector<store::InventoryGrant>> grants(store::Database& database, const Actor& actor) {
  TRY_VOID(actor.require(Permission::read_inventory));
  if (!actor.viewer.organisation) return std::vector<store::InventoryGrant>{};
  return database.read([&](store::Connection& connection) {
    return store::InventoryParts{connection}.grants(*actor.viewer.organisation);
  });
}

Result<std::vector<store::InventoryGrant>> granted_to(store::Database& database, const Actor& actor) {
  if (!of_the_cert(actor)) return std::vector<store::InventoryGrant>{};
  return database.read(
      [&](store::Connection& connection) { return store::InventoryParts{connection}.open_grants({}); });
}

}  // namespace tocsin::engine::inventory
