#include "portal/api/schemas.hpp"

/// Sums over organisations, and what they call things, in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kSumsQuery[] = {
    {"advisory", "Only of this advisory, as its address has it.", R"({"type":"string","default":""})"},
    {"product", "Only of products in whose name this is.", R"({"type":"string","maxLength":200,"default":""})"},
    {"sector", "Only what there is a figure of this sector of; largest first by it. A slug such as `water`, or `all`.",
     R"({"type":"string","default":"all"})"},
    {"what", "Without it: both.", R"({"enum":["","advisories","products"],"default":""})"},
};

constexpr Operation kOperations[] = {
    {.route = "exposure_sums",
     .description =
         "For the CERT's analysts and coordinators, of organisations that let their counts go into sums: devices "
         "that an advisory affects, neither done nor accepted. Made once a day, rounded; what too few organisations "
         "stand behind, also as a difference to other figures of the same thing, is not told. At most 200, of "
         "advisories that the asker may read and of products in public ones.",
     .schema = "ExposureSums",
     .query = kSumsQuery},
    {.route = "exposure_sharing", .description = "Of the organisation that is acted for.", .schema = "ExposureSharing"},
    {.route = "exposure_sharing_set",
     .description = "From the next sums on. 409 where they do already: to change the sector, take it back first.",
     .schema = "",
     .body = "ExposureSharingInput",
     .status = 204},
    {.route = "exposure_sharing_stop",
     .description = "The next sums are without it. 409 where its counts go into none.",
     .schema = "",
     .status = 204},
    {.route = "exposure_aliases",
     .description =
         "Of the organisation that is acted for: what its people confirmed that its inventory calls vendors and "
         "products, and what the community calls so. Matching uses both.",
     .schema = "ExposureAliases"},
    {.route = "exposure_alias_forget",
     .description = "The assets that are called so are matched anew.",
     .schema = "",
     .status = 204},
    {.route = "exposure_alias_use",
     .description = "Whether the organisation's matching uses it.",
     .schema = "",
     .body = "ExposureAliasUse",
     .status = 204},
    {.route = "exposure_alias_contribute",
     .description = "What it has learnt and will. 409 where it contributes already.",
     .schema = "",
     .status = 204},
    {.route = "exposure_alias_stop",
     .description = "Nothing of it counts any more. 409 where it contributes nothing.",
     .schema = "",
     .status = 204},
    {.route = "exposure_alias_offers",
     .description =
         "For the CERT's analysts and coordinators: what at least so many organisations contributed; of which ones, "
         "and how many more, nothing tells.",
     .schema = "ExposureAliasOffers"},
    {.route = "exposure_alias_judge",
     .description = "What is accepted is used at everybody's next matches.",
     .schema = "",
     .body = "ExposureAliasJudgement",
     .status = 204},
};

}  // namespace

std::span<const Operation> sums_operations() noexcept { return kOperations; }

