// Tests of section 6.1, 6.2 and 6.3 that CSAF 2.1 brought: each with documents that fail it and documents that pass.
#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"
#include "formats/csaf/validate/validate.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

constexpr TestCase kDates[] = {
    {"UpperCase", "6.1.37", "2.1", "{'document': {'tracking': {'generator': {'date': '2024-03-01T10:00:00.5+05:30'}}}}",
     ""},
    {"LowerCaseT", "6.1.37", "2.1", "{'vulnerabilities': [{'disclosure_date': '2024-03-01t10:00:00Z'}]}",
     "/vulnerabilities/0/disclosure_date"},
    {"LowerCaseZ", "6.1.37", "2.1", "{'vulnerabilities': [{'discovery_date': '2024-03-01T10:00:00z'}]}",
     "/vulnerabilities/0/discovery_date"},
    {"BlankSeparator", "6.1.37", "2.1", "{'document': {'tracking': {'current_release_date': '2024-03-01 10:00:00Z'}}}",
     "/document/tracking/current_release_date"},
    {"LeapSecond", "6.1.37", "2.1",
     "{'document': {'tracking': {'revision_history': [{'date': '2016-12-31T23:59:60Z', 'number': '1'}]}}}",
     "/document/tracking/revision_history/0/date"},
    {"NoZone", "6.1.37", "2.1", "{'vulnerabilities': [{'flags': [{'date': '2024-03-01T10:00:00'}]}]}",
     "/vulnerabilities/0/flags/0/date"},
    {"NoZoneAfterFraction", "6.1.37", "2.1", "{'vulnerabilities': [{'threats': [{'date': '2024-03-01T10:00:00.25'}]}]}",
     "/vulnerabilities/0/threats/0/date"},
    {"DateOnly", "6.1.37", "2.1", "{'vulnerabilities': [{'involvements': [{'date': '2024-03-01'}]}]}",
     "/vulnerabilities/0/involvements/0/date"},
    {"NoSuchDay", "6.1.37", "2.1", "{'vulnerabilities': [{'remediations': [{'date': '2023-02-29T10:00:00Z'}]}]}",
     "/vulnerabilities/0/remediations/0/date"},
    {"CommaFraction", "6.1.37", "2.1", "{'document': {'tracking': {'generator': {'date': '2024-03-01T10:00:00,5Z'}}}}",
     "/document/tracking/generator/date"},
    {"Metrics", "6.1.37", "2.1",
     "{'vulnerabilities': [{'metrics': [{'content': {'epss': {'timestamp': 'x'}}}, {'content': {'ssvc_v2': "
     "{'timestamp': ''}}}]}]}",
     "/vulnerabilities/0/metrics/0/content/epss/timestamp /vulnerabilities/0/metrics/1/content/ssvc_v2/timestamp"},
    {"Exploitation", "6.1.37", "2.1",
     "{'vulnerabilities': [{'first_known_exploitation_dates': [{'date': '1', 'exploitation_date': '2'}]}]}",
     "/vulnerabilities/0/first_known_exploitation_dates/0/date "
     "/vulnerabilities/0/first_known_exploitation_dates/0/exploitation_date"},
    {"YearZero", "6.1.37", "2.1", "{'vulnerabilities': [{'disclosure_date': '0000-02-29T10:00:00Z'}]}", ""},
    {"LastHour", "6.1.37", "2.1", "{'vulnerabilities': [{'disclosure_date': '9999-12-31T23:59:59-10:00'}]}", ""},

    {"Later", "6.1.45", "2.1", "{'vulnerabilities': [{'disclosure_date': '2024-03-01T10:00:01Z'}]}",
     "/vulnerabilities/0/disclosure_date"},
    {"SameMoment", "6.1.45", "2.1", "{'vulnerabilities': [{'disclosure_date': '2024-03-01T12:00:00+02:00'}]}", ""},
    {"LaterByZone", "6.1.45", "2.1", "{'vulnerabilities': [{'disclosure_date': '2024-03-01T09:00:00-02:00'}]}",
     "/vulnerabilities/0/disclosure_date"},
    {"Draft", "6.1.45", "2.1",
     "{'document': {'tracking': {'status': 'draft'}}, 'vulnerabilities': [{'disclosure_date': "
     "'2024-04-01T10:00:00Z'}]}",
     ""},
    {"Interim", "6.1.45", "2.1",
     "{'document': {'tracking': {'status': 'interim'}}, 'vulnerabilities': [{}, {'disclosure_date': "
     "'2024-04-01T10:00:00Z'}]}",
     "/vulnerabilities/1/disclosure_date"},
    {"Green", "6.1.45", "2.1",
     "{'document': {'distribution': {'tlp': {'label': 'GREEN'}}}, 'vulnerabilities': [{'disclosure_date': "
     "'2024-04-01T10:00:00Z'}]}",
     ""},
    {"NewestIsFirst", "6.1.45", "2.1",
     "{'document': {'tracking': {'revision_history': [{'date': '2024-05-01T10:00:00Z', 'number': '2'}, {'date': "
     "'2024-03-01T10:00:00Z', 'number': '1'}]}}, 'vulnerabilities': [{'disclosure_date': '2024-04-01T10:00:00Z'}]}",
     ""},

    {"Later", "6.1.49", "2.1",
     "{'vulnerabilities': [{'metrics': [{'content': {'ssvc_v2': {'timestamp': '2024-03-02T00:00:00Z'}}}]}]}",
     "/vulnerabilities/0/metrics/0/content/ssvc_v2/timestamp"},
    {"Earlier", "6.1.49", "2.1",
     "{'vulnerabilities': [{'metrics': [{'content': {'ssvc_v2': {'timestamp': '2024-03-01T10:00:00Z'}}}]}]}", ""},
    {"Later", "6.1.51", "2.1",
     "{'vulnerabilities': [{'metrics': [{'content': {'epss': {'timestamp': '2024-03-02T00:00:00Z'}}}]}]}",
     "/vulnerabilities/0/metrics/0/content/epss/timestamp"},
    {"Earlier", "6.1.51", "2.1",
     "{'vulnerabilities': [{'metrics': [{'content': {'epss': {'timestamp': '2024-03-01T13:00:00+03:00'}}}]}]}", ""},
    {"Both", "6.1.52", "2.1",
     "{'vulnerabilities': [{'first_known_exploitation_dates': [{'date': '2024-03-03T00:00:00Z', 'exploitation_date': "
     "'2024-03-02T00:00:00Z'}]}]}",
     "/vulnerabilities/0/first_known_exploitation_dates/0/date "
     "/vulnerabilities/0/first_known_exploitation_dates/0/exploitation_date"},
    {"Earlier", "6.1.52", "2.1",
     "{'vulnerabilities': [{'first_known_exploitation_dates': [{'date': '2024-03-01T10:00:00Z', 'exploitation_date': "
     "'2024-02-02T00:00:00Z'}]}]}",
     ""},
    {"Later", "6.1.53", "2.1",
     "{'document': {'tracking': {'status': 'draft'}}, 'vulnerabilities': [{'first_known_exploitation_dates': [{'date': "
     "'2024-03-01T10:00:00Z', 'exploitation_date': '2024-03-01T10:00:00-01:00'}]}]}",
     "/vulnerabilities/0/first_known_exploitation_dates/0/exploitation_date"},
    {"Same", "6.1.53", "2.1",
     "{'vulnerabilities': [{'first_known_exploitation_dates': [{'date': '2024-03-01T10:00:00Z', 'exploitation_date': "
     "'2024-03-01T11:00:00+01:00'}]}]}",
     ""},
};

