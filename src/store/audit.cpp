#include "store/audit.hpp"

#include <limits>

#include "base/encoding.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

namespace tocsin::store {
namespace {

using domain::audit::Entry;
using domain::audit::Outcome;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr int kPageMax = 1'000;
constexpr std::size_t kSaltBytes = 16;

/// What any database takes (no NUL, well-formed UTF-8) and at most `bytes_max` of it: a hostile User-Agent must neither
/// fill the log nor keep an entry out of it.
std::string storable(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = text[at] == '\0' ? 0 : text::utf8_length_at(text, at);
    const auto next = length == 0 ? kReplacement : text.substr(at, length);
    if (out.size() + next.size() > bytes_max) break;
    out += next;
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

Entry storable(Entry entry) {
  entry.action = storable(entry.action, kAuditNameBytesMax);
  entry.object = storable(entry.object, kAuditNameBytesMax);
  entry.request_id = storable(entry.request_id, kAuditNameBytesMax);
  entry.personal.address = storable(entry.personal.address, kAuditNameBytesMax);
  entry.personal.agent = storable(entry.personal.agent, kAuditAgentBytesMax);
  entry.personal.detail = storable(entry.personal.detail, kAuditDetailBytesMax);
  return entry;
}

template <class Id>
std::optional<Id> optional_id(const Row& row, int column) {
  const auto value = row.optional_integer(column);
  return value ? std::optional{Id{*value}} : std::nullopt;
}

/// A number that is none of an outcome's must not pass as one.
Outcome outcome_of(std::int64_t number) {
  return number >= 0 && number <= static_cast<std::int64_t>(Outcome::failed) ? static_cast<Outcome>(number)
                                                                             : domain::audit::kUnknownOutcome;
}

#define TOCSIN_AUDIT_ROWS                                                                                      \
  "SELECT a.sequence, a.at, a.person_id, a.organisation_id, a.action, a.object, a.owner_id, a.outcome, "       \
  "a.request_id, a.personal_hash, a.previous_hash, a.hash, p.salt, p.address, p.agent, p.detail FROM audit a " \
  "LEFT JOIN audit_personal p ON p.sequence = a.sequence "

AuditRow row_of(const Row& row) {
  AuditRow found;
  found.entry = {.sequence = row.integer(0),
                 .at = row.time(1),
                 .person = optional_id<domain::PersonId>(row, 2),
                 .organisation = optional_id<domain::OrganisationId>(row, 3),
                 .action = row.string(4),
                 .object = row.string(5),
                 .owner = optional_id<domain::OrganisationId>(row, 6),
                 .outcome = outcome_of(row.integer(7)),
                 .request_id = row.string(8),
                 .personal = {.address = row.string(13), .agent = row.string(14), .detail = row.string(15)}};
  found.personal_hash = row.string(9);
  found.previous_hash = row.string(10);
  found.hash = row.string(11);
  found.personal_erased = row.is_null(12);
  found.salt = row.string(12);
  return found;
}

void narrow(Sql& sql, const AuditFilter& filter) {
  if (filter.person) sql.append(" AND a.person_id = ?", *filter.person);
  if (filter.organisation) sql.append(" AND a.organisation_id = ?", *filter.organisation);
  if (filter.owner) sql.append(" AND a.owner_id = ?", *filter.owner);
  if (filter.action.ends_with(".*")) {
    // '/' follows '.', and both databases compare this column by its bytes.
    const auto stem = std::string_view{filter.action}.substr(0, filter.action.size() - 2);
    sql.append(" AND a.action >= ? AND a.action < ?", fmt::format("{}.", stem), fmt::format("{}/", stem));
  } else if (!filter.action.empty()) {
    sql.append(" AND a.action = ?", filter.action);
  }
  if (!filter.object.empty()) sql.append(" AND a.object = ?", filter.object);
  if (filter.outcome) sql.append(" AND a.outcome = ?", *filter.outcome);
  if (filter.from) sql.append(" AND a.at >= ?", *filter.from);
  if (filter.to) sql.append(" AND a.at < ?", *filter.to);
}

}  // namespace

Result<std::int64_t> Audit::append(const Entry& given) {
  if (!connection_.writing()) return Error::internal("The audit log is written only inside a write transaction");
  // The next number is free, and the last hash the last one, only as long as nobody else appends.
  TRY_VOID(connection_.lock_changes());
  TRY(const auto last, newest_link());
  if (last.sequence == std::numeric_limits<std::int64_t>::max()) {
    return Error::unavailable("The audit log has no numbers left: run 'tocsin audit verify'");
  }
  auto entry = storable(given);
  entry.sequence = last.sequence + 1;
  const auto salt = base64url_encode(random_bytes(kSaltBytes));
  const auto personal = domain::audit::personal_hash(salt, entry.personal);
  const auto hash = domain::audit::chain_hash(last.hash, entry, personal);
  TRY_VOID(connection_.run_all(
      {Sql{"INSERT INTO audit (sequence, at, person_id, organisation_id, action, object, owner_id, outcome, "
           "request_id, "
           "personal_hash, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           entry.sequence, entry.at, entry.person, entry.organisation, entry.action, entry.object, entry.owner,
           entry.outcome, entry.request_id, personal, last.hash, hash},
       Sql{"INSERT INTO audit_personal (sequence, salt, address, agent, detail) VALUES (?, ?, ?, ?, ?)", entry.sequence,
           salt, entry.personal.address, entry.personal.agent, entry.personal.detail}}));
  return entry.sequence;
}

Result<AuditLink> Audit::newest_link() {
  // A checkpoint beyond the last entry: retention removed all of them, or somebody did; then the gap stays to be seen.
  TRY(auto link,
      connection_.first(
          Sql{"SELECT sequence, hash, 0 AS place FROM (SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT "
              "1) "
              "entry UNION ALL SELECT sequence, hash, 1 AS place FROM (SELECT sequence, hash FROM audit_checkpoint "
              "ORDER BY sequence DESC LIMIT 1) checkpoint ORDER BY 1 DESC, 3 LIMIT 1"},
          [](const Row& row) { return AuditLink{.sequence = row.integer(0), .hash = row.string(1)}; }));
  return link ? *std::move(link) : AuditLink{};
}

Result<std::vector<AuditRow>> Audit::newest(const AuditFilter& filter, std::int64_t before, int limit) {
  Sql sql{TOCSIN_AUDIT_ROWS "WHERE a.sequence < ?", before == 0 ? std::numeric_limits<std::int64_t>::max() : before};
  narrow(sql, filter);
  sql.append(" ORDER BY a.sequence DESC LIMIT ?", std::clamp(limit, 0, kPageMax));
  return connection_.all(sql, row_of);
}

Result<std::vector<AuditRow>> Audit::after(std::int64_t after, int limit, const AuditFilter& filter) {
  Sql sql{TOCSIN_AUDIT_ROWS "WHERE a.sequence > ?", after};
  narrow(sql, filter);
  sql.append(" ORDER BY a.sequence LIMIT ?", std::clamp(limit, 0, kPageMax));
  return connection_.all(sql, row_of);
}

Result<std::int64_t> Audit::last_before(Timestamp time) {
  const auto number = [](const Row& row) { return row.integer(0); };
  TRY(const auto kept,
      connection_.first(Sql{"SELECT sequence FROM audit WHERE at >= ? ORDER BY sequence LIMIT 1", time}, number));
  // Clocks are set back at times: an older entry behind one that is kept stays with it.
  TRY(const auto last, connection_.first(Sql{"SELECT coalesce(max(sequence), 0) FROM audit WHERE sequence < ?",
                                             kept.value_or(std::numeric_limits<std::int64_t>::max())},
                                         number));
  return last.value_or(0);
}

Result<std::int64_t> Audit::personal_before(Timestamp time) {
  TRY(const auto through, last_before(time));
  TRY(const auto last,
      connection_.first(Sql{"SELECT coalesce(max(sequence), 0) FROM audit_personal WHERE sequence <= ?", through},
                        [](const Row& row) { return row.integer(0); }));
  return last.value_or(0);
}

Result<std::int64_t> Audit::erase_personal_through(std::int64_t through) {
  TRY_VOID(connection_.lock_changes());
  return connection_.run(Sql{"DELETE FROM audit_personal WHERE sequence <= ?", through});
}

Result<std::int64_t> Audit::count(const AuditFilter& filter) {
  Sql sql{"SELECT count(*) FROM audit a WHERE 1 = 1"};
  narrow(sql, filter);
  TRY(const auto number, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return number.value_or(0);
}

Result<std::vector<AuditCheckpoint>> Audit::checkpoints() {
  return connection_.all(Sql{"SELECT sequence, at, hash, key_id, signature FROM audit_checkpoint ORDER BY sequence"},
                         [](const Row& row) {
                           return AuditCheckpoint{.sequence = row.integer(0),
                                                  .at = row.time(1),
                                                  .hash = row.string(2),
                                                  .key_id = row.string(3),
                                                  .signature = row.string(4)};
                         });
}

Status Audit::add_checkpoint(const AuditCheckpoint& checkpoint) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO audit_checkpoint (sequence, at, hash, key_id, signature) "
          "VALUES (?, ?, ?, ?, ?)",
          checkpoint.sequence, checkpoint.at, checkpoint.hash, checkpoint.key_id, checkpoint.signature}));
  return ok();
}

Result<std::int64_t> Audit::erase_personal(domain::PersonId person) {
  // Else an entry of theirs could be under way and stay.
  TRY_VOID(connection_.lock_changes());
  return connection_.run(
      Sql{"DELETE FROM audit_personal WHERE sequence IN (SELECT sequence FROM audit WHERE person_id = ? OR object = ?)",
          person, fmt::format("person:{}", person.value)});
}

Result<std::int64_t> Audit::remove_through(std::int64_t through) {
  TRY_VOID(connection_.lock_changes());
  TRY(const auto agrees, connection_.first(Sql{"SELECT c.sequence FROM audit_checkpoint c JOIN audit a "
                                               "ON a.sequence = c.sequence AND a.hash = c.hash WHERE c.sequence = ?",
                                               through},
                                           [](const Row& row) { return row.integer(0); }));
  if (!agrees) {
    return Error::conflict(
        fmt::format("The audit log is cut only at a checkpoint, and entry {} has none with its hash", through));
  }
  TRY_VOID(connection_.run(Sql{"DELETE FROM audit_personal WHERE sequence <= ?", through}));
  return connection_.run(Sql{"DELETE FROM audit WHERE sequence <= ?", through});
}

}  // namespace tocsin::store
