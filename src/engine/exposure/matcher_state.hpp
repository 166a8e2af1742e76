#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/exposure/matcher.hpp"
#include "engine/exposure/targets.hpp"

/// What is behind Matcher, for the index over assets, which asks it the other way round. Internal to engine/exposure.
namespace tocsin::engine::exposure {

/// '*' any run, '?' one character (CSAF 2.1 section 3.1.3.3.5).
bool fits_pattern(std::string_view pattern, std::string_view text) noexcept;
/// "6ES7515-2AM0x-0AB0": an x stands for any character; gives the number as a pattern, or nothing. Behind a digit or at
/// the end: elsewhere an X is part of a number.
std::optional<std::string> own_pattern(std::string_view number);

/// A product that may be the thing, and why.
struct Candidate {
  double fit = 0;
  Evidence evidence = Evidence::name;
  std::string because;
};

struct Matcher::State {
  Targets targets;
  bool prepared = false;

  using Candidates = std::map<std::uint32_t, Candidate>;  ///< By product.
  static void offer(Candidates& candidates, std::uint32_t product, double fit, Evidence evidence,
                    const std::string& because) {
    auto& at = candidates[product];
    if (fit > at.fit) at = {fit, evidence, because};
  }
  void by_identifiers(const formats::inventory::Item& item, Candidates& candidates) const;
  void by_order_numbers(const ItemWords& words, Candidates& candidates) const;
  void by_names(const formats::inventory::Item& item, const ItemWords& words, double factor, std::string_view reason,
                Candidates& candidates) const;
  bool is_meant_alone(const Name& name, const ItemWords& words) const;
  std::optional<Match> judge_advisory(std::uint32_t advisory, const formats::inventory::Item& item,
                                      const ItemWords& words,
                                      const std::vector<std::pair<std::uint32_t, const Candidate*>>& candidates) const;
};

}  // namespace tocsin::engine::exposure
