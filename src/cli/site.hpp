#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cli/settings.hpp"
#include "engine/site/site.hpp"

namespace CLI {
class App;
}

/// `tocsin site`: what the portal is called and looks like.
namespace tocsin::cli {

struct SiteOptions {
  std::vector<std::string> set;  ///< "name=value"
  std::string logo;              ///< File, or "none"; empty: as it is.
};

void add_site_commands(CLI::App& group, SiteOptions& into,
                       const std::function<void(CLI::App* command, bool sets, const char* examples)>& prepare);
/// What tocsin.toml, environment or command line set of the site: it wins over the database.
engine::site::Fixed fixed_site(const Settings& settings);

}  // namespace tocsin::cli
