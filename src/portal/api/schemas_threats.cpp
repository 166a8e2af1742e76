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
    {"expired", "Only indicators whose `valid_until` has come, or all but these.",
     R"({"enum":["","yes","no"],"default":""})"},
    {"confidence_now", "At least so much confidence is left (`confidence_now` of the items).",
     R"({"type":"integer","minimum":1,"maximum":100})"},
    {"faded", "Only indicators of whose confidence hardly anything is left, or all but these.",
     R"({"enum":["","yes","no"],"default":""})"},
    {"duplicates", "Only what is said to be a duplicate of another object, or all but these.",
     R"({"enum":["","yes","no"],"default":""})"},
    {"modified_after", "A date, or a time of RFC 3339.", R"({"type":"string","default":""})"},
    {"cve", "Only what names this vulnerability, itself, by a relationship, or through what it uses.",
     R"({"type":"string","default":""})"},
    {"advisory", "Only what names a vulnerability that this advisory speaks of: its `slug`.",
     R"({"type":"string","default":""})"},
    {"sort",
     "Order: newest version first, by name, by type, or by confidence (stated, or what is left of it), highest first.",
     R"({"enum":["modified","name","type","confidence","confidence_now"],"default":"modified"})"},
    {"limit", "Objects in a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
    {"cursor", "Opaque; from `next` of the page before. Leave out for the first page.", R"({"type":"string"})"},
};

#define TOCSIN_VALUE_KINDS                                                                                 \
  R"({"enum":["","ipv4","ipv6","domain","url","email","mac","md5","sha1","sha256","sha512","other-hash",)" \
  R"("file-name","path","command-line","mutex","registry-key","asn","user","certificate","software",)"     \
  R"("user-agent","mail-subject","message-id","vulnerability","external-id","name","rule"],"default":""})"

constexpr QueryParameter kValuesQuery[] = {
    {"value", "What objects have in common: an address, a hash, a name. Also as it was made harmless.",
     R"({"type":"string","minLength":1,"maxLength":2048})"},
    {"kind", "What it is. Without it, what its form says; where that says nothing, whatever it may be.",
     TOCSIN_VALUE_KINDS},
    {"limit", "Objects in a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
    {"cursor", "Opaque; from `next` of the page before. Leave out for the first page.", R"({"type":"string"})"},
};
constexpr QueryParameter kConnectionsQuery[] = {
    {"kind", "By values of this kind alone.", TOCSIN_VALUE_KINDS},
    {"limit", "Objects in a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":25})"},
    {"cursor", "Opaque; from `next` of the page before. Leave out for the first page.", R"({"type":"string"})"},
};
constexpr QueryParameter kGraphQuery[] = {
    {"depth", "Steps from the object.", R"({"type":"integer","minimum":1,"maximum":3,"default":2})"},
    {"limit", "Objects in a page.", R"({"type":"integer","minimum":1,"maximum":10000,"default":500})"},
    {"type", "Only objects of these types are told and led through, such as `malware,tool`.",
     R"({"type":"string","default":""})"},
    {"verb", "Only these edges are followed and told: types of relationships, `sighting`, or properties that refer.",
     R"({"type":"string","default":""})"},
    {"cursor", "Opaque; from `next` of the page before. Leave out for the first page.", R"({"type":"string"})"},
};
constexpr QueryParameter kPathQuery[] = {
    {"to", "STIX id of the other object.", R"({"type":"string"})"},
};

