#include "store/records.hpp"

#include <unordered_map>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/csaf/compare.hpp"
#include "formats/stix/versions.hpp"
#include "store/audiences.hpp"
#include "store/changes.hpp"
#include "store/record_parts.hpp"
#include "store/removals.hpp"

namespace tocsin::store {
namespace {

using domain::PutOutcome;
using domain::RecordId;
using domain::RevisionId;
using domain::Standing;

std::vector<std::string> read_labels(std::string_view text) {
  std::vector<std::string> labels;
  if (text == "[]") return labels;
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->root().is_array()) return labels;
  for (const auto& label : parsed->root().get_array()) {
    if (label.is_string()) labels.emplace_back(std::string_view{label.get_string()});
  }
  return labels;
}

/// What the database says about the record that a new revision belongs to.
struct Existing {
  RecordId record;
  std::string slug;
  RevisionId current;
  domain::RecordStatus status;
  bool marked_here = false;  // Then what follows binds newer revisions too.
  domain::Tlp tlp;
  domain::Audience audience;
  std::vector<domain::Grantee> listed;
  std::optional<Timestamp> embargo_until;
  std::string version_order;
  RevisionId same_bytes;          // The very revision; 0: not here yet.
  std::int64_t same_version = 0;  // Revisions of this version.
};

Result<std::optional<Existing>> look_up(Connection& connection, const domain::NewRevision& revision) {
  return connection.first(
      Sql{"SELECT r.id, r.slug, r.current_revision_id, r.status, r.version_order, "
          "coalesce((SELECT v.id FROM revision v WHERE v.record_id = r.id AND v.version = ? AND v.sha512 = ?), 0), "
          "(SELECT count(*) FROM revision v WHERE v.record_id = r.id AND v.version_order = ?), "
          "r.marked_here, r.tlp, r.audience, r.embargo_until, (SELECT d.digest FROM audience d WHERE d.id = "
          "r.audience_id) "
          "FROM record r WHERE r.kind = ? AND r.issuer = ? AND r.record_key = ?",
          revision.version, revision.sha512, revision.version_order, revision.kind, revision.issuer, revision.key},
      [](const Row& row) {
        return Existing{.record = {row.integer(0)},
                        .slug = row.string(1),
                        .current = {row.integer(2)},
                        .status = static_cast<domain::RecordStatus>(row.integer(3)),
                        .marked_here = row.boolean(7),
                        .tlp = static_cast<domain::Tlp>(row.integer(8)),
                        .audience = static_cast<domain::Audience>(row.integer(9)),
                        .listed = domain::read_grantees(row.text(11)),
                        .embargo_until = row.optional_time(10),
                        .version_order = row.string(4),
                        .same_bytes = {row.integer(5)},
                        .same_version = row.integer(6)};
      });
}

template <class Id>
Result<Id> returned(Result<std::optional<Id>> id) {
  TRY(const auto found, std::move(id));
  if (!found) return Error::internal("An INSERT returned no row");
  return *found;
}

}  // namespace

std::string write_labels(const std::vector<std::string>& labels) {
  boost::json::array array;
  for (const auto& label : labels) array.emplace_back(label);
  return json::write(array);
}

Result<std::optional<std::int64_t>> audience_of(Connection& connection, const domain::NewRevision& revision) {
  if (revision.audience != domain::Audience::listed) return std::optional<std::int64_t>{};
  TRY(const auto id, Audiences{connection}.intern(revision.listed));
  return std::optional{id};
}

Sql next_record_id(Dialect dialect) {
  if (dialect == Dialect::postgres) return Sql{"nextval(pg_get_serial_sequence('record', 'id'))"};
  return Sql{
      "1 + max(coalesce((SELECT max(id) FROM record), 0), coalesce((SELECT max(record_id) FROM removed_document), "
      "0))"};
}

