#include "exchange/backup.hpp"

#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "exchange/backup_layout.hpp"
#include "exchange/backup_tables.hpp"
#include "exchange/source.hpp"
#include "store/migrations.hpp"

namespace tocsin::exchange {
namespace {

constexpr int kRowsAPage = 1000;
constexpr std::int64_t kDocumentsAFolder = 4096;
/// Over real advisories level 6 takes a fifth less room than level 3, still at 300 MB/s.
constexpr const char* kCompressionLevel = "6";

std::string error_text(int number) { return std::error_code(number, std::generic_category()).message(); }

/// A tar.zst under a temporary name, which is gone again unless finish() succeeded.
class Writer {
 public:
  static Result<std::unique_ptr<Writer>> open(const std::string& path, Timestamp now) {
    std::error_code failure;
    if (std::filesystem::exists(path, failure)) {
      return Error::conflict("This file exists already; a backup never overwrites one", printable_name(path));
    }
    auto part = path + ".part";
    TRY(const int descriptor, open_part(part));
    std::unique_ptr<Writer> writer{new Writer(path, std::move(part), descriptor, now)};
    auto* archive = writer->archive_;
    if (archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
        archive_write_add_filter_zstd(archive) != ARCHIVE_OK ||
        archive_write_set_filter_option(archive, "zstd", "compression-level", kCompressionLevel) != ARCHIVE_OK ||
        archive_write_open_fd(archive, descriptor) != ARCHIVE_OK) {
      return writer->failed();
    }
    return writer;
  }
  ~Writer() {
    archive_write_free(archive_);
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!part_.empty()) ::unlink(part_.c_str());
  }
  Writer(const Writer&) = delete;

  Status add(std::string_view name, std::string_view bytes) {
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry{archive_entry_new(), &archive_entry_free};
    archive_entry_set_pathname(entry.get(), std::string{name}.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_mtime(entry.get(), now_.micros / 1'000'000, 0);
    if (archive_write_header(archive_, entry.get()) != ARCHIVE_OK) return failed();
    if (archive_write_data(archive_, bytes.data(), bytes.size()) != static_cast<la_ssize_t>(bytes.size()))
      return failed();
    return ok();
  }

  /// Complete on disk under its own name, or not there at all.
  Result<std::uint64_t> finish() {
    if (archive_write_close(archive_) != ARCHIVE_OK) return failed();
    struct stat status{};
    if (::fsync(descriptor_) != 0 || ::fstat(descriptor_, &status) != 0) {
      return Error::unavailable("Cannot write the backup: " + error_text(errno));
    }
    // Unlike rename, link never replaces a file that came to be meanwhile.
    if (::link(part_.c_str(), path_.c_str()) != 0) {
      if (errno == EEXIST) return Error::conflict("This file exists already", printable_name(path_));
      // Some file systems know no hard links.
      if (::rename(part_.c_str(), path_.c_str()) != 0) {
        return Error::unavailable("Cannot name the backup: " + error_text(errno));
      }
      part_.clear();
    }
    auto folder = std::filesystem::path{path_}.parent_path();
    if (folder.empty()) folder = ".";
    if (const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); opened >= 0) {
      ::fsync(opened);
      ::close(opened);
    }
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  /// The unfinished file, ours alone; what a killed backup left is used again.
  static Result<int> open_part(const std::string& part) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
      if (descriptor < 0) return Error::unavailable("Cannot write " + printable_name(part) + ": " + error_text(errno));
      struct stat status{};
      const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
      const bool known = ::fstat(descriptor, &status) == 0;
      if (locked && known && status.st_nlink == 1 && ::fchmod(descriptor, 0600) == 0 &&
          ::ftruncate(descriptor, 0) == 0) {
        return descriptor;
      }
      // Killed between linking and unlinking: these bytes are a finished backup by now, and must stay.
      if (locked && known && status.st_nlink > 1) ::unlink(part.c_str());
      ::close(descriptor);
      if (!locked) return Error::conflict("Another backup is writing this file right now", printable_name(part));
    }
    return Error::unavailable("Cannot write " + printable_name(part));
  }
  Writer(std::string path, std::string part, int descriptor, Timestamp now)
      : path_(std::move(path)),
        part_(std::move(part)),
        descriptor_(descriptor),
        now_(now),
        archive_(archive_write_new()) {}
  Error failed() const {
    const char* reason = archive_error_string(archive_);
    return Error::unavailable(
        fmt::format("Cannot write the backup: {}", reason == nullptr ? "no reason given" : reason));
  }

