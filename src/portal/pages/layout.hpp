#pragma once
#include <string>
#include <string_view>

#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// The frame of every page: head, header with search box, navigation, footer.
namespace tocsin::portal::pages {

enum class Section { none, home, advisories, vulnerabilities, vendors, threats, status, members, about };

struct Page {
  std::string title;        ///< Without the site's name.
  std::string description;  ///< For <meta name=description>; may be empty.
  Section section = Section::none;
  std::string query;                ///< Text in the header's search box.
  html::Html main;                  ///< Content of <main>.
  std::string atom_url;             ///< rel=alternate feed of this page; may be empty.
  std::string json_url;             ///< rel=alternate JSON of this page; may be empty.
  std::string canonical;            ///< Path; may be empty.
  bool hide_header_search = false;  ///< Home has its own big one.
  bool noindex = false;
};

http::Response render_page(App& app, const http::Request& request, const Page& page, int status = 200);

}  // namespace tocsin::portal::pages
