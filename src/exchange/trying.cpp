#include "exchange/trying.hpp"

#include <random>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::exchange {
namespace {

constexpr std::size_t kProblemBytesMax = 300;

}  // namespace

std::string problem_of(const Error& error) {
  const auto said = error.detail.empty() ? error.message : fmt::format("{}: {}", error.message, error.detail);
  return text::shorten(text::squeeze(said), kProblemBytesMax);
}

std::chrono::microseconds jittered(std::chrono::microseconds wait, int part) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto most = wait.count() / part;
  return std::chrono::microseconds{wait.count() + std::uniform_int_distribution<std::int64_t>{-most, most}(random)};
}

}  // namespace tocsin::exchange
