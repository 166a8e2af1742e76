#include "engine/threat/sightings.hpp"

#include <algorithm>
#include <charconv>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/manage/parts.hpp"
#include "engine/members/input.hpp"
#include "engine/threat/feedback.hpp"
#include "engine/threat/report_parts.hpp"
#include "store/records.hpp"

namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using domain::Audience;
using domain::Grantee;
using sharing::Marking;

/// Those whose it is, and the CERT.
Marking marking_for(const domain::Record& record) {
  Marking marking;
  marking.tlp = std::max(record.tlp, domain::Tlp::amber_strict);
  marking.audience = Audience::listed;
  marking.listed = {{Grantee::Kind::organisation, domain::kOwnOrganisation.value},
                    {Grantee::Kind::organisation, record.owner.value}};
  domain::tidy(marking.listed);
  marking.status = domain::RecordStatus::published;
  return marking;
}

Result<domain::Record> need_seen(store::Connection& connection, const Actor& actor, domain::RecordId id,
                                 Timestamp now) {
  TRY(auto seen, manage::need_record(connection, actor, id, now));
  if (!can_be_seen_too(seen.record)) return Error::not_found("threat");
  return std::move(seen.record);
}

Result<bool> is_own(store::Connection& connection, const Actor& actor, const domain::Record& record) {
  if (actor.viewer.organisation == record.owner) return true;
  TRY(const auto shared, store::SharedThreats{connection}.of_object(record.id));
  return shared && shared->organisation == *actor.viewer.organisation;
}

Result<std::optional<int>> read_count(std::string_view typed) {
  const auto text = text::trim(typed);
  if (text.empty()) return std::optional<int>{};
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count < 1 || count > kSightingCountMax) {
    return Error::invalid(std::string{tr<"how often is a whole number from 1 to 999999999">()}, "count");
  }
  return std::optional{count};
}

std::optional<Timestamp> time_at(const boost::json::value& object, std::string_view name) {
  const auto time = parse_rfc3339(json::string_at(object, name));
  return time ? std::optional{*time} : std::nullopt;
}

Result<SightingFacts> facts_of(store::Connection& connection, domain::RecordId sighting) {
  SightingFacts facts;
  store::Records records{connection};
  TRY(const auto record, records.load(sighting));
  if (!record) return facts;
  TRY(const auto bytes, records.document(record->id, record->current_revision));
  const auto parsed = json::parse(bytes.value_or("{}"));
  if (!parsed) return facts;
  const auto& root = parsed->root();
  if (const auto* count = json::find(root, "count"); count != nullptr && count->is_int64()) {
    facts.count = static_cast<int>(std::clamp<std::int64_t>(count->get_int64(), 0, kSightingCountMax));
  }
  facts.first_seen = time_at(root, "first_seen");
  facts.last_seen = time_at(root, "last_seen");
  facts.remark = json::string_at(root, "description");
  return facts;
}

}  // namespace

bool can_be_seen_too(const domain::Record& record) noexcept {
  return record.kind == domain::RecordKind::stix_object &&
         (record.key.starts_with("indicator--") || record.key.starts_with("report--"));
}

Result<SightingFacts> read_sighting(const SightingInput& input, Timestamp now) {
  SightingFacts facts;
  TRY(facts.count, read_count(input.count));
  TRY(facts.first_seen, read_seen_time(input.first_seen, "first_seen"));
  TRY(facts.last_seen, read_seen_time(input.last_seen, "last_seen"));
  TRY_VOID(check_seen_times(facts.first_seen, facts.last_seen, now));
  TRY(facts.remark, members::many_lines(input.remark, "remark", kSightingRemarkBytesMax));
  return facts;
}

Result<OwnSighting> own_sighting(store::Connection& connection, const Actor& actor, const domain::Record& record) {
  OwnSighting own;
  if (!can_be_seen_too(record) || !may_share(actor)) return own;
  TRY(const auto found, store::SharedThreats{connection}.sighting(record.id, *actor.viewer.organisation));
  if (found) {
    own.made = true;
    own.anonymous = found->anonymous;
    own.at = found->made_at;
    TRY(own.facts, facts_of(connection, found->sighting));
    return own;
  }
  TRY(const bool ours, is_own(connection, actor, record));
  own.may_add = !ours;
  return own;
}

