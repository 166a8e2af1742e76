#pragma once
#include <algorithm>
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
/// Of each six slots one is a technique of ATT&CK (the first ones its matrix and a tactic), one a group, one malware,
/// one a tool that speaks of techniques, and two relate their neighbours. Instead of malware there is a report of its
/// neighbours, or an indicator that fades; instead of every other second relationship a sighting of that, and some say
/// that their neighbours are the same. Two tools are releases of the knowledge base instead: each of their versions is
/// another one.
inline std::string threat_type(int slot) {
  if (slot == 0) return "x-mitre-matrix";
  if (slot == 6) return "x-mitre-tactic";
  if (slot == 8 || slot == 14) return "x-mitre-collection";
  if (slot % 12 == 9) return "report";
  if (slot % 12 == 3) return "indicator";
  if (slot % 12 == 10) return "sighting";
  constexpr std::array<const char*, 6> kTypes{"attack-pattern", "relationship", "tool",
                                              "malware",        "relationship", "intrusion-set"};
  return kTypes[static_cast<std::size_t>(slot) % kTypes.size()];
}
inline std::string threat_id(int slot) {
  return fmt::format("{}--00000000-0000-4000-8000-{:012}", threat_type(slot), slot);
}
/// Without its matrix and two of its releases that the same reader may see, ATT&CK has nothing to compare.
inline bool is_of_releases(int slot) { return slot == 0 || slot == 8 || slot == 14; }
/// Of slots that ATT&CK has.
inline std::string attack_id(int slot) {
  if (slot == 0) return "ics-attack";
  if (slot == 6) return "TA9006";
  return fmt::format("{}9{:03}", slot % 6 == 0 ? "T" : "G", slot);
}
/// When it was modified. An indicator has faded by the walk's time, unless it was seen since.
inline std::string threat_version(int slot, int version) {
  return fmt::format("{}-01-01T{:02}:{:02}:{:02}.000Z", slot % 12 == 3 ? 2021 : 2024, version / 3600 % 24,
                     version / 60 % 60, version % 60);
}
/// Members that make an object one of ATT&CK, or that speak of it, or of a vulnerability that advisories have as well.
inline std::string attack_members(int slot, int flavour, int version) {
  if (slot % 12 == 9) {
    return fmt::format(
        R"(,"published":"2024-01-01T00:00:00.000Z","report_types":["threat-report"],"object_refs":["{}","{}","{}"])",
        threat_id(slot - 1), threat_id(slot + 2), threat_id(slot - 4));
  }
  if (slot % 12 == 3) {
    return fmt::format(
        R"(,"confidence":{},"pattern":"[file:name = 'gate{}']","pattern_type":"stix","valid_from":"2021-0{}-01T00:00:00Z")",
        flavour % 101, flavour % 4, 1 + flavour % 9);
  }
  if (slot == 8 || slot == 14) {
    // Of nearly every object, also of those that readers may not see, in a version that most have by now: what is in
    // the release, and in which version, differs from one release to the next.
    std::string contents;
    for (int other = 0; other < 60; ++other) {
      if (other % 7 == 1 + flavour % 6) continue;
      const int of = std::max(1, version * 2 / 3 - (other + flavour) % 3);
      contents += fmt::format(R"({}{{"object_ref":"{}","object_modified":"{}"}})", contents.empty() ? "" : ",",
                              threat_id(other), threat_version(other, of));
    }
    return fmt::format(R"(,"x_mitre_version":"{}.{}","x_mitre_contents":[{}])", slot, version % 3, contents);
  }
  if (slot % 6 == 2) {
    return fmt::format(R"(,"description":"Seen with T9{:03} and CVE-1900-1{:04}")", slot / 6 * 6, flavour % 7);
  }
  if (slot % 6 != 0 && slot % 6 != 5) return {};
  auto out = fmt::format(
      R"(,"x_mitre_version":"{}.0","x_mitre_domains":["ics-attack"],"external_references":[{{"source_name":"mitre-attack","external_id":"{}"}}])",
      flavour % 3, attack_id(slot));
  if (slot == 0) return out + fmt::format(R"(,"tactic_refs":["{}"])", threat_id(6));
  if (slot == 6) return out + R"(,"x_mitre_shortname":"flooding")";
  if (slot % 6 == 5) out += fmt::format(R"(,"description":"Came by CVE-1900-1{:04}")", flavour % 7);
  if (slot % 6 == 0) out += R"(,"kill_chain_phases":[{"kill_chain_name":"mitre-ics-attack","phase_name":"flooding"}])";
  return out;
}

