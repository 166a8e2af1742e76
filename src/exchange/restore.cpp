#include <cerrno>
#include <charconv>
#include <system_error>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/search/indexer.hpp"
#include "engine/threat/indexer.hpp"
#include "exchange/backup.hpp"
#include "exchange/backup_layout.hpp"
#include "exchange/backup_tables.hpp"
#include "exchange/source.hpp"
#include "store/approvals.hpp"
#include "store/migrations.hpp"

namespace tocsin::exchange {
namespace {

Error damaged(std::string what) { return Error::invalid("The backup is damaged and was not used: " + std::move(what)); }

std::string error_text(int number) { return std::error_code(number, std::generic_category()).message(); }

/// Gets what a backup holds, once each piece has been checked against what is known of it by then.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual Status rows(const BackupTableCode& table, const boost::json::array& rows) = 0;
  virtual Status document(std::int64_t revision, std::string bytes) = 0;
};

class Reader {
 public:
  Reader(std::string path, Receiver* receiver, const BackupProgress& progress)
      : path_(std::move(path)), receiver_(receiver), progress_(progress), archive_(archive_read_new()) {
    archive_read_support_filter_zstd(archive_);
    archive_read_support_format_tar(archive_);
  }
  ~Reader() {
    archive_read_free(archive_);
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Reader(const Reader&) = delete;

  Result<BackupReport> read() {
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status{};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
      if (errno == ENOENT) return Error{Error::Code::not_found, "No such backup", printable_name(path_), {}};
      return Error::unavailable("Cannot read " + printable_name(path_) + ": " + error_text(errno));
    }
    report_.bytes = static_cast<std::uint64_t>(status.st_size);
    if (archive_read_open_fd(archive_, descriptor_, std::size_t{256} << 10) != ARCHIVE_OK) return no_backup();
    for (;;) {
      archive_entry* entry = nullptr;
      const int outcome = archive_read_next_header(archive_, &entry);
      if (outcome == ARCHIVE_EOF) break;
      if (outcome != ARCHIVE_OK) return seen_ == 0 ? no_backup() : damaged(library_says());
      const char* name = archive_entry_pathname(entry);
      if (name == nullptr || archive_entry_filetype(entry) != AE_IFREG)
        return damaged("it holds something that is no file");
      TRY_VOID(part(std::string{name}, static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0))));
      ++seen_;
      if (progress_) {
        const auto done = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(archive_, -1), 0));
        progress_(std::min(done, report_.bytes), report_.bytes);
      }
    }
    if (!manifest_hash_seen_) return damaged("it is cut off (no manifest)");
    return report_;
  }

 private:
  struct Part {
    std::string name, sha512;
    std::uint64_t bytes = 0;
  };

  Error no_backup() const { return Error::invalid("Is not a backup that Tocsin wrote", printable_name(path_)); }
  std::string library_says() const {
    const char* reason = archive_error_string(archive_);
    return reason == nullptr ? "unreadable" : printable_name(reason);
  }

  Result<std::string> bytes_of(const std::string& name, std::uint64_t size, std::size_t bytes_max) {
    if (size > bytes_max) return damaged(fmt::format("{} is larger than it can be", printable_name(name)));
    std::string bytes;
    // As it comes, for the size may be a lie.
    while (bytes.size() < size) {
      const auto before = bytes.size();
      bytes.resize(std::min<std::size_t>(size, before + (std::size_t{4} << 20)));
      const auto got = archive_read_data(archive_, bytes.data() + before, bytes.size() - before);
      if (got <= 0) return damaged(got < 0 ? library_says() : fmt::format("{} is cut off", printable_name(name)));
      bytes.resize(before + static_cast<std::size_t>(got));
    }
    return bytes;
  }

  Status part(const std::string& name, std::uint64_t size) {
    if (manifest_hash_seen_) return damaged("something follows the manifest");
    if (seen_ == 0) {
      if (name != kHeadName) return no_backup();
      TRY(const auto bytes, bytes_of(name, size, kManifestBytesMax));
      TRY_VOID(head(bytes));
      return noted(name, bytes);
    }
    if (name == kManifestHashName) {
      TRY(const auto bytes, bytes_of(name, size, 1024));
      if (manifest_sha512_.empty() || text::trim(bytes) != manifest_sha512_) return damaged("the manifest was changed");
      manifest_hash_seen_ = true;
      return ok();
    }
    if (!manifest_sha512_.empty()) return damaged("something follows the manifest");
    if (name == kManifestName) {
      TRY(const auto bytes, bytes_of(name, size, kManifestBytesMax));
      return manifest(bytes);
    }
    if (name.starts_with("tables/")) {
      TRY(const auto bytes, bytes_of(name, size, kPartBytesMax));
      TRY_VOID(rows(name, bytes));
      return noted(name, bytes);
    }
    if (name.starts_with("documents/")) {
      TRY(auto bytes, bytes_of(name, size, kDocumentBytesMax));
      return document(name, std::move(bytes));
    }
    return damaged(fmt::format("{} does not belong in it", printable_name(name)));
  }

  Status noted(const std::string& name, std::string_view bytes) {
    parts_.push_back({.name = name, .sha512 = sha512_hex(bytes), .bytes = bytes.size()});
    return ok();
  }

  Status head(std::string_view bytes) {
    const auto parsed = json::parse(bytes);
    if (!parsed || json::string_at(parsed->root(), "format") != kFormat) return no_backup();
    const auto version = integer(parsed->root(), "version");
    if (version > kBackupVersion) {
      return Error::invalid(fmt::format("This backup has layout {}, and this version of Tocsin knows only {}: use the "
                                        "Tocsin that wrote it, or a newer one",
                                        version, kBackupVersion),
                            printable_name(path_));
    }
    report_.schema = static_cast<int>(integer(parsed->root(), "schema"));
    const auto known = store::all_migrations().back().number;
    if (report_.schema > known) {
      return Error::invalid(fmt::format("This backup is of a database with schema {}, and this version of Tocsin knows "
                                        "only {}: use the Tocsin that wrote it, or a newer one",
                                        report_.schema, known),
                            printable_name(path_));
    }
    auto taken_at = parse_rfc3339(json::string_at(parsed->root(), "taken_at"));
    if (!taken_at || version < 1 || report_.schema < 1) return damaged("its head makes no sense");
    report_.taken_at = *taken_at;
    return ok();
  }

  static std::int64_t integer(const boost::json::value& object, std::string_view key) {
    const auto* found = json::find(object, key);
    return found != nullptr && found->is_int64() ? found->get_int64() : -1;
  }

  /// "tables/record-00001.jsonl"
  Status rows(const std::string& name, std::string_view bytes) {
    const auto stem = std::string_view{name}.substr(7, name.rfind('-') == std::string::npos ? 0 : name.rfind('-') - 7);
    const auto tables = backup_table_list();
    const auto table = std::ranges::find(tables, stem, &BackupTableCode::name);
    if (table == tables.end()) return damaged(fmt::format("{} does not belong in it", printable_name(name)));
    if (documents_ > 0) return damaged(fmt::format("{} is out of order", printable_name(name)));
    // Lines parse one by one; as an array they would all stay, and memory with them.
    boost::json::array rows;
    std::size_t line = 0;
    const auto hand_over = [&]() -> Status {
      if (receiver_ != nullptr && !rows.empty()) TRY_VOID(receiver_->rows(*table, rows));
      rows.clear();
      return ok();
    };
    for (std::size_t begin = 0; begin < bytes.size();) {
      const auto end = bytes.find('\n', begin);
      ++line;
      if (end == std::string_view::npos) return damaged(fmt::format("{} is cut off", name));
      auto parsed = json::parse(bytes.substr(begin, end - begin));
      if (!parsed || !parsed->root().is_object()) return damaged(fmt::format("{}:{} is no row", name, line));
      TRY_VOID(row(*table, parsed->root(), name));
      if (receiver_ != nullptr) rows.emplace_back(parsed->root());
      if (rows.size() == 200) TRY_VOID(hand_over());
      begin = end + 1;
    }
    return hand_over();
  }

  Status row(const BackupTableCode& table, const boost::json::value& row, const std::string& name) {
    ++counts_[std::string{table.name}];
    if (table.name == "record") ++report_.records;
    if (table.name == "change") ++report_.changes;
    if (table.name == "revision") {
      ++report_.revisions;
      const auto id = integer(row, "id");
      const auto sha512 = json::string_at(row, "sha512");
      if (!sha512_.empty() && id <= sha512_.back().first) return damaged(fmt::format("{} is out of order", name));
      sha512_.emplace_back(id, sha512);
    }
    return ok();
  }

  /// "documents/1-4096/17.json"
  Status document(const std::string& name, std::string bytes) {
    const auto slash = name.rfind('/') + 1;
    std::int64_t id = -1;
    std::from_chars(name.data() + slash, name.data() + name.size(), id);
    if (documents_ == sha512_.size() || sha512_[documents_].first != id) {
      return damaged(fmt::format("{} is out of order", printable_name(name)));
    }
    if (sha512_hex(bytes) != sha512_[documents_].second) {
      return damaged(fmt::format("{} does not match its SHA-512", printable_name(name)));
    }
    // Its hash has done its duty; a million of them would be felt.
    std::string{}.swap(sha512_[documents_].second);
    ++documents_;
    document_bytes_ += bytes.size();
    return receiver_ == nullptr ? ok() : receiver_->document(id, std::move(bytes));
  }

  Status manifest(std::string_view bytes) {
    const auto parsed = json::parse(bytes, {.bytes_max = kManifestBytesMax});
    if (!parsed) return damaged("the manifest is unreadable");
    const auto& root = parsed->root();
    if (json::string_at(root, "format") != kFormat || integer(root, "version") < 1 ||
        integer(root, "schema") != report_.schema ||
        json::string_at(root, "taken_at") != format_rfc3339(report_.taken_at)) {
      return damaged("head and manifest differ");
    }
    const auto& listed = json::array_at(root, "parts");
    if (listed.size() != parts_.size()) return damaged("the manifest lists other parts");
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (json::string_at(listed[i], "name") != parts_[i].name ||
          json::string_at(listed[i], "sha512") != parts_[i].sha512 ||
          integer(listed[i], "bytes") != static_cast<std::int64_t>(parts_[i].bytes)) {
        return damaged(fmt::format("{} does not match its SHA-512", parts_[i].name));
      }
    }
    const auto* counts = json::find(root, "rows");
    if (counts == nullptr || !counts->is_object()) return damaged("the manifest is incomplete");
    for (const auto& table : backup_table_list()) {
      if (integer(*counts, table.name) != counts_[std::string{table.name}]) {
        return damaged(fmt::format("table {} has another number of rows", table.name));
      }
    }
    if (integer(root, "documents") != static_cast<std::int64_t>(documents_) || documents_ != sha512_.size() ||
        integer(root, "document_bytes") != static_cast<std::int64_t>(document_bytes_)) {
      return damaged("documents are missing");
    }
    manifest_sha512_ = sha512_hex(bytes);
    return ok();
  }

  const std::string path_;
  Receiver* receiver_;
  const BackupProgress& progress_;
  archive* archive_;
  int descriptor_ = -1;
  std::int64_t seen_ = 0;
  BackupReport report_;
  std::vector<Part> parts_;
  std::map<std::string, std::int64_t> counts_;
  std::vector<std::pair<std::int64_t, std::string>> sha512_;
  std::size_t documents_ = 0;
  std::uint64_t document_bytes_ = 0;
  std::string manifest_sha512_;
  bool manifest_hash_seen_ = false;
};

