#include "portal/pages/threat_names.hpp"

#include <algorithm>
#include <utility>

#include "base/messages.hpp"

namespace tocsin::portal::pages {
namespace {

/// The types of STIX 2.1, and those that ATT&CK adds.
constexpr std::pair<std::string_view, Message> kTitles[] = {
    {"artifact", message<"#stix#Artifact">},
    {"attack-pattern", message<"#stix#Attack pattern">},
    {"autonomous-system", message<"#stix#Autonomous system">},
    {"campaign", message<"#stix#Campaign">},
    {"course-of-action", message<"#stix#Course of action">},
    {"directory", message<"#stix#Directory">},
    {"domain-name", message<"#stix#Domain name">},
    {"email-addr", message<"#stix#E-mail address">},
    {"email-message", message<"#stix#E-mail message">},
    {"extension-definition", message<"#stix#Extension definition">},
    {"file", message<"#stix#File">},
    {"grouping", message<"#stix#Grouping">},
    {"identity", message<"#stix#Identity">},
    {"incident", message<"#stix#Incident">},
    {"indicator", message<"#stix#Indicator">},
    {"infrastructure", message<"#stix#Infrastructure">},
    {"intrusion-set", message<"#stix#Intrusion set">},
    {"ipv4-addr", message<"#stix#IPv4 address">},
    {"ipv6-addr", message<"#stix#IPv6 address">},
    {"language-content", message<"#stix#Translation">},
    {"location", message<"#stix#Location">},
    {"mac-addr", message<"#stix#MAC address">},
    {"malware", message<"#stix#Malware">},
    {"malware-analysis", message<"#stix#Malware analysis">},
    {"marking-definition", message<"#stix#Marking definition">},
    {"mutex", message<"#stix#Mutex">},
    {"network-traffic", message<"#stix#Network traffic">},
    {"note", message<"#stix#Note">},
    {"observed-data", message<"#stix#Observed data">},
    {"opinion", message<"#stix#Opinion">},
    {"process", message<"#stix#Process">},
    {"relationship", message<"#stix#Relationship">},
    {"report", message<"#stix#Report">},
    {"sighting", message<"#stix#Sighting">},
    {"software", message<"#stix#Software">},
    {"threat-actor", message<"#stix#Threat actor">},
    {"tool", message<"#stix#Tool">},
    {"url", message<"#stix#Web address">},
    {"user-account", message<"#stix#User account">},
    {"vulnerability", message<"#stix#Vulnerability">},
    {"windows-registry-key", message<"#stix#Windows registry key">},
    {"x-mitre-analytic", message<"#stix#Analytic">},
    {"x-mitre-asset", message<"#stix#Asset class">},
    {"x-mitre-data-component", message<"#stix#Data component">},
    {"x-mitre-data-source", message<"#stix#Data source">},
    {"x-mitre-detection-strategy", message<"#stix#Detection strategy">},
    {"x-mitre-matrix", message<"#stix#Matrix">},
    {"x-mitre-tactic", message<"#stix#Tactic">},
    {"x509-certificate", message<"#stix#X.509 certificate">},
};

}  // namespace

std::string_view threat_type_title(std::string_view type) {
  const auto* found = std::ranges::find(kTitles, type, [](const auto& each) { return each.first; });
  return found == std::end(kTitles) ? type : found->second.text();
}

}  // namespace tocsin::portal::pages
