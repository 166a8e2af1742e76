#pragma once
#include "formats/csaf/validate/tests.hpp"

/// The files that hold tests, each with its list. tests.cpp puts them in order.
namespace tocsin::formats::csaf {

std::span<const Test> product_tests() noexcept;  ///< tests_products.cpp: 6.1.1 to 6.1.5

}  // namespace tocsin::formats::csaf
