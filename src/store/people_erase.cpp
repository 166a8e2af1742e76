#include <fmt/format.h>

#include "domain/subscription.hpp"
#include "store/mail_queue.hpp"
#include "store/people.hpp"

namespace tocsin::store {
namespace {

boost::json::value moment(const Row& row, int column) {
  if (row.is_null(column)) return nullptr;
  return boost::json::value(format_rfc3339(row.time(column)));
}
boost::json::value text(const Row& row, int column) { return boost::json::value(row.text(column)); }
boost::json::value number(const Row& row, int column) {
  if (row.is_null(column)) return nullptr;
  return row.integer(column);
}

std::string_view credential_kind(std::int64_t kind) {
  switch (kind) {
    case 1:
      return "password";
    case 2:
      return "one-time-password";
    case 3:
      return "recovery-code";
    case 4:
      return "passkey";
    case 5:
      return "openid-connect";
    default:
      return "other";
  }
}
std::string_view link_purpose(std::int64_t purpose) {
  switch (purpose) {
    case 1:
      return "invitation";
    case 2:
      return "email-proof";
    case 3:
      return "password-reset";
    default:
      return "other";
  }
}

}  // namespace

Status People::erase(domain::PersonId id) {
  TRY_VOID(end_sessions(id));
  return connection_.run_all(
      {Sql{"DELETE FROM mail_queue WHERE person_id = ?", id}, Sql{"DELETE FROM mail_key WHERE person_id = ?", id},
       Sql{"DELETE FROM one_time_link WHERE person_id = ?", id}, Sql{"DELETE FROM credential WHERE person_id = ?", id},
       Sql{"DELETE FROM membership WHERE person_id = ?", id},
       Sql{"DELETE FROM community_person WHERE person_id = ?", id},
       Sql{"DELETE FROM case_participant WHERE kind = ? AND grantee_id = ?", domain::Grantee::Kind::person, id},
       Sql{"DELETE FROM outside_role WHERE person_id = ?", id},
       Sql{"DELETE FROM webhook_delivery WHERE webhook_id IN (SELECT id FROM webhook WHERE person_id = ?)", id},
       Sql{"DELETE FROM webhook WHERE person_id = ?", id}, Sql{"DELETE FROM notice WHERE person_id = ?", id},
       Sql{"DELETE FROM asset_notice WHERE person_id = ?", id}, Sql{"DELETE FROM notice_seen WHERE person_id = ?", id},
       Sql{"DELETE FROM notice_letter WHERE person_id = ?", id},
       Sql{"DELETE FROM subscription WHERE person_id = ?", id}, Sql{"DELETE FROM reading_time WHERE person_id = ?", id},
       Sql{"DELETE FROM record_read WHERE person_id = ?", id},
       Sql{"DELETE FROM record_comment WHERE person_id = ?", id},
       Sql{"DELETE FROM taxii_status WHERE person_id = ?", id},
       Sql{"DELETE FROM threat_upload WHERE person_id = ?", id},
       // What was given is the organisation's.
       Sql{"UPDATE shared_report SET person_id = NULL WHERE person_id = ?", id},
       Sql{"UPDATE shared_sighting SET person_id = NULL WHERE person_id = ?", id},
       // What they opened and asked for stays, for those whose it was; what they wrote about it does not.
       Sql{"UPDATE break_glass SET reason = '', ended_at = coalesce(ended_at, until) WHERE person_id = ?", id},
       Sql{"UPDATE approval SET reason = '', outcome = '' WHERE person_id = ?", id},
       Sql{"UPDATE approval SET state = 4 WHERE person_id = ? AND state = 1", id},
       // The address is free for whoever comes next; the number never is.
       Sql{"UPDATE person SET status = ?, uuid = '', name = '', folded_name = '', email = '', folded_email = ?, "
           "language = '', time_zone = '', email_verified_at = NULL, last_sign_in_at = NULL WHERE id = ?",
           domain::PersonStatus::erased, fmt::format("erased:{}", id.value), id}});
}

Result<boost::json::object> People::identity_facts(domain::PersonId id) {
  TRY(auto credentials,
      connection_.all(Sql{"SELECT kind, external_id, label, created_at, last_used_at FROM credential WHERE person_id = "
                          "? ORDER BY id",
                          id},
                      [](const Row& row) {
                        return boost::json::value({{"kind", credential_kind(row.integer(0))},
                                                   {"external_id", text(row, 1)},
                                                   {"label", text(row, 2)},
                                                   {"created_at", moment(row, 3)},
                                                   {"last_used_at", moment(row, 4)}});
                      }));
  TRY(auto sessions, connection_.all(Sql{"SELECT organisation_id, method, address, agent, created_at, last_seen_at, "
                                         "expires_at FROM session WHERE person_id = ? ORDER BY id",
                                         id},
                                     [](const Row& row) {
                                       return boost::json::value({{"organisation", number(row, 0)},
                                                                  {"method", text(row, 1)},
                                                                  {"address", text(row, 2)},
                                                                  {"agent", text(row, 3)},
                                                                  {"created_at", moment(row, 4)},
                                                                  {"last_seen_at", moment(row, 5)},
                                                                  {"expires_at", moment(row, 6)}});
                                     }));
  TRY(auto tokens,
      connection_.all(Sql{"SELECT organisation_id, name, scopes, networks, created_at, expires_at, last_used_at, "
                          "last_used_address, revoked_at, kind, subject FROM api_token WHERE person_id = ? ORDER BY id",
                          id},
                      [](const Row& row) {
                        return boost::json::value({{"organisation", number(row, 0)},
                                                   {"name", text(row, 1)},
                                                   {"scopes", text(row, 2)},
                                                   {"networks", text(row, 3)},
                                                   {"created_at", moment(row, 4)},
                                                   {"expires_at", moment(row, 5)},
                                                   {"last_used_at", moment(row, 6)},
                                                   {"last_used_address", text(row, 7)},
                                                   {"revoked_at", moment(row, 8)},
                                                   {"kind", row.integer(9) == 2 ? "certificate" : "secret"},
                                                   {"subject", text(row, 10)}});
                      }));
  TRY(auto links, connection_.all(Sql{"SELECT purpose, organisation_id, email, created_at, expires_at, used_at FROM "
                                      "one_time_link WHERE person_id = ? ORDER BY id",
                                      id},
                                  [](const Row& row) {
                                    return boost::json::value({{"purpose", link_purpose(row.integer(0))},
                                                               {"organisation", number(row, 1)},
                                                               {"email", text(row, 2)},
                                                               {"created_at", moment(row, 3)},
                                                               {"expires_at", moment(row, 4)},
                                                               {"used_at", moment(row, 5)}});
                                  }));
  TRY(auto mails, connection_.all(Sql{"SELECT purpose, state, created_at, expires_at FROM mail_queue WHERE person_id = "
                                      "? ORDER BY id",
                                      id},
                                  [](const Row& row) {
                                    return boost::json::value(
                                        {{"purpose", mail_purpose(static_cast<MailPurpose>(row.integer(0)))},
                                         {"given_up", static_cast<MailState>(row.integer(1)) == MailState::given_up},
                                         {"created_at", moment(row, 2)},
                                         {"expires_at", moment(row, 3)}});
                                  }));
  TRY(auto outside_roles,
      connection_.all(Sql{"SELECT organisation_id, roles, confirmed_at FROM outside_role WHERE person_id = ? ORDER BY "
                          "organisation_id",
                          id},
                      [](const Row& row) {
                        return boost::json::value(
                            {{"organisation", number(row, 0)},
                             {"roles", domain::to_string(domain::Roles::from_bits(row.integer(1)))},
                             {"confirmed_at", moment(row, 2)}});
                      }));
  TRY(auto glass, connection_.all(Sql{"SELECT record_id, reason, began_at, until, ended_at FROM break_glass WHERE "
                                      "person_id = ? ORDER BY id",
                                      id},
                                  [](const Row& row) {
                                    return boost::json::value({{"record", number(row, 0)},
                                                               {"reason", text(row, 1)},
                                                               {"began_at", moment(row, 2)},
                                                               {"until", moment(row, 3)},
                                                               {"ended_at", moment(row, 4)}});
                                  }));
  TRY(auto approvals,
      connection_.all(Sql{"SELECT object, difference, reason, asked_at, decided_at FROM approval WHERE person_id = ? "
                          "ORDER BY id",
                          id},
                      [](const Row& row) {
                        return boost::json::value({{"object", text(row, 0)},
                                                   {"difference", text(row, 1)},
                                                   {"reason", text(row, 2)},
                                                   {"asked_at", moment(row, 3)},
                                                   {"decided_at", moment(row, 4)}});
                      }));
  TRY(auto webhooks, connection_.all(Sql{"SELECT organisation_id, name, url, created_at FROM webhook WHERE person_id = "
                                         "? ORDER BY id",
                                         id},
                                     [](const Row& row) {
                                       return boost::json::value({{"organisation", number(row, 0)},
                                                                  {"name", text(row, 1)},
                                                                  {"url", text(row, 2)},
                                                                  {"created_at", moment(row, 3)}});
                                     }));
  TRY(auto subscriptions,
      connection_.all(Sql{"SELECT organisation_id, name, query, exposure, site, pace, mail, feed, hook, paused, "
                          "created_at, connections FROM subscription WHERE person_id = ? ORDER BY id",
                          id},
                      [](const Row& row) {
                        return boost::json::value(
                            {{"organisation", number(row, 0)},
                             {"name", text(row, 1)},
                             {"query", text(row, 2)},
                             {"exposure", row.boolean(3)},
                             {"site", text(row, 4)},
                             {"pace", domain::to_string(static_cast<domain::Pace>(row.integer(5)))},
                             {"mail", row.boolean(6)},
                             {"feed", row.boolean(7)},
                             {"hook", row.boolean(8)},
                             {"paused", row.boolean(9)},
                             {"created_at", moment(row, 10)},
                             {"connections", row.boolean(11)}});
                      }));
  TRY(auto times, connection_.all(Sql{"SELECT digest_minute, digest_weekday, quiet_from, quiet_until, paused, "
                                      "feed_made_at FROM reading_time WHERE person_id = ?",
                                      id},
                                  [](const Row& row) {
                                    const auto minute = [&](int at) {
                                      return domain::write_minute(static_cast<int>(row.integer(at)));
                                    };
                                    return boost::json::value({{"digest_at", minute(0)},
                                                               {"digest_on", number(row, 1)},
                                                               {"quiet_from", minute(2)},
                                                               {"quiet_until", minute(3)},
                                                               {"paused", row.boolean(4)},
                                                               {"feed_token_made_at", moment(row, 5)}});
                                  }));
  TRY(auto notices, connection_.all(Sql{"SELECT record_id, why, noticed_at, settled_at, state FROM notice WHERE "
                                        "person_id = ? ORDER BY id",
                                        id},
                                    [](const Row& row) {
                                      return boost::json::value({{"record", number(row, 0)},
                                                                 {"subscriptions", text(row, 1)},
                                                                 {"noticed_at", moment(row, 2)},
                                                                 {"settled_at", moment(row, 3)},
                                                                 {"sent", row.integer(4) == 2}});
                                    }));
  TRY(auto asset_notices,
      connection_.all(Sql{"SELECT n.why, n.noticed_at, n.settled_at, n.state, (SELECT count(DISTINCT p.asset_id) FROM "
                          "asset_notice_match p WHERE p.notice_id = n.id) FROM asset_notice n WHERE n.person_id = ? "
                          "ORDER BY n.id",
                          id},
                      [](const Row& row) {
                        return boost::json::value({{"assets", number(row, 4)},
                                                   {"subscriptions", text(row, 0)},
                                                   {"noticed_at", moment(row, 1)},
                                                   {"settled_at", moment(row, 2)},
                                                   {"sent", row.integer(3) == 2}});
                      }));
  TRY(auto comments,
      connection_.all(Sql{"SELECT r.record_key, c.wide, c.body, c.written_at, c.edited_at FROM record_comment c JOIN "
                          "record r ON r.id = c.record_id WHERE c.person_id = ? ORDER BY c.id",
                          id},
                      [](const Row& row) {
                        return boost::json::value({{"advisory", text(row, 0)},
                                                   {"for", row.boolean(1) ? "everyone" : "organisation"},
                                                   {"text", text(row, 2)},
                                                   {"written_at", moment(row, 3)},
                                                   {"edited_at", moment(row, 4)}});
                      }));
  TRY(auto mail_keys,
      connection_.all(Sql{"SELECT fingerprint, body, added_at FROM mail_key WHERE person_id = ?", id},
                      [](const Row& row) {
                        return boost::json::value(
                            {{"fingerprint", text(row, 0)}, {"key", text(row, 1)}, {"added_at", moment(row, 2)}});
                      }));
  TRY(auto read, connection_.all(Sql{"SELECT r.record_key, m.read_at FROM record_read m JOIN record r ON r.id = "
                                     "m.record_id WHERE m.person_id = ? ORDER BY m.record_id",
                                     id},
                                 [](const Row& row) {
                                   return boost::json::value({{"advisory", text(row, 0)}, {"read_at", moment(row, 1)}});
                                 }));
  // Whoever manages people gets this as well: of what was given anonymously they may not learn.
  TRY(auto shared,
      connection_.all(Sql{"SELECT r.record_key, s.shared_at FROM shared_report s JOIN record r "
                          "ON r.id = s.record_id WHERE s.person_id = ? AND s.anonymous = 0 ORDER BY s.record_id",
                          id},
                      [](const Row& row) {
                        return boost::json::value({{"report", text(row, 0)}, {"shared_at", moment(row, 1)}});
                      }));
  TRY(auto sightings,
      connection_.all(
          Sql{"SELECT r.record_key, s.made_at FROM shared_sighting s JOIN record r ON r.id = "
              "s.record_id WHERE s.person_id = ? AND s.anonymous = 0 ORDER BY s.record_id",
              id},
          [](const Row& row) { return boost::json::value({{"object", text(row, 0)}, {"made_at", moment(row, 1)}}); }));
  const auto array = [](std::vector<boost::json::value>& values) {
    return boost::json::array(values.begin(), values.end());
  };
  return boost::json::object{{"credentials", array(credentials)}, {"sessions", array(sessions)},
                             {"tokens", array(tokens)},           {"links", array(links)},
                             {"mails_to_send", array(mails)},     {"roles_by_groups", array(outside_roles)},
                             {"break_glass", array(glass)},       {"approvals_asked_for", array(approvals)},
                             {"webhooks", array(webhooks)},       {"subscriptions", array(subscriptions)},
                             {"reading_times", array(times)},     {"notices", array(notices)},
                             {"comments", array(comments)},       {"marked_as_read", array(read)},
                             {"mail_keys", array(mail_keys)},     {"asset_notices", array(asset_notices)},
                             {"threats_shared", array(shared)},   {"threats_seen_too", array(sightings)}};
}

}  // namespace tocsin::store
