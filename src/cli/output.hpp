#pragma once
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.hpp"

/// What every command prints the same way: JSON lines, errors, colours.
namespace tocsin::cli {

inline constexpr int kGood = 0;    ///< Exit code: done, and all is well.
inline constexpr int kFailed = 1;  ///< The input or the check failed.
inline constexpr int kUsage = 2;   ///< The command line is wrong.

/// To standard output; a reader that went away (`| head`) ends the process quietly, as for any filter.
void print(std::string_view text);
/// Everything printed has reached its reader, or the reader wanted no more. False: it is lost, and was complained
/// about.
bool finish_output();
/// One line of JSON to standard output.
void print_json(const boost::json::value& value);
/// "tocsin: where: message" to standard error.
void complain(std::string_view message);
/// The error, as text on standard error or, with `json`, also as {"error":{...}} on standard output. Returns kFailed.
int fail(const Error& error, bool json = false);
boost::json::object error_json(const Error& error);

/// May escape sequences go to standard output? A terminal, and NO_COLOR is not set.
bool colours() noexcept;
/// Columns of standard output, 0 where it is no terminal.
std::size_t output_width() noexcept;

}  // namespace tocsin::cli
