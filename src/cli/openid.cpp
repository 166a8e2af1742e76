#include "cli/openid.hpp"

#include <fstream>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::cli {
namespace {

constexpr std::size_t kSecretBytesMax = 4'096;

/// "a, b" or "a b": the words.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> all;
  for (const auto part : text::split(text, ',')) {
    for (const auto word : text::split(part, ' ')) {
      if (const auto trimmed = text::trim(word); !trimmed.empty()) all.emplace_back(trimmed);
    }
  }
  return all;
}

Error at(const Settings& settings, std::string_view name, Error error) {
  error.message = fmt::format("{}: {}", name, error.message);
  error.where = settings.value(name).where;
  return error;
}

Result<std::string> secret_of(const Location& location, const Settings& settings) {
  if (settings.text("oidc.client_secret_file").empty()) return settings.text("oidc.client_secret");
  const auto path = file_path(location, settings.value("oidc.client_secret_file"));
  std::ifstream file{path, std::ios::binary};
  std::string line;
  if (!file || !std::getline(file, line) || line.size() > kSecretBytesMax) {
    return at(settings, "oidc.client_secret_file", Error::invalid(fmt::format("{} cannot be read", path)));
  }
  return std::string{text::trim(line)};
}

/// Content-Security-Policy takes the text as it is: nothing but an origin.
Status check_origin(std::string_view origin) {
  const auto host = origin.starts_with("https://") ? origin.substr(8) : std::string_view{};
  const bool plain = !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == ':';
  });
  if (plain) return ok();
  return Error::invalid(fmt::format("'{}' is no origin such as https://login.example", text::shorten(origin, 80)));
}

}  // namespace

Result<engine::identity::OutsideRules> outside_rules(const Settings& settings) {
  engine::identity::OutsideRules rules;
  if (!settings.text("oidc.name").empty()) rules.name = settings.text("oidc.name");
  rules.create_unknown = settings.text("oidc.unknown_people") == "create";
  rules.organisation = settings.text("oidc.organisation");
  rules.groups_last = std::chrono::days{settings.integer("oidc.groups_last")};
  auto groups = domain::parse_group_roles(settings.text("oidc.groups"));
  if (!groups) {
    auto error = std::move(groups).error();
    error.message = fmt::format("{} ({})", error.message, error.where);
    return at(settings, "oidc.groups", std::move(error));
  }
  rules.groups = std::move(groups).value();
  return rules;
}

Result<std::shared_ptr<exchange::OpenId>> open_openid(const Location& location, const Settings& settings,
                                                      const Clock& clock) {
  exchange::OpenIdSettings openid{.issuer = settings.text("oidc.issuer"), .client_id = settings.text("oidc.client_id")};
  if (openid.issuer.empty()) return std::shared_ptr<exchange::OpenId>{};
  if (settings.text("public_url").empty()) {
    return at(settings, "oidc.issuer",
              Error::invalid("sign-in by a provider needs public_url, to which it sends back"));
  }
  TRY(openid.client_secret, secret_of(location, settings));
  openid.name = settings.text("oidc.name");
  openid.groups_claim = settings.text("oidc.groups_claim");
  openid.scopes = words(settings.text("oidc.scopes"));
  openid.second_factor = words(settings.text("oidc.second_factor"));
  openid.forwards_to = words(settings.text("oidc.forwards_to"));
  for (const auto& origin : openid.forwards_to) {
    if (auto status = check_origin(origin); !status) return at(settings, "oidc.forwards_to", std::move(status).error());
  }
  for (const auto& each : words(settings.text("oidc.networks"))) {
    auto network = exchange::parse_network(each);
    if (!network) return at(settings, "oidc.networks", std::move(network).error());
    openid.networks.push_back(*network);
  }
  if (!settings.text("oidc.ca_file").empty()) openid.ca_file = file_path(location, settings.value("oidc.ca_file"));
  openid.allow_loopback = settings.boolean("oidc.allow_loopback");
  auto opened = exchange::OpenId::open(std::move(openid), clock);
  if (!opened) return at(settings, "oidc.issuer", std::move(opened).error());
  return std::shared_ptr<exchange::OpenId>{std::move(opened).value()};
}

}  // namespace tocsin::cli
