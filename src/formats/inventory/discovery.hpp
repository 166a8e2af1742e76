#pragma once
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "formats/inventory/item.hpp"

/// What programs find in a network or know of a plant, as inventories. Pure functions; nothing is looked up or guessed.
/// Which field comes from where: docs/exposure.md.
namespace tocsin::formats::inventory {

/// Nmap's XML (-oX). A host is a thing, with what the scripts s7-info, enip-info, modbus-discover, bacnet-info and
/// fox-info say of it; each service whose product was recognised (-sV) is one besides. Hosts that are down are left
/// out. Errors: invalid_input with `where` = "LINE:COLUMN" or a path.
Result<std::vector<Item>> read_nmap(std::string_view bytes);

/// Zeek's logs, as tab-separated text with its header lines or as JSON, one object a line; several logs one after the
/// other. What logs say of one address is one thing: known_hosts, known_services, known_devices, known_modbus,
/// cip_identity, s7comm_known_devices, bacnet_discovery, bacnet_property, modbus_read_device_identification; each of
/// software is one besides. `name` is the file's: JSON often says nowhere which log it is. Errors: invalid_input with
/// the line.
Result<std::vector<Item>> read_zeek(std::string_view text, std::string_view name);

/// Of NetBox's API: the answer of /api/dcim/devices/ (or its list of results). Errors: invalid_input.
Result<std::vector<Item>> read_netbox(const boost::json::value& root);
bool looks_like_netbox(const boost::json::value& root) noexcept;

/// GRASSMARLIN's data export (GmDataExportType). Its details have free names and are understood like columns.
Result<std::vector<Item>> read_grassmarlin(std::string_view bytes);

/// AutomationML (CAEX 2.15 and 3.0), as TIA Portal exports its hardware: elements with an order number or a type name.
/// Attributes are understood like columns; a TypeIdentifier "OrderNumber:6ES7 .../V2.8" gives number and firmware.
Result<std::vector<Item>> read_automation_ml(std::string_view bytes);

}  // namespace tocsin::formats::inventory
