#include "engine/search/snippet.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tocsin::engine::search {
namespace {

constexpr std::size_t kBefore = 80, kAfter = 160;

bool is_word_byte(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || u >= 0x80;
}

struct Word {
  std::size_t begin, end;
  bool hit;
};

}  // namespace

std::vector<Fragment> snippet(std::string_view text, const std::vector<std::string>& words) {
  std::vector<Word> all;
  std::size_t first = std::string_view::npos;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word_byte(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_word_byte(text[end])) ++end;
    const auto folded = text::fold(text.substr(i, end - i));
    const bool hit =
        std::ranges::any_of(words, [&](const std::string& word) { return !word.empty() && folded.starts_with(word); });
    if (hit && first == std::string_view::npos) first = all.size();
    all.push_back({i, end, hit});
    i = end;
  }
  if (first == std::string_view::npos) return {};
  std::size_t begin = first, end = first;
  while (begin > 0 && all[first].begin - all[begin - 1].begin <= kBefore) --begin;
  while (end + 1 < all.size() && all[end + 1].end - all[first].begin <= kAfter) ++end;
  std::vector<Fragment> fragments;
  const auto add = [&](std::string_view piece, bool hit) {
    if (piece.empty()) return;
    if (!fragments.empty() && fragments.back().hit == hit) {
      fragments.back().text += piece;
    } else {
      fragments.push_back({std::string{piece}, hit});
    }
  };
  const std::size_t from = begin == 0 ? 0 : all[begin].begin;
  if (begin > 0) add("\xE2\x80\xA6 ", false);
  std::size_t done = from;
  for (std::size_t i = begin; i <= end; ++i) {
    if (!all[i].hit) continue;
    add(text.substr(done, all[i].begin - done), false);
    add(text.substr(all[i].begin, all[i].end - all[i].begin), true);
    done = all[i].end;
  }
  const bool cut = end + 1 < all.size();
  add(text.substr(done, (cut ? all[end].end : text.size()) - done), false);
  if (cut) add(" \xE2\x80\xA6", false);
  return fragments;
}

}  // namespace tocsin::engine::search
