#include "engine/threat/report.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/members/program.hpp"
#include "engine/sharing/approvable.hpp"
#include "engine/threat/report_parts.hpp"
#include "engine/threat/threats.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"

/// A report and what comes with it, written as one.
namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using domain::Audience;
using domain::OrganisationId;
using domain::Permission;
using domain::RecordId;
using sharing::Marking;

std::string what_of(const ReviewedIndicator& each) {
  return fmt::format("{} {}", formats::threat_text::to_string(each.found.kind),
                     formats::threat_text::spelled(each.found));
}

/// Active organisations that work in a sector of this one.
Result<std::vector<domain::Grantee>> sector_peers(store::Connection& connection, OrganisationId own) {
  store::Organisations organisations{connection};
  TRY(const auto us, organisations.find(own));
  if (!us || us->sectors.empty()) {
    return Error::invalid(std::string{tr<"your organisation's profile names no sector">()}, "audience");
  }
  std::vector<domain::Grantee> peers;
  store::NameCursor after;
  constexpr int kPage = 500;
  while (true) {
    TRY(const auto page,
        organisations.list({.folded_text = {}, .kind = {}, .status = domain::OrganisationStatus::active}, after,
                           kPage));
    for (const auto& each : page) {
      if (each.id == own) continue;
      const bool shares = std::ranges::any_of(each.sectors, [&](domain::Sector sector) {
        return std::ranges::find(us->sectors, sector) != us->sectors.end();
      });
      if (shares) peers.push_back({domain::Grantee::Kind::organisation, each.id.value});
    }
    if (page.size() < static_cast<std::size_t>(kPage)) return peers;
    after = {.folded_name = text::fold(page.back().name), .id = page.back().id.value};
  }
}

/// An object that is here already and that the viewer sees by a rule, the widest and oldest of them; empty: none.
Result<std::string> find_vulnerability(store::Connection& connection, const domain::policy::Viewer& viewer,
                                       std::string_view cve, Timestamp now) {
  store::Sql sql{
      "SELECT s.stix_id FROM stix_object s JOIN record r ON r.id = s.record_id WHERE s.type = 'vulnerability' AND "
      "s.sort_name = ? AND s.revoked = 0 AND ",
      text::fold(cve)};
  sql.append(domain::policy::visible_sql(viewer, now)).append(" ORDER BY r.tlp, s.created, s.stix_id LIMIT 1");
  TRY(auto found, connection.first(sql, [](const store::Row& row) { return row.string(0); }));
  return found.value_or("");
}

/// ATT&CK's own object for a technique, where it is here.
Result<std::string> find_technique(store::Connection& connection, const domain::policy::Viewer& viewer,
                                   const std::string& technique, Timestamp now) {
  constexpr int kCandidates = 50;
  Filter filter;
  filter.text = technique;
  filter.type = "attack-pattern";
  filter.revoked = false;
  TRY(const auto page, list(connection, viewer, filter, Sort::name, kCandidates, {}, now));
  store::Records records{connection};
  for (const auto& row : page.rows) {
    TRY(const auto record, records.load(row.record));
    if (!record) continue;
    TRY(const auto bytes, records.document(record->id, record->current_revision));
    const auto parsed = json::parse(bytes.value_or("{}"));
    if (!parsed) continue;
    for (const auto& each : json::array_at(parsed->root(), "external_references")) {
      if (json::string_at(each, "external_id") == technique &&
          json::string_at(each, "source_name").starts_with("mitre")) {
        return row.id;
      }
    }
  }
  return std::string{};
}

/// What is written at once, for one version of a report.
class Writer {
 public:
  Writer(store::Connection& connection, const Actor& actor, const Review& review, const Marking& marking,
         Attribution attribution, Timestamp now)
      : connection_(connection),
        actor_(actor),
        viewer_(actor.viewer),
        review_(review),
        marking_(marking),
        attribution_(attribution),
        owner_(owner_of_report(actor, attribution)),
        now_(now),
        at_(stix::whole_milliseconds(now)) {
    viewer_.glass.clear();
  }

