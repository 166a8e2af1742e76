#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "formats/threat_list/list.hpp"

/// A list of indicators as STIX 2.1: an indicator of each value, and a sighting where it says when it was seen last.
/// Ids follow from the list's source and the value with its port, so that the same list read again gives the same
/// objects.
namespace tocsin::formats::threat_list {

/// Who tells. `id` stays while the source does: the name of a file, the address of a feed.
struct ListSource {
  std::string id, title;
};

/// One object, and what of it is not the list's but of the moment it was read.
struct ListObject {
  /// `as_told`: nothing. `dated`: created and modified. `open`: valid_from too.
  enum class Times : std::uint8_t { as_told, dated, open };
  std::string id, title;
  std::string tlp = {};  ///< A level; empty: none is said.
  std::vector<std::string> labels = {};
  Times times = Times::as_told;
  std::string bytes = {};
};

/// The source as an identity, then of each entry what it became. `now` is cut to milliseconds.
std::vector<ListObject> list_to_stix(const ThreatList& list, const ListSource& source, Timestamp now);
/// Its parts, for who makes a long list in several pieces.
ListObject identity_of(const ListSource& source, Timestamp now);
std::vector<ListObject> entries_to_stix(std::span<const ListEntry> entries, const ListSource& source, Timestamp now);
std::string write_list_bundle(const ListSource& source, const std::vector<ListObject>& made);

/// What `fresh` would be, had it been read when `kept`, an earlier form of it, was: equal to that where the list says
/// the same. Also `modified`, else it is fresh's. `kept` may be any text; what it lacks stays fresh's.
std::string with_times_of(std::string_view fresh, std::string_view kept, ListObject::Times times, bool modified);
/// `modified` set to another moment.
std::string with_modified(std::string_view object, Timestamp modified);
/// "2026-03-01T12:00:00.000Z" of "created", "modified" or "valid_from"; empty where it is not there in this form.
std::string_view time_of(std::string_view object, std::string_view name) noexcept;

}  // namespace tocsin::formats::threat_list
