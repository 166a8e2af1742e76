#include "portal/pages/advisory_json.hpp"

#include <fmt/format.h>

#include "formats/csaf/validate/version_number.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/evidence.hpp"
#include "portal/pages/format.hpp"

namespace tocsin::portal::pages {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
namespace csaf = formats::csaf;

array strings(const std::vector<std::string>& texts) {
  array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

value optional_time(const std::optional<Timestamp>& time) {
  return time ? value(format_rfc3339(*time)) : value(nullptr);
}

array notes_json(const std::vector<csaf::Note>& notes) {
  array out;
  for (const auto& note : notes) {
    out.push_back(object{{"category", note.category}, {"title", note.title}, {"text", note.text}});
  }
  return out;
}

array references_json(const std::vector<csaf::Reference>& references) {
  array out;
  for (const auto& each : references) {
    out.push_back(object{{"category", each.category}, {"summary", each.summary}, {"url", each.url}});
  }
  return out;
}

array acknowledgments_json(const std::vector<csaf::Acknowledgment>& all) {
  array out;
  for (const auto& each : all) {
    out.push_back(object{{"names", strings(each.names)},
                         {"organization", each.organization},
                         {"summary", each.summary},
                         {"urls", strings(each.urls)}});
  }
  return out;
}

array products_json(const LoadedAdvisory& loaded) {
  array out;
  const auto& products = loaded.advisory.products;
  for (std::size_t i = 0; i < products.size(); ++i) {
    const auto& each = products[i];
    const auto& fact = loaded.facts.products[i];
    out.push_back(object{{"id", each.id},
                         {"name", each.name},
                         {"vendor", object{{"key", fact.vendor_key}, {"name", fact.vendor_name}}},
                         {"product", object{{"key", fact.product_key}, {"name", fact.product_name}}},
                         {"version", fact.version},
                         {"version_as_written", each.version},
                         {"status", csaf::to_string(fact.status)},
                         {"order_numbers", strings(fact.order_numbers)},
                         {"cpe", each.cpe},
                         {"purls", strings(each.purls)}});
  }
  return out;
}

array scores_json(const std::vector<csaf::Score>& scores) {
  array out;
  for (const auto& each : scores) {
    out.push_back(object{{"cvss_version", formats::cvss::to_string(each.version)},
                         {"vector", each.vector},
                         {"base_score", score_json(each.base_tenths)},
                         {"severity", formats::cvss::to_string(each.severity)},
                         {"product_ids", strings(each.product_ids)}});
  }
  return out;
}

object vulnerability_json(const csaf::Vulnerability& each, const engine::evidence::Book& book) {
  object out;
  out["cve"] = each.cve.empty() ? value(nullptr) : value(each.cve);
  array ids;
  for (const auto& [system, text] : each.ids) ids.push_back(object{{"system", system}, {"id", text}});
  out["ids"] = std::move(ids);
  out["title"] = each.title;
  array weaknesses;
  for (const auto& cwe : each.cwes) weaknesses.push_back(object{{"id", cwe.id}, {"name", cwe.name}});
  out["cwes"] = std::move(weaknesses);
  out["scores"] = scores_json(each.scores);
  out["evidence"] = evidence_json(book.find(each.cve));
  out["epss"] = each.epss ? value(*each.epss) : value(nullptr);
  object statuses;
  for (const auto& group : each.statuses) statuses[csaf::to_string(group.status)] = strings(group.product_ids);
  out["product_status"] = std::move(statuses);
  array remediations;
  for (const auto& remediation : each.remediations) {
    remediations.push_back(object{{"category", csaf::to_string(remediation.category)},
                                  {"details", remediation.details},
                                  {"url", remediation.url},
                                  {"date", optional_time(remediation.date)},
                                  {"restart_required", remediation.restart_required},
                                  {"product_ids", strings(remediation.product_ids)}});
  }
  out["remediations"] = std::move(remediations);
  array threats;
  for (const auto& threat : each.threats) {
    threats.push_back(object{
        {"category", threat.category}, {"details", threat.details}, {"product_ids", strings(threat.product_ids)}});
  }
  out["threats"] = std::move(threats);
  array flags;
  for (const auto& flag : each.flags)
    flags.push_back(object{{"label", flag.label}, {"product_ids", strings(flag.product_ids)}});
  out["flags"] = std::move(flags);
  out["notes"] = notes_json(each.notes);
  out["references"] = references_json(each.references);
  out["acknowledgments"] = acknowledgments_json(each.acknowledgments);
  out["discovery_date"] = optional_time(each.discovery_date);
  out["release_date"] = optional_time(each.release_date);
  return out;
}

}  // namespace

object revision_json(const LoadedAdvisory& loaded, const domain::Revision& revision) {
  const auto name = revision_name(loaded.revisions, revision);
  return object{{"revision", name},
                {"version", revision.version},
                {"standing", domain::to_string(revision.standing)},
                {"status", revision.document_status},
                {"format", revision.format},
                {"bytes", revision.bytes},
                {"sha512", revision.sha512},
                {"release_date", format_rfc3339(revision.released_at)},
                {"received_date", format_rfc3339(revision.received_at)},
                {"document_url", fmt::format("/api/v1/advisories/{}/revisions/{}/document", loaded.record.slug,
                                             http::encode_component(name))}};
}

void add_changes(object& out, const std::vector<csaf::Change>& changes) {
  out["matters_to_owners"] = csaf::matters_to_owners(changes);
  array list;
  for (const auto& each : changes) {
    list.push_back(object{{"kind", csaf::to_string(each.kind)},
                          {"concerns", csaf::to_string(each.concerns)},
                          {"section", each.section},
                          {"what", each.what},
                          {"before", each.before},
                          {"after", each.after}});
  }
  out["changes"] = std::move(list);
}

object advisory_json(const LoadedAdvisory& loaded) {
  const auto& advisory = loaded.advisory;
  const auto& header = advisory.header;
  const auto& facts = loaded.facts;
  object out;
  out["id"] = loaded.record.key;
  out["slug"] = loaded.record.slug;
  out["url"] = advisory_url(loaded.record.slug);
  out["title"] = header.title;
  out["summary"] = facts.summary;
  out["severity"] = formats::cvss::to_string(facts.severity);
  out["score"] = score_json(facts.score_tenths);
  out["has_fix"] = facts.has_fix;
  out["tlp"] = domain::to_string(loaded.record.tlp);
  out["category"] = header.category;
  out["csaf_version"] = csaf::to_string(header.csaf_version);
  out["lang"] = header.lang;
  out["status"] = header.tracking_status;
  out["version"] = header.tracking_version;
  // CSAF 2.1 sections 3.1.19.1 and 3.1.19.2; another major version may speak of other products.
  switch (csaf::read_version_number(header.tracking_version).kind) {
    case csaf::VersionNumber::Kind::integer:
      out["versioning"] = "integer";
      break;
    case csaf::VersionNumber::Kind::semantic:
      out["versioning"] = "semantic";
      break;
    case csaf::VersionNumber::Kind::invalid:
      out["versioning"] = nullptr;
      break;
  }
  out["aliases"] = strings(header.aliases);
  out["initial_release_date"] = format_rfc3339(header.initial_release_date);
  out["current_release_date"] = format_rfc3339(header.current_release_date);
  out["publisher"] = object{{"name", header.publisher_name},
                            {"namespace", header.publisher_namespace},
                            {"category", header.publisher_category},
                            {"contact_details", advisory.contact_details},
                            {"issuing_authority", advisory.issuing_authority}};
  array sectors;
  for (const auto sector : facts.sectors)
    sectors.push_back(object{{"key", domain::slug(sector)}, {"name", domain::name(sector)}});
  out["sectors"] = std::move(sectors);
  out["countries"] = strings(facts.countries);
  out["headquarters"] = facts.headquarters;
  out["notes"] = notes_json(advisory.notes);
  out["products"] = products_json(loaded);
  array vulnerabilities;
  for (const auto& each : advisory.vulnerabilities)
    vulnerabilities.push_back(vulnerability_json(each, loaded.evidence));
  out["vulnerabilities"] = std::move(vulnerabilities);
  out["references"] = references_json(advisory.references);
  out["acknowledgments"] = acknowledgments_json(advisory.acknowledgments);
  array history;
  for (const auto& each : advisory.history) {
    history.push_back(object{{"number", each.number}, {"date", optional_time(each.date)}, {"summary", each.summary}});
  }
  out["revision_history"] = std::move(history);
  array quality;
  for (const auto& each : loaded.quality) {
    quality.push_back(object{{"test", each.test}, {"path", each.path}, {"message", formats::sentence_of(each)}});
  }
  out["quality"] = std::move(quality);
  array extensions;
  for (const auto& each : advisory.extensions) {
    extensions.push_back(
        object{{"path", each.path}, {"schema", each.schema}, {"category", each.category}, {"critical", each.critical}});
  }
  out["extensions"] = std::move(extensions);
  out["revision"] = revision_json(loaded, loaded.revision);
  out["document_url"] = fmt::format("/api/v1/advisories/{}/document", loaded.record.slug);
  return out;
}

}  // namespace tocsin::portal::pages
