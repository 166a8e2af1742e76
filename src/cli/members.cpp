#include "engine/members/members.hpp"

#include <iterator>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/member_lookup.hpp"
#include "cli/member_output.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "formats/keys/public_key.hpp"

/// The commands `org`, `user` and `community`. Who may open the data folder acts as the console.
namespace tocsin::cli {
namespace {

namespace members = engine::members;

/// What a command needs; made once.
struct Work {
  const CommandLine& line;
  const Installation& installation;
  store::Database& database;
  const MemberOptions& options;
  bool json;
  engine::Actor actor = engine::Actor::at_console();
  Timestamp now = system_clock().now();
};

Error no_such(std::string_view what, std::string_view typed, std::string_view field) {
  return Error::invalid(fmt::format("'{}' is no {}", typed, what), std::string{field});
}

Result<domain::OrganisationKind> read_kind(const std::string& text) {
  const auto kind = domain::parse_organisation_kind(text);
  if (!kind) return no_such("kind of organisation", text, "kind");
  return *kind;
}
Result<domain::OrganisationStatus> read_status(const std::string& text) {
  const auto status = domain::parse_organisation_status(text);
  if (!status) return no_such("status of an organisation", text, "status");
  return *status;
}
Result<domain::Roles> read_roles(const std::vector<std::string>& slugs) {
  domain::Roles roles;
  for (const auto& each : slugs) {
    const auto role = domain::parse_role(each);
    if (!role) return no_such("role", each, "roles");
    roles = roles.with(*role);
  }
  return roles;
}

/// What was done, in a sentence or as an object with the id.
Status done(const Work& work, std::string_view sentence, std::string_view what, std::int64_t id) {
  if (work.json) {
    print_json(boost::json::object{{what, id}});
  } else {
    print(fmt::format("{}\n", sentence));
  }
  return ok();
}

Result<members::OrganisationInput> input_over(members::OrganisationInput input, const MemberOptions& options) {
  if (options.kind) {
    TRY(input.kind, read_kind(*options.kind));
  }
  if (options.name) input.name = *options.name;
  if (options.sectors) input.sectors = *options.sectors;
  if (options.countries) input.countries = *options.countries;
  if (options.homepage) input.homepage = *options.homepage;
  if (options.description) input.description = *options.description;
  if (options.vendor_keys) input.vendor_keys = *options.vendor_keys;
  return input;
}

Status org_add(const Work& work) {
  members::OrganisationInput input;
  input.name = work.options.target;
  TRY(input, input_over(std::move(input), work.options));
  TRY(const auto id, members::create_organisation(work.database, work.actor, input, work.now));
  return done(work, fmt::format("Organisation {} is a member now.", id.value), "organisation", id.value);
}

Status org_list(const Work& work) {
  members::OrganisationFilter filter;
  filter.text = work.options.text;
  filter.limit = work.options.limit;
  filter.cursor = work.options.cursor;
  if (work.options.kind) {
    TRY(filter.kind, read_kind(*work.options.kind));
  }
  if (!work.options.status.empty()) {
    TRY(filter.status, read_status(work.options.status));
  }
  TRY(const auto page, members::list_organisations(work.database, work.actor, filter));
  print_organisations(page, work.json);
  return ok();
}

Result<members::OrganisationDetail> detail_of(const Work& work) {
  TRY(const auto id, find_org(work.database, work.options.target));
  TRY(auto detail, members::find_organisation(work.database, work.actor, id, work.now));
  if (!detail) return Error::not_found("organisation");
  return std::move(*detail);
}

Status org_show(const Work& work) {
  TRY(const auto detail, detail_of(work));
  print_organisation(detail, work.json);
  return ok();
}

Status org_set_status(const Work& work) {
  TRY(const auto id, find_org(work.database, work.options.target));
  TRY(const auto status, read_status(work.options.other));
  std::optional<domain::OrganisationId> heir;
  if (!work.options.heir.empty()) {
    TRY(heir, find_org(work.database, work.options.heir));
  }
  TRY(const auto before, members::find_organisation(work.database, work.actor, id, work.now));
  TRY_VOID(
      members::set_organisation_status(work.database, work.actor, id, status, work.options.reason, heir, work.now));
  const auto was = before ? before->organisation.status : status;
  const bool admitted = status == domain::OrganisationStatus::active &&
                        (was == domain::OrganisationStatus::applied || was == domain::OrganisationStatus::vetted);
  TRY_VOID(
      done(work, fmt::format("Organisation {} is {} now.", id.value, to_string(status)), "organisation", id.value));
  // The last step of admitting: the applicants' links.
  return admitted ? print_invitations(work.line, work.installation, id) : ok();
}

Status org_change(const Work& work) {
  TRY(const auto detail, detail_of(work));
  const auto& before = detail.organisation;
  members::OrganisationInput input{.kind = before.kind,
                                   .name = before.name,
                                   .sectors = {},
                                   .countries = before.countries,
                                   .homepage = before.homepage,
                                   .description = before.description,
                                   .vendor_keys = before.vendor_keys};
  for (const auto each : before.sectors) input.sectors.emplace_back(domain::slug(each));
  TRY(input, input_over(std::move(input), work.options));
  TRY_VOID(members::change_organisation(work.database, work.actor, before.id, input, work.now));
  return done(work, fmt::format("Organisation {} is changed.", before.id.value), "organisation", before.id.value);
}

Status org_add_key(const Work& work) {
  TRY(const auto id, find_org(work.database, work.options.target));
  TRY(const auto text, read_file(work.options.path, formats::keys::kPublicKeyBytesMax, "Cannot read the key"));
  TRY(const auto key, members::add_key(work.database, work.actor, id, text, work.options.label, work.now));
  return done(work, fmt::format("Key {} is kept.", key), "key", key);
}

Status org_add_contact(const Work& work) {
  TRY(const auto id, find_org(work.database, work.options.target));
  TRY(const auto contact, members::add_contact(work.database, work.actor, id,
                                               {.id = 0,
                                                .role = work.options.contact_role,
                                                .name = work.options.name.value_or(""),
                                                .email = work.options.email,
                                                .phone = work.options.phone},
                                               work.now));
  return done(work, fmt::format("Contact {} is kept.", contact), "contact", contact);
}

Status org_add_client(const Work& work) {
  TRY(const auto provider, find_org(work.database, work.options.target));
  TRY(const auto client, find_org(work.database, work.options.other));
  TRY_VOID(members::add_client(work.database, work.actor, provider, client, work.now));
  return done(work, fmt::format("Organisation {} is a client of {} now.", client.value, provider.value), "client",
              client.value);
}

Status org_remove_part(const Work& work) {
  TRY(const auto id, find_org(work.database, work.options.target));
  const auto number = work.options.number;
  if (work.options.action == MemberAction::org_remove_contact) {
    TRY_VOID(members::remove_contact(work.database, work.actor, id, number, work.now));
    return done(work, fmt::format("Contact {} is removed.", number), "contact", number);
  }
  TRY_VOID(members::remove_key(work.database, work.actor, id, number, work.now));
  return done(work, fmt::format("Key {} is removed.", number), "key", number);
}

Status org_remove_client(const Work& work) {
  TRY(const auto provider, find_org(work.database, work.options.target));
  TRY(const auto client, find_org(work.database, work.options.other));
  TRY_VOID(members::remove_client(work.database, work.actor, provider, client, work.now));
  return done(work, fmt::format("Organisation {} is a client of {} no more.", client.value, provider.value), "client",
              client.value);
}

Result<domain::OrganisationId> organisation_or_own(const Work& work) {
  if (work.options.organisation.empty()) return domain::kOwnOrganisation;
  return find_org(work.database, work.options.organisation);
}

Status user_add(const Work& work) {
  TRY(const auto organisation, organisation_or_own(work));
  TRY(const auto roles, read_roles(work.options.roles));
  const members::PersonInput input{.name = work.options.name.value_or(work.options.target),
                                   .email = work.options.target,
                                   .language = work.options.language,
                                   .time_zone = work.options.time_zone};
  TRY(const auto id, members::invite(work.database, work.actor, organisation, input, roles, work.now));
  TRY_VOID(done(work, fmt::format("Person {} is in organisation {} now.", id.value, organisation.value), "person",
                id.value));
  if (work.options.no_invitation) return ok();
  TRY(const auto row, members::find_person(work.database, work.actor, id));
  // Who has an account needs no link: the organisation is there at the next sign-in.
  if (!row || row->person.status != domain::PersonStatus::invited) return ok();
  TRY(const auto address, send_invitation(work.line, work.installation, id, organisation));
  if (!address.empty() && !work.json) print(fmt::format("The invitation goes to {} by mail.\n", address));
  return ok();
}

Status user_list(const Work& work) {
  members::PersonFilter filter;
  filter.text = work.options.text;
  filter.limit = work.options.limit;
  filter.cursor = work.options.cursor;
  if (!work.options.organisation.empty()) {
    TRY(filter.organisation, find_org(work.database, work.options.organisation));
  }
  if (!work.options.status.empty()) {
    filter.status = domain::parse_person_status(work.options.status);
    if (!filter.status) return no_such("status of a person", work.options.status, "status");
  }
  TRY(const auto page, members::list_people(work.database, work.actor, filter));
  print_people(page, work.json);
  return ok();
}

Status user_show(const Work& work, domain::PersonId id) {
  TRY(const auto row, members::find_person(work.database, work.actor, id));
  if (!row) return Error::not_found("person");
  print_person(*row, work.json);
  return ok();
}

Status user_change(const Work& work, domain::PersonId id) {
  TRY(const auto row, members::find_person(work.database, work.actor, id));
  if (!row) return Error::not_found("person");
  const auto& before = row->person;
  const auto& options = work.options;
  TRY_VOID(members::change_person(work.database, work.actor, id,
                                  {.name = options.name.value_or(before.name),
                                   .email = options.new_email.value_or(before.email),
                                   .language = options.new_language.value_or(before.language),
                                   .time_zone = options.new_time_zone.value_or(before.time_zone)},
                                  work.now, members::version_of(before)));
  return done(work, fmt::format("Person {} is changed.", id.value), "person", id.value);
}

Status user_roles(const Work& work, domain::PersonId id) {
  TRY(const auto organisation, organisation_or_own(work));
  TRY(const auto roles, read_roles(work.options.roles));
  TRY_VOID(members::set_roles(work.database, work.actor, id, organisation, roles, work.now));
  return done(work,
              roles.empty()
                  ? fmt::format("Person {} is in organisation {} no more.", id.value, organisation.value)
                  : fmt::format("Person {} is {} now.", id.value, domain::to_string(roles.with(domain::Role::member))),
              "person", id.value);
}

Status user_set_status(const Work& work, domain::PersonId id, domain::PersonStatus status) {
  TRY_VOID(members::set_person_status(work.database, work.actor, id, status, work.now));
  return done(work, fmt::format("Person {} is {} now.", id.value, to_string(status)), "person", id.value);
}

Status user_erase(const Work& work, domain::PersonId id) {
  if (!work.options.yes) {
    return Error::invalid("Nothing brings an erased person back: say --yes when it is meant", "--yes");
  }
  TRY_VOID(members::erase_person(work.database, work.actor, id, work.now));
  return done(work, fmt::format("Person {} is erased.", id.value), "person", id.value);
}

Status user_export(const Work& work, domain::PersonId id) {
  TRY(const auto text, members::export_person(work.database, work.actor, id, work.now));
  print(text);
  return ok();
}

Status on_user(const Work& work) {
  TRY(const auto id, find_user(work.database, work.options.target));
  switch (work.options.action) {
    case MemberAction::user_show:
      return user_show(work, id);
    case MemberAction::user_change:
      return user_change(work, id);
    case MemberAction::user_roles:
      return user_roles(work, id);
    case MemberAction::user_suspend:
      return user_set_status(work, id, domain::PersonStatus::suspended);
    case MemberAction::user_activate:
      return user_set_status(work, id, domain::PersonStatus::active);
    case MemberAction::user_erase:
      return user_erase(work, id);
    default:
      return user_export(work, id);
  }
}

Status community_add(const Work& work) {
  TRY(const auto id, members::create_community(work.database, work.actor,
                                               {.uuid = work.options.uuid,
                                                .name = work.options.target,
                                                .description = work.options.description.value_or(""),
                                                .members_hidden = work.options.hidden},
                                               work.now));
  return done(work, fmt::format("Community {} is open.", id.value), "community", id.value);
}

Result<domain::Grantee> community_member(const Work& work) {
  if (!work.options.organisation.empty()) {
    TRY(const auto id, find_org(work.database, work.options.organisation));
    return domain::Grantee{domain::Grantee::Kind::organisation, id.value};
  }
  if (work.options.person.empty()) return Error::invalid("Say whom: --org or --user", "--org");
  TRY(const auto id, find_user(work.database, work.options.person));
  return domain::Grantee{domain::Grantee::Kind::person, id.value};
}

/// Name, description, who sees whom, open or closed; what was not said stays.
Status community_change(const Work& work, domain::CommunityId id) {
  TRY(const auto detail, members::find_community(work.database, work.actor, id));
  if (!detail) return Error::not_found("community");
  const auto& it = detail->row.community;
  const auto& options = work.options;
  const bool closed =
      options.action == MemberAction::community_close || (options.action != MemberAction::community_open && it.closed);
  TRY_VOID(members::change_community(work.database, work.actor, id,
                                     {.uuid = it.uuid,
                                      .name = options.name.value_or(it.name),
                                      .description = options.description.value_or(it.description),
                                      .members_hidden = options.hide.value_or(it.members_hidden)},
                                     closed, work.now, members::version_of(it)));
  const auto* became = options.action == MemberAction::community_close  ? "closed"
                       : options.action == MemberAction::community_open ? "open"
                                                                        : "changed";
  return done(work, fmt::format("Community {} is {}.", id.value, became), "community", id.value);
}

Status on_community(const Work& work) {
  TRY(const auto id, find_ring(work.database, work.options.target));
  if (work.options.action == MemberAction::community_close || work.options.action == MemberAction::community_open ||
      work.options.action == MemberAction::community_change) {
    return community_change(work, id);
  }
  if (work.options.action == MemberAction::community_show) {
    TRY(const auto detail, members::find_community(work.database, work.actor, id));
    if (!detail) return Error::not_found("community");
    print_community(*detail, work.json);
    return ok();
  }
  TRY(const auto member, community_member(work));
  const bool adds = work.options.action == MemberAction::community_add_member;
  TRY_VOID(adds ? members::add_to_community(work.database, work.actor, id, member, work.now)
                : members::remove_from_community(work.database, work.actor, id, member, work.now));
  return done(work,
              fmt::format("{} {} is {} community {}.",
                          member.kind == domain::Grantee::Kind::organisation ? "Organisation" : "Person", member.id,
                          adds ? "in" : "no more in", id.value),
              "community", id.value);
}

Status work_on(const Work& work) {
  switch (work.options.action) {
    case MemberAction::none:
    case MemberAction::user_password:
    case MemberAction::user_reset_link:
    case MemberAction::user_remove_mail_key:
    case MemberAction::token_create:
    case MemberAction::token_list:
    case MemberAction::token_revoke:
      return ok();
    case MemberAction::org_add:
      return org_add(work);
    case MemberAction::org_list:
      return org_list(work);
    case MemberAction::org_show:
      return org_show(work);
    case MemberAction::org_set_status:
      return org_set_status(work);
    case MemberAction::org_change:
      return org_change(work);
    case MemberAction::org_add_key:
      return org_add_key(work);
    case MemberAction::org_add_contact:
      return org_add_contact(work);
    case MemberAction::org_add_client:
      return org_add_client(work);
    case MemberAction::org_remove_key:
    case MemberAction::org_remove_contact:
      return org_remove_part(work);
    case MemberAction::org_remove_client:
      return org_remove_client(work);
    case MemberAction::user_add:
      return user_add(work);
    case MemberAction::user_list:
      return user_list(work);
    case MemberAction::user_show:
    case MemberAction::user_change:
    case MemberAction::user_roles:
    case MemberAction::user_suspend:
    case MemberAction::user_activate:
    case MemberAction::user_erase:
    case MemberAction::user_export:
      return on_user(work);
    case MemberAction::community_add:
      return community_add(work);
    case MemberAction::community_list: {
      TRY(const auto rows, members::list_communities(work.database, work.actor));
      print_communities(rows, work.json);
      return ok();
    }
    case MemberAction::community_show:
    case MemberAction::community_add_member:
    case MemberAction::community_remove_member:
    case MemberAction::community_change:
    case MemberAction::community_open:
    case MemberAction::community_close:
      return on_community(work);
  }
  return ok();
}

}  // namespace

int run_members(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  if (is_access(line.members.action)) return run_access(line, *installation);
  const Work work{.line = line,
                  .installation = *installation,
                  .database = *installation->database,
                  .options = line.members,
                  .json = line.json};
  if (const auto worked = work_on(work); !worked) return fail(worked.error(), line.json);
  return kGood;
}

Status add_first_administrator(store::Database& database, const std::string& email, const std::string& name) {
  TRY_VOID(members::invite(database, engine::Actor::at_console(), domain::kOwnOrganisation,
                           {.name = name.empty() ? email : name, .email = email, .language = {}, .time_zone = {}},
                           {domain::Role::administrator}, system_clock().now()));
  return ok();
}

}  // namespace tocsin::cli
