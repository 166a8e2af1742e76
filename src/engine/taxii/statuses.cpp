#include "engine/taxii/statuses.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

namespace tocsin::engine::taxii {
namespace {

using store::Sql;

boost::json::array details(const std::vector<StatusDetail>& list) {
  boost::json::array out;
  for (const auto& each : list) {
    boost::json::object detail{{"id", each.id}, {"version", each.version}};
    if (!each.message.empty()) detail["message"] = each.message;
    out.emplace_back(std::move(detail));
  }
  return out;
}

}  // namespace

boost::json::object to_json(const WriteStatus& status) {
  boost::json::object out{{"id", status.id},
                          {"status", "complete"},
                          {"request_timestamp", format_rfc3339(status.requested_at)},
                          {"total_count", status.successes.size() + status.failures.size()},
                          {"success_count", status.successes.size()}};
  // Lists that would be empty are left out.
  if (!status.successes.empty()) out["successes"] = details(status.successes);
  out["failure_count"] = status.failures.size();
  if (!status.failures.empty()) out["failures"] = details(status.failures);
  out["pending_count"] = 0;
  return out;
}

Status keep_status(store::Connection& connection, const Actor& actor, std::string_view root,
                   std::string_view collection, const WriteStatus& status) {
  if (!actor.viewer.person || !actor.viewer.organisation) return Error::internal("A status is somebody's");
  const Timestamp until{status.requested_at.micros + std::chrono::microseconds{kStatusKept}.count()};
  return connection.run_all(
      {Sql{"DELETE FROM taxii_status WHERE expires_at <= ?", status.requested_at},
       Sql{"INSERT INTO taxii_status (id, root, collection_id, person_id, organisation_id, requested_at, expires_at, "
           "body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
           status.id, root, collection, *actor.viewer.person, *actor.viewer.organisation, status.requested_at, until,
           json::write(to_json(status))}});
}

Result<std::string> find_status(store::Connection& connection, const Actor& actor, std::string_view root,
                                std::string_view id, Timestamp now) {
  const auto& viewer = actor.viewer;
  const bool askable = id.find('\0') == id.npos && text::invalid_utf8_at(id) == std::string_view::npos;
  if (!viewer.person || !viewer.organisation || !askable) return Error::not_found("status");
  TRY(auto body, connection.first(Sql{"SELECT body FROM taxii_status WHERE id = ? AND root = ? AND person_id = ? AND "
                                      "organisation_id = ? AND expires_at > ?",
                                      id, root, *viewer.person, *viewer.organisation, now},
                                  [](const store::Row& row) { return row.string(0); }));
  if (!body) return Error::not_found("status");
  return *std::move(body);
}

}  // namespace tocsin::engine::taxii
