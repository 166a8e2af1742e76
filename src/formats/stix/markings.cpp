#include "formats/stix/markings.hpp"

#include <algorithm>

#include "formats/stix/tests.hpp"

namespace tocsin::formats::stix {
namespace {

constexpr TlpMarking kTlpMarkings[] = {
    {"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "white", false},
    {"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "green", false},
    {"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber", false},
    {"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red", false},
    {"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear", true},
    {"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green", true},
    {"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber", true},
    {"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict", true},
    {"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red", true},
};

}  // namespace

std::span<const TlpMarking> tlp_markings() noexcept { return kTlpMarkings; }

std::string_view tlp_level(std::string_view marking_id) noexcept {
  const auto found = std::ranges::find(kTlpMarkings, marking_id, &TlpMarking::id);
  return found == std::end(kTlpMarkings) ? std::string_view{} : found->level;
}

std::string_view tlp_level_of(Node marking_definition) noexcept {
  if (marking_definition.text_at("type") != "marking-definition") return {};
  if (marking_definition.text_at("definition_type") == "tlp") return marking_definition["definition"].text_at("tlp");
  return marking_definition["extensions"][kTlp2Extension].text_at("tlp_2_0");
}

}  // namespace tocsin::formats::stix