  /// `report` and `kept`: of the version before.
  Status write(const domain::Record* report, const std::vector<store::SharedObject>& kept) {
    TRY(by_, identity_for(connection_, owner_, marking_, now_));
    store::Records records{connection_};
    for (const auto& each : kept) {
      TRY(auto record, records.load(each.record));
      if (record) kept_.emplace(each.what, *std::move(record));
    }
    if (report != nullptr) at_ = std::max(at_, Timestamp{report->current_release_at.micros + 1'000});
    id_ = report != nullptr ? report->key : stix::make_id("report", random_uuid());
    TRY_VOID(indicators());
    TRY_VOID(vulnerabilities());
    TRY_VOID(techniques());
    TRY_VOID(sighting());
    TRY_VOID(revoke_rest());
    // A report is about something: where nothing else is known, about whom it comes from.
    if (refs_.empty()) refs_.push_back(by_);
    const auto created = report != nullptr ? report->initial_release_at : at_;
    const auto object =
        stix::write_report(head(id_, created), {.name = review_.title,
                                                .description = review_.text,
                                                .type = review_.indicators.empty() ? "threat-report" : "indicator",
                                                .published = created,
                                                .objects = refs_,
                                                .cves = review_.cves,
                                                .techniques = review_.techniques});
    TRY(report_, put_object(connection_, object, review_.title, owner_, marking_, now_));
    store::SharedThreats threats{connection_};
    if (report == nullptr) {
      TRY_VOID(threats.add({.record = report_,
                            .organisation = *actor_.viewer.organisation,
                            .person = actor_.viewer.person,
                            .anonymous = attribution_ == Attribution::anonymous,
                            .content = write_input(review_.input),
                            .shared_at = now_,
                            .organisation_name = {},
                            .person_name = {}}));
    } else {
      TRY_VOID(threats.set_content(report_, write_input(review_.input)));
    }
    for (const auto& [what, record] : new_) TRY_VOID(threats.add_object(report_, record, what));
    return ok();
  }

  const std::string& id() const { return id_; }
  RecordId report() const { return report_; }
  OrganisationId owner() const { return owner_; }

 private:
  stix::Head head(std::string id, Timestamp created) const {
    stix::Head head{
        .id = std::move(id), .created_by = by_, .created = created, .modified = at_, .tlp = level_of(marking_.tlp)};
    for (const auto sector : review_.sectors) head.labels.push_back(fmt::format("sector:{}", domain::slug(sector)));
    for (const auto& country : review_.countries) head.labels.push_back(fmt::format("country:{}", country));
    return head;
  }

  /// A new version of what was there under this name, or a new object.
  stix::Head head_of(std::string_view type, const std::string& what) const {
    const auto found = kept_.find(what);
    return found == kept_.end() ? head(stix::make_id(type, random_uuid()), at_)
                                : head(found->second.key, found->second.initial_release_at);
  }

  Status put(const std::string& what, const boost::json::object& object, std::string_view title) {
    TRY(const auto record, put_object(connection_, object, title, owner_, marking_, now_));
    refs_.emplace_back(std::string_view{object.at("id").get_string()});
    if (kept_.erase(what) == 0) new_.emplace_back(what, record);
    return ok();
  }

  Status indicators() {
    for (const auto& each : review_.indicators) {
      if (!each.kept) continue;
      const auto what = what_of(each);
      auto head = head_of("indicator", what);
      const auto from = std::min(review_.first_seen.value_or(head.created), head.created);
      TRY_VOID(put(what, stix::write_indicator(head, each.found, from), formats::threat_text::spelled(each.found)));
    }
    return ok();
  }

  Status vulnerabilities() {
    for (const auto& cve : review_.cves) {
      const auto what = fmt::format("vulnerability {}", cve);
      if (!kept_.contains(what)) {
        TRY(auto there, find_vulnerability(connection_, viewer_, cve, now_));
        if (!there.empty()) {
          refs_.push_back(std::move(there));
          continue;
        }
      }
      TRY_VOID(put(what, stix::write_vulnerability(head_of("vulnerability", what), cve), cve));
    }
    return ok();
  }

  Status techniques() {
    for (const auto& technique : review_.techniques) {
      TRY(auto there, find_technique(connection_, viewer_, technique, now_));
      if (!there.empty()) refs_.push_back(std::move(there));
    }
    return ok();
  }

  Status sighting() {
    if (!review_.first_seen && !review_.last_seen) return ok();
    const std::string what = "sighting";
    stix::Sighting seen{.of = id_, .first_seen = review_.first_seen, .last_seen = review_.last_seen};
    if (attribution_ == Attribution::named) seen.where.push_back(by_);
    return put(what, stix::write_sighting(head_of("sighting", what), seen), "sighting");
  }

  /// What was in the version before and is not in this one.
  Status revoke_rest() {
    for (const auto& [what, record] : kept_) {
      // The vulnerability is none the less one.
      if (what.starts_with("vulnerability ")) continue;
      TRY_VOID(revoke_object(connection_, record, now_));
    }
    return ok();
  }

  store::Connection& connection_;
  const Actor& actor_;
  domain::policy::Viewer viewer_;
  const Review& review_;
  const Marking& marking_;
  Attribution attribution_;
  OrganisationId owner_;
  Timestamp now_, at_;
  std::string by_, id_;
  RecordId report_;
  std::map<std::string, domain::Record> kept_;
  std::vector<std::pair<std::string, RecordId>> new_;
  std::vector<std::string> refs_;
};

Status note(store::Connection& connection, const Actor& actor, Attribution attribution, audit::Action action,
            const std::string& id, RecordId record, OrganisationId owner, Timestamp now) {
  TRY_VOID(audit::record(connection, logged_as(actor, attribution), now, action, audit::object_of(record), owner,
                         domain::audit::Outcome::done,
                         {{"id", id}, {"anonymous", attribution == Attribution::anonymous}}));
  return ok();
}

Attribution attribution_of(const Own& own) {
  return own.shared.anonymous ? Attribution::anonymous : Attribution::named;
}

Result<Own> need_changeable(store::Connection& connection, const Actor& actor, std::string_view id, Timestamp now) {
  TRY(auto own, need_own(connection, actor, id, now));
  if (is_object(own.shared)) {
    return Error::conflict(std::string{tr<"This is no report: it is changed and revoked as the object that it is">()});
  }
  if (!may_change_own(actor, own)) {
    return Error::forbidden(
        std::string{tr<"A report is changed by who gave it, and by who answers for the organisation">()});
  }
  TRY(const auto bytes, store::Records{connection}.document(own.record.id, own.record.current_revision));
  const auto parsed = json::parse(bytes.value_or("{}"));
  const auto* revoked = parsed ? json::find(parsed->root(), "revoked") : nullptr;
  if (revoked != nullptr && revoked->is_bool() && revoked->get_bool()) {
    return Error::conflict(std::string{tr<"This report is revoked: share another one">()});
  }
  return own;
}

}  // namespace

Status may_share(const Actor& actor) {
  TRY_VOID(actor.require(Permission::read_as_member));
  TRY_VOID(require_writing(actor));
  if (actor.viewer.organisation && actor.viewer.person) return ok();
  return Error::forbidden(std::string{tr<"Something is shared by people who act for an organisation">()});
}

OrganisationId owner_of_report(const Actor& actor, Attribution attribution) {
  if (attribution == Attribution::anonymous) return domain::kOwnOrganisation;
  return actor.viewer.organisation.value_or(domain::kOwnOrganisation);
}

Result<Marking> marking_of_report(store::Database& database, const Actor& actor, const ReportAudience& audience,
                                  Timestamp now) {
  TRY_VOID(may_share(actor));
  Marking marking;
  marking.tlp = audience.tlp;
  marking.embargo_until = audience.embargo_until;
  marking.status = domain::RecordStatus::published;
  marking.audience = Audience::listed;
  if (marking.embargo_until && *marking.embargo_until <= now) {
    return Error::invalid(std::string{tr<"an embargo ends in the future">()}, "embargo");
  }
  TRY(const auto communities, sharing::known_communities(database, actor));
  TRY_VOID(database.read([&](store::Connection& connection) -> Status {
    switch (audience.whom) {
      case ReportAudience::Whom::members:
        marking.audience = Audience::members;
        break;
      case ReportAudience::Whom::sector: {
        TRY(marking.listed, sector_peers(connection, *actor.viewer.organisation));
        break;
      }
      case ReportAudience::Whom::listed:
        for (const auto& each : audience.addressees) {
          const bool group = each.starts_with("organisation:") || each.starts_with("community:");
          if (!group) {
            return Error::invalid(std::string{tr<"a report is addressed to organisations and communities">()},
                                  "listed");
          }
          TRY_VOID(sharing::add_addressee(connection, actor, {}, each, marking));
        }
        if (marking.listed.empty()) return Error::invalid(std::string{tr<"choose whom it is for">()}, "listed");
        break;
      case ReportAudience::Whom::cert:
        break;
    }
    if (marking.audience == Audience::listed) {
      // Whatever is shared here is shared with the CERT.
      marking.listed.push_back({domain::Grantee::Kind::organisation, domain::kOwnOrganisation.value});
      domain::tidy(marking.listed);
    }
    return check_marking(connection, actor, communities, {}, marking, now);
  }));
  return marking;
}

Result<std::string> share_report(store::Database& database, const Actor& actor, const Review& review,
                                 const Marking& marking, Attribution attribution, Timestamp now) {
  TRY_VOID(may_share(actor));
  TRY(const auto communities, sharing::known_communities(database, actor));
  return database.write([&](store::Connection& connection) -> Result<std::string> {
    TRY_VOID(connection.lock_changes());
    TRY_VOID(check_marking(connection, actor, communities, {}, marking, now));
    Writer writer{connection, actor, review, marking, attribution, now};
    TRY_VOID(writer.write(nullptr, {}));
    TRY_VOID(note(connection, actor, attribution, "report.share", writer.id(), writer.report(), writer.owner(), now));
    return writer.id();
  });
}

Status change_report(store::Database& database, const Actor& actor, std::string_view stix_id, const Review& review,
                     const Marking& marking, Timestamp now) {
  TRY_VOID(may_share(actor));
  TRY(const auto communities, sharing::known_communities(database, actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto own, need_changeable(connection, actor, stix_id, now));
    TRY_VOID(check_marking(connection, actor, communities, own.record, marking, now));
    TRY(const auto kept, store::SharedThreats{connection}.objects(own.record.id));
    const auto attribution = attribution_of(own);
    Writer writer{connection, actor, review, marking, attribution, now};
    TRY_VOID(writer.write(&own.record, kept));
    return note(connection, actor, attribution, "report.change", writer.id(), own.record.id, own.record.owner, now);
  });
}

Status revoke_report(store::Database& database, const Actor& actor, std::string_view stix_id, Timestamp now) {
  TRY_VOID(may_share(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto own, need_changeable(connection, actor, stix_id, now));
    TRY_VOID(revoke_object(connection, own.record, now));
    TRY(const auto objects, store::SharedThreats{connection}.objects(own.record.id));
    for (const auto& each : objects) {
      if (each.what.starts_with("vulnerability ")) continue;
      TRY(const auto record, store::Records{connection}.load(each.record));
      if (record) TRY_VOID(revoke_object(connection, *record, now));
    }
    return note(connection, actor, attribution_of(own), "report.revoke", own.record.key, own.record.id,
                own.record.owner, now);
  });
}

}  // namespace tocsin::engine::threat
