#include "formats/cve/cve.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::formats::cve {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Cve, IdsStandInTexts) {
  EXPECT_THAT(ids_in("Exploits CVE-2021-22893 and cve-2017-0144 (CVE-2021-22893)."),
              ElementsAre("CVE-2021-22893", "CVE-2017-0144"));
  EXPECT_THAT(ids_in("CVE-1999-0001,CVE-2024-1234567890123456789"),
              ElementsAre("CVE-1999-0001", "CVE-2024-1234567890123456789"));
  EXPECT_THAT(ids_in("https://nvd.nist.gov/vuln/detail/CVE-2021-22893"), ElementsAre("CVE-2021-22893"));
  EXPECT_THAT(ids_in("CVE-2021-22893-poc"), ElementsAre("CVE-2021-22893"));
  for (const auto* none : {"", "C", "CVE-", "CVE-2021", "CVE-2021-", "CVE-2021-123", "CVE-21-22893", "CVE-20211-2289",
                           "XCVE-2021-22893", "_CVE-2021-22893", "CVE-2021-22893b", "CVE-2021-22893_1",
                           "CVE-2024-12345678901234567890", "CVE 2021-22893", "CWE-2021-22893", "CVE-2O21-22893"}) {
    EXPECT_THAT(ids_in(none), IsEmpty()) << none;
    EXPECT_EQ(canonical(none), "") << none;
  }
}

TEST(Cve, IdsAreJoinedAsWordProcessorsDo) {
  for (const auto* text :
       {"CVE\u20112024\u20111234", "see cve\u20102024-1234.", "CVE\u20122024\u20131234,", "CVE\u00AD2024\u00AD1234",
        "CVE-\u00AD2024\u00AD-1234", "CVE-2024-12\u00AD34", "CVE\u20112024\u20111234 and CVE-2024-1234"}) {
    EXPECT_THAT(ids_in(text), ElementsAre("CVE-2024-1234")) << text;
  }
  // A number that goes on behind the end of a line is not the part in front of it.
  EXPECT_THAT(ids_in("CVE-2024-1234\u00AD56"), ElementsAre("CVE-2024-123456"));
  EXPECT_THAT(ids_in("CVE-2024-1234\u00AD"), ElementsAre("CVE-2024-1234"));
  for (const auto* none : {"XCVE\u20112024\u20111234", "CVE\u20142024-1234", "CVE\u20112024\u20111234b",
                           "CVE\u20112024", "CVE\u2011", "CVE\xE2\x80", "CVE\u00AD\u00AD2024-1234"}) {
    EXPECT_THAT(ids_in(none), IsEmpty()) << none;
  }
  // What somebody else writes as an id is plain.
  EXPECT_EQ(canonical("CVE\u20112024\u20111234"), "");
}

TEST(Cve, OneIdIsWrittenInOneWay) {
  EXPECT_EQ(canonical("cVe-2021-22893"), "CVE-2021-22893");
  for (const auto* none : {" CVE-2021-22893", "CVE-2021-22893 ", "CVE-2021-22893-poc", "see CVE-2021-22893"}) {
    EXPECT_EQ(canonical(none), "") << none;
  }
}

TEST(Cve, ACatalogueIsReadToItsLimit) {
  std::string text;
  for (std::size_t i = 0; i < kIdsMax + 5; ++i) text += "CVE-2021-" + std::to_string(10'000 + i) + " ";
  EXPECT_THAT(ids_in(text), SizeIs(kIdsMax));
}

}  // namespace
}  // namespace tocsin::formats::cve
