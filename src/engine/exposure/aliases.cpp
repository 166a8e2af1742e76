#include "engine/exposure/aliases.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "engine/exposure/alias_text.hpp"
#include "engine/exposure/sharing.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::Permission;
using store::CommunityAliasState;

constexpr std::int64_t kHour = std::int64_t{3'600} * 1'000'000;

std::int64_t offers_day(Timestamp now) { return (now.micros - kSumsHour * kHour) / (24 * kHour); }

Result<domain::OrganisationId> contributing_one(const Actor& actor) {
  TRY_VOID(actor.require(Permission::manage_own_organisation));
  if (!actor.viewer.organisation) return Error::not_found("organisation");
  if (*actor.viewer.organisation == domain::kOwnOrganisation) {
    return Error::invalid(
        std::string{tr<"The CERT accepts what organisations contribute: it contributes nothing itself">()});
  }
  return *actor.viewer.organisation;
}

Result<domain::OrganisationId> editing_one(const Actor& actor) {
  TRY_VOID(actor.require(Permission::edit_inventory));
  if (!actor.viewer.organisation) return Error::not_found("organisation");
  return *actor.viewer.organisation;
}

Result<int> least_of(store::Connection& connection) {
  TRY(const auto last, store::Aliases{connection}.last_run());
  return last ? std::max(last->least, kAliasOrganisationsLeast) : kAliasOrganisationsDefault;
}

/// As with sums: who contributes from now on is admitted with enough others, so that what is offered next may be due to
/// any of them.
Result<std::vector<domain::OrganisationId>> contributors(store::Aliases& aliases, int least, Timestamp now,
                                                         AliasOffers& offers) {
  TRY(auto open, aliases.open_consents());
  std::erase_if(open, [](const auto& each) { return each.organisation == domain::kOwnOrganisation; });
  const auto waiting = std::ranges::count_if(open, [](const auto& each) { return !each.admitted_at; });
  std::vector<domain::OrganisationId> admitted;
  for (const auto& each : open) {
    if (!each.admitted_at) {
      if (waiting < least) continue;
      TRY_VOID(aliases.admit(each.id, now));
      ++offers.admitted;
    }
    admitted.push_back(each.organisation);
  }
  return admitted;
}

tocsin::Status note(store::Connection& connection, const Actor& actor, Timestamp now,
                    domain::OrganisationId organisation, const boost::json::object& detail) {
  TRY_VOID(audit::record(connection, actor, now, "exposure.alias", audit::object_of("inventory", organisation.value),
                         organisation, domain::audit::Outcome::done, detail));
  return ok();
}

}  // namespace

std::string_view to_string(store::AliasKind kind) noexcept {
  switch (kind) {
    case store::AliasKind::vendor:
      return "vendor";
    case store::AliasKind::product:
      return "product";
    case store::AliasKind::order_number:
      return "order_number";
  }
  return "product";
}

Result<AliasesOf> aliases(store::Database& database, const Actor& actor, Timestamp /*now*/) {
  if (!actor.may(Permission::manage_own_organisation)) TRY_VOID(actor.require(Permission::read_inventory));
  if (!actor.viewer.organisation) return Error::not_found("organisation");
  const auto organisation = *actor.viewer.organisation;
  // Who only decides on contributing sees no text of the inventory.
  const bool reads = actor.may(Permission::read_inventory);
  return database.snapshot([&](store::Connection& connection) -> Result<AliasesOf> {
    store::Aliases store{connection};
    AliasesOf found;
    TRY(found.least, least_of(connection));
    TRY(found.consents, store.consents(organisation));
    if (!reads) return found;
    TRY(auto own, store.of(organisation));
    TRY(auto community, store.community(CommunityAliasState::accepted, 0));
    for (auto& each : community) {
      const bool denied =
          std::ranges::any_of(own, [&](const store::Alias& alias) { return alias.denied && alias.key == each.key; });
      found.community.push_back({.alias = std::move(each), .used = !denied});
    }
    std::erase_if(own, [](const store::Alias& alias) { return alias.denied; });
    if (own.empty()) return found;
    TRY(const auto words, store.private_words(organisation));
    const PrivateWords private_words{words};
    for (auto& each : own) {
      std::string why{why_not_shared(each.key, each.shown, private_words)};
      found.own.push_back({.alias = std::move(each), .not_shared = std::move(why)});
    }
    return found;
  });
}

