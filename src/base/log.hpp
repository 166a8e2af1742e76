#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

/// Events, not prose: one JSON object a line on standard error, `{"time":...,"level":...,"event":...,...fields}`.
/// `error` wakes somebody up; nobody outside can make `info` flood. Any thread may call; names of events are stable.
/// Nothing in a field can forge a line or move a terminal's cursor: control characters are escaped.
namespace tocsin::log {

enum class Level { debug, info, warn, error, off };

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool, std::uint64_t> value;
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view{v}) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view{v}) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
  Field(std::string_view n, double v) : name(n), value(v) {}
  template <class Int>
    requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>)
  Field(std::string_view n, Int v) : name(n), value(static_cast<Wide<Int>>(v)) {}

  template <class Int>
  using Wide = std::conditional_t<std::is_signed_v<Int>, std::int64_t, std::uint64_t>;
};
using Fields = std::initializer_list<Field>;

/// Bytes of a text field; what is longer is shortened, so that one bad request cannot fill the log.
inline constexpr std::size_t kTextBytesMax = 8192;

/// Default: info. Lines below it are not written.
void set_level(Level level);
bool enabled(Level level) noexcept;
void write(Level level, std::string_view event, Fields fields);
inline void debug(std::string_view event, Fields fields = {}) { write(Level::debug, event, fields); }
inline void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
inline void warn(std::string_view event, Fields fields = {}) { write(Level::warn, event, fields); }
inline void error(std::string_view event, Fields fields = {}) { write(Level::error, event, fields); }
/// Waits until the line being written by another thread is out; called at shutdown. Nothing is buffered.
void flush();
/// For tests: lines go to `sink` (without newline) instead; nullptr restores standard error. A sink must not
/// log.
void set_sink(void (*sink)(std::string_view line));

}  // namespace tocsin::log
