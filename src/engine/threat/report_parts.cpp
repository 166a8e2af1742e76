#include "engine/threat/report_parts.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/members/program.hpp"
#include "engine/sharing/approvable.hpp"
#include "formats/stix/versions.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"

namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using domain::Audience;
using domain::Grantee;
using domain::OrganisationId;
using domain::RecordKind;
using sharing::Marking;

/// Names are for recipients' organisations: an organisation that shares something chose whom it shows that.
constexpr auto kIdentityTlp = domain::Tlp::amber_strict;

/// Whom an identity is shown to: it grows with what is given under its name.
void widen(Audience& audience, std::vector<Grantee>& listed, const Marking& marking) {
  // RED is for people of the owner here, and an embargo ends when nobody looks: neither says a name further.
  if (marking.tlp == domain::Tlp::red || marking.embargo_until) return;
  if (audience == Audience::members || audience == Audience::everyone) return;
  if (marking.audience == Audience::members || marking.audience == Audience::everyone) {
    audience = Audience::members;
    listed.clear();
  } else if (marking.audience == Audience::listed) {
    audience = Audience::listed;
    listed.insert(listed.end(), marking.listed.begin(), marking.listed.end());
    domain::tidy(listed);
  }
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string{std::string_view{found->get_string()}} : std::string{};
}

boost::json::array array_of(const std::vector<std::string>& texts) {
  boost::json::array out;
  for (const auto& each : texts) out.emplace_back(each);
  return out;
}

std::vector<std::string> texts_of(const boost::json::value& root, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& each : json::array_at(root, name)) {
    if (each.is_string()) out.emplace_back(std::string_view{each.get_string()});
  }
  return out;
}

}  // namespace

domain::policy::Viewer steady(const Actor& actor) {
  auto viewer = actor.viewer;
  viewer.glass.clear();
  return viewer;
}

std::string_view level_of(domain::Tlp tlp) noexcept {
  switch (tlp) {
    case domain::Tlp::clear:
      return "clear";
    case domain::Tlp::green:
      return "green";
    case domain::Tlp::amber:
      return "amber";
    case domain::Tlp::amber_strict:
      return "amber+strict";
    case domain::Tlp::red:
      break;
  }
  return "red";
}

Result<domain::RecordId> put_object(store::Connection& connection, const boost::json::object& object,
                                    std::string_view title, OrganisationId owner, const Marking& marking, Timestamp now,
                                    std::string_view issuer) {
  domain::NewRevision revision;
  revision.kind = RecordKind::stix_object;
  revision.issuer = issuer;
  revision.key = text_of(object, "id");
  revision.title = title;
  revision.tlp = marking.tlp;
  revision.owner = owner;
  revision.audience = marking.audience;
  revision.listed = marking.listed;
  revision.status = domain::RecordStatus::published;
  revision.embargo_until = marking.embargo_until;
  revision.version = text_of(object, "modified");
  revision.version_order = stix::version_order(revision.version, false);
  revision.format = "stix-2.1";
  revision.document_status = object.contains("revoked") ? "revoked" : "";
  revision.bytes = json::write(object);
  revision.sha512 = sha512_hex(revision.bytes);
  TRY(revision.initial_release_at, parse_rfc3339(text_of(object, "created")));
  TRY(revision.current_release_at, parse_rfc3339(revision.version));
  if (const auto* labels = object.if_contains("labels"); labels != nullptr && labels->is_array()) {
    for (const auto& each : labels->get_array()) revision.labels.emplace_back(std::string_view{each.get_string()});
  }
  revision.source = "portal";
  TRY(const auto put, store::Records{connection}.put(revision, now));
  const bool stored = put.outcome == domain::PutOutcome::created || put.outcome == domain::PutOutcome::updated;
  if (!stored) return Error::conflict("Another version of an object of this report came meanwhile");
  return put.record;
}

Status check_marking(store::Connection& connection, const Actor& actor, const std::vector<std::int64_t>& communities,
                     const domain::Record& record, const Marking& marking, Timestamp now) {
  const auto facts = sharing::facts_of(*actor.viewer.organisation, marking);
  if (!domain::policy::may_see(actor.viewer, facts, now)) {
    return Error::invalid(std::string{tr<"your role does not read what is marked so: choose a lower label">()}, "tlp");
  }
  if (marking.audience == Audience::listed && marking.listed.empty()) {
    return Error::invalid(std::string{tr<"choose whom it is for">()}, "listed");
  }
  return sharing::check_listed(connection, actor, communities, record, marking);
}