/// The object of a slot: every third one is a relationship between its neighbours.
inline domain::NewRevision threat_of(int slot, int flavour, int version, const domain::policy::Facts& facts) {
  domain::NewRevision revision;
  revision.kind = domain::RecordKind::stix_object;
  revision.key = threat_id(slot);
  const bool relates = slot % 3 == 1;
  const auto* verb = flavour % 5 < 2 ? "duplicate-of" : flavour % 2 == 0 ? "uses" : "drops";
  revision.title =
      relates ? fmt::format("relationship {}", verb) : fmt::format("Threat {} of gate{}", flavour, flavour % 9);
  revision.tlp = facts.tlp;
  revision.status = facts.status;
  revision.audience = facts.audience;
  revision.listed = facts.listed;
  revision.owner = facts.owner;
  revision.embargo_until = facts.embargo_until;
  revision.version = threat_version(slot, version);
  revision.version_order = formats::stix::version_order(revision.version, false);
  revision.format = "stix-2.1";
  revision.initial_release_at = parse_rfc3339("2024-01-01T00:00:00Z").value();
  revision.current_release_at = parse_rfc3339(revision.version).value();
  const auto own =
      relates ? fmt::format(R"("relationship_type":"{}","source_ref":"{}","target_ref":"{}"{})", verb,
                            threat_id(slot - 1), threat_id(slot + 1),
                            flavour % 3 == 0 ? fmt::format(R"(,"description":"By CVE-1900-1{:04}")", flavour % 7)
                                             : std::string{})
              : fmt::format(R"("name":"{}","aliases":["Alias {}"],"labels":["label{}"],"created_by_ref":"{}")",
                            revision.title, flavour % 5, flavour % 3, threat_id((slot + 3) / 3 * 3)) +
                    attack_members(slot, flavour, version);
  const auto seen = fmt::format(R"("sighting_of_ref":"{}","last_seen":"2022-0{}-01T00:00:00.000Z")",
                                slot >= 7 ? threat_id(slot - 7) : std::string{}, 1 + flavour % 9);
  revision.bytes = fmt::format(
      R"({{"type":"{}","spec_version":"2.1","id":"{}","created":"2024-01-01T00:00:00.000Z","modified":"{}",{}}})",
      revision.key.substr(0, revision.key.find("--")), revision.key, revision.version, slot % 12 == 10 ? seen : own);
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
                               "/api/v1/threats?type=tool&tlp=amber",
                               "/threats?faded=no&sort=confidence_now&limit=3",
                               "/api/v1/threats?confidence_now=10&sort=confidence_now",
                               "/api/v1/threats?duplicates=no&limit=3",
                               "/threats?duplicates=yes",
                               "/threats/values?value=alias%201",
                               "/threats/values?value=Alias%202&kind=name&limit=1",
                               "/api/v1/threats/values?value=alias%203&kind=name",
                               "/threats/connections",
                               "/api/v1/threats/connections?kind=name&limit=2",
                               "/threats?cve=CVE-1900-10003",
                               "/api/v1/threats?cve=CVE-1900-10001&limit=2",
                               "/threats/attack",
                               "/threats/attack?by=G9005",
                               "/threats/attack/layer.json",
                               "/threats/attack/changes",
                               "/threats/attack/changes?matrix=ics-attack",
                               "/api/v1/attack/changes",
                               "/api/v1/attack/changes?matrix=ics-attack",
                               "/api/v1/attack",
                               "/api/v1/attack?by=G9011",
                               "/api/v1/attack/layer?by=G9005",
                               "/threats/attack/TA9006",
                               "/api/v1/attack/TA9006",
                               "/admin/taxii",
                               "/admin/taxii/all",
                               "/api/v1/taxii/collections",
                               "/api/v1/taxii/collections/all"};
  for (int slot = 5; slot < slots; slot += 7) {
    const auto of = slot / 6 * 6 + (slot % 2 == 0 ? 0 : 5);
    all.push_back("/threats/attack/" + attack_id(of));
    all.push_back("/api/v1/attack/" + attack_id(of));
  }
  const std::string taxii = "/taxii2/default/collections/all";
  for (const auto* door :
       {"/taxii2/", "/taxii2", "/taxii2/default/", "/taxii2/default", "/taxii2/default/collections/",
        "/taxii2/default/collections", "/taxii2/default/status/00000000-0000-4000-8000-000000000001/",
        "/taxii2/default/status/00000000-0000-4000-8000-000000000001", "/taxii2/default/status/{other_status}/"}) {
    all.emplace_back(door);
  }
  for (const auto* door : {"/", "", "/manifest/", "/manifest", "/manifest/?match[version]=all&limit=3", "/objects/",
                           "/objects", "/objects/?match[version]=all", "/objects/?limit=2",
                           "/objects/?match[version]=first", "/objects/?match[type]=relationship"}) {
    all.push_back(taxii + door);
  }
  for (int slot = 0; slot < slots; slot += 3) {
    const auto of = slot % 2 == 0 ? slot : slot + 2;
    const auto api = "/api/v1/threats/" + threat_id(of);
    all.push_back("/threats/" + threat_id(of) + "/graph?depth=3&order=time");
    all.push_back(api + "/graph?depth=3&limit=" + std::to_string(1 + slot % 7));
    all.push_back("/threats/" + threat_id(of) + "/path?to=gate" + std::to_string(slot % 9));
    all.push_back(api + "/path?to=" + threat_id((of + 9) % slots / 3 * 3));
  }
  for (int slot = 3; slot < slots; slot += 12) {
    all.push_back("/threats/" + threat_id(slot));
    all.push_back("/api/v1/threats/" + threat_id(slot));
  }
  all.emplace_back("/feeds/misp/manifest.json");
  all.emplace_back("/feeds/misp/hashes.csv");
  for (int slot = 9; slot < slots; slot += 12) {
    all.push_back(fmt::format("/feeds/misp/{}.json", threat_id(slot).substr(8)));
  }
  for (int slot = 0; slot < slots; slot += 4) {
    all.push_back("/threats/" + threat_id(slot));
    all.push_back("/api/v1/threats/" + threat_id(slot));
    all.push_back("/api/v1/threats/" + threat_id(slot) + "/duplicates");
    all.push_back("/api/v1/threats/" + threat_id(slot) + "/document");
    all.push_back("/api/v1/threats/" + threat_id(slot) + "/bundle");
    all.push_back("/api/v1/threats/" + threat_id(slot) + "/correlations");
    all.push_back(taxii + "/objects/" + threat_id(slot) + "/?match[version]=all");
  }
  for (const int slot : {0, 8}) {
    for (const auto* door : {"/", "", "/versions/", "/versions"}) {
      all.push_back(taxii + "/objects/" + threat_id(slot) + door);
    }
  }
  return all;
}

