#include "engine/cases/cases.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/ids.hpp"
#include "base/messages.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "engine/members/addressed.hpp"
#include "engine/members/input.hpp"
#include "engine/members/writing.hpp"
#include "store/cases.hpp"
#include "store/people.hpp"
#include "store/records.hpp"

namespace tocsin::engine::cases {
namespace {

using domain::Case;
using domain::CasePart;
using domain::CaseState;
using domain::Grantee;
using domain::Permission;
using members::note;
using store::Sql;

constexpr std::int64_t kParticipantsMax = 2'000;

std::string object_of(const Case& it) { return fmt::format("case:{}", it.number); }
std::string object_of(const Grantee& who) { return audit::object_of(to_string(who.kind), who.id); }

bool knows(const Actor& actor, const Case& it) {
  return actor.console || domain::policy::knows_case(actor.viewer, it.id);
}
bool keeps(const Actor& actor, const Case& it) {
  return actor.console || (actor.may(Permission::handle_cases) && actor.viewer.organisation == it.owner);
}
bool by_name(const Actor& actor, const Case& it) {
  return std::ranges::binary_search(actor.viewer.cases_by_name, it.id);
}
/// With the cases that they are in at this moment: what was resolved for their session may be a moment older, and who
/// opens a case goes on to it.
Result<Actor> refreshed(store::Connection& connection, Actor actor) {
  store::Cases cases{connection};
  auto& viewer = actor.viewer;
  viewer.cases.clear();
  viewer.cases_by_name.clear();
  if (viewer.organisation) {
    TRY(viewer.cases, cases.of({Grantee::Kind::organisation, viewer.organisation->value}));
  }
  if (viewer.person) {
    TRY(viewer.cases_by_name, cases.of({Grantee::Kind::person, viewer.person->value}));
  }
  return actor;
}

/// Participants know who sits at the table where they answer for an organisation, or for themselves.
bool sees_participants(const Actor& actor, const Case& it) {
  if (!knows(actor, it)) return false;
  return keeps(actor, it) || by_name(actor, it) || actor.may(Permission::edit_record) ||
         actor.may(Permission::manage_own_organisation);
}

Result<Case> known_case(store::Connection& connection, const Actor& actor, std::string_view number) {
  const auto spelt = domain::parse_case_number(number);
  if (!spelt) return Error::not_found("case");
  TRY(auto found, store::Cases{connection}.find(*spelt));
  if (!found || !knows(actor, *found)) return Error::not_found("case");
  return std::move(*found);
}

/// The case, if this actor may change it.
Result<Case> kept_case(store::Connection& connection, const Actor& actor, std::string_view number) {
  TRY(const auto now, refreshed(connection, actor));
  TRY(auto found, known_case(connection, now, number));
  TRY_VOID(actor.require(Permission::handle_cases));
  if (!keeps(actor, found)) {
    return Error::forbidden(std::string{tr<"Only the organisation whose case it is changes it">()});
  }
  return found;
}

/// Five random digits, more where too many are taken. A running number would tell everybody who sees two cases how many
/// there were between them.
std::string random_digits(std::size_t count) {
  std::string digits;
  while (digits.size() < count) {
    for (const char c : random_bytes(count)) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 250 && digits.size() < count) digits += static_cast<char>('0' + byte % 10);
    }
  }
  return digits;
}

Result<domain::CaseId> insert_numbered(store::Connection& connection, Case& it, Timestamp now) {
  constexpr std::size_t kDigits = 5, kDigitsMax = 12;
  constexpr int kTriesEach = 8;
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>{std::chrono::microseconds{now.micros}})};
  for (std::size_t digits = kDigits; digits <= kDigitsMax; ++digits) {
    for (int i = 0; i < kTriesEach; ++i) {
      it.number = domain::case_number(static_cast<int>(day.year()), random_digits(digits));
      TRY(const auto id, store::Cases{connection}.insert(it));
      if (id) return *id;
    }
  }
  return Error::internal("no number for a case is free");
}

Status check_room(store::Connection& connection, const Case& it, std::string_view field) {
  if (it.state == CaseState::closed) {
    return Error::conflict(std::string{tr<"This case is closed: reopen it first">()}, "case");
  }
  TRY(const auto there, store::Cases{connection}.participant_count(it.id));
  if (there < kParticipantsMax) return ok();
  return Error::conflict(tr<"A case has at most {} participants">(kParticipantsMax), std::string{field});
}

