#pragma once
#include <chrono>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

/// What everything shares that tries again what failed: mail, webhooks, peers.
namespace tocsin::exchange {

/// Why it failed, in one line of at most 300 bytes, for a table and who reads it.
std::string problem_of(const Error& error);
/// The `part`-th part of it more or less, so that what failed together does not come back together.
std::chrono::microseconds jittered(std::chrono::microseconds wait, int part = 5);
inline Timestamp after(Timestamp time, std::chrono::microseconds by) noexcept { return {time.micros + by.count()}; }

}  // namespace tocsin::exchange
