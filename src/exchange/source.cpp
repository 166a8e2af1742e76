#include "exchange/source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "exchange/compressed.hpp"

namespace tocsin::exchange {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
constexpr std::size_t kNameBytesMax = 1024;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

Error cannot_read(const std::string& path, int number) {
  const auto reason = std::error_code(number, std::generic_category()).message();
  if (number == ENOENT || number == ENOTDIR) {
    return Error{Error::Code::not_found, "No such file or folder", printable_name(path), {}};
  }
  return Error::invalid("Cannot be read: " + reason, printable_name(path));
}

Result<File> open_file(const std::string& path, int flags = 0) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
  if (descriptor < 0) return cannot_read(path, errno);
  return File{descriptor};
}

bool wanted(std::string_view path, SourceNames names) {
  const auto slash = path.rfind('/');
  auto name = text::lower_ascii(slash == std::string_view::npos ? path : path.substr(slash + 1));
  name.resize(name.size() - compressed_ending(name));
  // "._x.json" is what one system's archiver adds beside x.json; it holds no JSON.
  if (name.starts_with("._")) return false;
  const auto ends_with = [&](std::string_view ending) { return name.size() > ending.size() && name.ends_with(ending); };
  if (ends_with(".json")) return true;
  if (names == SourceNames::json || name == "index.txt" || name == "changes.csv") return false;
  return std::ranges::any_of(std::array{".csv", ".txt", ".xml", ".atom", ".rss"}, ends_with);
}

/// Splits a stream of JSON texts: what stands at depth 0 between them is white space (or RFC 7464's record separator).
class Splitter {
 public:
  /// Offset after the first complete object or array in `bytes` from where the last call stopped, or npos: more needed.
  std::size_t end_of_text(std::string_view bytes) {
    for (; at_ < bytes.size(); ++at_) {
      const char c = bytes[at_];
      if (in_string_) {
        if (escaped_) {
          escaped_ = false;
        } else if (c == '\\') {
          escaped_ = true;
        } else if (c == '"') {
          in_string_ = false;
        }
      } else if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (c == '}' || c == ']') {
        if (depth_ > 0 && --depth_ == 0) {
          const auto end = at_ + 1;
          *this = {};
          return end;
        }
      }
    }
    return std::string_view::npos;
  }

 private:
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool in_string_ = false, escaped_ = false;
};

