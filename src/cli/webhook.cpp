#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/member_lookup.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "cli/webhooking.hpp"
#include "portal/pages/webhook_parts.hpp"

/// The command `webhook`. Who may open the data folder acts as the console.
namespace tocsin::cli {
namespace {

namespace hooks = engine::hooks;
using What = WebhookOptions::What;
using Cell = TextTable::Cell;

struct Work {
  store::Database& database;
  const hooks::Hooks& desk;
  const WebhookOptions& options;
  bool json;
  engine::Actor actor = engine::Actor::at_console();
  Timestamp now = system_clock().now();
};

Cell cell(std::string_view text) { return {.text = safe_text(text)}; }

Status done(const Work& work, std::string_view sentence, const boost::json::object& facts) {
  if (work.json) {
    print_json(facts);
  } else {
    print(safe_text(fmt::format("{}\n", sentence)));
  }
  return ok();
}

Status list(const Work& work) {
  std::optional<domain::OrganisationId> organisation;
  if (!work.options.organisation.empty()) {
    TRY(organisation, find_org(work.database, work.options.organisation));
  }
  TRY(const auto rows, hooks::list(work.database, work.actor, organisation));
  TextTable table{{{.title = "ID", .right = true},
                   {.title = "NAME", .shrinks = true},
                   {.title = "ORGANISATION", .shrinks = true},
                   {.title = "ADDRESS", .shrinks = true},
                   {.title = "STATE"},
                   {.title = "WAITING", .right = true},
                   {.title = "DEAD", .right = true}}};
  for (const auto& row : rows) {
    if (work.json) {
      print_json(portal::pages::webhook_json(row));
      continue;
    }
    const auto* state = !row.it.enabled ? "disabled" : row.it.failures > 0 ? "failing" : "enabled";
    table.add({cell(std::to_string(row.it.id)), cell(row.it.name), cell(row.organisation_name), cell(row.it.url),
               cell(state), cell(std::to_string(row.counts.waiting)), cell(std::to_string(row.counts.dead))});
  }
  if (work.json) return ok();
  print(rows.empty() ? "There is no webhook.\n" : table.text(output_width(), colours()));
  return ok();
}

Status show_secret(const Work& work, const hooks::Made& made) {
  return done(work, fmt::format("Webhook {}. Its secret, shown this once:\n{}", made.id, made.secret),
              {{"webhook", made.id}, {"secret", made.secret}});
}

Status add(const Work& work) {
  const auto& options = work.options;
  TRY(const auto organisation, find_org(work.database, options.organisation));
  TRY(const auto person, find_user(work.database, options.person));
  hooks::WebhookInput input{.name = options.name, .url = options.url};
  if (input.name.empty()) {
    const auto begin = options.url.find("://");
    const auto rest = begin == std::string::npos ? options.url : options.url.substr(begin + 3);
    input.name = rest.substr(0, rest.find('/'));
  }
  TRY(const auto made, hooks::create(work.database, work.actor, work.desk, input, work.now,
                                     hooks::Whose{.organisation = organisation, .person = person}));
  return show_secret(work, made);
}

Status enable(const Work& work) {
  const bool enabled = work.options.what == What::enable;
  TRY(const auto row, hooks::find(work.database, work.actor, work.options.id));
  if (!row) return Error::not_found("webhook");
  TRY_VOID(hooks::change(work.database, work.actor, work.desk, work.options.id,
                         {.name = row->it.name, .url = row->it.url}, enabled, work.now));
  return done(work, fmt::format("Webhook {} is {}.", work.options.id, enabled ? "enabled" : "disabled"),
              {{"webhook", work.options.id}, {"enabled", enabled}});
}

Status deliveries(const Work& work) {
  TRY(const auto rows,
      hooks::deliveries(work.database, work.actor, work.options.id, store::parse_delivery_state(work.options.state)));
  TextTable table{{{.title = "ID", .right = true},
                   {.title = "WHAT"},
                   {.title = "WRITTEN"},
                   {.title = "STATE"},
                   {.title = "TRIES", .right = true},
                   {.title = "NEXT TRY"},
                   {.title = "LAST PROBLEM", .shrinks = true}}};
  for (const auto& row : rows) {
    if (work.json) {
      print_json(portal::pages::delivery_json(row));
      continue;
    }
    table.add({cell(std::to_string(row.id)), cell(row.type), cell(format_minute(row.created_at)),
               cell(store::to_string(row.state)), cell(std::to_string(row.attempts)),
               cell(row.state == store::DeliveryState::waiting ? format_minute(row.next_try_at) : "-"),
               cell(row.problem)});
  }
  if (work.json) return ok();
  print(rows.empty() ? "There is none.\n" : table.text(output_width(), colours()));
  return ok();
}

Status work_on(const Work& work) {
  const auto id = work.options.id;
  switch (work.options.what) {
    case What::list:
      return list(work);
    case What::add:
      return add(work);
    case What::enable:
    case What::disable:
      return enable(work);
    case What::rotate: {
      TRY(const auto made, hooks::rotate(work.database, work.actor, work.desk, id, work.now));
      return show_secret(work, made);
    }
    case What::remove:
      TRY_VOID(hooks::remove(work.database, work.actor, id, work.now));
      return done(work, fmt::format("Webhook {} is removed.", id), {{"webhook", id}});
    case What::test: {
      TRY(const auto delivery, hooks::test(work.database, work.actor, id, work.now));
      return done(work, fmt::format("Delivery {} is to be sent now, by the server.", delivery),
                  {{"webhook", id}, {"delivery", delivery}});
    }
    case What::replay: {
      TRY(const auto count, hooks::replay(work.database, work.actor, id, work.options.delivery, work.now));
      return done(
          work,
          fmt::format("{} to be sent now, by the server.", text::count_of(count, "delivery is", "deliveries are")),
          {{"webhook", id}, {"deliveries", count}});
    }
    case What::deliveries:
      return deliveries(work);
  }
  return ok();
}

}  // namespace

int run_webhook(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  const auto desk = open_hooks(line.location, installation->settings);
  if (!desk) return fail(desk.error(), line.json);
  const Work work{.database = *installation->database, .desk = *desk, .options = line.webhook, .json = line.json};
  if (const auto worked = work_on(work); !worked) return fail(worked.error(), line.json);
  return kGood;
}

}  // namespace tocsin::cli
