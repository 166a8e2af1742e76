#include "store/migrations/list.hpp"

namespace tocsin::store {

// The public key that somebody's mail is encrypted to.
constinit const Migration kMigration0018MailKey{
    .number = 18,
    .name = "mail_key",
    .common = R"sql(
-- `otherwise`: what is sent where the key cannot be used.
CREATE TABLE mail_key (
  person_id   {int} NOT NULL PRIMARY KEY REFERENCES person (id),
  kind        {int} NOT NULL,
  fingerprint {text_c} NOT NULL,
  body        {text} NOT NULL,
  otherwise   {int} NOT NULL,
  added_at    {int} NOT NULL
){strict_rowless};
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
