#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/reader.hpp"

/// STIX 2.0 as STIX 2.1. Pure, no I/O.
namespace tocsin::formats::stix {

struct LiftRemark {
  std::string path;  ///< JSON pointer into what was lifted.
  std::string text;  ///< What 2.1 has no place for, or has to be guessed; one sentence.
};

struct Lifted {
  /// A bundle with the id of the one that came, without spec_version; of all else a list of objects.
  std::string json;
  std::size_t objects = 0;      ///< In `json`.
  std::size_t of_2_0 = 0;       ///< Objects that were lifted; the others stand as they came, byte for byte.
  std::size_t observables = 0;  ///< That came out of containers; equal ones are one.
  std::vector<LiftRemark> remarks;
};

/// Is the object of STIX 2.0? By its spec_version; without one by its bundle's, and outside of bundles unless it is an
/// observable.
bool is_of_2_0(Node object, bool bundle_2_0, Form form) noexcept;

/// Each object keeps its id and times; observables of a container become objects with the identifiers that follow from
/// them (section 2.9), so that the same observable out of two containers is one. Lifting what was lifted changes
/// nothing. Errors: those of read_objects; invalid_input for an object that is no JSON.
Result<Lifted> lift_to_2_1(std::string_view bytes, const ReadLimits& limits = {});

}  // namespace tocsin::formats::stix
