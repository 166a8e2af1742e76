#include "base/charset.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace tocsin::text {
namespace {

using namespace std::string_view_literals;

TEST(Charset, BecomesUtf8) {
  struct Case {
    std::string_view bytes, charset, expected;
  };
  for (const auto& each :
       {Case{"pump", "", "pump"},
        Case{"Stra\xC3\x9F"
             "e",
             "", "Straße"},
        Case{"Stra\xDF"
             "e",
             "", "Straße"},
        Case{"\x80 5", "nonsense-8", "€ 5"},
        Case{"Stra\xDF"
             "e",
             "ISO-8859-1", "Straße"},
        Case{"\xEE\xE1", "windows-1251", "об"}, Case{"\xCE\xC1", "KOI8-R", "на"}, Case{"\x82\xA0", "Shift_JIS", "あ"},
        Case{"\xFF\xFEp\0\x3D\xD8\x00\xDE"sv, "UTF-16", "p\xF0\x9F\x98\x80"}, Case{"\xEF\xBB\xBFpump", "utf-8", "pump"},
        Case{"a\0b"sv, "utf-8", "a b"}, Case{"a\xFFz", "utf-8", "a\xEF\xBF\xBDz"}, Case{"x", "../../etc/passwd", "x"},
        Case{"", "utf-8", ""}}) {
    EXPECT_EQ(to_utf8(each.bytes, each.charset), each.expected) << each.charset;
  }
}

TEST(Charset, IsUtf8WhateverComes) {
  std::string bytes;
  for (int i = 0; i < 70'000; ++i) bytes += static_cast<char>((i * 7'919) >> 3);
  for (const auto* charset : {"", "utf-8", "utf-16le", "utf-7", "iso-2022-jp", "gb18030", "big5", "utf-32", "scsu"}) {
    const auto text = to_utf8(bytes, charset);
    EXPECT_GE(invalid_utf8_at(text), text.size()) << charset;
    EXPECT_EQ(text.find('\0'), text.npos) << charset;
  }
}

}  // namespace
}  // namespace tocsin::text
