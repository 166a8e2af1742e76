#include "exchange/breached_passwords.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.hpp"

namespace tocsin::exchange {
namespace {

constexpr std::size_t kHashCharacters = 40;
constexpr std::size_t kCountDigitsMax = 18;
/// Hash, colon, count, CR and LF.
constexpr std::int64_t kLineBytesMax = kHashCharacters + 1 + kCountDigitsMax + 2;

/// Upper case, or none where it is not 40 hex digits.
std::optional<std::string> hash_of(std::string_view text) {
  if (text.size() != kHashCharacters) return std::nullopt;
  std::string hash{text};
  for (auto& c : hash) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'F')) return std::nullopt;
  }
  return hash;
}

struct Line {
  std::int64_t start = 0;
  std::int64_t end = 0;  ///< Where the next one starts.
  std::string hash;
  std::int64_t count = 0;
};

/// The lines of one open file. Its offsets are bytes.
class Lines {
 public:
  Lines(int file, std::int64_t size, const std::string& path) : file_(file), size_(size), path_(path) {}

  /// The line that holds the byte at `offset`, which is within the file.
  Result<Line> at(std::int64_t offset) const {
    const auto from = std::max<std::int64_t>(offset - kLineBytesMax, 0);
    const auto to = std::min(offset + kLineBytesMax, size_);
    std::array<char, 2 * kLineBytesMax> bytes{};
    TRY_VOID(read(from, bytes.data(), static_cast<std::size_t>(to - from)));
    const std::string_view window{bytes.data(), static_cast<std::size_t>(to - from)};
    const auto within = static_cast<std::size_t>(offset - from);
    // The line ends with its own LF, so only one before `offset` is the end of another line.
    const auto before = within == 0 ? std::string_view::npos : window.rfind('\n', within - 1);
    if (before == std::string_view::npos && from > 0) return malformed(offset);
    const auto start = before == std::string_view::npos ? 0 : before + 1;
    const auto line_end = window.find('\n', within);
    if (line_end == std::string_view::npos && to < size_) return malformed(offset);
    auto text = window.substr(start, line_end == std::string_view::npos ? line_end : line_end - start);
    Line line;
    line.start = from + static_cast<std::int64_t>(start);
    line.end = line_end == std::string_view::npos ? size_ : from + static_cast<std::int64_t>(line_end) + 1;
    if (text.ends_with('\r')) text.remove_suffix(1);
    auto hash = hash_of(text.substr(0, kHashCharacters));
    if (!hash || text.size() < kHashCharacters + 2 || text[kHashCharacters] != ':') return malformed(line.start);
    const auto digits = text.substr(kHashCharacters + 1);
    const bool all_digits = digits.find_first_not_of("0123456789") == std::string_view::npos;
    if (!all_digits || digits.size() > kCountDigitsMax) return malformed(line.start);
    std::from_chars(digits.data(), digits.data() + digits.size(), line.count);
    line.hash = std::move(*hash);
    return line;
  }

  Error unsorted() const {
    return Error::invalid(
        "The list of breached passwords is not sorted by hash: take the version ordered by hash, or sort it bytewise",
        path_);
  }

 private:
  Status read(std::int64_t from, char* out, std::size_t count) const {
    while (count > 0) {
      const auto got = ::pread(file_, out, count, from);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        auto error =
            Error::unavailable("The list of breached passwords cannot be read",
                               got < 0 ? std::generic_category().message(errno) : std::string{"it has become shorter"});
        error.where = path_;
        return error;
      }
      out += got;
      from += got;
      count -= static_cast<std::size_t>(got);
    }
    return ok();
  }
  Error malformed(std::int64_t offset) const {
    return Error::invalid(
        fmt::format(
            "The list of breached passwords must have lines of 40 hex digits of SHA-1, a colon and a count, and "
            "has none at byte {}",
            offset),
        path_);
  }

  int file_;
  std::int64_t size_;
  const std::string& path_;
};

}  // namespace

BreachedPasswords::BreachedPasswords(int file, std::int64_t size, std::string path)
    : file_(file), size_(size), path_(std::move(path)) {}
BreachedPasswords::~BreachedPasswords() {
  if (file_ >= 0) ::close(file_);
}
BreachedPasswords::BreachedPasswords(BreachedPasswords&& other) noexcept
    : file_(std::exchange(other.file_, -1)), size_(other.size_), path_(std::move(other.path_)) {}
BreachedPasswords& BreachedPasswords::operator=(BreachedPasswords&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(size_, other.size_);
  std::swap(path_, other.path_);
  return *this;
}

Result<BreachedPasswords> BreachedPasswords::open(const std::filesystem::path& path) {
  const auto name = path.string();
  // Not blocking: a pipe without a writer would never open.
  const int file = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    auto error = errno == ENOENT ? Error::not_found("list of breached passwords")
                                 : Error::unavailable("The list of breached passwords cannot be opened",
                                                      std::generic_category().message(errno));
    error.where = name;
    return error;
  }
  BreachedPasswords list{file, 0, name};
  struct stat facts{};
  if (::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return Error::invalid("The list of breached passwords must be an ordinary file", name);
  }
  list.size_ = facts.st_size;
  if (list.size_ == 0) return Error::invalid("The list of breached passwords is empty", name);
  const Lines lines{list.file_, list.size_, list.path_};
  TRY(const auto first, lines.at(0));
  TRY(const auto last, lines.at(list.size_ - 1));
  if (last.start != first.start && last.hash <= first.hash) return lines.unsorted();
  return list;
}

Result<std::int64_t> BreachedPasswords::count(std::string_view password) const {
  return count_of_sha1(sha1_hex_upper(password));
}

Result<std::int64_t> BreachedPasswords::count_of_sha1(std::string_view sha1_hex) const {
  const auto wanted = hash_of(sha1_hex);
  if (!wanted) return Error::invalid("A SHA-1 hash is 40 hex digits");
  const Lines lines{file_, size_, path_};
  // The line, where there is one, starts within [from, to). Each step leaves out at least one line.
  std::int64_t from = 0, to = size_;
  // What stands before and behind that range: a line in it that is not in between shows that the file is not sorted.
  std::string before, behind;
  while (from < to) {
    TRY(auto line, lines.at(from + (to - from) / 2));
    if ((!before.empty() && line.hash <= before) || (!behind.empty() && line.hash >= behind)) return lines.unsorted();
    if (line.hash == *wanted) return line.count;
    if (line.hash < *wanted) {
      from = line.end;
      before = std::move(line.hash);
    } else {
      to = line.start;
      behind = std::move(line.hash);
    }
  }
  return std::int64_t{0};
}

}  // namespace tocsin::exchange
