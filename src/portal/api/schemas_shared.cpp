#include "portal/api/schemas.hpp"

/// What members share of threats, and what they do with STIX objects, in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kExtractionQuery[] = {
    {"name", "Of the file; says what the bytes leave open.", R"({"type":"string","maxLength":200})"},
    {"format", "Else the bytes and the name say it.", R"({"enum":["text","markdown","html","mail","pdf"]})"},
};

constexpr QueryParameter kImportQuery[] = {
    {"name", "Of the file. A list of the same name is a later reading of it.", R"({"type":"string","maxLength":200})"},
    {"tlp", "Of objects that bear none.", R"({"enum":["CLEAR","GREEN","AMBER","AMBER+STRICT","RED"]})"},
    {"audience", "Whom what is new is for, as of a report.", R"({"enum":["members","sector","listed","cert"]})"},
    {"listed", "Of the audience `listed`: `community:3` or `organisation:2`. May be given several times.",
     R"({"type":"array","items":{"type":"string"}})"},
    {"embargo_until", "Until then only the organisation sees what is new.",
     R"({"type":"string","format":"date-time"})"},
    {"preview", "Say what would change, and change nothing.", R"({"type":"boolean","default":false})"},
    {"digest", "`digest` of a preview: 409 where something else would come of it now.", R"({"type":"string"})"},
};

constexpr Operation kOperations[] = {
    {.route = "threat_reports",
     .description = "Newest first, as far as the asker's role reads what is its organisation's. Others' reports are "
                    "among the threats.",
     .schema = "SharedReportList"},
    {.route = "threat_report",
     .description = "Who saw it too is named where they said so by name.",
     .schema = "SharedReport"},
    {.route = "threat_report_share",
     .description =
         "Becomes a report, indicators, a sighting where it is said when, and vulnerabilities that are not here yet; "
         "all of them marked and addressed alike. What is not understood, or doubtful and not in `keep`, is refused; "
         "with "
         "`preview` nothing is stored and the answer is 200 with `report` null. `products`: what title and text name "
         "that advisories speak of. `anonymous`: it goes out under the CERT's name.",
     .schema = "SharedReportMade",
     .body = "SharedReportNew",
     .status = 201},
    {.route = "threat_extraction",
     .description =
         "The body is a mail (RFC 5322), a PDF, HTML, Markdown or a text. Nothing is stored: `found` goes into "
         "`POST /api/v1/threats/reports` as far as it is meant.",
     .schema = "ThreatExtraction",
     .query = kExtractionQuery,
     .body = "ThreatFile",
     .body_media_type = "application/octet-stream"},
    {.route = "threat_import",
     .description =
         "The body is what `tocsin import` takes of threats: objects of STIX 2.1 or 2.0, events of MISP, news, or a "
         "list of indicators. What is new becomes the organisation's; newer versions of its own objects stay for whom "
         "those are; what another organisation gave is refused. An object that is refused spoils no other. All of it "
         "is one transaction: at most 10,000 objects. `tlp` and `audience` are needed.",
     .schema = "ThreatImport",
     .query = kImportQuery,
     .body = "ThreatFile",
     .body_media_type = "application/octet-stream"},
    {.route = "threat_report_change",
     .description = "All of it anew, by who gave it or who answers for the organisation. Indicators that are gone are "
                    "revoked. 409 where the report is revoked.",
     .schema = "SharedReport",
     .body = "SharedReportChange"},
    {.route = "threat_report_revoke",
     .description = "With its indicators. It cannot be taken back.",
     .schema = "",
     .status = 204},
    {.route = "threat_create",
     .description = "Checked as `tocsin validate` does. It belongs to the organisation, gets its id here, and reaches "
                    "whom a report would. With `preview` nothing is stored, the answer is 200, and `problems` has all "
                    "that is wrong.",
     .schema = "ThreatWritten",
     .body = "ThreatNew",
     .status = 201},
    {.route = "threat_change",
     .description = "The whole object anew, by who wrote it or who answers for the organisation. Relationships that "
                    "are not named any more are revoked. 409 where it is revoked.",
     .schema = "ThreatWritten",
     .body = "ThreatChange"},
    {.route = "threat_revoke",
     .description = "With its relationships. The reason is for the audit log. It cannot be taken back.",
     .schema = "",
     .body = "ThreatRevocation",
     .status = 204},
    {.route = "threat_report_bundle",
     .description =
         "Reports and what they refer to, as far as the asker may see it, with the observables of their indicators and "
         "the definitions of their markings; of other objects the object alone.",
     .schema = "",
     .media_type = "application/stix+json;version=2.1"},
    {.route = "threat_sighting_add",
     .description = "Of indicators and reports that another organisation gave; 409 where it has said so already. How "
                    "often, when and a remark stand in the sighting, for who gave it and the CERT.",
     .schema = "",
     .body = "SightingNew",
     .status = 204},
    {.route = "threat_sighting_withdraw", .description = "The sighting is revoked.", .schema = "", .status = 204},
    {.route = "threat_thank",
     .description = "Of reports that another organisation gave, for the organisation acted for: once, and saying it "
                    "again changes nothing. Who gave one by name is told which organisations thank it.",
     .schema = "",
     .status = 204},
    {.route = "threat_thanks_withdraw",
     .description = "Of the organisation acted for; where it has said none nothing changes.",
     .schema = "",
     .status = 204},
    {.route = "threat_sharing",
     .description = "For those who edit for the organisation that owns it; 404 for everybody else.",
     .schema = "Sharing"},
    {.route = "threat_sharing_change",
     .description = "As of advisories.",
     .schema = "SharingChanged",
     .body = "SharingChange"},
    {.route = "threat_read", .description = "As of advisories.", .schema = "ReadMark"},
    {.route = "threat_mark_read", .description = "At its present version.", .schema = "", .status = 204},
    {.route = "threat_mark_unread", .description = "", .schema = "", .status = 204},
    {.route = "threat_comments", .description = "As of advisories.", .schema = "CommentList"},
    {.route = "threat_comment", .description = "", .schema = "Comment"},
    {.route = "threat_comment_add",
     .description = "As of advisories.",
     .schema = "Comment",
     .body = "CommentNew",
     .status = 201},
    {.route = "threat_comment_change",
     .description = "As of advisories.",
     .schema = "Comment",
     .body = "CommentChange"},
    {.route = "threat_comment_remove", .description = "As of advisories.", .schema = "", .status = 204},
    {.route = "threat_removal", .description = "As of advisories.", .schema = "", .body = "Removal", .status = 204},
};

}  // namespace

