#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csaf/advisory.hpp"

/// Parts of an advisory in the words in which a comparison tells of them. Used by compare.
namespace tocsin::formats::csaf::comparing {

std::string joined(const std::vector<std::string>& parts, std::string_view separator);
std::string day(const std::optional<Timestamp>& time);        ///< "2022-05-10", or empty.
std::string score_text(int tenths, cvss::Severity severity);  ///< "9.8 critical"
std::string label_of(const Product& product);                 ///< "Acme Pump Controller < V4.5"
std::string text_of(const Acknowledgment& thanks);
std::string text_of(const Reference& reference);
std::string name_of(const Vulnerability& vulnerability);  ///< CVE, else an id, else the title.
std::string cwes_of(const Vulnerability& vulnerability);
/// One line about a vulnerability that came or went as a whole.
std::string headline_of(const Vulnerability& vulnerability);

}  // namespace tocsin::formats::csaf::comparing
