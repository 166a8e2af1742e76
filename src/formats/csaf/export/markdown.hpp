#pragma once
#include <string>
#include <string_view>

#include "formats/csaf/advisory.hpp"

/// An advisory as Markdown (CommonMark with tables as of GFM), for wikis, issues and chats.
namespace tocsin::formats::csaf {

/// The whole advisory. Texts of the document are escaped: they become neither markup nor HTML nor links; only
/// references with http or https are links, and each shows where it goes.
std::string to_markdown(const Advisory& advisory);

/// One line of text that a Markdown renderer shows as it is written.
std::string escape_markdown(std::string_view line);

}  // namespace tocsin::formats::csaf
