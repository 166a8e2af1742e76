#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// From how well a product fits to how often that is right. Pure functions.
namespace tocsin::engine::exposure {

/// What a product was found by.
enum class Evidence : std::uint8_t {
  identifier,    ///< Package URL, CPE, hash or serial number.
  order_number,  ///< The same order number.
  order_pattern,
  name,          ///< The same maker, and the name.
  name_alone,    ///< The inventory tells no maker.
  numbers_name,  ///< What other advisories call the order number.
  narrower,      ///< The inventory says less than the name: it will be asked about.
};
inline constexpr std::size_t kEvidences = 7;
std::string_view to_string(Evidence evidence) noexcept;

/// The share of right answers among those that fit so well, 0..1; rises with `fit`.
double calibrated(Evidence evidence, double fit) noexcept;

}  // namespace tocsin::engine::exposure
