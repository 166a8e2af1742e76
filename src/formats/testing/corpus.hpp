#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "formats/csaf/advisory.hpp"

/// Real and own sample documents for tests. The shared archive of real ones is not part of the repository.
namespace tocsin::formats::testing {

/// Folder of the shared archive: environment variable TOCSIN_DATA, else ../shared/data beside the repository.
std::filesystem::path data_root();

/// Calls `use` with name and bytes of every regular file of a tar archive (also compressed) under data_root(). False
/// where the archive is absent: then GTEST_SKIP() with a message that names it.
bool for_each_file(std::string_view archive, const std::function<void(const std::string&, const std::string&)>& use);

/// What a compressed file (no archive: list.json.gz) under data_root() holds, or nothing where it is absent.
std::optional<std::string> uncompressed(std::string_view name);

/// Whole file; throws where it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// One of src/formats/csaf/testdata, read.
csaf::Advisory sample(std::string_view name);
/// A document written in the test itself, read.
csaf::Advisory advisory_from(std::string_view json_text);

}  // namespace tocsin::formats::testing
