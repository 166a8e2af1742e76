#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/threat_text/extract.hpp"

/// What is hardly ever an indicator, though people report it as one: by a small list, and by the registries of special
/// addresses.
namespace tocsin::formats::threat_text {

enum class Doubt : std::uint8_t {
  own_network,     ///< Private, link-local, loopback: everybody's own.
  reserved,        ///< Documentation, multicast, never given out.
  wide_network,    ///< So many addresses that it hits everybody.
  resolver,        ///< A public name server that half the world asks.
  common_service,  ///< A site, or the front door of a network of sites, that everybody visits.
  empty_file,      ///< The hash of no bytes at all.
  known_good       ///< In a list that the operator brought (known_good.hpp).
};
/// "own-network": stable.
std::string_view to_string(Doubt doubt) noexcept;
/// By what is built in: the same everywhere.
std::optional<Doubt> doubt_of(const Found& found);
/// Also by the operator's lists.
std::optional<Doubt> doubt_here(const Found& found);

}  // namespace tocsin::formats::threat_text
