#include "cli/output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "base/json.hpp"
#include "cli/progress.hpp"
#include "cli/text_table.hpp"

namespace tocsin::cli {

namespace {

/// EPIPE: whoever read has seen enough. Anything else (disk full) must not look like success.
bool only_the_reader_left() {
  if (errno == EPIPE) return true;
  std::perror("tocsin: standard output");
  return false;
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return;
  std::_Exit(only_the_reader_left() ? kGood : kFailed);
}

bool finish_output() { return std::fflush(stdout) == 0 || only_the_reader_left(); }

void print_json(const boost::json::value& value) { print(json::write(value) + "\n"); }

void complain(std::string_view message) { fmt::print(stderr, "tocsin: {}\n", safe_text(message)); }

boost::json::object error_json(const Error& error) {
  boost::json::object object;
  object.emplace("code", to_string(error.code));
  object.emplace("message", error.message);
  if (!error.where.empty()) object.emplace("where", error.where);
  return object;
}

int fail(const Error& error, bool json) {
  complain(error.to_string());
  if (json) {
    boost::json::object line;
    line.emplace("error", error_json(error));
    print_json(line);
  }
  return kFailed;
}

bool colours() noexcept {
  // Nothing in this process ever sets its environment.
  const char* refused = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
  return (refused == nullptr || *refused == '\0') && ::isatty(STDOUT_FILENO) != 0;
}

std::size_t output_width() noexcept { return static_cast<std::size_t>(terminal_width(STDOUT_FILENO)); }

}  // namespace tocsin::cli