Result<AliasBook> aliases_seen(store::Connection& connection, const Actor& actor,
                               const formats::inventory::Item& item) {
  AliasBook book;
  store::Aliases store{connection};
  std::optional<domain::OrganisationId> own;
  if (actor.may(Permission::read_inventory)) own = actor.viewer.organisation;
  const auto take = [&](store::AliasKind kind, const std::string& of_vendor,
                        const std::string& text) -> tocsin::Status {
    if (text.empty()) return ok();
    if (own) {
      TRY(const auto known, store.of_text(*own, kind, of_vendor, text));
      for (const auto& each : known) book.add(each);
    }
    TRY(const auto accepted, store.accepted_of_text(kind, of_vendor, text));
    for (const auto& each : accepted) book.add(each);
    return ok();
  };
  const auto vendor = alias_vendor_key(item.vendor);
  TRY_VOID(take(store::AliasKind::order_number, {}, alias_number_key(item.model)));
  TRY_VOID(take(store::AliasKind::product, vendor, alias_product_key(item.product)));
  TRY_VOID(take(store::AliasKind::vendor, {}, vendor));
  return book;
}

Result<AliasFile> aliases_to_carry(store::Connection& connection, std::optional<domain::OrganisationId> own) {
  store::Aliases store{connection};
  AliasFile file;
  if (own) {
    TRY(file.own, store.of(*own));
  }
  TRY(file.community, store.community(CommunityAliasState::accepted, 0));
  return file;
}

tocsin::Status forget_alias(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now) {
  TRY(const auto organisation, editing_one(actor));
  return database.write([&](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(connection.lock_changes());
    store::Aliases store{connection};
    TRY(const auto found, store.find(organisation, id));
    if (!found || found->denied) return Error::not_found("alias");
    TRY_VOID(store.remove(id));
    TRY_VOID(match_again(connection, found->key, organisation));
    return note(connection, actor, now, organisation, {{"forgotten", 1}});
  });
}

tocsin::Status use_community_alias(store::Database& database, const Actor& actor, std::int64_t id, bool use,
                                   Timestamp now) {
  TRY(const auto organisation, editing_one(actor));
  return database.write([&](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(connection.lock_changes());
    store::Aliases store{connection};
    TRY(const auto found, store.find_community(id));
    if (!found || found->state != CommunityAliasState::accepted) return Error::not_found("alias");
    TRY(const auto own, store.of(organisation));
    const auto denied =
        std::ranges::find_if(own, [&](const store::Alias& each) { return each.denied && each.key == found->key; });
    if (use == (denied == own.end())) return ok();
    if (use) {
      TRY_VOID(store.remove(denied->id));
    } else {
      TRY_VOID(store.put({.organisation = organisation,
                          .key = found->key,
                          .shown = found->key.text,
                          .vendor = found->vendor,
                          .product = found->product,
                          .denied = true,
                          .taught_by = actor.viewer.person,
                          .taught_at = now}));
    }
    TRY_VOID(match_again(connection, found->key, organisation));
    return note(connection, actor, now, organisation, {{use ? "used" : "denied", 1}});
  });
}

tocsin::Status contribute_aliases(store::Database& database, const Actor& actor, Timestamp now) {
  TRY(const auto organisation, contributing_one(actor));
  return database.write([&](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(connection.lock_changes());
    store::Aliases store{connection};
    TRY(const auto before, store.consents(organisation));
    if (!before.empty() && !before.front().revoked_at) {
      return Error::conflict(std::string{tr<"The organisation contributes its aliases already">()});
    }
    TRY_VOID(store.add_consent({.organisation = organisation, .granted_by = actor.viewer.person, .granted_at = now}));
    TRY_VOID(
        audit::record(connection, actor, now, "exposure.contribute", audit::object_of(organisation), organisation));
    return ok();
  });
}

