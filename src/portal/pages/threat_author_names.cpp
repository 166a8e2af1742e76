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
    {"administrative_area", message<"#property#State, province or district">},
    {"aliases", message<"#property#Also known as">},
    {"analysis_definition_version", message<"#property#Version of its definitions">},
    {"analysis_ended", message<"#property#Analysis ended (UTC)">},
    {"analysis_engine_version", message<"#property#Version of its engine">},
    {"analysis_sco_refs", message<"#property#Observables that it found (ids)">},
    {"analysis_started", message<"#property#Analysis started (UTC)">},
    {"architecture_execution_envs", message<"#property#Runs on (architectures)">},
    {"authors", message<"#property#Authors">},
    {"capabilities", message<"#property#What it can do">},
    {"city", message<"#property#City">},
    {"confidence", message<"#property#Confidence (0 to 100)">},
    {"configuration_version", message<"#property#Version of its configuration">},
    {"contact_information", message<"#property#How to reach them">},
    {"content", message<"#property#Text">},
    {"context", message<"#property#Context">},
    {"country", message<"#property#Country (code)">},
    {"description", message<"#property#Description">},
    {"explanation", message<"#property#Explanation">},
    {"external_references", message<"#property#External references">},
    {"first_observed", message<"#property#First observed (UTC)">},
    {"first_seen", message<"#property#First seen (UTC)">},
    {"goals", message<"#property#Goals">},
    {"host_vm_ref", message<"#property#Virtual machine (id)">},
    {"identity_class", message<"#property#What kind of identity">},
    {"implementation_languages", message<"#property#Written in">},
    {"indicator_types", message<"#property#Types of indicator">},
    {"infrastructure_types", message<"#property#Types of infrastructure">},
    {"installed_software_refs", message<"#property#Other software on it (ids)">},
    {"is_family", message<"#property#A family of malware, and not a single instance">},
    {"kill_chain_phases", message<"#property#Kill chain phases">},
    {"labels", message<"#property#Labels">},
    {"lang", message<"#property#Language (code)">},
    {"last_observed", message<"#property#Last observed (UTC)">},
    {"last_seen", message<"#property#Last seen (UTC)">},
    {"latitude", message<"#property#Latitude (degrees)">},
    {"longitude", message<"#property#Longitude (degrees)">},
    {"malware_types", message<"#property#Types of malware">},
    {"modules", message<"#property#Modules">},
    {"name", message<"#property#Name">},
    {"number_observed", message<"#property#How often observed">},
    {"object_refs", message<"#property#Objects that it is about">},
    {"objective", message<"#property#Objective">},
    {"operating_system_ref", message<"#property#Operating system (id)">},
    {"operating_system_refs", message<"#property#Operating systems (ids)">},
    {"opinion", message<"#property#Opinion">},
    {"pattern", message<"#property#Pattern">},
    {"pattern_type", message<"#property#Language of the pattern">},
    {"pattern_version", message<"#property#Version of that language">},
    {"personal_motivations", message<"#property#Motivations of the people">},
    {"postal_code", message<"#property#Postal code">},
    {"precision", message<"#property#Precise to (metres)">},
    {"primary_motivation", message<"#property#Main motivation">},
    {"product", message<"#property#What analysed it">},
    {"region", message<"#property#Region">},
    {"resource_level", message<"#property#Resources">},
    {"result", message<"#property#Result">},
    {"result_name", message<"#property#Name of the result">},
    {"roles", message<"#property#Roles">},
    {"sample_ref", message<"#property#Sample (id)">},
    {"sample_refs", message<"#property#Samples (ids)">},
    {"secondary_motivations", message<"#property#Other motivations">},
    {"sectors", message<"#property#Sectors">},
    {"sophistication", message<"#property#Sophistication">},
    {"street_address", message<"#property#Street and number">},
    {"submitted", message<"#property#Submitted (UTC)">},
    {"threat_actor_types", message<"#property#Types of threat actor">},
    {"tool_types", message<"#property#Types of tool">},
    {"tool_version", message<"#property#Version">},
    {"valid_from", message<"#property#Valid from (UTC)">},
    {"valid_until", message<"#property#Valid until (UTC)">},
    {"version", message<"#property#Version">},
};

constexpr Named kHints[] = {
    {"aliases", message<"One a line.">},
    {"analysis_sco_refs", message<"STIX ids, one a line. Needed where there is no result.">},
    {"authors", message<"One a line.">},
    {"confidence", message<"How sure you are that it is right: 0 is a guess, 100 is certain.">},
    {"content", message<"Markdown works.">},
    {"country", message<"Two letters, such as DE.">},
    {"description", message<"Markdown works.">},
    {"external_references",
     message<"One a line: source | id | web address | description. Such as: cve | CVE-2024-12345">},
    {"goals", message<"One a line.">},
    {"installed_software_refs", message<"STIX ids, one a line.">},
    {"kill_chain_phases", message<"One a line: chain: phase. Such as: mitre-ics-attack: initial-access">},
    {"labels", message<"One a line.">},
    {"latitude", message<"From -90 to 90, with the longitude.">},
    {"longitude", message<"From -180 to 180, with the latitude.">},
    {"modules", message<"One a line.">},
    {"object_refs", message<"STIX ids, one a line.">},
    {"operating_system_refs", message<"STIX ids, one a line.">},
    {"pattern", message<"Such as: [ipv4-addr:value = '198.51.100.7']">},
    {"precision", message<"How far it may be from the point, with latitude and longitude.">},
    {"region", message<"Needed is a region, a country, or a latitude and longitude.">},
    {"result", message<"Needed where it names no observables.">},
    {"roles", message<"One a line.">},
    {"sample_refs", message<"STIX ids, one a line.">},
};

constexpr Named kTypes[] = {
    {"attack-pattern", message<"A way in which attackers go about it.">},
    {"campaign", message<"Attacks over some time that belong together.">},
    {"course-of-action", message<"What helps: a measure before or after an attack.">},
    {"grouping", message<"Objects that belong together, without the claim of a report.">},
    {"identity", message<"People, organisations, systems or whole sectors: who is attacked, who makes a product.">},
    {"incident", message<"Something that happened somewhere.">},
    {"indicator", message<"A pattern by which something suspicious is found.">},
    {"infrastructure", message<"Servers, networks and services that attackers use.">},
    {"intrusion-set", message<"Behaviour and means that point to one group of attackers.">},
    {"location", message<"A place: a region, a country or a point on the map.">},
    {"malware", message<"Malicious software, a family or one instance.">},
    {"malware-analysis", message<"What an analysis of malware by a tool or sandbox found.">},
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
