#include "store/aliases.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_ALIAS_ROW                                                                                         \
  "SELECT a.id, a.organisation_id, a.kind, a.of_vendor, a.text_key, a.vendor_key, a.product_key, a.shown, "      \
  "a.vendor, a.product, a.is_denied, a.taught_by, coalesce(p.name, ''), a.taught_at FROM exposure_alias a JOIN " \
  "organisation o ON o.id = a.organisation_id LEFT JOIN person p ON p.id = a.taught_by"
#define TOCSIN_ALIAS_CONSENT_ROW                                                                          \
  "SELECT c.id, c.organisation_id, c.granted_by, coalesce(p.name, ''), c.granted_at, c.admitted_at, "     \
  "c.revoked_at FROM exposure_alias_consent c JOIN organisation o ON o.id = c.organisation_id LEFT JOIN " \
  "person p ON p.id = c.granted_by"
#define TOCSIN_COMMUNITY_ALIAS_ROW                                                                              \
  "SELECT a.id, a.kind, a.of_vendor, a.text_key, a.vendor_key, a.product_key, a.vendor, a.product, a.least, "   \
  "a.offered_at, a.state, coalesce(p.name, ''), a.judged_at FROM community_alias a LEFT JOIN person p ON p.id " \
  "= a.judged_by"

/// Words that are shorter say nothing of a plant.
constexpr std::size_t kPrivateWordMin = 4;

AliasKey read_key(const Row& row, int from) {
  return {.kind = static_cast<AliasKind>(row.integer(from)),
          .of_vendor = row.string(from + 1),
          .text = row.string(from + 2),
          .vendor = row.string(from + 3),
          .product = row.string(from + 4)};
}

Alias read_alias(const Row& row) {
  return {.id = row.integer(0),
          .organisation = {row.integer(1)},
          .key = read_key(row, 2),
          .shown = row.string(7),
          .vendor = row.string(8),
          .product = row.string(9),
          .denied = row.integer(10) != 0,
          .taught_by = row.is_null(11) ? std::nullopt : std::optional{domain::PersonId{row.integer(11)}},
          .taught_by_name = row.string(12),
          .taught_at = row.time(13)};
}

AliasConsent read_consent(const Row& row) {
  return {.id = row.integer(0),
          .organisation = {row.integer(1)},
          .granted_by = row.is_null(2) ? std::nullopt : std::optional{domain::PersonId{row.integer(2)}},
          .granted_by_name = row.string(3),
          .granted_at = row.time(4),
          .admitted_at = row.optional_time(5),
          .revoked_at = row.optional_time(6)};
}

CommunityAlias read_community(const Row& row) {
  return {.id = row.integer(0),
          .key = read_key(row, 1),
          .vendor = row.string(6),
          .product = row.string(7),
          .least = static_cast<int>(row.integer(8)),
          .offered_at = row.time(9),
          .state = static_cast<CommunityAliasState>(row.integer(10)),
          .judged_by_name = row.string(11),
          .judged_at = row.optional_time(12)};
}

}  // namespace

Result<std::vector<Alias>> Aliases::of(domain::OrganisationId organisation) {
  return connection_.all(
      Sql{TOCSIN_ALIAS_ROW " WHERE a.organisation_id = ? ORDER BY a.vendor_key, a.product_key, a.kind, a.text_key, "
                           "a.id",
          organisation},
      read_alias);
}

Result<std::int64_t> Aliases::count(domain::OrganisationId organisation) {
  TRY(const auto found,
      connection_.first(Sql{"SELECT count(*) FROM exposure_alias WHERE organisation_id = ?", organisation},
                        [](const Row& row) { return row.integer(0); }));
  return found.value_or(0);
}

Result<std::optional<Alias>> Aliases::find(domain::OrganisationId organisation, std::int64_t id) {
  return connection_.first(Sql{TOCSIN_ALIAS_ROW " WHERE a.organisation_id = ? AND a.id = ?", organisation, id},
                           read_alias);
}

Result<std::vector<Alias>> Aliases::of_text(domain::OrganisationId organisation, AliasKind kind,
                                            std::string_view of_vendor, std::string_view text) {
  return connection_.all(
      Sql{TOCSIN_ALIAS_ROW " WHERE a.organisation_id = ? AND a.kind = ? AND a.of_vendor = ? AND a.text_key = ? ORDER "
                           "BY a.id",
          organisation, kind, of_vendor, text},
      read_alias);
}

