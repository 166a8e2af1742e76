#include <algorithm>
#include <utility>

#include "base/messages.hpp"
#include "portal/pages/threat_author_form.hpp"

/// Words of STIX for people.
namespace tocsin::portal::pages {
namespace {

using Named = std::pair<std::string_view, Message>;

constexpr Named kProperties[] = {
    {"abstract", message<"#property#Abstract">},
    {"aliases", message<"#property#Also known as">},
    {"architecture_execution_envs", message<"#property#Runs on (architectures)">},
    {"authors", message<"#property#Authors">},
    {"capabilities", message<"#property#What it can do">},
    {"confidence", message<"#property#Confidence (0 to 100)">},
    {"content", message<"#property#Text">},
    {"context", message<"#property#Context">},
    {"description", message<"#property#Description">},
    {"explanation", message<"#property#Explanation">},
    {"external_references", message<"#property#External references">},
    {"first_observed", message<"#property#First observed (UTC)">},
    {"first_seen", message<"#property#First seen (UTC)">},
    {"goals", message<"#property#Goals">},
    {"implementation_languages", message<"#property#Written in">},
    {"indicator_types", message<"#property#Types of indicator">},
    {"infrastructure_types", message<"#property#Types of infrastructure">},
    {"is_family", message<"#property#A family of malware, and not a single instance">},
    {"kill_chain_phases", message<"#property#Kill chain phases">},
    {"labels", message<"#property#Labels">},
    {"lang", message<"#property#Language (code)">},
    {"last_observed", message<"#property#Last observed (UTC)">},
    {"last_seen", message<"#property#Last seen (UTC)">},
    {"malware_types", message<"#property#Types of malware">},
    {"name", message<"#property#Name">},
    {"number_observed", message<"#property#How often observed">},
    {"object_refs", message<"#property#Objects that it is about">},
    {"objective", message<"#property#Objective">},
    {"operating_system_refs", message<"#property#Operating systems (ids)">},
    {"opinion", message<"#property#Opinion">},
    {"pattern", message<"#property#Pattern">},
    {"pattern_type", message<"#property#Language of the pattern">},
    {"pattern_version", message<"#property#Version of that language">},
    {"personal_motivations", message<"#property#Motivations of the people">},
    {"primary_motivation", message<"#property#Main motivation">},
    {"resource_level", message<"#property#Resources">},
    {"roles", message<"#property#Roles">},
    {"sample_refs", message<"#property#Samples (ids)">},
    {"secondary_motivations", message<"#property#Other motivations">},
    {"sophistication", message<"#property#Sophistication">},
    {"threat_actor_types", message<"#property#Types of threat actor">},
    {"tool_types", message<"#property#Types of tool">},
    {"tool_version", message<"#property#Version">},
    {"valid_from", message<"#property#Valid from (UTC)">},
    {"valid_until", message<"#property#Valid until (UTC)">},
};

constexpr Named kHints[] = {
    {"aliases", message<"One a line.">},
    {"authors", message<"One a line.">},
    {"confidence", message<"How sure you are that it is right: 0 is a guess, 100 is certain.">},
    {"content", message<"Markdown works.">},
    {"description", message<"Markdown works.">},
    {"external_references",
     message<"One a line: source | id | web address | description. Such as: cve | CVE-2024-12345">},
    {"goals", message<"One a line.">},
    {"kill_chain_phases", message<"One a line: chain: phase. Such as: mitre-ics-attack: initial-access">},
    {"labels", message<"One a line.">},
    {"object_refs", message<"STIX ids, one a line.">},
    {"operating_system_refs", message<"STIX ids, one a line.">},
    {"pattern", message<"Such as: [ipv4-addr:value = '198.51.100.7']">},
    {"sample_refs", message<"STIX ids, one a line.">},
};

constexpr Named kTypes[] = {
    {"attack-pattern", message<"A way in which attackers go about it.">},
    {"campaign", message<"Attacks over some time that belong together.">},
    {"course-of-action", message<"What helps: a measure before or after an attack.">},
    {"grouping", message<"Objects that belong together, without the claim of a report.">},
    {"incident", message<"Something that happened somewhere.">},
    {"indicator", message<"A pattern by which something suspicious is found.">},
    {"infrastructure", message<"Servers, networks and services that attackers use.">},
    {"intrusion-set", message<"Behaviour and means that point to one group of attackers.">},
    {"malware", message<"Malicious software, a family or one instance.">},
    {"note", message<"A text about other objects.">},
    {"observed-data", message<"What was seen in systems and networks, without judging it.">},
    {"opinion", message<"Whether what another object says is right.">},
    {"threat-actor", message<"People or groups who attack.">},
    {"tool", message<"Legitimate software that attackers use.">},
    {"vulnerability", message<"A weakness in software that attackers use.">},
};

constexpr Named kOpinions[] = {
    {"agree", message<"#opinion#agree">},
    {"disagree", message<"#opinion#disagree">},
    {"neutral", message<"#opinion#neutral">},
    {"strongly-agree", message<"#opinion#strongly agree">},
    {"strongly-disagree", message<"#opinion#strongly disagree">},
};

const Named* find_in(std::span<const Named> names, std::string_view name) {
  const auto found = std::ranges::find(names, name, &Named::first);
  return found == names.end() ? nullptr : &*found;
}

}  // namespace

std::string_view property_title(std::string_view property) {
  const auto* found = find_in(kProperties, property);
  return found == nullptr ? property : found->second.text();
}
std::string_view property_hint(std::string_view property) {
  const auto* found = find_in(kHints, property);
  return found == nullptr ? std::string_view{} : found->second.text();
}
std::string_view opinion_title(std::string_view word) {
  const auto* found = find_in(kOpinions, word);
  return found == nullptr ? word : found->second.text();
}
std::string_view authored_type_hint(std::string_view type) {
  const auto* found = find_in(kTypes, type);
  return found == nullptr ? std::string_view{} : found->second.text();
}

}  // namespace tocsin::portal::pages
