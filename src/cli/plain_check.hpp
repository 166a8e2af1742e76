#pragma once
#include <utility>

#include <CLI/CLI.hpp>

namespace tocsin::cli {

/// Without the library's own words in the help: the type's name says it.
inline CLI::Validator plain(CLI::Validator validator) { return std::move(validator.description("")); }

}  // namespace tocsin::cli
