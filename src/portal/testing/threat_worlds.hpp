#pragma once
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "domain/policy.hpp"
#include "domain/record.hpp"
#include "formats/stix/versions.hpp"

/// STIX objects for the worlds of the noninterference test: one beside each advisory, for the same readers.
namespace tocsin::portal::testing {
inline std::string threat_id(int slot) {
  constexpr std::array<const char*, 3> kTypes{"malware", "relationship", "tool"};
  return fmt::format("{}--00000000-0000-4000-8000-{:012}", kTypes[static_cast<std::size_t>(slot) % kTypes.size()],
                     slot);
}

/// The object of a slot: every third one is a relationship between its neighbours.
inline domain::NewRevision threat_of(int slot, int flavour, int version, const domain::policy::Facts& facts) {
  domain::NewRevision revision;
  revision.kind = domain::RecordKind::stix_object;
  revision.key = threat_id(slot);
  const bool relates = slot % 3 == 1;
  const auto* verb = flavour % 2 == 0 ? "uses" : "drops";
  revision.title =
      relates ? fmt::format("relationship {}", verb) : fmt::format("Threat {} of gate{}", flavour, flavour % 9);
  revision.tlp = facts.tlp;
  revision.status = facts.status;
  revision.audience = facts.audience;
  revision.listed = facts.listed;
  revision.owner = facts.owner;
  revision.embargo_until = facts.embargo_until;
  revision.version =
      fmt::format("2024-01-01T{:02}:{:02}:{:02}.000Z", version / 3600 % 24, version / 60 % 60, version % 60);
  revision.version_order = formats::stix::version_order(revision.version, false);
  revision.format = "stix-2.1";
  revision.initial_release_at = parse_rfc3339("2024-01-01T00:00:00Z").value();
  revision.current_release_at = parse_rfc3339(revision.version).value();
  const auto own = relates ? fmt::format(R"("relationship_type":"{}","source_ref":"{}","target_ref":"{}")", verb,
                                         threat_id(slot - 1), threat_id(slot + 1))
                           : fmt::format(R"("name":"{}","labels":["label{}"],"created_by_ref":"{}")", revision.title,
                                         flavour % 3, threat_id((slot + 3) / 3 * 3));
  revision.bytes = fmt::format(
      R"({{"type":"{}","spec_version":"2.1","id":"{}","created":"2024-01-01T00:00:00.000Z","modified":"{}",{}}})",
      revision.key.substr(0, revision.key.find("--")), revision.key, revision.version, own);
  revision.sha512 = sha512_hex(revision.bytes);
  return revision;
}

/// What is asked of them: lists, counts, and addresses of some that may be hidden.
inline std::vector<std::string> threat_targets(int slots) {
  std::vector<std::string> all{"/threats",
                               "/threats?sort=name&limit=3",
                               "/api/v1/threats?limit=2",
                               "/api/v1/threats?q=gate3",
                               "/api/v1/threats?label=label1",
                               "/api/v1/threats?type=relationship",
                               "/api/v1/threats?type=tool&tlp=amber"};
  const std::string taxii = "/taxii2/default/collections/all";
  for (const auto* door :
       {"/taxii2/", "/taxii2", "/taxii2/default/", "/taxii2/default", "/taxii2/default/collections/",
        "/taxii2/default/collections", "/taxii2/default/status/00000000-0000-4000-8000-000000000001/",
        "/taxii2/default/status/00000000-0000-4000-8000-000000000001"}) {
    all.emplace_back(door);
  }
  for (const auto* door : {"/", "", "/manifest/", "/manifest", "/manifest/?match[version]=all&limit=3", "/objects/",
                           "/objects", "/objects/?match[version]=all", "/objects/?limit=2",
                           "/objects/?match[version]=first", "/objects/?match[type]=relationship"}) {
    all.push_back(taxii + door);
  }
  for (int slot = 0; slot < slots; slot += 4) {
    all.push_back("/threats/" + threat_id(slot));
    all.push_back("/api/v1/threats/" + threat_id(slot));
    all.push_back("/api/v1/threats/" + threat_id(slot) + "/document");
    all.push_back("/api/v1/threats/" + threat_id(slot) + "/bundle");
    all.push_back(taxii + "/objects/" + threat_id(slot) + "/?match[version]=all");
  }
  for (const int slot : {0, 8}) {
    for (const auto* door : {"/", "", "/versions/", "/versions"}) {
      all.push_back(taxii + "/objects/" + threat_id(slot) + door);
    }
  }
  return all;
}

}  // namespace tocsin::portal::testing