/// What is asked by POST, and changes nothing.
struct PostTarget {
  std::string target;
  std::string type, body;
};
constexpr const char* kJsonType = "application/json";

/// Texts and files that are looked into beside what is stored. Previews of an import are not among them: that their own
/// organisation has an object which they may not see they tell by decision.
inline std::vector<PostTarget> threat_posts() {
  constexpr const char* kText =
      "Flow Controller V2.1 of Example Pumps, the Safety Relay of Hidden Drives and Remote Terminal of Quiet Meters: "
      "CVE-1900-10003, T9012, 45[.]66.77.88";
  return {{"/api/v1/threats/extraction?format=text", "application/octet-stream", kText},
          {"/api/v1/threats/extraction?format=markdown&name=a.md", "application/octet-stream",
           fmt::format("# {} and {}\n\n{}\n", threat_id(12), attack_id(5), kText)},
          {"/api/v1/threats/reports", kJsonType,
           fmt::format(R"({{"title":"What we saw","text":"{}","techniques":["T9012"],"cves":["CVE-1900-10003"],)"
                       R"("tlp":"AMBER","audience":"cert","preview":true}})",
                       kText)},
          {"/threats/attack/layer", "multipart/form-data; boundary=XX",
           "--XX\r\nContent-Disposition: form-data; name=\"layer\"; filename=\"l.json\"\r\nContent-Type: "
           "application/json\r\n\r\n"
           R"({"name":"Ours","domain":"ics-attack","techniques":[{"techniqueID":"T9012","score":3},)"
           R"({"techniqueID":"T9018","comment":"seen"}]})"
           "\r\n--XX--\r\n"}};
}
inline std::vector<PostTarget> misp_posts() {
  const std::string events = "/misp/events/restSearch", attributes = "/misp/attributes/restSearch";
  return {{events, kJsonType, R"({"value":"%alias%","limit":3})"},
          {events, kJsonType, R"({"tags":["label1"],"metadata":true})"},
          {events, kJsonType, R"({"eventinfo":"%gate3%"})"},
          {attributes, kJsonType, R"({"limit":3})"},
          {attributes, kJsonType, R"({"value":"gate2"})"}};
}

/// What MISP's clients ask, all of them with a token.
inline std::vector<std::string> misp_targets(int slots) {
  std::vector<std::string> all{"/misp/users/view/me",
                               "/misp/users/view/me.json",
                               "/misp/events/restSearch",
                               "/misp/events/restSearch?value=%25alias%25",
                               "/misp/events/restSearch?tags=label1&limit=1&page=2",
                               "/misp/events/restSearch?eventinfo=%25gate3&metadata=1",
                               "/misp/attributes/restSearch?limit=3",
                               "/misp/events/index?limit=2",
                               "/misp/tags/index"};
  for (int slot = 9; slot < slots; slot += 12) {
    const auto uuid = threat_id(slot).substr(8);
    all.push_back("/misp/events/view/" + uuid);
    all.push_back(fmt::format("/misp/events/view/{}", std::stoll(uuid.substr(24), nullptr, 16)));
    all.push_back("/misp/events/restSearch?eventid=" + uuid);
  }
  return all;
}

}  // namespace tocsin::portal::testing
