#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/identity/identity.hpp"
#include "engine/post/post.hpp"
#include "exchange/mail.hpp"
#include "store/database.hpp"

/// Sends the letters of engine/post, one at a time, to the one mail server that is set.
///
/// A letter is leased before it is handed over and goes when the server has taken it. A process that dies between the
/// server's answer and our commit leaves the lease; when that has run out the letter is sent again under the same
/// Message-ID, so that none is lost and receivers can drop the double. Several processes over one database share the
/// work.
///
/// What fails waits longer each time, with jitter: a letter that is refused for now, a receiver's domain over which the
/// server goes silent, the server itself. None of them holds up the rest: a server that is away counts no letter's
/// attempts, and a silent domain's letters are left standing while others are sent.
namespace tocsin::exchange {

inline constexpr int kMailAttemptsMax = 30;
/// Longer than an attempt may take (MailSettings::total_timeout).
inline constexpr std::chrono::seconds kMailLease{90};
/// Given-up letters are kept so long after they have expired.
inline constexpr std::chrono::hours kMailKept{24 * 30};

class PostOffice {
 public:
  /// How a mail is handed over: deliver(), or a test's own.
  using Deliver = std::function<Delivery(const MailSettings&, const Mail&, const Clock&)>;
  /// All outlive it. `post` is on.
  PostOffice(store::Database& database, engine::identity::Identity& identity, const engine::post::Post& post,
             MailSettings settings, const Clock& clock, Deliver deliver = exchange::deliver);
  ~PostOffice();

  /// Begins to send, on a thread of its own, until the destructor, which lets the letter in hand finish.
  void start();
  /// There may be something new to send. Any thread; returns at once.
  void wake();

  /// Works on one row that is due: false where none is. start() does so; tests do it by hand.
  Result<bool> work_once();
  /// When work_once() has something to do next; nullopt: not before something is written.
  Result<std::optional<Timestamp>> next_due();

  struct Counts {
    std::uint64_t taken = 0, put_off = 0, given_up = 0;
  };
  Counts counts() const noexcept { return {taken_.load(), put_off_.load(), given_up_.load()}; }
  /// What keeps all mail from being sent at this moment, or empty. Any thread.
  std::string trouble() const;

 private:
  struct Hold {
    Timestamp until;
    int failures = 0;
  };
  void run();
  Result<bool> deliver_letter(store::QueuedMail queued, Timestamp now);
  /// The letter as it goes out, encrypted where its receiver gave a key; nullopt: they want nothing in its place where
  /// that cannot be used.
  Result<std::optional<Mail>> mail_of(const store::QueuedMail& queued, engine::post::Letter letter, Timestamp now);
  std::vector<std::string> held(Timestamp now) const;
  Status put_off(const store::QueuedMail& queued, const Error& error, std::chrono::microseconds wait, bool counted);
  Status give_up(const store::QueuedMail& queued, std::string_view problem);
  void hold(Hold& what, std::chrono::microseconds first, std::chrono::microseconds most);

  store::Database& database_;
  engine::identity::Identity& identity_;
  const engine::post::Post& post_;
  MailSettings settings_;
  const Clock& clock_;
  Deliver deliver_;
  std::map<std::string, Hold> domains_;  ///< Those that made the server go silent. Of the working thread.
  Hold server_;                          ///< The server itself, while it takes no mail. Of the working thread.
  std::optional<Timestamp> tidied_;
  std::atomic<std::uint64_t> taken_{0}, put_off_{0}, given_up_{0};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string trouble_;  ///< Under mutex_, as are the next two.
  bool woken_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace tocsin::exchange
