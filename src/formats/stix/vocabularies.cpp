// The words of section 10 and the enumerations of properties. Errata 01 adds 'rust', 'legal', 'incident' (of reports)
// and 'private-sector' (of threat actors).
#include <algorithm>
#include <array>

#include "formats/stix/grammar.hpp"

namespace tocsin::formats::stix {
namespace {

using std::string_view;
constexpr string_view kAccountType[] = {"facebook", "kavi",   "ldap",    "nis",  "openid",         "radius",
                                        "skype",    "tacacs", "twitter", "unix", "windows-domain", "windows-local"};
constexpr string_view kMotivation[] = {"accidental",    "coercion",
                                       "dominance",     "ideology",
                                       "notoriety",     "organizational-gain",
                                       "personal-gain", "personal-satisfaction",
                                       "revenge",       "unpredictable"};
constexpr string_view kResource[] = {"club", "contest", "government", "individual", "organization", "team"};
constexpr string_view kEncryption[] = {"AES-256-GCM", "ChaCha20-Poly1305", "mime-type-indicated"};
constexpr string_view kExtensionType[] = {"new-sco", "new-sdo", "new-sro", "property-extension",
                                          "toplevel-property-extension"};
constexpr string_view kContext[] = {"malware-analysis", "suspicious-activity", "unspecified"};
constexpr string_view kIdentityClass[] = {"class", "group", "individual", "organization", "system", "unknown"};
constexpr string_view kLanguages[] = {"applescript", "bash",         "c",      "c#",          "c++",   "go",
                                      "java",        "javascript",   "lua",    "objective-c", "perl",  "php",
                                      "powershell",  "python",       "ruby",   "rust",        "scala", "swift",
                                      "typescript",  "visual-basic", "x86-32", "x86-64"};
constexpr string_view kIndicator[] = {"anomalous-activity", "anonymization",      "attribution", "benign",
                                      "compromised",        "malicious-activity", "unknown"};
constexpr string_view kSector[] = {"aerospace",
                                   "agriculture",
                                   "automotive",
                                   "chemical",
                                   "commercial",
                                   "communications",
                                   "construction",
                                   "dams",
                                   "defense",
                                   "education",
                                   "emergency-services",
                                   "energy",
                                   "entertainment",
                                   "financial-services",
                                   "government",
                                   "government-local",
                                   "government-national",
                                   "government-public-services",
                                   "government-regional",
                                   "healthcare",
                                   "hospitality-leisure",
                                   "infrastructure",
                                   "insurance",
                                   "legal",
                                   "manufacturing",
                                   "mining",
                                   "non-profit",
                                   "nuclear",
                                   "pharmaceuticals",
                                   "retail",
                                   "technology",
                                   "telecommunications",
                                   "transportation",
                                   "utilities",
                                   "water"};
constexpr string_view kInfrastructure[] = {"amplification",
                                           "anonymization",
                                           "botnet",
                                           "command-and-control",
                                           "control-system",
                                           "exfiltration",
                                           "firewall",
                                           "hosting-malware",
                                           "hosting-target-lists",
                                           "phishing",
                                           "reconnaissance",
                                           "routers-switches",
                                           "staging",
                                           "unknown",
                                           "workstation"};
constexpr string_view kCapability[] = {"accesses-remote-machines",
                                       "anti-debugging",
                                       "anti-disassembly",
                                       "anti-emulation",
                                       "anti-memory-forensics",
                                       "anti-sandbox",
                                       "anti-vm",
                                       "captures-input-peripherals",
                                       "captures-output-peripherals",
                                       "captures-system-state-data",
                                       "cleans-traces-of-infection",
                                       "commits-fraud",
                                       "communicates-with-c2",
                                       "compromises-data-availability",
                                       "compromises-data-integrity",
                                       "compromises-system-availability",
                                       "controls-local-machine",
                                       "degrades-security-software",
                                       "degrades-system-updates",
                                       "determines-c2-server",
                                       "emails-spam",
                                       "escalates-privileges",
                                       "evades-av",
                                       "exfiltrates-data",
                                       "fingerprints-host",
                                       "hides-artifacts",
                                       "hides-executing-code",
                                       "infects-files",
                                       "infects-remote-machines",
                                       "installs-other-components",
                                       "persists-after-system-reboot",
                                       "prevents-artifact-access",
                                       "prevents-artifact-deletion",
                                       "probes-network-environment",
                                       "self-modifies",
                                       "steals-authentication-credentials",
                                       "violates-system-operational-integrity"};
constexpr string_view kResult[] = {"benign", "malicious", "suspicious", "unknown"};
constexpr string_view kMalware[] = {"adware",
                                    "backdoor",
                                    "bot",
                                    "bootkit",
                                    "ddos",
                                    "downloader",
                                    "dropper",
                                    "exploit-kit",
                                    "keylogger",
                                    "ransomware",
                                    "remote-access-trojan",
                                    "resource-exploitation",
                                    "rogue-security-software",
                                    "rootkit",
                                    "screen-capture",
                                    "spyware",
                                    "trojan",
                                    "unknown",
                                    "virus",
                                    "webshell",
                                    "wiper",
                                    "worm"};
constexpr string_view kFamily[] = {"AF_APPLETALK", "AF_BTH",  "AF_INET",    "AF_INET6",
                                   "AF_IPX",       "AF_IRDA", "AF_NETBIOS", "AF_UNSPEC"};
constexpr string_view kSocketType[] = {"SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET", "SOCK_STREAM"};
constexpr string_view kOpinion[] = {"agree", "disagree", "neutral", "strongly-agree", "strongly-disagree"};
constexpr string_view kPatternType[] = {"pcre", "sigma", "snort", "stix", "suricata", "yara"};
constexpr string_view kArchitecture[] = {"alpha", "arm", "ia-64", "mips", "powerpc", "sparc", "x86", "x86-64"};
constexpr string_view kRegion[] = {"africa",
                                   "americas",
                                   "antarctica",
                                   "asia",
                                   "australia-new-zealand",
                                   "caribbean",
                                   "central-america",
                                   "central-asia",
                                   "eastern-africa",
                                   "eastern-asia",
                                   "eastern-europe",
                                   "europe",
                                   "latin-america-caribbean",
                                   "melanesia",
                                   "micronesia",
                                   "middle-africa",
                                   "northern-africa",
                                   "northern-america",
                                   "northern-europe",
                                   "oceania",
                                   "polynesia",
                                   "south-america",
                                   "south-eastern-asia",
                                   "southern-africa",
                                   "southern-asia",
                                   "southern-europe",
                                   "western-africa",
                                   "western-asia",
                                   "western-europe"};
constexpr string_view kReport[] = {"attack-pattern", "campaign",      "identity", "incident",
                                   "indicator",      "intrusion-set", "malware",  "observed-data",
                                   "threat-actor",   "threat-report", "tool",     "vulnerability"};
constexpr string_view kRole[] = {
    "agent",          "director", "independent", "infrastructure-architect", "infrastructure-operator",
    "malware-author", "sponsor"};
constexpr string_view kSophistication[] = {"advanced", "expert", "innovator", "intermediate",
                                           "minimal",  "none",   "strategic"};
constexpr string_view kActor[] = {"activist",
                                  "competitor",
                                  "crime-syndicate",
                                  "criminal",
                                  "hacker",
                                  "insider-accidental",
                                  "insider-disgruntled",
                                  "nation-state",
                                  "private-sector",
                                  "sensationalist",
                                  "spy",
                                  "terrorist",
                                  "unknown"};
constexpr string_view kTool[] = {
    "credential-exploitation", "denial-of-service", "exploitation", "information-gathering",
    "network-capture",         "remote-access",     "unknown",      "vulnerability-scanning"};
constexpr string_view kIntegrity[] = {"high", "low", "medium", "system"};
constexpr string_view kPe[] = {"dll", "exe", "sys"};
constexpr string_view kRegistry[] = {"REG_BINARY",
                                     "REG_DWORD",
                                     "REG_DWORD_BIG_ENDIAN",
                                     "REG_DWORD_LITTLE_ENDIAN",
                                     "REG_EXPAND_SZ",
                                     "REG_FULL_RESOURCE_DESCRIPTION",
                                     "REG_INVALID_TYPE",
                                     "REG_LINK",
                                     "REG_MULTI_SZ",
                                     "REG_NONE",
                                     "REG_QWORD",
                                     "REG_RESOURCE_LIST",
                                     "REG_RESOURCE_REQUIREMENTS_LIST",
                                     "REG_SZ"};
constexpr string_view kStart[] = {"SERVICE_AUTO_START", "SERVICE_BOOT_START", "SERVICE_DEMAND_START",
                                  "SERVICE_DISABLED", "SERVICE_SYSTEM_ALERT"};
constexpr string_view kStatus[] = {"SERVICE_CONTINUE_PENDING", "SERVICE_PAUSED",        "SERVICE_PAUSE_PENDING",
                                   "SERVICE_RUNNING",          "SERVICE_START_PENDING", "SERVICE_STOPPED",
                                   "SERVICE_STOP_PENDING"};
constexpr string_view kService[] = {"SERVICE_FILE_SYSTEM_DRIVER", "SERVICE_KERNEL_DRIVER", "SERVICE_WIN32_OWN_PROCESS",
                                    "SERVICE_WIN32_SHARE_PROCESS"};
constexpr string_view kTlp[] = {"amber", "green", "red", "white"};
constexpr string_view kDefinition[] = {"statement", "tlp"};
constexpr string_view kHash[] = {"MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"};

struct Row {
  std::array<string_view, 40> words;
  std::size_t size = 0;
};
template <std::size_t Size>
constexpr Row sorted(const string_view (&words)[Size]) {
  static_assert(Size <= 40);
  Row row;
  for (std::size_t i = 0; i < Size; ++i) row.words[i] = words[i];
  row.size = Size;
  std::ranges::sort(row.words.begin(), row.words.begin() + Size);
  return row;
}

// In the order of Words.
constexpr Row kRows[] = {sorted(kAccountType),
                         sorted(kMotivation),
                         sorted(kResource),
                         sorted(kEncryption),
                         sorted(kExtensionType),
                         sorted(kContext),
                         sorted(kIdentityClass),
                         sorted(kLanguages),
                         sorted(kIndicator),
                         sorted(kSector),
                         sorted(kInfrastructure),
                         sorted(kCapability),
                         sorted(kResult),
                         sorted(kMalware),
                         sorted(kFamily),
                         sorted(kSocketType),
                         sorted(kOpinion),
                         sorted(kPatternType),
                         sorted(kArchitecture),
                         sorted(kRegion),
                         sorted(kReport),
                         sorted(kRole),
                         sorted(kSophistication),
                         sorted(kActor),
                         sorted(kTool),
                         sorted(kIntegrity),
                         sorted(kPe),
                         sorted(kRegistry),
                         sorted(kStart),
                         sorted(kStatus),
                         sorted(kService),
                         sorted(kTlp),
                         sorted(kDefinition),
                         sorted(kHash)};
static_assert(std::size(kRows) == static_cast<std::size_t>(Words::hash_algorithm) + 1);

}  // namespace

std::span<const string_view> words_of(Words words) noexcept {
  const auto& row = kRows[static_cast<std::size_t>(words)];
  return {row.words.data(), row.size};
}

bool has_word(Words words, string_view word) noexcept { return std::ranges::binary_search(words_of(words), word); }

}  // namespace tocsin::formats::stix
