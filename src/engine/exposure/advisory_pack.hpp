#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "formats/csaf/advisory.hpp"

/// What matching needs of an advisory as compact bytes, for a matcher that runs where neither database nor JSON is: in
/// the reader's browser.
namespace tocsin::engine::exposure {

/// Of this version only: what one build packs the same build unpacks.
std::string pack_advisory(const formats::csaf::Advisory& advisory);
/// Matcher::add takes from it what it takes from the advisory itself; all else is left out. Errors: invalid_input for
/// bytes that pack_advisory has not written.
Result<formats::csaf::Advisory> unpack_advisory(std::string_view bytes);

}  // namespace tocsin::engine::exposure
