#pragma once
#include <string>
#include <string_view>

#include "domain/four_eyes.hpp"
#include "engine/post/post.hpp"

/// What each letter says: every text that goes out by mail stands in letters.cpp. Each is written in the language of
/// who receives it (language_for). Plain text, no markup, nothing that tells whether it was read. Names are put on one
/// line and cut: who chose them may not be who reads them. `options`: Post::options(connection).
namespace tocsin::engine::post {

/// "https://cert.example/link/SECRET"
std::string link_url(const Options& options, std::string_view secret);

/// `organisation`: its name; empty: only the portal is named.
Letter invitation(const Options& options, const domain::Person& to, std::string_view organisation,
                  std::string_view secret, Timestamp expires_at);
/// `asked_from`: the address where somebody asked for it, or empty where an administrator sends it.
Letter password_reset(const Options& options, const domain::Person& to, std::string_view secret, Timestamp expires_at,
                      std::string_view asked_from);
/// To the address that is to be proven, which may be a new one.
Letter email_proof(const Options& options, const domain::Person& to, std::string_view address, std::string_view secret,
                   Timestamp expires_at, Cause cause);
/// To somebody whose address another account wanted to have.
Letter address_wanted(const Options& options, const domain::Person& to, Timestamp now);
/// To oneself, by the administrator: does mail arrive?
Letter test_letter(const Options& options, std::string_view address, Timestamp now);

/// What has changed about how somebody signs in.
enum class Event {
  password_changed,
  authenticator_added,
  authenticator_removed,
  recovery_codes_made,
  passkey_added,
  passkey_removed,
  token_created,
  address_changed,
  mail_key_set,
  mail_key_removed,
};
/// Who did it, as far as its recipient is told.
struct Doer {
  enum class Who { recipient, administrator, console } who = Who::administrator;
  std::string address = {}, agent = {};  ///< Of the recipient; each may be empty.
};
/// `detail`: a token's or passkey's name, or empty. `address`: where to; the old one where the address was changed.
Letter notice(const Options& options, const domain::Person& to, std::string_view address, Event event,
              std::string_view detail, const Doer& doer, Timestamp now);

/// What stands in place of a letter's subject where it is encrypted: the same of all.
std::string sealed_subject(const Options& options, std::string_view profile_language);
/// In place of a letter that cannot be encrypted: that there is one, and why it does not come. `why`: a sentence, in
/// their language, or empty.
Letter withheld(const Options& options, const domain::Person& to, std::string_view why, Timestamp expires_at);

/// Of a request that needs a second person (engine/guard). Mail is read by others on its way: what it is about stands
/// on the portal only.
struct Waiting {
  std::int64_t id = 0;
  /// What kind of act it is; none: that alone would tell of a record that not everybody may know of.
  std::optional<domain::Act> act = {};
  Timestamp until = {};
};
/// To somebody who may decide it.
Letter approval_wanted(const Options& options, const domain::Person& to, const Waiting& waiting);
enum class Decision { approved, rejected, refused };
/// To whoever asked. `refused`: approved, and could not be carried out any more.
Letter approval_decided(const Options& options, const domain::Person& to, const Waiting& waiting, Decision decision,
                        Timestamp now);

/// A record was opened by break-glass access.
struct OpenedGlass {
  std::string person, organisation, owner;  ///< Names.
  Timestamp began_at = {}, until = {};
};
/// To those who answer for the record's owner.
Letter glass_alert(const Options& options, const domain::Person& to, const OpenedGlass& glass);

/// To who shared something about threats: that another organisation saw it too.
Letter seen_elsewhere(const Options& options, const domain::Person& to, Timestamp now);

}  // namespace tocsin::engine::post
