#include "exchange/new_file.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "exchange/source.hpp"

namespace tocsin::exchange {

NewFile::~NewFile() {
  if (written_) ::unlink(part_.c_str());
}

Status NewFile::write(std::string_view bytes, unsigned mode) {
  std::error_code failure;
  if (std::filesystem::exists(path_, failure)) {
    return Error::conflict("There is a file of this name already", printable_name(path_));
  }
  // What a run that was killed left may have other rights.
  ::unlink(part_.c_str());
  const int descriptor = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
  if (descriptor < 0) return failed();
  written_ = true;
  while (!bytes.empty()) {
    const auto count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  const bool good = bytes.empty() && ::fsync(descriptor) == 0;
  const auto result = good ? ok() : failed();
  ::close(descriptor);
  return result;
}

Status NewFile::rename_to_place() {
  // Not over a file that appeared meanwhile.
  if (::link(part_.c_str(), path_.c_str()) != 0) return failed();
  return ok();
}

Status NewFile::failed() const {
  return Error::unavailable(fmt::format("Cannot write {}: {}", printable_name(path_),
                                        std::error_code(errno, std::generic_category()).message()));
}

}  // namespace tocsin::exchange
