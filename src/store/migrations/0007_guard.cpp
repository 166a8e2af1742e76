#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0007Guard{
    .number = 7,
    .name = "guard",
    .common = R"sql(
-- Who has opened which record that the policy does not show them, and why: in force from `began_at` to `until`, or to
-- `ended_at` where that is earlier. Rows stay, for the owners' list; the audit log holds the same.
CREATE TABLE break_glass (
  id              {serial},
  person_id       {int} NOT NULL REFERENCES person (id),
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  record_id       {int} NOT NULL,
  owner_id        {int} NOT NULL REFERENCES organisation (id),
  reason          {text} NOT NULL,
  began_at        {int} NOT NULL,
  until           {int} NOT NULL,
  ended_at        {int},
  ended_by        {int}
){strict};
CREATE INDEX break_glass_person ON break_glass (person_id, until);
CREATE INDEX break_glass_owner ON break_glass (owner_id, id);
CREATE INDEX break_glass_record ON break_glass (record_id, id);

-- Acts that wait for a second person, and what became of them. `act` and `state`: store/approvals.hpp. `parameters`
-- says what is done (JSON), `difference` the same in sentences for who decides (JSON), `basis` what it was based on.
-- Without person: asked at the console.
CREATE TABLE approval (
  id              {serial},
  act             {int} NOT NULL,
  object          {text_c} NOT NULL,
  owner_id        {int} REFERENCES organisation (id),
  parameters      {text} NOT NULL,
  difference      {text} NOT NULL,
  basis           {text_c} NOT NULL,
  reason          {text} NOT NULL,
  person_id       {int} REFERENCES person (id),
  organisation_id {int} REFERENCES organisation (id),
  asked_at        {int} NOT NULL,
  expires_at      {int} NOT NULL,
  state           {int} NOT NULL,
  decided_by      {int} REFERENCES person (id),
  decided_at      {int},
  outcome         {text} NOT NULL
){strict};
CREATE INDEX approval_state ON approval (state, expires_at);
CREATE INDEX approval_person ON approval (person_id, id);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
