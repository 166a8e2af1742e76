#pragma once
#include <string_view>

#include "base/result.hpp"
#include "domain/community.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"

/// What people type for a member: a number, a name, a mail address. As the console. Errors: not_found with what was
/// typed; conflict where a name fits several.
namespace tocsin::cli {

Result<domain::OrganisationId> find_org(store::Database& database, std::string_view typed);
Result<domain::PersonId> find_user(store::Database& database, std::string_view typed);
Result<domain::CommunityId> find_ring(store::Database& database, std::string_view typed);

}  // namespace tocsin::cli
