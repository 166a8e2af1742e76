#pragma once
#include "base/result.hpp"
#include "domain/organisation.hpp"
#include "domain/policy.hpp"
#include "domain/subscription.hpp"
#include "store/database.hpp"

namespace tocsin::engine::notify {

/// With whose eyes somebody reads what is sent to them, acting for an organisation: their own, but nobody's where the
/// portal would show them nothing before they add the second factor that a role of theirs demands.
/// `factors_by_role`: identity::Options::second_factor_by_role.
Result<domain::policy::Viewer> reader_of(store::Connection& connection, domain::PersonId person,
                                         domain::OrganisationId organisation, bool factors_by_role);

/// When what is noticed now is due by the subscription and its person's clock. `site_zone`: of people who chose none.
Result<Timestamp> due_for(store::Connection& connection, const domain::Subscription& subscription,
                          const Zone& site_zone, Timestamp now);

}  // namespace tocsin::engine::notify
