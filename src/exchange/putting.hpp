#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "exchange/import.hpp"
#include "store/records.hpp"

/// How prepared documents get into the store, for every door: within the caller's transaction, and so that one that
/// cannot be stored spoils no other.
namespace tocsin::exchange {

/// The database itself is in trouble: what was committed stays, the rest is for another try, and no fault of what was
/// to be stored.
bool is_of_the_database(const Error& error) noexcept;

/// Leaves out of `objects` what `out` says of each. How many those were.
template <class Out>
std::int64_t leave_out(PreparedObjects& objects, Out out) {
  std::size_t kept = 0;
  const bool timed = !objects.times.empty();
  for (std::size_t i = 0; i < objects.revisions.size(); ++i) {
    if (out(objects.revisions[i])) continue;
    if (kept != i) {
      objects.revisions[kept] = std::move(objects.revisions[i]);
      objects.tlp_defaulted[kept] = objects.tlp_defaulted[i];
      if (timed) objects.times[kept] = objects.times[i];
    }
    ++kept;
  }
  const auto left_out = static_cast<std::int64_t>(objects.revisions.size() - kept);
  objects.revisions.resize(kept);
  objects.tlp_defaulted.resize(kept);
  if (timed) objects.times.resize(kept);
  return left_out;
}
/// The objects from `begin` to before `end`, without what was counted and refused.
PreparedObjects part_of(const PreparedObjects& objects, std::size_t begin, std::size_t end);

/// The objects by their keys, versions of one in the order that they had: what stands beside each other in the indexes
/// is then written together, and a batch of many touches few pages.
void sort_by_key(PreparedObjects& objects);

/// What became of one of several: stored, or why not.
struct PutOne {
  std::optional<store::PutResult> result = {};
  std::optional<Error> problem = {};
};
/// In the order of `revisions`: with few statements where nothing is wrong with any of them, else each by itself.
/// Errors: the database's.
Result<std::vector<PutOne>> put_revisions(store::Connection& connection,
                                          std::span<const domain::NewRevision* const> revisions, store::Again again,
                                          Timestamp now);
/// What could not be stored, for the log and for who reads of it: `name` is where it came from.
Error not_put(const Error& problem, std::string_view name);

/// Objects of STIX from `begin` to before `end`: what became of them is added to `counts`, and what was refused or is
/// conflicting to `problems`, up to kProblemsMax. Errors: the database's.
Status put_objects(store::Connection& connection, const PreparedObjects& objects, std::size_t begin, std::size_t end,
                   store::Again again, std::string_view name, Timestamp now, ObjectCounts& counts,
                   std::vector<Error>& problems);

}  // namespace tocsin::exchange