bool is_separator(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\x1e'; }

/// One archive, compressed file or plain file, whatever it turns out to be.
class ArchiveReader {
 public:
  ArchiveReader(int descriptor, std::string name, bool stream, std::uint64_t bytes_total, const SourceLimits& limits,
                const SourceEvents& events)
      : archive_(archive_read_new()),
        descriptor_(descriptor),
        name_(std::move(name)),
        stream_(stream),
        bytes_total_(bytes_total),
        limits_(limits),
        events_(events) {
    // Only what is promised: every further format is code that hostile bytes would reach.
    archive_read_support_filter_gzip(archive_);
    archive_read_support_filter_zstd(archive_);
    archive_read_support_format_tar(archive_);
    archive_read_support_format_zip(archive_);
    archive_read_support_format_raw(archive_);
    archive_read_support_format_empty(archive_);
  }
  ~ArchiveReader() { archive_read_free(archive_); }
  ArchiveReader(const ArchiveReader&) = delete;

  Status read() {
    if (archive_read_open_fd(archive_, descriptor_, kBlockBytes) != ARCHIVE_OK) {
      bad(name_, damaged());
      return ok();
    }
    bool any = false;
    for (;;) {
      archive_entry* entry = nullptr;
      const int outcome = archive_read_next_header(archive_, &entry);
      if (outcome == ARCHIVE_EOF) break;
      if (outcome == ARCHIVE_RETRY) continue;
      if (outcome < ARCHIVE_WARN) {
        bad(name_, damaged());
        return ok();
      }
      any = true;
      if (archive_format(archive_) == ARCHIVE_FORMAT_RAW) {
        if (stream_) return read_texts();
        return read_plain();
      }
      TRY_VOID(read_entry(entry));
      if (stopped_) return ok();
      report_progress();
    }
    // An empty file is a document that its reader refuses, not silence.
    const int format = archive_format(archive_);
    if (!any && format != ARCHIVE_FORMAT_ZIP && (format & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_TAR) {
      return events_.visit({name_, {}});
    }
    // What a full disk leaves of a document, a file of zeros, reads as an archive of nothing: that is not to pass for
    // a document that was looked at.
    if (!any) bad(name_, Error::invalid("Is an archive without any entry, or a file of zeros", name_));
    return ok();
  }

 private:
  void bad(const std::string& name, Error error) {
    if (events_.bad) events_.bad(name, std::move(error));
  }
  void stop(Error error) {
    stopped_ = true;
    bad(name_, std::move(error));
  }
  Error damaged() const {
    const char* reason = archive_error_string(archive_);
    return Error::invalid(
        fmt::format("The archive is damaged or cut off: {}", reason == nullptr ? "unreadable" : printable_name(reason)),
        name_);
  }
  void report_progress() {
    if (!events_.progress) return;
    const auto read = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(archive_, -1), 0));
    reported_ = std::max(reported_, bytes_total_ > 0 ? std::min(read, bytes_total_) : read);
    events_.progress(reported_, bytes_total_);
  }

  /// Errors: too_large, which ends the archive.
  Status check_expansion() {
    const auto packed = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(archive_, -1), 1));
    const auto unpacked = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(archive_, 0), 0));
    const auto expanded = std::max(unpacked, produced_);
    if (expanded > limits_.total_bytes_max)
      return Error::too_large("The expanded archive", limits_.total_bytes_max, name_);
    return exchange::check_expansion(packed, expanded, limits_, "The archive", name_);
  }

  /// Appends the next block of the current entry. 0: its end. Errors: what damaged() and check_expansion() say.
  Result<std::size_t> read_block(std::string& bytes, std::size_t expected = 0) {
    const auto before = bytes.size();
    // With a known size one block fits exactly, and a small one finds the end.
    const auto room = before < expected ? std::min(expected - before, 4 * kBlockBytes)
                      : expected > 0    ? std::max<std::size_t>(4096, before / 2)
                                        : std::max<std::size_t>(kBlockBytes, before / 2);
    bytes.resize(before + room);
    const auto got = archive_read_data(archive_, bytes.data() + before, room);
    bytes.resize(before + static_cast<std::size_t>(std::max<la_ssize_t>(got, 0)));
    if (got < 0) {
      fatal_ = got == ARCHIVE_FATAL;
      return damaged();
    }
    produced_ += static_cast<std::uint64_t>(got);
    TRY_VOID(check_expansion());
    report_progress();
    return static_cast<std::size_t>(got);
  }

  /// Passes over the rest of an entry, within the limits.
  void skip() {
    // In a zip nothing needs to be expanded to be passed over.
    if (archive_format(archive_) == ARCHIVE_FORMAT_ZIP) return;
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    while (archive_read_data_block(archive_, &block, &size, &offset) == ARCHIVE_OK) {
      if (auto status = check_expansion(); !status) return stop(std::move(status).error());
    }
  }

  Status read_entry(archive_entry* entry) {
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) {
      skip();
      return ok();
    }
    const char* path = archive_entry_pathname_utf8(entry);
    if (path == nullptr) path = archive_entry_pathname(entry);
    const std::string_view inner = path == nullptr ? "" : path;
    if (!wanted(inner, limits_.names)) {
      skip();
      return ok();
    }
    const auto name = name_ + ":" + printable_name(inner);
    if (++documents_ > limits_.documents_max) {
      stop(Error{Error::Code::too_large,
                 fmt::format("The archive holds more than {} documents", limits_.documents_max),
                 name_,
                 {}});
      return ok();
    }
    if (archive_entry_is_encrypted(entry) != 0) {
      bad(name, Error::invalid("Is encrypted: unpack it first", name));
      return ok();
    }
    std::string bytes;
    std::size_t expected = 0;
    if (archive_entry_size_is_set(entry) != 0) {
      expected = static_cast<std::size_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
      if (expected > limits_.document_bytes_max) {
        bad(name, too_large(name));
        skip();
        return ok();
      }
    }
    for (;;) {
      auto got = read_block(bytes, expected);
      if (!got) {
        if (got.error().code == Error::Code::too_large || fatal_) {
          stop(std::move(got).error());
        } else {
          bad(name, Error::invalid("This entry of the archive is damaged", name));
        }
        return ok();
      }
      if (bytes.size() > limits_.document_bytes_max) {
        bad(name, too_large(name));
        skip();
        return ok();
      }
      if (*got == 0) break;
    }
    if (compressed_ending(inner) > 0) {
      auto expanded = expand(bytes, limits_, name);
      // It counts for the archive, too, as if that had packed it itself; and so does what was too large.
      const bool is_large = !expanded && expanded.error().code == Error::Code::too_large;
      produced_ += expanded ? expanded->size() : is_large ? limits_.document_bytes_max : 0;
      if (auto status = check_expansion(); !status) {
        stop(std::move(status).error());
        return ok();
      }
      if (!expanded) {
        bad(name, std::move(expanded).error());
        return ok();
      }
      bytes = std::move(expanded).value();
    }
    bytes.shrink_to_fit();
    return events_.visit({.name = name, .bytes = std::move(bytes), .found = true});
  }

  Error too_large(const std::string& name) const {
    return Error::too_large("The document", limits_.document_bytes_max, name);
  }

  /// Not an archive: one document, maybe compressed.
  Status read_plain() {
    std::string bytes;
    for (;;) {
      auto got = read_block(bytes);
      if (!got) {
        bad(name_, std::move(got).error());
        return ok();
      }
      if (bytes.size() > limits_.document_bytes_max) {
        bad(name_, too_large(name_));
        return ok();
      }
      if (*got == 0) break;
    }
    bytes.shrink_to_fit();
    return events_.visit({name_, std::move(bytes)});
  }

  /// A stream that is no archive: JSON texts one after the other.
  Status read_texts() {
    std::string bytes;
    Splitter splitter;
    std::size_t begin = 0;
    std::uint64_t count = 0;
    std::uint64_t separators = 0;  // In a row.
    const auto next_name = [&] { return ++count == 1 ? name_ : fmt::format("{}#{}", name_, count); };
    for (bool more = true; more;) {
      auto got = read_block(bytes);
      if (!got) {
        bad(name_, std::move(got).error());
        return ok();
      }
      more = *got != 0;
      for (;;) {
        const auto text_begin = begin;
        while (begin < bytes.size() && is_separator(bytes[begin])) ++begin;
        separators += begin - text_begin;
        // Nothing between two texts either may go on for ever.
        if (separators > limits_.document_bytes_max) return give_up(next_name());
        const std::string_view rest = std::string_view{bytes}.substr(begin);
        const bool text = !rest.empty() && (rest.front() == '{' || rest.front() == '[');
        const auto end = text ? splitter.end_of_text(rest) : std::string_view::npos;
        if (end == std::string_view::npos) break;
        if (end > limits_.document_bytes_max) return give_up(next_name());
        TRY_VOID(events_.visit({next_name(), std::string{rest.substr(0, end)}}));
        begin += end;
        separators = 0;
      }
      bytes.erase(0, begin);
      begin = 0;
      if (bytes.size() > limits_.document_bytes_max) return give_up(next_name());
    }
    // What is left is cut off or no JSON; its reader says so. Nothing at all is an empty document.
    if (!bytes.empty() || count == 0) return events_.visit({next_name(), std::move(bytes)});
    return ok();
  }

  /// Where the next text of a stream would begin is not known any more.
  Status give_up(const std::string& name) {
    bad(name, too_large(name));
    return ok();
  }

  archive* archive_;
  const int descriptor_;
  const std::string name_;
  const bool stream_;
  const std::uint64_t bytes_total_;
  const SourceLimits& limits_;
  const SourceEvents& events_;
  std::uint64_t documents_ = 0;
  std::uint64_t produced_ = 0;  ///< Bytes of entries handed out by libarchive.
  std::uint64_t reported_ = 0;
  bool stopped_ = false;
  bool fatal_ = false;
};

