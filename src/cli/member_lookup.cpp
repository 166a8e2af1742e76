#include "cli/member_lookup.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/time.hpp"
#include "engine/members/members.hpp"

namespace tocsin::cli {
namespace {

namespace members = engine::members;
engine::Actor console() { return engine::Actor::at_console(); }

std::optional<std::int64_t> number_of(std::string_view typed) {
  std::int64_t number = 0;
  const auto* const end = typed.data() + typed.size();
  const auto [after, failure] = std::from_chars(typed.data(), end, number);
  if (typed.empty() || failure != std::errc{} || after != end) return std::nullopt;
  return number;
}

Error unknown(std::string_view what, std::string_view typed) {
  return Error{Error::Code::not_found, fmt::format("There is no {} '{}'", what, text::shorten(typed, 80)), {}, {}};
}

}  // namespace

Result<domain::OrganisationId> find_org(store::Database& database, std::string_view typed) {
  if (const auto number = number_of(typed)) {
    TRY(const auto found, members::find_organisation(database, console(), {*number}, system_clock().now()));
    if (found) return domain::OrganisationId{*number};
    return unknown("organisation", typed);
  }
  members::OrganisationFilter filter{.text = std::string{typed}, .kind = {}, .status = {}, .limit = 200, .cursor = {}};
  std::optional<domain::Organisation> found;
  do {
    TRY(auto page, members::list_organisations(database, console(), filter));
    for (auto& row : page.rows) {
      if (text::fold(row.organisation.name) != text::fold(text::squeeze(typed))) continue;
      // One that has left may share its name with one that has not.
      const bool left = row.organisation.status == domain::OrganisationStatus::left;
      if (!found || !left) found = std::move(row.organisation);
    }
    filter.cursor = page.next_cursor;
  } while (!filter.cursor.empty());
  if (!found) return unknown("organisation", typed);
  return found->id;
}

Result<domain::PersonId> find_user(store::Database& database, std::string_view typed) {
  if (const auto number = number_of(typed)) {
    TRY(const auto found, members::find_person(database, console(), {*number}));
    if (found) return domain::PersonId{*number};
    return unknown("person", typed);
  }
  TRY(const auto found, members::find_person_by_email(database, console(), typed));
  if (!found) return unknown("person", typed);
  return found->person.id;
}

Result<domain::CommunityId> find_ring(store::Database& database, std::string_view typed) {
  const auto number = number_of(typed);
  TRY(const auto rows, members::list_communities(database, console()));
  std::optional<domain::CommunityId> found;
  for (const auto& row : rows) {
    const bool fits = number ? row.community.id.value == *number
                             : row.community.uuid == text::lower_ascii(typed) ||
                                   text::fold(row.community.name) == text::fold(text::squeeze(typed));
    if (!fits) continue;
    if (found) {
      return Error::conflict(
          fmt::format("Several communities are called '{}': give the number", text::shorten(typed, 80)));
    }
    found = row.community.id;
  }
  if (!found) return unknown("community", typed);
  return *found;
}

}  // namespace tocsin::cli
