#include "portal/api/schemas.hpp"

/// The own account and its tokens in the OpenAPI document.
namespace tocsin::portal::api {

std::string_view account_schemas_json() noexcept {
  return R"json({
"Seat": {
  "description": "A place in an organisation.",
  "type": "object",
  "required": ["id", "name", "roles", "active"],
  "properties": {
    "id": {"type": "integer"},
    "name": {"type": "string"},
    "roles": {"type": "array", "items": {"enum": ["member", "organisation-administrator", "vendor-coordinator", "analyst", "coordinator", "auditor", "administrator"]}},
    "active": {"description": "Is the organisation?", "type": "boolean"}
  }
},
"Me": {
  "type": "object",
  "required": ["person", "organisation", "organisations", "permissions", "by", "scopes", "expires_at"],
  "properties": {
    "person": {
      "type": "object",
      "required": ["id", "name", "email", "language", "time_zone"],
      "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "email": {"type": "string"},
        "language": {"description": "BCP 47, or empty.", "type": "string"},
        "time_zone": {"description": "IANA name, or empty.", "type": "string"}
      }
    },
    "organisation": {"oneOf": [{"$ref": "#/components/schemas/Seat"}, {"type": "null"}]},
    "organisations": {"type": "array", "items": {"$ref": "#/components/schemas/Seat"}},
    "permissions": {"description": "What may be done now.", "type": "array", "items": {"type": "string"}},
    "by": {"enum": ["session", "token", "certificate"]},
    "scopes": {"description": "Of a token; sessions have none and may all.", "type": "array", "items": {"type": "string"}},
    "expires_at": {"$ref": "#/components/schemas/Time"}
  }
},
"Token": {
  "type": "object",
  "required": ["id", "name", "organisation", "kind", "subject", "fingerprint", "scopes", "networks", "created_at", "expires_at", "last_used_at", "last_used_from", "revoked_at"],
  "properties": {
    "id": {"type": "integer"},
    "name": {"type": "string"},
    "organisation": {"description": "Number of the organisation that it acts for.", "type": "integer"},
    "kind": {"description": "What the program proves itself by.", "enum": ["secret", "certificate"]},
    "subject": {"description": "Of the certificate, else empty.", "type": "string"},
    "fingerprint": {"description": "SHA-256 of the certificate's DER form in hex, else empty.", "type": "string"},
    "scopes": {"type": "array", "items": {"type": "string"}},
    "networks": {"description": "From where it works; empty: from anywhere.", "type": "array", "items": {"type": "string"}},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "expires_at": {"$ref": "#/components/schemas/Time"},
    "last_used_at": {"type": ["string", "null"], "format": "date-time"},
    "last_used_from": {"type": ["string", "null"]},
    "revoked_at": {"type": ["string", "null"], "format": "date-time"}
  }
},
"TokenList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Token"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": ["integer", "null"], "minimum": 0}
  }
},
"NewToken": {
  "type": "object",
  "required": ["name", "scopes", "expires_at"],
  "properties": {
    "name": {"type": "string"},
    "scopes": {"type": "array", "items": {"type": "string"}},
    "networks": {"description": "CIDR; empty: from anywhere.", "type": "array", "items": {"type": "string"}},
    "expires_at": {"$ref": "#/components/schemas/Time"},
    "certificate": {"description": "PEM: the program proves itself by this client certificate, which it ends with at the latest, instead of a secret.", "type": "string"}
  }
},
"CreatedToken": {
  "type": "object",
  "required": ["token", "name", "expires_at"],
  "properties": {
    "token": {"description": "The secret: for Authorization: Bearer. Null where a certificate was given.", "type": ["string", "null"]},
    "name": {"type": "string"},
    "expires_at": {"$ref": "#/components/schemas/Time"}
  }
}
})json";
}

}  // namespace tocsin::portal::api
