#pragma once
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace tocsin::formats {

/// Midnight UTC of "2022-05-10". Errors: invalid_input without `where`.
Result<Timestamp> read_date(std::string_view text);

}  // namespace tocsin::formats
