#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/members/actor.hpp"
#include "engine/threat/attack.hpp"
#include "formats/attack/layer.hpp"
#include "store/database.hpp"

/// Coverage: which techniques of ATT&CK an organisation's assets, zones and detections leave open. A technique concerns
/// a zone where a class of assets stands that it targets (techniques that target none concern every zone). It is open
/// there unless a mitigation that mitigates it is in place, or a data component that detects it is collected, in this
/// zone or everywhere. Classes of assets are guessed from the inventory (engine/inventory/asset_class.hpp) and
/// corrected by what is stated. Private as the inventory is; knowledge that the viewer may not see does not exist.
namespace tocsin::engine::threat {

/// Beyond these zones by name, assets count as of no zone.
inline constexpr std::size_t kZonesMax = 100;
inline constexpr std::size_t kZoneBytesMax = 500;

/// A class of assets of the knowledge base.
struct AssetClassHere {
  AttackRow row;
  std::int64_t assets = 0;     ///< That the inventory has, in what is looked at.
  std::optional<bool> stated;  ///< What is said of it in what is looked at: there, or not there.
  bool here = false;           ///< What counts.
};

/// A mitigation or a data component.
struct Measure {
  AttackRow row;
  bool in_place = false;         ///< In all of what is looked at.
  bool stated = false;           ///< Of this very zone, or of everywhere: what a form has.
  std::set<std::string> zones;   ///< Where it is in place, if not in all.
  std::int64_t would_close = 0;  ///< Open techniques that would no longer be open anywhere.
};

struct CoveredTechnique {
  AttackRow row;
  std::vector<std::string> classes;      ///< Ids of the classes of assets here that it targets; empty: it targets none.
  std::vector<std::string> mitigations;  ///< Ids of those that would mitigate it, in place or not.
  std::vector<std::string> components;   ///< The same of data components that would detect it.
  bool mitigated = false, detected = false;  ///< Somewhere in what is looked at.
  std::vector<std::string> open_in;          ///< Zones; "" for assets of no zone.
  std::int64_t mentions = 0;                 ///< Records that the viewer may see and that name it.
  bool is_open() const noexcept { return !open_in.empty(); }
};

struct Coverage {
  std::vector<Domain> domains;
  std::optional<Domain> domain;                  ///< Absent: no knowledge base is here for the viewer.
  std::vector<std::string> zones;                ///< Of the inventory, by name; "" among them where assets have none.
  std::string zone;                              ///< Looked at; empty: all.
  std::int64_t assets = 0, unknown_assets = 0;   ///< In what is looked at; and those of no known class.
  std::vector<AssetClassHere> classes;           ///< By name.
  std::vector<Measure> mitigations, components;  ///< By name.
  std::vector<CoveredTechnique> techniques;      ///< That concern it: open ones first, most mentions first, then by id.
  std::int64_t open() const noexcept;
};

/// `domain`: empty for the first. `zone`: empty for all. Errors: not_found for a domain or zone that is not there.
Result<Coverage> coverage(store::Database& database, const Actor& actor, const inventory::Access& access,
                          std::string_view domain, std::string_view zone, Timestamp now);
/// As a layer of the Navigator: red is open, yellow detected alone, blue mitigated alone, green both. In English, for
/// it is passed on.
formats::attack::Layer layer_of(const Coverage& coverage);

/// What is in place in a zone, or everywhere.
struct CoverageInput {
  std::string zone = {};                  ///< Empty: everywhere.
  std::vector<std::string> classes = {};  ///< Ids of the classes of assets that are there.
  std::vector<std::string> mitigations = {};
  std::vector<std::string> components = {};
};
/// Replaces what was said of the zone, for those of the knowledge base `domain` (empty: the first); audited. What the
/// inventory says of classes already is not stated. Errors: forbidden; invalid_input with `where`: "zone", or what
/// holds an id that is none here; not_found for the domain.
Status state_coverage(store::Database& database, const Actor& actor, std::string_view domain,
                      const CoverageInput& input, Timestamp now);

}  // namespace tocsin::engine::threat
