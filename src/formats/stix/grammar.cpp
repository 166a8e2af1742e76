#include "formats/stix/grammar.hpp"

#include <array>
#include <cstring>
#include <vector>

#include "base/check.hpp"
#include "base/text.hpp"
#include "formats/stix/grammar_terms.hpp"

namespace tocsin::formats::stix {
namespace {

constexpr std::string_view kTypeNames[] = {"attack-pattern",
                                           "campaign",
                                           "course-of-action",
                                           "grouping",
                                           "identity",
                                           "incident",
                                           "indicator",
                                           "infrastructure",
                                           "intrusion-set",
                                           "location",
                                           "malware",
                                           "malware-analysis",
                                           "note",
                                           "observed-data",
                                           "opinion",
                                           "report",
                                           "threat-actor",
                                           "tool",
                                           "vulnerability",
                                           "relationship",
                                           "sighting",
                                           "extension-definition",
                                           "language-content",
                                           "marking-definition",
                                           "artifact",
                                           "autonomous-system",
                                           "directory",
                                           "domain-name",
                                           "email-addr",
                                           "email-message",
                                           "file",
                                           "ipv4-addr",
                                           "ipv6-addr",
                                           "mac-addr",
                                           "mutex",
                                           "network-traffic",
                                           "process",
                                           "software",
                                           "url",
                                           "user-account",
                                           "windows-registry-key",
                                           "x509-certificate",
                                           "custom"};
static_assert(std::size(kTypeNames) == kTypes);

// Section 3.1 and 3.2.
constexpr Types kMarkings = of(Type::marking_definition);
constexpr auto kExternal = list(part("external_references", Part::external_reference));
constexpr auto kMarks = list(ref("object_marking_refs", kMarkings));
constexpr auto kGranular = list(part("granular_markings", Part::granular_marking));
constexpr Property kCommonSdo[] = {str("type", kReq),
                                   str("spec_version", kRequired),
                                   str("id", kReq),
                                   ref("created_by_ref", of(Type::identity)),
                                   when("created", kReq),
                                   when("modified", kReq),
                                   flag("revoked"),
                                   list(str("labels")),
                                   whole("confidence", 0, 100, kNot20),
                                   make("lang", Kind::language, kNot20),
                                   kExternal,
                                   kMarks,
                                   kGranular,
                                   make("extensions", Kind::extensions, kNot20)};
constexpr Property kCommonExtension[] = {str("type", kReq),
                                         str("spec_version", kRequired),
                                         str("id", kReq),
                                         ref("created_by_ref", of(Type::identity), kRequired),
                                         when("created", kReq),
                                         when("modified", kReq),
                                         flag("revoked"),
                                         list(str("labels")),
                                         kExternal,
                                         kMarks,
                                         kGranular};
constexpr Property kCommonMarking[] = {str("type", kReq),
                                       str("spec_version", kRequired),
                                       str("id", kReq),
                                       ref("created_by_ref", of(Type::identity)),
                                       when("created", kReq),
                                       kExternal,
                                       kMarks,
                                       kGranular,
                                       make("extensions", Kind::extensions, kNot20)};
constexpr Property kCommonSco[] = {
    str("type", kReq),        str("spec_version", kNot20),         str("id", kRequired), kMarks, kGranular,
    flag("defanged", kNot20), make("extensions", Kind::extensions)};

/// The first and the last eight bytes of a name: all of most.
struct Ends {
  std::uint64_t first = 0, last = 0;

  explicit Ends(std::string_view text) noexcept {
    const auto size = text.size();
    if (size >= 8) {
      first = load<std::uint64_t>(text.data());
      last = load<std::uint64_t>(text.data() + size - 8);
    } else if (size >= 4) {
      first = load<std::uint32_t>(text.data());
      last = load<std::uint32_t>(text.data() + size - 4);
    } else if (size > 0) {
      first = static_cast<unsigned char>(text.front());
      last = static_cast<unsigned char>(text[size / 2]) * 256U + static_cast<unsigned char>(text.back());
    }
  }
  std::size_t hash(std::size_t size) const noexcept {
    const auto mixed = (first ^ (last * 0x9E3779B97F4A7C15ULL) ^ size) * 0xD6E8FEB86659FD93ULL;
    return static_cast<std::size_t>(mixed >> 52);  // 12 bits
  }

 private:
  template <class Word>
  static Word load(const char* from) noexcept {
    Word made;
    std::memcpy(&made, from, sizeof made);
    return made;
  }
};

/// Numbers from 1 for texts that are known beforehand, in open addressing.
class Numbers {
 public:
  /// The number that the text has, or now gets.
  std::uint16_t add(std::string_view text) {
    if (const auto known = find(text); known != 0) return known;
    auto at = Ends{text}.hash(text.size());
    while (slots_[at].number != 0) at = (at + 1) % kSlots;
    slots_[at] = {Ends{text}, text, ++count_};
    return count_;
  }
  std::uint16_t find(std::string_view text) const noexcept {
    const Ends ends{text};
    for (auto at = ends.hash(text.size()); slots_[at].number != 0; at = (at + 1) % kSlots) {
      const auto& slot = slots_[at];
      if (slot.ends.first == ends.first && slot.ends.last == ends.last && slot.text.size() == text.size() &&
          (text.size() <= 16 || slot.text == text)) {
        return slot.number;
      }
    }
    return 0;
  }
  std::size_t size() const noexcept { return count_; }

