#include "formats/csaf/validate/field_words.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

namespace tocsin::formats::csaf {
namespace {

/// In lower case, singular, one blank or line end between them. A word belongs here when people of the field write it
/// in prose in every house; names of products and vendors do not, for documents bring their own.
constexpr std::string_view kWords = R"(
acknowledgement acl actuator addendum admin advisory aes aforementioned alloc alloca allocator allowlist allowlisted
allowlisting analytics anonymization antenna antimalware antivirus api app applet appliance appstore archiver arming
armored arp ascii asn async asynchronous authn authz autocomplete autodiscovery autofill autokey autonegotiation
autorun autotune backdoor backdoored backend backplane backport backported backporting bacnet ballast barcode baseband
baud beta bitmask bitrate bitstream bitwise blackbox blacklist blacklisted blacklisting blocklist blocksize blockwise
bms boiler boolean bootable bootloader bootrom botnet breaker broadcast browsable bruteforce buffer bugfix bugzilla
bulletin busbar busybox bypassable bytecode cache cached caching calibrate calibrator callback calloc canbus
canonicalization canopen captcha cert changelog charset checkbox checksum chiller chipset chmod ciphersuite ciphertext
cisa ciso classpath cleanroom cleartext clickable clickjacking coap codebase codec cofactor commissioning compressor
config configurable configurator configure congruential const controller converter cookie coprocessor coupler cpe
crashdump cron crosscheck crypto cryptographic cryptographically cryptojacking cryptosystem csaf csirt csrf css cutoff
cve cvss cwe cyber cyberattack cyberincident cybersecurity cyberspace cyberthreat daemon dashboard databus dataflow
datagram datalogger datapoint dataset datasheet datastore datastream dcs ddos deallocate deallocated deallocating
deallocation debug debugger debugging decapsulate decoder decommission decommissioned decommissioning decompile
decompiler decompress decompression decrypt defragment defrost dehumidifier demarcation demultiplexer denylist
denylisted deobfuscate deref dereference dereferenced dereferencing desalination deserialization deserialize
deserialized deserializing desync detector dev devel devicenet dhcp directory disabler disassembler disclosable
disclosure discoverer dispenser distillation dll dns docker dockerfile dos dosing dotnet downgradable downgrade
downloadable downloader downtime drivetrain dropdown dst dtd dynamically dynamometer ebook electromechanical
electropneumatic electrosurgical email embeddable embedded emulator encapsulate enclosure encoding encryptor endian
endoscope endpoint engineering enrollable enum env eol erp errata erratum errored ethercat ethernet eval exe
executable exfiltrate exfiltrated exfiltrating exfiltration exploitability exploitable extruder failover failsafe faq
feeder fieldbus fieldbuses filename filepath fileserver filesystem filetype fingerprinted firewalled firewalling
firmware fixable flowmeter fluoroscopy formatter framebuffer frontend ftp fuzzer fuzzing gateway gbit gbyte genset
geolocation geospatial getter gid gigabyte github gitlab globbing glucometer golang grep groupware gssapi gui gzip
handler handshake hardcode hardcoded hardcoding hardlink hardwired harmonics hash hashed hashing hashmap heater hex
hexadecimal historian hmac hmi homing honeypot hostname hotfix hotfixes hotkey hotline hotspot html http httpd https
hvac hydraulic hydraulics hydroelectric hydropower hyperlink hyperthread hypervisor ics icsa iec ied iframe iiot imap
img implementor info infosec infrastructure infusion initrd injectable inline inode inrush installer instrumentation
integer intellectual inter interdependency interlock interlocking internet interoperability interoperable interprocess
intra intranet inverter iot ip ipsec isolator iterator javascript json kbit kbyte keepalive kerberos kernel kev
keylock keylogger keypad keyring keyspace keystore keystroke keyswitch keytab kilobyte knowledgebase kubernetes ladder
lan ldap lfi libcurl library lifecycle linac linker linux livestream loadcell loader localhost lockdown lockfile
lockout log logfile logger login logoff logon logout lontalk lonworks lookup loopback louver macro magnetometer mailto
mainboard malloc malware manifold mbit mbyte megabyte memcmp memcpy memset mes metacharacter metadata metafile
metering micro microarchitectural microarchitecture microcontroller microgrid microinverter microprocessor microsite
middleware mime mimic minidump misconfiguration misconfigure misconfigured misconfiguring mitigable mitigation mitm
mitre mkdir modbus modem monospace motorized mqtt msec msi msrc multi multicast multidrop multifactor multimeter
multipoint multiprocessor multiprotocol multithreaded multithreading mutex nameplate nameserver namespace namur nano
nat nebulizer netlink netmask neurostimulator nginx nist nodejs nonce nonprivileged nonpublic nonsecured nontrusted
nonvolatile npm nsec ntlm ntp ntpd nullable numerical nvd oasis ocsp offgrid offline offload offshore onboard
onboarding online onsite opcode opcua opensource openssh openssl operability oscilloscope ot outage overcurrent
overflow overread overspeed overtemperature overvoltage overwrite overwritten pacemaker packet parallelization param
parameter parameterization parameterize parameterized parametrization parametrize parse parser parsing passcode
passphrase passwordless patchable pathname payload pcap pdf pentest pentester pentesting perl petrochemical phishing
photovoltaic php pingback pipeline pipette pixel pki placeholder plaintext plc plcs pluggable plugin pneumatic png
pointer poller polling polyfill popup portlet posix postgresql postinstall postscript potentiometer powerline
powertrain pre preallocated preauthenticated preauthentication prebuilt precompiled preconfigured preemptible prefetch
prefetched preinstall preinstalled preload preloaded preparedness preprocess preprocessor prepublication prerelease
prerequisite preview printf privesc procfs profibus profinet programmable programmatically prosthetic proto protocol
prototyping proxied proxying pseudorandom psirt pubkey publicly pump punycode pushbutton pushdown pyrometer python
quadcopter querystring queue radiotherapy ransomware rce rdp reachability readme readonly realloc reauthenticate
rebinding recategorize reclose recloser recompile reconfiguration reconfigure reconfigured rectifier recurse recursion
redirector redistributable redownload redundancy refactor refactored refactoring refinery reflow refrigerant regex
regexes registry regulator reinitialize reinstall reinstallation reinstalled relay remediation remote renegotiation
repo rescore reseller resend reset respawn resync retentive retrofit reuse rfc rheostat rlogin roadmap roadside
robotics rollback rollout rollup rootkit rotor routable router rsa rsync rtos rtu ruby runaway runtime safeguard
safety salted sandboxed sandboxing sanitization sanitize sanitized sanitizer sanitizing sanity sbom scada scalability
scalable scanner scareware schema scoping scp screenshot scriptable scrollbar sdk sdn semiconductor sensor serial
serialization serialize serialized serializer serializing server servlet servo servomotor setgid setpoint setuid
severity sftp sha shellcode shortcut shunt shutoff siem signup sinter sis sitemap smartmeter smartphone smb smelter
smishing snapshot snmp soc socket softstarter solenoid spearphishing spectrometer spectroscopy spoofable spoofing
spreadsheet sprintf spyware sqlite src ssh sshd ssl ssrf ssvc stacktrace stateful stateless stderr stdin stdout
stepper strcat strcpy strlen struct subclass subcommand subcomponent subdirectory subdomain subfolder subkey submenu
subnet subnetwork subprocess subroutine subsea subservice substation substring subsystem sudo superheater superuser
support swappable switchboard switchgear switchyard symlink symlinked sync synchrophasor sysadmin syscall syslog
systemd systemwide tachometer takeaway tamperproof tarball tcp tcpdump teleconference telecontrol telehealth
telematics telemetry telemonitoring telephony teleprotection telnet template terabyte textbox thermocouple thermostat
thread threadsafe throughput thyristor timeout timestamped timestamping tlp tls tmp toggle token tokenization
tokenring toolbar toolchain toolkit toolset tooltip torque traceback traceroute transceiver transcode transducer
transformer transponder triage tripping trojan trojanized truncate truststore tuple turbine turnkey typecast
typosquatting ubuntu udp ui uid ultrasonic ultrasound unallocated unassigned unattended unauthenticated unauthorized
unbounded unbundled uncached uncaught uncheck unchecked uncompress uncompressed uncompromised uncontrolled undelete
underflow underfrequency undervoltage undisclosed undocumented unencrypted unescape unescaped unexploited unfixed
unformatted unfragmented unhandled unicast unicode uninitialized uninstall uninstalled uninstaller uninstalling
uninterruptible unix unlink unmanaged unmap unmapped unmount unmounted unpack unpaired unpatched unprivileged
unpublished unrated unreachable unresponsive unsalted unsandboxed unsanitized unscheduled unsigned unsupported untar
unterminated untrusted untyped unvalidated unverified unversioned unvetted unzip updatable upgradable upgradeable
upload uploader ups uptime uri url urn usb usec usergroup username utf util utility uuid validator valve variadic vde
vendor ventilator vers versioning vex vhost videowall viewable virtualhost virtualization virtualize virtualized
virtualizing viscometer vishing vlan vnc vnf voltage vpn vuln vulnerability vulnerable wakeup wastewater watchdog
webadmin webapp webcam webclient webform webhook webinar weblog webmail webmaster webpage webroot webserver webservice
webshell website websocket weighbridge weldment wellhead whitelist whitelisted whitelisting whitepaper whitespace wifi
wildcard winder wireless wireline wireshark wizard wlan workaround worldwide wormable wrapper writable www xml xpath
xslt xss xxe yaml youtube zeroization zigbee zip zlib
)";

using Words = boost::unordered_flat_set<std::string_view, std::hash<std::string_view>>;

Words words_of(std::string_view list) {
  Words words;
  while (!list.empty()) {
    const auto end = list.find_first_of(" \n");
    if (end != 0) words.insert(list.substr(0, end));
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return words;
}

}  // namespace

bool is_field_word(std::string_view word) noexcept {
  static const Words kKnown = words_of(kWords);
  return kKnown.contains(word) || (word.ends_with('s') && kKnown.contains(word.substr(0, word.size() - 1)));
}

}  // namespace tocsin::formats::csaf