  const std::string path_;
  std::string part_;
  int descriptor_;
  const Timestamp now_;
  archive* archive_;
};

void write_row(std::string& out, const BackupColumns& columns, const store::Row& row) {
  out += '{';
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += ',';
    json::write_string(out, columns[i].name);
    out += ':';
    const auto index = static_cast<int>(i);
    if (row.is_null(index)) {
      out += "null";
    } else if (columns[i].text) {
      json::write_string(out, row.text(index));
    } else {
      fmt::format_to(std::back_inserter(out), "{}", row.integer(index));
    }
  }
  out += "}\n";
}

class BackupRun {
 public:
  BackupRun(store::Connection& connection, Writer& writer, const BackupProgress& progress)
      : connection_(connection), writer_(writer), progress_(progress) {}

  Result<BackupReport> run(int schema, Timestamp now) {
    report_.schema = schema;
    report_.taken_at = now;
    TRY(const auto total, connection_.first(store::Sql{"SELECT coalesce(sum(bytes), 0), count(*) FROM revision"},
                                            [](const store::Row& row) { return row.integer(0); }));
    total_ = static_cast<std::uint64_t>(total.value_or(0));
    TRY_VOID(add_part(
        kHeadName,
        json::write(boost::json::object{
            {"format", kFormat}, {"version", kBackupVersion}, {"schema", schema}, {"taken_at", format_rfc3339(now)}}) +
            "\n"));
    boost::json::object counts;
    for (const auto& table : backup_table_list()) {
      TRY(const auto rows, write_table(table));
      counts.emplace(table.name, rows);
      if (table.name == "record") report_.records = rows;
      if (table.name == "revision") report_.revisions = rows;
      if (table.name == "change") report_.changes = rows;
    }
    TRY(const auto documents, write_documents());
    boost::json::object manifest;
    manifest.emplace("format", kFormat);
    manifest.emplace("version", kBackupVersion);
    manifest.emplace("schema", schema);
    manifest.emplace("taken_at", format_rfc3339(now));
    manifest.emplace("rows", std::move(counts));
    manifest.emplace("documents", documents);
    manifest.emplace("document_bytes", done_);
    manifest.emplace("parts", std::move(parts_));
    const auto text = json::write_pretty(manifest) + "\n";
    TRY_VOID(writer_.add(kManifestName, text));
    TRY_VOID(writer_.add(kManifestHashName, sha512_hex(text) + "\n"));
    return report_;
  }

 private:
  Status add_part(std::string_view name, std::string_view bytes) {
    boost::json::object part;
    part.emplace("name", name);
    part.emplace("bytes", bytes.size());
    part.emplace("sha512", sha512_hex(bytes));
    parts_.emplace_back(std::move(part));
    return writer_.add(name, bytes);
  }

  Result<std::int64_t> write_table(const BackupTableCode& table) {
    std::int64_t rows = 0;
    int part = 0;
    std::string bytes;
    const auto flush = [&]() -> Status {
      if (bytes.empty()) return ok();
      TRY_VOID(add_part(fmt::format("tables/{}-{:05}.jsonl", table.name, ++part), bytes));
      bytes.clear();
      return ok();
    };
    BackupPosition last;
    for (;;) {
      const auto before = rows;
      TRY_VOID(connection_.each(table.page(last, kRowsAPage), [&](const store::Row& row) -> Status {
        write_row(bytes, table.columns, row);
        if (table.text_key) {
          last.text = row.string(0);
        } else {
          for (std::size_t i = 0; i < table.key_columns; ++i) last.numbers[i] = row.integer(static_cast<int>(i));
        }
        ++rows;
        return bytes.size() >= kPartBytes ? flush() : ok();
      }));
      if (rows - before < kRowsAPage) break;
    }
    TRY_VOID(flush());
    return rows;
  }

