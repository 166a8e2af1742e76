#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

/// A small knowledge base in the shape in which ATT&CK is published, invented for tests: two tactics, five techniques
/// (one below another, one deprecated, one revoked), one of everything else, and how they have to do with each other.
namespace tocsin::engine::testing {

inline std::string attack_stix_id(std::string_view type, int number) {
  return fmt::format("{}--00000000-0000-4000-8000-{:012}", type, number);
}

/// One STIX object. `more`: members, each behind a comma.
inline std::string attack_object(std::string_view type, int number, std::string_view attack_id, std::string_view name,
                                 std::string_view more = "", std::string_view modified = "2025-01-01T00:00:00.000Z") {
  return fmt::format(
      R"({{"type":"{}","spec_version":"2.1","id":"{}","created":"2025-01-01T00:00:00.000Z","modified":"{}","name":"{}",)"
      R"("external_references":[{{"source_name":"mitre-attack","external_id":"{}","url":"https://attack.example/{}"}},)"
      R"({{"source_name":"Reed 2024","description":"Reed, A. (2024). Sluices.","url":"https://reed.example/sluices"}}],)"
      R"("x_mitre_version":"1.2","x_mitre_domains":["ics-attack"]{}}})",
      type, attack_stix_id(type, number), modified, name, attack_id, attack_id, more);
}
inline std::string attack_relation(int number, const std::string& source, std::string_view verb,
                                   const std::string& target, std::string_view more = "") {
  return fmt::format(
      R"({{"type":"relationship","spec_version":"2.1","id":"{}","created":"2025-01-01T00:00:00.000Z",)"
      R"("modified":"2025-01-01T00:00:00.000Z","relationship_type":"{}","source_ref":"{}","target_ref":"{}",)"
      R"("x_mitre_version":"1.0"{}}})",
      attack_stix_id("relationship", number), verb, source, target, more);
}
/// A release: which object it has in which version.
inline std::string attack_release(std::string_view version, std::string_view modified,
                                  const std::vector<std::pair<std::string, std::string>>& contents) {
  std::string listed;
  for (const auto& [id, of] : contents) {
    listed += fmt::format(R"({}{{"object_ref":"{}","object_modified":"{}"}})", listed.empty() ? "" : ",", id, of);
  }
  return fmt::format(
      R"({{"type":"x-mitre-collection","spec_version":"2.1","id":"{}","created":"2025-01-01T00:00:00.000Z",)"
      R"("modified":"{}","name":"ATT&CK of sluices","x_mitre_version":"{}","x_mitre_contents":[{}]}})",
      attack_stix_id("x-mitre-collection", 9000), modified, version, listed);
}
inline std::string attack_phase(std::string_view phase) {
  return fmt::format(R"({{"kill_chain_name":"mitre-ics-attack","phase_name":"{}"}})", phase);
}

inline std::vector<std::string> attack_base() {
  const auto id = attack_stix_id;
  const auto opening = id("attack-pattern", 9101), ladder = id("attack-pattern", 9102),
             radio = id("attack-pattern", 9103), old = id("attack-pattern", 9104), gone = id("attack-pattern", 9105);
  const auto group = id("intrusion-set", 9201), worm = id("malware", 9202), campaign = id("campaign", 9203),
             mitigation = id("course-of-action", 9204), asset = id("x-mitre-asset", 9205),
             component = id("x-mitre-data-component", 9206), strategy = id("x-mitre-detection-strategy", 9207),
             analytic = id("x-mitre-analytic", 9208);
  const auto technique = [](int number, std::string_view attack_id, std::string_view name, const std::string& phases,
                            std::string_view more = "") {
    return attack_object("attack-pattern", number, attack_id, name,
                         fmt::format(R"(,"kill_chain_phases":[{}]{})", phases, more));
  };
  return {
      attack_release("7.1", "2025-01-01T00:00:00.000Z", {{id("x-mitre-matrix", 9001), "2025-01-01T00:00:00.000Z"}}),
      attack_object(
          "x-mitre-matrix", 9001, "ics-attack", "Matrix of sluices",
          fmt::format(R"(,"tactic_refs":["{}","{}"])", id("x-mitre-tactic", 9012), id("x-mitre-tactic", 9011))),
      attack_object("x-mitre-tactic", 9011, "TA9001", "Flooding",
                    R"(,"x_mitre_shortname":"flooding","description":"The water is where it should not be.")"),
      attack_object("x-mitre-tactic", 9012, "TA9002", "Wading in", R"(,"x_mitre_shortname":"wading-in")"),
      technique(
          9101, "T9001", "Open the sluice", attack_phase("flooding"),
          R"(,"description":"Opens **sluices**. (Citation: Reed 2024) See [Ladder](https://attack.mitre.org/techniques/T9002).","x_mitre_platforms":["Field I/O"])"),
      technique(9102, "T9002", "Run a ladder", attack_phase("wading-in") + "," + attack_phase("flooding")),
      technique(9103, "T9002.001", "Ladder by radio", attack_phase("wading-in")),
      technique(9104, "T9003", "Old trick", attack_phase("flooding"), R"(,"x_mitre_deprecated":true)"),
      technique(9105, "T9004", "Gone trick", attack_phase("flooding"), R"(,"revoked":true)"),
      attack_object("intrusion-set", 9201, "G9001", "Mudlark", R"(,"aliases":["Mudlark","River gang"])"),
      attack_object("malware", 9202, "S9001", "Siltworm", R"(,"is_family":true,"x_mitre_aliases":["Siltworm"])"),
      attack_object("campaign", 9203, "C9001", "Spring tide",
                    R"(,"first_seen":"2024-03-01T00:00:00.000Z","last_seen":"2024-04-01T00:00:00.000Z")"),
      attack_object("course-of-action", 9204, "M9001", "Lock the gate",
                    R"(,"labels":["IEC 62443-3-3:2013 - SR 5.1","NIST SP 800-53 Rev. 5 - AC-3; SC-7"])"),
      attack_object("x-mitre-asset", 9205, "A9001", "Sluice controller", R"(,"x_mitre_sectors":["Water"])"),
      attack_object("x-mitre-data-component", 9206, "DC9001", "Gauge reading"),
      attack_object("x-mitre-detection-strategy", 9207, "DET9001", "Watch the gauge",
                    fmt::format(R"(,"x_mitre_analytic_refs":["{}"])", analytic)),
      attack_object("x-mitre-analytic", 9208, "AN9001", "Analytic 9001",
                    fmt::format(R"(,"description":"The gauge rises.","x_mitre_log_source_references":[)"
                                R"({{"x_mitre_data_component_ref":"{}","name":"Gauge","channel":"level"}}])",
                                component)),
      attack_relation(
          9301, group, "uses", opening,
          R"j(,"description":"[Mudlark](https://attack.mitre.org/groups/G9001) opened one.(Citation: Reed 2024)",)j"
          R"("external_references":[{"source_name":"Reed 2024","url":"https://reed.example/sluices"}])"),
      attack_relation(9302, worm, "uses", ladder),
      attack_relation(9303, group, "uses", worm),
      attack_relation(9304, campaign, "attributed-to", group),
      attack_relation(9305, campaign, "uses", opening),
      attack_relation(9306, mitigation, "mitigates", opening, R"(,"description":"A lock helps.")"),
      attack_relation(9307, opening, "targets", asset),
      attack_relation(9308, strategy, "detects", opening),
      attack_relation(9309, radio, "subtechnique-of", ladder),
      attack_relation(9310, worm, "uses", opening, R"(,"x_mitre_deprecated":true)"),
      attack_relation(9311, gone, "revoked-by", opening),
      attack_relation(9312, group, "uses", old),
  };
}

inline constexpr std::string_view kClearMarking = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
inline constexpr std::string_view kGreenMarking = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
inline std::string marked(const std::string& object, std::string_view marking) {
  return fmt::format(R"({},"object_marking_refs":["{}"]}})", object.substr(0, object.size() - 1), marking);
}
/// The whole, as a file that everybody may read.
inline std::string attack_file() {
  std::string out = "[";
  for (const auto& each : attack_base()) out += (out.size() > 1 ? ",\n" : "") + marked(each, kClearMarking);
  return out + "]";
}

}  // namespace tocsin::engine::testing
