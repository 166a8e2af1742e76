#pragma once
#include <cstdint>
#include <string_view>

/// Which licence identifiers exist: those of the SPDX License List with its exceptions, and those of AboutCode's
/// ScanCode LicenseDB, which stand in expressions with the prefix "LicenseRef-scancode-". The tables are generated
/// (scripts/generate-spdx-licences). Pure functions: any thread may call them.
namespace tocsin::formats::spdx {

enum class Listing : std::uint8_t { unlisted, current, deprecated };

/// A licence: "MIT", "LicenseRef-scancode-public-domain". Identifiers are compared without case (SPDX 3.0.1 annex B),
/// prefixes with it.
Listing find_licence(std::string_view id) noexcept;
/// An exception, as it follows WITH: "Classpath-exception-2.0", "AdditionRef-scancode-...".
Listing find_exception(std::string_view id) noexcept;

}  // namespace tocsin::formats::spdx
