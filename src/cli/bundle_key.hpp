#pragma once
#include <string>

#include "base/result.hpp"

namespace tocsin::cli {

/// A public key as somebody typed it, or the one in the file of this name. Errors: not_found; invalid_input.
Result<std::string> read_public_key(const std::string& key_or_file);

}  // namespace tocsin::cli
