#include "cli/columns.hpp"

#include <iostream>

#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"

namespace tocsin::cli {
namespace {

/// More than any vers, purl or version text may have, with the texts beside it.
constexpr std::size_t kLineBytesMax = 1 << 20;

std::vector<std::string> split_columns(std::string_view line) {
  std::vector<std::string> columns;
  while (true) {
    const auto tab = line.find('\t');
    columns.emplace_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return columns;
    line.remove_prefix(tab + 1);
  }
}

}  // namespace

bool next_line(std::string& line, std::size_t bytes_max) {
  line.clear();
  auto* const in = std::cin.rdbuf();
  int c = in->sbumpc();
  if (c == std::char_traits<char>::eof()) return false;
  for (; c != std::char_traits<char>::eof() && c != '\n'; c = in->sbumpc()) {
    if (line.size() <= bytes_max) line += static_cast<char>(c);
  }
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

int answer_all(const std::vector<std::string>& arguments, std::size_t columns,
               const std::function<Result<std::string>(Columns)>& answer) {
  if (arguments.size() != 1 || arguments[0] != "-") {
    if (arguments.size() != columns) {
      complain(fmt::format("expected {}, or - to read them from standard input, found {}",
                           text::count_of(static_cast<long long>(columns), "argument", "arguments"), arguments.size()));
      return kUsage;
    }
    const auto answered = answer(arguments);
    if (!answered) return fail(answered.error());
    print(safe_text(*answered) + "\n");
    return kGood;
  }
  bool good = true;
  for (std::string line; next_line(line, kLineBytesMax);) {
    const auto found = split_columns(line);
    auto answered = found.size() == columns
                        ? answer(found)
                        : Result<std::string>{Error::invalid(fmt::format(
                              "expected {} separated by tabs, found {}",
                              text::count_of(static_cast<long long>(columns), "column", "columns"), found.size()))};
    good = good && answered.has_value();
    print(safe_text(answered ? *answered : "error: " + answered.error().to_string()) + "\n");
    // Whoever asks line by line waits for the answer.
    if (std::cin.rdbuf()->in_avail() == 0) finish_output();
  }
  return good ? kGood : kFailed;
}

}  // namespace tocsin::cli
