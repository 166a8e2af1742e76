#include "formats/testing/corpus.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <archive.h>
#include <archive_entry.h>

#include "base/json.hpp"

namespace tocsin::formats::testing {

std::filesystem::path data_root() {
  const char* set = std::getenv("TOCSIN_DATA");
  return set != nullptr && *set != '\0' ? std::filesystem::path{set}
                                        : std::filesystem::path{TOCSIN_SOURCE_DIR} / "../shared/data";
}

bool for_each_file(std::string_view archive, const std::function<void(const std::string&, const std::string&)>& use) {
  const auto path = data_root() / archive;
  if (!std::filesystem::exists(path)) return false;
  const std::unique_ptr<struct archive, int (*)(struct archive*)> reader(archive_read_new(), archive_read_free);
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_tar(reader.get());
  constexpr std::size_t kBlockBytes = 65536;
  const auto require = [&](bool condition) {
    if (!condition) {
      const char* reason = archive_error_string(reader.get());
      throw std::runtime_error(path.string() + ": " + (reason != nullptr ? reason : "cannot be read"));
    }
  };
  require(archive_read_open_filename(reader.get(), path.c_str(), kBlockBytes) == ARCHIVE_OK);
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    std::string bytes(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    const auto got = archive_read_data(reader.get(), bytes.data(), bytes.size());
    require(got >= 0 && static_cast<std::size_t>(got) == bytes.size());
    use(archive_entry_pathname(entry), bytes);
  }
  require(status == ARCHIVE_EOF);
  return true;
}

std::optional<std::string> uncompressed(std::string_view name) {
  const auto path = data_root() / name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  const std::unique_ptr<struct archive, int (*)(struct archive*)> reader(archive_read_new(), archive_read_free);
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_raw(reader.get());
  constexpr std::size_t kBlockBytes = 65536;
  archive_entry* entry = nullptr;
  std::string bytes;
  std::string block(kBlockBytes, '\0');
  if (archive_read_open_filename(reader.get(), path.c_str(), kBlockBytes) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) {
    throw std::runtime_error(path.string() + " cannot be read");
  }
  for (;;) {
    const auto got = archive_read_data(reader.get(), block.data(), block.size());
    if (got < 0) throw std::runtime_error(path.string() + " is damaged");
    if (got == 0) return bytes;
    bytes.append(block, 0, static_cast<std::size_t>(got));
  }
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

csaf::Advisory advisory_from(std::string_view json_text) {
  const auto parsed = json::parse(json_text);
  return csaf::read_advisory(parsed.value().root()).value();
}

csaf::Advisory sample(std::string_view name) {
  return advisory_from(read_file(std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/csaf/testdata" / name));
}

}  // namespace tocsin::formats::testing