#define MAX_UUID "'ffffffff-ffff-ffff-ffff-ffffffffffff'"
#define NIL_UUID "'00000000-0000-0000-0000-000000000000'"
#define OTHER_UUID "'3f2b8a66-5a0e-4c1d-9a58-0f6f0a1c7d11'"
#define SHARING(label, id, more) \
  "{'document': {'distribution': {'tlp': {'label': '" label "'}, 'sharing_group': {'id': " id more "}}}}"
constexpr TestCase kSharing[] = {
    {"Green", "6.1.38", "2.1", SHARING("GREEN", MAX_UUID, ""), "/document/distribution/tlp/label"},
    {"Clear", "6.1.38", "2.1", SHARING("CLEAR", MAX_UUID, ""), ""},
    {"OtherGroup", "6.1.38", "2.1", SHARING("RED", OTHER_UUID, ""), ""},
    {"NoLabel", "6.1.38", "2.1", "{'document': {'distribution': {'tlp': null, 'sharing_group': {'id': " MAX_UUID "}}}}",
     "/document/distribution/tlp/label"},
    {"UpperCase", "6.1.38", "2.1", SHARING("RED", "'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'", ""),
     "/document/distribution/tlp/label"},
    {"Other", "6.1.39", "2.1", SHARING("CLEAR", OTHER_UUID, ""), "/document/distribution/sharing_group/id"},
    {"None", "6.1.39", "2.1", "{}", ""},
    {"Max", "6.1.39", "2.1", SHARING("CLEAR", MAX_UUID, ""), ""},
    {"NilFinal", "6.1.39", "2.1", SHARING("CLEAR", NIL_UUID, ""), "/document/distribution/sharing_group/id"},
    {"NilDraft", "6.1.39", "2.1",
     "{'document': {'tracking': {'status': 'draft'}, 'distribution': {'tlp': {'label': 'CLEAR'}, 'sharing_group': "
     "{'id': " NIL_UUID "}}}}",
     ""},
    {"OtherGreen", "6.1.39", "2.1", SHARING("GREEN", OTHER_UUID, ""), ""},
    {"Public", "6.1.40", "2.1", SHARING("GREEN", OTHER_UUID, ", 'name': 'Public'"),
     "/document/distribution/sharing_group/name"},
    {"NotAllowed", "6.1.40", "2.1", SHARING("CLEAR", MAX_UUID, ", 'name': 'No sharing allowed'"),
     "/document/distribution/sharing_group/name"},
    {"PublicOfNil", "6.1.40", "2.1", SHARING("CLEAR", NIL_UUID, ", 'name': 'Public'"),
     "/document/distribution/sharing_group/name"},
    {"Right", "6.1.40", "2.1", SHARING("CLEAR", MAX_UUID, ", 'name': 'Public'"), ""},
    {"RightNil", "6.1.40", "2.1", SHARING("RED", NIL_UUID, ", 'name': 'No sharing allowed'"), ""},
    {"Own", "6.1.40", "2.1", SHARING("GREEN", OTHER_UUID, ", 'name': 'Lamp makers'"), ""},
    {"Missing", "6.1.41", "2.1", SHARING("CLEAR", MAX_UUID, ""), "/document/distribution/sharing_group/name"},
    {"MissingNil", "6.1.41", "2.1", SHARING("RED", NIL_UUID, ""), "/document/distribution/sharing_group/name"},
    {"Wrong", "6.1.41", "2.1", SHARING("RED", NIL_UUID, ", 'name': 'Public'"),
     "/document/distribution/sharing_group/name"},
    {"OtherCase", "6.1.41", "2.1", SHARING("CLEAR", MAX_UUID, ", 'name': 'public'"),
     "/document/distribution/sharing_group/name"},
    {"Right", "6.1.41", "2.1", SHARING("CLEAR", MAX_UUID, ", 'name': 'Public'"), ""},
    {"Unneeded", "6.1.41", "2.1", SHARING("GREEN", OTHER_UUID, ""), ""},
};

