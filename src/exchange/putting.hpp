#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "exchange/import.hpp"
#include "store/records.hpp"

/// How prepared documents get into the store, for every door: within the caller's transaction, and so that one that
/// cannot be stored spoils no other.
namespace tocsin::exchange {

/// The database itself is in trouble: what was committed stays, the rest is for another try.
bool is_of_the_database(const Error& error) noexcept;

/// Absent where one of them cannot be stored: then each has to be tried alone. Errors: the database's.
Result<std::optional<std::vector<store::PutResult>>> put_together(store::Connection& connection,
                                                                  std::span<const domain::NewRevision* const> revisions,
                                                                  store::Again again, Timestamp now);

/// One of the two.
struct PutAlone {
  std::optional<store::PutResult> put;
  std::optional<Error> refused;
};
/// `name`: where it came from, for the log. Errors: the database's.
Result<PutAlone> put_alone(store::Connection& connection, const domain::NewRevision& revision, store::Again again,
                           std::string_view name, Timestamp now);

/// Objects of STIX from `begin` to before `end`: what became of them is added to `counts`, and what was refused or is
/// conflicting to `problems`, up to kProblemsMax. Errors: the database's.
Status put_objects(store::Connection& connection, const PreparedObjects& objects, std::size_t begin, std::size_t end,
                   store::Again again, std::string_view name, Timestamp now, ObjectCounts& counts,
                   std::vector<Error>& problems);

}  // namespace tocsin::exchange
