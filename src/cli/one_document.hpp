#pragma once
#include <string>

#include "base/result.hpp"

namespace tocsin::cli {

/// The bytes of the one document at a path ("-" is standard input). Errors: what cannot be read; invalid_input, with
/// the path as `where`, for none or several.
Result<std::string> read_one_document(const std::string& path);
/// The error as one about this file: the path stands before its place.
Error in_file(const std::string& path, Error error);

}  // namespace tocsin::cli
