#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/mailing.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "engine/audit/trail.hpp"
#include "engine/post/desk.hpp"
#include "engine/post/letters.hpp"

/// The command `mail`.
namespace tocsin::cli {
namespace {

namespace post = engine::post;

Status list(const CommandLine& line, const Installation& installation) {
  TRY(const auto writer, open_post(line.location, installation.settings));
  TRY(const auto desk, post::desk(*installation.database, engine::Actor::at_console(), writer));
  TextTable table{{{.title = "ID", .right = true},
                   {.title = "TO", .shrinks = true},
                   {.title = "WHAT"},
                   {.title = "STATE"},
                   {.title = "TRIES", .right = true},
                   {.title = "NEXT TRY"},
                   {.title = "LAST PROBLEM", .shrinks = true}}};
  for (const auto& row : desk.rows) {
    const auto* state = row.given_up ? "given up" : "waits";
    if (line.json) {
      print_json(boost::json::object{{"id", row.id},
                                     {"to", row.address},
                                     {"purpose", store::mail_purpose(row.purpose)},
                                     {"state", row.given_up ? "given-up" : "waiting"},
                                     {"attempts", row.attempts},
                                     {"created_at", format_rfc3339(row.created_at)},
                                     {"next_try_at", format_rfc3339(row.next_try_at)},
                                     {"expires_at", format_rfc3339(row.expires_at)},
                                     {"problem", row.problem}});
      continue;
    }
    table.add({{.text = std::to_string(row.id)},
               {.text = safe_text(row.address)},
               {.text = std::string{store::mail_purpose(row.purpose)}},
               {.text = state},
               {.text = std::to_string(row.attempts)},
               {.text = row.given_up ? "-" : format_minute(row.next_try_at)},
               {.text = safe_text(row.problem)}});
  }
  if (line.json) return ok();
  if (desk.rows.empty()) {
    print("No mail waits.\n");
    return ok();
  }
  print(table.text(output_width(), colours()));
  const auto all = desk.counts.waiting + desk.counts.given_up;
  if (all > static_cast<std::int64_t>(desk.rows.size()))
    print(fmt::format("\nThe first of {}.\n", text::thousands(all)));
  return ok();
}

Status retry(const CommandLine& line, store::Database& database) {
  TRY(const auto count, post::retry(database, engine::Actor::at_console(), line.mail.id, system_clock().now()));
  if (line.json) {
    print_json(boost::json::object{{"mails", count}});
  } else {
    print(fmt::format("{} to be sent now, by the server.\n", text::count_of(count, "mail is", "mails are")));
  }
  return ok();
}

Status drop(const CommandLine& line, store::Database& database) {
  TRY_VOID(post::drop(database, engine::Actor::at_console(), line.mail.id.value_or(0), system_clock().now()));
  if (line.json) {
    print_json(boost::json::object{{"mail", line.mail.id.value_or(0)}});
  } else {
    print(fmt::format("Mail {} is not sent.\n", line.mail.id.value_or(0)));
  }
  return ok();
}

/// Not through the queue: whoever sets mail up wants to read what the server says.
Status test(const CommandLine& line, const Installation& installation) {
  if (!has_mail(installation.settings)) {
    return Error::conflict("No mail server is set: give mail.url and mail.from in tocsin.toml", "mail.url");
  }
  TRY(const auto settings, mail_settings(line.location, installation.settings));
  TRY(const auto writer, open_post(line.location, installation.settings));
  const auto now = system_clock().now();
  TRY(const auto options,
      installation.database->read([&](store::Connection& connection) { return writer.options(connection); }));
  const auto letter = post::test_letter(options, line.mail.address, now);
  const auto delivery = exchange::deliver(
      settings, {.to = {letter.address}, .subject = letter.subject, .text = letter.text, .headers = {}, .id = {}});
  TRY_VOID(installation.database->write([&](store::Connection& connection) {
    return engine::audit::record(connection, engine::Actor::at_console(), now, "mail.test", {}, {},
                                 delivery.error ? domain::audit::Outcome::failed : domain::audit::Outcome::done,
                                 {{"email", line.mail.address}});
  }));
  if (delivery.error) {
    auto error = *delivery.error;
    if (!error.detail.empty()) error.message += ": " + error.detail;
    return error;
  }
  if (line.json) {
    print_json(boost::json::object{{"sent", line.mail.address}});
  } else {
    print(fmt::format("The mail server has taken a mail to {}.\n", line.mail.address));
  }
  return ok();
}

Status work_on(const CommandLine& line) {
  TRY(const auto installation, open_installation(line.location));
  switch (line.mail.what) {
    case MailOptions::What::list:
      return list(line, installation);
    case MailOptions::What::retry:
      return retry(line, *installation.database);
    case MailOptions::What::drop:
      return drop(line, *installation.database);
    case MailOptions::What::test:
      break;
  }
  return test(line, installation);
}

}  // namespace

int run_mail(const CommandLine& line) {
  const auto worked = work_on(line);
  return worked ? kGood : fail(worked.error(), line.json);
}

}  // namespace tocsin::cli
