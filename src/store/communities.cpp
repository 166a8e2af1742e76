#include "store/communities.hpp"

#include <algorithm>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_COMMUNITY_ROW "c.id, c.uuid, c.name, c.description, c.owner_id, c.members_hidden, c.closed, c.created_at"

domain::Community read_community(const Row& row) {
  return {.id = {row.integer(0)},
          .uuid = row.string(1),
          .name = row.string(2),
          .description = row.string(3),
          .owner = {row.integer(4)},
          .members_hidden = row.boolean(5),
          .closed = row.boolean(6),
          .created_at = row.time(7)};
}

void by_name(std::vector<domain::Community>& communities) {
  std::ranges::sort(communities, {}, [](const auto& each) { return std::pair{text::fold(each.name), each.id}; });
}

bool is_organisation(const domain::Grantee& member) { return member.kind == domain::Grantee::Kind::organisation; }

}  // namespace

Result<std::optional<domain::Community>> Communities::find(domain::CommunityId id) {
  return connection_.first(Sql{"SELECT " TOCSIN_COMMUNITY_ROW " FROM community c WHERE c.id = ?", id.value},
                           read_community);
}

Result<domain::CommunityId> Communities::insert(const domain::Community& it) {
  TRY(const auto id,
      connection_.first(Sql{"INSERT INTO community (uuid, name, description, owner_id, members_hidden, closed, "
                            "created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO NOTHING RETURNING id",
                            it.uuid, it.name, it.description, it.owner, it.members_hidden, it.closed, it.created_at},
                        [](const Row& row) { return domain::CommunityId{row.integer(0)}; }));
  if (!id) return Error::conflict(std::string{tr<"A community with this UUID is known already">()}, "uuid");
  return *id;
}

Status Communities::update(const domain::Community& it) {
  TRY_VOID(
      connection_.run(Sql{"UPDATE community SET name = ?, description = ?, members_hidden = ?, closed = ? WHERE id = ?",
                          it.name, it.description, it.members_hidden, it.closed, it.id.value}));
  return ok();
}

Result<std::vector<domain::Community>> Communities::all() {
  TRY(auto found, connection_.all(Sql{"SELECT " TOCSIN_COMMUNITY_ROW " FROM community c"}, read_community));
  by_name(found);
  return found;
}

Result<std::vector<domain::Community>> Communities::listing(std::optional<domain::PersonId> person,
                                                            std::optional<domain::OrganisationId> organisation) {
  TRY(auto found,
      connection_.all(Sql{"SELECT " TOCSIN_COMMUNITY_ROW
                          " FROM community c WHERE EXISTS (SELECT 1 FROM community_person p WHERE p.community_id = "
                          "c.id AND p.person_id = ?) OR EXISTS (SELECT 1 FROM community_organisation o WHERE "
                          "o.community_id = c.id AND o.organisation_id = ?)",
                          person ? person->value : 0, organisation ? organisation->value : 0},
                      read_community));
  by_name(found);
  return found;
}

Result<std::int64_t> Communities::count(domain::CommunityId id, domain::Grantee::Kind kind) {
  const auto sql = kind == domain::Grantee::Kind::organisation
                       ? Sql{"SELECT count(*) FROM community_organisation WHERE community_id = ?", id.value}
                       : Sql{"SELECT count(*) FROM community_person WHERE community_id = ?", id.value};
  TRY(const auto count, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Result<std::int64_t> Communities::add(domain::CommunityId id, const domain::Grantee& member, Timestamp now) {
  if (is_organisation(member)) {
    return connection_.run(
        Sql{"INSERT INTO community_organisation (community_id, organisation_id, joined_at) VALUES "
            "(?, ?, ?) ON CONFLICT DO NOTHING",
            id.value, member.id, now});
  }
  return connection_.run(
      Sql{"INSERT INTO community_person (community_id, person_id, joined_at) VALUES (?, ?, ?) ON "
          "CONFLICT DO NOTHING",
          id.value, member.id, now});
}

Result<std::int64_t> Communities::remove(domain::CommunityId id, const domain::Grantee& member) {
  if (is_organisation(member)) {
    return connection_.run(
        Sql{"DELETE FROM community_organisation WHERE community_id = ? AND organisation_id = ?", id.value, member.id});
  }
  return connection_.run(
      Sql{"DELETE FROM community_person WHERE community_id = ? AND person_id = ?", id.value, member.id});
}

Result<std::vector<domain::OrganisationId>> Communities::organisations(domain::CommunityId id) {
  return connection_.all(Sql{"SELECT o.id FROM community_organisation c JOIN organisation o ON o.id = "
                             "c.organisation_id WHERE c.community_id = ? ORDER BY o.folded_name, o.id",
                             id.value},
                         [](const Row& row) { return domain::OrganisationId{row.integer(0)}; });
}

Result<std::vector<domain::PersonId>> Communities::people(domain::CommunityId id) {
  return connection_.all(Sql{"SELECT p.id FROM community_person c JOIN person p ON p.id = c.person_id WHERE "
                             "c.community_id = ? ORDER BY p.folded_name, p.id",
                             id.value},
                         [](const Row& row) { return domain::PersonId{row.integer(0)}; });
}

}  // namespace tocsin::store
