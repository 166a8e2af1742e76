#pragma once
#include <span>
#include <string_view>

namespace tocsin::domain::password {

/// The 10,000 commonest leaked passwords of at least eight characters, in ASCII lower case, sorted by their bytes.
std::span<const std::string_view> common_passwords() noexcept;

}  // namespace tocsin::domain::password
