#pragma once
#include <map>

#include "engine/threat/correlation.hpp"

/// Who of those that have a value may be seen. Internal to engine/threat.
namespace tocsin::engine::threat {

class SharersOf {
 public:
  SharersOf(store::Connection& connection, const domain::policy::Viewer& viewer, Timestamp now)
      : connection_(connection), viewer_(viewer), now_(now) {}

  /// All that are in the index with it, ascending; kept.
  Result<const std::vector<std::int64_t>*> candidates(const SharedValue& value);
  /// Those of the candidates that may be seen, what arrived last first, until there are `most`; `except`: an id that
  /// does not count. Reads no more of what may not be seen than lies before them.
  Result<std::vector<ThreatRow>> seen(std::span<const std::int64_t> candidates, std::string_view except,
                                      std::size_t most);
  /// The verdict on what `others` share.
  Result<bool> is_common(ValueKind kind, std::int64_t others);
  Result<std::optional<std::int64_t>> record_of(std::string_view stix_id);

 private:
  store::Connection& connection_;
  const domain::policy::Viewer& viewer_;
  Timestamp now_;
  std::map<std::pair<ValueKind, std::string>, std::vector<std::int64_t>, std::less<>> kept_;
  std::optional<std::int64_t> known_objects_;
};

/// "v~<STIX id>": goes on behind that object. Errors: invalid_input for what is no cursor, and for an object that is
/// not here for the viewer (any more).
Result<std::int64_t> record_before(SharersOf& sharers, char order, std::string_view cursor);

}  // namespace tocsin::engine::threat
