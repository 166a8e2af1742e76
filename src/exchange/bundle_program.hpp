#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "exchange/bundle_file.hpp"

/// Tocsin itself in a bundle, for a place that gets everything over the link.
namespace tocsin::exchange {

inline constexpr std::size_t kProgramBytesMax = std::size_t{1} << 29;

/// A program as the system loads it.
struct Program {
  std::string machine;  ///< As `uname -m` writes it: "x86_64".
  std::string bytes;
};
/// Reads an ELF program and leaves out what only debuggers read, which is behind what is loaded. Errors: invalid_input.
Result<Program> read_program(std::string bytes);
/// What runs here, and the machine it is for. Errors: unavailable where the system does not tell.
Result<Program> own_program();
Result<std::string> own_machine();

/// What was taken out of a bundle.
struct ProgramTaken {
  std::string machine;
  std::string sha512;
  std::uint64_t bytes = 0;
};
/// Writes the program for `machine` (empty: this one) to a new file that may be executed, after all of the bundle was
/// held against its signed list. Errors: not_found where there is none, telling for which machines there are; conflict
/// where there is a file of this name; what Bundle::each says.
Result<ProgramTaken> take_program(const Bundle& bundle, std::string_view machine, const std::string& path);

}  // namespace tocsin::exchange
