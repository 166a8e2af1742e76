#include "portal/api/schemas.hpp"

#include <algorithm>

namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kCursor{"cursor", "Opaque; from `next` of the page before. Leave out for the first page.",
                                 R"({"type":"string"})"};

constexpr QueryParameter kAdvisoriesQuery[] = {
    {"q", "Search in the filter language: words, phrases, and filters such as vendor:siemens or cvss>=9.",
     R"({"type":"string","default":""})"},
    {"sort",
     "Order. Best, newest, highest first: relevance (without words in q the same as updated), updated, published, "
     "severity, cvss, tlp, revised; the others ascending by what the filter of that name looks for.",
     R"({"enum":["relevance","updated","published","severity","cvss","tlp","id","title","publisher","role","namespace","category","csaf","status","edition","revision","revised","summary","aggregate","cve","vendor","product","version"],"default":"relevance"})"},
    {"limit", "Advisories in a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":25})"},
    kCursor,
    {"facets", "Count the matches by severity, vendor, sector, year and weakness as well.",
     R"({"type":"boolean","default":false})"},
};

constexpr QueryParameter kSuggestQuery[] = {
    {"q", "Beginning of a name or id, at least two characters.", R"({"type":"string"})"},
    {"limit", "Suggestions of each kind.", R"({"type":"integer","minimum":1,"maximum":20,"default":5})"},
};

constexpr QueryParameter kVendorsQuery[] = {
    {"q", "Part of the name.", R"({"type":"string","default":""})"},
    {"sort", "Order: by name, or most advisories or newest advisory first.",
     R"({"enum":["name","advisories","newest"],"default":"name"})"},
    {"limit", "Vendors in a page.", R"({"type":"integer","minimum":1,"maximum":500,"default":500})"},
    kCursor,
};

constexpr QueryParameter kDiffQuery[] = {
    {"from", "Name of a revision (`revision` in the list of revisions).", R"({"type":"string"})"},
    {"to", "Name of another.", R"({"type":"string"})"},
};

