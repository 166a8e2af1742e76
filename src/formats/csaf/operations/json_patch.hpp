#pragma once
#include <boost/json.hpp>

#include "base/result.hpp"

/// JSON Patch (RFC 6902) with JSON Pointers (RFC 6901). Pure functions, no I/O.
namespace tocsin::formats::csaf {

/// Operations that one patch may have.
inline constexpr std::size_t kPatchOperationsMax = 10'000;
/// Values that all operations of one patch together may bring in: `copy` could double a document again and again.
inline constexpr std::size_t kPatchValuesMax = 1'000'000;
/// Nesting of what comes out; more is no CSAF document.
inline constexpr std::size_t kPatchDepthMax = 128;

/// The document after all operations of the patch, in their order; members stand where they stood, new ones at the end
/// of their object. All or nothing. Errors: invalid_input with `where` = pointer into the patch ("/2/path") for what is
/// no patch, names what is not there, or fails a `test`; too_large beyond the limits above.
Result<boost::json::value> apply_patch(const boost::json::value& document, const boost::json::value& patch);

/// Equal in the sense of section 4.6: numbers by value, objects whatever the order of their members.
bool equal_json(const boost::json::value& a, const boost::json::value& b) noexcept;

}  // namespace tocsin::formats::csaf
