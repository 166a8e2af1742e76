#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/keyed_hash.hpp"
#include "base/parallel.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/matcher_state.hpp"
#include "engine/exposure/targets.hpp"

// Many things at once: what reads alike is matched once. Apart from the matcher, which browsers run without threads.
namespace tocsin::engine::exposure {

using formats::inventory::Item;

std::string description_of(const Item& item) {
  std::string out;
  const auto put = [&out](std::string_view text) {
    out += std::to_string(text.size());
    out += ':';
    out += text;
  };
  for (const auto* text :
       {&item.vendor, &item.family, &item.product, &item.name, &item.model, &item.hardware, &item.cpe}) {
    put(*text);
  }
  for (const auto& version : item.versions) {
    put(version.component);
    put(version.text);
  }
  out += '|';
  for (const auto& purl : item.purls) put(purl);
  return out;
}

void Matcher::match_each(std::span<const Item* const> items, unsigned threads, const Told& told) const {
  state_->match_each(items, threads, told, nullptr);
}

void Matcher::State::match_each(std::span<const Item* const> items, unsigned threads, const Told& told,
                                const KindAnswers* known) const {
  TOCSIN_CHECK(prepared);
  HashMap<std::string, std::size_t> group_of;
  std::vector<std::vector<std::size_t>> groups;
  std::vector<const KindAnswers::Answer*> answers;  // Of groups, where there is one.
  for (std::size_t at = 0; at < items.size(); ++at) {
    const auto [group, is_new] = group_of.try_emplace(description_of(*items[at]), groups.size());
    if (is_new) {
      groups.emplace_back();
      answers.push_back(nullptr);
      if (known != nullptr) {
        const auto answer = known->by_kind.find(group->first);
        if (answer != known->by_kind.end()) answers.back() = &answer->second;
      }
    }
    groups[group->second].push_back(at);
  }
  group_of.clear();
  std::vector<VendorMemo> memos(std::max(1U, threads));
  each_index(groups.size(), threads, [&](std::size_t at, unsigned thread) {
    KindAnswers::Answer made;
    if (answers[at] == nullptr) {
      auto shared = *items[groups[at].front()];
      shared.serial.clear();
      shared.hashes.clear();
      made.matches = match(shared, made.by_serial, &memos[thread]);
    }
    const auto& [matches, by_serial] = answers[at] == nullptr ? made : *answers[at];
    for (const auto each : groups[at]) {
      const auto& item = *items[each];
      const bool is_own = (by_serial && !item.serial.empty()) || is_listed(item);
      bool own_serial = false;
      told(each, is_own ? match(item, own_serial, &memos[thread]) : matches);
    }
  });
}

}  // namespace tocsin::engine::exposure
