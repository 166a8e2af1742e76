#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/members/actor.hpp"
#include "engine/post/post.hpp"
#include "store/database.hpp"
#include "store/mail_queue.hpp"

/// What an administrator sees of the outgoing post and does about it: for page and command line. Errors: forbidden
/// without the permission `administer`.
namespace tocsin::engine::post {

inline constexpr int kDeskRowsMax = 200;

/// A letter that waits or was given up; never what it says, for that may let in.
struct DeskRow {
  std::int64_t id = 0;
  store::MailPurpose purpose = store::MailPurpose::notice;
  std::optional<domain::PersonId> person;
  std::string address, subject;  ///< Empty where another key sealed them.
  bool given_up = false;
  std::int64_t attempts = 0;
  Timestamp created_at, next_try_at, expires_at;
  std::string problem;
};
struct Desk {
  store::MailQueue::Counts counts;
  std::vector<DeskRow> rows;  ///< Given up first, then the oldest; at most kDeskRowsMax.
};
Result<Desk> desk(store::Database& database, const Actor& actor, const Post& post);

/// Tries it again now; nullopt: all of them. The number of letters. Errors: not_found.
Result<std::int64_t> retry(store::Database& database, const Actor& actor, std::optional<std::int64_t> id,
                           Timestamp now);
/// It is not sent. Errors: not_found.
Status drop(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now);
/// Puts a test mail into the post. Errors: invalid_input, `where` = "email"; conflict where the post is not on.
Status send_test(store::Database& database, const Actor& actor, const Post& post, std::string_view address,
                 Timestamp now);

}  // namespace tocsin::engine::post
