#include "exchange/backup.hpp"

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"

namespace tocsin::cli {
namespace {

int report(const CommandLine& line, const Result<exchange::BackupReport>& report, std::string_view done) {
  if (!report) return fail(report.error(), line.json);
  if (line.json) {
    boost::json::object object;
    object.emplace("file", line.paths[0]);
    object.emplace("records", report->records);
    object.emplace("revisions", report->revisions);
    object.emplace("changes", report->changes);
    object.emplace("bytes", report->bytes);
    object.emplace("schema", report->schema);
    object.emplace("taken_at", format_rfc3339(report->taken_at));
    print_json(object);
  } else if (!line.quiet) {
    print(fmt::format("{}: {} with {}, {} bytes, taken {}.\n", done,
                      text::count_of(report->records, "record", "records"),
                      text::count_of(report->revisions, "revision", "revisions"),
                      text::thousands(static_cast<long long>(report->bytes)), format_minute(report->taken_at)));
  }
  return kGood;
}

}  // namespace

int run_backup(const CommandLine& line) {
  const auto& path = line.paths[0];
  Progress progress{line.verify ? "Verifying" : "Backing up", "", !line.quiet};
  const auto tell = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  if (line.verify) {
    const auto verified = exchange::verify_backup(path, tell);
    progress.clear();
    return report(line, verified, "The backup is whole");
  }
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  const auto written = exchange::write_backup(*installation->database, path, system_clock().now(), tell);
  progress.clear();
  return report(line, written, "Wrote " + path);
}

int run_restore(const CommandLine& line) {
  const auto& path = line.paths[0];
  Progress progress{"Restoring", "", !line.quiet};
  const auto tell = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  // Before a folder is made for it.
  if (folder_state(line.location.folder) != FolderState::initialised) {
    const auto verified = exchange::verify_backup(path, tell);
    if (!verified) {
      progress.clear();
      return fail(verified.error(), line.json);
    }
  }
  const auto installation = create_installation(line.location, line.name);
  if (!installation) {
    progress.clear();
    return fail(installation.error(), line.json);
  }
  const auto restored = exchange::restore_backup(*installation->database, path, tell);
  progress.clear();
  return report(line, restored, "Restored into " + line.location.folder);
}

}  // namespace tocsin::cli