constexpr QueryParameter kVulnerabilitiesQuery[] = {
    {"q", "Beginning of the id, or a word of the title; and the filters kev:yes, kev:no, epss>=0.5, epss:0.1..0.5.",
     R"({"type":"string","default":""})"},
    {"sort", "Order: newest advisory, highest score or id first.",
     R"({"enum":["newest","score","id"],"default":"newest"})"},
    {"limit", "Vulnerabilities in a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
    kCursor,
};

constexpr Operation kOperations[] = {
    {.route = "overview", .description = "What the home page shows.", .schema = "Overview"},
    {.route = "advisories",
     .description =
         "Only what the asker may see is found and counted. A misspelt filter is an error that names its column.",
     .schema = "AdvisoryList",
     .query = kAdvisoriesQuery},
    {.route = "suggest",
     .description = "For completing what is being typed.",
     .schema = "Suggestions",
     .query = kSuggestQuery},
    {.route = "vendors", .description = "", .schema = "VendorList", .query = kVendorsQuery},
    {.route = "vendor",
     .description =
         "At most 500 products, those with most advisories first; all advisories: /api/v1/advisories?q=vendor:KEY.",
     .schema = "VendorDetail"},
    {.route = "product", .description = "", .schema = "Product"},
    {.route = "advisory",
     .description = "What the document says, with vendors, products and sectors by their tidy names.",
     .schema = "AdvisoryDetail"},
    {.route = "advisory_document", .description = "Hashes and signatures of the issuer verify.", .schema = ""},
    {.route = "advisory_document_html",
     .description = "The body of the portal's page with its styles in one file: no script, nothing that is loaded.",
     .schema = "",
     .media_type = "text/html"},
    {.route = "advisory_document_pdf",
     .description = "A4, with bookmarks and links, and the TLP on every page. 413 where it would have more than 500 "
                    "pages.",
     .schema = "",
     .media_type = "application/pdf"},
    {.route = "revisions", .description = "Newest version first.", .schema = "RevisionList"},
    {.route = "revision", .description = "Like the advisory, but as this revision says.", .schema = "AdvisoryDetail"},
    {.route = "revision_document", .description = "Hashes and signatures of the issuer verify.", .schema = ""},
    {.route = "revision_document_html",
     .description = "The body of the portal's page with its styles in one file: no script, nothing that is loaded.",
     .schema = "",
     .media_type = "text/html"},
    {.route = "revision_document_pdf",
     .description = "A4, with bookmarks and links, and the TLP on every page. 413 where it would have more than 500 "
                    "pages.",
     .schema = "",
     .media_type = "application/pdf"},
    {.route = "diff",
     .description = "By meaning: what only moved within the document is no change.",
     .schema = "Comparison",
     .query = kDiffQuery},
    {.route = "vulnerabilities", .description = "", .schema = "VulnerabilityList", .query = kVulnerabilitiesQuery},
    {.route = "vulnerability", .description = "Advisories side by side, newest first.", .schema = "Vulnerability"},
    {.route = "csaf_validate",
     .description =
         "Puts a CSAF 2.0 or 2.1 document to the tests that are named, or to those of a preset: schema, mandatory, "
         "optional (recommended in 2.1), informative, basic, extended, full. Nothing is stored. A test that cannot be "
         "run without a network says so among its infos.",
     .schema = "ValidationResult",
     .body = "ValidationRequest"},
    {.route = "csaf_validate_service",
     .description = "For tools that know only the root address of a validator service.",
     .schema = "ValidationResult",
     .body = "ValidationRequest"},
    {.route = "csaf_tests", .description = "Of both versions of CSAF.", .schema = "ValidationTests"},
    {.route = "csaf_tests_service",
     .description = "For tools that know only the root address of a validator service.",
     .schema = "ValidationTests"},
    {.route = "me", .description = "", .schema = "Me"},
    {.route = "tokens", .description = "Newest first; their secrets are kept nowhere.", .schema = "TokenList"},
    {.route = "token_create",
     .description =
         "For the organisation that the session acts for. The secret is in the answer and nowhere else. Asks "
         "for a recent proof of who it is (/confirm).",
     .schema = "CreatedToken",
     .body = "NewToken",
     .status = 201},
    {.route = "token_revoke", .description = "It stops working at once.", .schema = "", .status = 204},
};

constexpr std::pair<std::string_view, std::string_view> kPathParameters[] = {
    {"id",
     "Id of an advisory as its address has it (`slug`), of a vulnerability, or of a STIX object; upper and lower case "
     "are equal."},
    {"revision", "Name of a stored revision (`revision` in the list of revisions)."},
    {"vendor", "`key` of a vendor."},
    {"product", "`key` of a product of that vendor."},
    {"organisation", "Number of an organisation."},
    {"person", "Number of a person."},
    {"approval", "Number of an approval."},
    {"community", "Number of a community."},
    {"case", "Number of a case, such as CASE-2026-48213."},
    {"comment", "`id` of a comment."},
    {"relationship", "STIX id of a relationship."},
    {"asset", "Number of an asset."},
    {"bom", "Number of a bill of materials."},
    {"run", "Number of a run."},
    {"webhook", "Number of a webhook."},
    {"peer", "Number of a peer."},
    {"collection", "`id` or `alias` of a TAXII collection."},
    {"alias", "Number of an alias."},
    {"delivery", "Number of a delivery of that webhook."},
    {"subscription", "Number of a subscription of the asker."},
    {"version", "Number of a version."},
    {"entry", "Number of an entry."},
    {"contact", "Number of a contact of that organisation."},
    {"key", "Number of a key of that organisation."},
    {"client", "Number of the organisation that is the client."},
};

}  // namespace

const Operation* find_operation(std::string_view route) noexcept {
  for (const auto operations :
       {std::span<const Operation>{kOperations}, csaf_operations(), member_operations(), change_operations(),
        case_operations(), manage_operations(), inventory_operations(), webhook_operations(), peer_operations(),
        collection_operations(), status_operations(), sums_operations(), subscription_operations(), list_operations(),
        threat_operations(), attack_operations(), shared_operations()}) {
    for (const auto& each : operations) {
      if (each.route == route) return &each;
    }
  }
  return nullptr;
}

std::string_view path_parameter(std::string_view name) noexcept {
  const auto* found = std::find_if(std::begin(kPathParameters), std::end(kPathParameters),
                                   [name](const auto& each) { return each.first == name; });
  return found == std::end(kPathParameters) ? std::string_view{} : found->second;
}

}  // namespace tocsin::portal::api
