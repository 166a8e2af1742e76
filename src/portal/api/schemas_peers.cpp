#include "portal/api/schemas.hpp"

/// Peers, sources of others that are read here, in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr Operation kOperations[] = {
    {.route = "peers", .description = "For those who administer. Secrets are never told.", .schema = "PeerList"},
    {.route = "peer", .description = "How it is read, and how it does.", .schema = "Peer"},
};

}  // namespace

std::span<const Operation> peer_operations() noexcept { return kOperations; }

std::string_view peer_schemas_json() noexcept {
  return R"json({
"Peer": {
  "type": "object",
  "required": ["id", "page", "kind", "name", "url", "credentials", "account", "owner", "tlp_default", "tlp_max", "markings",
    "trust", "every_minutes", "all_every_days", "enabled", "state", "created_at", "succeeded_at", "failed_at",
    "failures", "problem", "fault", "next_read_at", "reached", "read_all_at", "stored", "unchanged", "refused", "above",
    "held"],
  "properties": {
    "id": {"type": "integer"},
    "page": {"description": "Path of the page.", "type": "string"},
    "kind": {"description": "A collection of TAXII, news (Atom, RSS), a feed of MISP, or a list of indicators.",
      "enum": ["taxii", "news", "misp", "list"]},
    "name": {"type": "string"},
    "url": {"description": "Of the collection, the folder of the feed of MISP, or the document.", "type": "string"},
    "credentials": {"enum": ["none", "basic", "bearer"]},
    "account": {"type": "string"},
    "owner": {"description": "Number of the organisation whose its objects are.", "type": "integer"},
    "tlp_default": {"description": "Of what bears no marking of TLP.", "type": "string"},
    "tlp_max": {"description": "What is marked above is left out.", "type": "string"},
    "markings": {"description": "TLP by the id of a marking definition.", "type": "object",
      "additionalProperties": {"type": "string"}},
    "trust": {"description": "May it bring newer versions of what is here from elsewhere?", "enum": ["own", "all"]},
    "every_minutes": {"type": "integer", "minimum": 1},
    "all_every_days": {"description": "Read from the beginning again so often; 0: never.", "type": "integer",
      "minimum": 0},
    "enabled": {"type": "boolean"},
    "state": {"enum": ["paused", "waits for its first reading", "is being read", "well", "failing"]},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "succeeded_at": {"$ref": "#/components/schemas/OptionalTime"},
    "failed_at": {"$ref": "#/components/schemas/OptionalTime"},
    "failures": {"description": "In a row.", "type": "integer", "minimum": 0},
    "problem": {"description": "Why the last reading failed; empty where it did not.", "type": "string"},
    "fault": {"description": "What makes its server hard to read, and was coped with.", "type": "string"},
    "next_read_at": {"$ref": "#/components/schemas/OptionalTime"},
    "reached": {"description": "The latest date_added that it told, as it was written.", "type": "string"},
    "read_all_at": {"$ref": "#/components/schemas/OptionalTime"},
    "stored": {"type": "integer", "minimum": 0},
    "unchanged": {"type": "integer", "minimum": 0},
    "refused": {"description": "Damaged objects.", "type": "integer", "minimum": 0},
    "above": {"description": "Objects marked above tlp_max.", "type": "integer", "minimum": 0},
    "held": {"description": "Objects that are here from elsewhere.", "type": "integer", "minimum": 0}
  }
},
"PeerList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Peer"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "integer", "minimum": 0}
  }
}
})json";
}

}  // namespace tocsin::portal::api
