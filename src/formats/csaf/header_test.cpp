#include "formats/csaf/header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"

namespace tocsin::formats::csaf {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A header that is right, with every member that read_header knows.
constexpr std::string_view kWhole = R"({
  "document": {
    "category": "csaf_security_advisory",
    "csaf_version": "2.0",
    "title": "  Open door in Flow Controller\n",
    "lang": "en-GB",
    "distribution": {"tlp": {"label": "AMBER"}},
    "publisher": {"category": "vendor", "name": "Example Pumps", "namespace": "https://pumps.example"},
    "tracking": {
      "aliases": ["EX-1", " EX-2 ", "", 7],
      "current_release_date": "2022-06-01T12:30:00.000Z",
      "id": " EX-2022-001 ",
      "initial_release_date": "2022-05-10T02:00:00+02:00",
      "status": "final",
      "version": "1.2.0"
    }
  }
})";

TEST(ReadHeader, ReadsEveryMember) {
  const auto parsed = json::parse(kWhole);
  ASSERT_TRUE(parsed.has_value());
  const auto header = read_header(parsed->root());
  ASSERT_TRUE(header.has_value()) << header.error().to_string();
  EXPECT_EQ(header->csaf_version, CsafVersion::v2_0);
  EXPECT_EQ(header->category, "csaf_security_advisory");
  EXPECT_EQ(header->title, "Open door in Flow Controller");
  EXPECT_EQ(header->lang, "en-GB");
  EXPECT_EQ(header->publisher_name, "Example Pumps");
  EXPECT_EQ(header->publisher_namespace, "https://pumps.example");
  EXPECT_EQ(header->publisher_category, "vendor");
  EXPECT_EQ(header->tracking_id, "EX-2022-001");
  EXPECT_EQ(header->tracking_version, "1.2.0");
  EXPECT_EQ(header->tracking_status, "final");
  EXPECT_THAT(header->aliases, ElementsAre("EX-1", "EX-2"));
  EXPECT_EQ(header->tlp_label, "AMBER");
  EXPECT_EQ(format_rfc3339(header->initial_release_date), "2022-05-10T00:00:00Z");
  EXPECT_EQ(format_rfc3339(header->current_release_date), "2022-06-01T12:30:00Z");
}

/// kWhole with one member set to another JSON text, or removed where the text is empty.
Result<Header> read_changed(std::string_view pointer, std::string_view json_text) {
  auto root = boost::json::parse(boost::json::string_view{kWhole.data(), kWhole.size()});
  const auto slash = pointer.rfind('/');
  auto* parent = const_cast<boost::json::value*>(json::at_pointer(root, pointer.substr(0, slash)));
  EXPECT_NE(parent, nullptr) << pointer;
  if (parent == nullptr) return Error::internal("the test names a member that is not there");
  const std::string key{pointer.substr(slash + 1)};
  if (json_text.empty()) {
    parent->as_object().erase(key);
  } else {
    parent->as_object()[key] = boost::json::parse(std::string{json_text});
  }
  return read_header(root);
}

TEST(ReadHeader, KnowsBothVersions) {
  const auto header = read_changed("/document/csaf_version", R"("2.1")");
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->csaf_version, CsafVersion::v2_1);
  EXPECT_EQ(to_string(CsafVersion::v2_0), "2.0");
  EXPECT_EQ(to_string(CsafVersion::v2_1), "2.1");
}

TEST(ReadHeader, DoesWithoutWhatIsOptional) {
  for (const auto* pointer : {"/document/lang", "/document/distribution", "/document/distribution/tlp",
                              "/document/distribution/tlp/label", "/document/tracking/aliases"}) {
    const auto header = read_changed(pointer, "");
    EXPECT_TRUE(header.has_value()) << pointer;
  }
  EXPECT_EQ(read_changed("/document/distribution/tlp/label", "")->tlp_label, "");
  EXPECT_EQ(read_changed("/document/lang", "")->lang, "");
}

struct Refusal {
  std::string_view name, pointer, json;  ///< `json` empty: removed.
  std::string_view found_at, message;
};
void PrintTo(const Refusal& each, std::ostream* out) { *out << each.pointer << " = " << each.json; }

constexpr Refusal kRefusals[] = {
    {"DocumentMissing", "/document", "", "/document", "required"},
    {"DocumentIsText", "/document", R"("x")", "/document", "object"},
    {"VersionMissing", "/document/csaf_version", "", "/document/csaf_version", "required"},
    {"VersionUnknown", "/document/csaf_version", R"("1.2")", "/document/csaf_version", "'1.2'"},
    {"VersionIsNumber", "/document/csaf_version", "2.0", "/document/csaf_version", "string"},
    {"CategoryMissing", "/document/category", "", "/document/category", "required"},
    {"TitleMissing", "/document/title", "", "/document/title", "required"},
    {"TitleBlank", "/document/title", R"(" \t ")", "/document/title", "not empty"},
    {"TitleIsList", "/document/title", R"(["x"])", "/document/title", "string"},
    {"PublisherMissing", "/document/publisher", "", "/document/publisher", "required"},
    {"PublisherIsList", "/document/publisher", "[]", "/document/publisher", "object"},
    {"PublisherNameMissing", "/document/publisher/name", "", "/document/publisher/name", "required"},
    {"NamespaceMissing", "/document/publisher/namespace", "", "/document/publisher/namespace", "required"},
    {"PublisherCategoryMissing", "/document/publisher/category", "", "/document/publisher/category", "required"},
    {"TrackingMissing", "/document/tracking", "", "/document/tracking", "required"},
    {"TrackingIsNull", "/document/tracking", "null", "/document/tracking", "object"},
    {"IdMissing", "/document/tracking/id", "", "/document/tracking/id", "required"},
    {"IdBlank", "/document/tracking/id", R"(" ")", "/document/tracking/id", "not empty"},
    {"TrackingVersionMissing", "/document/tracking/version", "", "/document/tracking/version", "required"},
    {"TrackingVersionIsNumber", "/document/tracking/version", "1", "/document/tracking/version", "string"},
    {"StatusMissing", "/document/tracking/status", "", "/document/tracking/status", "required"},
    {"InitialDateMissing", "/document/tracking/initial_release_date", "", "/document/tracking/initial_release_date",
     "required"},
    {"InitialDateWithoutTime", "/document/tracking/initial_release_date", R"("2022-05-10")",
     "/document/tracking/initial_release_date", ""},
    {"CurrentDateThatDoesNotExist", "/document/tracking/current_release_date", R"("2022-02-30T00:00:00Z")",
     "/document/tracking/current_release_date", ""},
};