constexpr Operation kOperations[] = {
    {.route = "threats",
     .description = "What the asker may see, with counts by type; `types` counts whatever `type` asks for.",
     .schema = "ThreatList",
     .query = kThreatsQuery},
    {.route = "threat",
     .description = "`references` has only what the asker may see: of a relationship both ends and the relationship.",
     .schema = "ThreatDetail"},
    {.route = "threat_duplicates",
     .description = "Relationships `duplicate-of` from or to it, what its duplicates are joined with, and objects that "
                    "may be the same.",
     .schema = "ThreatDuplicates"},
    {.route = "threat_duplicate_add",
     .description = "A relationship `duplicate-of` with the reason as its description, for no more than those who see "
                    "both objects. It belongs to the organisation. 409 where that says so already.",
     .schema = "DuplicateSaid",
     .body = "DuplicateNew",
     .status = 201},
    {.route = "threat_duplicate_withdraw",
     .description = "The relationship is revoked. By the organisation that said so.",
     .schema = "",
     .status = 204},
    {.route = "threat_graph",
     .description =
         "Of what the asker may see: objects, and edges of which both ends and what says so are seen. Nearer "
         "before farther; of one distance first what is tied more closely to what is nearer. An edge stands on "
         "the page of the later of its ends; those of its other ends that were on pages before stand in "
         "`earlier`. All pages together have at most 10,000 objects.",
     .schema = "ThreatGraph",
     .query = kGraphQuery},
    {.route = "threat_path",
     .description =
         "One of the shortest ways of at most 6 steps among what the asker may see, and all edges between its "
         "objects.",
     .schema = "ThreatPath",
     .query = kPathQuery},
    {.route = "threat_document",
     .description = "What came as STIX 2.0 was lifted to 2.1 when it came.",
     .schema = "",
     .media_type = "application/stix+json;version=2.1"},
    {.route = "threat_correlations",
     .description =
         "Values that fewest share first, with up to ten of those that share each; `set_aside` has values that "
         "are too common to tell anything. Counts are of what the asker may see.",
     .schema = "ThreatCorrelations"},
    {.route = "threat_values",
     .description = "One item where the value's form says what it is, with its objects page by page; else one for each "
                    "kind that somebody shares, with up to ten objects. What arrived last first.",
     .schema = "ThreatValueList",
     .query = kValuesQuery},
    {.route = "threat_connections",
     .description =
         "What arrived last first. A page looks at up to 300 objects that arrived, so it may have few items or "
         "none, and `next` all the same.",
     .schema = "ThreatConnectionList",
     .query = kConnectionsQuery},
};

}  // namespace

std::span<const Operation> threat_operations() noexcept { return kOperations; }

