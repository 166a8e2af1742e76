#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/search/search.hpp"

namespace tocsin::engine::search {

/// The part of `text` around the first of `words` (tokens), with every word that begins with one marked; at most about
/// 240 bytes. Empty where none of them stands in the text.
std::vector<Fragment> snippet(std::string_view text, const std::vector<std::string>& words);

}  // namespace tocsin::engine::search