class HeaderRefusal : public ::testing::TestWithParam<Refusal> {};
TEST_P(HeaderRefusal, NamesThePlace) {
  const auto header = read_changed(GetParam().pointer, GetParam().json);
  ASSERT_FALSE(header.has_value());
  EXPECT_EQ(header.error().code, Error::Code::invalid_input);
  EXPECT_EQ(header.error().where, GetParam().found_at);
  EXPECT_THAT(header.error().message, HasSubstr(std::string{GetParam().message}));
}
INSTANTIATE_TEST_SUITE_P(Csaf, HeaderRefusal, ::testing::ValuesIn(kRefusals),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(ReadHeader, RefusesWhatIsNoObject) {
  for (const auto* text : {"[]", "7", "null", "\"document\"", "true"}) {
    const auto header = read_header(boost::json::parse(text));
    ASSERT_FALSE(header.has_value()) << text;
    EXPECT_EQ(header.error().code, Error::Code::invalid_input) << text;
  }
}

TEST(VersionOrder, IsTheOrderOfVersions) {
  // From oldest to newest; the run of pre-releases is the example of SemVer 2.0.0 section 11.
  constexpr std::string_view kAscending[] = {
      "0",
      "0.0.1",
      "0.1.0-0",
      "0.1.0",
      "0.9.12",
      "0.10.0",
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-alpha-b",
      "1.0.0-beta",
      "1.0.0-beta.2",
      "1.0.0-beta.11",
      "1.0.0-beta.999999999999999999999",
      "1.0.0-rc.1",
      "1.0.0",
      "1.0.1",
      "1.2.0",
      "1.10.0",
      "2",
      "9",
      "10",
      "10.0.1",
      "123456789012345678",
      "1000000000000000000",
      "99999999999999999999",
      "100000000000000000000.2.1",
  };
  for (std::size_t i = 0; i + 1 < std::size(kAscending); ++i) {
    EXPECT_LT(version_order(kAscending[i]), version_order(kAscending[i + 1]))
        << kAscending[i] << " before " << kAscending[i + 1];
  }
}

TEST(VersionOrder, SameVersionsInOtherWords) {
  EXPECT_EQ(version_order("1"), version_order("1.0.0"));
  EXPECT_EQ(version_order(" 7 "), version_order("7"));
  EXPECT_EQ(version_order("1.2.3+build.5"), version_order("1.2.3"));
  EXPECT_EQ(version_order("1.2.3-rc.1+sha-5"), version_order("1.2.3-rc.1"));
}

TEST(VersionOrder, WhatIsNoVersionSortsBeforeEveryVersion) {
  for (const auto* text : {"",       "x",         "v1",   "1.0",    "1.2.3.4",    "01",       "1.02.3",
                           "-1",     "1-rc",      "1+5",  "1.0.0-", "1.0.0-a..b", "1.0.0-01", "1.0.0-a_b",
                           "1.0.0+", "1.0.0+a b", "1..0", "latest", "\xC3\xA4",   "9.9.x"}) {
    EXPECT_LT(version_order(text), version_order("0.0.0-0")) << text;
  }
}

struct FileName {
  std::string_view name, tracking_id, file;
};
void PrintTo(const FileName& each, std::ostream* out) { *out << each.tracking_id; }
// CSAF 2.0 section 5.1: lower case; each run of other characters than a-z, 0-9, '+' and '-' becomes one '_'.
constexpr FileName kFileNames[] = {
    {"CaseIsLowered", "ICSA-22-130-01", "icsa-22-130-01.json"},
    {"BlanksAndColons", "Example Company - 2019-YH3234", "example_company_-_2019-yh3234.json"},
    {"RunsBecomeOne", "RHBA-2019:0024::x", "rhba-2019_0024_x.json"},
    {"PlusStays", "2022+01", "2022+01.json"},
    {"UnderscoresJoinTheRun", "a__b_:c", "a_b_c.json"},
    {"PathsAreNoPaths", "../etc/passwd", "_etc_passwd.json"},
    {"EachByteOfOtherLettersIsOfTheRun", "m\xC3\xBCller-1", "m_ller-1.json"},
};
class FileNames : public ::testing::TestWithParam<FileName> {};
TEST_P(FileNames, FollowTheStandard) { EXPECT_EQ(file_name(GetParam().tracking_id), GetParam().file); }
INSTANTIATE_TEST_SUITE_P(Csaf, FileNames, ::testing::ValuesIn(kFileNames),
                         [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace tocsin::formats::csaf
