#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"

/// The audit log for programs: docs/audit.md says what each member is.
namespace tocsin::engine::audit {

/// One JSON object in one line without its end, members always in the same order.
std::string json_line(const store::AuditRow& row);

/// Writes the entries that the filter lets through, oldest first, each line with its end. An error of `write` ends it
/// and is returned. Returns how many. Inside Database::snapshot for one state of a log that goes on.
Result<std::int64_t> export_json_lines(store::Connection& connection, const store::AuditFilter& filter,
                                       const std::function<Status(std::string_view line)>& write);

}  // namespace tocsin::engine::audit