tocsin::Status stop_contributing(store::Database& database, const Actor& actor, Timestamp now) {
  TRY(const auto organisation, contributing_one(actor));
  return database.write([&](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto rows, store::Aliases{connection}.revoke(organisation, actor.viewer.person, now));
    if (rows == 0) return Error::conflict(std::string{tr<"The organisation contributes no aliases">()});
    TRY_VOID(
        audit::record(connection, actor, now, "exposure.uncontribute", audit::object_of(organisation), organisation));
    return ok();
  });
}

Result<AliasOffers> offer_aliases(store::Database& database, int organisations_min, Timestamp now) {
  const auto least = std::max(organisations_min, kAliasOrganisationsLeast);
  const auto day = offers_day(now);
  const auto is_due = [&](store::Connection& connection) -> Result<bool> {
    TRY(const auto last, store::Aliases{connection}.last_run());
    return !last || last->day < day;
  };
  TRY(const auto due, database.read(is_due));
  if (!due) return AliasOffers{};
  return database.write([&](store::Connection& connection) -> Result<AliasOffers> {
    TRY_VOID(connection.lock_changes());
    AliasOffers offers;
    TRY(offers.made, is_due(connection));
    if (!offers.made) return offers;
    store::Aliases store{connection};
    TRY_VOID(store.note({.day = day, .made_at = now, .least = least}));
    TRY(const auto organisations, contributors(store, least, now, offers));
    struct Contributed {
      std::set<std::int64_t> organisations;
      std::string vendor, product;
    };
    std::map<store::AliasKey, Contributed> contributed;
    for (const auto organisation : organisations) {
      TRY(const auto own, store.of(organisation));
      if (own.empty()) continue;
      TRY(const auto words, store.private_words(organisation));
      const PrivateWords private_words{words};
      for (const auto& each : own) {
        if (each.denied || !why_not_shared(each.key, each.shown, private_words).empty()) continue;
        auto& into = contributed[each.key];
        into.organisations.insert(organisation.value);
        into.vendor = each.vendor;
        into.product = each.product;
      }
    }
    for (const auto& [key, each] : contributed) {
      if (std::cmp_less(each.organisations.size(), least)) continue;
      TRY_VOID(
          store.offer({.key = key, .vendor = each.vendor, .product = each.product, .least = least, .offered_at = now}));
    }
    return offers;
  });
}

Result<OfferedAliases> offered_aliases(store::Database& database, const Actor& actor) {
  if (!may_read_sums(actor)) {
    return Error::forbidden(
        std::string{tr<"What organisations contribute is for the CERT's analysts and coordinators">()});
  }
  return database.snapshot([&](store::Connection& connection) -> Result<OfferedAliases> {
    store::Aliases store{connection};
    OfferedAliases found;
    TRY(found.least, least_of(connection));
    TRY(found.offered, store.community(CommunityAliasState::offered, found.least));
    TRY(found.accepted, store.community(CommunityAliasState::accepted, 0));
    TRY(found.refused, store.community(CommunityAliasState::refused, found.least));
    return found;
  });
}

tocsin::Status judge_alias(store::Database& database, const Actor& actor, std::int64_t id, bool accept, Timestamp now) {
  // A program that only reads does not judge either.
  TRY_VOID(actor.require(Permission::edit_inventory));
  if (!may_read_sums(actor)) {
    return Error::forbidden(
        std::string{tr<"What organisations contribute is for the CERT's analysts and coordinators">()});
  }
  return database.write([&](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(connection.lock_changes());
    store::Aliases store{connection};
    TRY(const auto least, least_of(connection));
    TRY(const auto found, store.find_community(id));
    const bool shown = found && (found->state == CommunityAliasState::accepted || found->least >= least);
    if (!shown) return Error::not_found("alias");
    const auto state = accept ? CommunityAliasState::accepted : CommunityAliasState::refused;
    if (found->state == state) return ok();
    TRY_VOID(store.judge(id, state, actor.viewer.person, now));
    if (accept || found->state == CommunityAliasState::accepted) TRY_VOID(match_again(connection, found->key, {}));
    TRY_VOID(audit::record(
        connection, actor, now, "exposure.judge", audit::object_of("alias", id), {}, domain::audit::Outcome::done,
        {{"accepted", accept}, {"text", found->key.text}, {"vendor", found->vendor}, {"product", found->product}}));
    return ok();
  });
}

}  // namespace tocsin::engine::exposure
