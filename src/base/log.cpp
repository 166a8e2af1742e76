#include "base/log.hpp"

#include <atomic>
#include <cerrno>
#include <mutex>

#include <poll.h>
#include <unistd.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace tocsin::log {
namespace {

using Sink = void (*)(std::string_view line);

std::atomic<Level> level_now{Level::info};
std::mutex writing;
Sink sink_now = nullptr;  // Guarded by `writing`.

std::string_view name_of(Level level) noexcept {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
    case Level::off:
      break;
  }
  return "error";
}

void append_text(std::string& line, std::string_view text) {
  if (text.size() <= kTextBytesMax) return json::write_string(line, text);
  json::write_string(line, text::shorten(text, kTextBytesMax));
}

void append_value(std::string& line, const Field& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    append_text(line, *text);
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    json::write(line, *number);
  } else if (const auto* size = std::get_if<std::uint64_t>(&field.value)) {
    json::write(line, *size);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    json::write(line, *real);
  } else {
    json::write(line, std::get<bool>(field.value));
  }
}

/// As one write(2) where the system lets it, so lines of several processes do not mix. A log that cannot be written is
/// given up: there is nobody left to tell.
void write_to_standard_error(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const auto written = ::write(STDERR_FILENO, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd ready{STDERR_FILENO, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace

void set_level(Level level) { level_now.store(level, std::memory_order_relaxed); }

bool enabled(Level level) noexcept { return level != Level::off && level >= level_now.load(std::memory_order_relaxed); }

void write(Level level, std::string_view event, Fields fields) {
  if (!enabled(level)) return;
  std::string line;
  line.reserve(256);
  line += "{\"time\":";
  json::write_string(line, format_rfc3339(system_clock().now()));
  line += ",\"level\":";
  json::write_string(line, name_of(level));
  line += ",\"event\":";
  append_text(line, event);
  for (const auto& field : fields) {
    line += ',';
    json::write_string(line, field.name);
    line += ':';
    append_value(line, field);
  }
  line += '}';
  const std::lock_guard lock(writing);
  if (sink_now != nullptr) {
    sink_now(line);
    return;
  }
  line += '\n';
  write_to_standard_error(line);
}

void flush() { const std::lock_guard lock(writing); }

void set_sink(void (*sink)(std::string_view line)) {
  // Under the lock, so no line goes to the former sink once this has returned.
  const std::lock_guard lock(writing);
  sink_now = sink;
}

}  // namespace tocsin::log
