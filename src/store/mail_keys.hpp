#pragma once
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// What is sent to somebody where their key cannot be used. Stored as its number. There is no third: what a letter says
/// is never sent in the clear to somebody who gave a key.
enum class MailOtherwise { notice = 1, nothing = 2 };

/// The public key that somebody's mail is encrypted to.
struct MailKeyRow {
  enum class Kind { openpgp = 1, certificate = 2 } kind = Kind::openpgp;  ///< Stored as its number.
  std::string fingerprint = {};
  std::string body = {};  ///< formats/keys/mail_key.hpp reads it.
  MailOtherwise otherwise = MailOtherwise::notice;
  Timestamp added_at = {};
};

class MailKeys {
 public:
  explicit MailKeys(Connection& connection) : connection_(connection) {}
  Result<std::optional<MailKeyRow>> find(domain::PersonId person);
  /// In place of the one that was there.
  Status put(domain::PersonId person, const MailKeyRow& key);
  /// 1 where it was there.
  Result<std::int64_t> remove(domain::PersonId person);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
