#include "engine/post/letters.hpp"

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"

namespace tocsin::engine::post {
namespace {

constexpr std::size_t kNameBytesMax = 120;
constexpr std::int64_t kDayMicros = std::int64_t{24 * 3'600} * 1'000'000;
/// News of yesterday is still news; of last week it would only alarm.
constexpr std::int64_t kNoticeMicros = 3 * kDayMicros;
constexpr std::int64_t kAlertMicros = 7 * kDayMicros;
constexpr std::int64_t kTestMicros = kDayMicros / 24;

/// One line, whatever somebody entered.
std::string line(std::string_view text) { return text::shorten(text::squeeze(text), kNameBytesMax); }

/// "28 November 2026, 15:05 UTC"; by the clock of who reads it, where they have chosen one.
std::string moment(Timestamp time, std::string_view zone_name = {}) {
  const auto found = find_zone(zone_name);
  const auto& zone = found ? **found : Zone::utc();
  // "2026-11-28 15:05 UTC", "2026-11-28 16:05 +01:00": the date in words before the rest of it.
  constexpr std::size_t kDateBytes = 11;
  const auto minute = format_minute(time, zone);
  const Timestamp there{time.micros + std::int64_t{zone.offset_s(time)} * 1'000'000};
  return fmt::format("{}, {}", locale::long_date(there), std::string_view{minute}.substr(kDateBytes));
}

std::string greeting(const domain::Person& to) {
  const auto name = line(to.name);
  return fmt::format("{}\n\n", name.empty() ? std::string{tr<"Hello,">()} : tr<"Hello {},">(name));
}

std::string ending(const Options& options) {
  return fmt::format("\n-- \n{}\n{}\n{}\n", line(options.site_name), options.public_url,
                     tr<"This mail was written by the portal; answers to it may not be read.">());
}

Letter letter(const Options& options, Purpose purpose, const domain::Person& to, std::string_view address,
              std::string subject, std::string_view text, Timestamp expires_at) {
  return {.purpose = purpose,
          .person = to.id,
          .address = std::string{address},
          .subject = std::move(subject),
          .text = fmt::format("{}{}{}", greeting(to), text, ending(options)),
          .expires_at = expires_at};
}

struct EventWords {
  Event event;
  Message subject, what;
};
constexpr EventWords kEvents[] = {
    {Event::password_changed, message<"Your password was changed">,
     message<"The password of your account was changed">},
    {Event::authenticator_added, message<"An authenticator app was added">,
     message<"An authenticator app was added to your account">},
    {Event::authenticator_removed, message<"An authenticator app was removed">,
     message<"The authenticator app was removed from your account">},
    {Event::recovery_codes_made, message<"New recovery codes were made">,
     message<"New recovery codes were made for your account, and the old ones are void">},
    {Event::passkey_added, message<"A passkey was added">, message<"A passkey was added to your account">},
    {Event::passkey_removed, message<"A passkey was removed">, message<"A passkey was removed from your account">},
    {Event::token_created, message<"A token for programs was made">,
     message<"A token for programs was made that acts as you">},
    {Event::address_changed, message<"Your mail address was changed">,
     message<"The mail address of your account was changed, and this one does not belong to it any more">},
    {Event::mail_key_set, message<"The key for mail to you was changed">,
     message<"A key was put into your account, and mail to you is encrypted to it">},
    {Event::mail_key_removed, message<"The key for mail to you was removed">,
     message<"The key to which mail to you was encrypted was removed from your account">},
};

std::string words_of(const Doer& doer) {
  if (doer.who == Doer::Who::console) return std::string{tr<"by whoever operates the portal">()};
  // An administrator's address is theirs, not for everybody to read.
  if (doer.who == Doer::Who::administrator) return std::string{tr<"by an administrator">()};
  const auto from = doer.address.empty() ? std::string{tr<"an unknown address">()} : doer.address;
  return line(doer.agent.empty() ? tr<"from {}">(from) : tr<"from {} ({})">(from, doer.agent));
}

std::string approval_url(const Options& options, std::int64_t id) {
  return fmt::format("{}/approvals/{}", options.public_url, id);
}

/// "Something waits" or what kind of act it is.
std::string subject_of(const Options& options, std::string_view what, const Waiting& waiting) {
  const auto site = line(options.site_name);
  return waiting.act ? fmt::format("{}: {} ({})", site, what, tr_text(domain::name(*waiting.act)))
                     : fmt::format("{}: {}", site, what);
}

}  // namespace

std::string link_url(const Options& options, std::string_view secret) {
  return fmt::format("{}/link/{}", options.public_url, secret);
}

Letter invitation(const Options& options, const domain::Person& to, std::string_view organisation,
                  std::string_view secret, Timestamp expires_at) {
  const LanguageScope speaking{language_for(options, to.language, Cause::other)};
  const auto site = line(options.site_name);
  const auto invited = organisation.empty()
                           ? tr<"You have been invited to {}.">(site)
                           : tr<"You have been invited to {} as a member of {}.">(site, line(organisation));
  const auto text =
      fmt::format("{} {}\n\n{}\n\n{}\n", invited,
                  tr<"Open this link to choose a password; the account is yours then:">(), link_url(options, secret),
                  tr<"The link works once, until {}. Whoever has it can open the account in your place: do not pass it "
                     "on. If you did not expect this, do nothing; without the link there is no account.">(
                      moment(expires_at, to.time_zone)));
  return letter(options, Purpose::invitation, to, to.email, tr<"Invitation to {}">(site), text, expires_at);
}

Letter password_reset(const Options& options, const domain::Person& to, std::string_view secret, Timestamp expires_at,
                      std::string_view asked_from) {
  const LanguageScope speaking{
      language_for(options, to.language, asked_from.empty() ? Cause::other : Cause::recipient)};
  const auto site = line(options.site_name);
  const auto why =
      asked_from.empty()
          ? tr<"An administrator of {} sends you a link to set a new password.">(site)
          : tr<"Somebody at the address {} asked for a new password for your account on {}.">(line(asked_from), site);
  const auto text =
      fmt::format("{} {}\n\n{}\n\n{}\n", why, tr<"Open this link to set one:">(), link_url(options, secret),
                  tr<"The link works once, until {}. When it is used, all of your sessions end; a second factor stays "
                     "what it is. If you did not ask for it, do nothing: your password stays as it is.">(
                      moment(expires_at, to.time_zone)));
  return letter(options, Purpose::password_reset, to, to.email, tr<"New password for {}">(site), text, expires_at);
}

Letter email_proof(const Options& options, const domain::Person& to, std::string_view address, std::string_view secret,
                   Timestamp expires_at, Cause cause) {
  const LanguageScope speaking{language_for(options, to.language, cause)};
  const auto site = line(options.site_name);
  const auto text = fmt::format(
      "{} {}\n\n{}\n\n{}\n", tr<"{} is to be the mail address of an account on {}.">(line(address), site),
      tr<"Open this link to confirm that it is yours:">(), link_url(options, secret),
      tr<"The link works once, until {}. Until then nothing changes. If this account is not yours, do nothing.">(
          moment(expires_at, to.time_zone)));
  return letter(options, Purpose::email_proof, to, address, tr<"Confirm your address for {}">(site), text, expires_at);
}

Letter address_wanted(const Options& options, const domain::Person& to, Timestamp now) {
  const LanguageScope speaking{language_for(options, to.language, Cause::other)};
  const auto site = line(options.site_name);
  const auto text = fmt::format(
      "{}\n",
      tr<"On {}, another account of {} was to get this mail address. It is yours, so nothing has changed, and nobody "
         "was told that you have an account. If it was you, with a second account: one address belongs to one "
         "account.">(moment(now, to.time_zone), site));
  return letter(options, Purpose::notice, to, to.email, tr<"Your address was entered on {}">(site), text,
                {now.micros + kNoticeMicros});
}

Letter test_letter(const Options& options, std::string_view address, Timestamp now) {
  const auto site = line(options.site_name);
  return {.purpose = Purpose::test,
          .person = {},
          .address = std::string{address},
          .subject = tr<"Test mail of {}">(site),
          .text = fmt::format("{}\n{}", tr<"Mail of {} arrives. This one was asked for on {}.">(site, moment(now)),
                              ending(options)),
          .expires_at = {now.micros + kTestMicros}};
}

Letter notice(const Options& options, const domain::Person& to, std::string_view address, Event event,
              std::string_view detail, const Doer& doer, Timestamp now) {
  const LanguageScope speaking{
      language_for(options, to.language, doer.who == Doer::Who::recipient ? Cause::recipient : Cause::other)};
  const auto* words = std::ranges::find(kEvents, event, &EventWords::event);
  const auto site = line(options.site_name);
  const auto what = detail.empty() ? std::string{words->what} : fmt::format("{} ({})", words->what, line(detail));
  // With the old address no password can be asked for any more.
  const auto advice =
      event == Event::address_changed
          ? tr<"If not, tell whoever runs {} at once: somebody else has your account.">(site)
          : tr<"If not, set a new password at {}/forgot, then look at the security page of your account, and tell "
               "whoever runs {}.">(options.public_url, site);
  const auto text = fmt::format("{}\n\n{} {}\n", tr<"{} on {}, {}.">(what, moment(now, to.time_zone), words_of(doer)),
                                tr<"If you know of this, there is nothing to do.">(), advice);
  return letter(options, Purpose::notice, to, address, fmt::format("{}: {}", site, words->subject), text,
                {now.micros + kNoticeMicros});
}

std::string sealed_subject(const Options& options, std::string_view profile_language) {
  const LanguageScope speaking{language_for(options, profile_language, Cause::other)};
  return tr<"Message from {}">(line(options.site_name));
}

Letter withheld(const Options& options, const domain::Person& to, std::string_view why, Timestamp expires_at) {
  const LanguageScope speaking{language_for(options, to.language, Cause::other)};
  const auto site = line(options.site_name);
  auto text = fmt::format(
      "{}\n", tr<"There is a message for you on {} that is not sent, for it could not be encrypted.">(site));
  if (!why.empty()) text += fmt::format("\n{}\n", tr<"Of your key: {}.">(line(why)));
  text += fmt::format("\n{}\n{}/account/mail-key\n", tr<"Sign in to read what is new, and to give a key that works:">(),
                      options.public_url);
  return letter(options, Purpose::notice, to, to.email, tr<"Message from {}">(site), text, expires_at);
}

Letter approval_wanted(const Options& options, const domain::Person& to, const Waiting& waiting) {
  const LanguageScope speaking{language_for(options, to.language, Cause::other)};
  const auto text = fmt::format(
      "{}\n\n{}\n\n{}\n", tr<"Something waits for the approval of a second person, and you may decide about it:">(),
      approval_url(options, waiting.id),
      tr<"Who asked, why, and what would change stand there, and not in this mail, which others may read on its way. "
         "If nobody decides until {}, nothing is done. Somebody else may have decided meanwhile.">(
          moment(waiting.until, to.time_zone)));
  return letter(options, Purpose::notice, to, to.email, subject_of(options, tr<"An approval waits">(), waiting), text,
                waiting.until);
}

Letter approval_decided(const Options& options, const domain::Person& to, const Waiting& waiting, Decision decision,
                        Timestamp now) {
  const LanguageScope speaking{language_for(options, to.language, Cause::other)};
  const auto what = [&]() -> std::string_view {
    switch (decision) {
      case Decision::approved:
        return tr<"What you asked for was approved by a second person, and is done:">();
      case Decision::rejected:
        return tr<"What you asked for was rejected by a second person, and is not done:">();
      case Decision::refused:
        break;
    }
    return tr<"What you asked for was approved, but could not be done any more:">();
  };
  const auto subject = [&]() -> std::string_view {
    if (decision == Decision::approved) return tr<"Your request was approved">();
    return decision == Decision::rejected ? tr<"Your request was rejected">() : tr<"Your request could not be done">();
  };
  const auto text = fmt::format("{}\n\n{}\n\n{}\n", what(), approval_url(options, waiting.id),
                                tr<"What was said about it stands there.">());
  return letter(options, Purpose::notice, to, to.email, subject_of(options, subject(), waiting), text,
                {now.micros + kAlertMicros});
}

Letter glass_alert(const Options& options, const domain::Person& to, const OpenedGlass& glass) {
  const LanguageScope speaking{language_for(options, to.language, Cause::other)};
  const auto owner = line(glass.owner);
  const auto text = fmt::format(
      "{}\n\n{}\n{}/break-glass\n",
      tr<"{} of {} has opened a record of {} that they do not see otherwise (break-glass access), from {} until {}.">(
          line(glass.person), line(glass.organisation), owner, moment(glass.began_at, to.time_zone),
          moment(glass.until, to.time_zone)),
      // Mail is read by others on its way: what was opened, and why, stands on the portal only.
      tr<"What it was, the reason they gave, and a button that ends it:">(), options.public_url);
  return letter(options, Purpose::alert, to, to.email,
                fmt::format("{}: {}", line(options.site_name), tr<"break-glass access to a record of {}">(owner)), text,
                {glass.began_at.micros + kAlertMicros});
}

Letter seen_elsewhere(const Options& options, const domain::Person& to, Timestamp now) {
  const LanguageScope speaking{language_for(options, to.language, Cause::other)};
  // Not the report's own address: whoever got the report knows its id.
  const auto text = fmt::format(
      "{}\n\n{}/threats/shared\n\n{}\n",
      tr<"Another organisation says that it saw, too, what you shared. What came of it stands on the portal:">(),
      options.public_url,
      tr<"What it is, and how often it was seen, does not stand in this mail, which others may read on its way.">());
  return letter(options, Purpose::notice, to, to.email,
                fmt::format("{}: {}", line(options.site_name), tr<"What you shared was seen elsewhere, too">()), text,
                {now.micros + kNoticeMicros});
}

}  // namespace tocsin::engine::post
