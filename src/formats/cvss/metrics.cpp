#include "formats/cvss/metrics.hpp"

namespace tocsin::formats::cvss {
namespace {

// The explanations are our own words, not the specification's: one sentence each, for the reader who must decide
// whether the maintenance window of next month is soon enough. Weights: 0 harmless .. 3 worst.

constexpr ValueSpec kAttackVector[] = {
    {"N", "Network", "The attacker reaches the device over a routed network, from anywhere it is reachable.", 3},
    {"A", "Adjacent", "The attacker must be in the same network segment, radio range or VPN as the device.", 2},
    {"L", "Local", "The attacker needs an account or a program on the device, or a user who opens a file there.", 1},
    {"P", "Physical", "The attacker must stand at the device and touch it, for example plug in a USB stick.", 0},
};
constexpr ValueSpec kComplexity3[] = {
    {"L", "Low", "The attack works whenever the attacker likes, without special circumstances.", 3},
    {"H", "High", "The attack works only under circumstances the attacker does not control, such as lucky timing.", 1},
};
constexpr ValueSpec kPrivileges[] = {
    {"N", "None", "The attacker needs no login.", 3},
    {"L", "Low", "The attacker needs the login of an ordinary user.", 2},
    {"H", "High", "The attacker needs the login of an administrator or engineer.", 1},
};
constexpr ValueSpec kInteraction3[] = {
    {"N", "None", "Nobody on site has to do anything for the attack to work.", 3},
    {"R", "Required", "Somebody must be led to do something first, such as open a project file or follow a link.", 1},
};
constexpr ValueSpec kScope[] = {
    {"U", "Unchanged", "The damage stays within the component that has the flaw.", 1},
    {"C", "Changed", "The damage reaches beyond the component with the flaw, into others that trust it.", 3},
};
constexpr ValueSpec kConfidentiality3[] = {
    {"H", "High", "The attacker can read everything the component holds, such as passwords, recipes and projects.", 3},
    {"L", "Low", "The attacker can read some data, without choosing which.", 1},
    {"N", "None", "No data leaks.", 0},
};
constexpr ValueSpec kIntegrity3[] = {
    {"H", "High", "The attacker can change anything: logic, set points, configuration or firmware.", 3},
    {"L", "Low", "The attacker can change some data, with limited effect.", 1},
    {"N", "None", "Nothing can be changed.", 0},
};
constexpr ValueSpec kAvailability3[] = {
    {"H", "High", "The attacker can stop the component for as long as the attack lasts, or until it is restarted.", 3},
    {"L", "Low", "The component becomes slower or fails now and then, but goes on working.", 1},
    {"N", "None", "The component keeps running.", 0},
};
constexpr ValueSpec kExploitMaturity3[] = {
    {"H", "High", "An attack tool works reliably, or attacks happen by themselves.", 3},
    {"F", "Functional", "A working attack program exists.", 2},
    {"P", "Proof of concept", "A demonstration exists; it needs work before it is an attack.", 1},
    {"U", "Unproven", "No attack program is known; the attack is theory so far.", 0},
};
constexpr ValueSpec kRemediationLevel3[] = {
    {"U", "Unavailable", "There is no remedy, or none that can be applied.", 3},
    {"W", "Workaround", "There is a workaround, but not from the vendor.", 2},
    {"T", "Temporary fix", "The vendor offers a stopgap such as a hotfix or a workaround.", 1},
    {"O", "Official fix", "The vendor offers a complete fix.", 0},
};
constexpr ValueSpec kReportConfidence3[] = {
    {"C", "Confirmed", "The flaw is certain: reproduced in detail or confirmed by the vendor.", 3},
    {"R", "Reasonable", "The report is plausible, but the cause is not fully understood.", 2},
    {"U", "Unknown", "There are hints of a flaw, but reports differ or are thin.", 1},
};
constexpr ValueSpec kConfidentialityNeed[] = {
    {"H", "High", "Leaked data would be a disaster for this plant.", 3},
    {"M", "Medium", "Leaked data would be serious for this plant.", 2},
    {"L", "Low", "Leaked data would hardly matter to this plant.", 0},
};
constexpr ValueSpec kIntegrityNeed[] = {
    {"H", "High", "Tampered data or logic would be a disaster for this plant.", 3},
    {"M", "Medium", "Tampered data or logic would be serious for this plant.", 2},
    {"L", "Low", "Tampered data or logic would hardly matter to this plant.", 0},
};
constexpr ValueSpec kAvailabilityNeed[] = {
    {"H", "High", "An outage would be a disaster for this plant.", 3},
    {"M", "Medium", "An outage would be serious for this plant.", 2},
    {"L", "Low", "An outage would hardly matter to this plant.", 0},
};

constexpr MetricSpec kMetrics3[] = {
    {"AV", "Attack Vector", "Base", kAttackVector, true},
    {"AC", "Attack Complexity", "Base", kComplexity3, true},
    {"PR", "Privileges Required", "Base", kPrivileges, true},
    {"UI", "User Interaction", "Base", kInteraction3, true},
    {"S", "Scope", "Base", kScope, true},
    {"C", "Confidentiality", "Base", kConfidentiality3, true},
    {"I", "Integrity", "Base", kIntegrity3, true},
    {"A", "Availability", "Base", kAvailability3, true},
    {"E", "Exploit Code Maturity", "Temporal", kExploitMaturity3},
    {"RL", "Remediation Level", "Temporal", kRemediationLevel3},
    {"RC", "Report Confidence", "Temporal", kReportConfidence3},
    {"CR", "Confidentiality Requirement", "Environmental", kConfidentialityNeed},
    {"IR", "Integrity Requirement", "Environmental", kIntegrityNeed},
    {"AR", "Availability Requirement", "Environmental", kAvailabilityNeed},
    {"MAV", "Modified Attack Vector", "Environmental", kAttackVector},
    {"MAC", "Modified Attack Complexity", "Environmental", kComplexity3},
    {"MPR", "Modified Privileges Required", "Environmental", kPrivileges},
    {"MUI", "Modified User Interaction", "Environmental", kInteraction3},
    {"MS", "Modified Scope", "Environmental", kScope},
    {"MC", "Modified Confidentiality", "Environmental", kConfidentiality3},
    {"MI", "Modified Integrity", "Environmental", kIntegrity3},
    {"MA", "Modified Availability", "Environmental", kAvailability3},
};

constexpr ValueSpec kAccessVector2[] = {
    {"N", "Network", "The attacker reaches the device over a routed network, from anywhere it is reachable.", 3},
    {"A", "Adjacent network", "The attacker must be in the same network segment or radio range as the device.", 2},
    {"L", "Local", "The attacker needs an account on the device or must stand at it.", 1},
};
constexpr ValueSpec kComplexity2[] = {
    {"L", "Low", "The attack works whenever the attacker likes, without special circumstances.", 3},
    {"M", "Medium", "The attack needs somewhat special circumstances, such as a user who is talked into something.", 2},
    {"H", "High", "The attack needs rare circumstances, such as elevated rights or lucky timing.", 1},
};
constexpr ValueSpec kAuthentication2[] = {
    {"N", "None", "The attacker needs no login.", 3},
    {"S", "Single", "The attacker has to log in once.", 2},
    {"M", "Multiple", "The attacker has to log in twice or more.", 1},
};
constexpr ValueSpec kConfidentiality2[] = {
    {"C", "Complete", "The attacker can read everything on the device.", 3},
    {"P", "Partial", "The attacker can read some data, without choosing which.", 1},
    {"N", "None", "No data leaks.", 0},
};
constexpr ValueSpec kIntegrity2[] = {
    {"C", "Complete", "The attacker can change anything on the device: logic, set points, configuration, firmware.", 3},
    {"P", "Partial", "The attacker can change some data, with limited effect.", 1},
    {"N", "None", "Nothing can be changed.", 0},
};
constexpr ValueSpec kAvailability2[] = {
    {"C", "Complete", "The attacker can stop the device altogether.", 3},
    {"P", "Partial", "The device becomes slower or fails now and then.", 1},
    {"N", "None", "The device keeps running.", 0},
};
constexpr ValueSpec kExploitability2[] = {
    {"H", "High", "An attack tool works reliably, or attacks happen by themselves.", 3},
    {"F", "Functional", "A working attack program exists.", 2},
    {"POC", "Proof of concept", "A demonstration exists; it needs work before it is an attack.", 1},
    {"U", "Unproven", "No attack program is known; the attack is theory so far.", 0},
};
constexpr ValueSpec kRemediationLevel2[] = {
    {"U", "Unavailable", "There is no remedy, or none that can be applied.", 3},
    {"W", "Workaround", "There is a workaround, but not from the vendor.", 2},
    {"TF", "Temporary fix", "The vendor offers a stopgap such as a hotfix or a workaround.", 1},
    {"OF", "Official fix", "The vendor offers a complete fix.", 0},
};
constexpr ValueSpec kReportConfidence2[] = {
    {"C", "Confirmed", "The flaw is certain: reproduced or confirmed by the vendor.", 3},
    {"UR", "Uncorroborated", "Several sources report the flaw, but they may differ in detail.", 2},
    {"UC", "Unconfirmed", "A single source reports the flaw.", 1},
};
constexpr ValueSpec kCollateralDamage2[] = {
    {"H", "High", "The attack may cost lives, the plant, or very much money.", 3},
    {"MH", "Medium-high", "The attack may do significant damage to people, plant or business.", 2},
    {"LM", "Low-medium", "The attack may do moderate damage to people, plant or business.", 2},
    {"L", "Low", "The attack may do slight damage to people, plant or business.", 1},
    {"N", "None", "No damage beyond the device is expected.", 0},
};
constexpr ValueSpec kTargetDistribution2[] = {
    {"H", "High", "Most systems of this environment are affected.", 3},
    {"M", "Medium", "A good part of this environment is affected.", 2},
    {"L", "Low", "A small part of this environment is affected.", 1},
    {"N", "None", "No system of this environment is affected, or only test systems.", 0},
};
constexpr MetricSpec kMetrics2[] = {
    {"AV", "Access Vector", "Base", kAccessVector2, true},
    {"AC", "Access Complexity", "Base", kComplexity2, true},
    {"Au", "Authentication", "Base", kAuthentication2, true},
    {"C", "Confidentiality Impact", "Base", kConfidentiality2, true},
    {"I", "Integrity Impact", "Base", kIntegrity2, true},
    {"A", "Availability Impact", "Base", kAvailability2, true},
    {"E", "Exploitability", "Temporal", kExploitability2},
    {"RL", "Remediation Level", "Temporal", kRemediationLevel2},
    {"RC", "Report Confidence", "Temporal", kReportConfidence2},
    {"CDP", "Collateral Damage Potential", "Environmental", kCollateralDamage2},
    {"TD", "Target Distribution", "Environmental", kTargetDistribution2},
    {"CR", "Confidentiality Requirement", "Environmental", kConfidentialityNeed},
    {"IR", "Integrity Requirement", "Environmental", kIntegrityNeed},
    {"AR", "Availability Requirement", "Environmental", kAvailabilityNeed},
};

constexpr ValueSpec kComplexity4[] = {
    {"L", "Low", "No protection stands in the way that the attacker would have to get around.", 3},
    {"H", "High", "The attacker must first defeat a protection, such as address randomisation or a secret key.", 1},
};
constexpr ValueSpec kRequirements4[] = {
    {"N", "None", "The attack works wherever the flawed version runs.", 3},
    {"P", "Present", "The attack works only in certain installations or at certain moments.", 1},
};
constexpr ValueSpec kInteraction4[] = {
    {"N", "None", "Nobody on site has to do anything for the attack to work.", 3},
    {"P", "Passive", "It is enough that somebody uses the system as on any other day.", 2},
    {"A", "Active", "Somebody must be led to do something unusual, such as dismiss a warning or import a file.", 1},
};
constexpr ValueSpec kConfidentialityOwn4[] = {
    {"H", "High", "The attacker can read everything the system with the flaw holds.", 3},
    {"L", "Low", "The attacker can read some data of the system with the flaw.", 1},
    {"N", "None", "No data of the system with the flaw leaks.", 0},
};
constexpr ValueSpec kIntegrityOwn4[] = {
    {"H", "High", "The attacker can change anything on the system with the flaw: logic, set points, firmware.", 3},
    {"L", "Low", "The attacker can change some data of the system with the flaw, with limited effect.", 1},
    {"N", "None", "Nothing on the system with the flaw can be changed.", 0},
};
constexpr ValueSpec kAvailabilityOwn4[] = {
    {"H", "High", "The attacker can stop the system with the flaw.", 3},
    {"L", "Low", "The system with the flaw becomes slower or fails now and then.", 1},
    {"N", "None", "The system with the flaw keeps running.", 0},
};
constexpr ValueSpec kConfidentialityNext4[] = {
    {"H", "High", "The attacker can read everything on systems behind the one with the flaw.", 3},
    {"L", "Low", "The attacker can read some data of systems behind the one with the flaw.", 1},
    {"N", "None", "No data of other systems leaks.", 0},
};
constexpr ValueSpec kIntegrityNext4[] = {
    {"H", "High", "The attacker can change anything on systems behind the one with the flaw.", 3},
    {"L", "Low", "The attacker can change some data of systems behind the one with the flaw.", 1},
    {"N", "None", "Nothing on other systems can be changed.", 0},
};
constexpr ValueSpec kAvailabilityNext4[] = {
    {"H", "High", "The attacker can stop systems behind the one with the flaw.", 3},
    {"L", "Low", "Systems behind the one with the flaw become slower or fail now and then.", 1},
    {"N", "None", "Other systems keep running.", 0},
};
constexpr ValueSpec kIntegrityNextModified4[] = {
    {"S", "Safety", "Tampering may injure people.", 3},
    {"H", "High", "The attacker can change anything on systems behind the one with the flaw.", 3},
    {"L", "Low", "The attacker can change some data of systems behind the one with the flaw.", 1},
    {"N", "Negligible", "Nothing that matters on other systems can be changed.", 0},
};
constexpr ValueSpec kAvailabilityNextModified4[] = {
    {"S", "Safety", "An outage may injure people.", 3},
    {"H", "High", "The attacker can stop systems behind the one with the flaw.", 3},
    {"L", "Low", "Systems behind the one with the flaw become slower or fail now and then.", 1},
    {"N", "Negligible", "Other systems keep running.", 0},
};
constexpr ValueSpec kConfidentialityNextModified4[] = {
    {"H", "High", "The attacker can read everything on systems behind the one with the flaw.", 3},
    {"L", "Low", "The attacker can read some data of systems behind the one with the flaw.", 1},
    {"N", "Negligible", "No data that matters leaks from other systems.", 0},
};
constexpr ValueSpec kExploitMaturity4[] = {
    {"A", "Attacked", "Attacks have been reported, or an easy attack tool is on offer.", 3},
    {"P", "Proof of concept", "A demonstration is public, but no attacks and no ready tools are known.", 2},
    {"U", "Unreported", "Neither attacks nor public demonstrations are known.", 0},
};
constexpr ValueSpec kSafety4[] = {
    {"P", "Present", "An attack may injure people.", 3},
    {"N", "Negligible", "An attack is not expected to injure people.", 0},
};
constexpr ValueSpec kAutomatable4[] = {
    {"Y", "Yes", "The attack can be run automatically against many plants at once.", 3},
    {"N", "No", "Each target needs an attacker's own work.", 1},
};
constexpr ValueSpec kRecovery4[] = {
    {"I", "Irrecoverable", "After an attack the system does not come back: it must be replaced.", 3},
    {"U", "User", "After an attack somebody must bring the system back by hand.", 2},
    {"A", "Automatic", "After an attack the system recovers by itself.", 0},
};
constexpr ValueSpec kValueDensity4[] = {
    {"C", "Concentrated", "One attacked system gives control over much, as a control centre does.", 3},
    {"D", "Diffuse", "One attacked system gives control over little.", 1},
};
constexpr ValueSpec kResponseEffort4[] = {
    {"H", "High", "The remedy takes much effort, such as visits on site or replaced hardware.", 3},
    {"M", "Moderate", "The remedy takes some effort and may interrupt the service.", 2},
    {"L", "Low", "The remedy takes little effort, such as a setting or an update over the network.", 0},
};
constexpr ValueSpec kUrgency4[] = {
    {"Red", "Red", "The vendor rates this as of the highest urgency.", 3},
    {"Amber", "Amber", "The vendor rates this as of moderate urgency.", 2},
    {"Green", "Green", "The vendor rates this as of reduced urgency.", 1},
    {"Clear", "Clear", "The vendor rates this as information only.", 0},
};

constexpr MetricSpec kMetrics4[] = {
    {"AV", "Attack Vector", "Base", kAttackVector, true},
    {"AC", "Attack Complexity", "Base", kComplexity4, true},
    {"AT", "Attack Requirements", "Base", kRequirements4, true},
    {"PR", "Privileges Required", "Base", kPrivileges, true},
    {"UI", "User Interaction", "Base", kInteraction4, true},
    {"VC", "Vulnerable System Confidentiality", "Base", kConfidentialityOwn4, true},
    {"VI", "Vulnerable System Integrity", "Base", kIntegrityOwn4, true},
    {"VA", "Vulnerable System Availability", "Base", kAvailabilityOwn4, true},
    {"SC", "Subsequent System Confidentiality", "Base", kConfidentialityNext4, true},
    {"SI", "Subsequent System Integrity", "Base", kIntegrityNext4, true},
    {"SA", "Subsequent System Availability", "Base", kAvailabilityNext4, true},
    {"E", "Exploit Maturity", "Threat", kExploitMaturity4},
    {"CR", "Confidentiality Requirement", "Environmental", kConfidentialityNeed},
    {"IR", "Integrity Requirement", "Environmental", kIntegrityNeed},
    {"AR", "Availability Requirement", "Environmental", kAvailabilityNeed},
    {"MAV", "Modified Attack Vector", "Environmental", kAttackVector},
    {"MAC", "Modified Attack Complexity", "Environmental", kComplexity4},
    {"MAT", "Modified Attack Requirements", "Environmental", kRequirements4},
    {"MPR", "Modified Privileges Required", "Environmental", kPrivileges},
    {"MUI", "Modified User Interaction", "Environmental", kInteraction4},
    {"MVC", "Modified Vulnerable System Confidentiality", "Environmental", kConfidentialityOwn4},
    {"MVI", "Modified Vulnerable System Integrity", "Environmental", kIntegrityOwn4},
    {"MVA", "Modified Vulnerable System Availability", "Environmental", kAvailabilityOwn4},
    {"MSC", "Modified Subsequent System Confidentiality", "Environmental", kConfidentialityNextModified4},
    {"MSI", "Modified Subsequent System Integrity", "Environmental", kIntegrityNextModified4},
    {"MSA", "Modified Subsequent System Availability", "Environmental", kAvailabilityNextModified4},
    {"S", "Safety", "Supplemental", kSafety4},
    {"AU", "Automatable", "Supplemental", kAutomatable4},
    {"R", "Recovery", "Supplemental", kRecovery4},
    {"V", "Value Density", "Supplemental", kValueDensity4},
    {"RE", "Vulnerability Response Effort", "Supplemental", kResponseEffort4},
    {"U", "Provider Urgency", "Supplemental", kUrgency4},
};

}  // namespace

std::span<const MetricSpec> metrics_of(Version version) noexcept {
  switch (version) {
    case Version::v2_0:
      return kMetrics2;
    case Version::v3_0:
    case Version::v3_1:
      return kMetrics3;
    case Version::v4_0:
      return kMetrics4;
  }
  return {};
}

std::string_view not_defined(Version version) noexcept { return version == Version::v2_0 ? "ND" : "X"; }

}  // namespace tocsin::formats::cvss
