#include "store/sqlite_mapping.hpp"

#include <algorithm>

#include <sqlite3.h>

namespace tocsin::store {
namespace {

constexpr int kPageBytes = 4'096;

/// What SQLite calls for a file; `own` is what the operating system's VFS would have had there.
struct Methods {
  sqlite3_io_methods methods;
  const sqlite3_io_methods* own;
};

/// Is the file mapped up to its end, or as far as can be?
bool is_mapped(const sqlite3_io_methods& own, sqlite3_file* file) {
  sqlite3_int64 size = 0;
  if (own.xFileSize(file, &size) != SQLITE_OK) return false;
  const auto last = std::min<sqlite3_int64>(size, kReaderMappedBytes) / kPageBytes * kPageBytes - kPageBytes;
  void* page = nullptr;
  if (last < 0 || own.xFetch(file, last, kPageBytes, &page) != SQLITE_OK || page == nullptr) return false;
  return own.xUnfetch(file, last, page) == SQLITE_OK;
}

int unfetch(sqlite3_file* file, sqlite3_int64 offset, void* page) {
  const auto& own = *reinterpret_cast<const Methods*>(file->pMethods)->own;
  // Without a page: all of it. What others write to the file is seen through a shared mapping, and what is behind the
  // file's end SQLite never asks for.
  return page == nullptr && is_mapped(own, file) ? SQLITE_OK : own.xUnfetch(file, offset, page);
}

sqlite3_vfs* system_vfs() {
  static sqlite3_vfs* const found = sqlite3_vfs_find(nullptr);
  return found;
}

int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* given) {
  const int code = system_vfs()->xOpen(system_vfs(), name, file, flags, given);
  if (code != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0 || file->pMethods == nullptr) return code;
  static const Methods kept = [&] {
    Methods made{.methods = *file->pMethods, .own = file->pMethods};
    made.methods.xUnfetch = unfetch;
    return made;
  }();
  // Files on some disks are locked in other ways, and have methods of their own.
  if (file->pMethods == kept.own && kept.own->iVersion >= 3) file->pMethods = &kept.methods;
  return code;
}

}  // namespace

const char* vfs_that_keeps_mappings() {
  static const char* const name = []() -> const char* {
    if (system_vfs() == nullptr) return nullptr;
    static sqlite3_vfs vfs = *system_vfs();
    vfs.pNext = nullptr;
    vfs.zName = "tocsin";
    vfs.xOpen = open;
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? vfs.zName : nullptr;
  }();
  return name;
}

}  // namespace tocsin::store
