#include "engine/exposure/sharing.hpp"

#include <algorithm>
#include <map>

#include "base/messages.hpp"
#include "domain/sector.hpp"
#include "engine/audit/trail.hpp"
#include "store/changes.hpp"
#include "store/exposures.hpp"
#include "store/organisations.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::Permission;

constexpr std::int64_t kHour = std::int64_t{3'600} * 1'000'000;

/// A day begins when its sums are made.
std::int64_t sums_day(Timestamp now) {
  const auto shifted = now.micros - kSumsHour * kHour;
  return shifted >= 0 ? shifted / (24 * kHour) : (shifted - 24 * kHour + 1) / (24 * kHour);
}

Result<domain::OrganisationId> sharing_one(const Actor& actor) {
  TRY_VOID(actor.require(Permission::manage_own_organisation));
  if (!actor.viewer.organisation) return Error::not_found("organisation");
  if (*actor.viewer.organisation == domain::kOwnOrganisation) {
    return Error::invalid(std::string{tr<"The CERT reads the sums: its own inventory does not go into them">()},
                          "sector");
  }
  return *actor.viewer.organisation;
}

std::string sector_text(std::int64_t sector) {
  return sector == 0 ? std::string{} : std::string{domain::slug(static_cast<domain::Sector>(sector))};
}
std::int64_t sector_number(const std::string& text) {
  const auto sector = domain::parse_sector(text);
  return sector ? static_cast<std::int64_t>(*sector) : 0;
}

SumPublication publication_of(const store::ExposureSum& sum) {
  SumPublication out;
  for (const auto& each : sum.parts) {
    out.behind.push_back(
        {.organisation = each.organisation.value, .sector = sector_text(each.sector), .assets = each.assets});
  }
  for (const auto& each : sum.figures) {
    if (each.sector > 0) out.sectors.insert(sector_text(each.sector));
  }
  out.organisations_min = sum.least;
  return out;
}

store::ExposureSum sum_of(const store::SumSubject& subject, const SumPublication& publication, Timestamp now) {
  store::ExposureSum sum{.subject = subject, .least = publication.organisations_min, .made_at = now};
  for (const auto& each : publication.behind) {
    sum.parts.push_back(
        {.organisation = {each.organisation}, .sector = sector_number(each.sector), .assets = each.assets});
  }
  for (const auto& cell : cells_of(publication)) {
    sum.figures.push_back({.sector = cell.sector.empty() ? store::kAllSectors : sector_number(cell.sector),
                           .organisations = cell.organisations,
                           .assets = cell.assets});
  }
  return sum;
}

Result<int> least_of(store::Connection& connection) {
  TRY(const auto last, store::ExposureSums{connection}.last_run());
  return last ? std::max(last->least, kSumOrganisationsLeast) : kSumOrganisationsDefault;
}

/// Those who take part, after who waited has been admitted where enough wait: a figure that changes that day does so
/// for one of them, and nobody can say which.
Result<std::vector<store::ExposureConsent>> participants(store::ExposureSums& store, int least, Timestamp now,
                                                         SumsRun& run) {
  TRY(auto open, store.open_consents());
  const auto waiting = std::ranges::count_if(open, [](const auto& each) { return !each.admitted_at; });
  if (waiting >= least) {
    for (auto& each : open) {
      if (each.admitted_at) continue;
      TRY_VOID(store.admit(each.id, now));
      each.admitted_at = now;
      ++run.admitted;
    }
  }
  std::erase_if(open, [](const auto& each) { return !each.admitted_at; });
  return open;
}

}  // namespace

std::string sector_slug(std::int64_t sector) {
  if (sector == store::kAllSectors) return "all";
  return sector == 0 ? "none" : sector_text(sector);
}

std::optional<std::int64_t> parse_sum_sector(std::string_view slug) {
  if (slug.empty() || slug == "all") return store::kAllSectors;
  for (const auto each : domain::all_sectors()) {
    if (domain::slug(each) == slug) return static_cast<std::int64_t>(each);
  }
  return std::nullopt;
}

Result<std::vector<store::ExposureConsent>> consents(store::Database& database, const Actor& actor) {
  // Who decides on it knows of it, whether they see the inventory or not.
  if (!actor.may(Permission::manage_own_organisation)) TRY_VOID(actor.require(Permission::read_inventory));
  if (!actor.viewer.organisation) return Error::not_found("organisation");
  return database.read([&](store::Connection& connection) {
    return store::ExposureSums{connection}.consents(*actor.viewer.organisation);
  });
}

