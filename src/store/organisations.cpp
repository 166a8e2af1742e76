#include "store/organisations.hpp"

#include "base/ids.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "store/changes.hpp"

namespace tocsin::store {
namespace {

template <class Items, class Text>
std::string joined(const Items& items, Text text_of) {
  std::string text;
  for (const auto& each : items) {
    if (!text.empty()) text += ' ';
    text += text_of(each);
  }
  return text;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (const auto part : text::split(text, ' ')) parts.emplace_back(part);
  return parts;
}

std::string sectors_text(const domain::Organisation& organisation) {
  return joined(organisation.sectors, [](domain::Sector each) { return domain::slug(each); });
}
std::string words_text(const std::vector<std::string>& texts) {
  return joined(texts, [](const std::string& each) { return std::string_view{each}; });
}

Error name_taken() {
  return Error::conflict(std::string{tr<"An organisation of this name is known already">()}, "name");
}

/// The index that holds names apart answers for two who write at once.
template <class T>
Result<T> or_name_taken(Result<T> result) {
  if (!result && result.error().code == Error::Code::conflict) return name_taken();
  return result;
}

void narrow(Sql& sql, const OrganisationQuery& query) {
  if (!query.folded_text.empty()) sql.append(" AND o.folded_name LIKE ? ESCAPE '!'", like_part(query.folded_text));
  if (query.kind) sql.append(" AND o.kind = ?", *query.kind);
  if (query.status) sql.append(" AND o.status = ?", *query.status);
}

}  // namespace

std::string like_part(std::string_view folded_text) {
  std::string pattern = "%";
  for (const char c : folded_text) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + '%';
}

domain::Organisation read_organisation(const Row& row, int first_column) {
  domain::Organisation read;
  read.id = {row.integer(first_column)};
  read.kind = static_cast<domain::OrganisationKind>(row.integer(first_column + 1));
  read.status = static_cast<domain::OrganisationStatus>(row.integer(first_column + 2));
  read.name = row.string(first_column + 3);
  read.uuid = row.string(first_column + 4);
  for (const auto& each : words(row.text(first_column + 5))) {
    if (const auto sector = domain::parse_sector(each)) read.sectors.push_back(*sector);
  }
  read.countries = words(row.text(first_column + 6));
  read.homepage = row.string(first_column + 7);
  read.description = row.string(first_column + 8);
  read.vendor_keys = words(row.text(first_column + 9));
  read.created_at = row.time(first_column + 10);
  return read;
}

Status Organisations::ensure_own(std::string_view name, Timestamp now) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO organisation (id, kind, name, created_at) VALUES (?, ?, ?, ?) "
                          "ON CONFLICT (id) DO NOTHING",
                          domain::kOwnOrganisation, domain::OrganisationKind::cert, name, now}));
  return complete_own();
}

Status Organisations::complete_own() {
  TRY(const auto name,
      connection_.first(Sql{"SELECT name FROM organisation WHERE id = ? AND uuid = ''", domain::kOwnOrganisation},
                        [](const Row& row) { return row.string(0); }));
  if (!name) return ok();
  TRY_VOID(connection_.run(Sql{"UPDATE organisation SET uuid = ?, folded_name = ? WHERE id = ? AND uuid = ''",
                               random_uuid(), text::fold(*name), domain::kOwnOrganisation}));
  return ok();
}

Result<std::optional<domain::Organisation>> Organisations::find(domain::OrganisationId id) {
  return connection_.first(Sql{"SELECT " TOCSIN_ORGANISATION_ROW " FROM organisation o WHERE o.id = ?", id},
                           [](const Row& row) { return read_organisation(row); });
}

Result<std::optional<domain::Organisation>> Organisations::find_by_uuid(std::string_view uuid) {
  return connection_.first(
      Sql{"SELECT " TOCSIN_ORGANISATION_ROW " FROM organisation o WHERE o.uuid = ? AND o.uuid <> ''", uuid},
      [](const Row& row) { return read_organisation(row); });
}

Result<std::optional<domain::Organisation>> Organisations::find_by_name(std::string_view name) {
  return connection_.first(Sql{"SELECT " TOCSIN_ORGANISATION_ROW
                               " FROM organisation o WHERE o.folded_name = ? AND o.status <> ? ORDER BY o.id",
                               text::fold(name), domain::OrganisationStatus::left},
                           [](const Row& row) { return read_organisation(row); });
}

Result<domain::OrganisationId> Organisations::insert(const domain::Organisation& it) {
  auto id = or_name_taken(connection_.first(
      Sql{"INSERT INTO organisation (kind, status, name, folded_name, uuid, sectors, countries, homepage, description, "
          "vendor_keys, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
          it.kind, it.status, it.name, text::fold(it.name), it.uuid, sectors_text(it), words_text(it.countries),
          it.homepage, it.description, words_text(it.vendor_keys), it.created_at},
      [](const Row& row) { return domain::OrganisationId{row.integer(0)}; }));
  if (!id) return std::move(id).error();
  if (!*id) return Error::internal("An INSERT returned no row");
  return **id;
}

Status Organisations::update(const domain::Organisation& it) {
  TRY_VOID(or_name_taken(connection_.run(
      Sql{"UPDATE organisation SET kind = ?, name = ?, folded_name = ?, sectors = ?, countries = ?, homepage = ?, "
          "description = ?, vendor_keys = ? WHERE id = ?",
          it.kind, it.name, text::fold(it.name), sectors_text(it), words_text(it.countries), it.homepage,
          it.description, words_text(it.vendor_keys), it.id})));
  return ok();
}

