#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Cuts STIX content into its objects without building a tree: each object is a view of exactly the bytes that came in.
/// Knows bundles (2.0 and 2.1), TAXII envelopes, lists of objects, single objects and JSON lines. Pure, no I/O.
namespace tocsin::formats::stix {

enum class Form { bundle, envelope, list, object, lines };
std::string_view to_string(Form form) noexcept;

struct ReadLimits {
  std::size_t bytes_max = std::size_t{1} << 30;          ///< All together.
  std::size_t object_bytes_max = std::size_t{16} << 20;  ///< One object.
  std::size_t objects_max = 5'000'000;
  std::size_t depth_max = 64;  ///< Nesting within one object.
};

/// One object, not looked into: it may still be no STIX and no JSON.
struct RawObject {
  std::string_view bytes;
  std::size_t index = 0;   ///< Among all that came, from 0.
  std::size_t offset = 0;  ///< Of its first byte.
  /// JSON pointer to it, to which pointers into it are appended: "/objects/7", "/7", "" (single object; in JSON lines
  /// "/7" is the line's value, counted from 0).
  std::string pointer() const;
  Form form = Form::object;
};

struct Content {
  Form form = Form::object;
  std::size_t objects = 0;
  /// Of bundle and envelope: a JSON object of every member but "objects", in the order they came. Else empty.
  std::string header;
};

/// Calls `visit` for each object in order; an error it returns ends the reading and is returned. Errors: too_large for
/// a limit; invalid_input with `where` = byte offset ("byte 120") for what is no JSON outside the objects. What is
/// wrong within an object is left to whoever parses it.
Result<Content> read_objects(std::string_view bytes, const ReadLimits& limits,
                             const std::function<Status(const RawObject&)>& visit);

/// Is an object of that type and id one of STIX? `has_version`: it says its spec_version or when it was created, as
/// types that the standard does not know have to.
bool names_an_object(std::string_view type, std::string_view id, bool has_version) noexcept;
/// Is this a bundle, an envelope, a list or lines of STIX objects, or one object? Looks at the outermost members and
/// the first object, no further, so that other documents cost next to nothing. What it accepts may still be damaged.
bool looks_like_stix(std::string_view bytes) noexcept;

}  // namespace tocsin::formats::stix
