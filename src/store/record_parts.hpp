#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

/// What records.cpp and records_batch.cpp write alike. Internal to store.
namespace tocsin::store {

#define TOCSIN_RECORD_INSERT_COLUMNS                                                                         \
  "id, kind, issuer, record_key, slug, title, tlp, owner_id, audience, status, embargo_until, version, "     \
  "version_order, format, sha512, current_revision_id, initial_release_at, current_release_at, created_at, " \
  "updated_at, labels, audience_id"
#define TOCSIN_REVISION_INSERT_COLUMNS                                                                              \
  "record_id, version, version_order, standing, format, document_status, sha512, bytes, released_at, received_at, " \
  "source, tlp, audience, audience_id, status, embargo_until"

std::string write_labels(const std::vector<std::string>& labels);
/// Id of the list of addressees, made where no record has had this one yet. Absent where the audience is no list.
Result<std::optional<std::int64_t>> audience_of(Connection& connection, const domain::NewRevision& revision);
/// The number of the next record, as an expression. Those of removed ones are not given again, for logs and lists go on
/// naming them; PostgreSQL's counter never goes back, SQLite takes the next after the largest that is there.
Sql next_record_id(Dialect dialect);

}  // namespace tocsin::store
