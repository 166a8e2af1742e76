#pragma once
#include "cli/command_line.hpp"

namespace CLI {
class App;
}

/// Options of the commands that read one document or many and need no data folder.
namespace tocsin::cli {

extern const char* const kValidateExamples;
void add_validate_options(CLI::App& command, CommandLine& into);
extern const char* const kConvertExamples;
void add_convert_options(CLI::App& command, CommandLine& into);

}  // namespace tocsin::cli