#define REMEDIES(list) "{'vulnerabilities': [{'remediations': [" list "]}]}"
#define REMEDY(category, products) "{'category': '" category "', 'product_ids': [" products "]}"
#define STATUS(status, list) "{'vulnerabilities': [{'product_status': {" status "}, 'remediations': [" list "]}]}"
#define CVSS(products, source) "{'content': {'cvss_v3': {}}, 'products': [" products "]" source "}"
#define RATING(products, source) \
  "{'content': {'qualitative_severity_rating': 'low'}, 'products': [" products "]" source "}"
#define METRICS(list) "{'vulnerabilities': [{'metrics': [" list "]}]}"
constexpr TestCase kRemediations[] = {
    {"FixAndNone", "6.1.35", "2.1", REMEDIES(REMEDY("vendor_fix", "'A', 'B'") "," REMEDY("none_available", "'B'")),
     "/vulnerabilities/0/remediations/1"},
    {"FixAndPlan", "6.1.35", "2.1", REMEDIES(REMEDY("fix_planned", "'A'") "," REMEDY("vendor_fix", "'A'")),
     "/vulnerabilities/0/remediations/1"},
    {"PlanAndNoPlan", "6.1.35", "2.1", REMEDIES(REMEDY("fix_planned", "'A'") "," REMEDY("no_fix_planned", "'A'")),
     "/vulnerabilities/0/remediations/1"},
    {"OtherProducts", "6.1.35", "2.1", REMEDIES(REMEDY("vendor_fix", "'A'") "," REMEDY("no_fix_planned", "'B'")), ""},
    {"SameTwice", "6.1.35", "2.1", REMEDIES(REMEDY("none_available", "'A'") "," REMEDY("none_available", "'A'")), ""},
    {"Allowed", "6.1.35", "2.1",
     REMEDIES(REMEDY("workaround", "'A'") "," REMEDY("mitigation", "'A'") "," REMEDY("no_fix_planned", "'A'")), ""},
    {"ByGroup", "6.1.35", "2.1",
     "{'product_tree': {'product_groups': [{'group_id': 'G', 'product_ids': ['A', 'B']}]}, 'vulnerabilities': "
     "[{'remediations': [{'category': 'optional_patch', 'group_ids': ['G']}, " REMEDY("workaround", "'B'") "]}]}",
     "/vulnerabilities/0/remediations/1"},
    {"OtherVulnerability", "6.1.35", "2.1",
     "{'vulnerabilities': [{'remediations': [" REMEDY("vendor_fix", "'A'") "]}, {'remediations': [" REMEDY(
         "no_fix_planned", "'A'") "]}]}",
     ""},
    {"FixOfNotAffected", "6.1.36", "2.1", STATUS("'known_not_affected': ['A']", REMEDY("vendor_fix", "'A'")),
     "/vulnerabilities/0/remediations/0"},
    {"PlanOfNotAffected", "6.1.36", "2.1", STATUS("'known_not_affected': ['A']", REMEDY("fix_planned", "'A'")), ""},
    {"PlanOfFixed", "6.1.36", "2.1", STATUS("'first_fixed': ['A']", REMEDY("no_fix_planned", "'A'")),
     "/vulnerabilities/0/remediations/0"},
    {"PatchOfAffected", "6.1.36", "2.1", STATUS("'last_affected': ['A']", REMEDY("optional_patch", "'A'")),
     "/vulnerabilities/0/remediations/0"},
    {"PatchOfFixed", "6.1.36", "2.1", STATUS("'fixed': ['A']", REMEDY("optional_patch", "'A'")), ""},
    {"FixOfRecommended", "6.1.36", "2.1", STATUS("'recommended': ['A']", REMEDY("vendor_fix", "'A'")), ""},
    {"FixOfUnknown", "6.1.36", "2.1",
     STATUS("'unknown': ['A'], 'under_investigation': ['B']", REMEDY("vendor_fix", "'A', 'B'")), ""},
    {"NoneOfFixed", "6.1.36", "2.1",
     STATUS("'fixed': ['A'], 'known_affected': ['B']", REMEDY("none_available", "'B', 'A'")),
     "/vulnerabilities/0/remediations/0"},
    {"ByGroup", "6.1.36", "2.1",
     "{'product_tree': {'product_groups': [{'group_id': 'G', 'product_ids': ['A', 'B']}]}, 'vulnerabilities': "
     "[{'product_status': {'known_not_affected': ['B']}, 'remediations': [{'category': 'mitigation', 'group_ids': "
     "['G']}]}]}",
     "/vulnerabilities/0/remediations/0"},
    {"SameAuthor", "6.1.56", "2.1", METRICS(RATING("'A', 'B'", "") "," CVSS("'B'", "")),
     "/vulnerabilities/0/metrics/0"},
    {"OneMetric", "6.1.56", "2.1",
     METRICS("{'content': {'cvss_v4': {}, 'qualitative_severity_rating': 'low'}, 'products': ['A'], 'source': 'x:y'}"),
     "/vulnerabilities/0/metrics/0"},
    {"OtherSource", "6.1.56", "2.1", METRICS(RATING("'A'", ", 'source': 'x:a'") "," CVSS("'A'", ", 'source': 'x:b'")),
     ""},
    {"AuthorAndSource", "6.1.56", "2.1", METRICS(RATING("'A'", "") "," CVSS("'A'", ", 'source': 'x:b'")), ""},
    {"OtherProduct", "6.1.56", "2.1", METRICS(RATING("'A'", "") "," CVSS("'B'", "")), ""},
    {"EpssIsNoCvss", "6.1.56", "2.1",
     METRICS(RATING("'A'", "") ",{'content': {'epss': {}, 'ssvc_v2': {}}, 'products': ['A']}"), ""},
};