std::span<const Operation> shared_operations() noexcept { return kOperations; }

#define TOCSIN_REPORT_FIELDS \
  R"json("title": {"type": "string"},
    "text": {"description": "Markdown.", "type": "string"},
    "first_seen": {"description": "RFC 3339, or a date.", "type": "string"},
    "last_seen": {"type": "string"},
    "sectors": {"type": "array", "items": {"type": "string"}},
    "countries": {"description": "ISO 3166-1 alpha-2.", "type": "array", "items": {"type": "string"}},
    "indicators": {"description": "Addresses, domains, URLs, mail addresses, hashes; also made harmless.", "type": "array", "items": {"type": "string"}},
    "cves": {"type": "array", "items": {"type": "string"}},
    "techniques": {"description": "Of ATT&CK.", "type": "array", "items": {"type": "string"}},
    "keep": {"description": "Values of doubtful indicators that are meant all the same.", "type": "array", "items": {"type": "string"}},
    "tlp": {"enum": ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]},
    "audience": {"description": "sector: members that now work in a sector of the organisation's. All but members: and the CERT.", "enum": ["members", "sector", "listed", "cert"]},
    "listed": {"description": "organisation:3, community:2.", "type": "array", "items": {"type": "string"}},
    "embargo_until": {"type": ["string", "null"]})json"

#define TOCSIN_OBJECT_FIELDS \
  R"json("object": {"description": "Of STIX 2.1. Without id, created, modified and created_by_ref where it is new.", "type": "object"},
    "relationships": {
      "description": "From the object.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["type", "target"],
        "additionalProperties": false,
        "properties": {"type": {"type": "string"}, "target": {"description": "STIX id.", "type": "string"}}
      }
    },
    "tlp": {"enum": ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]},
    "audience": {"enum": ["members", "sector", "listed", "cert"]},
    "listed": {"description": "organisation:3, community:2.", "type": "array", "items": {"type": "string"}},
    "embargo_until": {"type": ["string", "null"]})json"

#define TOCSIN_OBJECT_FINDINGS \
  R"json({
      "type": "array",
      "items": {
        "type": "object",
        "required": ["test", "pointer", "message"],
        "properties": {
          "test": {"description": "Rule of the validator; empty for what is of this house.", "type": "string"},
          "pointer": {"type": "string"},
          "message": {"type": "string"}
        }
      }
    })json"

