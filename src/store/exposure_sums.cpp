#include "store/exposure_sums.hpp"

#include <map>
#include <set>

#include "store/asset_json.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_CONSENT_ROW                                                                                           \
  "SELECT c.id, c.organisation_id, c.sector, c.granted_by, coalesce(p.name, ''), c.granted_at, c.admitted_at, "      \
  "c.revoked_at FROM exposure_consent c JOIN organisation o ON o.id = c.organisation_id LEFT JOIN person p ON p.id " \
  "= c.granted_by"
/// Over the alias m: affected, and neither done nor accepted.
#define TOCSIN_STILL_AFFECTED "m.status = 0 AND (m.state < 2 OR (m.state = 3 AND m.state_until <= ?))"

ExposureConsent read_consent(const Row& row) {
  return {.id = row.integer(0),
          .organisation = {row.integer(1)},
          .sector = row.integer(2),
          .granted_by = row.is_null(3) ? std::nullopt : std::optional{domain::PersonId{row.integer(3)}},
          .granted_by_name = row.string(4),
          .granted_at = row.time(5),
          .admitted_at = row.optional_time(6),
          .revoked_at = row.optional_time(7)};
}

}  // namespace

Result<std::int64_t> ExposureSums::add_consent(const ExposureConsent& it) {
  TRY(const auto id,
      connection_.first(Sql{"INSERT INTO exposure_consent (organisation_id, sector, granted_by, granted_at) VALUES (?, "
                            "?, ?, ?) RETURNING id",
                            it.organisation, it.sector, it.granted_by, it.granted_at},
                        [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::int64_t> ExposureSums::revoke(domain::OrganisationId organisation, std::optional<domain::PersonId> by,
                                          Timestamp now) {
  TRY_VOID(connection_.run(
      Sql{"UPDATE exposure_sum_part SET organisation_id = NULL WHERE organisation_id = ?", organisation}));
  return connection_.run(
      Sql{"UPDATE exposure_consent SET revoked_by = ?, revoked_at = ? WHERE organisation_id = ? AND revoked_at IS NULL",
          by, now, organisation});
}

Result<std::vector<ExposureConsent>> ExposureSums::consents(domain::OrganisationId organisation) {
  return connection_.all(Sql{TOCSIN_CONSENT_ROW " WHERE c.organisation_id = ? ORDER BY c.id DESC", organisation},
                         read_consent);
}

Result<std::vector<ExposureConsent>> ExposureSums::open_consents() {
  return connection_.all(
      Sql{TOCSIN_CONSENT_ROW " WHERE c.revoked_at IS NULL AND o.status = ? ORDER BY c.organisation_id",
          domain::OrganisationStatus::active},
      read_consent);
}

Status ExposureSums::admit(std::int64_t consent, Timestamp now) {
  TRY_VOID(connection_.run(Sql{"UPDATE exposure_consent SET admitted_at = ? WHERE id = ?", now, consent}));
  return ok();
}

Status ExposureSums::each_part(
    const std::vector<domain::OrganisationId>& of, Timestamp now,
    const std::function<void(const SumSubject&, domain::OrganisationId, std::int64_t)>& visit) {
  for (const auto organisation : of) {
    TRY_VOID(connection_.each(
        Sql{"SELECT m.record_id, count(*) FROM asset_match m WHERE m.organisation_id = ? AND " TOCSIN_STILL_AFFECTED
            " GROUP BY m.record_id ORDER BY m.record_id",
            organisation, now},
        [&](const Row& row) -> Status {
          visit({.record = {row.integer(0)}, .product = {}}, organisation, row.integer(1));
          return ok();
        }));
    // An asset counts once for a product, however many advisories affect it.
    std::map<std::string, std::int64_t> assets;
    std::set<std::string> of_asset;
    std::int64_t asset = 0;
    const auto count = [&] {
      for (const auto& product : of_asset) ++assets[product];
      of_asset.clear();
    };
    // Advisories that others may not see would show in the names of what is counted.
    Sql sql{
        "SELECT m.asset_id, m.product_keys FROM asset_match m JOIN record r ON r.id = m.record_id WHERE "
        "m.organisation_id = ? AND " TOCSIN_STILL_AFFECTED " AND ",
        organisation, now};
    sql.append(domain::policy::visible_sql({}, now));
    sql.append(" ORDER BY m.asset_id");
    TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
      if (row.integer(0) != asset) count();
      asset = row.integer(0);
      for (auto& key : texts_of(row.text(1))) {
        if (!key.empty()) of_asset.insert(std::move(key));
      }
      return ok();
    }));
    count();
    for (const auto& [product, number] : assets) visit({.record = {}, .product = product}, organisation, number);
  }
  return ok();
}

Result<std::vector<ExposureSum>> ExposureSums::published(const SumSubject& subject) {
  std::vector<ExposureSum> sums;
  TRY_VOID(connection_.each(
      Sql{"SELECT s.id, s.least, s.made_at, p.organisation_id, p.sector, p.assets FROM exposure_sum s JOIN "
          "exposure_sum_part p ON p.sum_id = s.id WHERE s.record_id = ? AND s.product = ? ORDER BY s.id, p.id",
          subject.record, subject.product},
      [&](const Row& row) -> Status {
        if (sums.empty() || sums.back().id != row.integer(0)) {
          sums.push_back({.id = row.integer(0),
                          .subject = subject,
                          .least = static_cast<int>(row.integer(1)),
                          .made_at = row.time(2),
                          .parts = {},
                          .figures = {}});
        }
        sums.back().parts.push_back({.organisation = {row.optional_integer(3).value_or(0)},
                                     .sector = row.integer(4),
                                     .assets = row.integer(5)});
        return ok();
      }));
  for (auto& sum : sums) {
    TRY(sum.figures,
        connection_.all(Sql{"SELECT sector, organisations, assets FROM exposure_sum_cell WHERE sum_id = ? "
                            "ORDER BY sector",
                            sum.id},
                        [](const Row& row) { return SumFigure{row.integer(0), row.integer(1), row.integer(2)}; }));
  }
  return sums;
}

Status ExposureSums::publish(const ExposureSum& sum) {
  TRY_VOID(
      connection_.run(Sql{"UPDATE exposure_sum SET is_current = 0 WHERE record_id = ? AND product = ? AND "
                          "is_current = 1",
                          sum.subject.record, sum.subject.product}));
  TRY(const auto id,
      connection_.first(Sql{"INSERT INTO exposure_sum (record_id, product, least, made_at, is_current) VALUES (?, ?, "
                            "?, ?, 1) RETURNING id",
                            sum.subject.record, sum.subject.product, sum.least, sum.made_at},
                        [](const Row& row) { return row.integer(0); }));
  std::vector<Sql> statements;
  for (const auto& each : sum.figures) {
    statements.emplace_back("INSERT INTO exposure_sum_cell (sum_id, sector, organisations, assets) VALUES (?, ?, ?, ?)",
                            id.value_or(0), each.sector, each.organisations, each.assets);
  }
  for (const auto& each : sum.parts) {
    statements.emplace_back(
        "INSERT INTO exposure_sum_part (sum_id, organisation_id, sector, assets) VALUES (?, ?, ?, ?)", id.value_or(0),
        each.organisation, each.sector, each.assets);
  }
  return connection_.run_all(statements);
}

Result<std::optional<SumRun>> ExposureSums::last_run() {
  return connection_.first(
      Sql{"SELECT day, made_at, least FROM exposure_sum_run ORDER BY day DESC LIMIT 1"}, [](const Row& row) {
        return SumRun{.day = row.integer(0), .made_at = row.time(1), .least = static_cast<int>(row.integer(2))};
      });
}

Status ExposureSums::note(const SumRun& run) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO exposure_sum_run (day, made_at, least) VALUES (?, ?, ?)", run.day, run.made_at, run.least}));
  return ok();
}