#define TREE(branches) "{'product_tree': {'branches': [" branches "]}}"
#define BRANCH(category, name, below) "{'category': '" category "', 'name': '" name "', 'branches': [" below "]}"
#define LEAF(category, name) \
  "{'category': '" category "', 'name': '" name "', 'product': {'name': 'Lamp', 'product_id': 'A'}}"
constexpr TestCase kBranches[] = {
    {"Stacked", "6.1.57", "2.1", TREE(BRANCH("vendor", "a", BRANCH("vendor", "b", LEAF("product_name", "c")))),
     "/product_tree/branches/0/branches/0/category"},
    {"NotNext", "6.1.57", "2.1",
     TREE(BRANCH("product_name", "a", BRANCH("architecture", "b", LEAF("product_name", "c")))),
     "/product_tree/branches/0/branches/0/branches/0/category"},
    {"Families", "6.1.57", "2.1",
     TREE(BRANCH("product_family", "a", BRANCH("product_family", "b", LEAF("product_name", "c")))), ""},
    {"Siblings", "6.1.57", "2.1",
     TREE(BRANCH("vendor", "a", LEAF("product_name", "b") "," LEAF("product_name", "c")) "," LEAF("vendor", "d")), ""},
    {"NoProduct", "6.1.57", "2.1", TREE(BRANCH("vendor", "a", BRANCH("vendor", "b", ""))), ""},
    {"RangeInVersion", "6.1.58", "2.1", TREE(BRANCH("product_version", "1", LEAF("product_version_range", "<1.2"))),
     "/product_tree/branches/0/branches/0/category"},
    {"VersionInRange", "6.1.58", "2.1",
     TREE(BRANCH("product_version_range", "<2", BRANCH("service_pack", "1", LEAF("product_version", "1.2")))),
     "/product_tree/branches/0/branches/0/branches/0/category"},
    {"Siblings", "6.1.58", "2.1", TREE(LEAF("product_version", "1") "," LEAF("product_version_range", "<1")), ""},
    {"NoProduct", "6.1.58", "2.1", TREE(BRANCH("product_version", "1", BRANCH("product_version_range", "<1", ""))), ""},
    {"Vers", "6.1.59", "2.1", TREE(LEAF("product_version_range", "vers:generic/1.2")), "/product_tree/branches/0/name"},
    {"VersEqual", "6.1.59", "2.1", TREE(LEAF("product_version_range", "vers:generic/=1.2")),
     "/product_tree/branches/0/name"},
    {"Vls", "6.1.59", "2.1", TREE(LEAF("product_version_range", "V1.2-rc3")), "/product_tree/branches/0/name"},
    {"Bounds", "6.1.59", "2.1", TREE(LEAF("product_version_range", ">=1.2|<=1.2")), "/product_tree/branches/0/name"},
    {"Range", "6.1.59", "2.1", TREE(LEAF("product_version_range", "vers:generic/>=1.2|<2")), ""},
    {"Upwards", "6.1.59", "2.1", TREE(LEAF("product_version_range", ">=1.2")), ""},
    {"Two", "6.1.59", "2.1", TREE(LEAF("product_version_range", "vers:generic/1.2|1.3")), ""},
    {"Not", "6.1.59", "2.1", TREE(LEAF("product_version_range", "vers:generic/!=1.2")), ""},
    {"OrLater", "6.1.59", "2.1", TREE(LEAF("product_version_range", "1.2|>=1.2")), ""},
    {"All", "6.1.59", "2.1", TREE(LEAF("product_version_range", "vers:all/*")), ""},
    {"Words", "6.1.59", "2.1", TREE(LEAF("product_version_range", "prior to 4.2")), ""},
    {"Version", "6.1.59", "2.1", TREE(LEAF("product_version", "1.2")), ""},
};

