#include "formats/inventory/zip_stream.hpp"

#include <utility>

#include <archive.h>
#include <archive_entry.h>

namespace tocsin::formats::inventory {

struct ZipStream::State {
  std::string made;
  // Closes itself and writes what is left into `made`, so it goes first.
  std::unique_ptr<archive, decltype(&archive_write_free)> to{archive_write_new(), archive_write_free};
  int outcome = ARCHIVE_OK;  ///< Of opening.

  Status check(int code) const {
    if (code == ARCHIVE_OK || code == ARCHIVE_WARN) return ok();
    const char* reason = archive_error_string(to.get());
    return Error::internal("The packed file could not be written", reason == nullptr ? "" : reason);
  }
};

ZipStream::ZipStream() : state_(std::make_unique<State>()) {
  auto* to = state_->to.get();
  archive_write_set_format_zip(to);
  // Programs for spreadsheets do not all read the extension for parts beyond 4 GiB.
  archive_write_set_options(to, "zip:compression=deflate,zip:!zip64");
  archive_write_set_bytes_per_block(to, 0);
  state_->outcome = archive_write_open(
      to, &state_->made, nullptr,
      [](archive*, void* made, const void* bytes, std::size_t size) {
        static_cast<std::string*>(made)->append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
      },
      nullptr);
}
ZipStream::ZipStream(ZipStream&&) noexcept = default;
ZipStream& ZipStream::operator=(ZipStream&&) noexcept = default;
ZipStream::~ZipStream() = default;

Status ZipStream::begin(std::string_view name) {
  TRY_VOID(state_->check(state_->outcome));
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry{archive_entry_new(), archive_entry_free};
  archive_entry_set_pathname(entry.get(), std::string{name}.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  return state_->check(archive_write_header(state_->to.get(), entry.get()));
}

Status ZipStream::add(std::string_view bytes) {
  if (archive_write_data(state_->to.get(), bytes.data(), bytes.size()) >= 0) return ok();
  return state_->check(ARCHIVE_FATAL);
}

Status ZipStream::finish() { return state_->check(archive_write_close(state_->to.get())); }

std::string ZipStream::take() { return std::exchange(state_->made, {}); }

}  // namespace tocsin::formats::inventory
