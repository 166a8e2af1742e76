// The tables of section 6, and of the parts that objects have (sections 2 and 7.2).
#include "formats/stix/grammar_terms.hpp"

namespace tocsin::formats::stix {
namespace {

constexpr Types kAddresses = of(Type::ipv4_addr, Type::ipv6_addr, Type::mac_addr, Type::domain_name);
constexpr Types kCustom = of(Type::custom);
constexpr auto kHashes = make("hashes", Kind::hashes);

constexpr Property kArtifact[] = {str("mime_type"),
                                  make("payload_bin", Kind::binary),
                                  make("url", Kind::url),
                                  kHashes,
                                  one_of("encryption_algorithm", Words::encryption_algorithm),
                                  str("decryption_key")};
constexpr Property kAutonomousSystem[] = {any_whole("number", kReq), str("name"), str("rir")};
constexpr Property kDirectory[] = {str("path", kReq),
                                   str("path_enc"),
                                   when("ctime", kNot20),
                                   when("mtime", kNot20),
                                   when("atime", kNot20),
                                   when("created", kOnly20),
                                   when("modified", kOnly20),
                                   when("accessed", kOnly20),
                                   list(sco_ref("contains_refs", of(Type::file, Type::directory)))};
constexpr Property kDomainName[] = {
    str("value", kReq),
    list(sco_ref("resolves_to_refs", of(Type::ipv4_addr, Type::ipv6_addr, Type::domain_name), kDeprecated))};
constexpr Property kEmailAddr[] = {str("value", kReq), str("display_name"),
                                   sco_ref("belongs_to_ref", of(Type::user_account))};
constexpr Property kEmailMessage[] = {flag("is_multipart", kReq),
                                      when("date"),
                                      str("content_type"),
                                      sco_ref("from_ref", of(Type::email_addr)),
                                      sco_ref("sender_ref", of(Type::email_addr)),
                                      list(sco_ref("to_refs", of(Type::email_addr))),
                                      list(sco_ref("cc_refs", of(Type::email_addr))),
                                      list(sco_ref("bcc_refs", of(Type::email_addr))),
                                      str("message_id", kNot20),
                                      str("subject"),
                                      list(str("received_lines")),
                                      dictionary_of("additional_header_fields", Values::text_or_texts),
                                      str("body"),
                                      list(part("body_multipart", Part::mime_part)),
                                      sco_ref("raw_email_ref", of(Type::artifact))};
constexpr Property kFile[] = {kHashes,
                              count_of_things("size"),
                              str("name"),
                              str("name_enc"),
                              hex("magic_number_hex"),
                              str("mime_type"),
                              when("ctime", kNot20),
                              when("mtime", kNot20),
                              when("atime", kNot20),
                              when("created", kOnly20),
                              when("modified", kOnly20),
                              when("accessed", kOnly20),
                              sco_ref("parent_directory_ref", of(Type::directory)),
                              list(sco_ref("contains_refs", kScos | kCustom)),
                              sco_ref("content_ref", of(Type::artifact)),
                              flag("is_encrypted", kOnly20),
                              str("encryption_algorithm", kOnly20),
                              str("decryption_key", kOnly20)};
constexpr Property kIpv4[] = {str("value", kReq), list(sco_ref("resolves_to_refs", of(Type::mac_addr), kDeprecated)),
                              list(sco_ref("belongs_to_refs", of(Type::autonomous_system), kDeprecated))};
constexpr Property kMac[] = {str("value", kReq)};
constexpr Property kMutex[] = {str("name", kReq)};
constexpr Property kNetworkTraffic[] = {when("start"),
                                        when("end"),
                                        flag("is_active"),
                                        sco_ref("src_ref", kAddresses),
                                        sco_ref("dst_ref", kAddresses),
                                        whole("src_port", 0, 65535),
                                        whole("dst_port", 0, 65535),
                                        list(str("protocols", kReq)),
                                        count_of_things("src_byte_count"),
                                        count_of_things("dst_byte_count"),
                                        count_of_things("src_packets"),
                                        count_of_things("dst_packets"),
                                        dictionary_of("ipfix", Values::text_or_whole),
                                        sco_ref("src_payload_ref", of(Type::artifact)),
                                        sco_ref("dst_payload_ref", of(Type::artifact)),
                                        list(sco_ref("encapsulates_refs", of(Type::network_traffic))),
                                        sco_ref("encapsulated_by_ref", of(Type::network_traffic))};
constexpr Property kProcess[] = {flag("is_hidden"),
                                 any_whole("pid"),
                                 str("name", kOnly20),
                                 when("created_time", kNot20),
                                 when("created", kOnly20),
                                 str("cwd"),
                                 str("command_line"),
                                 list(str("arguments", kOnly20)),
                                 dictionary_of("environment_variables", Values::text),
                                 list(sco_ref("opened_connection_refs", of(Type::network_traffic))),
                                 sco_ref("creator_user_ref", of(Type::user_account)),
                                 sco_ref("image_ref", of(Type::file)),
                                 sco_ref("binary_ref", of(Type::file), kOnly20),
                                 sco_ref("parent_ref", of(Type::process)),
                                 list(sco_ref("child_refs", of(Type::process)))};
constexpr Property kSoftware[] = {str("name", kReq),   str("cpe"),
                                  str("swid", kNot20), list(make("languages", Kind::language)),
                                  str("vendor"),       str("version")};
constexpr Property kUrl[] = {make("value", Kind::url, kReq)};
constexpr Property kUserAccount[] = {str("user_id", kRequired20),
                                     str("credential", kNot20),
                                     str("account_login"),
                                     open("account_type", Words::account_type),
                                     str("display_name"),
                                     flag("is_service_account"),
                                     flag("is_privileged"),
                                     flag("can_escalate_privs"),
                                     flag("is_disabled"),
                                     when("account_created"),
                                     when("account_expires"),
                                     when("credential_last_changed"),
                                     when("password_last_changed", kOnly20),
                                     when("account_first_login"),
                                     when("account_last_login")};
constexpr Property kRegistryKey[] = {
    str("key", kRequired20),   list(part("values", Part::registry_value)),          when("modified_time", kNot20),
    when("modified", kOnly20), sco_ref("creator_user_ref", of(Type::user_account)), any_whole("number_of_subkeys")};
constexpr Property kX509[] = {flag("is_self_signed"),
                              kHashes,
                              str("version"),
                              str("serial_number"),
                              str("signature_algorithm"),
                              str("issuer"),
                              when("validity_not_before"),
                              when("validity_not_after"),
                              str("subject"),
                              str("subject_public_key_algorithm"),
                              str("subject_public_key_modulus"),
                              any_whole("subject_public_key_exponent"),
                              part("x509_v3_extensions", Part::x509_v3)};

constexpr Property kKillChainPhase[] = {str("kill_chain_name", kReq), str("phase_name", kReq)};
constexpr Property kExternalReference[] = {str("source_name", kReq), str("description"), make("url", Kind::url),
                                           kHashes, str("external_id")};
constexpr Property kGranularMarking[] = {make("lang", Kind::language, kNot20),
                                         ref("marking_ref", of(Type::marking_definition), kRequired20),
                                         list(str("selectors", kReq))};
constexpr Property kMimePart[] = {str("body"), sco_ref("body_raw_ref", of(Type::artifact, Type::file)),
                                  str("content_type"), str("content_disposition")};
constexpr Property kRegistryValue[] = {str("name", kRequired20), str("data"),
                                       one_of("data_type", Words::windows_registry_datatype)};
constexpr Property kX509V3[] = {str("basic_constraints"),
                                str("name_constraints"),
                                str("policy_constraints"),
                                str("key_usage"),
                                str("extended_key_usage"),
                                str("subject_key_identifier"),
                                str("authority_key_identifier"),
                                str("subject_alternative_name"),
                                str("issuer_alternative_name"),
                                str("subject_directory_attributes"),
                                str("crl_distribution_points"),
                                str("inhibit_any_policy"),
                                when("private_key_usage_period_not_before"),
                                when("private_key_usage_period_not_after"),
                                str("certificate_policies"),
                                str("policy_mappings")};
constexpr Property kPeSection[] = {str("name", kReq), count_of_things("size"),
                                   real("entropy", -std::numeric_limits<double>::infinity(), 1e300), kHashes};
constexpr Property kPeOptionalHeader[] = {hex("magic_hex"),
                                          any_whole("major_linker_version"),
                                          any_whole("minor_linker_version"),
                                          count_of_things("size_of_code"),
                                          count_of_things("size_of_initialized_data"),
                                          count_of_things("size_of_uninitialized_data"),
                                          any_whole("address_of_entry_point"),
                                          any_whole("base_of_code"),
                                          any_whole("base_of_data"),
                                          any_whole("image_base"),
                                          any_whole("section_alignment"),
                                          any_whole("file_alignment"),
                                          any_whole("major_os_version"),
                                          any_whole("minor_os_version"),
                                          any_whole("major_image_version"),
                                          any_whole("minor_image_version"),
                                          any_whole("major_subsystem_version"),
                                          any_whole("minor_subsystem_version"),
                                          hex("win32_version_value_hex"),
                                          count_of_things("size_of_image"),
                                          count_of_things("size_of_headers"),
                                          hex("checksum_hex"),
                                          hex("subsystem_hex"),
                                          hex("dll_characteristics_hex"),
                                          count_of_things("size_of_stack_reserve"),
                                          count_of_things("size_of_stack_commit"),
                                          count_of_things("size_of_heap_reserve"),
                                          count_of_things("size_of_heap_commit"),
                                          hex("loader_flags_hex"),
                                          any_whole("number_of_rva_and_sizes"),
                                          kHashes};
constexpr Property kStream[] = {str("name", kReq), kHashes, count_of_things("size")};
constexpr Property kArchive[] = {list(sco_ref("contains_refs", of(Type::file, Type::directory), kReq)), str("comment"),
                                 str("version", kOnly20)};
constexpr Property kNtfs[] = {str("sid"), list(part("alternate_data_streams", Part::alternate_data_stream))};
constexpr Property kPdf[] = {str("version"), flag("is_optimized"), dictionary_of("document_info_dict", Values::text),
                             str("pdfid0"), str("pdfid1")};
constexpr Property kRaster[] = {any_whole("image_height"), any_whole("image_width"), any_whole("bits_per_pixel"),
                                str("image_compression_algorithm", kOnly20),
                                dictionary_of("exif_tags", Values::text_or_whole)};
constexpr Property kPeBinary[] = {open("pe_type", Words::windows_pebinary_type, kReq),
                                  str("imphash"),
                                  hex("machine_hex"),
                                  count_of_things("number_of_sections"),
                                  when("time_date_stamp"),
                                  hex("pointer_to_symbol_table_hex"),
                                  count_of_things("number_of_symbols"),
                                  count_of_things("size_of_optional_header"),
                                  hex("characteristics_hex"),
                                  make("file_header_hashes", Kind::hashes),
                                  part("optional_header", Part::pe_optional_header),
                                  list(part("sections", Part::pe_section))};
constexpr Property kHttp[] = {str("request_method", kReq),      str("request_value", kReq),
                              str("request_version"),           dictionary_of("request_header", Values::texts),
                              any_whole("message_body_length"), sco_ref("message_body_data_ref", of(Type::artifact))};
constexpr Property kIcmp[] = {hex("icmp_type_hex", kReq), hex("icmp_code_hex", kReq)};
constexpr Property kSocket[] = {one_of("address_family", Words::network_socket_address_family, kReq),
                                flag("is_blocking"),
                                flag("is_listening"),
                                str("protocol_family", kOnly20),
                                dictionary_of("options", Values::whole),
                                one_of("socket_type", Words::network_socket_type),
                                count_of_things("socket_descriptor"),
                                any_whole("socket_handle")};
constexpr Property kTcp[] = {hex("src_flags_hex"), hex("dst_flags_hex")};
constexpr Property kWindowsProcess[] = {flag("aslr_enabled"),
                                        flag("dep_enabled"),
                                        str("priority"),
                                        str("owner_sid"),
                                        str("window_title"),
                                        make("startup_info", Kind::dictionary),
                                        one_of("integrity_level", Words::windows_integrity_level, kNot20)};
constexpr Property kWindowsService[] = {str("service_name", kRequired20),
                                        list(str("descriptions")),
                                        str("display_name"),
                                        str("group_name"),
                                        one_of("start_type", Words::windows_service_start_type),
                                        list(sco_ref("service_dll_refs", of(Type::file))),
                                        one_of("service_type", Words::windows_service_type),
                                        one_of("service_status", Words::windows_service_status)};
constexpr Property kUnixAccount[] = {any_whole("gid"), list(str("groups")), str("home_dir"), str("shell")};
constexpr Property kTlp[] = {one_of("tlp", Words::tlp, kReq)};
constexpr Property kStatement[] = {str("statement", kReq)};

constexpr std::string_view kAnyOfAll = "*";  // At least one property of its own.

constexpr PartGrammar kGrammars[] = {
    {kArtifact, "payload_bin url"},
    {kAutonomousSystem, {}},
    {kDirectory, {}},
    {kDomainName, {}},
    {kEmailAddr, {}},
    {kEmailMessage, {}},
    {kFile, "hashes name"},
    {kIpv4, {}},
    {kIpv4, {}},
    {kMac, {}},
    {kMutex, {}},
    {kNetworkTraffic, "src_ref dst_ref"},
    {kProcess, kAnyOfAll},
    {kSoftware, {}},
    {kUrl, {}},
    {kUserAccount, kAnyOfAll},
    {kRegistryKey, kAnyOfAll},
    {kX509, kAnyOfAll},
    {{}, {}},  // custom
    {kKillChainPhase, {}},
    {kExternalReference, "description url external_id"},
    {kGranularMarking, "lang marking_ref"},
    {kMimePart, "body body_raw_ref"},
    {kRegistryValue, kAnyOfAll},
    {kX509V3, kAnyOfAll},
    {kPeSection, {}},
    {kPeOptionalHeader, kAnyOfAll},
    {kStream, {}},
    {kArchive, {}},
    {kNtfs, kAnyOfAll},
    {kPdf, kAnyOfAll},
    {kRaster, kAnyOfAll},
    {kPeBinary,
     "imphash machine_hex number_of_sections time_date_stamp pointer_to_symbol_table_hex number_of_symbols "
     "size_of_optional_header characteristics_hex file_header_hashes optional_header sections"},
    {kHttp, {}},
    {kIcmp, {}},
    {kSocket, {}},
    {kTcp, kAnyOfAll},
    {kWindowsProcess, kAnyOfAll},
    {kWindowsService, kAnyOfAll},
    {kUnixAccount, kAnyOfAll},
    {kTlp, {}},
    {kStatement, {}},
};
static_assert(std::size(kGrammars) == kParts - static_cast<std::size_t>(Type::artifact));

}  // namespace

std::span<const PartGrammar> observable_grammars() noexcept { return kGrammars; }

}  // namespace tocsin::formats::stix
