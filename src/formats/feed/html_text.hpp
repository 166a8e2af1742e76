#pragma once
#include <string>
#include <string_view>
#include <vector>

/// HTML from outside as plain text: for summaries and for looking into, never to be shown as HTML again.
namespace tocsin::formats::feed {

/// The text of some HTML, whole page or fragment: elements dropped, what is not text (script, style, comments) left
/// out, blocks and breaks as new lines, items of lists with "- ", references to characters resolved as far as HTML 4
/// names them. Blanks are squeezed, at most one empty line is left between two. Total: any bytes; linear.
std::string text_of_html(std::string_view html);

/// Where some HTML leads to: values of its attributes that hold addresses (href, src, action ...), as far as they name
/// a scheme, in their order, repeats too; references to characters resolved. Total; linear.
std::vector<std::string> links_of_html(std::string_view html);
/// "windows-1252", as the page's first kilobytes say it; empty where they do not.
std::string_view charset_of_html(std::string_view html) noexcept;

}  // namespace tocsin::formats::feed
