#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exposure/matcher.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/inventory/item.hpp"

/// Inventory lines that were held against real advisories by hand (testdata/pairs.tsv): what a person who reads the
/// advisory says of the line, with the reason. For the test and for benchmarks/engine/exposure_quality.cpp.
namespace tocsin::engine::exposure::testing {

struct Pair {
  formats::inventory::Item item;
  std::string advisory;  ///< tracking/id
  std::string label;     ///< A name of Status, or "unrelated": the advisory does not speak of the thing.
  std::string reason;
};
/// Of testdata/pairs.tsv, or of another file there. Throws where it is not as it should be.
std::vector<Pair> labelled_pairs(std::string_view file = "pairs.tsv");

/// The real advisories that the pairs are about, in the order of their files; empty where TOCSIN_DATA is not there.
std::vector<formats::csaf::Advisory> real_advisories();

/// What the matcher says of a pair.
struct Answer {
  const Pair* pair = nullptr;
  std::optional<Match> match;
  std::string said;  ///< As a label. What is less sure than 0.5 is not told, but for questions: "unrelated".
  bool agrees() const;
  /// fixed and not_affected count as one: nothing is to be done.
  bool agrees_in_effect() const;
};
std::vector<Answer> ask(const Matcher& matcher, const std::vector<Pair>& pairs);

/// How well "affected" is told.
struct Score {
  int affected_right = 0, affected_wrong = 0, affected_missed = 0, agree = 0, agree_in_effect = 0, all = 0;
  double precision() const;
  double recall() const;
};
Score score(const std::vector<Answer>& answers);
/// "ICSA-...: vendor | product | model | version | serial: fixed (reason), but the matcher says affected 0.93: ..."
std::string describe(const Answer& answer);

}  // namespace tocsin::engine::exposure::testing
