#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Documents out of whatever a user points at: file, folder (recursively, sorted by name), .tar, .tar.gz, .tar.zst,
/// .zip, .gz, .zst (recognised by content), "-" for standard input (a document, several JSON texts one after the other,
/// or an archive). In folders and archives a document may be compressed on its own ("x.json.gz", "x.csv.zst"), an
/// archive may not. Nothing is ever written to disk; links and special files are passed over.
namespace tocsin::exchange {

/// Which files of a folder or an archive are documents, by their names, behind which .gz or .zst may stand.
enum class SourceNames {
  json,  ///< .json alone.
  all    ///< Also .csv, .txt, .xml, .atom and .rss: tables, lists and news.
};

struct SourceLimits {
  std::uint64_t document_bytes_max = std::uint64_t{64} << 20;  ///< One document, expanded.
  std::uint64_t total_bytes_max = std::uint64_t{64} << 30;     ///< One archive, expanded.
  std::uint64_t documents_max = 5'000'000;
  /// Expanded may be at most this many times the packed size (after the first 64 MiB): stops bombs.
  std::uint64_t expansion_max = 1000;
  /// Folders inside folders.
  int depth_max = 64;
  SourceNames names = SourceNames::json;
};

struct SourceDocument {
  std::string name;  ///< "archive.tar.zst:2021/icsa-21-001-01.json", "folder/x.json", "-", "-#2"; safe to print.
  std::string bytes;
  bool found = false;  ///< Out of a folder or an archive: nobody named it.
};

/// A name that no importer wants: not among SourceNames, feed side files (.asc, .sha512, index.txt, changes.csv). Those
/// are passed over silently when they come out of a folder or archive, but not when named by the user. `visit` gets
/// every document; it returns an error to stop. `bad` hears of what could not be read (too large, broken entry, damaged
/// archive) and reading goes on where it can. `progress(bytes_read, bytes_total)` with total 0 where unknown.
struct SourceEvents {
  std::function<Status(SourceDocument)> visit;
  std::function<void(std::string name, Error error)> bad;
  std::function<void(std::uint64_t, std::uint64_t)> progress;
};

/// Errors: not_found or invalid_input where `path` itself cannot be read at all; what `visit` returned.
Status read_source(const std::string& path, const SourceLimits& limits, const SourceEvents& events);
/// The same from an open file descriptor that is read from where it stands ("-" is this with 0 and "-").
Status read_stream(int descriptor, const std::string& name, const SourceLimits& limits, const SourceEvents& events);

/// Bytes that read_source will read for `path`: for progress bars. 0 where that cannot be told.
std::uint64_t source_bytes(const std::string& path, SourceNames names = SourceNames::json);

/// What the file of a document is called: the last part of SourceDocument::name, without the ending of a compression.
/// Empty where there is no file: standard input, or a text in a stream of several.
std::string_view file_of(std::string_view name) noexcept;

/// A name for messages and the database: ill-formed UTF-8 and control characters replaced, at most 1,024 bytes.
std::string printable_name(std::string_view name);

}  // namespace tocsin::exchange
