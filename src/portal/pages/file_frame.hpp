#pragma once
#include <string>
#include <string_view>

/// What every page that is one file has around its body: it brings its styles, runs no script and loads nothing.
namespace tocsin::portal::pages {

/// Up to and with <body>. `head` is trusted markup for the head (title, what the document says of itself), `styles`
/// trusted CSS after the portal's own.
void begin_file(std::string& out, std::string_view head, std::string_view styles);
void end_file(std::string& out);

}  // namespace tocsin::portal::pages
