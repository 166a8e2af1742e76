#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/messages.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"
#include "store/mail_queue.hpp"

/// The outgoing post: letters are put into the database's queue in the transaction of what they tell of, and sent by
/// exchange/post_office after it has committed. Any thread.
namespace tocsin::engine::post {

using Purpose = store::MailPurpose;

struct Letter {
  Purpose purpose = Purpose::notice;
  std::optional<domain::PersonId> person = {};  ///< Whose it is: it goes when they are erased.
  std::string address = {}, subject = {}, text = {};
  Timestamp expires_at = {};  ///< Not sent any more from then on.
  std::string html = {};      ///< The same for readers of HTML, or empty: a whole document.
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< Further ones, such as List-Unsubscribe.
};

struct Options {
  std::string public_url;  ///< "https://cert.example": what links in letters start with.
  std::string site_name = "Tocsin";
  bool mail = false;                   ///< Is there a mail server to send with (mail.url)?
  std::optional<Language> language{};  ///< Of people who have chosen none; none: of what causes the letter.
  /// Set outside the database, where what administrators set in the portal does not change them.
  bool site_name_fixed = false, language_fixed = false;
};

/// Whose doing a letter is.
enum class Cause {
  recipient,  ///< Their own request: it was made in the language that they read.
  other
};
/// What a letter to somebody is written in: what they have chosen; else what their own request spoke; else what the
/// site speaks; else what the request spoke that caused it. `profile`: domain::Person::language.
Language language_for(const Options& options, std::string_view profile, Cause cause) noexcept;

/// Of a mail address, in lower case; empty where it is none.
std::string domain_of(std::string_view address);

class Post {
 public:
  Post(SealingKey key, Options options) : key_(std::move(key)), options_(std::move(options)) {}

  /// Are letters sent? Only where both the mail server and our own address are known; else links are handed out.
  bool on() const noexcept { return options_.mail && !options_.public_url.empty(); }
  const Options& options() const noexcept { return options_; }
  /// With the site's name and language as they stand in the database now: what letters are written with.
  Result<Options> options(store::Connection& connection) const;

  /// Within the caller's transaction; nothing is sent before it commits. Does nothing where the post is not on.
  /// An address that is none, or that no mail server takes, is no error: the letter is given up later, where the
  /// administrator sees it. The subject is made one line. Errors: too_large beyond 32 KiB of text, or 60 KiB with
  /// everything; the database's.
  Status put(store::Connection& connection, const Letter& letter, Timestamp now) const;
  /// What put() sealed. Errors: invalid_input where it was sealed by another key.
  Result<Letter> open(const store::QueuedMail& queued) const;
  /// The row of a letter; put() adds it under a fresh message id.
  Result<store::QueuedMail> sealed(const Letter& letter, std::string message_id, Timestamp now) const;

 private:
  SealingKey key_;
  Options options_;
};

}  // namespace tocsin::engine::post