Result<std::string> read_whole(const std::string& path, std::uint64_t bytes_max) {
  // Opened without following: the folder may change between listing and reading.
  TRY(const auto file, open_file(path, O_NOFOLLOW | O_NONBLOCK));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return cannot_read(path, errno);
  if (!S_ISREG(status.st_mode)) return Error::invalid("Is not a file any more", printable_name(path));
  if (static_cast<std::uint64_t>(status.st_size) > bytes_max) {
    return Error::too_large("The document", bytes_max, printable_name(path));
  }
  std::string bytes;
  bytes.resize(static_cast<std::size_t>(status.st_size) + 1);
  std::size_t filled = 0;
  for (;;) {
    const auto got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > bytes_max) return Error::too_large("The document", bytes_max, printable_name(path));
    if (filled == bytes.size()) bytes.resize(bytes.size() * 2);
  }
  bytes.resize(filled);
  return bytes;
}

class FolderReader {
 public:
  FolderReader(const std::string& path, const SourceLimits& limits, const SourceEvents& events)
      : limits_(limits), events_(events), bytes_total_(events.progress ? source_bytes(path) : 0) {}

  Status read(const std::string& path, int depth) {
    std::error_code failure;
    std::vector<std::string> names;
    for (fs::directory_iterator each(path, failure), end; !failure && each != end; each.increment(failure)) {
      names.push_back(each->path().filename().string());
    }
    if (failure) {
      auto error = cannot_read(path, failure.value());
      if (depth == 0) return error;
      if (events_.bad) events_.bad(printable_name(path), std::move(error));
      return ok();
    }
    std::ranges::sort(names);
    for (const auto& name : names) {
      const auto full = path.ends_with('/') ? path + name : path + "/" + name;
      const auto status = fs::symlink_status(full, failure);
      if (failure) continue;  // Gone meanwhile.
      if (fs::is_directory(status)) {
        if (depth + 1 >= limits_.depth_max) {
          if (events_.bad) {
            events_.bad(printable_name(full), Error{Error::Code::too_large,
                                                    fmt::format("More than {} folders deep", limits_.depth_max),
                                                    printable_name(full),
                                                    {}});
          }
          continue;
        }
        TRY_VOID(read(full, depth + 1));
      } else if (fs::is_regular_file(status) && wanted(name, limits_.names)) {
        TRY_VOID(read_document(full));
      }
    }
    return ok();
  }

