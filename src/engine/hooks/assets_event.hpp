#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/hooks/hooks.hpp"

namespace tocsin::engine::hooks {

/// What is told of assets that were added or changed: the type is "assets.affected".
struct AssetsNotice {
  std::string id;  ///< Of the event.
  domain::PersonId person;
  domain::OrganisationId organisation;
  std::int64_t assets = 0, advisories = 0;
  struct Advisory {
    std::string record, title, severity, url;
    domain::Tlp tlp = domain::Tlp::clear;
    std::int64_t assets = 0;
  };
  std::vector<Advisory> worst;  ///< The most urgent first; not all of them.
  std::string url;
  std::vector<std::string> subscriptions;
  Timestamp at;
};
/// Names no asset; of each advisory as much as event_of() of a record does.
Event event_of(const AssetsNotice& notice);

}  // namespace tocsin::engine::hooks
