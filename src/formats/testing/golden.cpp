#include "formats/testing/golden.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "formats/testing/corpus.hpp"

namespace tocsin::formats::testing {

void expect_golden(const std::filesystem::path& file, std::string_view actual) {
  const auto path = std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats" / file;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): tests have one thread here.
  if (const char* update = std::getenv("TOCSIN_UPDATE_GOLDEN"); update != nullptr && *update != '\0') {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << actual;
  }
  ASSERT_TRUE(std::filesystem::exists(path)) << path << " is missing; TOCSIN_UPDATE_GOLDEN=1 writes it";
  EXPECT_EQ(read_file(path), actual) << "Meant? TOCSIN_UPDATE_GOLDEN=1 writes it anew; review the change like code.";
}

}  // namespace tocsin::formats::testing
