#include "store/migrations/list.hpp"

namespace tocsin::store {

// Who there is (organisations, people, memberships, communities), how they prove it (credentials, sessions, tokens,
// one-time links), whom a record is addressed to (audience), and what was done (audit, a hash chain).
constinit const Migration kMigration0004Members{
    .number = 4,
    .name = "members",
    .common = R"sql(
ALTER TABLE organisation ADD COLUMN status {int} NOT NULL DEFAULT 2;
ALTER TABLE organisation ADD COLUMN uuid {text_c} NOT NULL DEFAULT '';
ALTER TABLE organisation ADD COLUMN sectors {text} NOT NULL DEFAULT '';
ALTER TABLE organisation ADD COLUMN countries {text} NOT NULL DEFAULT '';
ALTER TABLE organisation ADD COLUMN homepage {text} NOT NULL DEFAULT '';
ALTER TABLE organisation ADD COLUMN description {text} NOT NULL DEFAULT '';
ALTER TABLE organisation ADD COLUMN vendor_keys {text} NOT NULL DEFAULT '';
-- Names as they are compared, searched and listed by. Empty where an older installation has not written it yet.
ALTER TABLE organisation ADD COLUMN folded_name {text_c} NOT NULL DEFAULT '';
CREATE INDEX organisation_status ON organisation (status, id);
CREATE INDEX organisation_name ON organisation (folded_name, id);
-- Who has left (4) gives the name free.
CREATE UNIQUE INDEX organisation_name_once ON organisation (folded_name) WHERE status <> 4 AND folded_name <> '';

CREATE TABLE organisation_contact (
  id              {id},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  role            {text} NOT NULL,
  name            {text} NOT NULL,
  email           {text} NOT NULL,
  phone           {text} NOT NULL
){strict};
CREATE INDEX organisation_contact_of ON organisation_contact (organisation_id);

CREATE TABLE organisation_key (
  id              {id},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  kind            {int} NOT NULL,
  fingerprint     {text_c} NOT NULL,
  label           {text} NOT NULL,
  body            {text} NOT NULL,
  created_at      {int} NOT NULL
){strict};
CREATE UNIQUE INDEX organisation_key_print ON organisation_key (organisation_id, kind, fingerprint);

-- TLP:AMBER may go on to the clients of its recipients, TLP:AMBER+STRICT may not.
CREATE TABLE organisation_client (
  provider_id {int} NOT NULL REFERENCES organisation (id),
  client_id   {int} NOT NULL REFERENCES organisation (id),
  PRIMARY KEY (provider_id, client_id)
){strict_rowless};
CREATE INDEX organisation_client_of ON organisation_client (client_id);

-- No row was ever written to the table of migration 1: a person is not of one organisation, but has memberships.
DROP TABLE person;
CREATE TABLE person (
  id                {id},
  uuid              {text_c} NOT NULL,
  name              {text} NOT NULL,
  folded_name       {text_c} NOT NULL DEFAULT '',
  email             {text} NOT NULL,
  folded_email      {text_c} NOT NULL,
  status            {int} NOT NULL,
  language          {text} NOT NULL,
  time_zone         {text} NOT NULL,
  created_at        {int} NOT NULL,
  email_verified_at {int},
  last_sign_in_at   {int}
){strict};
CREATE UNIQUE INDEX person_email ON person (folded_email);
CREATE INDEX person_name ON person (folded_name, id);

CREATE TABLE membership (
  person_id       {int} NOT NULL REFERENCES person (id),
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  roles           {int} NOT NULL,
  created_at      {int} NOT NULL,
  PRIMARY KEY (person_id, organisation_id)
){strict_rowless};
CREATE INDEX membership_organisation ON membership (organisation_id, person_id);

CREATE TABLE community (
  id             {id},
  uuid           {text_c} NOT NULL,
  name           {text} NOT NULL,
  description    {text} NOT NULL,
  owner_id       {int} NOT NULL REFERENCES organisation (id),
  members_hidden {int} NOT NULL,
  closed         {int} NOT NULL,
  created_at     {int} NOT NULL
){strict};
CREATE UNIQUE INDEX community_uuid ON community (uuid);

CREATE TABLE community_organisation (
  community_id    {int} NOT NULL REFERENCES community (id),
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  joined_at       {int} NOT NULL,
  PRIMARY KEY (community_id, organisation_id)
){strict_rowless};
CREATE INDEX community_organisation_of ON community_organisation (organisation_id);

CREATE TABLE community_person (
  community_id {int} NOT NULL REFERENCES community (id),
  person_id    {int} NOT NULL REFERENCES person (id),
  joined_at    {int} NOT NULL,
  PRIMARY KEY (community_id, person_id)
){strict_rowless};
CREATE INDEX community_person_of ON community_person (person_id);

-- Grows with every write to the tables above: what was resolved from them is stale once it moved.
CREATE TABLE member_state (
  name  {text_c} NOT NULL PRIMARY KEY,
  value {int} NOT NULL
){strict};
INSERT INTO member_state (name, value) VALUES ('generation', 1);

-- One row per distinct list of addressees, never changed, so that the catalogue decides once per list. `digest` is the
-- list as text.
CREATE TABLE audience (
  id     {id},
  digest {text_c} NOT NULL
){strict};
CREATE UNIQUE INDEX audience_digest ON audience (digest);

CREATE TABLE audience_grantee (
  audience_id {int} NOT NULL REFERENCES audience (id),
  kind        {int} NOT NULL,
  grantee_id  {int} NOT NULL,
  PRIMARY KEY (audience_id, kind, grantee_id)
){strict_rowless};
CREATE INDEX audience_grantee_of ON audience_grantee (kind, grantee_id);

ALTER TABLE record ADD COLUMN audience_id {int};
-- Its marking and addressees were decided here: a newer document does not widen them.
ALTER TABLE record ADD COLUMN marked_here {int} NOT NULL DEFAULT 0;

-- Whom a revision was for while it was the current one: what was RED as a draft stays RED in the history of what was
-- published later.
ALTER TABLE revision ADD COLUMN tlp {int} NOT NULL DEFAULT 4;
ALTER TABLE revision ADD COLUMN audience {int} NOT NULL DEFAULT 0;
ALTER TABLE revision ADD COLUMN audience_id {int};
ALTER TABLE revision ADD COLUMN status {int} NOT NULL DEFAULT 0;
ALTER TABLE revision ADD COLUMN embargo_until {int};
UPDATE revision SET
  tlp = (SELECT r.tlp FROM record r WHERE r.id = revision.record_id),
  audience = (SELECT r.audience FROM record r WHERE r.id = revision.record_id),
  status = (SELECT r.status FROM record r WHERE r.id = revision.record_id),
  embargo_until = (SELECT r.embargo_until FROM record r WHERE r.id = revision.record_id);

-- kind: 1 password, 2 time-based one-time password, 3 recovery code, 4 passkey, 5 OpenID Connect subject.
-- external_id: passkey's credential id, "issuer subject"; else empty. secret: a hash (1, 3), sealed (2), a public key (4).
CREATE TABLE credential (
  id           {id},
  person_id    {int} NOT NULL REFERENCES person (id),
  kind         {int} NOT NULL,
  external_id  {text_c} NOT NULL,
  label        {text} NOT NULL,
  secret       {text} NOT NULL,
  counter      {int} NOT NULL,
  created_at   {int} NOT NULL,
  last_used_at {int}
){strict};
CREATE INDEX credential_person ON credential (person_id, kind);
CREATE UNIQUE INDEX credential_external ON credential (kind, external_id) WHERE external_id <> '';

CREATE TABLE session (
  id               {id},
  token_hash       {text_c} NOT NULL,
  person_id        {int} NOT NULL REFERENCES person (id),
  organisation_id  {int} REFERENCES organisation (id),
  method           {text} NOT NULL,
  second_factor    {int} NOT NULL,
  address          {text} NOT NULL,
  agent            {text} NOT NULL,
  created_at       {int} NOT NULL,
  authenticated_at {int} NOT NULL,
  last_seen_at     {int} NOT NULL,
  expires_at       {int} NOT NULL
){strict};
CREATE UNIQUE INDEX session_token ON session (token_hash);
CREATE INDEX session_person ON session (person_id);

CREATE TABLE api_token (
  id                {id},
  token_hash        {text_c} NOT NULL,
  person_id         {int} NOT NULL REFERENCES person (id),
  organisation_id   {int} NOT NULL REFERENCES organisation (id),
  name              {text} NOT NULL,
  scopes            {text} NOT NULL,
  networks          {text} NOT NULL,
  created_at        {int} NOT NULL,
  expires_at        {int} NOT NULL,
  last_used_at      {int},
  last_used_address {text} NOT NULL,
  revoked_at        {int}
){strict};
CREATE UNIQUE INDEX api_token_hash ON api_token (token_hash);
CREATE INDEX api_token_person ON api_token (person_id);

-- purpose: 1 invitation, 2 proof of a mail address, 3 password reset.
CREATE TABLE one_time_link (
  id              {id},
  token_hash      {text_c} NOT NULL,
  purpose         {int} NOT NULL,
  person_id       {int} NOT NULL REFERENCES person (id),
  organisation_id {int} REFERENCES organisation (id),
  email           {text} NOT NULL,
  created_by      {int},
  created_at      {int} NOT NULL,
  expires_at      {int} NOT NULL,
  used_at         {int}
){strict};
CREATE UNIQUE INDEX one_time_link_token ON one_time_link (token_hash);
CREATE INDEX one_time_link_person ON one_time_link (person_id, purpose);

-- `hash` covers the row and the hash before it; `personal_hash` stands for audit_personal, which may be erased without
-- breaking the chain.
CREATE TABLE audit (
  sequence        {serial},
  at              {int} NOT NULL,
  person_id       {int},
  organisation_id {int},
  action          {text_c} NOT NULL,
  object          {text_c} NOT NULL,
  owner_id        {int},
  outcome         {int} NOT NULL,
  request_id      {text_c} NOT NULL,
  personal_hash   {text_c} NOT NULL,
  previous_hash   {text_c} NOT NULL,
  hash            {text_c} NOT NULL
){strict};
CREATE INDEX audit_person ON audit (person_id, sequence);
CREATE INDEX audit_owner ON audit (owner_id, sequence);
CREATE INDEX audit_object ON audit (object, sequence);

CREATE TABLE audit_personal (
  sequence {int} NOT NULL PRIMARY KEY REFERENCES audit (sequence),
  salt     {text_c} NOT NULL,
  address  {text} NOT NULL,
  agent    {text} NOT NULL,
  detail   {text} NOT NULL
){strict};

-- Signed statements "the entry of this number has this hash". What retention removed ends at `removed_through`.
CREATE TABLE audit_checkpoint (
  sequence   {int} NOT NULL PRIMARY KEY,
  at         {int} NOT NULL,
  hash       {text_c} NOT NULL,
  key_id     {text_c} NOT NULL,
  signature  {text_c} NOT NULL
){strict};
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
