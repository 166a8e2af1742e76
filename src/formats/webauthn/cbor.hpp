#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

/// Reads CBOR (RFC 8949) as FIDO's CTAP2 has it written: definite lengths, shortest heads, no tags, no key twice in a
/// map. The order of keys is not checked, for browsers differ in it and nothing here depends on it.
namespace tocsin::formats::webauthn {

/// Nesting of arrays and maps. The deepest that the specification has is an attestation of several statements, with 5.
inline constexpr int kCborDepthMax = 8;

/// Goes over one text from front to back. Every count and length is checked against what is left before it is believed,
/// so that work and memory follow the input. Results are views of the input.
/// Errors: invalid_input, `where` = NAME:OFFSET.
class CborReader {
 public:
  CborReader(std::string_view input, std::string name) : input_(input), name_(std::move(name)) {}

  Result<std::int64_t> integer();
  Result<std::string_view> bytes();
  /// Well-formed UTF-8.
  Result<std::string_view> text();
  /// The number of pairs: twice as many items follow.
  Result<std::size_t> map();
  /// Any one item, checked all the way down; its encoding.
  Result<std::string_view> item();
  /// Nothing may follow.
  Status end() const;

  bool next_is_integer() const noexcept;
  bool next_is_map() const noexcept;
  std::size_t offset() const noexcept { return at_; }
  Error error(std::string message) const;

 private:
  struct Head {
    int major = 0;  ///< 0 unsigned, 1 negative, 2 bytes, 3 text, 4 array, 5 map, 6 tag, 7 simple and float
    int info = 0;
    std::uint64_t value = 0;
  };
  int next_major() const noexcept;
  Result<Head> head();
  Result<std::string_view> string_of(int major, const char* what);
  Result<std::string_view> take(std::uint64_t count);
  Status skip(int depth);
  Status skip_map(std::uint64_t pairs, int depth);

  std::string_view input_;
  std::string name_;
  std::size_t at_ = 0;
};

}  // namespace tocsin::formats::webauthn
