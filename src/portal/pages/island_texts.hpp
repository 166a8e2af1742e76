#pragma once
#include <string>
#include <string_view>

/// What the scripts of web/src say to readers. Scripts have no catalogue: the page brings the sentences that its
/// islands need, in its language, in one <template id="texts">.
namespace tocsin::portal::pages {

/// `main` is looked through for the elements that islands stand on.
void append_island_texts(std::string& out, std::string_view main);

}  // namespace tocsin::portal::pages
