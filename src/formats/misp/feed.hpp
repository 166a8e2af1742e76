#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"

/// What a MISP feed is made of: one file for each event, `manifest.json` that lists them, and `hashes.csv` by which
/// others look for values without reading the events. Pure.
namespace tocsin::formats::misp {

/// An event as others get it: without what is of the instance that it came from (who entered it by mail address, tags
/// that are local or not for export, but for TLP, which is a promise).
boost::json::object for_others(boost::json::object event);

/// What the manifest says of an event.
boost::json::object manifest_entry(const boost::json::object& event);

inline constexpr std::size_t kManifestBytesMax = std::size_t{64} << 20;
inline constexpr std::size_t kManifestEventsMax = 200'000;
/// An event that a feed has.
struct ManifestEvent {
  std::string uuid;            ///< In lower case: its file is named after it.
  std::int64_t timestamp = 0;  ///< Seconds; changes when the event does.
  friend bool operator==(const ManifestEvent&, const ManifestEvent&) = default;
};
/// The events of a feed's manifest, those that changed longest ago first. What is no UUID is passed over, for nothing
/// else may become part of an address. Errors: invalid_input where it is no manifest; too_large.
Result<std::vector<ManifestEvent>> read_manifest(std::string_view bytes);

/// Lines "MD5,UUID" of every value of an event, also of those in objects; of values of two parts each part and the
/// whole.
void append_hashes(std::string& out, const boost::json::object& event);

}  // namespace tocsin::formats::misp
