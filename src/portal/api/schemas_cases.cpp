#include "portal/api/schemas.hpp"

/// Cases in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kCasesQuery[] = {
    {"q", "Part of the number or title.", R"({"type":"string","default":""})"},
    {"state", "Only these.", R"({"enum":["open","closed"]})"},
    {"kind", "Only these.", R"({"enum":["coordination","incident"]})"},
};

constexpr Operation kOperations[] = {
    {.route = "cases",
     .description = "Newest first. Nobody else knows of them. Counts are null where the participants are not shown.",
     .schema = "CaseList",
     .query = kCasesQuery},
    {.route = "case",
     .description =
         "404 for whoever does not take part. Participants are shown to those who answer for an organisation that "
         "takes part, and to people who do by name; records as far as the asker may see them.",
     .schema = "CaseDetail"},
    {.route = "case_create",
     .description = "Of the organisation that the asker acts for, which takes part as coordinator.",
     .schema = "CaseMade",
     .body = "CaseNew",
     .status = 201},
    {.route = "case_change",
     .description =
         "What the body names is changed, the rest stays. A closed case takes nothing new; who takes part goes on "
         "seeing what was shared. 412 where somebody has changed it since the version of If-Match.",
     .schema = "CaseDetail",
     .body = "CaseChange",
     .if_match = true},
    {.route = "case_organisation_put",
     .description = "One that takes part already gets the part.",
     .schema = "",
     .body = "CasePart",
     .status = 204},
    {.route = "case_organisation_delete",
     .description = "It sees nothing by the case any more.",
     .schema = "",
     .status = 204},
    {.route = "case_person_add",
     .description = "For those who may not manage people the answer does not tell whether there is such an account.",
     .schema = "CaseDetail",
     .body = "CasePersonNew"},
    {.route = "case_person_delete",
     .description = "The mail address; the number, for those who manage people.",
     .schema = "",
     .status = 204},
};

}  // namespace

std::span<const Operation> case_operations() noexcept { return kOperations; }

std::string_view case_schemas_json() noexcept {
  return R"json({
"Case": {
  "type": "object",
  "required": ["number", "uuid", "url", "kind", "title", "state", "owner", "opened_at", "closed_at", "part", "may_change",
    "participant_count"],
  "properties": {
    "number": {"description": "CASE-, the year, and random digits.", "type": "string"},
    "uuid": {"type": "string"},
    "url": {"description": "Of the page.", "type": "string"},
    "kind": {"enum": ["coordination", "incident"]},
    "title": {"type": "string"},
    "state": {"enum": ["open", "closed"]},
    "owner": {"description": "Whose handlers keep it.", "allOf": [{"$ref": "#/components/schemas/NumberedName"}]},
    "opened_at": {"$ref": "#/components/schemas/Time"},
    "closed_at": {"$ref": "#/components/schemas/OptionalTime"},
    "part": {
      "description": "The asker's own, or that of the organisation acted for.",
      "enum": ["coordinator", "reporter", "vendor", "asset-owner", "agency", "other", null]
    },
    "may_change": {"type": "boolean"},
    "participant_count": {"type": ["integer", "null"], "minimum": 0}
  }
},
"CaseList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Case"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "integer", "minimum": 0}
  }
},
"CaseDetail": {
  "allOf": [{"$ref": "#/components/schemas/Case"}],
  "type": "object",
  "required": ["participants", "records"],
  "properties": {
    "participants": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["kind", "id", "name", "part", "added_at", "added_by"],
        "properties": {
          "kind": {"enum": ["organisation", "person"]},
          "id": {"description": "Null for people, unless the asker manages people.", "type": ["integer", "null"]},
          "name": {"description": "Of people the mail address, for those who keep the case and do not manage people.",
            "type": "string"},
          "part": {"enum": ["coordinator", "reporter", "vendor", "asset-owner", "agency", "other"]},
          "added_at": {"$ref": "#/components/schemas/Time"},
          "added_by": {"description": "Name; empty where it was the command line.", "type": "string"}
        }
      }
    },
    "records": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "title", "tlp", "url"],
        "properties": {
          "id": {"type": "string"},
          "title": {"type": "string"},
          "tlp": {"enum": ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]},
          "url": {"description": "Of the page.", "type": "string"}
        }
      }
    }
  }
},
"CaseMade": {
  "type": "object",
  "required": ["number", "url"],
  "properties": {"number": {"type": "string"}, "url": {"type": "string"}}
},
"CaseNew": {
  "type": "object",
  "required": ["title"],
  "additionalProperties": false,
  "properties": {
    "title": {"type": "string"},
    "kind": {"enum": ["coordination", "incident"], "default": "coordination"}
  }
},
"CaseChange": {
  "type": "object",
  "additionalProperties": false,
  "properties": {"title": {"type": "string"}, "state": {"enum": ["open", "closed"]}}
},
"CasePart": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "part": {"enum": ["coordinator", "reporter", "vendor", "asset-owner", "agency", "other"], "default": "other"}
  }
},
"CasePersonNew": {
  "type": "object",
  "required": ["email"],
  "additionalProperties": false,
  "properties": {
    "email": {"type": "string"},
    "part": {"enum": ["coordinator", "reporter", "vendor", "asset-owner", "agency", "other"], "default": "other"}
  }
}
})json";
}

}  // namespace tocsin::portal::api
