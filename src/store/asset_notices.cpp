#include "store/asset_notices.hpp"

#include <algorithm>

#include "store/asset_json.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_ASSET_NOTICE_COLUMNS                                                                           \
  "n.id, n.person_id, n.organisation_id, n.state, n.dropped_because, n.pace, n.mail, n.feed, n.hook, n.why, " \
  "n.noticed_at, n.due_at, n.settled_at, n.letter_id"

/// A match that waits for somebody: affected, undecidable or under investigation, neither done nor accepted.
#define TOCSIN_OPEN "m.status <= 2 AND m.state < 2"

constexpr std::size_t kNewsAtOnce = 500;

AssetNotice read(const Row& row) {
  return {.id = row.integer(0),
          .person = {row.integer(1)},
          .organisation = {row.integer(2)},
          .state = static_cast<NoticeState>(row.integer(3)),
          .dropped = static_cast<NoticeDropped>(row.integer(4)),
          .pace = static_cast<domain::Pace>(row.integer(5)),
          .channels = {.mail = row.boolean(6), .feed = row.boolean(7), .hook = row.boolean(8)},
          .why = texts_of(row.text(9)),
          .noticed_at = row.time(10),
          .due_at = row.time(11),
          .settled_at = row.optional_time(12),
          .letter = row.optional_integer(13)};
}

/// " FROM ... WHERE ...": matches that a notice tells of, as far as the viewer may see them.
Sql& append_told(Sql& sql, std::int64_t notice, const domain::policy::Viewer& viewer, bool still, Timestamp now) {
  sql.append(
      " FROM asset_notice_match p JOIN record r ON r.id = p.record_id LEFT JOIN asset_match m ON m.asset_id = "
      "p.asset_id AND m.record_id = p.record_id WHERE p.notice_id = ?",
      notice);
  if (still) sql.append(" AND " TOCSIN_OPEN);
  sql.append(" AND ");
  sql.append(domain::policy::visible_sql(viewer, now));
  return sql;
}

/// " FROM ... WHERE ...": the news that a subscription asks for.
void append_asked(Sql& sql, const AssetNotice& notice, const domain::Subscription& it, const AssetNotices::Ready& ready,
                  std::span<const std::int64_t> records) {
  sql.append(
      " FROM asset_news n JOIN asset_match m ON m.asset_id = n.asset_id AND m.record_id = n.record_id JOIN asset a ON "
      "a.id = n.asset_id WHERE n.organisation_id = ? AND n.id <= ? AND n.at >= ? AND " TOCSIN_OPEN,
      ready.organisation, ready.until, it.created_at);
  sql.append(" AND m.status IN ").append_list(std::span<const std::int64_t>{it.statuses});
  if (!it.decisions.empty()) sql.append(" AND m.decision IN ").append_list(std::span<const std::int64_t>{it.decisions});
  if (!it.site.empty()) sql.append(" AND a.site = ?", it.site);
  sql.append(" AND n.record_id IN ").append_list(records);
  // The advisory was told since, to who follows the inventory: what it says of this asset was known then.
  sql.append(
      " AND NOT EXISTS (SELECT 1 FROM notice t JOIN notice_subscription l ON l.notice_id = t.id JOIN subscription s ON "
      "s.id = l.subscription_id WHERE t.person_id = ? AND t.record_id = n.record_id AND t.state <> ? AND t.noticed_at "
      ">= n.at AND s.exposure = 1)",
      notice.person, NoticeState::dropped);
}

}  // namespace

Status AssetNotices::put_news(std::span<const AssetNews> news) {
  for (std::size_t at = 0; at < news.size(); at += kNewsAtOnce) {
    std::vector<Sql> statements;
    for (const auto& each : news.subspan(at, std::min(kNewsAtOnce, news.size() - at))) {
      // What was not told yet is told as it is by then.
      statements.emplace_back(
          "INSERT INTO asset_news (organisation_id, asset_id, record_id, is_new, sequence, at) VALUES (?, ?, ?, ?, ?, "
          "?) ON CONFLICT (asset_id, record_id) DO UPDATE SET sequence = excluded.sequence, at = excluded.at",
          each.organisation, each.asset, each.record, each.is_new, each.sequence, each.at);
    }
    TRY_VOID(connection_.run_all(statements));
  }
  return ok();
}

