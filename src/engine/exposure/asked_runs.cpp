#include "engine/exposure/asked_runs.hpp"

#include <algorithm>

#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "store/boms.hpp"
#include "store/records.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::Permission;

void sort_once(std::vector<std::int64_t>& numbers) {
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

/// Every asset that is named, by number; all of them are the organisation's.
Result<std::vector<std::int64_t>> assets_of(store::Connection& connection, domain::OrganisationId organisation,
                                            const RunInput& input) {
  store::Assets assets{connection};
  auto named = input.assets;
  sort_once(named);
  if (named.size() > kRunSubjectsMax) return Error::invalid(tr<"at most {} at once">(kRunSubjectsMax), "assets");
  TRY(const auto own, assets.ids_of(organisation, named));
  if (own.size() != named.size()) return Error::not_found("asset");
  for (const auto& product : input.products) {
    TRY(const auto of_kind, assets.ids_of_identity(organisation, product));
    if (of_kind.empty()) return Error::not_found("product");
    named.insert(named.end(), of_kind.begin(), of_kind.end());
  }
  store::Boms boms{connection};
  for (const auto bom : input.boms) {
    TRY(const auto found, boms.find(organisation, bom));
    if (!found) return Error::not_found("bill of materials");
    TRY(const auto parts, boms.parts(bom));
    named.insert(named.end(), parts.begin(), parts.end());
  }
  sort_once(named);
  return named;
}

}  // namespace

Result<std::int64_t> ask_run(store::Database& database, const Actor& actor, const RunInput& input, Timestamp now) {
  TRY_VOID(actor.require(Permission::edit_inventory));
  if (!actor.viewer.organisation) return Error::not_found("inventory");
  const auto organisation = *actor.viewer.organisation;
  const bool names = !input.records.empty() || !input.assets.empty() || !input.products.empty() || !input.boms.empty();
  if (names == input.everything) {
    return Error::invalid(std::string{tr<"choose advisories, assets, or everything">()}, "match");
  }
  const auto viewer = reader_of(actor, {.organisation = organisation});
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    store::AskedRun run{.organisation = organisation, .person = actor.viewer.person, .asked_at = now};
    for (const auto record : input.records) run.records.push_back(record.value);
    sort_once(run.records);
    if (run.records.size() > kRunSubjectsMax) {
      return Error::invalid(tr<"at most {} at once">(kRunSubjectsMax), "advisories");
    }
    store::ExposureRuns runs{connection};
    TRY(const auto visible, runs.visible(viewer, run.records, now));
    if (visible != run.records.size()) return Error::not_found("advisory");
    TRY(run.assets, assets_of(connection, organisation, input));
    // A bill of materials may have lost all that it names.
    if (!input.everything && run.records.empty() && run.assets.empty()) return Error::not_found("asset");
    if (run.assets.empty() && !(input.products.empty() && input.boms.empty())) return Error::not_found("asset");
    TRY(const auto open, runs.open(organisation));
    if (open >= kRunsKept) {
      return Error::conflict(std::string{tr<"Too much waits to be matched already: look again in a while">()});
    }
    TRY_VOID(runs.forget(organisation, kRunsKept - 1));
    TRY(const auto id, runs.add(run));
    TRY_VOID(audit::record(connection, actor, now, "exposure.run", audit::object_of("inventory", organisation.value),
                           organisation, domain::audit::Outcome::done,
                           {{"run", id}, {"advisories", run.records.size()}, {"assets", run.assets.size()}}));
    return id;
  });
}

Result<std::vector<store::AskedRun>> asked_runs(store::Database& database, const Actor& actor,
                                                const inventory::Access& access, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  if (access.sites) return std::vector<store::AskedRun>{};
  return database.read([&](store::Connection& connection) {
    return store::ExposureRuns{connection}.list(reader_of(actor, access), access.organisation, kRunsKept, now);
  });
}

Result<store::AskedRun> asked_run(store::Database& database, const Actor& actor, const inventory::Access& access,
                                  std::int64_t id, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  if (access.sites) return Error::not_found("run");
  TRY(auto found, database.read([&](store::Connection& connection) {
    return store::ExposureRuns{connection}.find(reader_of(actor, access), access.organisation, id, now);
  }));
  if (!found) return Error::not_found("run");
  return std::move(*found);
}

}  // namespace tocsin::engine::exposure
