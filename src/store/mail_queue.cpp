#include "store/mail_queue.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_MAIL_COLUMNS \
  "id, message_id, purpose, person_id, domain, sealed, state, attempts, created_at, next_try_at, expires_at, problem"

QueuedMail mail_of(const Row& row) {
  QueuedMail mail{.id = row.integer(0),
                  .message_id = row.string(1),
                  .purpose = static_cast<MailPurpose>(row.integer(2)),
                  .domain = row.string(4),
                  .sealed = row.string(5),
                  .state = static_cast<MailState>(row.integer(6)),
                  .attempts = row.integer(7),
                  .created_at = row.time(8),
                  .next_try_at = row.time(9),
                  .expires_at = row.time(10),
                  .problem = row.string(11)};
  if (const auto person = row.optional_integer(3)) mail.person = {*person};
  return mail;
}

void leave_out(Sql& sql, const std::vector<std::string>& domains) {
  if (domains.empty()) return;
  sql.append(" AND domain NOT IN ").append_list(domains);
}

/// Only while it waits as it was seen: a lease and a retry each leave another time or number of attempts.
void where_as(Sql& sql, const QueuedMail& mail) {
  sql.append(" WHERE id = ? AND state = ? AND next_try_at = ? AND attempts = ?", mail.id, MailState::waiting,
             mail.next_try_at, mail.attempts);
}

}  // namespace

std::string_view mail_purpose(MailPurpose purpose) noexcept {
  switch (purpose) {
    case MailPurpose::invitation:
      return "invitation";
    case MailPurpose::email_proof:
      return "email-proof";
    case MailPurpose::password_reset:
      return "password-reset";
    case MailPurpose::alert:
      return "alert";
    case MailPurpose::notice:
      return "notice";
    case MailPurpose::test:
      return "test";
    case MailPurpose::reset_request:
      return "reset-request";
  }
  return "other";
}

Result<std::int64_t> MailQueue::add(const QueuedMail& mail) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO mail_queue (message_id, purpose, person_id, domain, sealed, state, attempts, created_at, "
              "next_try_at, expires_at, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
              mail.message_id, mail.purpose, mail.person, mail.domain, mail.sealed, mail.state, mail.attempts,
              mail.created_at, mail.next_try_at, mail.expires_at, mail.problem},
          [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::optional<QueuedMail>> MailQueue::find(std::int64_t id) {
  return connection_.first(Sql{"SELECT " TOCSIN_MAIL_COLUMNS " FROM mail_queue WHERE id = ?", id}, mail_of);
}

Result<std::optional<QueuedMail>> MailQueue::due(Timestamp now, const std::vector<std::string>& held) {
  Sql sql{"SELECT " TOCSIN_MAIL_COLUMNS " FROM mail_queue WHERE state = ? AND next_try_at <= ?", MailState::waiting,
          now};
  leave_out(sql, held);
  sql.append(" ORDER BY next_try_at, id LIMIT 1");
  return connection_.first(sql, mail_of);
}

Result<std::optional<QueuedMail>> MailQueue::due_request(Timestamp now) {
  return connection_.first(Sql{"SELECT " TOCSIN_MAIL_COLUMNS
                               " FROM mail_queue WHERE state = ? AND next_try_at <= ? AND purpose = ? ORDER BY "
                               "next_try_at, id LIMIT 1",
                               MailState::waiting, now, MailPurpose::reset_request},
                           mail_of);
}

Result<std::optional<Timestamp>> MailQueue::next_due(const std::vector<std::string>& held) {
  Sql sql{"SELECT min(next_try_at) FROM mail_queue WHERE state = ?", MailState::waiting};
  leave_out(sql, held);
  TRY(const auto found, connection_.first(sql, [](const Row& row) { return row.optional_time(0); }));
  return found.value_or(std::nullopt);
}

Result<std::int64_t> MailQueue::lease(QueuedMail& mail, Timestamp until) {
  Sql sql{"UPDATE mail_queue SET next_try_at = ?, attempts = attempts + 1", until};
  where_as(sql, mail);
  TRY(const auto leased, connection_.run(sql));
  if (leased != 0) {
    mail.next_try_at = until;
    ++mail.attempts;
  }
  return leased;
}

Result<std::int64_t> MailQueue::put_off(const QueuedMail& mail, Timestamp next_try_at, std::string_view problem,
                                        bool counted) {
  Sql sql{"UPDATE mail_queue SET next_try_at = ?, problem = ?, attempts = attempts - ?", next_try_at, problem,
          !counted};
  where_as(sql, mail);
  return connection_.run(sql);
}

Result<std::int64_t> MailQueue::give_up(const QueuedMail& mail, std::string_view problem) {
  Sql sql{"UPDATE mail_queue SET state = ?, problem = ?", MailState::given_up, problem};
  where_as(sql, mail);
  return connection_.run(sql);
}

Status MailQueue::become(std::int64_t id, const QueuedMail& letter) {
  TRY_VOID(
      connection_.run(Sql{"UPDATE mail_queue SET purpose = ?, person_id = ?, domain = ?, sealed = ?, attempts = "
                          "0, created_at = ?, next_try_at = ?, expires_at = ? WHERE id = ?",
                          letter.purpose, letter.person, letter.domain, letter.sealed, letter.created_at,
                          letter.next_try_at, letter.expires_at, id}));
  return ok();
}

Result<std::int64_t> MailQueue::remove(std::int64_t id) {
  return connection_.run(Sql{"DELETE FROM mail_queue WHERE id = ?", id});
}

Status MailQueue::remove_of(domain::PersonId person, MailPurpose purpose) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM mail_queue WHERE person_id = ? AND purpose = ?", person, purpose}));
  return ok();
}

