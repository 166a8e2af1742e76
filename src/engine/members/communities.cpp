#include "store/communities.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/messages.hpp"
#include "engine/members/addressed.hpp"
#include "engine/members/input.hpp"
#include "engine/members/members.hpp"
#include "engine/members/people_rules.hpp"
#include "engine/members/writing.hpp"
#include "store/people.hpp"

namespace tocsin::engine::members {
namespace {

using domain::Grantee;
using domain::Permission;

constexpr std::int64_t kMembersMax = 10'000;

Status read_community_input(const CommunityInput& input, domain::Community& into) {
  TRY(into.name, one_line(input.name, "name", 2, kNameBytesMax));
  TRY(into.description, many_lines(input.description, "description", kDescriptionBytesMax));
  into.members_hidden = input.members_hidden;
  return ok();
}

Result<domain::Community> need_community(store::Connection& connection, domain::CommunityId id) {
  TRY(auto found, store::Communities{connection}.find(id));
  if (!found) return Error::not_found("community");
  return std::move(*found);
}

std::string object_of(const Grantee& member) { return audit::object_of(to_string(member.kind), member.id); }

/// The communities that this actor is in; an auditor reads none of their contents and so knows of none.
Result<std::vector<domain::Community>> joined(store::Connection& connection, const Actor& actor) {
  const bool acts = actor.viewer.organisation && actor.may(Permission::read_as_member);
  if (actor.viewer.organisation && !acts) return std::vector<domain::Community>{};
  return store::Communities{connection}.listing(actor.viewer.person, acts ? actor.viewer.organisation : std::nullopt);
}

Result<CommunityRow> row_of(store::Connection& connection, const Actor& actor, domain::Community community,
                            bool is_joined) {
  store::Communities communities{connection};
  CommunityRow row{.community = std::move(community), .organisations = {}, .people = {}, .joined = is_joined};
  if (row.community.members_hidden && !actor.may(Permission::manage_communities)) return row;
  TRY(row.organisations, communities.count(row.community.id, Grantee::Kind::organisation));
  TRY(row.people, communities.count(row.community.id, Grantee::Kind::person));
  return row;
}

bool among(const std::vector<domain::Community>& communities, domain::CommunityId id) {
  return std::ranges::any_of(communities, [&](const auto& each) { return each.id == id; });
}

}  // namespace

Result<domain::CommunityId> create_community(store::Database& database, const Actor& actor, const CommunityInput& input,
                                             Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_communities));
  domain::Community community;
  TRY_VOID(read_community_input(input, community));
  community.uuid = well_formed_uuid(input.uuid);
  if (community.uuid.empty()) community.uuid = random_uuid();
  community.created_at = now;
  return write_members(database, [&](store::Connection& connection) -> Result<domain::CommunityId> {
    TRY(const auto id, store::Communities{connection}.insert(community));
    TRY_VOID(note(connection, actor, now, "community.create", audit::object_of(id), community.owner,
                  {{"name", community.name}, {"uuid", community.uuid}}));
    return id;
  });
}

Status change_community(store::Database& database, const Actor& actor, domain::CommunityId id,
                        const CommunityInput& input, bool closed, Timestamp now, std::string_view expected) {
  TRY_VOID(actor.require(Permission::manage_communities));
  domain::Community wanted;
  TRY_VOID(read_community_input(input, wanted));
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto before, need_community(connection, id));
    TRY_VOID(check_version(version_of(before), expected));
    wanted.id = id;
    wanted.closed = closed;
    TRY_VOID(store::Communities{connection}.update(wanted));
    const bool closes = closed && !before.closed;
    return note(connection, actor, now, closes ? audit::Action{"community.close"} : audit::Action{"community.change"},
                audit::object_of(id), before.owner,
                {{"name", wanted.name},
                 {"was_name", before.name},
                 {"members_hidden", wanted.members_hidden},
                 {"closed", wanted.closed}});
  });
}

Status add_to_community(store::Database& database, const Actor& actor, domain::CommunityId id, const Grantee& member,
                        Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_communities));
  if (member.kind == Grantee::Kind::community) {
    return Error::invalid(std::string{tr<"Organisations and people are in a community, not other communities">()},
                          "member");
  }
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto community, need_community(connection, id));
    if (community.closed) return Error::conflict(std::string{tr<"This community is closed">()}, "community");
    if (member.kind == Grantee::Kind::organisation) {
      TRY(const auto organisation, need_organisation(connection, {member.id}));
      if (organisation.status != domain::OrganisationStatus::active) {
        return Error::conflict(std::string{tr<"Only active organisations join a community">()}, "member");
      }
    } else {
      TRY_VOID(need_person(connection, {member.id}));
    }
    store::Communities communities{connection};
    TRY(const auto there, communities.count(id, member.kind));
    if (there >= kMembersMax) {
      return Error::conflict(tr<"A community has at most {} of each kind of member">(kMembersMax), "member");
    }
    TRY(const auto rows, communities.add(id, member, now));
    if (rows == 0) return Error::conflict(std::string{tr<"It is in the community already">()}, "member");
    return note(connection, actor, now, "community.add-member", audit::object_of(id), community.owner,
                {{"member", object_of(member)}});
  });
}

