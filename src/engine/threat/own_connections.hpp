#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/threat/sharers.hpp"
#include "store/changes.hpp"

/// What is new between what an organisation shared and what others shared: both have a value that is not too common
/// (correlation.hpp). What was given anonymously belongs to neither side: who is told of it would be known to have
/// given it.
namespace tocsin::engine::threat {

/// Values of an object that came, or of which a version came. What of them is new to a reader depends on the versions
/// before that they may see.
struct NewValues {
  domain::RecordId record;
  std::string id;            ///< Of STIX.
  Timestamp at;              ///< Of the last change.
  bool created = false;      ///< The object itself came.
  domain::RevisionId since;  ///< The first version that came.
  std::vector<SharedValue> values;
};
/// Up to which change they can be looked for.
Result<std::int64_t> connections_ready(store::Connection& connection);
/// By these changes of STIX objects, in the order in which the objects came; objects that are on no list, and values
/// that nothing else has, left out. A change of marking brings none.
Result<std::vector<NewValues>> new_values(store::Connection& connection, std::span<const store::Change> changes);

/// Of one reader, acting for one organisation.
class OwnConnections {
 public:
  OwnConnections(store::Connection& connection, domain::policy::Viewer viewer, domain::OrganisationId organisation,
                 Timestamp now)
      : connection_(connection),
        viewer_(std::move(viewer)),
        organisation_(organisation),
        now_(now),
        among_(connection_, viewer_, now) {}
  OwnConnections(const OwnConnections&) = delete;
  OwnConnections& operator=(const OwnConnections&) = delete;

  /// What to tell the reader of: the report that the object came with, where they may see it, or the object. Nothing
  /// where the values join nothing of the organisation's own with something of others that was there before.
  /// `together`: all that new_values gave; of two of them the later one tells.
  Result<std::optional<domain::RecordId>> told_of(const NewValues& object, std::span<const NewValues> together);
  /// Does a record that was told of, or what came with it, still share something?
  Result<bool> still(domain::RecordId record);

 private:
  Status drop_known(const NewValues& object, std::vector<SharedValue>& values);
  enum class Whose { others, ours, ours_unnamed };
  Result<std::vector<ThreatRow>> sharing(const SharedValue& value, std::string_view id);
  Result<bool> was_there(const ThreatRow& other, const NewValues& object, const SharedValue& value,
                         std::span<const NewValues> together);
  Result<bool> joins(domain::RecordId record, std::span<const std::int64_t> others);
  Result<std::map<std::int64_t, Whose>> whose(std::span<const std::int64_t> records);
  Result<bool> may_see(domain::RecordId record);

  store::Connection& connection_;
  domain::policy::Viewer viewer_;
  domain::OrganisationId organisation_;
  Timestamp now_;
  SharersOf among_;
};

}  // namespace tocsin::engine::threat
