#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "formats/stix/facts.hpp"

/// The Traffic Light Protocol in STIX: the standard's own marking definitions of TLP 1 (section 7.2.1.4), those of the
/// TLP 2.0 extension, and what definitions of others say.
namespace tocsin::formats::stix {

struct TlpMarking {
  std::string_view id, level;  ///< "amber+strict".
  bool is_tlp_2 = false;
};
std::span<const TlpMarking> tlp_markings() noexcept;
/// "green" for the id of one of the standard's markings; else empty.
std::string_view tlp_level(std::string_view marking_id) noexcept;
/// What a marking-definition says of TLP, under whatever id it goes: of TLP 1, else of the extension. Empty where it is
/// about something else.
std::string_view tlp_level_of(Node marking_definition) noexcept;

}  // namespace tocsin::formats::stix
