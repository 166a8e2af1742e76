#pragma once
#include <cstdint>

/// Connections to SQLite that map the file keep the mapping (docs/decisions/0048).
namespace tocsin::store {

/// Of the file that a reader sees in memory where the operating system has it, instead of copying page after page: as
/// much as SQLite allows. What is behind is read.
inline constexpr std::int64_t kReaderMappedBytes = 0x7fff'0000;

/// The name of a VFS that is the operating system's own, but for this: by itself SQLite gives the mapping up each time
/// that anyone has committed, and finds page after page anew by a fault of its own. Here that waits until the file has
/// grown behind the mapping. Null where it cannot be had. Thread-safe.
const char* vfs_that_keeps_mappings();

}  // namespace tocsin::store
