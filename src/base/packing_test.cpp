#include "base/packing.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

constexpr std::uint64_t kNumbers[] = {0, 1, 127, 128, 300, 16'383, 16'384, std::numeric_limits<std::uint64_t>::max()};

std::string packed() {
  std::string bytes;
  PackWriter out{bytes};
  for (const auto number : kNumbers) out.number(number);
  out.text("");
  out.text(std::string_view{"a\0b", 3});
  out.text(std::string(500, 'x'));
  return bytes;
}

TEST(Packing, GivesBackWhatWasWritten) {
  const auto bytes = packed();
  PackReader in{bytes};
  for (const auto number : kNumbers) EXPECT_EQ(in.number(), number);
  EXPECT_EQ(in.text(), "");
  EXPECT_EQ(in.text(), (std::string_view{"a\0b", 3}));
  EXPECT_EQ(in.text(), std::string(500, 'x'));
  EXPECT_TRUE(in.good());
  EXPECT_TRUE(in.at_end());
}

TEST(Packing, SaysWhereBytesAreCut) {
  const auto bytes = packed();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    PackReader in{std::string_view{bytes}.substr(0, size)};
    for ([[maybe_unused]] const auto number : kNumbers) in.number();
    for (int text = 0; text < 3; ++text) in.text();
    EXPECT_FALSE(in.good()) << size;
    EXPECT_TRUE(in.at_end()) << size;
  }
}

TEST(Packing, DoesNotBelieveCountsBeyondTheBytes) {
  std::string bytes;
  PackWriter{bytes}.number(std::numeric_limits<std::uint64_t>::max());
  bytes += "abc";
  PackReader counted{bytes};
  EXPECT_EQ(counted.count(), 0U);
  EXPECT_FALSE(counted.good());
  PackReader read{bytes};
  EXPECT_EQ(read.text(), "");
  EXPECT_FALSE(read.good());
}

TEST(Packing, RefusesNumbersWithoutEnd) {
  const std::string bytes(20, '\xFF');
  PackReader in{bytes};
  in.number();
  EXPECT_FALSE(in.good());
}

}  // namespace
}  // namespace tocsin
