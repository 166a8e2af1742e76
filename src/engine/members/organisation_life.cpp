#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/messages.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/members/approvable.hpp"
#include "engine/members/input.hpp"
#include "engine/members/members.hpp"
#include "engine/members/writing.hpp"
#include "store/cases.hpp"
#include "store/people.hpp"

namespace tocsin::engine::members {
namespace {

using domain::OrganisationStatus;
using domain::Permission;

/// Applications that await an answer. Anybody may apply, so a flood must end somewhere; the CERT has other doors.
constexpr std::int64_t kApplicationsMax = 1'000;

audit::Action action_of(OrganisationStatus from, OrganisationStatus to) {
  switch (to) {
    case OrganisationStatus::applied:
      return "organisation.apply";
    case OrganisationStatus::vetted:
      return "organisation.vet";
    case OrganisationStatus::active:
      return "organisation.activate";
    case OrganisationStatus::suspended:
      return "organisation.suspend";
    case OrganisationStatus::left:
      break;
  }
  return from == OrganisationStatus::applied || from == OrganisationStatus::vetted
             ? audit::Action{"organisation.refuse"}
             : audit::Action{"organisation.leave"};
}

Status require_set_status(const Actor& actor, domain::OrganisationId id, OrganisationStatus status) {
  const bool leaves_itself = status == OrganisationStatus::left && actor.viewer.organisation == id &&
                             actor.viewer.roles.has(domain::Role::organisation_administrator);
  if (leaves_itself) return ok();
  return actor.require(Permission::vet_organisations);
}

/// Errors: invalid_input with the rule about the heir.
Result<std::int64_t> hand_on(store::Connection& connection, const Actor& actor, domain::OrganisationId id,
                             std::optional<domain::OrganisationId> heir, Timestamp now) {
  store::Organisations organisations{connection};
  TRY(const auto records, organisations.owned_records(id));
  store::Cases cases{connection};
  TRY(const auto owned_cases, cases.owned(id));
  if (!heir) {
    if (records == 0 && owned_cases == 0) return 0;
    return Error::invalid(std::string{records > 0 ? tr<"It owns records: say which organisation gets them">()
                                                  : tr<"It owns cases: say which organisation gets them">()},
                          "heir");
  }
  // Whoever leaves may hand to the CERT; that another member takes what it did not ask for, the CERT decides.
  TRY(const auto found, organisations.find(*heir));
  const bool allowed = *heir == domain::kOwnOrganisation || actor.may(Permission::vet_organisations);
  if (*heir == id || !allowed || !found || found->status != OrganisationStatus::active) {
    return Error::invalid(
        std::string{allowed ? tr<"The heir is another, active organisation">() : tr<"The heir is the CERT">()}, "heir");
  }
  TRY_VOID(cases.hand_on(id, *heir, now));
  return organisations.hand_records(id, *heir, now);
}

}  // namespace

Status apply(store::Database& database, const Actor& actor, const Application& application, Timestamp now) {
  TRY_VOID(actor.require(Permission::anyone));
  domain::Organisation organisation;
  if (auto read = read_organisation_input(application.organisation, organisation); !read) return read;
  domain::Person person;
  if (auto read = read_person_input({.name = application.person_name,
                                     .email = application.email,
                                     .language = application.language,
                                     .time_zone = {}},
                                    person);
      !read) {
    // The form has two names.
    auto error = std::move(read).error();
    if (error.where == "name") error.where = "person_name";
    return error;
  }
  TRY(const auto said, many_lines(application.note, "note", kNoteBytesMax));
  TRY(const auto folded, domain::folded_email(person.email));
  organisation.status = OrganisationStatus::applied;
  organisation.uuid = random_uuid();
  organisation.created_at = person.created_at = now;
  person.uuid = random_uuid();
  person.status = domain::PersonStatus::invited;
  boost::json::object detail{{"name", organisation.name},
                             {"kind", domain::slug(organisation.kind)},
                             {"person", person.name},
                             {"email", person.email},
                             {"note", said}};
  return write_members(database, [&](store::Connection& connection) -> Status {
    store::Organisations organisations{connection};
    store::People people{connection};
    TRY(const auto waiting,
        organisations.count({.folded_text = {}, .kind = {}, .status = OrganisationStatus::applied}));
    if (waiting >= kApplicationsMax) {
      return Error::unavailable(
          std::string{tr<"There are more applications than can be answered; write to us instead">()});
    }
    TRY(const auto same_name, organisations.find_by_name(organisation.name));
    TRY(const auto same_address, people.find_by_email(folded));
    // An address that somebody addressed something to is nobody's account yet.
    TRY(const auto seats, same_address ? people.memberships(same_address->id) : std::vector<domain::Membership>{});
    const bool only_addressed = same_address && same_address->status == domain::PersonStatus::invited && seats.empty();
    if (same_name || (same_address && !only_addressed)) {
      // Who applies is told nothing of it: else anybody could ask who is a member.
      detail["refused"] = same_name ? "the organisation is known" : "the address is known";
      TRY_VOID(audit::record(connection, actor, now, "organisation.apply", {}, domain::kOwnOrganisation,
                             domain::audit::Outcome::refused, detail));
      return ok();
    }
    TRY(const auto id, organisations.insert(organisation));
    auto applicant = domain::PersonId{};
    if (only_addressed) {
      applicant = same_address->id;
      person.id = applicant;
      TRY_VOID(people.update(person));
    } else {
      TRY(applicant, people.insert(person));
    }
    TRY_VOID(people.put_membership({.person = applicant,
                                    .organisation = id,
                                    .roles = {domain::Role::member, domain::Role::organisation_administrator},
                                    .created_at = now}));
    return note(connection, actor, now, "organisation.apply", audit::object_of(id), id, detail);
  });
}

namespace {

Status set_status(store::Connection& connection, const Actor& actor, domain::OrganisationId id,
                  OrganisationStatus status, const std::string& why, std::optional<domain::OrganisationId> heir,
                  std::optional<std::string_view> basis, Timestamp now, std::optional<guard::Proposal>& proposal) {
  TRY_VOID(require_set_status(actor, id, status));
  TRY(const auto before, need_organisation(connection, id));
  if (basis && *basis != to_string(before.status)) {
    return Error::conflict(tr<"The organisation is {} by now">(tr_text(to_string(before.status))));
  }
  if (id == domain::kOwnOrganisation) {
    return Error::conflict(std::string{tr<"The organisation that runs this installation stays active">()}, "status");
  }
  if (!domain::may_become(before.status, status)) {
    return Error::conflict(tr<"An organisation that is {} does not become {}">(tr_text(to_string(before.status)),
                                                                               tr_text(to_string(status))),
                           "status");
  }
  if (status == OrganisationStatus::active && guard::wants_second(actor, domain::Act::admit_organisation)) {
    proposal = {.act = domain::Act::admit_organisation,
                .object = audit::object_of(id),
                .owner = id,
                .parameters = {{"organisation", id.value}},
                .difference = {before.name, fmt::format("Now: {}", to_string(before.status)),
                               "Then: active. It reads what is for members, and its people can sign in."},
                .basis = std::string{to_string(before.status)}};
    return guard::waits();
  }
  boost::json::object detail{{"was", to_string(before.status)}, {"is", to_string(status)}, {"reason", why}};
  store::Organisations organisations{connection};
  if (status == OrganisationStatus::left) {
    TRY(const auto handed, hand_on(connection, actor, id, heir, now));
    if (heir) detail["heir"] = heir->value;
    detail["records"] = handed;
    TRY_VOID(organisations.cut_ties(id));
  }
  TRY_VOID(organisations.set_status(id, status));
  if (status == OrganisationStatus::suspended || status == OrganisationStatus::left) {
    TRY_VOID(store::People{connection}.end_sessions(id));
  }
  return note(connection, actor, now, action_of(before.status, status), audit::object_of(id), id, detail);
}

}  // namespace

Status set_organisation_status(store::Database& database, const Actor& actor, domain::OrganisationId id,
                               OrganisationStatus status, std::string_view reason,
                               std::optional<domain::OrganisationId> heir, Timestamp now) {
  TRY_VOID(require_set_status(actor, id, status));
  TRY(const auto why, many_lines(reason, "reason", kReasonBytesMax));
  auto asking = actor;
  asking.reason = why;
  return guard::with_second_person(database, asking, now, [&](std::optional<guard::Proposal>& proposal) {
    return write_members(database, [&](store::Connection& connection) {
      return set_status(connection, actor, id, status, why, heir, {}, now, proposal);
    });
  });
}

Status admit_in(store::Connection& connection, const Actor& actor, domain::OrganisationId id, std::string_view reason,
                std::string_view basis, Timestamp now) {
  std::optional<guard::Proposal> none;
  return set_status(connection, actor, id, OrganisationStatus::active, std::string{reason}, {}, basis, now, none);
}

}  // namespace tocsin::engine::members
