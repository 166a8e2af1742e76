#include "formats/vers/scheme.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::vers {
namespace {

char sign_of(std::string_view scheme, std::string_view a, std::string_view b) {
  const auto order = compare(scheme, a, b);
  if (!order) return '!';
  return *order < 0 ? '<' : *order > 0 ? '>' : '=';
}

/// Each chain rises from left to right; '=' before a version says that it is equal to the one before.
struct Chain {
  std::string_view scheme;
  std::vector<std::string_view> versions;
};

const std::vector<Chain>& chains() {
  static const std::vector<Chain> all{
      {"generic",
       {"1.0-alpha", "1.0-rc1", "1", "=1.0", "=v1.0.0", "1 SP1", "1a", "1.0.1", "1.2", "1.10", "V4.5", "V4.5 SP2",
        "V4.6", "2021"}},
      {"generic", {"1.0b2", "1.0", "1.0b", "1.1"}},
      {"intdot",
       {"0", "1.2", "=01.002", "=1.2beta", "=1.2.0", "1.2.1", "1.10", "10.234.5.12", "99999999999999999999999.1"}},
      {"lexicographic", {"", "A", "a", "e\u0301", "\u00e9"}},
      {"datetime", {"2023-12-31T23:00:00Z", "=2024-01-01T01:00:00+02:00", "2024-01-01T00:00:00.5Z"}},
      {"semver",
       {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
        "1.0.0", "=1.0.0+build", "=v1", "1.0.1", "2"}},
      {"composer", {"2.0.11", "2.0.11.2", "=2.0.11+2", "2.0.11.10", "2.0.12"}},
      {"nuget", {"1.0.0-BETA", "=1.0.0-beta+x", "1.0.0-beta2", "1", "=1.0.0.0", "1.0.0.1", "1.0.1"}},
      {"pypi",
       {"1.dev0", "1.0a1.dev1", "1.0a1", "=1.0alpha1", "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1", "=1.0c1",
        "1.0", "=1", "=v1.0", "1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0.post456.dev34", "1.0.post456", "=1.0-456",
        "1.1.dev1", "1!0.5"}},
      {"deb", {"0:1.0~rc1", "1.0", "=1.0-0", "1.0-1", "1.0a", "1.0b", "1.0+b1", "1.1", "1.10", "1:0.1"}},
      {"rpm", {"1.0~rc1", "1.0", "1.0-3", "1.0^git1", "1.0.a", "1.0.1", "1.10", "2:0.1"}},
      {"rpm", {"1.0-1", "1.0-2.el8", "1.0-10"}},
      {"alpm", {"1.0a", "1.0alpha", "1.0b", "1.0", "=1.0-5", "1.0.a", "1.0.1", "1.1", "1:0.1"}},
      {"apk", {"1.0_alpha", "1.0_alpha2", "1.0_rc1", "1.0", "1.0-r1", "1.0_p1", "1.0a", "1.0.1", "1.01.1", "1.1"}},
      {"gem", {"1.a", "1.0.b1", "1", "=1.0.0", "1.0.1.pre", "1.0.1", "1.2.b", "1.2", "1.10"}},
      {"maven",
       {"1-alpha2snapshot", "1-alpha2", "1-beta-2", "1-m2", "1-rc", "1-cr2", "1-SNAPSHOT", "1", "=1.0", "=1-ga", "1-sp",
        "1-abc", "1-pom-1", "1-1-snapshot", "1-1", "1-2", "1.1"}},
      {"conan", {"1-pre1", "=1.0-pre1", "1", "=1.0.0", "1+b2", "1.1", "1.1.a", "1.1a", "1.2"}},
      {"openssl", {"0.9.8", "0.9.8zh", "1.0.2", "1.0.2a", "1.0.2k", "3.0.0-beta1", "3.0.0", "3.0.10"}},
      {"cpan", {"1.002", "1.02", "=1.020", "1.1", "=v1.100", "v1.100.1", "1.2"}},
      {"gentoo", {"1_alpha", "1_pre", "1", "=1-r0", "1-r1", "1_p", "1b", "1.0", "1.01", "1.1"}},
      {"nginx", {"0.8.40", "1.9.15", "1.10.0"}},
  };
  return all;
}

TEST(Scheme, OrdersAsItsEcosystemDoes) {
  for (const auto& chain : chains()) {
    std::vector<std::pair<std::string_view, int>> places;
    int place = 0;
    for (auto version : chain.versions) {
      if (version.starts_with('=')) {
        version.remove_prefix(1);
      } else {
        ++place;
      }
      if (!version.empty()) places.emplace_back(version, place);
    }
    for (const auto& [a, place_a] : places) {
      for (const auto& [b, place_b] : places) {
        const char expected = place_a < place_b ? '<' : place_a > place_b ? '>' : '=';
        EXPECT_EQ(sign_of(chain.scheme, a, b), expected) << chain.scheme << ": " << a << " and " << b;
      }
    }
  }
}

TEST(Scheme, SaysWhatItCannotOrder) {
  EXPECT_EQ(compare("unheard-of", "1", "2").error().code, Error::Code::not_found);
  EXPECT_EQ(compare("all", "1", "2").error().code, Error::Code::not_found);
  EXPECT_EQ(compare("example", "1", "2").error().code, Error::Code::not_found);
  EXPECT_EQ(compare("npm", "x", "1").error().code, Error::Code::invalid_input);
  EXPECT_EQ(compare("npm", "1", "").error().code, Error::Code::invalid_input);
  EXPECT_EQ(compare("pypi", "1.0", "final").error().code, Error::Code::invalid_input);
  EXPECT_EQ(compare("datetime", "2024-01-01t00:00:00z", "2024-01-01T00:00:00Z").error().code,
            Error::Code::invalid_input);
  EXPECT_EQ(compare("generic", std::string(kVersionBytesMax + 1, '1'), "1").error().code, Error::Code::too_large);
  EXPECT_TRUE(std::ranges::is_sorted(known_schemes()));
}

std::string random_version(std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {"0", "1", "01", "10",   "2",   ".",     ".",   "-",
                                                 "_", "+", "a",  "b1",   "rc",  "alpha", "sp",  "~",
                                                 "^", ":", "r1", "post", "dev", "_p1",   "-r2", "!"};
  std::string version{std::uniform_int_distribution{0, 1}(random) == 0 ? "1" : "2.0"};
  for (auto n = std::uniform_int_distribution{0, 5}(random); n > 0; --n) {
    version += kPieces[std::uniform_int_distribution<std::size_t>{0, std::size(kPieces) - 1}(random)];
  }
  return version;
}

/// Antisymmetric, and transitive in both < and =: what sorting and ranges stand on.
TEST(Scheme, IsAWeakOrder) {
  std::mt19937 random{7};
  for (const auto scheme : known_schemes()) {
    if (scheme == "all" || scheme == "none" || scheme == "datetime") continue;
    // Some compare by the count of separators (alpm), numbers with words as words (conan), or leave missing parts open
    // (alpm, maven): the ecosystem's own order has cycles for texts that nobody calls a version.
    if (scheme == "alpm" || scheme == "conan" || scheme == "maven") continue;
    std::vector<std::string> versions;
    while (versions.size() < 60) {
      auto version = random_version(random);
      if (check_version(scheme, version)) versions.push_back(std::move(version));
    }
    std::vector<std::vector<int>> order(versions.size(), std::vector<int>(versions.size()));
    for (std::size_t i = 0; i < versions.size(); ++i) {
      for (std::size_t j = 0; j < versions.size(); ++j) {
        const char sign = sign_of(scheme, versions[i], versions[j]);
        order[i][j] = sign == '<' ? -1 : sign == '>' ? 1 : 0;
        ASSERT_NE(sign, '!') << scheme << " " << versions[i] << " " << versions[j];
      }
    }
    int wrong = 0;
    for (std::size_t i = 0; i < versions.size() && wrong < 3; ++i) {
      for (std::size_t j = 0; j < versions.size() && wrong < 3; ++j) {
        if (order[i][j] != -order[j][i]) {
          ++wrong;
          ADD_FAILURE() << scheme << ": " << versions[i] << " and " << versions[j] << " swapped";
        }
        for (std::size_t k = 0; k < versions.size() && wrong < 3; ++k) {
          const bool rises = order[i][j] <= 0 && order[j][k] <= 0;
          const int strict = std::min(order[i][j], order[j][k]);
          if (rises && (order[i][k] > 0 || (strict < 0 && order[i][k] == 0))) {
            ++wrong;
            ADD_FAILURE() << scheme << ": " << versions[i] << ", " << versions[j] << ", " << versions[k];
          }
        }
      }
    }
  }
}

TEST(SchemeOf, OfficialTestsAgree) {
  int comparisons = 0;
  int equalities = 0;
  const bool present =
      testing::for_each_file("product-id/vers-tests.tar.zst", [&](const std::string& name, const std::string& bytes) {
        if (!name.ends_with(".json") || name.find("definitions") != std::string::npos) return;
        const auto parsed = json::parse(bytes);
        ASSERT_TRUE(parsed) << name;
        for (const auto& test : json::array_at(parsed->root(), "tests")) {
          const auto type = json::string_at(test, "test_type");
          if (type != "comparison" && type != "equality") continue;
          const auto* input = json::find(test, "input");
          const std::string scheme{json::string_at(*input, "input_scheme")};
          std::vector<std::string> versions;
          for (const auto& each : json::array_at(*input, "versions"))
            versions.emplace_back(std::string_view{each.as_string()});
          if (type == "equality") {
            ++equalities;
            EXPECT_EQ(sign_of(scheme, versions.at(0), versions.at(1)) == '=',
                      json::find(test, "expected_output")->as_bool())
                << name << ": " << versions.at(0) << " and " << versions.at(1);
            continue;
          }
          ++comparisons;
          std::vector<std::string> expected;
          for (const auto& each : json::array_at(test, "expected_output"))
            expected.emplace_back(std::string_view{each.as_string()});
          for (std::size_t i = 0; i + 1 < expected.size(); ++i) {
            const char sign = sign_of(scheme, expected[i], expected[i + 1]);
            EXPECT_TRUE(sign == '<' || sign == '=')
                << name << ": " << expected[i] << " " << sign << " " << expected[i + 1];
            // Equal ones keep their places.
            if (sign == '=') {
              const auto at = [&](const std::string& version) { return std::ranges::find(versions, version); };
              EXPECT_LE(at(expected[i]), at(expected[i + 1])) << name << ": " << expected[i] << " is not less";
            }
          }
        }
      });
  if (!present) GTEST_SKIP() << "product-id/vers-tests.tar.zst is not in TOCSIN_DATA";
  EXPECT_GT(comparisons, 800);
  EXPECT_GT(equalities, 60);
}

}  // namespace
}  // namespace tocsin::formats::vers
