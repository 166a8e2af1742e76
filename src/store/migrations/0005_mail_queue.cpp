#include "store/migrations/list.hpp"

namespace tocsin::store {

const Migration kMigration0005MailQueue{
    .number = 5,
    .name = "mail_queue",
    .common = R"sql(
-- Letters that are to be sent. A row goes when its letter was taken by the mail server. `sealed` holds address, subject
-- and text, for a letter may hold a link that lets in. `purpose`: store/mail_queue.hpp. `state`: 1 waiting, 2 given up.
-- `next_try_at` is also the lease: who sends a letter moves it ahead first.
CREATE TABLE mail_queue (
  id          {serial},
  message_id  {text_c} NOT NULL,
  purpose     {int} NOT NULL,
  person_id   {int} REFERENCES person (id),
  domain      {text_c} NOT NULL,
  sealed      {text_c} NOT NULL,
  state       {int} NOT NULL,
  attempts    {int} NOT NULL,
  created_at  {int} NOT NULL,
  next_try_at {int} NOT NULL,
  expires_at  {int} NOT NULL,
  problem     {text} NOT NULL
){strict};
CREATE UNIQUE INDEX mail_queue_message ON mail_queue (message_id);
CREATE INDEX mail_queue_due ON mail_queue (state, next_try_at);
CREATE INDEX mail_queue_person ON mail_queue (person_id);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
