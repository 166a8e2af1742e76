#pragma once
#include <string>
#include <string_view>

#include "formats/csaf/operations/operation.hpp"

/// For the tests of operations.
namespace tocsin::formats::testing {

/// 2026-06-01T00:00:00Z, later than every fixture.
inline constexpr Timestamp kLater{1780272000000000};

/// ' for ".
std::string quoted(std::string_view text);
/// What stands at a pointer of the document, as JSON; empty: nothing.
std::string at(const csaf::Changed& changed, std::string_view pointer);
/// A line for each note: level, path, message.
std::string notes_of(const csaf::Changed& changed);

}  // namespace tocsin::formats::testing
