#include "base/charset.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>

#include <unicode/ucnv.h>

#include "base/text.hpp"

namespace tocsin::text {
namespace {

constexpr std::size_t kNameBytesMax = 40;
constexpr std::size_t kPieceUnits = 4'096;

struct Close {
  void operator()(UConverter* converter) const noexcept { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, Close>;

Converter open(std::string_view charset) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == ':';
  };
  if (charset.empty() || charset.size() > kNameBytesMax || !std::ranges::all_of(charset, is_plain)) return {};
  UErrorCode status = U_ZERO_ERROR;
  Converter converter{ucnv_open(std::string{charset}.c_str(), &status)};
  return U_SUCCESS(status) != 0 ? std::move(converter) : Converter{};
}

void append_unit(std::string& out, char16_t unit, char16_t& high) {
  if (high != 0) {
    const bool pairs = unit >= 0xDC00 && unit <= 0xDFFF;
    append_utf8(out, pairs ? 0x10000 + ((static_cast<char32_t>(high) - 0xD800) << 10) + (unit - 0xDC00) : 0xFFFD);
    high = 0;
    if (pairs) return;
  }
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    high = unit;
  } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
    append_utf8(out, 0xFFFD);
  } else {
    append_utf8(out, unit == 0 ? U' ' : unit);
  }
}

std::string converted(UConverter& converter, std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  std::array<char16_t, kPieceUnits> piece{};
  const char* from = bytes.data();
  const char* const end = bytes.data() + bytes.size();
  char16_t high = 0;
  for (bool more = true; more;) {
    UErrorCode status = U_ZERO_ERROR;
    char16_t* to = piece.data();
    ucnv_toUnicode(&converter, &to, piece.data() + piece.size(), &from, end, nullptr, 1, &status);
    more = status == U_BUFFER_OVERFLOW_ERROR;
    for (const char16_t* unit = piece.data(); unit != to; ++unit) append_unit(out, *unit, high);
  }
  if (high != 0) append_utf8(out, 0xFFFD);
  return out;
}

}  // namespace

std::string to_utf8(std::string_view bytes, std::string_view charset) {
  // As browsers read them: who says Latin-1 mostly means what Windows writes; and who says ASCII, nothing.
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::any_of(names, [&](auto each) { return equals_ignore_case_ascii(each, trim(charset)); });
  };
  if (is_one_of({"iso-8859-1", "iso8859-1", "latin1"})) charset = "windows-1252";
  if (is_one_of({"us-ascii", "ascii"})) charset = {};
  std::string out;
  if (const auto converter = open(trim(charset))) {
    out = converted(*converter, bytes);
  } else if (invalid_utf8_at(bytes) >= bytes.size()) {
    out = bytes;
    std::ranges::replace(out, '\0', ' ');
  } else if (const auto western = open("windows-1252")) {
    out = converted(*western, bytes);
  }
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (out.starts_with(kMark)) out.erase(0, kMark.size());
  return out;
}

}  // namespace tocsin::text
