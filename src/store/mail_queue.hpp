#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// What a letter is for; stored as its number.
enum class MailPurpose {
  invitation = 1,
  email_proof = 2,
  password_reset = 3,
  alert = 4,
  notice = 5,
  test = 6,
  /// Not a letter yet: somebody typed an address on the page for a forgotten password. Whether there is an account is
  /// found out where nobody waits for the answer.
  reset_request = 7,
};
/// "password-reset": for JSON, log and command line.
std::string_view mail_purpose(MailPurpose purpose) noexcept;
/// Stored as its number.
enum class MailState { waiting = 1, given_up = 2 };

struct QueuedMail {
  std::int64_t id = 0;
  std::string message_id = {};  ///< Left of the '@'; the same at every attempt.
  MailPurpose purpose = MailPurpose::notice;
  std::optional<domain::PersonId> person = {};
  std::string domain = {};  ///< Of the receiver, in lower case.
  std::string sealed = {};
  MailState state = MailState::waiting;
  std::int64_t attempts = 0;
  Timestamp created_at = {}, next_try_at = {}, expires_at = {};
  std::string problem = {};  ///< What the last attempt met, or empty.
};

/// Letters that are to be sent, and those that could not be.
class MailQueue {
 public:
  explicit MailQueue(Connection& connection) : connection_(connection) {}
  Result<std::int64_t> add(const QueuedMail& mail);
  Result<std::optional<QueuedMail>> find(std::int64_t id);
  /// The one that is due longest and whose receiver's domain is none of `held`; nullopt where none is.
  Result<std::optional<QueuedMail>> due(Timestamp now, const std::vector<std::string>& held);
  /// The same of requests alone (MailPurpose::reset_request).
  Result<std::optional<QueuedMail>> due_request(Timestamp now);
  /// When the next one that waits is due; nullopt where none waits.
  Result<std::optional<Timestamp>> next_due(const std::vector<std::string>& held);
  /// Whoever gets 1 may send it until `until`, and `mail` is then as it stands in the queue; 0 where somebody else was
  /// quicker. Counts the attempt.
  Result<std::int64_t> lease(QueuedMail& mail, Timestamp until);
  /// It was not sent: tried again at `next_try_at`. An attempt that was not the letter's fault is not counted. Does
  /// nothing (0) where it does not wait any more as `mail` says: what somebody asked for meanwhile (retry()) holds, and
  /// so does another's lease.
  Result<std::int64_t> put_off(const QueuedMail& mail, Timestamp next_try_at, std::string_view problem, bool counted);
  /// The same: 0 where it was asked for again meanwhile.
  Result<std::int64_t> give_up(const QueuedMail& mail, std::string_view problem);
  /// In place of a request: the letter that answers it.
  Status become(std::int64_t id, const QueuedMail& letter);
  /// 1 where it was there.
  Result<std::int64_t> remove(std::int64_t id);
  Status remove_of(domain::PersonId person, MailPurpose purpose);
  /// Tries again now, with all attempts; what had been given up also until `expires_at`, unless it brings a link, which
  /// has its own end. The number of letters.
  Result<std::int64_t> retry(std::optional<std::int64_t> id, Timestamp now, Timestamp expires_at);
  /// Given up first, then the oldest; requests are left out.
  Result<std::vector<QueuedMail>> list(int limit);
  /// Given-up letters that expired before then go. The number of them.
  Result<std::int64_t> tidy(Timestamp expired_before);
  struct Counts {
    std::int64_t waiting = 0, given_up = 0;
    std::optional<Timestamp> oldest_waiting;  ///< When it was written.
  };
  Result<Counts> counts();

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
