#pragma once
#include <span>
#include <string_view>

/// The generated table behind licences.hpp. Each list is sorted by its identifiers in lower case.
namespace tocsin::formats::spdx {

struct TableEntry {
  std::string_view id;
  bool deprecated = false;
};

std::span<const TableEntry> licence_table() noexcept;             ///< SPDX License List
std::span<const TableEntry> exception_table() noexcept;           ///< SPDX exceptions
std::span<const TableEntry> scancode_licence_table() noexcept;    ///< ScanCode LicenseDB, without prefix
std::span<const TableEntry> scancode_exception_table() noexcept;  ///< ScanCode LicenseDB, without prefix

}  // namespace tocsin::formats::spdx
