#include "store/removals.hpp"

#include <algorithm>

#include "store/changes.hpp"
#include "store/record_parts.hpp"

namespace tocsin::store {

Result<std::vector<RemovedDocument>> Removals::documents(domain::RecordId record) {
  return connection_.all(
      Sql{"SELECT version, sha512 FROM revision WHERE record_id = ? ORDER BY id", record},
      [](const Row& row) { return RemovedDocument{.version = row.string(0), .sha512 = row.string(1)}; });
}

Status Removals::remove(const domain::Record& record, Timestamp now, Remembered remembered) {
  const auto id = record.id;
  TRY_VOID(connection_.run_all(
      {Sql{"INSERT INTO removed_document (sha512, record_id, kind, issuer, record_key, version, removed_at) SELECT "
           "v.sha512, v.record_id, r.kind, r.issuer, r.record_key, max(v.version), CAST(? AS bigint) FROM revision v "
           "JOIN record r ON r.id = v.record_id WHERE v.record_id = ? GROUP BY v.sha512, v.record_id, r.kind, "
           "r.issuer, r.record_key ON CONFLICT (sha512) DO UPDATE SET record_id = excluded.record_id, removed_at = "
           "excluded.removed_at",
           now, id},
       Sql{"DELETE FROM record_read WHERE record_id = ?", id},
       Sql{"DELETE FROM record_comment WHERE record_id = ?", id},
       Sql{"DELETE FROM notice_subscription WHERE notice_id IN (SELECT n.id FROM notice n WHERE n.record_id = ?)", id},
       Sql{"DELETE FROM notice WHERE record_id = ?", id}, Sql{"DELETE FROM notice_record WHERE record_id = ?", id},
       Sql{"DELETE FROM asset_news WHERE record_id = ?", id},
       Sql{"DELETE FROM asset_notice_match WHERE record_id = ?", id},
       Sql{"DELETE FROM asset_match_span WHERE record_id = ?", id},
       Sql{"DELETE FROM asset_decision WHERE record_id = ?", id},
       Sql{"DELETE FROM exposure_run_change WHERE record_id = ?", id},
       Sql{"DELETE FROM asset_match WHERE record_id = ?", id}, Sql{"DELETE FROM asset_state WHERE record_id = ?", id},
       Sql{"DELETE FROM asset_verdict WHERE record_id = ?", id},
       Sql{"DELETE FROM exposure_sum WHERE record_id = ?", id},
       Sql{"INSERT INTO bundle_gone (bundle_id, record_id, issuer, record_key) SELECT c.bundle_id, c.record_id, "
           "r.issuer, r.record_key FROM bundle_content c JOIN bundle b ON b.id = c.bundle_id JOIN record r ON r.id = "
           "c.record_id WHERE c.record_id = ? AND b.direction = 1",
           id},
       // What nothing else taught is not known any more, and what was matched by it is matched again.
       Sql{"UPDATE asset SET due = 1 WHERE organisation_id IN (SELECT a.organisation_id FROM exposure_alias a JOIN "
           "exposure_alias_lesson l ON l.alias_id = a.id WHERE l.record_id = ?)",
           id},
       Sql{"INSERT INTO exposure_cursor (name, sequence, until, asset_id) VALUES ('aliases', 1, 0, 0) ON CONFLICT "
           "(name) "
           "DO UPDATE SET sequence = exposure_cursor.sequence + 1"},
       Sql{"DELETE FROM exposure_alias WHERE id IN (SELECT l.alias_id FROM exposure_alias_lesson l WHERE l.record_id = "
           "?) AND NOT EXISTS (SELECT 1 FROM exposure_alias_lesson o WHERE o.alias_id = exposure_alias.id AND "
           "o.record_id <> ?)",
           id, id},
       Sql{"DELETE FROM exposure_alias_lesson WHERE record_id = ?", id},
       Sql{"DELETE FROM bundle_content WHERE record_id = ?", id},
       Sql{"DELETE FROM revision_document WHERE revision_id IN (SELECT v.id FROM revision v WHERE v.record_id = ?)",
           id},
       Sql{"DELETE FROM revision WHERE record_id = ?", id}, Sql{"DELETE FROM record WHERE id = ?", id},
       Changes::append_sql(ChangeAction::removed, record.kind, id, record.current_revision, now)}));
  if (remembered == Remembered::yes) return ok();
  TRY_VOID(connection_.run(Sql{"DELETE FROM removed_document WHERE record_id = ?", id}));
  return ok();
}

Status Removals::remove_revisions(const domain::Record& record, std::span<const std::int64_t> revisions,
                                  const std::optional<Next>& next, Timestamp now) {
  using domain::Standing;
  // With what conflicts with them.
  Sql going{
      "SELECT v.id FROM revision v WHERE v.record_id = ? AND EXISTS (SELECT 1 FROM revision g WHERE g.record_id = "
      "v.record_id AND g.version_order = v.version_order AND g.id IN ",
      record.id};
  going.append_list(revisions).append(")");
  TRY(const auto ids, connection_.all(going, [](const Row& row) { return row.integer(0); }));
  if (ids.empty()) return ok();
  const bool current = std::ranges::find(ids, record.current_revision.value) != ids.end();
  if (current && (!next || std::ranges::find(ids, next->revision.value) != ids.end())) {
    return Error::conflict("Nothing would be left of the record");
  }
  std::vector<Sql> statements;
  const auto append = [&](Sql sql) { statements.push_back(std::move(sql.append_list(std::span{ids}))); };
  Sql removed{
      "INSERT INTO removed_document (sha512, record_id, kind, issuer, record_key, version, removed_at) SELECT "
      "v.sha512, v.record_id, r.kind, r.issuer, r.record_key, max(v.version), CAST(? AS bigint) FROM revision v "
      "JOIN record r ON r.id = v.record_id WHERE v.id IN ",
      now};
  removed.append_list(std::span{ids});
  removed.append(
      " GROUP BY v.sha512, v.record_id, r.kind, r.issuer, r.record_key ON CONFLICT (sha512) DO UPDATE SET "
      "record_id = excluded.record_id, removed_at = excluded.removed_at");
  statements.push_back(std::move(removed));
  if (current) {
    statements.emplace_back("UPDATE revision SET standing = ? WHERE id = ?", Standing::current, next->revision);
    // Whom it was for while it was the current one; what was decided here since holds, but for a narrower marking.
    statements.emplace_back(
        "UPDATE record SET title = ?, labels = ?, initial_release_at = ?, updated_at = ?, current_revision_id = v.id, "
        "tlp = CASE WHEN record.marked_here = 1 AND record.tlp > v.tlp THEN record.tlp ELSE v.tlp END, "
        "audience = CASE WHEN record.marked_here = 1 THEN record.audience ELSE v.audience END, "
        "audience_id = CASE WHEN record.marked_here = 1 THEN record.audience_id ELSE v.audience_id END, "
        "embargo_until = CASE WHEN record.marked_here = 1 THEN record.embargo_until ELSE v.embargo_until END, "
        "status = v.status, version = v.version, version_order = v.version_order, format = v.format, sha512 = "
        "v.sha512, "
        "current_release_at = v.released_at FROM revision v WHERE v.id = ? AND record.id = v.record_id",
        next->title, write_labels(next->labels), next->initial_release_at, now, next->revision);
  }
  append(Sql{"DELETE FROM record_read WHERE revision_id IN "});
  append(Sql{"DELETE FROM taxii_version WHERE revision_id IN "});
  append(Sql{"DELETE FROM revision_document WHERE revision_id IN "});
  append(Sql{"DELETE FROM revision WHERE id IN "});
  statements.push_back(Changes::append_sql(current ? ChangeAction::updated : ChangeAction::history, record.kind,
                                           record.id, current ? next->revision : record.current_revision, now));
  return connection_.run_all(statements);
}

Result<bool> Removals::was_removed(std::string_view sha512) {
  TRY(const auto found, connection_.first(Sql{"SELECT 1 FROM removed_document WHERE sha512 = ?", sha512},
                                          [](const Row& row) { return row.integer(0); }));
  return found.has_value();
}

}  // namespace tocsin::store
