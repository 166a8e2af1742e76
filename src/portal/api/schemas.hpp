#pragma once
#include <span>
#include <string_view>

/// What each API route takes and answers, in words and JSON Schema: the hand-written half of the OpenAPI document. The
/// other half is the table of routes; a test holds both to what the server really answers.
namespace tocsin::portal::api {

struct QueryParameter {
  std::string_view name;
  std::string_view description;
  std::string_view schema;  ///< JSON text: {"type":"integer","minimum":1,"maximum":200,"default":25}
};

struct Operation {
  std::string_view route;  ///< Route::name.
  std::string_view description;
  std::string_view schema;  ///< Name in components; empty: any bytes of media_type.
  std::string_view media_type = "application/json";
  std::span<const QueryParameter> query = {};
  std::string_view body = {};  ///< Of a POST: name in components.
  int status = 200;            ///< Where all is well; 204 has no content.
  bool if_match = false;       ///< Asks for the version that the client has seen.
  std::string_view body_media_type = "application/json";
};

/// By the route's name, or nullptr.
const Operation* find_operation(std::string_view route) noexcept;
/// Meaning of a path parameter ("id"), or empty.
std::string_view path_parameter(std::string_view name) noexcept;
/// components.schemas as JSON text, what several areas share first; the other areas follow below.
std::string_view schemas_json() noexcept;

// Advisories and vulnerabilities: schemas_advisories.cpp. Account and tokens: schemas_account.cpp.
std::string_view advisory_schemas_json() noexcept;
std::string_view account_schemas_json() noexcept;
// Validating, converting, comparing: schemas_csaf.cpp.
std::span<const Operation> csaf_operations() noexcept;
std::string_view csaf_schemas_json() noexcept;
// Organisations, people, communities, audit log: schemas_members.cpp.
std::span<const Operation> member_operations() noexcept;
std::string_view member_schemas_json() noexcept;
// What programs change of them, and of the site: schemas_changes.cpp.
std::span<const Operation> change_operations() noexcept;
std::string_view change_schemas_json() noexcept;
// Inventory and exposure: schemas_inventory.cpp.
std::span<const Operation> inventory_operations() noexcept;
std::string_view inventory_schemas_json() noexcept;

// Lists of exposure, runs, bills of materials: schemas_lists.cpp.
std::span<const Operation> list_operations() noexcept;
std::string_view list_schemas_json() noexcept;
// What was known of a product: schemas_status.cpp.
std::span<const Operation> sums_operations() noexcept;
std::string_view sums_schemas_json() noexcept;
std::span<const Operation> status_operations() noexcept;
std::string_view status_schemas_json() noexcept;
// Read marks, comments and removal of advisories: schemas_manage.cpp.
std::span<const Operation> manage_operations() noexcept;
std::string_view manage_schemas_json() noexcept;

// Cases: schemas_cases.cpp.
std::span<const Operation> case_operations() noexcept;
std::string_view case_schemas_json() noexcept;
std::span<const Operation> webhook_operations() noexcept;
std::string_view webhook_schemas_json() noexcept;
std::span<const Operation> peer_operations() noexcept;
std::string_view peer_schemas_json() noexcept;
std::span<const Operation> collection_operations() noexcept;
std::string_view collection_schemas_json() noexcept;
// Threat knowledge: schemas_threats.cpp. What somebody subscribes to and was told: schemas_subscriptions.cpp.
std::span<const Operation> threat_operations() noexcept;
std::string_view threat_schemas_json() noexcept;
// What members share of it: schemas_shared.cpp.
std::span<const Operation> shared_operations() noexcept;
std::string_view shared_schemas_json() noexcept;
// ATT&CK: schemas_attack.cpp.
std::span<const Operation> attack_operations() noexcept;
std::string_view attack_schemas_json() noexcept;
std::span<const Operation> subscription_operations() noexcept;
std::string_view subscription_schemas_json() noexcept;

}  // namespace tocsin::portal::api