Result<std::vector<ToldSum>> ExposureSums::told(const domain::policy::Viewer& viewer, const ToldFilter& filter,
                                                int least, Timestamp now) {
  Sql sql{
      "SELECT s.id, s.record_id, s.product, s.made_at, coalesce(r.slug, ''), coalesce(r.record_key, ''), "
      "coalesce(r.title, ''), coalesce(r.tlp, 0) FROM exposure_sum s JOIN exposure_sum_cell c ON c.sum_id = s.id AND "
      "c.sector = ? LEFT JOIN record r ON r.id = s.record_id WHERE s.is_current = 1 AND s.least >= ? AND (s.record_id "
      "= 0 OR (r.id IS NOT NULL AND ",
      filter.sector, least};
  sql.append(domain::policy::visible_sql(viewer, now));
  sql.append("))");
  if (filter.record) sql.append(" AND s.record_id = ?", *filter.record);
  if (filter.products) {
    if (*filter.products) {
      sql.append(" AND s.record_id = 0");
    } else {
      sql.append(" AND s.record_id <> 0");
    }
  }
  if (!filter.product.empty()) {
    // Not LIKE, whose letters would have to be escaped.
    if (connection_.dialect() == Dialect::sqlite) {
      sql.append(" AND instr(s.product, ?) > 0", filter.product);
    } else {
      sql.append(" AND strpos(s.product, ?) > 0", filter.product);
    }
  }
  sql.append(" ORDER BY c.assets DESC, c.organisations DESC, s.id LIMIT ?", filter.limit);
  TRY(auto sums, connection_.all(sql, [](const Row& row) {
    return ToldSum{.id = row.integer(0),
                   .subject = {.record = {row.integer(1)}, .product = row.string(2)},
                   .slug = row.string(4),
                   .tracking_id = row.string(5),
                   .title = row.string(6),
                   .tlp = static_cast<domain::Tlp>(row.integer(7)),
                   .made_at = row.time(3),
                   .figures = {}};
  }));
  std::map<std::int64_t, ToldSum*> by_id;
  std::vector<std::int64_t> ids;
  for (auto& each : sums) {
    ids.push_back(each.id);
    by_id.emplace(each.id, &each);
  }
  if (ids.empty()) return sums;
  Sql figures{"SELECT sum_id, sector, organisations, assets FROM exposure_sum_cell WHERE sum_id IN "};
  figures.append_list(std::span<const std::int64_t>{ids});
  figures.append(" ORDER BY sum_id, sector");
  TRY_VOID(connection_.each(figures, [&](const Row& row) -> Status {
    by_id.at(row.integer(0))->figures.push_back({row.integer(1), row.integer(2), row.integer(3)});
    return ok();
  }));
  return sums;
}

}  // namespace tocsin::store
