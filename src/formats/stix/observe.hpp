#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/csaf/validate/tape.hpp"
#include "formats/stix/pattern.hpp"
#include "formats/stix/validate.hpp"

/// Does a pattern match what was observed (STIX 2.1 section 9, 2.0 part 5)? Pure, no I/O; any thread may call it.
namespace tocsin::formats::stix {

/// One observed-data: when, how often, and which observables. Views into what was read.
struct Observed {
  StixTime first, last;
  std::uint64_t times = 1;  ///< number_observed
  struct Object {
    std::string_view key;  ///< Its id, or its key in a container of 2.0: what references name.
    csaf::Node node;
  };
  std::vector<Object> objects;
  /// What references lead to, besides `objects`: what else came with them, by id.
  std::shared_ptr<const std::unordered_map<std::string_view, csaf::Node>> others;
};

/// The observed-data among the objects of a bundle (or the one object that `root` is), in their order; observables by
/// object_refs, else the container. Without times that can be read, one is passed over.
std::vector<Observed> observed_in(csaf::Node root);

struct MatchLimits {
  /// Of choosing observations, and of comparing values: what takes longer is given up.
  std::size_t steps_max = 1'000'000;
};

enum class Match : std::uint8_t { no, yes };
/// Errors: invalid_input where the pattern cannot be evaluated (WITHIN 0, a set of several types, an expression that is
/// none, a text held against a time that is none); too_large where `limits` do not suffice.
/// Of an observation that occurred n times each occurrence counts as one observation. FOLLOWEDBY and WITHIN take from
/// each interval of observation whatever moment fits.
Result<Match> match(const Pattern& pattern, const std::vector<Observed>& observed, const MatchLimits& limits = {});

}  // namespace tocsin::formats::stix