Status put_participant(store::Connection& connection, const Actor& actor, const Case& it, const Grantee& who,
                       CasePart part, Timestamp now) {
  store::Cases cases{connection};
  const Grantee owner{Grantee::Kind::organisation, it.owner.value};
  if (who == owner && part != CasePart::coordinator) {
    return Error::conflict(std::string{tr<"The organisation whose case it is coordinates it">()}, "part");
  }
  TRY(const auto rows, cases.add(it.id, {.who = who, .part = part, .added_at = now, .added_by = actor.viewer.person}));
  if (rows == 0) TRY_VOID(cases.set_part(it.id, who, part));
  return note(connection, actor, now, "case.add-participant", object_of(it), it.owner,
              {{"participant", object_of(who)}, {"part", domain::slug(part)}, {"already", rows == 0}});
}

Status take_out(store::Connection& connection, const Actor& actor, const Case& it, const Grantee& who, Timestamp now) {
  if (who == Grantee{Grantee::Kind::organisation, it.owner.value}) {
    return Error::conflict(std::string{tr<"The organisation whose case it is stays in it">()}, "participant");
  }
  TRY(const auto rows, store::Cases{connection}.remove(it.id, who));
  if (rows == 0) return Error::not_found("participant");
  return note(connection, actor, now, "case.remove-participant", object_of(it), it.owner,
              {{"participant", object_of(who)}});
}

Result<std::string> organisation_name(store::Connection& connection, domain::OrganisationId id) {
  TRY(const auto found, store::Organisations{connection}.find(id));
  return found ? found->name : std::string{};
}

Result<CaseRow> row_of(store::Connection& connection, const Actor& actor, Case it) {
  CaseRow row{.it = std::move(it), .owner_name = {}, .keeps = false, .participant_count = {}, .part = {}};
  row.keeps = keeps(actor, row.it);
  TRY(row.owner_name, organisation_name(connection, row.it.owner));
  TRY(const auto participants, store::Cases{connection}.participants(row.it.id));
  for (const auto& each : participants) {
    const bool own = each.who.kind == Grantee::Kind::person
                         ? actor.viewer.person && by_name(actor, row.it) && actor.viewer.person->value == each.who.id
                         : actor.viewer.organisation && actor.viewer.organisation->value == each.who.id;
    // Their own part says more than their organisation's.
    if (own && (!row.part || each.who.kind == Grantee::Kind::person)) row.part = each.part;
  }
  if (sees_participants(actor, row.it)) row.participant_count = static_cast<std::int64_t>(participants.size());
  return row;
}

Result<std::optional<ParticipantRow>> participant_row(store::Connection& connection, const Actor& actor, const Case& it,
                                                      domain::CaseParticipant participant) {
  ParticipantRow row{.it = participant, .name = {}, .added_by = {}};
  store::People people{connection};
  if (participant.added_by) {
    TRY(const auto by, people.find(*participant.added_by));
    if (by) row.added_by = by->name;
  }
  if (participant.who.kind == Grantee::Kind::organisation) {
    TRY(auto organisation, store::Organisations{connection}.find({participant.who.id}));
    const bool active = organisation && organisation->status == domain::OrganisationStatus::active;
    if (!organisation || (!active && !keeps(actor, it))) return std::optional<ParticipantRow>{};
    row.name = organisation->name;
    return std::optional{std::move(row)};
  }
  TRY(const auto person, people.find({participant.who.id}));
  if (!person) return std::optional<ParticipantRow>{};
  row.name = person->name;
  if (members::sees_accounts(actor)) return std::optional{std::move(row)};
  row.it.who.id = 0;
  if (keeps(actor, it)) {
    // They know the address, for it was typed by one of them; whether an account is behind it, this does not tell.
    TRY(row.name, domain::folded_email(person->email));
  }
  return std::optional{std::move(row)};
}

