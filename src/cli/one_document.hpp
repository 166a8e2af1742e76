#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::cli {

/// The bytes of the one document at a path ("-" is standard input). Errors: what cannot be read; invalid_input, with
/// the path as `where`, for none or several.
Result<std::string> read_one_document(const std::string& path);
/// The bytes of a file ("-" is standard input), but at most one more than `bytes_max`: whoever reads them says what is
/// too large. Errors: not_found with this sentence and the path.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max, std::string_view cannot_read);
/// The error as one about this file: the path stands before its place.
Error in_file(const std::string& path, Error error);

}  // namespace tocsin::cli
