#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// A file of threat knowledge that was sent and is not imported yet.
struct ThreatUpload {
  std::string id;
  domain::OrganisationId organisation;
  domain::PersonId person;
  std::string file_name;
  std::string bytes;
  Timestamp sent_at;
};

class ThreatUploads {
 public:
  explicit ThreatUploads(Connection& connection) : connection_(connection) {}
  /// One per person and organisation: the earlier one goes.
  Status put(const ThreatUpload& upload);
  Result<std::optional<ThreatUpload>> find(domain::OrganisationId organisation, domain::PersonId person,
                                           std::string_view id);
  /// Of this sender alone. Number of rows: 0 where it is gone.
  Result<std::int64_t> remove(domain::OrganisationId organisation, domain::PersonId person, std::string_view id);
  Status remove_before(Timestamp at);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
