// validate_bench FOLDER basic|extended|full: documents per CPU second of the validator over every .json below a folder,
// from memory: the first time, and the best of several rounds; and of simdjson alone beside it. Prints one line of
// JSON. validate_bench FOLDER basic|extended|full ROUNDS: that again and again, for a profiler to look at.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "formats/csaf/validate/validate.hpp"

namespace {

namespace csaf = tocsin::formats::csaf;
using Documents = std::vector<std::string>;

constexpr int kRounds = 5;

Documents read_all(const std::filesystem::path& folder) {
  Documents documents;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    documents.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
  }
  return documents;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Rounds per second of the fastest of several.
double fastest(double (*clock)(), const std::function<void()>& round) {
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    const double started = clock();
    round();
    best = std::min(best, clock() - started);
  }
  return 1 / best;
}

/// How many of the documents are valid, so that no work can be left out.
std::size_t validate_all(csaf::Validator& validator, const Documents& documents, std::size_t first, std::size_t step,
                         csaf::Mode mode) {
  std::size_t valid = 0;
  for (std::size_t i = first; i < documents.size(); i += step) {
    valid += validator.validate(documents[i], mode).is_valid() ? 1 : 0;
  }
  return valid;
}

/// Round by round beside simdjson, so that what else the machine does weighs on both alike.
void profile(const Documents& documents, csaf::Mode mode, int rounds) {
  csaf::Validator validator;
  simdjson::dom::parser parser;
  simdjson::dom::document document;
  double best = 1e9, best_parse = 1e9;
  std::size_t valid = 0;
  for (int i = 0; i < rounds; ++i) {
    const double started = cpu_seconds();
    for (const auto& each : documents) {
      [[maybe_unused]] const auto read = parser.parse_into_document(document, each.data(), each.size());
    }
    const double parsed = cpu_seconds();
    valid = validate_all(validator, documents, 0, 1, mode);
    best_parse = std::min(best_parse, parsed - started);
    best = std::min(best, cpu_seconds() - parsed);
  }
  const auto in_us = [&](double seconds) { return seconds / static_cast<double>(documents.size()) * 1e6; };
  fmt::print("{} valid, {:.2f} us a document, {:.2f} times simdjson's parse ({:.2f} us)\n", valid, in_us(best),
             best / best_parse, in_us(best_parse));
}

}  // namespace

int main(int count, char** arguments) {
  const auto mode = count == 3 || count == 4 ? csaf::parse_mode(arguments[2]) : std::nullopt;
  if (!mode) {
    std::fputs("Usage: validate_bench FOLDER basic|extended|full [ROUNDS]\n", stderr);
    return 2;
  }
  const auto documents = read_all(arguments[1]);
  if (documents.empty()) {
    std::fputs("validate_bench: no .json below the folder\n", stderr);
    return 2;
  }
  if (count == 4) {
    profile(documents, *mode, std::atoi(arguments[3]));
    return 0;
  }
  const auto size = static_cast<double>(documents.size());
  csaf::Validator validator;
  // Tables are laid out and patterns compiled when they are first asked for. That is start-up, which is not measured
  // here.
  validate_all(validator, documents, 0, documents.size(), *mode);
  const double started = cpu_seconds();
  const auto valid = validate_all(validator, documents, 0, 1, *mode);
  const double first = 1 / (cpu_seconds() - started);
  const double best = fastest(cpu_seconds, [&] { validate_all(validator, documents, 0, 1, *mode); });

  simdjson::dom::parser parser;
  simdjson::dom::document document;
  const double parse = fastest(cpu_seconds, [&] {
    for (const auto& each : documents) {
      [[maybe_unused]] const auto read = parser.parse_into_document(document, each.data(), each.size());
    }
  });
  csaf::Validator second;
  const double one_thread = fastest(wall_seconds, [&] { validate_all(validator, documents, 0, 1, *mode); });
  const double two_threads = fastest(wall_seconds, [&] {
    std::jthread other{[&] { validate_all(second, documents, 1, 2, *mode); }};
    validate_all(validator, documents, 0, 2, *mode);
  });
  fmt::print(
      "{{\"documents\":{},\"valid\":{},\"parse_per_s\":{:.0f},\"first_per_s\":{:.0f},\"best_per_s\":{:.0f},"
      "\"two_threads\":{:.2f}}}\n",
      documents.size(), valid, size * parse, size * first, size * best, two_threads / one_thread);
  return 0;
}
