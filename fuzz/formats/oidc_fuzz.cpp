// What a provider and an administrator write. Laws: a discovery document that is taken speaks for the issuer asked, and
// only of addresses that may be used; groups are sorted and each there once; a table of groups gives what it says.
#include <cstdint>

#include "base/check.hpp"
#include "domain/group_roles.hpp"
#include "formats/oidc/id_token.hpp"
#include "formats/oidc/provider.hpp"
#include "formats/oidc/sign_in.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::formats;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  for (const int status : {200, 400, 500}) {
    const auto response = oidc::read_token_response(status, text);
    TOCSIN_CHECK(response ? status == 200 && !response->id_token.empty() : !response.error().message.empty());
  }
  if (const auto table = domain::parse_group_roles(text)) {
    for (const auto& rule : *table) {
      const auto granted = domain::memberships_of(std::span{&rule.group, 1}, *table);
      TOCSIN_CHECK(std::ranges::count(granted, rule.organisation, &domain::GrantedMembership::organisation) == 1);
    }
  }
  const auto parsed = json::parse(text, {.bytes_max = oidc::kDiscoveryBytesMax, .depth_max = 16});
  if (!parsed) return 0;
  const auto issuer = std::string{json::string_at(parsed->root(), "issuer")};
  if (const auto provider = oidc::read_discovery(text, issuer)) {
    TOCSIN_CHECK(provider->issuer == issuer && !provider->signing_algorithms.empty());
    for (const auto& each : {provider->authorization_endpoint, provider->token_endpoint, provider->jwks_uri}) {
      TOCSIN_CHECK(oidc::check_endpoint(each, {}, "") && each.starts_with("https://"));
    }
    TOCSIN_CHECK(!oidc::read_discovery(text, issuer + "/"));
  }
  if (const auto identity = oidc::read_identity(parsed->root())) {
    TOCSIN_CHECK(!identity->subject.empty() && (!identity->email_verified || !identity->email.empty()));
    TOCSIN_CHECK(std::ranges::adjacent_find(identity->groups, std::greater_equal<>{}) == identity->groups.end());
  }
  return 0;
}
