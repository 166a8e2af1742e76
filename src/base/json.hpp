#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"

/// JSON reading with limits and writing that keeps numbers readable. DOM: Boost.JSON.
namespace tocsin::json {

struct Limits {
  std::size_t bytes_max = std::size_t{64} << 20;  ///< Default 64 MiB.
  std::size_t depth_max = 64;                     ///< Nesting of arrays and objects.
};

/// A parsed text with the arena its values live in. The root must not outlive the Parsed. Movable.
class Parsed {
 public:
  /// Empty: `root` may not be called before something was moved in.
  Parsed() = default;
  Parsed(Parsed&&) noexcept = default;
  /// By hand, for the old root must go before the arena it lives in.
  Parsed& operator=(Parsed&& other) noexcept {
    root_ = std::move(other.root_);
    arena_ = std::move(other.arena_);
    return *this;
  }
  const boost::json::value& root() const noexcept { return *root_; }

 private:
  friend Result<Parsed> parse(std::string_view text, const Limits& limits);
  std::unique_ptr<boost::json::monotonic_resource> arena_;
  std::unique_ptr<boost::json::value> root_;
};

/// Errors: too_large; invalid_input with `where` = "LINE:COLUMN" (1-based, bytes) for syntax, depth, ill-formed UTF-8,
/// numbers out of range, and `where` = pointer for a repeated object key. A UTF-8 byte order mark is refused. Integers
/// beyond 64 bits are read as the nearest double.
Result<Parsed> parse(std::string_view text, const Limits& limits = {});

/// Compact. Doubles as people write them (9.8, not 9.8E0), whole ones with ".0", so what is read back has the same
/// kind. Infinity and NaN, which JSON lacks, are written as null.
void write(std::string& out, const boost::json::value& value);
std::string write(const boost::json::value& value);
/// Two blanks per level, members in the order they stand.
std::string write_pretty(const boost::json::value& value);
/// Appends `text` as a JSON string with quotes; '<', '>' and '&' stay as they are. Control characters (C1 and DEL
/// too) and U+2028/2029 are escaped, ill-formed UTF-8 becomes U+FFFD: the output is one line of well-formed UTF-8.
void write_string(std::string& out, std::string_view text);

/// Turns a JSON Pointer (RFC 6901) into that of a child: escapes ~ and /.
void append_token(std::string& pointer, std::string_view token);
void append_token(std::string& pointer, std::size_t index);
/// The pointer of a child.
std::string pointer_append(std::string_view pointer, std::string_view token);
std::string pointer_append(std::string_view pointer, std::size_t index);
/// What an escaped token of a pointer stands for: "a~1b" is "a/b"; nullopt where the escape is none.
std::optional<std::string> pointer_token(std::string_view escaped);
/// Resolves a pointer, or nullptr.
const boost::json::value* at_pointer(const boost::json::value& root, std::string_view pointer);

// Tolerant look-ups for readers of documents whose structure was checked elsewhere: a member that is absent or of
// another type reads as empty.
const boost::json::value* find(const boost::json::value& object, std::string_view key) noexcept;
std::string_view string_at(const boost::json::value& object, std::string_view key) noexcept;
/// Elements of the array member, or an empty range.
const boost::json::array& array_at(const boost::json::value& object, std::string_view key) noexcept;

}  // namespace tocsin::json
