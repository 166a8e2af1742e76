#include "portal/api/schemas.hpp"

/// Lists of exposure, runs that somebody asks for, and bills of materials, in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kOrganisation{
    "organisation", "Number of another organisation, which granted the CERT to read it; else one's own.",
    R"({"type":"integer","minimum":1})"};

constexpr QueryParameter kListsQuery[] = {
    {"by", "What a line is about.",
     R"({"enum":["product","bom","advisory","vulnerability","asset"],"default":"product"})"},
    kOrganisation,
    {"status", "Only these; without it affected, undecidable and under_investigation.",
     R"({"enum":["all","affected","undecidable","under_investigation","fixed","not_affected"]})"},
    {"state", "Only these; without it open and in_progress. An acceptance that has ended is open.",
     R"({"enum":["all","open","in_progress","done","accepted"]})"},
    {"decision", "Only what is to be done so.",
     R"({"enum":["act_now","mitigate_now","next_outage","accept","nothing_to_do"]})"},
    {"due", "overdue; week, month: within 7 or 30 days, or overdue; none: no day is set.",
     R"({"enum":["overdue","week","month","none"]})"},
    {"severity", "Of the advisory's score, at least.", R"({"enum":["critical","high","medium"]})"},
    {"site", "Exactly as the inventory has it.", R"({"type":"string"})"},
    {"zone", "Exactly as the inventory has it.", R"({"type":"string"})"},
    {"vendor", "Exactly as the inventory has it.", R"({"type":"string"})"},
    {"cve", "Only matches that name this vulnerability.", R"({"type":"string"})"},
    {"advisory", "Only of this advisory, as its address has it.", R"({"type":"string"})"},
    {"product", "Only of assets of this product: `product` of that list.", R"({"type":"string"})"},
    {"bom", "Only of components of this bill of materials.", R"({"type":"integer","minimum":1})"},
    {"asset", "Only of this asset.", R"({"type":"integer","minimum":1})"},
    {"threats", "yes: only about vulnerabilities that a campaign, a group, malware or a tool names.",
     R"({"enum":["yes"]})"},
    {"limit", "Items in a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
    {"cursor", "Opaque; from `next` of the page before. Leave out for the first page.", R"({"type":"string"})"},
};
constexpr QueryParameter kOneQuery[] = {kOrganisation};
constexpr QueryParameter kRemoveQuery[] = {
    {"components", "Remove the assets that stand in no other, too.", R"({"type":"boolean","default":false})"},
};

constexpr Operation kOperations[] = {
    {.route = "exposure_lists",
     .description = "The matches of `GET /exposure`, counted: most urgent first. What the asker may not see counts "
                    "nowhere. Of a vulnerability each state is what was noted of it, else that of its advisory.",
     .schema = "ExposureTallies",
     .query = kListsQuery},
    {.route = "exposure_runs",
     .description = "The newest 50. What happens by itself is not among them.",
     .schema = "ExposureRuns",
     .query = kOneQuery},
    {.route = "exposure_run", .description = "", .schema = "ExposureRun", .query = kOneQuery},
    {.route = "exposure_run_ask",
     .description = "Advisories alone are held against every asset, assets alone against every advisory. Done beside "
                    "the answering, soon; `GET` of the address in `Location` tells how far it is. It finds what would "
                    "be found anyway, and what has not changed in what matters is no news. At most 2,000 of each.",
     .schema = "ExposureRun",
     .body = "ExposureRunInput",
     .status = 202},
    {.route = "inventory_boms", .description = "By name.", .schema = "BomList", .query = kOneQuery},
    {.route = "inventory_bom_delete", .description = "", .schema = "", .query = kRemoveQuery, .status = 204},
};

}  // namespace

std::span<const Operation> list_operations() noexcept { return kOperations; }

