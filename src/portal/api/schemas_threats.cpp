#include "portal/api/schemas.hpp"

/// Threat knowledge in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kThreatsQuery[] = {
    {"q", "Every word of it, the last as a beginning: in names, aliases, ids, descriptions and values.",
     R"({"type":"string","default":""})"},
    {"type", "Type of STIX object, such as `malware`. Without it: all but relationships, markings and such.",
     R"({"type":"string","default":""})"},
    {"label", "A label, or a value of an open vocabulary such as malware_types.", R"({"type":"string","default":""})"},
    {"tlp", "Marked so.", R"({"type":"string","default":""})"},
    {"revoked", "Only those that are, or are not.", R"({"enum":["","yes","no"],"default":""})"},
    {"modified_after", "A date, or a time of RFC 3339.", R"({"type":"string","default":""})"},
    {"sort", "Order: newest version first, by name, by type, or by confidence, highest first.",
     R"({"enum":["modified","name","type","confidence"],"default":"modified"})"},
    {"limit", "Objects in a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
    {"cursor", "Opaque; from `next` of the page before. Leave out for the first page.", R"({"type":"string"})"},
};

constexpr Operation kOperations[] = {
    {.route = "threats",
     .description = "What the asker may see, with counts by type; `types` counts whatever `type` asks for.",
     .schema = "ThreatList",
     .query = kThreatsQuery},
    {.route = "threat",
     .description = "`references` has only what the asker may see: of a relationship both ends and the relationship.",
     .schema = "ThreatDetail"},
    {.route = "threat_document",
     .description = "What came as STIX 2.0 was lifted to 2.1 when it came.",
     .schema = "",
     .media_type = "application/stix+json;version=2.1"},
};

}  // namespace

std::span<const Operation> threat_operations() noexcept { return kOperations; }

std::string_view threat_schemas_json() noexcept {
  return R"json({
"Threat": {
  "description": "The header of a STIX object.",
  "type": "object",
  "required": ["id", "url", "type", "name", "tlp", "created", "modified", "confidence", "revoked"],
  "properties": {
    "id": {"description": "Its STIX id.", "type": "string"},
    "url": {"type": "string"},
    "type": {"type": "string"},
    "name": {"description": "Of objects without one their type and what they say.", "type": "string"},
    "tlp": {"type": "string"},
    "created": {"$ref": "#/components/schemas/OptionalTime"},
    "modified": {"$ref": "#/components/schemas/OptionalTime"},
    "confidence": {"type": ["integer", "null"]},
    "revoked": {"type": "boolean"}
  }
},
"ThreatList": {
  "type": "object",
  "required": ["items", "next", "total", "types"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Threat"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": ["integer", "null"], "minimum": 0},
    "types": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["type", "count"],
        "properties": {"type": {"type": "string"}, "count": {"type": "integer", "minimum": 0}}
      }
    }
  }
},
"ThreatDetail": {
  "type": "object",
  "required": ["id", "url", "name", "tlp", "version", "format", "sha512", "document_url", "object", "references", "more_references", "revisions"],
  "properties": {
    "id": {"description": "Its STIX id.", "type": "string"},
    "url": {"type": "string"},
    "name": {"type": "string"},
    "tlp": {"type": "string"},
    "version": {"description": "`modified`, as it is written; empty for what has no versions.", "type": "string"},
    "format": {"description": "stix-2.0: came so and was lifted.", "enum": ["stix-2.1", "stix-2.0"]},
    "sha512": {"description": "Of the bytes, lower-case hex.", "type": "string"},
    "document_url": {"type": "string"},
    "object": {"description": "The STIX object.", "type": "object"},
    "references": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["verb", "outgoing", "relationship", "object"],
        "properties": {
          "verb": {"description": "Type of the relationship, or the property that refers.", "type": "string"},
          "outgoing": {"description": "From this object to the other.", "type": "boolean"},
          "relationship": {"description": "Id of the relationship; empty where a property refers.", "type": "string"},
          "object": {"$ref": "#/components/schemas/Threat"}
        }
      }
    },
    "more_references": {"type": "boolean"},
    "revisions": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["version", "standing", "format", "bytes", "sha512", "received_date"],
        "properties": {
          "version": {"type": "string"},
          "standing": {"enum": ["current", "superseded", "conflicting"]},
          "format": {"type": "string"},
          "bytes": {"type": "integer", "minimum": 0},
          "sha512": {"type": "string"},
          "received_date": {"$ref": "#/components/schemas/Time"}
        }
      }
    }
  }
}
})json";
}

}  // namespace tocsin::portal::api
