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

constexpr QueryParameter kCoverageQuery[] = {
    {"matrix", "Which one, such as `ics-attack`. Without it the first.", R"({"type":"string","default":""})"},
    {"zone", "Of the inventory. Without it all of them.", R"({"type":"string","default":""})"},
    {"organisation", "Number of the organisation that granted the CERT to read its inventory. Without it one's own.",
     R"({"type":"integer"})"},
};

constexpr QueryParameter kChangesQuery[] = {
    {"matrix", "Which one, such as `ics-attack`. Without it the first.", R"({"type":"string","default":""})"},
    {"before", "Version of the release to compare with. Without it the one before `after`.",
     R"({"type":"string","default":""})"},
    {"after", "Version of the release that is told of. Without it the newest.", R"({"type":"string","default":""})"},
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
    {.route = "attack_changes",
     .description =
         "As `tocsin attack diff` tells it of two files. `before` and `after` are null where no two releases "
         "are here for the asker.",
     .schema = "AttackChanges",
     .query = kChangesQuery},
    {.route = "attack_coverage",
     .description = "Techniques that target classes of assets that stand in the asker's plants, or no class in "
                    "particular, with what is open where: where neither one of `mitigations` nor one of "
                    "`data_components` is in place. Open ones first. `domain` is null where no matrix is here.",
     .schema = "AttackCoverage",
     .query = kCoverageQuery},
    {.route = "attack_coverage_layer",
     .description = "Layer format 4.5. Red is open, yellow detected alone, blue mitigated alone, green both.",
     .schema = "AttackLayer",
     .query = kCoverageQuery},
    {.route = "attack_coverage_state",
     .description =
         "In place of what was said of this zone, or of everywhere, for what this knowledge base has. Answers "
         "what is open now.",
     .schema = "AttackCoverage",
     .body = "AttackCoverageStatement"},
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
"AttackMeasures": {
  "type": "array",
  "items": {
    "allOf": [
      {"$ref": "#/components/schemas/AttackObject"},
      {
        "type": "object",
        "required": ["in_place", "stated", "zones", "would_close"],
        "properties": {
          "in_place": {"description": "In all of what is looked at.", "type": "boolean"},
          "stated": {"description": "Said of this very zone, or of everywhere.", "type": "boolean"},
          "zones": {"description": "Where it is in place.", "type": "array", "items": {"type": "string"}},
          "would_close": {"description": "Open techniques that it would close.", "type": "integer", "minimum": 0}
        }
      }
    ]
  }
},
"AttackRelease": {
  "type": ["object", "null"],
  "required": ["version", "released"],
  "properties": {"version": {"type": "string"}, "released": {"type": "string", "format": "date-time"}}
},
"AttackReleaseObject": {
  "type": "object",
  "required": ["id", "name", "stix_id"],
  "properties": {
    "id": {"description": "Its ATT&CK id; empty of what neither release tells.", "type": "string"},
    "name": {"type": "string"},
    "stix_id": {"type": "string"}
  }
},
"AttackChanges": {
  "type": "object",
  "required": ["domain", "before", "after", "releases", "changes", "relations"],
  "properties": {
    "domain": {"type": ["string", "null"]},
    "before": {"$ref": "#/components/schemas/AttackRelease"},
    "after": {"$ref": "#/components/schemas/AttackRelease"},
    "releases": {"description": "That are here, newest first.", "type": "array", "items": {"$ref": "#/components/schemas/AttackRelease"}},
    "changes": {
      "description": "One object may have changed in several ways.",
      "type": "array",
      "items": {
        "allOf": [
          {"$ref": "#/components/schemas/AttackReleaseObject"},
          {
            "type": "object",
            "required": ["what", "kind", "name_before", "version_before", "version", "successor"],
            "properties": {
              "what": {"enum": ["added", "renamed", "revoked", "deprecated", "reinstated", "removed", "major-version", "minor-version", "edited"]},
              "kind": {"type": "string"},
              "name_before": {"type": "string"},
              "version_before": {"type": "string"},
              "version": {"type": "string"},
              "successor": {"description": "Of what was revoked.", "type": "string"}
            }
          }
        ]
      }
    },
    "relations": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["what", "verb", "source", "target"],
        "properties": {
          "what": {"enum": ["added", "removed"]},
          "verb": {"type": "string"},
          "source": {"$ref": "#/components/schemas/AttackReleaseObject"},
          "target": {"$ref": "#/components/schemas/AttackReleaseObject"}
        }
      }
    }
  }
},
"AttackCoverage": {
  "type": "object",
  "required": ["domain", "zone", "zones", "assets", "unknown_assets", "open", "classes", "mitigations", "data_components", "techniques"],
  "properties": {
    "domain": {"type": ["string", "null"]},
    "zone": {"description": "Empty: all of them.", "type": "string"},
    "zones": {"description": "Empty text: assets of no zone.", "type": "array", "items": {"type": "string"}},
    "assets": {"type": "integer", "minimum": 0},
    "unknown_assets": {"description": "Of no class that is known.", "type": "integer", "minimum": 0},
    "open": {"description": "How many techniques are open.", "type": "integer", "minimum": 0},
    "classes": {
      "type": "array",
      "items": {
        "allOf": [
          {"$ref": "#/components/schemas/AttackObject"},
          {
            "type": "object",
            "required": ["assets", "here", "stated"],
            "properties": {
              "assets": {"description": "That the inventory has.", "type": "integer", "minimum": 0},
              "here": {"type": "boolean"},
              "stated": {"description": "What is said of it; null: nothing.", "type": ["boolean", "null"]}
            }
          }
        ]
      }
    },
    "mitigations": {"$ref": "#/components/schemas/AttackMeasures"},
    "data_components": {"$ref": "#/components/schemas/AttackMeasures"},
    "techniques": {
      "type": "array",
      "items": {
        "allOf": [
          {"$ref": "#/components/schemas/AttackObject"},
          {
            "type": "object",
            "required": ["classes", "mitigations", "data_components", "mitigated", "detected", "open_in"],
            "properties": {
              "classes": {"description": "Ids of the classes of assets here that it targets.", "type": "array", "items": {"type": "string"}},
              "mitigations": {"description": "Ids of those that mitigate it, in place or not.", "type": "array", "items": {"type": "string"}},
              "data_components": {"description": "Ids of those that show it, collected or not.", "type": "array", "items": {"type": "string"}},
              "mitigated": {"description": "Somewhere in what is looked at.", "type": "boolean"},
              "detected": {"description": "Somewhere in what is looked at.", "type": "boolean"},
              "open_in": {"description": "Zones.", "type": "array", "items": {"type": "string"}}
            }
          }
        ]
      }
    }
  }
},
"AttackCoverageStatement": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "matrix": {"type": "string"},
    "zone": {"description": "Empty: everywhere.", "type": "string"},
    "classes": {"description": "Ids of the classes of assets that are there; those that the inventory has and that are not named are said not to be there.", "type": "array", "items": {"type": "string"}},
    "mitigations": {"description": "Ids of those in place.", "type": "array", "items": {"type": "string"}},
    "data_components": {"description": "Ids of those that are collected.", "type": "array", "items": {"type": "string"}}
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
        "properties": {"techniqueID": {"type": "string"}, "score": {"type": "number"}, "color": {"type": "string"}, "enabled": {"type": "boolean"}, "comment": {"type": "string"}}
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