namespace {

struct Created {
  std::int64_t value = 0;
  std::string slug;
};

Result<Created> insert_record(Connection& connection, const domain::NewRevision& revision,
                              std::optional<std::int64_t> audience_id, Timestamp now) {
  const auto plain = domain::slug_of(revision.key);
  const auto by_issuer = plain + "-" + sha256_hex(revision.issuer).substr(0, 6);
  const auto by_both = plain + "-" + sha256_hex(revision.issuer + "\n" + revision.key).substr(0, 12);
  Sql sql{"INSERT INTO record (" TOCSIN_RECORD_INSERT_COLUMNS ") VALUES ("};
  sql.append(next_record_id(connection.dialect()));
  sql.append(
      ", ?, ?, ?, CASE WHEN NOT EXISTS (SELECT 1 FROM record WHERE kind = ? AND lower(slug) = ?) THEN ? "
      "WHEN NOT EXISTS (SELECT 1 FROM record WHERE kind = ? AND lower(slug) = ?) THEN ? ELSE ? END, "
      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?) RETURNING id, slug",
      revision.kind, revision.issuer, revision.key, revision.kind, text::lower_ascii(plain), plain, revision.kind,
      text::lower_ascii(by_issuer), by_issuer, by_both, revision.title, revision.tlp, revision.owner, revision.audience,
      revision.status, revision.embargo_until, revision.version, revision.version_order, revision.format,
      revision.sha512, revision.initial_release_at, revision.current_release_at, now, now,
      write_labels(revision.labels), audience_id);
  return returned(connection.first(sql, [](const Row& row) { return Created{row.integer(0), row.string(1)}; }));
}

Result<RevisionId> insert_revision(Connection& connection, RecordId record, const domain::NewRevision& revision,
                                   std::optional<std::int64_t> audience_id, Standing standing, Timestamp now) {
  return returned(connection.first(
      Sql{"INSERT INTO revision (" TOCSIN_REVISION_INSERT_COLUMNS ") "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
          record, revision.version, revision.version_order, standing, revision.format, revision.document_status,
          revision.sha512, revision.bytes.size(), revision.current_release_at, now, revision.source, revision.tlp,
          revision.audience, audience_id, revision.status, revision.embargo_until},
      [](const Row& row) { return RevisionId{row.integer(0)}; }));
}

Sql insert_document(RevisionId id, const domain::NewRevision& revision) {
  return Sql{"INSERT INTO revision_document (revision_id, bytes) VALUES (?, ?)", id, Blob{revision.bytes}};
}

/// What was decided here of who sees a record stays when a newer document comes, but for a marking that is narrower.
domain::NewRevision kept_as_marked(const Existing& existing, domain::NewRevision revision) {
  revision.tlp = std::max(revision.tlp, existing.tlp);
  revision.audience = existing.audience;
  revision.listed = existing.listed;
  revision.embargo_until = existing.embargo_until;
  return revision;
}

std::optional<formats::csaf::Advisory> read(std::string_view bytes) {
  const auto parsed = json::parse(bytes);
  if (!parsed) return std::nullopt;
  auto advisory = formats::csaf::read_advisory(parsed->root());
  if (!advisory) return std::nullopt;
  return std::move(*advisory);
}

/// Whoever has read the revision before goes on having read it, where nothing in the new one concerns who runs the
/// products. What cannot be compared is news.
Status keep_read(Connection& connection, const Existing& existing, RevisionId to, const domain::NewRevision& revision) {
  TRY(const auto any, connection.first(Sql{"SELECT 1 FROM record_read WHERE record_id = ? AND revision_id = ? LIMIT 1",
                                           existing.record, existing.current},
                                       [](const Row& row) { return row.integer(0); }));
  if (!any || revision.status != existing.status) return ok();
  TRY(const auto bytes, Records{connection}.document(existing.record, existing.current));
  if (!bytes) return ok();
  const auto before = read(*bytes), after = read(revision.bytes);
  if (!before || !after || formats::csaf::matters_to_owners(formats::csaf::compare(*before, *after))) return ok();
  TRY_VOID(connection.run(Sql{"UPDATE record_read SET revision_id = ? WHERE record_id = ? AND revision_id = ?", to,
                              existing.record, existing.current}));
  return ok();
}

PutOutcome outcome_of(const Existing& existing, const domain::NewRevision& revision) {
  if (existing.same_bytes.value != 0) return PutOutcome::unchanged;
  if (existing.same_version > 0) return PutOutcome::conflicting;
  return revision.version_order > existing.version_order ? PutOutcome::updated : PutOutcome::history;
}

