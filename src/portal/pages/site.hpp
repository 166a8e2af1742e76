#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "portal/app.hpp"
#include "portal/pages/form.hpp"

/// What administrators give their site: colours and logo, at addresses that change with them.
namespace tocsin::portal::pages {

/// "/site/style-1a2b3c.css"; empty where the site has no colours of its own.
std::string site_style_url(const App& app);
/// "/site/logo-1a2b3c.svg"; empty where there is none.
std::string site_logo_url(const App& app);

/// Time zones to choose from; first none, under this label; last `current` where the list does not have it.
std::vector<Option> zone_options(std::string_view none_label, std::string_view current);
/// The portal's languages to choose from; first none, under this label; last `current` where it is another one.
std::vector<Option> language_options(std::string_view none_label, std::string_view current = {});
/// What a file field of logos accepts.
inline constexpr std::string_view kLogoAccepts = ".svg,.png,.jpg,.jpeg,.webp";
/// Bytes of a form with a logo in it.
inline constexpr std::size_t kLogoFormBytesMax = 512 << 10;

}  // namespace tocsin::portal::pages