Result<std::optional<AssetNotices::Ready>> AssetNotices::ready(std::int64_t sequence, Timestamp now) {
  return connection_.first(
      Sql{"SELECT n.organisation_id, max(n.id) FROM asset_news n WHERE NOT EXISTS (SELECT 1 FROM asset a WHERE "
          "a.organisation_id = n.organisation_id AND a.due = 1) AND NOT EXISTS (SELECT 1 FROM asset_news w JOIN "
          "asset_match m ON m.asset_id = w.asset_id AND m.record_id = w.record_id WHERE w.organisation_id = "
          "n.organisation_id AND m.decide_at <= ?) GROUP BY n.organisation_id HAVING max(n.sequence) <= ? ORDER BY "
          "min(n.id) LIMIT 1",
          now, sequence},
      [](const Row& row) { return Ready{{row.integer(0)}, row.integer(1)}; });
}

Result<std::vector<std::int64_t>> AssetNotices::records(const Ready& ready, const domain::policy::Viewer& viewer,
                                                        Timestamp now) {
  Sql sql{
      "SELECT r.id FROM record r WHERE r.id IN (SELECT n.record_id FROM asset_news n WHERE n.organisation_id = ? "
      "AND n.id <= ?) AND r.status = ? AND ",
      ready.organisation, ready.until, domain::RecordStatus::published};
  sql.append(domain::policy::visible_sql(viewer, now)).append(" ORDER BY r.id LIMIT ?", Sql::kListMax / 2);
  return connection_.all(sql, [](const Row& row) { return row.integer(0); });
}

Result<std::int64_t> AssetNotices::remove_news(const Ready& ready) {
  return connection_.run(
      Sql{"DELETE FROM asset_news WHERE organisation_id = ? AND id <= ?", ready.organisation, ready.until});
}

Result<std::int64_t> AssetNotices::add(const AssetNotice& it) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO asset_notice (person_id, organisation_id, state, dropped_because, pace, mail, "
              "feed, hook, why, noticed_at, due_at, settled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
              "?) RETURNING id",
              it.person, it.organisation, it.state, it.dropped, it.pace, it.channels.mail, it.channels.feed,
              it.channels.hook, json_of(it.why), it.noticed_at, it.due_at, it.settled_at},
          [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::optional<AssetNotice>> AssetNotices::waiting(domain::PersonId person, domain::OrganisationId organisation) {
  // Who sends it now goes first, and then it waits no more.
  TRY_VOID(connection_.run(
      Sql{"UPDATE asset_notice SET due_at = due_at WHERE person_id = ? AND organisation_id = ? AND state = ?", person,
          organisation, NoticeState::waiting}));
  return connection_.first(
      Sql{"SELECT " TOCSIN_ASSET_NOTICE_COLUMNS
          " FROM asset_notice n WHERE n.person_id = ? AND n.organisation_id = ? AND n.state = ? ORDER BY n.id LIMIT 1",
          person, organisation, NoticeState::waiting},
      read);
}

Status AssetNotices::update(const AssetNotice& it) {
  TRY_VOID(connection_.run(
      Sql{"UPDATE asset_notice SET state = ?, pace = ?, mail = ?, feed = ?, hook = ?, why = ?, due_at = ?, "
          "settled_at = ? WHERE id = ?",
          it.state, it.pace, it.channels.mail, it.channels.feed, it.channels.hook, json_of(it.why), it.due_at,
          it.settled_at, it.id}));
  return ok();
}

Status AssetNotices::remove(std::int64_t id) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM asset_notice WHERE id = ?", id}));
  return ok();
}

