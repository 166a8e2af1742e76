#include "engine/manage/comments.hpp"

#include "base/ids.hpp"
#include "base/messages.hpp"
#include "domain/comment_policy.hpp"
#include "engine/audit/trail.hpp"
#include "engine/manage/parts.hpp"
#include "engine/members/input.hpp"
#include "engine/members/program.hpp"
#include "store/records.hpp"

namespace tocsin::engine::manage {
namespace {

using domain::Permission;

bool reads(const Actor& actor, const Seen& seen) {
  return actor.console ||
         (actor.may(Permission::read_as_member) && domain::policy::reads_comments(actor.viewer, seen.decision));
}

bool sees(const Actor& actor, const Seen& seen, const store::Comment& comment) {
  return actor.console || (reads(actor, seen) && domain::policy::may_see_comment(actor.viewer, seen.decision,
                                                                                 {comment.organisation, comment.wide}));
}

Status require_commenting(const Actor& actor) {
  TRY_VOID(actor.require(Permission::read_as_member));
  return require_writing(actor);
}

bool writes_widely(const Actor& actor, const Seen& seen) {
  return actor.console || (reads(actor, seen) && actor.may(Permission::edit_record) &&
                           domain::policy::may_comment_widely(actor.viewer, seen.record.owner));
}

bool is_author(const Actor& actor, const store::Comment& comment) {
  if (actor.console) return !comment.person;
  return comment.person && actor.viewer.person == comment.person && actor.viewer.organisation == comment.organisation;
}

/// Those who answer for what stands on the CERT's portal.
bool moderates(const Actor& actor, const store::Comment& comment) {
  return actor.console || (comment.wide && actor.may(Permission::delete_record) &&
                           actor.viewer.organisation == domain::kOwnOrganisation);
}

CommentRow row_of(const Actor& actor, store::Comment comment) {
  CommentRow row;
  row.may_edit = is_author(actor, comment);
  row.may_remove = row.may_edit || moderates(actor, comment);
  if (!actor.console && actor.viewer.organisation != comment.organisation) {
    comment.person.reset();
    comment.person_name.clear();
  }
  row.comment = std::move(comment);
  return row;
}

Result<store::Comment> need_comment(store::Connection& connection, const Actor& actor, const Seen& seen,
                                    std::string_view id) {
  TRY(auto found, store::Comments{connection}.find(seen.record.id, id));
  if (!found || !sees(actor, seen, *found)) return Error::not_found("comment");
  return std::move(*found);
}

Result<std::string> text_of(std::string_view given) {
  TRY(auto text, members::many_lines(given, "text", kCommentBytesMax));
  if (text.empty()) return Error::invalid(std::string{tr<"a comment has a text">()}, "text");
  return text;
}

/// The text itself stays out of the log: there it would outlive its removal.
Status note(store::Connection& connection, const Actor& actor, Timestamp now, audit::Action action, const Seen& seen,
            const store::Comment& comment) {
  TRY_VOID(audit::record(connection, actor, now, action, audit::object_of(seen.record.id), comment.organisation,
                         domain::audit::Outcome::done,
                         {{"comment", comment.id}, {"for", comment.wide ? "everyone" : "organisation"}}));
  return ok();
}

}  // namespace

Result<Seen> need_record(store::Connection& connection, const Actor& actor, domain::RecordId id, Timestamp now) {
  TRY(auto record, store::Records{connection}.load(id));
  if (!record) return Error::not_found("advisory");
  Seen seen{.record = std::move(*record), .decision = {}};
  if (actor.console) {
    seen.decision = {.seen = true, .reason = domain::policy::Reason::own_organisation, .through = {}};
    return seen;
  }
  seen.decision = domain::policy::decide(actor.viewer, domain::policy::facts_of(seen.record), now);
  if (!seen.decision.seen || seen.decision.reason == domain::policy::Reason::broke_glass) {
    return Error::not_found("advisory");
  }
  return seen;
}

Result<CommentList> comments_of(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now) {
  return database.snapshot([&](store::Connection& connection) -> Result<CommentList> {
    TRY(const auto seen, need_record(connection, actor, record, now));
    CommentList list;
    if (!reads(actor, seen)) return list;
    list.may_write = true;
    list.may_write_wide = writes_widely(actor, seen);
    TRY(auto all, store::Comments{connection}.of(record));
    for (auto& each : all) {
      if (sees(actor, seen, each)) list.rows.push_back(row_of(actor, std::move(each)));
    }
    return list;
  });
}

Result<CommentRow> find_comment(store::Database& database, const Actor& actor, domain::RecordId record,
                                std::string_view id, Timestamp now) {
  return database.snapshot([&](store::Connection& connection) -> Result<CommentRow> {
    TRY(const auto seen, need_record(connection, actor, record, now));
    TRY(auto comment, need_comment(connection, actor, seen, id));
    return row_of(actor, std::move(comment));
  });
}

Result<std::string> add_comment(store::Database& database, const Actor& actor, domain::RecordId record,
                                std::string_view text, bool wide, Timestamp now) {
  TRY_VOID(require_commenting(actor));
  return database.write([&](store::Connection& connection) -> Result<std::string> {
    TRY_VOID(connection.lock_changes());
    TRY(const auto seen, need_record(connection, actor, record, now));
    if (!reads(actor, seen)) {
      return Error::forbidden(std::string{tr<"Comments are written by people who act for an organisation">()});
    }
    if (wide && !writes_widely(actor, seen)) {
      return Error::forbidden(std::string{
          tr<"Only the CERT's analysts and coordinators, and the organisation whose it is, write for everyone">()});
    }
    TRY(auto body, text_of(text));
    store::Comments comments{connection};
    store::Comment comment{.number = 0,
                           .id = random_uuid(),
                           .record = record,
                           .organisation = actor.viewer.organisation.value_or(domain::kOwnOrganisation),
                           .person = actor.viewer.person,
                           .wide = wide,
                           .body = std::move(body),
                           .written_at = now,
                           .edited_at = {},
                           .organisation_name = {},
                           .person_name = {}};
    TRY(const auto count, comments.count(record, comment.organisation));
    if (count >= kCommentsMax) {
      return Error::conflict(tr<"An organisation writes at most {} comments on one advisory">(kCommentsMax));
    }
    TRY_VOID(comments.add(comment));
    TRY_VOID(note(connection, actor, now, "comment.add", seen, comment));
    return comment.id;
  });
}

Status change_comment(store::Database& database, const Actor& actor, domain::RecordId record, std::string_view id,
                      std::string_view text, Timestamp now) {
  TRY_VOID(require_commenting(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto seen, need_record(connection, actor, record, now));
    TRY(const auto comment, need_comment(connection, actor, seen, id));
    if (!is_author(actor, comment)) {
      return Error::forbidden(std::string{tr<"A comment is changed by who wrote it">()});
    }
    TRY(const auto body, text_of(text));
    if (body == comment.body) return ok();
    TRY_VOID(store::Comments{connection}.set_body(comment.number, body, now));
    return note(connection, actor, now, "comment.change", seen, comment);
  });
}

Status remove_comment(store::Database& database, const Actor& actor, domain::RecordId record, std::string_view id,
                      Timestamp now) {
  TRY_VOID(require_commenting(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto seen, need_record(connection, actor, record, now));
    TRY(const auto comment, need_comment(connection, actor, seen, id));
    if (!is_author(actor, comment) && !moderates(actor, comment)) {
      return Error::forbidden(
          std::string{tr<"A comment is removed by who wrote it; one for everyone also by the CERT's coordinators">()});
    }
    TRY_VOID(store::Comments{connection}.remove(comment.number));
    return note(connection, actor, now, "comment.remove", seen, comment);
  });
}

}  // namespace tocsin::engine::manage
