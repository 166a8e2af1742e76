#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "exchange/source.hpp"

/// Documents that are compressed one by one, and how far anything may expand. Pure functions. Of source.cpp.
namespace tocsin::exchange {

/// How long the ending of a compression is, in any case: 3 of "x.json.gz", 4 of "x.json.zst"; 0: there is none.
std::size_t compressed_ending(std::string_view name);

/// Errors: too_large where `expanded` bytes out of `packed` ones are what no real archive or document comes to.
/// `what`: "The archive".
Status check_expansion(std::uint64_t packed, std::uint64_t expanded, const SourceLimits& limits, std::string_view what,
                       const std::string& name);

/// The document in a compressed file; what is not compressed stays as it is, and so does an archive that was. `name` is
/// for errors. Errors: too_large; invalid_input where it is damaged.
Result<std::string> expand(std::string_view packed, const SourceLimits& limits, const std::string& name);

}  // namespace tocsin::exchange