Result<std::vector<domain::Record>> shared_records(store::Connection& connection, const Actor& actor, const Case& it,
                                                   Timestamp now) {
  Sql sql{"SELECT " TOCSIN_RECORD_COLUMNS
          " FROM record r WHERE r.kind = ? AND r.audience = ? AND EXISTS (SELECT 1 FROM audience_grantee g WHERE "
          "g.audience_id = "
          "r.audience_id AND g.kind = ? AND g.grantee_id = ?)",
          domain::RecordKind::advisory, domain::Audience::listed, Grantee::Kind::case_file, it.id.value};
  if (!actor.console) sql.append(" AND ").append(domain::policy::visible_sql(actor.viewer, now));
  sql.append(" ORDER BY r.record_key, r.id");
  return connection.all(sql, [](const store::Row& row) { return store::read_record(row); });
}

}  // namespace

std::string version_of(const Case& it) {
  return sha256_hex(fmt::format("{}:{}:{}:{}", it.number, to_string(it.state), it.title.size(), it.title))
      .substr(0, 32);
}

Result<std::string> open_case(store::Database& database, const Actor& actor, const CaseInput& input, Timestamp now) {
  TRY_VOID(actor.require(Permission::handle_cases));
  Case it;
  TRY(it.title, members::one_line(input.title, "title", 2, members::kNameBytesMax));
  it.kind = input.kind;
  it.uuid = members::well_formed_uuid(input.uuid);
  if (it.uuid.empty()) it.uuid = random_uuid();
  it.opened_at = now;
  it.owner = actor.console ? input.owner.value_or(domain::kOwnOrganisation) : *actor.viewer.organisation;
  return members::write_members(database, [&](store::Connection& connection) -> Result<std::string> {
    TRY(const auto owner, members::need_organisation(connection, it.owner));
    if (owner.status != domain::OrganisationStatus::active) {
      return Error::conflict(std::string{tr<"Only active organisations open a case">()}, "owner");
    }
    TRY(it.id, insert_numbered(connection, it, now));
    TRY_VOID(note(connection, actor, now, "case.open", object_of(it), it.owner, {{"kind", domain::slug(it.kind)}}));
    TRY_VOID(put_participant(connection, actor, it, {Grantee::Kind::organisation, it.owner.value},
                             CasePart::coordinator, now));
    return it.number;
  });
}

Status change_case(store::Database& database, const Actor& actor, std::string_view number, std::string_view title,
                   CaseState state, Timestamp now, std::string_view expected) {
  TRY_VOID(actor.require(Permission::signed_in));
  return members::write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto before, kept_case(connection, actor, number));
    TRY_VOID(members::check_version(version_of(before), expected));
    auto after = before;
    TRY(after.title, members::one_line(title, "title", 2, members::kNameBytesMax));
    after.state = state;
    if (state != before.state) {
      after.closed_at = state == CaseState::closed ? std::optional{now} : std::nullopt;
    }
    TRY_VOID(store::Cases{connection}.update(after));
    // Without the titles: auditors read the log and no cases.
    if (after.title != before.title) {
      TRY_VOID(note(connection, actor, now, "case.change", object_of(after), after.owner));
    }
    if (state == before.state) return ok();
    return note(connection, actor, now,
                state == CaseState::closed ? audit::Action{"case.close"} : audit::Action{"case.reopen"},
                object_of(after), after.owner);
  });
}

Status add_participant(store::Database& database, const Actor& actor, std::string_view number, const Grantee& who,
                       CasePart part, Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  return members::write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto it, kept_case(connection, actor, number));
    if (who.kind == Grantee::Kind::organisation) {
      TRY(const auto organisation, store::Organisations{connection}.find({who.id}));
      // Who is not active is in no list that everybody here sees.
      if (!organisation || organisation->status != domain::OrganisationStatus::active) {
        return Error::invalid(std::string{tr<"Only active organisations take part in a case">()}, "organisation");
      }
    } else if (who.kind == Grantee::Kind::person) {
      // Numbers of people are for those who may see them.
      TRY_VOID(actor.require(Permission::manage_people));
      TRY(const auto person, store::People{connection}.find({who.id}));
      if (!person || person->status == domain::PersonStatus::erased) return Error::not_found("person");
    } else {
      return Error::invalid(std::string{tr<"Organisations and people take part in a case">()}, "participant");
    }
    TRY_VOID(check_room(connection, it, "organisation"));
    return put_participant(connection, actor, it, who, part, now);
  });
}

