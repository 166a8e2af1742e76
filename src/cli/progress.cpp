#include "cli/progress.hpp"

#include <algorithm>
#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.hpp"

namespace tocsin::cli {
namespace {

constexpr auto kEvery = std::chrono::milliseconds{100};
constexpr int kBarMin = 8, kBarMax = 40;

std::string bytes_text(double bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < std::size(kUnits)) {
    bytes /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

}  // namespace

std::string progress_line(const ProgressState& state, int width) {
  if (width <= 0) return {};
  std::string right;
  if (state.total > 0) {
    const auto percent = std::min<std::uint64_t>(state.done, state.total) * 100 / state.total;
    right += fmt::format(" {:3}%", percent);
  } else {
    right += " " + bytes_text(static_cast<double>(state.done));
  }
  std::string extra;
  if (state.items > 0 && !state.noun.empty()) {
    extra += fmt::format("  {} {}", text::thousands(static_cast<long long>(state.items)), state.noun);
    if (state.seconds >= 0.5) {
      extra += fmt::format("  {}/s",
                           text::thousands(static_cast<long long>(static_cast<double>(state.items) / state.seconds)));
    }
  } else if (state.seconds >= 0.5) {
    extra += fmt::format("  {}/s", bytes_text(static_cast<double>(state.done) / state.seconds));
  }
  // What has no room goes: first the bar, then the rate, at last the label.
  const auto columns = static_cast<std::size_t>(width);
  std::string line{state.label};
  if (line.size() + right.size() + extra.size() > columns) extra.clear();
  const auto used = line.size() + right.size() + extra.size() + 3;
  if (state.total > 0 && used + kBarMin <= columns) {
    const auto bar = static_cast<int>(std::min<std::size_t>(columns - used, kBarMax));
    const auto filled = static_cast<int>(std::min<std::uint64_t>(state.done, state.total) *
                                         static_cast<std::uint64_t>(bar) / state.total);
    line += " [" + std::string(static_cast<std::size_t>(filled), '#') +
            std::string(static_cast<std::size_t>(bar - filled), '.') + "]";
  }
  line += right + extra;
  if (line.size() > columns) line.resize(columns);
  return line;
}

int terminal_width(int descriptor) noexcept {
  winsize size{};
  if (::isatty(descriptor) == 0) return 0;
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

Progress::Progress(std::string_view label, std::string_view noun, bool enabled)
    : label_(label), noun_(noun), enabled_(enabled && ::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() { clear(); }

void Progress::update(std::uint64_t done, std::uint64_t total, std::uint64_t items) {
  if (!enabled_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_ < kEvery) return;
  last_ = now;
  drawn_ = true;
  const auto line = progress_line({.label = label_,
                                   .done = done,
                                   .total = total,
                                   .items = items,
                                   .noun = noun_,
                                   .seconds = std::chrono::duration<double>(now - started_).count()},
                                  // The last column would wrap on some terminals.
                                  terminal_width(STDERR_FILENO) - 1);
  fmt::print(stderr, "\r\x1b[K{}", line);
  std::fflush(stderr);
}

void Progress::clear() {
  if (!drawn_) return;
  drawn_ = false;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

}  // namespace tocsin::cli
