#include "portal/api/schemas.hpp"

/// The inventory and what advisories mean for it, in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kOrganisation{
    "organisation", "Number of another organisation, which granted the CERT to read it; else one's own.",
    R"({"type":"integer","minimum":1})"};
constexpr QueryParameter kLimit{"limit", "Items in a page.",
                                R"({"type":"integer","minimum":1,"maximum":200,"default":50})"};
constexpr QueryParameter kCursor{"cursor", "Opaque; from `next` of the page before. Leave out for the first page.",
                                 R"({"type":"string"})"};
constexpr QueryParameter kVendor{"vendor", "Exactly as the inventory has it.", R"({"type":"string"})"};
constexpr QueryParameter kSite{"site", "Exactly as the inventory has it.", R"({"type":"string"})"};
constexpr QueryParameter kZone{"zone", "Exactly as the inventory has it.", R"({"type":"string"})"};

constexpr QueryParameter kInventoryQuery[] = {
    kOrganisation,
    {"q", "Words; each has to occur in name, model, serial number, address, tag and the like.",
     R"({"type":"string","default":""})"},
    kVendor,
    kSite,
    kZone,
    {"exposure", "Exactly as the inventory has it.", R"({"type":"string"})"},
    {"criticality", "Exactly as the inventory has it.", R"({"type":"string"})"},
    {"sort", "Order.", R"({"enum":["name","vendor","site","changed"],"default":"name"})"},
    kLimit,
    kCursor,
};
constexpr QueryParameter kOneQuery[] = {kOrganisation};
constexpr QueryParameter kExposureQuery[] = {
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
    kSite,
    kZone,
    kVendor,
    {"cve", "Only matches that name this vulnerability.", R"({"type":"string"})"},
    {"advisory", "Only of this advisory, as its address has it.", R"({"type":"string"})"},
    {"product", "Only of assets of this product: `product` of `GET /exposure/lists`.", R"({"type":"string"})"},
    {"bom", "Only of components of this bill of materials.", R"({"type":"integer","minimum":1})"},
    {"asset", "Only of this asset.", R"({"type":"integer","minimum":1})"},
    {"threats",
     "yes: only matches about a vulnerability that a campaign, a group, malware or a tool names which the asker may "
     "see.",
     R"({"enum":["yes"]})"},
    {"sort", "Most urgent, soonest due, most urgent status, by site, surest first; then the newest advisory first.",
     R"({"enum":["decision","due","status","site","confidence"],"default":"decision"})"},
    {"group", "Also count by this: `groups`.", R"({"enum":["site","zone","vendor"]})"},
    kLimit,
    kCursor,
};
constexpr QueryParameter kOverviewQuery[] = {
    kOrganisation,
    kSite,
    {"since",
     "Begin of what changed: yesterday (of that day), week (seven days ago), visit (the sign-in before this "
     "one), or a day such as 2027-05-31.",
     R"({"type":"string","default":"yesterday"})"},
    {"days", "Of the trend.", R"({"type":"integer","minimum":7,"maximum":730,"default":90})"},
};
constexpr QueryParameter kImportQuery[] = {
    {"dry_run", "Say what would change, and change nothing.", R"({"type":"boolean","default":false})"},
    {"keep_good_rows", "Leave rows with errors out; else one error refuses all.",
     R"({"type":"boolean","default":false})"},
    {"remove_missing", "Remove assets that are not in the file.", R"({"type":"boolean","default":false})"},
    {"bom", "What to call a bill of materials; else as it says itself. Another of the same name is replaced.",
     R"({"type":"string","maxLength":200})"},
    {"digest", "`digest` of a dry run: 409 where something else would be done now.", R"({"type":"string"})"},
};