Result<std::int64_t> Aliases::put(const Alias& it) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO exposure_alias (organisation_id, kind, of_vendor, text_key, shown, vendor_key, product_key, "
              "vendor, product, is_denied, taught_by, taught_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON "
              "CONFLICT (organisation_id, kind, of_vendor, text_key, vendor_key, product_key) DO UPDATE SET is_denied "
              "= excluded.is_denied RETURNING id",
              it.organisation, static_cast<std::int64_t>(it.key.kind), it.key.of_vendor, it.key.text, it.shown,
              it.key.vendor, it.key.product, it.vendor, it.product, it.denied, it.taught_by, it.taught_at},
          [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Status Aliases::remove(std::int64_t id) {
  return connection_.run_all({Sql{"DELETE FROM exposure_alias_lesson WHERE alias_id = ?", id},
                              Sql{"DELETE FROM exposure_alias WHERE id = ?", id}});
}

Status Aliases::add_lesson(std::int64_t alias, std::int64_t asset, domain::RecordId record) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO exposure_alias_lesson (alias_id, asset_id, record_id) VALUES (?, ?, ?) ON "
                          "CONFLICT DO NOTHING",
                          alias, asset, record}));
  return ok();
}

Result<std::vector<Alias>> Aliases::forget_lessons(domain::OrganisationId organisation, std::int64_t asset,
                                                   domain::RecordId record) {
  TRY(auto taught,
      connection_.all(
          Sql{TOCSIN_ALIAS_ROW " WHERE a.organisation_id = ? AND a.is_denied = 0 AND a.id IN (SELECT l.alias_id "
                               "FROM exposure_alias_lesson l WHERE l.asset_id = ? AND l.record_id = ?) ORDER BY "
                               "a.id",
              organisation, asset, record},
          read_alias));
  TRY_VOID(
      connection_.run(Sql{"DELETE FROM exposure_alias_lesson WHERE asset_id = ? AND record_id = ?", asset, record}));
  std::vector<Alias> alone;
  for (auto& each : taught) {
    TRY(const auto other, connection_.first(Sql{"SELECT 1 FROM exposure_alias_lesson WHERE alias_id = ?", each.id},
                                            [](const Row& row) { return row.integer(0); }));
    if (!other) alone.push_back(std::move(each));
  }
  return alone;
}

Result<std::vector<Alias>> Aliases::all() {
  return connection_.all(Sql{TOCSIN_ALIAS_ROW " ORDER BY a.organisation_id, a.kind, a.of_vendor, a.text_key, a.id"},
                         read_alias);
}

Status Aliases::add_consent(const AliasConsent& it) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO exposure_alias_consent (organisation_id, granted_by, granted_at) VALUES (?, ?, ?)",
          it.organisation, it.granted_by, it.granted_at}));
  return ok();
}

Result<std::int64_t> Aliases::revoke(domain::OrganisationId organisation, std::optional<domain::PersonId> by,
                                     Timestamp now) {
  return connection_.run(
      Sql{"UPDATE exposure_alias_consent SET revoked_by = ?, revoked_at = ? WHERE organisation_id = ? AND revoked_at "
          "IS NULL",
          by, now, organisation});
}

Result<std::vector<AliasConsent>> Aliases::consents(domain::OrganisationId organisation) {
  return connection_.all(Sql{TOCSIN_ALIAS_CONSENT_ROW " WHERE c.organisation_id = ? ORDER BY c.id DESC", organisation},
                         read_consent);
}

Result<std::vector<AliasConsent>> Aliases::open_consents() {
  return connection_.all(
      Sql{TOCSIN_ALIAS_CONSENT_ROW " WHERE c.revoked_at IS NULL AND o.status = ? ORDER BY c.organisation_id",
          domain::OrganisationStatus::active},
      read_consent);
}

Status Aliases::admit(std::int64_t consent, Timestamp now) {
  TRY_VOID(connection_.run(Sql{"UPDATE exposure_alias_consent SET admitted_at = ? WHERE id = ?", now, consent}));
  return ok();
}

Result<std::optional<AliasRun>> Aliases::last_run() {
  return connection_.first(
      Sql{"SELECT day, made_at, least FROM exposure_alias_run ORDER BY day DESC LIMIT 1"}, [](const Row& row) {
        return AliasRun{.day = row.integer(0), .made_at = row.time(1), .least = static_cast<int>(row.integer(2))};
      });
}

Status Aliases::note(const AliasRun& run) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO exposure_alias_run (day, made_at, least) VALUES (?, ?, ?) ON CONFLICT (day) "
                          "DO UPDATE SET made_at = excluded.made_at, least = excluded.least",
                          run.day, run.made_at, run.least}));
  return ok();
}

Status Aliases::offer(const CommunityAlias& it) {
  TRY_VOID(connection_.run(Sql{
      "INSERT INTO community_alias (kind, of_vendor, text_key, vendor_key, product_key, vendor, product, least, "
      "offered_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (kind, of_vendor, text_key, vendor_key, "
      "product_key) DO UPDATE SET least = CASE WHEN community_alias.least < excluded.least THEN excluded.least ELSE "
      "community_alias.least END",
      static_cast<std::int64_t>(it.key.kind), it.key.of_vendor, it.key.text, it.key.vendor, it.key.product, it.vendor,
      it.product, it.least, it.offered_at}));
  return ok();
}

