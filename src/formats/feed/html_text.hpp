#pragma once
#include <string>
#include <string_view>

/// HTML from outside as plain text: for summaries and for looking into, never to be shown as HTML again.
namespace tocsin::formats::feed {

/// The text of some HTML, whole page or fragment: elements dropped, what is not text (script, style, comments) left
/// out, blocks and breaks as new lines, items of lists with "- ", references to characters resolved as far as HTML 4
/// names them. Blanks are squeezed, at most one empty line is left between two. Total: any bytes; linear.
std::string text_of_html(std::string_view html);

}  // namespace tocsin::formats::feed
