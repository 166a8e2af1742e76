#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::cli {

/// The first line of a file, "-": of standard input, as passwords and tokens stand in files. `what`: "the password of
/// the mail server"; `where`: the setting or option that names the file. Errors: invalid_input where it cannot be read,
/// or its first line is empty or longer than 4,096 bytes.
Result<std::string> read_secret_file(const std::string& path, std::string_view what, std::string_view where);

}  // namespace tocsin::cli
