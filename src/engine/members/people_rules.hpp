#pragma once
#include "base/result.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"

/// Of this folder only.
namespace tocsin::engine::members {

/// Errors: conflict where nobody else who can sign in is administrator of the CERT.
Status keep_last_cert_administrator(store::Connection& connection, domain::PersonId person);
/// Errors: not_found, also for who was erased.
Result<domain::Person> need_person(store::Connection& connection, domain::PersonId id);

}  // namespace tocsin::engine::members
