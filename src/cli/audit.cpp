#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/mailing.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/text_table.hpp"
#include "engine/audit/checkpoint.hpp"
#include "engine/audit/export.hpp"
#include "engine/audit/trail.hpp"
#include "engine/audit/verify.hpp"

/// The command `audit`.
namespace tocsin::cli {
namespace {

namespace audit = engine::audit;

constexpr std::string_view kKeyFile = "audit.key";
constexpr std::size_t kCheckpointsBytesMax = std::size_t{16} << 20;

engine::Actor console() {
  engine::Actor actor;
  actor.console = true;
  actor.name = "console";
  return actor;
}

std::filesystem::path key_path(const CommandLine& line) {
  return std::filesystem::path{line.location.folder} / kKeyFile;
}

Result<std::vector<store::AuditCheckpoint>> read_checkpoints(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{Error::Code::not_found, "Cannot read the checkpoints", path, {}};
  std::vector<store::AuditCheckpoint> all;
  std::size_t bytes = 0, number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    bytes += text.size() + 1;
    if (bytes > kCheckpointsBytesMax) return Error::too_large("The file of checkpoints", kCheckpointsBytesMax, path);
    if (text::trim(text).empty()) continue;
    auto one = audit::parse_checkpoint(text);
    if (!one) return Error::invalid(one.error().message, fmt::format("{}:{}", path, number));
    all.push_back(*std::move(one));
  }
  return all;
}

/// The folder's own key where it has one: looking at a log makes none.
Result<std::optional<std::string>> own_public_key(const CommandLine& line) {
  std::error_code failure;
  if (!std::filesystem::exists(key_path(line), failure)) return std::optional<std::string>{};
  TRY(const auto key, SigningKey::open_or_create(key_path(line)));
  return std::optional{key.public_key()};
}

Result<audit::Trust> trust_of(const CommandLine& line, const std::optional<std::string>& own) {
  audit::Trust trust{.public_keys = line.audit.keys};
  if (own) trust.public_keys.push_back(*own);
  if (!line.audit.checkpoints.empty()) {
    TRY(trust.checkpoints, read_checkpoints(line.audit.checkpoints));
  }
  return trust;
}

std::string number_or_dash(const auto& id) { return id ? fmt::format("{}", id->value) : "-"; }

Result<int> list(const CommandLine& line, store::Database& database) {
  const auto& options = line.audit;
  TRY(const auto rows, database.read([&](store::Connection& connection) {
    return store::Audit{connection}.newest(options.filter, options.before, options.limit);
  }));
  if (line.json) {
    for (const auto& row : rows) print(audit::json_line(row) + "\n");
    return kGood;
  }
  if (rows.empty()) {
    print("Nothing found.\n");
    return kGood;
  }
  TextTable table{{{.title = "entry", .right = true},
                   {.title = "at"},
                   {.title = "person", .right = true},
                   {.title = "for", .right = true},
                   {.title = "action"},
                   {.title = "object"},
                   {.title = "outcome"},
                   {.title = "address"},
                   {.title = "detail", .shrinks = true}}};
  for (const auto& row : rows) {
    const auto& entry = row.entry;
    const auto detail = row.personal_erased ? "(erased)" : safe_text(entry.personal.detail);
    table.add({{fmt::format("{}", entry.sequence)},
               {format_rfc3339({entry.at.micros / 1'000'000 * 1'000'000})},
               {number_or_dash(entry.person)},
               {number_or_dash(entry.organisation)},
               {safe_text(entry.action)},
               {safe_text(entry.object)},
               {std::string{to_string(entry.outcome)}},
               {safe_text(entry.personal.address)},
               {detail}});
  }
  print(table.text(output_width(), colours()));
  if (static_cast<int>(rows.size()) == options.limit && rows.back().entry.sequence > 1) {
    print(fmt::format("\nMore: --before {}\n", rows.back().entry.sequence));
  }
  return kGood;
}

Result<int> export_lines(store::Database& database, const store::AuditFilter& filter) {
  TRY_VOID(database.write([&](store::Connection& connection) {
    return audit::record(connection, console(), system_clock().now(), "audit.export");
  }));
  TRY_VOID(database.snapshot([&](store::Connection& connection) {
    return audit::export_json_lines(connection, filter, [](std::string_view text) {
      print(text);
      return ok();
    });
  }));
  return kGood;
}

Result<int> verify(const CommandLine& line, store::Database& database) {
  TRY(const auto own, own_public_key(line));
  TRY(const auto trust, trust_of(line, own));
  Progress progress{"Verifying", "", !line.json};
  TRY(const auto report, database.snapshot([&](store::Connection& connection) {
    return audit::verify(connection, trust,
                         [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); });
  }));
  progress.clear();
  if (line.json) {
    for (const auto& each : report.findings) {
      boost::json::object finding;
      finding.emplace("damage", to_string(each.damage));
      finding.emplace("sequence", each.sequence);
      finding.emplace("text", each.text);
      print_json(finding);
    }
    boost::json::object summary;
    summary.emplace("intact", report.intact());
    summary.emplace("entries", report.entries);
    summary.emplace("first", report.first);
    summary.emplace("last", report.last);
    summary.emplace("erased", report.erased);
    summary.emplace("checkpoints", report.checkpoints);
    summary.emplace("damages", report.damages);
    summary.emplace("public_key", own ? boost::json::value(*own) : boost::json::value(nullptr));
    boost::json::object last;
    last.emplace("summary", std::move(summary));
    print_json(last);
    return report.intact() ? kGood : kFailed;
  }
  for (const auto& each : report.findings) print(safe_text(each.text) + ".\n");
  const auto rest = report.damages - static_cast<std::int64_t>(report.findings.size());
  if (rest > 0) print(fmt::format("And {} more.\n", text::thousands(rest)));
  print(fmt::format("{}: {}, {}, {}.\n",
                    report.intact() ? "The log is intact"
                                    : "THE LOG IS DAMAGED, " + text::count_of(report.damages, "finding", "findings"),
                    text::count_of(report.entries, "entry", "entries"),
                    text::count_of(report.checkpoints, "checkpoint", "checkpoints"),
                    text::count_of(report.erased, "erased personal part", "erased personal parts")));
  if (own) print(fmt::format("Public key: {}\n", *own));
  return report.intact() ? kGood : kFailed;
}

