#include "engine/cases/cases.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/member_lookup.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "portal/pages/case_parts.hpp"

/// The command `case`. Who may open the data folder acts as the console.
namespace tocsin::cli {
namespace {

namespace cases = engine::cases;
using What = CaseOptions::What;
using Cell = TextTable::Cell;

struct Work {
  store::Database& database;
  const CaseOptions& options;
  bool json;
  engine::Actor actor = engine::Actor::at_console();
  Timestamp now = system_clock().now();
};

Cell cell(std::string_view text) { return {.text = safe_text(text)}; }

Status done(const Work& work, std::string_view sentence, std::string_view number) {
  if (work.json) {
    print_json(boost::json::object{{"case", number}});
  } else {
    print(safe_text(fmt::format("{}\n", sentence)));
  }
  return ok();
}

Result<cases::CaseDetail> detail_of(const Work& work) {
  TRY(auto detail, cases::find_case(work.database, work.actor, work.options.number, work.now));
  if (detail) return std::move(*detail);
  return Error{
      Error::Code::not_found, fmt::format("There is no case '{}'", text::shorten(work.options.number, 80)), {}, {}};
}

Result<domain::Grantee> participant_of(const Work& work) {
  if (!work.options.organisation.empty()) {
    TRY(const auto id, find_org(work.database, work.options.organisation));
    return domain::Grantee{domain::Grantee::Kind::organisation, id.value};
  }
  if (work.options.person.empty()) return Error::invalid("Say whom: --org or --user", "--org");
  TRY(const auto id, find_user(work.database, work.options.person));
  return domain::Grantee{domain::Grantee::Kind::person, id.value};
}

Status list(const Work& work) {
  TRY(const auto rows, cases::list_cases(work.database, work.actor,
                                         {.text = work.options.text,
                                          .state = domain::parse_case_state(work.options.state),
                                          .kind = domain::parse_case_kind(work.options.kind)}));
  TextTable table{{{.title = "CASE"},
                   {.title = "TITLE", .shrinks = true},
                   {.title = "KIND"},
                   {.title = "STATE"},
                   {.title = "OWNER", .shrinks = true},
                   {.title = "PARTICIPANTS", .right = true}}};
  for (const auto& row : rows) {
    if (work.json) {
      print_json(portal::pages::case_json(row));
      continue;
    }
    table.add({cell(row.it.number), cell(row.it.title), cell(domain::slug(row.it.kind)),
               cell(domain::to_string(row.it.state)), cell(row.owner_name),
               cell(std::to_string(row.participant_count.value_or(0)))});
  }
  if (!work.json) print(table.text(output_width(), colours()));
  return ok();
}

Status show(const Work& work) {
  TRY(const auto detail, detail_of(work));
  if (work.json) {
    print_json(portal::pages::case_detail_json(detail));
    return ok();
  }
  const auto& it = detail.row.it;
  const auto line = [](std::string_view name, std::string_view value) {
    if (!value.empty()) print(fmt::format("{:<14} {}\n", name, safe_text(value)));
  };
  line("Case", it.number);
  line("Title", it.title);
  line("Kind", domain::to_string(it.kind));
  line("State", domain::to_string(it.state));
  line("Owner", fmt::format("{} ({})", detail.row.owner_name, it.owner.value));
  line("Opened", format_minute(it.opened_at));
  if (it.closed_at) line("Closed", format_minute(*it.closed_at));
  for (const auto& row : detail.participants) {
    line("Participant", fmt::format("{} ({} {}), {}, since {}{}", row.name, domain::to_string(row.it.who.kind),
                                    row.it.who.id, domain::to_string(row.it.part), format_minute(row.it.added_at),
                                    row.added_by.empty() ? std::string{} : fmt::format(", added by {}", row.added_by)));
  }
  for (const auto& record : detail.records) {
    line("Shared", fmt::format("{} TLP:{} {}", record.key, domain::to_string(record.tlp), record.title));
  }
  return ok();
}

Status open(const Work& work) {
  cases::CaseInput input;
  input.title = work.options.title;
  if (const auto kind = domain::parse_case_kind(work.options.kind)) input.kind = *kind;
  if (!work.options.owner.empty()) {
    TRY(input.owner, find_org(work.database, work.options.owner));
  }
  TRY(const auto number, cases::open_case(work.database, work.actor, input, work.now));
  return done(work, fmt::format("{} is open.", number), number);
}

Status change(const Work& work) {
  TRY(const auto detail, detail_of(work));
  const auto& it = detail.row.it;
  const auto what = work.options.what;
  const auto state = what == What::close    ? domain::CaseState::closed
                     : what == What::reopen ? domain::CaseState::open
                                            : it.state;
  TRY_VOID(cases::change_case(work.database, work.actor, it.number,
                              what == What::rename ? work.options.title : it.title, state, work.now,
                              cases::version_of(it)));
  return done(work, fmt::format("{} is {}.", it.number, what == What::rename ? "changed" : domain::to_string(state)),
              it.number);
}

Status add_or_remove(const Work& work) {
  TRY(const auto detail, detail_of(work));
  const auto& number = detail.row.it.number;
  TRY(const auto who, participant_of(work));
  const bool adds = work.options.what == What::add;
  const auto part = domain::parse_case_part(work.options.part).value_or(domain::CasePart::other);
  TRY_VOID(adds ? cases::add_participant(work.database, work.actor, number, who, part, work.now)
                : cases::remove_participant(work.database, work.actor, number, who, work.now));
  const auto* const kind = who.kind == domain::Grantee::Kind::organisation ? "Organisation" : "Person";
  return done(work,
              adds ? fmt::format("{} {} takes part in {} as {}.", kind, who.id, number, domain::to_string(part))
                   : fmt::format("{} {} takes part in {} no more.", kind, who.id, number),
              number);
}

Status work_on(const Work& work) {
  switch (work.options.what) {
    case What::list:
      return list(work);
    case What::show:
      return show(work);
    case What::open:
      return open(work);
    case What::rename:
    case What::close:
    case What::reopen:
      return change(work);
    case What::add:
    case What::remove:
      return add_or_remove(work);
  }
  return ok();
}

}  // namespace

int run_case(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  const Work work{.database = *installation->database, .options = line.cases, .json = line.json};
  if (const auto worked = work_on(work); !worked) return fail(worked.error(), line.json);
  return kGood;
}

}  // namespace tocsin::cli
