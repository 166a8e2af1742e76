#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/members/actor.hpp"
#include "engine/post/post.hpp"
#include "formats/keys/mail_key.hpp"
#include "store/database.hpp"
#include "store/mail_keys.hpp"

/// The public key that somebody's mail is encrypted to (docs/decisions/0017-encrypted-mail.md): for page and command
/// line. Every write is audited, and its owner is told in the clear where `post` is there and on.
namespace tocsin::engine::post {

/// As it is now.
struct MailKeyState {
  store::MailKeyRow row = {};
  std::optional<formats::keys::MailKey> key = {};  ///< None: it cannot be used any more.
  std::string problem = {};                        ///< Why not.
  /// Does the key say that it belongs to this address?
  bool is_theirs(std::string_view address) const;
};

/// Errors: forbidden but for themselves and those who manage people.
Result<std::optional<MailKeyState>> mail_key(store::Database& database, const Actor& actor, domain::PersonId person,
                                             Timestamp now);
/// In place of the one before. Errors: as formats::keys::read_mail_key; forbidden but for themselves; not_found.
Status set_mail_key(store::Database& database, const Actor& actor, domain::PersonId person, std::string_view text,
                    store::MailOtherwise otherwise, const Post* post, Timestamp now);
/// Errors: not_found where there is no key; forbidden but for themselves.
Status set_mail_otherwise(store::Database& database, const Actor& actor, domain::PersonId person,
                          store::MailOtherwise otherwise, Timestamp now);
/// Also by those who manage people: whoever has lost the secret half reads no letter with a link. Errors: not_found.
Status remove_mail_key(store::Database& database, const Actor& actor, domain::PersonId person, const Post* post,
                       Timestamp now);

/// Is it the letter that tells of setting this key? It is written in the same transaction, and is not encrypted:
/// whoever put a key of their own in must not be able to hide it from the one whose account it is.
bool tells_of(const store::QueuedMail& letter, const store::MailKeyRow& key) noexcept;

}  // namespace tocsin::engine::post
