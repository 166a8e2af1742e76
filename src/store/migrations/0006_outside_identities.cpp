#include "store/migrations/list.hpp"

// Signing in by a provider outside, and programs that prove themselves by a client certificate.

namespace tocsin::store {

constinit const Migration kMigration0006OutsideIdentities{
    .number = 6,
    .name = "outside identities",
    .common = R"sql(
-- A sign-in that was begun at a provider: what its answer must match, sealed, for the browser that holds the token.
CREATE TABLE outside_attempt (
  id         {id},
  token_hash {text_c} NOT NULL,
  sealed     {text_c} NOT NULL,
  expires_at {int} NOT NULL
){strict};
CREATE UNIQUE INDEX outside_attempt_token ON outside_attempt (token_hash);
CREATE INDEX outside_attempt_end ON outside_attempt (expires_at);

-- Which of a membership's roles a provider's groups gave, so that those given by hand outlive the group.
CREATE TABLE outside_role (
  person_id       {int} NOT NULL REFERENCES person (id),
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  roles           {int} NOT NULL,
  confirmed_at    {int} NOT NULL,
  PRIMARY KEY (person_id, organisation_id)
){strict_rowless};

-- kind: 1 a secret, 2 a client certificate, of whose DER token_hash is the SHA-256 then.
ALTER TABLE api_token ADD COLUMN kind {int} NOT NULL DEFAULT 1;
ALTER TABLE api_token ADD COLUMN subject {text} NOT NULL DEFAULT '';
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
