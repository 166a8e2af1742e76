#pragma once
#include <string>
#include <string_view>

#include "portal/pages/layout.hpp"

namespace tocsin::portal::pages {

/// A page of the account: its tabs, then `body`. `current` is the tab's path.
Page account_page(std::string_view title, std::string_view current, std::string body);
/// /account/mail-key
void add_mail_key_routes(App& app, http::Router& router);

}  // namespace tocsin::portal::pages
