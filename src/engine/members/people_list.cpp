#include <algorithm>

#include "base/text.hpp"
#include "engine/members/input.hpp"
#include "engine/members/members.hpp"
#include "store/people.hpp"

namespace tocsin::engine::members {
namespace {

using domain::Permission;

/// Who vets must see who applies.
bool sees_all(const Actor& actor) {
  return actor.may(Permission::manage_people) || actor.may(Permission::vet_organisations);
}

/// The organisation whose people, and no others, they see.
std::optional<domain::OrganisationId> own_people_of(const Actor& actor) {
  return actor.may(Permission::manage_own_people) ? actor.viewer.organisation : std::nullopt;
}

/// nullopt where the actor may not know of them. Where else they belong is nobody's business but theirs and the CERT's.
Result<std::optional<PersonRow>> shown(store::Connection& connection, const Actor& actor, domain::Person person) {
  PersonRow row{.person = std::move(person), .memberships = {}};
  if (row.person.status == domain::PersonStatus::erased && !sees_all(actor)) return std::optional<PersonRow>{};
  TRY(row.memberships, store::People{connection}.memberships(row.person.id));
  if (sees_all(actor) || actor.viewer.person == row.person.id) return std::optional{std::move(row)};
  const auto own = own_people_of(actor);
  std::erase_if(row.memberships, [&](const auto& each) { return each.organisation != own; });
  if (row.memberships.empty()) return std::optional<PersonRow>{};
  return std::optional{std::move(row)};
}

}  // namespace

Result<PersonPage> list_people(store::Database& database, const Actor& actor, const PersonFilter& filter) {
  store::PersonQuery query{.folded_text = {}, .organisation = filter.organisation, .status = filter.status};
  if (!sees_all(actor)) {
    const auto own = own_people_of(actor);
    if (!own) TRY_VOID(actor.require(Permission::manage_people));
    if (filter.organisation && filter.organisation != own) return PersonPage{};
    query.organisation = own;
  }
  TRY_VOID(check_limit(filter.limit));
  TRY(const auto text, one_line(filter.text, "text", 0, kNameBytesMax));
  TRY(const auto after, read_cursor(filter.cursor));
  query.folded_text = text::fold(text);
  return database.snapshot([&](store::Connection& connection) -> Result<PersonPage> {
    store::People people{connection};
    PersonPage page;
    TRY(page.total, people.count(query));
    TRY(auto found, people.list(query, after, filter.limit + 1));
    const bool more = found.size() > static_cast<std::size_t>(filter.limit);
    if (more) found.pop_back();
    if (more) page.next_cursor = write_cursor({text::fold(found.back().name), found.back().id.value});
    for (auto& each : found) {
      TRY(auto row, shown(connection, actor, std::move(each)));
      if (row) page.rows.push_back(std::move(*row));
    }
    return page;
  });
}

Result<std::optional<PersonRow>> find_person(store::Database& database, const Actor& actor, domain::PersonId person) {
  TRY_VOID(actor.require(Permission::signed_in));
  return database.snapshot([&](store::Connection& connection) -> Result<std::optional<PersonRow>> {
    TRY(auto found, store::People{connection}.find(person));
    if (!found) return std::optional<PersonRow>{};
    return shown(connection, actor, std::move(*found));
  });
}

Result<std::optional<PersonRow>> find_person_by_email(store::Database& database, const Actor& actor,
                                                      std::string_view email) {
  TRY_VOID(actor.require(Permission::signed_in));
  const auto folded = domain::folded_email(email);
  if (!folded) return std::optional<PersonRow>{};
  return database.snapshot([&](store::Connection& connection) -> Result<std::optional<PersonRow>> {
    TRY(auto found, store::People{connection}.find_by_email(*folded));
    if (!found) return std::optional<PersonRow>{};
    return shown(connection, actor, std::move(*found));
  });
}

}  // namespace tocsin::engine::members
