#pragma once

namespace tocsin {
/// Logs what was broken, then aborts. The process supervisor restarts; nothing half-written survives a transaction.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;
}  // namespace tocsin

/// What only our own bug can break. Never for input from outside: that is a Result.
#define TOCSIN_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::tocsin::check_failed(#condition, __FILE__, __LINE__))