constexpr Operation kOperations[] = {
    {.route = "inventory",
     .description = "Private to its organisation: the CERT reads what it was granted and nothing else.",
     .schema = "AssetList",
     .query = kInventoryQuery},
    {.route = "inventory_asset", .description = "", .schema = "AssetDetail", .query = kOneQuery},
    {.route = "inventory_export",
     .description = "Read back, it gives the same assets. Written down in the audit log.",
     .schema = "",
     .media_type = "text/csv",
     .query = kOneQuery},
    {.route = "inventory_export_xlsx",
     .description = "As the CSV, for at most 1,048,575 assets.",
     .schema = "",
     .media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     .query = kOneQuery},
    {.route = "inventory_export_cyclonedx",
     .description =
         "CycloneDX 1.6: a component an asset, what CycloneDX has no member for as properties below `tocsin:`. "
         "For at most 1,000,000 assets.",
     .schema = "",
     .media_type = "application/vnd.cyclonedx+json",
     .query = kOneQuery},
    {.route = "asset_create", .description = "", .schema = "Asset", .body = "AssetInput", .status = 201},
    {.route = "asset_replace",
     .description = "Fields that are left out become empty.",
     .schema = "Asset",
     .body = "AssetInput",
     .if_match = true},
    {.route = "asset_delete", .description = "", .schema = "", .status = 204, .if_match = true},
    {.route = "inventory_import",
     .description = "The body is a CSV file; its columns are recognised by their names, or as the mapping page "
                    "remembered them. All or nothing, unless good rows are to be kept.",
     .schema = "InventoryDifference",
     .query = kImportQuery,
     .body = "InventoryFile",
     .body_media_type = "text/csv"},
    {.route = "exposure",
     .description = "Matches between the inventory and the advisories that the asker may read, most urgent first.",
     .schema = "ExposureList",
     .query = kExposureQuery},
    {.route = "exposure_overview",
     .description =
         "Counted are open matters: one advisory on one asset, affected, undecidable or under investigation, "
         "neither done nor accepted. What the asker may not see counts nowhere, also not in the past. Days "
         "are those of the time zone in the asker's profile.",
     .schema = "ExposureOverview",
     .query = kOverviewQuery},
    {.route = "exposure_report_pdf",
     .description = "For the plant manager, in English. Written down in the audit log.",
     .schema = "",
     .media_type = "application/pdf",
     .query = kOverviewQuery},
    {.route = "exposure_report_xlsx",
     .description = "Worksheets: summary, worklist, by site, changes. Written down in the audit log.",
     .schema = "",
     .media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     .query = kOverviewQuery},
    {.route = "exposure_report_csv",
     .description = "The worklist, most urgent first. Written down in the audit log.",
     .schema = "",
     .media_type = "text/csv",
     .query = kOverviewQuery},
    {.route = "exposure_state",
     .description = "At most 2,000 at once; all or none.",
     .schema = "",
     .body = "ExposureState",
     .status = 204},
    {.route = "exposure_verdict",
     .description = "`never` holds for every asset of the same vendor, product and model, whatever the advisory.",
     .schema = "",
     .body = "ExposureVerdict",
     .status = 204},
    {.route = "decision_table",
     .description = "With the versions that there were, newest first. Version 0: none was ever chosen.",
     .schema = "DecisionTableInUse",
     .query = kOneQuery},
    {.route = "decision_table_version", .description = "", .schema = "DecisionTable", .query = kOneQuery},
    {.route = "decision_table_set",
     .description =
         "Makes a new version. A table has to be complete: every combination of values exactly once; what is "
         "wrong is told with its row. 409 where `version` is not the one in use.",
     .schema = "DecisionTable",
     .body = "DecisionTableInput"},
    {.route = "decision_table_preview",
     .description = "Changes nothing.",
     .schema = "DecisionTablePreview",
     .body = "DecisionTableInput"},
};

}  // namespace

std::span<const Operation> inventory_operations() noexcept { return kOperations; }

