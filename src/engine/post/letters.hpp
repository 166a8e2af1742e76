#pragma once
#include <string>
#include <string_view>

#include "engine/post/post.hpp"

/// What each letter says: every text that goes out about accounts stands in letters.cpp, so that it can be translated
/// in one place (domain::Person::language says into what). Plain text, no markup, nothing that tells whether it was
/// read. Names are put on one line and cut: who chose them may not be who reads them.
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
                   Timestamp expires_at);
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
};
/// Who did it: "from 192.0.2.7 (Firefox)", "by an administrator". `detail`: a token's or passkey's name, or empty.
/// `address`: where to; the old one where the address was changed.
Letter notice(const Options& options, const domain::Person& to, std::string_view address, Event event,
              std::string_view detail, std::string_view done_by, Timestamp now);

}  // namespace tocsin::engine::post