Result<int> checkpoint(const CommandLine& line, store::Database& database) {
  TRY(const auto key, SigningKey::open_or_create(key_path(line)));
  TRY(const auto made, audit::checkpoint(database, console(), key, system_clock().now()));
  if (line.json) {
    print(audit::checkpoint_line(made, key.public_key()) + "\n");
  } else {
    print(fmt::format("Entry {} of {} is signed.\nHash:       {}\nSignature:  {}\nPublic key: {}\n", made.sequence,
                      format_rfc3339(made.at), made.hash, made.signature, key.public_key()));
  }
  return kGood;
}

Result<int> prune(const CommandLine& line, const Settings& settings, store::Database& database) {
  auto actor = console();
  TRY(actor.four_eyes, four_eyes_of(settings));
  TRY(const auto post, open_post(line.location, settings));
  actor.post = &post;
  actor.reason = line.audit.reason;
  TRY(const auto key, SigningKey::open_or_create(key_path(line)));
  TRY(const auto trust, trust_of(line, key.public_key()));
  TRY(const auto pruned,
      audit::prune(database, actor, line.audit.keep_days, key, trust, system_clock().now(), line.audit.even_damaged));
  if (line.json) {
    boost::json::object object;
    object.emplace("removed", pruned.removed);
    object.emplace("through", pruned.through);
    print_json(object);
  } else if (pruned.removed == 0) {
    print("Nothing is older than that.\n");
  } else {
    print(fmt::format("Removed {}, up to entry {}.\n", text::count_of(pruned.removed, "entry", "entries"),
                      pruned.through));
  }
  return kGood;
}

Result<int> run_one(const CommandLine& line) {
  TRY(const auto installation, open_installation(line.location));
  auto& database = *installation.database;
  switch (line.audit.what) {
    case AuditOptions::What::list:
      return list(line, database);
    case AuditOptions::What::export_lines:
      return export_lines(database, line.audit.filter);
    case AuditOptions::What::verify:
      return verify(line, database);
    case AuditOptions::What::checkpoint:
      return checkpoint(line, database);
    case AuditOptions::What::prune:
      break;
  }
  return prune(line, installation.settings, database);
}

}  // namespace

int run_audit(const CommandLine& line) {
  const auto code = run_one(line);
  return code ? *code : fail(code.error(), line.json);
}

}  // namespace tocsin::cli
