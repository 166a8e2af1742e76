#include "portal/pages/manage.hpp"

#include <iterator>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "engine/manage/comments.hpp"
#include "engine/manage/removal.hpp"
#include "engine/search/indexer.hpp"
#include "store/records.hpp"

/// The commands `comment` and `remove`.
namespace tocsin::cli {
namespace {

namespace manage = engine::manage;

constexpr std::size_t kTextWidth = 100;

Result<domain::Record> find(store::Database& database, const CommandLine& line) {
  // Whoever has the database answers for every organisation: the record is looked for past the policy.
  TRY(auto record, database.read([&](store::Connection& connection) {
    return store::Records{connection}.load(domain::RecordKind::advisory, domain::slug_of(line.id));
  }));
  if (!record) return Error{Error::Code::not_found, fmt::format("There is no advisory '{}' here", line.id), {}, {}};
  return std::move(*record);
}

Status list(store::Database& database, const CommandLine& line, const domain::Record& record, Timestamp now) {
  TRY(const auto all, manage::comments_of(database, engine::Actor::at_console(), record.id, now));
  if (line.json) {
    print_json(portal::pages::comments_json(all));
    return ok();
  }
  std::string out;
  for (const auto& row : all.rows) {
    const auto& comment = row.comment;
    out += safe_text(fmt::format("{}  {}  {}{}{}  {}\n", comment.id, format_minute(comment.written_at),
                                 comment.person_name, comment.person_name.empty() ? "" : ", ",
                                 comment.organisation_name, comment.wide ? "for everyone" : "for the organisation"));
    out += wrap(safe_text("    " + comment.body), kTextWidth, 4);
  }
  print(out.empty() ? std::string{"No comments.\n"} : out);
  return ok();
}

Result<std::string> text_of(const CommandLine& line) {
  if (line.manage.text != "-") return line.manage.text;
  std::string text;
  char buffer[1024];
  // A little more than fits, so that too much is told as such.
  while (text.size() <= 2 * manage::kCommentBytesMax) {
    const auto count = std::fread(buffer, 1, sizeof buffer, stdin);
    if (count == 0) break;
    text.append(buffer, count);
  }
  return text;
}

Status act(store::Database& database, const CommandLine& line) {
  const auto now = system_clock().now();
  auto actor = engine::Actor::at_console();
  TRY(const auto record, find(database, line));
  const auto say = [&](const boost::json::object& object, const std::string& sentence) {
    if (line.json) {
      print_json(object);
    } else {
      print(safe_text(sentence));
    }
    return ok();
  };
  switch (line.manage.what) {
    case ManageOptions::What::list:
      return list(database, line, record, now);
    case ManageOptions::What::add: {
      TRY(const auto text, text_of(line));
      TRY(const auto id, manage::add_comment(database, actor, record.id, text, line.manage.everyone, now));
      return say({{"comment", id}}, fmt::format("Added: {}\n", id));
    }
    case ManageOptions::What::remove_comment:
      TRY_VOID(manage::remove_comment(database, actor, record.id, line.manage.comment, now));
      return say({{"removed", line.manage.comment}}, "Removed.\n");
    case ManageOptions::What::remove_advisory:
      break;
  }
  actor.reason = line.manage.reason;
  TRY_VOID(manage::remove_record(database, actor, record.id, now));
  TRY_VOID(engine::search::index_all(database));
  return say({{"removed", record.key}, {"sha512", record.sha512}}, fmt::format("Removed {} for good.\n", record.key));
}

}  // namespace

int run_manage(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  const auto done = act(*installation->database, line);
  return done ? kGood : fail(done.error(), line.json);
}

}  // namespace tocsin::cli