 private:
  static constexpr std::size_t kSlots = 4096;
  struct Slot {
    Ends ends{std::string_view{}};
    std::string_view text;
    std::uint16_t number = 0;
  };
  std::vector<Slot> slots_{kSlots};
  std::uint16_t count_ = 0;
};

/// All names in one table, and for each part a row by the number of a name.
struct Index {
  Numbers names, types;  ///< Of a type: Type + 1.
  std::array<std::array<std::uint8_t, kNamesMax>, kParts> rows{};
  std::array<std::vector<Property>, kParts> properties;
  std::array<std::uint64_t, kParts> required21{}, required20{}, choices{};

  Index() {
    for (std::size_t part = 0; part < kParts; ++part) {
      auto& mine = properties[part];
      if (part < kTypes) {
        const auto common = common_properties(static_cast<Type>(part));
        mine.assign(common.begin(), common.end());
      }
      const auto own = grammar_of(part).properties;
      mine.insert(mine.end(), own.begin(), own.end());
      TOCSIN_CHECK(mine.size() < 64);
      for (std::size_t i = 0; i < mine.size(); ++i) {
        const auto number = names.add(mine[i].name);
        TOCSIN_CHECK(number < kNamesMax);
        rows[part][number] = static_cast<std::uint8_t>(i + 1);
        if ((mine[i].flags & kRequired) != 0) required21[part] |= std::uint64_t{1} << i;
        if ((mine[i].flags & kRequired20) != 0) required20[part] |= std::uint64_t{1} << i;
      }
      const auto any = grammar_of(part).one_of;
      if (any == "*") continue;
      for (const auto name : text::split(any, ' ')) {
        if (const auto row = rows[part][names.find(name)]; row != 0) choices[part] |= std::uint64_t{1} << (row - 1U);
      }
    }
    for (std::size_t i = 0; i + 1 < kTypes; ++i) types.add(kTypeNames[i]);
  }
};

const Index& index() {
  static const Index made;
  return made;
}

constexpr PredefinedExtension kExtensions[] = {{"archive-ext", Part::archive_ext, Type::file},
                                               {"ntfs-ext", Part::ntfs_ext, Type::file},
                                               {"pdf-ext", Part::pdf_ext, Type::file},
                                               {"raster-image-ext", Part::raster_ext, Type::file},
                                               {"windows-pebinary-ext", Part::pebinary_ext, Type::file},
                                               {"http-request-ext", Part::http_ext, Type::network_traffic},
                                               {"icmp-ext", Part::icmp_ext, Type::network_traffic},
                                               {"socket-ext", Part::socket_ext, Type::network_traffic},
                                               {"tcp-ext", Part::tcp_ext, Type::network_traffic},
                                               {"windows-process-ext", Part::windows_process_ext, Type::process},
                                               {"windows-service-ext", Part::windows_service_ext, Type::process},
                                               {"unix-account-ext", Part::unix_account_ext, Type::user_account}};

constexpr Types kVictims = of(Type::identity, Type::location, Type::vulnerability);
constexpr Types kMeans = of(Type::attack_pattern, Type::infrastructure, Type::malware, Type::tool);
constexpr Types kInfra = of(Type::infrastructure);
constexpr Types kPeers = of(Type::ipv4_addr, Type::ipv6_addr, Type::domain_name, Type::url);
using T = Type;
constexpr RelationshipRule kRules[] = {
    {T::attack_pattern, "delivers", of(T::malware)},
    {T::attack_pattern, "targets", kVictims},
    {T::attack_pattern, "uses", of(T::malware, T::tool)},
    {T::campaign, "attributed-to", of(T::intrusion_set, T::threat_actor)},
    {T::campaign, "compromises", kInfra},
    {T::campaign, "originates-from", of(T::location)},
    {T::campaign, "targets", kVictims},
    {T::campaign, "uses", kMeans},
    {T::course_of_action, "investigates", of(T::indicator)},
    {T::course_of_action, "mitigates", of(T::attack_pattern, T::indicator, T::malware, T::tool, T::vulnerability)},
    {T::course_of_action, "remediates", of(T::malware, T::vulnerability)},
    {T::identity, "located-at", of(T::location)},
    {T::indicator, "indicates",
     of(T::attack_pattern, T::campaign, T::infrastructure, T::intrusion_set, T::malware, T::threat_actor, T::tool)},
    {T::indicator, "based-on", of(T::observed_data)},
    {T::infrastructure, "communicates-with", kInfra | kPeers},
    {T::infrastructure, "consists-of", kInfra | of(T::observed_data) | kScos},
    {T::infrastructure, "controls", kInfra | of(T::malware)},
    {T::infrastructure, "delivers", of(T::malware)},
    {T::infrastructure, "has", of(T::vulnerability)},
    {T::infrastructure, "hosts", of(T::tool, T::malware)},
    {T::infrastructure, "located-at", of(T::location)},
    {T::infrastructure, "uses", kInfra},
    {T::intrusion_set, "attributed-to", of(T::threat_actor)},
    {T::intrusion_set, "compromises", kInfra},
    {T::intrusion_set, "hosts", kInfra},
    {T::intrusion_set, "owns", kInfra},
    {T::intrusion_set, "originates-from", of(T::location)},
    {T::intrusion_set, "targets", kVictims},
    {T::intrusion_set, "uses", kMeans},
    {T::malware, "authored-by", of(T::threat_actor, T::intrusion_set)},
    {T::malware, "beacons-to", kInfra},
    {T::malware, "exfiltrates-to", kInfra},
    {T::malware, "communicates-with", kPeers},
    {T::malware, "controls", of(T::malware)},
    {T::malware, "downloads", of(T::malware, T::tool, T::file)},
    {T::malware, "drops", of(T::malware, T::tool, T::file)},
    {T::malware, "exploits", of(T::vulnerability)},
    {T::malware, "originates-from", of(T::location)},
    {T::malware, "targets", kVictims | kInfra},
    {T::malware, "uses", kMeans},
    {T::malware, "variant-of", of(T::malware)},
    {T::malware_analysis, "characterizes", of(T::malware)},
    {T::malware_analysis, "analysis-of", of(T::malware)},
    {T::malware_analysis, "static-analysis-of", of(T::malware)},
    {T::malware_analysis, "dynamic-analysis-of", of(T::malware)},
    {T::threat_actor, "attributed-to", of(T::identity)},
    {T::threat_actor, "compromises", kInfra},
    {T::threat_actor, "hosts", kInfra},
    {T::threat_actor, "owns", kInfra},
    {T::threat_actor, "impersonates", of(T::identity)},
    {T::threat_actor, "located-at", of(T::location)},
    {T::threat_actor, "targets", kVictims},
    {T::threat_actor, "uses", kMeans},
    {T::tool, "delivers", of(T::malware)},
    {T::tool, "drops", of(T::malware)},
    {T::tool, "has", of(T::vulnerability)},
    {T::tool, "targets", kVictims | kInfra},
    {T::tool, "uses", kInfra},
    {T::domain_name, "resolves-to", of(T::domain_name, T::ipv4_addr, T::ipv6_addr)},
    {T::ipv4_addr, "resolves-to", of(T::mac_addr)},
    {T::ipv4_addr, "belongs-to", of(T::autonomous_system)},
    {T::ipv6_addr, "resolves-to", of(T::mac_addr)},
    {T::ipv6_addr, "belongs-to", of(T::autonomous_system)},
};

}  // namespace

Type type_of(std::string_view name) noexcept {
  const auto number = index().types.find(name);
  return number == 0 ? Type::custom : static_cast<Type>(number - 1);
}

std::string_view to_string(Type type) noexcept { return kTypeNames[static_cast<std::size_t>(type)]; }

const PartGrammar& grammar_of(std::size_t part) noexcept {
  const auto domain = domain_grammars();
  return part < domain.size() ? domain[part] : observable_grammars()[part - domain.size()];
}

std::span<const Property> common_properties(Type type) noexcept {
  if (type == Type::marking_definition) return kCommonMarking;
  if (type == Type::extension_definition) return kCommonExtension;
  return is_in(kScos, type) ? std::span<const Property>{kCommonSco} : std::span<const Property>{kCommonSdo};
}

std::uint16_t name_number(std::string_view name) noexcept { return index().names.find(name); }

Found property_of(std::size_t part, std::uint16_t name) noexcept {
  const auto& all = index();
  const auto row = name == 0 ? std::uint8_t{0} : all.rows[part][name];
  if (row == 0) return {};
  return {&all.properties[part][row - 1U], static_cast<std::uint8_t>(row - 1)};
}

std::uint64_t required_of(std::size_t part, bool is_2_0) noexcept {
  return is_2_0 ? index().required20[part] : index().required21[part];
}

std::uint64_t choices_of(std::size_t part) noexcept { return index().choices[part]; }

const Property* property_at(std::size_t part, std::uint8_t position) noexcept {
  return &index().properties[part][position];
}

std::span<const PredefinedExtension> predefined_extensions() noexcept { return kExtensions; }
std::span<const RelationshipRule> relationship_rules() noexcept { return kRules; }

}  // namespace tocsin::formats::stix