Result<std::int64_t> MailQueue::retry(std::optional<std::int64_t> id, Timestamp now, Timestamp expires_at) {
  // A letter with a link must not outlive the link. Anything else that was given up may well be read later.
  Sql sql{
      "UPDATE mail_queue SET next_try_at = ?, attempts = 0, expires_at = CASE WHEN state = ? AND expires_at < ? "
      "AND purpose NOT IN (?, ?, ?) THEN ? ELSE expires_at END, state = ? WHERE purpose <> ?",
      now,
      MailState::given_up,
      expires_at,
      MailPurpose::invitation,
      MailPurpose::email_proof,
      MailPurpose::password_reset,
      expires_at,
      MailState::waiting,
      MailPurpose::reset_request};
  if (id) sql.append(" AND id = ?", *id);
  return connection_.run(sql);
}

Result<std::vector<QueuedMail>> MailQueue::list(int limit) {
  return connection_.all(Sql{"SELECT " TOCSIN_MAIL_COLUMNS
                             " FROM mail_queue WHERE purpose <> ? ORDER BY state DESC, created_at, id LIMIT ?",
                             MailPurpose::reset_request, limit},
                         mail_of);
}

Result<std::int64_t> MailQueue::tidy(Timestamp expired_before) {
  return connection_.run(
      Sql{"DELETE FROM mail_queue WHERE state = ? AND expires_at < ?", MailState::given_up, expired_before});
}

Result<MailQueue::Counts> MailQueue::counts() {
  Counts counts;
  TRY_VOID(connection_.each(Sql{"SELECT state, count(*), min(created_at) FROM mail_queue WHERE purpose <> ? GROUP BY "
                                "state",
                                MailPurpose::reset_request},
                            [&](const Row& row) -> Status {
                              if (static_cast<MailState>(row.integer(0)) == MailState::given_up) {
                                counts.given_up = row.integer(1);
                              } else {
                                counts.waiting = row.integer(1);
                                counts.oldest_waiting = row.optional_time(2);
                              }
                              return ok();
                            }));
  return counts;
}

}  // namespace tocsin::store
