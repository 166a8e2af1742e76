#include "exchange/post_office.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/post/letters.hpp"
#include "engine/post/mail_key.hpp"
#include "exchange/trying.hpp"
#include "formats/keys/mail_key.hpp"
#include "store/mail_keys.hpp"
#include "store/mail_queue.hpp"
#include "store/people.hpp"

namespace tocsin::exchange {

namespace post = engine::post;

namespace {

using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kLetterFirst{30}, kServerFirst{5}, kDomainFirst{60};
constexpr minutes kLetterMost{30}, kServerMost{5}, kDomainMost{30};
/// Beside being woken: another process may have written, and moments come without anybody writing.
constexpr seconds kLookEvery{5};
constexpr seconds kPauseAfterFailure{5};
constexpr std::size_t kDomainsHeldMax = 1'000;
constexpr std::int64_t kTidyMicros = std::int64_t{3'600} * 1'000'000;

/// Doubles with each failure, up to `most`, a fifth more or less, so that what failed together does not come back
/// together.
microseconds back_off(microseconds first, microseconds most, std::int64_t failures) {
  const auto doubled = first.count() << std::clamp<std::int64_t>(failures, 0, 20);
  return jittered(microseconds{std::min<std::int64_t>(doubled, most.count())});
}

}  // namespace

PostOffice::PostOffice(store::Database& database, engine::identity::Identity& identity, const engine::post::Post& post,
                       MailSettings settings, const Clock& clock, Deliver deliver)
    : database_(database),
      identity_(identity),
      post_(post),
      settings_(std::move(settings)),
      clock_(clock),
      deliver_(std::move(deliver)) {}

PostOffice::~PostOffice() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void PostOffice::start() {
  thread_ = std::thread{[this] { run(); }};
}

void PostOffice::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

std::string PostOffice::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void PostOffice::run() {
  bool failing = false;
  for (;;) {
    auto wait = std::chrono::duration_cast<microseconds>(kLookEvery);
    auto worked = Result<bool>{false};
    try {
      worked = work_once();
      if (worked && !*worked) {
        if (const auto due = next_due(); due && *due) {
          wait = std::clamp(microseconds{(*due)->micros - clock_.now().micros}, microseconds{0}, wait);
        }
      }
    } catch (const std::exception& exception) {
      worked = Error::internal("sending mail failed", exception.what());
    }
    if (!worked && !failing) {
      log::error("mail.queue_failed", {{"message", worked.error().message}, {"detail", worked.error().detail}});
    }
    failing = !worked;
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (worked && *worked) continue;
    // A database that is away is not asked at every wake.
    if (failing) {
      changed_.wait_for(lock, kPauseAfterFailure, [this] { return stopping_; });
    } else {
      changed_.wait_for(lock, wait, [this] { return stopping_ || woken_; });
    }
    woken_ = false;
    if (stopping_) return;
  }
}

std::vector<std::string> PostOffice::held(Timestamp now) const {
  std::vector<std::string> domains;
  for (const auto& [domain, hold] : domains_) {
    if (hold.until > now) domains.push_back(domain);
  }
  return domains;
}

void PostOffice::hold(Hold& what, microseconds first, microseconds most) {
  what.until = after(clock_.now(), back_off(first, most, what.failures));
  ++what.failures;
}

Result<std::optional<Timestamp>> PostOffice::next_due() {
  const auto now = clock_.now();
  TRY(auto due,
      database_.read([&](store::Connection& connection) { return store::MailQueue{connection}.next_due(held(now)); }));
  for (const auto& [domain, hold] : domains_) {
    if (hold.until > now && (!due || hold.until < *due)) due = hold.until;
  }
  if (due && server_.until > *due) due = server_.until;
  return due;
}

Result<bool> PostOffice::work_once() {
  const auto now = clock_.now();
  if (!tidied_ || now.micros - tidied_->micros > kTidyMicros) {
    tidied_ = now;
    TRY_VOID(database_.write(
        [&](store::Connection& connection) { return store::MailQueue{connection}.tidy(after(now, -kMailKept)); }));
    std::erase_if(domains_, [&](const auto& each) { return each.second.until < now; });
  }
  const bool server_held = server_.until > now;
  TRY(auto found, database_.read([&](store::Connection& connection) -> Result<std::optional<store::QueuedMail>> {
    store::MailQueue queue{connection};
    // What somebody asked for on the page is answered while the server is away too: links count from then.
    if (server_held) return queue.due_request(now);
    return queue.due(now, held(now));
  }));
  if (!found) return false;
  if (found->purpose == store::MailPurpose::reset_request) {
    TRY_VOID(identity_.answer_reset_request(*found));
    return true;
  }
  return deliver_letter(std::move(*found), now);
}

Result<std::optional<Mail>> PostOffice::mail_of(const store::QueuedMail& queued, post::Letter letter, Timestamp now) {
  const auto mail = [&](post::Letter& from) {
    return Mail{.to = {from.address},
                .subject = std::move(from.subject),
                .text = std::move(from.text),
                .headers = std::move(from.headers),
                .html = std::move(from.html),
                .id = queued.message_id};
  };
  if (!queued.person) return std::optional{mail(letter)};
  struct Receiver {
    std::optional<store::MailKeyRow> key;
    std::optional<domain::Person> person;
    post::Options writing;
  };
  TRY(const auto receiver, database_.read([&](store::Connection& connection) -> Result<Receiver> {
    Receiver found;
    TRY(found.key, store::MailKeys{connection}.find(*queued.person));
    if (!found.key) return found;
    TRY(found.person, store::People{connection}.find(*queued.person));
    TRY(found.writing, post_.options(connection));
    return found;
  }));
  if (!receiver.key || post::tells_of(queued, *receiver.key)) return std::optional{mail(letter)};
  const std::string language = receiver.person ? receiver.person->language : std::string{};
  const LanguageScope speaking{post::language_for(receiver.writing, language, post::Cause::other)};
  const auto usable = formats::keys::read_mail_key(receiver.key->body, now);
  if (usable) {
    auto sealed = mail(letter);
    sealed.encrypt_to = receiver.key->body;
    sealed.outer_subject = post::sealed_subject(receiver.writing, language);
    return std::optional{std::move(sealed)};
  }
  if (!receiver.person || receiver.key->otherwise == store::MailOtherwise::nothing) return std::optional<Mail>{};
  log::warn("mail.withheld", {{"message_id", queued.message_id}, {"purpose", mail_purpose(queued.purpose)}});
  auto instead = post::withheld(receiver.writing, *receiver.person, usable.error().message, letter.expires_at);
  instead.address = letter.address;
  return std::optional{mail(instead)};
}

Result<bool> PostOffice::deliver_letter(store::QueuedMail queued, Timestamp now) {
  if (queued.expires_at <= now) {
    TRY_VOID(give_up(queued, queued.problem.empty() ? "It was too old when it could have been sent"
                                                    : "It grew too old: " + queued.problem));
    return true;
  }
  TRY(const auto leased, database_.write([&](store::Connection& connection) {
    return store::MailQueue{connection}.lease(queued, after(now, kMailLease));
  }));
  // Another process was quicker.
  if (leased == 0) return true;
  const auto letter = post_.open(queued);
  if (!letter) {
    TRY_VOID(give_up(queued, "It was sealed by another key than this installation's sealing.key"));
    return true;
  }
  TRY(const auto mail, mail_of(queued, *letter, now));
  if (!mail) {
    TRY_VOID(give_up(queued, "The receiver's key for encrypted mail cannot be used, and they want no notice instead"));
    return true;
  }
  const auto delivery = deliver_(settings_, *mail, clock_);
  using Outcome = Delivery::Outcome;
  if (delivery.outcome != Outcome::no_server) {
    server_ = {};
    const std::lock_guard lock(mutex_);
    trouble_.clear();
  }
  if (delivery.outcome == Outcome::taken) {
    TRY_VOID(
        database_.write([&](store::Connection& connection) { return store::MailQueue{connection}.remove(queued.id); }));
    domains_.erase(queued.domain);
    ++taken_;
    log::info("mail.sent", {{"message_id", queued.message_id}, {"purpose", mail_purpose(queued.purpose)}});
    return true;
  }
  const auto error = delivery.error.value_or(Error::internal("the mail was not taken"));
  if (delivery.outcome == Outcome::no_server) {
    hold(server_, kServerFirst, kServerMost);
    {
      const std::lock_guard lock(mutex_);
      trouble_ = problem_of(error);
    }
    log::warn("mail.no_server", {{"message", error.message}, {"detail", error.detail}});
    TRY_VOID(put_off(queued, error, microseconds{0}, false));
    return true;
  }
  if (delivery.outcome == Outcome::refused || queued.attempts >= kMailAttemptsMax) {
    TRY_VOID(give_up(queued, problem_of(error)));
    return true;
  }
  if (error.code == Error::Code::timeout && domains_.size() < kDomainsHeldMax) {
    hold(domains_[queued.domain], kDomainFirst, kDomainMost);
  }
  TRY_VOID(put_off(queued, error, back_off(kLetterFirst, kLetterMost, queued.attempts - 1), true));
  return true;
}

Status PostOffice::put_off(const store::QueuedMail& queued, const Error& error, microseconds wait, bool counted) {
  const auto at = after(clock_.now(), wait);
  TRY(const auto written, database_.write([&](store::Connection& connection) {
    return store::MailQueue{connection}.put_off(queued, at, problem_of(error), counted);
  }));
  // Somebody asked for it again while it was tried: it is due, whatever this attempt met.
  if (written == 0) return ok();
  // What is not the letter's fault is told once, of the server.
  if (counted) {
    ++put_off_;
    log::info("mail.put_off",
              {{"message_id", queued.message_id}, {"message", error.message}, {"detail", error.detail}});
  }
  return ok();
}

Status PostOffice::give_up(const store::QueuedMail& queued, std::string_view problem) {
  TRY(const auto written, database_.write([&](store::Connection& connection) {
    return store::MailQueue{connection}.give_up(queued, problem);
  }));
  if (written == 0) return ok();
  ++given_up_;
  log::warn("mail.given_up",
            {{"message_id", queued.message_id}, {"purpose", mail_purpose(queued.purpose)}, {"message", problem}});
  return ok();
}

}  // namespace tocsin::exchange
