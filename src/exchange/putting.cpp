#include "exchange/putting.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

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

PreparedObjects part_of(const PreparedObjects& objects, std::size_t begin, std::size_t end) {
  const auto cut = [&](const auto& all) {
    using All = std::decay_t<decltype(all)>;
    return all.empty()
               ? All{}
               : All(all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end));
  };
  PreparedObjects part;
  part.revisions = cut(objects.revisions);
  part.tlp_defaulted = cut(objects.tlp_defaulted);
  part.times = cut(objects.times);
  return part;
}

void sort_by_key(PreparedObjects& objects) {
  std::vector<std::size_t> order(objects.revisions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {},
                    [&](std::size_t at) { return std::pair{std::string_view{objects.revisions[at].key}, at}; });
  const auto arrange = [&](auto& all) {
    if (all.empty()) return;
    std::decay_t<decltype(all)> arranged;
    arranged.reserve(all.size());
    for (const auto at : order) arranged.push_back(std::move(all[at]));
    all = std::move(arranged);
  };
  arrange(objects.revisions);
  arrange(objects.tlp_defaulted);
  arrange(objects.times);
}

Result<std::vector<PutOne>> put_revisions(store::Connection& connection,
                                          std::span<const domain::NewRevision* const> revisions, store::Again again,
                                          Timestamp now) {
  store::Records records{connection};
  std::vector<store::PutResult> together;
  auto status = connection.attempt([&]() -> Status {
    TRY(together, records.put_all(revisions, now, again));
    return ok();
  });
  std::vector<PutOne> out(revisions.size());
  if (status) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i].result = std::move(together[i]);
    return out;
  }
  if (is_of_the_database(status.error())) return std::move(status).error();
  for (std::size_t i = 0; i < out.size(); ++i) {
    status = connection.attempt([&]() -> Status {
      TRY(out[i].result, records.put(*revisions[i], now, again));
      return ok();
    });
    if (status) continue;
    if (is_of_the_database(status.error())) return std::move(status).error();
    out[i].result.reset();
    out[i].problem = std::move(status).error();
  }
  return out;
}

Error not_put(const Error& problem, std::string_view name) {
  log::warn("import.put_failed", {{"name", name}, {"message", problem.message}, {"detail", problem.detail}});
  auto error = problem;
  error.where = error.where.empty() ? std::string{name} : fmt::format("{}:{}", name, error.where);
  return error;
}

Status put_objects(store::Connection& connection, const PreparedObjects& objects, std::size_t begin, std::size_t end,
                   store::Again again, std::string_view name, Timestamp now, ObjectCounts& counts,
                   std::vector<Error>& problems) {
  const auto problem = [&](Error error) {
    if (problems.size() < kProblemsMax) problems.push_back(std::move(error));
  };
  std::vector<const domain::NewRevision*> revisions;
  for (auto i = begin; i < end; ++i) revisions.push_back(&objects.revisions[i]);
  TRY(const auto put, put_revisions(connection, revisions, again, now));
  for (auto i = begin; i < end; ++i) {
    const auto& revision = objects.revisions[i];
    const auto& one = put[i - begin];
    if (!one.result) {
      ++counts.refused;
      problem(not_put(*one.problem, name));
      continue;
    }
    const auto outcome = one.result->outcome;
    count(counts, outcome, objects.tlp_defaulted[i]);
    if (outcome == domain::PutOutcome::conflicting) problem(conflicting(revision, name));
  }
  return ok();
}

}  // namespace tocsin::exchange
