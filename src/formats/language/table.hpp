#pragma once
#include <span>
#include <string_view>

/// The generated lists behind language.hpp: lower case, sorted.
namespace tocsin::formats::language {

struct Extlang {
  std::string_view subtag;
  std::string_view prefix;  ///< The language it may follow.
};
/// Reserved for private use, both ends included: "qaa".."qtz", "qaaa".."qabx", "qm".."qz", "xa".."xz".
struct Range {
  std::string_view first, last;
};

std::span<const std::string_view> language_table() noexcept;
std::span<const std::string_view> script_table() noexcept;
std::span<const std::string_view> region_table() noexcept;
std::span<const std::string_view> variant_table() noexcept;
std::span<const std::string_view> grandfathered_table() noexcept;
std::span<const Extlang> extlang_table() noexcept;
std::span<const Range> private_ranges() noexcept;

}  // namespace tocsin::formats::language
