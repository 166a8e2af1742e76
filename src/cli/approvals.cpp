#include "engine/guard/approvals.hpp"

#include <filesystem>

#include "cli/commands.hpp"
#include "cli/mailing.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"

/// The command `approval`.
namespace tocsin::cli {
namespace {

namespace guard = engine::guard;

constexpr std::string_view kKeyFile = "audit.key";
constexpr int kRows = 200;

std::string_view state_of(const guard::ApprovalRow& row) {
  if (row.waits) return "waiting";
  switch (row.approval.state) {
    case store::ApprovalState::waiting:
      return "over";
    case store::ApprovalState::approved:
      return "approved";
    case store::ApprovalState::rejected:
      return "rejected";
    case store::ApprovalState::withdrawn:
      return "withdrawn";
    case store::ApprovalState::refused:
      break;
  }
  return "refused";
}

Result<int> list(const CommandLine& line, store::Database& database) {
  TRY(const auto rows, guard::list_approvals(database, engine::Actor::at_console(), kRows, system_clock().now()));
  if (line.json) {
    for (const auto& row : rows) {
      boost::json::object object;
      object.emplace("id", row.approval.id);
      object.emplace("state", state_of(row));
      object.emplace("act", row.act ? domain::slug(*row.act) : "");
      object.emplace("object", row.approval.object);
      object.emplace("asked_by", row.person);
      object.emplace("reason", row.approval.reason);
      auto& difference = object["difference"].emplace_array();
      for (const auto& each : row.difference) difference.emplace_back(each);
      object.emplace("asked_at", format_rfc3339(row.approval.asked_at));
      object.emplace("expires_at", format_rfc3339(row.approval.expires_at));
      object.emplace("decided_by", row.decided_by);
      object.emplace("outcome", row.approval.outcome);
      print_json(object);
    }
    return kGood;
  }
  if (rows.empty()) {
    print("Nothing waits, and nothing was decided.\n");
    return kGood;
  }
  TextTable table{{{.title = "number", .right = true},
                   {.title = "state"},
                   {.title = "what"},
                   {.title = "asked by"},
                   {.title = "until"},
                   {.title = "reason"},
                   {.title = "difference", .shrinks = true}}};
  for (const auto& row : rows) {
    table.add({{fmt::format("{}", row.approval.id)},
               {std::string{state_of(row)}},
               {std::string{row.act ? domain::slug(*row.act) : "?"}},
               {safe_text(row.person)},
               {format_minute(row.approval.expires_at)},
               {safe_text(row.approval.reason)},
               {safe_text(fmt::format("{}", fmt::join(row.difference, "; ")))}});
  }
  print(table.text(output_width(), colours()));
  return kGood;
}

Result<int> run_one(const CommandLine& line) {
  TRY(const auto installation, open_installation(line.location));
  auto& database = *installation.database;
  const auto& options = line.approval;
  const auto now = system_clock().now();
  if (options.what == ApprovalOptions::What::list) return list(line, database);
  TRY(const auto post, open_post(line.location, installation.settings));
  auto actor = engine::Actor::at_console();
  actor.post = &post;
  if (options.what == ApprovalOptions::What::reject) {
    TRY_VOID(guard::reject(database, actor, options.id, options.why, now));
    if (!line.json) print("Rejected.\n");
    return kGood;
  }
  TRY(const auto key, SigningKey::open_or_create(std::filesystem::path{line.location.folder} / kKeyFile));
  const guard::ApprovalTools tools{
      .glass = {.lasts = std::chrono::minutes{installation.settings.integer("break_glass.minutes")}, .post = &post},
      .audit_key = &key,
      .trust = {.public_keys = {key.public_key()}, .checkpoints = {}}};
  TRY_VOID(guard::approve(database, actor, tools, options.id, now));
  if (!line.json) print("Approved, and done.\n");
  return kGood;
}

}  // namespace

int run_approval(const CommandLine& line) {
  const auto code = run_one(line);
  return code ? *code : fail(code.error(), line.json);
}

}  // namespace tocsin::cli
