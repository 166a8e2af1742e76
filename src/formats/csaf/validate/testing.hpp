#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "formats/csaf/validate/tests.hpp"

/// For the tests of the tests of section 6: small documents that are right but for what a snippet changes.
namespace tocsin::formats::testing {

/// A valid document of this version ("2.0", "2.1"), changed by a JSON merge patch (RFC 7396: null removes a member,
/// arrays are replaced). The patch may use ' for ".
std::string document(std::string_view version, std::string_view patch);

/// What one test ("6.1.14") finds in a document of the version it names itself.
std::vector<Finding> findings_of(std::string_view test, std::string_view json_text);

/// One row of a table: what a test finds in document(version, patch).
struct TestCase {
  std::string_view name;
  std::string_view test;
  std::string_view version;  ///< "2.0" or "2.1"
  std::string_view patch;
  std::string_view paths;  ///< Of all findings in their order, with a blank between them; empty where it passes.
};
void PrintTo(const TestCase& each, std::ostream* out);
/// "v2_0_6_1_14_Name", for INSTANTIATE_TEST_SUITE_P.
std::string name_of(const TestCase& each);
/// Checks the row: paths, and that every finding says what is wrong and how to mend it.
void check(const TestCase& each);

/// Runs the tests over documents in which every value in turn is something else, and over wildly shuffled ones. Checks
/// that findings stand in the document or below something that does, and say something.
void check_takes_anything(std::span<const csaf::Test> tests, std::string_view json_text);

}  // namespace tocsin::formats::testing
