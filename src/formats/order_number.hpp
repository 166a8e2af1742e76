#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::formats {

/// Names longer than this are read no further.
inline constexpr std::size_t kOrderNumberTextBytesMax = 2048;

/// Order numbers in a product name ("SIMATIC ... (6ES7515-2AM02-0AB0)" -> "6ES7515-2AM02-0AB0"), as written, each once.
/// Conservative: only the schemes of makers whose numbers cannot be mistaken, and what a text itself calls an article,
/// order or part number. Families ("BMXP34*", "6ES7515-xxxxx") are no order numbers.
std::vector<std::string> order_numbers_in(std::string_view name);

}  // namespace tocsin::formats