tocsin::Status share_counts(store::Database& database, const Actor& actor, std::string_view sector, Timestamp now) {
  TRY(const auto organisation, sharing_one(actor));
  return database.write([&](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto found, store::Organisations{connection}.find(organisation));
    if (!found) return Error::not_found("organisation");
    store::ExposureConsent consent{.organisation = organisation, .granted_by = actor.viewer.person, .granted_at = now};
    if (!sector.empty()) {
      const auto chosen = std::ranges::find(found->sectors, sector, [](auto each) { return domain::slug(each); });
      if (chosen == found->sectors.end()) {
        return Error::invalid(std::string{tr<"this is none of the sectors in the organisation's profile">()}, "sector");
      }
      consent.sector = static_cast<std::int64_t>(*chosen);
    }
    store::ExposureSums store{connection};
    TRY(const auto before, store.consents(organisation));
    if (!before.empty() && !before.front().revoked_at) {
      return Error::conflict(std::string{tr<"The organisation's counts go into sums already">()}, "sector");
    }
    TRY_VOID(store.add_consent(consent));
    TRY_VOID(audit::record(connection, actor, now, "exposure.share", audit::object_of(organisation), organisation,
                           domain::audit::Outcome::done, {{"sector", sector_text(consent.sector)}}));
    return ok();
  });
}

tocsin::Status stop_sharing(store::Database& database, const Actor& actor, Timestamp now) {
  TRY(const auto organisation, sharing_one(actor));
  return database.write([&](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto rows, store::ExposureSums{connection}.revoke(organisation, actor.viewer.person, now));
    if (rows == 0) return Error::conflict(std::string{tr<"The organisation's counts go into no sums">()});
    TRY_VOID(audit::record(connection, actor, now, "exposure.unshare", audit::object_of(organisation), organisation));
    return ok();
  });
}

Result<SumsRun> make_sums(store::Database& database, int organisations_min, Timestamp now) {
  const auto least = std::max(organisations_min, kSumOrganisationsLeast);
  const auto day = sums_day(now);
  const auto is_due = [&](store::Connection& connection) -> Result<bool> {
    TRY(const auto last, store::ExposureSums{connection}.last_run());
    if (last && last->day >= day) return false;
    // While advisories are still being matched, the figures would be those of a moment.
    TRY(const auto cursor, store::Exposures{connection}.cursor());
    TRY(const auto newest, store::Changes{connection}.newest());
    return cursor.sequence == newest;
  };
  TRY(const auto due, database.read(is_due));
  if (!due) return SumsRun{};
  return database.write([&](store::Connection& connection) -> Result<SumsRun> {
    TRY_VOID(connection.lock_changes());
    SumsRun run;
    TRY(run.made, is_due(connection));
    if (!run.made) return run;
    store::ExposureSums store{connection};
    TRY_VOID(store.note({.day = day, .made_at = now, .least = least}));
    TRY(const auto taking_part, participants(store, least, now, run));
    std::map<std::int64_t, std::string> sectors;
    std::vector<domain::OrganisationId> organisations;
    std::set<std::int64_t> present;
    for (const auto& each : taking_part) {
      organisations.push_back(each.organisation);
      present.insert(each.organisation.value);
      sectors.emplace(each.organisation.value, sector_text(each.sector));
    }
    std::map<store::SumSubject, std::vector<Contribution>> parts;
    TRY_VOID(store.each_part(
        organisations, now, [&](const store::SumSubject& subject, domain::OrganisationId of, std::int64_t assets) {
          parts[subject].push_back({.organisation = of.value, .sector = sectors.at(of.value), .assets = assets});
        }));
    for (const auto& [subject, behind] : parts) {
      if (std::cmp_less(behind.size(), least)) continue;
      TRY(const auto earlier, store.published(subject));
      std::vector<SumPublication> known;
      for (const auto& each : earlier) known.push_back(publication_of(each));
      const auto next = next_publication(behind, known, present, least);
      if (!next) continue;
      TRY_VOID(store.publish(sum_of(subject, *next, now)));
      ++run.published;
    }
    return run;
  });
}

bool may_read_sums(const Actor& actor) noexcept {
  if (actor.console) return true;
  return actor.viewer.organisation == domain::kOwnOrganisation && actor.may(Permission::read_inventory) &&
         (actor.viewer.roles.has(domain::Role::analyst) || actor.viewer.roles.has(domain::Role::coordinator));
}

Result<int> sums_least(store::Database& database) {
  return database.read([](store::Connection& connection) -> Result<int> { return least_of(connection); });
}

Result<Sums> sums(store::Database& database, const Actor& actor, const store::ToldFilter& filter, Timestamp now) {
  if (!may_read_sums(actor)) {
    return Error::forbidden(std::string{tr<"Sums over organisations are for the CERT's analysts and coordinators">()});
  }
  auto viewer = actor.viewer;
  if (actor.console) {
    // As the CERT's coordinators see advisories.
    viewer.organisation = domain::kOwnOrganisation;
    viewer.roles = {domain::Role::member, domain::Role::coordinator};
  }
  return database.snapshot([&](store::Connection& connection) -> Result<Sums> {
    Sums found;
    TRY(found.organisations_min, least_of(connection));
    TRY(found.rows, store::ExposureSums{connection}.told(viewer, filter, found.organisations_min, now));
    return found;
  });
}

}  // namespace tocsin::engine::exposure
