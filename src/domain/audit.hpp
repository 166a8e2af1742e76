#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "domain/organisation.hpp"

/// The audit log's entries and the hash chain over them. Pure; storage is store/audit.hpp.
namespace tocsin::domain::audit {

enum class Outcome { done = 0, refused = 1, failed = 2 };  ///< Stored as its number.
/// What a damaged log may hold; its entry does not verify.
inline constexpr Outcome kUnknownOutcome{-1};
std::string_view to_string(Outcome outcome) noexcept;
std::optional<Outcome> parse_outcome(std::string_view text) noexcept;

/// What may be erased with a person; the chain holds only its salted hash.
struct Personal {
  std::string address;  ///< Without port.
  std::string agent;
  std::string detail;  ///< JSON object or empty: names, old and new values. Never a secret.
};

struct Entry {
  std::int64_t sequence = 0;  ///< Given by the store.
  Timestamp at;
  std::optional<PersonId> person;              ///< None: anonymous, console, the system itself.
  std::optional<OrganisationId> organisation;  ///< For whom they acted.
  std::string action;                   ///< "sign-in", "organisation.vet", "record.read", "record.export": kActions.
  std::string object;                   ///< "record:12", "person:3", "organisation:1", "session:9"; may be empty.
  std::optional<OrganisationId> owner;  ///< Whose thing it was: "who has looked at what we shared".
  Outcome outcome = Outcome::done;
  std::string request_id;
  Personal personal;
};

/// Lower-case hex SHA-256 of salt and personal part, each field with its length before it.
std::string personal_hash(std::string_view salt, const Personal& personal);
/// Lower-case hex SHA-256 of the previous hash and every member of the entry but `personal`, for which its hash stands.
/// Fields are length-prefixed, so that no two entries have the same text. The first entry's previous hash is 64 zeros.
std::string chain_hash(std::string_view previous_hash, const Entry& entry, std::string_view personal_hash);

}  // namespace tocsin::domain::audit
