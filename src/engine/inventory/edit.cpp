#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/inventory/item_rules.hpp"
#include "engine/inventory/search_terms.hpp"
#include "store/exposure_history.hpp"

/// One asset at a time.
namespace tocsin::engine::inventory {
namespace {

using domain::Permission;

Result<domain::OrganisationId> organisation_of(const Actor& actor) {
  TRY_VOID(actor.require(Permission::edit_inventory));
  if (!actor.viewer.organisation) return Error::not_found("inventory");
  return *actor.viewer.organisation;
}

Error taken() {
  return Error::conflict(
      std::string{tr<"Another asset has this key: the key column, else the serial number, else name, "
                     "model and site">()},
      "key");
}

Status note(store::Connection& connection, const Actor& actor, Timestamp now, audit::Action action,
            domain::OrganisationId organisation, std::int64_t asset) {
  TRY_VOID(audit::record(connection, actor, now, action, audit::object_of("asset", asset), organisation));
  return ok();
}

Status check_version(const store::Asset& asset, std::string_view expected) {
  if (expected.empty() || expected == version_of(asset)) return ok();
  return Error::conflict(std::string{tr<"Somebody else has changed it meanwhile: look at it again, then change it">()},
                         "version");
}

}  // namespace

Result<std::int64_t> add(store::Database& database, const Actor& actor, formats::inventory::Item item, Timestamp now) {
  TRY(const auto organisation, organisation_of(actor));
  TRY_VOID(tidy(item));
  store::Asset asset;
  asset.organisation = organisation;
  asset.item = std::move(item);
  asset.added_at = asset.changed_at = now;
  derive(asset);
  asset.terms = search_terms(asset.search);
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(connection.lock_changes());
    store::Assets assets{connection};
    TRY(const auto there, assets.find_by_key(organisation, asset.key));
    if (there) return taken();
    TRY_VOID(assets.insert(std::span{&asset, 1}));
    TRY(const auto made, assets.find_by_key(organisation, asset.key));
    if (!made) return Error::internal("an asset that was inserted is not there");
    TRY_VOID(note(connection, actor, now, "inventory.add", organisation, made->id));
    return made->id;
  });
}

Status change(store::Database& database, const Actor& actor, std::int64_t id, formats::inventory::Item item,
              Timestamp now, std::string_view expected) {
  TRY(const auto organisation, organisation_of(actor));
  TRY_VOID(tidy(item));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    store::Assets assets{connection};
    TRY(auto found, assets.find(organisation, id));
    if (!found) return Error::not_found("asset");
    TRY_VOID(check_version(*found, expected));
    const auto matter = matter_of(found->item);
    const auto digest = found->digest;
    found->item = std::move(item);
    derive(*found);
    if (found->digest == digest) return ok();
    found->terms = search_terms(found->search);
    found->due = found->due || matter_of(found->item) != matter;
    TRY(const auto other, assets.find_by_key(organisation, found->key));
    if (other && other->id != id) return taken();
    TRY(const auto rows, assets.update(*found, now));
    if (rows == 0) return Error::not_found("asset");
    return note(connection, actor, now, "inventory.change", organisation, id);
  });
}

Status remove(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now,
              std::string_view expected) {
  TRY(const auto organisation, organisation_of(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    store::Assets assets{connection};
    TRY(const auto found, assets.find(organisation, id));
    if (!found) return Error::not_found("asset");
    TRY_VOID(check_version(*found, expected));
    TRY_VOID(store::ExposureHistory{connection}.note_removal(id, now));
    TRY_VOID(assets.remove(organisation, id));
    return note(connection, actor, now, "inventory.remove", organisation, id);
  });
}

}  // namespace tocsin::engine::inventory
