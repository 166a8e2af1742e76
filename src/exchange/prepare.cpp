#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "exchange/import.hpp"
#include "exchange/prepare_list.hpp"
#include "exchange/prepare_misp.hpp"
#include "exchange/prepare_news.hpp"
#include "exchange/prepare_stix.hpp"
#include "formats/csaf/extensions.hpp"
#include "formats/csaf/header.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/recognise.hpp"
#include "formats/stix/reader.hpp"

namespace tocsin::exchange {
namespace {

using formats::DocumentKind;

std::string at(std::string_view name, std::string_view where) {
  return where.empty() ? std::string{name} : fmt::format("{}:{}", name, where);
}

Error placed(Error error, std::string_view name) {
  error.where = at(name, error.where);
  return error;
}

bool is_record_of_no_kind_yet(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::csaf_provider_metadata:
    case DocumentKind::csaf_aggregator:
    case DocumentKind::rolie_feed:
    case DocumentKind::rolie_service:
    case DocumentKind::rolie_category:
    case DocumentKind::cve_record:
    case DocumentKind::cyclonedx:
    case DocumentKind::spdx:
    case DocumentKind::openvex:
    case DocumentKind::oscal:
    case DocumentKind::misp_manifest:
      return true;
    default:
      return false;
  }
}

std::string_view text_at(const boost::json::value& root, std::string_view pointer) {
  const auto* found = json::at_pointer(root, pointer);
  return found != nullptr && found->is_string() ? std::string_view{found->get_string()} : std::string_view{};
}

}  // namespace

std::string_view other_text(std::string_view name, std::string_view bytes) {
  if (text::lower_ascii(file_of(name)).ends_with(".json")) return {};
  const auto begin = bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (begin == bytes.npos || bytes[begin] == '{' || bytes[begin] == '[') return {};
  const auto xml = formats::recognise_xml(bytes);
  if (xml == DocumentKind::news_feed) return {};
  if (xml == DocumentKind::cvrf) return formats::to_string(*xml);
  if (bytes[begin] == '<') return "XML";
  const bool known = formats::epss::recognise(bytes) || formats::kev::recognise_csv(bytes) ||
                     formats::stix::looks_like_stix(bytes) || formats::threat_list::looks_like_list(bytes);
  return known ? std::string_view{} : "text";
}