Status Organisations::set_status(domain::OrganisationId id, domain::OrganisationStatus status) {
  TRY_VOID(or_name_taken(connection_.run(Sql{"UPDATE organisation SET status = ? WHERE id = ?", status, id})));
  return ok();
}

Result<std::vector<domain::Organisation>> Organisations::list(const OrganisationQuery& query, const NameCursor& after,
                                                              int limit) {
  Sql sql{"SELECT " TOCSIN_ORGANISATION_ROW
          " FROM organisation o WHERE (o.folded_name > ? OR (o.folded_name = ? AND o.id > ?))",
          after.folded_name, after.folded_name, after.id};
  narrow(sql, query);
  sql.append(" ORDER BY o.folded_name, o.id LIMIT ?", limit);
  return connection_.all(sql, [](const Row& row) { return read_organisation(row); });
}

Result<std::int64_t> Organisations::count(const OrganisationQuery& query) {
  Sql sql{"SELECT count(*) FROM organisation o WHERE 1 = 1"};
  narrow(sql, query);
  TRY(const auto count, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Result<std::int64_t> Organisations::people(domain::OrganisationId id) {
  TRY(const auto count, connection_.first(Sql{"SELECT count(*) FROM membership WHERE organisation_id = ?", id},
                                          [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Result<std::int64_t> Organisations::owned_records(domain::OrganisationId id) {
  TRY(const auto count, connection_.first(Sql{"SELECT count(*) FROM record WHERE owner_id = ?", id},
                                          [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Result<std::int64_t> Organisations::visible_records(domain::OrganisationId owner, const domain::policy::Viewer& viewer,
                                                    Timestamp now) {
  Sql sql{"SELECT count(*) FROM record r WHERE r.owner_id = ? AND ", owner};
  sql.append(domain::policy::visible_sql(viewer, now));
  TRY(const auto count, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Result<std::int64_t> Organisations::hand_records(domain::OrganisationId from, domain::OrganisationId to,
                                                 Timestamp now) {
  TRY_VOID(connection_.lock_changes());
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO change (at, action, record_id, revision_id, kind) SELECT CAST(? AS bigint), "
                          "CAST(? AS bigint), id, current_revision_id, kind FROM record WHERE owner_id = ? ORDER BY id",
                          now, ChangeAction::updated, from}));
  return connection_.run(Sql{"UPDATE record SET owner_id = ?, updated_at = ? WHERE owner_id = ?", to, now, from});
}

Status Organisations::cut_ties(domain::OrganisationId id) {
  if (connection_.dialect() == Dialect::sqlite) {  // On PostgreSQL they go with the assets.
    TRY_VOID(connection_.run(
        Sql{"DELETE FROM asset_text WHERE rowid IN (SELECT id FROM asset WHERE organisation_id = ?)", id}));
  }
  return connection_.run_all(
      {Sql{"DELETE FROM community_organisation WHERE organisation_id = ?", id},
       Sql{"DELETE FROM webhook_delivery WHERE webhook_id IN (SELECT id FROM webhook WHERE organisation_id = ?)", id},
       Sql{"DELETE FROM webhook WHERE organisation_id = ?", id},
       Sql{"DELETE FROM organisation_client WHERE provider_id = ? OR client_id = ?", id, id},
       Sql{"DELETE FROM case_participant WHERE kind = ? AND grantee_id = ?", domain::Grantee::Kind::organisation, id},
       // What it had in its plants is nobody's business any more.
       Sql{"DELETE FROM exposure_run WHERE organisation_id = ?", id},
       Sql{"DELETE FROM inventory_bom WHERE organisation_id = ?", id},
       Sql{"DELETE FROM asset WHERE organisation_id = ?", id},
       Sql{"DELETE FROM asset_match_span WHERE organisation_id = ?", id},
       Sql{"DELETE FROM asset_decision WHERE organisation_id = ?", id},
       Sql{"DELETE FROM asset_verdict WHERE organisation_id = ?", id},
       Sql{"DELETE FROM inventory_mapping WHERE organisation_id = ?", id},
       Sql{"DELETE FROM coverage_statement WHERE organisation_id = ?", id},
       Sql{"DELETE FROM inventory_upload WHERE organisation_id = ?", id},
       Sql{"DELETE FROM threat_upload WHERE organisation_id = ?", id},
       Sql{"DELETE FROM decision_table WHERE organisation_id = ?", id},
       Sql{"DELETE FROM inventory_grant WHERE organisation_id = ?", id},
       // What became the community's stays, and nothing tells who contributed it.
       Sql{"DELETE FROM exposure_alias_lesson WHERE alias_id IN (SELECT a.id FROM exposure_alias a WHERE "
           "a.organisation_id = ?)",
           id},
       Sql{"DELETE FROM exposure_alias WHERE organisation_id = ?", id},
       Sql{"DELETE FROM exposure_alias_consent WHERE organisation_id = ?", id},
       // Sums that were published stay what they were, and nobody knows what of them was this one's.
       Sql{"DELETE FROM exposure_consent WHERE organisation_id = ?", id},
       Sql{"UPDATE exposure_sum_part SET organisation_id = NULL WHERE organisation_id = ?", id}});
}

}  // namespace tocsin::store
