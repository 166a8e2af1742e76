#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// One line on a terminal that is rewritten as work goes on; nothing at all where standard error is no terminal.
namespace tocsin::cli {

struct ProgressState {
  std::string_view label;  ///< "Importing"
  std::uint64_t done = 0;
  std::uint64_t total = 0;     ///< 0: unknown.
  std::uint64_t items = 0;     ///< Counted beside, with `noun`; 0: left out.
  std::string_view noun = {};  ///< "documents"
  double seconds = 0;
};

/// The line for a terminal of `width` columns, never longer: label, bar, percent, bytes or items, rate. Pure.
std::string progress_line(const ProgressState& state, int width);

class Progress {
 public:
  /// `enabled`: only where standard error is a terminal.
  Progress(std::string_view label, std::string_view noun, bool enabled);
  /// Wipes the line.
  ~Progress();
  Progress(const Progress&) = delete;
  /// At most ten lines a second are written.
  void update(std::uint64_t done, std::uint64_t total, std::uint64_t items = 0);
  /// Wipes the line, so that something else can be printed; the next update draws it again.
  void clear();

 private:
  const std::string label_, noun_;
  const bool enabled_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now(), last_{};
};

/// Columns of the terminal on standard error or output, or 0 where there is none.
int terminal_width(int descriptor) noexcept;

}  // namespace tocsin::cli