#define HELPER(helper)                                                                                          \
  "{'product_tree': {'full_product_names': [{'name': 'x', 'product_id': 'A', 'product_identification_helper': " \
  "{" helper "}}]}}"
#define AT_HELPER "/product_tree/full_product_names/0/product_identification_helper/"
constexpr TestCase kIdentification[] = {
    {"Name", "6.1.42", "2.1", HELPER("'purls': ['pkg:npm/a@1', 'pkg:npm/b@1', 'pkg:npm/a@1?x=y']"),
     AT_HELPER "purls/1"},
    {"Version", "6.1.42", "2.1", HELPER("'purls': ['pkg:npm/a@1', 'pkg:npm/a@2', 'pkg:npm/a']"),
     AT_HELPER "purls/1 " AT_HELPER "purls/2"},
    {"Type", "6.1.42", "2.1", HELPER("'purls': ['pkg:npm/a@1', 'pkg:pypi/a@1']"), AT_HELPER "purls/1"},
    {"Namespace", "6.1.42", "2.1", HELPER("'purls': ['pkg:npm/%40x/a@1', 'pkg:npm/%40y/a@1']"), AT_HELPER "purls/1"},
    {"Subpath", "6.1.42", "2.1", HELPER("'purls': ['pkg:npm/a@1#x', 'pkg:npm/a@1#y']"), AT_HELPER "purls/1"},
    {"Qualifiers", "6.1.42", "2.1",
     HELPER("'purls': ['pkg:deb/debian/a@1%2B2?arch=i386&x=a@b#s', 'pkg:deb/debian/a@1+2?arch=amd64#s']"), ""},
    {"AtInNamespace", "6.1.42", "2.1", HELPER("'purls': ['pkg:npm/@x/a', 'pkg:npm/%40x/a?b=c']"), ""},
    {"One", "6.1.42", "2.1", HELPER("'purls': ['pkg:npm/a@1']"), ""},
    {"NoPurl", "6.1.42", "2.1", HELPER("'purls': ['x', 'pkg:npm/a@1', 'pkg:npm', 'pkg:npm/a@1?x=y']"), ""},
    {"InProductPath", "6.1.42", "2.1",
     "{'product_tree': {'product_paths': [{'full_product_name': {'product_identification_helper': {'purls': "
     "['pkg:npm/a@1', 'pkg:npm/a@2']}}}]}}",
     "/product_tree/product_paths/0/full_product_name/product_identification_helper/purls/1"},
    {"Two", "6.1.43", "2.1", HELPER("'model_numbers': ['A*', '*A*', '**']"),
     AT_HELPER "model_numbers/1 " AT_HELPER "model_numbers/2"},
    {"Escaped", "6.1.43", "2.1", HELPER("'model_numbers': ['A\\\\**', '\\\\*\\\\*\\\\**']"), ""},
    {"EscapedBackslash", "6.1.43", "2.1", HELPER("'model_numbers': ['A\\\\\\\\**']"), AT_HELPER "model_numbers/0"},
    {"InBranch", "6.1.43", "2.1",
     TREE("{'category': 'vendor', 'name': 'x', 'product': {'product_identification_helper': {'model_numbers': "
          "['*1*']}}}"),
     "/product_tree/branches/0/product/product_identification_helper/model_numbers/0"},
    {"Two", "6.1.44", "2.1", HELPER("'serial_numbers': ['1*?*']"), AT_HELPER "serial_numbers/0"},
    {"One", "6.1.44", "2.1", HELPER("'serial_numbers': ['1*?', '?\\\\*1*'], 'skus': ['**']"), ""},
    {"Two", "6.1.61", "2.1", HELPER("'skus': ['1', '*1*']"), AT_HELPER "skus/1"},
    {"One", "6.1.61", "2.1", HELPER("'skus': ['1*', '?1?*'], 'model_numbers': ['**']"), ""},
};

