#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/time.hpp"
#include "formats/threat_text/extract.hpp"

/// Makes STIX 2.1 objects of our own. What is made passes our validator without a finding, as long as the ids that are
/// given are of version 4 (base/ids.hpp) and the texts are UTF-8. Pure: times and ids come from outside.
namespace tocsin::formats::stix {

/// What every domain object has.
struct Head {
  std::string id;
  std::string created_by;  ///< Id of an identity; empty: nobody says.
  Timestamp created, modified;
  std::string_view tlp = "amber";  ///< A level of TLP 2.0, as TlpMarking has it.
  bool revoked = false;
  std::vector<std::string> labels = {};
};

/// "2026-03-01T12:00:00.000Z": milliseconds, as the standard wants. What is finer is cut.
std::string write_time(Timestamp time);
/// The moment that write_time would tell.
Timestamp whole_milliseconds(Timestamp time) noexcept;
/// "identity--0a3e..."
std::string make_id(std::string_view type, std::string_view uuid);

struct Report {
  std::string name, description;
  std::string_view type = "indicator";  ///< Of report-type-ov.
  Timestamp published;
  std::vector<std::string> objects;                     ///< Not empty.
  std::vector<std::string> cves = {}, techniques = {};  ///< Also told as external references.
};
boost::json::object write_report(const Head& head, const Report& report);

/// The pattern that matches what was seen, with a port: traffic to it. Empty for kinds that cannot be observed.
std::string pattern_of(const threat_text::Found& found);
boost::json::object write_indicator(const Head& head, const threat_text::Found& found, Timestamp valid_from);
/// The observable with its deterministic id (section 2.9), of an endpoint its host: traffic would need a protocol,
/// which nobody said. Empty for kinds that cannot be observed.
boost::json::object write_observable(const threat_text::Found& found, std::string_view tlp);

struct Sighting {
  std::string of;
  std::vector<std::string> where = {};  ///< Identities.
  std::optional<Timestamp> first_seen = {}, last_seen = {};
  std::optional<int> count = {};
  std::string description = {};
};
boost::json::object write_sighting(const Head& head, const Sighting& sighting);
boost::json::object write_vulnerability(const Head& head, std::string_view cve);

struct Relationship {
  std::string type, source, target;
};
boost::json::object write_relationship(const Head& head, const Relationship& relationship);

struct Identity {
  std::string name;
  std::string_view identity_class = "organization";
};
boost::json::object write_identity(const Head& head, const Identity& identity);

/// The marking definition of TLP 2.0 for a level, as its publisher fixed it; empty for a level that there is not.
boost::json::object write_tlp(std::string_view level);
/// "marking-definition--...": empty for a level that there is not.
std::string_view tlp_2_marking(std::string_view level) noexcept;

/// A bundle of objects as they stand, with the definitions of those markings of TLP 2.0 that they name and that are not
/// among them.
std::string write_bundle(std::string_view uuid, std::span<const std::string> objects);

}  // namespace tocsin::formats::stix
