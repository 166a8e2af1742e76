#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

/// Commands that answer a question made of a few texts, asked on the command line or line by line.
namespace tocsin::cli {

/// The next line of standard input without its end. What is longer than `bytes_max` is cut one byte behind it, so that
/// whoever reads it sees that it is too long. False at the end.
bool next_line(std::string& line, std::size_t bytes_max);

using Columns = std::span<const std::string>;

/// Calls `answer` with the arguments, or, where they are a single "-", with the columns of each line of standard input,
/// separated by tabs. Prints one answer a line; an error goes to standard error, or where lines are read, as
/// "error: ..." to standard output in the place of the answer. Returns the exit code.
int answer_all(const std::vector<std::string>& arguments, std::size_t columns,
               const std::function<Result<std::string>(Columns)>& answer);

}  // namespace tocsin::cli