/// The revision of this version that says the same in other bytes; 0: there is none. Whoever passes a STIX object on
/// writes it anew; nobody signs its bytes.
Result<RevisionId> same_meaning(Connection& connection, RecordId record, const domain::NewRevision& revision) {
  TRY(const auto all, connection.all(Sql{"SELECT v.id, d.bytes FROM revision v JOIN revision_document d ON "
                                         "d.revision_id = v.id WHERE v.record_id = ? AND v.version_order = ? "
                                         "ORDER BY v.id",
                                         record, revision.version_order},
                                     [](const Row& row) { return std::pair{row.integer(0), row.string(1)}; }));
  // Many objects come one after the other: the readers' memory is theirs in turn.
  thread_local formats::stix::TapeReader ours, theirs;
  const auto given = theirs.read(revision.bytes);
  if (!given) return RevisionId{};
  for (const auto& [id, bytes] : all) {
    const auto kept = ours.read(bytes);
    if (kept && formats::stix::same_object(*kept, *given)) return RevisionId{id};
  }
  return RevisionId{};
}

/// What is here of it, also where it says the same in other bytes.
Result<std::optional<Existing>> look_up_meaning(Connection& connection, const domain::NewRevision& given) {
  TRY(auto existing, look_up(connection, given));
  if (existing && existing->same_version > 0 && existing->same_bytes.value == 0 &&
      given.kind == domain::RecordKind::stix_object) {
    TRY(existing->same_bytes, same_meaning(connection, existing->record, given));
  }
  return existing;
}

}  // namespace

Result<domain::PutOutcome> Records::foresee(const domain::NewRevision& revision, Again again) {
  TRY(const auto existing, look_up_meaning(connection_, revision));
  const auto outcome = existing ? outcome_of(*existing, revision) : PutOutcome::created;
  if (outcome == PutOutcome::unchanged || again == Again::yes) return outcome;
  TRY(const bool is_removed, Removals{connection_}.was_removed(revision.sha512));
  return is_removed ? PutOutcome::removed : outcome;
}

Result<PutResult> Records::put(const domain::NewRevision& revision, Timestamp now) {
  return put(revision, now, Again::no);
}

Result<PutResult> Records::put(const domain::NewRevision& given, Timestamp now, Again again) {
  // Two importers of one document: the second waits here, then finds what the first has stored.
  TRY_VOID(connection_.lock_changes());
  TRY(const auto existing, look_up_meaning(connection_, given));
  // Documents are large: copied only where something of the header is to differ.
  std::optional<domain::NewRevision> kept;
  if (existing && existing->marked_here) kept = kept_as_marked(*existing, given);
  const auto& revision = kept ? *kept : given;
  const auto removed = [&]() -> Result<bool> {
    if (again == Again::yes) return false;
    return Removals{connection_}.was_removed(revision.sha512);
  };
  if (!existing) {
    TRY(const bool is_removed, removed());
    if (is_removed) return PutResult{.outcome = PutOutcome::removed, .record = {}, .revision = {}, .slug = {}};
    TRY(const auto audience_id, audience_of(connection_, revision));
    TRY(const auto created, insert_record(connection_, revision, audience_id, now));
    const RecordId record{created.value};
    TRY(const auto id, insert_revision(connection_, record, revision, audience_id, Standing::current, now));
    TRY_VOID(connection_.run_all({insert_document(id, revision),
                                  Sql{"UPDATE record SET current_revision_id = ? WHERE id = ?", id, record},
                                  Changes::append_sql(ChangeAction::created, revision.kind, record, id, now)}));
    return PutResult{.outcome = PutOutcome::created, .record = record, .revision = id, .slug = created.slug};
  }

  PutResult result{.outcome = outcome_of(*existing, revision),
                   .record = existing->record,
                   .revision = existing->same_bytes,
                   .slug = existing->slug};
  if (result.outcome == PutOutcome::unchanged) return result;
  TRY(const bool is_removed, removed());
  if (is_removed) {
    result.outcome = PutOutcome::removed;
    return result;
  }
  const auto standing = result.outcome == PutOutcome::updated       ? Standing::current
                        : result.outcome == PutOutcome::conflicting ? Standing::conflicting
                                                                    : Standing::superseded;
  TRY(const auto audience_id, audience_of(connection_, revision));
  TRY(result.revision, insert_revision(connection_, result.record, revision, audience_id, standing, now));
  auto action = result.outcome == PutOutcome::conflicting ? ChangeAction::conflicting : ChangeAction::history;
  std::vector<Sql> statements{insert_document(result.revision, revision)};
  if (result.outcome == PutOutcome::updated) {
    const bool withdraws = revision.status == domain::RecordStatus::withdrawn && existing->status != revision.status;
    action = withdraws ? ChangeAction::withdrawn : ChangeAction::updated;
    statements.emplace_back("UPDATE revision SET standing = ? WHERE id = ?", Standing::superseded, existing->current);
    statements.emplace_back(
        "UPDATE record SET title = ?, tlp = ?, audience = ?, status = ?, embargo_until = ?, version = ?, "
        "version_order = ?, format = ?, sha512 = ?, current_revision_id = ?, initial_release_at = ?, "
        "current_release_at = ?, updated_at = ?, labels = ?, audience_id = ? WHERE id = ?",
        revision.title, revision.tlp, revision.audience, revision.status, revision.embargo_until, revision.version,
        revision.version_order, revision.format, revision.sha512, result.revision, revision.initial_release_at,
        revision.current_release_at, now, write_labels(revision.labels), audience_id, result.record);
  }
  statements.push_back(Changes::append_sql(action, revision.kind, result.record, result.revision, now));
  TRY_VOID(connection_.run_all(statements));
  if (result.outcome == PutOutcome::updated) TRY_VOID(keep_read(connection_, *existing, result.revision, revision));
  return result;
}

