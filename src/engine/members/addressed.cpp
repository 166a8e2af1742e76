#include "engine/members/addressed.hpp"

#include "base/ids.hpp"
#include "base/messages.hpp"
#include "engine/members/input.hpp"
#include "engine/members/writing.hpp"
#include "store/people.hpp"

namespace tocsin::engine::members {

Result<std::string> read_address(std::string_view typed, std::string_view field) {
  auto folded = domain::folded_email(typed);
  if (!folded) return Error::invalid(folded.error().message, std::string{field});
  return folded;
}

Result<domain::PersonId> addressed_person(store::Connection& connection, const Actor& actor, std::string_view address,
                                          std::string_view field, Timestamp now) {
  store::People people{connection};
  TRY(const auto found, people.find_by_email(address));
  if (found) return found->id;
  if (sees_accounts(actor)) {
    return Error::invalid(std::string{tr<"Nobody here has this address: invite them first">()}, std::string{field});
  }
  domain::Person unknown;
  TRY_VOID(read_person_input(
      {.name = std::string{address}, .email = std::string{address}, .language = {}, .time_zone = {}}, unknown));
  unknown.uuid = random_uuid();
  unknown.status = domain::PersonStatus::invited;
  unknown.created_at = now;
  TRY(const auto id, people.insert(unknown));
  TRY_VOID(note(connection, actor, now, "person.create", audit::object_of(id), {}, {{"email", unknown.email}}));
  return id;
}

}  // namespace tocsin::engine::members
