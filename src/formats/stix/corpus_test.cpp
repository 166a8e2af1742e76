// Real content, each kind of finding looked at by hand: what is found is there, and nothing else is.
#include "formats/testing/corpus.hpp"

#include <map>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "formats/stix/validate.hpp"

namespace tocsin::formats::stix {
namespace {

/// "STIX-2.9-form 1, STIX-2.9-uuid-version 2": findings of each test, also those that were only counted.
std::string counted(const Verdict& verdict) {
  std::map<std::string, long long> counts;
  for (const auto& each : verdict.findings) {
    long long more = 1;
    if (each.path.empty() && each.message.starts_with("The same was found ")) {
      more = 0;
      for (const char c : each.message) {
        if (c >= '0' && c <= '9') more = more * 10 + (c - '0');
      }
    }
    counts[each.test] += more;
  }
  std::string out;
  for (const auto& [test, count] : counts) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", test, count);
  return out;
}

using Expected = std::map<std::string_view, std::string_view>;

void judge(std::string_view archive, std::string_view below, const Expected& expected) {
  Validator validator;
  std::size_t met = 0;
  const bool there = testing::for_each_file(archive, [&](const std::string& name, const std::string& bytes) {
    const auto found = expected.find(std::string_view{name}.substr(std::min(name.size(), below.size())));
    if (found == expected.end()) return;
    ++met;
    EXPECT_EQ(counted(validator.validate(bytes)), found->second) << name;
  });
  if (!there) GTEST_SKIP() << "no real STIX content: " << archive << " is not in the folder that TOCSIN_DATA names";
  EXPECT_EQ(met, expected.size());
}

TEST(StixCorpus, OfficialExamples) {
  judge("stix/stix-2.1-schemas-examples.tar.zst", "stix-2.1-schemas-examples/examples/",
        {
            {"indicator-for-c2-ip-address.json", ""},
            {"indicator-to-campaign-relationship.json", ""},
            {"indicators-for-C2-with-COA.json", ""},
            {"interop-objectmarking-test.json", ""},
            {"malicious-email-indicator-with-attachment.json", ""},
            // One identifier of it has an E among its digits; two of its observables have random ones.
            {"infrastructure.json", "STIX-2.9-lower-case 1, STIX-2.9-uuid-version 2"},
            // A relationship of each report has the UUID of what it relates.
            {"threat-reports/apt1.json", "STIX-2.9-reused 1"},
            {"threat-reports/poisonivy.json", "STIX-2.9-reused 1"},
        });
}

TEST(StixCorpus, WhatMispWrites) {
  judge("misp/misp-stix-pairs.tar.zst", "misp-stix-pairs/",
        {
            // Indicator, observed data and observables of one attribute share its UUID (2.1); relationships of 2.0 have
            // one of version 5.
            {"server/stix2_indicators_test.json", "STIX-2.9-form 5, STIX-3-order 35, STIX-5.1-name 1"},
            {"server/stix2_observables_test.json", "STIX-11.1-custom-property 6, STIX-2.9-form 5, STIX-5.1-name 1"},
            {"test_attributes_collection_stix20.json", "STIX-2.9-form 3"},
            {"test_attributes_collection_stix21.json", "STIX-2.9-reused 8, STIX-2.9-uuid-version 5, STIX-deprecated 1"},
            {"test_event1_stix20.json", "STIX-2.9-form 1"},
            {"test_event1_stix21.json", "STIX-2.9-reused 3, STIX-2.9-uuid-version 2"},
            {"test_event2_stix20.json", "STIX-2.9-form 2"},
            {"test_event2_stix21.json", "STIX-2.9-reused 5, STIX-2.9-uuid-version 3, STIX-deprecated 1"},
            {"test_events_collection_stix20.json", "STIX-2.9-form 3"},
            {"test_events_collection_stix21.json", "STIX-2.9-reused 8, STIX-2.9-uuid-version 5, STIX-deprecated 1"},
            {"test_objects_collection_stix20.json", "STIX-2.9-form 3"},
            {"test_objects_collection_stix21.json", "STIX-2.9-reused 6, STIX-2.9-uuid-version 11, STIX-deprecated 1"},
        });
}

struct Knowledge {
  std::string_view name;
  std::size_t objects, of_2_0;
  std::string_view findings;
};

TEST(StixCorpus, KnowledgeBases) {
  static constexpr Knowledge kAll[] = {
      {"attack/ics-attack-18.1.json.gz", 1826, 0, "STIX-5.1-name 1"},
      {"attack/enterprise-attack-18.1-stix20.json.gz", 24771, 24771, "STIX-5.1-name 4, STIX-5.1-types 1"},
      // Names of properties with capital letters, which section 3.1 forbids.
      {"attack/emb3d-stix-2.0.1.json.gz", 573, 0, "STIX-3-property-name 251"},
  };
  Validator validator;
  for (const auto& each : kAll) {
    const auto bytes = testing::uncompressed(each.name);
    if (!bytes) GTEST_SKIP() << "no real STIX content: " << each.name << " is not in the folder that TOCSIN_DATA names";
    const auto verdict = validator.validate(*bytes);
    EXPECT_EQ(verdict.content.objects, each.objects) << each.name;
    EXPECT_EQ(verdict.versions_2_0, each.of_2_0) << each.name;
    EXPECT_EQ(counted(verdict), each.findings) << each.name;
  }
}

}  // namespace
}  // namespace tocsin::formats::stix
