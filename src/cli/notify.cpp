#include <fmt/ranges.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/mailing.hpp"
#include "cli/member_lookup.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "engine/notify/subscriptions.hpp"

/// The command `notify`.
namespace tocsin::cli {
namespace {

namespace notify = engine::notify;
using domain::PersonId;
using engine::Actor;

std::vector<std::string> ways_of(const domain::Channels& channels) {
  std::vector<std::string> ways;
  if (channels.mail) ways.emplace_back("mail");
  if (channels.feed) ways.emplace_back("feed");
  if (channels.hook) ways.emplace_back("hook");
  return ways;
}

boost::json::array strings(const std::vector<std::string>& texts) {
  return boost::json::array(texts.begin(), texts.end());
}

Status list(const CommandLine& line, store::Database& database, PersonId person) {
  TRY(const auto all, notify::list(database, Actor::at_console(), person));
  TextTable table{{{.title = "ID", .right = true},
                   {.title = "NAME", .shrinks = true},
                   {.title = "WHAT", .shrinks = true},
                   {.title = "PACE"},
                   {.title = "BY"},
                   {.title = "STATE"}}};
  for (const auto& it : all) {
    const auto input = notify::input_of(it);
    if (line.json) {
      print_json(boost::json::object{{"id", it.id},
                                     {"name", it.name},
                                     {"organisation", it.organisation.value},
                                     {"query", it.query},
                                     {"exposure", it.exposure},
                                     {"statuses", strings(input.statuses)},
                                     {"decisions", strings(input.decisions)},
                                     {"site", it.site},
                                     {"connections", it.connections},
                                     {"pace", to_string(it.pace)},
                                     {"channels", strings(ways_of(it.channels))},
                                     {"paused", it.paused}});
      continue;
    }
    auto what = it.query.empty() ? std::string{"every advisory"} : it.query;
    if (it.connections) what = "new connections";
    if (it.exposure) what += it.site.empty() ? " (own assets)" : " (own assets at " + it.site + ")";
    table.add({{.text = std::to_string(it.id)},
               {.text = safe_text(it.name)},
               {.text = safe_text(what)},
               {.text = std::string{to_string(it.pace)}},
               {.text = fmt::format("{}", fmt::join(ways_of(it.channels), ", "))},
               {.text = it.paused ? "paused" : "in force"}});
  }
  if (line.json) return ok();
  print(all.empty() ? std::string{"There is no subscription.\n"} : table.text(output_width(), colours()));
  return ok();
}

Status add(const CommandLine& line, store::Database& database, PersonId person) {
  const auto& options = line.notify;
  notify::SubscriptionInput input{.name = options.name,
                                  .query = options.query,
                                  .exposure = options.exposure,
                                  .statuses = options.statuses,
                                  .decisions = options.decisions,
                                  .site = options.site,
                                  .connections = options.connections,
                                  .pace = domain::parse_pace(options.pace).value_or(domain::Pace::now)};
  if (!options.by.empty()) input.channels = {};
  for (const auto& way : options.by) {
    input.channels.mail = input.channels.mail || way == "mail";
    input.channels.feed = input.channels.feed || way == "feed";
    input.channels.hook = input.channels.hook || way == "hook";
  }
  TRY(const auto id, notify::subscribe(database, Actor::at_console(), person, input, system_clock().now()));
  if (line.json) {
    print_json(boost::json::object{{"subscription", id}});
  } else {
    print(fmt::format("Subscription {}.\n", id));
  }
  return ok();
}

Status remove(const CommandLine& line, store::Database& database, PersonId person) {
  TRY_VOID(notify::remove(database, Actor::at_console(), person, line.notify.id, system_clock().now()));
  if (line.json) {
    print_json(boost::json::object{{"removed", line.notify.id}});
  } else {
    print(fmt::format("Subscription {} is removed.\n", line.notify.id));
  }
  return ok();
}

Status test(const CommandLine& line, const Installation& installation, PersonId person) {
  TRY(const auto post, open_post(line.location, installation.settings));
  TRY_VOID(notify::send_test(*installation.database, Actor::at_console(), person, line.notify.id, post,
                             system_clock().now()));
  if (line.json) {
    print_json(boost::json::object{{"tested", line.notify.id}});
  } else {
    print("A test letter is in the post: a running server sends it.\n");
  }
  return ok();
}

template <class Notice>
std::string_view state_of(const Notice& notice) {
  using store::NoticeDropped;
  using store::NoticeState;
  if (notice.state == NoticeState::waiting) return "waits";
  if (notice.state == NoticeState::sent)
    return notice.letter ? "by mail" : notice.channels.feed ? "in the feed" : "shown";
  switch (notice.dropped) {
    case NoticeDropped::hidden:
      return "hidden";
    case NoticeDropped::unsubscribed:
      return "unsubscribed";
    case NoticeDropped::replaced:
      return "told later";
    case NoticeDropped::paused:
    case NoticeDropped::not_dropped:
      break;
  }
  return "paused";
}

Status sent(const CommandLine& line, store::Database& database, PersonId person) {
  const auto now = system_clock().now();
  TRY(const auto page, notify::notices(database, Actor::at_console(), person, 0, line.notify.limit, now));
  TextTable table{{{.title = "NOTICED"},
                   {.title = "WHAT", .shrinks = true},
                   {.title = "STATE"},
                   {.title = "WHY", .shrinks = true}}};
  TRY(const auto of_assets, notify::asset_notices(database, Actor::at_console(), person, line.notify.limit, now));
  for (const auto& row : of_assets) {
    const auto what = notify::heading(row.item);
    if (line.json) {
      print_json(boost::json::object{{"id", row.notice.id},
                                     {"assets", row.item.assets},
                                     {"advisories", row.item.advisories},
                                     {"what", what},
                                     {"state", state_of(row.notice)},
                                     {"noticed_at", format_rfc3339(row.notice.noticed_at)},
                                     {"due_at", format_rfc3339(row.notice.due_at)},
                                     {"subscriptions", strings(row.notice.why)}});
      continue;
    }
    table.add({{.text = format_minute(row.notice.noticed_at)},
               {.text = what},
               {.text = std::string{state_of(row.notice)}},
               {.text = safe_text(fmt::format("{}", fmt::join(row.notice.why, ", ")))}});
  }
  for (const auto& row : page.rows) {
    const auto what = row.item ? notify::heading(*row.item) : std::string{"(may not be seen now)"};
    if (line.json) {
      print_json(
          boost::json::object{{"id", row.notice.id},
                              {row.notice.kind == store::NoticeKind::connected ? "threat" : "advisory", row.slug},
                              {"what", what},
                              {"state", state_of(row.notice)},
                              {"noticed_at", format_rfc3339(row.notice.noticed_at)},
                              {"due_at", format_rfc3339(row.notice.due_at)},
                              {"subscriptions", strings(row.notice.why)}});
      continue;
    }
    table.add({{.text = format_minute(row.notice.noticed_at)},
               {.text = safe_text(what)},
               {.text = std::string{state_of(row.notice)}},
               {.text = safe_text(fmt::format("{}", fmt::join(row.notice.why, ", ")))}});
  }
  if (line.json) return ok();
  print(page.rows.empty() && of_assets.empty() ? std::string{"Nothing yet.\n"} : table.text(output_width(), colours()));
  return ok();
}

Status work_on(const CommandLine& line) {
  TRY(const auto installation, open_installation(line.location));
  auto& database = *installation.database;
  TRY(const auto person, find_user(database, line.notify.person));
  switch (line.notify.what) {
    case NotifyOptions::What::list:
      return list(line, database, person);
    case NotifyOptions::What::add:
      return add(line, database, person);
    case NotifyOptions::What::remove:
      return remove(line, database, person);
    case NotifyOptions::What::test:
      return test(line, installation, person);
    case NotifyOptions::What::sent:
      break;
  }
  return sent(line, database, person);
}

}  // namespace

int run_notify(const CommandLine& line) {
  const auto worked = work_on(line);
  return worked ? kGood : fail(worked.error(), line.json);
}

}  // namespace tocsin::cli
