#include "cli/secret_file.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

namespace tocsin::cli {
namespace {

constexpr std::size_t kSecretBytesMax = 4'096;

}  // namespace

Result<std::string> read_secret_file(const std::string& path, std::string_view what, std::string_view where) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  if (!in) return Error::invalid(fmt::format("Cannot read {} from {}", what, path), std::string{where});
  std::string line(kSecretBytesMax + 1, '\0');
  in.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(in.gcount()));
  line.resize(std::min(line.size(), line.find('\n')));
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty() || line.size() > kSecretBytesMax) {
    return Error::invalid(fmt::format("The first line of this file is {}: {}", what, path), std::string{where});
  }
  return line;
}

}  // namespace tocsin::cli
