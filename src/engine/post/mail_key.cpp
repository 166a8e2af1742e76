#include "engine/post/mail_key.hpp"

#include <algorithm>

#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "engine/post/letters.hpp"
#include "store/people.hpp"

namespace tocsin::engine::post {
namespace {

namespace keys = formats::keys;
using domain::Permission;
using domain::audit::Outcome;

constexpr audit::Action kChange = "person.change";

std::string_view word(store::MailOtherwise otherwise) noexcept {
  return otherwise == store::MailOtherwise::nothing ? "nothing" : "notice";
}

/// A token may not: what it set would blind whoever it acts for.
bool is_self(const Actor& actor, domain::PersonId person) { return actor.viewer.person == person && !actor.program; }

Status require_self(const Actor& actor, domain::PersonId person) {
  if (is_self(actor, person)) return ok();
  return Error::forbidden("Only they themselves may do this");
}
Status require_self_or_manager(const Actor& actor, domain::PersonId person) {
  if (actor.program) return require_self(actor, person);
  return is_self(actor, person) ? ok() : actor.require(Permission::manage_people);
}

Result<domain::Person> active_person(store::Connection& connection, domain::PersonId person) {
  TRY(const auto found, store::People{connection}.find(person));
  if (!found || found->status != domain::PersonStatus::active) return Error::not_found("person");
  return *found;
}

Status tell(store::Connection& connection, const Actor& actor, const domain::Person& to, Event event, const Post* post,
            Timestamp now) {
  if (post == nullptr || !post->on() || to.status != domain::PersonStatus::active) return ok();
  TRY(const auto writing, post->options(connection));
  const bool own = is_self(actor, to.id);
  const Doer doer{.who = own             ? Doer::Who::recipient
                         : actor.console ? Doer::Who::console
                                         : Doer::Who::administrator,
                  .address = own ? actor.address : std::string{},
                  .agent = own ? actor.agent : std::string{}};
  return post->put(connection, notice(writing, to, to.email, event, {}, doer, now), now);
}

Status note(store::Connection& connection, const Actor& actor, domain::PersonId person, Timestamp now,
            const boost::json::object& detail) {
  TRY_VOID(audit::record(connection, actor, now, kChange, audit::object_of(person), {}, Outcome::done, detail));
  return ok();
}

}  // namespace

bool MailKeyState::is_theirs(std::string_view address) const {
  const auto folded = domain::folded_email(address);
  return folded && key && std::ranges::find(key->addresses, *folded) != key->addresses.end();
}

bool tells_of(const store::QueuedMail& letter, const store::MailKeyRow& key) noexcept {
  return letter.purpose == Purpose::notice && letter.created_at == key.added_at;
}

Result<std::optional<MailKeyState>> mail_key(store::Database& database, const Actor& actor, domain::PersonId person,
                                             Timestamp now) {
  TRY_VOID(require_self_or_manager(actor, person));
  TRY(const auto row,
      database.read([&](store::Connection& connection) { return store::MailKeys{connection}.find(person); }));
  if (!row) return std::optional<MailKeyState>{};
  MailKeyState out{.row = *row};
  auto read = keys::read_mail_key(row->body, now);
  if (read) {
    out.key = std::move(*read);
  } else {
    out.problem = read.error().message;
  }
  return std::optional{std::move(out)};
}

Status set_mail_key(store::Database& database, const Actor& actor, domain::PersonId person, std::string_view text,
                    store::MailOtherwise otherwise, const Post* post, Timestamp now) {
  TRY_VOID(require_self(actor, person));
  TRY(auto key, keys::read_mail_key(text, now));
  // Better known now than when the first letter waits.
  TRY_VOID(keys::encrypt_to(key.body, "x", now));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto to, active_person(connection, person));
    TRY_VOID(store::MailKeys{connection}.put(
        person, {.kind = key.kind == keys::PublicKey::Kind::openpgp ? store::MailKeyRow::Kind::openpgp
                                                                    : store::MailKeyRow::Kind::certificate,
                 .fingerprint = key.fingerprint,
                 .body = key.body,
                 .otherwise = otherwise,
                 .added_at = now}));
    TRY_VOID(note(connection, actor, person, now,
                  {{"mail_key_set", key.fingerprint}, {"algorithm", key.algorithm}, {"otherwise", word(otherwise)}}));
    return tell(connection, actor, to, Event::mail_key_set, post, now);
  });
}

Status set_mail_otherwise(store::Database& database, const Actor& actor, domain::PersonId person,
                          store::MailOtherwise otherwise, Timestamp now) {
  TRY_VOID(require_self(actor, person));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    store::MailKeys mail_keys{connection};
    TRY(auto row, mail_keys.find(person));
    if (!row) return Error::not_found("key");
    row->otherwise = otherwise;
    TRY_VOID(mail_keys.put(person, *row));
    return note(connection, actor, person, now, {{"mail_key", row->fingerprint}, {"otherwise", word(otherwise)}});
  });
}

Status remove_mail_key(store::Database& database, const Actor& actor, domain::PersonId person, const Post* post,
                       Timestamp now) {
  TRY_VOID(require_self_or_manager(actor, person));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    store::MailKeys mail_keys{connection};
    TRY(const auto row, mail_keys.find(person));
    TRY(const auto to, store::People{connection}.find(person));
    if (!row || !to) return Error::not_found("key");
    TRY_VOID(mail_keys.remove(person));
    TRY_VOID(note(connection, actor, person, now, {{"mail_key_removed", row->fingerprint}}));
    return tell(connection, actor, *to, Event::mail_key_removed, post, now);
  });
}

}  // namespace tocsin::engine::post
