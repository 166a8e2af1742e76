#pragma once
#include <filesystem>
#include <string_view>

namespace tocsin::formats::testing {

/// Fails the running test where `actual` is not what the file holds. TOCSIN_UPDATE_GOLDEN=1 writes the file anew; its
/// change is reviewed like code. `file` is relative to src/formats.
void expect_golden(const std::filesystem::path& file, std::string_view actual);

}  // namespace tocsin::formats::testing
