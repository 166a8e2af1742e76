#pragma once
#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tocsin {

/// A string literal as template parameter.
template <std::size_t N>
struct Literal {
  char text[N]{};
  consteval Literal(const char (&from)[N]) { std::copy_n(from, N, text); }
  constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

}  // namespace tocsin
