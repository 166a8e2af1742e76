#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define TRACKING(...) "{'document':{'tracking':{" __VA_ARGS__ "}}}"
#define HISTORY(...) TRACKING("'revision_history':[" __VA_ARGS__ "]")
#define HISTORY_PATH "/document/tracking/revision_history"

constexpr TestCase kCases[] = {
    {"OneRevision", "6.1.14", "2.0", "{}", ""},
    {"NewestFirst", "6.1.14", "2.0",
     HISTORY("{'date':'2024-02-02T00:00:00Z','number':'2'},{'date':'2024-02-01T00:00:00Z','number':'1'}"), ""},
    {"NumbersFallByDate", "6.1.14", "2.0",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'2'},{'date':'2024-02-02T00:00:00Z','number':'1'}"),
     HISTORY_PATH},
    {"TimeZonesCount", "6.1.14", "2.1",
     HISTORY("{'date':'2024-02-02T01:00:00+02:00','number':'2'},{'date':'2024-02-01T23:30:00Z','number':'1'}"),
     HISTORY_PATH},
    {"SameMomentByNumber", "6.1.14", "2.1",
     HISTORY("{'date':'2024-02-02T02:00:00+02:00','number':'2'},{'date':'2024-02-02T00:00:00Z','number':'1'}"), ""},
    {"NumbersNotAsText", "6.1.14", "2.1",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1.9.0'},{'date':'2024-02-02T00:00:00Z','number':'1.10.0'}"), ""},
    {"PrereleaseAfterRelease", "6.1.14", "2.0",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1.0.0'},{'date':'2024-02-02T00:00:00Z','number':'1.0.0-rc.1'}"),
     HISTORY_PATH},
    {"BuildMetadataHasNoOrder", "6.1.14", "2.0",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1.0.0+b'},{'date':'2024-02-02T00:00:00Z','number':'1.0.0+a'}"),
     ""},
    {"EachFall", "6.1.14", "2.0",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'3'},{'date':'2024-02-02T00:00:00Z','number':'2'},"
             "{'date':'2024-02-03T00:00:00Z','number':'1'}"),
     HISTORY_PATH " " HISTORY_PATH},
    {"UnreadableOnesLeftOut", "6.1.14", "2.0",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1'},{'date':'soon','number':'3'},"
             "{'date':'2024-02-02T00:00:00Z','number':'v0'},{'date':'2024-02-03T00:00:00Z','number':'2'}"),
     ""},

    {"Same", "6.1.16", "2.0", "{}", ""},
    {"NotTheLast", "6.1.16", "2.0",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1'},{'date':'2024-02-02T00:00:00Z','number':'2'}"),
     "/document/tracking/version"},
    {"LastByDateNotByPlace", "6.1.16", "2.1",
     TRACKING("'version':'2','revision_history':[{'date':'2024-02-02T00:00:00Z','number':'2'},"
              "{'date':'2024-02-01T00:00:00Z','number':'1'}]"),
     ""},
    {"BuildMetadataIgnored", "6.1.16", "2.0",
     TRACKING("'version':'1.0.0+x','revision_history':[{'date':'2024-02-01T00:00:00Z','number':'1.0.0+y'}]"), ""},
    {"PrereleaseIgnoredInDraft", "6.1.16", "2.1",
     TRACKING("'status':'draft','version':'2.0.0-rc.1',"
              "'revision_history':[{'date':'2024-02-01T00:00:00Z','number':'2.0.0'}]"),
     ""},
    {"PrereleaseCountsInFinal", "6.1.16", "2.1",
     TRACKING("'version':'2.0.0-rc.1','revision_history':[{'date':'2024-02-01T00:00:00Z','number':'2.0.0'}]"),
     "/document/tracking/version"},
    {"PatchCountsInDraft", "6.1.16", "2.1",
     TRACKING(
         "'status':'draft','version':'2.0.1','revision_history':[{'date':'2024-02-01T00:00:00Z','number':'2.0.0'}]"),
     "/document/tracking/version"},
    {"IntegerIsNotSemantic", "6.1.16", "2.0",
     TRACKING("'version':'1.0.0','revision_history':[{'date':'2024-02-01T00:00:00Z','number':'1'}]"),
     "/document/tracking/version"},
    {"OrderUnknown", "6.1.16", "2.0",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'2'},{'date':'today','number':'1'}"), ""},
    {"EmptyHistory", "6.1.16", "2.0", HISTORY(), ""},

    {"FinalOne", "6.1.17", "2.0", "{}", ""},
    {"FinalZero", "6.1.17", "2.0", TRACKING("'version':'0'"), "/document/tracking/status"},
    {"InterimZeroMajor", "6.1.17", "2.1", TRACKING("'version':'0.9.5','status':'interim'"),
     "/document/tracking/status"},
    {"FinalPrerelease", "6.1.17", "2.1", TRACKING("'version':'1.0.0-beta'"), "/document/tracking/status"},
    {"DraftZero", "6.1.17", "2.1", TRACKING("'version':'0.9.5','status':'draft'"), ""},
    {"DraftOfReleasedVersion", "6.1.17", "2.1", TRACKING("'version':'2','status':'draft'"), ""},
    {"BuildMetadataIsNoPrerelease", "6.1.17", "2.0", TRACKING("'version':'1.0.0+a-b'"), ""},
    {"StatusMissing", "6.1.17", "2.0", TRACKING("'version':'0','status':null"), "/document/tracking/status"},

    {"FinalWithoutDrafts", "6.1.18", "2.0", "{}", ""},
    {"FinalWithDrafts", "6.1.18", "2.0",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'0'},{'date':'2024-02-02T00:00:00Z','number':'0.1.0'},"
             "{'date':'2024-02-03T00:00:00Z','number':'1'}"),
     HISTORY_PATH "/0/number " HISTORY_PATH "/1/number"},
    {"InterimWithDraft", "6.1.18", "2.1",
     TRACKING("'status':'interim','revision_history':[{'date':'2024-02-01T00:00:00Z','number':'0.1.0-a'}]"),
     HISTORY_PATH "/0/number"},
    {"DraftWithDraft", "6.1.18", "2.1",
     TRACKING("'status':'draft','revision_history':[{'date':'2024-02-01T00:00:00Z','number':'0.1.0'}]"), ""},

    {"Released", "6.1.19", "2.0", HISTORY("{'number':'1.0.0+rc-1'},{'number':'2'}"), ""},
    {"Prerelease", "6.1.19", "2.0", HISTORY("{'number':'1.0.0-rc'},{'number':'1.0.0'}"), HISTORY_PATH "/0/number"},
    {"AlsoInDrafts", "6.1.19", "2.1", TRACKING("'status':'draft','revision_history':[{'number':'1.0.0-rc+b'}]"),
     HISTORY_PATH "/0/number"},

    {"InterimPrerelease", "6.1.20", "2.0", TRACKING("'status':'interim','version':'1.0.0-alpha'"),
     "/document/tracking/version"},
    {"FinalPrerelease", "6.1.20", "2.1", TRACKING("'version':'1.0.0-alpha'"), "/document/tracking/version"},
    {"DraftPrerelease", "6.1.20", "2.1", TRACKING("'status':'draft','version':'1.0.0-alpha'"), ""},
    {"FinalBuild", "6.1.20", "2.0", TRACKING("'version':'1.0.0+alpha-1'"), ""},

    {"NoGap", "6.1.21", "2.0",
     HISTORY("{'date':'2024-02-03T00:00:00Z','number':'2'},{'date':'2024-02-02T00:00:00Z','number':'1'},"
             "{'date':'2024-02-01T00:00:00Z','number':'0'}"),
     ""},
    {"Gap", "6.1.21", "2.0",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1'},{'date':'2024-02-02T00:00:00Z','number':'3'}"),
     HISTORY_PATH},
    {"OnlyMajorCounts", "6.1.21", "2.1",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1.0.0'},{'date':'2024-02-02T00:00:00Z','number':'1.7.3'},"
             "{'date':'2024-02-03T00:00:00Z','number':'2.0.0'}"),
     ""},
    {"MajorGap", "6.1.21", "2.1",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1.0.0'},{'date':'2024-02-03T00:00:00Z','number':'3.0.0'}"),
     HISTORY_PATH},
    {"BeginsWithTwo", "6.1.21", "2.1", HISTORY("{'date':'2024-02-01T00:00:00Z','number':'2'}"),
     HISTORY_PATH " " HISTORY_PATH},
    {"ZeroThenTwo", "6.1.21", "2.0",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'0'},{'date':'2024-02-02T00:00:00Z','number':'2'}"),
     HISTORY_PATH},
    {"ComesTooLate", "6.1.21", "2.1",
     HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1'},{'date':'2024-02-02T00:00:00Z','number':'3'},"
             "{'date':'2024-02-03T00:00:00Z','number':'2'}"),
     HISTORY_PATH},
    {"UndatedMayBeTheMissingOne", "6.1.21", "2.1",
     HISTORY(
         "{'date':'2024-02-01T00:00:00Z','number':'1'},{'number':'2'},{'date':'2024-02-02T00:00:00Z','number':'3'}"),
     ""},

    {"Different", "6.1.22", "2.0", HISTORY("{'number':'1'},{'number':'2'}"), ""},
    {"Twice", "6.1.22", "2.0", HISTORY("{'number':'1'},{'number':'2'},{'number':'1'}"), HISTORY_PATH "/2/number"},
    {"ThreeTimes", "6.1.22", "2.1", HISTORY("{'number':'1.0.0'},{'number':'1.0.0'},{'number':'1.0.0'}"),
     HISTORY_PATH "/1/number " HISTORY_PATH "/2/number"},
    {"OtherBuild", "6.1.22", "2.1", HISTORY("{'number':'1.0.0+a'},{'number':'1.0.0+b'}"), ""},

    {"AllInteger", "6.1.30", "2.0", "{}", ""},
    {"AllSemantic", "6.1.30", "2.0", TRACKING("'version':'1.0.0','revision_history':[{'number':'1.0.0'}]"), ""},
    {"SwitchedInHistory", "6.1.30", "2.1",
     TRACKING("'version':'2','revision_history':[{'number':'1.0.0'},{'number':'2'}]"),
     HISTORY_PATH " /document/tracking/version"},
    {"VersionDiffers", "6.1.30", "2.1", TRACKING("'version':'1.0.0'"), "/document/tracking/version"},
    {"UnreadableIsNeither", "6.1.30", "2.1",
     TRACKING("'version':'v1','revision_history':[{'number':'1'},{'number':'1.0'}]"), ""},
};