Status add_sighting(store::Database& database, const Actor& actor, domain::RecordId id, Attribution attribution,
                    const SightingInput& input, Timestamp now) {
  TRY_VOID(may_share(actor));
  TRY(const auto facts, read_sighting(input, now));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto record, need_seen(connection, actor, id, now));
    TRY(const bool ours, is_own(connection, actor, record));
    if (ours) return Error::forbidden(std::string{tr<"Your own organisation shared this">()});
    store::SharedThreats threats{connection};
    const auto organisation = *actor.viewer.organisation;
    TRY(const auto there, threats.sighting(id, organisation));
    if (there) return Error::conflict(std::string{tr<"Your organisation has said so already">()});
    const auto owner = owner_of_report(actor, attribution);
    const auto marking = marking_for(record);
    TRY(const auto by, identity_for(connection, owner, marking, now));
    const auto at = stix::whole_milliseconds(now);
    stix::Sighting seen{.of = record.key,
                        .first_seen = facts.first_seen,
                        .last_seen = facts.last_seen,
                        .count = facts.count,
                        .description = facts.remark};
    if (attribution == Attribution::named) seen.where.push_back(by);
    const auto object = stix::write_sighting({.id = stix::make_id("sighting", random_uuid()),
                                              .created_by = by,
                                              .created = at,
                                              .modified = at,
                                              .tlp = level_of(marking.tlp)},
                                             seen);
    TRY(const auto sighting, put_object(connection, object, "sighting", owner, marking, now));
    TRY_VOID(threats.add_sighting({.record = id,
                                   .organisation = organisation,
                                   .sighting = sighting,
                                   .person = actor.viewer.person,
                                   .anonymous = attribution == Attribution::anonymous,
                                   .made_at = now,
                                   .organisation_name = {}}));
    TRY_VOID(tell_giver(connection, actor, record, now));
    TRY_VOID(audit::record(connection, logged_as(actor, attribution), now, "sighting.add", audit::object_of(id), owner,
                           domain::audit::Outcome::done, {{"id", record.key}}));
    return ok();
  });
}

Status withdraw_sighting(store::Database& database, const Actor& actor, domain::RecordId id, Timestamp now) {
  TRY_VOID(may_share(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto record, need_seen(connection, actor, id, now));
    store::SharedThreats threats{connection};
    TRY(const auto found, threats.sighting(id, *actor.viewer.organisation));
    if (!found) return Error::not_found("sighting");
    TRY(const auto kept, store::Records{connection}.load(found->sighting));
    if (kept) TRY_VOID(revoke_object(connection, *kept, now));
    TRY_VOID(threats.remove_sighting(id, *actor.viewer.organisation));
    const auto attribution = found->anonymous ? Attribution::anonymous : Attribution::named;
    TRY_VOID(audit::record(connection, logged_as(actor, attribution), now, "sighting.withdraw", audit::object_of(id),
                           owner_of_report(actor, attribution), domain::audit::Outcome::done, {{"id", record.key}}));
    return ok();
  });
}

Result<SeenToo> told_of(store::Connection& connection, const store::SharedSighting& sighting) {
  TRY(const auto seen, store::Records{connection}.load(sighting.record));
  TRY(auto facts, facts_of(connection, sighting.sighting));
  return SeenToo{.organisation = sighting.anonymous ? std::string{} : sighting.organisation_name,
                 .object = seen ? seen->title : std::string{},
                 .at = sighting.made_at,
                 .facts = std::move(facts)};
}

Result<std::vector<SeenToo>> seen_too(store::Connection& connection, const Actor& actor, const domain::Record& record,
                                      Timestamp now) {
  std::vector<SeenToo> out;
  if (!can_be_seen_too(record) || !sharing::may_look(actor, record, now)) return out;
  TRY(const auto all, store::SharedThreats{connection}.sightings(record.id));
  for (const auto& each : all) {
    TRY(auto seen, told_of(connection, each));
    out.push_back(std::move(seen));
  }
  return out;
}

}  // namespace tocsin::engine::threat
