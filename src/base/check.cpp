#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace tocsin {

void check_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "tocsin: broken invariant at %s:%d: %s\n", file, line, condition);
  std::abort();
}

}  // namespace tocsin
