#include "exchange/compressed.hpp"

#include <algorithm>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::exchange {
namespace {

/// Small archives of very even text may exceed any ratio without harm.
constexpr std::uint64_t kExpansionFree = std::uint64_t{64} << 20;
constexpr std::size_t kBlockBytes = std::size_t{256} << 10;

}  // namespace

std::size_t compressed_ending(std::string_view name) {
  for (const std::string_view ending : {".gz", ".zst"}) {
    if (name.size() > ending.size() &&
        text::equals_ignore_case_ascii(name.substr(name.size() - ending.size()), ending)) {
      return ending.size();
    }
  }
  return 0;
}

Status check_expansion(std::uint64_t packed, std::uint64_t expanded, const SourceLimits& limits, std::string_view what,
                       const std::string& name) {
  if (expanded <= kExpansionFree || expanded / limits.expansion_max <= packed) return ok();
  return Error{
      Error::Code::too_large,
      fmt::format("{} expands to more than {} times its size, which no real one does", what, limits.expansion_max),
      name,
      {}};
}

Result<std::string> expand(std::string_view packed, const SourceLimits& limits, const std::string& name) {
  const std::unique_ptr<archive, int (*)(archive*)> reader{archive_read_new(), archive_read_free};
  const auto damaged = [&] {
    const char* reason = archive_error_string(reader.get());
    return Error::invalid(fmt::format("The compressed file is damaged or cut off: {}",
                                      reason == nullptr ? "unreadable" : printable_name(reason)),
                          name);
  };
  // Only what is promised, and no format of archives: nobody pointed at what would be in there.
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_read_support_format_empty(reader.get());
  std::string bytes;
  if (archive_read_open_memory(reader.get(), packed.data(), packed.size()) != ARCHIVE_OK) return damaged();
  archive_entry* entry = nullptr;
  const int begun = archive_read_next_header(reader.get(), &entry);
  if (begun == ARCHIVE_EOF) return bytes;
  if (begun < ARCHIVE_WARN) return damaged();
  for (;;) {
    const auto before = bytes.size();
    bytes.resize(before + std::max(kBlockBytes, before / 2));
    const auto got = archive_read_data(reader.get(), bytes.data() + before, bytes.size() - before);
    if (got < 0) return damaged();
    bytes.resize(before + static_cast<std::size_t>(got));
    if (bytes.size() > limits.document_bytes_max) {
      return Error::too_large("The document", limits.document_bytes_max, name);
    }
    TRY_VOID(check_expansion(packed.size(), bytes.size(), limits, "The compressed file", name));
    if (got == 0) break;
  }
  bytes.shrink_to_fit();
  return bytes;
}

}  // namespace tocsin::exchange