Result<std::vector<CommunityAlias>> Aliases::community(CommunityAliasState state, int least) {
  return connection_.all(Sql{TOCSIN_COMMUNITY_ALIAS_ROW
                             " WHERE a.state = ? AND a.least >= ? ORDER BY a.vendor_key, a.product_key, a.kind, "
                             "a.text_key, a.id",
                             static_cast<std::int64_t>(state), least},
                         read_community);
}

Result<std::vector<CommunityAlias>> Aliases::accepted_of_text(AliasKind kind, std::string_view of_vendor,
                                                              std::string_view text) {
  return connection_.all(Sql{TOCSIN_COMMUNITY_ALIAS_ROW
                             " WHERE a.kind = ? AND a.of_vendor = ? AND a.text_key = ? AND a.state = ? ORDER BY a.id",
                             kind, of_vendor, text, CommunityAliasState::accepted},
                         read_community);
}

Result<std::optional<CommunityAlias>> Aliases::find_community(std::int64_t id) {
  return connection_.first(Sql{TOCSIN_COMMUNITY_ALIAS_ROW " WHERE a.id = ?", id}, read_community);
}

Status Aliases::judge(std::int64_t id, CommunityAliasState state, std::optional<domain::PersonId> by, Timestamp now) {
  TRY_VOID(connection_.run(Sql{"UPDATE community_alias SET state = ?, judged_by = ?, judged_at = ? WHERE id = ?",
                               static_cast<std::int64_t>(state), by, now, id}));
  return ok();
}

Result<std::int64_t> Aliases::generation() {
  TRY(const auto found, connection_.first(Sql{"SELECT sequence FROM exposure_cursor WHERE name = 'aliases'"},
                                          [](const Row& row) { return row.integer(0); }));
  return found.value_or(0);
}

Status Aliases::next_generation() {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO exposure_cursor (name, sequence, until, asset_id) VALUES ('aliases', 1, 0, 0) "
                          "ON CONFLICT (name) DO UPDATE SET sequence = exposure_cursor.sequence + 1"}));
  return ok();
}

Result<std::vector<domain::OrganisationId>> Aliases::organisations_with_assets() {
  return connection_.all(Sql{"SELECT o.id FROM organisation o WHERE EXISTS (SELECT 1 FROM asset a WHERE "
                             "a.organisation_id = o.id) ORDER BY o.id"},
                         [](const Row& row) { return domain::OrganisationId{row.integer(0)}; });
}

Status Aliases::set_due(domain::OrganisationId organisation, std::string_view vendor) {
  TRY_VOID(
      connection_.run(Sql{"UPDATE asset SET due = 1 WHERE organisation_id = ? AND vendor = ?", organisation, vendor}));
  return ok();
}

Result<std::vector<Aliases::AssetTexts>> Aliases::texts(domain::OrganisationId organisation, std::string_view vendor) {
  return connection_.all(
      Sql{"SELECT id, product, model FROM asset WHERE organisation_id = ? AND vendor = ? ORDER BY id", organisation,
          vendor},
      [](const Row& row) {
        return AssetTexts{.id = row.integer(0), .product = row.string(1), .model = row.string(2)};
      });
}

Status Aliases::set_due(std::span<const std::int64_t> assets) {
  constexpr std::size_t kAtOnce = 500;
  for (std::size_t at = 0; at < assets.size(); at += kAtOnce) {
    Sql sql{"UPDATE asset SET due = 1 WHERE id IN "};
    sql.append_list(assets.subspan(at, std::min(kAtOnce, assets.size() - at)));
    TRY_VOID(connection_.run(sql));
  }
  return ok();
}

Result<std::vector<std::string>> Aliases::private_words(domain::OrganisationId organisation) {
  std::set<std::string> words;
  const auto take = [&words](std::string_view text) {
    auto lower = text::fold(text);
    if (lower.size() >= kPrivateWordMin) words.insert(std::move(lower));
  };
  TRY_VOID(
      connection_.each(Sql{"SELECT name FROM organisation WHERE id = ?", organisation}, [&](const Row& row) -> Status {
        take(row.text(0));
        // "Talbach" of "Talbach Water Supply", too.
        for (const auto word : text::split(row.text(0), ' ')) take(word);
        return ok();
      }));
  TRY_VOID(connection_.each(
      Sql{"SELECT DISTINCT site, zone, serial, item_key, name, product FROM asset WHERE organisation_id = ?",
          organisation},
      [&](const Row& row) -> Status {
        for (int column = 0; column < 4; ++column) take(row.text(column));
        // Many are called like what they are.
        if (text::fold(row.text(5)).find(text::fold(row.text(4))) == std::string::npos) take(row.text(4));
        return ok();
      }));
  return std::vector<std::string>(words.begin(), words.end());
}

}  // namespace tocsin::store