#define LICENCE(expression, more) "{'document': {'license_expression': '" expression "'" more "}}"
#define NOTE(category, title) "{'category': '" category "', 'title': '" title "', 'text': 'x'}"
#define AT_LICENCE "/document/license_expression"
constexpr TestCase kLicences[] = {
    {"Text", "6.1.54", "2.1", LICENCE("You may copy this.", ""), AT_LICENCE},
    {"Empty", "6.1.54", "2.1", LICENCE("", ""), AT_LICENCE},
    {"OtherDocument", "6.1.54", "2.1", LICENCE("DocumentRef-a:LicenseRef-b OR DocumentRef-c:LicenseRef-d", ""),
     AT_LICENCE " " AT_LICENCE},
    {"Compound", "6.1.54", "2.1", LICENCE("(MIT or LicenseRef-a) and GPL-2.0+ with AdditionRef-b", ""), ""},
    {"Unknown", "6.1.54", "2.1", LICENCE("No-Such-Licence", ""), ""},
    {"None", "6.1.54", "2.1", "{}", ""},
    {"NoNotes", "6.1.55", "2.1", LICENCE("LicenseRef-lantern.example-1", ""), "/document/notes"},
    {"NoSuchNote", "6.1.55", "2.1",
     LICENCE("MIT OR LicenseRef-a", ", 'notes': [" NOTE("legal_disclaimer", "Terms") "]"), "/document/notes"},
    {"Category", "6.1.55", "2.1", LICENCE("LicenseRef-a", ", 'lang': 'en-GB', 'notes': [" NOTE("other", "License") "]"),
     "/document/notes/0/category"},
    {"Twice", "6.1.55", "2.1",
     LICENCE("LicenseRef-a", ", 'notes': [" NOTE("legal_disclaimer", "License") "," NOTE("other", "License") "]"),
     "/document/notes/1"},
    {"Right", "6.1.55", "2.1", LICENCE("LicenseRef-a", ", 'notes': [" NOTE("legal_disclaimer", "License") "]"), ""},
    {"Exception", "6.1.55", "2.1", LICENCE("MIT WITH AdditionRef-a", ""), "/document/notes"},
    {"Listed", "6.1.55", "2.1", LICENCE("MIT OR LicenseRef-scancode-public-domain", ""), ""},
    {"OtherLanguage", "6.1.55", "2.1", LICENCE("LicenseRef-a", ", 'lang': 'de'"), ""},
    {"Missing", "6.2.43", "2.1", "{}", AT_LICENCE},
    {"Empty", "6.2.43", "2.1", LICENCE("", ""), AT_LICENCE},
    {"Set", "6.2.43", "2.1", LICENCE("MIT", ""), ""},
    {"Licence", "6.2.44", "2.1", LICENCE("MIT OR gpl-2.0+ AND GPL-2.0", ""), AT_LICENCE " " AT_LICENCE},
    {"Exception", "6.2.44", "2.1", LICENCE("MIT WITH Nokia-Qt-exception-1.1", ""), AT_LICENCE},
    {"Current", "6.2.44", "2.1", LICENCE("GPL-2.0-only WITH Classpath-exception-2.0 OR LicenseRef-a", ""), ""},
    {"Licence", "6.2.45", "2.1", LICENCE("MIT AND MTI", ""), AT_LICENCE},
    {"Exception", "6.2.45", "2.1", LICENCE("MIT WITH MIT", ""), AT_LICENCE},
    {"ScanCode", "6.2.45", "2.1", LICENCE("LicenseRef-scancode-no-such-thing", ""), AT_LICENCE},
    {"Own", "6.2.45", "2.1", LICENCE("LicenseRef-a OR LicenseRef-scancode-public-domain OR GFDL-1.1", ""), ""},
    {"NotReadable", "6.2.45", "2.1", LICENCE("No such licence", ""), ""},
    {"German", "6.2.46", "2.1",
     LICENCE("LicenseRef-a", ", 'lang': 'de-AT', 'notes': [" NOTE("legal_disclaimer", "License") "]"),
     "/document/notes"},
    {"GermanCategory", "6.2.46", "2.1",
     LICENCE("LicenseRef-a", ", 'lang': 'de', 'notes': [" NOTE("other", "Lizenz") "]"), "/document/notes/0/category"},
    {"GermanRight", "6.2.46", "2.1",
     LICENCE("LicenseRef-a", ", 'lang': 'de', 'notes': [" NOTE("legal_disclaimer", "Lizenz") "]"), ""},
    {"GermanListed", "6.2.46", "2.1", LICENCE("MIT", ", 'lang': 'de'"), ""},
    {"English", "6.2.46", "2.1", LICENCE("LicenseRef-a", ", 'lang': 'en'"), ""},
    {"NoTranslation", "6.2.46", "2.1", LICENCE("LicenseRef-a", ", 'lang': 'fi'"), "/document/lang"},
    {"Own", "6.3.17", "2.1", LICENCE("MIT OR LicenseRef-a WITH AdditionRef-b", ""), AT_LICENCE " " AT_LICENCE},
    {"Listed", "6.3.17", "2.1", LICENCE("MIT OR GFDL-1.1 OR LicenseRef-scancode-public-domain", ""), ""},
};

#define DOCUMENTATION(n)                                                                                              \
  "https://raw.githubusercontent.com/oasis-tcs/csaf/refs/heads/master/csaf_2.1/extension/data/valid/documentation-" n \
  "/documentation-" n "-content_1.0.0.json"
#define OWN "https://lantern.example/schema/bulbs_1.0.0.json"
#define CONTENT                                                                                                       \
  "{'documentation': 'This extension is for documentation and test purposed only. It is valid. It is not allowed to " \
  "be used in a production CSAF.'}"
#define ITEM(url, content) \
  "{'$schema': '" url "', 'category': 'significant', 'critical': false, 'content': " content "}"