std::string_view shared_schemas_json() noexcept {
  return R"json({
"SharedReport": {
  "type": "object",
  "required": ["id", "url", "title", "tlp", "form", "anonymous", "revoked", "may_change", "version", "shared_at", "text", "first_seen", "last_seen", "sectors", "countries", "indicators", "cves", "techniques", "objects", "organisations_that_saw_it", "organisations_that_read_it", "organisations_that_thanked", "thanked_by", "seen_too"],
  "properties": {
    "id": {"description": "Its STIX id.", "type": "string"},
    "url": {"type": "string"},
    "title": {"type": "string"},
    "tlp": {"type": "string"},
    "form": {"description": "object: written as one (`POST /api/v1/threats`); what was typed is empty then.", "enum": ["report", "object"]},
    "anonymous": {"type": "boolean"},
    "revoked": {"type": "boolean"},
    "may_change": {"type": "boolean"},
    "version": {"description": "`modified` of the report.", "type": "string"},
    "shared_at": {"$ref": "#/components/schemas/Time"},
    "text": {"description": "This and what follows: as it was typed.", "type": "string"},
    "first_seen": {"type": "string"},
    "last_seen": {"type": "string"},
    "sectors": {"type": "array", "items": {"type": "string"}},
    "countries": {"type": "array", "items": {"type": "string"}},
    "indicators": {"description": "One a line.", "type": "string"},
    "cves": {"type": "string"},
    "techniques": {"type": "string"},
    "objects": {"description": "Of STIX, with the report.", "type": "integer", "minimum": 1},
    "organisations_that_saw_it": {"type": "integer", "minimum": 0},
    "organisations_that_read_it": {"description": "Others, of whom somebody marked the report as read.", "type": "integer", "minimum": 0},
    "organisations_that_thanked": {"type": "integer", "minimum": 0},
    "thanked_by": {"description": "Names of these organisations; none where the report is anonymous.", "type": "array", "items": {"type": "string"}},
    "seen_too": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["organisation", "object", "at", "count", "first_seen", "last_seen", "remark"],
        "properties": {
          "organisation": {"description": "Null: it did not want to be named.", "type": ["string", "null"]},
          "object": {"type": "string"},
          "at": {"description": "When they said so.", "$ref": "#/components/schemas/Time"},
          "count": {"description": "Null, as what follows: they did not say.", "type": ["integer", "null"]},
          "first_seen": {"$ref": "#/components/schemas/OptionalTime"},
          "last_seen": {"$ref": "#/components/schemas/OptionalTime"},
          "remark": {"type": ["string", "null"]}
        }
      }
    }
  }
},
"SharedReportList": {
  "type": "object",
  "required": ["items"],
  "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/SharedReport"}}}
},
"ThreatFile": {"description": "The file's bytes, at most 16 MB.", "type": "string"},
"ThreatImport": {
  "type": "object",
  "required": ["imported", "digest", "counts", "lifted", "misp_events", "listed", "objects", "remarks"],
  "properties": {
    "imported": {"description": "False for a preview.", "type": "boolean"},
    "digest": {"description": "Of the file, of whom it is for, and of what comes of it.", "type": "string"},
    "counts": {
      "type": "object",
      "required": ["created", "updated", "history", "unchanged", "refused"],
      "properties": {
        "created": {"type": "integer"},
        "updated": {"type": "integer"},
        "history": {"description": "Older versions, kept as such.", "type": "integer"},
        "unchanged": {"type": "integer"},
        "refused": {"type": "integer"}
      }
    },
    "lifted": {"description": "Were STIX 2.0.", "type": "integer"},
    "misp_events": {"description": "Of MISP, that the objects were made of.", "type": "integer"},
    "listed": {"description": "Values of a list, that the objects were made of.", "type": "integer"},
    "objects": {
      "description": "What cannot be read first, then in the order of the file.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["outcome", "id", "url", "title", "version", "version_here", "tlp", "tlp_by_default", "where", "why"],
        "properties": {
          "outcome": {"enum": ["created", "updated", "history", "unchanged", "refused"]},
          "id": {"type": ["string", "null"]},
          "url": {"description": "Null where the asker has it not here.", "type": ["string", "null"]},
          "title": {"type": "string"},
          "version": {"type": "string"},
          "version_here": {"description": "Before the import.", "type": ["string", "null"]},
          "tlp": {"enum": [null, "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]},
          "tlp_by_default": {"type": "boolean"},
          "where": {"description": "`/objects/7`, or the line of a list: of what cannot be read.", "type": ["string", "null"]},
          "why": {"description": "It is refused.", "type": ["string", "null"]}
        }
      }
    },
    "remarks": {"description": "What was read otherwise than written.", "type": "array", "items": {"type": "string"}}
  }
},
"ThreatExtraction": {
  "type": "object",
  "required": ["format", "title", "text", "cut", "found", "attachments", "products"],
  "properties": {
    "format": {"enum": ["text", "markdown", "html", "mail", "pdf"]},
    "title": {"type": "string"},
    "text": {"description": "What a person reads of it.", "type": "string"},
    "cut": {"description": "There was more than is read.", "type": "boolean"},
    "products": {"$ref": "#/components/schemas/NamedProducts"},
    "found": {
      "description": "Each value once, where it was first found.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["kind", "value", "defanged", "place", "name", "page", "line", "times", "doubt", "reserve"],
        "properties": {
          "kind": {"enum": ["ipv4", "ipv6", "domain", "url", "email", "md5", "sha1", "sha256", "cve", "cwe", "technique"]},
          "value": {"type": "string"},
          "defanged": {"type": "boolean"},
          "place": {"enum": ["text", "html", "link", "header", "attachment"]},
          "name": {"description": "Of the header or the attachment.", "type": "string"},
          "page": {"type": ["integer", "null"], "minimum": 1},
          "line": {"type": ["integer", "null"], "minimum": 1},
          "times": {"type": "integer", "minimum": 1},
          "doubt": {"type": ["string", "null"]},
          "reserve": {"description": "Why it is hardly meant as an indicator; null where nothing speaks against it.", "enum": ["doubtful", "header", "plain-link", "no-part", null]}
        }
      }
    },
    "attachments": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["name", "media_type", "bytes", "sha256"],
        "properties": {
          "name": {"description": "As it calls itself: never a path to write to.", "type": "string"},
          "media_type": {"type": "string"},
          "bytes": {"type": "integer", "minimum": 0},
          "sha256": {"type": "string"}
        }
      }
    }
  }
},
"SharedReportMade": {
  "type": "object",
  "required": ["review", "report"],
  "properties": {
    "review": {
      "type": "object",
      "required": ["indicators", "unread", "also_in_text", "products"],
      "properties": {
        "products": {"$ref": "#/components/schemas/NamedProducts"},
        "indicators": {
          "type": "array",
          "items": {
            "type": "object",
            "required": ["kind", "value", "doubt", "kept"],
            "properties": {
              "kind": {"enum": ["ipv4", "ipv6", "domain", "url", "email", "md5", "sha1", "sha256"]},
              "value": {"type": "string"},
              "doubt": {"enum": [null, "own-network", "reserved", "wide-network", "resolver", "common-service", "empty-file", "known-good"]},
              "kept": {"type": "boolean"}
            }
          }
        },
        "unread": {
          "type": "array",
          "items": {
            "type": "object",
            "required": ["field", "line", "text"],
            "properties": {
              "field": {"enum": ["indicators", "cves", "techniques"]},
              "line": {"type": "integer", "minimum": 1},
              "text": {"type": "string"}
            }
          }
        },
        "also_in_text": {
          "description": "In the text, and in none of the lists.",
          "type": "array",
          "items": {
            "type": "object",
            "required": ["kind", "value"],
            "properties": {"kind": {"type": "string"}, "value": {"type": "string"}}
          }
        }
      }
    },
    "report": {"description": "A SharedReport; null for a preview.", "type": ["object", "null"]}
  }
},
"SharedReportNew": {
  "type": "object",
  "required": ["title", "text", "tlp", "audience"],
  "additionalProperties": false,
  "properties": {
    )json" TOCSIN_REPORT_FIELDS R"json(,
    "anonymous": {"type": "boolean", "default": false},
    "preview": {"type": "boolean", "default": false}
  }
},
"SharedReportChange": {
  "type": "object",
  "required": ["title", "text", "tlp", "audience"],
  "additionalProperties": false,
  "properties": {
    )json" TOCSIN_REPORT_FIELDS R"json(
  }
},
"ThreatNew": {
  "type": "object",
  "required": ["object", "tlp", "audience"],
  "additionalProperties": false,
  "properties": {
    )json" TOCSIN_OBJECT_FIELDS R"json(,
    "preview": {"type": "boolean", "default": false}
  }
},
"ThreatChange": {
  "type": "object",
  "required": ["object", "tlp", "audience"],
  "additionalProperties": false,
  "properties": {
    )json" TOCSIN_OBJECT_FIELDS R"json(
  }
},
"ThreatWritten": {
  "type": "object",
  "required": ["id", "url", "version", "problems", "remarks"],
  "properties": {
    "id": {"description": "Null for a preview.", "type": ["string", "null"]},
    "url": {"type": ["string", "null"]},
    "version": {"description": "`modified`, and the ETag.", "type": ["string", "null"]},
    "problems": )json" TOCSIN_OBJECT_FINDINGS R"json(,
    "remarks": )json" TOCSIN_OBJECT_FINDINGS R"json(
  }
},
"ThreatRevocation": {
  "type": "object",
  "required": ["reason"],
  "additionalProperties": false,
  "properties": {"reason": {"description": "At most 500 bytes.", "type": "string"}}
},
"SightingNew": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "anonymous": {"type": "boolean", "default": false},
    "count": {"description": "How often.", "type": ["integer", "null"], "minimum": 1, "maximum": 999999999},
    "first_seen": {"description": "RFC 3339, or a date. Not in the future.", "type": ["string", "null"]},
    "last_seen": {"description": "Not before first_seen.", "type": ["string", "null"]},
    "remark": {"description": "At most 2,000 bytes. Becomes the sighting's description.", "type": ["string", "null"]}
  }
}
})json";
}

}  // namespace tocsin::portal::api
