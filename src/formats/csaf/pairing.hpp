#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyed_hash.hpp"

/// Which item of a list became which item of its later revision. Used by compare.
namespace tocsin::formats::csaf {

struct Pairing {
  std::vector<std::optional<std::size_t>> after_of;   ///< By position before.
  std::vector<std::optional<std::size_t>> before_of;  ///< By position after.
};

/// Pairs items whose keys are equal, stage by stage: the first key function decides first, the next ones see only what
/// is left over. Equal keys pair in order. An empty key pairs with nothing. Linear in the items for each stage.
template <class T>
Pairing pair_up(const std::vector<T>& before, const std::vector<T>& after,
                const std::vector<std::function<std::string(const T&)>>& keys) {
  Pairing pairing{std::vector<std::optional<std::size_t>>(before.size()),
                  std::vector<std::optional<std::size_t>>(after.size())};
  for (const auto& key : keys) {
    struct Queue {
      std::vector<std::size_t> positions;
      std::size_t next = 0;
    };
    HashMap<std::string, Queue> waiting;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (pairing.after_of[i]) continue;
      if (auto text = key(before[i]); !text.empty()) waiting[std::move(text)].positions.push_back(i);
    }
    for (std::size_t i = 0; i < after.size() && !waiting.empty(); ++i) {
      if (pairing.before_of[i]) continue;
      const auto found = waiting.find(key(after[i]));
      if (found == waiting.end() || found->second.next == found->second.positions.size()) continue;
      const auto partner = found->second.positions[found->second.next++];
      pairing.before_of[i] = partner;
      pairing.after_of[partner] = i;
    }
  }
  return pairing;
}

/// Joins the parts of a key with a character that no text of a document holds after cleaning.
inline std::string key_of(std::initializer_list<std::string_view> parts) {
  std::string key;
  for (const auto part : parts) {
    key += part;
    key += '\x1f';
  }
  return key;
}

}  // namespace tocsin::formats::csaf
