#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/csaf/convert/to_2_1.hpp"
#include "formats/cvss/cvss.hpp"

/// One document to another form: the same for the command line, the API and pages. No I/O.
namespace tocsin::portal::tools {

enum class Form { csaf_2_0, csaf_2_1, openvex, cyclonedx_vex, html, pdf, markdown, text, stix_2_1, misp };
/// Those that an advisory becomes: all but STIX and MISP, which are of threats and become each other.
std::span<const Form> all_forms() noexcept;
std::string_view to_string(Form form) noexcept;  ///< "csaf-2.1", "openvex", "markdown"
std::optional<Form> parse_form(std::string_view text) noexcept;
std::string_view label_of(Form form) noexcept;       ///< "CSAF 2.1", "CycloneDX VEX": for people.
std::string_view media_type_of(Form form) noexcept;  ///< "application/json", "text/markdown; charset=utf-8"
/// How the name of a file of this form ends, behind a dot: "json", "openvex.json", "md".
std::string_view extension_of(Form form) noexcept;

struct Options {
  formats::csaf::ConvertOptions csaf = {};  ///< `now` also for sources without any moment.
  /// For sources that do not say it: OpenVEX, CycloneDX and CVRF.
  std::string tracking_id = {}, publisher = {}, publisher_namespace = {};
  formats::cvss::Version cvss_v3 = formats::cvss::Version::v3_0;  ///< CVRF
  bool mend = false;                                              ///< CVRF
  int pages_max = 0;                                              ///< PDF: more are too_large.
};

struct Converted {
  std::string bytes;  ///< Also of a result that is not good: to be mended by hand.
  std::string file_name = {};
  std::vector<formats::csaf::ConversionNote> notes = {};
  bool is_good() const noexcept;      ///< No note of level error.
  bool is_lossless() const noexcept;  ///< No note of a loss.
};

/// A CSAF 2.0 or 2.1 document of whatever quality, read. Errors: invalid_input for another kind of document.
Result<formats::csaf::Advisory> read_csaf(const boost::json::value& root);

/// For stix_2_1 `bytes` are MISP events, a feed of news (Atom, RSS), a list of indicators or STIX 2.0, for misp STIX of
/// either version. Else it is a CSAF 2.0 or 2.1 document, or for the two forms of CSAF one of OpenVEX, CycloneDX VEX or
/// CVRF, which are recognised. A document that already is of the CSAF version that is asked for is an error, too. JSON
/// comes indented, with a line end. Errors: invalid_input where the source cannot become this; too_large beyond the
/// limits of its reader.
Result<Converted> convert(std::string bytes, Form to, const Options& options);

}  // namespace tocsin::portal::tools
