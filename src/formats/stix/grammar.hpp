#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

/// The grammar of STIX 2.1 as tables: which properties an object or a part of one has, of which type, with which
/// vocabulary, and to what they may refer (sections 2 to 7, 10). STIX 2.0 is the same tables with marks where it
/// differs.
namespace tocsin::formats::stix {

enum class Type : std::uint8_t {
  attack_pattern,
  campaign,
  course_of_action,
  grouping,
  identity,
  incident,
  indicator,
  infrastructure,
  intrusion_set,
  location,
  malware,
  malware_analysis,
  note,
  observed_data,
  opinion,
  report,
  threat_actor,
  tool,
  vulnerability,
  relationship,
  sighting,
  extension_definition,
  language_content,
  marking_definition,
  artifact,
  autonomous_system,
  directory,
  domain_name,
  email_addr,
  email_message,
  file,
  ipv4_addr,
  ipv6_addr,
  mac_addr,
  mutex,
  network_traffic,
  process,
  software,
  url,
  user_account,
  windows_registry_key,
  x509_certificate,
  custom
};
inline constexpr std::size_t kTypes = static_cast<std::size_t>(Type::custom) + 1;

/// A set of types, one bit each.
using Types = std::uint64_t;
constexpr Types of(Type type) noexcept { return Types{1} << static_cast<unsigned>(type); }
template <class... More>
constexpr Types of(Type first, More... more) noexcept {
  return (of(first) | ... | of(more));
}
constexpr Types range_of(Type first, Type last) noexcept { return (of(last) - of(first)) | of(last); }
inline constexpr Types kSdos = range_of(Type::attack_pattern, Type::vulnerability);
inline constexpr Types kSros = of(Type::relationship, Type::sighting);
inline constexpr Types kMetas = range_of(Type::extension_definition, Type::marking_definition);
inline constexpr Types kScos = range_of(Type::artifact, Type::x509_certificate);
inline constexpr Types kAnyType = ~Types{0};

/// "attack-pattern", ... ; custom for what the standard does not name.
Type type_of(std::string_view name) noexcept;
std::string_view to_string(Type type) noexcept;
constexpr bool is_in(Types types, Type type) noexcept { return (types & of(type)) != 0; }

enum class Kind : std::uint8_t {
  string,
  boolean,
  integer,
  number,
  timestamp,
  identifier,
  enumeration,
  open_vocabulary,
  dictionary,
  hashes,
  hex,
  binary,
  language,
  url,
  structure,
  extensions,
  container,
  contents,
  definition,
  reference_or_key,
  any
};

/// Open vocabularies (a SHOULD) and enumerations (a MUST) of section 10 and of the properties.
enum class Words : std::uint8_t {
  account_type,
  attack_motivation,
  attack_resource_level,
  encryption_algorithm,
  extension_type,
  grouping_context,
  identity_class,
  implementation_language,
  indicator_type,
  industry_sector,
  infrastructure_type,
  malware_capability,
  malware_result,
  malware_type,
  network_socket_address_family,
  network_socket_type,
  opinion,
  pattern_type,
  processor_architecture,
  region,
  report_type,
  threat_actor_role,
  threat_actor_sophistication,
  threat_actor_type,
  tool_type,
  windows_integrity_level,
  windows_pebinary_type,
  windows_registry_datatype,
  windows_service_start_type,
  windows_service_status,
  windows_service_type,
  tlp,
  definition_type,
  hash_algorithm
};
/// In the order of their bytes.
std::span<const std::string_view> words_of(Words words) noexcept;
bool has_word(Words words, std::string_view word) noexcept;

/// What the values of a dictionary are.
enum class Values : std::uint8_t { any, text, whole, text_or_whole, texts, text_or_texts };

/// What has properties: the object types, and the parts that objects have.
enum class Part : std::uint8_t {
  kill_chain_phase = kTypes,
  external_reference,
  granular_marking,
  mime_part,
  registry_value,
  x509_v3,
  pe_section,
  pe_optional_header,
  alternate_data_stream,
  archive_ext,
  ntfs_ext,
  pdf_ext,
  raster_ext,
  pebinary_ext,
  http_ext,
  icmp_ext,
  socket_ext,
  tcp_ext,
  windows_process_ext,
  windows_service_ext,
  unix_account_ext,
  tlp_marking,
  statement_marking,
  count
};
inline constexpr std::size_t kParts = static_cast<std::size_t>(Part::count);

enum Flag : std::uint8_t {
  kRequired = 1,  ///< In 2.1.
  kRequired20 = 2,
  kNot20 = 4,  ///< 2.0 has no such property.
  kList = 8,
  kDeprecated = 16,
  kOnly20 = 32
};

struct Property {
  std::string_view name;
  Kind kind = Kind::string;
  std::uint8_t flags = 0;
  std::uint8_t detail = 0;  ///< Words, Part or Values, as `kind` says.
  Types refs = 0;           ///< Of an identifier: what it may refer to.
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

struct PartGrammar {
  std::span<const Property> properties;
  /// At least one of these has to be there, where any is named (separated by blanks).
  std::string_view one_of;
};

/// Of an object: without the common ones, which `property_of` knows.
const PartGrammar& grammar_of(std::size_t part) noexcept;
std::span<const Property> common_properties(Type type) noexcept;

/// A number for each name that the grammar has; 0 for others. One look-up for all tables.
std::uint16_t name_number(std::string_view name) noexcept;
inline constexpr std::size_t kNamesMax = 512;
/// Of an object or a part; nullptr where it has none of that name. The second number counts properties of that part.
struct Found {
  const Property* property = nullptr;
  std::uint8_t position = 0;
};
Found property_of(std::size_t part, std::uint16_t name) noexcept;
/// The positions of what is required.
std::uint64_t required_of(std::size_t part, bool is_2_0) noexcept;
/// The positions of what grammar_of(part).one_of names.
std::uint64_t choices_of(std::size_t part) noexcept;
const Property* property_at(std::size_t part, std::uint8_t position) noexcept;

/// A predefined extension of an observable: the part of "archive-ext"; 0 for others. `owners`: whose it is.
struct PredefinedExtension {
  std::string_view name;
  Part part;
  Type owner;
};
std::span<const PredefinedExtension> predefined_extensions() noexcept;

/// Section 3.6 and Appendix B: which types a relationship of that name may join.
struct RelationshipRule {
  Type source;
  std::string_view name;
  Types targets;
};
std::span<const RelationshipRule> relationship_rules() noexcept;

}  // namespace tocsin::formats::stix
