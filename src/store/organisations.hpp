#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/organisation.hpp"
#include "domain/policy.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Where a list that is ordered by folded name goes on.
struct NameCursor {
  std::string folded_name;
  std::int64_t id = 0;
};

struct OrganisationQuery {
  std::string folded_text;  ///< Part of the folded name.
  std::optional<domain::OrganisationKind> kind;
  std::optional<domain::OrganisationStatus> status;
};

/// Organisations and what hangs on them. Rules and permissions: engine/members.
class Organisations {
 public:
  explicit Organisations(Connection& connection) : connection_(connection) {}
  /// Creates the CERT's own organisation (id 1) where it is missing, else renames nothing.
  Status ensure_own(std::string_view name, Timestamp now);
  /// Gives it the UUID and folded name that older installations lack.
  Status complete_own();

  Result<std::optional<domain::Organisation>> find(domain::OrganisationId id);
  /// Among those that have not left.
  Result<std::optional<domain::Organisation>> find_by_name(std::string_view name);
  Result<std::optional<domain::Organisation>> find_by_uuid(std::string_view uuid);
  /// All but id. Errors: conflict where one that has not left has this name.
  Result<domain::OrganisationId> insert(const domain::Organisation& organisation);
  /// All but uuid, status and created_at. Errors: as insert.
  Status update(const domain::Organisation& organisation);
  Status set_status(domain::OrganisationId id, domain::OrganisationStatus status);
  /// By folded name; `after` excluded.
  Result<std::vector<domain::Organisation>> list(const OrganisationQuery& query, const NameCursor& after, int limit);
  Result<std::int64_t> count(const OrganisationQuery& query);
  Result<std::int64_t> people(domain::OrganisationId id);

  Result<std::int64_t> owned_records(domain::OrganisationId id);
  /// Those that the viewer may see.
  Result<std::int64_t> visible_records(domain::OrganisationId owner, const domain::policy::Viewer& viewer,
                                       Timestamp now);
  /// Every record of `from` becomes one of `to`, with a change each. Returns how many.
  Result<std::int64_t> hand_records(domain::OrganisationId from, domain::OrganisationId to, Timestamp now);
  /// Takes it out of communities, and from its providers and clients.
  Status cut_ties(domain::OrganisationId id);

  // organisation_parts.cpp
  Result<std::vector<domain::OrganisationContact>> contacts(domain::OrganisationId id);
  Result<std::int64_t> add_contact(domain::OrganisationId id, const domain::OrganisationContact& contact);
  /// Number of rows: 0 where this organisation has no such contact.
  Result<std::int64_t> remove_contact(domain::OrganisationId id, std::int64_t contact);
  Result<std::vector<domain::OrganisationKey>> keys(domain::OrganisationId id);
  /// Errors: conflict where it has this key.
  Result<std::int64_t> add_key(domain::OrganisationId id, const domain::OrganisationKey& key);
  Result<std::int64_t> remove_key(domain::OrganisationId id, std::int64_t key);
  Result<std::vector<domain::Organisation>> clients(domain::OrganisationId provider);
  Result<std::vector<domain::Organisation>> providers(domain::OrganisationId client);
  /// Errors: conflict where it is one.
  Status add_client(domain::OrganisationId provider, domain::OrganisationId client);
  Result<std::int64_t> remove_client(domain::OrganisationId provider, domain::OrganisationId client);

 private:
  Connection& connection_;
};

/// Columns of an organisation, in the order that `read_organisation` expects, from table alias o.
#define TOCSIN_ORGANISATION_ROW                                                                                \
  "o.id, o.kind, o.status, o.name, o.uuid, o.sectors, o.countries, o.homepage, o.description, o.vendor_keys, " \
  "o.created_at"
inline constexpr int kOrganisationColumns = 11;
domain::Organisation read_organisation(const Row& row, int first_column = 0);
/// "%text%" for LIKE ... ESCAPE '!'.
std::string like_part(std::string_view folded_text);

}  // namespace tocsin::store
