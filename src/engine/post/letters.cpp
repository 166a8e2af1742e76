#include "engine/post/letters.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::engine::post {
namespace {

constexpr std::size_t kNameBytesMax = 120;
/// News of yesterday is still news; of last week it would only alarm.
constexpr std::int64_t kNoticeMicros = std::int64_t{3 * 24 * 3'600} * 1'000'000;
constexpr std::int64_t kTestMicros = std::int64_t{3'600} * 1'000'000;

/// One line, whatever somebody entered.
std::string line(std::string_view text) { return text::shorten(text::squeeze(text), kNameBytesMax); }

std::string greeting(const domain::Person& to) {
  const auto name = line(to.name);
  return name.empty() ? "Hello,\n\n" : fmt::format("Hello {},\n\n", name);
}

std::string ending(const Options& options) {
  return fmt::format("\n-- \n{}\n{}\nThis mail was written by the portal; answers to it may not be read.\n",
                     line(options.site_name), options.public_url);
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
  std::string_view subject, what;
};
constexpr EventWords kEvents[] = {
    {Event::password_changed, "Your password was changed", "The password of your account was changed"},
    {Event::authenticator_added, "An authenticator app was added", "An authenticator app was added to your account"},
    {Event::authenticator_removed, "An authenticator app was removed",
     "The authenticator app was removed from your account"},
    {Event::recovery_codes_made, "New recovery codes were made",
     "New recovery codes were made for your account, and the old ones are void"},
    {Event::passkey_added, "A passkey was added", "A passkey was added to your account"},
    {Event::passkey_removed, "A passkey was removed", "A passkey was removed from your account"},
    {Event::token_created, "A token for programs was made", "A token for programs was made that acts as you"},
    {Event::address_changed, "Your mail address was changed",
     "The mail address of your account was changed, and this one does not belong to it any more"},
};

}  // namespace

std::string link_url(const Options& options, std::string_view secret) {
  return fmt::format("{}/link/{}", options.public_url, secret);
}

Letter invitation(const Options& options, const domain::Person& to, std::string_view organisation,
                  std::string_view secret, Timestamp expires_at) {
  const auto site = line(options.site_name);
  const auto text = fmt::format(
      "You have been invited to {}{}. Open this link to choose a password; the account is yours then:\n\n{}\n\nThe "
      "link works once, until {}. Whoever has it can open the account in your place: do not pass it on. If you did not "
      "expect this, do nothing; without the link there is no account.\n",
      site, organisation.empty() ? "" : fmt::format(" as a member of {}", line(organisation)),
      link_url(options, secret), format_minute(expires_at));
  return letter(options, Purpose::invitation, to, to.email, fmt::format("Invitation to {}", site), text, expires_at);
}

Letter password_reset(const Options& options, const domain::Person& to, std::string_view secret, Timestamp expires_at,
                      std::string_view asked_from) {
  const auto site = line(options.site_name);
  const auto why = asked_from.empty()
                       ? fmt::format("An administrator of {} sends you a link to set a new password", site)
                       : fmt::format("Somebody at the address {} asked for a new password for your account on {}",
                                     line(asked_from), site);
  const auto text = fmt::format(
      "{}. Open this link to set one:\n\n{}\n\nThe link works once, until {}. When it is used, all of your sessions "
      "end; a second factor stays what it is. If you did not ask for it, do nothing: your password stays as it is.\n",
      why, link_url(options, secret), format_minute(expires_at));
  return letter(options, Purpose::password_reset, to, to.email, fmt::format("New password for {}", site), text,
                expires_at);
}

Letter email_proof(const Options& options, const domain::Person& to, std::string_view address, std::string_view secret,
                   Timestamp expires_at) {
  const auto site = line(options.site_name);
  const auto text = fmt::format(
      "{} is to be the mail address of an account on {}. Open this link to confirm that it is yours:\n\n{}\n\nThe link "
      "works once, until {}. Until then nothing changes. If this account is not yours, do nothing.\n",
      line(address), site, link_url(options, secret), format_minute(expires_at));
  return letter(options, Purpose::email_proof, to, address, fmt::format("Confirm your address for {}", site), text,
                expires_at);
}

Letter address_wanted(const Options& options, const domain::Person& to, Timestamp now) {
  const auto site = line(options.site_name);
  const auto text = fmt::format(
      "On {}, another account of {} was to get this mail address. It is yours, so nothing has changed, and nobody was "
      "told that you have an account. If it was you, with a second account: one address belongs to one account.\n",
      format_minute(now), site);
  return letter(options, Purpose::notice, to, to.email, fmt::format("Your address was entered on {}", site), text,
                {now.micros + kNoticeMicros});
}

Letter test_letter(const Options& options, std::string_view address, Timestamp now) {
  const auto site = line(options.site_name);
  return {.purpose = Purpose::test,
          .person = {},
          .address = std::string{address},
          .subject = fmt::format("Test mail of {}", site),
          .text = fmt::format("Mail of {} arrives. This one was asked for on {}.\n{}", site, format_minute(now),
                              ending(options)),
          .expires_at = {now.micros + kTestMicros}};
}

Letter notice(const Options& options, const domain::Person& to, std::string_view address, Event event,
              std::string_view detail, std::string_view done_by, Timestamp now) {
  const auto* words = std::ranges::find(kEvents, event, &EventWords::event);
  const auto site = line(options.site_name);
  // With the old address no password can be asked for any more.
  const auto advice = event == Event::address_changed
                          ? fmt::format("If not, tell whoever runs {} at once: somebody else has your account", site)
                          : fmt::format(
                                "If not, set a new password at {}/forgot, then look at the security page of "
                                "your account, and tell whoever runs {}",
                                options.public_url, site);
  const auto text =
      fmt::format("{}{} on {}, {}.\n\nIf you know of this, there is nothing to do. {}.\n", words->what,
                  detail.empty() ? "" : fmt::format(" ({})", line(detail)), format_minute(now), line(done_by), advice);
  return letter(options, Purpose::notice, to, address, fmt::format("{}: {}", site, words->subject), text,
                {now.micros + kNoticeMicros});
}

}  // namespace tocsin::engine::post
