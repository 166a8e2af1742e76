#include "formats/inventory/zip.hpp"

#include <algorithm>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <libdeflate.h>

#include "base/text.hpp"

namespace tocsin::formats::inventory {
namespace {

using Archive = std::unique_ptr<archive, decltype(&archive_read_free)>;

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;

Error damaged(archive* from) {
  const char* reason = archive_error_string(from);
  return Error::invalid(fmt::format("The packed file is damaged or encrypted: {}",
                                    reason == nullptr ? "it cannot be read" : text::shorten(reason, 200)));
}

/// The current entry. Errors: too_large; invalid_input.
Result<std::string> read_entry(archive* from, std::string_view name, std::size_t bytes_max) {
  std::string bytes;
  for (;;) {
    const auto before = bytes.size();
    bytes.resize(before + std::max(kBlockBytes, before / 2));
    const auto got = archive_read_data(from, bytes.data() + before, bytes.size() - before);
    if (got < 0) return damaged(from);
    bytes.resize(before + static_cast<std::size_t>(got));
    if (bytes.size() > bytes_max) return Error::too_large(fmt::format("{}, expanded,", name), bytes_max);
    if (got == 0) return bytes;
  }
}

void put_number(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

}  // namespace

bool looks_like_zip(std::string_view bytes) noexcept { return bytes.starts_with("PK\3\4"); }
bool looks_like_gzip(std::string_view bytes) noexcept { return bytes.starts_with("\x1F\x8B\x08"); }

Result<std::optional<std::string>> read_part(std::string_view zip, std::string_view name, std::size_t bytes_max) {
  const Archive from{archive_read_new(), archive_read_free};
  archive_read_support_format_zip(from.get());
  if (archive_read_open_memory(from.get(), zip.data(), zip.size()) != ARCHIVE_OK) return damaged(from.get());
  std::optional<std::string> found;
  for (std::size_t parts = 0;; ++parts) {
    archive_entry* entry = nullptr;
    const int outcome = archive_read_next_header(from.get(), &entry);
    if (outcome == ARCHIVE_EOF) return found;
    if (outcome == ARCHIVE_RETRY) continue;
    if (outcome < ARCHIVE_WARN) return damaged(from.get());
    if (parts == kPartsMax) return Error::invalid(fmt::format("The packed file has more than {} parts", kPartsMax));
    const char* path = archive_entry_pathname(entry);
    if (path == nullptr || !text::equals_ignore_case_ascii(path, name)) continue;
    if (found) return Error::invalid(fmt::format("The packed file holds {} twice", name));
    TRY(found, read_entry(from.get(), name, bytes_max));
  }
}

Result<std::string> unpack_gzip(std::string_view bytes, std::size_t bytes_max) {
  const Archive from{archive_read_new(), archive_read_free};
  archive_read_support_filter_gzip(from.get());
  archive_read_support_format_raw(from.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(from.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return damaged(from.get());
  const int outcome = archive_read_next_header(from.get(), &entry);
  if (outcome == ARCHIVE_EOF) return std::string{};
  // What begins like gzip and is none would pass as a plain file.
  if (outcome != ARCHIVE_OK || archive_filter_code(from.get(), 0) != ARCHIVE_FILTER_GZIP) return damaged(from.get());
  return read_entry(from.get(), "The file", bytes_max);
}

std::string write_zip(const std::vector<ZipPart>& parts) {
  constexpr std::uint16_t kVersion = 20, kDeflated = 8;
  constexpr std::uint16_t kFirstDay = 0x0021;  // 1980-01-01: the earliest that the format can say.
  constexpr int kLevel = 6;
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor{
      libdeflate_alloc_compressor(kLevel), libdeflate_free_compressor};
  std::string out, directory;
  for (const auto& part : parts) {
    std::string packed(libdeflate_deflate_compress_bound(compressor.get(), part.bytes.size()), '\0');
    packed.resize(libdeflate_deflate_compress(compressor.get(), part.bytes.data(), part.bytes.size(), packed.data(),
                                              packed.size()));
    std::string header;  // What the local header and the directory have in common.
    put_number(header, kVersion, 2);
    put_number(header, 0, 2);
    put_number(header, kDeflated, 2);
    put_number(header, 0, 2);
    put_number(header, kFirstDay, 2);
    put_number(header, libdeflate_crc32(0, part.bytes.data(), part.bytes.size()), 4);
    put_number(header, packed.size(), 4);
    put_number(header, part.bytes.size(), 4);
    put_number(header, part.name.size(), 2);
    put_number(header, 0, 2);
    const auto offset = out.size();
    out.append("PK\3\4").append(header).append(part.name).append(packed);
    directory.append("PK\1\2");
    put_number(directory, kVersion, 2);
    directory += header;
    put_number(directory, 0, 2 + 2 + 2);
    put_number(directory, 0, 4);
    put_number(directory, offset, 4);
    directory += part.name;
  }
  const auto offset = out.size();
  out += directory;
  out += "PK\5\6";
  put_number(out, 0, 4);
  put_number(out, parts.size(), 2);
  put_number(out, parts.size(), 2);
  put_number(out, directory.size(), 4);
  put_number(out, offset, 4);
  put_number(out, 0, 2);
  return out;
}

}  // namespace tocsin::formats::inventory