Result<std::int64_t> AssetNotices::collect(const AssetNotice& notice, const domain::Subscription& subscription,
                                           const Ready& ready, std::span<const std::int64_t> records) {
  Sql counting{"SELECT count(*)"};
  append_asked(counting, notice, subscription, ready, records);
  TRY(const auto count, connection_.first(counting, [](const Row& row) { return row.integer(0); }));
  if (count.value_or(0) == 0) return 0;
  Sql adding{
      "INSERT INTO asset_notice_match (notice_id, asset_id, record_id, is_new) SELECT CAST(? AS bigint), n.asset_id, "
      "n.record_id, n.is_new",
      notice.id};
  append_asked(adding, notice, subscription, ready, records);
  adding.append(" ON CONFLICT (notice_id, asset_id, record_id) DO NOTHING");
  TRY_VOID(connection_.run(adding));
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO asset_notice_subscription (notice_id, subscription_id) SELECT CAST(? AS "
                          "bigint), s.id FROM subscription s WHERE s.id = ? ON CONFLICT (notice_id, "
                          "subscription_id) DO NOTHING",
                          notice.id, subscription.id}));
  return *count;
}

Result<std::vector<domain::PersonId>> AssetNotices::due_people(Timestamp now, int limit) {
  return connection_.all(Sql{"SELECT person_id FROM asset_notice WHERE state = ? AND due_at <= ? GROUP BY person_id "
                             "ORDER BY min(due_at), person_id LIMIT ?",
                             NoticeState::waiting, now, limit},
                         [](const Row& row) { return domain::PersonId{row.integer(0)}; });
}

Result<std::vector<AssetNotice>> AssetNotices::due(domain::PersonId person, Timestamp now) {
  TRY_VOID(
      connection_.run(Sql{"UPDATE asset_notice SET due_at = due_at WHERE person_id = ? AND state = ? AND due_at <= ?",
                          person, NoticeState::waiting, now}));
  return connection_.all(Sql{"SELECT " TOCSIN_ASSET_NOTICE_COLUMNS
                             " FROM asset_notice n WHERE n.person_id = ? AND n.state = ? AND n.due_at <= ? ORDER BY "
                             "n.id",
                             person, NoticeState::waiting, now},
                         read);
}

Result<std::vector<Notices::Asking>> AssetNotices::asking(std::int64_t notice) {
  return connection_.all(
      Sql{"SELECT s.name, s.mail, s.feed, s.hook FROM asset_notice_subscription l JOIN subscription s ON s.id = "
          "l.subscription_id WHERE l.notice_id = ? AND s.paused = 0 ORDER BY s.id",
          notice},
      [](const Row& row) { return Notices::Asking{row.string(0), {row.boolean(1), row.boolean(2), row.boolean(3)}}; });
}

Result<std::int64_t> AssetNotices::settle(std::int64_t id, NoticeState state, NoticeDropped dropped,
                                          std::optional<std::int64_t> letter, Timestamp now) {
  return connection_.run(Sql{
      "UPDATE asset_notice SET state = ?, dropped_because = ?, letter_id = ?, settled_at = ? WHERE id = ? AND state = "
      "?",
      state, dropped, letter, now, id, NoticeState::waiting});
}

Result<std::int64_t> AssetNotices::drop_waiting(domain::PersonId person, NoticeDropped dropped, Timestamp now) {
  return connection_.run(
      Sql{"UPDATE asset_notice SET state = ?, dropped_because = ?, settled_at = ? WHERE person_id = ? AND state = ?",
          NoticeState::dropped, dropped, now, person, NoticeState::waiting});
}

Result<std::vector<AssetNotice>> AssetNotices::list(domain::PersonId person, int limit,
                                                    std::optional<domain::OrganisationId> organisation) {
  Sql sql{"SELECT " TOCSIN_ASSET_NOTICE_COLUMNS " FROM asset_notice n WHERE n.person_id = ?", person};
  if (organisation) sql.append(" AND n.organisation_id = ?", *organisation);
  sql.append(" ORDER BY n.id DESC LIMIT ?", limit);
  return connection_.all(sql, read);
}