class HistoryTests : public ::testing::TestWithParam<TestCase> {};
TEST_P(HistoryTests, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Csaf, HistoryTests, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(HistoryTests, TellWhatIsMissingFromWhatIsMisplaced) {
  const auto message = [](std::string_view history) {
    const auto findings = testing::findings_of("6.1.21", testing::document("2.1", history));
    return findings.empty() ? std::string{} : findings.back().message;
  };
  EXPECT_EQ(
      message(HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1'},{'date':'2024-02-02T00:00:00Z','number':'3'}")),
      "the revision history has no item with number 2 at all");
  EXPECT_EQ(message(HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1'},{'date':'2024-02-02T00:00:00Z','number':'3'},"
                            "{'date':'2024-02-03T00:00:00Z','number':'2'}")),
            "the item with number 2 is missing between 2024-02-01T00:00:00Z and 2024-02-02T00:00:00Z: its date puts it "
            "elsewhere");
}

TEST(HistoryTests, AHugeGapIsSaidBriefly) {
  const auto findings = testing::findings_of(
      "6.1.21", testing::document("2.0", HISTORY("{'date':'2024-02-01T00:00:00Z','number':'1'},"
                                                 "{'date':'2024-02-02T00:00:00Z','number':'999999999999999999'}")));
  ASSERT_EQ(findings.size(), 21U);
  EXPECT_EQ(findings.back().message,
            "the revision history has no items for the numbers 22 to 999999999999999998 between 2024-02-01T00:00:00Z "
            "and 2024-02-02T00:00:00Z");
}

TEST(HistoryTests, TakeAnything) {
  for (const auto* version : {"2.0", "2.1"}) {
    testing::check_takes_anything(
        history_tests(),
        testing::document(version, TRACKING("'revision_history':[{'date':'2024-02-01T00:00:00Z','number':'1'},"
                                            "{'date':'2024-02-02T00:00:00Z','number':'3.0.0-rc'}]")));
  }
}

}  // namespace
}  // namespace tocsin::formats::csaf
