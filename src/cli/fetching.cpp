#include "cli/fetching.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::cli {

Result<exchange::FetchSettings> fetch_settings(const Location& location, const Settings& settings,
                                               std::string_view group) {
  const auto name = [&](std::string_view setting) { return fmt::format("{}.{}", group, setting); };
  exchange::FetchSettings fetch;
  fetch.contact = settings.text("public_url");
  fetch.allow_http = settings.boolean(name("allow_http"));
  fetch.ca_file = file_path(location, settings.value(name("ca_file")));
  std::error_code failure;
  if (!fetch.ca_file.empty() && !std::filesystem::is_regular_file(fetch.ca_file, failure)) {
    return Error::invalid("There is no such file: " + fetch.ca_file, name("ca_file"));
  }
  const auto& networks = settings.text(name("networks"));
  for (const auto each : text::split(networks, ',')) {
    const auto word = text::trim(each);
    if (word.empty()) continue;
    const auto network = exchange::parse_network(word);
    if (!network) {
      return Error::invalid(fmt::format("{}: {}", name("networks"), network.error().message), name("networks"));
    }
    fetch.allow_networks.push_back(*network);
  }
  return fetch;
}

}  // namespace tocsin::cli
