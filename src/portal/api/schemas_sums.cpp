#include "portal/api/schemas.hpp"

/// Sums over organisations, in the OpenAPI document.
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
"ExposureSharingInput": {
  "type": "object",
  "properties": {
    "sector": {"description": "One of the organisation's profile; empty: none, only the sum of all.", "type": "string", "default": ""}
  }
}
})json";
}

}  // namespace tocsin::portal::api
