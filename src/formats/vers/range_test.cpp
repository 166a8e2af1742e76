#include "formats/vers/range.hpp"

#include <random>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/testing/corpus.hpp"
#include "formats/vers/native.hpp"

namespace tocsin::formats::vers {
namespace {

TEST(VersRange, IsReadAndWritten) {
  for (const auto* text :
       {"vers:npm/1.2.3|>=2.0.0|<5.0.0", "vers:gem/>=2.2.0|!=2.2.1|<2.3.0", "vers:all/*", "vers:none/*", "vers:deb/*",
        "vers:pypi/0.0.0|0.0.1|1.0|2.0pre1", "vers:tomee/>=8.0.0-M1|<=8.0.1", "vers:lexicographic/1%202",
        "vers:npm/1.0-%252F0", "vers:intdot/<4.2"}) {
    const auto range = parse(text);
    ASSERT_TRUE(range) << text << ": " << range.error().message;
    EXPECT_EQ(to_text(*range), text);
    EXPECT_EQ(why_not_canonical(text), "") << text;
  }
  EXPECT_EQ(canonical("vers:NPM/<2|>=1").value(), "vers:npm/>=1|<2");
  EXPECT_EQ(canonical("vers:pypi/0.0.2|0.0.6|>=0.0.0|0.0.1").value(), "vers:pypi/>=0.0.0|0.0.1|0.0.2|0.0.6");
  EXPECT_EQ(canonical("vers:lexicographic/1 2").value(), "vers:lexicographic/1%202");
}

TEST(VersRange, RefusesWhatIsNone) {
  for (const auto* text : {"",
                           "npm/1",
                           "vers:",
                           "vers:npm",
                           "vers:npm/",
                           "VERS:npm/1",
                           "vers:/1",
                           "vers:1npm/1",
                           "vers:n_m/1",
                           "vers:npm/|1",
                           "vers:npm/1|",
                           "vers:npm/1||2",
                           "vers:npm/=1",
                           "vers:npm/>",
                           "vers:npm/1|*",
                           "vers:npm/**",
                           "vers:all/1",
                           "vers:none/1",
                           "vers:invalid/1",
                           "vers:invalid/*",
                           "vers:npm/>=1.0.0| <2.0.0",
                           "vers:npm/1%",
                           "vers:npm/1%2G",
                           "vers:npm/x",
                           "vers:npm/1<2",
                           "vers:datetime/2024-01-01t00:00:00z",
                           "vers:datetime/2024-01-01T00%3A00%3A00Z",
                           "vers:npm/1.0%2f0"}) {
    const auto range = parse(text);
    EXPECT_FALSE(range) << text << " became " << (range ? to_text(*range) : "");
    EXPECT_NE(why_not_canonical(text), "") << text;
  }
  EXPECT_EQ(parse("vers:npm/" + std::string(kRangeBytesMax, '1')).error().code, Error::Code::too_large);
}

TEST(VersRange, CanonicalFormHasRules) {
  for (const auto* text :
       {"vers:npm/<2|>=1", "vers:npm/>=1|>=2", "vers:npm/<1|<2", "vers:npm/1|<2", "vers:npm/1.0|1.0.0", "vers:NPM/1",
        "vers:lexicographic/1 2", "vers:npm/>1|!=1.5|>2", "vers:npm/>1|1.5|<2"}) {
    EXPECT_NE(why_not_canonical(text), "") << text;
  }
  for (const auto* text : {"vers:npm/>=1|!=1.5|<2|>3", "vers:npm/<1|2|>3", "vers:npm/!=1|!=2"}) {
    EXPECT_EQ(why_not_canonical(text), "") << text;
  }
  EXPECT_EQ(why_not_canonical_constraints("<1.2|>=2.0"), "");
  EXPECT_NE(why_not_canonical_constraints("<1.2|<2.0"), "");
  EXPECT_NE(why_not_canonical_constraints("<2.0|>1.0|<1.5"), "");
  EXPECT_EQ(why_not_canonical_constraints("<1.2.0|=4.2.0"), "");
  EXPECT_EQ(why_not_canonical_constraints("<2024-4-pabc0019|>2024-10-pefd0010|<2024-12-pjkl2010"), "");
  EXPECT_NE(why_not_canonical_constraints("all versions < 4.2.0"), "");
}

struct Containment {
  std::string_view range, version;
  bool in;
};
constexpr Containment kContainments[] = {
    {"vers:npm/*", "1.0.0", true},
    {"vers:all/*", "anything at all", true},
    {"vers:none/*", "1", false},
    {"vers:pypi/<=1.3.0|3.0.0", "1.0.0", true},
    {"vers:pypi/<=1.3.0|3.0.0", "2.0.0", false},
    {"vers:pypi/<=1.3.0|3.0.0", "3", true},
    {"vers:pypi/>=1.0.0|<=2.0.0", "0.0.9", false},
    {"vers:pypi/<=1.0.0|>=2.0.0", "1.5", false},
    {"vers:intdot/>=1.2|<2.0", "2.0", false},
    {"vers:intdot/>=1.2|<2.0", "1.5.0", true},
    {"vers:npm/>1|!=1.5.0|<2", "1.5.0", false},
    {"vers:npm/>1|!=1.5.0|<2", "1.5.1", true},
    {"vers:npm/!=1.5.0", "1.5.0", false},
    {"vers:npm/!=1.5.0", "7.0.0", true},
    {"vers:npm/>1.0.0", "1.0.0", false},
    {"vers:npm/<2.0.18|<3.0.16", "3.0.1", true},
    {"vers:composer/>=2.8.4|<2.8.30|<18.10.8", "3", true},
};

TEST(VersRange, HoldsVersions) {
  for (const auto& each : kContainments) {
    const auto range = parse(each.range);
    ASSERT_TRUE(range) << each.range;
    const auto in = contains(*range, each.version);
    ASSERT_TRUE(in) << each.range << " " << each.version;
    EXPECT_EQ(*in, each.in) << each.range << " " << each.version;
  }
  EXPECT_FALSE(contains(*parse("vers:example/1.2.3|>=2.0.0"), "2.0.0"));
  EXPECT_FALSE(contains(*parse("vers:npm/1.2.3"), "x"));
}

TEST(VersRange, Overlaps) {
  const auto both = [](std::string_view a, std::string_view b) { return overlap(*parse(a), *parse(b)).value(); };
  EXPECT_TRUE(both("vers:intdot/>2.1.0|<4.2.0", "vers:intdot/>1.2.0|<2.4.0"));
  EXPECT_FALSE(both("vers:intdot/>2.1.0|<4.2.0", "vers:intdot/>1.2.0|<2.1.0"));
  EXPECT_FALSE(both("vers:intdot/<2", "vers:intdot/>=2"));
  EXPECT_TRUE(both("vers:intdot/<=2", "vers:intdot/>=2"));
  EXPECT_TRUE(both("vers:intdot/<=2", "vers:all/*"));
  EXPECT_FALSE(both("vers:intdot/!=2", "vers:intdot/2"));
  EXPECT_TRUE(both("vers:intdot/!=3", "vers:intdot/2"));
  EXPECT_FALSE(both("vers:none/*", "vers:intdot/2"));
  EXPECT_FALSE(overlap(*parse("vers:npm/1"), *parse("vers:pypi/1")));
  EXPECT_TRUE(is_open_above(*parse("vers:intdot/<2.1.0|>4.2.0|!=5.1")));
  EXPECT_FALSE(is_open_above(*parse("vers:intdot/>4.2.0|<5.1")));
}

/// Ranges overlap where a version lies in both; canonical text is a fixed point.
TEST(VersRange, LawsHoldForRandomRanges) {
  std::mt19937 random{3};
  const auto number = [&](int max) { return std::uniform_int_distribution{0, max}(random); };
  const auto random_range = [&] {
    static constexpr std::string_view kComparators[] = {"", "!=", "<", "<=", ">", ">="};
    std::string text = "vers:intdot/";
    for (int i = number(3); i >= 0; --i) {
      text += kComparators[static_cast<std::size_t>(number(5))];
      text += std::to_string(number(9)) + "." + std::to_string(number(2)) + (i > 0 ? "|" : "");
    }
    return text;
  };
  for (int round = 0; round < 2000; ++round) {
    const auto a = random_range();
    const auto b = random_range();
    const auto range_a = parse(a);
    const auto range_b = parse(b);
    ASSERT_TRUE(range_a && range_b);
    EXPECT_EQ(canonical(to_text(*range_a)).value(), to_text(*range_a)) << a;
    bool common = false;
    for (int major = 0; major < 11 && !common; ++major) {
      for (int minor = 0; minor < 4 && !common; ++minor) {
        const auto version = std::to_string(major) + "." + std::to_string(minor);
        common = contains(*range_a, version).value() && contains(*range_b, version).value();
      }
    }
    if (common) EXPECT_TRUE(overlap(*range_a, *range_b).value()) << a << " " << b;
  }
}

TEST(VersNative, IsRead) {
  struct Case {
    std::string_view scheme, native, expected;
  };
  constexpr Case kCases[] = {
      {"npm", "^1.2.3", "vers:npm/>=1.2.3|<2.0.0"},
      {"npm", "^0.2.3", "vers:npm/>=0.2.3|<0.3.0"},
      {"npm", "~1.2", "vers:npm/>=1.2.0|<1.3.0"},
      {"npm", "1.2 - 2.3", "vers:npm/>=1.2.0|<2.4.0"},
      {"npm", "1.2.3 - 2.3.4", "vers:npm/>=1.2.3|<=2.3.4"},
      {"npm", "", "vers:npm/"},
      {"cargo", "1.2.3", "vers:cargo/>=1.2.3|<2.0.0"},
      {"cargo", ">=1.2, <1.5", "vers:cargo/>=1.2.0|<1.5.0"},
      {"composer", "~1.2 | ^3.0", "vers:composer/>=1.2.0|<2.0.0|>=3.0.0|<4.0.0"},
      {"pypi", "~=1.4.2,!=1.4.5", "vers:pypi/>=1.4.2|!=1.4.5|<1.5"},
      {"pypi", "==1.4.*", "vers:pypi/>=1.4|<1.5"},
      {"gem", "~> 2.0.8", "vers:gem/>=2.0.8|<2.1"},
      {"hex", "~> 2.1 and != 2.2.0", "vers:hex/>=2.1.0|!=2.2.0|<3.0.0"},
      {"maven", "[1.0,2.0),[3.0,)", "vers:maven/>=1.0|<2.0|>=3.0"},
      {"maven", "(,1.0],[1.2]", "vers:maven/<=1.0|1.2"},
      {"nuget", "1.0", "vers:nuget/>=1.0"},
      {"deb", ">= 1.0, << 2.0", "vers:deb/>=1.0|<2.0"},
      {"rpm", ">=1.0 <2.0", "vers:rpm/>=1.0|<2.0"},
      {"nginx", "1.21.0+, 1.20.1+", "vers:nginx/>=1.20.1|>=1.21.0|<1.21.0"},
      {"nginx", "0.7.52-0.8.39", "vers:nginx/>=0.7.52|<=0.8.39"},
      {"conan", "^1.2", "vers:conan/>=1.2|<2-"},
  };
  for (const auto& each : kCases) {
    const auto range = from_native(each.scheme, each.native);
    ASSERT_TRUE(range) << each.native << ": " << range.error().message;
    EXPECT_EQ(to_text(*range), each.expected) << each.native;
  }
  for (const auto& [scheme, native] : {std::pair{"npm", ">=x1"},
                                       {"npm", "^"},
                                       {"maven", "[1.0"},
                                       {"pypi", "~=1"},
                                       {"deb", "<>1"},
                                       {"unheard-of", "1"},
                                       {"pypi", "!=1.*"}}) {
    EXPECT_FALSE(from_native(scheme, native)) << scheme << " " << native;
  }
}

TEST(VersOf, WhatIsMadeOfALongVersionIsAVersionOrAnError) {
  int made = 0;
  for (const auto scheme : known_schemes()) {
    for (std::size_t size = kVersionBytesMax - 5; size <= kVersionBytesMax; ++size) {
      const auto digits = std::string(size - 2, '9');
      for (const auto& native :
           {digits, "9." + digits, "^" + digits, "~>" + digits, digits + ".*", "1.2" + digits + "+"}) {
        const auto range = from_native(scheme, native);
        if (!range) continue;
        for (const auto& each : range->constraints) {
          ++made;
          EXPECT_TRUE(check_version(range->scheme, each.version))
              << scheme << " " << native.substr(0, 9) << " " << size;
        }
      }
    }
  }
  EXPECT_GT(made, 100);
}

TEST(VersOf, OfficialTestsAgree) {
  int natives = 0;
  int others = 0;
  const bool present = testing::for_each_file("product-id/vers-tests.tar.zst", [&](const std::string& name,
                                                                                   const std::string& bytes) {
    if (!name.ends_with(".json") || name.find("definitions") != std::string::npos) return;
    const auto parsed = json::parse(bytes);
    ASSERT_TRUE(parsed) << name;
    for (const auto& test : json::array_at(parsed->root(), "tests")) {
      const auto type = json::string_at(test, "test_type");
      const auto* input = json::find(test, "input");
      const auto* failure = json::find(test, "expected_failure");
      const bool fails = failure != nullptr && failure->is_bool() && failure->get_bool();
      if (type == "from_native") {
        ++natives;
        const std::string native{json::string_at(*input, "native_range")};
        const auto range = from_native(json::string_at(*input, "scheme"), native);
        EXPECT_EQ(range ? to_text(*range) : range.error().message, json::string_at(test, "expected_output"))
            << name << ": " << native;
      } else if (type == "containment") {
        ++others;
        const auto range = parse(json::string_at(*input, "vers"));
        ASSERT_TRUE(range) << json::string_at(*input, "vers");
        EXPECT_EQ(contains(*range, json::string_at(*input, "version")).value(),
                  json::find(test, "expected_output")->as_bool())
            << json::string_at(*input, "vers");
      } else if (type == "validate") {
        ++others;
        const std::string vers{input->as_string()};
        EXPECT_EQ(canonical(vers).value(), json::string_at(test, "expected_output")) << vers;
      } else if (type == "parse") {
        ++others;
        const std::string vers{input->as_string()};
        const auto range = parse(vers);
        EXPECT_EQ(range.has_value(), !fails) << vers;
        if (!range || fails) continue;
        const auto* expected = json::find(test, "expected_output");
        EXPECT_EQ(range->scheme, json::string_at(*expected, "scheme"));
        std::size_t i = 0;
        for (const auto& constraint : json::array_at(*expected, "version_constraints")) {
          const auto comparator = to_string(range->constraints.at(i).comparator);
          EXPECT_EQ(comparator.empty() ? "=" : comparator, std::string_view{constraint.as_array().at(0).as_string()})
              << vers;
          EXPECT_EQ(range->constraints.at(i++).version, std::string_view{constraint.as_array().at(1).as_string()})
              << vers;
        }
      }
    }
  });
  if (!present) GTEST_SKIP() << "product-id/vers-tests.tar.zst is not in TOCSIN_DATA";
  EXPECT_GT(natives, 2'500);
  EXPECT_GT(others, 20);
}

}  // namespace
}  // namespace tocsin::formats::vers
