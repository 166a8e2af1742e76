#pragma once
#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"

/// What identifies and orders CSAF documents (CSAF 2.0 section 3.2.1, 2.1 section 3.2.2).
namespace tocsin::formats::csaf {

enum class CsafVersion { v2_0, v2_1 };
std::string_view to_string(CsafVersion version) noexcept;  ///< "2.0", "2.1"

/// The members every importer needs. A document is identified by publisher namespace and tracking id
/// (section 3.2.1.12).
struct Header {
  CsafVersion csaf_version = CsafVersion::v2_0;
  std::string category;  ///< "csaf_security_advisory"
  std::string title;     ///< Trimmed, as written otherwise.
  std::string lang;      ///< BCP 47, or empty.
  std::string publisher_name;
  std::string publisher_namespace;  ///< URI
  std::string publisher_category;   ///< "coordinator", "vendor", ...
  std::string tracking_id;          ///< Trimmed.
  std::string tracking_version;     ///< "1" or "1.2.0"
  std::string tracking_status;      ///< "draft", "interim", "final"
  std::vector<std::string> aliases;
  std::string tlp_label;  ///< As written: "WHITE", "CLEAR", "AMBER+STRICT"; empty where absent.
  Timestamp initial_release_date;
  Timestamp current_release_date;
};

/// Reads the header. Errors: invalid_input with pointer for a member that is missing, of wrong type or form.
Result<Header> read_header(const boost::json::value& root);

/// A key whose byte order is the order of tracking versions: integer versioning by number, semantic versioning by
/// SemVer 2.0.0 section 11 with pre-releases before their release; integers and semantic versions compare by major.
/// Total: a text that is neither sorts before every proper version.
std::string version_order(std::string_view tracking_version);

/// File name that CSAF demands (2.0 section 5.1): "ICSA-22-130-01" -> "icsa-22-130-01.json".
std::string file_name(std::string_view tracking_id);

}  // namespace tocsin::formats::csaf
