#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "formats/csaf/convert/to_2_1.hpp"
#include "formats/cvrf/xml.hpp"
#include "formats/cvss/cvss.hpp"

/// CVRF 1.2 (and 1.1, which names the same things) to CSAF 2.0 and 2.1, as the conformance target "CVRF CSAF converter"
/// demands: CSAF 2.0 section 9.1.5, CSAF 2.1's clause 5. Pure functions, no I/O, nothing is fetched: any thread may
/// call them.
namespace tocsin::formats::cvrf {

/// What CVRF leaves to whoever converts.
struct Options {
  /// Name and namespace of the publisher, for which CVRF has no place: never guessed, an error where they are empty.
  std::string publisher = {};
  std::string publisher_namespace = {};  ///< URI
  /// Of CVSS v3 scores that neither vector nor namespace tells the minor version of. The standard's default is 3.0, for
  /// CVRF is older than CVSS 3.1.
  cvss::Version cvss_v3 = cvss::Version::v3_0;
  /// Mend, with a warning, what the standard makes an error: scores without a vector are left out, and where no product
  /// is affected, scores and remediations without products are for the fixed ones, which is what vendors of such
  /// documents mean.
  bool mend = false;
  /// For CSAF 2.1, whose rules are those of the CSAF 2.0 to CSAF 2.1 converter wherever they concern CSAF.
  csaf::ConvertOptions to_2_1 = {};
  Limits limits = {};
  /// Products that scores and remediations which name none get, all together: a small file with many of both would
  /// become one that no memory holds.
  std::size_t defaulted_max = 1'000'000;
};

/// Notes past this many are only counted, in one last note: a file of junk must not become a larger one.
inline constexpr std::size_t kNotesMax = 10'000;

/// `source` as it was received. The `path` of a note is an XPath into it ("/cvrfdoc/Vulnerability[2]/CVE"), and its
/// message names the line. Whatever CSAF demands and the source lacks, or what the source says and CSAF cannot, is a
/// note; where none is an error, the result is valid by our own validator.
/// Errors: as parse_xml(); invalid_input where the root is no cvrfdoc of a CVRF namespace.
Result<csaf::Conversion> to_csaf_2_0(std::string_view source, const Options& options);
/// The same by way of CSAF 2.0, then of csaf::to_csaf_2_1(); several weaknesses and scores of CVSS 4.0, which only 2.1
/// can hold, are carried around 2.0. Where that could not be made (a note of level error says so), the document is what
/// there is of CSAF 2.0. Errors: those of to_csaf_2_0().
Result<csaf::Conversion> to_csaf_2_1(std::string_view source, const Options& options);

}  // namespace tocsin::formats::cvrf
