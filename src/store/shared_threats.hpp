#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/organisation.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// A report that was given here, beside its record.
struct SharedReport {
  domain::RecordId record;
  domain::OrganisationId organisation;
  std::optional<domain::PersonId> person;
  bool anonymous = false;
  std::string content;  ///< JSON.
  Timestamp shared_at;
  std::string organisation_name, person_name;  ///< Read only.
};
struct SharedObject {
  domain::RecordId record;
  std::string what;
};
struct SharedSighting {
  domain::RecordId record;  ///< Of what was seen.
  domain::OrganisationId organisation;
  domain::RecordId sighting;
  std::optional<domain::PersonId> person;
  bool anonymous = false;
  Timestamp made_at;
  std::string organisation_name;  ///< Read only.
};

/// Who gave what (migration 0032). Never behind a handler without engine/threat: of what is anonymous nobody else may
/// learn whose it is.
class SharedThreats {
 public:
  explicit SharedThreats(Connection& connection) : connection_(connection) {}
  Status add(const SharedReport& report);
  Status set_content(domain::RecordId report, std::string_view content);
  Result<std::optional<SharedReport>> find(domain::RecordId report);
  /// The report that an object came with; itself, where it is one.
  Result<std::optional<SharedReport>> of_object(domain::RecordId object);
  /// Those of an organisation, newest first.
  Result<std::vector<SharedReport>> of(domain::OrganisationId organisation, int limit);

  Status add_object(domain::RecordId report, domain::RecordId object, std::string_view what);
  Result<std::vector<SharedObject>> objects(domain::RecordId report);

  Status add_sighting(const SharedSighting& sighting);
  Status remove_sighting(domain::RecordId object, domain::OrganisationId organisation);
  Result<std::optional<SharedSighting>> sighting(domain::RecordId object, domain::OrganisationId organisation);
  /// Of a report and of what came with it, oldest first.
  Result<std::vector<SharedSighting>> sightings(domain::RecordId report);
  /// False: it was there.
  Result<bool> add_thanks(domain::RecordId report, domain::OrganisationId organisation, Timestamp now);
  /// False: there was none.
  Result<bool> remove_thanks(domain::RecordId report, domain::OrganisationId organisation);
  Result<bool> has_thanked(domain::RecordId report, domain::OrganisationId organisation);
  /// Names of the organisations that did, in the order in which they did.
  Result<std::vector<std::string>> thanked_by(domain::RecordId report);
  /// That the giver was written to about this organisation's sightings. False: it was there.
  Result<bool> add_told(domain::RecordId report, domain::OrganisationId organisation);
  /// How many organisations have somebody who marked the report as read, beside `but`.
  Result<std::int64_t> readers(domain::RecordId report, domain::OrganisationId but);

  /// Whom a record is addressed to, in its header and its current revision, with the change.
  Status address(const domain::Record& record, domain::Audience audience, const std::vector<domain::Grantee>& listed,
                 Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
