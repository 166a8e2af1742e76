#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "engine/identity/state.hpp"
#include "store/one_time_links.hpp"

/// What the files about one-time links share. Of this folder only.
namespace tocsin::engine::identity {

std::chrono::microseconds life_of(LinkPurpose purpose);
std::string_view to_string(LinkPurpose purpose);
/// Does the link of this purpose do anything for somebody in this state?
bool fits(LinkPurpose purpose, const domain::Person& person);
/// Adds one to `email` with its audit entry and returns its secret. Earlier ones of the person and purpose end, with
/// the letters that wait to bring them.
Result<std::string> add_link(Change& change, LinkPurpose purpose, const domain::Person& person,
                             const std::string& email, std::optional<domain::OrganisationId> organisation,
                             const Actor& actor);
/// Makes `email`, which they have proven, the person's address and tells the old one. Errors: conflict where somebody
/// else has it.
Status take_address(const Identity::State& state, Change& change, const domain::Person& person,
                    const std::string& email, const Actor& actor);

}  // namespace tocsin::engine::identity
