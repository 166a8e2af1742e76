#include "formats/stix/lift.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "formats/stix/validate.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::stix {
namespace {

constexpr std::string_view kBundle =
    R"({"type":"bundle","spec_version":"2.0","id":"bundle--44af6c39-c09b-49c5-9de2-394224b04982",
"objects":[
{"type":"indicator","id":"indicator--a932fcc6-e032-476c-826f-cb970a5a1ade","created":"2014-02-20T09:16:08Z","modified":"2014-02-20T09:16:08.9Z",
 "labels":["malicious-activity","own word"],"pattern":"[file:name = 'a'] START '2014-01-01T00:00:00Z' STOP '2014-01-02T00:00:00Z'","valid_from":"2014-02-20T09:00:00Z"},
{"type":"malware","id":"malware--fdd60b30-b67c-41e3-b0b9-f01faf20d111","created":"2014-02-20T09:16:08.989Z","modified":"2014-02-20T09:16:08.989Z","name":"Poison","labels":["trojan"]},
{"type":"observed-data","id":"observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf","created":"2016-04-06T19:58:16.000Z","modified":"2016-04-06T19:58:16.000Z",
 "first_observed":"2015-12-21T19:00:00Z","last_observed":"2015-12-21T19:00:00Z","number_observed":50,
 "objects":{"0":{"type":"file","name":"foo.exe","created":"2015-12-21T19:00:00Z","is_encrypted":true,"parent_directory_ref":"1"},
            "1":{"type":"directory","path":"/usr/home","contains_refs":["0"]},
            "2":{"type":"process","pid":3,"name":"foo","binary_ref":"0"},
            "3":{"type":"ipv4-addr","value":"198.51.100.3"},
            "4":{"type":"network-traffic","src_ref":"3","protocols":["tcp"],"extensions":{"http-request-ext":{"request_method":"get","request_value":"/","request_header":{"Accept":"*"}}}}}},
{"type":"observed-data","id":"observed-data--b67d30ff-02ac-498a-92f9-32f845f448ce","created":"2016-04-06T19:58:16.000Z","modified":"2016-04-06T19:58:16.000Z",
 "first_observed":"2015-12-21T19:00:00Z","last_observed":"2015-12-21T19:00:00Z","number_observed":1,"objects":{"a":{"type":"ipv4-addr","value":"198.51.100.3"}}}]})";

std::string errors_of(std::string_view json) {
  Validator validator;
  std::string all;
  for (const auto& each : validator.validate(json).findings) {
    if (each.group == Finding::Group::schema || each.group == Finding::Group::mandatory) {
      all += fmt::format("{} {}\n", each.test, each.path);
    }
  }
  return all;
}

TEST(StixLift, MakesValidContentOfIt) {
  ASSERT_EQ(errors_of(kBundle), "STIX-3.2-precision /objects/0/created\nSTIX-3.2-precision /objects/0/modified\n");
  const auto lifted = lift_to_2_1(kBundle);
  ASSERT_TRUE(lifted) << lifted.error().to_string();
  EXPECT_EQ(errors_of(lifted->json), "") << lifted->json;
  EXPECT_EQ(lifted->of_2_0, 4U);
  EXPECT_EQ(lifted->observables, 5U);  // One of six came twice.
  EXPECT_EQ(lifted->objects, 9U);
  std::string remarks;
  for (const auto& each : lifted->remarks) remarks += each.path + "\n";
  EXPECT_EQ(remarks, "/objects/1/is_family\n/objects/2/objects/0/is_encrypted\n/objects/2/objects/2/name\n");

  const auto root = boost::json::parse(lifted->json);
  EXPECT_FALSE(root.as_object().contains("spec_version"));
  EXPECT_EQ(root.at_pointer("/id").as_string(), "bundle--44af6c39-c09b-49c5-9de2-394224b04982");
  EXPECT_EQ(root.at_pointer("/objects/0/indicator_types/0").as_string(), "malicious-activity");
  EXPECT_EQ(root.at_pointer("/objects/0/labels/0").as_string(), "own word");
  EXPECT_EQ(root.at_pointer("/objects/0/created").as_string(), "2014-02-20T09:16:08.000Z");
  EXPECT_EQ(root.at_pointer("/objects/0/pattern").as_string(),
            "[file:name = 'a'] START t'2014-01-01T00:00:00Z' STOP t'2014-01-02T00:00:00Z'");
  EXPECT_EQ(root.at_pointer("/objects/2/ctime").as_string(), "2015-12-21T19:00:00Z");
  EXPECT_EQ(root.at_pointer("/objects/2/parent_directory_ref"), root.at_pointer("/objects/3/id"));
  EXPECT_EQ(root.at_pointer("/objects/3/contains_refs/0"), root.at_pointer("/objects/2/id"));
  EXPECT_EQ(root.at_pointer("/objects/5/id").as_string(), "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
  EXPECT_EQ(root.at_pointer("/objects/8/object_refs/0"), root.at_pointer("/objects/5/id"));
}

TEST(StixLift, ChangesNothingThatWasLifted) {
  const auto once = lift_to_2_1(kBundle);
  ASSERT_TRUE(once);
  const auto twice = lift_to_2_1(once->json);
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->json, once->json);
  EXPECT_EQ(twice->of_2_0, 0U);
  EXPECT_EQ(lift_to_2_1(R"([{"type":"tool","id":"x"},{"type":"ipv4-addr" , "id":"y"}])")->json,
            "[{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"x\"},\n{\"type\":\"ipv4-addr\" , \"id\":\"y\"}]\n");
}

TEST(StixLift, EndsWhereObservablesReferInCircles) {
  const auto lifted = lift_to_2_1(
      R"({"type":"observed-data","id":"observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf","objects":{"0":{"type":"file","name":"a","extensions":{"archive-ext":{"contains_refs":["1"]}}},"1":{"type":"file","name":"b","extensions":{"archive-ext":{"contains_refs":["0"]}}}}})");
  ASSERT_TRUE(lifted);
  EXPECT_EQ(lifted->observables, 2U);
  EXPECT_FALSE(lift_to_2_1("{"));
  EXPECT_FALSE(lift_to_2_1(R"([{"a":}])"));
}

TEST(StixLift, RealContentIsValidThen) {
  const auto attack = testing::uncompressed("attack/enterprise-attack-18.1-stix20.json.gz");
  if (!attack) GTEST_SKIP() << "no real STIX content: ATT&CK is not in the folder that TOCSIN_DATA names";
  const auto lifted = lift_to_2_1(*attack);
  ASSERT_TRUE(lifted) << lifted.error().to_string();
  EXPECT_EQ(lifted->of_2_0, 24771U);
  EXPECT_EQ(errors_of(lifted->json), "");
  testing::for_each_file("misp/misp-stix-pairs.tar.zst", [](const std::string& name, const std::string& bytes) {
    if (!name.ends_with("stix20.json") || name.find("/test_") == name.npos) return;
    const auto made = lift_to_2_1(bytes);
    ASSERT_TRUE(made) << name;
    const auto errors = errors_of(made->json);
    std::size_t others = 0;
    for (std::size_t at = 0; at < errors.size(); at = errors.find('\n', at) + 1) {
      // MISP gives an indicator and an observed-data of one attribute one UUID, which 2.1 forbids.
      if (!std::string_view{errors}.substr(at).starts_with("STIX-2.9-reused")) ++others;
    }
    EXPECT_EQ(others, 0U) << name << "\n" << errors;
  });
}

}  // namespace
}  // namespace tocsin::formats::stix
