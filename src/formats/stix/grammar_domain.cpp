// The tables of sections 4, 5 and 7.
#include "formats/stix/grammar_terms.hpp"

namespace tocsin::formats::stix {
namespace {

constexpr auto kill_chain = list(part("kill_chain_phases", Part::kill_chain_phase));
constexpr auto kAbout = kAnyType & ~kMetas;

constexpr Property kAttackPattern[] = {str("name", kReq), str("description"), list(str("aliases", kNot20)), kill_chain};
constexpr Property kCampaign[] = {str("name", kReq),  str("description"), list(str("aliases")),
                                  when("first_seen"), when("last_seen"),  str("objective")};
constexpr Property kCourseOfAction[] = {str("name", kReq), str("description")};
constexpr Property kGrouping[] = {str("name"), str("description"), open("context", Words::grouping_context, kReq),
                                  list(ref("object_refs", kAnyType, kReq))};
constexpr Property kIdentity[] = {str("name", kReq),
                                  str("description"),
                                  list(str("roles", kNot20)),
                                  open("identity_class", Words::identity_class, kRequired20),
                                  list(open("sectors", Words::industry_sector)),
                                  str("contact_information")};
constexpr Property kIncident[] = {str("name", kReq), str("description")};
constexpr Property kIndicator[] = {str("name"),
                                   str("description"),
                                   list(open("indicator_types", Words::indicator_type, kNot20)),
                                   str("pattern", kReq),
                                   open("pattern_type", Words::pattern_type, kRequired | kNot20),
                                   str("pattern_version", kNot20),
                                   when("valid_from", kReq),
                                   when("valid_until"),
                                   kill_chain};
constexpr Property kInfrastructure[] = {
    str("name", kReq),    str("description"), list(open("infrastructure_types", Words::infrastructure_type)),
    list(str("aliases")), kill_chain,         when("first_seen"),
    when("last_seen")};
constexpr Property kIntrusionSet[] = {str("name", kReq),
                                      str("description"),
                                      list(str("aliases")),
                                      when("first_seen"),
                                      when("last_seen"),
                                      list(str("goals")),
                                      open("resource_level", Words::attack_resource_level),
                                      open("primary_motivation", Words::attack_motivation),
                                      list(open("secondary_motivations", Words::attack_motivation))};
constexpr Property kLocation[] = {str("name"),
                                  str("description"),
                                  real("latitude", -90, 90),
                                  real("longitude", -180, 180),
                                  real("precision", 0, std::numeric_limits<double>::infinity()),
                                  open("region", Words::region),
                                  str("country"),
                                  str("administrative_area"),
                                  str("city"),
                                  str("street_address"),
                                  str("postal_code")};
constexpr Property kMalware[] = {str("name", kRequired20),
                                 str("description"),
                                 list(open("malware_types", Words::malware_type, kNot20)),
                                 flag("is_family", kRequired | kNot20),
                                 list(str("aliases", kNot20)),
                                 kill_chain,
                                 when("first_seen", kNot20),
                                 when("last_seen", kNot20),
                                 list(ref("operating_system_refs", of(Type::software), kNot20)),
                                 list(open("architecture_execution_envs", Words::processor_architecture, kNot20)),
                                 list(open("implementation_languages", Words::implementation_language, kNot20)),
                                 list(open("capabilities", Words::malware_capability, kNot20)),
                                 list(ref("sample_refs", of(Type::artifact, Type::file), kNot20))};
constexpr Property kMalwareAnalysis[] = {str("product", kReq),
                                         str("version"),
                                         ref("host_vm_ref", of(Type::software)),
                                         ref("operating_system_ref", of(Type::software)),
                                         list(ref("installed_software_refs", of(Type::software))),
                                         str("configuration_version"),
                                         list(str("modules")),
                                         str("analysis_engine_version"),
                                         str("analysis_definition_version"),
                                         when("submitted"),
                                         when("analysis_started"),
                                         when("analysis_ended"),
                                         str("result_name"),
                                         open("result", Words::malware_result),
                                         list(ref("analysis_sco_refs", kScos | of(Type::custom))),
                                         ref("sample_ref", of(Type::file, Type::artifact, Type::network_traffic))};
constexpr Property kNote[] = {str("abstract"), str("content", kReq), list(str("authors")),
                              list(ref("object_refs", kAnyType, kReq))};
constexpr Property kObservedData[] = {when("first_observed", kReq), when("last_observed", kReq),
                                      whole("number_observed", 1, 999'999'999, kReq),
                                      make("objects", Kind::container, kDeprecated | kRequired20),
                                      list(ref("object_refs", kScos | kSros | of(Type::custom), kNot20))};
constexpr Property kOpinion[] = {str("explanation"), list(str("authors")), one_of("opinion", Words::opinion, kReq),
                                 list(ref("object_refs", kAnyType, kReq))};
constexpr Property kReport[] = {str("name", kReq), str("description"),
                                list(open("report_types", Words::report_type, kNot20)), when("published", kReq),
                                list(ref("object_refs", kAnyType, kReq))};
constexpr Property kThreatActor[] = {str("name", kReq),
                                     str("description"),
                                     list(open("threat_actor_types", Words::threat_actor_type, kNot20)),
                                     list(str("aliases")),
                                     when("first_seen", kNot20),
                                     when("last_seen", kNot20),
                                     list(open("roles", Words::threat_actor_role)),
                                     list(str("goals")),
                                     open("sophistication", Words::threat_actor_sophistication),
                                     open("resource_level", Words::attack_resource_level),
                                     open("primary_motivation", Words::attack_motivation),
                                     list(open("secondary_motivations", Words::attack_motivation)),
                                     list(open("personal_motivations", Words::attack_motivation))};
constexpr Property kTool[] = {str("name", kReq),
                              str("description"),
                              list(open("tool_types", Words::tool_type, kNot20)),
                              list(str("aliases", kNot20)),
                              kill_chain,
                              str("tool_version")};
constexpr Property kVulnerability[] = {str("name", kReq), str("description")};
constexpr Property kRelationship[] = {str("relationship_type", kReq),  str("description"),
                                      ref("source_ref", kAbout, kReq), ref("target_ref", kAbout, kReq),
                                      when("start_time", kNot20),      when("stop_time", kNot20)};
constexpr Property kSighting[] = {str("description"),
                                  when("first_seen"),
                                  when("last_seen"),
                                  whole("count", 0, 999'999'999),
                                  ref("sighting_of_ref", kSdos | of(Type::custom), kReq),
                                  list(ref("observed_data_refs", of(Type::observed_data))),
                                  list(ref("where_sighted_refs", of(Type::identity, Type::location))),
                                  flag("summary")};
constexpr Property kExtensionDefinition[] = {str("name", kReq),
                                             str("description"),
                                             str("schema", kReq),
                                             str("version", kReq),
                                             list(one_of("extension_types", Words::extension_type, kReq)),
                                             list(str("extension_properties"))};
constexpr Property kLanguageContent[] = {ref("object_ref", kAnyType, kReq), when("object_modified"),
                                         make("contents", Kind::contents, kReq)};
constexpr Property kMarkingDefinition[] = {str("name", kNot20),
                                           open("definition_type", Words::definition_type, kRequired20),
                                           make("definition", Kind::definition, kRequired20)};

constexpr PartGrammar kGrammars[] = {
    {kAttackPattern, {}},
    {kCampaign, {}},
    {kCourseOfAction, {}},
    {kGrouping, {}},
    {kIdentity, {}},
    {kIncident, {}},
    {kIndicator, {}},
    {kInfrastructure, {}},
    {kIntrusionSet, {}},
    {kLocation, "region country latitude"},
    {kMalware, {}},
    {kMalwareAnalysis, "result analysis_sco_refs"},
    {kNote, {}},
    {kObservedData, "objects object_refs"},
    {kOpinion, {}},
    {kReport, {}},
    {kThreatActor, {}},
    {kTool, {}},
    {kVulnerability, {}},
    {kRelationship, {}},
    {kSighting, {}},
    {kExtensionDefinition, {}},
    {kLanguageContent, {}},
    {kMarkingDefinition, "definition extensions"},
};
static_assert(std::size(kGrammars) == static_cast<std::size_t>(Type::artifact));

}  // namespace

std::span<const PartGrammar> domain_grammars() noexcept { return kGrammars; }

}  // namespace tocsin::formats::stix
