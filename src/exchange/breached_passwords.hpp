#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// The operator's own copy of a list of breached passwords, asked without any network.
namespace tocsin::exchange {

/// A text file of lines "SHA-1 in hex:count", sorted by the hash, LF or CRLF, with or without a last line end: what
/// the Pwned Passwords downloader writes as one file "ordered by hash" (tens of gigabytes). Nothing is loaded: each
/// question is a binary search of some 35 small reads. Any thread may ask at any time. The file may be replaced by
/// renaming another over it; what is open stays the old one.
class BreachedPasswords {
 public:
  /// Opens the file and looks at its first and last lines. Errors: not_found; unavailable where the system refuses;
  /// invalid_input where it is not a file, is empty, or these lines are not of the format or not in order.
  /// `where` = the path.
  static Result<BreachedPasswords> open(const std::filesystem::path& path);
  ~BreachedPasswords();
  BreachedPasswords(BreachedPasswords&& other) noexcept;
  BreachedPasswords& operator=(BreachedPasswords&& other) noexcept;
  BreachedPasswords(const BreachedPasswords&) = delete;
  BreachedPasswords& operator=(const BreachedPasswords&) = delete;

  /// How often the list counts this password; 0 where it is not in it. Give it what people type, not a hash.
  /// Errors: invalid_input where a line on the way is not of the format; unavailable where reading fails.
  Result<std::int64_t> count(std::string_view password) const;
  /// The same for 40 hex digits in either case. Errors: as above, and invalid_input for anything else.
  Result<std::int64_t> count_of_sha1(std::string_view sha1_hex) const;

 private:
  BreachedPasswords(int file, std::int64_t size, std::string path);
  int file_ = -1;
  std::int64_t size_ = 0;
  std::string path_;
};

}  // namespace tocsin::exchange