Result<std::vector<AssetNotice>> AssetNotices::feed(domain::PersonId person, int limit) {
  return connection_.all(Sql{"SELECT " TOCSIN_ASSET_NOTICE_COLUMNS
                             " FROM asset_notice n WHERE n.person_id = ? AND n.feed = 1 AND n.state <> ? ORDER BY n.id "
                             "DESC LIMIT ?",
                             person, NoticeState::dropped, limit},
                         read);
}

Result<std::optional<AssetNotice>> AssetNotices::find(domain::PersonId person, std::int64_t id) {
  return connection_.first(
      Sql{"SELECT " TOCSIN_ASSET_NOTICE_COLUMNS " FROM asset_notice n WHERE n.person_id = ? AND n.id = ?", person, id},
      read);
}

Result<std::vector<AssetNoticeRecord>> AssetNotices::told(std::int64_t notice, const domain::policy::Viewer& viewer,
                                                          bool still, Timestamp now) {
  Sql sql{
      "SELECT p.record_id, count(DISTINCT p.asset_id), coalesce(min(m.decision), 5) AS decision, coalesce(min("
      "m.status), 5) AS status"};
  append_told(sql, notice, viewer, still, now);
  sql.append(" GROUP BY p.record_id ORDER BY decision, status, count(DISTINCT p.asset_id) DESC, p.record_id DESC");
  return connection_.all(sql, [](const Row& row) {
    return AssetNoticeRecord{
        {row.integer(0)}, row.integer(1), static_cast<int>(row.integer(2)), static_cast<int>(row.integer(3))};
  });
}

Result<AssetNoticeCount> AssetNotices::count(std::int64_t notice, const domain::policy::Viewer& viewer, bool still,
                                             Timestamp now) {
  Sql sql{"SELECT count(DISTINCT p.asset_id), count(DISTINCT CASE WHEN p.is_new = 1 THEN p.asset_id END)"};
  append_told(sql, notice, viewer, still, now);
  TRY(const auto found,
      connection_.first(sql, [](const Row& row) { return AssetNoticeCount{row.integer(0), row.integer(1)}; }));
  return found.value_or(AssetNoticeCount{});
}

Result<std::int64_t> AssetNotices::tidy(Timestamp before) {
  return connection_.run(
      Sql{"DELETE FROM asset_notice WHERE state <> ? AND settled_at < ?", NoticeState::waiting, before});
}

Result<NoticesSeen> AssetNotices::seen(domain::PersonId person) {
  TRY(const auto found,
      connection_.first(Sql{"SELECT notice_id, asset_notice_id FROM notice_seen WHERE person_id = ?", person},
                        [](const Row& row) { return NoticesSeen{row.integer(0), row.integer(1)}; }));
  return found.value_or(NoticesSeen{});
}

Result<NoticesSeen> AssetNotices::newest(domain::PersonId person) {
  TRY(const auto found,
      connection_.first(Sql{"SELECT coalesce((SELECT max(id) FROM notice WHERE person_id = ?), 0), coalesce((SELECT "
                            "max(id) FROM asset_notice WHERE person_id = ?), 0)",
                            person, person},
                        [](const Row& row) { return NoticesSeen{row.integer(0), row.integer(1)}; }));
  return found.value_or(NoticesSeen{});
}

Status AssetNotices::set_seen(domain::PersonId person, const NoticesSeen& seen) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO notice_seen (person_id, notice_id, asset_notice_id) VALUES (?, ?, ?) ON CONFLICT (person_id) DO "
          "UPDATE SET notice_id = CASE WHEN excluded.notice_id > notice_seen.notice_id THEN excluded.notice_id ELSE "
          "notice_seen.notice_id END, asset_notice_id = CASE WHEN excluded.asset_notice_id > "
          "notice_seen.asset_notice_id THEN excluded.asset_notice_id ELSE notice_seen.asset_notice_id END",
          person, seen.notice, seen.asset_notice}));
  return ok();
}

}  // namespace tocsin::store