std::string_view sums_schemas_json() noexcept {
  return R"json({
"ExposureSums": {
  "type": "object",
  "required": ["organisations_min", "rounded_to", "sums"],
  "properties": {
    "organisations_min": {"description": "So many organisations at least stand behind each figure.", "type": "integer", "minimum": 3},
    "rounded_to": {"type": "integer"},
    "sums": {"description": "Largest first.", "type": "array", "items": {"$ref": "#/components/schemas/ExposureSum"}}
  }
},
"ExposureSum": {
  "type": "object",
  "required": ["advisory", "product", "made_at", "figures"],
  "properties": {
    "advisory": {
      "type": ["object", "null"],
      "required": ["id", "tracking_id", "title", "tlp"],
      "properties": {
        "id": {"description": "As its address has it.", "type": "string"},
        "tracking_id": {"type": "string"},
        "title": {"type": "string"},
        "tlp": {"type": "string"}
      }
    },
    "product": {"description": "Vendor and product, as advisories name them; null: it is an advisory's.", "type": ["string", "null"]},
    "made_at": {"type": "string", "format": "date-time"},
    "figures": {
      "description": "All sectors first. A sector that is missing is of too few, or cannot be told apart.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["sector", "organisations", "assets"],
        "properties": {
          "sector": {"type": "string"},
          "organisations": {"description": "Rounded.", "type": "integer"},
          "assets": {"description": "Affected devices, rounded.", "type": "integer"}
        }
      }
    }
  }
},
"ExposureSharing": {
  "type": "object",
  "required": ["shares", "sector", "since", "waits"],
  "properties": {
    "shares": {"type": "boolean"},
    "sector": {"description": "In which they count; null: in none.", "type": ["string", "null"]},
    "since": {"type": ["string", "null"], "format": "date-time"},
    "waits": {"description": "For others to come with it, so that nobody sees what is theirs.", "type": "boolean"}
  }
},
"ExposureAlias": {
  "type": "object",
  "required": ["id", "kind", "text", "of_vendor", "vendor", "product"],
  "properties": {
    "id": {"type": "integer"},
    "kind": {"enum": ["vendor", "product", "order_number"]},
    "text": {"description": "What inventories call it; where it is the community's, folded.", "type": "string"},
    "of_vendor": {"description": "A product's: only where the inventory tells this vendor.", "type": ["string", "null"]},
    "vendor": {"description": "What it means.", "type": "string"},
    "product": {"description": "Null: a vendor.", "type": ["string", "null"]}
  }
},
"ExposureAliases": {
  "type": "object",
  "required": ["aliases", "community", "contributes", "since", "waits", "organisations_min"],
  "properties": {
    "aliases": {
      "type": "array",
      "items": {
        "allOf": [{"$ref": "#/components/schemas/ExposureAlias"}],
        "type": "object",
        "required": ["taught_at", "taught_by", "not_contributed"],
        "properties": {
          "taught_at": {"type": "string", "format": "date-time"},
          "taught_by": {"type": ["string", "null"]},
          "not_contributed": {"description": "Why it never is; null: it may be.", "type": ["string", "null"]}
        }
      }
    },
    "community": {
      "type": "array",
      "items": {
        "allOf": [{"$ref": "#/components/schemas/ExposureAlias"}],
        "type": "object",
        "required": ["accepted_at", "used"],
        "properties": {
          "accepted_at": {"type": "string", "format": "date-time"},
          "used": {"description": "False: the organisation has said that it means something else.", "type": "boolean"}
        }
      }
    },
    "contributes": {"type": "boolean"},
    "since": {"type": ["string", "null"], "format": "date-time"},
    "waits": {"description": "For others to come with it, so that nobody sees what is its own.", "type": "boolean"},
    "organisations_min": {"description": "So many have to contribute one.", "type": "integer", "minimum": 3}
  }
},
"ExposureOfferedAlias": {
  "allOf": [{"$ref": "#/components/schemas/ExposureAlias"}],
  "type": "object",
  "required": ["offered_at", "organisations_min"],
  "properties": {
    "offered_at": {"type": "string", "format": "date-time"},
    "organisations_min": {"description": "So many at least had contributed it.", "type": "integer", "minimum": 3}
  }
},
"ExposureAliasOffers": {
  "type": "object",
  "required": ["organisations_min", "offered", "accepted", "refused"],
  "properties": {
    "organisations_min": {"type": "integer", "minimum": 3},
    "offered": {"type": "array", "items": {"$ref": "#/components/schemas/ExposureOfferedAlias"}},
    "accepted": {"type": "array", "items": {"$ref": "#/components/schemas/ExposureOfferedAlias"}},
    "refused": {"type": "array", "items": {"$ref": "#/components/schemas/ExposureOfferedAlias"}}
  }
},
"ExposureAliasUse": {"type": "object", "required": ["use"], "properties": {"use": {"type": "boolean"}}},
"ExposureAliasJudgement": {"type": "object", "required": ["accept"], "properties": {"accept": {"type": "boolean"}}},
"ExposureSharingInput": {
  "type": "object",
  "properties": {
    "sector": {"description": "One of the organisation's profile; empty: none, only the sum of all.", "type": "string", "default": ""}
  }
}
})json";
}

}  // namespace tocsin::portal::api
