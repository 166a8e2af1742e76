#include <algorithm>
#include <set>

#include "base/json.hpp"
#include "engine/threat/report.hpp"
#include "engine/threat/report_parts.hpp"
#include "store/records.hpp"

/// What those who gave something are told of it, and readers of who gave it.
namespace tocsin::engine::threat {
namespace {

constexpr int kOwnMax = 500;

Result<OwnReport> told(store::Connection& connection, const Actor& actor, Own own) {
  OwnReport out;
  store::SharedThreats threats{connection};
  store::Records records{connection};
  out.object = is_object(own.shared);
  out.anonymous = own.shared.anonymous;
  out.by = own.shared.person_name;
  out.shared_at = own.shared.shared_at;
  out.input = read_input(own.shared.content);
  TRY(const auto bytes, records.document(own.record.id, own.record.current_revision));
  if (const auto parsed = json::parse(bytes.value_or("{}"))) {
    const auto* revoked = json::find(parsed->root(), "revoked");
    out.revoked = revoked != nullptr && revoked->is_bool() && revoked->get_bool();
  }
  out.may_change = !out.revoked && may_change_own(actor, own);
  TRY(const auto objects, threats.objects(own.record.id));
  out.objects = objects.size();
  TRY(const auto sightings, threats.sightings(own.record.id));
  std::set<std::int64_t> organisations;
  for (const auto& each : sightings) {
    organisations.insert(each.organisation.value);
    TRY(auto seen, told_of(connection, each));
    out.seen_too.push_back(std::move(seen));
  }
  out.organisations_seen = static_cast<std::int64_t>(organisations.size());
  TRY(out.organisations_read, threats.readers(own.record.id, own.shared.organisation));
  TRY(auto thanked_by, threats.thanked_by(own.record.id));
  out.organisations_thanked = static_cast<std::int64_t>(thanked_by.size());
  if (!out.anonymous) out.thanked_by = std::move(thanked_by);
  out.record = std::move(own.record);
  return out;
}

}  // namespace

Result<std::vector<OwnReport>> own_reports(store::Database& database, const Actor& actor, Timestamp now) {
  TRY_VOID(actor.require(domain::Permission::read_as_member));
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<OwnReport>> {
    std::vector<OwnReport> out;
    if (!actor.viewer.organisation) return out;
    TRY(const auto all, store::SharedThreats{connection}.of(*actor.viewer.organisation, kOwnMax));
    for (const auto& each : all) {
      TRY(const auto record, store::Records{connection}.load(each.record));
      if (!record) continue;
      auto own = need_own(connection, actor, record->key, now);
      if (!own) {
        if (own.error().code == Error::Code::not_found) continue;
        return own.error();
      }
      TRY(auto report, told(connection, actor, *std::move(own)));
      out.push_back(std::move(report));
    }
    return out;
  });
}

Result<OwnReport> own_report(store::Database& database, const Actor& actor, std::string_view stix_id, Timestamp now) {
  TRY_VOID(actor.require(domain::Permission::read_as_member));
  return database.snapshot([&](store::Connection& connection) -> Result<OwnReport> {
    TRY(auto own, need_own(connection, actor, stix_id, now));
    return told(connection, actor, std::move(own));
  });
}

Result<Giver> giver_of(store::Connection& connection, const Actor& actor, domain::RecordId record) {
  Giver giver;
  TRY(const auto shared, store::SharedThreats{connection}.of_object(record));
  if (!shared) return giver;
  giver.given_here = true;
  giver.anonymous = shared->anonymous;
  const bool coordinator =
      actor.viewer.organisation == domain::kOwnOrganisation && actor.viewer.roles.has(domain::Role::coordinator);
  if (!shared->anonymous || coordinator) giver.organisation = shared->organisation_name;
  giver.only_you_know = shared->anonymous && coordinator;
  giver.own = !shared->anonymous && actor.viewer.organisation == shared->organisation;
  return giver;
}

}  // namespace tocsin::engine::threat
