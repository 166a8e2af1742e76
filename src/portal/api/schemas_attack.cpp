#include "portal/api/schemas.hpp"

/// ATT&CK in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kMatrixQuery[] = {
    {"matrix", "Which one, such as `ics-attack`. Without it the first, or the one where `by` has to do with most.",
     R"({"type":"string","default":""})"},
    {"by",
     "ATT&CK id of a group, software, campaign, asset class, mitigation, detection strategy or data component: "
     "what has to do with it is highlighted.",
     R"({"type":"string","default":""})"},
};

constexpr Operation kOperations[] = {
    {.route = "attack",
     .description = "`mentions`: how many advisories and STIX objects that the asker may see, and that are no part of "
                    "ATT&CK, name the technique. `domain` is null and `columns` empty where no matrix is here.",
     .schema = "AttackMatrix",
     .query = kMatrixQuery},
    {.route = "attack_layer",
     .description = "Layer format 4.5. Scores are `mentions`; what has to do with `by` has a colour.",
     .schema = "AttackLayer",
     .query = kMatrixQuery},
    {.route = "attack_object",
     .description = "By its ATT&CK id. Of several objects of one id one that is in force. `relations` has only what "
                    "the asker may see: the other end and the relationship.",
     .schema = "AttackDetail"},
};

}  // namespace

std::span<const Operation> attack_operations() noexcept { return kOperations; }

std::string_view attack_schemas_json() noexcept {
  return R"json({
"AttackObject": {
  "description": "The header of an object of ATT&CK.",
  "type": "object",
  "required": ["id", "kind", "name", "url", "version", "in_force", "stix_id", "tlp"],
  "properties": {
    "id": {"description": "Its ATT&CK id, such as T0855.", "type": "string"},
    "kind": {"enum": ["matrix", "tactic", "technique", "group", "software", "campaign", "mitigation", "asset", "data-component", "data-source", "detection-strategy", "analytic"]},
    "name": {"type": "string"},
    "url": {"type": "string"},
    "version": {"description": "May be empty.", "type": "string"},
    "in_force": {"description": "Neither revoked nor deprecated.", "type": "boolean"},
    "stix_id": {"type": "string"},
    "tlp": {"type": "string"},
    "mentions": {"description": "Of a technique in a matrix.", "type": "integer", "minimum": 0},
    "highlighted": {"description": "Of a technique in a matrix.", "type": "boolean"},
    "subtechniques": {"description": "Of a technique in a matrix.", "type": "array", "items": {"$ref": "#/components/schemas/AttackObject"}}
  }
},
"AttackMatrix": {
  "type": "object",
  "required": ["domains", "domain", "by", "columns"],
  "properties": {
    "domains": {
      "description": "The matrices that are here.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "name", "version", "released"],
        "properties": {
          "id": {"type": "string"},
          "name": {"type": "string"},
          "version": {"description": "May be empty.", "type": "string"},
          "released": {"$ref": "#/components/schemas/OptionalTime"}
        }
      }
    },
    "domain": {"type": ["string", "null"]},
    "by": {
      "description": "What is highlighted for, as AttackObject; null where nothing is asked for.",
      "type": ["object", "null"],
      "required": ["id", "kind", "name", "url", "version", "in_force", "stix_id", "tlp"],
      "properties": {
        "id": {"type": "string"},
        "kind": {"type": "string"},
        "name": {"type": "string"},
        "url": {"type": "string"},
        "version": {"type": "string"},
        "in_force": {"type": "boolean"},
        "stix_id": {"type": "string"},
        "tlp": {"type": "string"}
      }
    },
    "columns": {
      "description": "In the matrix's order.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["tactic", "techniques"],
        "properties": {
          "tactic": {"$ref": "#/components/schemas/AttackObject"},
          "techniques": {"type": "array", "items": {"$ref": "#/components/schemas/AttackObject"}}
        }
      }
    }
  }
},
"AttackLayer": {
  "description": "A layer of the ATT&CK Navigator, format 4.5.",
  "type": "object",
  "required": ["name", "versions", "domain", "techniques"],
  "properties": {
    "name": {"type": "string"},
    "versions": {
      "type": "object",
      "properties": {"attack": {"type": "string"}, "navigator": {"type": "string"}, "layer": {"type": "string"}}
    },
    "domain": {"type": "string"},
    "description": {"type": "string"},
    "hideDisabled": {"type": "boolean"},
    "gradient": {
      "type": "object",
      "properties": {
        "colors": {"type": "array", "items": {"type": "string"}},
        "minValue": {"type": "number"},
        "maxValue": {"type": "number"}
      }
    },
    "legendItems": {
      "type": "array",
      "items": {"type": "object", "properties": {"label": {"type": "string"}, "color": {"type": "string"}}}
    },
    "techniques": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["techniqueID"],
        "properties": {"techniqueID": {"type": "string"}, "score": {"type": "number"}, "color": {"type": "string"}, "enabled": {"type": "boolean"}}
      }
    }
  }
},
"AttackDetail": {
  "type": "object",
  "required": ["id", "kind", "name", "url", "version", "in_force", "stix_id", "tlp", "description", "tactics", "techniques", "detected", "requirements", "relations", "more_relations", "mentions", "mentions_total"],
  "properties": {
    "id": {"type": "string"},
    "kind": {"type": "string"},
    "name": {"type": "string"},
    "url": {"type": "string"},
    "version": {"type": "string"},
    "in_force": {"type": "boolean"},
    "stix_id": {"type": "string"},
    "tlp": {"type": "string"},
    "description": {"description": "Markdown, as it came.", "type": "string"},
    "tactics": {"description": "Of a technique.", "type": "array", "items": {"$ref": "#/components/schemas/AttackObject"}},
    "techniques": {"description": "Of a tactic.", "type": "array", "items": {"$ref": "#/components/schemas/AttackObject"}},
    "detected": {"description": "Of a technique the data components by which it is detected, of a data component the techniques, through detection strategies and analytics.", "type": "array", "items": {"$ref": "#/components/schemas/AttackObject"}},
    "requirements": {
      "description": "What a mitigation refers to in standards.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["standard", "ids"],
        "properties": {"standard": {"type": "string"}, "ids": {"type": "array", "items": {"type": "string"}}}
      }
    },
    "relations": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["verb", "outgoing", "relationship", "description", "object"],
        "properties": {
          "verb": {"description": "Type of the relationship, or the property that refers.", "type": "string"},
          "outgoing": {"description": "From this object to the other.", "type": "boolean"},
          "relationship": {"description": "STIX id; empty where a property refers.", "type": "string"},
          "description": {"description": "Markdown; may be empty.", "type": "string"},
          "object": {"$ref": "#/components/schemas/AttackObject"}
        }
      }
    },
    "more_relations": {"type": "boolean"},
    "mentions": {
      "description": "The newest of what names it.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["title", "type", "url", "tlp", "released"],
        "properties": {
          "title": {"type": "string"},
          "type": {"description": "`advisory`, or a type of STIX object.", "type": "string"},
          "url": {"type": "string"},
          "tlp": {"type": "string"},
          "released": {"$ref": "#/components/schemas/Time"}
        }
      }
    },
    "mentions_total": {"type": "integer", "minimum": 0}
  }
}
})json";
}

}  // namespace tocsin::portal::api
