#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/person.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// People whom somebody names by mail address: on a list of addressees, in a community, in a case. Who may not manage
/// people gets the same answers whether there is an account or not.
namespace tocsin::engine::members {

/// May this actor be told which addresses have an account? Everybody else is shown people by the address.
inline bool sees_accounts(const Actor& actor) noexcept { return actor.may(domain::Permission::manage_people); }

/// Lower-case form of a typed address. Errors: invalid_input, where = `field`.
Result<std::string> read_address(std::string_view typed, std::string_view field);

/// The person with this address (as read_address gives it), in a write transaction. One that is nobody's becomes a
/// person `invited` without membership, who is reached once invited into an organisation - unless the actor sees
/// accounts. Errors: then invalid_input, where = `field`.
Result<domain::PersonId> addressed_person(store::Connection& connection, const Actor& actor, std::string_view address,
                                          std::string_view field, Timestamp now);

}  // namespace tocsin::engine::members