constexpr TestCase kExtensions[] = {
    {"Right", "6.1.60.1", "2.1", "{'x_extensions': [" ITEM(OWN, "{'bulbs': 3}") "]}", ""},
    {"Missing", "6.1.60.1", "2.1", "{'document': {'x_extensions': [{}]}}",
     "/document/x_extensions/0/$schema /document/x_extensions/0/category /document/x_extensions/0/content "
     "/document/x_extensions/0/critical"},
    {"NoObject", "6.1.60.1", "2.1", "{'vulnerabilities': [{'x_extensions': [7]}]}",
     "/vulnerabilities/0/x_extensions/0"},
    {"Values", "6.1.60.1", "2.1",
     "{'vulnerabilities': [{'metrics': [{'content': {'x_extensions': [{'$schema': 'http://a.example/b_1.0.0.json', "
     "'category': 'high', 'critical': 'no', 'content': {}, 'more': 1}]}}]}]}",
     "/vulnerabilities/0/metrics/0/content/x_extensions/0/$schema "
     "/vulnerabilities/0/metrics/0/content/x_extensions/0/category "
     "/vulnerabilities/0/metrics/0/content/x_extensions/0/critical "
     "/vulnerabilities/0/metrics/0/content/x_extensions/0/content "
     "/vulnerabilities/0/metrics/0/content/x_extensions/0/more"},
    {"NoVersion", "6.1.60.1", "2.1", "{'x_extensions': [" ITEM("https://a.example/b.json", "{'x': 3}") "]}",
     "/x_extensions/0/$schema"},
    {"IntegerVersion", "6.1.60.1", "2.1", "{'x_extensions': [" ITEM("https://a.example/b_1.json", "{'x': 3}") "]}",
     "/x_extensions/0/$schema"},
    {"NoName", "6.1.60.1", "2.1", "{'x_extensions': [" ITEM("https://a.example/_1.0.0.json", "{'x': 3}") "]}",
     "/x_extensions/0/$schema"},
    {"ShortHost", "6.1.60.1", "2.1", "{'x_extensions': [" ITEM("https://example/b_1.0.0.json", "{'x': 3}") "]}",
     "/x_extensions/0/$schema"},
    {"ContentSchema", "6.1.60.1", "2.1",
     "{'x_extensions': [" ITEM("https://docs.oasis-open.org/csaf/csaf/v2.1/schema/extension-content.json_1.0.0.json",
                               "{'x': 3}") "]}",
     "/x_extensions/0/$schema"},
    {"Right", "6.1.60.2", "2.1",
     "{'product_tree': {'full_product_names': [{'x_extensions': [" ITEM(DOCUMENTATION("11"), CONTENT) "]}]}}", ""},
    {"Missing", "6.1.60.2", "2.1",
     "{'product_tree': {'product_paths': [{'full_product_name': {'x_extensions': [" ITEM(DOCUMENTATION("12"),
                                                                                         "{'notes': ['x']}") "]}}]}}",
     "/product_tree/product_paths/0/full_product_name/x_extensions/0/content/documentation"},
    {"Unknown", "6.1.60.2", "2.1", "{'x_extensions': [" ITEM(DOCUMENTATION("11"), "{'notes': ['x']}") "]}",
     "/x_extensions/0/content/notes"},
    {"Unsupported", "6.1.60.2", "2.1", "{'x_extensions': [" ITEM(OWN, "{'x': 3}") "]}", "/x_extensions/0"},
    {"Right", "6.1.60.3", "2.1",
     "{'x_extensions': [" ITEM(DOCUMENTATION("11"), CONTENT) "], 'document': {'x_extensions': [" ITEM(
         DOCUMENTATION("11"), CONTENT) "]}}",
     ""},
    {"TooMany", "6.1.60.3", "2.1",
     "{'x_extensions': [" ITEM(DOCUMENTATION("11"), CONTENT) "," ITEM(DOCUMENTATION("11"), CONTENT) "]}",
     "/x_extensions"},
    {"NotThere", "6.1.60.3", "2.1",
     "{'vulnerabilities': [{'metrics': [{'content': {'x_extensions': [" ITEM(DOCUMENTATION("12"), CONTENT) "]}}]}]}",
     "/vulnerabilities/0/metrics/0/content/x_extensions"},
    {"Incompatible", "6.1.60.3", "2.1",
     "{'x_extensions': [" ITEM(DOCUMENTATION("11"), CONTENT) "], 'document': {'x_extensions': [" ITEM(
         DOCUMENTATION("12"), CONTENT) "]}}",
     "/document/x_extensions /x_extensions"},
    {"Unsupported", "6.1.60.3", "2.1", "{'x_extensions': [" ITEM(OWN, "{'x': 3}") "]}", "/x_extensions/0"},
};

class TestsOf21 : public ::testing::TestWithParam<TestCase> {};
TEST_P(TestsOf21, FindWhatIsWrongAndNothingElse) { testing::check(GetParam()); }