std::string_view inventory_schemas_json() noexcept {
  return R"json({
"AssetInput": {
  "description": "Texts as the inventory has them. A name, product or model is needed.",
  "type": "object",
  "properties": {
    "key": {"description": "What an import recognises it by; else the serial number, else name, model and site.", "type": "string"},
    "name": {"type": "string"},
    "vendor": {"type": "string"},
    "family": {"type": "string"},
    "product": {"type": "string"},
    "model": {"description": "Model, order, article or catalogue number.", "type": "string"},
    "hardware": {"type": "string"},
    "versions": {"type": "array", "items": {"$ref": "#/components/schemas/AssetVersion"}},
    "serial": {"type": "string"},
    "cpe": {"type": "string"},
    "purls": {"type": "array", "items": {"type": "string"}},
    "hashes": {"type": "array", "items": {"type": "object", "required": ["algorithm", "value"], "properties": {"algorithm": {"type": "string"}, "value": {"type": "string"}}}},
    "addresses": {"type": "array", "items": {"type": "string"}},
    "site": {"type": "string"},
    "zone": {"description": "IEC 62443-3-2.", "type": "string"},
    "conduit": {"type": "string"},
    "purdue_level": {"type": "string"},
    "criticality": {"type": "string"},
    "exposure": {"type": "string"},
    "safety": {"description": "Consequence for safety.", "type": "string"},
    "environment": {"type": "string"},
    "production": {"type": "string"},
    "owner": {"type": "string"},
    "next_outage": {"type": "string"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "others": {"description": "Free columns.", "type": "array", "items": {"type": "object", "required": ["name", "value"], "properties": {"name": {"type": "string"}, "value": {"type": "string"}}}}
  }
},
"AssetVersion": {
  "type": "object",
  "required": ["text"],
  "properties": {
    "component": {"description": "What has the version; empty: the thing itself.", "type": "string"},
    "text": {"type": "string"}
  }
},
"Asset": {
  "allOf": [
    {"$ref": "#/components/schemas/AssetInput"},
    {
      "type": "object",
      "required": ["id", "label", "added_at", "changed_at", "waits_for_matching"],
      "properties": {
        "id": {"type": "integer"},
        "label": {"type": "string"},
        "added_at": {"type": "string", "format": "date-time"},
        "changed_at": {"type": "string", "format": "date-time"},
        "waits_for_matching": {"type": "boolean"}
      }
    }
  ]
},
"AssetDetail": {
  "allOf": [
    {"$ref": "#/components/schemas/Asset"},
    {
      "type": "object",
      "required": ["matches"],
      "properties": {"matches": {"type": "array", "items": {"$ref": "#/components/schemas/ExposureMatch"}}}
    }
  ]
},
"AssetList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Asset"}},
    "next": {"type": ["string", "null"]},
    "total": {"type": "integer"}
  }
},
"ExposureMatch": {
  "type": "object",
  "required": ["asset", "label", "vendor", "site", "zone", "criticality", "advisory", "tracking_id", "title", "tlp",
               "score", "status", "confidence", "product_ids", "cves", "because", "question", "decision",
               "decision_because", "decision_table", "decision_vulnerability", "decision_path", "due", "verdict", "state",
               "state_until", "found_at", "changed_at"],
  "properties": {
    "asset": {"type": "integer"},
    "label": {"type": "string"},
    "vendor": {"type": "string"},
    "site": {"type": "string"},
    "zone": {"type": "string"},
    "criticality": {"type": "string"},
    "advisory": {"description": "As its address has it.", "type": "string"},
    "tracking_id": {"type": "string"},
    "title": {"type": "string"},
    "tlp": {"type": "string"},
    "score": {"type": ["number", "null"]},
    "status": {"enum": ["affected", "undecidable", "under_investigation", "fixed", "not_affected"]},
    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    "product_ids": {"type": "array", "items": {"type": "string"}},
    "cves": {"type": "array", "items": {"type": "string"}},
    "threats": {"description": "In lists of matches: who attacks by these vulnerabilities, at most three.", "type": "array", "items": {"$ref": "#/components/schemas/Threat"}},
    "because": {"type": "string"},
    "question": {"description": "What would decide it.", "type": ["string", "null"]},
    "decision": {"enum": ["act_now", "mitigate_now", "next_outage", "accept", "nothing_to_do"]},
    "decision_because": {"description": "The path through the decision table, in one sentence.", "type": "string"},
    "decision_table": {"description": "Id of the table that was asked; empty where none was.", "type": "string"},
    "decision_vulnerability": {"description": "Of several, the one that decided.", "type": "string"},
    "decision_path": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["point", "name", "value", "value_name", "because", "assumed"],
        "properties": {
          "point": {"type": "string"},
          "name": {"type": "string"},
          "value": {"type": "string"},
          "value_name": {"type": "string"},
          "because": {"type": "string"},
          "assumed": {"description": "Nothing says it: the more careful value was taken.", "type": "boolean"}
        }
      }
    },
    "due": {"description": "Day by which it is to be done: 2027-05-31. What is to be done at once is due on the day on which that was found.", "type": ["string", "null"]},
    "verdict": {"enum": ["none", "confirmed", "rejected", "never"]},
    "state": {"enum": ["open", "in_progress", "done", "accepted"]},
    "state_until": {"type": ["string", "null"], "format": "date-time"},
    "found_at": {"type": "string", "format": "date-time"},
    "changed_at": {"description": "When something that matters changed: status, products, vulnerabilities, remediations.", "type": "string", "format": "date-time"}
  }
},
"ExposureDecisions": {
  "description": "Matches by decision; undecided: not yet.",
  "type": "object",
  "additionalProperties": {"type": "integer"}
},
"ExposureList": {
  "type": "object",
  "required": ["items", "next", "counts", "decisions", "waiting"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/ExposureMatch"}},
    "next": {"type": ["string", "null"]},
    "counts": {"description": "Matches by status, under the other filters.", "type": "object", "additionalProperties": {"type": "integer"}},
    "decisions": {"$ref": "#/components/schemas/ExposureDecisions"},
    "waiting": {"description": "Of them, how many are being decided anew: for a moment they may be counted and filtered as what they were. Each item says what holds now.", "type": "integer"},
    "groups": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["value", "decisions"],
        "properties": {"value": {"type": "string"}, "decisions": {"$ref": "#/components/schemas/ExposureDecisions"}}
      }
    }
  }
},
"DecisionTableVersion": {
  "type": "object",
  "required": ["version", "base", "note", "by", "at"],
  "properties": {
    "version": {"type": "integer"},
    "base": {"enum": ["ot", "deployer", "cisa", "own"]},
    "note": {"type": "string"},
    "by": {"type": "string"},
    "at": {"type": ["string", "null"], "format": "date-time"}
  }
},
"DecisionTable": {
  "allOf": [
    {"$ref": "#/components/schemas/DecisionTableVersion"},
    {
      "type": "object",
      "required": ["id", "name", "table"],
      "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "table": {"description": "SSVC DecisionTable 2.0.0, as `tocsin match --decision-table` reads it.", "type": "object"}
      }
    }
  ]
},
"DecisionTableInUse": {
  "allOf": [
    {"$ref": "#/components/schemas/DecisionTable"},
    {
      "type": "object",
      "required": ["versions"],
      "properties": {"versions": {"type": "array", "items": {"$ref": "#/components/schemas/DecisionTableVersion"}}}
    }
  ]
},
"DecisionTableInput": {
  "type": "object",
  "properties": {
    "base": {"enum": ["ot", "deployer", "cisa", "own"], "default": "own"},
    "table": {"description": "own only: SSVC DecisionTable 2.0.0.", "type": "object"},
    "note": {"type": "string"},
    "version": {"description": "The version that was seen.", "type": "integer"}
  }
},
"DecisionTablePreview": {
  "type": "object",
  "required": ["looked_at", "whole", "changes"],
  "properties": {
    "looked_at": {"description": "Matches that are neither fixed nor not affected.", "type": "integer"},
    "whole": {"description": "Else there are more.", "type": "boolean"},
    "changes": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["from", "to", "count"],
        "properties": {"from": {"type": "string"}, "to": {"type": "string"}, "count": {"type": "integer"}}
      }
    }
  }
},
"ExposureOverview": {
  "type": "object",
  "required": ["organisation", "site", "generated", "time_zone", "tlp", "open", "decisions", "sites", "zones", "vendors", "open_for", "history_since", "trend", "remediation", "changed"],
  "properties": {
    "organisation": {"type": "string"},
    "site": {"type": ["string", "null"]},
    "generated": {"type": "string", "format": "date-time"},
    "time_zone": {"type": "string"},
    "tlp": {"description": "The highest marking of the advisories that are counted or named.", "type": ["string", "null"]},
    "open": {
      "type": "object",
      "required": ["matters", "affected", "in_progress", "assets", "advisories", "known_exploited"],
      "properties": {
        "matters": {"type": "integer"},
        "affected": {"type": "integer"},
        "in_progress": {"type": "integer"},
        "assets": {"type": "integer"},
        "advisories": {"type": "integer"},
        "known_exploited": {"type": "array", "items": {"type": "string"}}
      }
    },
    "decisions": {
      "type": "object",
      "required": ["complete", "decided", "by_decision", "by_due"],
      "properties": {
        "complete": {"description": "False: some open matters are being decided anew and counted as they were.", "type": "boolean"},
        "decided": {"type": "integer"},
        "by_decision": {"type": "object", "additionalProperties": {"type": "integer"}},
        "by_due": {"type": "object", "additionalProperties": {"type": "integer"}}
      }
    },
    "sites": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["site", "matters", "assets", "by_decision", "by_severity"],
        "properties": {
          "site": {"type": "string"},
          "matters": {"type": "integer"},
          "assets": {"type": "integer"},
          "by_decision": {"type": "object", "additionalProperties": {"type": "integer"}},
          "by_severity": {"type": "object", "additionalProperties": {"type": "integer"}}
        }
      }
    },
    "zones": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["site", "zone", "matters", "affected", "assets"],
        "properties": {"site": {"type": "string"}, "zone": {"type": "string"}, "matters": {"type": "integer"}, "affected": {"type": "integer"}, "assets": {"type": "integer"}}
      }
    },
    "vendors": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["vendor", "matters", "affected", "assets"],
        "properties": {"vendor": {"type": "string"}, "matters": {"type": "integer"}, "affected": {"type": "integer"}, "assets": {"type": "integer"}}
      }
    },
    "open_for": {"description": "Matters by the time since they were first found.", "type": "object", "additionalProperties": {"type": "integer"}},
    "history_since": {"type": ["string", "null"], "format": "date-time"},
    "trend": {
      "description": "Open matters at the end of each day, the last now.",
      "type": "array",
      "items": {"type": "object", "required": ["day", "open"], "properties": {"day": {"type": "string"}, "open": {"type": "integer"}}}
    },
    "remediation": {
      "description": "From being found affected to done, or to a fixed version in the inventory.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["month", "remediated", "mean_seconds", "median_seconds"],
        "properties": {"month": {"type": "string"}, "remediated": {"type": "integer"}, "mean_seconds": {"type": ["integer", "null"]}, "median_seconds": {"type": ["integer", "null"]}}
      }
    },
    "changed": {
      "type": "object",
      "required": ["since", "counts", "matches", "decision_count", "decisions", "state_counts", "states"],
      "properties": {
        "since": {"type": "string", "format": "date-time"},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "matches": {
          "description": "The first 25, those that are open now before others.",
          "type": "array",
          "items": {
            "type": "object",
            "required": ["change", "asset", "asset_removed", "label", "site", "advisory", "before", "now", "at"],
            "properties": {
              "change": {"enum": ["appeared", "became_affected", "reopened", "fixed", "not_affected", "gone"]},
              "asset": {"type": "integer"},
              "asset_removed": {"type": "boolean"},
              "label": {"type": "string"},
              "site": {"type": "string"},
              "advisory": {"description": "As its address has it.", "type": "string"},
              "before": {"enum": ["affected", "undecidable", "under_investigation", "fixed", "not_affected", null]},
              "now": {"enum": ["affected", "undecidable", "under_investigation", "fixed", "not_affected", null]},
              "at": {"type": "string", "format": "date-time"}
            }
          }
        },
        "decision_count": {"description": "How often what is to be done became something else.", "type": "integer"},
        "decisions": {
          "description": "What is to be done became something else: newest first, at most 25.",
          "type": "array",
          "items": {
            "type": "object",
            "required": ["asset", "label", "site", "advisory", "before", "now", "because", "at"],
            "properties": {
              "asset": {"type": "integer"},
              "label": {"type": "string"},
              "site": {"type": "string"},
              "advisory": {"description": "As its address has it.", "type": "string"},
              "before": {"$ref": "#/components/schemas/DecidedThen"},
              "now": {"$ref": "#/components/schemas/DecidedThen"},
              "because": {"description": "In English.", "type": "string"},
              "at": {"type": "string", "format": "date-time"}
            }
          }
        },
        "state_counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "states": {
          "description": "What people noted, newest first, at most 25.",
          "type": "array",
          "items": {
            "type": "object",
            "required": ["state", "asset", "label", "site", "advisory", "vulnerability", "person", "evidence", "at"],
            "properties": {
              "state": {"enum": ["open", "in_progress", "done", "accepted"]},
              "asset": {"type": "integer"},
              "label": {"type": "string"},
              "site": {"type": "string"},
              "advisory": {"type": "string"},
              "vulnerability": {"type": "string"},
              "person": {"type": "string"},
              "evidence": {"type": "string"},
              "at": {"type": "string", "format": "date-time"}
            }
          }
        }
      }
    }
  }
},
"DecidedThen": {
  "type": "object",
  "required": ["action", "due"],
  "properties": {
    "action": {"enum": ["act_now", "mitigate_now", "next_outage", "accept", "nothing_to_do"]},
    "due": {"type": ["string", "null"], "format": "date"}
  }
},
"ExposureSubjects": {
  "type": "array",
  "items": {
    "type": "object",
    "required": ["asset", "advisory"],
    "properties": {"asset": {"type": "integer"}, "advisory": {"type": "string"}}
  }
},
"ExposureState": {
  "type": "object",
  "required": ["matches", "state"],
  "properties": {
    "matches": {"$ref": "#/components/schemas/ExposureSubjects"},
    "state": {"enum": ["open", "in_progress", "done", "accepted"]},
    "evidence": {"description": "Needed for accepted.", "type": "string"},
    "until": {"description": "accepted only.", "type": "string", "format": "date-time"},
    "vulnerability": {"description": "Of this one only; else of the advisory as a whole.", "type": "string"}
  }
},
"ExposureVerdict": {
  "type": "object",
  "required": ["matches", "verdict"],
  "properties": {
    "matches": {"$ref": "#/components/schemas/ExposureSubjects"},
    "verdict": {"enum": ["none", "confirmed", "rejected", "never"]},
    "reason": {"description": "Needed for rejected and never.", "type": "string"}
  }
},
"InventoryDifference": {
  "type": "object",
  "required": ["rows", "added", "changed", "unchanged", "missing", "removed", "bad", "errors", "changes", "digest"],
  "properties": {
    "rows": {"type": "integer"},
    "added": {"type": "integer"},
    "changed": {"type": "integer"},
    "unchanged": {"type": "integer"},
    "missing": {"description": "In the inventory, but not in the file.", "type": "integer"},
    "removed": {"type": "integer"},
    "bad": {"description": "Rows with errors.", "type": "integer"},
    "errors": {"description": "The first 100.", "type": "array", "items": {"type": "object", "required": ["row", "message"], "properties": {"row": {"type": "integer"}, "message": {"type": "string"}}}},
    "changes": {"description": "The first 100.", "type": "array", "items": {"type": "object", "required": ["id", "label", "fields"], "properties": {
      "id": {"type": "integer"}, "label": {"type": "string"},
      "fields": {"type": "array", "items": {"type": "object", "required": ["field", "before", "after"], "properties": {"field": {"type": "string"}, "before": {"type": "string"}, "after": {"type": "string"}}}}}}},
    "digest": {"type": "string"}
  }
},
"InventoryFile": {"description": "The file's bytes.", "type": "string"}
})json";
}

}  // namespace tocsin::portal::api
