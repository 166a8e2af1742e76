#include "engine/post/desk.hpp"

#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/post/letters.hpp"

namespace tocsin::engine::post {
namespace {

using domain::Permission;
using domain::audit::Outcome;

/// What was given up and is tried once more gets so long.
constexpr std::int64_t kRetryMicros = std::int64_t{3 * 24 * 3'600} * 1'000'000;

}  // namespace

Result<Desk> desk(store::Database& database, const Actor& actor, const Post& post) {
  TRY_VOID(actor.require(Permission::administer));
  return database.snapshot([&](store::Connection& connection) -> Result<Desk> {
    Desk desk;
    store::MailQueue queue{connection};
    TRY(desk.counts, queue.counts());
    TRY(const auto rows, queue.list(kDeskRowsMax));
    for (const auto& each : rows) {
      DeskRow row{.id = each.id,
                  .purpose = each.purpose,
                  .person = each.person,
                  .address = {},
                  .subject = {},
                  .given_up = each.state == store::MailState::given_up,
                  .attempts = each.attempts,
                  .created_at = each.created_at,
                  .next_try_at = each.next_try_at,
                  .expires_at = each.expires_at,
                  .problem = each.problem};
      if (auto letter = post.open(each)) {
        row.address = std::move(letter->address);
        row.subject = std::move(letter->subject);
      }
      desk.rows.push_back(std::move(row));
    }
    return desk;
  });
}

Result<std::int64_t> retry(store::Database& database, const Actor& actor, std::optional<std::int64_t> id,
                           Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(connection.lock_changes());
    TRY(const auto count, store::MailQueue{connection}.retry(id, now, {now.micros + kRetryMicros}));
    if (id && count == 0) return Error::not_found("mail");
    TRY_VOID(audit::record(connection, actor, now, "mail.retry", id ? audit::object_of("mail", *id) : std::string{}, {},
                           Outcome::done, {{"letters", count}}));
    return count;
  });
}

Status drop(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    store::MailQueue queue{connection};
    TRY(const auto found, queue.find(id));
    if (!found || found->purpose == Purpose::reset_request) return Error::not_found("mail");
    TRY_VOID(queue.remove(id));
    TRY_VOID(audit::record(connection, actor, now, "mail.drop", audit::object_of("mail", id), {}, Outcome::done,
                           {{"purpose", store::mail_purpose(found->purpose)}}));
    return ok();
  });
}

Status send_test(store::Database& database, const Actor& actor, const Post& post, std::string_view address,
                 Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  if (!post.on())
    return Error::conflict(std::string{tr<"No mail is sent here: set mail.url and public_url">()}, "email");
  if (const auto folded = domain::folded_email(address); !folded) {
    return Error::invalid(folded.error().message, "email");
  }
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto options, post.options(connection));
    TRY_VOID(post.put(connection, test_letter(options, text::trim(address), now), now));
    TRY_VOID(audit::record(connection, actor, now, "mail.test", {}, {}, Outcome::done, {{"email", address}}));
    return ok();
  });
}

}  // namespace tocsin::engine::post