  struct Planned {
    std::int64_t id = 0;
    std::uint64_t bytes = 0;
    std::string sha512;
  };

  Result<std::int64_t> write_documents() {
    std::int64_t written = 0, last = std::numeric_limits<std::int64_t>::min();
    for (;;) {
      TRY(const auto page, connection_.all(store::Sql{"SELECT id, bytes, sha512 FROM revision WHERE id > ? ORDER BY id "
                                                      "LIMIT ?",
                                                      last, kRowsAPage},
                                           [](const store::Row& row) {
                                             return Planned{row.integer(0), static_cast<std::uint64_t>(row.integer(1)),
                                                            row.string(2)};
                                           }));
      // A few megabytes a query: PostgreSQL holds a whole answer in memory.
      for (std::size_t begin = 0; begin < page.size();) {
        std::uint64_t bytes = 0;
        auto end = begin;
        while (end < page.size() && (end == begin || bytes + page[end].bytes <= kPartBytes)) bytes += page[end++].bytes;
        TRY_VOID(write_documents({page.begin() + static_cast<std::ptrdiff_t>(begin), end - begin}));
        written += static_cast<std::int64_t>(end - begin);
        begin = end;
      }
      if (page.size() < static_cast<std::size_t>(kRowsAPage)) return written;
      last = page.back().id;
    }
  }

  Status write_documents(std::span<const Planned> planned) {
    std::size_t at = 0;
    TRY_VOID(connection_.each(
        store::Sql{"SELECT revision_id, bytes FROM revision_document WHERE revision_id BETWEEN ? AND ? "
                   "ORDER BY revision_id",
                   planned.front().id, planned.back().id},
        [&](const store::Row& row) -> Status {
          const auto id = row.integer(0);
          if (at == planned.size() || planned[at].id != id || sha512_hex(row.text(1)) != planned[at].sha512) {
            return Error::internal(
                fmt::format("Revision {} in the database does not match its SHA-512 any more: "
                            "run 'tocsin doctor', and restore an earlier backup",
                            at < planned.size() ? planned[at].id : id));
          }
          ++at;
          TRY_VOID(writer_.add(document_name(id), row.text(1)));
          done_ += row.text(1).size();
          if (progress_) progress_(done_, total_);
          return ok();
        }));
    if (at != planned.size()) {
      return Error::internal(fmt::format("Revision {} has no document in the database", planned[at].id));
    }
    return ok();
  }

  static std::string document_name(std::int64_t id) {
    const auto first = (id - 1) / kDocumentsAFolder * kDocumentsAFolder + 1;
    return fmt::format("documents/{}-{}/{}.json", first, first + kDocumentsAFolder - 1, id);
  }

  store::Connection& connection_;
  Writer& writer_;
  const BackupProgress& progress_;
  BackupReport report_;
  boost::json::array parts_;
  std::uint64_t done_ = 0, total_ = 0;
};

}  // namespace

Result<BackupReport> write_backup(store::Database& database, const std::string& path, Timestamp now,
                                  const BackupProgress& progress) {
  TRY(const int schema, store::schema_version(database));
  TRY(const auto writer, Writer::open(path, now));
  TRY(auto report, database.snapshot([&](store::Connection& connection) {
    return BackupRun{connection, *writer, progress}.run(schema, now);
  }));
  TRY(report.bytes, writer->finish());
  return report;
}

}  // namespace tocsin::exchange
