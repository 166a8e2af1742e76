#include "store/shared_threats.hpp"

#include "store/audiences.hpp"
#include "store/changes.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_SHARED_REPORT                                                                                           \
  "SELECT s.record_id, s.organisation_id, s.person_id, s.anonymous, s.content, s.shared_at, o.name, coalesce(p.name, " \
  "'') FROM shared_report s JOIN organisation o ON o.id = s.organisation_id LEFT JOIN person p ON p.id = s.person_id "

std::optional<domain::PersonId> person_at(const Row& row, int column) {
  const auto id = row.optional_integer(column);
  return id ? std::optional{domain::PersonId{*id}} : std::nullopt;
}

SharedReport report_of(const Row& row) {
  return {.record = {row.integer(0)},
          .organisation = {row.integer(1)},
          .person = person_at(row, 2),
          .anonymous = row.boolean(3),
          .content = row.string(4),
          .shared_at = row.time(5),
          .organisation_name = row.string(6),
          .person_name = row.string(7)};
}

#define TOCSIN_SHARED_SIGHTING                                                                              \
  "SELECT s.record_id, s.organisation_id, s.sighting_id, s.person_id, s.anonymous, s.made_at, o.name FROM " \
  "shared_sighting s JOIN organisation o ON o.id = s.organisation_id "

SharedSighting sighting_of(const Row& row) {
  return {.record = {row.integer(0)},
          .organisation = {row.integer(1)},
          .sighting = {row.integer(2)},
          .person = person_at(row, 3),
          .anonymous = row.boolean(4),
          .made_at = row.time(5),
          .organisation_name = row.string(6)};
}

}  // namespace

Status SharedThreats::add(const SharedReport& report) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO shared_report (record_id, organisation_id, person_id, anonymous, content, shared_at) VALUES (?, "
          "?, ?, ?, ?, ?)",
          report.record, report.organisation, report.person, report.anonymous, report.content, report.shared_at}));
  return ok();
}

Status SharedThreats::set_content(domain::RecordId report, std::string_view content) {
  TRY_VOID(connection_.run(Sql{"UPDATE shared_report SET content = ? WHERE record_id = ?", content, report}));
  return ok();
}

Result<std::optional<SharedReport>> SharedThreats::find(domain::RecordId report) {
  return connection_.first(Sql{TOCSIN_SHARED_REPORT "WHERE s.record_id = ?", report}, report_of);
}

Result<std::optional<SharedReport>> SharedThreats::of_object(domain::RecordId object) {
  return connection_.first(Sql{TOCSIN_SHARED_REPORT "WHERE s.record_id = ? OR s.record_id = (SELECT b.report_id FROM "
                                                    "shared_object b WHERE b.record_id = ?)",
                               object, object},
                           report_of);
}

Result<std::vector<SharedReport>> SharedThreats::of(domain::OrganisationId organisation, int limit) {
  return connection_.all(Sql{TOCSIN_SHARED_REPORT "WHERE s.organisation_id = ? ORDER BY s.shared_at DESC, s.record_id "
                                                  "DESC LIMIT ?",
                             organisation, limit},
                         report_of);
}

Status SharedThreats::add_object(domain::RecordId report, domain::RecordId object, std::string_view what) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO shared_object (record_id, report_id, what) VALUES (?, ?, ?)", object, report, what}));
  return ok();
}

Result<std::vector<SharedObject>> SharedThreats::objects(domain::RecordId report) {
  return connection_.all(
      Sql{"SELECT record_id, what FROM shared_object WHERE report_id = ? ORDER BY record_id", report},
      [](const Row& row) { return SharedObject{.record = {row.integer(0)}, .what = row.string(1)}; });
}

Status SharedThreats::add_sighting(const SharedSighting& sighting) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO shared_sighting (record_id, organisation_id, sighting_id, person_id, "
                          "anonymous, made_at) VALUES (?, ?, ?, ?, ?, ?)",
                          sighting.record, sighting.organisation, sighting.sighting, sighting.person,
                          sighting.anonymous, sighting.made_at}));
  return ok();
}

