#include "store/notices.hpp"

#include "store/asset_json.hpp"
#include "store/subscriptions.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_NOTICE_COLUMNS                                                                                      \
  "n.id, n.person_id, n.organisation_id, n.record_id, n.revision_id, n.what, n.state, n.dropped_because, n.pace, " \
  "n.mail, n.feed, n.hook, n.why, n.changed_at, n.noticed_at, n.due_at, n.settled_at, n.letter_id"

Notice read(const Row& row) {
  return {.id = row.integer(0),
          .person = {row.integer(1)},
          .organisation = {row.integer(2)},
          .record = {row.integer(3)},
          .revision = {row.integer(4)},
          .kind = static_cast<NoticeKind>(row.integer(5)),
          .state = static_cast<NoticeState>(row.integer(6)),
          .dropped = static_cast<NoticeDropped>(row.integer(7)),
          .pace = static_cast<domain::Pace>(row.integer(8)),
          .channels = {.mail = row.boolean(9), .feed = row.boolean(10), .hook = row.boolean(11)},
          .why = texts_of(row.text(12)),
          .changed_at = row.time(13),
          .noticed_at = row.time(14),
          .due_at = row.time(15),
          .settled_at = row.optional_time(16),
          .letter = row.optional_integer(17)};
}

}  // namespace

Result<std::vector<NoticedRecord>> Notices::records(std::span<const std::int64_t> records) {
  Sql sql{
      "SELECT n.record_id, n.revision_id, n.tlp, n.status, n.audience, n.owner_id, n.embargo_until, n.at, (SELECT "
      "d.digest FROM audience d WHERE d.id = n.audience_id) FROM notice_record n WHERE n.record_id IN "};
  sql.append_list(records).append(" ORDER BY n.record_id");
  return connection_.all(sql, [](const Row& row) {
    NoticedRecord it{.record = {row.integer(0)}, .revision = {row.integer(1)}, .at = row.time(7)};
    it.facts = {.tlp = static_cast<domain::Tlp>(row.integer(2)),
                .status = static_cast<domain::RecordStatus>(row.integer(3)),
                .audience = static_cast<domain::Audience>(row.integer(4)),
                .owner = {row.integer(5)},
                .embargo_until = row.optional_time(6),
                .record = it.record};
    if (it.facts.audience == domain::Audience::listed) it.facts.listed = domain::read_grantees(row.text(8));
    return it;
  });
}

Status Notices::put_records(const std::vector<NoticedRecord>& records) {
  std::vector<Sql> statements;
  statements.reserve(records.size());
  for (const auto& each : records) {
    // The list of addressees has its row already, for the record has it.
    statements.emplace_back(
        "INSERT INTO notice_record (record_id, revision_id, tlp, status, audience, audience_id, owner_id, "
        "embargo_until, at) VALUES (?, ?, ?, ?, ?, (SELECT a.id FROM audience a WHERE a.digest = ?), ?, ?, ?) ON "
        "CONFLICT (record_id) DO UPDATE SET revision_id = excluded.revision_id, tlp = excluded.tlp, status = "
        "excluded.status, audience = excluded.audience, audience_id = excluded.audience_id, owner_id = "
        "excluded.owner_id, embargo_until = excluded.embargo_until, at = excluded.at",
        each.record, each.revision, each.facts.tlp, each.facts.status, each.facts.audience,
        each.facts.audience == domain::Audience::listed ? domain::write_grantees(each.facts.listed) : std::string{"-"},
        each.facts.owner, each.facts.embargo_until, each.at);
  }
  return connection_.run_all(statements);
}

Result<std::vector<std::int64_t>> Notices::released(Timestamp now, int limit) {
  return connection_.all(
      Sql{"SELECT record_id FROM notice_record WHERE embargo_until IS NOT NULL AND embargo_until <= ? "
          "AND embargo_until > at ORDER BY embargo_until, record_id LIMIT ?",
          now, limit},
      [](const Row& row) { return row.integer(0); });
}