domain::Record read_record(const Row& row, int first_column) {
  int column = first_column;
  domain::Record record;
  record.id = {row.integer(column++)};
  record.kind = static_cast<domain::RecordKind>(row.integer(column++));
  record.issuer = row.string(column++);
  record.key = row.string(column++);
  record.slug = row.string(column++);
  record.title = row.string(column++);
  record.tlp = static_cast<domain::Tlp>(row.integer(column++));
  record.owner = {row.integer(column++)};
  record.audience = static_cast<domain::Audience>(row.integer(column++));
  record.status = static_cast<domain::RecordStatus>(row.integer(column++));
  record.embargo_until = row.optional_time(column++);
  record.version = row.string(column++);
  record.format = row.string(column++);
  record.sha512 = row.string(column++);
  record.current_revision = {row.integer(column++)};
  record.initial_release_at = row.time(column++);
  record.current_release_at = row.time(column++);
  record.created_at = row.time(column++);
  record.updated_at = row.time(column++);
  record.labels = read_labels(row.text(column++));
  record.listed = domain::read_grantees(row.text(column++));
  return record;
}

Result<std::optional<domain::Record>> Records::load(domain::RecordKind kind, std::string_view slug) {
  if (slug.find('\0') != std::string_view::npos || text::invalid_utf8_at(slug) != std::string_view::npos) {
    return std::optional<domain::Record>{};
  }
  return connection_.first(Sql{"SELECT " TOCSIN_RECORD_COLUMNS " FROM record r WHERE r.kind = ? AND lower(r.slug) = ?",
                               kind, text::lower_ascii(slug)},
                           [](const Row& row) { return read_record(row); });
}

Result<std::optional<domain::Record>> Records::find(const domain::policy::Viewer& viewer, domain::RecordKind kind,
                                                    std::string_view slug, Timestamp now) {
  // No slug has such bytes, and PostgreSQL would refuse them: absent, like any other wrong guess.
  if (slug.find('\0') != std::string_view::npos || text::invalid_utf8_at(slug) != std::string_view::npos) {
    return std::optional<domain::Record>{};
  }
  Sql sql{"SELECT " TOCSIN_RECORD_COLUMNS " FROM record r WHERE r.kind = ? AND lower(r.slug) = ? AND ", kind,
          text::lower_ascii(slug)};
  sql.append(domain::policy::visible_sql(viewer, now));
  return connection_.first(sql, [](const Row& row) { return read_record(row); });
}