 private:
  Status read_document(const std::string& path) {
    auto name = printable_name(path);
    auto bytes = read_whole(path, limits_.document_bytes_max);
    if (!bytes) {
      if (events_.bad) events_.bad(std::move(name), std::move(bytes).error());
      return ok();
    }
    bytes_read_ += bytes->size();
    if (compressed_ending(path) > 0) bytes = expand(*bytes, limits_, name);
    if (!bytes) {
      if (events_.bad) events_.bad(std::move(name), std::move(bytes).error());
      return ok();
    }
    TRY_VOID(events_.visit({.name = std::move(name), .bytes = std::move(bytes).value(), .found = true}));
    if (events_.progress) events_.progress(bytes_read_, bytes_total_);
    return ok();
  }

  const SourceLimits& limits_;
  const SourceEvents& events_;
  const std::uint64_t bytes_total_;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace

std::string_view file_of(std::string_view name) noexcept {
  const auto last = name.find_last_of("/:");
  auto file = last == std::string_view::npos ? name : name.substr(last + 1);
  file.remove_suffix(compressed_ending(file));
  // "-", "-#2", "/dev/fd/63".
  const auto dot = file.rfind('.'), number = file.rfind('#');
  const bool is_one_of_several = number != std::string_view::npos && dot != std::string_view::npos && number > dot;
  return dot == std::string_view::npos || is_one_of_several ? std::string_view{} : file;
}

std::string printable_name(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const auto length = text::utf8_length_at(name, at);
    const auto byte = static_cast<unsigned char>(name[at]);
    const bool c1 = length == 2 && byte == 0xC2 && static_cast<unsigned char>(name[at + 1]) < 0xA0;
    if (length == 0 || byte < 0x20 || byte == 0x7F || c1) {
      out += "\uFFFD";
      at += std::max<std::size_t>(length, 1);
    } else {
      out += name.substr(at, length);
      at += length;
    }
    if (out.size() > kNameBytesMax) break;
  }
  if (out.size() <= kNameBytesMax) return out;
  auto cut = kNameBytesMax - 3;
  while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0U) == 0x80U) --cut;
  return out.substr(0, cut) + "...";
}

std::uint64_t source_bytes(const std::string& path, SourceNames names) {
  std::error_code failure;
  const auto status = fs::status(path, failure);
  if (failure) return 0;
  if (fs::is_regular_file(status)) return fs::file_size(path, failure);
  if (!fs::is_directory(status)) return 0;
  std::uint64_t bytes = 0;
  for (fs::recursive_directory_iterator each(path, fs::directory_options::skip_permission_denied, failure), end;
       !failure && each != end; each.increment(failure)) {
    std::error_code ignored;
    if (each->is_symlink(ignored) || !each->is_regular_file(ignored) || !wanted(each->path().native(), names)) {
      continue;
    }
    const auto size = each->file_size(ignored);
    if (!ignored) bytes += size;
  }
  return bytes;
}

Status read_stream(int descriptor, const std::string& name, const SourceLimits& limits, const SourceEvents& events) {
  return ArchiveReader{descriptor, printable_name(name), true, 0, limits, events}.read();
}

Status read_source(const std::string& path, const SourceLimits& limits, const SourceEvents& events) {
  if (path == "-") return read_stream(STDIN_FILENO, path, limits, events);
  struct stat status{};
  if (path.find('\0') != std::string::npos || path.empty()) return cannot_read(path, ENOENT);
  if (::stat(path.c_str(), &status) != 0) return cannot_read(path, errno);
  if (S_ISDIR(status.st_mode)) return FolderReader{path, limits, events}.read(path, 0);
  TRY(const auto file, open_file(path));
  // A pipe or device that the user named is read like standard input.
  if (!S_ISREG(status.st_mode)) return read_stream(file.get(), path, limits, events);
  return ArchiveReader{file.get(), printable_name(path), false, static_cast<std::uint64_t>(status.st_size), limits,
                       events}
      .read();
}

}  // namespace tocsin::exchange