Result<bool> Notices::add(const Notice& it) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO notice (person_id, organisation_id, record_id, revision_id, withdrawal, what, state, "
              "dropped_because, pace, mail, feed, hook, why, changed_at, noticed_at, due_at, settled_at) VALUES (?, ?, "
              "?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (person_id, record_id, revision_id, "
              "withdrawal) "
              "DO UPDATE SET organisation_id = excluded.organisation_id, what = excluded.what, state = excluded.state, "
              "dropped_because = 0, pace = excluded.pace, mail = excluded.mail, feed = excluded.feed, hook = "
              "excluded.hook, why = excluded.why, changed_at = excluded.changed_at, noticed_at = excluded.noticed_at, "
              "due_at = excluded.due_at, settled_at = excluded.settled_at, letter_id = NULL WHERE notice.state = ? "
              "RETURNING id",
              it.person, it.organisation, it.record, it.revision, it.kind == NoticeKind::withdrawn, it.kind, it.state,
              it.pace, it.channels.mail, it.channels.feed, it.channels.hook, json_of(it.why), it.changed_at,
              it.noticed_at, it.due_at, it.settled_at, NoticeState::dropped},
          [](const Row& row) { return row.integer(0); }));
  if (!id) return false;
  std::vector<Sql> statements{Sql{"DELETE FROM notice_subscription WHERE notice_id = ?", *id}};
  for (const auto subscription : it.subscriptions) {
    // One that was removed since it was read asks for nothing any more.
    statements.emplace_back(
        "INSERT INTO notice_subscription (notice_id, subscription_id) SELECT CAST(? AS bigint), s.id FROM subscription "
        "s "
        "WHERE s.id = ?",
        *id, subscription);
  }
  TRY_VOID(connection_.run_all(statements));
  return true;
}

Result<std::vector<Notice>> Notices::newest(std::span<const std::int64_t> records) {
  Sql sql{"SELECT " TOCSIN_NOTICE_COLUMNS
          " FROM notice n JOIN (SELECT max(id) AS id FROM notice WHERE state <> ? AND record_id IN ",
          NoticeState::dropped};
  sql.append_list(records).append(" GROUP BY person_id, record_id) m ON m.id = n.id");
  return connection_.all(sql, read);
}

Result<std::vector<domain::PersonId>> Notices::due_people(Timestamp now, int limit) {
  return connection_.all(Sql{"SELECT person_id FROM notice WHERE state = ? AND due_at <= ? GROUP BY person_id ORDER BY "
                             "min(due_at), person_id LIMIT ?",
                             NoticeState::waiting, now, limit},
                         [](const Row& row) { return domain::PersonId{row.integer(0)}; });
}

Result<std::vector<Notice>> Notices::due(domain::PersonId person, Timestamp now, int limit) {
  return connection_.all(
      Sql{"SELECT " TOCSIN_NOTICE_COLUMNS
          " FROM notice n WHERE n.state = ? AND n.due_at <= ? AND n.person_id = ? ORDER BY n.id LIMIT "
          "?",
          NoticeState::waiting, now, person, limit},
      read);
}

Result<std::vector<Notices::Asking>> Notices::asking(std::int64_t notice) {
  return connection_.all(
      Sql{"SELECT s.name, s.mail, s.feed, s.hook FROM notice_subscription n JOIN subscription s ON "
          "s.id = n.subscription_id WHERE n.notice_id = ? AND s.paused = 0 ORDER BY s.id",
          notice},
      [](const Row& row) { return Asking{row.string(0), {row.boolean(1), row.boolean(2), row.boolean(3)}}; });
}

Result<std::int64_t> Notices::settle(std::int64_t id, NoticeState state, NoticeDropped dropped,
                                     std::optional<std::int64_t> letter, Timestamp now) {
  return connection_.run(
      Sql{"UPDATE notice SET state = ?, dropped_because = ?, letter_id = ?, settled_at = ? WHERE id = ? AND state = ?",
          state, dropped, letter, now, id, NoticeState::waiting});
}

Result<std::int64_t> Notices::drop_waiting(domain::PersonId person, NoticeDropped dropped, Timestamp now) {
  return connection_.run(
      Sql{"UPDATE notice SET state = ?, dropped_because = ?, settled_at = ? WHERE person_id = ? AND state = ?",
          NoticeState::dropped, dropped, now, person, NoticeState::waiting});
}

