#pragma once
#include <span>
#include <string_view>
#include <vector>

/// Compensating controls for what cannot be patched yet, by the names that the field's catalogues give them.
namespace tocsin::engine::exposure {

/// Ids and short names only. Origin: the labels of the mitigations of ATT&CK for ICS 18.1 (2025-11-13), which refer to
/// IEC 62443-3-3:2013.
struct Control {
  std::string_view mitigation;   ///< "M0930"
  std::string_view name;         ///< "Network Segmentation"
  std::string_view requirement;  ///< "SR 5.1" of IEC 62443-3-3; empty where ATT&CK refers to none.
};
std::span<const Control> all_controls() noexcept;
/// nullptr where there is none of this id.
const Control* find_control(std::string_view mitigation) noexcept;

/// Those that an advisory's own mitigation speaks of, by its words; at most six, in the order of all_controls().
std::vector<const Control*> controls_of_text(std::string_view text);
/// Those that stand in an attacker's way by the vector's way of attack: "N", "A", "L", "P" (CVSS AV); empty: unknown,
/// which counts as the network.
std::vector<const Control*> controls_of_attack(std::string_view attack_vector);

}  // namespace tocsin::engine::exposure
