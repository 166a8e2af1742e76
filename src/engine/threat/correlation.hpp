#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/threat/threats.hpp"
#include "formats/stix/shared_values.hpp"

/// What has to do with each other because it has something in common: a hash, an address, a name. From an index of
/// values, so a look-up costs what it finds, not what there is. What may not be seen does not exist: it counts nowhere,
/// makes nothing common and ranks nothing.
namespace tocsin::engine::threat {

using formats::stix::SharedValue;
using formats::stix::ValueKind;

/// Objects of a value that are named beside an object.
inline constexpr std::size_t kSharersShown = 10;
/// Values of one object that are looked up.
inline constexpr std::size_t kValuesLookedUp = 300;
/// Whatever more share one value are counted as "more than that".
inline constexpr std::int64_t kSharersCounted = 1'000;
/// A value is too common where more others share it than `common_above` says for its kind, or more than kCommonFew and
/// more than one in kCommonShare of all objects of which the reader knows.
inline constexpr std::int64_t kCommonFew = 10;
inline constexpr std::int64_t kCommonShare = 5;
std::int64_t common_above(ValueKind kind) noexcept;

/// Why who shares a value has nothing to do with each other.
enum class SetAside : std::uint8_t {
  no,
  known,  ///< By what it is, whoever shares it (`commonplace`).
  many    ///< By how many share it.
};

struct Sharers {
  SharedValue value;
  SetAside set_aside = SetAside::no;
  std::optional<formats::stix::Commonplace> commonplace;
  std::int64_t count = 0;        ///< Objects; where it was known without counting 0.
  bool more = false;             ///< There are more than `count`.
  std::vector<ThreatRow> first;  ///< What arrived last first; at most kSharersShown; none of what is set aside.
};

struct Correlations {
  std::vector<Sharers> shared;  ///< What fewest others share first; what follows from another value last among equals.
  std::vector<Sharers> set_aside;  ///< By kind and text.
  std::int64_t values = 0;         ///< Of the object.
  bool more_values = false;        ///< Not all of them were looked up.
};

/// Of an object that the viewer may see, by what its bytes say: `threat` as `find` gave it.
Result<Correlations> correlations(store::Connection& connection, const domain::policy::Viewer& viewer,
                                  const Threat& threat, Timestamp now);

struct SharersPage {
  Sharers sharers;
  std::vector<ThreatRow> rows;  ///< What arrived last first, also of what is set aside.
  std::string next_cursor;      ///< Empty on the last page.
};
/// Everything that has a value. Errors: invalid_input (cursor).
Result<SharersPage> sharing(store::Connection& connection, const domain::policy::Viewer& viewer,
                            const SharedValue& value, int limit, std::string_view cursor, Timestamp now);

/// Who asks for a text may mean several values: those of them that somebody shares, or that are known to be
/// commonplace; where there is but one thing it can mean, that.
Result<std::vector<Sharers>> sharing_any(store::Connection& connection, const domain::policy::Viewer& viewer,
                                         const std::vector<SharedValue>& meant, Timestamp now);

/// Objects that are looked at for one page of connections.
inline constexpr int kArrivalsLookedAt = 300;
/// Values of each of them.
inline constexpr std::size_t kArrivalValues = 50;
inline constexpr std::size_t kEarlierShown = 3;

struct Link {
  SharedValue value;
  std::int64_t earlier = 0;      ///< Objects that were here before and have it too.
  std::vector<ThreatRow> first;  ///< At most kEarlierShown of them, what arrived last first.
};
struct Arrival {
  ThreatRow object;
  Timestamp arrived;
  std::vector<Link> links;  ///< What fewest share first.
};
struct ArrivalsPage {
  std::vector<Arrival> rows;
  std::int64_t looked_at = 0;  ///< Objects that arrived, with a connection or without.
  std::string next_cursor;     ///< Goes on behind the last that was looked at. Empty: no more.
};
/// What arrived and shares something that is not too common with what was here before it; what arrived last first.
/// `kind`: by values of that kind alone. Errors: invalid_input (cursor).
Result<ArrivalsPage> new_connections(store::Connection& connection, const domain::policy::Viewer& viewer,
                                     std::optional<ValueKind> kind, int limit, std::string_view cursor, Timestamp now);

}  // namespace tocsin::engine::threat