/// Puts what a backup holds into the tables.
class Filler final : public Receiver {
 public:
  explicit Filler(store::Connection& connection) : connection_(connection) {}

  Status rows(const BackupTableCode& table, const boost::json::array& rows) override {
    std::vector<store::Sql> statements;
    statements.reserve(rows.size());
    for (const auto& row : rows) {
      std::vector<store::Value> values;
      values.reserve(table.columns.size());
      for (const auto& column : table.columns) {
        TRY(auto value, value_of(table, column, row));
        values.push_back(std::move(value));
      }
      statements.push_back(table.insert(values));
    }
    return named(connection_.run_all(statements));
  }

  Status document(std::int64_t revision, std::string bytes) override {
    bytes_ += bytes.size();
    documents_.emplace_back("INSERT INTO revision_document (revision_id, bytes) VALUES (?, ?)", revision,
                            store::Blob{std::move(bytes)});
    return bytes_ >= kPartBytes || documents_.size() >= 256 ? flush() : ok();
  }

  Status flush() {
    const auto status = named(connection_.run_all(documents_));
    documents_.clear();
    bytes_ = 0;
    return status;
  }

 private:
  static Result<store::Value> value_of(const BackupTableCode& table, const BackupColumn& column,
                                       const boost::json::value& row) {
    const auto* value = json::find(row, column.name);
    if (value == nullptr && column.before) return store::Value{*column.before};
    if (value == nullptr) return damaged(fmt::format("a row of {} lacks {}", table.name, column.name));
    if (value->is_null()) return store::Value{};
    if (column.text && value->is_string()) return store::Value{std::string_view{value->get_string()}};
    if (!column.text && value->is_int64()) return store::Value{value->get_int64()};
    return damaged(fmt::format("{} in a row of {} has another type", column.name, table.name));
  }

