#pragma once
#include <compare>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Versioning schemes, which the vers specification calls types: how the versions of one ecosystem are ordered. Pure
/// functions, total: any text has a place in the order of its scheme, or there is an error.
namespace tocsin::formats::vers {

/// Bytes of one version; longer ones are refused.
inline constexpr std::size_t kVersionBytesMax = 1024;

/// Names in lower case, sorted, with "all" and "none"; without the reserved "example", "invalid" and "test".
std::span<const std::string_view> known_schemes() noexcept;
bool is_known_scheme(std::string_view scheme) noexcept;

/// Orders two versions. `scheme` in lower case. Errors: not_found for a scheme that is not known or has no order
/// ("all", "none", "example"); invalid_input where the scheme demands a form that a version does not have; too_large.
Result<std::weak_ordering> compare(std::string_view scheme, std::string_view a, std::string_view b);
/// Nothing where the version has the form that its scheme demands. Errors: as compare.
Status check_version(std::string_view scheme, std::string_view version);

}  // namespace tocsin::formats::vers