Result<std::vector<Notice>> Notices::list(domain::PersonId person, std::int64_t before, int limit,
                                          const NoticesWanted& wanted) {
  Sql sql{"SELECT " TOCSIN_NOTICE_COLUMNS " FROM notice n WHERE n.person_id = ?", person};
  if (before != 0) sql.append(" AND n.id < ?", before);
  if (wanted.organisation) sql.append(" AND n.organisation_id = ?", *wanted.organisation);
  if (wanted.without_inventory) {
    sql.append(
        " AND EXISTS (SELECT 1 FROM notice_subscription l JOIN subscription s ON s.id = l.subscription_id "
        "WHERE l.notice_id = n.id AND s.exposure = 0)");
  }
  sql.append(" ORDER BY n.id DESC LIMIT ?", limit);
  return connection_.all(sql, read);
}

Result<std::vector<Notice>> Notices::feed(domain::PersonId person, int limit) {
  return connection_.all(Sql{"SELECT " TOCSIN_NOTICE_COLUMNS
                             " FROM notice n WHERE n.person_id = ? AND n.feed = 1 AND n.state <> ? ORDER BY n.id DESC "
                             "LIMIT ?",
                             person, NoticeState::dropped, limit},
                         read);
}

Result<std::optional<Notice>> Notices::find(domain::PersonId person, std::int64_t id) {
  return connection_.first(
      Sql{"SELECT " TOCSIN_NOTICE_COLUMNS " FROM notice n WHERE n.person_id = ? AND n.id = ?", person, id}, read);
}

Result<std::int64_t> Notices::tidy(Timestamp before) {
  // The newest says which revision somebody knows: the next one is compared with it.
  TRY(const auto gone,
      connection_.run(Sql{"DELETE FROM notice WHERE state <> ? AND settled_at < ? AND id NOT IN (SELECT max(id) FROM "
                          "notice WHERE state <> ? GROUP BY person_id, record_id)",
                          NoticeState::waiting, before, NoticeState::dropped}));
  TRY_VOID(
      connection_.run(Sql{"DELETE FROM notice_letter WHERE sent_at < ? AND NOT EXISTS (SELECT 1 FROM notice n WHERE "
                          "n.letter_id = notice_letter.id) AND NOT EXISTS (SELECT 1 FROM asset_notice a WHERE "
                          "a.letter_id = notice_letter.id)",
                          before}));
  return gone;
}

Result<std::int64_t> Notices::add_letter(domain::PersonId person, std::string_view token_hash, Timestamp now,
                                         std::optional<std::int64_t> tests) {
  TRY(const auto id,
      connection_.first(Sql{"INSERT INTO notice_letter (person_id, token_hash, sent_at, subscription_id) "
                            "VALUES (?, ?, ?, ?) RETURNING id",
                            person, token_hash, now, tests},
                        [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::optional<Notices::Letter>> Notices::letter(std::string_view token_hash) {
  return connection_.first(Sql{"SELECT id, person_id FROM notice_letter WHERE token_hash = ?", token_hash},
                           [](const Row& row) { return Letter{row.integer(0), {row.integer(1)}}; });
}

Result<std::vector<domain::Subscription>> Notices::subscriptions_of_letter(std::int64_t letter) {
  TRY(const auto whose, connection_.first(Sql{"SELECT person_id FROM notice_letter WHERE id = ?", letter},
                                          [](const Row& row) { return domain::PersonId{row.integer(0)}; }));
  if (!whose) return std::vector<domain::Subscription>{};
  TRY(const auto ids,
      connection_.all(Sql{"SELECT DISTINCT s.subscription_id FROM notice n JOIN notice_subscription s ON s.notice_id = "
                          "n.id WHERE n.letter_id = ? UNION SELECT s.subscription_id FROM asset_notice n JOIN "
                          "asset_notice_subscription s ON s.notice_id = n.id WHERE n.letter_id = ? UNION SELECT "
                          "subscription_id FROM notice_letter WHERE id = ? AND subscription_id IS NOT NULL",
                          letter, letter, letter},
                      [](const Row& row) { return row.integer(0); }));
  TRY(auto all, Subscriptions{connection_}.of(*whose));
  std::erase_if(all,
                [&](const auto& each) { return !each.channels.mail || std::ranges::find(ids, each.id) == ids.end(); });
  return all;
}

}  // namespace tocsin::store