  /// What the database refuses in a backup that matched its hashes was written wrong.
  static Status named(Status status) {
    if (!status &&
        (status.error().code == Error::Code::conflict || status.error().code == Error::Code::invalid_input)) {
      auto error = damaged("its rows contradict each other (" + status.error().message + ")");
      error.detail = status.error().detail;
      return error;
    }
    return status;
  }

  store::Connection& connection_;
  std::vector<store::Sql> documents_;
  std::size_t bytes_ = 0;
};

Status refuse_full(store::Connection& connection) {
  TRY(const auto records, connection.first(store::Sql{"SELECT count(*) FROM record"},
                                           [](const store::Row& row) { return row.integer(0); }));
  if (records.value_or(0) > 0) {
    return Error::conflict(fmt::format("The database already holds {}: restore into a new, empty folder or database",
                                       text::count_of(*records, "record", "records")));
  }
  // Its own organisation and first administrator `init` made; more than that are somebody's work.
  TRY(const auto members,
      connection.first(store::Sql{"SELECT (SELECT count(*) FROM organisation) + (SELECT count(*) FROM community)"},
                       [](const store::Row& row) { return row.integer(0); }));
  if (members.value_or(0) > 1) {
    return Error::conflict(
        "The database already holds organisations or communities: restore into a new, empty folder or database");
  }
  return ok();
}

}  // namespace

