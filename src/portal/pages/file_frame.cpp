#include "portal/pages/file_frame.hpp"

#include "base/check.hpp"
#include "portal/assets.hpp"

namespace tocsin::portal::pages {

void begin_file(std::string& out, std::string_view head, std::string_view styles) {
  const auto* own = find_asset(asset_path("advisory-file.css"));
  TOCSIN_CHECK(own != nullptr);
  out += R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Tocsin">
)";
  out += head;
  out += "<style>";
  out += own->identity;
  out += styles;
  out += "</style>\n</head>\n<body>\n";
}

void end_file(std::string& out) { out += "</body>\n</html>\n"; }

}  // namespace tocsin::portal::pages