std::string_view threat_schemas_json() noexcept {
  return R"json({
"Threat": {
  "description": "The header of a STIX object.",
  "type": "object",
  "required": ["id", "url", "type", "name", "tlp", "created", "modified", "confidence", "revoked", "valid_until"],
  "properties": {
    "id": {"description": "Its STIX id.", "type": "string"},
    "url": {"type": "string"},
    "type": {"type": "string"},
    "name": {"description": "Of objects without one their type and what they say.", "type": "string"},
    "tlp": {"type": "string"},
    "created": {"$ref": "#/components/schemas/OptionalTime"},
    "modified": {"$ref": "#/components/schemas/OptionalTime"},
    "confidence": {"type": ["integer", "null"]},
    "revoked": {"type": "boolean"},
    "valid_until": {"$ref": "#/components/schemas/OptionalTime"}
  }
},
"ListedThreat": {
  "description": "A Threat, and what is left of its confidence for the asker, by time and by the sightings they may see.",
  "allOf": [
    {"$ref": "#/components/schemas/Threat"},
    {
      "type": "object",
      "required": ["confidence_now", "faded", "duplicate"],
      "properties": {
        "confidence_now": {"description": "Of indicators; of others what they state.", "type": ["integer", "null"], "minimum": 0, "maximum": 100},
        "faded": {"description": "An indicator of which less is left than the house's threshold.", "type": "boolean"},
        "duplicate": {"description": "Somebody says that it is a duplicate of another; the asker sees both.", "type": "boolean"}
      }
    }
  ]
},
"ThreatList": {
  "type": "object",
  "required": ["items", "next", "total", "types"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/ListedThreat"}},
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
"ThreatValue": {
  "description": "A value, and what shares it.",
  "type": "object",
  "required": ["kind", "value", "derived", "too_common", "commonplace", "count", "more", "objects"],
  "properties": {
    "kind": {"type": "string"},
    "value": {"description": "In the spelling by which it is compared.", "type": "string"},
    "derived": {"description": "Follows from another value: the host of an address, the domain of a mail address.", "type": "boolean"},
    "too_common": {"type": "boolean"},
    "commonplace": {
      "description": "Why it tells nothing, whoever shares it.",
      "enum": ["own-network", "reserved", "wide-network", "resolver", "common-service", "empty-file", "known-good", null]
    },
    "count": {"description": "Objects that share it; 0 for a commonplace value of an object, which is not counted.", "type": "integer", "minimum": 0},
    "more": {"description": "There are more than `count`.", "type": "boolean"},
    "objects": {"type": "array", "items": {"$ref": "#/components/schemas/Threat"}}
  }
},
"ThreatCorrelations": {
  "type": "object",
  "required": ["items", "set_aside", "values", "more_values"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/ThreatValue"}},
    "set_aside": {"type": "array", "items": {"$ref": "#/components/schemas/ThreatValue"}},
    "values": {"description": "How many the object has.", "type": "integer", "minimum": 0},
    "more_values": {"description": "Not all of them were looked up.", "type": "boolean"}
  }
},
"ThreatValueList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/ThreatValue"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": ["integer", "null"], "minimum": 0}
  }
},
"ThreatConnectionList": {
  "type": "object",
  "required": ["items", "next", "total", "looked_at"],
  "properties": {
    "items": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["object", "arrived_date", "links"],
        "properties": {
          "object": {"$ref": "#/components/schemas/Threat"},
          "arrived_date": {"$ref": "#/components/schemas/Time"},
          "links": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["kind", "value", "derived", "earlier", "objects"],
              "properties": {
                "kind": {"type": "string"},
                "value": {"type": "string"},
                "derived": {"type": "boolean"},
                "earlier": {"description": "Objects that were here before and have it.", "type": "integer", "minimum": 1},
                "objects": {"description": "Up to three of them.", "type": "array", "items": {"$ref": "#/components/schemas/Threat"}}
              }
            }
          }
        }
      }
    },
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": ["integer", "null"], "minimum": 0},
    "looked_at": {"description": "Objects that arrived, with a connection or without.", "type": "integer", "minimum": 0}
  }
},
"ThreatNode": {
  "description": "A Threat, and where it stands.",
  "allOf": [
    {"$ref": "#/components/schemas/Threat"},
    {
      "type": "object",
      "required": ["distance", "links", "time"],
      "properties": {
        "distance": {"description": "Steps from the first object.", "type": "integer", "minimum": 0},
        "links": {"description": "Edges of this answer that end here.", "type": "integer", "minimum": 0},
        "time": {
          "description": "When it was seen, published or valid, or else when it was written.",
          "type": "object",
          "required": ["kind", "from", "until"],
          "properties": {
            "kind": {"enum": ["seen", "published", "valid", "created", "none"]},
            "from": {"$ref": "#/components/schemas/OptionalTime"},
            "until": {"$ref": "#/components/schemas/OptionalTime"}
          }
        }
      }
    }
  ]
},
"ThreatEdge": {
  "type": "object",
  "required": ["from", "to", "verb", "relationship"],
  "properties": {
    "from": {"description": "STIX id.", "type": "string"},
    "to": {"description": "STIX id.", "type": "string"},
    "verb": {"description": "Type of the relationship, `sighting`, or the property that refers.", "type": "string"},
    "relationship": {"description": "Id of the relationship or sighting; empty where a property refers.", "type": "string"}
  }
},
"ThreatGraph": {
  "type": "object",
  "required": ["items", "next", "total", "earlier", "edges", "depth", "full", "cut"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/ThreatNode"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"description": "Not known before all pages are read.", "type": "null"},
    "earlier": {"type": "array", "items": {"$ref": "#/components/schemas/ThreatNode"}},
    "edges": {"type": "array", "items": {"$ref": "#/components/schemas/ThreatEdge"}},
    "depth": {"type": "integer", "minimum": 1, "maximum": 3},
    "full": {"description": "There are more objects than all pages may have.", "type": "boolean"},
    "cut": {"description": "There were more edges at one distance than are looked at.", "type": "boolean"}
  }
},
"ThreatPath": {
  "type": "object",
  "required": ["found", "nodes", "edges", "looked_at", "complete", "steps_max"],
  "properties": {
    "found": {"type": "boolean"},
    "nodes": {"description": "From the first to the last.", "type": "array", "items": {"$ref": "#/components/schemas/ThreatNode"}},
    "edges": {"type": "array", "items": {"$ref": "#/components/schemas/ThreatEdge"}},
    "looked_at": {"description": "Objects that the search has looked at, of those that the asker may see.", "type": "integer", "minimum": 0},
    "complete": {"description": "Nothing was left out: where none was found there is none.", "type": "boolean"},
    "steps_max": {"type": "integer"}
  }
},
"NamingWay": {
  "description": "How an object names a vulnerability, the surest way.",
  "type": "object",
  "required": ["cve", "how", "verb", "through"],
  "properties": {
    "cve": {"type": "string"},
    "how": {
      "description": "is: it is the STIX object of it. relates: a relationship leads to that object. refers: by an external reference. says: in a text. relationship_says: in a text of a relationship that begins at it. contains: a report or sighting of it. through: it uses or indicates `through`, which names it, or that is attributed to it.",
      "enum": ["is", "relates", "refers", "says", "relationship_says", "contains", "through"]
    },
    "verb": {"description": "Type of the relationship, or the property that refers; may be empty.", "type": "string"},
    "through": {"description": "STIX id; empty but for `through`.", "type": "string"}
  }
},
"NamingThreats": {
  "description": "What of threat knowledge names it, as far as the asker may see it, the newest ten. `GET /api/v1/threats` has all.",
  "type": "object",
  "required": ["total", "items"],
  "properties": {
    "total": {"type": "integer", "minimum": 0},
    "items": {
      "type": "array",
      "items": {
        "allOf": [
          {"$ref": "#/components/schemas/Threat"},
          {
            "type": "object",
            "required": ["ways"],
            "properties": {"ways": {"type": "array", "items": {"$ref": "#/components/schemas/NamingWay"}}}
          }
        ]
      }
    }
  }
},
"SpeakingAdvisories": {
  "description": "The newest five.",
  "type": "array",
  "items": {
    "type": "object",
    "required": ["id", "slug", "url", "title", "tlp", "severity", "score"],
    "properties": {
      "id": {"type": "string"},
      "slug": {"type": "string"},
      "url": {"type": "string"},
      "title": {"type": "string"},
      "tlp": {"type": "string"},
      "severity": {"$ref": "#/components/schemas/Severity"},
      "score": {"$ref": "#/components/schemas/Score"}
    }
  }
},
"ThreatVulnerabilities": {
  "description": "Vulnerabilities that the object names, with the advisories on them; at most 100, by score.",
  "type": "object",
  "required": ["total", "items"],
  "properties": {
    "total": {"type": "integer", "minimum": 0},
    "items": {
      "type": "array",
      "items": {
        "allOf": [
          {"$ref": "#/components/schemas/NamingWay"},
          {
            "type": "object",
            "required": ["score", "evidence", "advisories", "advisory_count", "own_devices", "own_sites"],
            "properties": {
              "score": {"$ref": "#/components/schemas/Score"},
              "evidence": {"$ref": "#/components/schemas/Evidence"},
              "advisories": {"$ref": "#/components/schemas/SpeakingAdvisories"},
              "advisory_count": {"type": "integer", "minimum": 0},
              "own_devices": {"description": "Of the asker's inventory, affected by it; null for who may read none.", "type": ["integer", "null"], "minimum": 0},
              "own_sites": {"type": ["integer", "null"], "minimum": 0}
            }
          }
        ]
      }
    }
  }
},
"ThreatDuplicates": {
  "description": "What somebody says is the same, as far as the asker sees both and who says so.",
  "type": "object",
  "required": ["items", "through", "more_through", "maybe"],
  "properties": {
    "items": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["relationship", "is_duplicate", "object", "reason", "by", "own"],
        "properties": {
          "relationship": {"description": "Its STIX id.", "type": "string"},
          "is_duplicate": {"description": "The object asked for is the duplicate; else the other one.", "type": "boolean"},
          "object": {"$ref": "#/components/schemas/Threat"},
          "reason": {"type": "string"},
          "by": {"description": "Who says so; empty where the asker does not see that.", "type": "string"},
          "own": {"description": "The asker's organisation says so.", "type": "boolean"}
        }
      }
    },
    "through": {
      "description": "What its duplicates are joined with.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["duplicate", "verb", "outgoing", "relationship", "object"],
        "properties": {
          "duplicate": {"type": "string"},
          "verb": {"type": "string"},
          "outgoing": {"type": "boolean"},
          "relationship": {"type": "string"},
          "object": {"$ref": "#/components/schemas/Threat"}
        }
      }
    },
    "more_through": {"type": "boolean"},
    "maybe": {"description": "Objects of the same type with a name, an alias or a value in common.", "type": "array", "items": {"$ref": "#/components/schemas/Threat"}}
  }
},
"DuplicateNew": {
  "type": "object",
  "required": ["of", "reason"],
  "additionalProperties": false,
  "properties": {
    "of": {"description": "STIX id or name of the one that stands for both, of the same type.", "type": "string"},
    "reason": {"description": "At most 500 bytes; whoever sees both objects reads it.", "type": "string"}
  }
},
"DuplicateSaid": {
  "type": "object",
  "required": ["relationship", "url"],
  "properties": {"relationship": {"type": "string"}, "url": {"type": "string"}}
},
"NamedProducts": {
  "description": "Products that a text names and advisories speak of, as far as the asker may see these; at most 50, most advisories first.",
  "type": "object",
  "required": ["total", "items"],
  "properties": {
    "total": {"type": "integer", "minimum": 0},
    "items": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["vendor", "product", "url", "advisories", "advisory_count", "own_devices", "own_sites"],
        "properties": {
          "vendor": {"type": "string"},
          "product": {"type": "string"},
          "url": {"type": "string"},
          "advisories": {"$ref": "#/components/schemas/SpeakingAdvisories"},
          "advisory_count": {"type": "integer", "minimum": 0},
          "own_devices": {"description": "Of the asker's inventory, affected by advisories on it; null for who may read none.", "type": ["integer", "null"], "minimum": 0},
          "own_sites": {"type": ["integer", "null"], "minimum": 0}
        }
      }
    }
  }
},
"ThreatDetail": {
  "type": "object",
  "required": ["id", "url", "name", "tlp", "version", "format", "sha512", "document_url", "object", "references", "more_references", "revisions", "vulnerabilities", "products", "confidence_now", "decay"],
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
    "confidence_now": {"description": "What is left of an indicator's confidence for the asker; null for other types.", "type": ["integer", "null"], "minimum": 0, "maximum": 100},
    "decay": {
      "description": "Why: `stated` fades as 1 - (age / lifetime) ^ (1 / speed), from the later of `asserted_date` and `seen_date` on.",
      "type": ["object", "null"],
      "required": ["kind", "stated", "by_default", "asserted_date", "seen_date", "lifetime_days", "speed", "faded_below"],
      "properties": {
        "kind": {"description": "What it looks for; of several what goes stale first.", "enum": ["address", "url", "domain", "file", "rule", "other"]},
        "stated": {"type": "integer", "minimum": 0, "maximum": 100},
        "by_default": {"description": "The object states none.", "type": "boolean"},
        "asserted_date": {"$ref": "#/components/schemas/Time"},
        "seen_date": {"description": "Of the latest sighting that the asker may see, where it is later.", "$ref": "#/components/schemas/OptionalTime"},
        "lifetime_days": {"type": "integer", "minimum": 1},
        "speed": {"type": "number"},
        "faded_below": {"type": "integer", "minimum": 0, "maximum": 100}
      }
    },
    "vulnerabilities": {"$ref": "#/components/schemas/ThreatVulnerabilities"},
    "products": {"$ref": "#/components/schemas/NamedProducts"},
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