const auto kName = [](const auto& each) { return testing::name_of(each.param); };
INSTANTIATE_TEST_SUITE_P(Dates, TestsOf21, ::testing::ValuesIn(kDates), kName);
INSTANTIATE_TEST_SUITE_P(Sharing, TestsOf21, ::testing::ValuesIn(kSharing), kName);
INSTANTIATE_TEST_SUITE_P(Remediations, TestsOf21, ::testing::ValuesIn(kRemediations), kName);
INSTANTIATE_TEST_SUITE_P(Branches, TestsOf21, ::testing::ValuesIn(kBranches), kName);
INSTANTIATE_TEST_SUITE_P(Identification, TestsOf21, ::testing::ValuesIn(kIdentification), kName);
INSTANTIATE_TEST_SUITE_P(Licences, TestsOf21, ::testing::ValuesIn(kLicences), kName);
INSTANTIATE_TEST_SUITE_P(Extensions, TestsOf21, ::testing::ValuesIn(kExtensions), kName);

TEST(BranchTests, ThirtyBranchesAreAllowed) {
  // By the validator itself: 31 branches go deeper than JSON is read elsewhere.
  const auto found_at = [](int depth) {
    std::string branches = R"({"category": "product_name", "name": "l", "product": {"name": "l", "product_id": "A"}})";
    for (int i = 1; i < depth; ++i) {
      branches = R"({"category": "product_family", "name": "f", "branches": [)" + branches + "]}";
    }
    auto text = testing::document("2.1", "{}");
    text.back() = ',';
    text += R"("product_tree": {"branches": [)" + branches + "]}}";
    std::vector<std::string> paths;
    for (const auto& each : Validator{}.validate(text).findings) {
      if (each.test == "6.1.34" || each.test == "schema") paths.push_back(each.path);
    }
    return paths;
  };
  EXPECT_EQ(found_at(30), std::vector<std::string>{});
  const auto found = found_at(31);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].ends_with("/branches/0/product")) << found[0];
}

TEST(LicenceTests, SayWhetherTheExpressionIsMissingOrEmpty) {
  const auto missing = testing::findings_of("6.2.43", testing::document("2.1", "{}"));
  const auto empty = testing::findings_of("6.2.43", testing::document("2.1", LICENCE(" ", "")));
  ASSERT_EQ(missing.size(), 1U);
  ASSERT_EQ(empty.size(), 1U);
  EXPECT_NE(missing[0].message, empty[0].message);
}

TEST(LicenceTests, OnlyInformOfAMissingTranslation) {
  const auto found =
      testing::findings_of("6.2.46", testing::document("2.1", LICENCE("LicenseRef-a", ", 'lang': 'fi'")));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].group, Finding::Group::informative);
}

TEST(ExtensionTests, OnlyWarnOfWhatIsNotSupported) {
  for (const auto* test : {"6.1.60.2", "6.1.60.3"}) {
    const auto found =
        testing::findings_of(test, testing::document("2.1", "{'x_extensions': [" ITEM(OWN, "{'x': 3}") "]}"));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].group, Finding::Group::recommended);
    EXPECT_NE(found[0].message.find("experimental extension '" OWN "'"), std::string::npos) << found[0].message;
  }
}

TEST(NewTestsOf21, TakeAnything) {
  std::vector<csaf::Test> all;
  for (const auto group : {date_tests(), sharing_tests(), remediation_tests(), branch_tests(), identification_tests(),
                           licence_tests(), extension_tests()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  const auto text = testing::document(
      "2.1",
      "{'document': {'lang': 'de', 'license_expression': 'LicenseRef-a WITH AdditionRef-b', 'notes': [" NOTE(
          "other", "Lizenz") "], 'distribution': {'sharing_group': {'id': " MAX_UUID ", 'name': 'x'}, 'tlp': {'label': "
      "'RED'}}}, 'product_tree': {'branches': [" BRANCH("product_version", "1", LEAF("product_version_range", "1")) "], "
      "'full_product_names': [{'name': 'x', 'product_id': 'B', 'product_identification_helper': {'purls': ['pkg:a/b@1', "
      "'pkg:a/c'], 'skus': ['**'], 'model_numbers': ['**'], 'serial_numbers': ['**']}}], 'product_groups': [{'group_id': "
      "'G', 'product_ids': ['A', 'B']}]}, 'vulnerabilities': [{'disclosure_date': '2024-04-01T10:00:00Z', "
      "'first_known_exploitation_dates': [{'date': '2024-04-01T10:00:00Z', 'exploitation_date': "
      "'2024-04-02T10:00:00Z'}], 'product_status': {'known_not_affected': ['A']}, 'remediations': [" REMEDY(
          "vendor_fix", "'A'") ", {'category': 'none_available', 'group_ids': ['G']}], 'metrics': [{'content': "
      "{'cvss_v3': {}, 'qualitative_severity_rating': 'low', 'epss': {'timestamp': 'x'}, 'ssvc_v2': {'timestamp': "
      "'2024-04-01T10:00:00Z'}, 'x_extensions': [" ITEM(DOCUMENTATION("12"), CONTENT) "]}, 'products': ['A'], "
      "'source': 'x:y'}]}], 'x_extensions': [" ITEM(DOCUMENTATION("11"), CONTENT) "]}");
  testing::check_takes_anything(all, text);
}

}  // namespace
}  // namespace tocsin::formats::csaf