Status add_person(store::Database& database, const Actor& actor, std::string_view number, std::string_view email,
                  CasePart part, Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  return members::write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto it, kept_case(connection, actor, number));
    TRY(const auto address, members::read_address(email, "email"));
    TRY_VOID(check_room(connection, it, "email"));
    TRY(const auto person, members::addressed_person(connection, actor, address, "email", now));
    return put_participant(connection, actor, it, {Grantee::Kind::person, person.value}, part, now);
  });
}

Status remove_participant(store::Database& database, const Actor& actor, std::string_view number, const Grantee& who,
                          Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  return members::write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto it, kept_case(connection, actor, number));
    if (who.kind == Grantee::Kind::person) TRY_VOID(actor.require(Permission::manage_people));
    return take_out(connection, actor, it, who, now);
  });
}

Status remove_person(store::Database& database, const Actor& actor, std::string_view number, std::string_view email,
                     Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  return members::write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto it, kept_case(connection, actor, number));
    const auto address = domain::folded_email(email);
    if (!address) return Error::not_found("participant");
    TRY(const auto person, store::People{connection}.find_by_email(*address));
    if (!person) return Error::not_found("participant");
    return take_out(connection, actor, it, {Grantee::Kind::person, person->id.value}, now);
  });
}

Result<std::vector<CaseRow>> list_cases(store::Database& database, const Actor& who, const CaseFilter& filter) {
  TRY_VOID(who.require(Permission::signed_in));
  const auto wanted = text::fold(text::squeeze(filter.text));
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<CaseRow>> {
    TRY(const auto actor, refreshed(connection, who));
    store::Cases cases{connection};
    std::vector<domain::CaseId> ids;
    std::ranges::set_union(actor.viewer.cases, actor.viewer.cases_by_name, std::back_inserter(ids));
    TRY(auto found, actor.console ? cases.all() : cases.among(ids));
    std::vector<CaseRow> rows;
    for (auto& each : found) {
      if (!knows(actor, each)) continue;
      if ((filter.state && each.state != *filter.state) || (filter.kind && each.kind != *filter.kind)) continue;
      const auto fits = [&](std::string_view text) { return text::fold(text).find(wanted) != std::string::npos; };
      if (!fits(each.title) && !fits(each.number)) continue;
      TRY(auto row, row_of(connection, actor, std::move(each)));
      rows.push_back(std::move(row));
    }
    return rows;
  });
}

Result<std::optional<CaseDetail>> find_case(store::Database& database, const Actor& who, std::string_view number,
                                            Timestamp now) {
  TRY_VOID(who.require(Permission::signed_in));
  return database.snapshot([&](store::Connection& connection) -> Result<std::optional<CaseDetail>> {
    TRY(const auto actor, refreshed(connection, who));
    auto it = known_case(connection, actor, number);
    if (!it && it.error().code == Error::Code::not_found) return std::optional<CaseDetail>{};
    if (!it) return std::move(it).error();
    CaseDetail detail;
    TRY(detail.row, row_of(connection, actor, std::move(*it)));
    TRY(detail.records, shared_records(connection, actor, detail.row.it, now));
    if (!detail.row.participant_count) return std::optional{std::move(detail)};
    TRY(auto participants, store::Cases{connection}.participants(detail.row.it.id));
    for (auto& each : participants) {
      TRY(auto row, participant_row(connection, actor, detail.row.it, each));
      if (row) detail.participants.push_back(std::move(*row));
    }
    // How new an account is would show in the order of its number.
    std::ranges::sort(detail.participants, {}, [](const ParticipantRow& each) {
      return std::tuple{each.it.part, each.it.added_at, each.it.who.kind, text::fold(each.name)};
    });
    detail.row.participant_count = static_cast<std::int64_t>(detail.participants.size());
    return std::optional{std::move(detail)};
  });
}

Result<bool> knows_case(store::Connection& connection, const Actor& actor, domain::CaseId id) {
  TRY(const auto now, refreshed(connection, actor));
  return now.console || domain::policy::knows_case(now.viewer, id);
}

Result<bool> shows_participants(store::Connection& connection, const Actor& actor, domain::CaseId id) {
  TRY(const auto now, refreshed(connection, actor));
  TRY(const auto found, store::Cases{connection}.find(id));
  return found && sees_participants(now, *found);
}

}  // namespace tocsin::engine::cases