Result<std::vector<domain::Record>> Records::headers(const domain::policy::Viewer& viewer,
                                                     std::span<const std::int64_t> ids, Timestamp now) {
  std::unordered_map<std::int64_t, domain::Record> found;
  for (std::size_t begin = 0; begin < ids.size(); begin += Sql::kListMax) {
    Sql sql{"SELECT " TOCSIN_RECORD_COLUMNS " FROM record r WHERE r.id IN "};
    sql.append_list(ids.subspan(begin, std::min(Sql::kListMax, ids.size() - begin)));
    sql.append(" AND ").append(domain::policy::visible_sql(viewer, now));
    TRY_VOID(connection_.each(sql, [&](const Row& row) {
      found.emplace(row.integer(0), read_record(row));
      return ok();
    }));
  }
  std::vector<domain::Record> headers;
  headers.reserve(found.size());
  for (const auto id : ids) {
    if (const auto each = found.find(id); each != found.end()) headers.push_back(each->second);
  }
  return headers;
}

Result<std::vector<domain::Revision>> Records::revisions(const domain::policy::Viewer& viewer,
                                                         const domain::Record& record, Timestamp now) {
  TRY(auto all,
      connection_.all(
          Sql{"SELECT id, record_id, version, standing, format, document_status, sha512, bytes, released_at, "
              "received_at, "
              "source, tlp, audience, status, embargo_until, "
              "(SELECT d.digest FROM audience d WHERE d.id = revision.audience_id) FROM revision WHERE record_id = ? "
              "ORDER BY version_order DESC, CASE WHEN standing = ? THEN 1 ELSE 0 END, id",
              record.id, Standing::conflicting},
          [](const Row& row) {
            return domain::Revision{.id = {row.integer(0)},
                                    .record = {row.integer(1)},
                                    .version = row.string(2),
                                    .standing = static_cast<Standing>(row.integer(3)),
                                    .format = row.string(4),
                                    .document_status = row.string(5),
                                    .sha512 = row.string(6),
                                    .bytes = row.integer(7),
                                    .released_at = row.time(8),
                                    .received_at = row.time(9),
                                    .source = row.string(10),
                                    .tlp = static_cast<domain::Tlp>(row.integer(11)),
                                    .audience = static_cast<domain::Audience>(row.integer(12)),
                                    .listed = domain::read_grantees(row.text(15)),
                                    .status = static_cast<domain::RecordStatus>(row.integer(13)),
                                    .embargo_until = row.optional_time(14)};
          }));
  std::erase_if(all, [&](const domain::Revision& each) {
    return !domain::policy::may_see(viewer, domain::policy::facts_of(record, each), now);
  });
  return all;
}

Result<std::optional<std::string>> Records::document(RecordId record, RevisionId revision) {
  return connection_.first(Sql{"SELECT d.bytes FROM revision v JOIN revision_document d ON d.revision_id = v.id "
                               "WHERE v.id = ? AND v.record_id = ?",
                               revision, record},
                           [](const Row& row) { return row.string(0); });
}

Result<std::int64_t> Records::count(const domain::policy::Viewer& viewer, domain::RecordKind kind, Timestamp now) {
  Sql sql{"SELECT count(*) FROM record r WHERE r.kind = ? AND ", kind};
  sql.append(domain::policy::visible_sql(viewer, now));
  TRY(const auto number, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return number.value_or(0);
}

Result<std::optional<Timestamp>> Records::embargo_ended(Timestamp now) {
  TRY(const auto ended, connection_.first(Sql{"SELECT max(embargo_until) FROM record WHERE embargo_until <= ?", now},
                                          [](const Row& row) { return row.optional_time(0); }));
  return ended.value_or(std::nullopt);
}

Result<std::optional<domain::Record>> Records::load(domain::RecordKind kind, std::string_view issuer,
                                                    std::string_view key) {
  for (const auto text : {issuer, key}) {
    if (text.find('\0') != std::string_view::npos || text::invalid_utf8_at(text) != std::string_view::npos) {
      return std::optional<domain::Record>{};
    }
  }
  return connection_.first(
      Sql{"SELECT " TOCSIN_RECORD_COLUMNS " FROM record r WHERE r.kind = ? AND r.issuer = ? AND r.record_key = ?", kind,
          issuer, key},
      [](const Row& row) { return read_record(row); });
}

Result<std::optional<domain::Record>> Records::load(RecordId record) {
  return connection_.first(Sql{"SELECT " TOCSIN_RECORD_COLUMNS " FROM record r WHERE r.id = ?", record},
                           [](const Row& row) { return read_record(row); });
}

}  // namespace tocsin::store
