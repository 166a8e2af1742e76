#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// One thing that a plant has, as its inventory says it: texts as written, trimmed, nothing looked up or guessed. What
/// every reader of this folder gives and what matching (engine/exposure) takes.
namespace tocsin::formats::inventory {

inline constexpr std::size_t kItemsMax = 1'000'000;  ///< Of one inventory that is no table.

/// A version of the thing or of a part of it: firmware, bootloader, a communication module, installed software.
struct Version {
  std::string component;  ///< What has the version: "firmware", "software", "bootloader", a module's name; or empty.
  std::string text;       ///< "V2.8.1", "fw 2.8.1", "R2 SP1".
};

struct Item {
  std::size_t row = 0;         ///< Of the source: data rows, components or hosts, from 1.
  std::string key;             ///< What names it in its inventory (asset tag, UUID, bom-ref), or empty.
  std::string name;            ///< What people call it.
  std::string vendor, family;  ///< "Siemens", "SIMATIC S7-1500"
  std::string product;         ///< "CPU 1515-2 PN"; may hold anything, also vendor and version.
  std::string model;           ///< Model, order, article or catalogue number.
  std::string hardware;        ///< Hardware revision.
  std::vector<Version> versions;
  std::string serial;
  std::string cpe;                                          ///< 2.2 or 2.3.
  std::vector<std::string> purls;                           ///< Package URLs.
  std::vector<std::pair<std::string, std::string>> hashes;  ///< Algorithm ("sha256") and value in hex.
  std::vector<std::string> addresses;                       ///< IP and MAC addresses, host names.
  std::string site, zone, conduit;                          ///< Zone and conduit: IEC 62443-3-2.
  std::string purdue_level;                                 ///< "0" to "5", "3.5"
  std::string criticality, exposure;                        ///< As written: "high"; "internet", "isolated".
  std::string safety, environment, production;              ///< Consequence for each, as written.
  std::string owner, next_outage;                           ///< Next outage: a date as written.
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, std::string>> others;  ///< Free columns: header and value, in their order.
};

/// A version that is not there yet; nothing for an empty text.
void add_version(Item& item, std::string_view component, std::string_view text);
/// An address that is not there yet; nothing for an empty text.
void add_address(Item& item, std::string_view address);
/// Hash names as CSAF and file tools write them ("SHA-256" is "sha256"), values in lower case.
void add_hash(Item& item, std::string_view algorithm, std::string_view value);

}  // namespace tocsin::formats::inventory
