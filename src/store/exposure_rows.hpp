#pragma once
#include <span>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"
#include "store/exposures.hpp"

namespace tocsin::store {

/// Matches for what goes through all of them: reports and files. As Exposures, what the viewer may not see is nowhere.
class ExposureRows {
 public:
  ExposureRows(Connection& connection, const domain::policy::Viewer& viewer, domain::OrganisationId organisation)
      : connection_(connection), viewer_(viewer), organisation_(organisation) {}

  /// By decision, then the soonest due day (what has none comes after), affected before others, by site.
  Result<std::vector<ExposureRow>> most_urgent(const ExposureFilter& filter, int limit, Timestamp now);
  /// Which fit, in the order of the list, at most `limit`: sixteen bytes each.
  Result<std::vector<ToDecide>> numbers(const ExposureFilter& filter, ExposureSort sort, int limit, Timestamp now);
  /// These, in their order, as far as they are still there and to be seen. Quick where few records are among them.
  Result<std::vector<ExposureRow>> of(std::span<const ToDecide> numbers, Timestamp now);

 private:
  Connection& connection_;
  const domain::policy::Viewer& viewer_;
  domain::OrganisationId organisation_;
};

}  // namespace tocsin::store