Status revoke_object(store::Connection& connection, const domain::Record& record, Timestamp now) {
  TRY(const auto bytes, store::Records{connection}.document(record.id, record.current_revision));
  TRY(const auto parsed, json::parse(bytes.value_or("{}")));
  if (!parsed.root().is_object()) return Error::internal("A STIX object is none");
  boost::json::object object{parsed.root().get_object()};
  const auto* revoked = object.if_contains("revoked");
  if (revoked != nullptr && revoked->is_bool() && revoked->get_bool()) return ok();
  const auto later = Timestamp{record.current_release_at.micros + 1'000};
  object["modified"] = stix::write_time(std::max(stix::whole_milliseconds(now), later));
  object["revoked"] = true;
  // Whom it reached has to learn of it: marked as it is.
  TRY_VOID(put_object(connection, object, record.title, record.owner, sharing::marking_of(record), now, record.issuer));
  return ok();
}

Result<std::string> identity_for(store::Connection& connection, OrganisationId organisation, const Marking& marking,
                                 Timestamp now) {
  TRY(const auto found, store::Organisations{connection}.find(organisation));
  if (!found || found->uuid.empty()) return Error::internal("An organisation has no UUID");
  auto id = stix::make_id("identity", found->uuid);
  TRY(const auto kept, store::Records{connection}.load(RecordKind::stix_object, "", id));
  // Somebody brought it from elsewhere: what stands there is theirs.
  if (kept && kept->owner != organisation) return id;
  auto audience = kept ? kept->audience : Audience::owner_only;
  auto listed = kept ? kept->listed : std::vector<Grantee>{};
  widen(audience, listed, marking);
  if (kept && kept->title == found->name) {
    if (audience == kept->audience && listed == kept->listed) return id;
    TRY_VOID(store::SharedThreats{connection}.address(*kept, audience, listed, now));
    return id;
  }
  const auto created = stix::whole_milliseconds(kept ? kept->initial_release_at : found->created_at);
  const auto modified =
      kept ? std::max(stix::whole_milliseconds(now), Timestamp{kept->current_release_at.micros + 1'000}) : created;
  const auto object = stix::write_identity(
      {.id = id, .created_by = {}, .created = created, .modified = modified, .tlp = level_of(kIdentityTlp)},
      {.name = found->name});
  const Marking shown{.tlp = kIdentityTlp,
                      .audience = audience,
                      .listed = listed,
                      .embargo_until = {},
                      .status = domain::RecordStatus::published};
  TRY_VOID(put_object(connection, object, found->name, organisation, shown, now));
  return id;
}

Actor logged_as(const Actor& actor, Attribution attribution) {
  return attribution == Attribution::anonymous ? Actor::anonymous() : actor;
}

Result<Own> need_own(store::Connection& connection, const Actor& actor, std::string_view stix_id, Timestamp now) {
  Own own;
  if (!actor.viewer.organisation || !actor.may(domain::Permission::read_as_member)) return Error::not_found("report");
  TRY(auto record, store::Records{connection}.load(RecordKind::stix_object, "", stix_id));
  if (!record) return Error::not_found("report");
  TRY(auto shared, store::SharedThreats{connection}.find(record->id));
  if (!shared || shared->organisation != *actor.viewer.organisation) return Error::not_found("report");
  // As if it were theirs by name: what their role does not read of their own, they do not read here.
  auto facts = domain::policy::facts_of(*record);
  facts.owner = shared->organisation;
  auto viewer = actor.viewer;
  viewer.glass.clear();
  if (!domain::policy::may_see(viewer, facts, now)) return Error::not_found("report");
  own.record = *std::move(record);
  own.shared = *std::move(shared);
  return own;
}

bool may_change_own(const Actor& actor, const Own& own) {
  if (!actor.may(domain::Permission::read_as_member) || !require_writing(actor)) return false;
  return (actor.viewer.person && actor.viewer.person == own.shared.person) ||
         actor.may(domain::Permission::manage_own_organisation) || actor.may(domain::Permission::edit_record);
}

std::string write_input(const ReportInput& input) {
  return json::write(boost::json::object{{"title", input.title},
                                         {"text", input.text},
                                         {"first_seen", input.first_seen},
                                         {"last_seen", input.last_seen},
                                         {"sectors", array_of(input.sectors)},
                                         {"countries", array_of(input.countries)},
                                         {"indicators", input.indicators},
                                         {"cves", input.cves},
                                         {"techniques", input.techniques},
                                         {"keep", array_of(input.keep)}});
}

ReportInput read_input(std::string_view text) {
  ReportInput input;
  const auto parsed = json::parse(text);
  if (!parsed) return input;
  const auto& root = parsed->root();
  input.title = json::string_at(root, "title");
  input.text = json::string_at(root, "text");
  input.first_seen = json::string_at(root, "first_seen");
  input.last_seen = json::string_at(root, "last_seen");
  input.sectors = texts_of(root, "sectors");
  input.countries = texts_of(root, "countries");
  input.indicators = json::string_at(root, "indicators");
  input.cves = json::string_at(root, "cves");
  input.techniques = json::string_at(root, "techniques");
  input.keep = texts_of(root, "keep");
  return input;
}

}  // namespace tocsin::engine::threat
