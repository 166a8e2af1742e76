#pragma once
#include "formats/csaf/validate/tests.hpp"

/// The files that hold tests, each with its list. tests.cpp puts them in order.
namespace tocsin::formats::csaf {

std::span<const Test> product_tests() noexcept;   ///< tests_products.cpp: 6.1.1 to 6.1.5
std::span<const Test> document_tests() noexcept;  ///< tests_document.cpp: 6.1.15, 6.1.23 to 6.1.25, 6.1.28, 6.1.31
std::span<const Test> correspondence_tests() noexcept;  ///< tests_correspondence.cpp: 6.1.27.13, 6.2.39.1
std::span<const Test> profile_tests() noexcept;         ///< tests_profiles.cpp: 6.1.26, 6.1.27 but for 6.1.27.13
std::span<const Test> status_tests() noexcept;          ///< tests_status.cpp: 6.1.6, 6.1.7, 6.1.29, 6.1.32, 6.1.33
std::span<const Test> history_tests() noexcept;         ///< tests_history.cpp: 6.1.14, 6.1.16 to 6.1.22, 6.1.30

/// tests_scores.cpp: 6.1.8 to 6.1.10
std::span<const Test> score_tests() noexcept;

/// tests_ssvc.cpp: 6.1.46 to 6.1.48
std::span<const Test> ssvc_tests() noexcept;

/// tests_cwe.cpp: 6.1.11, 6.2.23 to 6.2.26
std::span<const Test> cwe_tests() noexcept;

/// tests_identifiers.cpp: 6.1.12, 6.1.13
std::span<const Test> identifier_tests() noexcept;
std::span<const Test> date_tests() noexcept;     ///< tests_dates.cpp: 6.1.37, 6.1.45, 6.1.49, 6.1.51 to 6.1.53, 6.1.62
std::span<const Test> sharing_tests() noexcept;  ///< tests_sharing.cpp: 6.1.38 to 6.1.41, 6.2.28 to 6.2.30
std::span<const Test> remediation_tests() noexcept;     ///< tests_remediations.cpp: 6.1.35, 6.1.36, 6.1.56, 6.2.27
std::span<const Test> branch_tests() noexcept;          ///< tests_branches.cpp: 6.1.34, 6.1.57 to 6.1.59
std::span<const Test> identification_tests() noexcept;  ///< tests_identification.cpp: 6.1.42 to 6.1.44, 6.1.61
std::span<const Test> licence_tests() noexcept;  ///< tests_licences.cpp: 6.1.54, 6.1.55, 6.2.43 to 6.2.46, 6.3.17
/// tests_extensions.cpp: 6.1.60.x, 6.2.54.x, 6.3.21.x
std::span<const Test> extension_tests() noexcept;

/// tests_versions.cpp: 6.1.50, 6.2.49 to 6.2.51, 6.3.19.x
std::span<const Test> version_tests() noexcept;
/// tests_advice_products.cpp: 6.2.1 to 6.2.3, 6.2.8, 6.2.9, 6.2.16, 6.2.18, 6.2.19
std::span<const Test> advice_product_tests() noexcept;
/// tests_advice_document.cpp: 6.2.4 to 6.2.7, 6.2.10 to 6.2.15, 6.2.17, 6.2.20 to 6.2.22
std::span<const Test> advice_document_tests() noexcept;

/// tests_advice_helpers.cpp: 6.2.31, 6.2.32, 6.2.42, 6.2.48, 6.2.52
std::span<const Test> advice_helper_tests() noexcept;
/// tests_advice_vulnerabilities.cpp: 6.2.33 to 6.2.37, 6.2.41, 6.2.47, 6.2.53, 6.3.20
std::span<const Test> advice_vulnerability_tests() noexcept;
/// tests_advice_profiles.cpp: 6.2.38, 6.2.39.2 to 6.2.39.5, 6.2.40
std::span<const Test> advice_profile_tests() noexcept;
/// tests_reports.cpp: 6.1.27.20, 6.2.39.6 to 6.2.39.13, 6.3.23.x
std::span<const Test> report_tests() noexcept;
/// tests_info_products.cpp: 6.3.5, 6.3.9 to 6.3.11, 6.3.22
std::span<const Test> info_product_tests() noexcept;
/// tests_info_vulnerabilities.cpp: 6.3.1 to 6.3.4, 6.3.8, 6.3.12 to 6.3.15, 6.3.18; 6.2.55, 6.3.6, 6.3.7, 6.3.16 and
/// 6.3.24 as not run
std::span<const Test> info_vulnerability_tests() noexcept;

/// tests_spelling.cpp: 6.3.8, which info_vulnerability_tests() lists.
void spell_check(const Model& model, Sink& sink);

/// quality_tests() of tests.hpp: tests_quality.cpp

}  // namespace tocsin::formats::csaf
