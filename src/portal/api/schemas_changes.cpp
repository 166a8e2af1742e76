#include "portal/api/schemas.hpp"

/// What programs send to change organisations, people, communities and the site, in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr std::string_view kVersioned =
    "What the body names is changed, the rest stays. 412 where somebody has changed it since the version of If-Match.";

constexpr Operation kOperations[] = {
    {.route = "organisation_create",
     .description = "It is a member at once. 409 where the name is taken.",
     .schema = "OrganisationDetail",
     .body = "OrganisationNew",
     .status = 201},
    {.route = "application_create",
     .description = "For anybody. The answer is the same whatever is known here; a few an address, then 429.",
     .schema = "Received",
     .body = "ApplicationNew",
     .status = 202},
    {.route = "organisation_change",
     .description = kVersioned,
     .schema = "OrganisationDetail",
     .body = "OrganisationChange",
     .if_match = true},
    {.route = "organisation_status_set",
     .description = "Where an applicant is admitted by somebody who has signed in, with the applicants' invitations.",
     .schema = "OrganisationStatusSet",
     .body = "OrganisationStatusChange"},
    {.route = "contact_create",
     .description = "All members see it.",
     .schema = "Made",
     .body = "ContactNew",
     .status = 201},
    {.route = "contact_delete", .description = "", .schema = "", .status = 204},
    {.route = "key_create",
     .description = "Armoured OpenPGP public key or PEM certificate. Secret keys are refused.",
     .schema = "Made",
     .body = "KeyNew",
     .status = 201},
    {.route = "key_delete", .description = "", .schema = "", .status = 204},
    {.route = "client_put",
     .description = "TLP:AMBER for the organisation reaches its client as well. Doing it again changes nothing.",
     .schema = "",
     .status = 204},
    {.route = "client_delete", .description = "", .schema = "", .status = 204},
    {.route = "person_invite_api",
     .description = "An address that is known becomes a member of this organisation as well.",
     .schema = "Person",
     .body = "PersonNew",
     .status = 201},
    {.route = "person_change", .description = kVersioned, .schema = "Person", .body = "PersonChange", .if_match = true},
    {.route = "me_change", .description = kVersioned, .schema = "Person", .body = "MeChange", .if_match = true},
    {.route = "membership_put",
     .description = "Everybody is a member. Nobody gives themselves a role. Doing it again changes nothing.",
     .schema = "Person",
     .body = "RolesChange"},
    {.route = "membership_delete",
     .description = "Ends the sessions and tokens that act for it.",
     .schema = "",
     .status = 204},
    {.route = "person_status_set", .description = "", .schema = "Person", .body = "PersonStatusChange"},
    {.route = "person_link_api",
     .description = "Works once. Earlier ones of its kind stop working.",
     .schema = "LinkMade",
     .body = "Nothing",
     .status = 201},
    {.route = "person_erase_api", .description = "Cannot be undone. The number stays.", .schema = "", .status = 204},
    {.route = "person_export_data", .description = "GDPR articles 15 and 20.", .schema = "PersonData"},
    {.route = "community_create",
     .description = "Empty at first; reaches nobody.",
     .schema = "CommunityDetail",
     .body = "CommunityNew",
     .status = 201},
    {.route = "community_change",
     .description = kVersioned,
     .schema = "CommunityDetail",
     .body = "CommunityChange",
     .if_match = true},
    {.route = "community_organisation_put",
     .description = "Doing it again changes nothing.",
     .schema = "",
     .status = 204},
    {.route = "community_organisation_delete", .description = "", .schema = "", .status = 204},
    {.route = "community_person_list",
     .description = "For those who may not manage people the answer does not tell whether there is such an account.",
     .schema = "CommunityDetail",
     .body = "CommunityPersonNew"},
    {.route = "community_person_put",
     .description = "For those who manage people. Doing it again changes nothing.",
     .schema = "",
     .status = 204},
    {.route = "community_person_delete",
     .description = "The number, or the mail address.",
     .schema = "",
     .status = 204},
    {.route = "site_settings", .description = "Its ETag is what a change sends as If-Match.", .schema = "SiteSettings"},
    {.route = "site_settings_change",
     .description = "An empty text means what is built in. What tocsin.toml sets is refused with 409.",
     .schema = "SiteSettings",
     .body = "SiteChange",
     .if_match = true},
    {.route = "site_logo_put",
     .description = "SVG, PNG, JPEG or WebP, at most 256 KiB; what it is, its bytes say.",
     .schema = "SiteSettings",
     .body = "LogoFile",
     .body_media_type = "application/octet-stream"},
    {.route = "site_logo_delete", .description = "", .schema = "", .status = 204},
};

}  // namespace

