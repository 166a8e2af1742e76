#pragma once
#include "store/exposures.hpp"

/// The conditions of an ExposureFilter, for every query over matches. Of this folder only.
namespace tocsin::store {

/// Whose state is asked about: that of the advisory as a whole, or that of the vulnerability `j` where one was noted
/// (`s`).
enum class ExposureStateOf : std::uint8_t { advisory, vulnerability };

/// " WHERE ...": matches `m` of records `r` that the viewer may see, with the asset `a` and the advisory `v`.
void append_exposure_where(Sql& sql, const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                           const ExposureFilter& filter, Timestamp now,
                           ExposureStateOf whose = ExposureStateOf::advisory);
/// " FROM ...": the tables that these conditions speak of; `asset`: in any case.
void append_exposure_joins(Sql& sql, const ExposureFilter& filter, bool asset = false);

/// An acceptance that has ended counts as open. One parameter: now.
#define TOCSIN_STATE_NOW \
  "(CASE WHEN m.state = 3 AND m.state_until IS NOT NULL AND m.state_until <= ? THEN 0 ELSE m.state END)"
/// The same of a vulnerability. Two parameters: now, now.
#define TOCSIN_STATE_NOW_ONE                                                                                      \
  "(CASE WHEN s.id IS NOT NULL THEN (CASE WHEN s.state = 3 AND s.until IS NOT NULL AND s.until <= ? THEN 0 ELSE " \
  "s.state END) ELSE " TOCSIN_STATE_NOW " END)"

}  // namespace tocsin::store
