#include "formats/purl/purl.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/purl/types.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::purl {
namespace {

struct Case {
  std::string_view text, canonical;
};
constexpr Case kGood[] = {
    {"pkg:npm/%40angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1"},
    {"PKG:NPM/foo", "pkg:npm/foo"},
    {"pkg://npm/foo@1.0", "pkg:npm/foo@1.0"},
    {"pkg:generic/a/b/c@1%2F2", "pkg:generic/a/b/c@1%2F2"},
    {"pkg:PyPI/My_Package@1.0", "pkg:pypi/my-package@1.0"},
    {"pkg:deb/Debian/curl@7.50.3-1?arch=i386&Distro=jessie", "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie"},
    {"pkg:golang/google.golang.org/genproto#/googleapis//api/./annotations/",
     "pkg:golang/google.golang.org/genproto#googleapis/api/annotations"},
    {"pkg:generic/x?b=2&a=1&c=", "pkg:generic/x?a=1&b=2"},
};

TEST(Purl, IsReadAndWritten) {
  for (const auto& each : kGood) {
    const auto purl = parse(each.text);
    ASSERT_TRUE(purl) << each.text << ": " << purl.error().message;
    EXPECT_EQ(to_text(*purl), each.canonical);
    const auto again = parse(to_text(*purl));
    ASSERT_TRUE(again) << each.canonical;
    EXPECT_EQ(*again, *purl);
  }
}

TEST(Purl, SaysWhatIsMissing) {
  for (const auto* text : {"", "npm/foo", "pkg:", "pkg:npm", "pkg:npm/", "pkg:maven/@1.3.4", "pkg:1npm/foo",
                           "pkg:n&m/foo", "pkg:npm/foo?a", "pkg:npm/foo?1a=b", "pkg:npm/foo?a=1&A=2", "pkg:npm/%zz",
                           "pkg:npm/foo%", "pkg:npm/%FF", "pkg:maven/commons", "pkg:cargo/ns/name", "pkg:julia/x@1"}) {
    const auto purl = parse(text);
    EXPECT_FALSE(purl) << text << " became " << (purl ? to_text(*purl) : "");
    if (!purl) EXPECT_FALSE(purl.error().message.empty());
  }
  EXPECT_EQ(parse("pkg:npm/" + std::string(kPurlBytesMax, 'x')).error().code, Error::Code::too_large);
}

TEST(Purl, TypesAreSorted) { EXPECT_TRUE(std::ranges::is_sorted(type_table(), {}, &TypeRules::type)); }

std::string text_or_empty(const boost::json::value& object, std::string_view key) {
  return std::string{json::string_at(object, key)};
}

/// Components as the official tests write them.
Purl parts_of(const boost::json::value& json) {
  Purl purl;
  purl.type = text_or_empty(json, "type");
  purl.name_space = text_or_empty(json, "namespace");
  purl.name = text_or_empty(json, "name");
  purl.version = text_or_empty(json, "version");
  purl.subpath = text_or_empty(json, "subpath");
  if (const auto* qualifiers = json::find(json, "qualifiers"); qualifiers != nullptr && qualifiers->is_object()) {
    for (const auto& member : qualifiers->get_object()) {
      if (member.value().is_string()) purl.qualifiers.emplace(member.key(), std::string{member.value().get_string()});
    }
  }
  return purl;
}

TEST(Purl, AgreesWithTheOfficialTests) {
  int seen = 0;
  const bool present =
      testing::for_each_file("product-id/purl-tests.tar.zst", [&](const std::string& name, const std::string& bytes) {
        if (!name.ends_with("-test.json")) return;
        const auto parsed = json::parse(bytes);
        ASSERT_TRUE(parsed) << name;
        for (const auto& test : json::array_at(parsed->root(), "tests")) {
          ++seen;
          const auto type = json::string_at(test, "test_type");
          const auto* expected_failure = json::find(test, "expected_failure");
          const bool fails = expected_failure != nullptr && expected_failure->is_bool() && expected_failure->get_bool();
          const auto& input = *json::find(test, "input");
          const auto* output = json::find(test, "expected_output");
          const auto told = name + ": " + text_or_empty(test, "description") + " " + json::write(input);
          if (type == "build") {
            const auto built = build(parts_of(input));
            EXPECT_EQ(built.has_value(), !fails) << told << (built ? "" : ": " + built.error().message);
            if (built && !fails) EXPECT_EQ(to_text(*built), std::string_view{output->as_string()}) << told;
            continue;
          }
          const auto purl = purl::parse(std::string_view{input.as_string()});
          EXPECT_EQ(purl.has_value(), !fails)
              << told << (purl ? " became " + to_text(*purl) : ": " + purl.error().message);
          if (!purl || fails || output == nullptr) continue;
          if (output->is_object()) {
            EXPECT_EQ(to_text(*purl), to_text(parts_of(*output))) << told;
          } else if (output->is_string()) {
            EXPECT_EQ(to_text(*purl), std::string_view{output->as_string()}) << told;
          }
        }
      });
  if (!present) GTEST_SKIP() << "product-id/purl-tests.tar.zst is not in TOCSIN_DATA";
  EXPECT_EQ(seen, 304);
}

}  // namespace
}  // namespace tocsin::formats::purl