std::span<const Operation> change_operations() noexcept { return kOperations; }

std::string_view change_schemas_json() noexcept {
  return R"json({
"RoleNames": {
  "description": "Beside member, which everybody is.",
  "type": "array",
  "items": {"enum": ["member", "organisation-administrator", "vendor-coordinator", "analyst", "coordinator", "auditor",
    "administrator"]}
},
"OrganisationNew": {
  "type": "object",
  "required": ["name"],
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string"},
    "kind": {"enum": ["cert", "asset-owner", "vendor", "government", "isac", "researcher", "integrator"]},
    "sectors": {"$ref": "#/components/schemas/Texts"},
    "countries": {"$ref": "#/components/schemas/Texts"},
    "homepage": {"type": "string"},
    "description": {"type": "string"},
    "vendor_keys": {"$ref": "#/components/schemas/Texts"}
  }
},
"OrganisationChange": {
  "description": "Kind and vendor_keys are the CERT's to change: from others they are unknown members.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string"},
    "kind": {"enum": ["cert", "asset-owner", "vendor", "government", "isac", "researcher", "integrator"]},
    "sectors": {"$ref": "#/components/schemas/Texts"},
    "countries": {"$ref": "#/components/schemas/Texts"},
    "homepage": {"type": "string"},
    "description": {"type": "string"},
    "vendor_keys": {"$ref": "#/components/schemas/Texts"}
  }
},
"ApplicationNew": {
  "type": "object",
  "required": ["name", "person_name", "email"],
  "additionalProperties": false,
  "properties": {
    "name": {"description": "Of the organisation.", "type": "string"},
    "kind": {"enum": ["cert", "asset-owner", "vendor", "government", "isac", "researcher", "integrator"]},
    "sectors": {"$ref": "#/components/schemas/Texts"},
    "countries": {"$ref": "#/components/schemas/Texts"},
    "homepage": {"type": "string"},
    "description": {"type": "string"},
    "person_name": {"type": "string"},
    "email": {"type": "string"},
    "note": {"description": "For the CERT only.", "type": "string"}
  }
},
"Received": {"type": "object", "required": ["received"], "properties": {"received": {"type": "boolean"}}},
"Made": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}},
"Nothing": {"description": "{}", "type": "object", "additionalProperties": false, "properties": {}},
"OrganisationStatusChange": {
  "type": "object",
  "required": ["status", "reason"],
  "additionalProperties": false,
  "properties": {
    "status": {"enum": ["applied", "vetted", "active", "suspended", "left"]},
    "reason": {"description": "For the audit log.", "type": "string"},
    "heir": {"description": "Leaving: the organisation that gets its records.", "type": "integer", "minimum": 1}
  }
},
"OrganisationStatusSet": {
  "type": "object",
  "required": ["id", "status", "invitations"],
  "properties": {
    "id": {"type": "integer", "minimum": 1},
    "status": {"enum": ["applied", "vetted", "active", "suspended", "left"]},
    "invitations": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["person", "name", "email", "link"],
        "properties": {
          "person": {"type": "integer", "minimum": 1},
          "name": {"type": "string"},
          "email": {"type": "string"},
          "link": {"description": "As good as a password: give it to them alone.", "type": "string"}
        }
      }
    }
  }
},
"ContactNew": {
  "type": "object",
  "required": ["role", "name"],
  "additionalProperties": false,
  "properties": {
    "role": {"enum": ["security", "technical", "management", "legal", "press", "around-the-clock"]},
    "name": {"type": "string"},
    "email": {"type": "string"},
    "phone": {"type": "string"}
  }
},
"KeyNew": {
  "type": "object",
  "required": ["key"],
  "additionalProperties": false,
  "properties": {"label": {"type": "string"}, "key": {"type": "string"}}
},
"PersonNew": {
  "type": "object",
  "required": ["name", "email"],
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string"},
    "email": {"type": "string"},
    "organisation": {"description": "Number; the one acted for unless told.", "type": "integer", "minimum": 1},
    "roles": {"$ref": "#/components/schemas/RoleNames"},
    "language": {"type": "string"},
    "time_zone": {"type": "string"}
  }
},
"PersonChange": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string"},
    "email": {"type": "string"},
    "language": {"type": "string"},
    "time_zone": {"type": "string"}
  }
},
"MeChange": {
  "type": "object",
  "additionalProperties": false,
  "properties": {"name": {"type": "string"}, "language": {"type": "string"}, "time_zone": {"type": "string"}}
},
"RolesChange": {
  "type": "object",
  "required": ["roles"],
  "additionalProperties": false,
  "properties": {"roles": {"$ref": "#/components/schemas/RoleNames"}}
},
"PersonStatusChange": {
  "type": "object",
  "required": ["status"],
  "additionalProperties": false,
  "properties": {"status": {"enum": ["active", "suspended"]}}
},
"LinkMade": {
  "type": "object",
  "required": ["purpose", "link"],
  "properties": {"purpose": {"enum": ["invitation", "password-reset"]}, "link": {"type": "string"}}
},
"PersonData": {"description": "Everything, in the members that there are.", "type": "object", "additionalProperties": true},
"CommunityNew": {
  "type": "object",
  "required": ["name"],
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string"},
    "description": {"type": "string"},
    "members_hidden": {"type": "boolean"},
    "uuid": {"description": "Of a sharing group that exists elsewhere.", "type": "string"}
  }
},
"CommunityChange": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string"},
    "description": {"type": "string"},
    "members_hidden": {"type": "boolean"},
    "closed": {"type": "boolean"}
  }
},
"CommunityPersonNew": {
  "type": "object",
  "required": ["email"],
  "additionalProperties": false,
  "properties": {"email": {"type": "string"}}
},
"SiteValues": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "site_name": {"type": "string"},
    "contact": {"type": "string"},
    "time_zone": {"description": "IANA name; empty: UTC.", "type": "string"},
    "language": {"description": "en, de or es; empty: as whoever reads or causes it.", "type": "string"},
    "accent": {"description": "#rrggbb that can be read on light ground (WCAG AA), or empty.", "type": "string"},
    "accent_dark": {"description": "The same on dark ground; empty: made from accent.", "type": "string"},
    "cert.languages": {"type": "string"},
    "cert.address": {"type": "string"},
    "cert.time_zone": {"type": "string"},
    "cert.hours": {"type": "string"},
    "cert.constituency": {"type": "string"},
    "cert.affiliation": {"type": "string"},
    "cert.authority": {"type": "string"},
    "cert.incidents": {"type": "string"},
    "cert.services": {"type": "string"}
  }
},
"SiteChange": {"allOf": [{"$ref": "#/components/schemas/SiteValues"}]},
"SiteSettings": {
  "type": "object",
  "required": ["values", "fixed", "logo"],
  "properties": {
    "values": {"$ref": "#/components/schemas/SiteValues"},
    "fixed": {"description": "Names of those that tocsin.toml sets.", "type": "array", "items": {"type": "string"}},
    "logo": {
      "oneOf": [
        {"type": "null"},
        {
          "type": "object",
          "required": ["url", "media_type", "sha256"],
          "properties": {
            "url": {"type": "string"},
            "media_type": {"enum": ["image/svg+xml", "image/png", "image/jpeg", "image/webp"]},
            "sha256": {"type": "string"}
          }
        }
      ]
    }
  }
},
"LogoFile": {"description": "The file's bytes.", "type": "string"}
})json";
}

}  // namespace tocsin::portal::api