Status SharedThreats::remove_sighting(domain::RecordId object, domain::OrganisationId organisation) {
  TRY_VOID(connection_.run(
      Sql{"DELETE FROM shared_sighting WHERE record_id = ? AND organisation_id = ?", object, organisation}));
  return ok();
}

Result<std::optional<SharedSighting>> SharedThreats::sighting(domain::RecordId object,
                                                              domain::OrganisationId organisation) {
  return connection_.first(
      Sql{TOCSIN_SHARED_SIGHTING "WHERE s.record_id = ? AND s.organisation_id = ?", object, organisation}, sighting_of);
}

Result<std::vector<SharedSighting>> SharedThreats::sightings(domain::RecordId report) {
  return connection_.all(Sql{TOCSIN_SHARED_SIGHTING "WHERE s.record_id = ? OR s.record_id IN (SELECT b.record_id FROM "
                                                    "shared_object b WHERE b.report_id = ?) ORDER BY s.made_at, "
                                                    "s.organisation_id, s.record_id",
                             report, report},
                         sighting_of);
}

Result<bool> SharedThreats::add_thanks(domain::RecordId report, domain::OrganisationId organisation, Timestamp now) {
  TRY(const auto added,
      connection_.run(Sql{"INSERT INTO shared_thanks (record_id, organisation_id, said_at) VALUES (?, "
                          "?, ?) ON CONFLICT DO NOTHING",
                          report, organisation, now}));
  return added > 0;
}

Result<bool> SharedThreats::remove_thanks(domain::RecordId report, domain::OrganisationId organisation) {
  TRY(const auto removed, connection_.run(Sql{"DELETE FROM shared_thanks WHERE record_id = ? AND organisation_id = ?",
                                              report, organisation}));
  return removed > 0;
}

Result<bool> SharedThreats::has_thanked(domain::RecordId report, domain::OrganisationId organisation) {
  TRY(const auto found, connection_.first(Sql{"SELECT 1 FROM shared_thanks WHERE record_id = ? AND organisation_id = ?",
                                              report, organisation},
                                          [](const Row& row) { return row.integer(0); }));
  return found.has_value();
}

Result<std::vector<std::string>> SharedThreats::thanked_by(domain::RecordId report) {
  return connection_.all(Sql{"SELECT o.name FROM shared_thanks t JOIN organisation o ON o.id = t.organisation_id WHERE "
                             "t.record_id = ? ORDER BY t.said_at, o.id",
                             report},
                         [](const Row& row) { return row.string(0); });
}

Result<bool> SharedThreats::add_told(domain::RecordId report, domain::OrganisationId organisation) {
  TRY(const auto added,
      connection_.run(Sql{"INSERT INTO shared_told (record_id, organisation_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
                          report, organisation}));
  return added > 0;
}

Result<std::int64_t> SharedThreats::readers(domain::RecordId report, domain::OrganisationId but) {
  TRY(const auto count,
      connection_.first(Sql{"SELECT count(DISTINCT m.organisation_id) FROM record_read d JOIN membership m ON "
                            "m.person_id = d.person_id WHERE d.record_id = ? AND m.organisation_id <> ?",
                            report, but},
                        [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Status SharedThreats::address(const domain::Record& record, domain::Audience audience,
                              const std::vector<domain::Grantee>& listed, Timestamp now) {
  std::optional<std::int64_t> audience_id;
  if (audience == domain::Audience::listed) {
    TRY(const auto id, Audiences{connection_}.intern(listed));
    audience_id = id;
  }
  return connection_.run_all(
      {Sql{"UPDATE record SET audience = ?, audience_id = ?, updated_at = ? WHERE id = ?", audience, audience_id, now,
           record.id},
       Sql{"UPDATE revision SET audience = ?, audience_id = ? WHERE id = ?", audience, audience_id,
           record.current_revision},
       Changes::append_sql(ChangeAction::updated, record.kind, record.id, record.current_revision, now)});
}

}  // namespace tocsin::store