std::string_view list_schemas_json() noexcept {
  return R"json({
"ExposureTally": {
  "type": "object",
  "required": ["name", "matches", "assets", "advisories", "waiting", "statuses", "decisions", "states"],
  "properties": {
    "product": {"description": "by=product: what the query's `product` takes.", "type": "string"},
    "bom": {"description": "by=bom.", "type": "integer"},
    "advisory": {"description": "by=advisory: as its address has it.", "type": "string"},
    "cve": {"description": "by=vulnerability.", "type": "string"},
    "asset": {"description": "by=asset.", "type": "integer"},
    "name": {"description": "Product, bill of materials, tracking id, vulnerability or label.", "type": "string"},
    "vendor": {"type": "string"},
    "model": {"type": "string"},
    "kind": {"type": "string"},
    "title": {"type": "string"},
    "tlp": {"type": "string"},
    "site": {"type": "string"},
    "in_inventory": {"description": "Assets of the product, components of the bill, matched or not.", "type": "integer"},
    "matches": {"type": "integer"},
    "assets": {"type": "integer"},
    "advisories": {"type": "integer"},
    "waiting": {"description": "Matches that are neither done, accepted, fixed nor not affected.", "type": "integer"},
    "statuses": {"type": "object", "additionalProperties": {"type": "integer"}},
    "decisions": {"type": "object", "additionalProperties": {"type": "integer"}},
    "states": {"type": "object", "additionalProperties": {"type": "integer"}}
  }
},
"ExposureTallies": {
  "type": "object",
  "required": ["items", "next"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/ExposureTally"}},
    "next": {"type": ["string", "null"]}
  }
},
"ExposureRunInput": {
  "type": "object",
  "properties": {
    "advisories": {"description": "As their addresses have them.", "type": "array", "items": {"type": "string"}},
    "assets": {"type": "array", "items": {"type": "integer"}},
    "products": {"description": "Every asset of them.", "type": "array", "items": {"type": "string"}},
    "boms": {"description": "Every component of them.", "type": "array", "items": {"type": "integer"}},
    "everything": {"description": "Instead of any of these.", "type": "boolean", "default": false}
  }
},
"ExposureRun": {
  "type": "object",
  "required": ["id", "person", "asked_at", "state", "ended_at", "every_advisory", "advisories", "advisories_hidden",
               "every_asset", "assets", "looked_at", "changed", "news"],
  "properties": {
    "id": {"type": "integer"},
    "person": {"description": "Empty: the command line.", "type": "string"},
    "asked_at": {"type": "string", "format": "date-time"},
    "state": {"enum": ["waiting", "running", "done"]},
    "ended_at": {"type": ["string", "null"], "format": "date-time"},
    "every_advisory": {"type": "boolean"},
    "advisories": {"type": "array", "items": {"type": "string"}},
    "advisories_hidden": {"description": "How many others that the asker may not see.", "type": "integer"},
    "every_asset": {"type": "boolean"},
    "assets": {"type": "array", "items": {"type": "integer"}},
    "looked_at": {"description": "Assets.", "type": "integer"},
    "changed": {"description": "Matches that are other than before, of advisories that the asker may see.", "type": "integer"},
    "news": {"description": "Of them in something that matters: status, products, vulnerabilities, remediations.", "type": "integer"}
  }
},
"ExposureRuns": {
  "type": "object",
  "required": ["items"],
  "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/ExposureRun"}}}
},
"Bom": {
  "type": "object",
  "required": ["id", "name", "kind", "file_name", "imported_at", "imported_by", "components"],
  "properties": {
    "id": {"type": "integer"},
    "name": {"type": "string"},
    "kind": {"type": "string"},
    "file_name": {"type": "string"},
    "imported_at": {"type": "string", "format": "date-time"},
    "imported_by": {"description": "Empty: the command line.", "type": "string"},
    "components": {"type": "integer"}
  }
},
"BomList": {
  "type": "object",
  "required": ["items"],
  "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Bom"}}}
}
})json";
}

}  // namespace tocsin::portal::api
