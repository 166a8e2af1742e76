#include "exposure_things.hpp"

#include <algorithm>
#include <cctype>
#include <random>

#include <fmt/format.h>

namespace tocsin::benchmarks {

std::string shifted(std::string_view text, std::size_t turn) {
  if (turn == 0) return std::string{text};
  std::string out;
  std::size_t letters = 0;
  const auto end_word = [&] {
    if (letters >= 6)
      out += std::string(1, static_cast<char>('a' + turn % 26)) + static_cast<char>('a' + turn / 26 % 26);
    letters = 0;
  };
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isdigit(byte) != 0) {
      end_word();
      out += static_cast<char>('0' + (static_cast<std::size_t>(c - '0') + turn * 3 + turn / 10) % 10);
    } else if (std::isalpha(byte) != 0 || byte >= 128) {
      ++letters;
      out += c;
    } else {
      end_word();
      out += c;
    }
  }
  end_word();
  return out;
}

Things::Things(const std::vector<formats::csaf::Advisory>& advisories, std::size_t turns)
    : lines_(make_lines(advisories, 7, 6)), turns_(turns) {
  std::mt19937 random{7};
  std::ranges::shuffle(lines_, random);
}

formats::inventory::Item Things::make(std::size_t number) const {
  auto item = lines_[number % lines_.size()].item;
  const auto turn = number / lines_.size() % turns_;
  item.product = shifted(item.product, turn);
  item.model = shifted(item.model, turn);
  item.key = fmt::format("AT-{:07}", number);
  item.serial = fmt::format("SN{:09}", number * 7919 % 1'000'000'007);
  item.site = fmt::format("Plant {}", number % 40);
  return item;
}

}  // namespace tocsin::benchmarks
