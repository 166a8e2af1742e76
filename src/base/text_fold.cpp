#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "base/text_parts.hpp"

/// Folding: what is one word to who searches, whatever case, accents, width or script's variants it is written with.
namespace tocsin::text {
namespace {

using parts::decode;
using parts::is_blank_ascii;
using parts::lower;

// The folded text of U+00A0..U+024F and U+1E00..U+1FFF, at most three bytes each: compatibility decomposition of
// Unicode 15 without marks, lower-cased, and by hand the letters with strokes, hooks and ligatures, which Unicode does
// not decompose.
constexpr char32_t kLatinFirst = 0xA0;
constexpr char32_t kLatinAdditionalFirst = 0x1E00;
constexpr char32_t kGreekExtendedFirst = 0x1F00;
// clang-format off
constexpr char kLatin[][4] = {
    " ", "\xc2\xa1", "\xc2\xa2", "\xc2\xa3", "\xc2\xa4", "\xc2\xa5", "\xc2\xa6", "\xc2\xa7", "\xc2\xa8", "\xc2\xa9",
    "a", "\"", "\xc2\xac", "", "\xc2\xae", "\xc2\xaf", "\xc2\xb0", "\xc2\xb1", "\xc2\xb2", "\xc2\xb3", "'",
    "\xce\xbc", "\xc2\xb6", "\xc2\xb7", "\xc2\xb8", "\xc2\xb9", "o", "\"", "\xc2\xbc", "\xc2\xbd", "\xc2\xbe",
    "\xc2\xbf", "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i", "d", "n", "o", "o",
    "o", "o", "o", "\xc3\x97", "o", "u", "u", "u", "u", "y", "th", "ss", "a", "a", "a", "a", "a", "a", "ae", "c", "e",
    "e", "e", "e", "i", "i", "i", "i", "d", "n", "o", "o", "o", "o", "o", "\xc3\xb7", "o", "u", "u", "u", "u", "y",
    "th", "y", "a", "a", "a", "a", "a", "a", "c", "c", "c", "c", "c", "c", "c", "c", "d", "d", "d", "d", "e", "e",
    "e", "e", "e", "e", "e", "e", "e", "e", "g", "g", "g", "g", "g", "g", "g", "g", "h", "h", "h", "h", "i", "i", "i",
    "i", "i", "i", "i", "i", "i", "i", "ij", "ij", "j", "j", "k", "k", "k", "l", "l", "l", "l", "l", "l", "l", "l",
    "l", "l", "n", "n", "n", "n", "n", "n", "'n", "n", "n", "o", "o", "o", "o", "o", "o", "oe", "oe", "r", "r", "r",
    "r", "r", "r", "s", "s", "s", "s", "s", "s", "s", "s", "t", "t", "t", "t", "t", "t", "u", "u", "u", "u", "u", "u",
    "u", "u", "u", "u", "u", "u", "w", "w", "y", "y", "y", "z", "z", "z", "z", "z", "z", "s", "b", "b", "b", "b",
    "\xc6\x85", "\xc6\x85", "\xc9\x94", "c", "c", "d", "d", "d", "d", "\xc6\x8d", "\xc7\x9d", "\xc9\x99", "\xc9\x9b",
    "f", "f", "g", "\xc9\xa3", "hv", "\xc9\xa9", "i", "k", "k", "l", "\xc6\x9b", "\xc9\xaf", "n", "n", "o", "o", "o",
    "oi", "oi", "p", "p", "\xca\x80", "\xc6\xa8", "\xc6\xa8", "\xca\x83", "\xc6\xaa", "t", "t", "t", "t", "u", "u",
    "\xca\x8a", "v", "y", "y", "z", "z", "\xca\x92", "\xc6\xb9", "\xc6\xb9", "\xc6\xba", "\xc6\xbb", "\xc6\xbd",
    "\xc6\xbd", "\xc6\xbe", "\xc6\xbf", "\xc7\x80", "\xc7\x81", "\xc7\x82", "\xc7\x83", "dz", "dz", "dz", "lj", "lj",
    "lj", "nj", "nj", "nj", "a", "a", "i", "i", "o", "o", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u",
    "\xc7\x9d", "a", "a", "a", "a", "ae", "ae", "g", "g", "g", "g", "k", "k", "o", "o", "o", "o", "\xc7\xaf",
    "\xc7\xaf", "j", "dz", "dz", "dz", "g", "g", "hv", "\xc6\xbf", "n", "n", "a", "a", "ae", "ae", "o", "o", "a", "a",
    "a", "a", "e", "e", "e", "e", "i", "i", "i", "i", "o", "o", "o", "o", "r", "r", "r", "r", "u", "u", "u", "u", "s",
    "s", "t", "t", "\xc8\x9d", "\xc8\x9d", "h", "h", "n", "d", "ou", "ou", "z", "z", "a", "a", "e", "e", "o", "o",
    "o", "o", "o", "o", "o", "o", "y", "y", "l", "n", "t", "j", "\xc8\xb8", "\xc8\xb9", "a", "c", "c", "l", "t", "s",
    "z", "\xc9\x82", "\xc9\x82", "b", "u", "\xca\x8c", "e", "e", "j", "j", "q", "q", "r", "r", "y", "y",
};
constexpr char kLatinAdditional[][4] = {
    "a", "a", "b", "b", "b", "b", "b", "b", "c", "c", "d", "d", "d", "d", "d", "d", "d", "d", "d", "d", "e", "e", "e",
    "e", "e", "e", "e", "e", "e", "e", "f", "f", "g", "g", "h", "h", "h", "h", "h", "h", "h", "h", "h", "h", "i", "i",
    "i", "i", "k", "k", "k", "k", "k", "k", "l", "l", "l", "l", "l", "l", "l", "l", "m", "m", "m", "m", "m", "m", "n",
    "n", "n", "n", "n", "n", "n", "n", "o", "o", "o", "o", "o", "o", "o", "o", "p", "p", "p", "p", "r", "r", "r", "r",
    "r", "r", "r", "r", "s", "s", "s", "s", "s", "s", "s", "s", "s", "s", "t", "t", "t", "t", "t", "t", "t", "t", "u",
    "u", "u", "u", "u", "u", "u", "u", "u", "u", "v", "v", "v", "v", "w", "w", "w", "w", "w", "w", "w", "w", "w", "w",
    "x", "x", "x", "x", "y", "y", "z", "z", "z", "z", "z", "z", "h", "t", "w", "y", "\xe1\xba\x9a", "s",
    "\xe1\xba\x9c", "\xe1\xba\x9d", "ss", "d", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a",
    "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e",
    "e", "e", "e", "i", "i", "i", "i", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o",
    "o", "o", "o", "o", "o", "o", "o", "o", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "y",
    "y", "y", "y", "y", "y", "y", "y", "\xe1\xbb\xbb", "\xe1\xbb\xbb", "\xe1\xbb\xbd", "\xe1\xbb\xbd", "\xe1\xbb\xbf",
    "\xe1\xbb\xbf",
};
constexpr char kGreekExtended[][4] = {
    "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1",
    "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb5", "\xce\xb5",
    "\xce\xb5", "\xce\xb5", "\xce\xb5", "\xce\xb5", "\xe1\xbc\x96", "\xe1\xbc\x97", "\xce\xb5", "\xce\xb5",
    "\xce\xb5", "\xce\xb5", "\xce\xb5", "\xce\xb5", "\xe1\xbc\x9e", "\xe1\xbc\x9f", "\xce\xb7", "\xce\xb7",
    "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7",
    "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xb9",
    "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xb9",
    "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xbf", "\xce\xbf", "\xce\xbf", "\xce\xbf", "\xce\xbf", "\xce\xbf",
    "\xe1\xbd\x86", "\xe1\xbd\x87", "\xce\xbf", "\xce\xbf", "\xce\xbf", "\xce\xbf", "\xce\xbf", "\xce\xbf",
    "\xe1\xbd\x8e", "\xe1\xbd\x8f", "\xcf\x85", "\xcf\x85", "\xcf\x85", "\xcf\x85", "\xcf\x85", "\xcf\x85",
    "\xcf\x85", "\xcf\x85", "\xe1\xbd\x98", "\xcf\x85", "\xe1\xbd\x9a", "\xcf\x85", "\xe1\xbd\x9c", "\xcf\x85",
    "\xe1\xbd\x9e", "\xcf\x85", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89",
    "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89",
    "\xce\xb1", "\xce\xb1", "\xce\xb5", "\xce\xb5", "\xce\xb7", "\xce\xb7", "\xce\xb9", "\xce\xb9", "\xce\xbf",
    "\xce\xbf", "\xcf\x85", "\xcf\x85", "\xcf\x89", "\xcf\x89", "\xe1\xbd\xbe", "\xe1\xbd\xbf", "\xce\xb1",
    "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1",
    "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb7", "\xce\xb7", "\xce\xb7",
    "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7",
    "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89",
    "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xcf\x89",
    "\xcf\x89", "\xcf\x89", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xe1\xbe\xb5", "\xce\xb1",
    "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xce\xb1", "\xe1\xbe\xbd", "\xce\xb9",
    "\xe1\xbe\xbf", "\xe1\xbf\x80", "\xe1\xbf\x81", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xe1\xbf\x85", "\xce\xb7",
    "\xce\xb7", "\xce\xb5", "\xce\xb5", "\xce\xb7", "\xce\xb7", "\xce\xb7", "\xe1\xbf\x8d", "\xe1\xbf\x8e",
    "\xe1\xbf\x8f", "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xe1\xbf\x94", "\xe1\xbf\x95", "\xce\xb9",
    "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xce\xb9", "\xe1\xbf\x9c", "\xe1\xbf\x9d", "\xe1\xbf\x9e",
    "\xe1\xbf\x9f", "\xcf\x85", "\xcf\x85", "\xcf\x85", "\xcf\x85", "\xcf\x81", "\xcf\x81", "\xcf\x85", "\xcf\x85",
    "\xcf\x85", "\xcf\x85", "\xcf\x85", "\xcf\x85", "\xcf\x81", "\xe1\xbf\xad", "\xe1\xbf\xae", "\xe1\xbf\xaf",
    "\xe1\xbf\xb0", "\xe1\xbf\xb1", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xe1\xbf\xb5", "\xcf\x89", "\xcf\x89",
    "\xce\xbf", "\xce\xbf", "\xcf\x89", "\xcf\x89", "\xcf\x89", "\xe1\xbf\xbd", "\xe1\xbf\xbe", "\xe1\xbf\xbf",
};
// clang-format on
static_assert(kLatinFirst + std::size(kLatin) == 0x250);
static_assert(kLatinAdditionalFirst + std::size(kLatinAdditional) == kGreekExtendedFirst);
static_assert(kGreekExtendedFirst + std::size(kGreekExtended) == 0x2000);

/// U+0370..U+03FF: lower case without tonos and dialytika, final sigma as sigma.
char32_t fold_greek(char32_t c) noexcept {
  switch (c) {
    case 0x386:
    case 0x3AC:
      return 0x3B1;
    case 0x388:
    case 0x3AD:
      return 0x3B5;
    case 0x389:
    case 0x3AE:
      return 0x3B7;
    case 0x38A:
    case 0x390:
    case 0x3AA:
    case 0x3AF:
    case 0x3CA:
      return 0x3B9;
    case 0x38C:
    case 0x3CC:
      return 0x3BF;
    case 0x38E:
    case 0x3AB:
    case 0x3B0:
    case 0x3CB:
    case 0x3CD:
      return 0x3C5;
    case 0x38F:
    case 0x3CE:
      return 0x3C9;
    case 0x3C2:
      return 0x3C3;
    case 0x370:
    case 0x372:
    case 0x376:
      return c + 1;
    case 0x37F:
      return 0x3F3;
    case 0x3D3:
    case 0x3D4:
      return 0x3D2;
    default:
      break;
  }
  if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return c + 32;
  if (c >= 0x3D8 && c <= 0x3EE && c % 2 == 0) return c + 1;
  return c;
}

/// U+0400..U+052F: lower case. Marks stay, for they make other letters here.
char32_t fold_cyrillic(char32_t c) noexcept {
  if (c <= 0x40F) return c + 80;
  if (c <= 0x42F) return c + 32;
  if (c == 0x4C0) return 0x4CF;
  if (c >= 0x4C1 && c <= 0x4CE) return c % 2 == 1 ? c + 1 : c;
  const bool pairs = (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || c >= 0x4D0;
  return pairs && c % 2 == 0 ? c + 1 : c;
}

/// The Cyrillic letter that a folded letter and a combining mark make, or 0: decomposed text must fold like composed.
char32_t compose_cyrillic(char32_t letter, char32_t mark) noexcept {
  struct Pair {
    char32_t letter, mark, composed;
  };
  static constexpr Pair kPairs[] = {
      {0x438, 0x306, 0x439}, {0x435, 0x308, 0x451}, {0x456, 0x308, 0x457}, {0x443, 0x306, 0x45E}, {0x433, 0x301, 0x453},
      {0x43A, 0x301, 0x45C}, {0x435, 0x300, 0x450}, {0x438, 0x300, 0x45D}, {0x436, 0x306, 0x4C2}, {0x430, 0x306, 0x4D1},
      {0x430, 0x308, 0x4D3}, {0x435, 0x306, 0x4D7}, {0x4D9, 0x308, 0x4DB}, {0x436, 0x308, 0x4DD}, {0x437, 0x308, 0x4DF},
      {0x438, 0x304, 0x4E3}, {0x438, 0x308, 0x4E5}, {0x43E, 0x308, 0x4E7}, {0x4E9, 0x308, 0x4EB}, {0x44D, 0x308, 0x4ED},
      {0x443, 0x304, 0x4EF}, {0x443, 0x308, 0x4F1}, {0x443, 0x30B, 0x4F3}, {0x447, 0x308, 0x4F5}, {0x44B, 0x308, 0x4F9},
      {0x475, 0x30F, 0x477}};
  for (const auto& pair : kPairs) {
    if (pair.letter == letter && pair.mark == mark) return pair.composed;
  }
  return 0;
}

constexpr bool between(char32_t c, char32_t first, char32_t last) noexcept { return c >= first && c <= last; }

bool is_mark(char32_t c) noexcept {
  return between(c, 0x300, 0x36F) || between(c, 0x483, 0x489) || between(c, 0x1AB0, 0x1AFF) ||
         between(c, 0x1DC0, 0x1DFF) || between(c, 0x20D0, 0x20FF) || between(c, 0xFE20, 0xFE2F);
}

bool is_invisible(char32_t c) noexcept {
  return between(c, 0x200B, 0x200F) || between(c, 0x202A, 0x202E) || between(c, 0x2060, 0x206F) ||
         between(c, 0xFE00, 0xFE0F) || c == 0xAD || c == 0xFEFF || c == 0x180E || between(c, 0xE0000, 0xE0FFF);
}

/// Blanks, dashes, quotes and compatibility letters beyond the tables as ASCII; empty for whatever stays as it is.
std::string_view fold_symbol(char32_t c) noexcept {
  if (between(c, 0x2000, 0x200A)) return " ";
  if (between(c, 0x2010, 0x2015)) return "-";
  switch (c) {
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
      return " ";
    case 0x2043:
    case 0x207B:
    case 0x208B:
    case 0x2212:
    case 0x2E3A:
    case 0x2E3B:
    case 0xFE31:
    case 0xFE32:
    case 0xFE58:
    case 0xFE63:
      return "-";
    case 0x2B9:
    case 0x2BB:
    case 0x2BC:
    case 0x2BD:
    case 0x2CA:
    case 0x2CB:
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x201B:
    case 0x2032:
    case 0x2035:
    case 0x2039:
    case 0x203A:
      return "'";
    case 0x2BA:
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0x2033:
    case 0x2036:
    case 0x301D:
    case 0x301E:
    case 0x301F:
      return "\"";
    case 0x2026:
      return "...";
    case 0x212A:
      return "k";
    case 0x212B:
      return "a";
    case 0x2126:
      return "\xcf\x89";
    case 0xFB00:
      return "ff";
    case 0xFB01:
      return "fi";
    case 0xFB02:
      return "fl";
    case 0xFB03:
      return "ffi";
    case 0xFB04:
      return "ffl";
    case 0xFB05:
    case 0xFB06:
      return "st";
    default:
      return {};
  }
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  char32_t letter = 0;  // The last Cyrillic letter written, for a combining mark to join; else 0.
  for (std::size_t at = 0; at < text.size();) {
    const char byte = text[at];
    if (static_cast<unsigned char>(byte) < 0x80) {
      out += is_blank_ascii(byte) ? ' ' : lower(byte);
      letter = 0;
      ++at;
      continue;
    }
    const auto length = utf8_length_at(text, at);
    if (length == 0) {
      ++at;
      continue;
    }
    const char32_t c = decode(text, at, length);
    at += length;
    if (is_mark(c)) {
      if (const auto composed = compose_cyrillic(letter, c); composed != 0) {
        out.resize(out.size() - 2);  // Every Cyrillic letter here has two bytes.
        append_utf8(out, composed);
        letter = composed;
      }
      continue;
    }
    if (is_invisible(c)) continue;
    letter = 0;
    if (between(c, kLatinFirst, 0x24F)) {
      out += kLatin[c - kLatinFirst];
    } else if (between(c, 0x370, 0x3FF)) {
      append_utf8(out, fold_greek(c));
    } else if (between(c, 0x400, 0x52F)) {
      letter = fold_cyrillic(c);
      append_utf8(out, letter);
    } else if (between(c, kLatinAdditionalFirst, 0x1EFF)) {
      out += kLatinAdditional[c - kLatinAdditionalFirst];
    } else if (between(c, kGreekExtendedFirst, 0x1FFF)) {
      out += kGreekExtended[c - kGreekExtendedFirst];
    } else if (between(c, 0xFF01, 0xFF5E)) {
      out += lower(static_cast<char>(c - 0xFF01 + '!'));
    } else if (const auto symbol = fold_symbol(c); !symbol.empty()) {
      out += symbol;
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

}  // namespace tocsin::text
