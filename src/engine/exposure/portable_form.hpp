#pragma once
#include <string_view>

namespace tocsin::engine::exposure {

/// What packed advisories begin with; then their number, and of each its slug, its title and what pack_advisory gives
/// (base/packing.hpp). Another form gets another number.
inline constexpr std::string_view kPortableForm = "tocsin match 1";

}  // namespace tocsin::engine::exposure
