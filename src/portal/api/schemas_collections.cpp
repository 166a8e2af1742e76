#include "portal/api/schemas.hpp"

/// TAXII collections, for those who keep them, in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr Operation kOperations[] = {
    {.route = "kept_collections",
     .description = "For those who administer: all of them, each with what it holds for the asker. Programs read what "
                    "is in them by TAXII.",
     .schema = "TaxiiCollectionList"},
    {.route = "kept_collection",
     .description = "What is in it, for whom, and what was added to it last.",
     .schema = "TaxiiCollectionDetail"},
};

}  // namespace

std::span<const Operation> collection_operations() noexcept { return kOperations; }

std::string_view collection_schemas_json() noexcept {
  return R"json({
"TaxiiCollection": {
  "type": "object",
  "required": ["id", "page", "alias", "title", "description", "api_root", "address", "filter", "readers", "writers",
    "created_at", "objects", "more", "newest_added_at"],
  "properties": {
    "id": {"description": "A UUID.", "type": "string"},
    "page": {"description": "Path of the page.", "type": "string"},
    "alias": {"description": "May stand for the id in addresses; empty: none.", "type": "string"},
    "title": {"type": "string"},
    "description": {"type": "string"},
    "api_root": {"description": "null where its community is closed.", "type": ["string", "null"]},
    "address": {"description": "Path by TAXII; null where its community is closed.", "type": ["string", "null"]},
    "filter": {"description": "Each member narrows; none: everything.", "type": "object",
      "properties": {
        "types": {"type": "array", "items": {"type": "string"}},
        "labels": {"type": "array", "items": {"type": "string"}},
        "words": {"type": "string"},
        "tlp_max": {"type": "string"},
        "confidence_min": {"type": "integer", "minimum": 0, "maximum": 100}
      }},
    "readers": {"type": "object", "required": ["who"],
      "properties": {
        "who": {"enum": ["anyone", "members", "community", "sector"]},
        "community": {"description": "Number of the community.", "type": "integer"},
        "sector": {"type": "string"}
      }},
    "writers": {"type": "object", "required": ["who"],
      "properties": {
        "who": {"enum": ["nobody", "members", "organisation", "sector"]},
        "organisation": {"description": "Number of the organisation.", "type": "integer"},
        "sector": {"type": "string"}
      }},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "objects": {"description": "That the asker may see, at most 10,000; null while the index is being made anew.",
      "type": ["integer", "null"], "minimum": 0},
    "more": {"description": "There are more than that.", "type": "boolean"},
    "newest_added_at": {"$ref": "#/components/schemas/OptionalTime"}
  }
},
"TaxiiCollectionDetail": {
  "allOf": [
    {"$ref": "#/components/schemas/TaxiiCollection"},
    {
      "type": "object",
      "required": ["newest"],
      "properties": {
        "newest": {"description": "The ten that were added last.", "type": "array", "items": {
          "type": "object",
          "required": ["id", "page", "type", "name", "tlp", "added_at"],
          "properties": {
            "id": {"type": "string"},
            "page": {"type": "string"},
            "type": {"type": "string"},
            "name": {"type": "string"},
            "tlp": {"type": "string"},
            "added_at": {"$ref": "#/components/schemas/Time"}
          }
        }}
      }
    }
  ]
},
"TaxiiCollectionList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/TaxiiCollection"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "integer", "minimum": 0}
  }
}
})json";
}

}  // namespace tocsin::portal::api