Status remove_from_community(store::Database& database, const Actor& actor, domain::CommunityId id,
                             const Grantee& member, Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_communities));
  if (member.kind == Grantee::Kind::community) return Error::not_found("member");
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto community, need_community(connection, id));
    TRY(const auto rows, store::Communities{connection}.remove(id, member));
    if (rows == 0) return Error::not_found("member");
    return note(connection, actor, now, "community.remove-member", audit::object_of(id), community.owner,
                {{"member", object_of(member)}});
  });
}

Status list_in_community(store::Database& database, const Actor& actor, domain::CommunityId id, std::string_view email,
                         Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_communities));
  TRY(const auto address, read_address(email, "email"));
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto community, need_community(connection, id));
    if (community.closed) return Error::conflict(std::string{tr<"This community is closed">()}, "community");
    TRY(const auto person, addressed_person(connection, actor, address, "email", now));
    store::Communities communities{connection};
    TRY(const auto there, communities.count(id, Grantee::Kind::person));
    if (there >= kMembersMax) {
      return Error::conflict(tr<"A community has at most {} of each kind of member">(kMembersMax), "email");
    }
    const Grantee member{Grantee::Kind::person, person.value};
    TRY(const auto rows, communities.add(id, member, now));
    if (rows == 0) return Error::conflict(std::string{tr<"It is in the community already">()}, "email");
    return note(connection, actor, now, "community.add-member", audit::object_of(id), community.owner,
                {{"member", object_of(member)}});
  });
}

Status unlist_from_community(store::Database& database, const Actor& actor, domain::CommunityId id,
                             std::string_view email, Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_communities));
  const auto folded = domain::folded_email(email);
  if (!folded) return Error::not_found("member");
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto community, need_community(connection, id));
    TRY(const auto found, store::People{connection}.find_by_email(*folded));
    if (!found) return Error::not_found("member");
    const Grantee member{Grantee::Kind::person, found->id.value};
    TRY(const auto rows, store::Communities{connection}.remove(id, member));
    if (rows == 0) return Error::not_found("member");
    return note(connection, actor, now, "community.remove-member", audit::object_of(id), community.owner,
                {{"member", object_of(member)}});
  });
}

Result<std::vector<CommunityRow>> list_communities(store::Database& database, const Actor& actor) {
  TRY_VOID(actor.require(Permission::signed_in));
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<CommunityRow>> {
    TRY(const auto own, joined(connection, actor));
    auto known = own;
    if (actor.may(Permission::manage_communities)) {
      TRY(known, store::Communities{connection}.all());
    }
    std::vector<CommunityRow> rows;
    for (const auto& each : known) {
      TRY(auto row, row_of(connection, actor, each, among(own, each.id)));
      rows.push_back(std::move(row));
    }
    return rows;
  });
}

Result<std::optional<CommunityDetail>> find_community(store::Database& database, const Actor& actor,
                                                      domain::CommunityId id) {
  TRY_VOID(actor.require(Permission::signed_in));
  return database.snapshot([&](store::Connection& connection) -> Result<std::optional<CommunityDetail>> {
    store::Communities communities{connection};
    const bool manages = actor.may(Permission::manage_communities);
    TRY(const auto own, joined(connection, actor));
    TRY(auto found, communities.find(id));
    if (!found || (!manages && !among(own, id))) return std::optional<CommunityDetail>{};
    CommunityDetail detail;
    TRY(detail.row, row_of(connection, actor, std::move(*found), among(own, id)));
    if (!detail.row.organisations) return std::optional{std::move(detail)};
    TRY(const auto organisations, communities.organisations(id));
    for (const auto each : organisations) {
      TRY(auto organisation, need_organisation(connection, each));
      if (manages || organisation.status == domain::OrganisationStatus::active) {
        detail.organisations.push_back(std::move(organisation));
      }
    }
    TRY(const auto people, communities.people(id));
    for (const auto each : people) {
      TRY(auto person, need_person(connection, each));
      // Who else is in it, members see; how to write to them, those people decide.
      domain::Person shown;
      if (!manages) {
        shown.id = person.id;
        shown.name = person.name;
        shown.status = person.status;
      } else if (!actor.may(Permission::manage_people)) {
        // They know the address, for it was typed by one of them; whether an account is behind it, this does not tell.
        TRY(shown.email, domain::folded_email(person.email));
        shown.name = shown.email;
      } else {
        shown = std::move(person);
      }
      detail.people.push_back(std::move(shown));
    }
    return std::optional{std::move(detail)};
  });
}

}  // namespace tocsin::engine::members