Prepared prepare(std::string name, std::string bytes, const ImportOptions& options) {
  Prepared prepared;
  const auto refuse = [&](Error error) {
    prepared.problems.push_back(placed(std::move(error), name));
    return std::move(prepared);
  };
  if (bytes.empty()) return refuse(Error::invalid("The document is empty"));
  const auto xml = formats::recognise_xml(bytes);
  if (xml == DocumentKind::news_feed) return prepare_news(name, bytes, options);
  if (xml == DocumentKind::cvrf) {
    return refuse(Error::invalid("Is a CVRF document: 'tocsin convert --to csaf-2.1' makes a CSAF document of it"));
  }
  if (formats::epss::recognise(bytes)) {
    auto scores = formats::epss::read(bytes);
    if (!scores) return refuse(std::move(scores).error());
    if (!scores->date) scores->date = formats::epss::date_of_name(name);
    prepared.epss = std::make_shared<const formats::epss::Scores>(*std::move(scores));
    return prepared;
  }
  if (formats::kev::recognise_csv(bytes)) {
    auto catalogue = formats::kev::read_csv(bytes);
    if (!catalogue) return refuse(std::move(catalogue).error());
    prepared.kev = std::make_shared<const formats::kev::Catalogue>(*std::move(catalogue));
    return prepared;
  }
  if (formats::stix::looks_like_stix(bytes)) return prepare_stix(name, bytes, options);
  if (formats::threat_list::looks_like_list(bytes)) {
    // The name of the file is who tells: the same list again is an update.
    const std::string file{file_of(name)};
    return prepare_list(name, {.id = options.list_source + file, .title = file.empty() ? "Standard input" : file},
                        bytes, options);
  }
  const json::Limits limits{.bytes_max = static_cast<std::size_t>(options.limits.document_bytes_max)};
  auto parsed = json::parse(bytes, limits);
  if (!parsed) {
    // Of what is meant to be JSON, where it ends to be so helps more.
    if (other_text(name, bytes).empty()) return refuse(std::move(parsed).error());
    return refuse(Error::invalid(
        "Is no kind of document that Tocsin knows: neither JSON nor news, scores or vulnerabilities that "
        "are exploited, nor a list of which most lines are addresses, names, URLs or hashes"));
  }
  const auto& root = parsed->root();

  const auto kind = formats::recognise(root);
  if (is_record_of_no_kind_yet(kind)) {
    prepared.skipped_as = formats::to_string(kind);
    return prepared;
  }
  if (kind == DocumentKind::misp_event) return prepare_misp(name, bytes, options);
  if (kind == DocumentKind::kev) {
    auto catalogue = formats::kev::read_json(root);
    if (!catalogue) return refuse(std::move(catalogue).error());
    prepared.kev = std::make_shared<const formats::kev::Catalogue>(*std::move(catalogue));
    return prepared;
  }
  if (kind == DocumentKind::csaf_unknown_version) {
    return refuse(Error::invalid(fmt::format("CSAF version '{}' is not known here; 2.0 and 2.1 are",
                                             printable_name(text_at(root, "/document/csaf_version"))),
                                 "/document/csaf_version"));
  }
  if (kind != DocumentKind::csaf_2_0 && kind != DocumentKind::csaf_2_1) {
    return refuse(
        Error::invalid("Is JSON, but no kind of document that Tocsin knows; a CSAF document has "
                       "/document/csaf_version"));
  }
  // One thread prepares many documents: the reader's memory is theirs in turn.
  thread_local formats::csaf::TapeReader reader;
  auto tape = reader.read(bytes, limits);
  if (!tape) return refuse(std::move(tape).error());
  for (auto& finding : formats::csaf::check_structure(*tape)) {
    if (prepared.problems.size() == kProblemsMax) break;
    prepared.problems.push_back(Error::invalid(std::move(finding.message), at(name, finding.path)));
  }
  if (!prepared.problems.empty()) return prepared;

  auto header = formats::csaf::read_header(root);
  if (!header) return refuse(std::move(header).error());
  auto tlp = domain::parse_tlp(header->tlp_label);
  if (header->tlp_label.empty()) {
    prepared.tlp_defaulted = true;
    tlp = options.default_tlp;
  }
  if (!tlp) {
    return refuse(Error::invalid(fmt::format("'{}' is no TLP label", printable_name(header->tlp_label)),
                                 "/document/distribution/tlp/label"));
  }
  if (const auto file = file_of(name); !file.empty()) {
    // Whether it is valid beyond its structure is not asked here: "..._invalid.json" may be right.
    if (auto finding = formats::csaf::check_file_name(file, header->tracking_id, false)) {
      prepared.warnings.push_back(Error::invalid(formats::sentence_of(*finding), at(name, finding->path)));
    }
  }
  if (auto warning = formats::csaf::warning_of(formats::csaf::extensions_of(root)); !warning.empty()) {
    prepared.warnings.push_back(Error::invalid("The document " + warning, name));
  }
  domain::NewRevision revision;
  revision.kind = domain::RecordKind::advisory;
  revision.issuer = std::move(header->publisher_namespace);
  revision.key = std::move(header->tracking_id);
  revision.title = std::move(header->title);
  revision.tlp = *tlp;
  revision.owner = options.owner;
  revision.status = header->tracking_status == "draft" ? domain::RecordStatus::draft : domain::RecordStatus::published;
  revision.version_order = formats::csaf::version_order(header->tracking_version);
  revision.version = std::move(header->tracking_version);
  revision.format = fmt::format("csaf-{}", formats::csaf::to_string(header->csaf_version));
  revision.document_status = std::move(header->tracking_status);
  revision.sha512 = sha512_hex(bytes);
  revision.initial_release_at = header->initial_release_date;
  revision.current_release_at = header->current_release_date;
  revision.source = std::move(name);
  revision.bytes = std::move(bytes);
  prepared.revision = std::move(revision);
  return prepared;
}

}  // namespace tocsin::exchange
