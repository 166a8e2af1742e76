#include "engine/audit/trail.hpp"
#include "engine/inventory/inventory.hpp"
#include "store/exposure_history.hpp"

/// Bills of materials: names under which assets belong together.
namespace tocsin::engine::inventory {
namespace {

constexpr int kBomsMax = 1'000;

}  // namespace

Result<std::vector<store::Bom>> boms(store::Database& database, const Access& access) {
  return database.read([&](store::Connection& connection) {
    return store::Boms{connection}.list(access.organisation, access.sites, kBomsMax);
  });
}

Result<std::vector<store::Bom>> boms_of(store::Database& database, const Access& access, std::int64_t asset) {
  return database.read(
      [&](store::Connection& connection) { return store::Boms{connection}.of_asset(access.organisation, asset); });
}

Result<std::int64_t> remove_bom(store::Database& database, const Actor& actor, std::int64_t bom, bool components,
                                Timestamp now) {
  TRY_VOID(actor.require(domain::Permission::edit_inventory));
  if (!actor.viewer.organisation) return Error::not_found("bill of materials");
  const auto organisation = *actor.viewer.organisation;
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(connection.lock_changes());
    store::Boms boms{connection};
    TRY(const auto found, boms.find(organisation, bom));
    if (!found) return Error::not_found("bill of materials");
    std::int64_t removed = 0;
    if (components) {
      TRY(const auto alone, boms.parts(bom, true));
      for (const auto asset : alone) {
        TRY_VOID(store::ExposureHistory{connection}.note_removal(asset, now));
        TRY(const auto rows, store::Assets{connection}.remove(organisation, asset));
        removed += rows;
      }
    }
    TRY_VOID(boms.remove(bom));
    TRY_VOID(audit::record(connection, actor, now, "inventory.remove-bom",
                           audit::object_of("inventory", organisation.value), organisation,
                           domain::audit::Outcome::done, {{"removed", removed}}));
    return removed;
  });
}

}  // namespace tocsin::engine::inventory
