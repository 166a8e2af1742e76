#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

/// What a MISP feed is made of: one file for each event, `manifest.json` that lists them, and `hashes.csv` by which
/// others look for values without reading the events. Pure.
namespace tocsin::formats::misp {

/// An event as others get it: without what is of the instance that it came from (who entered it by mail address, tags
/// that are local or not for export, but for TLP, which is a promise).
boost::json::object for_others(boost::json::object event);

/// What the manifest says of an event.
boost::json::object manifest_entry(const boost::json::object& event);

/// Lines "MD5,UUID" of every value of an event, also of those in objects; of values of two parts each part and the
/// whole.
void append_hashes(std::string& out, const boost::json::object& event);

}  // namespace tocsin::formats::misp
