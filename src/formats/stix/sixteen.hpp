#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

/// 16 bytes looked at at once, with an answer of one bit for each: clang's vectors, which it has for every machine.
namespace tocsin::formats::stix {

using Sixteen = unsigned char __attribute__((ext_vector_type(16)));

inline Sixteen sixteen(const char* from) noexcept {
  Sixteen made;
  std::memcpy(&made, from, sizeof made);
  return made;
}

/// Of a comparison, such as `sixteen(text) == '"'`: bit i says what is so for byte i.
template <class Comparison>
std::uint16_t bits_of(Comparison compared) noexcept {
  using Bits = bool __attribute__((ext_vector_type(16)));
  return std::bit_cast<std::uint16_t>(__builtin_convertvector(compared, Bits));
}

}  // namespace tocsin::formats::stix
