#include "exchange/putting.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace tocsin::exchange {
namespace {

void count(ObjectCounts& counts, domain::PutOutcome outcome, bool tlp_defaulted) {
  switch (outcome) {
    case domain::PutOutcome::created:
      ++counts.created;
      break;
    case domain::PutOutcome::updated:
      ++counts.updated;
      break;
    case domain::PutOutcome::unchanged:
      ++counts.unchanged;
      return;
    case domain::PutOutcome::history:
      ++counts.history;
      break;
    case domain::PutOutcome::conflicting:
      ++counts.conflicting;
      break;
    case domain::PutOutcome::removed:
      ++counts.removed;
      return;
  }
  if (tlp_defaulted) ++counts.tlp_defaulted;
}

Error conflicting(const domain::NewRevision& revision, std::string_view name) {
  return Error::conflict(
      fmt::format("{} of {} is here already with other content. This one is kept beside it as "
                  "conflicting; readers still see the first",
                  revision.version.empty() ? "An object" : "Version " + revision.version, revision.key),
      std::string{name});
}

}  // namespace

bool is_of_the_database(const Error& error) noexcept {
  return error.code == Error::Code::unavailable || error.code == Error::Code::timeout;
}

Result<std::optional<std::vector<store::PutResult>>> put_together(store::Connection& connection,
                                                                  std::span<const domain::NewRevision* const> revisions,
                                                                  store::Again again, Timestamp now) {
  std::optional<std::vector<store::PutResult>> results;
  const auto status = connection.attempt([&]() -> Status {
    TRY(results, store::Records{connection}.put_all(revisions, now, again));
    return ok();
  });
  if (status) return results;
  if (is_of_the_database(status.error())) return status.error();
  return std::optional<std::vector<store::PutResult>>{};
}

Result<PutAlone> put_alone(store::Connection& connection, const domain::NewRevision& revision, store::Again again,
                           std::string_view name, Timestamp now) {
  PutAlone alone;
  const auto status = connection.attempt([&]() -> Status {
    TRY(alone.put, store::Records{connection}.put(revision, now, again));
    return ok();
  });
  if (status) return alone;
  const auto& error = status.error();
  if (is_of_the_database(error)) return error;
  log::warn("import.put_failed", {{"name", name}, {"message", error.message}, {"detail", error.detail}});
  alone.put.reset();
  alone.refused = error;
  alone.refused->where = error.where.empty() ? std::string{name} : fmt::format("{}:{}", name, error.where);
  return alone;
}

Status put_objects(store::Connection& connection, const PreparedObjects& objects, std::size_t begin, std::size_t end,
                   store::Again again, std::string_view name, Timestamp now, ObjectCounts& counts,
                   std::vector<Error>& problems) {
  const auto problem = [&](Error error) {
    if (problems.size() < kProblemsMax) problems.push_back(std::move(error));
  };
  std::vector<const domain::NewRevision*> revisions;
  for (auto i = begin; i < end; ++i) revisions.push_back(&objects.revisions[i]);
  TRY(const auto together, put_together(connection, revisions, again, now));
  for (auto i = begin; i < end; ++i) {
    const auto& revision = objects.revisions[i];
    std::optional<domain::PutOutcome> outcome;
    if (together) {
      outcome = (*together)[i - begin].outcome;
    } else {
      TRY(auto alone, put_alone(connection, revision, again, name, now));
      if (alone.refused) {
        ++counts.refused;
        problem(*std::move(alone.refused));
        continue;
      }
      outcome = alone.put->outcome;
    }
    count(counts, *outcome, objects.tlp_defaulted[i]);
    if (*outcome == domain::PutOutcome::conflicting) problem(conflicting(revision, name));
  }
  return ok();
}

}  // namespace tocsin::exchange
