#include "formats/stix/write.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/pattern.hpp"
#include "formats/stix/validate.hpp"

namespace tocsin::formats::stix {
namespace {

const Timestamp kNow = parse_rfc3339("2026-03-01T12:00:00.123456Z").value();
constexpr std::string_view kLevels[] = {"clear", "green", "amber", "amber+strict", "red"};
constexpr std::string_view kThings[] = {
    "198.51.100.7",
    "198.51.100.0/24",
    "2001:db8::7",
    "2001:db8::/32",
    "pump.example",
    "https://pump.example/it's?a=\\",
    "ops@pump.example",
    "0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef01234567",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
};

std::string findings_of(const std::string& bundle) {
  Validator validator;
  std::string out;
  for (const auto& each : validator.validate(bundle).findings) {
    out += each.test + " " + each.path + " " + each.message + "\n";
  }
  return out;
}

TEST(Write, EveryKindOfObjectPassesTheValidator) {
  for (const auto level : kLevels) {
    const auto identity = make_id("identity", random_uuid());
    const auto head = [&](std::string_view type) {
      return Head{.id = make_id(type, random_uuid()),
                  .created_by = identity,
                  .created = kNow,
                  .modified = kNow,
                  .tlp = level,
                  .labels = {"sector:water"}};
    };
    std::vector<std::string> objects, ids;
    const auto add = [&](const boost::json::object& object) {
      ids.emplace_back(std::string_view{object.at("id").get_string()});
      objects.push_back(json::write(object));
    };
    auto of_it = head("identity");
    of_it.id = identity;
    add(write_identity(of_it, {.name = "Example \"Water\" & Söhne"}));
    for (const auto thing : kThings) {
      const auto found = threat_text::read_one(thing);
      ASSERT_TRUE(found) << thing;
      add(write_indicator(head("indicator"), *found, kNow));
      add(write_observable(*found, level));
    }
    add(write_vulnerability(head("vulnerability"), "CVE-2024-12345"));
    auto report = head("report");
    add(write_sighting(head("sighting"), {.of = report.id,
                                          .where = {identity},
                                          .first_seen = kNow,
                                          .last_seen = kNow,
                                          .count = 999'999'999,
                                          .description = "On <two> gateways."}));
    auto revoked = head("report");
    revoked.revoked = true;
    add(write_report(report, {.name = "Odd traffic",
                              .description = "It *came* at night.\n\n- twice",
                              .published = kNow,
                              .objects = ids,
                              .cves = {"CVE-2024-12345"},
                              .techniques = {"T0883", "T1059.001"}}));
    add(write_report(revoked, {.name = "x", .description = {}, .published = kNow, .objects = {identity}}));
    EXPECT_EQ(findings_of(write_bundle(random_uuid(), objects)), "") << level;
    EXPECT_EQ(findings_of(json::write(write_tlp(level))), "") << level;
  }
}

TEST(Write, PatternsAreReadBackAsWhatTheyMatch) {
  for (const auto thing : kThings) {
    const auto found = threat_text::read_one(thing).value();
    const auto pattern = parse_pattern(pattern_of(found));
    ASSERT_TRUE(pattern) << pattern_of(found);
    EXPECT_EQ(pattern->root.comparison.constants.at(0).text, found.value);
  }
  EXPECT_EQ(pattern_of(threat_text::read_one("CVE-2024-12345").value()), "");
}

TEST(Write, AnEndpointIsTrafficAndItsHostIsWhatIsObserved) {
  for (const auto& [thing, host] : {std::pair{"198.51.100.3:502", "198.51.100.3"},
                                    {"[2001:db8::7]:502", "2001:db8::7"},
                                    {"pump.example:502", "pump.example"}}) {
    const auto found = threat_text::read_one(thing).value();
    const auto pattern = pattern_of(found);
    ASSERT_TRUE(parse_pattern(pattern)) << pattern;
    EXPECT_TRUE(pattern.ends_with(fmt::format("_ref.value = '{}' AND network-traffic:dst_port = 502]", host)))
        << pattern;
    EXPECT_EQ(write_observable(found, "clear"), write_observable(threat_text::read_one(host).value(), "clear"));
    const Head head{.id = "indicator--1", .created_by = {}, .created = kNow, .modified = kNow};
    const auto indicator = write_indicator(head, found, kNow);
    EXPECT_EQ(std::string_view{indicator.at("name").get_string()}, thing);
  }
}

TEST(Write, ObservablesHaveTheIdThatFollowsFromThem) {
  const auto twice = [](std::string_view thing, std::string_view level) {
    return std::string{
        std::string_view{write_observable(threat_text::read_one(thing).value(), level).at("id").get_string()}};
  };
  EXPECT_EQ(twice("198.51.100.3", "clear"), "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
  for (const auto thing : kThings) EXPECT_EQ(twice(thing, "clear"), twice(thing, "red"));
}

TEST(Write, TimesHaveMilliseconds) {
  EXPECT_EQ(write_time(kNow), "2026-03-01T12:00:00.123Z");
  EXPECT_EQ(write_time(parse_rfc3339("2026-03-01T12:00:00Z").value()), "2026-03-01T12:00:00.000Z");
  EXPECT_EQ(write_time(Timestamp{-1}), "1969-12-31T23:59:59.999Z");
}

TEST(Write, UnknownLevelsHaveNoMarking) {
  EXPECT_EQ(tlp_2_marking("white"), "");
  EXPECT_TRUE(write_tlp("white").empty());
}

}  // namespace
}  // namespace tocsin::formats::stix