Result<BackupReport> verify_backup(const std::string& path, const BackupProgress& progress) {
  return Reader{path, nullptr, progress}.read();
}

Result<BackupReport> restore_backup(store::Database& database, const std::string& path,
                                    const BackupProgress& progress) {
  // Before the long look at the file, so that a mistyped folder is known at once.
  TRY_VOID(database.read(refuse_full));
  TRY_VOID(verify_backup(path, progress));
  TRY(auto report, database.write([&](store::Connection& connection) -> Result<BackupReport> {
    TRY_VOID(connection.lock_changes());
    TRY_VOID(refuse_full(connection));
    TRY_VOID(connection.run_all({store::Sql{"DELETE FROM audit_personal"}, store::Sql{"DELETE FROM audit"},
                                 store::Sql{"DELETE FROM audit_checkpoint"}}));
    // What `init` put there: the backup brings its own.
    TRY_VOID(connection.run_all({store::Sql{"DELETE FROM session"}, store::Sql{"DELETE FROM one_time_link"},
                                 store::Sql{"DELETE FROM outside_role"}, store::Sql{"DELETE FROM outside_attempt"},
                                 store::Sql{"DELETE FROM api_token"}, store::Sql{"DELETE FROM credential"},
                                 store::Sql{"DELETE FROM break_glass"}, store::Sql{"DELETE FROM approval"},
                                 store::Sql{"DELETE FROM membership"}, store::Sql{"DELETE FROM person"},
                                 store::Sql{"DELETE FROM organisation"}, store::Sql{"DELETE FROM setting"},
                                 store::Sql{"DELETE FROM member_state"}, store::Sql{"DELETE FROM taxii_version"},
                                 store::Sql{"DELETE FROM taxii_clock"}, store::Sql{"DELETE FROM taxii_status"},
                                 store::Sql{"DELETE FROM taxii_collection"}}));
    Filler filler{connection};
    TRY(auto filled, Reader{path, &filler, progress}.read());
    TRY_VOID(filler.flush());
    // What was ended, or decided, after the backup must not come back.
    TRY_VOID(connection.run_all({store::Sql{"UPDATE break_glass SET ended_at = until WHERE ended_at IS NULL"},
                                 store::Sql{"UPDATE approval SET state = ? WHERE state = ?",
                                            store::ApprovalState::withdrawn, store::ApprovalState::waiting}}));
    if (connection.dialect() == store::Dialect::postgres) TRY_VOID(advance_identities(connection));
    return filled;
  }));
  TRY_VOID(engine::search::reset_index(database));
  TRY_VOID(engine::search::index_all(database));
  TRY_VOID(engine::threat::index_all(database));
  TRY_VOID(store::renew_statistics(database));
  return report;
}

}  // namespace tocsin::exchange
